#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static const float dense_x[6] = {1, 0, 2, 3, 0, 0};
static const float dense_y[6] = {2, 1, 0, 5, 0, 4};
static const uint32_t x_columns[] = {0, 2, 3};
static const float x_values[] = {1, 2, 3};
static const uint32_t y_columns[] = {0, 1, 3, 4, 5}; /* column 4 is an explicit zero */
static const float y_values[] = {2, 1, 5, 0, 4};

static recs_kernel *make(int32_t kind, double shrink, int32_t zeros) {
  recs_kernel_options options;
  recs_kernel *kernel;
  ck_ok(recs_kernel_options_init(&options, sizeof options));
  options.shrink = shrink;
  options.zeros = zeros;
  options.alpha = 0.25;
  options.beta = 2;
  ck_ok(recs_kernel_create(&kernel, context, kind, &options));
  return kernel;
}

/* Both forms of the pair give the value. */
static void expect(int32_t kind, double shrink, int32_t zeros, double value) {
  recs_kernel *kernel = make(kind, shrink, zeros);
  double dense, sparse;
  ck_ok(recs_kernel_dense(&dense, kernel, dense_x, dense_y, 6));
  ck_ok(recs_kernel_sparse(&sparse, kernel, x_columns, x_values, 3, y_columns, y_values, 5, 6));
  ck_assert_double_eq_tol(dense, value, 1e-14);
  ck_assert_double_eq(sparse, dense);
  recs_kernel_free(kernel);
}

START_TEST(values_by_hand) {
  double xy = 17, xx = 14, yy = 46;
  expect(RECS_KERNEL_COSINE, 0, 0, xy / sqrt(xx * yy));
  expect(RECS_KERNEL_COSINE, 3, 0, xy / sqrt(xx * yy) * 2 / 5);
  expect(RECS_KERNEL_DOT, 0, 0, xy);
  expect(RECS_KERNEL_JACCARD, 0, 0, 2.0 / 5);
  expect(RECS_KERNEL_DICE, 0, 0, 4.0 / 7);
  expect(RECS_KERNEL_TVERSKY, 0, 0, 2 / (2 + 0.25 * 1 + 2 * 2));
  expect(RECS_KERNEL_OVERLAP, 0, 0, 2.0 / 3);
  expect(RECS_KERNEL_PEARSON, 0, 0, 1); /* (1, 2), (3, 5) */
  expect(RECS_KERNEL_PEARSON, 2, 0, 0.5);
  expect(RECS_KERNEL_PEARSON, 0, 1, (6 * xy - 6 * 12) / sqrt((6 * xx - 36) * (6 * yy - 144)));
  expect(RECS_KERNEL_EUCLIDEAN, 0, 0, 1 / (1 + sqrt(xx + yy - 2 * xy)));
}
END_TEST

START_TEST(nothing_in_common_or_nothing_at_all) {
  static const float values[] = {1, 2};
  static const uint32_t left[] = {0, 1}, right[] = {2, 3};
  for (int32_t kind = RECS_KERNEL_COSINE; kind <= RECS_KERNEL_EUCLIDEAN; kind++) {
    recs_kernel *kernel;
    double out;
    if (kind == RECS_KERNEL_ADJUSTED_COSINE)
      continue;
    kernel = make(kind, 0, 0);
    ck_ok(recs_kernel_sparse(&out, kernel, left, values, 2, right, values, 2, 4));
    ck_assert_double_eq(out, kind == RECS_KERNEL_EUCLIDEAN ? 1 / (1 + sqrt(10)) : 0);
    ck_ok(recs_kernel_sparse(&out, kernel, NULL, NULL, 0, right, values, 2, 4));
    ck_assert_double_eq(out, kind == RECS_KERNEL_EUCLIDEAN ? 1 / (1 + sqrt(5)) : 0);
    ck_ok(recs_kernel_dense(&out, kernel, NULL, NULL, 0));
    ck_assert_double_eq(out, kind == RECS_KERNEL_EUCLIDEAN ? 1 : 0);
    recs_kernel_free(kernel);
  }
}
END_TEST

START_TEST(constant_rows_have_no_correlation) {
  static const float fives[] = {0.1F, 0.1F, 0.1F}, some[] = {1, 2, 4};
  double out;
  for (int32_t zeros = 0; zeros < 2; zeros++) {
    recs_kernel *kernel = make(RECS_KERNEL_PEARSON, 0, zeros);
    ck_ok(recs_kernel_dense(&out, kernel, fives, some, 3));
    ck_assert_double_eq(out, 0);
    ck_ok(recs_kernel_dense(&out, kernel, fives, fives, 3));
    ck_assert_double_eq(out, 0);
    recs_kernel_free(kernel);
  }
}
END_TEST

START_TEST(a_row_is_like_itself) {
  static const float large[] = {3e38F, -2e38F, 1e-38F}, small[] = {3e-40F, 1e-40F, 0};
  static const int32_t kinds[] = {RECS_KERNEL_COSINE, RECS_KERNEL_JACCARD, RECS_KERNEL_DICE, RECS_KERNEL_EUCLIDEAN};
  double out;
  for (size_t i = 0; i < 4; i++) {
    recs_kernel *kernel = make(kinds[i], 0, 0);
    ck_ok(recs_kernel_dense(&out, kernel, large, large, 3));
    ck_assert_double_eq_tol(out, 1, 1e-15);
    ck_ok(recs_kernel_dense(&out, kernel, small, small, 3));
    ck_assert_double_eq_tol(out, 1, 1e-15);
    recs_kernel_free(kernel);
  }
}
END_TEST

/* The first column of x, then the counts: shows what was handed over. */
static double describe(void *payload, const uint32_t *x, const float *x_value, size_t x_count, const uint32_t *y,
                       const float *y_value, size_t y_count) {
  (void)y;
  *(int *)payload += 1;
  return x_count == 1 && y_count == 1
             ? NAN
             : 100 * (double)x[1] + 10 * (double)x_count + (double)(y_value[0] + x_value[0]) + (double)y_count;
}

START_TEST(custom_kernels) {
  recs_kernel *kernel;
  double out;
  int calls = 0;
  ck_ok(recs_kernel_create_custom(&kernel, context, describe, &calls));
  ck_ok(recs_kernel_sparse(&out, kernel, x_columns, x_values, 3, y_columns, y_values, 5, 6));
  ck_assert_double_eq(out, 200 + 30 + 3 + 5);
  ck_ok(recs_kernel_dense(&out, kernel, dense_x, dense_y, 6));
  ck_assert_double_eq(out, 200 + 30 + 3 + 4);
  ck_assert_int_eq(calls, 2);
  ck_fails(recs_kernel_dense(&out, kernel, dense_y + 1, dense_x, 1), RECS_ERROR_USER, "NaN");
  recs_kernel_free(kernel);
  ck_fails(recs_kernel_create_custom(&kernel, context, NULL, NULL), RECS_ERROR_INVALID, "function");
  ck_fails(recs_kernel_create_custom(&kernel, NULL, describe, NULL), RECS_ERROR_INVALID, "context");
  ck_fails(recs_kernel_create_custom(NULL, context, describe, NULL), RECS_ERROR_INVALID, "out");
}
END_TEST

START_TEST(refusals_of_making) {
  static const int32_t wrong[] = {0, -1, 12, 99, RECS_KERNEL_CUSTOM, INT32_MAX, INT32_MIN};
  recs_kernel_options options;
  recs_kernel *kernel = (recs_kernel *)&kernel;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ck_fails(recs_kernel_create(&kernel, context, wrong[i], NULL), RECS_ERROR_INVALID, "kind");
    ck_assert_ptr_null(kernel);
  }
  ck_fails(recs_kernel_create(&kernel, NULL, RECS_KERNEL_DOT, NULL), RECS_ERROR_INVALID, "context");
  ck_fails(recs_kernel_create(NULL, context, RECS_KERNEL_DOT, NULL), RECS_ERROR_INVALID, "out");
  ck_ok(recs_kernel_options_init(&options, sizeof options));
  ck_assert_double_eq(options.k1, 100);
  ck_assert_double_eq(options.b, 0.8);
  ck_assert_double_eq(options.alpha, 0.5);
  options.shrink = -1;
  ck_fails(recs_kernel_create(&kernel, context, RECS_KERNEL_DOT, &options), RECS_ERROR_INVALID, "shrink");
  options.shrink = NAN;
  ck_fails(recs_kernel_create(&kernel, context, RECS_KERNEL_DOT, &options), RECS_ERROR_INVALID, "shrink");
  options.shrink = 0;
  options.zeros = 2;
  ck_fails(recs_kernel_create(&kernel, context, RECS_KERNEL_DOT, &options), RECS_ERROR_INVALID, "zeros");
  options.zeros = 0;
  options.reserved = 1;
  ck_fails(recs_kernel_create(&kernel, context, RECS_KERNEL_DOT, &options), RECS_ERROR_INVALID, "reserved");
  recs_kernel_free(NULL);
}
END_TEST

START_TEST(refusals_of_pairs) {
  static const int32_t learners[] = {RECS_KERNEL_TFIDF, RECS_KERNEL_BM25, RECS_KERNEL_ADJUSTED_COSINE};
  static const uint32_t falling[] = {2, 1}, twice[] = {1, 1};
  static const float bad[] = {1, INFINITY};
  recs_kernel *kernel = make(RECS_KERNEL_COSINE, 0, 0);
  double out = 5;
  ck_fails(recs_kernel_dense(&out, kernel, NULL, dense_y, 6), RECS_ERROR_INVALID, "x");
  ck_assert_double_eq(out, 0);
  ck_fails(recs_kernel_dense(&out, kernel, dense_x, NULL, 6), RECS_ERROR_INVALID, "y");
  ck_fails(recs_kernel_dense(&out, NULL, dense_x, dense_y, 6), RECS_ERROR_INVALID, "kernel");
  ck_fails(recs_kernel_dense(NULL, kernel, dense_x, dense_y, 6), RECS_ERROR_INVALID, "out");
  ck_fails(recs_kernel_dense(&out, kernel, dense_x, bad, 2), RECS_ERROR_NUMERIC, "y[1]");
  ck_fails(recs_kernel_sparse(&out, kernel, falling, x_values, 2, y_columns, y_values, 5, 6), RECS_ERROR_INVALID,
           "ascending");
  ck_fails(recs_kernel_sparse(&out, kernel, twice, x_values, 2, y_columns, y_values, 5, 6), RECS_ERROR_INVALID,
           "ascending");
  ck_fails(recs_kernel_sparse(&out, kernel, x_columns, x_values, 3, y_columns, y_values, 5, 5), RECS_ERROR_INVALID,
           "column 5");
  ck_fails(recs_kernel_sparse(&out, kernel, x_columns, bad, 2, y_columns, y_values, 5, 6), RECS_ERROR_NUMERIC, "x[1]");
  ck_fails(recs_kernel_sparse(&out, kernel, NULL, x_values, 2, y_columns, y_values, 5, 6), RECS_ERROR_INVALID, "x");
  ck_fails(recs_kernel_sparse(&out, kernel, x_columns, NULL, 2, y_columns, y_values, 5, 6), RECS_ERROR_INVALID, "x");
  ck_fails(recs_kernel_sparse(NULL, kernel, x_columns, x_values, 2, y_columns, y_values, 5, 6), RECS_ERROR_INVALID,
           "out");
  ck_fails(recs_kernel_sparse(&out, NULL, x_columns, x_values, 2, y_columns, y_values, 5, 6), RECS_ERROR_INVALID,
           "kernel");
  recs_kernel_free(kernel);
  for (size_t i = 0; i < 3; i++) {
    kernel = make(learners[i], 0, 0);
    ck_fails(recs_kernel_dense(&out, kernel, dense_x, dense_y, 6), RECS_ERROR_UNSUPPORTED, "matrix");
    ck_fails(recs_kernel_sparse(&out, kernel, x_columns, x_values, 3, y_columns, y_values, 5, 6),
             RECS_ERROR_UNSUPPORTED, "matrix");
    recs_kernel_free(kernel);
  }
}
END_TEST

static int32_t use_kernels(recs_context *own, void *payload) {
  recs_kernel *kernel;
  double out;
  int32_t status = recs_kernel_create(&kernel, own, RECS_KERNEL_COSINE, NULL);
  recs_kernel_free(kernel);
  if (status != RECS_OK)
    return status;
  status = recs_kernel_create_custom(&kernel, own, describe, payload);
  if (status == RECS_OK)
    status = recs_kernel_dense(&out, kernel, dense_x, dense_y, 6);
  recs_kernel_free(kernel);
  return status;
}

START_TEST(out_of_memory) {
  int calls = 0;
  recs_test_oom(use_kernels, &calls);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kernel");
  TCase *tcase = tcase_create("kernel");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, values_by_hand);
  tcase_add_test(tcase, nothing_in_common_or_nothing_at_all);
  tcase_add_test(tcase, constant_rows_have_no_correlation);
  tcase_add_test(tcase, a_row_is_like_itself);
  tcase_add_test(tcase, custom_kernels);
  tcase_add_test(tcase, refusals_of_making);
  tcase_add_test(tcase, refusals_of_pairs);
  tcase_add_test(tcase, out_of_memory);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
