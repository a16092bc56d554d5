#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* Row 0 and 1 are alike, 2 shares one column with them and one with 3, 4 is empty; row 3 has an explicit zero. */
static const int64_t offsets[] = {0, 2, 4, 6, 8, 8};
static const uint32_t columns[] = {0, 1, 0, 1, 1, 2, 0, 2};
static const float values[] = {1, 1, 2, 2, 1, 1, 0, 3};
enum { ROWS = 5, COLUMNS = 3 };

static recs_matrix *make_matrix(recs_context *own) {
  recs_matrix *matrix;
  ck_ok(recs_matrix_create(&matrix, own, ROWS, COLUMNS, offsets, columns, values));
  return matrix;
}

static recs_kernel *make_kernel(int32_t kind) {
  recs_kernel *kernel;
  ck_ok(recs_kernel_create(&kernel, context, kind, NULL));
  return kernel;
}

static recs_neighbors *build(const recs_kernel *kernel, uint32_t k, double minimum) {
  recs_neighbors_options options;
  recs_matrix *matrix = make_matrix(context);
  recs_neighbors *neighbors;
  ck_ok(recs_neighbors_options_init(&options, sizeof options));
  options.k = k;
  options.minimum = minimum;
  ck_ok(recs_neighbors_build(&neighbors, kernel, matrix, &options, NULL, NULL));
  recs_matrix_free(matrix);
  ck_assert_uint_eq(recs_neighbors_rows(neighbors), ROWS);
  return neighbors;
}

static void expect(const recs_neighbors *neighbors, uint32_t row, size_t count, const uint32_t *ids,
                   const double *scores) {
  const uint32_t *got_ids;
  const float *got_scores;
  size_t got;
  ck_ok(recs_neighbors_row(&got_ids, &got_scores, &got, neighbors, row));
  ck_assert_uint_eq(got, count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(got_ids[i], ids[i]);
    ck_assert_float_eq(got_scores[i], (float)scores[i]);
  }
}

START_TEST(values_by_hand) {
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE);
  recs_neighbors *neighbors = build(kernel, 50, 0);
  expect(neighbors, 0, 2, (uint32_t[]){1, 2}, (double[]){1, 0.5});
  expect(neighbors, 1, 2, (uint32_t[]){0, 2}, (double[]){1, 0.5});
  expect(neighbors, 2, 3, (uint32_t[]){3, 0, 1}, (double[]){sqrt(0.5), 0.5, 0.5});
  expect(neighbors, 3, 1, (uint32_t[]){2}, (double[]){sqrt(0.5)});
  expect(neighbors, 4, 0, NULL, NULL);
  recs_neighbors_free(neighbors);
  recs_kernel_free(kernel);
}
END_TEST

START_TEST(k_and_minimum) {
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE);
  recs_neighbors *neighbors = build(kernel, 1, 0);
  expect(neighbors, 2, 1, (uint32_t[]){3}, (double[]){sqrt(0.5)});
  recs_neighbors_free(neighbors);
  neighbors = build(kernel, 50, 0.5); /* exactly the minimum is left out */
  expect(neighbors, 0, 1, (uint32_t[]){1}, (double[]){1});
  expect(neighbors, 2, 1, (uint32_t[]){3}, (double[]){sqrt(0.5)});
  recs_neighbors_free(neighbors);
  neighbors = build(kernel, 2, -0.1); /* rows that share nothing have 0, which is more */
  expect(neighbors, 3, 2, (uint32_t[]){2, 0}, (double[]){sqrt(0.5), 0});
  expect(neighbors, 4, 2, (uint32_t[]){0, 1}, (double[]){0, 0});
  recs_neighbors_free(neighbors);
  recs_kernel_free(kernel);
}
END_TEST

START_TEST(rows_apart_have_a_distance) {
  recs_kernel *kernel = make_kernel(RECS_KERNEL_EUCLIDEAN);
  recs_neighbors *neighbors = build(kernel, 2, 0);
  expect(neighbors, 4, 2, (uint32_t[]){0, 2}, (double[]){1 / (1 + sqrt(2)), 1 / (1 + sqrt(2))});
  recs_neighbors_free(neighbors);
  recs_kernel_free(kernel);
}
END_TEST

typedef struct asked {
  int calls;
  double bad_from;
} asked;

/* The difference of the counts, so that order matters; later NaN. */
static double ask(void *payload, const uint32_t *x, const float *x_value, size_t x_count, const uint32_t *y,
                  const float *y_value, size_t y_count) {
  asked *told = payload;
  (void)x;
  (void)x_value;
  (void)y;
  (void)y_value;
  told->calls += 1;
  return told->calls > told->bad_from ? NAN : (double)x_count - (double)y_count;
}

START_TEST(custom_kernels) {
  asked told = {0, 1e9};
  recs_kernel *kernel;
  recs_matrix *matrix = make_matrix(context);
  recs_neighbors *neighbors;
  ck_ok(recs_kernel_create_custom(&kernel, context, ask, &told));
  neighbors = build(kernel, 50, 0);
  ck_assert_int_eq(told.calls, ROWS * (ROWS - 1));
  expect(neighbors, 0, 1, (uint32_t[]){4}, (double[]){2});
  expect(neighbors, 4, 0, NULL, NULL);
  recs_neighbors_free(neighbors);
  told = (asked){0, 3};
  ck_fails(recs_neighbors_build(&neighbors, kernel, matrix, NULL, NULL, NULL), RECS_ERROR_USER, "NaN");
  ck_assert_ptr_null(neighbors);
  ck_assert_int_eq(told.calls, 4);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
}
END_TEST

/* A larger matrix without a library's help: row r has column c where a hash says so. */
enum { MANY = 900, WIDE = 120 };

static recs_matrix *make_large(recs_context *own, int ones) {
  static int64_t begins[MANY + 1];
  static uint32_t ids[MANY * WIDE];
  static float weights[MANY * WIDE];
  recs_matrix *matrix;
  int64_t count = 0;
  for (uint32_t row = 0; row < MANY; row++) {
    for (uint32_t column = 0; column < WIDE; column++) {
      uint32_t hash = (row * 2654435761u) ^ (column * 40503u);
      hash = (hash ^ hash >> 15) * 2246822519u;
      if (hash >> 20 >= 40u + 4096u / (8 + column))
        continue;
      ids[count] = column;
      weights[count++] = ones ? 1 : (float)(hash % 7) - 2.5F;
    }
    begins[row + 1] = count;
  }
  ck_ok(recs_matrix_create(&matrix, own, MANY, WIDE, begins, ids, weights));
  return matrix;
}

static void same_graphs(const recs_neighbors *a, const recs_neighbors *b) {
  for (uint32_t row = 0; row < recs_neighbors_rows(a); row++) {
    const uint32_t *a_ids, *b_ids;
    const float *a_scores, *b_scores;
    size_t a_count, b_count;
    ck_ok(recs_neighbors_row(&a_ids, &a_scores, &a_count, a, row));
    ck_ok(recs_neighbors_row(&b_ids, &b_scores, &b_count, b, row));
    ck_assert_uint_eq(a_count, b_count);
    ck_assert_mem_eq(a_ids, b_ids, a_count * sizeof *a_ids);
    ck_assert_mem_eq(a_scores, b_scores, a_count * sizeof *a_scores);
  }
}

static recs_neighbors *build_large(int32_t kind, int ones, uint32_t threads, uint32_t mask) {
  recs_context *own = recs_test_threads(threads, mask);
  recs_matrix *matrix = make_large(own, ones);
  recs_neighbors *neighbors;
  recs_kernel *kernel;
  ck_ok(recs_kernel_create(&kernel, own, kind, NULL));
  ck_ok(recs_neighbors_build(&neighbors, kernel, matrix, NULL, NULL, NULL));
  recs_kernel_free(kernel);
  recs_matrix_free(matrix);
  recs_context_free(own);
  return neighbors;
}

START_TEST(same_bits_for_any_threads_and_instructions) {
  static const int32_t kinds[] = {RECS_KERNEL_COSINE, RECS_KERNEL_JACCARD, RECS_KERNEL_PEARSON, RECS_KERNEL_EUCLIDEAN};
  for (size_t i = 0; i < 8; i++) {
    recs_neighbors *one = build_large(kinds[i / 2], i % 2 == 0, 1, RECS_CPU_NONE);
    recs_neighbors *two = build_large(kinds[i / 2], i % 2 == 0, 2, RECS_CPU_AVX2);
    recs_neighbors *eight = build_large(kinds[i / 2], i % 2 == 0, 8, UINT32_MAX);
    same_graphs(one, two);
    same_graphs(one, eight);
    recs_neighbors_free(one);
    recs_neighbors_free(two);
    recs_neighbors_free(eight);
  }
}
END_TEST

/* More equal rows than anyone keeps in mind: those with the lowest numbers are the neighbours. */
START_TEST(many_equal_rows) {
  enum { EQUAL = 500 };
  static int64_t begins[EQUAL + 1];
  static uint32_t ids[EQUAL];
  static float weights[EQUAL];
  for (uint32_t groups = 1; groups <= 5; groups += 4) {
    for (int32_t kind = RECS_KERNEL_COSINE; kind <= RECS_KERNEL_JACCARD; kind++) {
      recs_kernel *kernel = make_kernel(kind);
      recs_neighbors_options options;
      recs_neighbors *neighbors;
      recs_matrix *matrix;
      for (uint32_t row = 0; row < EQUAL; row++) {
        begins[row + 1] = row + 1;
        ids[row] = row % groups;
        weights[row] = 3;
      }
      ck_ok(recs_neighbors_options_init(&options, sizeof options));
      options.k = 2;
      ck_ok(recs_matrix_create(&matrix, context, EQUAL, groups, begins, ids, weights));
      ck_ok(recs_neighbors_build(&neighbors, kernel, matrix, &options, NULL, NULL));
      for (uint32_t row = 0; row < EQUAL; row++) {
        uint32_t first = row % groups, own = row / groups;
        double score = kind == RECS_KERNEL_DOT ? 9 : 1;
        uint32_t expected[] = {own == 0 ? first + groups : first, own <= 1 ? first + 2 * groups : first + groups};
        expect(neighbors, row, 2, expected, (double[]){score, score});
      }
      recs_neighbors_free(neighbors);
      recs_matrix_free(matrix);
      recs_kernel_free(kernel);
    }
  }
}
END_TEST

static int32_t stop_midway(void *payload, double fraction) {
  *(double *)payload = fraction;
  return fraction > 0.4;
}

START_TEST(progress_and_cancel) {
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE);
  recs_matrix *matrix = make_large(context, 1);
  recs_neighbors *neighbors = (recs_neighbors *)&neighbors;
  double last = 0;
  ck_fails(recs_neighbors_build(&neighbors, kernel, matrix, NULL, stop_midway, &last), RECS_ERROR_CANCELLED, "");
  ck_assert_ptr_null(neighbors);
  ck_assert_double_gt(last, 0.4);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
}
END_TEST

START_TEST(refusals) {
  static const float huge[] = {3e38F, 3e38F, 3e38F, 3e38F}, bad[] = {1, NAN};
  recs_kernel *kernel = make_kernel(RECS_KERNEL_COSINE), *dot = make_kernel(RECS_KERNEL_DOT),
              *bm25 = make_kernel(RECS_KERNEL_BM25);
  recs_matrix *matrix = make_matrix(context), *signs = make_large(context, 0);
  recs_neighbors_options options;
  recs_neighbors *neighbors = (recs_neighbors *)&neighbors;
  const uint32_t *ids;
  const float *scores;
  size_t count;
  ck_ok(recs_neighbors_options_init(&options, sizeof options));
  ck_assert_uint_eq(options.k, 50);
  ck_fails(recs_neighbors_build(&neighbors, NULL, matrix, NULL, NULL, NULL), RECS_ERROR_INVALID, "kernel");
  ck_assert_ptr_null(neighbors);
  ck_fails(recs_neighbors_build(&neighbors, kernel, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "matrix");
  ck_fails(recs_neighbors_build(NULL, kernel, matrix, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  options.k = 0;
  ck_fails(recs_neighbors_build(&neighbors, kernel, matrix, &options, NULL, NULL), RECS_ERROR_INVALID, "k");
  options.k = 65537;
  ck_fails(recs_neighbors_build(&neighbors, kernel, matrix, &options, NULL, NULL), RECS_ERROR_INVALID, "k");
  options.k = 65536;
  options.minimum = NAN;
  ck_fails(recs_neighbors_build(&neighbors, kernel, matrix, &options, NULL, NULL), RECS_ERROR_INVALID, "minimum");
  options.minimum = 0;
  ck_ok(recs_neighbors_build(&neighbors, kernel, matrix, &options, NULL, NULL));
  ck_fails(recs_neighbors_row(&ids, &scores, &count, neighbors, ROWS), RECS_ERROR_INVALID, "row 5");
  ck_assert_ptr_null(ids);
  ck_fails(recs_neighbors_row(&ids, &scores, NULL, neighbors, 0), RECS_ERROR_INVALID, "count");
  ck_fails(recs_neighbors_row(&ids, &scores, &count, NULL, 0), RECS_ERROR_INVALID, "neighbors");
  ck_ok(recs_neighbors_row(NULL, NULL, &count, neighbors, 0));
  recs_neighbors_free(neighbors);
  ck_fails(recs_neighbors_build(&neighbors, bm25, signs, NULL, NULL, NULL), RECS_ERROR_NUMERIC, "negative");
  ck_fails(recs_neighbors_build_dense(&neighbors, dot, huge, 2, 2, NULL, NULL, NULL), RECS_ERROR_NUMERIC, "too large");
  ck_fails(recs_neighbors_build_dense(&neighbors, dot, bad, 2, 1, NULL, NULL, NULL), RECS_ERROR_NUMERIC,
           "row 1, column 0");
  ck_fails(recs_neighbors_build_dense(&neighbors, dot, NULL, 2, 1, NULL, NULL, NULL), RECS_ERROR_INVALID, "values");
  ck_fails(recs_neighbors_build_dense(&neighbors, NULL, bad, 2, 1, NULL, NULL, NULL), RECS_ERROR_INVALID, "kernel");
  ck_fails(recs_neighbors_build_dense(NULL, dot, bad, 2, 1, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_assert_uint_eq(recs_neighbors_rows(NULL), 0);
  recs_neighbors_free(NULL);
  recs_matrix_free(matrix);
  recs_matrix_free(signs);
  recs_kernel_free(kernel);
  recs_kernel_free(dot);
  recs_kernel_free(bm25);
}
END_TEST

START_TEST(nothing_to_compare) {
  static const int64_t none[] = {0, 0};
  static const float one[] = {1};
  for (int32_t kind = RECS_KERNEL_COSINE; kind <= RECS_KERNEL_TFIDF; kind++) {
    recs_kernel *kernel = make_kernel(kind);
    recs_neighbors *neighbors;
    for (uint32_t rows = 0; rows < 2; rows++) {
      recs_matrix *matrix;
      ck_ok(recs_matrix_create(&matrix, context, rows, 0, none, NULL, NULL));
      ck_ok(recs_neighbors_build(&neighbors, kernel, matrix, NULL, NULL, NULL));
      ck_assert_uint_eq(recs_neighbors_rows(neighbors), rows);
      recs_neighbors_free(neighbors);
      recs_matrix_free(matrix);
      ck_ok(recs_neighbors_build_dense(&neighbors, kernel, one, rows, 1, NULL, NULL, NULL));
      ck_assert_uint_eq(recs_neighbors_rows(neighbors), rows);
      recs_neighbors_free(neighbors);
      ck_ok(recs_neighbors_build_dense(&neighbors, kernel, NULL, rows, 0, NULL, NULL, NULL));
      recs_neighbors_free(neighbors);
    }
    recs_kernel_free(kernel);
  }
}
END_TEST

static int32_t build_both(recs_context *own, void *payload) {
  static const float dense[] = {1, 2, 3, 4, 5, 6, 7, 8};
  recs_kernel *kernel = NULL;
  recs_matrix *matrix = NULL;
  recs_neighbors *sparse = NULL, *other = NULL;
  int32_t status = recs_kernel_create(&kernel, own, *(const int32_t *)payload, NULL);
  if (status == RECS_OK)
    status = recs_matrix_create(&matrix, own, ROWS, COLUMNS, offsets, columns, values);
  if (status == RECS_OK)
    status = recs_neighbors_build(&sparse, kernel, matrix, NULL, NULL, NULL);
  if (status == RECS_OK)
    status = recs_neighbors_build_dense(&other, kernel, dense, 4, 2, NULL, NULL, NULL);
  recs_neighbors_free(sparse);
  recs_neighbors_free(other);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  return status;
}

START_TEST(out_of_memory) {
  static int32_t kinds[] = {RECS_KERNEL_COSINE, RECS_KERNEL_ADJUSTED_COSINE, RECS_KERNEL_BM25};
  for (size_t i = 0; i < 3; i++)
    recs_test_oom(build_both, &kinds[i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("neighbors");
  TCase *tcase = tcase_create("neighbors");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, values_by_hand);
  tcase_add_test(tcase, k_and_minimum);
  tcase_add_test(tcase, rows_apart_have_a_distance);
  tcase_add_test(tcase, custom_kernels);
  tcase_add_test(tcase, same_bits_for_any_threads_and_instructions);
  tcase_add_test(tcase, many_equal_rows);
  tcase_add_test(tcase, progress_and_cancel);
  tcase_add_test(tcase, refusals);
  tcase_add_test(tcase, nothing_to_compare);
  tcase_add_test(tcase, out_of_memory);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
