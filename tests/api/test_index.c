#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static const int64_t offsets[] = {0, 2, 4, 6, 8, 8};
static const uint32_t columns[] = {0, 1, 0, 1, 1, 2, 0, 2};
static const float values[] = {1, 1, 2, 2, 1, 1, 0, 3};
static const float dense[] = {1, 1, 0, 2, 2, 0, 0, 1, 1, 0, 0, 3, 0, 0, 0};
enum { ROWS = 5, COLUMNS = 3 };

static recs_kernel *make_kernel(int32_t kind) {
  recs_kernel *kernel;
  ck_ok(recs_kernel_create(&kernel, context, kind, NULL));
  return kernel;
}

static recs_index *make_index(const recs_kernel *kernel) {
  recs_matrix *matrix;
  recs_index *index;
  ck_ok(recs_matrix_create(&matrix, context, ROWS, COLUMNS, offsets, columns, values));
  ck_ok(recs_index_create(&index, kernel, matrix));
  recs_matrix_free(matrix);
  ck_assert_uint_eq(recs_index_rows(index), ROWS);
  return index;
}

static void expect_top(const recs_index *index, uint32_t exclude, size_t k, size_t count, const uint32_t *rows,
                       const double *scores) {
  static const uint32_t query_columns[] = {0, 1};
  static const float query[] = {1, 1};
  uint32_t got_rows[ROWS];
  float got_scores[ROWS];
  size_t got = 99;
  ck_ok(recs_index_top(got_rows, got_scores, &got, index, query_columns, query, 2, exclude, k));
  ck_assert_uint_eq(got, count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(got_rows[i], rows[i]);
    ck_assert_float_eq(got_scores[i], (float)scores[i]);
  }
}

START_TEST(sparse_top_by_hand) {
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE);
  recs_index *index = make_index(kernel);
  recs_kernel_free(kernel); /* the index holds it */
  expect_top(index, RECS_NO_ROW, 5, 3, (uint32_t[]){0, 1, 2}, (double[]){1, 1, 0.5});
  expect_top(index, 0, 5, 2, (uint32_t[]){1, 2}, (double[]){1, 0.5});
  expect_top(index, 0, 1, 1, (uint32_t[]){1}, (double[]){1});
  expect_top(index, 0, 0, 0, NULL, NULL);
  expect_top(index, 4000000000u, SIZE_MAX, 3, (uint32_t[]){0, 1, 2}, (double[]){1, 1, 0.5});
  recs_index_free(index);
}
END_TEST

START_TEST(scores_by_hand) {
  static const uint32_t query_columns[] = {0, 1, 2};
  static const float query[] = {1, 1, 0};
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE);
  recs_index *index = make_index(kernel);
  float scores[ROWS];
  ck_ok(recs_index_scores(scores, index, query_columns, query, 3));
  for (uint32_t row = 0; row < ROWS; row++)
    ck_assert_float_eq(scores[row], ((float[]){1, 1, 0.5F, 0, 0})[row]);
  ck_ok(recs_index_scores(scores, index, NULL, NULL, 0));
  for (uint32_t row = 0; row < ROWS; row++)
    ck_assert_float_eq(scores[row], 0);
  ck_ok(recs_index_scores_dense(scores, index, query, 3)); /* sparse rows answer dense queries too */
  ck_assert_float_eq(scores[2], 0.5F);
  recs_index_free(index);
  recs_kernel_free(kernel);
}
END_TEST

/* Every kernel: dense and sparse rows of the same values give the same scores, and top is what scores say. */
START_TEST(dense_rows_are_sparse_rows) {
  static const float query[] = {1, 0, 2};
  for (int32_t kind = RECS_KERNEL_COSINE; kind <= RECS_KERNEL_TFIDF; kind++) {
    recs_kernel *kernel = make_kernel(kind);
    recs_index *sparse = make_index(kernel), *index;
    float a[ROWS], b[ROWS], top[ROWS];
    uint32_t rows[ROWS];
    size_t count;
    ck_ok(recs_index_create_dense(&index, kernel, dense, ROWS, COLUMNS));
    ck_assert_uint_eq(recs_index_rows(index), ROWS);
    ck_ok(recs_index_scores_dense(a, index, query, COLUMNS));
    ck_ok(recs_index_scores_dense(b, sparse, query, COLUMNS));
    ck_ok(recs_index_top_dense(rows, top, &count, index, query, COLUMNS, RECS_NO_ROW, ROWS));
    ck_assert_uint_eq(count, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
      ck_assert_float_eq_tol(a[i], b[i], 1e-6F);
      ck_assert_float_eq(top[i], a[rows[i]]);
      ck_assert(i == 0 || top[i - 1] > top[i] || (top[i - 1] == top[i] && rows[i - 1] < rows[i]));
    }
    ck_ok(recs_index_top_dense(rows, top, &count, index, query, COLUMNS, rows[0], 2));
    ck_assert_uint_eq(count, 2);
    ck_ok(recs_index_top_dense(NULL, NULL, &count, index, query, COLUMNS, 0, 0));
    ck_assert_uint_eq(count, 0);
    recs_index_free(index);
    recs_index_free(sparse);
    recs_kernel_free(kernel);
  }
}
END_TEST

static double ask(void *payload, const uint32_t *x, const float *x_value, size_t x_count, const uint32_t *y,
                  const float *y_value, size_t y_count) {
  (void)x;
  (void)x_value;
  (void)y;
  (void)y_value;
  return payload != NULL ? NAN : y_count == 0 ? -1 : (double)(10 * x_count + y_count);
}

START_TEST(custom_kernels) {
  static const float query[] = {1, 1, 0};
  recs_kernel *kernel;
  recs_index *index;
  float scores[ROWS];
  int bad = 1;
  ck_ok(recs_kernel_create_custom(&kernel, context, ask, NULL));
  index = make_index(kernel);
  expect_top(index, 1, 5, 2, (uint32_t[]){0, 2}, (double[]){22, 22}); /* row 3 has a zero in column 0: nothing shared */
  ck_ok(recs_index_scores_dense(scores, index, query, 3));
  ck_assert_float_eq(scores[4], -1);
  recs_index_free(index);
  recs_kernel_free(kernel);
  ck_ok(recs_kernel_create_custom(&kernel, context, ask, &bad));
  index = make_index(kernel);
  ck_fails(recs_index_scores(scores, index, columns, values, 2), RECS_ERROR_USER, "NaN");
  recs_index_free(index);
  recs_kernel_free(kernel);
}
END_TEST

/* A query equal to a row scores as the row's neighbours do, bit for bit. */
START_TEST(queries_agree_with_graphs) {
  enum { MANY = 200, WIDE = 24 };
  static float table[MANY * WIDE];
  for (uint32_t i = 0; i < MANY * WIDE; i++)
    table[i] = (i * 2654435761u) >> 28 < 11 ? 0 : (float)((i * 40503u) >> 3 & 15) + 0.37F;
  for (int32_t kind = RECS_KERNEL_COSINE; kind <= RECS_KERNEL_TFIDF; kind++) {
    recs_kernel *kernel = make_kernel(kind);
    recs_index *index;
    recs_neighbors *neighbors;
    ck_ok(recs_index_create_dense(&index, kernel, table, MANY, WIDE));
    ck_ok(recs_neighbors_build_dense(&neighbors, kernel, table, MANY, WIDE, NULL, NULL, NULL));
    for (uint32_t row = 0; row < MANY; row++) {
      float scores[MANY];
      const uint32_t *ids;
      const float *similar;
      size_t count;
      ck_ok(recs_index_scores_dense(scores, index, table + row * WIDE, WIDE));
      ck_ok(recs_neighbors_row(&ids, &similar, &count, neighbors, row));
      for (size_t i = 0; i < count; i++)
        ck_assert_float_eq(similar[i], scores[ids[i]]);
    }
    recs_neighbors_free(neighbors);
    recs_index_free(index);
    recs_kernel_free(kernel);
  }
}
END_TEST

START_TEST(refusals) {
  static const uint32_t falling[] = {2, 1}, far[] = {3};
  static const float bad[] = {NAN, 1, 1}, minus[] = {-1, 1};
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE), *tfidf = make_kernel(RECS_KERNEL_TFIDF);
  recs_index *index = make_index(kernel), *sparse = make_index(tfidf), *none = index;
  uint32_t rows[ROWS];
  float scores[ROWS];
  size_t count = 7;
  ck_fails(recs_index_create(&none, NULL, NULL), RECS_ERROR_INVALID, "kernel");
  ck_assert_ptr_null(none);
  ck_fails(recs_index_create(&none, kernel, NULL), RECS_ERROR_INVALID, "matrix");
  ck_fails(recs_index_create(NULL, kernel, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_index_create_dense(&none, kernel, NULL, 2, 2), RECS_ERROR_INVALID, "values");
  ck_fails(recs_index_create_dense(&none, kernel, bad, 3, 1), RECS_ERROR_NUMERIC, "row 0, column 0");
  ck_fails(recs_index_create_dense(&none, NULL, bad, 3, 1), RECS_ERROR_INVALID, "kernel");
  ck_fails(recs_index_create_dense(NULL, kernel, bad, 3, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_index_top(rows, scores, &count, index, falling, values, 2, 0, 3), RECS_ERROR_INVALID, "ascending");
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_index_top(rows, scores, &count, index, far, values, 1, 0, 3), RECS_ERROR_INVALID, "column 3");
  ck_fails(recs_index_top(rows, scores, &count, index, columns, bad, 2, 0, 3), RECS_ERROR_NUMERIC, "nan");
  ck_fails(recs_index_top(rows, scores, &count, index, NULL, values, 2, 0, 3), RECS_ERROR_INVALID, "query");
  ck_fails(recs_index_top(NULL, scores, &count, index, columns, values, 2, 0, 3), RECS_ERROR_INVALID, "out_rows");
  ck_fails(recs_index_top(rows, NULL, &count, index, columns, values, 2, 0, 3), RECS_ERROR_INVALID, "out_scores");
  ck_fails(recs_index_top(rows, scores, NULL, index, columns, values, 2, 0, 3), RECS_ERROR_INVALID, "out_count");
  ck_fails(recs_index_top(rows, scores, &count, NULL, columns, values, 2, 0, 3), RECS_ERROR_INVALID, "index");
  ck_fails(recs_index_top(rows, scores, &count, sparse, columns, minus, 2, 0, 3), RECS_ERROR_NUMERIC, "negative");
  ck_fails(recs_index_scores(NULL, index, columns, values, 2), RECS_ERROR_INVALID, "out");
  ck_fails(recs_index_scores(scores, NULL, columns, values, 2), RECS_ERROR_INVALID, "index");
  ck_fails(recs_index_scores_dense(scores, index, dense, 2), RECS_ERROR_INVALID, "dimension 2");
  ck_fails(recs_index_scores_dense(scores, index, bad, 3), RECS_ERROR_NUMERIC, "column 0");
  ck_fails(recs_index_scores_dense(scores, index, NULL, 3), RECS_ERROR_INVALID, "query");
  ck_fails(recs_index_scores_dense(scores, NULL, bad, 3), RECS_ERROR_INVALID, "index");
  ck_fails(recs_index_top_dense(rows, scores, &count, index, dense, 4, 0, 1), RECS_ERROR_INVALID, "dimension 4");
  ck_fails(recs_index_top_dense(rows, scores, &count, NULL, dense, 3, 0, 1), RECS_ERROR_INVALID, "index");
  ck_fails(recs_index_top_dense(NULL, scores, &count, index, dense, 3, 0, 1), RECS_ERROR_INVALID, "out_rows");
  recs_index_free(index);
  ck_ok(recs_index_create_dense(&index, kernel, dense, ROWS, COLUMNS));
  ck_fails(recs_index_top(rows, scores, &count, index, columns, values, 2, 0, 3), RECS_ERROR_UNSUPPORTED, "dense");
  ck_fails(recs_index_scores(scores, index, columns, values, 2), RECS_ERROR_UNSUPPORTED, "dense");
  recs_index_free(index);
  recs_index_free(sparse);
  recs_index_free(NULL);
  ck_assert_uint_eq(recs_index_rows(NULL), 0);
  recs_kernel_free(kernel);
  recs_kernel_free(tfidf);
}
END_TEST

static int32_t ask_all(const recs_index *index) {
  uint32_t rows[ROWS];
  float scores[ROWS];
  size_t count;
  int32_t status = recs_index_scores_dense(scores, index, dense, COLUMNS);
  if (status == RECS_OK)
    status = recs_index_top_dense(rows, scores, &count, index, dense, COLUMNS, 0, ROWS);
  return status;
}

static int32_t use_indexes(recs_context *own, void *payload) {
  recs_kernel *kernel = NULL;
  recs_matrix *matrix = NULL;
  recs_index *index = NULL, *other = NULL;
  uint32_t rows[ROWS];
  float scores[ROWS];
  size_t count;
  int32_t status = recs_kernel_create(&kernel, own, *(const int32_t *)payload, NULL);
  if (status == RECS_OK)
    status = recs_matrix_create(&matrix, own, ROWS, COLUMNS, offsets, columns, values);
  if (status == RECS_OK)
    status = recs_index_create(&index, kernel, matrix);
  if (status == RECS_OK)
    status = recs_index_top(rows, scores, &count, index, columns, values, 2, 0, ROWS);
  if (status == RECS_OK)
    status = ask_all(index);
  if (status == RECS_OK)
    status = recs_index_create_dense(&other, kernel, dense, ROWS, COLUMNS);
  if (status == RECS_OK)
    status = ask_all(other);
  recs_index_free(index);
  recs_index_free(other);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  return status;
}

START_TEST(out_of_memory) {
  static int32_t kinds[] = {RECS_KERNEL_COSINE, RECS_KERNEL_ADJUSTED_COSINE};
  for (size_t i = 0; i < 2; i++)
    recs_test_oom(use_indexes, &kinds[i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("index");
  TCase *tcase = tcase_create("index");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, sparse_top_by_hand);
  tcase_add_test(tcase, scores_by_hand);
  tcase_add_test(tcase, dense_rows_are_sparse_rows);
  tcase_add_test(tcase, custom_kernels);
  tcase_add_test(tcase, queries_agree_with_graphs);
  tcase_add_test(tcase, refusals);
  tcase_add_test(tcase, out_of_memory);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
