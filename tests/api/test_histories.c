/* Histories from logs: by hand-made values here; against numpy in tests/witness/test_matrix.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;

enum { EVENTS = 9 };
static const uint32_t users[EVENTS] = {1, 0, 1, 1, RECS_NO_ROW, 1, 1, 2, 1};
static const uint32_t items[EVENTS] = {3, 0, 1, 3, 2, 2, 3, RECS_NO_ROW, 1};
static const uint32_t types[EVENTS] = {0, 1, 2, 1, 0, 0, 2, 0, 0};
static const float weights[EVENTS] = {2, 1, 1, 5, 1, 0, 4, 1, 3};
static const int64_t times[EVENTS] = {3, -7, 2, 1, 9, 3, 2, 9, RECS_NO_TIME};
static const uint32_t sessions[EVENTS] = {1, 0, 1, RECS_NO_ROW, 0, 0, 0, 1, 1};

static int32_t append(recs_events *events) {
  recs_event_columns columns = recs_test_columns();
  columns.users = users;
  columns.items = items;
  columns.types = types;
  columns.weights = weights;
  columns.times = times;
  columns.sessions = sessions;
  return recs_events_append(events, &columns, EVENTS);
}

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 3, 4, 2), RECS_OK);
  ck_ok(append(shop.events));
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

static void check_row(const recs_histories *histories, uint32_t row, size_t count, const uint32_t *wanted_items,
                      const float *wanted_weights, const int64_t *wanted_times) {
  const uint32_t *found_items;
  const float *found_weights;
  const int64_t *found_times;
  size_t found;
  ck_ok(recs_histories_row(&found_items, &found_weights, &found_times, &found, histories, row));
  ck_assert_uint_eq(found, count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(found_items[i], wanted_items[i]);
    ck_assert_float_eq(found_weights[i], wanted_weights[i]);
    ck_assert_int_eq(found_times[i], wanted_times[i]);
  }
}

START_TEST(rows_are_in_order_of_time) {
  recs_histories *histories;
  ck_ok(recs_histories_build(&histories, shop.events, 1, NULL));
  ck_assert_uint_eq(recs_histories_rows(histories), 3);
  check_row(histories, 0, 1, (uint32_t[]){0}, (float[]){1}, (int64_t[]){-7});
  check_row(histories, 1, 6, (uint32_t[]){1, 3, 1, 3, 3, 2}, (float[]){3, 5, 1, 4, 2, 0},
            (int64_t[]){RECS_NO_TIME, 1, 2, 2, 3, 3});
  check_row(histories, 2, 0, NULL, NULL, NULL);
  recs_histories_free(histories);
}
END_TEST

START_TEST(repeats_keep_the_last_place) {
  recs_histories *histories;
  ck_ok(recs_histories_build(&histories, shop.events, 0, NULL));
  check_row(histories, 0, 1, (uint32_t[]){0}, (float[]){1}, (int64_t[]){-7});
  check_row(histories, 1, 3, (uint32_t[]){1, 3, 2}, (float[]){1, 2, 0}, (int64_t[]){2, 3, 3});
  check_row(histories, 2, 0, NULL, NULL, NULL);
  recs_histories_free(histories);
}
END_TEST

START_TEST(options_are_honoured) {
  recs_matrix_options options = defaults();
  recs_histories *histories;
  options.type_weights = "view=2,event=0.5,*=0";
  ck_ok(recs_histories_build(&histories, shop.events, 1, &options));
  check_row(histories, 0, 1, (uint32_t[]){0}, (float[]){2}, (int64_t[]){-7});
  check_row(histories, 1, 4, (uint32_t[]){1, 3, 3, 2}, (float[]){1.5f, 10, 1, 0}, (int64_t[]){RECS_NO_TIME, 1, 3, 3});
  recs_histories_free(histories);
  options = defaults();
  options.rows = RECS_ROWS_SESSIONS;
  options.use_weight = 0;
  ck_ok(recs_histories_build(&histories, shop.events, 0, &options));
  ck_assert_uint_eq(recs_histories_rows(histories), 2);
  check_row(histories, 0, 3, (uint32_t[]){0, 3, 2}, (float[]){1, 1, 1}, (int64_t[]){-7, 2, 9});
  recs_histories_free(histories);
}
END_TEST

START_TEST(long_rows_are_sorted_stably) {
  enum { MANY = 1000 };
  uint32_t *rows = calloc(MANY, sizeof *rows), *arrivals = malloc(MANY * sizeof *arrivals);
  int64_t *clock = malloc(MANY * sizeof *clock);
  recs_event_columns columns = recs_test_columns();
  recs_test_log log;
  recs_histories *histories;
  const uint32_t *found_items;
  const int64_t *found_times;
  size_t count;
  for (uint32_t i = 0; i < MANY; i++) {
    arrivals[i] = i;
    clock[i] = (int64_t)(i * 7919 % 101);
  }
  columns.users = rows;
  columns.items = arrivals;
  columns.times = clock;
  ck_ok(recs_test_log_create(&log, context, 1, MANY, 0));
  ck_ok(recs_events_append(log.events, &columns, MANY));
  ck_ok(recs_histories_build(&histories, log.events, 0, NULL));
  ck_ok(recs_histories_row(&found_items, NULL, &found_times, &count, histories, 0));
  ck_assert_uint_eq(count, MANY);
  for (size_t i = 0; i < MANY; i++) {
    ck_assert_int_eq(found_times[i], clock[found_items[i]]);
    if (i > 0) {
      ck_assert_int_le(found_times[i - 1], found_times[i]);
      ck_assert(found_times[i - 1] < found_times[i] || found_items[i - 1] < found_items[i]);
    }
  }
  recs_histories_free(histories);
  recs_test_log_free(&log);
  free(rows);
  free(arrivals);
  free(clock);
}
END_TEST

START_TEST(refusals) {
  recs_matrix_options options = defaults();
  recs_histories *histories = (recs_histories *)&options;
  const uint32_t *found = users;
  const float *found_weights = weights;
  const int64_t *found_times = times;
  size_t count = 7;
  ck_fails(recs_histories_build(&histories, shop.events, 2, NULL), RECS_ERROR_INVALID, "keep_repeats is 2");
  ck_assert_ptr_null(histories);
  ck_fails(recs_histories_build(&histories, shop.events, -1, NULL), RECS_ERROR_INVALID, "keep_repeats is -1");
  ck_fails(recs_histories_build(&histories, NULL, 0, NULL), RECS_ERROR_INVALID, "events");
  ck_fails(recs_histories_build(NULL, shop.events, 0, NULL), RECS_ERROR_INVALID, "out");
  options.type_weights = "view";
  ck_fails(recs_histories_build(&histories, shop.events, 0, &options), RECS_ERROR_INVALID, "\"view\"");
  options.type_weights = "*=1e60";
  ck_fails(recs_histories_build(&histories, shop.events, 0, &options), RECS_ERROR_NUMERIC, "row 0, item 0");
  ck_assert_ptr_null(histories);
  ck_ok(recs_histories_build(&histories, shop.events, 0, NULL));
  ck_fails(recs_histories_row(&found, &found_weights, &found_times, &count, histories, 3), RECS_ERROR_INVALID, "row 3");
  ck_assert_ptr_null(found);
  ck_assert_ptr_null(found_weights);
  ck_assert_ptr_null(found_times);
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_histories_row(NULL, NULL, NULL, NULL, histories, 0), RECS_ERROR_INVALID, "count");
  ck_fails(recs_histories_row(NULL, NULL, NULL, &count, NULL, 0), RECS_ERROR_INVALID, "histories");
  ck_ok(recs_histories_row(NULL, NULL, NULL, &count, histories, 1));
  ck_assert_uint_eq(count, 3);
  ck_assert_uint_eq(recs_histories_rows(NULL), 0);
  recs_histories_free(histories);
  recs_histories_free(NULL);
}
END_TEST

START_TEST(empty_logs) {
  recs_test_log empty;
  recs_histories *histories;
  ck_ok(recs_test_log_create(&empty, context, 0, 0, 0));
  ck_ok(recs_histories_build(&histories, empty.events, 0, NULL));
  ck_assert_uint_eq(recs_histories_rows(histories), 0);
  recs_histories_free(histories);
  recs_test_log_free(&empty);
}
END_TEST

static int32_t build(recs_context *heap, void *payload) {
  recs_test_log log;
  recs_histories *histories = NULL;
  int32_t status = recs_test_log_create(&log, heap, 3, 4, 2);
  (void)payload;
  if (status == RECS_OK)
    status = append(log.events);
  if (status == RECS_OK)
    status = recs_histories_build(&histories, log.events, 0, NULL);
  recs_histories_free(histories);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(build, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("histories");
  TCase *tests = tcase_create("histories");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, rows_are_in_order_of_time);
  tcase_add_test(tests, repeats_keep_the_last_place);
  tcase_add_test(tests, options_are_honoured);
  tcase_add_test(tests, long_rows_are_sorted_stably);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, empty_logs);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
