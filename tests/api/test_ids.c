#include "support/support.h"

#include <stdio.h>

enum { LONGEST = 65536 };

static recs_context *context;
static recs_ids *ids;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_ids_create(&ids, context));
}

static void teardown(void) {
  recs_ids_free(ids);
  recs_context_free(context);
}

static uint32_t add(const char *id) {
  uint32_t row;
  ck_ok(recs_ids_add(&row, ids, id, strlen(id)));
  return row;
}

static uint32_t find_in(const recs_ids *where, const char *id) {
  uint32_t row = 12345;
  int32_t status = recs_ids_find(&row, where, id, strlen(id));
  ck_assert(status == (row == RECS_NO_ROW ? RECS_ERROR_NOT_FOUND : RECS_OK));
  return row;
}

static void check_name(const recs_ids *where, uint32_t row, const char *expected) {
  const char *name;
  size_t length;
  ck_ok(recs_ids_name(&name, &length, where, row));
  ck_assert_str_eq(name, expected);
  ck_assert_uint_eq(length, strlen(expected));
}

START_TEST(rows_are_given_in_order) {
  ck_assert_uint_eq(recs_ids_count(ids), 0);
  ck_assert_uint_eq(add("b"), 0);
  ck_assert_uint_eq(add("a"), 1);
  ck_assert_uint_eq(add("b"), 0);
  ck_assert_uint_eq(add("caf\xc3\xa9"), 2);
  ck_assert_uint_eq(recs_ids_count(ids), 3);
  ck_assert_uint_eq(recs_ids_live(ids), 3);
  ck_assert_uint_eq(find_in(ids, "a"), 1);
  ck_assert_uint_eq(find_in(ids, "caf"), RECS_NO_ROW);
  check_name(ids, 0, "b");
  check_name(ids, 2, "caf\xc3\xa9");
  ck_ok(recs_ids_name(&(const char *){NULL}, NULL, ids, 1));
}
END_TEST

/* Ids of which one begins another, and which only their bytes tell apart. */
START_TEST(likeness_is_not_sameness) {
  ck_assert_uint_eq(add("x"), 0);
  ck_assert_uint_eq(add("xx"), 1);
  ck_assert_uint_eq(add("X"), 2);
  ck_assert_uint_eq(add(" x"), 3);
  ck_assert_uint_eq(add("\xff\xfe"), 4);
  ck_assert_uint_eq(add("\xff\xff"), 5);
  ck_assert_uint_eq(find_in(ids, "xxx"), RECS_NO_ROW);
  ck_assert_uint_eq(find_in(ids, "\xff\xff"), 5);
}
END_TEST

START_TEST(the_longest_id) {
  char *text = malloc(LONGEST + 1);
  uint32_t row = 9;
  memset(text, 'z', LONGEST + 1);
  ck_ok(recs_ids_add(&row, ids, text, LONGEST));
  ck_assert_uint_eq(row, 0);
  ck_fails(recs_ids_add(&row, ids, text, LONGEST + 1), RECS_ERROR_INVALID, "has 65537 bytes, more than 65536");
  ck_assert_uint_eq(row, RECS_NO_ROW);
  ck_assert_uint_eq(recs_ids_count(ids), 1);
  ck_ok(recs_ids_find(&row, ids, text, LONGEST));
  ck_fails(recs_ids_find(&row, ids, text, LONGEST + 1), RECS_ERROR_NOT_FOUND, "unknown id \"zzz");
  ck_ok(recs_ids_find_many(&row, ids, text, (int64_t[]){0, LONGEST + 1}, 1));
  ck_assert_uint_eq(row, RECS_NO_ROW);
  ck_fails(recs_ids_add_many(&row, ids, text, (int64_t[]){0, LONGEST + 1}, 1), RECS_ERROR_INVALID, "65537 bytes");
  free(text);
}
END_TEST

START_TEST(improper_ids) {
  char text[100];
  uint32_t row = 9;
  memset(text, 't', sizeof text); /* what a message may quote */
  ck_fails(recs_ids_add(&row, ids, "", 0), RECS_ERROR_INVALID, "an id is empty");
  ck_assert_uint_eq(row, RECS_NO_ROW);
  ck_fails(recs_ids_add(&row, ids, "a\0b", 3), RECS_ERROR_INVALID, "id \"a\\x00b\" has a NUL byte inside");
  ck_fails(recs_ids_add(&row, ids, "a", 2), RECS_ERROR_INVALID, "NUL");
  ck_fails(recs_ids_add(&row, ids, text, SIZE_MAX), RECS_ERROR_INVALID, "18446744073709551615 bytes");
  ck_fails(recs_ids_find(&row, ids, "", 0), RECS_ERROR_NOT_FOUND, "unknown id \"\"");
  ck_fails(recs_ids_find(&row, ids, "a\n", 2), RECS_ERROR_NOT_FOUND, "unknown id \"a\\n\"");
  ck_assert_uint_eq(recs_ids_count(ids), 0);
}
END_TEST

START_TEST(null_arguments) {
  recs_ids *out = (recs_ids *)&out;
  const char *name = "x";
  uint32_t row = 9;
  size_t length = 9;
  ck_fails(recs_ids_create(NULL, context), RECS_ERROR_INVALID, "out");
  ck_fails(recs_ids_create(&out, NULL), RECS_ERROR_INVALID, "context");
  ck_assert_ptr_null(out);
  ck_fails(recs_ids_add(NULL, ids, "a", 1), RECS_ERROR_INVALID, "out_row");
  ck_fails(recs_ids_add(&row, NULL, "a", 1), RECS_ERROR_INVALID, "ids");
  ck_fails(recs_ids_add(&row, ids, NULL, 1), RECS_ERROR_INVALID, "id");
  ck_fails(recs_ids_find(NULL, ids, "a", 1), RECS_ERROR_INVALID, "out_row");
  ck_fails(recs_ids_find(&row, NULL, "a", 1), RECS_ERROR_INVALID, "ids");
  ck_fails(recs_ids_find(&row, ids, NULL, 1), RECS_ERROR_INVALID, "id");
  ck_assert_uint_eq(row, RECS_NO_ROW);
  ck_fails(recs_ids_remove(NULL, 0), RECS_ERROR_INVALID, "ids");
  ck_fails(recs_ids_name(NULL, &length, ids, 0), RECS_ERROR_INVALID, "out");
  ck_fails(recs_ids_name(&name, &length, NULL, 0), RECS_ERROR_INVALID, "ids");
  ck_assert_ptr_null(name);
  ck_assert_uint_eq(length, 0);
  ck_fails(recs_ids_freeze(NULL, ids), RECS_ERROR_INVALID, "out");
  ck_fails(recs_ids_freeze(&out, NULL), RECS_ERROR_INVALID, "ids");
  ck_assert_uint_eq(recs_ids_count(NULL), 0);
  ck_assert_uint_eq(recs_ids_live(NULL), 0);
  recs_ids_free(NULL);
}
END_TEST

START_TEST(null_arguments_of_bulk_calls) {
  static const int64_t offsets[] = {0, 1};
  uint32_t row = 9;
  ck_fails(recs_ids_add_many(&row, NULL, "a", offsets, 1), RECS_ERROR_INVALID, "ids");
  ck_fails(recs_ids_add_many(&row, ids, NULL, offsets, 1), RECS_ERROR_INVALID, "bytes");
  ck_fails(recs_ids_add_many(&row, ids, "a", NULL, 1), RECS_ERROR_INVALID, "offsets");
  ck_fails(recs_ids_find_many(NULL, ids, "a", offsets, 1), RECS_ERROR_INVALID, "out_rows");
  ck_fails(recs_ids_find_many(&row, NULL, "a", offsets, 1), RECS_ERROR_INVALID, "ids");
  ck_fails(recs_ids_find_many(&row, ids, NULL, offsets, 1), RECS_ERROR_INVALID, "bytes");
  ck_fails(recs_ids_find_many(&row, ids, "a", NULL, 1), RECS_ERROR_INVALID, "offsets");
  ck_ok(recs_ids_add_many(NULL, ids, "a", offsets, 1));
  ck_ok(recs_ids_add_many(NULL, ids, NULL, offsets, 0));
  ck_ok(recs_ids_find_many(&row, ids, NULL, offsets, 0));
  ck_assert_uint_eq(recs_ids_count(ids), 1);
}
END_TEST

START_TEST(many_at_once) {
  static const char bytes[] = "..redgreenredblue";
  static const int64_t offsets[] = {2, 5, 10, 13, 17};
  uint32_t rows[4];
  ck_assert_uint_eq(add("green"), 0);
  ck_ok(recs_ids_add_many(rows, ids, bytes, offsets, 4));
  ck_assert_mem_eq(rows, ((uint32_t[]){1, 0, 1, 2}), sizeof rows);
  ck_assert_uint_eq(recs_ids_count(ids), 3);
  ck_ok(recs_ids_remove(ids, 1));
  ck_ok(recs_ids_find_many(rows, ids, bytes, offsets, 4));
  ck_assert_mem_eq(rows, ((uint32_t[]){RECS_NO_ROW, 0, RECS_NO_ROW, 2}), sizeof rows);
}
END_TEST

START_TEST(all_or_none) {
  uint32_t rows[3] = {7, 7, 7};
  ck_fails(recs_ids_add_many(rows, ids, "abc", (int64_t[]){0, 1, 1, 3}, 3), RECS_ERROR_INVALID, "empty");
  ck_fails(recs_ids_add_many(rows, ids, "ab\0", (int64_t[]){0, 1, 2, 3}, 3), RECS_ERROR_INVALID, "NUL");
  ck_fails(recs_ids_add_many(rows, ids, "abc", (int64_t[]){0, 2, 1, 3}, 3), RECS_ERROR_INVALID, "offsets fall at id 2");
  ck_fails(recs_ids_add_many(rows, ids, "abc", (int64_t[]){-1, 1, 2, 3}, 3), RECS_ERROR_INVALID,
           "offsets fall at id 1");
  ck_fails(recs_ids_find_many(rows, ids, "abc", (int64_t[]){0, 2, 1, 3}, 3), RECS_ERROR_INVALID,
           "offsets fall at id 2");
  ck_assert_uint_eq(recs_ids_count(ids), 0);
  ck_assert_uint_eq(find_in(ids, "a"), RECS_NO_ROW);
  ck_assert_mem_eq(rows, ((uint32_t[]){7, 7, 7}), sizeof rows);
}
END_TEST

START_TEST(a_removed_id_leaves_its_row) {
  const char *name = "x";
  uint32_t a = add("a"), b = add("b");
  ck_ok(recs_ids_remove(ids, a));
  ck_assert_uint_eq(find_in(ids, "a"), RECS_NO_ROW);
  ck_assert_uint_eq(find_in(ids, "?"), RECS_NO_ROW);
  ck_assert_uint_eq(find_in(ids, "b"), b);
  ck_assert_uint_eq(recs_ids_count(ids), 2);
  ck_assert_uint_eq(recs_ids_live(ids), 1);
  ck_fails(recs_ids_name(&name, NULL, ids, a), RECS_ERROR_NOT_FOUND, "row 0 was removed");
  ck_assert_ptr_null(name);
  ck_fails(recs_ids_remove(ids, a), RECS_ERROR_NOT_FOUND, "row 0 was removed");
  ck_assert_uint_eq(add("a"), 2);
  ck_assert_uint_eq(find_in(ids, "a"), 2);
  check_name(ids, b, "b");
  ck_fails(recs_ids_remove(ids, 3), RECS_ERROR_INVALID, "row 3 of a dictionary of 3");
  ck_fails(recs_ids_name(&name, NULL, ids, RECS_NO_ROW), RECS_ERROR_INVALID, "row 4294967295 of a dictionary of 3");
  ck_assert_uint_eq(recs_ids_live(ids), 2);
}
END_TEST

START_TEST(a_frozen_copy_stays) {
  recs_ids *frozen, *again;
  uint32_t row;
  add("a");
  add("b");
  ck_ok(recs_ids_freeze(&frozen, ids));
  ck_assert_uint_eq(add("a"), 0);
  ck_assert_uint_eq(add("c"), 2);
  ck_ok(recs_ids_remove(ids, 0));
  ck_assert_uint_eq(recs_ids_count(frozen), 2);
  ck_assert_uint_eq(recs_ids_live(frozen), 2);
  ck_assert_uint_eq(find_in(frozen, "a"), 0);
  ck_assert_uint_eq(find_in(frozen, "c"), RECS_NO_ROW);
  check_name(frozen, 0, "a");
  ck_fails(recs_ids_add(&row, frozen, "a", 1), RECS_ERROR_STATE, "the dictionary is frozen");
  ck_fails(recs_ids_add_many(&row, frozen, "a", (int64_t[]){0, 1}, 1), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_ids_remove(frozen, 0), RECS_ERROR_STATE, "frozen");
  ck_ok(recs_ids_freeze(&again, frozen));
  recs_ids_free(frozen);
  check_name(again, 1, "b");
  recs_ids_free(again);
}
END_TEST

/* Names that were borrowed from a frozen copy outlive the builder; those of the builder survive a freeze. */
START_TEST(names_stay_where_they_are) {
  const char *ours, *after, *theirs;
  recs_ids *frozen;
  add("a");
  ck_ok(recs_ids_name(&ours, NULL, ids, 0));
  ck_ok(recs_ids_freeze(&frozen, ids));
  ck_ok(recs_ids_name(&after, NULL, ids, 0));
  ck_assert_ptr_eq(ours, after);
  ck_ok(recs_ids_name(&theirs, NULL, frozen, 0));
  add("b");
  recs_ids_free(ids);
  ids = NULL;
  ck_assert_str_eq(theirs, "a");
  recs_ids_free(frozen);
}
END_TEST

START_TEST(freezing_takes_no_memory_for_ids) {
  recs_test_heap heap = {0};
  recs_context *with = recs_test_context(&heap);
  recs_ids *builder, *frozen[8];
  uint32_t row;
  char id[16];
  long calls;
  ck_ok(recs_ids_create(&builder, with));
  for (int i = 0; i < 1000; i++)
    ck_ok(recs_ids_add(&row, builder, id, (size_t)snprintf(id, sizeof id, "%d", i)));
  calls = heap.calls;
  for (int i = 0; i < 8; i++)
    ck_ok(recs_ids_freeze(&frozen[i], builder));
  ck_assert_int_eq(heap.calls - calls, 8);
  ck_ok(recs_ids_add(&row, builder, "999", 3)); /* known: nothing is copied */
  ck_assert_int_eq(heap.calls - calls, 8);
  for (int i = 0; i < 8; i++)
    recs_ids_free(frozen[i]);
  calls = heap.calls;
  ck_ok(recs_ids_remove(builder, 5)); /* no copy is left to be shielded */
  ck_assert_int_eq(heap.calls, calls);
  recs_ids_free(builder);
  recs_context_free(with);
  ck_assert_int_eq(heap.live, 0);
}
END_TEST

/* A naive dictionary beside ours: what each row's id is, "" when it was removed. */
enum { MODEL_ROWS = 2000, MODEL_NAMES = 300 };

typedef struct model {
  char names[MODEL_ROWS][8];
  uint32_t count;
  uint32_t live;
} model;

static uint32_t model_find(const model *naive, const char *id) {
  for (uint32_t row = 0; row < naive->count; row++) {
    if (strcmp(naive->names[row], id) == 0)
      return row;
  }
  return RECS_NO_ROW;
}

static uint32_t model_add(model *naive, const char *id) {
  uint32_t row = model_find(naive, id);
  if (row != RECS_NO_ROW)
    return row;
  strcpy(naive->names[naive->count], id);
  naive->live += 1;
  return naive->count++;
}

static void check_model(const recs_ids *where, const model *naive) {
  ck_assert_uint_eq(recs_ids_count(where), naive->count);
  ck_assert_uint_eq(recs_ids_live(where), naive->live);
  for (uint32_t row = 0; row < naive->count; row++) {
    const char *name;
    if (naive->names[row][0] == 0)
      ck_fails(recs_ids_name(&name, NULL, where, row), RECS_ERROR_NOT_FOUND, "removed");
    else
      check_name(where, row, naive->names[row]);
  }
  for (int i = 0; i < MODEL_NAMES; i++) {
    char id[8];
    snprintf(id, sizeof id, "n%d", i);
    ck_assert_uint_eq(find_in(where, id), model_find(naive, id));
  }
}

static uint64_t next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static void add_some(model *naive, uint64_t *state) {
  char bytes[40 * 8];
  int64_t offsets[41] = {0};
  uint32_t rows[40], expected[40];
  size_t count = next(state) % 41;
  for (size_t i = 0; i < count; i++) {
    char *id = bytes + offsets[i];
    offsets[i + 1] = offsets[i] + snprintf(id, 8, "n%d", (int)(next(state) % MODEL_NAMES));
    expected[i] = model_add(naive, id);
  }
  ck_ok(recs_ids_add_many(rows, ids, bytes, offsets, count));
  for (size_t i = 0; i < count; i++)
    ck_assert_uint_eq(rows[i], expected[i]);
}

static void remove_some(model *naive, uint64_t *state) {
  uint32_t row = (uint32_t)(next(state) % (naive->count + 1));
  int32_t status = recs_ids_remove(ids, row);
  if (row == naive->count) {
    ck_assert_int_eq(status, RECS_ERROR_INVALID);
  } else if (naive->names[row][0] == 0) {
    ck_assert_int_eq(status, RECS_ERROR_NOT_FOUND);
  } else {
    ck_assert_int_eq(status, RECS_OK);
    naive->names[row][0] = 0;
    naive->live -= 1;
  }
}

/* Adds, removals and freezes at random, against the model; a frozen copy is compared when the builder has gone on. */
START_TEST(random_operations) {
  model *naive = calloc(2, sizeof *naive), *then = naive + 1;
  recs_ids *frozen = NULL;
  uint64_t state = (uint64_t)_i + 1;
  while (naive->count < MODEL_ROWS - 41) {
    switch (next(&state) % 128) {
    case 0:
      if (frozen != NULL)
        check_model(frozen, then);
      recs_ids_free(frozen);
      ck_ok(recs_ids_freeze(&frozen, ids));
      *then = *naive;
      break;
    case 1:
      check_model(ids, naive);
      break;
    case 2:
      add_some(naive, &state);
      break;
    default:
      remove_some(naive, &state);
      if (next(&state) % 8 != 0) {
        char id[8];
        snprintf(id, sizeof id, "n%d", (int)(next(&state) % MODEL_NAMES));
        ck_assert_uint_eq(add(id), model_add(naive, id));
      }
    }
  }
  check_model(ids, naive);
  recs_ids_free(frozen);
  free(naive);
}
END_TEST

static int32_t grow_freeze_and_grow(recs_context *with, void *payload) {
  recs_ids *builder = NULL, *frozen = NULL;
  uint32_t row;
  char id[16];
  int32_t status = recs_ids_create(&builder, with);
  (void)payload;
  for (int i = 0; i < 30 && status == RECS_OK; i++)
    status = recs_ids_add(&row, builder, id, (size_t)snprintf(id, sizeof id, "%d", i));
  if (status == RECS_OK)
    status = recs_ids_freeze(&frozen, builder);
  if (status == RECS_OK)
    status = recs_ids_remove(builder, 3);
  ck_assert(frozen == NULL || recs_ids_live(frozen) == 30);
  recs_ids_free(frozen);
  recs_ids_free(builder);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(grow_freeze_and_grow, NULL);
}
END_TEST

/* A bulk call that fails half way takes back what it added, wherever it failed. */
static int32_t add_many_in_vain(recs_context *with, void *payload) {
  enum { OLD = 20, NEW = 200 };
  recs_ids *builder = NULL;
  char bytes[NEW * 8];
  int64_t offsets[NEW + 1] = {0};
  uint32_t row;
  int32_t status = recs_ids_create(&builder, with);
  (void)payload;
  for (int i = 0; i < NEW; i++)
    offsets[i + 1] = offsets[i] + snprintf(bytes + offsets[i], 8, "id%d", i);
  for (int i = 0; i < OLD && status == RECS_OK; i++)
    status = recs_ids_add(&row, builder, bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
  if (status == RECS_OK)
    status = recs_ids_remove(builder, 7);
  if (status == RECS_OK) {
    uint32_t rows[NEW], after = OLD;
    status = recs_ids_add_many(NULL, builder, bytes, offsets, NEW);
    if (status == RECS_OK)
      after = NEW + 1;
    ck_assert_uint_eq(recs_ids_count(builder), after);
    ck_assert_uint_eq(recs_ids_live(builder), after - 1);
    recs_ids_find_many(rows, builder, bytes, offsets, NEW);
    for (uint32_t i = 0; i < NEW; i++)
      ck_assert((rows[i] != RECS_NO_ROW) == (status == RECS_OK || (i < OLD && i != 7)));
  }
  recs_ids_free(builder);
  return status;
}

START_TEST(out_of_memory_in_bulk) {
  recs_test_oom(add_many_in_vain, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("ids");
  TCase *tests = tcase_create("ids");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, rows_are_given_in_order);
  tcase_add_test(tests, likeness_is_not_sameness);
  tcase_add_test(tests, the_longest_id);
  tcase_add_test(tests, improper_ids);
  tcase_add_test(tests, null_arguments);
  tcase_add_test(tests, null_arguments_of_bulk_calls);
  tcase_add_test(tests, many_at_once);
  tcase_add_test(tests, all_or_none);
  tcase_add_test(tests, a_removed_id_leaves_its_row);
  tcase_add_test(tests, a_frozen_copy_stays);
  tcase_add_test(tests, names_stay_where_they_are);
  tcase_add_test(tests, freezing_takes_no_memory_for_ids);
  tcase_add_loop_test(tests, random_operations, 0, 4);
  tcase_add_test(tests, out_of_memory);
  tcase_add_test(tests, out_of_memory_in_bulk);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
