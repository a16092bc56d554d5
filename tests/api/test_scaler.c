#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

enum { ROWS = 5, COLUMNS = 3 };
static const double table[ROWS * COLUMNS] = {1, -5, 7, 2, 10, 7, 4, 0, 7, 8, 3, 7, 16, 100, 7};

static void fit_and_apply(double *out, int32_t kind, uint32_t threads) {
  recs_context *own = recs_test_threads(threads, UINT32_MAX);
  recs_scaler *scaler;
  ck_ok(recs_scaler_fit(&scaler, own, kind, table, ROWS, COLUMNS));
  memcpy(out, table, sizeof table);
  ck_ok(recs_scaler_apply(scaler, out, ROWS));
  recs_scaler_free(scaler);
  recs_context_free(own);
}

START_TEST(values_of_each_kind) {
  double out[ROWS * COLUMNS];
  fit_and_apply(out, RECS_SCALE_NONE, 1);
  ck_assert_mem_eq(out, table, sizeof table);
  fit_and_apply(out, RECS_SCALE_MINMAX, 1);
  ck_assert_double_eq(out[0], 0);
  ck_assert_double_eq(out[4 * COLUMNS], 1);
  ck_assert_double_eq_tol(out[COLUMNS + 1], 15.0 / 105, 1e-15);
  fit_and_apply(out, RECS_SCALE_ROBUST, 1);
  ck_assert_double_eq_tol(out[0], (1.0 - 4) / (8 - 2), 1e-15);
  fit_and_apply(out, RECS_SCALE_Z, 1);
  ck_assert_double_eq_tol(out[0], (1 - 6.2) / sqrt((5.2 * 5.2 + 4.2 * 4.2 + 2.2 * 2.2 + 1.8 * 1.8 + 9.8 * 9.8) / 5), 1e-14);
  fit_and_apply(out, RECS_SCALE_LOG, 1);
  ck_assert_double_eq_tol(out[1], -log(6), 1e-15);
  fit_and_apply(out, RECS_SCALE_L2, 1);
  ck_assert_double_eq_tol(out[0], 1 / sqrt(75), 1e-15);
}
END_TEST

START_TEST(constant_columns_become_zero) {
  static const int32_t kinds[] = {RECS_SCALE_MINMAX, RECS_SCALE_Z, RECS_SCALE_ROBUST, RECS_SCALE_LOG_Z};
  double out[ROWS * COLUMNS];
  for (size_t k = 0; k < 4; k++) {
    fit_and_apply(out, kinds[k], 1);
    for (size_t row = 0; row < ROWS; row++)
      ck_assert_double_eq(out[row * COLUMNS + 2], 0);
  }
}
END_TEST

START_TEST(inverse_restores) {
  for (int32_t kind = RECS_SCALE_NONE; kind <= RECS_SCALE_LOG_Z; kind++) {
    double out[ROWS * COLUMNS];
    recs_scaler *scaler;
    ck_ok(recs_scaler_fit(&scaler, context, kind, table, ROWS, COLUMNS));
    memcpy(out, table, sizeof table);
    ck_ok(recs_scaler_apply(scaler, out, ROWS));
    ck_ok(recs_scaler_invert(scaler, out, ROWS));
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
      ck_assert_double_eq_tol(out[i], table[i], 1e-12);
    recs_scaler_free(scaler);
  }
}
END_TEST

START_TEST(zero_rows_keep_their_place_in_l2) {
  static const double values[] = {0, 0, 3e200, 4e200, -3e-200, 4e-200};
  double out[6];
  recs_scaler *scaler;
  memcpy(out, values, sizeof out);
  ck_ok(recs_scaler_fit(&scaler, context, RECS_SCALE_L2, values, 3, 2));
  ck_ok(recs_scaler_apply(scaler, out, 3));
  ck_assert_double_eq(out[0], 0);
  ck_assert_double_eq_tol(out[2], 0.6, 1e-15);
  ck_assert_double_eq_tol(out[4], -0.6, 1e-15);
  ck_fails(recs_scaler_invert(scaler, out, 3), RECS_ERROR_UNSUPPORTED, "brought back");
  recs_scaler_free(scaler);
}
END_TEST

START_TEST(same_bits_for_any_thread_count) {
  enum { MANY = 20000, WIDE = 19 };
  double *values = malloc(MANY * WIDE * sizeof *values);
  double *one = malloc(MANY * WIDE * sizeof *one);
  double *many = malloc(MANY * WIDE * sizeof *many);
  for (size_t i = 0; i < MANY * WIDE; i++)
    values[i] = sin((double)i) * (double)(i % WIDE + 1);
  for (int32_t kind = RECS_SCALE_NONE; kind <= RECS_SCALE_L2; kind++) {
    static const uint32_t threads[] = {1, 2, 8};
    for (size_t t = 0; t < 3; t++) {
      recs_context *own = recs_test_threads(threads[t], UINT32_MAX);
      recs_scaler *scaler;
      double *out = t == 0 ? one : many;
      memcpy(out, values, MANY * WIDE * sizeof *values);
      ck_ok(recs_scaler_fit(&scaler, own, kind, values, MANY, WIDE));
      ck_ok(recs_scaler_apply(scaler, out, MANY));
      ck_assert_mem_eq(out, one, MANY * WIDE * sizeof *one);
      recs_scaler_free(scaler);
      recs_context_free(own);
    }
  }
  free(values);
  free(one);
  free(many);
}
END_TEST

START_TEST(refusals) {
  static const double bad[] = {1, 2, 3, NAN};
  double values[] = {1, 2, INFINITY, 4};
  const double huge[] = {-1.7e308, 1, 1.7e308, 2};
  recs_scaler *scaler = (recs_scaler *)&scaler;
  ck_fails(recs_scaler_fit(&scaler, context, RECS_SCALE_Z, bad, 2, 2), RECS_ERROR_NUMERIC, "row 1, column 1");
  ck_assert_ptr_null(scaler);
  ck_fails(recs_scaler_fit(&scaler, context, RECS_SCALE_MINMAX, huge, 2, 2), RECS_ERROR_NUMERIC, "column 0");
  ck_fails(recs_scaler_fit(&scaler, context, 7, bad, 2, 2), RECS_ERROR_INVALID, "kind 7");
  ck_fails(recs_scaler_fit(&scaler, context, -1, bad, 2, 2), RECS_ERROR_INVALID, "kind -1");
  ck_fails(recs_scaler_fit(&scaler, context, RECS_SCALE_Z, bad, 0, 2), RECS_ERROR_INVALID, "0 rows");
  ck_fails(recs_scaler_fit(&scaler, context, RECS_SCALE_Z, bad, 2, 0), RECS_ERROR_INVALID, "0 columns");
  ck_fails(recs_scaler_fit(&scaler, context, RECS_SCALE_Z, bad, SIZE_MAX, 2), RECS_ERROR_OVERFLOW, "too many");
  ck_fails(recs_scaler_fit(&scaler, context, RECS_SCALE_Z, NULL, 2, 2), RECS_ERROR_INVALID, "values");
  ck_fails(recs_scaler_fit(&scaler, NULL, RECS_SCALE_Z, bad, 2, 2), RECS_ERROR_INVALID, "context");
  ck_fails(recs_scaler_fit(NULL, context, RECS_SCALE_Z, bad, 2, 2), RECS_ERROR_INVALID, "out");
  ck_ok(recs_scaler_fit(&scaler, context, RECS_SCALE_Z, table, 2, 2));
  ck_fails(recs_scaler_apply(scaler, values, 2), RECS_ERROR_NUMERIC, "row 1, column 0");
  ck_assert_double_eq(values[0], 1); /* nothing was changed */
  ck_fails(recs_scaler_invert(scaler, values, 2), RECS_ERROR_NUMERIC, "row 1, column 0");
  ck_fails(recs_scaler_apply(scaler, NULL, 2), RECS_ERROR_INVALID, "values");
  ck_fails(recs_scaler_apply(NULL, values, 2), RECS_ERROR_INVALID, "scaler");
  ck_fails(recs_scaler_invert(scaler, NULL, 2), RECS_ERROR_INVALID, "values");
  ck_fails(recs_scaler_invert(NULL, values, 2), RECS_ERROR_INVALID, "scaler");
  recs_scaler_free(scaler);
  recs_scaler_free(NULL);
}
END_TEST

static int32_t scale(recs_context *heap, void *payload) {
  double values[ROWS * COLUMNS];
  recs_scaler *scaler;
  int32_t status = recs_scaler_fit(&scaler, heap, RECS_SCALE_ROBUST, table, ROWS, COLUMNS);
  (void)payload;
  memcpy(values, table, sizeof values);
  if (status == RECS_OK)
    status = recs_scaler_apply(scaler, values, ROWS);
  recs_scaler_free(scaler);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(scale, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scaler");
  TCase *tests = tcase_create("scaler");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, values_of_each_kind);
  tcase_add_test(tests, constant_columns_become_zero);
  tcase_add_test(tests, inverse_restores);
  tcase_add_test(tests, zero_rows_keep_their_place_in_l2);
  tcase_add_test(tests, same_bits_for_any_thread_count);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
