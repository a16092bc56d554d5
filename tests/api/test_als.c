#include "support/support.h"

#include <stdio.h>

enum { USERS = 80, ITEMS = 70, MOST = USERS * ITEMS };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* A log of two tastes, with a few dislikes: users and items of one parity go together. User 1 has all items, item 2 all users, user 3
 * and item 4 nothing. `shift` renames users. */
static int32_t make_matrix(recs_matrix **out, recs_context *of, uint32_t shift) {
  static int64_t offsets[USERS + 1];
  static uint32_t columns[MOST];
  static float values[MOST];
  size_t used = 0;
  for (uint32_t row = 0; row < USERS; row++) {
    uint32_t user = (row + shift) % USERS;
    for (uint32_t item = 0; item < ITEMS; item++) {
      uint32_t draw = (user * 7919 + item * 104729 + user * item) % 97;
      int has = user == 1 || item == 2 || draw < (user % 2 == item % 2 ? 30 : 5);
      if (!has || user == 3 || item == 4)
        continue;
      columns[used] = item;
      values[used++] = draw % 11 == 10 ? -1.0F : (float)(1 + draw % 3);
    }
    offsets[row + 1] = (int64_t)used;
  }
  return recs_matrix_create(out, of, USERS, ITEMS, offsets, columns, values);
}

static int32_t fit(recs_scorer **out, const recs_matrix *matrix, const char *settings) {
  recs_training training = {.struct_size = sizeof training, .matrix = matrix};
  return recs_scorer_fit(out, &training, "als", settings, NULL, NULL);
}

static recs_scorer *fitted(recs_context *of, uint32_t shift, const char *settings) {
  recs_scorer *scorer;
  recs_matrix *matrix;
  ck_ok(make_matrix(&matrix, of, shift));
  ck_ok(fit(&scorer, matrix, settings));
  recs_matrix_free(matrix);
  return scorer;
}

static recs_scorer *fitted_to(uint32_t users, uint32_t items, const int64_t *offsets, const uint32_t *columns,
                              const float *values, const char *settings) {
  recs_scorer *scorer;
  recs_matrix *matrix;
  ck_ok(recs_matrix_create(&matrix, context, users, items, offsets, columns, values));
  ck_ok(fit(&scorer, matrix, settings));
  recs_matrix_free(matrix);
  return scorer;
}

static recs_history history_of(const uint32_t *items, const float *weights, size_t count) {
  recs_history history = {.struct_size = sizeof history, .items = items, .weights = weights, .count = count,
                          .user = RECS_NO_ROW};
  return history;
}

static double loss_of(const recs_scorer *scorer) {
  double loss;
  ck_ok(recs_als_loss(&loss, scorer));
  return loss;
}

static const uint32_t bought[] = {6, 2, 12, 6};

START_TEST(one_user_and_one_item) {
  static const int64_t offsets[] = {0, 1};
  static const uint32_t columns[] = {0};
  static const float weights[] = {2};
  recs_scorer *scorer = fitted_to(1, 1, offsets, columns, weights,
                                  "alpha=1.5;unobserved=0.5;by_density=0;regularization=0.2;exponent=0;factors=40;iterations=50");
  recs_history history = history_of(columns, weights, 1);
  const float *factors;
  float user[16];
  uint32_t width;
  double score, length;
  ck_ok(recs_als_items(&factors, &width, scorer));
  ck_assert_uint_eq(width, 16); /* of the 40 factors one is of use */
  for (uint32_t k = 1; k < width; k++)
    ck_assert(factors[k] == 0);
  ck_ok(recs_als_user(user, scorer, &history));
  ck_ok(recs_scorer_score(&score, scorer, &history));
  /* 3.5 (1 - x y)^2 + 0.2 (x^2 + y^2) is least where x = y and 3.5 (1 - x^2) = 0.2. */
  length = 1 - 0.2 / 3.5;
  ck_assert_double_eq_tol(score, length, 1e-5);
  ck_assert_double_eq_tol((double)factors[0] * (double)factors[0], length, 1e-4);
  ck_assert_double_eq_tol(loss_of(scorer), 3.5 * (1 - length) * (1 - length) + 0.4 * length, 1e-5);
  recs_scorer_free(scorer);
}
END_TEST

START_TEST(nothing_liked_is_nothing_known) {
  static const int64_t offsets[] = {0, 2, 3};
  static const uint32_t columns[] = {0, 1, 0};
  static const float weights[][3] = {{-1, -2, -1}, {0, 0, 0}};
  for (int i = 0; i < 2; i++) {
    recs_scorer *scorer = fitted_to(2, 2, offsets, columns, weights[i], "factors=3");
    recs_history history = history_of(columns, NULL, 2);
    double scores[2];
    size_t count;
    ck_ok(recs_scorer_score(scores, scorer, &history));
    ck_assert(isnan(scores[0]) && isnan(scores[1]));
    ck_ok(recs_scorer_contributions(NULL, NULL, NULL, NULL, &count, scorer, &history, 0, 0));
    ck_assert_uint_eq(count, 0);
    ck_assert(loss_of(scorer) == 0);
    recs_scorer_free(scorer);
  }
}
END_TEST

START_TEST(tastes_are_told_apart) {
  recs_scorer *scorer = fitted(context, 0, "factors=2");
  recs_history history = history_of(bought, NULL, 4);
  uint32_t items[10];
  double scores[10];
  size_t count, even = 0;
  ck_ok(recs_scorer_top(items, scores, &count, scorer, &history, NULL, 10));
  ck_assert_uint_eq(count, 10);
  for (size_t i = 0; i < count; i++)
    even += items[i] % 2 == 0;
  ck_assert_uint_ge(even, 8);
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 7, NULL, 10));
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_ne(items[i], 7);
    ck_assert_double_le(scores[i], 1 + 1e-9);
  }
  ck_assert_uint_eq(items[0] % 2, 1);
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 4, NULL, 10)); /* nobody has it */
  ck_assert_uint_eq(count, 0);
  recs_scorer_free(scorer);
}
END_TEST

static void check_sum(const recs_scorer *scorer, const recs_history *history) {
  double scores[ITEMS];
  ck_ok(recs_scorer_score(scores, scorer, history));
  for (uint32_t item = 0; item < ITEMS; item++) {
    int32_t kinds[ITEMS];
    uint32_t rows[ITEMS];
    double amounts[ITEMS], sum = 0;
    size_t count;
    ck_ok(recs_scorer_contributions(kinds, rows, NULL, amounts, &count, scorer, history, item, ITEMS));
    for (size_t i = 0; i < count; i++) {
      ck_assert_int_eq(kinds[i], RECS_REASON_ITEM);
      sum += amounts[i];
    }
    if (isnan(scores[item]))
      ck_assert_uint_eq(count, 0);
    else
      ck_assert_double_eq_tol(sum, scores[item], 1e-12);
  }
}

START_TEST(contributions_sum_to_the_score) {
  static const float weights[] = {1, -2, 0.5F, 0.5F};
  recs_scorer *scorer = fitted(context, 0, "factors=10;iterations=3");
  recs_history history = history_of(bought, weights, 4);
  uint32_t all[ITEMS];
  check_sum(scorer, &history);
  for (uint32_t item = 0; item < ITEMS; item++)
    all[item] = item;
  history = history_of(all, NULL, ITEMS);
  check_sum(scorer, &history);
  recs_scorer_free(scorer);
}
END_TEST

/* The order of a history and how it is cut into repeats do not matter. */
START_TEST(a_history_is_a_sum) {
  static const uint32_t merged[] = {2, 6, 12};
  static const float weights[] = {1, 2, 1};
  recs_scorer *scorer = fitted(context, 0, "factors=8");
  recs_history given = history_of(bought, NULL, 4), sum = history_of(merged, weights, 3);
  float first[16], second[16];
  ck_ok(recs_als_user(first, scorer, &given));
  ck_ok(recs_als_user(second, scorer, &sum));
  ck_assert_mem_eq(first, second, sizeof first);
  recs_scorer_free(scorer);
}
END_TEST

START_TEST(histories_may_fade) {
  static const uint32_t items[] = {6, 2, 12};
  static const float weights[] = {0.25F, 0.5F, 1};
  recs_scorer *fading = fitted(context, 0, "factors=8;recency=0.5"), *plain = fitted(context, 0, "factors=8");
  recs_history given = history_of(items, NULL, 3), faded = history_of(items, weights, 3);
  float first[16], second[16];
  ck_ok(recs_als_user(first, fading, &given));
  ck_ok(recs_als_user(second, plain, &faded));
  ck_assert_mem_eq(first, second, sizeof first);
  check_sum(fading, &given);
  recs_scorer_free(fading);
  recs_scorer_free(plain);
}
END_TEST

static const char *const ways[] = {"factors=5;iterations=2", "factors=17;block=16;iterations=2"};

START_TEST(threads_do_not_matter_seeds_do) {
  recs_scorer *scorers[4];
  const float *factors[4];
  uint32_t width;
  for (uint32_t i = 0; i < 4; i++) {
    recs_context *own = recs_test_threads(i + 1, UINT32_MAX);
    char settings[80];
    snprintf(settings, sizeof settings, "%s;seed=%d", ways[_i], i == 3 ? 2 : 1);
    scorers[i] = fitted(own, 0, settings);
    recs_context_free(own);
    ck_ok(recs_als_items(&factors[i], &width, scorers[i]));
  }
  ck_assert_mem_eq(factors[0], factors[1], ITEMS * width * sizeof(float));
  ck_assert_mem_eq(factors[0], factors[2], ITEMS * width * sizeof(float));
  ck_assert_mem_ne(factors[0], factors[3], ITEMS * width * sizeof(float));
  ck_assert(loss_of(scorers[0]) == loss_of(scorers[2]));
  for (int i = 0; i < 4; i++)
    recs_scorer_free(scorers[i]);
}
END_TEST

START_TEST(the_order_of_users_does_not_matter) {
  recs_scorer *first = fitted(context, 0, ways[_i]), *second = fitted(context, 17, ways[_i]);
  recs_history history = history_of(bought, NULL, 4);
  double scores[ITEMS], others[ITEMS];
  ck_assert_double_eq_tol(loss_of(first) / loss_of(second), 1, 1e-5);
  ck_ok(recs_scorer_score(scores, first, &history));
  ck_ok(recs_scorer_score(others, second, &history));
  for (uint32_t item = 0; item < ITEMS; item++)
    ck_assert(isnan(scores[item]) ? isnan(others[item]) : fabs(scores[item] - others[item]) < 1e-3);
  recs_scorer_free(first);
  recs_scorer_free(second);
}
END_TEST

START_TEST(the_loss_falls_until_it_hardly_does) {
  double before = INFINITY;
  for (int iterations = 1; iterations <= 3; iterations++) {
    char settings[80];
    recs_scorer *scorer;
    snprintf(settings, sizeof settings, "%s;iterations=%d", _i == 0 ? "factors=5" : "factors=17;block=16", iterations);
    scorer = fitted(context, 0, settings);
    ck_assert_double_lt(loss_of(scorer), before);
    before = loss_of(scorer);
    recs_scorer_free(scorer);
    if (iterations == 2) { /* no second iteration takes off all of the loss */
      snprintf(settings, sizeof settings, "%s;tolerance=1", _i == 0 ? "factors=5" : "factors=17;block=16");
      scorer = fitted(context, 0, settings);
      ck_assert(loss_of(scorer) == before);
      recs_scorer_free(scorer);
    }
  }
}
END_TEST

START_TEST(bad_arguments) {
  static const uint32_t beyond[] = {ITEMS};
  recs_scorer *scorer = fitted(context, 0, ways[0]), *other;
  recs_training training = {.struct_size = sizeof training};
  recs_history history = history_of(beyond, NULL, 1);
  recs_als_options options;
  recs_matrix *matrix;
  const float *factors;
  float user[16];
  uint32_t width;
  double loss;
  ck_ok(make_matrix(&matrix, context, 0));
  training.matrix = matrix;
  ck_fails(fit(&other, matrix, "factors=0"), RECS_ERROR_INVALID, "factors");
  ck_fails(fit(&other, matrix, "unobserved=0"), RECS_ERROR_INVALID, "unobserved");
  ck_fails(fit(&other, matrix, "rank=3"), RECS_ERROR_NOT_FOUND, "factors");
  ck_ok(recs_als_options_init(&options, sizeof options));
  options.alpha = (double)NAN;
  ck_fails(recs_als_fit(&other, &training, &options, NULL, NULL), RECS_ERROR_INVALID, "alpha");
  ck_assert_ptr_null(other);
  ck_fails(recs_als_user(user, scorer, &history), RECS_ERROR_INVALID, "70");
  ck_fails(recs_als_user(NULL, scorer, &history), RECS_ERROR_INVALID, "out");
  ck_fails(recs_als_items(&factors, NULL, scorer), RECS_ERROR_INVALID, "out_width");
  ck_ok(recs_scorer_fit(&other, &training, "popularity", NULL, NULL, NULL));
  ck_fails(recs_als_loss(&loss, other), RECS_ERROR_INVALID, "popularity");
  ck_fails(recs_als_items(&factors, &width, other), RECS_ERROR_INVALID, "popularity");
  ck_fails(recs_als_loss(&loss, NULL), RECS_ERROR_INVALID, "scorer");
  recs_scorer_free(other);
  recs_matrix_free(matrix);
  recs_scorer_free(scorer);
}
END_TEST

START_TEST(weights_too_large) {
  static const int64_t offsets[] = {0, 1};
  static const uint32_t columns[] = {0};
  static const float weights[] = {3e38F};
  recs_history history = history_of(columns, weights, 1);
  recs_scorer *scorer;
  recs_matrix *matrix;
  double scores[ITEMS];
  ck_ok(recs_matrix_create(&matrix, context, 1, 1, offsets, columns, weights));
  ck_fails(fit(&scorer, matrix, "alpha=1000"), RECS_ERROR_NUMERIC, "alpha");
  ck_assert_ptr_null(scorer);
  scorer = fitted(context, 0, "factors=2;alpha=1000");
  ck_fails(recs_scorer_score(scores, scorer, &history), RECS_ERROR_NUMERIC, "1000");
  recs_scorer_free(scorer);
  recs_matrix_free(matrix);
}
END_TEST

typedef struct watcher {
  double last;
  int calls;
  int stop_at;
} watcher;

static int32_t watch(void *payload, double fraction) {
  watcher *self = payload;
  ck_assert_double_ge(fraction, self->last);
  ck_assert_double_le(fraction, 1);
  self->last = fraction;
  return ++self->calls == self->stop_at;
}

START_TEST(progress_rises_and_may_cancel) {
  recs_training training = {.struct_size = sizeof training};
  watcher seen = {0};
  recs_matrix *matrix;
  recs_scorer *scorer;
  ck_ok(make_matrix(&matrix, context, 0));
  training.matrix = matrix;
  ck_ok(recs_scorer_fit(&scorer, &training, "als", ways[_i], watch, &seen));
  recs_scorer_free(scorer);
  ck_assert_int_ge(seen.calls, 6);
  seen = (watcher){.stop_at = seen.calls / 2};
  ck_fails(recs_scorer_fit(&scorer, &training, "als", ways[_i], watch, &seen), RECS_ERROR_CANCELLED, "");
  ck_assert_ptr_null(scorer);
  recs_matrix_free(matrix);
}
END_TEST

static int32_t fit_and_ask(recs_context *heap_context, void *payload) {
  static const int64_t offsets[] = {0, 2, 3};
  static const uint32_t columns[] = {0, 1, 1};
  recs_history history = history_of(columns, NULL, 3);
  recs_matrix *matrix = NULL;
  recs_scorer *scorer = NULL;
  uint32_t items[3];
  double scores[3];
  float user[32];
  size_t count;
  int32_t status = recs_matrix_create(&matrix, heap_context, 2, 2, offsets, columns, NULL);
  if (status == RECS_OK)
    status = fit(&scorer, matrix, payload);
  if (status == RECS_OK)
    status = recs_scorer_top(items, scores, &count, scorer, &history, NULL, 3);
  if (status == RECS_OK)
    status = recs_als_user(user, scorer, &history);
  if (status == RECS_OK)
    status = recs_scorer_contributions(NULL, NULL, NULL, NULL, &count, scorer, &history, 0, 0);
  recs_scorer_free(scorer);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory) {
  static char settings[] = "factors=17;block=16;iterations=1;recency=0.5";
  recs_test_oom(fit_and_ask, settings);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("als");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, one_user_and_one_item);
  tcase_add_test(all, nothing_liked_is_nothing_known);
  tcase_add_test(all, tastes_are_told_apart);
  tcase_add_test(all, contributions_sum_to_the_score);
  tcase_add_test(all, a_history_is_a_sum);
  tcase_add_test(all, histories_may_fade);
  tcase_add_loop_test(all, threads_do_not_matter_seeds_do, 0, 2);
  tcase_add_loop_test(all, the_order_of_users_does_not_matter, 0, 2);
  tcase_add_loop_test(all, the_loss_falls_until_it_hardly_does, 0, 2);
  tcase_add_test(all, bad_arguments);
  tcase_add_test(all, weights_too_large);
  tcase_add_loop_test(all, progress_rises_and_may_cancel, 0, 2);
  tcase_add_test(all, out_of_memory);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
