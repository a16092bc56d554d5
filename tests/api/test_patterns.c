/* Sequential patterns by hand and at their edges; tests/witness/test_patterns.py compares thousands of small logs with the definition. */
#include "support/log.h"
#include "support/support.h"

#include <stdio.h>

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static recs_patterns_options options_of(uint64_t min_count) {
  recs_patterns_options options;
  ck_ok(recs_patterns_options_init(&options, sizeof options));
  options.min_count = min_count;
  return options;
}

static recs_patterns *mine(const recs_sequence_store *store, const recs_patterns_options *options) {
  recs_patterns *patterns;
  ck_ok(recs_patterns_mine(&patterns, store, options, NULL, NULL));
  return patterns;
}

/* A pattern in one line: "0 1,2:3" for item 0, then items 1 and 2 together, in three sequences. */
static void write_pattern(char *out, size_t size, const uint32_t *items, const uint32_t *elements, size_t count, uint64_t support) {
  size_t used = 0;
  for (size_t i = 0; i < count; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%u", i == 0 ? "" : elements[i] == elements[i - 1] ? "," : " ", items[i]);
  snprintf(out + used, size - used, ":%llu", (unsigned long long)support);
}

/* All patterns in their order, joined by "; ". */
static const char *shown(recs_patterns *patterns) {
  static char text[4096];
  text[0] = 0;
  for (uint64_t i = 0; i < recs_patterns_count(patterns); i++) {
    const uint32_t *items, *elements;
    size_t count, used = strlen(text);
    uint64_t support, found;
    ck_ok(recs_patterns_get(&items, &elements, &count, &support, patterns, i));
    ck_ok(recs_patterns_find(&found, patterns, items, elements, count));
    ck_assert_uint_eq(found, support);
    used += (size_t)snprintf(text + used, sizeof text - used, "%s", i == 0 ? "" : "; ");
    write_pattern(text + used, sizeof text - used, items, elements, count, support);
  }
  recs_patterns_free(patterns);
  return text;
}

/* Three users: 0 1 2, 0 2 1, 1 2; times 0, 10, 100 ...; and one who did nothing. */
static int32_t three_users(recs_sequence_store **out, recs_context *owner) {
  static const int64_t offsets[] = {0, 3, 6, 8, 8};
  static const uint32_t items[] = {0, 1, 2, 0, 2, 1, 1, 2};
  static const int64_t times[] = {0, 10, 100, 0, 10, 100, 0, 50};
  return recs_sequence_store_create(out, owner, offsets, 4, items, NULL, times);
}

static recs_sequence_store *three(void) {
  recs_sequence_store *store;
  ck_ok(three_users(&store, context));
  ck_assert_uint_eq(recs_sequence_store_count(store), 4);
  ck_assert_uint_eq(recs_sequence_store_used(store), 3);
  ck_assert_uint_eq(recs_sequence_store_entries(store), 8);
  return store;
}

START_TEST(by_hand) {
  recs_sequence_store *store = three();
  recs_patterns_options options = options_of(2);
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2; 0 1:2; 0 2:2; 1 2:2");
  options.kind = RECS_PATTERNS_CLOSED;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0 1:2; 0 2:2; 1 2:2");
  options.kind = RECS_PATTERNS_MAXIMAL;
  ck_assert_str_eq(shown(mine(store, &options)), "0 1:2; 0 2:2; 1 2:2");
  options = options_of(2);
  options.top_k = 4;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2; 0 1:2");
  options = options_of(0);
  options.min_support = 0.7; /* ceil(0.7 * 3) = 3: who did nothing does not count */
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3");
  recs_sequence_store_free(store);
}
END_TEST

START_TEST(limits) {
  recs_sequence_store *store = three();
  recs_patterns_options options = options_of(1);
  options.max_gap = 1; /* right after */
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2; 1 2:2; 0 1:1; 0 1 2:1; 0 2:1; 0 2 1:1; 2 1:1");
  options.window = 1;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2; 1 2:2; 0 1:1; 0 2:1; 2 1:1");
  options.max_gap = 0; /* nothing comes next */
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2");
  options.max_gap = -1;
  options.window = 0;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2");
  options.window = -1;
  options.min_gap = 2;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2; 0 1:1; 0 2:1");
  options.min_gap = 0;
  options.max_gap_time = 50;
  options.min_gap_time = 11;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 2:3; 0:2; 1 2:1");
  recs_sequence_store_free(store);
}
END_TEST

START_TEST(content) {
  static const uint32_t one[] = {1}, two[] = {2};
  recs_sequence_store *store = three();
  recs_patterns_options options = options_of(2);
  options.contain = one;
  options.contain_count = 1;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 0 1:2; 1 2:2");
  options.exclude = two;
  options.exclude_count = 1;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 0 1:2");
  options.min_length = 2;
  ck_assert_str_eq(shown(mine(store, &options)), "0 1:2");
  options.max_length = 2;
  options.kind = RECS_PATTERNS_CLOSED; /* judged before */
  ck_assert_str_eq(shown(mine(store, &options)), "0 1:2");
  recs_sequence_store_free(store);
}
END_TEST

/* Items that come together: {3, 1, 1}, {0}; {1, 3}, {2}; {1}, {3}. */
START_TEST(sets) {
  static const int64_t offsets[] = {0, 4, 7, 9};
  static const uint32_t items[] = {3, 1, 1, 0, 1, 3, 2, 1, 3}, elements[] = {5, 5, 5, 9, 0, 0, 1, 0, 1};
  static const uint32_t pair[] = {1, 3}, together[] = {0, 0}, apart[] = {0, 1}, odd[] = {0, 2}, late[] = {1, 2}, turned[] = {3, 1};
  recs_patterns_options options = options_of(1);
  recs_sequence_store *store;
  recs_patterns *patterns;
  const uint32_t *own, *own_elements;
  const int64_t *times;
  uint64_t support;
  size_t count;
  ck_ok(recs_sequence_store_create(&store, context, offsets, 3, items, elements, NULL));
  ck_ok(recs_sequence_store_get(&own, &own_elements, &times, &count, store, 0));
  ck_assert_uint_eq(count, 3);
  ck_assert(own[0] == 1 && own[1] == 3 && own[2] == 0 && times == NULL);
  ck_assert(own_elements[0] == 0 && own_elements[1] == 0 && own_elements[2] == 1);
  ck_assert_str_eq(shown(mine(store, &options)),
                   "1:3; 3:3; 1,3:2; 0:1; 1,3 0:1; 1,3 2:1; 1 0:1; 1 2:1; 1 3:1; 2:1; 3 0:1; 3 2:1");
  options.kind = RECS_PATTERNS_CLOSED;
  ck_assert_str_eq(shown(mine(store, &options)), "1:3; 3:3; 1,3:2; 1,3 0:1; 1,3 2:1; 1 3:1");
  options.kind = RECS_PATTERNS_ALL;
  patterns = mine(store, &options);
  ck_ok(recs_patterns_find(&support, patterns, pair, together, 2));
  ck_assert_uint_eq(support, 2);
  ck_ok(recs_patterns_find(&support, patterns, pair, apart, 2));
  ck_assert_uint_eq(support, 1);
  ck_ok(recs_patterns_find(&support, patterns, pair, NULL, 2));
  ck_assert_uint_eq(support, 1);
  ck_fails(recs_patterns_find(&support, patterns, turned, NULL, 2), RECS_ERROR_NOT_FOUND, "2 items");
  ck_assert_uint_eq(support, 0);
  ck_fails(recs_patterns_find(&support, patterns, pair, odd, 2), RECS_ERROR_INVALID, "element 2 follows 0");
  ck_fails(recs_patterns_find(&support, patterns, pair, late, 2), RECS_ERROR_INVALID, "element 1");
  ck_fails(recs_patterns_find(&support, patterns, turned, together, 2), RECS_ERROR_INVALID, "item 1 follows 3");
  ck_fails(recs_patterns_find(&support, patterns, pair, NULL, 0), RECS_ERROR_INVALID, "item_count");
  ck_fails(recs_patterns_find(&support, patterns, pair, NULL, 99), RECS_ERROR_NOT_FOUND, "99");
  recs_patterns_free(patterns);
  recs_sequence_store_free(store);
}
END_TEST

/* A log of one user: items, times, sessions, in order of arrival. */
static recs_sequence_store *of_log(int32_t elements, const char *type_weights) {
  static const uint32_t users[] = {0, 0, 0, 0, 0, 0}, items[] = {4, 3, 2, 1, 0, 3}, types[] = {0, 0, 1, 0, 0, 0};
  static const uint32_t sessions[] = {0, 1, 0, RECS_NO_ROW, RECS_NO_ROW, 1};
  static const int64_t times[] = {20, 20, 20, 10, RECS_NO_TIME, 30};
  recs_matrix_options options;
  recs_event_columns columns = recs_test_columns();
  recs_test_log log;
  recs_sequence_store *store;
  columns.users = users;
  columns.items = items;
  columns.types = types;
  columns.sessions = sessions;
  columns.times = times;
  ck_ok(recs_test_log_create(&log, context, 1, 5, 2));
  ck_ok(recs_events_append(log.events, &columns, 6));
  ck_ok(recs_matrix_options_init(&options, sizeof options));
  options.type_weights = type_weights;
  ck_ok(recs_sequence_store_build(&store, log.events, elements, &options));
  recs_test_log_free(&log);
  return store;
}

static const char *sequence_text(recs_sequence_store *store) {
  static char text[256];
  const uint32_t *items, *elements;
  const int64_t *times;
  size_t count, used = 0;
  ck_ok(recs_sequence_store_get(&items, &elements, &times, &count, store, 0));
  for (size_t i = 0; i < count; i++) {
    int joins = i > 0 && elements != NULL && elements[i] == elements[i - 1];
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%u", i == 0 ? "" : joins ? "," : " ", items[i]);
    ck_assert(i == 0 || times[i] >= times[i - 1]);
  }
  recs_sequence_store_free(store);
  return text;
}

START_TEST(from_logs) {
  recs_sequence_store *store;
  recs_patterns_options options = options_of(1);
  recs_patterns *patterns;
  /* the unknown time first, equal times as they arrived */
  ck_assert_str_eq(sequence_text(of_log(RECS_ELEMENT_EVENT, NULL)), "0 1 4 3 2 3");
  ck_assert_str_eq(sequence_text(of_log(RECS_ELEMENT_TIME, NULL)), "0 1 2,3,4 3");
  ck_assert_str_eq(sequence_text(of_log(RECS_ELEMENT_SESSION, NULL)), "0 1 2,4 3");
  ck_assert_str_eq(sequence_text(of_log(RECS_ELEMENT_EVENT, "view=0")), "0 1 4 3 3");
  store = of_log(RECS_ELEMENT_EVENT, NULL);
  options.max_gap_time = 5;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "sequence 0");
  recs_sequence_store_free(store);
}
END_TEST

static int32_t stop_at_once(void *payload, double fraction) {
  (void)payload;
  (void)fraction;
  return 1;
}

START_TEST(refused) {
  static const int64_t wrong_start[] = {1, 2}, falls[] = {0, 2, 1}, one[] = {0, 2};
  static const uint32_t items[] = {1, 2}, no_row[] = {1, RECS_NO_ROW}, down[] = {1, 0}, same[] = {0, 0};
  static const int64_t late[] = {5, 4}, differ[] = {4, 5};
  recs_sequence_store *store = three(), *none;
  recs_patterns_options options = options_of(1);
  recs_patterns *patterns;
  ck_fails(recs_sequence_store_create(&none, context, wrong_start, 1, items, NULL, NULL), RECS_ERROR_INVALID, "offsets[0] is 1");
  ck_fails(recs_sequence_store_create(&none, context, falls, 2, items, NULL, NULL), RECS_ERROR_INVALID, "offsets[2] is 1");
  ck_fails(recs_sequence_store_create(&none, context, one, 1, no_row, NULL, NULL), RECS_ERROR_INVALID, "entry 1 of sequence 0");
  ck_fails(recs_sequence_store_create(&none, context, one, 1, items, down, NULL), RECS_ERROR_INVALID, "element 0 follows 1");
  ck_fails(recs_sequence_store_create(&none, context, one, 1, items, NULL, late), RECS_ERROR_INVALID, "time 4 follows 5");
  ck_fails(recs_sequence_store_create(&none, context, one, 1, items, same, differ), RECS_ERROR_INVALID, "within one element");
  ck_assert_ptr_null(none);
  options.min_count = 0;
  options.min_support = 0;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_INVALID, "min_support is 0");
  options.min_support = (double)NAN;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_INVALID, "min_support");
  options.min_support = 1.5;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_INVALID, "min_support is 1.5");
  options = options_of(1);
  options.min_gap = 3;
  options.max_gap = 2;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_INVALID, "min_gap is 3, above max_gap, which is 2");
  options = options_of(1);
  options.min_length = 3;
  options.max_length = 2;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_INVALID, "min_length is 3");
  options = options_of(1);
  options.contain_count = 1;
  ck_fails(recs_patterns_mine(&patterns, store, &options, NULL, NULL), RECS_ERROR_INVALID, "contain");
  options = options_of(1);
  ck_fails(recs_patterns_mine(&patterns, store, &options, stop_at_once, NULL), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_ptr_null(patterns);
  options.min_count = 99; /* more than there are */
  ck_assert_str_eq(shown(mine(store, &options)), "");
  recs_sequence_store_free(store);
}
END_TEST

START_TEST(nothing) {
  static const int64_t none[] = {0, 0, 0};
  recs_sequence_store *store;
  recs_patterns *patterns;
  recs_pattern_rules *rules;
  uint64_t asked, complete;
  ck_ok(recs_sequence_store_create(&store, context, none, 2, NULL, NULL, NULL));
  patterns = mine(store, NULL);
  ck_assert_uint_eq(recs_patterns_count(patterns), 0);
  ck_assert_uint_eq(recs_patterns_sequences(patterns), 0);
  ck_ok(recs_patterns_complete(&asked, &complete, patterns));
  ck_assert_uint_eq(asked, complete);
  ck_ok(recs_pattern_rules_create(&rules, patterns, NULL));
  ck_assert_uint_eq(recs_pattern_rules_count(rules), 0);
  recs_pattern_rules_free(rules);
  recs_patterns_free(patterns);
  recs_sequence_store_free(store);
}
END_TEST

/* One symbol over and over: patterns of every length, which the budgets stop. */
START_TEST(one_symbol) {
  enum { LONG = 30000 };
  int64_t offsets[] = {0, LONG, LONG + 3};
  uint32_t *items = calloc(LONG + 3, sizeof *items);
  recs_patterns_options options = options_of(2);
  recs_sequence_store *store;
  recs_patterns *patterns;
  uint64_t asked, complete;
  ck_ok(recs_sequence_store_create(&store, context, offsets, 2, items, NULL, NULL));
  ck_assert_str_eq(shown(mine(store, &options)), "0:2; 0 0:2; 0 0 0:2");
  options.max_gap = 1;
  ck_assert_str_eq(shown(mine(store, &options)), "0:2; 0 0:2; 0 0 0:2");
  options = options_of(1);
  options.max_bytes = 10000;
  patterns = mine(store, &options);
  ck_ok(recs_patterns_complete(&asked, &complete, patterns));
  ck_assert(asked == 1 && complete == 2);
  ck_assert_str_eq(shown(patterns), "0:2; 0 0:2; 0 0 0:2");
  options = options_of(1);
  options.max_seconds = 0.02;
  patterns = mine(store, &options);
  ck_ok(recs_patterns_complete(&asked, &complete, patterns));
  ck_assert(asked == 1 && complete >= 2); /* 3 when not even the three are found in that time */
  ck_assert_uint_le(recs_patterns_count(patterns), 3);
  recs_patterns_free(patterns);
  recs_sequence_store_free(store);
  free(items);
}
END_TEST

/* Compares what is handed out with what is kept. */
typedef struct handed {
  const recs_patterns *kept;
  uint64_t count, stop_after;
} handed;

static int32_t take(void *payload, const uint32_t *items, const uint32_t *elements, size_t item_count, uint64_t support) {
  handed *self = payload;
  uint64_t kept;
  ck_ok(recs_patterns_find(&kept, self->kept, items, elements, item_count));
  ck_assert_uint_eq(kept, support);
  self->count += 1;
  return self->count == self->stop_after;
}

START_TEST(handed_out) {
  recs_sequence_store *store = three();
  recs_patterns_options options = options_of(1);
  recs_patterns *patterns = mine(store, &options);
  handed all = {patterns, 0, 0}, some = {patterns, 0, 2};
  ck_ok(recs_patterns_each(store, &options, take, &all));
  ck_assert_uint_eq(all.count, recs_patterns_count(patterns));
  ck_fails(recs_patterns_each(store, &options, take, &some), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_uint_eq(some.count, 2);
  options.top_k = 1;
  ck_fails(recs_patterns_each(store, &options, take, &all), RECS_ERROR_UNSUPPORTED, "top_k");
  recs_patterns_free(patterns);
  recs_sequence_store_free(store);
}
END_TEST

START_TEST(rules_by_hand) {
  static const uint32_t history[] = {0, 1}, other[] = {2};
  recs_sequence_store *store = three();
  recs_patterns_options options = options_of(1);
  recs_patterns *patterns = mine(store, &options);
  recs_pattern_rules_options wanted;
  recs_pattern_rules *rules;
  const uint32_t *items;
  uint64_t support, antecedent, by[2];
  double confidence, lift, confidences[2];
  uint32_t next[2];
  size_t cut, count;
  ck_ok(recs_pattern_rules_options_init(&wanted, sizeof wanted));
  wanted.min_confidence = 0.6;
  ck_ok(recs_pattern_rules_create(&rules, patterns, &wanted));
  recs_patterns_free(patterns); /* the rules keep them */
  ck_assert_uint_eq(recs_pattern_rules_count(rules), 3); /* 0 => 1 and 0 => 2 of 2 in 2, 1 => 2 of 2 in 3 */
  ck_ok(recs_pattern_rules_get(&items, NULL, &cut, &count, rules, 2));
  ck_assert(cut == 1 && count == 2 && items[0] == 1 && items[1] == 2);
  ck_ok(recs_pattern_rules_measures(&support, &antecedent, &confidence, &lift, rules, 2));
  ck_assert(support == 2 && antecedent == 3 && confidence == 2.0 / 3 && lift == 2.0 / 3);
  ck_ok(recs_pattern_rules_next(next, confidences, by, &count, rules, history, 2, 2));
  ck_assert(count == 2 && next[0] == 1 && next[1] == 2 && confidences[0] == 1 && confidences[1] == 1 && by[0] == 0 && by[1] == 1);
  ck_ok(recs_pattern_rules_next(next, NULL, NULL, &count, rules, history, 2, 1));
  ck_assert(count == 1 && next[0] == 1);
  ck_ok(recs_pattern_rules_next(next, NULL, NULL, &count, rules, other, 1, 2));
  ck_assert_uint_eq(count, 0);
  ck_ok(recs_pattern_rules_next(next, NULL, NULL, &count, rules, NULL, 0, 2));
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_pattern_rules_measures(NULL, NULL, &confidence, NULL, rules, 3), RECS_ERROR_INVALID, "rule 3 of 3");
  ck_assert(isnan(confidence));
  recs_pattern_rules_free(rules);
  options.top_k = 3;
  patterns = mine(store, &options);
  ck_fails(recs_pattern_rules_create(&rules, patterns, NULL), RECS_ERROR_UNSUPPORTED, "top_k");
  recs_patterns_free(patterns);
  options = options_of(1);
  options.window_time = 1000;
  patterns = mine(store, &options);
  ck_ok(recs_pattern_rules_create(&rules, patterns, NULL));
  ck_fails(recs_pattern_rules_next(next, NULL, NULL, &count, rules, history, 2, 2), RECS_ERROR_UNSUPPORTED, "times");
  recs_pattern_rules_free(rules);
  recs_patterns_free(patterns);
  recs_sequence_store_free(store);
}
END_TEST

static int32_t mine_and_rule(recs_context *owner, void *payload) {
  static const uint32_t history[] = {0, 1};
  const recs_patterns_options *options = payload;
  recs_sequence_store *store = NULL;
  recs_patterns *patterns = NULL;
  recs_pattern_rules *rules = NULL;
  uint32_t next[4];
  size_t count;
  int32_t status = three_users(&store, owner);
  if (status == RECS_OK)
    status = recs_patterns_mine(&patterns, store, options, NULL, NULL);
  if (status == RECS_OK && options->kind == RECS_PATTERNS_ALL && options->top_k == 0)
    status = recs_pattern_rules_create(&rules, patterns, NULL);
  if (status == RECS_OK && rules != NULL)
    status = recs_pattern_rules_next(next, NULL, NULL, &count, rules, history, 2, 4);
  recs_pattern_rules_free(rules);
  recs_patterns_free(patterns);
  recs_sequence_store_free(store);
  return status;
}

START_TEST(out_of_memory) {
  recs_patterns_options options = options_of(1);
  recs_test_oom(mine_and_rule, &options);
  options.max_gap = 2;
  options.kind = RECS_PATTERNS_CLOSED;
  recs_test_oom(mine_and_rule, &options);
  options = options_of(1);
  options.top_k = 3;
  options.max_seconds = 1e6;
  recs_test_oom(mine_and_rule, &options);
}
END_TEST

static int32_t build_from_log(recs_context *owner, void *payload) {
  static const uint32_t users[] = {0, 1, 0}, items[] = {0, 1, 1}, sessions[] = {0, 1, 0};
  static const int64_t times[] = {1, 2, 3};
  recs_event_columns columns = recs_test_columns();
  recs_sequence_store *store = NULL;
  recs_test_log log;
  int32_t status = recs_test_log_create(&log, owner, 2, 2, 2);
  columns.users = users;
  columns.items = items;
  columns.sessions = sessions;
  columns.times = times;
  if (status != RECS_OK)
    return status;
  status = recs_events_append(log.events, &columns, 3);
  if (status == RECS_OK)
    status = recs_sequence_store_build(&store, log.events, *(const int32_t *)payload, NULL);
  recs_sequence_store_free(store);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory_in_logs) {
  int32_t elements = RECS_ELEMENT_SESSION;
  recs_test_oom(build_from_log, &elements);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("patterns");
  TCase *tests = tcase_create("patterns");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, by_hand);
  tcase_add_test(tests, limits);
  tcase_add_test(tests, content);
  tcase_add_test(tests, sets);
  tcase_add_test(tests, from_logs);
  tcase_add_test(tests, refused);
  tcase_add_test(tests, nothing);
  tcase_add_test(tests, one_symbol);
  tcase_add_test(tests, handed_out);
  tcase_add_test(tests, rules_by_hand);
  tcase_add_test(tests, out_of_memory);
  tcase_add_test(tests, out_of_memory_in_logs);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
