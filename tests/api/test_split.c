/* Splits by their promises: nothing of what is asked for is learned from, users' order is kept, and bad input is named. */
#include "support/log.h"
#include "support/support.h"

enum { USERS = 60, ITEMS = 40, SESSIONS = 200, TURNS = 9 };

static recs_context *context;
static recs_test_log all;

/* User u has u % TURNS + 1 events; times fall with the item for odd users; every third event is an item of before. */
static int32_t fill_log(recs_test_log *log, int with_sessions) {
  for (uint32_t user = 0; user < USERS; user++) {
    for (uint32_t turn = 0; turn <= user % TURNS; turn++) {
      uint32_t item = turn % 3 == 2 ? (user * 7) % ITEMS : (user * 7 + turn * 5) % ITEMS;
      uint32_t session = (user * 3 + turn / 2) % SESSIONS;
      int64_t time = user % 2 == 1 ? 1000 + 10 * (int64_t)(TURNS - turn) : 1000 + 10 * (int64_t)turn;
      recs_event_columns event = recs_test_columns();
      int32_t status;
      event.users = &user;
      event.items = &item;
      event.times = &time;
      event.sessions = with_sessions ? &session : NULL;
      status = recs_events_append(log->events, &event, 1);
      if (status != RECS_OK)
        return status;
    }
  }
  return RECS_OK;
}

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_ok(recs_test_log_create(&all, context, USERS, ITEMS, SESSIONS));
  ck_ok(fill_log(&all, 1));
}

static void teardown(void) {
  recs_test_log_free(&all);
  recs_context_free(context);
}

static recs_split_options options_of(const char *method) {
  recs_split_options options;
  ck_ok(recs_split_options_init(&options, sizeof options));
  if (method != NULL)
    ck_ok(recs_split_options_parse(&options, method));
  return options;
}

static recs_split *split_by(const char *method, int32_t fit) {
  recs_split_options options = options_of(method);
  recs_split *split;
  options.fit = fit;
  ck_ok(recs_split_create(&split, all.events, &options));
  return split;
}

/* How often user and item are in a log; the latest such time goes to `*latest`. */
static int events_of(const recs_events *log, uint32_t user, uint32_t item, int64_t *latest) {
  int found = 0;
  for (uint64_t i = 0; i < recs_events_count(log); i++) {
    uint32_t u, it;
    int64_t time;
    ck_ok(recs_events_read(&u, &it, NULL, NULL, NULL, NULL, &time, NULL, log, i, 1));
    if (u != user || (item != RECS_NO_ROW && it != item))
      continue;
    found += 1;
    if (latest != NULL && time > *latest)
      *latest = time;
  }
  return found;
}

static int in_history(const recs_split *split, int32_t stage, uint32_t user, uint32_t item) {
  const uint32_t *items;
  size_t count;
  ck_ok(recs_histories_row(&items, NULL, NULL, &count, recs_split_histories(split, stage), user));
  for (size_t i = 0; i < count; i++) {
    if (items[i] == item)
      return 1;
  }
  return 0;
}

/* What is asked for in a stage is neither learned from nor known, each item of a user is asked for once, rows ascend. */
static void check_stage(const recs_split *split, int32_t stage) {
  const recs_events *training = recs_split_training(split, stage);
  uint32_t before = 0;
  for (uint32_t i = 0; i < recs_split_users(split, stage); i++) {
    const uint32_t *items;
    uint32_t user;
    size_t count;
    ck_ok(recs_split_targets(&user, &items, &count, split, stage, i));
    ck_assert(i == 0 || user > before);
    ck_assert_uint_gt(count, 0);
    before = user;
    for (size_t a = 0; a < count; a++) {
      ck_assert_int_eq(events_of(training, user, items[a], NULL), 0);
      ck_assert(!in_history(split, stage, user, items[a]));
      for (size_t b = 0; b < a; b++)
        ck_assert_uint_ne(items[a], items[b]);
    }
  }
}

START_TEST(nothing_asked_for_is_known) {
  const char *const methods[] = {"leave-last-out", "leave-last-basket-out", "holdout=0.3", "time=1050", "users=0.3"};
  for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
    for (int32_t fit = RECS_FIT_TRAIN; fit <= RECS_FIT_TRAIN_VALIDATION; fit++) {
      recs_split_options options = options_of(methods[m][0] == 't' ? NULL : methods[m]);
      recs_split *split;
      if (methods[m][0] == 't') {
        options.method = RECS_SPLIT_TIME;
        options.time = 1050;
      }
      options.fit = fit;
      ck_ok(recs_split_create(&split, all.events, &options));
      ck_assert_uint_gt(recs_split_users(split, RECS_STAGE_TEST), 0);
      check_stage(split, RECS_STAGE_VALIDATION);
      check_stage(split, RECS_STAGE_TEST);
      if (fit == RECS_FIT_TRAIN)
        ck_assert_ptr_eq(recs_split_training(split, RECS_STAGE_TEST), recs_split_training(split, RECS_STAGE_VALIDATION));
      recs_split_free(split);
    }
  }
}
END_TEST

/* The validation item comes with the test request, whether it is learned from or not. */
START_TEST(the_validation_is_known_at_the_test) {
  for (int32_t fit = RECS_FIT_TRAIN; fit <= RECS_FIT_TRAIN_VALIDATION; fit++) {
    recs_split *split = split_by("leave-last-out", fit);
    ck_assert_uint_eq(recs_split_users(split, RECS_STAGE_VALIDATION), recs_split_users(split, RECS_STAGE_TEST));
    for (uint32_t i = 0; i < recs_split_users(split, RECS_STAGE_VALIDATION); i++) {
      const uint32_t *items;
      uint32_t user;
      size_t count;
      ck_ok(recs_split_targets(&user, &items, &count, split, RECS_STAGE_VALIDATION, i));
      ck_assert_uint_eq(count, 1);
      ck_assert(in_history(split, RECS_STAGE_TEST, user, items[0]));
      ck_assert_int_eq(events_of(recs_split_training(split, RECS_STAGE_TEST), user, items[0], NULL),
                       fit == RECS_FIT_TRAIN_VALIDATION);
    }
    recs_split_free(split);
  }
}
END_TEST

/* Nothing that is learned from a user comes after what is asked for. */
START_TEST(the_last_is_the_last) {
  recs_split *split = split_by("leave-last-out", RECS_FIT_TRAIN_VALIDATION);
  for (uint32_t i = 0; i < recs_split_users(split, RECS_STAGE_TEST); i++) {
    const uint32_t *items;
    uint32_t user;
    size_t count;
    int64_t learned = INT64_MIN, asked = INT64_MIN;
    ck_ok(recs_split_targets(&user, &items, &count, split, RECS_STAGE_TEST, i));
    events_of(recs_split_training(split, RECS_STAGE_TEST), user, RECS_NO_ROW, &learned);
    events_of(all.events, user, items[0], &asked);
    ck_assert_int_lt(learned, asked);
  }
  recs_split_free(split);
}
END_TEST

/* Users with fewer than three items are learned from and not tested. */
START_TEST(short_users_only_teach) {
  recs_split *split = split_by("leave-last-out", RECS_FIT_TRAIN);
  const uint32_t *items;
  uint32_t user, tested = 0;
  size_t count;
  for (uint32_t i = 0; i < recs_split_users(split, RECS_STAGE_TEST); i++) {
    ck_ok(recs_split_targets(&user, &items, &count, split, RECS_STAGE_TEST, i));
    ck_assert_uint_ge(user % TURNS, 3); /* three turns have two different items */
    tested += 1;
  }
  ck_assert_uint_eq(tested, 6 * 6 + 3); /* of each nine users six, and of the last six three */
  ck_assert_int_eq(events_of(recs_split_training(split, RECS_STAGE_TEST), 1, RECS_NO_ROW, NULL), 2);
  recs_split_free(split);
}
END_TEST

START_TEST(time_parts_by_the_clock) {
  recs_split_options options = options_of(NULL);
  recs_split *split;
  int64_t latest = INT64_MIN;
  options.method = RECS_SPLIT_TIME;
  options.time = 1050;
  options.fit = RECS_FIT_TRAIN_VALIDATION;
  ck_ok(recs_split_create(&split, all.events, &options));
  for (uint32_t user = 0; user < USERS; user++)
    events_of(recs_split_training(split, RECS_STAGE_TEST), user, RECS_NO_ROW, &latest);
  ck_assert_int_eq(latest, 1040);
  latest = INT64_MIN;
  for (uint32_t user = 0; user < USERS; user++)
    events_of(recs_split_training(split, RECS_STAGE_VALIDATION), user, RECS_NO_ROW, &latest);
  ck_assert_int_lt(latest, 1040);
  recs_split_free(split);
}
END_TEST

/* Whole users are held out, and are not in the other stage. */
START_TEST(held_out_users_teach_nothing) {
  recs_split *split = split_by("users=0.3", RECS_FIT_TRAIN);
  for (int32_t stage = RECS_STAGE_VALIDATION; stage <= RECS_STAGE_TEST; stage++) {
    for (uint32_t i = 0; i < recs_split_users(split, stage); i++) {
      const uint32_t *items;
      uint32_t user, other;
      size_t count, known;
      ck_ok(recs_split_targets(&user, &items, &count, split, stage, i));
      ck_assert_int_eq(events_of(recs_split_training(split, stage), user, RECS_NO_ROW, NULL), 0);
      ck_ok(recs_histories_row(&items, NULL, NULL, &known, recs_split_histories(split, stage), user));
      ck_assert_uint_gt(known, 0);
      for (uint32_t j = 0; j < recs_split_users(split, 3 - stage); j++) {
        ck_ok(recs_split_targets(&other, &items, &count, split, 3 - stage, j));
        ck_assert_uint_ne(user, other);
      }
    }
  }
  recs_split_free(split);
}
END_TEST

START_TEST(random_splits_follow_the_seed) {
  recs_split_options options = options_of("holdout=0.4");
  recs_split *one, *same, *other;
  int differ = 0;
  ck_ok(recs_split_create(&one, all.events, &options));
  ck_ok(recs_split_create(&same, all.events, &options));
  options.seed = 2;
  ck_ok(recs_split_create(&other, all.events, &options));
  for (uint32_t i = 0; i < recs_split_users(one, RECS_STAGE_TEST); i++) {
    const uint32_t *a, *b, *c;
    uint32_t user;
    size_t count;
    ck_ok(recs_split_targets(&user, &a, &count, one, RECS_STAGE_TEST, i));
    ck_ok(recs_split_targets(&user, &b, &count, same, RECS_STAGE_TEST, i));
    ck_assert_mem_eq(a, b, count * sizeof *a);
    ck_ok(recs_split_targets(&user, &c, &count, other, RECS_STAGE_TEST, i));
    differ += memcmp(a, c, count * sizeof *a) != 0;
  }
  ck_assert_int_gt(differ, 0);
  recs_split_free(other);
  recs_split_free(same);
  recs_split_free(one);
}
END_TEST

/* A return never is what is looked for, and goes where its item goes. */
START_TEST(dislikes_are_not_looked_for) {
  const uint32_t users[] = {0, 0, 0, 0, 0}, items[] = {0, 1, 2, 3, 3}, kept[] = {0, 0, 0, 0, 1};
  const int64_t times[] = {1, 2, 3, 4, 5};
  recs_matrix_options matrix;
  recs_event_columns columns = recs_test_columns();
  recs_split_options options = options_of("leave-last-out");
  recs_test_log log;
  recs_split *split;
  const uint32_t *asked;
  uint32_t user, view, types[5];
  size_t count;
  ck_ok(recs_test_log_create(&log, context, 1, 4, 0));
  ck_ok(recs_events_type(&view, log.events, "view", 4));
  for (int i = 0; i < 5; i++)
    types[i] = kept[i] ? view : 0;
  columns.users = users;
  columns.items = items;
  columns.times = times;
  columns.types = types;
  ck_ok(recs_events_append(log.events, &columns, 5));
  ck_ok(recs_matrix_options_init(&matrix, sizeof matrix));
  matrix.type_weights = "view=-1";
  options.matrix = &matrix;
  ck_ok(recs_split_create(&split, log.events, &options));
  ck_ok(recs_split_targets(&user, &asked, &count, split, RECS_STAGE_TEST, 0));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(asked[0], 3);
  ck_assert_int_eq(events_of(recs_split_training(split, RECS_STAGE_TEST), 0, 3, NULL), 0);
  recs_split_free(split);
  recs_test_log_free(&log);
}
END_TEST

/* What was removed from the dictionaries is neither learned from nor asked for. */
START_TEST(removed_ids_are_left_out) {
  const uint32_t users[] = {0, 0, 0, 0, 1, 1, 1}, items[] = {0, 1, 2, 3, 0, 1, 2};
  recs_event_columns columns = recs_test_columns();
  recs_test_log log;
  recs_split *split;
  const uint32_t *asked;
  uint32_t user;
  size_t count;
  ck_ok(recs_test_log_create(&log, context, 2, 4, 0));
  columns.users = users;
  columns.items = items;
  ck_ok(recs_events_append(log.events, &columns, 7));
  ck_ok(recs_ids_remove(log.items, 3));
  ck_ok(recs_ids_remove(log.users, 1));
  ck_ok(recs_split_create(&split, log.events, NULL));
  ck_assert_uint_eq(recs_split_users(split, RECS_STAGE_TEST), 1);
  ck_ok(recs_split_targets(&user, &asked, &count, split, RECS_STAGE_TEST, 0));
  ck_assert_uint_eq(user, 0);
  ck_assert_uint_eq(asked[0], 2);
  ck_assert_uint_eq(recs_events_count(recs_split_training(split, RECS_STAGE_TEST)), 1);
  recs_split_free(split);
  recs_test_log_free(&log);
}
END_TEST

START_TEST(auto_looks_for_sessions) {
  recs_split *split = split_by(NULL, RECS_FIT_TRAIN);
  recs_test_log plain;
  ck_assert_int_eq(recs_split_method(split), RECS_SPLIT_LAST_BASKET);
  recs_split_free(split);
  ck_ok(recs_test_log_create(&plain, context, USERS, ITEMS, 0));
  ck_ok(fill_log(&plain, 0));
  ck_ok(recs_split_create(&split, plain.events, NULL));
  ck_assert_int_eq(recs_split_method(split), RECS_SPLIT_LAST);
  recs_split_free(split);
  recs_test_log_free(&plain);
}
END_TEST

START_TEST(texts_are_checked) {
  recs_split_options options = options_of(NULL), before = options;
  ck_fails(recs_split_options_parse(&options, "last"), RECS_ERROR_NOT_FOUND, "leave-last-basket-out, holdout, time, users");
  ck_fails(recs_split_options_parse(&options, "holdout=1"), RECS_ERROR_INVALID, "\"1\": the share is not between 0 and 1");
  ck_fails(recs_split_options_parse(&options, "users=0"), RECS_ERROR_INVALID, "between 0 and 1");
  ck_fails(recs_split_options_parse(&options, "users=nan"), RECS_ERROR_INVALID, "between 0 and 1");
  ck_fails(recs_split_options_parse(&options, "time=soon"), RECS_ERROR_INVALID, "\"soon\" is no time");
  ck_fails(recs_split_options_parse(&options, "leave-last-out=2"), RECS_ERROR_INVALID, "takes no value");
  ck_fails(recs_split_options_parse(NULL, "auto"), RECS_ERROR_INVALID, "options");
  ck_assert_mem_eq(&options, &before, sizeof options);
  ck_ok(recs_split_options_parse(&options, "time=2024-05-01"));
  ck_assert_int_eq(options.time, 1714521600000);
  ck_ok(recs_split_options_parse(&options, "holdout=0.25"));
  ck_assert_double_eq(options.share, 0.25);
}
END_TEST

START_TEST(bad_splits_are_refused) {
  recs_split_options options = options_of("time=1970-01-02");
  recs_split *split = (recs_split *)&options;
  recs_test_log log;
  const uint32_t *items;
  uint32_t user;
  size_t count;
  ck_fails(recs_split_create(&split, all.events, &options), RECS_ERROR_INVALID, "no event is at or after the time 86400000");
  ck_assert_ptr_null(split);
  options.time = 1;
  ck_fails(recs_split_create(&split, all.events, &options), RECS_ERROR_INVALID, "no event is before the time 1");
  options.time = RECS_NO_TIME;
  ck_fails(recs_split_create(&split, all.events, &options), RECS_ERROR_INVALID, "no time is given");
  options.share = 1;
  ck_fails(recs_split_create(&split, all.events, &options), RECS_ERROR_INVALID, "share is 1");
  options = options_of("time=1970-01-02");
  ck_ok(recs_test_log_create(&log, context, USERS, ITEMS, 0));
  ck_fails(recs_split_create(&split, log.events, &options), RECS_ERROR_UNSUPPORTED, "the log has no times");
  ck_ok(recs_events_set_time_kind(log.events, RECS_TIME_ORDER));
  ck_fails(recs_split_create(&split, log.events, &options), RECS_ERROR_UNSUPPORTED, "only an order");
  ck_fails(recs_split_create(&split, log.events, NULL), RECS_ERROR_INVALID, "no user to test");
  recs_test_log_free(&log);
  ck_fails(recs_split_create(&split, NULL, NULL), RECS_ERROR_INVALID, "events");
  split = split_by("leave-last-out", RECS_FIT_TRAIN);
  ck_fails(recs_split_targets(&user, &items, &count, split, RECS_STAGE_TEST, 10000), RECS_ERROR_INVALID, "user 10000");
  ck_fails(recs_split_targets(&user, &items, &count, split, 3, 0), RECS_ERROR_INVALID, "stage is 3");
  ck_assert_ptr_null(recs_split_training(split, 0));
  ck_assert_uint_eq(recs_split_users(NULL, RECS_STAGE_TEST), 0);
  recs_split_free(split);
  recs_split_free(NULL);
}
END_TEST

static int32_t split_in_short_memory(recs_context *heap, void *payload) {
  recs_split_options options;
  recs_split *split = NULL;
  recs_test_log log;
  int32_t status = recs_test_log_create(&log, heap, USERS, ITEMS, SESSIONS);
  (void)payload;
  if (status != RECS_OK)
    return status;
  status = fill_log(&log, 1);
  if (status == RECS_OK)
    status = recs_split_options_init(&options, sizeof options);
  if (status == RECS_OK) {
    options.method = RECS_SPLIT_TIME;
    options.time = 1050;
    options.fit = RECS_FIT_TRAIN_VALIDATION;
    status = recs_split_create(&split, log.events, &options);
  }
  recs_split_free(split);
  recs_test_log_free(&log);
  return status;
}

START_TEST(memory_may_run_out) {
  recs_test_oom(split_in_short_memory, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("split");
  TCase *promises = tcase_create("promises");
  tcase_add_checked_fixture(promises, setup, teardown);
  tcase_add_test(promises, nothing_asked_for_is_known);
  tcase_add_test(promises, the_validation_is_known_at_the_test);
  tcase_add_test(promises, the_last_is_the_last);
  tcase_add_test(promises, short_users_only_teach);
  tcase_add_test(promises, time_parts_by_the_clock);
  tcase_add_test(promises, held_out_users_teach_nothing);
  tcase_add_test(promises, random_splits_follow_the_seed);
  tcase_add_test(promises, dislikes_are_not_looked_for);
  tcase_add_test(promises, removed_ids_are_left_out);
  tcase_add_test(promises, auto_looks_for_sessions);
  tcase_add_test(promises, texts_are_checked);
  tcase_add_test(promises, bad_splits_are_refused);
  tcase_add_test(promises, memory_may_run_out);
  suite_add_tcase(suite, promises);
  return recs_test_run(suite);
}
