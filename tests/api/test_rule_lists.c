/* What is done with lists of rules: redundant ones, tests of significance, the first ones, metrics by name. */
#include "support/baskets.h"

enum { ITEMS = 7, BASKETS = 300 };

static recs_context *context;
static uint32_t masks[BASKETS];

/* Some items come together, and one nearly always. */
static void setup(void) {
  uint64_t state = 11;
  context = recs_test_threads(2, UINT32_MAX);
  for (uint32_t basket = 0; basket < BASKETS; basket++) {
    masks[basket] = 0;
    for (uint32_t item = 0; item < ITEMS; item++)
      masks[basket] |= (uint32_t)(recs_test_random(&state) % 100 < 35 + 8 * item) << item;
    masks[basket] |= recs_test_random(&state) % 3 == 0 ? 0x13 : 0;
  }
}

static void teardown(void) {
  recs_context_free(context);
}

static int32_t make_rules(recs_rules **out, recs_context *with, uint32_t baskets, const recs_rules_options *options) {
  recs_apriori_options mining;
  recs_itemsets *itemsets = NULL;
  recs_matrix *matrix = NULL;
  int32_t status = recs_test_baskets(&matrix, with, masks, baskets, ITEMS);
  recs_apriori_options_init(&mining, sizeof mining);
  mining.min_count = baskets / 20;
  if (status == RECS_OK)
    status = recs_test_mine(&itemsets, matrix, &mining);
  if (status == RECS_OK)
    status = recs_rules_create(out, itemsets, options, NULL, NULL);
  recs_itemsets_free(itemsets);
  recs_matrix_free(matrix);
  return status;
}

static recs_rules *rules_of(int32_t metric, double minimum, uint32_t max_antecedent) {
  recs_rules_options options;
  recs_rules *out;
  ck_ok(recs_rules_options_init(&options, sizeof options));
  options.metric = metric;
  options.minimum = minimum;
  options.max_antecedent = max_antecedent;
  ck_ok(make_rules(&out, context, BASKETS, &options));
  return out;
}

static void get(uint32_t *left, uint32_t *right, const recs_rules *rules, uint64_t index) {
  const uint32_t *a, *c;
  size_t a_count, c_count;
  ck_ok(recs_rules_get(&a, &a_count, &c, &c_count, rules, index));
  *left = *right = 0;
  for (size_t i = 0; i < a_count; i++)
    *left |= UINT32_C(1) << a[i];
  for (size_t i = 0; i < c_count; i++)
    *right |= UINT32_C(1) << c[i];
}

static void assert_same_rule(const recs_rules *a, uint64_t a_index, const recs_rules *b, uint64_t b_index) {
  uint32_t left[2], right[2];
  get(&left[0], &right[0], a, a_index);
  get(&left[1], &right[1], b, b_index);
  ck_hold(left[0] == left[1] && right[0] == right[1]);
}

static uint32_t support_of(uint32_t mask) {
  uint32_t count = 0, empty = 0;
  for (uint32_t basket = 0; basket < BASKETS; basket++) {
    count += (masks[basket] & mask) == mask;
    empty += masks[basket] == 0;
  }
  ck_hold(empty == 0);
  return count;
}

/* What a rule of nothing on the left is worth. */
static double worth_of_nothing(uint32_t right, int32_t metric) {
  return metric == RECS_METRIC_CONFIDENCE ? support_of(right) / (double)BASKETS : 1; /* a lift and a p-value are 1 */
}

/* Against every pair of rules. */
static void check_improvement(const recs_rules *rules, int32_t metric) {
  size_t count = (size_t)recs_rules_count(rules);
  double *gains = calloc(count + 1, sizeof *gains), *values = calloc(count + 1, sizeof *values);
  uint32_t *left = calloc(count + 1, sizeof *left), *right = calloc(count + 1, sizeof *right);
  double sign = recs_rules_metric_direction(metric);
  recs_rules *kept, *better;
  uint64_t stay = 0, stay_better = 0;
  ck_ok(recs_rules_improvement(gains, rules, metric));
  ck_ok(recs_rules_values(values, rules, 0, count, metric));
  for (size_t i = 0; i < count; i++)
    get(&left[i], &right[i], rules, i);
  ck_ok(recs_rules_prune(&kept, rules, metric, 0));
  ck_ok(recs_rules_prune(&better, rules, metric, 0.02));
  for (size_t i = 0; i < count; i++) {
    double best = sign * worth_of_nothing(right[i], metric);
    for (size_t j = 0; j < count; j++) {
      if (right[j] == right[i] && left[j] != left[i] && (left[j] & ~left[i]) == 0)
        best = fmax(best, sign * values[j]);
    }
    ck_hold(fabs(gains[i] - (sign * values[i] - best)) < 1e-14);
    if (gains[i] > 0)
      assert_same_rule(rules, i, kept, stay++);
    if (gains[i] >= 0.02)
      assert_same_rule(rules, i, better, stay_better++);
  }
  ck_assert_uint_eq(stay, recs_rules_count(kept));
  ck_assert_uint_eq(stay_better, recs_rules_count(better));
  ck_assert(stay > 0 && stay < count);
  recs_rules_free(kept);
  recs_rules_free(better);
  free(gains);
  free(values);
  free(left);
  free(right);
}

START_TEST(redundant_rules) {
  recs_rules *some = rules_of(RECS_METRIC_CONFIDENCE, 0.8, 0); /* with gaps: parts of antecedents are no rules */
  recs_rules *all = rules_of(RECS_METRIC_CONFIDENCE, 0, 3);
  check_improvement(some, RECS_METRIC_CONFIDENCE);
  check_improvement(some, RECS_METRIC_LIFT);
  check_improvement(some, RECS_METRIC_FISHERS_EXACT);
  check_improvement(all, RECS_METRIC_CONFIDENCE);
  recs_rules_free(some);
  recs_rules_free(all);
}
END_TEST

START_TEST(first_rules) {
  recs_rules *rules = rules_of(RECS_METRIC_LIFT, 1, 0), *first;
  ck_ok(recs_rules_first(&first, rules, 5));
  ck_assert_uint_eq(recs_rules_count(first), 5);
  for (uint64_t i = 0; i < 5; i++)
    assert_same_rule(rules, i, first, i);
  recs_rules_free(first);
  ck_ok(recs_rules_first(&first, rules, UINT64_MAX));
  ck_assert_uint_eq(recs_rules_count(first), recs_rules_count(rules));
  recs_rules_free(first);
  ck_ok(recs_rules_first(&first, rules, 0));
  ck_assert_uint_eq(recs_rules_count(first), 0);
  recs_rules_free(first);
  recs_rules_free(rules);
}
END_TEST

static int by_value(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* By the definitions, from sorted values. */
static double corrected(double raw, const double *sorted, size_t count, int32_t correction, double tests) {
  double largest = 0, smallest = 1;
  if (correction <= RECS_CORRECTION_BONFERRONI)
    return correction == RECS_CORRECTION_NONE ? raw : fmin(1, raw * tests);
  for (size_t r = 0; r < count; r++) {
    if (sorted[r] <= raw)
      largest = fmax(largest, fmin(1, sorted[r] * (tests - (double)r)));
    if (sorted[r] >= raw)
      smallest = fmin(smallest, sorted[r] * tests / ((double)r + 1));
  }
  return correction == RECS_CORRECTION_HOLM ? largest : smallest;
}

START_TEST(corrected_p_values) {
  static const int32_t tests[] = {RECS_METRIC_FISHERS_EXACT, RECS_METRIC_CHI_SQUARED_P};
  recs_rules *rules = rules_of(RECS_METRIC_LIFT, 1.02, 0), *passed;
  size_t count = (size_t)recs_rules_count(rules);
  double *raw = calloc(count, sizeof *raw), *out = calloc(count, sizeof *out), *sorted = calloc(count, sizeof *sorted);
  int32_t test = tests[_i % 2], correction = RECS_CORRECTION_NONE + _i / 2;
  uint64_t pass = 0, next = 0;
  ck_assert_uint_gt(count, 30);
  ck_ok(recs_rules_values(raw, rules, 0, count, test));
  memcpy(sorted, raw, count * sizeof *raw);
  qsort(sorted, count, sizeof *sorted, by_value);
  ck_ok(recs_rules_p_values(out, rules, test, correction, count + 10));
  ck_ok(recs_rules_significant(&passed, rules, 0.05, test, correction, count + 10));
  for (size_t i = 0; i < count; i++) {
    double expected = corrected(raw[i], sorted, count, correction, (double)count + 10);
    ck_hold(fabs(out[i] - expected) <= 1e-12 * expected);
    pass += out[i] <= 0.05;
    if (out[i] <= 0.05)
      assert_same_rule(rules, i, passed, next++);
  }
  ck_assert_uint_eq(recs_rules_count(passed), pass);
  ck_assert(pass > 0 && pass < count);
  ck_ok(recs_rules_p_values(out, rules, test, RECS_CORRECTION_BONFERRONI, 0));
  ck_assert(fabs(out[0] - fmin(1, raw[0] * (double)count)) <= 1e-12 * out[0]);
  recs_rules_free(passed);
  recs_rules_free(rules);
  free(raw);
  free(out);
  free(sorted);
}
END_TEST

START_TEST(metrics_have_names) {
  int32_t count = 0;
  while (recs_rules_metric_name(count + 1) != NULL) {
    recs_rules_options options;
    count += 1;
    ck_ok(recs_rules_options_init(&options, sizeof options));
    ck_ok(recs_options_set(&options, recs_rules_schema(), "metric", recs_rules_metric_name(count)));
    ck_assert_int_eq(options.metric, count);
    ck_assert(strlen(recs_rules_metric_formula(count)) > 0);
    ck_assert_int_eq(abs(recs_rules_metric_direction(count)), 1);
  }
  ck_assert_int_eq(count, RECS_METRIC_RELATIVE_RISK);
  ck_assert_ptr_null(recs_rules_metric_name(0));
  ck_assert_ptr_null(recs_rules_metric_name(INT32_MIN));
  ck_assert_ptr_null(recs_rules_metric_formula(count + 1));
  ck_assert_int_eq(recs_rules_metric_direction(-1), 0);
}
END_TEST

START_TEST(refusals) {
  recs_rules *rules = rules_of(RECS_METRIC_LIFT, 1, 0), *other = (recs_rules *)&other;
  double value;
  ck_fails(recs_rules_prune(&other, rules, RECS_METRIC_LIFT, -1), RECS_ERROR_INVALID, "least is -1");
  ck_fails(recs_rules_prune(&other, rules, RECS_METRIC_LIFT, NAN), RECS_ERROR_INVALID, "least is nan");
  ck_fails(recs_rules_prune(&other, rules, 0, 0), RECS_ERROR_INVALID, "number 0");
  ck_fails(recs_rules_improvement(&value, rules, 99), RECS_ERROR_INVALID, "number 99");
  ck_fails(recs_rules_significant(&other, rules, 0, RECS_METRIC_FISHERS_EXACT, 0, 0), RECS_ERROR_INVALID, "level is 0");
  ck_fails(recs_rules_significant(&other, rules, 1.5, RECS_METRIC_FISHERS_EXACT, 0, 0), RECS_ERROR_INVALID, "level is 1.5");
  ck_fails(recs_rules_significant(&other, rules, 0.1, RECS_METRIC_LIFT, 0, 0), RECS_ERROR_INVALID, "metric 3 is no test");
  ck_fails(recs_rules_significant(&other, rules, 0.1, RECS_METRIC_FISHERS_EXACT, 4, 0), RECS_ERROR_INVALID, "number 4");
  ck_fails(recs_rules_significant(&other, rules, 0.1, RECS_METRIC_FISHERS_EXACT, 0, 1), RECS_ERROR_INVALID, "tests is 1");
  ck_fails(recs_rules_p_values(&value, NULL, RECS_METRIC_FISHERS_EXACT, 0, 0), RECS_ERROR_INVALID, "rules");
  ck_fails(recs_rules_values(&value, rules, recs_rules_count(rules), 1, RECS_METRIC_LIFT), RECS_ERROR_INVALID, "1 rules from");
  ck_fails(recs_rules_values(&value, rules, 0, 1, 0), RECS_ERROR_INVALID, "number 0");
  ck_fails(recs_rules_first(NULL, rules, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_rules_first(&other, NULL, 1), RECS_ERROR_INVALID, "rules");
  ck_assert_ptr_null(other);
  recs_rules_free(rules);
}
END_TEST

static int32_t thin_out(recs_context *heap, void *payload) {
  recs_rules *rules = NULL, *first = NULL, *pruned = NULL, *passed = NULL;
  int32_t status = make_rules(&rules, heap, 40, NULL);
  (void)payload;
  if (status == RECS_OK)
    status = recs_rules_first(&first, rules, 60);
  if (status == RECS_OK)
    status = recs_rules_prune(&pruned, first, RECS_METRIC_CONFIDENCE, 0);
  if (status == RECS_OK)
    status = recs_rules_significant(&passed, first, 0.9, RECS_METRIC_FISHERS_EXACT, RECS_CORRECTION_HOLM, 0);
  recs_rules_free(passed);
  recs_rules_free(pruned);
  recs_rules_free(first);
  recs_rules_free(rules);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(thin_out, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rule-lists");
  TCase *tests = tcase_create("rule-lists");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, redundant_rules);
  tcase_add_test(tests, first_rules);
  tcase_add_loop_test(tests, corrected_p_values, 0, 8);
  tcase_add_test(tests, metrics_have_names);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
