/* Retention by hand; against pandas in tests/witness/test_funnel.py. */
#include "support/log.h"
#include "support/support.h"

enum { EVENT, VIEW, BUY, USERS = 4 };

static const int64_t DAY = 86400000;
static recs_context *context;
static recs_test_log shop;

/* January 1970 has 31 days, February 28. User 0: view in January, buys in February and March; 1: buy on the last of January, view in
 * March; 2: buy in March; 3: nothing that is timed. */
static int32_t append(recs_events *events) {
  recs_event_columns columns = recs_test_columns();
  int64_t times[] = {70 * DAY, 3 * DAY, 40 * DAY, 59 * DAY, 31 * DAY - 1, 59 * DAY + 5, 89 * DAY, RECS_NO_TIME};
  columns.users = (uint32_t[]){0, 0, 0, 0, 1, 1, 2, 3};
  columns.types = (uint32_t[]){BUY, VIEW, BUY, BUY, BUY, VIEW, BUY, BUY};
  columns.quantities = (double[]){2, 1, 1, 1, 3, 1, 1, 1};
  columns.prices = (double[]){5, NAN, 7, 1, 2, NAN, 4, 1};
  columns.times = times;
  return recs_events_append(events, &columns, 8);
}

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, USERS, 3, 2), RECS_OK);
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static recs_retention_options defaults(void) {
  recs_retention_options options;
  ck_ok(recs_retention_options_init(&options, sizeof options));
  return options;
}

static recs_retention *make(const recs_retention_options *options) {
  recs_retention *table;
  ck_ok(recs_retention_create(&table, shop.events, options, NULL, NULL));
  return table;
}

#define CHECK_CELLS(found, ...)                                 \
  do {                                                          \
    const uint64_t wanted[] = {__VA_ARGS__};                    \
    ck_assert_mem_eq(found, wanted, sizeof wanted);             \
  } while (0)

START_TEST(months) {
  recs_retention *table;
  ck_ok(append(shop.events));
  table = make(NULL);
  ck_assert_uint_eq(recs_retention_cohorts(table), 3);
  ck_assert_uint_eq(recs_retention_periods(table), 3);
  CHECK_CELLS(recs_retention_sizes(table), 2, 0, 1);
  CHECK_CELLS(recs_retention_users(table), 2, 1, 2, 0, 0, 0, 1, 0, 0);
  CHECK_CELLS(recs_retention_events(table), 2, 1, 3, 0, 0, 0, 1, 0, 0);
  ck_assert_double_eq(recs_retention_money(table)[0], 6);
  ck_assert_double_eq(recs_retention_money(table)[2], 11);
  ck_assert_int_eq(recs_retention_starts(table)[0], 0);
  ck_assert_int_eq(recs_retention_starts(table)[1], 31 * DAY);
  ck_assert_int_eq(recs_retention_starts(table)[2], 59 * DAY);
  ck_assert_uint_eq(recs_retention_observed(table)[0], 3);
  ck_assert_uint_eq(recs_retention_observed(table)[2], 1);
  ck_assert_uint_eq(recs_retention_complete(table)[0], 3); /* day 89 is March the 31st */
  ck_assert_uint_eq(recs_retention_label_rows(table), USERS);
  ck_assert_uint_eq(recs_retention_labels(table)[1], 0);
  ck_assert_uint_eq(recs_retention_labels(table)[2], 2);
  ck_assert_uint_eq(recs_retention_labels(table)[3], RECS_NO_ROW);
  recs_retention_free(table);
}
END_TEST

START_TEST(births_and_returns) {
  recs_retention_options options = defaults();
  recs_retention *table;
  ck_ok(append(shop.events));
  options.births = "buy";
  options.returns = " view | event ";
  table = make(&options);
  CHECK_CELLS(recs_retention_sizes(table), 1, 1, 1);
  CHECK_CELLS(recs_retention_users(table), 0, 0, 1, 0, 0, 0, 0, 0, 0); /* user 0 viewed before its birth */
  recs_retention_free(table);
}
END_TEST

START_TEST(rolling) {
  recs_retention_options options = defaults();
  recs_retention *table;
  ck_ok(append(shop.events));
  options.rolling = 1;
  table = make(&options);
  CHECK_CELLS(recs_retention_users(table), 2, 2, 2, 0, 0, 0, 1, 0, 0);
  CHECK_CELLS(recs_retention_events(table), 2, 1, 3, 0, 0, 0, 1, 0, 0);
  recs_retention_free(table);
  options.max_periods = 2; /* who is there in the third was there in the second */
  table = make(&options);
  ck_assert_uint_eq(recs_retention_periods(table), 2);
  CHECK_CELLS(recs_retention_users(table), 2, 2, 0, 0, 1, 0);
  ck_assert_uint_eq(recs_retention_observed(table)[0], 2);
  recs_retention_free(table);
}
END_TEST

START_TEST(zones) {
  recs_retention_options options = defaults();
  recs_retention *table;
  ck_ok(append(shop.events));
  options.zone = 1; /* a minute east, user 1's birth is in February */
  table = make(&options);
  CHECK_CELLS(recs_retention_sizes(table), 1, 1, 1);
  ck_assert_int_eq(recs_retention_starts(table)[1], 31 * DAY - 60000);
  recs_retention_free(table);
}
END_TEST

START_TEST(days_and_weeks) {
  recs_event_columns columns = recs_test_columns();
  recs_retention_options options = defaults();
  recs_retention *table;
  columns.users = (uint32_t[]){0, 0, 0};
  columns.times = (int64_t[]){-DAY, 3 * DAY, 5 * DAY}; /* Wednesday, Sunday, Tuesday */
  ck_ok(recs_events_append(shop.events, &columns, 3));
  options.period = RECS_PERIOD_WEEK;
  table = make(&options);
  CHECK_CELLS(recs_retention_events(table), 2, 1);
  ck_assert_int_eq(recs_retention_starts(table)[0], -3 * DAY);
  ck_assert_uint_eq(recs_retention_observed(table)[0], 2);
  ck_assert_uint_eq(recs_retention_complete(table)[0], 1);
  recs_retention_free(table);
  options.period = RECS_PERIOD_DAY;
  table = make(&options);
  CHECK_CELLS(recs_retention_users(table), 1, 0, 0, 0, 1, 0, 1);
  recs_retention_free(table);
}
END_TEST

START_TEST(times_at_the_ends) {
  recs_event_columns columns = recs_test_columns();
  recs_retention_options options = defaults();
  recs_retention *table;
  columns.users = (uint32_t[]){0};
  columns.times = (int64_t[]){RECS_NO_TIME + 1};
  options.zone = -1439;
  ck_ok(recs_events_append(shop.events, &columns, 1));
  table = make(&options);
  ck_assert_int_eq(recs_retention_starts(table)[0], RECS_NO_TIME + 1);
  recs_retention_free(table);
  columns.times = (int64_t[]){INT64_MAX};
  ck_ok(recs_events_append(shop.events, &columns, 1));
  ck_fails(recs_retention_create(&table, shop.events, &options, NULL, NULL), RECS_ERROR_OVERFLOW, "periods");
}
END_TEST

START_TEST(too_many_cells) {
  recs_event_columns columns = recs_test_columns();
  recs_retention_options options = defaults();
  recs_retention *table;
  columns.users = (uint32_t[]){0, 1};
  columns.times = (int64_t[]){0, 99998 * DAY};
  ck_ok(recs_events_append(shop.events, &columns, 2));
  options.period = RECS_PERIOD_DAY;
  ck_fails(recs_retention_create(&table, shop.events, &options, NULL, NULL), RECS_ERROR_OVERFLOW, "99999 cohorts of 99999 periods");
  options.max_periods = 1;
  table = make(&options);
  ck_assert_uint_eq(recs_retention_cohorts(table), 99999);
  recs_retention_free(table);
}
END_TEST

START_TEST(bad_logs_and_arguments) {
  recs_event_columns columns = recs_test_columns();
  recs_retention_options options = defaults();
  recs_retention *table = make(NULL);
  ck_assert_uint_eq(recs_retention_cohorts(table), 0);
  recs_retention_free(table);
  options.births = "never";
  ck_fails(recs_retention_create(&table, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "births names \"never\"");
  options.births = "";
  options.returns = "view||buy";
  ck_fails(recs_retention_create(&table, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "returns");
  options = defaults();
  options.zone = 1440;
  ck_fails(recs_retention_create(&table, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "zone");
  ck_fails(recs_retention_create(NULL, shop.events, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_retention_create(&table, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_ok(recs_events_append(shop.events, &columns, 1));
  ck_fails(recs_retention_create(&table, shop.events, NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "needs times");
  ck_ok(append(shop.events));
  ck_ok(recs_ids_remove(shop.users, 0));
  options = defaults();
  options.births = "view";
  table = make(&options);
  ck_assert_uint_eq(recs_retention_cohorts(table), 1); /* user 1 alone */
  recs_retention_free(table);
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_fails(recs_retention_create(&table, shop.events, NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "only an order");
  ck_assert_ptr_null(table);
  ck_assert_uint_eq(recs_retention_cohorts(NULL), 0);
  ck_assert_ptr_null(recs_retention_users(NULL));
  recs_retention_free(NULL);
}
END_TEST

static int32_t all_of_it(recs_context *own, void *payload) {
  recs_test_log log;
  recs_retention *table = NULL;
  int32_t status = recs_test_log_create(&log, own, USERS, 3, 2);
  recs_retention_options options = defaults();
  options.rolling = *(int *)payload;
  if (status == RECS_OK)
    status = append(log.events);
  if (status == RECS_OK)
    status = recs_retention_create(&table, log.events, &options, NULL, NULL);
  recs_retention_free(table);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  int is_rolling = _i;
  recs_test_oom(all_of_it, &is_rolling);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("retention");
  TCase *cases = tcase_create("retention");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, months);
  tcase_add_test(cases, births_and_returns);
  tcase_add_test(cases, rolling);
  tcase_add_test(cases, zones);
  tcase_add_test(cases, days_and_weeks);
  tcase_add_test(cases, times_at_the_ends);
  tcase_add_test(cases, too_many_cells);
  tcase_add_test(cases, bad_logs_and_arguments);
  tcase_add_loop_test(cases, out_of_memory, 0, 2);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
