/* k-means by weight, by direction, and its ways to begin. */
#include "support/support.h"

enum { ROWS = 3000, COLUMNS = 5, CLUSTERS = 6, LARGE = 40000 };

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

/* Clouds around 9 points. */
static float *make_clouds(size_t rows, uint32_t seed) {
  float *values = malloc(rows * COLUMNS * sizeof *values);
  for (size_t i = 0; i < rows * COLUMNS; i++)
    values[i] = unit(&seed) + 2.5f * (float)((i / COLUMNS % 9) * (i % COLUMNS + 1) % 5) - 4;
  return values;
}

static recs_kmeans_options options_of(uint32_t clusters) {
  recs_kmeans_options options;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  options.clusters = clusters;
  options.starts = 1;
  return options;
}

static recs_kmeans *fit(const float *values, size_t rows, const recs_kmeans_options *options) {
  recs_kmeans *kmeans;
  ck_ok(recs_kmeans_fit(&kmeans, context, values, rows, COLUMNS, options, NULL, NULL));
  return kmeans;
}

static void check_close(const recs_kmeans *left, const recs_kmeans *right, float tolerance) {
  uint32_t cells = recs_kmeans_clusters(left) * COLUMNS;
  ck_assert_double_eq_tol(recs_kmeans_inertia(left), recs_kmeans_inertia(right),
                          (double)tolerance * recs_kmeans_inertia(right));
  for (uint32_t i = 0; i < cells; i++)
    ck_assert_float_eq_tol(recs_kmeans_centers(left)[i], recs_kmeans_centers(right)[i], tolerance * 10);
}

/* A row of weight 2 is two rows; one of weight 0 is none, but has a label. */
START_TEST(weights_are_repeats) {
  float *values = make_clouds(ROWS, 1), *repeated = malloc(3 * ROWS * COLUMNS * sizeof *repeated);
  float *weights = malloc(ROWS * sizeof *weights);
  recs_kmeans_options options = options_of(CLUSTERS);
  recs_kmeans *weighted, *plain;
  uint64_t labelled = 0;
  size_t count = 0;
  for (size_t row = 0; row < ROWS; row++) {
    weights[row] = (float)(row % 4);
    for (size_t i = 0; i < row % 4 && count < 3 * ROWS; i++)
      memcpy(repeated + count++ * COLUMNS, values + row * COLUMNS, COLUMNS * sizeof *values);
  }
  options.centers = values;
  options.tolerance = 0;
  plain = fit(repeated, count, &options);
  options.weights = weights;
  weighted = fit(values, ROWS, &options);
  check_close(weighted, plain, 1e-5f);
  ck_assert_uint_eq(recs_kmeans_iterations(weighted), recs_kmeans_iterations(plain));
  for (uint32_t c = 0; c < CLUSTERS; c++)
    labelled += recs_kmeans_sizes(weighted)[c];
  ck_assert_uint_eq(labelled, ROWS);
  recs_kmeans_free(weighted);
  recs_kmeans_free(plain);
  free(weights);
  free(repeated);
  free(values);
}
END_TEST

/* Rows without weight never become centres, whatever the seeding. */
START_TEST(rows_without_weight_do_not_count) {
  float *values = make_clouds(ROWS, 2), *weights = calloc(ROWS, sizeof *weights);
  for (size_t row = 0; row < ROWS; row++)
    values[row * COLUMNS] += row % 100 == 7 ? 0 : 1000;
  for (size_t row = 7; row < ROWS; row += 100)
    weights[row] = 0.5f;
  for (int32_t seeding = RECS_SEEDING_PLUSPLUS; seeding <= RECS_SEEDING_PARALLEL; seeding++) {
    for (uint32_t sample = 0; sample <= 100; sample += 100) {
      recs_kmeans_options options = options_of(CLUSTERS);
      recs_kmeans *kmeans;
      options.weights = weights;
      options.seeding = seeding;
      options.seeding_rows = sample;
      kmeans = fit(values, ROWS, &options);
      for (uint32_t c = 0; c < CLUSTERS; c++)
        ck_assert_float_lt(recs_kmeans_centers(kmeans)[c * COLUMNS], 100);
      recs_kmeans_free(kmeans);
    }
  }
  free(weights);
  free(values);
}
END_TEST

/* By cosine the length of a row says nothing, and centres have length 1. */
START_TEST(directions) {
  float *values = make_clouds(ROWS, 3), *scaled = malloc(ROWS * COLUMNS * sizeof *scaled), *distances = malloc(ROWS * sizeof *distances);
  uint32_t *labels = malloc(ROWS * sizeof *labels);
  double sum = 0;
  recs_kmeans_options options = options_of(CLUSTERS);
  recs_kmeans *kmeans, *other;
  for (size_t i = 0; i < ROWS * COLUMNS; i++)
    scaled[i] = values[i] * (float)(1u << i / COLUMNS % 5);
  options.distance = RECS_DISTANCE_COSINE;
  for (options.seeding = RECS_SEEDING_PLUSPLUS; options.seeding <= RECS_SEEDING_PARALLEL; options.seeding++) {
    kmeans = fit(values, ROWS, &options);
    other = fit(scaled, ROWS, &options);
    ck_assert_mem_eq(recs_kmeans_labels(kmeans), recs_kmeans_labels(other), ROWS * sizeof *labels);
    for (uint32_t c = 0; c < CLUSTERS; c++) {
      double length = 0;
      for (uint32_t j = 0; j < COLUMNS; j++)
        length += (double)recs_kmeans_centers(kmeans)[c * COLUMNS + j] * (double)recs_kmeans_centers(kmeans)[c * COLUMNS + j];
      ck_assert_double_eq_tol(length, 1, 1e-6);
    }
    recs_kmeans_free(other);
    ck_ok(recs_kmeans_predict(labels, distances, kmeans, scaled, ROWS));
    ck_assert_mem_eq(labels, recs_kmeans_labels(kmeans), ROWS * sizeof *labels);
    for (size_t row = 0; row < ROWS; row++)
      sum += (double)distances[row];
    ck_assert_double_eq_tol(sum, recs_kmeans_inertia(kmeans), 1e-5 * sum);
    sum = 0;
    recs_kmeans_free(kmeans);
  }
  free(labels);
  free(distances);
  free(scaled);
  free(values);
}
END_TEST

/* Two opposite directions have no mean: the centre stays. */
START_TEST(directions_that_cancel_out) {
  static const float values[] = {1, 0, 0, 0, 0, -1, 0, 0, 0, 0}, center[] = {0, 2, 0, 0, 0};
  recs_kmeans_options options = options_of(1);
  recs_kmeans *kmeans;
  options.distance = RECS_DISTANCE_COSINE;
  options.centers = center;
  kmeans = fit(values, 2, &options);
  ck_assert_float_eq(recs_kmeans_centers(kmeans)[1], 1);
  ck_assert_double_eq_tol(recs_kmeans_inertia(kmeans), 4, 1e-6);
  recs_kmeans_free(kmeans);
}
END_TEST

typedef struct outcome {
  float centers[CLUSTERS * COLUMNS];
  double inertia;
} outcome;

static void run_with(outcome *out, const float *values, uint32_t threads, uint32_t cpu_mask,
                     const recs_kmeans_options *options) {
  recs_context *own = recs_test_threads(threads, cpu_mask);
  recs_kmeans *kmeans;
  ck_ok(recs_kmeans_fit(&kmeans, own, values, LARGE, COLUMNS, options, NULL, NULL));
  memcpy(out->centers, recs_kmeans_centers(kmeans), sizeof out->centers);
  out->inertia = recs_kmeans_inertia(kmeans);
  recs_kmeans_free(kmeans);
  recs_context_free(own);
}

/* Seeding by a sample (40,000 rows are more than twice what it looks at), and k-means||. */
START_TEST(same_bits) {
  float *values = make_clouds(LARGE, 4), *weights = malloc(LARGE * sizeof *weights);
  uint32_t seed = 9;
  for (size_t row = 0; row < LARGE; row++)
    weights[row] = unit(&seed);
  for (int32_t variant = 0; variant < 5; variant++) {
    recs_kmeans_options options = options_of(CLUSTERS);
    outcome first = {0}, other = {0};
    options.max_iterations = 4;
    options.algorithm = variant == 4 ? RECS_KMEANS_BOUNDS : RECS_KMEANS_AUTO;
    options.seeding = variant % 2 == 0 ? RECS_SEEDING_PLUSPLUS : RECS_SEEDING_PARALLEL;
    options.weights = variant >= 2 ? weights : NULL;
    options.distance = variant >= 2 ? RECS_DISTANCE_COSINE : RECS_DISTANCE_EUCLIDEAN;
    run_with(&first, values, 1, RECS_CPU_NONE, &options);
    run_with(&other, values, 3, RECS_CPU_AVX2, &options);
    ck_assert_mem_eq(&first, &other, sizeof first);
    run_with(&other, values, 2, UINT32_MAX, &options);
    ck_assert_mem_eq(&first, &other, sizeof first);
  }
  free(weights);
  free(values);
}
END_TEST

/* Nine clear clouds are found from any seed. */
START_TEST(clouds_are_found) {
  float *values = make_clouds(LARGE, 5);
  for (int32_t seeding = RECS_SEEDING_PLUSPLUS; seeding <= RECS_SEEDING_PARALLEL; seeding += 2) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
      recs_kmeans_options options = options_of(9);
      recs_kmeans *kmeans;
      options.seed = seed;
      options.seeding = seeding;
      kmeans = fit(values, LARGE, &options);
      ck_assert_double_lt(recs_kmeans_inertia(kmeans) / LARGE, 1.0 * COLUMNS / 12); /* the variance of units */
      recs_kmeans_free(kmeans);
    }
  }
  free(values);
}
END_TEST

/* The labels of comparing all with all, from start to end; centres but for the last digit. */
static void check_bounds(const float *values, const float *weights, int32_t distance, uint32_t clusters, const float *centers) {
  for (uint32_t iterations = 1; iterations <= 12; iterations++) {
    recs_kmeans_options options = options_of(clusters);
    recs_kmeans *all, *doubtful;
    options.centers = centers;
    options.weights = weights;
    options.distance = distance;
    options.tolerance = 0;
    options.max_iterations = iterations;
    options.algorithm = RECS_KMEANS_LLOYD;
    all = fit(values, ROWS, &options);
    for (options.algorithm = RECS_KMEANS_AUTO; options.algorithm <= RECS_KMEANS_BOUNDS; options.algorithm += RECS_KMEANS_BOUNDS) {
      doubtful = fit(values, ROWS, &options);
      ck_assert_mem_eq(recs_kmeans_labels(all), recs_kmeans_labels(doubtful), ROWS * sizeof(uint32_t));
      ck_assert_uint_eq(recs_kmeans_iterations(all), recs_kmeans_iterations(doubtful));
      ck_assert_double_eq_tol(recs_kmeans_inertia(doubtful), recs_kmeans_inertia(all), 1e-6 * recs_kmeans_inertia(all) + 1e-9);
      for (uint32_t i = 0; i < clusters * COLUMNS; i++) {
        float center = recs_kmeans_centers(all)[i];
        ck_assert_float_eq_tol(recs_kmeans_centers(doubtful)[i], center, 2e-7f * fabsf(center) + 1e-9f);
      }
      recs_kmeans_free(doubtful);
    }
    recs_kmeans_free(all);
  }
}

START_TEST(bounds_change_nothing) {
  float *values = make_clouds(ROWS, 7), *weights = malloc(ROWS * sizeof *weights), *grid = malloc(ROWS * COLUMNS * sizeof *grid);
  uint32_t seed = 3;
  for (size_t row = 0; row < ROWS; row++)
    weights[row] = row % 7 == 0 ? 0 : unit(&seed);
  check_bounds(values, NULL, RECS_DISTANCE_EUCLIDEAN, 2, values);
  check_bounds(values, NULL, RECS_DISTANCE_EUCLIDEAN, 41, values); /* as many as are measured from their own centre first */
  check_bounds(values, weights, RECS_DISTANCE_EUCLIDEAN, CLUSTERS, values);
  check_bounds(values, weights, RECS_DISTANCE_COSINE, 33, values);
  for (size_t i = 0; i < ROWS * COLUMNS; i++) { /* many ties and duplicates, and an outlier */
    grid[i] = roundf(values[i]);
    values[i] += 5000;
  }
  check_bounds(grid, NULL, RECS_DISTANCE_EUCLIDEAN, 40, grid);
  for (size_t row = 0; row < 40; row++) /* equal centres, of which all but one lose their rows */
    memcpy(grid + row * COLUMNS, grid + row / 8 * 8 * COLUMNS, COLUMNS * sizeof *grid);
  check_bounds(grid, NULL, RECS_DISTANCE_EUCLIDEAN, 40, grid);
  grid[17] = 1e9f;
  check_bounds(grid, NULL, RECS_DISTANCE_EUCLIDEAN, 10, grid + 60);
  check_bounds(values, NULL, RECS_DISTANCE_EUCLIDEAN, 10, values); /* far from 0 */
  free(grid);
  free(weights);
  free(values);
}
END_TEST

START_TEST(refusals) {
  float *values = make_clouds(ROWS, 6), *weights = calloc(ROWS, sizeof *weights), center[COLUMNS] = {0};
  recs_kmeans_options options = options_of(2);
  recs_kmeans *kmeans;
  uint32_t label;
  options.weights = weights;
  weights[3] = 1;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_INVALID,
           "clusters is 2, but only 1 rows weigh more than 0");
  weights[5] = -1;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "the weight of row 5 is -1");
  weights[5] = NAN;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "the weight of row 5 is nan");
  options.weights = NULL;
  options.distance = 3;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_INVALID, "distance is 3");
  options.distance = RECS_DISTANCE_COSINE;
  options.clusters = 1;
  options.centers = center;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "centre 0 is all zeros");
  options.centers = NULL;
  kmeans = fit(values, ROWS, &options);
  ck_fails(recs_kmeans_predict(&label, NULL, kmeans, center, 1), RECS_ERROR_NUMERIC, "row 0 is all zeros");
  recs_kmeans_free(kmeans);
  memset(values + 77 * COLUMNS, 0, COLUMNS * sizeof *values);
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "row 77 is all zeros");
  ck_assert_ptr_null(kmeans);
  free(weights);
  free(values);
}
END_TEST

static int32_t fit_small(recs_context *heap, void *payload) {
  static const float values[] = {0, 0, 1, 0, 1, 1, 2, 1, 0, 3, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 8, 1}, weights[] = {1, 2, 1, 1, 2};
  const recs_kmeans_options *options = payload;
  recs_kmeans_options own = *options;
  recs_kmeans *kmeans;
  int32_t status;
  own.weights = own.weights == NULL ? NULL : weights;
  status = recs_kmeans_fit(&kmeans, heap, values, 5, COLUMNS, &own, NULL, NULL);
  recs_kmeans_free(kmeans);
  return status;
}

START_TEST(out_of_memory) {
  static const float weighted[1];
  recs_kmeans_options options = options_of(2);
  options.seeding_rows = 2;
  recs_test_oom(fit_small, &options);
  options.seeding = RECS_SEEDING_PARALLEL;
  recs_test_oom(fit_small, &options);
  options.seeding = RECS_SEEDING_RANDOM;
  options.weights = weighted;
  recs_test_oom(fit_small, &options);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kmeans_variants");
  TCase *tests = tcase_create("kmeans_variants");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, weights_are_repeats);
  tcase_add_test(tests, rows_without_weight_do_not_count);
  tcase_add_test(tests, directions);
  tcase_add_test(tests, directions_that_cancel_out);
  tcase_add_test(tests, same_bits);
  tcase_add_test(tests, clouds_are_found);
  tcase_add_test(tests, bounds_change_nothing);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
