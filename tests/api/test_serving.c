/* Many users, many threads: batches, readers of one model, readers of a slot while models are published. */
#include <pthread.h>
#include <stdatomic.h>

#include "support/shop.h"
#include "support/support.h"

enum { USERS = 300, ITEMS = 101, LENGTH = 10, READERS = 4 };

static recs_context *context;
static recs_test_shop shop;
static recs_model *model;

static void setup(void) {
  context = recs_test_threads(4, UINT32_MAX);
  ck_ok(recs_test_shop_open(&shop, context, USERS, ITEMS));
  ck_ok(recs_test_shop_fit(&model, &shop, NULL, NULL, NULL));
}

static void teardown(void) {
  recs_model_free(model);
  recs_test_shop_close(&shop);
  recs_context_free(context);
}

/* Lists of all users. */
typedef struct lists {
  uint32_t items[USERS * LENGTH];
  double scores[USERS * LENGTH];
  size_t counts[USERS + 1]; /* one more, to ask for too many */
} lists;

static void one_by_one(lists *out, const recs_model *from) {
  for (uint32_t user = 0; user < USERS; user++)
    ck_ok(recs_model_recommend(out->items + user * LENGTH, out->scores + user * LENGTH, &out->counts[user], from, user,
                               LENGTH, NULL));
}

static void check_user(const lists *a, size_t i, const lists *b, size_t j) {
  ck_assert_uint_eq(a->counts[i], b->counts[j]);
  ck_assert_mem_eq(a->items + i * LENGTH, b->items + j * LENGTH, a->counts[i] * sizeof *a->items);
  ck_assert_mem_eq(a->scores + i * LENGTH, b->scores + j * LENGTH, a->counts[i] * sizeof *a->scores);
}

START_TEST(batches_give_the_same_lists) {
  static const uint32_t threads[] = {1, 2, 3, 8};
  static lists expected, given;
  one_by_one(&expected, model);
  for (int t = 0; t < 4; t++) {
    recs_context *own = recs_test_threads(threads[t], UINT32_MAX);
    recs_test_shop twin;
    recs_model *fitted;
    ck_ok(recs_test_shop_open(&twin, own, USERS, ITEMS));
    ck_ok(recs_test_shop_fit(&fitted, &twin, NULL, NULL, NULL));
    ck_ok(recs_model_recommend_many(given.items, given.scores, given.counts, fitted, NULL, USERS, LENGTH, NULL, NULL,
                                    NULL));
    for (uint32_t user = 0; user < USERS; user++)
      check_user(&given, user, &expected, user);
    recs_model_free(fitted);
    recs_test_shop_close(&twin);
    recs_context_free(own);
  }
}
END_TEST

START_TEST(batches_of_some_users) {
  static const uint32_t users[] = {7, USERS - 1, 7, 0};
  static lists expected, given;
  recs_filter filter = {.struct_size = sizeof filter, .include_seen = 1};
  one_by_one(&expected, model);
  ck_ok(recs_model_recommend_many(given.items, given.scores, given.counts, model, users, 4, LENGTH, NULL, NULL, NULL));
  for (size_t i = 0; i < 4; i++)
    check_user(&given, i, &expected, users[i]);
  ck_ok(recs_model_recommend_many(given.items, given.scores, given.counts, model, users, 0, LENGTH, NULL, NULL, NULL));
  ck_ok(
      recs_model_recommend_many(given.items, given.scores, given.counts, model, users, 4, LENGTH, &filter, NULL, NULL));
  ck_ok(recs_model_recommend(expected.items, expected.scores, expected.counts, model, 7, LENGTH, &filter));
  check_user(&given, 2, &expected, 0);
}
END_TEST

START_TEST(refused_batches) {
  static const uint32_t users[] = {7, USERS, 8};
  static lists given;
  memset(given.counts, 0xff, sizeof given.counts);
  ck_fails(
      recs_model_recommend_many(given.items, given.scores, given.counts, model, users, 3, LENGTH, NULL, NULL, NULL),
      RECS_ERROR_INVALID, "users[1] is row 300");
  for (int i = 0; i < 3; i++)
    ck_assert_uint_eq(given.counts[i], 0);
  ck_fails(recs_model_recommend_many(given.items, given.scores, given.counts, model, NULL, USERS + 1, LENGTH, NULL,
                                     NULL, NULL),
           RECS_ERROR_INVALID, "301 users");
  ck_fails(recs_model_recommend_many(given.items, given.scores, given.counts, model, users, 1, 0, NULL, NULL, NULL),
           RECS_ERROR_INVALID, "n is 0");
  ck_fails(recs_model_recommend_many(given.items, given.scores, given.counts, model, NULL, 3, SIZE_MAX / 2, NULL, NULL,
                                     NULL),
           RECS_ERROR_OVERFLOW, "3 lists");
  ck_fails(recs_model_recommend_many(NULL, given.scores, given.counts, model, users, 1, 1, NULL, NULL, NULL),
           RECS_ERROR_INVALID, "out_items");
  ck_fails(recs_model_recommend_many(given.items, NULL, given.counts, model, users, 1, 1, NULL, NULL, NULL),
           RECS_ERROR_INVALID, "out_scores");
  ck_fails(recs_model_recommend_many(given.items, given.scores, NULL, model, users, 1, 1, NULL, NULL, NULL),
           RECS_ERROR_INVALID, "out_counts");
  ck_fails(recs_model_recommend_many(given.items, given.scores, given.counts, NULL, users, 1, 1, NULL, NULL, NULL),
           RECS_ERROR_INVALID, "model");
}
END_TEST

static int32_t stop(void *payload, double fraction) {
  int *calls = payload;
  ck_assert(fraction >= 0.0 && fraction <= 1.0);
  *calls += 1;
  return 1;
}

/* One thread: of several, the caller's may come too late to have anything to report. */
START_TEST(batches_stop) {
  static lists given;
  recs_context *own = recs_test_threads(1, UINT32_MAX);
  recs_test_shop twin;
  recs_model *fitted;
  int calls = 0;
  ck_ok(recs_test_shop_open(&twin, own, USERS, ITEMS));
  ck_ok(recs_test_shop_fit(&fitted, &twin, NULL, NULL, NULL));
  memset(given.counts, 0xff, sizeof given.counts);
  ck_fails(recs_model_recommend_many(given.items, given.scores, given.counts, fitted, NULL, USERS, LENGTH, NULL, stop,
                                     &calls),
           RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_int_eq(calls, 1);
  for (int i = 0; i < USERS; i++)
    ck_assert_uint_eq(given.counts[i], 0);
  recs_model_free(fitted);
  recs_test_shop_close(&twin);
  recs_context_free(own);
}
END_TEST

/* A thread that asks for lists and compares them; Check's asserts belong to the main thread, so that it counts what
 * differs. */
typedef struct reader {
  pthread_t thread;
  const lists *expected;
  recs_model_slot *slot; /* NULL: the one model */
  const atomic_int *stop;
  long served;
  long wrong;
} reader;

static void read_user(reader *self, const recs_model *from, uint32_t user) {
  uint32_t items[LENGTH];
  double scores[LENGTH];
  size_t count = 0;
  self->served += 1;
  self->wrong += recs_model_recommend(items, scores, &count, from, user, LENGTH, NULL) != RECS_OK ||
                 count != self->expected->counts[user] ||
                 memcmp(items, self->expected->items + user * LENGTH, count * sizeof *items) != 0 ||
                 memcmp(scores, self->expected->scores + user * LENGTH, count * sizeof *scores) != 0;
}

static void *read_model(void *payload) {
  reader *self = payload;
  for (uint32_t user = 0; user < USERS; user++)
    read_user(self, model, user);
  return NULL;
}

START_TEST(threads_share_a_model) {
  static lists expected;
  reader readers[3 * READERS]; /* more than the idle boards that a model keeps */
  one_by_one(&expected, model);
  for (int i = 0; i < 3 * READERS; i++) {
    readers[i] = (reader){.expected = &expected};
    ck_assert_int_eq(pthread_create(&readers[i].thread, NULL, read_model, &readers[i]), 0);
  }
  for (int i = 0; i < 3 * READERS; i++) {
    pthread_join(readers[i].thread, NULL);
    ck_assert_int_eq(readers[i].served, USERS);
    ck_assert_int_eq(readers[i].wrong, 0);
  }
}
END_TEST

static void *read_slot(void *payload) {
  reader *self = payload;
  for (uint32_t turn = 0; turn < 20 || atomic_load(self->stop) == 0; turn++) {
    recs_model *held;
    if (recs_model_slot_acquire(&held, self->slot) != RECS_OK)
      self->wrong += 1;
    else
      read_user(self, held, turn % USERS);
    recs_model_free(held);
  }
  return NULL;
}

/* The publisher alternates between two models that give the same lists; each is freed by whoever reads it last. */
START_TEST(readers_of_a_slot) {
  static lists expected;
  reader readers[READERS];
  recs_model_slot *slot;
  atomic_int stop_reading = 0;
  one_by_one(&expected, model);
  ck_ok(recs_model_slot_create(&slot, context));
  ck_ok(recs_model_slot_publish(slot, model));
  for (int i = 0; i < READERS; i++) {
    readers[i] = (reader){.expected = &expected, .slot = slot, .stop = &stop_reading};
    ck_assert_int_eq(pthread_create(&readers[i].thread, NULL, read_slot, &readers[i]), 0);
  }
  for (int turn = 0; turn < 20; turn++) {
    recs_model *next;
    ck_ok(recs_model_create(&next, recs_model_users(model), recs_model_items(model), recs_model_histories(model),
                            recs_model_profiles(model), recs_model_scorer(model), recs_model_fallback(model), "title"));
    ck_ok(recs_model_slot_publish(slot, next));
    recs_model_free(next);
  }
  atomic_store(&stop_reading, 1);
  for (int i = 0; i < READERS; i++) {
    pthread_join(readers[i].thread, NULL);
    ck_assert_int_ge(readers[i].served, 20);
    ck_assert_int_eq(readers[i].wrong, 0);
  }
  recs_model_slot_free(slot);
}
END_TEST

START_TEST(slots_by_hand) {
  recs_model_slot *slot = (recs_model_slot *)&slot;
  recs_model *held, *again;
  ck_fails(recs_model_slot_create(NULL, context), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_slot_create(&slot, NULL), RECS_ERROR_INVALID, "context");
  ck_assert_ptr_null(slot);
  ck_ok(recs_model_slot_create(&slot, context));
  ck_fails(recs_model_slot_acquire(&held, slot), RECS_ERROR_NOT_FOUND, "no model");
  ck_assert_ptr_null(held);
  ck_fails(recs_model_slot_acquire(NULL, slot), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_slot_acquire(&held, NULL), RECS_ERROR_INVALID, "slot");
  ck_fails(recs_model_slot_publish(NULL, model), RECS_ERROR_INVALID, "slot");
  ck_ok(recs_model_slot_publish(slot, model));
  ck_ok(recs_model_slot_acquire(&held, slot));
  ck_assert_ptr_eq(held, model);
  ck_ok(recs_model_slot_publish(slot, model));
  ck_ok(recs_model_slot_publish(slot, NULL));
  ck_fails(recs_model_slot_acquire(&again, slot), RECS_ERROR_NOT_FOUND, "no model");
  ck_ok(recs_model_slot_publish(slot, held));
  recs_model_free(held);
  recs_model_slot_free(slot);
  recs_model_slot_free(NULL);
}
END_TEST

static int32_t make_slot(recs_context *heap, void *payload) {
  recs_model_slot *slot;
  int32_t status = recs_model_slot_create(&slot, heap);
  (void)payload;
  recs_model_slot_free(slot);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(make_slot, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("serving");
  TCase *tests = tcase_create("serving");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 0);
  tcase_add_test(tests, batches_give_the_same_lists);
  tcase_add_test(tests, batches_of_some_users);
  tcase_add_test(tests, refused_batches);
  tcase_add_test(tests, batches_stop);
  tcase_add_test(tests, threads_share_a_model);
  tcase_add_test(tests, readers_of_a_slot);
  tcase_add_test(tests, slots_by_hand);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
