/* Data quality by hand; against pandas in tests/witness/test_quality.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;
static recs_quality_options options;
static recs_quality *quality;

enum { USER, ITEM, EVENT, WEIGHT, QUANTITY, PRICE, TIME, SESSION, COLUMNS };

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 4, 5, 3), RECS_OK);
  ck_ok(recs_quality_options_init(&options, sizeof options));
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static void append_some(recs_events *events) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){2, 2, 1, RECS_NO_ROW, 2};
  columns.items = (uint32_t[]){1, 1, 2, 2, RECS_NO_ROW};
  columns.types = (uint32_t[]){1, 1, 0, 2, 2};
  columns.quantities = (double[]){2, 2, -1, 0, -0.0};
  columns.prices = (double[]){0.5, 0.5, (double)NAN, -3, 0};
  columns.times = (int64_t[]){-1, -1, 5000, 4000, RECS_NO_TIME};
  ck_ok(recs_events_append(events, &columns, 5));
}

static void check(const char *name, uint64_t wanted, uint64_t wanted_first, const char *wanted_example) {
  const recs_report *report = recs_quality_checks(quality);
  for (uint32_t i = 0; i < recs_report_count(report); i++) {
    const char *reason, *example;
    uint64_t count, first;
    ck_ok(recs_report_entry(&reason, &count, &first, &example, report, i));
    if (strcmp(reason, name) != 0)
      continue;
    ck_assert_uint_eq(count, wanted);
    ck_assert_uint_eq(first, wanted_first);
    ck_assert_str_eq(example, wanted_example);
    return;
  }
  ck_abort_msg("no check %s", name);
}

START_TEST(columns_in_numbers) {
  append_some(shop.events);
  ck_ok(recs_events_quality(&quality, shop.events, NULL, NULL, NULL));
  ck_assert_uint_eq(recs_quality_columns(quality), COLUMNS);
  ck_assert_str_eq(recs_quality_column_name(quality, QUANTITY), "quantity");
  ck_assert_str_eq(recs_quality_measure_name(RECS_MEASURE_DISTINCT), "distinct");
  ck_assert_double_eq(recs_quality_value(quality, USER, RECS_MEASURE_PRESENT), 4);
  ck_assert_double_eq(recs_quality_value(quality, USER, RECS_MEASURE_MISSING), 1);
  ck_assert_double_eq(recs_quality_value(quality, USER, RECS_MEASURE_DISTINCT), 2);
  ck_assert_double_eq(recs_quality_value(quality, USER, RECS_MEASURE_MAX), 3); /* events of one user */
  ck_assert_double_eq(recs_quality_value(quality, EVENT, RECS_MEASURE_MISSING), 1);
  ck_assert_double_eq(recs_quality_value(quality, EVENT, RECS_MEASURE_DISTINCT), 3);
  ck_assert_double_eq(recs_quality_value(quality, QUANTITY, RECS_MEASURE_DISTINCT), 3); /* -0 is 0 */
  ck_assert_double_eq(recs_quality_value(quality, QUANTITY, RECS_MEASURE_NEGATIVE), 1);
  ck_assert_double_eq(recs_quality_value(quality, QUANTITY, RECS_MEASURE_ZERO), 2);
  ck_assert_double_eq_tol(recs_quality_value(quality, QUANTITY, RECS_MEASURE_MEAN), 0.6, 1e-15);
  ck_assert_double_eq_tol(recs_quality_value(quality, QUANTITY, RECS_MEASURE_SD), sqrt(7.2 / 4), 1e-15);
  ck_assert_double_eq(recs_quality_value(quality, PRICE, RECS_MEASURE_MIN), -3);
  ck_assert_double_eq(recs_quality_value(quality, PRICE, RECS_MEASURE_MEDIAN), 0.25);
  ck_assert_double_eq(recs_quality_value(quality, TIME, RECS_MEASURE_MAX), 5000);
  ck_assert(isnan(recs_quality_value(quality, TIME, RECS_MEASURE_NEGATIVE)));
  ck_assert_double_eq(recs_quality_value(quality, SESSION, RECS_MEASURE_DISTINCT), 0);
  ck_assert(isnan(recs_quality_value(quality, SESSION, RECS_MEASURE_MEAN)));
  ck_assert_double_eq(recs_quality_value(quality, WEIGHT, RECS_MEASURE_MAX), 1);
  recs_quality_free(quality);
}
END_TEST

START_TEST(checks_and_their_examples) {
  append_some(shop.events);
  options.now = 4500;
  ck_ok(recs_events_quality(&quality, shop.events, &options, NULL, NULL));
  check("events", 5, 0, "");
  check("duplicate", 1, 2, "\"i1\"");
  check("near duplicate", 1, 2, "\"i1\"");
  check("missing user", 1, 4, "\"i2\"");
  check("missing item", 1, 5, "\"u2\"");
  check("missing time", 1, 5, "\"\"");
  check("missing price", 1, 3, "\"i2\"");
  check("missing session", 5, 1, "\"i1\"");
  check("negative quantity", 1, 3, "\"-1\"");
  check("zero quantity", 2, 4, "\"i2\"");
  check("negative price", 1, 4, "\"-3\"");
  check("zero price", 1, 5, "\"\"");
  check("time out of order", 1, 4, "\"1970-01-01T00:00:04Z\"");
  check("user's time out of order", 0, 0, "");
  check("time after now", 1, 3, "\"1970-01-01T00:00:05Z\"");
  recs_quality_free(quality);
}
END_TEST

START_TEST(frequent_values) {
  const char *text;
  uint64_t count;
  append_some(shop.events);
  options.top = 2;
  ck_ok(recs_events_quality(&quality, shop.events, &options, NULL, NULL));
  ck_assert_uint_eq(recs_quality_top_count(quality, ITEM), 2);
  ck_ok(recs_quality_top(&text, &count, quality, ITEM, 1)); /* as often as i1, and behind it */
  ck_assert_str_eq(text, "i2");
  ck_assert_uint_eq(count, 2);
  ck_ok(recs_quality_top(&text, NULL, quality, TIME, 0));
  ck_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
  ck_ok(recs_quality_top(&text, NULL, quality, PRICE, 0));
  ck_assert_str_eq(text, "0.5");
  ck_assert_uint_eq(recs_quality_top_count(quality, SESSION), 0);
  ck_fails(recs_quality_top(&text, &count, quality, ITEM, 2), RECS_ERROR_INVALID, "there are 2");
  ck_assert_ptr_null(text);
  recs_quality_free(quality);
}
END_TEST

START_TEST(times_that_are_an_order) {
  const char *text;
  append_some(shop.events);
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_ok(recs_events_quality(&quality, shop.events, NULL, NULL, NULL));
  ck_assert_uint_eq(recs_report_find(recs_quality_checks(quality), "near duplicate"), 0);
  check("time out of order", 1, 4, "\"4000\"");
  ck_ok(recs_quality_top(&text, NULL, quality, TIME, 0));
  ck_assert_str_eq(text, "-1");
  recs_quality_free(quality);
}
END_TEST

static int32_t stop(void *payload, double fraction) {
  return fraction >= *(const double *)payload;
}

START_TEST(refusals) {
  double limits[] = {0, 0.4, 1};
  ck_fails(recs_events_quality(NULL, shop.events, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_events_quality(&quality, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_assert_ptr_null(quality);
  options.high_quantile = 1.5;
  ck_fails(recs_events_quality(&quality, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "high_quantile is 1.5");
  for (int i = 0; i < 3; i++)
    ck_fails(recs_events_quality(&quality, shop.events, NULL, stop, &limits[i]), RECS_ERROR_CANCELLED, "");
  ck_assert_uint_eq(recs_quality_columns(NULL), 0);
  ck_assert_str_eq(recs_quality_column_name(NULL, 0), "");
  ck_assert_str_eq(recs_quality_measure_name(RECS_MEASURES), "");
  ck_assert(isnan(recs_quality_value(NULL, 0, 0)));
  ck_assert_ptr_null(recs_quality_checks(NULL));
  ck_fails(recs_quality_top(NULL, NULL, NULL, 0, 0), RECS_ERROR_INVALID, "quality");
}
END_TEST

START_TEST(an_empty_log) {
  ck_ok(recs_events_quality(&quality, shop.events, NULL, NULL, NULL));
  check("events", 0, 0, "");
  ck_assert_double_eq(recs_quality_value(quality, PRICE, RECS_MEASURE_DISTINCT), 0);
  ck_assert(isnan(recs_quality_value(quality, PRICE, RECS_MEASURE_MEDIAN)));
  recs_quality_free(quality);
}
END_TEST

static int32_t look(recs_context *heap, void *payload) {
  recs_quality *found = NULL;
  recs_test_log log;
  int32_t status = recs_test_log_create(&log, heap, 4, 5, 3);
  recs_event_columns columns = recs_test_columns();
  (void)payload;
  columns.users = columns.items = (uint32_t[]){2, 2};
  columns.times = (int64_t[]){5, 4};
  if (status == RECS_OK)
    status = recs_events_append(log.events, &columns, 2);
  if (status == RECS_OK)
    status = recs_events_quality(&found, log.events, NULL, NULL, NULL);
  recs_quality_free(found);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(look, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("quality");
  TCase *tests = tcase_create("quality");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, columns_in_numbers);
  tcase_add_test(tests, checks_and_their_examples);
  tcase_add_test(tests, frequent_values);
  tcase_add_test(tests, times_that_are_an_order);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, an_empty_log);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
