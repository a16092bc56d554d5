/* EASE by hand, by its properties, in short memory and cancelled. */
#include "support/answers.h"
#include "support/container.h"
#include "support/shop.h"
#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static recs_history history_of(const uint32_t *items, size_t count) {
  recs_history history = {.struct_size = sizeof history, .items = items, .count = count, .user = RECS_NO_ROW};
  return history;
}

/* A matrix with the items of each user listed; RECS_NO_ROW ends a user. */
static recs_matrix *matrix_of(recs_context *with, const uint32_t *list, size_t length, uint32_t items, const float *values) {
  int64_t offsets[64] = {0};
  uint32_t indices[256], users = 0;
  size_t entries = 0;
  recs_matrix *matrix = NULL;
  for (size_t i = 0; i < length; i++) {
    if (list[i] == RECS_NO_ROW)
      offsets[++users] = (int64_t)entries;
    else
      indices[entries++] = list[i];
  }
  ck_assert_int_eq(recs_matrix_create(&matrix, with, users, items, offsets, indices, values), RECS_OK);
  return matrix;
}

#define END RECS_NO_ROW

/* Items 0 and 1 share two users of three and two; 2 has one of its own; nobody took 3; 4, 5 and 6 are bought together by two. */
static const uint32_t shop[] = {0, 1, END, 0, 1, END, 0, END, 2, END, 4, 5, 6, END, END, 4, 5, 6, END};
enum { SHOP = sizeof shop / sizeof shop[0], ITEMS = 7 };

static recs_scorer *fit(const recs_matrix *matrix, const char *settings) {
  recs_training training = {.struct_size = sizeof training, .matrix = matrix};
  recs_scorer *scorer;
  ck_ok(recs_scorer_fit(&scorer, &training, "ease", settings, NULL, NULL));
  return scorer;
}

/* B(i, j) of two items alone: their shared users over the users of i plus lambda. With three alike of c users each,
 * X'X = c and lambda on the diagonal: B = c / (2 c + lambda). */
START_TEST(values_by_hand) {
  static const char *const settings[] = {"lambda=0.5", "lambda=0.5;top_k=3", "lambda=0.5;precision=single",
                                         "lambda=0.5;method=local", "lambda=0.5;memory_mb=0"};
  recs_matrix *matrix = matrix_of(context, shop, SHOP, ITEMS, NULL);
  for (size_t s = 0; s < sizeof settings / sizeof settings[0]; s++) {
    static const uint32_t bought[] = {0, 4, 2, 3, 4};
    static const float weights[] = {2, 1, 5, 7, 0.5f};
    recs_scorer *scorer = fit(matrix, settings[s]);
    recs_history history = history_of(bought, 5);
    double scores[ITEMS];
    history.weights = weights;
    ck_ok(recs_scorer_score(scores, scorer, &history));
    ck_assert_double_eq_tol(scores[1], 2 * 2 / 3.5, 1e-6);
    ck_assert_double_eq_tol(scores[5], 1.5 * 2 / 4.5, 1e-6);
    ck_assert_double_eq_tol(scores[6], 1.5 * 2 / 4.5, 1e-6);
    ck_assert(isnan(scores[2]));
    ck_assert(isnan(scores[3]));
    ck_assert(isnan(scores[0]) || scores[0] == 0);
    history = history_of(bought + 1, 0);
    ck_ok(recs_scorer_score(scores, scorer, &history));
    ck_assert(isnan(scores[1]));
    recs_scorer_free(scorer);
  }
  recs_matrix_free(matrix);
}
END_TEST

/* By default lambda is three times the mean number of users of an item that somebody has: 3 * (3 + 2 + 1 + 2 + 2 + 2) / 6. */
START_TEST(lambda_from_the_data) {
  recs_matrix *matrix = matrix_of(context, shop, SHOP, ITEMS, NULL);
  static const uint32_t bought[] = {0};
  recs_scorer *scorer = fit(matrix, NULL);
  recs_history history = history_of(bought, 1);
  double scores[ITEMS];
  ck_ok(recs_scorer_score(scores, scorer, &history));
  ck_assert_double_eq_tol(scores[1], 2.0 / (3 + 6), 1e-6);
  recs_scorer_free(scorer);
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(weights_count_with_their_sign) {
  static const uint32_t list[] = {0, 1, END, 0, 1, END, 0, 2, END};
  static const float values[] = {1, -1, 2, -2, 1, 0};
  recs_matrix *matrix = matrix_of(context, list, 9, 3, values);
  recs_scorer *scorer = fit(matrix, "lambda=1");
  uint32_t bought[] = {0};
  recs_history history = history_of(bought, 1);
  double scores[3];
  ck_ok(recs_scorer_score(scores, scorer, &history));
  ck_assert_double_eq_tol(scores[1], -5.0 / 7, 1e-6);
  ck_assert(isnan(scores[2])); /* an entry of 0 is none */
  recs_scorer_free(scorer);
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(similar_items_and_reasons) {
  static const char *const settings[] = {"lambda=0.5", "lambda=0.5;top_k=1"};
  recs_matrix *matrix = matrix_of(context, shop, SHOP, ITEMS, NULL);
  for (size_t s = 0; s < 2; s++) {
    recs_scorer *scorer = fit(matrix, settings[s]);
    static const uint32_t bought[] = {1, 4, 5, 4};
    recs_history history = history_of(bought, 4);
    int32_t kinds[4];
    uint32_t rows[4], items[ITEMS];
    double amounts[4], scores[ITEMS];
    size_t count;
    ck_ok(recs_scorer_similar(items, scores, &count, scorer, 4, NULL, ITEMS));
    ck_assert_uint_eq(count, s == 0 ? 2 : 1);
    ck_assert(items[0] == 5 || items[0] == 6); /* they are alike */
    ck_assert_double_eq_tol(scores[0], 2 / 4.5, 1e-6);
    ck_ok(recs_scorer_contributions(kinds, rows, NULL, amounts, &count, scorer, &history, items[0], 4));
    ck_assert_uint_ge(count, 1);
    ck_assert_int_eq(kinds[0], RECS_REASON_ITEM);
    ck_assert_uint_eq(rows[0], 4);
    ck_assert_double_eq_tol(amounts[0], 2 * 2 / 4.5, 1e-6);
    ck_ok(recs_scorer_contributions(kinds, rows, NULL, amounts, &count, scorer, &history, 2, 4));
    ck_assert_uint_eq(count, 0);
    ck_ok(recs_scorer_similar(items, scores, &count, scorer, 3, NULL, ITEMS));
    ck_assert_uint_eq(count, 0);
    recs_scorer_free(scorer);
  }
  recs_matrix_free(matrix);
}
END_TEST

/* Users and items at random, each user's items near each other on a ring, so that most of them are of one group. */
static recs_matrix *ring(recs_context *with, uint32_t users, uint32_t items, uint32_t length) {
  int64_t *offsets = calloc(users + 1, sizeof *offsets);
  uint32_t *indices = malloc((size_t)users * length * sizeof *indices), state = 7;
  recs_matrix *matrix = NULL;
  for (uint32_t user = 0; user < users; user++) {
    uint32_t first;
    state = state * 1664525u + 1013904223u;
    first = (state >> 8) % (items - 3 * length);
    for (uint32_t i = 0; i < length; i++) {
      state = state * 1664525u + 1013904223u;
      indices[user * length + i] = first + 3 * i + (state >> 8) % 3;
    }
    offsets[user + 1] = (int64_t)(user + 1) * length;
  }
  if (recs_matrix_create(&matrix, with, users, items, offsets, indices, NULL) != RECS_OK)
    matrix = NULL;
  free(offsets);
  free(indices);
  return matrix;
}

static void scores_of(double *out, const recs_matrix *matrix, const char *settings) {
  static const uint32_t bought[] = {3, 40, 41, 200};
  recs_history history = history_of(bought, 4);
  recs_scorer *scorer = fit(matrix, settings);
  ck_ok(recs_scorer_score(out, scorer, &history));
  recs_scorer_free(scorer);
}

enum { RING = 300 };

START_TEST(same_bits_for_any_threads) {
  static const char *const settings[] = {"lambda=3", "lambda=3;method=local;neighbors=20", "lambda=3;top_k=9"};
  for (uint32_t users = 60; users <= 600; users += 540) {
    for (size_t s = 0; s < 3; s++) {
      double one[RING], three[RING];
      recs_context *with = recs_test_threads(3, UINT32_MAX);
      recs_matrix *matrix = ring(context, users, RING, 6), *other = ring(with, users, RING, 6);
      scores_of(one, matrix, settings[s]);
      scores_of(three, other, settings[s]);
      ck_assert_mem_eq(one, three, sizeof one);
      recs_matrix_free(matrix);
      recs_matrix_free(other);
      recs_context_free(with);
    }
  }
}
END_TEST

START_TEST(all_weights_kept_are_all_weights) {
  recs_matrix *matrix = ring(context, 600, RING, 6);
  double dense[RING], sparse[RING];
  scores_of(dense, matrix, "lambda=3");
  scores_of(sparse, matrix, "lambda=3;top_k=300");
  for (int i = 0; i < RING; i++)
    ck_assert(isnan(dense[i]) ? isnan(sparse[i]) : fabs(dense[i] - (isnan(sparse[i]) ? 0 : sparse[i])) < 1e-12);
  recs_matrix_free(matrix);
}
END_TEST

typedef struct calls {
  int count, stop_at;
  double last;
} calls;

static int count_calls(void *payload, double fraction) {
  calls *seen = payload;
  ck_assert(fraction >= seen->last && fraction <= 1);
  seen->last = fraction;
  return ++seen->count == seen->stop_at;
}

START_TEST(progress_and_cancel) {
  static const char *const settings[] = {"method=exact", "method=local"};
  recs_matrix *matrix = ring(context, 600, RING, 6);
  recs_training training = {.struct_size = sizeof training, .matrix = matrix};
  for (size_t s = 0; s < 2; s++) {
    calls whole = {0}, seen;
    recs_scorer *scorer;
    ck_ok(recs_scorer_fit(&scorer, &training, "ease", settings[s], count_calls, &whole));
    ck_assert_double_eq_tol(whole.last, 1, 1e-9);
    recs_scorer_free(scorer);
    for (int stop = 1; stop <= whole.count; stop += 1 + whole.count / 10) {
      seen = (calls){0, stop, 0};
      ck_fails(recs_scorer_fit(&scorer, &training, "ease", settings[s], count_calls, &seen), RECS_ERROR_CANCELLED, "cancelled");
      ck_assert_ptr_null(scorer);
    }
  }
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(options) {
  static const struct {
    const char *settings;
    int32_t status;
    const char *text;
  } cases[] = {
      {"lambda=-1", RECS_ERROR_INVALID, "lambda"},        {"lambda=nan", RECS_ERROR_INVALID, "lambda"},
      {"method=fast", RECS_ERROR_INVALID, "local"},       {"precision=half", RECS_ERROR_INVALID, "single"},
      {"neighbors=0", RECS_ERROR_INVALID, "neighbors"},   {"top_k=65537", RECS_ERROR_INVALID, "65536"},
      {"memory_mb=-1", RECS_ERROR_INVALID, "memory_mb"},  {"k=3", RECS_ERROR_NOT_FOUND, "lambda"},
      {"lambda=1e-300", RECS_ERROR_NUMERIC, "not positive definite"},
      {"lambda=1e-300;method=local", RECS_ERROR_NUMERIC, "not positive definite"},
  };
  recs_matrix *matrix = matrix_of(context, shop, SHOP, ITEMS, NULL);
  recs_training training = {.struct_size = sizeof training, .matrix = matrix};
  recs_ease_options chosen;
  recs_scorer *scorer;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ck_fails(recs_scorer_fit(&scorer, &training, "ease", cases[i].settings, NULL, NULL), cases[i].status, cases[i].text);
    ck_assert_ptr_null(scorer);
  }
  ck_ok(recs_ease_options_init(&chosen, sizeof chosen));
  ck_assert_int_eq(chosen.method, RECS_EASE_AUTO);
  ck_assert_int_eq(chosen.precision, RECS_EASE_DOUBLE);
  chosen.lambda = 0.5;
  ck_ok(recs_ease_fit(&scorer, &training, &chosen, NULL, NULL));
  ck_assert_str_eq(recs_scorer_name(scorer), "ease");
  recs_scorer_free(scorer);
  recs_matrix_free(matrix);
}
END_TEST

/* No users, no items, weights of 0 alone. */
START_TEST(nothing_to_learn) {
  static const uint32_t both[] = {0, 1, END};
  static const float zeros[] = {0, 0};
  recs_matrix *matrices[3];
  ck_ok(recs_matrix_create(&matrices[0], context, 0, 0, (int64_t[]){0}, NULL, NULL));
  ck_ok(recs_matrix_create(&matrices[1], context, 0, 2, (int64_t[]){0}, NULL, NULL));
  matrices[2] = matrix_of(context, both, 3, 2, zeros);
  for (size_t i = 0; i < 3; i++) {
    static const char *const settings[] = {"method=exact", "method=local", "top_k=3"};
    for (size_t s = 0; s < 3; s++) {
      recs_scorer *scorer = fit(matrices[i], settings[s]);
      recs_history history = history_of(both, i == 0 ? 0 : 2);
      double scores[2];
      ck_ok(recs_scorer_score(scores, scorer, &history));
      ck_assert(i == 0 || (isnan(scores[0]) && isnan(scores[1])));
      recs_scorer_free(scorer);
    }
    recs_matrix_free(matrices[i]);
  }
}
END_TEST

/* Saved and loaded a model answers the same; whatever bytes are damaged, it is refused or answers without harm. */
START_TEST(in_files) {
  static const char *const settings[] = {"lambda=0.5", "lambda=0.5;top_k=2"};
  recs_test_shop from;
  ck_ok(recs_test_shop_open(&from, context, 12, 9));
  for (size_t s = 0; s < 2; s++) {
    recs_model *model, *loaded;
    void *saved;
    size_t size, refused = 0;
    unsigned char *damaged;
    ck_ok(recs_test_shop_fit(&model, &from, "ease", settings[s], "none"));
    ck_ok(recs_model_save_memory(&saved, &size, model));
    ck_ok(recs_model_load_memory(&loaded, context, saved, size));
    ck_assert(recs_test_answers_hash(model) == recs_test_answers_hash(loaded));
    recs_model_free(loaded);
    recs_model_free(model);
    damaged = malloc(size);
    for (size_t at = s; at < size; at += 5) {
      memcpy(damaged, saved, size);
      damaged[at] ^= at % 3 == 0 ? 0xff : at % 3 == 1 ? 0x80 : 0x01;
      recs_test_repair(damaged, size);
      if (recs_model_load_memory(&loaded, context, damaged, size) == RECS_OK)
        recs_test_answers_hash(loaded);
      else
        refused += 1;
      recs_model_free(loaded);
    }
    ck_assert_uint_gt(refused, 0);
    free(damaged);
    recs_buffer_free(saved);
  }
  recs_test_shop_close(&from);
}
END_TEST

static int32_t fit_and_ask(recs_context *heap_context, void *payload) {
  static const uint32_t bought[] = {3, 9, 8, 20};
  recs_history history = history_of(bought, 4);
  recs_training training = {.struct_size = sizeof training};
  recs_matrix *matrix = ring(heap_context, 20, 30, 6);
  recs_scorer *scorer = NULL;
  uint32_t items[5];
  double scores[5];
  size_t count;
  int32_t status;
  if (matrix == NULL)
    return RECS_ERROR_NOMEM;
  training.matrix = matrix;
  status = recs_scorer_fit(&scorer, &training, "ease", *(const char **)payload, NULL, NULL);
  if (status == RECS_OK)
    status = recs_scorer_top(items, scores, &count, scorer, &history, NULL, 5);
  recs_scorer_free(scorer);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory) {
  static const char *settings[] = {"method=exact", "method=exact;top_k=3", "method=local;neighbors=4"};
  recs_test_oom(fit_and_ask, &settings[_i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("ease");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, values_by_hand);
  tcase_add_test(all, lambda_from_the_data);
  tcase_add_test(all, weights_count_with_their_sign);
  tcase_add_test(all, similar_items_and_reasons);
  tcase_add_test(all, same_bits_for_any_threads);
  tcase_add_test(all, all_weights_kept_are_all_weights);
  tcase_add_test(all, progress_and_cancel);
  tcase_add_test(all, options);
  tcase_add_test(all, nothing_to_learn);
  tcase_add_test(all, in_files);
  tcase_add_loop_test(all, out_of_memory, 0, 3);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
