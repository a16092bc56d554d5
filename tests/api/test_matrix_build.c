/* Matrices from logs: by hand-made values here; against numpy in tests/witness/test_matrix.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;

enum { EVENTS = 8 };
static const uint32_t users[EVENTS] = {0, 1, 0, 0, RECS_NO_ROW, 2, 0, 2};
static const uint32_t items[EVENTS] = {3, 0, 1, 3, 2, RECS_NO_ROW, 3, 2};
static const uint32_t types[EVENTS] = {0, 1, 2, 1, 0, 0, 2, 0};
static const float weights[EVENTS] = {2, 1, 1, 5, 1, 1, 4, 0};
static const double quantities[EVENTS] = {1, 2, 3, 1, 1, 1, -2, 5};
static const int64_t times[EVENTS] = {3000, 1000, RECS_NO_TIME, 1000, 0, 0, 2000, 3000};
static const uint32_t sessions[EVENTS] = {1, 0, 1, RECS_NO_ROW, 0, 0, 0, 1};

static void setup(void) {
  recs_event_columns columns = recs_test_columns();
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 3, 4, 2), RECS_OK);
  columns.users = users;
  columns.items = items;
  columns.types = types;
  columns.weights = weights;
  columns.quantities = quantities;
  columns.times = times;
  columns.sessions = sessions;
  ck_ok(recs_events_append(shop.events, &columns, EVENTS));
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static recs_matrix_options defaults(void) {
  recs_matrix_options options;
  ck_ok(recs_matrix_options_init(&options, sizeof options));
  return options;
}

static void check_row(const recs_matrix *matrix, uint32_t row, size_t count, const uint32_t *columns,
                      const float *values) {
  const uint32_t *found_columns;
  const float *found_values;
  size_t found;
  ck_ok(recs_matrix_row(&found_columns, &found_values, &found, matrix, row));
  ck_assert_uint_eq(found, count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(found_columns[i], columns[i]);
    ck_assert_float_eq_tol(found_values[i], values[i], 1e-6f);
  }
}

/* Row 0 of a matrix with these options: item 1, then item 3 (0: no entry). */
static void check_first(const recs_matrix_options *options, float item1, float item3) {
  uint32_t columns[2];
  float values[2];
  size_t count = 0;
  recs_matrix *matrix;
  if (item1 != 0) {
    columns[count] = 1;
    values[count++] = item1;
  }
  if (item3 != 0) {
    columns[count] = 3;
    values[count++] = item3;
  }
  ck_ok(recs_matrix_build(&matrix, shop.events, options));
  check_row(matrix, 0, count, columns, values);
  recs_matrix_free(matrix);
}

START_TEST(defaults_are_binary_users_by_items) {
  recs_matrix *matrix;
  ck_ok(recs_matrix_build(&matrix, shop.events, NULL));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 3);
  ck_assert_uint_eq(recs_matrix_columns(matrix), 4);
  ck_assert_uint_eq(recs_matrix_entries(matrix), 3);
  check_row(matrix, 0, 2, (uint32_t[]){1, 3}, (float[]){1, 1});
  check_row(matrix, 1, 1, (uint32_t[]){0}, (float[]){1});
  check_row(matrix, 2, 0, NULL, NULL); /* one event without item, one that weighs 0 */
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(repeats) {
  recs_matrix_options options = defaults();
  options.repeat = RECS_REPEAT_SUM;
  check_first(&options, 1, 11);
  options.repeat = RECS_REPEAT_LAST; /* by time: the event of time 3000 came first */
  check_first(&options, 1, 2);
  options.repeat = RECS_REPEAT_FIRST;
  check_first(&options, 1, 5);
  options.repeat = RECS_REPEAT_MAX;
  check_first(&options, 1, 5);
  options.use_quantity = 1;
  check_first(&options, 3, 5);
  options.repeat = RECS_REPEAT_SUM; /* 2 + 5 - 8 */
  check_first(&options, 3, -1);
  options.use_weight = 0; /* 1 + 1 - 2: nothing is left */
  check_first(&options, 3, 0);
}
END_TEST

START_TEST(type_weights) {
  recs_matrix_options options = defaults();
  options.repeat = RECS_REPEAT_SUM;
  options.use_weight = 0;
  options.type_weights = "buy=3";
  check_first(&options, 3, 5);
  options.type_weights = " buy = 3 , event=-0.5,*=0";
  check_first(&options, 3, 2.5f);
  options.type_weights = "*=2,view=1e1,like=7"; /* "like" is no type of this log */
  check_first(&options, 2, 14);
  options.type_weights = "";
  check_first(&options, 1, 3);
  options.repeat = RECS_REPEAT_LAST; /* a type that weighs 0 is not there: the last is the view of time 1000 */
  options.type_weights = "view=4,*=0";
  check_first(&options, 0, 4);
}
END_TEST

START_TEST(decay) {
  recs_matrix_options options = defaults();
  options.repeat = RECS_REPEAT_SUM;
  options.use_weight = 0;
  options.half_life = 1000;
  check_first(&options, 0.25f, 1 + 0.25f + 0.5f); /* an unknown time is the oldest, 1000 */
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  options.half_life = 2000;
  check_first(&options, 0.5f, 1 + 0.5f + sqrtf(0.5f));
}
END_TEST

START_TEST(order_is_counted_within_a_row) {
  recs_matrix_options options = defaults();
  recs_matrix *matrix;
  options.repeat = RECS_REPEAT_SUM;
  options.half_life = 1000;
  ck_ok(recs_matrix_build(&matrix, shop.events, &options));
  check_row(matrix, 1, 1, (uint32_t[]){0}, (float[]){0.25f});
  recs_matrix_free(matrix);
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_ok(recs_matrix_build(&matrix, shop.events, &options));
  check_row(matrix, 1, 1, (uint32_t[]){0}, (float[]){1}); /* the latest of its row */
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(sessions_as_rows) {
  recs_matrix_options options = defaults();
  recs_matrix *matrix;
  options.rows = RECS_ROWS_SESSIONS;
  ck_ok(recs_matrix_build(&matrix, shop.events, &options));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 2);
  check_row(matrix, 0, 3, (uint32_t[]){0, 2, 3}, (float[]){1, 1, 1}); /* the unknown user's event counts */
  check_row(matrix, 1, 2, (uint32_t[]){1, 3}, (float[]){1, 1});
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(logs_that_say_little) {
  recs_matrix_options options = defaults();
  recs_event_columns columns = recs_test_columns();
  recs_test_log bare;
  recs_matrix *matrix;
  ck_ok(recs_test_log_create(&bare, context, 2, 3, 0));
  ck_ok(recs_matrix_build(&matrix, bare.events, NULL));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 2);
  ck_assert_uint_eq(recs_matrix_columns(matrix), 3);
  ck_assert_uint_eq(recs_matrix_entries(matrix), 0);
  recs_matrix_free(matrix);
  columns.users = (uint32_t[]){1, 1};
  columns.items = (uint32_t[]){0, 0};
  ck_ok(recs_events_append(bare.events, &columns, 2));
  options.half_life = 5; /* no times: all are as old as the latest */
  options.repeat = RECS_REPEAT_SUM;
  ck_ok(recs_matrix_build(&matrix, bare.events, &options));
  check_row(matrix, 1, 1, (uint32_t[]){0}, (float[]){2});
  recs_matrix_free(matrix);
  options.rows = RECS_ROWS_SESSIONS;
  ck_ok(recs_matrix_build(&matrix, bare.events, &options));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 0);
  recs_matrix_free(matrix);
  recs_test_log_free(&bare);
}
END_TEST

START_TEST(refusals) {
  static const char *const bad[] = {"buy",   "buy=",    "=3",     "buy=3,", ",buy=3",
                                    "buy=x", "buy=nan", "buy=1;", " =1",    "buy=1e999"};
  recs_matrix_options options = defaults();
  recs_matrix *matrix = (recs_matrix *)&options;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    options.type_weights = bad[i];
    ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "type_weights");
    ck_assert_ptr_null(matrix);
  }
  options.type_weights = "view=1,buy=3x";
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "\"buy=3x\"");
  options = defaults();
  options.half_life = -1;
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "half_life is -1");
  options.half_life = (double)NAN;
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "half_life");
  options = defaults();
  options.rows = 3;
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "rows is 3");
  options = defaults();
  options.repeat = 0;
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "repeat is 0");
  ck_fails(recs_matrix_build(&matrix, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_fails(recs_matrix_build(NULL, shop.events, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_matrix_options_init(NULL, sizeof options), RECS_ERROR_INVALID, "options");
  ck_fails(recs_matrix_options_init(&options, 3), RECS_ERROR_INVALID, "matrix");
  ck_assert_str_eq(recs_schema_name(recs_matrix_schema()), "matrix");
}
END_TEST

/* What was bought and returned was not bought; what is returned once more is disliked. */
START_TEST(returns_cancel) {
  recs_matrix_options options = defaults();
  options.use_weight = 0;
  options.type_weights = "view=-1"; /* item 3 of user 0: event, view, buy; user 1 only returns */
  check_first(&options, 1, 1);
  options.type_weights = "view=-2,buy=1";
  check_first(&options, 1, 0);
  options.type_weights = "view=-1,buy=-1";
  check_first(&options, -1, -1);
  options.repeat = RECS_REPEAT_SUM;
  check_first(&options, -1, -1);
  options.repeat = RECS_REPEAT_LAST;
  check_first(&options, -1, 1);
}
END_TEST

START_TEST(centred) {
  recs_matrix_options options = defaults();
  recs_matrix *matrix;
  recs_histories *histories;
  const float *weighed;
  size_t count;
  options.repeat = RECS_REPEAT_SUM; /* user 0: item 1 is 1, item 3 is 11; user 1: item 0 is 1 */
  options.center = RECS_CENTER_USER;
  check_first(&options, -5, 5);
  options.center = RECS_CENTER_ITEM; /* which leaves zeros, and these stay entries */
  ck_ok(recs_matrix_build(&matrix, shop.events, &options));
  check_row(matrix, 0, 2, (uint32_t[]){1, 3}, (float[]){0, 0});
  recs_matrix_free(matrix);
  options.center = RECS_CENTER_BOTH;
  check_first(&options, 1 - 6 - 1 + 13.0f / 3, 11 - 6 - 11 + 13.0f / 3);
  options.center = RECS_CENTER_USER; /* histories hold the last of each: 1 and 2 */
  ck_ok(recs_histories_build(&histories, shop.events, 0, &options));
  ck_ok(recs_histories_row(NULL, &weighed, NULL, &count, histories, 0));
  ck_assert_uint_eq(count, 2);
  ck_assert_float_eq_tol(weighed[0], -0.5f, 1e-6f);
  ck_assert_float_eq_tol(weighed[1], 0.5f, 1e-6f);
  recs_histories_free(histories);
  options.repeat = RECS_REPEAT_BINARY;
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "center is user, but repeat is binary");
  ck_fails(recs_histories_build(&histories, shop.events, 0, &options), RECS_ERROR_INVALID, "center is user");
  options.center = 4;
  ck_fails(recs_matrix_build(&matrix, shop.events, &options), RECS_ERROR_INVALID, "none|user|item|both");
}
END_TEST

/* Nothing is built of users and items that were removed; a snapshot from before still has them. */
START_TEST(removed_ids) {
  recs_events *before;
  recs_matrix *matrix;
  recs_histories *histories;
  size_t count;
  ck_ok(recs_events_freeze(&before, shop.events));
  ck_ok(recs_ids_remove(shop.users, 1));
  ck_ok(recs_ids_remove(shop.items, 3));
  ck_ok(recs_matrix_build(&matrix, shop.events, NULL));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 3);
  ck_assert_uint_eq(recs_matrix_columns(matrix), 4);
  ck_assert_uint_eq(recs_matrix_entries(matrix), 1);
  check_row(matrix, 0, 1, (uint32_t[]){1}, (float[]){1});
  recs_matrix_free(matrix);
  ck_ok(recs_histories_build(&histories, shop.events, 1, NULL));
  ck_ok(recs_histories_row(NULL, NULL, NULL, &count, histories, 0));
  ck_assert_uint_eq(count, 1);
  ck_ok(recs_histories_row(NULL, NULL, NULL, &count, histories, 1));
  ck_assert_uint_eq(count, 0);
  recs_histories_free(histories);
  ck_ok(recs_matrix_build(&matrix, before, NULL));
  ck_assert_uint_eq(recs_matrix_entries(matrix), 3);
  recs_matrix_free(matrix);
  recs_events_free(before);
}
END_TEST

START_TEST(weights_beyond_a_float) {
  recs_matrix_options options = defaults();
  recs_event_columns columns = recs_test_columns();
  recs_test_log wild;
  recs_matrix *matrix;
  columns.users = (uint32_t[]){0, 1, 1};
  columns.items = (uint32_t[]){0, 2, 2};
  columns.quantities = (double[]){1, 1e308, -1e308};
  ck_ok(recs_test_log_create(&wild, context, 2, 3, 0));
  ck_ok(recs_events_append(wild.events, &columns, 3));
  options.use_quantity = 1;
  options.repeat = RECS_REPEAT_LAST;
  ck_fails(recs_matrix_build(&matrix, wild.events, &options), RECS_ERROR_NUMERIC, "row 1, item 2");
  ck_assert_ptr_null(matrix);
  options.repeat = RECS_REPEAT_SUM;
  options.type_weights = "*=100"; /* infinity less infinity */
  ck_fails(recs_matrix_build(&matrix, wild.events, &options), RECS_ERROR_NUMERIC, "row 1, item 2");
  options.repeat = RECS_REPEAT_BINARY;
  ck_fails(recs_matrix_build(&matrix, wild.events, &options), RECS_ERROR_NUMERIC, "row 1, item 2");
  recs_test_log_free(&wild);
}
END_TEST

static int32_t build(recs_context *heap, void *payload) {
  recs_event_columns columns = recs_test_columns();
  recs_matrix_options options = defaults();
  recs_test_log log;
  recs_matrix *matrix = NULL;
  int32_t status = recs_test_log_create(&log, heap, 3, 4, 2);
  (void)payload;
  columns.users = users;
  columns.items = items;
  columns.times = times;
  options.half_life = 10;
  options.type_weights = "none=2";
  options.repeat = RECS_REPEAT_LAST;
  options.center = RECS_CENTER_BOTH;
  if (status == RECS_OK)
    status = recs_events_append(log.events, &columns, EVENTS);
  if (status == RECS_OK)
    status = recs_matrix_build(&matrix, log.events, &options);
  recs_matrix_free(matrix);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(build, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("matrix_build");
  TCase *tests = tcase_create("matrix_build");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, defaults_are_binary_users_by_items);
  tcase_add_test(tests, repeats);
  tcase_add_test(tests, type_weights);
  tcase_add_test(tests, decay);
  tcase_add_test(tests, order_is_counted_within_a_row);
  tcase_add_test(tests, sessions_as_rows);
  tcase_add_test(tests, logs_that_say_little);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, returns_cancel);
  tcase_add_test(tests, centred);
  tcase_add_test(tests, removed_ids);
  tcase_add_test(tests, weights_beyond_a_float);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
