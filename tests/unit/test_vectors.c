/* Scorers by vectors: one list, many lists and a board say the same. */
#include "support/support.h"

#include <stdio.h>

#include "lib/data/histories.h"
#include "lib/model/model.h"
#include "lib/recommend/by_vectors.h"

enum { ITEMS = 333, USERS = 200, DIMENSION = 7, LONGEST = 12, N = 9 };

/* A history's vector is the sum of its items' own. */
typedef struct by_sum {
  recs_scorer scorer;
  recs__vectors vectors;
  float values[ITEMS * DIMENSION];
  int hidden; /* 1: lists are made on a board */
} by_sum;

static void destroy(void *object) {
  by_sum *self = object;
  recs__vectors_free(&self->vectors);
}

static const recs__vectors *vectors(const recs_scorer *scorer) {
  const by_sum *self = (const by_sum *)scorer;
  return self->hidden ? NULL : &self->vectors;
}

static int32_t queries(float *out, uint8_t *known, const recs_scorer *scorer, const recs_history *histories,
                       size_t count) {
  const by_sum *self = (const by_sum *)scorer;
  for (size_t i = 0; i < count; i++, out += DIMENSION) {
    memset(out, 0, DIMENSION * sizeof *out);
    known[i] = histories[i].count > 0;
    for (size_t h = 0; h < histories[i].count; h++) {
      for (size_t c = 0; c < DIMENSION; c++)
        out[c] += self->values[histories[i].items[h] * DIMENSION + c];
    }
  }
  return RECS_OK;
}

/* What recs__score_by_vectors() does, without asking whether there are vectors. */
static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  by_sum *self = (by_sum *)(uintptr_t)scorer;
  float query[DIMENSION];
  uint8_t known;
  if (!self->hidden)
    return recs__score_by_vectors(scorer, history, board);
  ck_ok(queries(query, &known, scorer, history, 1));
  if (known)
    recs__board_add_products(board, &self->vectors, query);
  return RECS_OK;
}

static const recs__scorer_kind by_sum_kind = {.name = "by-sum", .score = score, .vectors = vectors, .queries = queries};

/* Small whole numbers, so that many scores are equal; norms that differ, so that searches end early; every ninth item has no vector. */
static int32_t make_scorer(by_sum **out, recs_context *context, int hidden) {
  by_sum *self = recs__scorer_new(context, &by_sum_kind, sizeof *self, ITEMS, destroy);
  uint32_t state = 1;
  *out = NULL;
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  for (size_t i = 0; i < ITEMS * DIMENSION; i++) {
    state = state * 1664525u + 1013904223u;
    self->values[i] = i / DIMENSION % 9 == 4 ? 0 : (float)((int)(state >> 16 & 7) - 3) * (float)(1 + i / DIMENSION % 5);
  }
  self->hidden = hidden;
  *out = self;
  return recs__vectors_init(&self->vectors, context, self->values, ITEMS, DIMENSION, NULL, NULL);
}

static by_sum *new_scorer(recs_context *context, int hidden) {
  by_sum *made;
  ck_ok(make_scorer(&made, context, hidden));
  return made;
}

/* The history of a user: none, one item, or some, with repetitions. */
static recs_history history_of(uint32_t user) {
  static uint32_t items[LONGEST];
  recs_history history = {.struct_size = sizeof history, .items = items, .count = user % LONGEST, .user = user};
  for (size_t i = 0; i < history.count; i++)
    items[i] = (uint32_t)(user * 31 + (i % 5) * 57) % ITEMS;
  return history;
}

static void same_list(const uint32_t *items, const double *scores, size_t count, const uint32_t *other_items,
                      const double *other_scores, size_t other_count) {
  ck_assert_uint_eq(count, other_count);
  ck_assert_mem_eq(items, other_items, count * sizeof *items);
  ck_assert_mem_eq(scores, other_scores, count * sizeof *scores);
}

static void same_lists(const recs_scorer *a, const recs_scorer *b, const recs_history *history,
                       const recs_filter *filter, const recs_candidates *candidates, size_t n) {
  static uint32_t items[2][ITEMS];
  static double scores[2][ITEMS];
  size_t counts[2];
  ck_ok(recs_rank_list(items[0], scores[0], &counts[0], a, history, filter, n));
  ck_ok(recs_rank_list(items[1], scores[1], &counts[1], b, history, filter, n));
  same_list(items[0], scores[0], counts[0], items[1], scores[1], counts[1]);
  ck_ok(recs_scorer_top(items[0], scores[0], &counts[0], a, history, candidates, n));
  ck_ok(recs_scorer_top(items[1], scores[1], &counts[1], b, history, candidates, n));
  same_list(items[0], scores[0], counts[0], items[1], scores[1], counts[1]);
}

START_TEST(lists_are_those_of_a_board) {
  static const uint32_t cpus[] = {0, RECS_CPU_AVX2, UINT32_MAX};
  static const uint32_t allowed[] = {300, 3, 4, 5, 6, 64, 127, 128, 332}, denied[] = {64, 331};
  static const size_t lengths[] = {1, N, ITEMS - 1, SIZE_MAX};
  recs_filter seen = {.struct_size = sizeof seen, .include_seen = 1};
  recs_filter some = {.struct_size = sizeof some, .allowed = allowed, .allowed_count = 9, .denied = denied,
                      .denied_count = 2};
  recs_filter none = {.struct_size = sizeof none, .allowed = allowed, .allowed_count = 0};
  const recs_filter *filters[] = {NULL, &seen, &some, &none};
  for (int c = 0; c < 3; c++) {
    recs_context *context = recs_test_threads(1, cpus[c]);
    by_sum *fused = new_scorer(context, 0), *plain = new_scorer(context, 1);
    recs_candidates *candidates;
    ck_ok(recs_candidates_create(&candidates, context, ITEMS, allowed, 9, denied, 2));
    for (uint32_t user = 0; user < 40; user++) {
      recs_history history = history_of(user);
      for (int f = 0; f < 4; f++)
        same_lists(&fused->scorer, &plain->scorer, &history, filters[f], f % 2 ? candidates : NULL,
                   lengths[(user + (uint32_t)f) % 4]);
    }
    recs_candidates_free(candidates);
    recs_scorer_free(&fused->scorer);
    recs_scorer_free(&plain->scorer);
    recs_context_free(context);
  }
}
END_TEST

static recs_ids *new_ids(recs_context *context, uint32_t count) {
  recs_ids *ids;
  ck_ok(recs_ids_create(&ids, context));
  for (uint32_t i = 0; i < count; i++) {
    char name[16];
    uint32_t row;
    int length = snprintf(name, sizeof name, "%u", i);
    ck_ok(recs_ids_add(&row, ids, name, (size_t)length));
  }
  return ids;
}

/* Every history but those that are empty, and one of all items. */
static recs_histories *new_histories(recs_context *context) {
  recs_histories *histories;
  size_t count = 0;
  ck_ok(recs__histories_new(&histories, context, USERS, ITEMS));
  ck_ok(recs__histories_room(histories, (size_t)USERS * LONGEST + ITEMS));
  for (uint32_t user = 0; user < USERS; user++) {
    recs_history history = history_of(user);
    histories->offsets[user] = (int64_t)count;
    for (size_t i = 0; i < (user == 77 ? ITEMS : history.count); i++) {
      histories->item_rows[count] = user == 77 ? (uint32_t)i : history.items[i];
      histories->times[count] = 0;
      histories->weights[count++] = 1;
    }
  }
  histories->offsets[USERS] = (int64_t)count;
  return histories;
}

static recs_model *new_model(recs_context *context, int hidden, int with_fallback) {
  by_sum *scorer = new_scorer(context, hidden), *fallback = new_scorer(context, 1);
  recs_ids *users = new_ids(context, USERS), *items = new_ids(context, ITEMS);
  recs_histories *histories = new_histories(context);
  recs__model_parts parts = {.users = users, .items = items, .histories = histories, .scorer = &scorer->scorer,
                             .fallback = with_fallback ? &fallback->scorer : NULL};
  recs_model *model;
  ck_ok(recs__model_new(&model, &parts, RECS_ERROR_INVALID));
  recs_histories_free(histories);
  recs_ids_free(users);
  recs_ids_free(items);
  recs_scorer_free(&scorer->scorer);
  recs_scorer_free(&fallback->scorer);
  return model;
}

START_TEST(batches_are_lists) {
  static uint32_t items[USERS * N], own_items[N];
  static double scores[USERS * N], own_scores[N];
  static size_t counts[USERS];
  static const uint32_t threads[] = {1, 2, 3, 7};
  for (int t = 0; t < 8; t++) {
    recs_context *context = recs_test_threads(threads[t % 4], UINT32_MAX);
    recs_model *fused = new_model(context, 0, t / 4), *plain = new_model(context, 1, t / 4);
    ck_ok(recs_model_recommend_many(items, scores, counts, fused, NULL, USERS, N, NULL, NULL, NULL));
    for (uint32_t user = 0; user < USERS; user++) {
      size_t count;
      ck_ok(recs_model_recommend(own_items, own_scores, &count, plain, user, N, NULL));
      same_list(items + user * N, scores + user * N, counts[user], own_items, own_scores, count);
      ck_ok(recs_model_recommend(own_items, own_scores, &count, fused, user, N, NULL));
      same_list(items + user * N, scores + user * N, counts[user], own_items, own_scores, count);
    }
    ck_assert_uint_eq(counts[0], 0); /* nothing is known of who did nothing */
    ck_assert_uint_eq(counts[77], 0);
    ck_assert_uint_eq(counts[1], N);
    recs_model_free(fused);
    recs_model_free(plain);
    recs_context_free(context);
  }
}
END_TEST

static int32_t list_once(recs_context *context, void *payload) {
  recs_history history = history_of(8);
  uint32_t items[N];
  double scores[N];
  size_t count = 99;
  by_sum *scorer;
  int32_t status = make_scorer(&scorer, context, 0);
  (void)payload;
  if (status == RECS_OK) {
    status = recs_rank_list(items, scores, &count, &scorer->scorer, &history, NULL, N);
    ck_assert_uint_eq(count, status == RECS_OK ? N : 0);
  }
  recs_scorer_free(scorer == NULL ? NULL : &scorer->scorer);
  return status;
}

START_TEST(short_memory) {
  recs_test_oom(list_once, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("vectors");
  TCase *tcase = tcase_create("vectors");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, lists_are_those_of_a_board);
  tcase_add_test(tcase, batches_are_lists);
  tcase_add_test(tcase, short_memory);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
