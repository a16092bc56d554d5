/* k-means over sparse rows: the answer of dense ones. */
#include "support/support.h"

enum { ROWS = 900, COLUMNS = 40, CLUSTERS = 7 };

static recs_context *context;
static float values[ROWS * COLUMNS]; /* the same, dense */
static recs_matrix *matrix;

/* Rows of a few entries around one of 11 columns; every 97th has none unless `full`. */
static recs_matrix *make(recs_context *own, int full) {
  static int64_t offsets[ROWS + 1];
  static uint32_t columns[ROWS * 6];
  static float entries[ROWS * 6];
  recs_matrix *made;
  uint32_t seed = 5;
  size_t count = 0;
  memset(values, 0, sizeof values);
  for (uint32_t row = 0; row < ROWS; row++) {
    uint32_t some = row % 97 == 0 && !full ? 0 : 1 + row % 5;
    offsets[row] = (int64_t)count;
    for (uint32_t i = 0; i < some; i++) {
      seed = seed * 1664525u + 1013904223u;
      columns[count] = (row % 11 * 3 + i + (seed >> 31)) % COLUMNS;
      entries[count] = 0.5f + (float)(seed >> 16 & 1023) / 1024;
      values[row * COLUMNS + columns[count]] += entries[count];
      count += 1;
    }
  }
  offsets[ROWS] = (int64_t)count;
  ck_ok(recs_matrix_create(&made, own, ROWS, COLUMNS, offsets, columns, entries));
  return made;
}

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  matrix = make(context, 1);
}

static void teardown(void) {
  recs_matrix_free(matrix);
  recs_context_free(context);
}

static recs_kmeans_options options_of(uint32_t clusters) {
  recs_kmeans_options options;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  options.clusters = clusters;
  options.starts = 1;
  return options;
}

static recs_kmeans *fit(const recs_matrix *rows, const recs_kmeans_options *options) {
  recs_kmeans *kmeans;
  ck_ok(recs_kmeans_fit_matrix(&kmeans, rows, options, NULL, NULL));
  return kmeans;
}

START_TEST(as_dense_rows) {
  float weights[ROWS];
  for (size_t row = 0; row < ROWS; row++)
    weights[row] = (float)(row % 3) / 2;
  for (int variant = 0; variant < 4; variant++) {
    recs_kmeans_options options = options_of(CLUSTERS);
    recs_kmeans *sparse, *dense;
    uint32_t labels[ROWS], again[ROWS];
    float distances[ROWS];
    double sum = 0;
    options.centers = values + 10 * COLUMNS;
    options.tolerance = 0;
    options.distance = variant % 2 == 0 ? RECS_DISTANCE_EUCLIDEAN : RECS_DISTANCE_COSINE;
    options.weights = variant < 2 ? NULL : weights;
    sparse = fit(matrix, &options);
    ck_ok(recs_kmeans_fit(&dense, context, values, ROWS, COLUMNS, &options, NULL, NULL));
    ck_assert_double_eq_tol(recs_kmeans_inertia(sparse), recs_kmeans_inertia(dense), 1e-5 * recs_kmeans_inertia(dense));
    for (uint32_t i = 0; i < CLUSTERS * COLUMNS; i++)
      ck_assert_float_eq_tol(recs_kmeans_centers(sparse)[i], recs_kmeans_centers(dense)[i], 1e-5f);
    ck_assert_mem_eq(recs_kmeans_sizes(sparse), recs_kmeans_sizes(dense), CLUSTERS * sizeof(uint64_t));
    ck_ok(recs_kmeans_predict_matrix(labels, distances, sparse, matrix));
    ck_assert_mem_eq(labels, recs_kmeans_labels(sparse), sizeof labels);
    ck_ok(recs_kmeans_predict_matrix(again, NULL, dense, matrix));
    ck_assert_mem_eq(labels, again, sizeof labels);
    ck_ok(recs_kmeans_predict(again, NULL, sparse, values, ROWS));
    ck_assert_mem_eq(labels, again, sizeof labels);
    for (size_t row = 0; row < ROWS; row++)
      sum += (double)distances[row] * (variant < 2 ? 1 : (double)weights[row]);
    ck_assert_double_eq_tol(sum, recs_kmeans_inertia(sparse), 1e-4 * sum);
    recs_kmeans_free(sparse);
    recs_kmeans_free(dense);
  }
}
END_TEST

START_TEST(same_bits) {
  static const uint32_t masks[] = {RECS_CPU_AVX2, UINT32_MAX};
  for (int32_t seeding = RECS_SEEDING_PLUSPLUS; seeding <= RECS_SEEDING_RANDOM; seeding++) {
    recs_context *one = recs_test_threads(1, RECS_CPU_NONE);
    recs_matrix *rows = make(one, 0);
    recs_kmeans_options options = options_of(CLUSTERS);
    recs_kmeans *first, *other;
    options.seeding = seeding;
    options.seeding_rows = 300;
    options.max_iterations = 5;
    first = fit(rows, &options);
    for (uint32_t i = 0; i < 2; i++) {
      recs_context *own = recs_test_threads(i + 2, masks[i]);
      recs_matrix *same = make(own, 0);
      other = fit(same, &options);
      ck_assert_mem_eq(recs_kmeans_centers(first), recs_kmeans_centers(other), CLUSTERS * COLUMNS * sizeof(float));
      ck_assert_mem_eq(recs_kmeans_labels(first), recs_kmeans_labels(other), ROWS * sizeof(uint32_t));
      ck_assert_double_eq(recs_kmeans_inertia(first), recs_kmeans_inertia(other));
      recs_kmeans_free(other);
      recs_matrix_free(same);
      recs_context_free(own);
    }
    recs_kmeans_free(first);
    recs_matrix_free(rows);
    recs_context_free(one);
  }
}
END_TEST

/* Centres far from all rows get none: they take rows, and each cluster ends with some. */
START_TEST(empty_clusters_are_refilled) {
  recs_kmeans_options options = options_of(4);
  float centers[4 * COLUMNS] = {1};
  recs_kmeans *kmeans;
  for (uint32_t i = COLUMNS; i < 4 * COLUMNS; i++)
    centers[i] = 100;
  options.centers = centers;
  kmeans = fit(matrix, &options);
  for (uint32_t c = 0; c < 4; c++)
    ck_assert_uint_ge(recs_kmeans_sizes(kmeans)[c], 1);
  recs_kmeans_free(kmeans);
}
END_TEST

START_TEST(refusals) {
  static const int64_t offsets[] = {0, 1, 1};
  static const uint32_t column[] = {1};
  static const float value[] = {3e18f};
  recs_kmeans_options options = options_of(2);
  recs_kmeans *kmeans = (recs_kmeans *)&kmeans;
  recs_matrix *wrong;
  uint32_t labels[2];
  ck_fails(recs_kmeans_fit_matrix(NULL, matrix, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_kmeans_fit_matrix(&kmeans, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "matrix");
  ck_assert_ptr_null(kmeans);
  options.seeding = RECS_SEEDING_PARALLEL;
  ck_fails(recs_kmeans_fit_matrix(&kmeans, matrix, &options, NULL, NULL), RECS_ERROR_UNSUPPORTED, "seeding is parallel");
  ck_ok(recs_matrix_create(&wrong, context, 2, 2, offsets, column, value));
  options = options_of(3);
  ck_fails(recs_kmeans_fit_matrix(&kmeans, wrong, &options, NULL, NULL), RECS_ERROR_INVALID, "clusters is 3, but there are 2 rows");
  options = options_of(1);
  ck_fails(recs_kmeans_fit_matrix(&kmeans, wrong, &options, NULL, NULL), RECS_ERROR_NUMERIC, "row 0, column 1 is 3e+18");
  recs_matrix_free(wrong);
  ck_ok(recs_matrix_create(&wrong, context, 2, 2, offsets, column, NULL));
  options.distance = RECS_DISTANCE_COSINE;
  ck_fails(recs_kmeans_fit_matrix(&kmeans, wrong, &options, NULL, NULL), RECS_ERROR_NUMERIC, "row 1 is all zeros");
  kmeans = fit(matrix, &options);
  ck_fails(recs_kmeans_predict_matrix(labels, NULL, kmeans, wrong), RECS_ERROR_INVALID, "the matrix has 2 columns, the clustering 40");
  ck_fails(recs_kmeans_predict_matrix(NULL, NULL, kmeans, matrix), RECS_ERROR_INVALID, "out_labels");
  ck_fails(recs_kmeans_predict_matrix(labels, NULL, NULL, matrix), RECS_ERROR_INVALID, "kmeans");
  ck_fails(recs_kmeans_predict_matrix(labels, NULL, kmeans, NULL), RECS_ERROR_INVALID, "matrix");
  recs_kmeans_free(kmeans);
  recs_matrix_free(wrong);
  ck_ok(recs_matrix_create(&wrong, context, 0, 0, offsets, NULL, NULL));
  ck_fails(recs_kmeans_fit_matrix(&kmeans, wrong, &options, NULL, NULL), RECS_ERROR_INVALID, "0 rows of 0 columns");
  recs_matrix_free(wrong);
}
END_TEST

static int32_t fit_and_predict(recs_context *heap, void *payload) {
  static const int64_t offsets[] = {0, 1, 3, 4, 5};
  static const uint32_t columns[] = {0, 0, 1, 2, 1};
  recs_kmeans_options options = options_of(2);
  const float *centers = payload;
  recs_matrix *rows = NULL;
  recs_kmeans *kmeans = NULL;
  uint32_t labels[4];
  int32_t status = recs_matrix_create(&rows, heap, 4, 3, offsets, columns, NULL);
  options.centers = centers;
  if (status == RECS_OK)
    status = recs_kmeans_fit_matrix(&kmeans, rows, &options, NULL, NULL);
  if (status == RECS_OK)
    status = recs_kmeans_predict_matrix(labels, NULL, kmeans, rows);
  recs_kmeans_free(kmeans);
  recs_matrix_free(rows);
  return status;
}

START_TEST(out_of_memory) {
  static float far[] = {1, 0, 0, 50, 50, 50};
  recs_test_oom(fit_and_predict, NULL);
  recs_test_oom(fit_and_predict, far);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kmeans_sparse");
  TCase *tests = tcase_create("kmeans_sparse");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, as_dense_rows);
  tcase_add_test(tests, same_bits);
  tcase_add_test(tests, empty_clusters_are_refilled);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
