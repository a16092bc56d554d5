/* Scorers that know order: values by hand, what they refuse, short memory. Brute force over random logs: tests/witness. */
#include "support/answers.h"
#include "support/container.h"
#include "support/shop.h"
#include "support/support.h"
#include "support/trail.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

enum { USERS = 4, ITEMS = 6 };

/* User 0 takes items 0, 1, 2; user 1 takes 0, 3. Nobody takes items 4 and 5. */
static const uint32_t walkers[] = {0, 0, 0, 1, 1};
static const uint32_t walked[] = {0, 1, 2, 0, 3};
static const int64_t clock_times[] = {10, 20, 30, 10, 20};

static int32_t open_walk(recs_test_trail *self, recs_context *with) {
  return recs_test_trail_open(self, with, USERS, ITEMS, walkers, walked, clock_times, 5);
}

/* The scores of `settings` for a history, by hand; NAN where nothing is known. */
static void check_scores(const recs_test_trail *self, const char *name, const char *settings, const recs_history *history,
                         const double *expected) {
  double scores[ITEMS];
  recs_scorer *scorer;
  ck_ok(recs_scorer_fit(&scorer, &self->training, name, settings, NULL, NULL));
  ck_ok(recs_scorer_score(scores, scorer, history));
  for (int item = 0; item < ITEMS; item++) {
    if (isnan(expected[item]))
      ck_assert_msg(isnan(scores[item]), "%s %s: item %d has %g", name, settings, item, scores[item]);
    else
      ck_assert_double_eq_tol(scores[item], expected[item], 1e-6);
  }
  recs_scorer_free(scorer);
}

START_TEST(near_items_and_later_ones_count_more) {
  static const uint32_t one[] = {1}, zero[] = {0};
  recs_history history = recs_test_history(one, 1);
  recs_test_trail walk;
  double root = sqrt(2);
  ck_ok(open_walk(&walk, context));
  check_scores(&walk, "item-knn", "distance=1;backward=0.25", &history,
               (double[]){0.25 / root, NAN, 1, NAN, NAN, NAN});
  check_scores(&walk, "item-knn", "backward=0", &history, (double[]){NAN, NAN, 1, NAN, NAN, NAN});
  history = recs_test_history(zero, 1);
  check_scores(&walk, "item-knn", "distance=1", &history, (double[]){NAN, 1 / root, 0.5 / root, 1 / root, NAN, NAN});
  check_scores(&walk, "item-knn", "distance=1;exponent_from=0", &history, (double[]){NAN, 1, 0.5, 1, NAN, NAN});
  check_scores(&walk, "item-knn", "window=1", &history, (double[]){NAN, 1 / root, NAN, 1 / root, NAN, NAN});
  check_scores(&walk, "item-knn", "window=1;shrink=3", &history,
               (double[]){NAN, 0.25 / root, NAN, 0.25 / root, NAN, NAN});
  history = recs_test_history(one, 1);
  check_scores(&walk, "item-knn", "exponent_from=0;exponent_to=1", &history, (double[]){0.5, NAN, 1, NAN, NAN, NAN});
  recs_test_trail_close(&walk);
}
END_TEST

/* Items of one order have no order. */
START_TEST(items_at_one_time_stand_side_by_side) {
  static const int64_t times[] = {10, 10, 20, 10, 10};
  static const uint32_t one[] = {1};
  recs_history history = recs_test_history(one, 1);
  recs_test_trail walk;
  ck_ok(recs_test_trail_open(&walk, context, USERS, ITEMS, walkers, walked, times, 5));
  check_scores(&walk, "item-knn", "distance=1;backward=0.25;exponent_from=0;exponent_to=0", &history,
               (double[]){1, NAN, 1, NAN, NAN, NAN});
  recs_test_trail_close(&walk);
  ck_ok(recs_test_trail_open(&walk, context, USERS, ITEMS, walkers, walked, NULL, 5)); /* unknown times: the order of arrival */
  check_scores(&walk, "item-knn", "distance=1;backward=0.25;exponent_from=0;exponent_to=0", &history,
               (double[]){0.25, NAN, 1, NAN, NAN, NAN});
  recs_test_trail_close(&walk);
}
END_TEST

START_TEST(what_was_done_last_weighs_most) {
  static const uint32_t both[] = {1, 0};
  static const int64_t apart[] = {10, 30}, together[] = {10, 10}, unknown[] = {RECS_NO_TIME, RECS_NO_TIME};
  recs_history history = recs_test_history(both, 2);
  recs_test_trail walk;
  double root = sqrt(2);
  ck_ok(open_walk(&walk, context));
  check_scores(&walk, "item-knn", "recency=0.5", &history,
               (double[]){0.5 / root, 1 / root, 0.5 + 1 / root, 1 / root, NAN, NAN});
  check_scores(&walk, "item-knn", "recency=0", &history, (double[]){0, 1 / root, 1 / root, 1 / root, NAN, NAN});
  check_scores(&walk, "item-knn", "recency=0.5;normalize=1", &history,
               (double[]){1, 1, 1, 1, NAN, NAN});
  check_scores(&walk, "item-knn", "half_life=10", &history, /* no times, no decay */
               (double[]){1 / root, 1 / root, 1 + 1 / root, 1 / root, NAN, NAN});
  history.times = unknown;
  check_scores(&walk, "item-knn", "half_life=10", &history,
               (double[]){1 / root, 1 / root, 1 + 1 / root, 1 / root, NAN, NAN});
  history.times = apart;
  check_scores(&walk, "item-knn", "half_life=10", &history,
               (double[]){0.25 / root, 1 / root, 0.25 + 1 / root, 1 / root, NAN, NAN});
  history.times = together;
  check_scores(&walk, "item-knn", "half_life=10;recency=0.5", &history,
               (double[]){1 / root, 1 / root, 1 + 1 / root, 1 / root, NAN, NAN});
  recs_test_trail_close(&walk);
}
END_TEST

START_TEST(a_user_is_whom_they_were_last) {
  static const uint32_t both[] = {3, 1};
  recs_history history = recs_test_history(both, 2);
  double root3 = sqrt(3), root125 = sqrt(1.25);
  recs_test_trail walk;
  ck_ok(open_walk(&walk, context)); /* user 0 has one of three items, user 1 one of two */
  check_scores(&walk, "user-knn", "recency=0.5", &history,
               (double[]){(1 / root3 + 0.5 / sqrt(2)) / root125, 1 / root3 / root125, 1 / root3 / root125,
                          0.5 / sqrt(2) / root125, NAN, NAN});
  check_scores(&walk, "user-knn", "exponent_from=1;exponent_to=0", &history, (double[]){1, 0.5, 0.5, 0.5, NAN, NAN});
  check_scores(&walk, "user-knn", "exponent_from=0;exponent_to=1", &history,
               (double[]){1.0 / 3 + 0.5, 1.0 / 3, 1.0 / 3, 0.5, NAN, NAN});
  recs_test_trail_close(&walk);
}
END_TEST

START_TEST(what_follows_what) {
  static const uint32_t zero[] = {0}, both[] = {0, 1}, other[] = {3, 1};
  recs_history history = recs_test_history(zero, 1);
  recs_test_trail walk;
  ck_ok(open_walk(&walk, context));
  check_scores(&walk, "markov", "window=1;smoothing=0", &history, (double[]){NAN, 0.5, NAN, 0.5, NAN, NAN});
  check_scores(&walk, "markov", "window=2;distance=1;smoothing=0", &history,
               (double[]){NAN, 0.4, 0.2, 0.4, NAN, NAN});
  check_scores(&walk, "markov", "window=2;distance=1;smoothing=2.5", &history,
               (double[]){NAN, 0.2, 0.1, 0.2, NAN, NAN});
  check_scores(&walk, "markov", "window=1;smoothing=0;k=1", &history, (double[]){NAN, 0.5, NAN, NAN, NAN, NAN});
  history = recs_test_history(both, 2);
  check_scores(&walk, "markov", "window=1;min_count=1;smoothing=1;recency=0", &history,
               (double[]){NAN, NAN, 0.75, NAN, NAN, NAN});
  check_scores(&walk, "markov", "window=1;min_count=2;smoothing=1;recency=0", &history,
               (double[]){NAN, NAN, 0.5, NAN, NAN, NAN});
  check_scores(&walk, "markov", "window=1;order=1;smoothing=0;recency=0.5", &history,
               (double[]){NAN, 0.25, 1, 0.25, NAN, NAN});
  history = recs_test_history(other, 2); /* nothing follows 3, and nothing is known of 3 and then 1 */
  check_scores(&walk, "markov", "min_count=1;smoothing=1", &history, (double[]){NAN, NAN, 0.5, NAN, NAN, NAN});
  recs_test_trail_close(&walk);
}
END_TEST

/* Sessions by hand: {0, 1, 2} of time 30 and {0, 3} of time 20. ln(2 / 2) is 0: item 0 says nothing. */
START_TEST(sessions_like_this_one) {
  static const uint32_t both[] = {1, 0}, back[] = {3, 1}, again[] = {0, 1, 0};
  recs_history history = recs_test_history(both, 2);
  recs_test_trail walk;
  double rare = log(2);
  ck_ok(open_walk(&walk, context));
  check_scores(&walk, "session-knn", "weighting=linear;match_decay=0.1", &history,
               (double[]){0, 1.5 * 0.9 * rare, 1.5 * 0.9 * rare, 0.9 * rare, NAN, NAN});
  check_scores(&walk, "session-knn", "weighting=equal;match_decay=0;idf=0", &history,
               (double[]){3, 2, 2, 1, NAN, NAN});
  check_scores(&walk, "session-knn", "weighting=harmonic;match_decay=0;idf=0;k=1", &history,
               (double[]){1.5, 1.5, 1.5, NAN, NAN, NAN});
  check_scores(&walk, "session-knn", "weighting=geometric;match_decay=0;idf=0;m=1", &history,
               (double[]){1.7, 1.7, 1.7, NAN, NAN, NAN});
  check_scores(&walk, "session-knn", "max_items=1;match_decay=0;idf=0;k=1", &history, /* the newer of two alike */
               (double[]){1, 1, 1, NAN, NAN, NAN});
  history.user = 0; /* not their own */
  check_scores(&walk, "session-knn", "weighting=quadratic;match_decay=0;idf=0", &history,
               (double[]){1, NAN, NAN, 1, NAN, NAN});
  history = recs_test_history(back, 2);
  check_scores(&walk, "session-knn", "weighting=linear;match_decay=0.6;idf=0", &history, /* 1 - 1.2 is below 0 */
               (double[]){0.4, 0.4, 0.4, NAN, NAN, NAN});
  history = recs_test_history(again, 3); /* the same as 1, 0 */
  check_scores(&walk, "session-knn", "weighting=linear;match_decay=0;idf=0", &history,
               (double[]){2.5, 1.5, 1.5, 1, NAN, NAN});
  recs_test_trail_close(&walk);
  ck_ok(open_walk(&walk, context));
  history = recs_test_history(both, 2);
  check_scores(&walk, "session-knn", "gap=9", &history, (double[]){NAN, NAN, NAN, NAN, NAN, NAN}); /* each event alone */
  recs_test_trail_close(&walk);
}
END_TEST

START_TEST(similar_items_are_those_that_follow) {
  uint32_t items[ITEMS];
  double scores[ITEMS];
  size_t count;
  recs_scorer *scorer;
  recs_test_trail walk;
  ck_ok(open_walk(&walk, context));
  ck_ok(recs_scorer_fit(&scorer, &walk.training, "item-knn", "backward=0", NULL, NULL));
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 1, NULL, ITEMS));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(items[0], 2);
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 2, NULL, ITEMS));
  ck_assert_uint_eq(count, 0);
  recs_scorer_free(scorer);
  ck_ok(recs_scorer_fit(&scorer, &walk.training, "markov", "window=1;smoothing=0", NULL, NULL));
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 1, NULL, ITEMS));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(items[0], 2);
  ck_assert_double_eq_tol(scores[0], 1, 1e-12);
  recs_scorer_free(scorer);
  ck_ok(recs_scorer_fit(&scorer, &walk.training, "session-knn", NULL, NULL, NULL));
  ck_fails(recs_scorer_similar(items, scores, &count, scorer, 1, NULL, ITEMS), RECS_ERROR_UNSUPPORTED, "session-knn");
  recs_scorer_free(scorer);
  recs_test_trail_close(&walk);
}
END_TEST

START_TEST(bad_settings) {
  static const struct {
    const char *name, *settings;
    int32_t status;
    const char *text;
  } cases[] = {
      {"item-knn", "distance=-1", RECS_ERROR_INVALID, "distance"},
      {"item-knn", "distance=nan", RECS_ERROR_INVALID, "distance"},
      {"item-knn", "backward=1.5", RECS_ERROR_INVALID, "backward"},
      {"item-knn", "window=-1", RECS_ERROR_INVALID, "window"},
      {"item-knn", "exponent_to=3", RECS_ERROR_INVALID, "exponent_to"},
      {"item-knn", "recency=2", RECS_ERROR_INVALID, "recency"},
      {"item-knn", "half_life=-3", RECS_ERROR_INVALID, "half_life"},
      {"item-knn", "kernel=jaccard;distance=1", RECS_ERROR_INVALID, "kernel=cosine"},
      {"item-knn", "kernel=jaccard;exponent_to=0", RECS_ERROR_INVALID, "kernel=cosine"},
      {"user-knn", "kernel=jaccard;exponent_to=0", RECS_ERROR_INVALID, "kernel=cosine"},
      {"markov", "order=9", RECS_ERROR_INVALID, "order"},
      {"markov", "window=0", RECS_ERROR_INVALID, "window"},
      {"markov", "smoothing=inf", RECS_ERROR_INVALID, "smoothing"},
      {"markov", "skip=3", RECS_ERROR_NOT_FOUND, "min_count"},
      {"session-knn", "m=0", RECS_ERROR_INVALID, "m is"},
      {"session-knn", "max_items=257", RECS_ERROR_INVALID, "256"},
      {"session-knn", "weighting=cubic", RECS_ERROR_INVALID, "harmonic"},
      {"session-knn", "gap=-1", RECS_ERROR_INVALID, "gap"},
      {"user-knn", "recency=-0.5", RECS_ERROR_INVALID, "recency"},
  };
  static const char *const orders[] = {"distance=1", "backward=0.5", "window=3"};
  recs_scorer *scorer;
  recs_test_trail walk;
  ck_ok(open_walk(&walk, context));
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ck_fails(recs_scorer_fit(&scorer, &walk.training, cases[i].name, cases[i].settings, NULL, NULL), cases[i].status,
             cases[i].text);
    ck_assert_ptr_null(scorer);
  }
  walk.training.histories = NULL;
  for (size_t i = 0; i < 3; i++)
    ck_fails(recs_scorer_fit(&scorer, &walk.training, "item-knn", orders[i], NULL, NULL), RECS_ERROR_UNSUPPORTED,
             "histories");
  ck_fails(recs_scorer_fit(&scorer, &walk.training, "order-knn", NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "histories");
  ck_fails(recs_scorer_fit(&scorer, &walk.training, "markov", NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "histories");
  ck_fails(recs_scorer_fit(&scorer, &walk.training, "session-knn", NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "histories");
  ck_ok(recs_scorer_fit(&scorer, &walk.training, "item-knn", "exponent_to=1;recency=0.5", NULL, NULL));
  recs_scorer_free(scorer);
  recs_test_trail_close(&walk);
}
END_TEST

/* A catalogue of one item, no events at all, histories that know more items than the matrix, and an empty history. */
START_TEST(hardly_anything) {
  static const struct {
    const char *name, *settings;
  } given[] = {{"item-knn", "distance=0.5;backward=0.5"}, {"item-knn", "exponent_to=1"}, {"markov", "min_count=1"},
               {"session-knn", "gap=1"}};
  static const uint32_t item[] = {0};
  static const int64_t none[] = {0, 0, 0, 0, 0};
  recs_history history = recs_test_history(item, 1);
  recs_matrix *small;
  recs_scorer *scorer;
  double scores[ITEMS];
  recs_test_trail walk;
  for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
    ck_ok(recs_test_trail_open(&walk, context, USERS, ITEMS, walkers, walked, NULL, 0));
    check_scores(&walk, given[i].name, given[i].settings, &history, (double[]){NAN, NAN, NAN, NAN, NAN, NAN});
    recs_test_trail_close(&walk);
    ck_ok(open_walk(&walk, context));
    ck_ok(recs_matrix_create(&small, context, USERS, 1, none, NULL, NULL));
    walk.training.matrix = small;
    ck_ok(recs_scorer_fit(&scorer, &walk.training, given[i].name, given[i].settings, NULL, NULL));
    ck_ok(recs_scorer_score(scores, scorer, &history));
    ck_assert(isnan(scores[0]));
    history.count = 0;
    ck_ok(recs_scorer_score(scores, scorer, &history));
    ck_assert(isnan(scores[0]));
    history.count = 1;
    recs_scorer_free(scorer);
    recs_matrix_free(small);
    recs_test_trail_close(&walk);
  }
}
END_TEST

/* Scorers and settings that stand for all paths. */
static const struct {
  const char *name, *settings;
} ways[] = {
    {"item-knn", "distance=0.3;backward=0.7;recency=0.7"},
    {"item-knn", "window=2;normalize=1;recency=0.7;half_life=3600000"},
    {"item-knn", "exponent_from=0.3;exponent_to=0.8;k=2"},
    {"order-knn", NULL},
    {"markov", "min_count=1;order=3"},
    {"session-knn", NULL},
    {"session-knn", "weighting=linear;idf=0;k=2;m=3;gap=3600000"},
    {"user-knn", "exponent_from=0.3;exponent_to=0.8;recency=0.5;half_life=3600000"},
    {"rules", "min_count=2;min_lift=0"},
    {"rules", "min_count=2;combine=best;max_antecedent=3;recency=0.5;half_life=3600000;gap=7200000"},
};

enum { WAYS = sizeof ways / sizeof ways[0] };

START_TEST(comes_back_from_a_file) {
  recs_test_shop shop;
  recs_model *fitted, *copy;
  ck_ok(recs_test_shop_open(&shop, context, 12, 9));
  ck_ok(recs_test_shop_fit(&fitted, &shop, ways[_i].name, ways[_i].settings, NULL));
  ck_ok(recs_test_model_copy(&copy, context, fitted));
  ck_assert_uint_eq(recs_test_answers_hash(copy), recs_test_answers_hash(fitted));
  recs_model_free(copy);
  recs_model_free(fitted);
  recs_test_shop_close(&shop);
}
END_TEST

/* Damage behind checksums that agree with it: a file is refused, or says something without harm. */
START_TEST(damaged_files) {
  static const char *const names[] = {"order-knn", "markov", "session-knn", "rules"};
  enum { STRIDE = 7 };
  size_t size, refused = 0, tried = 0;
  recs_test_shop shop;
  recs_model *fitted, *loaded;
  unsigned char *damaged;
  void *saved;
  ck_ok(recs_test_shop_open(&shop, context, 12, 9));
  ck_ok(recs_test_shop_fit(&fitted, &shop, names[_i], _i == 3 ? "min_count=2;min_lift=0" : NULL, "none"));
  ck_ok(recs_model_save_memory(&saved, &size, fitted));
  damaged = malloc(size);
  for (size_t at = (size_t)_i; at < size; at += STRIDE, tried++) {
    memcpy(damaged, saved, size);
    damaged[at] ^= tried % 2 == 0 ? 0xff : 0x01;
    recs_test_repair(damaged, size);
    if (recs_model_load_memory(&loaded, context, damaged, size) != RECS_OK)
      refused += 1;
    else
      recs_test_answers_hash(loaded);
    recs_model_free(loaded);
  }
  ck_assert_uint_gt(refused, tried / 8);
  free(damaged);
  recs_buffer_free(saved);
  recs_model_free(fitted);
  recs_test_shop_close(&shop);
}
END_TEST

static int32_t fit_and_ask(recs_context *heap_context, void *payload) {
  static const uint32_t bought[] = {0, 2, 0};
  int way = *(const int *)payload;
  recs_history history = recs_test_history(bought, 3);
  recs_explanation *explanation = NULL;
  recs_scorer *scorer = NULL;
  uint32_t items[ITEMS];
  double scores[ITEMS];
  size_t count;
  recs_test_trail walk;
  int32_t status = open_walk(&walk, heap_context);
  if (status == RECS_OK)
    status = recs_scorer_fit(&scorer, &walk.training, ways[way].name, ways[way].settings, NULL, NULL);
  if (status == RECS_OK)
    status = recs_scorer_top(items, scores, &count, scorer, &history, NULL, ITEMS);
  if (status == RECS_OK)
    status = recs_explain(&explanation, scorer, &history, 1, NULL, NULL, NULL, 5);
  recs_explanation_free(explanation);
  recs_scorer_free(scorer);
  recs_test_trail_close(&walk);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(fit_and_ask, &_i);
}
END_TEST

static int32_t cancel(void *payload, double fraction) {
  double *last = payload;
  ck_assert_double_ge(fraction, *last);
  *last = fraction;
  return fraction >= 0.1;
}

START_TEST(may_be_cancelled) {
  recs_scorer *scorer;
  double last = 0;
  recs_test_trail walk;
  ck_ok(open_walk(&walk, context));
  ck_fails(recs_scorer_fit(&scorer, &walk.training, "item-knn", "distance=1", cancel, &last), RECS_ERROR_CANCELLED, "cancel");
  ck_assert_ptr_null(scorer);
  recs_test_trail_close(&walk);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("order");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, near_items_and_later_ones_count_more);
  tcase_add_test(all, items_at_one_time_stand_side_by_side);
  tcase_add_test(all, what_was_done_last_weighs_most);
  tcase_add_test(all, a_user_is_whom_they_were_last);
  tcase_add_test(all, what_follows_what);
  tcase_add_test(all, sessions_like_this_one);
  tcase_add_test(all, similar_items_are_those_that_follow);
  tcase_add_test(all, bad_settings);
  tcase_add_test(all, hardly_anything);
  tcase_add_loop_test(all, comes_back_from_a_file, 0, WAYS);
  tcase_add_loop_test(all, damaged_files, 0, 4);
  tcase_add_loop_test(all, out_of_memory, 0, WAYS);
  tcase_add_test(all, may_be_cancelled);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
