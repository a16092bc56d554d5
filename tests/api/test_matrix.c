#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static void check_row(const recs_matrix *matrix, uint32_t row, size_t count, const uint32_t *columns, const float *values) {
  const uint32_t *found_columns;
  const float *found_values;
  size_t found;
  ck_ok(recs_matrix_row(&found_columns, &found_values, &found, matrix, row));
  ck_assert_uint_eq(found, count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(found_columns[i], columns[i]);
    ck_assert_float_eq(found_values[i], values[i]);
  }
}

START_TEST(create_sorts_and_sums) {
  static const int64_t offsets[] = {0, 4, 4, 6};
  static const uint32_t columns[] = {3, 1, 3, 0, 0, 2};
  static const float values[] = {1, 2, 0.5f, -1, 7, 8};
  recs_matrix *matrix;
  ck_ok(recs_matrix_create(&matrix, context, 3, 4, offsets, columns, values));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 3);
  ck_assert_uint_eq(recs_matrix_columns(matrix), 4);
  ck_assert_uint_eq(recs_matrix_entries(matrix), 5);
  check_row(matrix, 0, 3, (uint32_t[]){0, 1, 3}, (float[]){-1, 2, 1.5f});
  check_row(matrix, 1, 0, NULL, NULL);
  check_row(matrix, 2, 2, (uint32_t[]){0, 2}, (float[]){7, 8});
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(create_without_values_counts_repeats) {
  static const int64_t offsets[] = {0, 3};
  static const uint32_t columns[] = {1, 1, 2};
  recs_matrix *matrix;
  ck_ok(recs_matrix_create(&matrix, context, 1, 3, offsets, columns, NULL));
  check_row(matrix, 0, 2, (uint32_t[]){1, 2}, (float[]){2, 1});
  recs_matrix_free(matrix);
}
END_TEST

START_TEST(transpose_exchanges) {
  static const int64_t offsets[] = {0, 2, 3, 3};
  static const uint32_t columns[] = {0, 1, 1};
  static const float values[] = {1, 2, 3};
  recs_matrix *matrix, *turned;
  ck_ok(recs_matrix_create(&matrix, context, 3, 2, offsets, columns, values));
  ck_ok(recs_matrix_transpose(&turned, matrix));
  recs_matrix_free(matrix);
  ck_assert_uint_eq(recs_matrix_rows(turned), 2);
  ck_assert_uint_eq(recs_matrix_columns(turned), 3);
  check_row(turned, 0, 1, (uint32_t[]){0}, (float[]){1});
  check_row(turned, 1, 2, (uint32_t[]){0, 1}, (float[]){2, 3});
  recs_matrix_free(turned);
}
END_TEST

START_TEST(empty_matrices) {
  static const int64_t offsets[] = {0, 0, 0};
  recs_matrix *matrix, *turned;
  ck_ok(recs_matrix_create(&matrix, context, 0, 0, offsets, NULL, NULL));
  ck_ok(recs_matrix_transpose(&turned, matrix));
  ck_assert_uint_eq(recs_matrix_rows(turned), 0);
  recs_matrix_free(turned);
  recs_matrix_free(matrix);
  ck_ok(recs_matrix_create(&matrix, context, 2, 5, offsets, NULL, NULL));
  ck_ok(recs_matrix_transpose(&turned, matrix));
  ck_assert_uint_eq(recs_matrix_rows(turned), 5);
  check_row(turned, 4, 0, NULL, NULL);
  recs_matrix_free(turned);
  recs_matrix_free(matrix);
}
END_TEST

static void create_fails(const int64_t *offsets, const uint32_t *columns, const float *values, int32_t status, const char *text) {
  recs_matrix *matrix = (recs_matrix *)&matrix;
  ck_fails(recs_matrix_create(&matrix, context, 2, 3, offsets, columns, values), status, text);
  ck_assert_ptr_null(matrix);
}

START_TEST(create_refuses) {
  static const int64_t good[] = {0, 1, 2};
  static const uint32_t columns[] = {0, 2};
  static const float huge[] = {3e38f, 3e38f};
  recs_matrix *matrix;
  create_fails(NULL, columns, NULL, RECS_ERROR_INVALID, "offsets");
  create_fails((int64_t[]){1, 1, 1}, columns, NULL, RECS_ERROR_INVALID, "offsets[0] is 1");
  create_fails((int64_t[]){0, 2, 1}, columns, NULL, RECS_ERROR_INVALID, "offsets[2] is 1");
  create_fails((int64_t[]){0, 0, INT64_MAX}, columns, NULL, RECS_ERROR_NOMEM, "");
  create_fails(good, NULL, NULL, RECS_ERROR_INVALID, "column_indices");
  create_fails(good, (uint32_t[]){0, 3}, NULL, RECS_ERROR_INVALID, "row 1 has column 3");
  create_fails(good, columns, (float[]){1, NAN}, RECS_ERROR_NUMERIC, "row 1, column 2");
  create_fails(good, columns, (float[]){INFINITY, 1}, RECS_ERROR_NUMERIC, "row 0, column 0");
  create_fails((int64_t[]){0, 0, 2}, (uint32_t[]){1, 1}, huge, RECS_ERROR_NUMERIC, "row 1, column 1");
  ck_fails(recs_matrix_create(NULL, context, 2, 3, good, columns, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_matrix_create(&matrix, NULL, 2, 3, good, columns, NULL), RECS_ERROR_INVALID, "context");
  ck_fails(recs_matrix_transpose(NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_matrix_transpose(&matrix, NULL), RECS_ERROR_INVALID, "matrix");
}
END_TEST

START_TEST(getters_refuse) {
  static const int64_t offsets[] = {0, 1};
  static const uint32_t columns[] = {0};
  recs_matrix *matrix;
  const uint32_t *found = columns;
  size_t count = 9;
  ck_ok(recs_matrix_create(&matrix, context, 1, 1, offsets, columns, NULL));
  ck_fails(recs_matrix_row(&found, NULL, &count, matrix, 1), RECS_ERROR_INVALID, "row 1");
  ck_assert_ptr_null(found);
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_matrix_row(NULL, NULL, NULL, matrix, 0), RECS_ERROR_INVALID, "count");
  ck_fails(recs_matrix_row(NULL, NULL, &count, NULL, 0), RECS_ERROR_INVALID, "matrix");
  ck_ok(recs_matrix_row(NULL, NULL, &count, matrix, 0));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(recs_matrix_rows(NULL), 0);
  ck_assert_uint_eq(recs_matrix_columns(NULL), 0);
  ck_assert_uint_eq(recs_matrix_entries(NULL), 0);
  recs_matrix_free(NULL);
  recs_matrix_free(matrix);
}
END_TEST

static int32_t create_and_turn(recs_context *heap, void *payload) {
  static const int64_t offsets[] = {0, 4, 4, 6};
  static const uint32_t columns[] = {3, 1, 3, 0, 0, 2};
  recs_matrix *matrix, *turned = NULL;
  int32_t status = recs_matrix_create(&matrix, heap, 3, 4, offsets, columns, NULL);
  (void)payload;
  if (status == RECS_OK)
    status = recs_matrix_transpose(&turned, matrix);
  recs_matrix_free(turned);
  recs_matrix_free(matrix);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(create_and_turn, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("matrix");
  TCase *tests = tcase_create("matrix");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, create_sorts_and_sums);
  tcase_add_test(tests, create_without_values_counts_repeats);
  tcase_add_test(tests, transpose_exchanges);
  tcase_add_test(tests, empty_matrices);
  tcase_add_test(tests, create_refuses);
  tcase_add_test(tests, getters_refuse);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
