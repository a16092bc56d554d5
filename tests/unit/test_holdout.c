/* What is held back for learning is the last of some users' items, and nothing else is lost. */
#include "support/support.h"

#include "lib/data/holdout.h"

enum { USERS = 50, ITEMS = 20, MOST = 10 };

static recs_context *context;
static recs_events *events;
static recs_matrix *matrix;
static recs_histories *histories;

/* User u takes items u, u + 1, ... u % 6 of them, one after the other. */
static void setup(void) {
  recs_ids *users, *items;
  uint32_t row;
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_ids_create(&users, context));
  ck_ok(recs_ids_create(&items, context));
  for (uint32_t i = 0; i < USERS; i++) {
    char name[2] = {(char)('!' + i), 0};
    ck_ok(recs_ids_add(&row, users, name, 1));
    if (i < ITEMS)
      ck_ok(recs_ids_add(&row, items, name, 1));
  }
  ck_ok(recs_events_create(&events, users, items));
  for (uint32_t u = 0; u < USERS; u++) {
    for (uint32_t i = 0; i < u % 6; i++) {
      uint32_t item = (u + i) % ITEMS;
      int64_t time = i;
      recs_event_columns one = {.struct_size = sizeof one, .users = &u, .items = &item, .times = &time};
      ck_ok(recs_events_append(events, &one, 1));
    }
  }
  ck_ok(recs_matrix_build(&matrix, events, NULL));
  ck_ok(recs_histories_build(&histories, events, 0, NULL));
  recs_ids_free(users);
  recs_ids_free(items);
}

static void teardown(void) {
  recs_histories_free(histories);
  recs_matrix_free(matrix);
  recs_events_free(events);
  recs_context_free(context);
}

static size_t choose(recs__held *out, size_t least, size_t most, uint64_t seed) {
  recs__holdout_rule rule = {.least = least, .most = most, .seed = seed};
  return recs__holdout_choose(out, histories, matrix, &rule);
}

START_TEST(users_are_chosen_by_the_seed_among_those_with_enough) {
  recs__held held[USERS], again[USERS], other[USERS];
  size_t count = choose(held, 3, MOST, 1);
  ck_assert_uint_eq(count, MOST);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_ge(held[i].user % 6, 3);
    ck_assert_uint_eq(held[i].item, (held[i].user + held[i].user % 6 - 1) % ITEMS);
    ck_assert(i == 0 || held[i].user > held[i - 1].user);
  }
  ck_assert_uint_eq(choose(again, 3, MOST, 1), MOST);
  ck_assert_mem_eq(again, held, MOST * sizeof *held);
  ck_assert_uint_eq(choose(other, 3, MOST, 2), MOST);
  ck_assert_mem_ne(other, held, MOST * sizeof *held);
  ck_assert_uint_eq(choose(held, 3, USERS, 1), 24); /* all that have three or more */
  ck_assert_uint_eq(choose(held, 9, USERS, 1), 0);
}
END_TEST

START_TEST(what_is_left_is_everything_else) {
  recs__held held[MOST];
  recs_matrix *rest;
  recs_histories *before;
  size_t count = choose(held, 3, MOST, 1), next = 0;
  ck_ok(recs__holdout_matrix(&rest, matrix, held, count));
  ck_ok(recs__holdout_histories(&before, histories, held, count));
  ck_assert_uint_eq(recs_matrix_entries(rest), recs_matrix_entries(matrix) - count);
  for (uint32_t user = 0; user < USERS; user++) {
    const uint32_t *items, *kept, *columns;
    size_t all, left, entries;
    int is_held = next < count && held[next].user == user;
    ck_ok(recs_histories_row(&items, NULL, NULL, &all, histories, user));
    ck_ok(recs_histories_row(&kept, NULL, NULL, &left, before, user));
    ck_ok(recs_matrix_row(&columns, NULL, &entries, rest, user));
    ck_assert_uint_eq(left, all - (size_t)is_held);
    ck_assert_uint_eq(entries, left);
    ck_assert(left == 0 || memcmp(items, kept, left * sizeof *kept) == 0);
    for (size_t i = 0; i < entries && is_held; i++)
      ck_assert_uint_ne(columns[i], held[next].item);
    next += (size_t)is_held;
  }
  recs_histories_free(before);
  recs_matrix_free(rest);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("holdout");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, users_are_chosen_by_the_seed_among_those_with_enough);
  tcase_add_test(all, what_is_left_is_everything_else);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
