/* k-means by mini-batches: what it promises, what it refuses, and how near it comes to Lloyd's. */
#include "support/support.h"

enum { ROWS = 5000, COLUMNS = 4, CLOUDS = 7, LARGE = 30000 };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static float unit(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return (float)(*seed >> 8) / 16777216.0f;
}

/* Boxes of side 1 whose corners are at least 2 apart; one row in four hundred is in the last. */
static float *make_clouds(size_t rows, uint32_t seed) {
  float *values = malloc(rows * COLUMNS * sizeof *values);
  for (size_t row = 0; row < rows; row++) {
    size_t cloud = row % 400 == 7 ? CLOUDS - 1 : row % (CLOUDS - 1);
    for (size_t j = 0; j < COLUMNS; j++)
      values[row * COLUMNS + j] = unit(&seed) + 2.0f * (float)(cloud * (j + 1) % CLOUDS) + 1;
  }
  return values;
}

static recs_kmeans_options options_of(uint32_t clusters) {
  recs_kmeans_options options;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  ck_assert_uint_eq(options.batch_size, 0);
  options.clusters = clusters;
  options.starts = 1;
  options.algorithm = RECS_KMEANS_MINI_BATCH;
  return options;
}

static recs_kmeans *fit(const float *values, size_t rows, const recs_kmeans_options *options) {
  recs_kmeans *kmeans;
  ck_ok(recs_kmeans_fit(&kmeans, context, values, rows, COLUMNS, options, NULL, NULL));
  return kmeans;
}

/* Labels are those of the centres, sizes those of the labels, and the inertia is that of both. */
static void check_whole(const recs_kmeans *kmeans, const float *values, const float *weights, size_t rows) {
  uint32_t *labels = malloc(rows * sizeof *labels), clusters = recs_kmeans_clusters(kmeans);
  float *distances = malloc(rows * sizeof *distances);
  uint64_t *sizes = calloc(clusters, sizeof *sizes);
  double inertia = 0;
  ck_ok(recs_kmeans_predict(labels, distances, kmeans, values, rows));
  ck_assert_mem_eq(labels, recs_kmeans_labels(kmeans), rows * sizeof *labels);
  for (size_t row = 0; row < rows; row++) {
    inertia += (weights == NULL ? 1 : (double)weights[row]) * (double)distances[row];
    sizes[labels[row]] += 1;
  }
  ck_assert_mem_eq(sizes, recs_kmeans_sizes(kmeans), clusters * sizeof *sizes);
  ck_assert_double_eq_tol(recs_kmeans_inertia(kmeans), inertia, 1e-4 * inertia + 1e-9);
  free(sizes);
  free(distances);
  free(labels);
}

/* Clear clouds are found from any seed, the small one too, in less than a pass over the rows. */
START_TEST(clouds_are_found) {
  float *values = make_clouds(LARGE, 1);
  for (uint64_t seed = 1; seed <= 5; seed++) {
    recs_kmeans_options options = options_of(CLOUDS);
    recs_kmeans *kmeans;
    options.seed = seed;
    options.seeding_rows = 2000;
    kmeans = fit(values, LARGE, &options);
    ck_assert_double_lt(recs_kmeans_inertia(kmeans) / LARGE, 1.02 * COLUMNS / 12); /* the variance of units */
    ck_assert_uint_ge(recs_kmeans_iterations(kmeans), 1);
    check_whole(kmeans, values, NULL, LARGE);
    recs_kmeans_free(kmeans);
  }
  free(values);
}
END_TEST

/* A batch of all rows from given centres is an iteration of Lloyd's: each row is drawn once. */
START_TEST(one_batch_of_all_is_an_iteration) {
  float *values = make_clouds(ROWS, 2);
  recs_kmeans_options options = options_of(CLOUDS);
  recs_kmeans *batch, *lloyd;
  options.centers = values;
  options.max_iterations = 1;
  options.batch_size = UINT32_MAX;
  batch = fit(values, ROWS, &options);
  options.algorithm = RECS_KMEANS_LLOYD;
  lloyd = fit(values, ROWS, &options);
  ck_assert_uint_eq(recs_kmeans_iterations(batch), 1);
  for (uint32_t i = 0; i < CLOUDS * COLUMNS; i++)
    ck_assert_float_eq_tol(recs_kmeans_centers(batch)[i], recs_kmeans_centers(lloyd)[i], 1e-5f);
  ck_assert_mem_eq(recs_kmeans_labels(batch), recs_kmeans_labels(lloyd), ROWS * sizeof(uint32_t));
  recs_kmeans_free(batch);
  recs_kmeans_free(lloyd);
  free(values);
}
END_TEST

/* One cluster: the centre is the mean of what was drawn, which is of all rows alike, or by weight. */
START_TEST(rows_are_drawn_by_weight) {
  float *values = calloc(ROWS * COLUMNS, sizeof *values), *weights = malloc(ROWS * sizeof *weights);
  double mean = 0, sum = 0;
  recs_kmeans_options options = options_of(1);
  recs_kmeans *kmeans;
  uint32_t seed = 4;
  for (size_t row = 0; row < ROWS; row++) {
    weights[row] = row % 3 == 0 ? 0 : unit(&seed) * (row % 100 == 1 ? 50 : 1);
    values[row * COLUMNS] = row % 3 == 0 ? 1e6f : (float)row / ROWS;
    values[row * COLUMNS + 1] = row % 100 == 1;
    mean += (double)weights[row] * (row % 100 == 1);
    sum += (double)weights[row];
  }
  options.tolerance = 0;
  options.max_iterations = 20;
  options.weights = weights;
  kmeans = fit(values, ROWS, &options);
  ck_assert_float_lt(recs_kmeans_centers(kmeans)[0], 1); /* rows that weigh nothing are never drawn */
  ck_assert_float_eq_tol(recs_kmeans_centers(kmeans)[1], (float)(mean / sum), 0.02f);
  check_whole(kmeans, values, weights, ROWS);
  recs_kmeans_free(kmeans);
  free(weights);
  free(values);
}
END_TEST

/* By cosine centres have length 1, and the length of a row says nothing. */
START_TEST(directions) {
  float *values = make_clouds(ROWS, 5), *scaled = malloc(ROWS * COLUMNS * sizeof *scaled);
  recs_kmeans_options options = options_of(CLOUDS);
  recs_kmeans *kmeans, *other;
  for (size_t i = 0; i < ROWS * COLUMNS; i++)
    scaled[i] = values[i] * (float)(1u << i / COLUMNS % 5);
  options.distance = RECS_DISTANCE_COSINE;
  kmeans = fit(values, ROWS, &options);
  other = fit(scaled, ROWS, &options);
  ck_assert_mem_eq(recs_kmeans_labels(kmeans), recs_kmeans_labels(other), ROWS * sizeof(uint32_t));
  for (uint32_t c = 0; c < CLOUDS; c++) {
    double square = 0;
    for (uint32_t j = 0; j < COLUMNS; j++)
      square += (double)recs_kmeans_centers(kmeans)[c * COLUMNS + j] * (double)recs_kmeans_centers(kmeans)[c * COLUMNS + j];
    ck_assert_double_eq_tol(square, 1, 1e-5);
  }
  check_whole(kmeans, values, NULL, ROWS);
  recs_kmeans_free(kmeans);
  recs_kmeans_free(other);
  free(scaled);
  free(values);
}
END_TEST

/* Centres that no row is near to are brought back; with fewer distinct rows than clusters some stay empty. */
START_TEST(no_cluster_stays_empty) {
  float *values = make_clouds(ROWS, 6), centers[2 * CLOUDS * COLUMNS], same[40 * COLUMNS];
  for (uint32_t iterations = 1; iterations <= 3; iterations += 2) {
    recs_kmeans_options options = options_of(2 * CLOUDS);
    recs_kmeans *kmeans;
    for (size_t i = 0; i < 2 * CLOUDS * COLUMNS; i++)
      centers[i] = i < CLOUDS * COLUMNS ? values[i] : 1e4f + (float)i;
    size_t rows = iterations == 1 ? 1000 : ROWS; /* centres are looked for every 7000 */
    options.centers = centers;
    options.max_iterations = iterations;
    options.batch_size = 64;
    kmeans = fit(values, rows, &options);
    for (uint32_t c = 0; c < 2 * CLOUDS; c++)
      ck_assert_uint_gt(recs_kmeans_sizes(kmeans)[c], 0);
    check_whole(kmeans, values, NULL, rows);
    recs_kmeans_free(kmeans);
  }
  for (size_t i = 0; i < 40 * COLUMNS; i++)
    same[i] = i < 20 * COLUMNS ? 1 : 2;
  {
    recs_kmeans_options options = options_of(3);
    recs_kmeans *kmeans;
    options.max_iterations = 50; /* 2000 rows: unchosen centres are looked for */
    options.tolerance = 0;
    kmeans = fit(same, 40, &options);
    ck_assert_double_eq(recs_kmeans_inertia(kmeans), 0);
    check_whole(kmeans, same, NULL, 40);
    recs_kmeans_free(kmeans);
  }
  free(values);
}
END_TEST

/* Without tolerance all epochs are done; with one that nothing meets, the 10 batches after the first. */
START_TEST(when_it_ends) {
  float *values = make_clouds(ROWS, 7);
  recs_kmeans_options options = options_of(CLOUDS);
  recs_kmeans *kmeans;
  options.tolerance = 0;
  options.batch_size = 700;
  for (options.max_iterations = 1; options.max_iterations <= 5; options.max_iterations++) {
    kmeans = fit(values, ROWS, &options);
    ck_assert_uint_eq(recs_kmeans_iterations(kmeans), options.max_iterations);
    recs_kmeans_free(kmeans);
  }
  options.max_iterations = 300;
  options.tolerance = 1;
  kmeans = fit(values, ROWS, &options);
  ck_assert_uint_eq(recs_kmeans_iterations(kmeans), 2); /* 11 x 700 of 5000 */
  recs_kmeans_free(kmeans);
  free(values);
}
END_TEST

/* Any number of threads and any CPU features; another seed draws others. */
START_TEST(same_bits) {
  float *values = make_clouds(LARGE, 8), *weights = malloc(LARGE * sizeof *weights), first[9 * COLUMNS] = {0};
  uint32_t seed = 9;
  for (size_t row = 0; row < LARGE; row++)
    weights[row] = unit(&seed);
  for (int32_t distance = RECS_DISTANCE_EUCLIDEAN; distance <= RECS_DISTANCE_COSINE; distance++) {
    for (uint32_t threads = 1; threads <= 4; threads++) {
      recs_context *own = recs_test_threads(threads < 4 ? threads : 1, threads == 1 ? RECS_CPU_NONE : UINT32_MAX);
      recs_kmeans_options options = options_of(9);
      recs_kmeans *kmeans;
      options.distance = distance;
      options.weights = distance == RECS_DISTANCE_COSINE ? weights : NULL;
      options.max_iterations = 2;
      options.batch_size = 5000; /* several blocks */
      options.seeding_rows = 500;
      options.seed = threads < 4 ? 1 : 2;
      ck_ok(recs_kmeans_fit(&kmeans, own, values, LARGE, COLUMNS, &options, NULL, NULL));
      if (threads == 1)
        memcpy(first, recs_kmeans_centers(kmeans), sizeof first);
      ck_assert_int_eq(memcmp(first, recs_kmeans_centers(kmeans), sizeof first) == 0, threads < 4);
      recs_kmeans_free(kmeans);
      recs_context_free(own);
    }
  }
  free(weights);
  free(values);
}
END_TEST

static int32_t stop_late(void *payload, double fraction) {
  double *last = payload;
  ck_assert_double_ge(fraction, *last);
  *last = fraction;
  return fraction > 0.5;
}

START_TEST(refusals) {
  static const int64_t offsets[] = {0, 1, 2};
  static const uint32_t columns[] = {0, 1};
  static const float entries[] = {1, 1};
  float *values = make_clouds(ROWS, 10);
  recs_kmeans_options options = options_of(2);
  recs_matrix *matrix;
  recs_kmeans *kmeans;
  double last = 0;
  ck_ok(recs_matrix_create(&matrix, context, 2, 2, offsets, columns, entries));
  ck_fails(recs_kmeans_fit_matrix(&kmeans, matrix, &options, NULL, NULL), RECS_ERROR_UNSUPPORTED,
           "algorithm is mini-batch, which sparse rows have not");
  recs_matrix_free(matrix);
  options.tolerance = 0;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, stop_late, &last), RECS_ERROR_CANCELLED, "cancelled");
  options.algorithm = 4;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_INVALID, "algorithm is 4");
  options.algorithm = RECS_KMEANS_MINI_BATCH;
  ck_fails(recs_options_set(&options, recs_kmeans_schema(), "batch_size", "-1"), RECS_ERROR_INVALID, "batch_size");
  values[4321 * COLUMNS + 2] = NAN; /* also where no batch would have looked */
  options.batch_size = 1;
  options.max_iterations = 1;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC, "row 4321, column 2");
  free(values);
}
END_TEST

static int32_t fit_small(recs_context *heap, void *payload) {
  static const float values[] = {0, 0, 1, 0, 1, 1, 2, 1, 0, 3, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1, 1};
  static const float weights[] = {1, 2, 0, 1, 2, 3}, centers[] = {0, 0, 0, 0, 90, 90, 90, 90};
  recs_kmeans_options options = options_of(2);
  recs_kmeans *kmeans;
  int32_t status;
  options.weights = payload == NULL ? NULL : weights;
  options.centers = payload == NULL ? centers : NULL; /* one is empty in the end */
  options.batch_size = 3;
  options.max_iterations = 1;
  status = recs_kmeans_fit(&kmeans, heap, values, 6, COLUMNS, &options, NULL, NULL);
  recs_kmeans_free(kmeans);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(fit_small, NULL);
  recs_test_oom(fit_small, &context);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kmeans_batches");
  TCase *tests = tcase_create("kmeans_batches");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, clouds_are_found);
  tcase_add_test(tests, one_batch_of_all_is_an_iteration);
  tcase_add_test(tests, rows_are_drawn_by_weight);
  tcase_add_test(tests, directions);
  tcase_add_test(tests, no_cluster_stays_empty);
  tcase_add_test(tests, when_it_ends);
  tcase_add_test(tests, same_bits);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
