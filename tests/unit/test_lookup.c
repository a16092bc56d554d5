/* The hash table of records elsewhere, and lists of names. */
#include "support/support.h"

#include "lib/data/cleaning/lookup.h"
#include "lib/data/names.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static int same_number(const void *payload, size_t number, const void *record) {
  const uint64_t *records = payload;
  return records[number] == *(const uint64_t *)record;
}

/* Adds 0, 1, 2 .. modulo 500, each with its hash. */
static void fill_and_find(uint64_t (*hash_of)(uint64_t record)) {
  enum { MANY = 1000, DIFFERENT = 500 };
  uint64_t records[MANY];
  recs__lookup lookup;
  uint64_t absent = DIFFERENT;
  ck_ok(recs__lookup_create(&lookup, context, MANY));
  for (size_t i = 0; i < MANY; i++) {
    records[i] = i % DIFFERENT;
    ck_assert_uint_eq(recs__lookup_add(&lookup, hash_of(records[i]), i, same_number, records, &records[i]),
                      i % DIFFERENT);
  }
  for (size_t i = 0; i < DIFFERENT; i++)
    ck_assert_uint_eq(recs__lookup_find(&lookup, hash_of(i), same_number, records, &records[i]), i);
  ck_assert_uint_eq(recs__lookup_find(&lookup, hash_of(absent), same_number, records, &absent), SIZE_MAX);
  recs__lookup_free(&lookup);
}

static uint64_t always_the_same(uint64_t record) {
  (void)record;
  return UINT64_MAX;
}

static uint64_t only_the_tag(uint64_t record) {
  return record << 50;
}

static uint64_t only_the_place(uint64_t record) {
  return record;
}

START_TEST(hashes_that_collide) {
  fill_and_find(always_the_same);
  fill_and_find(only_the_tag);
  fill_and_find(only_the_place);
}
END_TEST

START_TEST(sizes) {
  recs__lookup lookup;
  ck_ok(recs__lookup_create(&lookup, context, 0));
  ck_assert_uint_eq(recs__lookup_find(&lookup, 1, same_number, NULL, NULL), SIZE_MAX);
  recs__lookup_free(&lookup);
  ck_fails(recs__lookup_create(&lookup, context, SIZE_MAX), RECS_ERROR_OVERFLOW, "too many");
}
END_TEST

START_TEST(names) {
  static const char *const wanted[] = {"a b", "", "c", ""};
  const char *rest = "  a b ,, c,";
  recs__piece piece;
  for (int i = 0; i < 4; i++) {
    ck_assert_int_eq(recs__names_next(&piece, &rest), 1);
    ck_assert_uint_eq(piece.length, strlen(wanted[i]));
    ck_assert_mem_eq(piece.text, wanted[i], piece.length);
  }
  ck_assert_int_eq(recs__names_next(&piece, &rest), 0);
  rest = NULL;
  ck_assert_int_eq(recs__names_next(&piece, &rest), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("lookup");
  TCase *tests = tcase_create("lookup");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, hashes_that_collide);
  tcase_add_test(tests, sizes);
  tcase_add_test(tests, names);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
