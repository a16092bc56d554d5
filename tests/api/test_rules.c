/* Rules against all splits of all frequent sets, with supports counted over masks. */
#include "support/baskets.h"

/* 3^8 ways to split all sets of 8 items: few enough for Valgrind, and more rules than are gathered before the best are
 * chosen. */
enum { ITEMS = 8, BASKETS = 400 };

static recs_context *context;
static uint32_t masks[BASKETS];
static uint32_t supports[1 << ITEMS];
static recs_itemsets *itemsets;

static const int32_t metrics[] = {RECS_METRIC_SUPPORT,
                                  RECS_METRIC_CONFIDENCE,
                                  RECS_METRIC_LIFT,
                                  RECS_METRIC_LEVERAGE,
                                  RECS_METRIC_CONVICTION,
                                  RECS_METRIC_ZHANG,
                                  RECS_METRIC_ANTECEDENT_SUPPORT,
                                  RECS_METRIC_CONSEQUENT_SUPPORT};
enum { METRICS = sizeof metrics / sizeof metrics[0] };

static recs_itemsets *mine_sizes(uint32_t min_count, int32_t kind, uint32_t min_size, uint32_t max_size) {
  recs_apriori_options options;
  recs_matrix *matrix;
  recs_itemsets *out;
  ck_ok(recs_apriori_options_init(&options, sizeof options));
  options.min_count = min_count;
  options.kind = kind;
  options.min_size = min_size;
  options.max_size = max_size;
  ck_ok(recs_test_baskets(&matrix, context, masks, BASKETS, ITEMS));
  ck_ok(recs_test_mine(&out, matrix, &options));
  recs_matrix_free(matrix);
  return out;
}

static recs_itemsets *mine(uint32_t min_count, int32_t kind, uint32_t min_size) {
  return mine_sizes(min_count, kind, min_size, 0);
}

/* Dense enough for nearly all sets, and the last item in every basket that has the one before. */
static void setup(void) {
  uint64_t state = 5;
  context = recs_test_threads(2, UINT32_MAX);
  for (uint32_t basket = 0; basket < BASKETS; basket++) {
    masks[basket] = 0;
    for (uint32_t item = 0; item < ITEMS; item++)
      masks[basket] |= (uint32_t)(recs_test_random(&state) % 100 < 70 + item) << item;
    masks[basket] |= (masks[basket] >> (ITEMS - 2) & 1) << (ITEMS - 1);
  }
  recs_test_brute_force(supports, masks, BASKETS, ITEMS, 40);
  itemsets = mine(40, RECS_ITEMSETS_ALL, 1);
}

static void teardown(void) {
  recs_itemsets_free(itemsets);
  recs_context_free(context);
}

static recs_rules_options options_of(int32_t metric, double minimum) {
  recs_rules_options options;
  ck_ok(recs_rules_options_init(&options, sizeof options));
  options.metric = metric;
  options.minimum = minimum;
  return options;
}

static recs_rules *make(const recs_rules_options *options) {
  recs_rules *rules;
  ck_ok(recs_rules_create(&rules, itemsets, options, NULL, NULL));
  return rules;
}

static uint32_t side(const uint32_t *items, size_t count) {
  uint32_t mask = 0;
  for (size_t i = 0; i < count; i++) {
    ck_hold(i == 0 || items[i - 1] < items[i]);
    mask |= UINT32_C(1) << items[i];
  }
  return mask;
}

static void get(uint32_t *left, uint32_t *right, const recs_rules *rules, uint64_t index) {
  const uint32_t *a, *c;
  size_t a_count, c_count;
  ck_ok(recs_rules_get(&a, &a_count, &c, &c_count, rules, index));
  ck_hold(a_count > 0 && c_count > 0);
  *left = side(a, a_count);
  *right = side(c, c_count);
  ck_hold((*left & *right) == 0);
}

static double expect(uint32_t left, uint32_t right, int32_t metric) {
  double n = BASKETS, a = supports[left] / n, c = supports[right] / n, both = supports[left | right] / n;
  double confidence = both / a, largest = fmax(both * (1 - a), a * (c - both));
  switch (metric) {
  case RECS_METRIC_SUPPORT:
    return both;
  case RECS_METRIC_CONFIDENCE:
    return confidence;
  case RECS_METRIC_LIFT:
    return confidence / c;
  case RECS_METRIC_LEVERAGE:
    return both - a * c;
  case RECS_METRIC_CONVICTION:
    return supports[left] == supports[left | right] ? INFINITY : (1 - c) / (1 - confidence);
  case RECS_METRIC_ZHANG:
    return largest == 0 ? 0 : (both - a * c) / largest;
  case RECS_METRIC_ANTECEDENT_SUPPORT:
    return a;
  default:
    return c;
  }
}

static double value_of(const recs_rules *rules, uint64_t index, int32_t metric) {
  double value;
  ck_ok(recs_rules_metric(&value, rules, index, metric));
  return value;
}

/* The number that the masks of items make when item 0 is the first letter: lexicographic order, prefixes first. */
static int before(uint32_t a, uint32_t b) {
  while (a != b) {
    uint32_t first_a = a & -a, first_b = b & -b;
    if (first_a != first_b)
      return a == 0 || (b != 0 && first_a < first_b);
    a ^= first_a;
    b ^= first_b;
  }
  return 0;
}

/* Best first by the metric, then by support, then by items. */
static void check_order(const recs_rules *rules, int32_t metric) {
  for (uint64_t i = 1; i < recs_rules_count(rules); i++) {
    double a = value_of(rules, i - 1, metric), b = value_of(rules, i, metric);
    uint32_t left[2], right[2], both[2];
    get(&left[0], &right[0], rules, i - 1);
    get(&left[1], &right[1], rules, i);
    both[0] = supports[left[0] | right[0]];
    both[1] = supports[left[1] | right[1]];
    ck_hold(a >= b);
    ck_hold(a > b || both[0] >= both[1]);
    if (a > b || both[0] > both[1])
      continue;
    ck_hold(before(left[0], left[1]) || (left[0] == left[1] && before(right[0], right[1])));
  }
}

static void check_values(const recs_rules *rules) {
  uint64_t count = recs_rules_count(rules);
  for (uint64_t i = 0; i < count; i += count > 500 ? 17 : 1) {
    uint32_t left, right;
    get(&left, &right, rules, i);
    for (size_t m = 0; m < METRICS; m++) {
      double value = value_of(rules, i, metrics[m]), wanted = expect(left, right, metrics[m]);
      ck_hold(value == wanted || fabs(value - wanted) <= 1e-12 * fabs(wanted) + 1e-15);
    }
  }
}

/* All rules that the options allow, each once. */
static void check_rules(const recs_rules_options *options) {
  recs_rules *rules = make(options);
  uint64_t expected = 0;
  for (uint32_t set = 1; set < 1 << ITEMS; set++) {
    for (uint32_t right = (set - 1) & set; supports[set] != 0 && right != 0; right = (right - 1) & set) {
      uint32_t left = set & ~right, l = (uint32_t)__builtin_popcount(left), r = (uint32_t)__builtin_popcount(right);
      expected += (options->max_antecedent == 0 || l <= options->max_antecedent) &&
                  (options->max_consequent == 0 || r <= options->max_consequent) &&
                  (options->consequent == RECS_NO_ROW ||
                   (options->consequent < ITEMS && right == UINT32_C(1) << options->consequent)) &&
                  expect(left, right, options->metric) >= options->minimum;
    }
  }
  ck_assert_uint_eq(recs_rules_count(rules), expected);
  check_order(rules, options->metric); /* strict, so that no rule comes twice */
  check_values(rules);
  recs_rules_free(rules);
}

START_TEST(by_every_metric) {
  static const double minima[METRICS] = {0.2, 0.8, 1.05, 0.01, 1.2, 0.1, 0.5, 0.5};
  recs_rules_options options = options_of(metrics[_i], minima[_i]);
  check_rules(&options);
}
END_TEST

START_TEST(by_sizes_and_consequent) {
  recs_rules_options options = options_of(RECS_METRIC_LIFT, -INFINITY);
  for (uint32_t left = 0; left <= 3; left++) {
    for (uint32_t right = 0; right <= 2; right++) {
      options.max_antecedent = left;
      options.max_consequent = right;
      if (left + right > 0)
        check_rules(&options);
      options.consequent = 4;
      check_rules(&options);
      options.consequent = RECS_NO_ROW;
    }
  }
  options.consequent = 77; /* no such item */
  check_rules(&options);
}
END_TEST

static void assert_same_rule(const recs_rules *a, uint64_t a_index, const recs_rules *b, uint64_t b_index) {
  uint32_t left[2], right[2];
  get(&left[0], &right[0], a, a_index);
  get(&left[1], &right[1], b, b_index);
  ck_hold(left[0] == left[1]);
  ck_hold(right[0] == right[1]);
}

/* More rules than are gathered before the best are chosen. */
START_TEST(best_rules_only) {
  static const uint64_t most[] = {1, 10, 1500, 6000, UINT64_MAX};
  recs_rules_options options = options_of(RECS_METRIC_LIFT, 0);
  recs_rules *all = make(&options);
  ck_assert_uint_gt(recs_rules_count(all), 4500);
  for (size_t m = 0; m < sizeof most / sizeof most[0]; m++) {
    recs_rules *best;
    options.max_rules = most[m];
    best = make(&options);
    ck_assert_uint_eq(recs_rules_count(best), most[m] < recs_rules_count(all) ? most[m] : recs_rules_count(all));
    for (uint64_t i = 0; i < recs_rules_count(best); i++)
      assert_same_rule(all, i, best, i);
    recs_rules_free(best);
  }
  recs_rules_free(all);
}
END_TEST

START_TEST(filter_and_sort) {
  recs_rules_options options = options_of(RECS_METRIC_CONFIDENCE, 0.9);
  recs_rules *rules = make(&options), *filtered, *sorted;
  uint64_t kept = 0;
  ck_ok(recs_rules_filter(&filtered, rules, RECS_METRIC_LIFT, 1.01, 1.1));
  for (uint64_t i = 0; i < recs_rules_count(rules); i++) {
    double lift = value_of(rules, i, RECS_METRIC_LIFT);
    if (lift >= 1.01 && lift <= 1.1)
      assert_same_rule(rules, i, filtered, kept++);
  }
  ck_assert_uint_eq(recs_rules_count(filtered), kept);
  ck_assert(kept > 20 && kept < recs_rules_count(rules));
  recs_rules_free(rules); /* what came from it stands alone */
  for (size_t m = 0; m < METRICS; m++) {
    ck_ok(recs_rules_sort(&sorted, filtered, metrics[m]));
    ck_assert_uint_eq(recs_rules_count(sorted), kept);
    check_order(sorted, metrics[m]);
    recs_rules_free(sorted);
  }
  ck_ok(recs_rules_filter(&rules, filtered, RECS_METRIC_CONVICTION, INFINITY, INFINITY));
  ck_assert_uint_gt(recs_rules_count(rules), 0);
  for (uint64_t i = 0; i < recs_rules_count(rules); i++)
    ck_assert(value_of(rules, i, RECS_METRIC_CONFIDENCE) == 1);
  recs_rules_free(rules);
  recs_rules_free(filtered);
}
END_TEST

/* The rules of sets that are given alone, their parts counted in the baskets; of closed sets those follow from the others. */
static void check_given(int32_t kind, uint32_t min_size, uint32_t max_size, int counted) {
  recs_rules_options options = options_of(RECS_METRIC_LIFT, -INFINITY);
  recs_matrix *baskets = NULL;
  recs_itemsets *given = mine_sizes(40, kind, min_size, max_size);
  recs_rules *rules;
  uint64_t expected = 0;
  ck_ok(recs_test_baskets(&baskets, context, masks, BASKETS, ITEMS));
  options.baskets = counted ? baskets : NULL;
  ck_ok(recs_rules_create(&rules, given, &options, NULL, NULL));
  for (uint64_t i = 0; i < recs_itemsets_count(given); i++) {
    size_t size;
    ck_ok(recs_itemsets_get(NULL, &size, NULL, given, i));
    expected += (UINT64_C(1) << size) - 2;
  }
  ck_assert_uint_gt(expected, 0);
  ck_assert_uint_eq(recs_rules_count(rules), expected);
  check_order(rules, RECS_METRIC_LIFT);
  check_values(rules);
  recs_rules_free(rules);
  recs_itemsets_free(given);
  recs_matrix_free(baskets);
}

START_TEST(of_closed_and_maximal) {
  check_given(RECS_ITEMSETS_CLOSED, 1, 0, 0);
  check_given(RECS_ITEMSETS_CLOSED, 1, 0, 1);
  check_given(RECS_ITEMSETS_CLOSED, 3, 5, 1);
  check_given(RECS_ITEMSETS_MAXIMAL, 1, 0, 1);
  check_given(RECS_ITEMSETS_ALL, 3, 4, 1);
}
END_TEST

/* Of baskets with item 2 alone, or none with item 5, or more than one of an item: parts that were left out are counted as the miner saw
 * the baskets. */
START_TEST(of_filtered_itemsets) {
  static const uint32_t two[] = {2}, five[] = {5};
  for (int way = 0; way < 3; way++) {
    recs_rules_options options = options_of(RECS_METRIC_LIFT, -INFINITY);
    recs_apriori_options mining;
    recs_itemsets *given;
    recs_matrix *baskets;
    recs_rules *rules;
    ck_ok(recs_apriori_options_init(&mining, sizeof mining));
    mining.min_count = 40;
    mining.kind = way == 2 ? RECS_ITEMSETS_MAXIMAL : RECS_ITEMSETS_CLOSED;
    mining.contains = way == 0 ? two : NULL;
    mining.contains_count = way == 0;
    mining.excludes = way == 1 ? five : NULL;
    mining.excludes_count = way == 1;
    mining.min_value = way == 2 ? 0.5 : 0;
    ck_ok(recs_test_baskets(&baskets, context, masks, BASKETS, ITEMS));
    ck_ok(recs_test_mine(&given, baskets, &mining));
    ck_fails(recs_rules_create(&rules, given, &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "give the baskets");
    options.baskets = baskets;
    ck_ok(recs_rules_create(&rules, given, &options, NULL, NULL));
    ck_assert_uint_gt(recs_rules_count(rules), 50);
    check_values(rules);
    recs_rules_free(rules);
    recs_itemsets_free(given);
    recs_matrix_free(baskets);
  }
}
END_TEST

static void lacks(int32_t kind, uint32_t min_size, uint32_t max_size) {
  recs_itemsets *given = mine_sizes(40, kind, min_size, max_size);
  recs_rules *rules = (recs_rules *)&rules;
  ck_fails(recs_rules_create(&rules, given, NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "give the baskets");
  ck_assert_ptr_null(rules);
  recs_itemsets_free(given);
}

START_TEST(needs_counts_of_parts) {
  recs_itemsets *none = mine(BASKETS + 1, RECS_ITEMSETS_ALL, 1), *maximal = mine(40, RECS_ITEMSETS_MAXIMAL, 1);
  recs_rules_options options = options_of(RECS_METRIC_LIFT, 0);
  recs_matrix *fewer, *narrow;
  recs_rules *rules;
  lacks(RECS_ITEMSETS_MAXIMAL, 1, 0);
  lacks(RECS_ITEMSETS_ALL, 2, 0);
  lacks(RECS_ITEMSETS_CLOSED, 2, 0);
  lacks(RECS_ITEMSETS_CLOSED, 1, 3);
  ck_ok(recs_rules_create(&rules, none, NULL, NULL, NULL));
  ck_assert_uint_eq(recs_rules_count(rules), 0);
  recs_rules_free(rules);
  ck_ok(recs_test_baskets(&fewer, context, masks, BASKETS - 1, ITEMS));
  ck_ok(recs_test_baskets(&narrow, context, masks, BASKETS, ITEMS - 1));
  options.baskets = fewer;
  ck_fails(recs_rules_create(&rules, maximal, &options, NULL, NULL), RECS_ERROR_INVALID, "399 baskets are not empty, but 400");
  options.baskets = narrow;
  ck_fails(recs_rules_create(&rules, maximal, &options, NULL, NULL), RECS_ERROR_INVALID, "the baskets know 7 items");
  recs_matrix_free(fewer);
  recs_matrix_free(narrow);
  recs_itemsets_free(none);
  recs_itemsets_free(maximal);
}
END_TEST

static recs_candidates *set_of(uint32_t mask) {
  uint32_t rows[ITEMS];
  size_t count = 0;
  recs_candidates *out;
  for (uint32_t item = 0; item < ITEMS; item++) {
    if ((mask >> item & 1) != 0)
      rows[count++] = item;
  }
  ck_ok(recs_candidates_create(&out, context, ITEMS, rows, count, NULL, 0));
  return out;
}

/* What the sides of a rule must be, as masks. */
typedef struct sides {
  uint32_t left_only, right_only, left_has, right_has, most_left, most_right;
} sides;

static int suits(const sides *wanted, uint32_t left, uint32_t right) {
  return (left & ~wanted->left_only) == 0 && (right & ~wanted->right_only) == 0 && (wanted->left_has & ~left) == 0 &&
         (wanted->right_has & ~right) == 0 &&
         (wanted->most_left == 0 || (uint32_t)__builtin_popcount(left) <= wanted->most_left) &&
         (wanted->most_right == 0 || (uint32_t)__builtin_popcount(right) <= wanted->most_right);
}

/* Which items stand where, with sizes, and bounds of two metrics beside the one that orders. */
START_TEST(by_items_of_sides) {
  static const sides cases[] = {{0x0F, 0xFF, 0, 0, 0, 0},        {0xFF, 0x81, 0, 0, 0, 0},       {0xFF, 0xFF, 0x05, 0, 0, 0},
                                {0xFF, 0xFF, 0, 0x42, 0, 2},     {0x3C, 0xC3, 0x04, 0x40, 3, 0}, {0x7F, 0xFF, 0x01, 0x80, 2, 1},
                                {0xFF, 0xFF, 0x03, 0x03, 0, 0}, {0, 0xFF, 0, 0, 0, 0}};
  static const recs_rules_bound bounds[] = {{RECS_METRIC_CONFIDENCE, 0, 0.5, 0.95}, {RECS_METRIC_FISHERS_EXACT, 0, 0, 0.95}};
  const sides *wanted = &cases[_i];
  recs_rules_options options = options_of(RECS_METRIC_LEVERAGE, -0.05);
  recs_candidates *sets[4] = {set_of(wanted->left_only), set_of(wanted->right_only), set_of(wanted->left_has),
                              set_of(wanted->right_has)};
  recs_rules *every = make(&options), *some;
  uint64_t next = 0;
  options.antecedent_items = sets[0];
  options.consequent_items = sets[1];
  options.antecedent_has = wanted->left_has == 0 ? NULL : sets[2];
  options.consequent_has = sets[3];
  options.max_antecedent = wanted->most_left;
  options.max_consequent = wanted->most_right;
  options.bounds = bounds;
  options.bound_count = 2;
  some = make(&options);
  for (uint64_t i = 0; i < recs_rules_count(every); i++) {
    uint32_t left, right;
    double confidence = value_of(every, i, RECS_METRIC_CONFIDENCE), p = value_of(every, i, RECS_METRIC_FISHERS_EXACT);
    get(&left, &right, every, i);
    if (!suits(wanted, left, right) || confidence < 0.5 || confidence > 0.95 || p > 0.95)
      continue;
    ck_hold(next < recs_rules_count(some));
    assert_same_rule(every, i, some, next++);
  }
  ck_assert_uint_eq(next, recs_rules_count(some));
  ck_assert(next > 0 || _i >= 6);
  for (size_t k = 0; k < 4; k++)
    recs_candidates_free(sets[k]);
  recs_rules_free(every);
  recs_rules_free(some);
}
END_TEST

/* Less of a p-value is better: the best rules come first, and the minimum is the worst one allowed. */
START_TEST(less_is_better) {
  recs_rules_options options = options_of(RECS_METRIC_FISHERS_EXACT, 0.3);
  recs_rules *rules = make(&options);
  ck_assert_uint_gt(recs_rules_count(rules), 20);
  for (uint64_t i = 0; i < recs_rules_count(rules); i++) {
    double p = value_of(rules, i, RECS_METRIC_FISHERS_EXACT);
    ck_hold(p <= 0.3 && p >= 0);
    ck_hold(i == 0 || value_of(rules, i - 1, RECS_METRIC_FISHERS_EXACT) <= p);
  }
  recs_rules_free(rules);
}
END_TEST

static void refuse(const recs_rules_options *options, const char *text) {
  recs_rules *rules = (recs_rules *)&rules;
  ck_fails(recs_rules_create(&rules, itemsets, options, NULL, NULL), RECS_ERROR_INVALID, text);
  ck_assert_ptr_null(rules);
}

START_TEST(refusals) {
  recs_rules_options good = options_of(RECS_METRIC_LIFT, 1.2), bad = good;
  recs_rules *rules = make(&good), *other = (recs_rules *)&other;
  const uint32_t *items = masks;
  size_t count = 3;
  double value = 1;
  bad.metric = RECS_METRIC_RELATIVE_RISK + 1;
  refuse(&bad, "metric is 44");
  bad = good, bad.metric = 0;
  refuse(&bad, "metric is 0");
  bad = good, bad.minimum = NAN;
  refuse(&bad, "minimum");
  bad = good, bad.struct_size = 1;
  refuse(&bad, "struct_size");
  bad = good, bad.bound_count = 1;
  refuse(&bad, "bounds");
  bad.bounds = &(recs_rules_bound){.metric = 99};
  refuse(&bad, "number 99");
  bad.bounds = &(recs_rules_bound){.metric = RECS_METRIC_LIFT, .minimum = 2, .maximum = 1};
  refuse(&bad, "bound 0 of lift: minimum is 2");
  bad.bounds = &(recs_rules_bound){.metric = RECS_METRIC_LIFT, .minimum = NAN, .maximum = 1};
  refuse(&bad, "bound 0 of lift: minimum is nan");
  bad.bounds = &(recs_rules_bound){.metric = RECS_METRIC_LIFT, .reserved = 3};
  refuse(&bad, "reserved of bound 0 is 3");
  ck_fails(recs_rules_create(NULL, itemsets, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_rules_create(&other, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "itemsets");
  ck_fails(recs_rules_filter(&other, rules, 0, 0, 1), RECS_ERROR_INVALID, "number 0");
  ck_fails(recs_rules_filter(&other, rules, RECS_METRIC_LIFT, 2, 1), RECS_ERROR_INVALID, "minimum is 2");
  ck_fails(recs_rules_filter(&other, rules, RECS_METRIC_LIFT, NAN, 1), RECS_ERROR_INVALID, "nan");
  ck_fails(recs_rules_filter(&other, NULL, RECS_METRIC_LIFT, 0, 1), RECS_ERROR_INVALID, "rules");
  ck_fails(recs_rules_filter(NULL, rules, RECS_METRIC_LIFT, 0, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_rules_sort(&other, rules, -3), RECS_ERROR_INVALID, "number -3");
  ck_fails(recs_rules_sort(&other, NULL, RECS_METRIC_LIFT), RECS_ERROR_INVALID, "rules");
  ck_fails(recs_rules_sort(NULL, rules, RECS_METRIC_LIFT), RECS_ERROR_INVALID, "out");
  ck_assert_ptr_null(other);
  ck_fails(recs_rules_get(&items, &count, NULL, NULL, rules, UINT64_MAX), RECS_ERROR_INVALID,
           "rule 18446744073709551615");
  ck_assert(items == NULL && count == 0);
  ck_fails(recs_rules_get(NULL, NULL, NULL, NULL, NULL, 0), RECS_ERROR_INVALID, "rules");
  ck_fails(recs_rules_metric(&value, rules, recs_rules_count(rules), RECS_METRIC_LIFT), RECS_ERROR_INVALID, "rule");
  ck_assert(isnan(value));
  ck_fails(recs_rules_metric(&value, rules, 0, 99), RECS_ERROR_INVALID, "number 99");
  ck_fails(recs_rules_metric(NULL, rules, 0, RECS_METRIC_LIFT), RECS_ERROR_INVALID, "out");
  ck_fails(recs_rules_metric(&value, NULL, 0, RECS_METRIC_LIFT), RECS_ERROR_INVALID, "rules");
  ck_assert_uint_eq(recs_rules_count(NULL), 0);
  recs_rules_free(rules);
  recs_rules_free(NULL);
}
END_TEST

typedef struct watch {
  double last;
  int calls, stop_at;
} watch;

static int32_t look(void *payload, double fraction) {
  watch *self = payload;
  ck_assert(fraction >= self->last && fraction <= 1);
  self->last = fraction;
  return ++self->calls == self->stop_at;
}

START_TEST(progress_and_cancel) {
  recs_rules_options options = options_of(RECS_METRIC_SUPPORT, 0);
  watch all = {0}, stopped = {.stop_at = 1};
  recs_rules *rules;
  ck_ok(recs_rules_create(&rules, itemsets, &options, look, &all));
  ck_assert_int_gt(all.calls, 1);
  ck_assert(all.last == 1);
  recs_rules_free(rules);
  ck_fails(recs_rules_create(&rules, itemsets, &options, look, &stopped), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_ptr_null(rules);
}
END_TEST

/* The payload is the kind of itemsets. */
static int32_t make_once(recs_context *heap, void *payload) {
  recs_rules_options options = options_of(RECS_METRIC_LIFT, 0);
  recs_apriori_options mining;
  recs_matrix *matrix = NULL;
  recs_itemsets *few = NULL;
  recs_rules *rules = NULL, *filtered = NULL, *sorted = NULL;
  int32_t status = recs_test_baskets(&matrix, heap, masks, 30, 5);
  ck_assert_int_eq(recs_apriori_options_init(&mining, sizeof mining), RECS_OK);
  mining.min_count = 3;
  mining.kind = *(const int32_t *)payload;
  options.baskets = mining.kind == RECS_ITEMSETS_MAXIMAL ? matrix : NULL;
  if (status == RECS_OK)
    status = recs_test_mine(&few, matrix, &mining);
  if (status == RECS_OK)
    status = recs_rules_create(&rules, few, &options, NULL, NULL);
  if (status == RECS_OK)
    status = recs_rules_filter(&filtered, rules, RECS_METRIC_CONFIDENCE, 0.1, 1);
  if (status == RECS_OK)
    status = recs_rules_sort(&sorted, filtered, RECS_METRIC_SUPPORT);
  recs_rules_free(sorted);
  recs_rules_free(filtered);
  recs_rules_free(rules);
  recs_itemsets_free(few);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory) {
  int32_t kind = RECS_ITEMSETS_ALL + _i;
  recs_test_oom(make_once, &kind);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rules");
  TCase *tests = tcase_create("rules");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, by_every_metric, 0, METRICS);
  tcase_add_test(tests, by_sizes_and_consequent);
  tcase_add_test(tests, best_rules_only);
  tcase_add_test(tests, filter_and_sort);
  tcase_add_test(tests, of_closed_and_maximal);
  tcase_add_test(tests, of_filtered_itemsets);
  tcase_add_test(tests, needs_counts_of_parts);
  tcase_add_loop_test(tests, by_items_of_sides, 0, 8);
  tcase_add_test(tests, less_is_better);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_loop_test(tests, out_of_memory, 0, 3);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
