/* Rules of cleaning that change values, near duplicates and the ways to find outliers, by hand; against pandas in tests/witness/test_clean.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;
static recs_clean_options options;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 4, 5, 3), RECS_OK);
  ck_ok(recs_clean_options_init(&options, sizeof options));
  options.quantity_outliers = options.price_outliers = RECS_OUTLIERS_OFF;
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static void append(const uint32_t *users, const uint32_t *items, const double *quantities, const double *prices,
                   const int64_t *times, size_t count) {
  recs_event_columns columns = recs_test_columns();
  columns.users = users;
  columns.items = items;
  columns.quantities = quantities;
  columns.prices = prices;
  columns.times = times;
  ck_ok(recs_events_append(shop.events, &columns, count));
}

/* Cleans the shop's log; checks how many events stay, and of a rule its count, its first event and its example. */
static recs_events *clean(uint64_t kept, const char *reason, uint64_t wanted, uint64_t first, const char *example) {
  recs_events *cleaned;
  recs_report *report;
  ck_ok(recs_events_clean(&cleaned, &report, shop.events, &options, NULL, NULL));
  ck_assert_uint_eq(recs_events_count(cleaned), kept);
  for (uint32_t i = 0; i < recs_report_count(report); i++) {
    const char *name, *shown;
    uint64_t count, record;
    ck_ok(recs_report_entry(&name, &count, &record, &shown, report, i));
    if (strcmp(name, reason) != 0)
      continue;
    ck_assert_uint_eq(count, wanted);
    ck_assert_uint_eq(record, first);
    ck_assert_str_eq(shown, example);
  }
  recs_report_free(report);
  return cleaned;
}

static void check_times(recs_events *cleaned, size_t count, const int64_t *wanted) {
  int64_t times[16];
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, NULL, times, NULL, cleaned, 0, count));
  ck_assert_mem_eq(times, wanted, count * sizeof *times);
  recs_events_free(cleaned);
}

static void check_numbers(recs_events *cleaned, int prices, size_t count, const double *wanted) {
  double found[16];
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, prices ? NULL : found, prices ? found : NULL, NULL, NULL, cleaned, 0, count));
  for (size_t i = 0; i < count; i++)
    ck_assert_double_eq_tol(found[i], wanted[i], 1e-12);
  recs_events_free(cleaned);
}

START_TEST(near_by_the_minute_and_by_a_window) {
  append((uint32_t[]){0, 0, 0, 0, 1, 0}, (uint32_t[]){1, 1, 1, 1, 1, 2}, NULL, NULL,
         (int64_t[]){90000, 50000, 110000, 70000, 70000, 70000}, 6);
  check_times(clean(6, "near duplicate", 0, 0, ""), 6, (int64_t[]){90000, 50000, 110000, 70000, 70000, 70000});
  options.near_duplicates = RECS_NEAR_BUCKET; /* 70 s, 90 s and 110 s lie in the second minute */
  check_times(clean(4, "near duplicate", 2, 1, "\"i1\""), 4, (int64_t[]){50000, 70000, 70000, 70000});
  options.near_duplicates = RECS_NEAR_WINDOW; /* 110 s is a minute after 50 s, which stays */
  check_times(clean(4, "near duplicate", 2, 1, "\"i1\""), 4, (int64_t[]){50000, 110000, 70000, 70000});
  options.near_seconds = 60.001;
  check_times(clean(3, "near duplicate", 3, 1, "\"i1\""), 3, (int64_t[]){50000, 70000, 70000});
}
END_TEST

START_TEST(near_keeps_what_cannot_repeat) {
  append((uint32_t[]){0, 0, 0, RECS_NO_ROW, RECS_NO_ROW, 1, 1}, (uint32_t[]){1, 1, 1, 1, 1, RECS_NO_ROW, RECS_NO_ROW},
         (double[]){1, -1, 2, 1, 2, 1, 2}, NULL, (int64_t[]){-1, -1, RECS_NO_TIME, 5, 5, 5, 5}, 7);
  options.near_duplicates = RECS_NEAR_WINDOW;
  options.drop_missing_user = options.drop_missing_item = options.drop_nonpositive_quantity = options.match_returns = 0;
  recs_events_free(clean(7, "near duplicate", 0, 0, ""));
  append((uint32_t[]){0}, (uint32_t[]){1}, NULL, NULL, (int64_t[]){59998}, 1); /* a minute less a millisecond after the first */
  recs_events_free(clean(7, "near duplicate", 1, 8, "\"i1\""));
  options.near_duplicates = RECS_NEAR_BUCKET; /* the other side of 1970 */
  recs_events_free(clean(8, "near duplicate", 0, 0, ""));
}
END_TEST

START_TEST(times_are_kept_dropped_or_filled) {
  append((uint32_t[]){0, 0, 0, 0, 0}, (uint32_t[]){0, 1, 2, 3, 4}, NULL, NULL,
         (int64_t[]){RECS_NO_TIME, 7, RECS_NO_TIME, RECS_NO_TIME, 3}, 5);
  check_times(clean(5, "missing time", 0, 0, ""), 5, (int64_t[]){RECS_NO_TIME, 7, RECS_NO_TIME, RECS_NO_TIME, 3});
  options.missing_time = RECS_MISSING_DROP;
  check_times(clean(2, "missing time", 3, 1, "\"i0\""), 2, (int64_t[]){7, 3});
  options.missing_time = RECS_MISSING_FILL;
  check_times(clean(5, "time filled", 3, 1, "\"i0\""), 5, (int64_t[]){7, 7, 7, 7, 3});
}
END_TEST

START_TEST(nothing_known_fills_nothing) {
  append((uint32_t[]){0, 1}, (uint32_t[]){1, 1}, NULL, NULL, NULL, 2);
  options.missing_time = options.missing_price = RECS_MISSING_FILL;
  recs_events_free(clean(2, "time filled", 0, 0, ""));
  recs_events_free(clean(2, "price filled", 0, 0, ""));
}
END_TEST

START_TEST(prices_are_kept_dropped_or_filled) {
  const double none = (double)NAN;
  append((uint32_t[]){0, 0, 0, 0, 0, 0}, (uint32_t[]){0, 0, 0, 1, 2, 0}, (double[]){1, 2, 3, 4, 5, 6},
         (double[]){1, 4, none, 10, none, none}, NULL, 6);
  recs_events_free(clean(6, "missing price", 0, 0, ""));
  options.missing_price = RECS_MISSING_DROP;
  check_numbers(clean(3, "missing price", 3, 3, "\"i0\""), 1, 3, (double[]){1, 4, 10});
  options.missing_price = RECS_MISSING_FILL; /* of item 0: 2.5; of all: 4 */
  check_numbers(clean(6, "price filled", 3, 3, "\"i0\""), 1, 6, (double[]){1, 4, 2.5, 10, 4, 2.5});
}
END_TEST

START_TEST(outliers_by_quantiles_and_quartiles) {
  double quantities[11];
  uint32_t rows[11] = {0};
  for (int i = 0; i < 11; i++)
    quantities[i] = i + 1;
  append(rows, rows, quantities, NULL, NULL, 11);
  options.quantity_outliers = RECS_OUTLIERS_QUANTILE;
  options.low_quantile = 0.1;
  options.high_quantile = 0.8;
  check_numbers(clean(8, "quantity outlier", 3, 1, "\"1\""), 0, 8, (double[]){2, 3, 4, 5, 6, 7, 8, 9});
  options.outlier_action = RECS_OUTLIERS_CLIP;
  check_numbers(clean(11, "quantity clipped", 3, 1, "\"1\""), 0, 11, (double[]){2, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9});
  options.quantity_outliers = RECS_OUTLIERS_IQR;
  options.iqr_factor = 0; /* logarithms grow, so the middle between the two middle ones of them is not that of the values */
  options.outlier_action = RECS_OUTLIERS_DROP;
  check_numbers(clean(5, "quantity outlier", 6, 1, "\"1\""), 0, 5, (double[]){4, 5, 6, 7, 8});
}
END_TEST

START_TEST(prices_are_clipped_after_they_are_filled) {
  append((uint32_t[]){0, 0, 0}, (uint32_t[]){0, 1, 2}, NULL, (double[]){8, 2, (double)NAN}, NULL, 3);
  options.missing_price = RECS_MISSING_FILL;
  options.price_outliers = RECS_OUTLIERS_QUANTILE;
  options.outlier_action = RECS_OUTLIERS_CLIP;
  options.high_quantile = 0.5;
  check_numbers(clean(3, "price clipped", 1, 1, "\"8\""), 1, 3, (double[]){5, 2, 5});
  double prices[3]; /* the log itself stays */
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, prices, NULL, NULL, shop.events, 0, 3));
  ck_assert_double_eq(prices[0], 8);
  ck_assert(isnan(prices[2]));
}
END_TEST

START_TEST(several_chunks_by_several_threads) {
  enum { EVENTS = 200000, DIFFERENT = 77000 }; /* 7 x 11 x 1000: then all comes again */
  uint32_t *rows = malloc(2 * EVENTS * sizeof *rows);
  int64_t *times = malloc(EVENTS * sizeof *times);
  recs_events *cleaned;
  for (uint32_t i = 0; i < EVENTS; i++) {
    rows[i] = i % 7 < 4 ? i % 7 : RECS_NO_ROW;
    rows[EVENTS + i] = i % 11 < 5 ? i % 11 : RECS_NO_ROW;
    times[i] = i % 1000 + (int64_t)(i % 7) * 1000 + (int64_t)(i % 11) * 10000;
  }
  append(rows, rows + EVENTS, NULL, NULL, times, EVENTS);
  options.drop_missing_user = options.drop_missing_item = 0;
  cleaned = clean(DIFFERENT, "duplicate", EVENTS - DIFFERENT, DIFFERENT + 1, "\"i0\"");
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, NULL, times + DIFFERENT, NULL, cleaned, 0, DIFFERENT));
  ck_assert_mem_eq(times, times + DIFFERENT, DIFFERENT * sizeof *times); /* the first ones, in their order */
  recs_events_free(cleaned);
  free(rows);
  free(times);
}
END_TEST

START_TEST(refusals) {
  recs_events *cleaned;
  options.low_quantile = 0.9;
  options.high_quantile = 0.8;
  ck_fails(recs_events_clean(&cleaned, NULL, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "low_quantile is 0.9, above");
  options.low_quantile = 0;
  options.near_seconds = 0;
  ck_fails(recs_events_clean(&cleaned, NULL, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "near_seconds is 0");
  options.near_seconds = 60;
  options.near_duplicates = RECS_NEAR_WINDOW;
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_fails(recs_events_clean(&cleaned, NULL, shop.events, &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "near_duplicates");
}
END_TEST

static int32_t clean_all(recs_context *heap, void *payload) {
  recs_event_columns columns = recs_test_columns();
  recs_clean_options all;
  recs_test_log log;
  recs_events *cleaned = NULL;
  recs_report *report = NULL;
  int32_t status = recs_test_log_create(&log, heap, 2, 3, 2);
  (void)payload;
  columns.users = columns.items = (uint32_t[]){0, 0, 1, 0};
  columns.quantities = (double[]){1, 2, 2, 5};
  columns.prices = (double[]){1, (double)NAN, 2, 5};
  columns.times = (int64_t[]){RECS_NO_TIME, 2, 3, 4};
  recs_clean_options_init(&all, sizeof all);
  all.near_duplicates = RECS_NEAR_BUCKET;
  all.missing_price = all.missing_time = RECS_MISSING_FILL;
  all.quantity_outliers = RECS_OUTLIERS_IQR;
  all.price_outliers = RECS_OUTLIERS_QUANTILE;
  all.outlier_action = RECS_OUTLIERS_CLIP;
  if (status == RECS_OK)
    status = recs_events_append(log.events, &columns, 4);
  if (status == RECS_OK)
    status = recs_events_clean(&cleaned, &report, log.events, &all, NULL, NULL);
  recs_events_free(cleaned);
  recs_report_free(report);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(clean_all, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("clean_values");
  TCase *tests = tcase_create("clean_values");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, near_by_the_minute_and_by_a_window);
  tcase_add_test(tests, near_keeps_what_cannot_repeat);
  tcase_add_test(tests, times_are_kept_dropped_or_filled);
  tcase_add_test(tests, nothing_known_fills_nothing);
  tcase_add_test(tests, prices_are_kept_dropped_or_filled);
  tcase_add_test(tests, outliers_by_quantiles_and_quartiles);
  tcase_add_test(tests, prices_are_clipped_after_they_are_filled);
  tcase_add_test(tests, several_chunks_by_several_threads);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
