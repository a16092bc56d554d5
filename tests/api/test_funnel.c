/* Funnels by hand; against a search of all attempts in tests/witness/test_funnel.py. */
#include "support/log.h"
#include "support/support.h"

enum { EVENT, VIEW, BUY, USERS = 5, MOST = 32 };

static recs_context *context;
static recs_test_log shop;

/* Users 0 to 4 do: view 0, view 10, buy 30 | buy 5, view 7 (arrives first) | view 0, event 1, view 2, buy 100 | nothing | view 8. */
static int32_t append(recs_events *events) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 1, 0, 1, 0, 2, 2, 2, 2, 4, RECS_NO_ROW};
  columns.types = (uint32_t[]){VIEW, VIEW, VIEW, BUY, BUY, VIEW, EVENT, VIEW, BUY, VIEW, VIEW};
  columns.times = (int64_t[]){0, 7, 10, 5, 30, 0, 1, 2, 100, 8, 9};
  columns.items = (uint32_t[]){0, 0, 1, 0, 0, 0, 0, 0, 0, RECS_NO_ROW, 0};
  columns.sessions = (uint32_t[]){0, 1, 0, 1, 1, 0, 0, 0, 1, RECS_NO_ROW, 0};
  return recs_events_append(events, &columns, 11);
}

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, USERS, 3, 2), RECS_OK);
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static recs_funnel_options defaults(void) {
  recs_funnel_options options;
  ck_ok(recs_funnel_options_init(&options, sizeof options));
  return options;
}

static recs_funnel *find(const char *steps, const recs_funnel_options *options) {
  recs_funnel *funnel;
  ck_ok(recs_funnel_create(&funnel, shop.events, steps, options, NULL, NULL));
  return funnel;
}

static void check_depths(const char *steps, const recs_funnel_options *options, const uint8_t *wanted) {
  recs_funnel *funnel = find(steps, options);
  uint64_t users[MOST] = {0};
  ck_assert_uint_eq(recs_funnel_depth_rows(funnel), USERS);
  for (uint32_t user = 0; user < USERS; user++) {
    ck_assert_uint_eq(recs_funnel_depths(funnel)[user], wanted[user]);
    for (uint32_t step = 0; step < wanted[user]; step++)
      users[step] += 1;
  }
  for (uint32_t step = 0; step < recs_funnel_steps(funnel); step++)
    ck_assert_uint_eq(recs_funnel_users(funnel)[step], users[step]);
  recs_funnel_free(funnel);
}

static void check_times(const recs_funnel *funnel, uint32_t step, int32_t from_first, double mean, double median, double p90) {
  double found[3];
  ck_ok(recs_funnel_times(&found[0], &found[1], &found[2], funnel, 0, step, from_first));
  ck_assert_double_eq_tol(found[0], mean, 1e-12);
  ck_assert_double_eq_tol(found[1], median, 1e-12);
  ck_assert_double_eq_tol(found[2], p90, 1e-12);
}

START_TEST(two_steps) {
  recs_funnel *funnel;
  ck_ok(append(shop.events));
  check_depths("view,buy", NULL, (uint8_t[]){2, 1, 2, 0, 1});
  funnel = find(" view , buy ", NULL);
  ck_assert_uint_eq(recs_funnel_steps(funnel), 2);
  ck_assert_uint_eq(recs_funnel_groups(funnel), 1);
  ck_assert_uint_eq(recs_funnel_events(funnel)[0], 7); /* that of nobody, too */
  ck_assert_uint_eq(recs_funnel_events(funnel)[1], 3);
  check_times(funnel, 1, 0, (20 + 98) / 2.0, (20 + 98) / 2.0, 20 + 0.9 * 78);
  check_times(funnel, 1, 1, (20 + 98) / 2.0, (20 + 98) / 2.0, 20 + 0.9 * 78);
  recs_funnel_free(funnel);
}
END_TEST

START_TEST(steps_of_many_types) {
  ck_ok(append(shop.events));
  check_depths("view|buy,buy|view,*", NULL, (uint8_t[]){3, 2, 3, 0, 1});
  check_depths("view,view,view", NULL, (uint8_t[]){2, 1, 2, 0, 1});
  check_depths("buy,view", NULL, (uint8_t[]){1, 2, 1, 0, 0});
  check_depths("event", NULL, (uint8_t[]){0, 0, 1, 0, 0});
}
END_TEST

START_TEST(windows) {
  recs_funnel_options options = defaults();
  ck_ok(append(shop.events));
  options.window = 20;
  check_depths("view,buy", &options, (uint8_t[]){2, 1, 1, 0, 1});
  options.window = 19;
  check_depths("view,buy", &options, (uint8_t[]){1, 1, 1, 0, 1});
  options.window = 0;
  options.since = 1;
  check_depths("view,buy", &options, (uint8_t[]){2, 1, 2, 0, 1});
  options.until = 7;
  check_depths("view,buy", &options, (uint8_t[]){0, 0, 2, 0, 0});
}
END_TEST

START_TEST(what_may_lie_between) {
  recs_funnel_options options = defaults();
  ck_ok(append(shop.events));
  options.between = RECS_BETWEEN_OTHERS;
  check_depths("view,buy", &options, (uint8_t[]){2, 1, 2, 0, 1}); /* a view again begins anew */
  check_depths("view,event,buy", &options, (uint8_t[]){1, 1, 2, 0, 1});
  options.between = RECS_BETWEEN_NOTHING;
  check_depths("view,buy", &options, (uint8_t[]){2, 1, 2, 0, 1});
  check_depths("view,view,buy", &options, (uint8_t[]){3, 1, 1, 0, 1});
}
END_TEST

START_TEST(repeats_between_steps) {
  recs_funnel_options options = defaults();
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){0, 0, 0, 0};
  columns.types = (uint32_t[]){VIEW, EVENT, EVENT, BUY};
  columns.times = (int64_t[]){1, 2, 3, 4};
  ck_ok(recs_events_append(shop.events, &columns, 4));
  options.between = RECS_BETWEEN_OTHERS;
  check_depths("view,event,buy", &options, (uint8_t[]){3, 0, 0, 0, 0});
  options.between = RECS_BETWEEN_NOTHING;
  check_depths("view,event,buy", &options, (uint8_t[]){2, 0, 0, 0, 0});
}
END_TEST

START_TEST(what_is_held) {
  recs_funnel_options options = defaults();
  ck_ok(append(shop.events));
  options.hold = RECS_HOLD_SESSION;
  check_depths("view,buy", &options, (uint8_t[]){1, 1, 1, 0, 0});
  options.hold = RECS_HOLD_ITEM;
  check_depths("view,buy", &options, (uint8_t[]){2, 1, 2, 0, 0}); /* user 0: item 0, viewed at 0 */
  options.window = 20;
  check_depths("view,buy", &options, (uint8_t[]){1, 1, 1, 0, 0});
}
END_TEST

START_TEST(groups) {
  recs_funnel_options options = defaults();
  recs_funnel *funnel;
  const uint64_t wanted[] = {2, 1, 1, 1, 0, 0};
  double mean = 0;
  ck_ok(append(shop.events));
  options.groups = (uint32_t[]){1, 0, 0, 0};
  options.group_rows = 4; /* user 4 is in no group */
  options.group_count = 3;
  funnel = find("view,buy", &options);
  ck_assert_uint_eq(recs_funnel_groups(funnel), 3);
  ck_assert_mem_eq(recs_funnel_users(funnel), wanted, sizeof wanted);
  ck_assert_uint_eq(recs_funnel_depths(funnel)[4], 0);
  ck_ok(recs_funnel_times(&mean, NULL, NULL, funnel, 0, 1, 0));
  ck_assert_double_eq(mean, 98);
  ck_ok(recs_funnel_times(&mean, NULL, NULL, funnel, 2, 1, 0));
  ck_assert_double_nan(mean);
  recs_funnel_free(funnel);
  options.groups = (uint32_t[]){0, 3};
  options.group_rows = 2;
  ck_fails(recs_funnel_create(&funnel, shop.events, "view", &options, NULL, NULL), RECS_ERROR_INVALID, "group of user 1 is 3");
  options.groups = NULL;
  ck_fails(recs_funnel_create(&funnel, shop.events, "view", &options, NULL, NULL), RECS_ERROR_INVALID, "groups is NULL");
}
END_TEST

START_TEST(logs_that_lack_something) {
  recs_event_columns columns = recs_test_columns();
  recs_funnel_options options = defaults();
  recs_funnel *funnel = find("view,buy", NULL);
  double mean = 0;
  ck_assert_uint_eq(recs_funnel_users(funnel)[0], 0);
  recs_funnel_free(funnel);
  columns.users = (uint32_t[]){0, 0, 1, 1};
  columns.types = (uint32_t[]){VIEW, BUY, BUY, VIEW};
  ck_ok(recs_events_append(shop.events, &columns, 4));
  check_depths("view,buy", NULL, (uint8_t[]){2, 1, 0, 0, 0}); /* in order of arrival */
  funnel = find("view,buy,never", NULL);
  ck_assert_uint_eq(recs_funnel_events(funnel)[2], 0);
  ck_assert_uint_eq(recs_funnel_users(funnel)[2], 0);
  ck_ok(recs_funnel_times(&mean, NULL, NULL, funnel, 0, 1, 0));
  ck_assert_double_nan(mean);
  recs_funnel_free(funnel);
  options.window = 5;
  ck_fails(recs_funnel_create(&funnel, shop.events, "view", &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "need times");
  options = defaults();
  options.hold = RECS_HOLD_SESSION;
  ck_fails(recs_funnel_create(&funnel, shop.events, "view", &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "hold is session");
  columns.times = (int64_t[]){1, RECS_NO_TIME, 1, 2};
  ck_ok(recs_events_append(shop.events, &columns, 4));
  check_depths("view,buy", NULL, (uint8_t[]){1, 1, 0, 0, 0}); /* now those without a time are left out */
}
END_TEST

START_TEST(removed_users) {
  ck_ok(append(shop.events));
  ck_ok(recs_ids_remove(shop.users, 0));
  check_depths("view,buy", NULL, (uint8_t[]){0, 1, 2, 0, 1});
}
END_TEST

START_TEST(bad_arguments) {
  recs_funnel_options options = defaults();
  recs_funnel *funnel = NULL;
  double mean;
  char many[2 * (MOST + 1)];
  ck_fails(recs_funnel_create(NULL, shop.events, "view", NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_funnel_create(&funnel, NULL, "view", NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_fails(recs_funnel_create(&funnel, shop.events, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "steps");
  ck_fails(recs_funnel_create(&funnel, shop.events, "", NULL, NULL, NULL), RECS_ERROR_INVALID, "step 1");
  ck_fails(recs_funnel_create(&funnel, shop.events, "view,,buy", NULL, NULL, NULL), RECS_ERROR_INVALID, "step 2");
  ck_fails(recs_funnel_create(&funnel, shop.events, "view,buy|", NULL, NULL, NULL), RECS_ERROR_INVALID, "step 2");
  for (int i = 0; i <= MOST; i++)
    memcpy(many + 2 * i, "*,", 2);
  many[2 * MOST + 1] = 0;
  ck_fails(recs_funnel_create(&funnel, shop.events, many, NULL, NULL, NULL), RECS_ERROR_INVALID, "more than 32 steps");
  many[2 * MOST - 1] = 0;
  funnel = find(many, NULL);
  ck_assert_uint_eq(recs_funnel_steps(funnel), MOST);
  recs_funnel_free(funnel);
  options.window = -1;
  ck_fails(recs_funnel_create(&funnel, shop.events, "view", &options, NULL, NULL), RECS_ERROR_INVALID, "window");
  ck_assert_ptr_null(funnel);
  funnel = find("view,buy", NULL);
  ck_fails(recs_funnel_times(&mean, NULL, NULL, funnel, 0, 0, 0), RECS_ERROR_INVALID, "step is 0");
  ck_fails(recs_funnel_times(&mean, NULL, NULL, funnel, 0, 2, 0), RECS_ERROR_INVALID, "step is 2");
  ck_fails(recs_funnel_times(&mean, NULL, NULL, funnel, 1, 1, 0), RECS_ERROR_INVALID, "group is 1");
  ck_fails(recs_funnel_times(&mean, NULL, NULL, funnel, 0, 1, 2), RECS_ERROR_INVALID, "from_first is 2");
  ck_fails(recs_funnel_times(&mean, NULL, NULL, NULL, 0, 1, 0), RECS_ERROR_INVALID, "funnel");
  ck_assert_double_nan(mean);
  recs_funnel_free(funnel);
  ck_assert_uint_eq(recs_funnel_steps(NULL), 0);
  ck_assert_uint_eq(recs_funnel_groups(NULL), 0);
  ck_assert_uint_eq(recs_funnel_depth_rows(NULL), 0);
  ck_assert_ptr_null(recs_funnel_users(NULL));
  ck_assert_ptr_null(recs_funnel_events(NULL));
  ck_assert_ptr_null(recs_funnel_depths(NULL));
  recs_funnel_free(NULL);
}
END_TEST

static int32_t refuse(void *payload, double fraction) {
  (void)fraction;
  *(int *)payload += 1;
  return 1;
}

START_TEST(cancelled) {
  recs_funnel *funnel;
  int calls = 0;
  ck_ok(append(shop.events));
  ck_fails(recs_funnel_create(&funnel, shop.events, "view", NULL, refuse, &calls), RECS_ERROR_CANCELLED, "");
  ck_assert_int_eq(calls, 1);
  ck_assert_ptr_null(funnel);
}
END_TEST

static int32_t all_of_it(recs_context *own, void *payload) {
  recs_test_log log;
  recs_funnel *funnel = NULL;
  int32_t status = recs_test_log_create(&log, own, USERS, 3, 2);
  (void)payload;
  if (status == RECS_OK)
    status = append(log.events);
  if (status == RECS_OK)
    status = recs_funnel_create(&funnel, log.events, "view,buy", NULL, NULL, NULL);
  recs_funnel_free(funnel);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(all_of_it, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("funnel");
  TCase *cases = tcase_create("funnel");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, two_steps);
  tcase_add_test(cases, steps_of_many_types);
  tcase_add_test(cases, windows);
  tcase_add_test(cases, what_may_lie_between);
  tcase_add_test(cases, repeats_between_steps);
  tcase_add_test(cases, what_is_held);
  tcase_add_test(cases, groups);
  tcase_add_test(cases, logs_that_lack_something);
  tcase_add_test(cases, removed_users);
  tcase_add_test(cases, bad_arguments);
  tcase_add_test(cases, cancelled);
  tcase_add_test(cases, out_of_memory);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
