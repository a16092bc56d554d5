/* Features of behaviour by hand; against pandas and scipy in tests/witness/test_behaviour.py. */
#include "support/log.h"
#include "support/support.h"

enum { DAY = 86400000, HOUR = 3600000 };

static recs_context *context;
static recs_test_log shop;
static recs_behaviour_options options;
static recs_features *table;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 4, 5, 3), RECS_OK);
  ck_ok(recs_behaviour_options_init(&options, sizeof options));
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static void append(recs_event_columns columns, size_t count) {
  ck_ok(recs_events_append(shop.events, &columns, count));
}

static void compute(const char *features) {
  options.features = features;
  ck_ok(recs_features_behaviour(&table, shop.events, NULL, &options, NULL, NULL));
}

/* A value of the table, which has that name and unit there. */
static double value(uint32_t row, uint32_t column, const char *name, const char *unit) {
  ck_assert_str_eq(recs_features_name(table, column), name);
  ck_assert_str_eq(recs_features_unit(table, column), unit);
  return recs_features_values(table)[row * recs_features_columns(table) + column];
}

static void append_orders(void) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){2, 2, 2, 2, 0};
  columns.items = (uint32_t[]){1, 1, 2, 3, 4};
  columns.quantities = (double[]){2, 1, 1, -1, 1};
  columns.prices = (double[]){1.5, 2, 10, 10, (double)NAN};
  columns.times = (int64_t[]){0, HOUR, 2 * (int64_t)DAY, 6 * (int64_t)DAY + HOUR, 10 * (int64_t)DAY};
  columns.sessions = (uint32_t[]){RECS_NO_ROW, RECS_NO_ROW, 0, 1, 2};
  append(columns, 5);
}

START_TEST(orders) {
  append_orders();
  compute("rfm,gaps");
  ck_assert_uint_eq(recs_features_rows(table), 2);
  ck_assert_uint_eq(recs_features_keys(table)[0], 0);
  ck_assert_uint_eq(recs_features_keys(table)[1], 2);
  ck_assert_double_eq_tol(value(1, 0, "recency", "days"), 4 - 1 / 24.0, 1e-12);
  ck_assert_double_eq(value(1, 1, "frequency", "orders"), 3); /* the day's two events are one order */
  ck_assert_double_eq(value(1, 2, "monetary", "money"), 5);
  ck_assert_double_eq(value(1, 3, "quantity", "units"), 3);
  ck_assert_double_eq_tol(value(1, 4, "gap_mean", "days"), (6 + 1 / 24.0) / 2, 1e-12);
  ck_assert_double_eq_tol(value(1, 5, "gap_median", "days"), (6 + 1 / 24.0) / 2, 1e-12);
  ck_assert_double_eq_tol(value(1, 6, "gap_sd", "days"), (2 + 1 / 24.0) / sqrt(2), 1e-12);
  ck_assert(isnan(value(0, 2, "monetary", "money"))); /* bought, at no known price */
  ck_assert(isnan(value(0, 4, "gap_mean", "days")));
  recs_features_free(table);
  compute("baskets,returns");
  ck_assert_double_eq_tol(value(1, 0, "basket_events", "events"), 4 / 3.0, 1e-12);
  ck_assert_double_eq(value(1, 1, "basket_quantity", "units"), 1);
  ck_assert_double_eq_tol(value(1, 2, "basket_value", "money"), 5 / 3.0, 1e-12);
  ck_assert_double_eq(value(1, 3, "return_share", "share"), 0.25);
  ck_assert_double_eq(value(1, 4, "returned_quantity", "share"), 0.25);
  recs_features_free(table);
}
END_TEST

START_TEST(clocks) {
  recs_event_columns columns = recs_test_columns();
  columns.users = columns.items = (uint32_t[]){0, 0, 0, 0};
  columns.times = (int64_t[]){-1, 0, 23 * HOUR, RECS_NO_TIME}; /* Wednesday's last millisecond, Thursday */
  append(columns, 4);
  compute("hours,weekdays,tenure");
  ck_assert_double_eq_tol(value(0, 0, "hour_00", "share"), 1 / 3.0, 1e-12);
  ck_assert_double_eq_tol(value(0, 23, "hour_23", "share"), 2 / 3.0, 1e-12);
  ck_assert_double_eq_tol(value(0, 24 + 2, "weekday_wed", "share"), 1 / 3.0, 1e-12);
  ck_assert_double_eq_tol(value(0, 24 + 3, "weekday_thu", "share"), 2 / 3.0, 1e-12);
  ck_assert_double_eq(value(0, 33, "active_days", "days"), 2);
  ck_assert_double_eq(value(0, 34, "events", "events"), 4);
  recs_features_free(table);
  options.utc_offset_hours = 1;
  options.min_events = 4; /* three have a time */
  compute("hour_01,weekday_fri");
  ck_assert(isnan(value(0, 0, "hour_01", "share")));
  recs_features_free(table);
  options.min_events = 3;
  options.fill = 1;
  options.fill_value = -1;
  compute("hour_01,weekday_fri,gap_sd");
  ck_assert_double_eq(value(0, 0, "gap_sd", "days"), -1); /* in the order of the groups */
  ck_assert_double_eq_tol(value(0, 1, "hour_01", "share"), 1 / 3.0, 1e-12);
  ck_assert_double_eq_tol(value(0, 2, "weekday_fri", "share"), 1 / 3.0, 1e-12);
  recs_features_free(table);
}
END_TEST

START_TEST(trends) {
  recs_event_columns columns = recs_test_columns();
  columns.users = columns.items = (uint32_t[]){0, 0, 0, 0, 0, 0, 1};
  columns.prices = (double[]){1, 1, 1, 1, 1, 1, 1};
  columns.times = (int64_t[]){5, DAY + 5, DAY + 6, 2 * (int64_t)DAY + 5, 2 * (int64_t)DAY + 6, 2 * (int64_t)DAY + 7,
                              3 * (int64_t)DAY};
  append(columns, 7);
  options.trend_days = 1;
  compute("trend");
  ck_assert_double_eq_tol(value(0, 0, "event_trend", "events per period and period"), 1, 1e-12); /* 1, 2, 3 */
  ck_assert_double_eq_tol(value(0, 1, "spend_trend", "money per period and period"), 1, 1e-12);
  ck_assert(isnan(value(1, 0, "event_trend", "events per period and period"))); /* a single period */
  recs_features_free(table);
}
END_TEST

START_TEST(purchases_are_of_types) {
  recs_event_columns columns = recs_test_columns();
  columns.users = columns.items = (uint32_t[]){0, 0, 0};
  columns.types = (uint32_t[]){1, 1, 2};
  columns.times = (int64_t[]){0, 2 * (int64_t)DAY, DAY};
  append(columns, 3);
  options.purchases = "buy";
  compute("recency,frequency,types");
  ck_assert_double_eq(value(0, 0, "recency", "days"), 1);
  ck_assert_double_eq(value(0, 1, "frequency", "orders"), 1);
  ck_assert_double_eq_tol(value(0, 2, "type:view", "share"), 2 / 3.0, 1e-12);
  ck_assert_double_eq_tol(value(0, 3, "type:buy", "share"), 1 / 3.0, 1e-12);
  recs_features_free(table);
  options.purchases = "buy,sell";
  ck_fails(recs_features_behaviour(&table, shop.events, NULL, &options, NULL, NULL), RECS_ERROR_INVALID, "\"sell\"");
}
END_TEST

START_TEST(categories) {
  recs_event_columns columns = recs_test_columns();
  recs_profiles *items;
  uint32_t field;
  columns.users = (uint32_t[]){0, 0, 0};
  columns.items = (uint32_t[]){0, 1, 4};
  append(columns, 3);
  ck_ok(recs_profiles_create(&items, shop.items));
  ck_ok(recs_profiles_define(&field, items, "genre", RECS_FIELD_TAGS, 0));
  ck_ok(recs_profiles_set_tag(items, 0, field, "a", 1, 3));
  ck_ok(recs_profiles_set_tag(items, 0, field, "b", 1, 1));
  ck_ok(recs_profiles_set_tag(items, 1, field, "c", 1, 1));
  ck_ok(recs_profiles_set_tag(items, 2, field, "d", 1, 1)); /* nobody's */
  options.most_categories = 2;
  options.features = "categories,distinct_categories,category_entropy";
  ck_ok(recs_features_behaviour(&table, shop.events, items, &options, NULL, NULL));
  ck_assert_double_eq(value(0, 0, "distinct_categories", "categories"), 3);
  ck_assert_double_eq_tol(value(0, 1, "category_entropy", "bits"), 0.375 * log2(8 / 3.0) + 0.125 * 3 + 0.5, 1e-12);
  ck_assert_double_eq(value(0, 2, "category:c", "share"), 0.5);
  ck_assert_double_eq(value(0, 3, "category:a", "share"), 0.375);
  ck_assert_double_eq(value(0, 4, "category:(other)", "share"), 0.125);
  recs_features_free(table);
  options.category_field = "color";
  ck_fails(recs_features_behaviour(&table, shop.events, items, &options, NULL, NULL), RECS_ERROR_NOT_FOUND, "color");
  recs_profiles_free(items);
}
END_TEST

static void refused(const char *features, int32_t status, const char *words) {
  table = (recs_features *)&options;
  options.features = features;
  ck_fails(recs_features_behaviour(&table, shop.events, NULL, &options, NULL, NULL), status, words);
  ck_assert_ptr_null(table);
}

START_TEST(what_the_log_cannot_give_is_named) {
  recs_event_columns columns = recs_test_columns();
  columns.users = columns.items = (uint32_t[]){0};
  append(columns, 1);
  refused("gap_sd", RECS_ERROR_UNSUPPORTED, "gap_sd needs times");
  refused("baskets", RECS_ERROR_UNSUPPORTED, "basket_value needs prices");
  refused("returns", RECS_ERROR_UNSUPPORTED, "return_share needs quantities");
  refused("categories", RECS_ERROR_UNSUPPORTED, "category:* needs categories");
  refused("basket", RECS_ERROR_INVALID, "no feature \"basket\"; groups of features: all, rfm, gaps");
  compute("all"); /* what is there, and no more */
  ck_assert_double_eq(value(0, 0, "frequency", "orders"), 0); /* neither a session nor a day */
  ck_assert(isnan(value(0, 2, "basket_events", "events")));
  recs_features_free(table);
  columns.times = (int64_t[]){5};
  append(columns, 1);
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  refused("hours", RECS_ERROR_UNSUPPORTED, "hour_00 needs clock times");
}
END_TEST

START_TEST(refusals) {
  recs_ids *others;
  recs_profiles *items;
  ck_fails(recs_features_behaviour(NULL, shop.events, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_features_behaviour(&table, NULL, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_ok(recs_ids_create(&others, context));
  ck_ok(recs_profiles_create(&items, others));
  ck_fails(recs_features_behaviour(&table, shop.events, items, NULL, NULL, NULL), RECS_ERROR_INVALID, "dictionary");
  recs_profiles_free(items);
  recs_ids_free(others);
  options.category_field = "genre";
  refused(NULL, RECS_ERROR_INVALID, "category_field");
  options.trend_days = 0;
  refused(NULL, RECS_ERROR_INVALID, "trend_days is 0");
  ck_assert_str_eq(recs_features_unit(NULL, 0), "");
  ck_assert_str_eq(recs_behaviour_group_name(0), "rfm");
  ck_assert_str_eq(recs_behaviour_group_name(recs_behaviour_group_count()), "");
}
END_TEST

START_TEST(sums_beyond_a_double) {
  recs_event_columns columns = recs_test_columns();
  columns.users = columns.items = (uint32_t[]){0};
  columns.quantities = columns.prices = (double[]){1e200};
  append(columns, 1);
  refused("monetary", RECS_ERROR_NUMERIC, "monetary of user 0 is inf");
}
END_TEST

START_TEST(an_empty_log) {
  compute(NULL);
  ck_assert_uint_eq(recs_features_rows(table), 0);
  ck_assert_uint_gt(recs_features_columns(table), 0);
  recs_features_free(table);
}
END_TEST

static int32_t compute_all(recs_context *heap, void *payload) {
  recs_event_columns columns = recs_test_columns();
  recs_profiles *items = NULL;
  recs_test_log log;
  recs_features *features = NULL;
  uint32_t field;
  int32_t status = recs_test_log_create(&log, heap, 2, 3, 2);
  (void)payload;
  columns.users = columns.items = (uint32_t[]){0, 0, 1, 0};
  columns.quantities = columns.prices = (double[]){1, 2, 2, 5};
  columns.times = (int64_t[]){4, 2, 3, 9000000};
  if (status == RECS_OK)
    status = recs_events_append(log.events, &columns, 4);
  if (status == RECS_OK)
    status = recs_profiles_create(&items, log.items);
  if (status == RECS_OK)
    status = recs_profiles_define(&field, items, "genre", RECS_FIELD_TAGS, 0);
  if (status == RECS_OK)
    status = recs_profiles_set_tag(items, 0, field, "a", 1, 1);
  if (status == RECS_OK)
    status = recs_features_behaviour(&features, log.events, items, NULL, NULL, NULL);
  recs_features_free(features);
  recs_profiles_free(items);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(compute_all, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("behaviour");
  TCase *tests = tcase_create("behaviour");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, orders);
  tcase_add_test(tests, clocks);
  tcase_add_test(tests, trends);
  tcase_add_test(tests, purchases_are_of_types);
  tcase_add_test(tests, categories);
  tcase_add_test(tests, what_the_log_cannot_give_is_named);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, sums_beyond_a_double);
  tcase_add_test(tests, an_empty_log);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
