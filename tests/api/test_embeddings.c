/* Content by embeddings: served by products of vectors, many users at once. */
#include "support/support.h"

#include <stdio.h>

enum { USERS = 130, ITEMS = 220, DIMENSION = 12, N = 8 };

typedef struct shop {
  recs_ids *users, *items;
  recs_profiles *goods, *people;
  recs_events *log;
} shop;

static float vectors[ITEMS][DIMENSION];

static uint32_t next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

#define TRY(call)                \
  do {                           \
    int32_t tried = (call);      \
    if (tried != RECS_OK)        \
      return tried;              \
  } while (0)

static int32_t add_ids(recs_ids *ids, char letter, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    char name[16];
    uint32_t row;
    int length = snprintf(name, sizeof name, "%c%u", letter, i);
    TRY(recs_ids_add(&row, ids, name, (size_t)length));
  }
  return RECS_OK;
}

/* Whether an item has an embedding. */
static int has_vector(uint32_t item) {
  return item % 10 != 7;
}

/* What a user takes, in turn `i` of user % 9. */
static uint32_t taken(uint32_t user, uint32_t i) {
  return (user * 37 + i * i * 11) % ITEMS;
}

/* Whether an embedding says something of a user: of the user's own, or of an item. */
static int is_known(uint32_t user) {
  int known = user % 4 == 1;
  for (uint32_t i = 0; i < user % 9; i++)
    known |= has_vector(taken(user, i));
  return known;
}

/* Item 1 is twice item 0; some values are 0. Every fourth user has an embedding too; user 0 did nothing. */
static int32_t fill(shop *self) {
  uint32_t field, state = 9;
  TRY(recs_profiles_define(&field, self->goods, "image", RECS_FIELD_EMBEDDING, DIMENSION));
  TRY(recs_profiles_define(&field, self->people, "image", RECS_FIELD_EMBEDDING, DIMENSION));
  for (uint32_t item = 0; item < ITEMS; item++) {
    for (int c = 0; c < DIMENSION; c++)
      vectors[item][c] = next(&state) % 9 == 0 && c > 0 ? 0 : (float)(next(&state) % 200) / 100 - 0.995F;
    for (int c = 0; c < DIMENSION && item == 1; c++)
      vectors[1][c] = 2 * vectors[0][c];
    if (has_vector(item))
      TRY(recs_profiles_set_embedding(self->goods, item, field, vectors[item], DIMENSION));
  }
  for (uint32_t user = 0; user < USERS; user++) {
    for (uint32_t i = 0; i < user % 9; i++) {
      uint32_t item = taken(user, i);
      recs_event_columns event = {.struct_size = sizeof event, .users = &user, .items = &item};
      TRY(recs_events_append(self->log, &event, 1));
    }
    if (user % 4 == 1)
      TRY(recs_profiles_set_embedding(self->people, user, field, vectors[user], DIMENSION));
  }
  return RECS_OK;
}

static int32_t open_shop(shop *self, recs_context *context) {
  memset(self, 0, sizeof *self);
  TRY(recs_ids_create(&self->users, context));
  TRY(recs_ids_create(&self->items, context));
  TRY(add_ids(self->users, 'u', USERS));
  TRY(add_ids(self->items, 'i', ITEMS));
  TRY(recs_profiles_create(&self->goods, self->items));
  TRY(recs_profiles_create(&self->people, self->users));
  TRY(recs_events_create(&self->log, self->users, self->items));
  return fill(self);
}

static void close_shop(shop *self) {
  recs_events_free(self->log);
  recs_profiles_free(self->people);
  recs_profiles_free(self->goods);
  recs_ids_free(self->items);
  recs_ids_free(self->users);
}

static int32_t fit(recs_model **out, const shop *self) {
  recs_model_options options;
  *out = NULL;
  TRY(recs_model_options_init(&options, sizeof options));
  options.scorer = "content";
  options.fallback = NULL;
  options.items = self->goods;
  options.users = self->people;
  return recs_model_fit(out, self->log, &options, NULL, NULL);
}

static double cosine(const double *profile, const float *vector) {
  double dot = 0, x = 0, y = 0;
  for (int c = 0; c < DIMENSION; c++) {
    dot += profile[c] * (double)vector[c];
    x += profile[c] * profile[c];
    y += (double)vector[c] * (double)vector[c];
  }
  return dot / sqrt(x * y);
}

static void add_unit(double *profile, const float *vector, double weight) {
  double squares = 0;
  for (int c = 0; c < DIMENSION; c++)
    squares += (double)vector[c] * (double)vector[c];
  for (int c = 0; c < DIMENSION; c++)
    profile[c] += weight * (double)vector[c] / sqrt(squares);
}

START_TEST(scores_are_cosines) {
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  static const uint32_t took[] = {3, 12};
  recs_history history = {.struct_size = sizeof history, .items = took, .count = 2, .user = RECS_NO_ROW};
  double scores[ITEMS], profile[DIMENSION] = {0}, amounts[DIMENSION], sum;
  uint32_t rows[DIMENSION], similar[3];
  int32_t kinds[DIMENSION];
  recs_model *model;
  size_t count;
  shop opened;
  ck_ok(open_shop(&opened, context));
  ck_ok(fit(&model, &opened));
  add_unit(profile, vectors[3], 1);
  add_unit(profile, vectors[12], 1);
  ck_ok(recs_scorer_score(scores, recs_model_scorer(model), &history));
  for (uint32_t item = 0; item < ITEMS; item++) {
    ck_assert_int_eq(isnan(scores[item]) == 0, has_vector(item));
    if (has_vector(item))
      ck_assert_double_eq_tol(scores[item], cosine(profile, vectors[item]), 1e-6);
  }
  ck_ok(recs_scorer_contributions(kinds, rows, NULL, amounts, &count, recs_model_scorer(model), &history, 50, DIMENSION));
  sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += amounts[i];
  ck_assert_double_eq_tol(sum, scores[50], 1e-12);
  ck_ok(recs_scorer_similar(similar, scores, &count, recs_model_scorer(model), 0, NULL, 3));
  ck_assert_uint_eq(similar[0], 1);
  ck_assert_double_eq_tol(scores[0], 1, 1e-6);
  recs_model_free(model);
  close_shop(&opened);
  recs_context_free(context);
}
END_TEST

/* The list of a user, by all scores. */
static void check_list(const recs_model *model, uint32_t user, const uint32_t *items, const double *scores,
                       size_t count) {
  uint32_t own[N];
  double own_scores[N];
  size_t own_count;
  ck_ok(recs_model_recommend(own, own_scores, &own_count, model, user, N, NULL));
  ck_assert_uint_eq(count, own_count);
  ck_assert_uint_eq(count, is_known(user) ? N : 0);
  ck_assert_mem_eq(items, own, count * sizeof *items);
  ck_assert_mem_eq(scores, own_scores, count * sizeof *scores);
  for (size_t i = 0; i < count; i++)
    ck_assert(has_vector(items[i]));
}

START_TEST(batches_are_single_lists_on_any_machine) {
  static uint32_t items[2][USERS * N];
  static double scores[2][USERS * N];
  static size_t counts[2][USERS];
  static const uint32_t cpus[] = {0, UINT32_MAX};
  for (int i = 0; i < 2; i++) {
    recs_context *context = recs_test_threads((uint32_t)i + 1, cpus[i]);
    recs_model *model;
    shop opened;
    ck_ok(open_shop(&opened, context));
    ck_ok(fit(&model, &opened));
    ck_ok(recs_model_recommend_many(items[i], scores[i], counts[i], model, NULL, USERS, N, NULL, NULL, NULL));
    for (uint32_t user = 0; user < USERS; user++) {
      check_list(model, user, items[i] + user * N, scores[i] + user * N, counts[i][user]);
      ck_assert_uint_eq(counts[i][user], counts[0][user]);
      ck_assert_mem_eq(items[i] + user * N, items[0] + user * N, counts[0][user] * sizeof **items);
      ck_assert_mem_eq(scores[i] + user * N, scores[0] + user * N, counts[0][user] * sizeof **scores);
    }
    recs_model_free(model);
    close_shop(&opened);
    recs_context_free(context);
  }
}
END_TEST

START_TEST(files_come_back) {
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  uint32_t items[2][N];
  double scores[2][N];
  size_t counts[2];
  recs_model *models[2];
  void *bytes;
  size_t size;
  shop opened;
  ck_ok(open_shop(&opened, context));
  ck_ok(fit(&models[0], &opened));
  ck_ok(recs_model_save_memory(&bytes, &size, models[0]));
  ck_ok(recs_model_load_memory(&models[1], context, bytes, size));
  for (uint32_t user = 0; user < 20; user++) {
    for (int i = 0; i < 2; i++)
      ck_ok(recs_model_recommend(items[i], scores[i], &counts[i], models[i], user, N, NULL));
    ck_assert_uint_eq(counts[0], counts[1]);
    ck_assert_mem_eq(items[0], items[1], counts[0] * sizeof *items[0]);
    ck_assert_mem_eq(scores[0], scores[1], counts[0] * sizeof *scores[0]);
  }
  recs_buffer_free(bytes);
  recs_model_free(models[0]);
  recs_model_free(models[1]);
  close_shop(&opened);
  recs_context_free(context);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("embeddings");
  TCase *tcase = tcase_create("embeddings");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, scores_are_cosines);
  tcase_add_test(tcase, batches_are_single_lists_on_any_machine);
  tcase_add_test(tcase, files_come_back);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
