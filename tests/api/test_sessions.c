/* Sessions by inactivity, by hand; against pandas in tests/witness/test_sessions.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;
static recs_sessions_options options;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 4, 5, 3), RECS_OK);
  ck_ok(recs_sessions_options_init(&options, sizeof options));
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static void append(const uint32_t *users, const int64_t *times, const uint32_t *sessions, size_t count) {
  static const uint32_t items[16] = {0};
  recs_event_columns columns = recs_test_columns();
  columns.users = users;
  columns.items = items;
  columns.times = times;
  columns.sessions = sessions;
  ck_ok(recs_events_append(shop.events, &columns, count));
}

/* The names of the events' sessions, joined by spaces; "-" for none. */
static void check_sessions(const char *wanted) {
  recs_events *cut;
  uint32_t sessions[16];
  char found[256] = "";
  size_t count = (size_t)recs_events_count(shop.events);
  ck_ok(recs_events_sessionize(&cut, shop.events, &options, NULL, NULL));
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, NULL, NULL, sessions, cut, 0, count));
  for (size_t i = 0; i < count; i++) {
    const char *name = "-";
    if (sessions[i] != RECS_NO_ROW)
      ck_ok(recs_ids_name(&name, NULL, recs_events_sessions(cut), sessions[i]));
    strcat(strcat(found, i == 0 ? "" : " "), name);
  }
  ck_assert_str_eq(found, wanted);
  recs_events_free(cut);
}

enum { SECOND = 1000, MINUTE = 60000 };

START_TEST(a_longer_gap_cuts) {
  append((uint32_t[]){0, 1, 0, 0, 0}, (int64_t[]){0, 5, 30 * MINUTE, 60 * MINUTE + 1, 60 * MINUTE + 2}, NULL, 5);
  check_sessions("u0#1 u1#1 u0#1 u0#2 u0#2"); /* half an hour is not more than the gap */
  options.gap_seconds = 0;
  check_sessions("u0#1 u1#1 u0#2 u0#3 u0#4");
  options.gap_seconds = 0.001;
  check_sessions("u0#1 u1#1 u0#2 u0#3 u0#3");
}
END_TEST

START_TEST(times_count_and_not_arrival) {
  append((uint32_t[]){2, 2, 2, RECS_NO_ROW, 2}, (int64_t[]){9000 * SECOND, 0, 9001 * SECOND, 0, RECS_NO_TIME}, NULL, 5);
  check_sessions("u2#2 u2#1 u2#2 - -");
}
END_TEST

START_TEST(sessions_that_are_there) {
  append((uint32_t[]){0, 0, 0, 0, 0}, (int64_t[]){0, 1, 2, 3, 4}, (uint32_t[]){1, RECS_NO_ROW, RECS_NO_ROW, 1, 2}, 5);
  check_sessions("u0#1 u0#1 u0#1 u0#1 u0#1");
  options.existing = RECS_SESSIONS_KEEP;
  check_sessions("s1 u0#1 u0#1 s1 s2");
  options.existing = RECS_SESSIONS_SPLIT;
  check_sessions("u0#1 u0#2 u0#2 u0#3 u0#4");
}
END_TEST

START_TEST(names_that_are_there_are_passed_over) {
  uint32_t session;
  ck_ok(recs_events_session(&session, shop.events, "u0#1", 4));
  append((uint32_t[]){0, 0, 0, 1}, (int64_t[]){0, 1, 4000 * SECOND, 0}, (uint32_t[]){session, RECS_NO_ROW, RECS_NO_ROW, RECS_NO_ROW}, 4);
  options.existing = RECS_SESSIONS_KEEP;
  check_sessions("u0#1 u0#2 u0#3 u1#1");
}
END_TEST

START_TEST(other_columns_are_shared_and_the_log_stays) {
  recs_events *cut;
  uint32_t user, session;
  double price;
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){3};
  columns.prices = (double[]){2.5};
  columns.times = (int64_t[]){7};
  columns.sessions = (uint32_t[]){2};
  ck_ok(recs_events_append(shop.events, &columns, 1));
  ck_ok(recs_events_sessionize(&cut, shop.events, NULL, NULL, NULL));
  ck_ok(recs_events_append(shop.events, &columns, 1)); /* the builder goes on */
  ck_assert_uint_eq(recs_events_count(cut), 1);
  ck_ok(recs_events_read(&user, NULL, NULL, NULL, NULL, &price, NULL, &session, cut, 0, 1));
  ck_assert_uint_eq(user, 3);
  ck_assert_double_eq(price, 2.5);
  ck_assert_uint_eq(session, 0);
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, NULL, NULL, &session, shop.events, 0, 1));
  ck_assert_uint_eq(session, 2);
  ck_fails(recs_events_append(cut, &columns, 1), RECS_ERROR_STATE, "frozen");
  recs_events_free(cut);
}
END_TEST

static int32_t stop(void *payload, double fraction) {
  return fraction >= *(const double *)payload;
}

START_TEST(refusals) {
  double limits[] = {0, 0.9, 1};
  recs_events *cut = shop.events;
  ck_fails(recs_events_sessionize(NULL, shop.events, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_events_sessionize(&cut, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_assert_ptr_null(cut);
  options.gap_seconds = -1;
  ck_fails(recs_events_sessionize(&cut, shop.events, &options, NULL, NULL), RECS_ERROR_INVALID, "gap_seconds is -1");
  append((uint32_t[]){0}, (int64_t[]){0}, NULL, 1);
  for (int i = 0; i < 3; i++)
    ck_fails(recs_events_sessionize(&cut, shop.events, NULL, stop, &limits[i]), RECS_ERROR_CANCELLED, "");
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_fails(recs_events_sessionize(&cut, shop.events, NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "only an order");
}
END_TEST

static int32_t cut_all(recs_context *heap, void *payload) {
  recs_event_columns columns = recs_test_columns();
  recs_sessions_options keep;
  recs_test_log log;
  recs_events *cut = NULL;
  int32_t status = recs_test_log_create(&log, heap, 2, 3, 2);
  (void)payload;
  columns.users = columns.items = (uint32_t[]){0, 0, 1, 0};
  columns.times = (int64_t[]){4, 2, 3, 9000000};
  columns.sessions = (uint32_t[]){RECS_NO_ROW, 0, RECS_NO_ROW, RECS_NO_ROW};
  recs_sessions_options_init(&keep, sizeof keep);
  keep.existing = RECS_SESSIONS_KEEP;
  if (status == RECS_OK)
    status = recs_events_append(log.events, &columns, 4);
  if (status == RECS_OK)
    status = recs_events_sessionize(&cut, log.events, &keep, NULL, NULL);
  recs_events_free(cut);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(cut_all, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sessions");
  TCase *tests = tcase_create("sessions");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_longer_gap_cuts);
  tcase_add_test(tests, times_count_and_not_arrival);
  tcase_add_test(tests, sessions_that_are_there);
  tcase_add_test(tests, names_that_are_there_are_passed_over);
  tcase_add_test(tests, other_columns_are_shared_and_the_log_stays);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
