#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

START_TEST(all_rows) {
  for (uint32_t rows = 0; rows <= 130; rows++) {
    recs_candidates *set;
    ck_ok(recs_candidates_create(&set, context, rows, NULL, 0, NULL, 0));
    ck_assert_uint_eq(recs_candidates_count(set), rows);
    ck_assert_int_eq(recs_candidates_has(set, 0), rows > 0);
    ck_assert_int_eq(recs_candidates_has(set, 129), rows == 130);
    ck_assert_int_eq(recs_candidates_has(set, rows), 0);
    ck_assert_int_eq(recs_candidates_has(set, RECS_NO_ROW), 0);
    recs_candidates_free(set);
  }
}
END_TEST

START_TEST(allowed_less_denied) {
  static const uint32_t allowed[] = {70, 3, 3, 64};
  static const uint32_t denied[] = {3, 5};
  recs_candidates *set;
  ck_ok(recs_candidates_create(&set, context, 100, allowed, 4, denied, 2));
  ck_assert_uint_eq(recs_candidates_count(set), 2);
  ck_assert_int_eq(recs_candidates_has(set, 3), 0);
  ck_assert_int_eq(recs_candidates_has(set, 5), 0);
  ck_assert_int_eq(recs_candidates_has(set, 64), 1);
  ck_assert_int_eq(recs_candidates_has(set, 70), 1);
  recs_candidates_free(set);
  ck_ok(recs_candidates_create(&set, context, 100, allowed, 0, NULL, 0));
  ck_assert_uint_eq(recs_candidates_count(set), 0);
  recs_candidates_free(set);
  ck_ok(recs_candidates_create(&set, context, 100, NULL, 0, denied, 2));
  ck_assert_uint_eq(recs_candidates_count(set), 98);
  recs_candidates_free(set);
}
END_TEST

START_TEST(refusals) {
  static const uint32_t rows[] = {1, 10};
  recs_candidates *set = (recs_candidates *)&set;
  ck_fails(recs_candidates_create(&set, context, 10, rows, 2, NULL, 0), RECS_ERROR_INVALID, "allowed[1] is row 10");
  ck_assert_ptr_null(set);
  ck_fails(recs_candidates_create(&set, context, 10, NULL, 0, rows, 2), RECS_ERROR_INVALID, "denied[1] is row 10");
  ck_fails(recs_candidates_create(&set, context, 10, NULL, 1, NULL, 0), RECS_ERROR_INVALID, "allowed");
  ck_fails(recs_candidates_create(&set, context, 10, NULL, 0, NULL, 1), RECS_ERROR_INVALID, "denied");
  ck_fails(recs_candidates_create(&set, NULL, 10, NULL, 0, NULL, 0), RECS_ERROR_INVALID, "context");
  ck_fails(recs_candidates_create(NULL, context, 10, NULL, 0, NULL, 0), RECS_ERROR_INVALID, "out");
  ck_assert_uint_eq(recs_candidates_count(NULL), 0);
  ck_assert_int_eq(recs_candidates_has(NULL, 0), 0);
  recs_candidates_free(NULL);
}
END_TEST

static int32_t create(recs_context *heap, void *payload) {
  recs_candidates *set;
  int32_t status = recs_candidates_create(&set, heap, 1000, NULL, 0, NULL, 0);
  (void)payload;
  recs_candidates_free(set);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(create, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("candidates");
  TCase *tests = tcase_create("candidates");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, all_rows);
  tcase_add_test(tests, allowed_less_denied);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
