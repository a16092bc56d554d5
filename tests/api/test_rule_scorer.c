/* The scorer "rules": values by hand, reasons, what it refuses, short memory. Files: test_order.c; edges: test_scorer_edges.c. */
#include "support/support.h"
#include "support/trail.h"

enum { USERS = 5, ITEMS = 6, EVENTS = 14 };

/* Baskets of one time each: {0 1 2}, {0 1}, {0 1 2} and later {3 4}, {0 2}, {3 4}. Nobody has item 5. */
static const uint32_t buyers[EVENTS] = {0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4, 4};
static const uint32_t bought[EVENTS] = {0, 1, 2, 0, 1, 0, 1, 2, 3, 4, 0, 2, 3, 4};
static const int64_t times[EVENTS] = {10, 10, 10, 10, 10, 10, 10, 10, 20, 20, 10, 10, 20, 20};

static recs_context *context;
static recs_test_trail trail;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_ok(recs_test_trail_open(&trail, context, USERS, ITEMS, buyers, bought, times, EVENTS));
}

static void teardown(void) {
  recs_test_trail_close(&trail);
  recs_context_free(context);
}

static recs_scorer *fit(const char *settings) {
  recs_scorer *scorer;
  ck_ok(recs_scorer_fit(&scorer, &trail.training, "rules", settings, NULL, NULL));
  return scorer;
}

/* 0 stands for no score. */
static void check(const char *settings, const recs_history *history, const double *expected) {
  recs_scorer *scorer = fit(settings);
  double scores[ITEMS];
  ck_ok(recs_scorer_score(scores, scorer, history));
  for (int item = 0; item < ITEMS; item++)
    ck_assert_msg(expected[item] == 0 ? isnan(scores[item]) : fabs(scores[item] - expected[item]) < 1e-6,
                  "%s: item %d has %g, not %g", settings, item, scores[item], expected[item]);
  recs_scorer_free(scorer);
}

static const uint32_t zero[] = {0}, one[] = {1}, three[] = {3}, both[] = {0, 1};

/* Of six baskets 0 is in 4, 1 and 2 in 3, 3 and 4 in 2; 0 and 1 are together in 3, 0 and 2 in 3, 1 and 2 in 2, all three in 2. */
START_TEST(by_hand) {
  recs_history of_zero = recs_test_history(zero, 1), of_one = recs_test_history(one, 1), of_three = recs_test_history(three, 1);
  recs_history of_both = recs_test_history(both, 2);
  double third = 1 / 3.0;
  check("min_count=2;lift_power=0", &of_zero, (double[]){0, 0.75, 0.75, 0, 0, 0});
  check("min_count=2;lift_power=1", &of_zero, (double[]){0, 1.125, 1.125, 0, 0, 0});
  check("min_count=2;lift_power=1", &of_three, (double[]){0, 0, 0, 0, 3, 0});
  check("min_count=2;lift_power=0;recency=1", &of_both, (double[]){1, 0.75, 0.75 + 4 * third, 0, 0, 0});
  check("min_count=2;lift_power=0;recency=1;max_antecedent=1", &of_both, (double[]){1, 0.75, 0.75 + 2 * third, 0, 0, 0});
  check("min_count=2;lift_power=0;recency=1;combine=best", &of_both, (double[]){1, 0.75, 0.75, 0, 0, 0});
  check("min_count=2;lift_power=0;recency=0.5", &of_both, (double[]){1, 0.375, 0.375 + 3 * third, 0, 0, 0});
  check("min_count=2;lift_power=0;k=1", &of_zero, (double[]){0, 0.75, 0, 0, 0, 0});
  check("min_count=2;lift_power=0;min_lift=1.4", &of_one, (double[]){1, 0, 0, 0, 0, 0});
  check("min_count=3;lift_power=0", &of_one, (double[]){1, 0, 0, 0, 0, 0});
  check("min_count=2;metric=support;lift_power=0", &of_three, (double[]){0, 0, 0, 0, third, 0});
}
END_TEST

/* One time is one basket where the log has orders; histories whole, or the matrix alone, have five baskets. */
START_TEST(baskets) {
  recs_history of_three = recs_test_history(three, 1);
  double here[ITEMS] = {[4] = 3}, whole[ITEMS] = {[4] = 2.5};
  check("min_count=2;lift_power=1;gap=0.5", &of_three, here);
  check("min_count=2;lift_power=1;gap=0", &of_three, whole);
  check("min_count=2;lift_power=1;gap=100", &of_three, whole);
  trail.training.histories = NULL;
  check("min_count=2;lift_power=1", &of_three, whole);
}
END_TEST

/* Of ten frequent sets the first nine lack the one of three items, and the first three are single items. */
START_TEST(fewer_itemsets) {
  recs_history of_both = recs_test_history(both, 2), of_three = recs_test_history(three, 1);
  double third = 1 / 3.0;
  check("min_count=2;max_itemsets=10;lift_power=0;recency=1", &of_both, (double[]){1, 0.75, 0.75 + 4 * third, 0, 0, 0});
  check("min_count=2;max_itemsets=9;lift_power=0;recency=1", &of_both, (double[]){1, 0.75, 0.75 + 2 * third, 0, 0, 0});
  check("min_count=2;max_itemsets=3", &of_three, (double[ITEMS]){0});
}
END_TEST

/* Repeats count once, with the largest weight; what weighs nothing, or less, is not there. */
START_TEST(weights) {
  static const uint32_t items[] = {1, 0, 1, 3};
  static const float given[] = {0.5F, 2, 1.5F, -1};
  recs_history history = recs_test_history(items, 4);
  history.weights = given;
  check("min_count=2;lift_power=0;recency=1", &history, (double[]){1.5, 1.5, 1.5 + 1 + 1, 0, 0, 0});
}
END_TEST

static void check_reasons(const char *settings, const double *expected) {
  recs_history history = recs_test_history(both, 2);
  recs_scorer *scorer = fit(settings);
  int32_t kinds[4];
  uint32_t rows[4];
  double amounts[4], found[ITEMS] = {0};
  size_t count;
  ck_ok(recs_scorer_contributions(kinds, rows, NULL, amounts, &count, scorer, &history, 2, 4));
  for (size_t i = 0; i < count; i++) {
    ck_assert_int_eq(kinds[i], RECS_REASON_ITEM);
    found[rows[i]] += amounts[i];
  }
  for (int item = 0; item < ITEMS; item++)
    ck_assert_double_eq_tol(found[item], expected[item], 1e-6);
  recs_scorer_free(scorer);
}

START_TEST(reasons_are_the_items_of_rules) {
  check_reasons("min_count=2;lift_power=0;recency=1", (double[ITEMS]){0.75 + 1 / 3.0, 1});
  check_reasons("min_count=2;lift_power=0;recency=1;combine=best", (double[ITEMS]){0.75});
}
END_TEST

START_TEST(similar_items) {
  recs_scorer *scorer = fit("min_count=2;lift_power=0");
  uint32_t items[ITEMS];
  double scores[ITEMS];
  size_t count;
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 1, NULL, ITEMS));
  ck_assert_uint_eq(count, 2);
  ck_assert(items[0] == 0 && items[1] == 2);
  ck_assert_double_eq_tol(scores[1], 2 / 3.0, 1e-6);
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 5, NULL, ITEMS));
  ck_assert_uint_eq(count, 0);
  recs_scorer_free(scorer);
}
END_TEST

START_TEST(refusals) {
  static const struct {
    const char *settings, *text;
  } cases[] = {{"min_count=1", "min_count is \"1\""}, {"max_antecedent=9", "max_antecedent is \"9\""},
               {"metric=fishers-exact", "fishers-exact, of which less is better"},
               {"metric=wow", "confidence"},            {"combine=3", "combine"},
               {"gap=-2", "gap is \"-2\""},             {"lift_power=5", "lift_power is \"5\""},
               {"max_itemsets=0", "max_itemsets is \"0\""}};
  recs_rule_scorer_options options;
  recs_scorer *scorer;
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    ck_fails(recs_scorer_fit(&scorer, &trail.training, "rules", cases[c].settings, NULL, NULL), RECS_ERROR_INVALID, cases[c].text);
    ck_assert_ptr_null(scorer);
  }
  ck_ok(recs_rule_scorer_options_init(&options, sizeof options));
  options.k = 0;
  ck_fails(recs_rule_scorer_fit(&scorer, &trail.training, &options, NULL, NULL), RECS_ERROR_INVALID, "k is 0");
  options.k = 10;
  ck_ok(recs_rule_scorer_fit(&scorer, &trail.training, &options, NULL, NULL));
  ck_assert_str_eq(recs_scorer_name(scorer), "rules");
  recs_scorer_free(scorer);
}
END_TEST

static int32_t fit_and_ask(recs_context *heap, void *payload) {
  recs_history history = recs_test_history(both, 2);
  recs_test_trail own;
  recs_scorer *scorer = NULL;
  double scores[ITEMS];
  size_t count;
  int32_t status = recs_test_trail_open(&own, heap, USERS, ITEMS, buyers, bought, times, EVENTS);
  (void)payload;
  if (status == RECS_OK)
    status = recs_scorer_fit(&scorer, &own.training, "rules", "min_count=2", NULL, NULL);
  if (status == RECS_OK)
    status = recs_scorer_score(scores, scorer, &history);
  if (status == RECS_OK)
    status = recs_scorer_contributions(NULL, NULL, NULL, NULL, &count, scorer, &history, 2, 0);
  recs_scorer_free(scorer);
  recs_test_trail_close(&own);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(fit_and_ask, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rule-scorer");
  TCase *tests = tcase_create("rule-scorer");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, by_hand);
  tcase_add_test(tests, baskets);
  tcase_add_test(tests, fewer_itemsets);
  tcase_add_test(tests, weights);
  tcase_add_test(tests, reasons_are_the_items_of_rules);
  tcase_add_test(tests, similar_items);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
