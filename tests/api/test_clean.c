/* The rules of cleaning by hand-made logs; against pandas in tests/witness/test_clean.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;
static recs_clean_options options;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 4, 5, 3), RECS_OK);
  ck_ok(recs_clean_options_init(&options, sizeof options));
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static void all_off(void) {
  options.max_quantity_score = options.max_price_score = options.max_user_rate_score = 0;
  options.drop_duplicates = options.drop_missing_user = options.drop_missing_item = 0;
  options.drop_nonpositive_quantity = options.drop_nonpositive_price = options.match_returns = 0;
}

/* Cleans the shop's log, and checks how many events stay and how many a reason took. */
static recs_events *clean(uint64_t kept, const char *reason, uint64_t dropped) {
  recs_events *cleaned;
  recs_report *report;
  ck_ok(recs_events_clean(&cleaned, &report, shop.events, &options, NULL, NULL));
  ck_assert_uint_eq(recs_events_count(cleaned), kept);
  ck_assert_uint_eq(recs_report_find(report, "kept"), kept);
  ck_assert_uint_eq(recs_report_find(report, reason), dropped);
  recs_report_free(report);
  return cleaned;
}

/* The items of a cleaned log, in order. */
static void check_items(recs_events *cleaned, size_t count, const uint32_t *wanted) {
  uint32_t items[16];
  ck_ok(recs_events_read(NULL, items, NULL, NULL, NULL, NULL, NULL, NULL, cleaned, 0, count));
  for (size_t i = 0; i < count; i++)
    ck_assert_uint_eq(items[i], wanted[i]);
  recs_events_free(cleaned);
}

START_TEST(report_lists_every_rule_in_order) {
  static const char *const reasons[] = {"kept",
                                        "duplicate",
                                        "missing user",
                                        "missing item",
                                        "missing time",
                                        "time filled",
                                        "near duplicate",
                                        "returned",
                                        "cancelled",
                                        "excluded item",
                                        "nonpositive quantity",
                                        "nonpositive price",
                                        "missing price",
                                        "price filled",
                                        "quantity outlier",
                                        "quantity clipped",
                                        "price outlier",
                                        "price clipped",
                                        "bot"};
  recs_events *cleaned;
  recs_report *report;
  const char *reason, *example;
  uint64_t count, first;
  ck_ok(recs_events_clean(&cleaned, &report, shop.events, NULL, NULL, NULL)); /* an empty log */
  ck_assert_uint_eq(recs_report_count(report), 19);
  for (uint32_t i = 0; i < 19; i++) {
    ck_ok(recs_report_entry(&reason, &count, &first, &example, report, i));
    ck_assert_str_eq(reason, reasons[i]);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(first, 0);
    ck_assert_str_eq(example, "");
  }
  recs_report_free(report);
  recs_events_free(cleaned);
}
END_TEST

START_TEST(duplicates_are_equal_in_every_column) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 0, 0, 0, 0, 0, 0, 0};
  columns.items = (uint32_t[]){1, 1, 1, 1, 1, 1, 1, 2};
  columns.types = (uint32_t[]){0, 0, 1, 0, 0, 0, 0, 0};
  columns.prices = (double[]){NAN, NAN, NAN, 0.0, -0.0, NAN, NAN, NAN};
  columns.weights = (float[]){1, 1, 1, 1, 1, 1, 2, 1};
  ck_ok(recs_events_append(shop.events, &columns, 8));
  all_off();
  options.drop_duplicates = 1;
  check_items(clean(5, "duplicate", 3), 5, (uint32_t[]){1, 1, 1, 1, 2}); /* 1 and 5 repeat 0; 4 repeats 3 */
  options.drop_duplicates = 0;
  recs_events_free(clean(8, "duplicate", 0));
}
END_TEST

START_TEST(missing_rows) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){RECS_NO_ROW, 0, RECS_NO_ROW, 1};
  columns.items = (uint32_t[]){1, RECS_NO_ROW, RECS_NO_ROW, 2};
  ck_ok(recs_events_append(shop.events, &columns, 4));
  all_off();
  options.drop_missing_user = 1;
  check_items(clean(2, "missing user", 2), 2, (uint32_t[]){RECS_NO_ROW, 2});
  options.drop_missing_item = 1;
  check_items(clean(1, "missing item", 1), 1, (uint32_t[]){2});
  options.drop_missing_user = 0;
  check_items(clean(2, "missing item", 2), 2, (uint32_t[]){1, 2});
}
END_TEST

START_TEST(cancelled_and_excluded) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 0, 0, 0};
  columns.items = (uint32_t[]){1, 2, 3, 4};
  columns.sessions = (uint32_t[]){0, 1, RECS_NO_ROW, 2};
  ck_ok(recs_events_append(shop.events, &columns, 4));
  options.cancelled_prefix = "s1";
  check_items(clean(3, "cancelled", 1), 3, (uint32_t[]){1, 3, 4});
  options.cancelled_prefix = "s";
  check_items(clean(1, "cancelled", 3), 1, (uint32_t[]){3});
  options.cancelled_prefix = "";
  recs_events_free(clean(4, "cancelled", 0));
  options.excluded_items = " i2 ,,nobody,i4";
  check_items(clean(2, "excluded item", 2), 2, (uint32_t[]){1, 3});
  options.excluded_items = "";
  recs_events_free(clean(4, "excluded item", 0));
}
END_TEST

START_TEST(returns_undo_the_latest_earlier_purchase) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 0, 0, 0, 1, 0, 0};
  columns.items = (uint32_t[]){1, 1, 1, 1, 1, 2, 1};
  columns.quantities = (double[]){2, 2, 2, -2, 2, 2, 3};
  columns.times = (int64_t[]){30, 10, 50, 40, 20, 10, 30}; /* the return of time 40 undoes the purchase of time 30 */
  columns.sessions = (uint32_t[]){0, RECS_NO_ROW, 0, 1, 0, 0, 0};
  ck_ok(recs_events_append(shop.events, &columns, 7));
  all_off();
  options.match_returns = 1;
  recs_events *cleaned = clean(5, "returned", 2);
  int64_t times[5];
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, NULL, times, NULL, cleaned, 0, 5));
  ck_assert_mem_eq(times, ((int64_t[]){10, 50, 20, 10, 30}), sizeof times);
  recs_events_free(cleaned);
  options.cancelled_prefix = "s0"; /* what was cancelled was not bought: the purchase of time 10 is the only one */
  check_items(clean(0, "returned", 2), 0, NULL);
  options.cancelled_prefix = "s1"; /* but a cancelled order may be the return itself */
  recs_events_free(clean(5, "returned", 2));
}
END_TEST

START_TEST(each_purchase_is_returned_once) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 0, 0, 0, 0};
  columns.items = (uint32_t[]){1, 1, 1, 1, 1};
  columns.quantities =
      (double[]){-1, 1, -1, -1, 1}; /* no times: by arrival. The first has nothing to undo, nor has the third. */
  ck_ok(recs_events_append(shop.events, &columns, 5));
  options.drop_duplicates = 0;
  recs_events_free(clean(1, "returned", 2));
  recs_events_free(clean(1, "nonpositive quantity", 2));
}
END_TEST

START_TEST(signs) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 0, 0, 0, 0};
  columns.items = (uint32_t[]){0, 1, 2, 3, 4};
  columns.quantities = (double[]){1, 0, -1, 1, 1};
  columns.prices = (double[]){NAN, 1, 1, 0, -1};
  ck_ok(recs_events_append(shop.events, &columns, 5));
  check_items(clean(1, "nonpositive quantity", 2), 1, (uint32_t[]){0});
  check_items(clean(1, "nonpositive price", 2), 1, (uint32_t[]){0});
  options.drop_nonpositive_quantity = 0;
  check_items(clean(3, "nonpositive price", 2), 3, (uint32_t[]){0, 1, 2});
}
END_TEST

enum { MANY = 100 };

/* As many events of one user, each at its own time, with these quantities (or prices). */
static void append_many(const double *quantities, const double *prices) {
  uint32_t rows[MANY] = {0};
  int64_t times[MANY];
  recs_event_columns columns = recs_test_columns();
  for (int i = 0; i < MANY; i++)
    times[i] = i;
  columns.users = columns.items = rows;
  columns.times = times;
  columns.quantities = quantities;
  columns.prices = prices;
  ck_ok(recs_events_append(shop.events, &columns, MANY));
}

START_TEST(outliers) {
  double values[MANY];
  for (int i = 0; i < MANY; i++)
    values[i] = 1 + i % 10;
  values[50] = 1e6;
  append_many(values, NULL);
  recs_events_free(clean(MANY - 1, "quantity outlier", 1));
  options.max_quantity_score = 0;
  recs_events_free(clean(MANY, "quantity outlier", 0));
}
END_TEST

START_TEST(outliers_of_prices) {
  double values[MANY];
  for (int i = 0; i < MANY; i++)
    values[i] = i % 7 == 0 ? (double)NAN : 1 + i % 10;
  values[50] = 1e6;
  append_many(NULL, values);
  recs_events_free(clean(MANY - 1, "price outlier", 1));
  options.max_price_score = 0;
  recs_events_free(clean(MANY, "price outlier", 0));
}
END_TEST

START_TEST(mostly_equal_values_do_not_make_the_others_outliers) {
  double values[MANY];
  for (int i = 0; i < MANY; i++)
    values[i] = i % 10 == 0 ? 2 + i / 10 : 1; /* nine of ten are 1: the median absolute deviation is 0 */
  append_many(values, NULL);
  recs_events_free(clean(MANY, "quantity outlier", 0));
  values[50] = 1e9;
  append_many(values, NULL);
  options.drop_duplicates = 0;
  recs_events_free(clean(2 * MANY - 1, "quantity outlier", 1));
}
END_TEST

START_TEST(equal_values_are_no_outliers) {
  double values[MANY];
  for (int i = 0; i < MANY; i++)
    values[i] = 3;
  append_many(values, values);
  recs_events_free(clean(MANY, "quantity outlier", 0));
}
END_TEST

START_TEST(bots) {
  enum { DAY = 86400000, FAST = 60, EVENTS = 3 + 2 + 4 + FAST + 1 };
  uint32_t users[EVENTS], items[EVENTS] = {0};
  int64_t times[EVENTS];
  recs_event_columns columns = recs_test_columns();
  for (int i = 0; i < EVENTS; i++) {
    users[i] = i < 3 ? 0 : i < 5 ? 1 : i < 9 ? 2 : 3;
    times[i] = (int64_t)i * 1000 - (i < 9 ? i % 2 * (int64_t)DAY : 0); /* the others have days before 1970 too */
  }
  times[EVENTS - 1] = RECS_NO_TIME;
  columns.users = users;
  columns.items = items;
  columns.times = times;
  ck_ok(recs_events_append(shop.events, &columns, EVENTS));
  recs_events_free(clean(EVENTS, "bot", 0));
  options.max_user_rate_score = 3; /* rates 1.5, 1, 2 and 60 */
  recs_events_free(clean(9, "bot", FAST + 1));
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  recs_events *cleaned = shop.events;
  recs_report *report = (recs_report *)&columns;
  ck_fails(recs_events_clean(&cleaned, &report, shop.events, &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "order");
  ck_assert_ptr_null(cleaned);
  ck_assert_ptr_null(report);
}
END_TEST

START_TEST(result_is_frozen_and_whole) {
  recs_event_columns columns = recs_test_columns();
  recs_events *cleaned;
  uint32_t user, item, type, session;
  float weight;
  double quantity, price;
  int64_t time;
  columns.users = (uint32_t[]){RECS_NO_ROW, 3};
  columns.items = (uint32_t[]){0, 4};
  columns.types = (uint32_t[]){0, 2};
  columns.weights = (float[]){1, 0.5f};
  columns.quantities = (double[]){1, 7};
  columns.prices = (double[]){1, 1.25};
  columns.times = (int64_t[]){1, -5};
  columns.sessions = (uint32_t[]){0, 2};
  ck_ok(recs_events_append(shop.events, &columns, 2));
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_ok(recs_events_clean(&cleaned, NULL, shop.events, NULL, NULL, NULL));
  ck_ok(recs_events_read(&user, &item, &type, &weight, &quantity, &price, &time, &session, cleaned, 0, 1));
  ck_assert_uint_eq(user, 3);
  ck_assert_uint_eq(item, 4);
  ck_assert_uint_eq(type, 2);
  ck_assert_uint_eq(session, 2);
  ck_assert_float_eq(weight, 0.5f);
  ck_assert_double_eq(quantity, 7);
  ck_assert_double_eq(price, 1.25);
  ck_assert_int_eq(time, -5);
  ck_assert_int_eq(recs_events_time_kind(cleaned), RECS_TIME_ORDER);
  ck_assert_uint_eq(recs_ids_count(recs_events_users(cleaned)), recs_ids_count(shop.users));
  ck_fails(recs_events_append(cleaned, &columns, 2), RECS_ERROR_STATE, "frozen");
  recs_events_free(cleaned);
}
END_TEST

static int32_t stop_at(void *payload, double fraction) {
  return fraction >= *(const double *)payload;
}

START_TEST(cancelling) {
  double limits[] = {0, 0.5, 1};
  recs_event_columns columns = recs_test_columns();
  columns.users = columns.items = (uint32_t[]){0};
  ck_ok(recs_events_append(shop.events, &columns, 1));
  for (int i = 0; i < 3; i++) {
    recs_events *cleaned = shop.events;
    recs_report *report = (recs_report *)&columns;
    ck_fails(recs_events_clean(&cleaned, &report, shop.events, NULL, stop_at, &limits[i]), RECS_ERROR_CANCELLED, "");
    ck_assert_ptr_null(cleaned);
    ck_assert_ptr_null(report);
  }
}
END_TEST

START_TEST(refusals) {
  recs_events *cleaned = shop.events;
  recs_report *report = (recs_report *)&cleaned;
  ck_fails(recs_events_clean(NULL, &report, shop.events, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_events_clean(&cleaned, &report, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_assert_ptr_null(cleaned);
  ck_assert_ptr_null(report);
  options.max_price_score = -1;
  ck_fails(recs_events_clean(&cleaned, NULL, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID,
           "max_price_score is -1");
  options.max_price_score = (double)NAN;
  ck_fails(recs_events_clean(&cleaned, NULL, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "max_price_score");
  options.max_price_score = 1;
  options.match_returns = 2;
  ck_fails(recs_events_clean(&cleaned, NULL, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID,
           "match_returns is 2");
  ck_fails(recs_clean_options_init(NULL, 0), RECS_ERROR_INVALID, "options");
  ck_assert_str_eq(recs_schema_name(recs_clean_schema()), "clean");
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
  columns.users = (uint32_t[]){0, 0, 1, 0};
  columns.items = (uint32_t[]){1, 1, 1, 1};
  columns.quantities = (double[]){1, -1, 2, 5};
  columns.times = (int64_t[]){1, 2, 3, 4};
  recs_clean_options_init(&all, sizeof all);
  all.cancelled_prefix = "s1";
  all.excluded_items = "i2";
  all.max_user_rate_score = 5;
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
  Suite *suite = suite_create("clean");
  TCase *tests = tcase_create("clean");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, report_lists_every_rule_in_order);
  tcase_add_test(tests, duplicates_are_equal_in_every_column);
  tcase_add_test(tests, missing_rows);
  tcase_add_test(tests, cancelled_and_excluded);
  tcase_add_test(tests, returns_undo_the_latest_earlier_purchase);
  tcase_add_test(tests, each_purchase_is_returned_once);
  tcase_add_test(tests, signs);
  tcase_add_test(tests, outliers);
  tcase_add_test(tests, outliers_of_prices);
  tcase_add_test(tests, mostly_equal_values_do_not_make_the_others_outliers);
  tcase_add_test(tests, equal_values_are_no_outliers);
  tcase_add_test(tests, bots);
  tcase_add_test(tests, result_is_frozen_and_whole);
  tcase_add_test(tests, cancelling);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
