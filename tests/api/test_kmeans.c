#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* Two clear groups in the plane. */
enum { ROWS = 6, COLUMNS = 2 };
static const float table[ROWS * COLUMNS] = {0, 0, 0, 2, 2, 0, 10, 10, 10, 12, 12, 10};

static recs_kmeans_options options_of(uint32_t clusters) {
  recs_kmeans_options options;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  options.clusters = clusters;
  return options;
}

static recs_kmeans *fit(const float *values, size_t rows, uint32_t columns, const recs_kmeans_options *options) {
  recs_kmeans *kmeans;
  ck_ok(recs_kmeans_fit(&kmeans, context, values, rows, columns, options, NULL, NULL));
  return kmeans;
}

/* Clouds around `kinds` points, the same for the same seed; columns far from 0. */
static float *make_clouds(size_t rows, uint32_t columns, uint32_t kinds, uint32_t seed) {
  float *values = malloc(rows * columns * sizeof *values);
  for (size_t i = 0; i < rows * columns; i++) {
    size_t kind = i / columns % kinds;
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(seed >> 16) / 65536.0f + 3.0f * (float)(kind * (i % columns + 1) % 7) + 100.0f;
  }
  return values;
}

START_TEST(two_groups) {
  recs_kmeans_options options = options_of(2);
  recs_kmeans *kmeans = fit(table, ROWS, COLUMNS, &options);
  const uint32_t *labels = recs_kmeans_labels(kmeans);
  const float *centers = recs_kmeans_centers(kmeans);
  const float query[] = {1, 1, 11, 11, 100, 100};
  uint32_t found[3];
  float distances[3];
  ck_assert_uint_eq(recs_kmeans_clusters(kmeans), 2);
  ck_assert_uint_eq(recs_kmeans_columns(kmeans), COLUMNS);
  ck_assert_uint_eq(labels[0], labels[1]);
  ck_assert_uint_eq(labels[0], labels[2]);
  ck_assert_uint_eq(labels[3], labels[5]);
  ck_assert_uint_ne(labels[0], labels[3]);
  ck_assert_uint_eq(recs_kmeans_sizes(kmeans)[0], 3);
  ck_assert_float_eq_tol(centers[labels[0] * COLUMNS], 2.0f / 3, 1e-6f);
  ck_assert_float_eq_tol(centers[labels[3] * COLUMNS + 1], 32.0f / 3, 1e-5f);
  ck_assert_double_eq_tol(recs_kmeans_inertia(kmeans), 32.0 / 3, 1e-5);
  ck_assert_uint_ge(recs_kmeans_iterations(kmeans), 1);
  ck_ok(recs_kmeans_predict(found, distances, kmeans, query, 3));
  ck_assert_uint_eq(found[0], labels[0]);
  ck_assert_uint_eq(found[1], labels[3]);
  ck_assert_uint_eq(found[2], labels[3]);
  ck_assert_float_eq_tol(distances[0], 2.0f / 9, 1e-5f);
  ck_ok(recs_kmeans_predict(found, NULL, kmeans, query, 3));
  ck_ok(recs_kmeans_predict(NULL, NULL, kmeans, NULL, 0));
  recs_kmeans_free(kmeans);
}
END_TEST

START_TEST(one_cluster_and_one_a_row) {
  recs_kmeans_options options = options_of(1);
  recs_kmeans *kmeans = fit(table, ROWS, COLUMNS, &options);
  uint32_t seen = 0;
  ck_assert_float_eq_tol(recs_kmeans_centers(kmeans)[0], 34.0f / 6, 1e-5f);
  ck_assert_uint_eq(recs_kmeans_sizes(kmeans)[0], ROWS);
  recs_kmeans_free(kmeans);
  for (int32_t seeding = RECS_SEEDING_PLUSPLUS; seeding <= RECS_SEEDING_RANDOM; seeding++) {
    options = options_of(ROWS);
    options.seeding = seeding;
    kmeans = fit(table, ROWS, COLUMNS, &options);
    for (size_t row = 0; row < ROWS; row++)
      seen |= 1u << recs_kmeans_labels(kmeans)[row];
    ck_assert_uint_eq(seen, (1u << ROWS) - 1);
    ck_assert_double_eq(recs_kmeans_inertia(kmeans), 0);
    recs_kmeans_free(kmeans);
  }
}
END_TEST

/* With fewer distinct rows than clusters, the fit ends, each distinct row has a centre, and some clusters stay empty.
 * */
START_TEST(duplicates) {
  enum { MANY = 100, DISTINCT = 3 };
  float values[MANY * COLUMNS];
  for (size_t i = 0; i < MANY * COLUMNS; i++)
    values[i] = (float)(i / COLUMNS % DISTINCT);
  for (int32_t seeding = RECS_SEEDING_PLUSPLUS; seeding <= RECS_SEEDING_RANDOM; seeding++) {
    for (uint32_t clusters = 1; clusters <= MANY; clusters += 3) {
      recs_kmeans_options options = options_of(clusters);
      recs_kmeans *kmeans;
      uint64_t total = 0;
      options.seeding = seeding;
      options.tolerance = 0;
      kmeans = fit(values, MANY, COLUMNS, &options);
      for (uint32_t c = 0; c < clusters; c++)
        total += recs_kmeans_sizes(kmeans)[c];
      ck_assert_uint_eq(total, MANY);
      if (clusters >= DISTINCT)
        ck_assert_double_eq(recs_kmeans_inertia(kmeans), 0);
      for (uint32_t i = 0; i < clusters * COLUMNS; i++)
        ck_assert(recs_kmeans_centers(kmeans)[i] >= 0 && recs_kmeans_centers(kmeans)[i] <= DISTINCT - 1);
      ck_assert_uint_lt(recs_kmeans_iterations(kmeans), 300);
      recs_kmeans_free(kmeans);
    }
  }
}
END_TEST

/* Two start centres far from all rows get none: they take the rows farthest from the third. */
START_TEST(empty_clusters_are_refilled) {
  static const float centers[] = {1, 1, 500, 500, 600, 600};
  recs_kmeans_options options = options_of(3);
  recs_kmeans *kmeans;
  options.centers = centers;
  options.tolerance = 0;
  kmeans = fit(table, ROWS, COLUMNS, &options);
  for (uint32_t c = 0; c < 3; c++) {
    ck_assert_uint_ge(recs_kmeans_sizes(kmeans)[c], 1);
    ck_assert_float_le(recs_kmeans_centers(kmeans)[c * COLUMNS], 12);
  }
  ck_assert_double_lt(recs_kmeans_inertia(kmeans), 32.0 / 3);
  recs_kmeans_free(kmeans);
}
END_TEST

START_TEST(silhouette_by_hand) {
  static const float values[] = {0, 1, 5, 9};
  static const uint32_t pairs[] = {0, 0, 7, 7}, alone[] = {0, 0, 0, 3};
  double found;
  ck_ok(recs_silhouette(&found, context, values, 4, 1, pairs, 8, 0, 1));
  ck_assert_double_eq_tol(found, ((7 - 1) / 7.0 + (6 - 1) / 6.0 + (4.5 - 4) / 4.5 + (8.5 - 4) / 8.5) / 4, 1e-9);
  ck_ok(recs_silhouette(&found, context, values, 4, 1, alone, 4, 4, 1)); /* a sample of all */
  ck_assert_double_eq_tol(found, ((9 - 3) / 9.0 + (8 - 2.5) / 8 + (4 - 4.5) / 4.5) / 4, 1e-9);
  ck_ok(recs_silhouette(&found, context, values, 2, 1, (const uint32_t[]){0, 1}, 2, 0, 1));
  ck_assert_double_eq(found, 0);
}
END_TEST

START_TEST(silhouette_of_equal_rows) {
  static const float values[100] = {0};
  uint32_t labels[100];
  double found;
  for (uint32_t i = 0; i < 100; i++)
    labels[i] = i % 3;
  ck_ok(recs_silhouette(&found, context, values, 100, 1, labels, 3, 0, 1));
  ck_assert_double_eq(found, 0);
}
END_TEST

START_TEST(silhouette_refusals) {
  float values[] = {0, 1, 2, NAN};
  static const uint32_t labels[] = {0, 1, 1, 2}, same[] = {1, 1, 1, 1};
  double found = 9;
  ck_fails(recs_silhouette(NULL, context, values, 3, 1, labels, 3, 0, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_silhouette(&found, NULL, values, 3, 1, labels, 3, 0, 1), RECS_ERROR_INVALID, "context");
  ck_assert_double_eq(found, 0);
  ck_fails(recs_silhouette(&found, context, NULL, 3, 1, labels, 3, 0, 1), RECS_ERROR_INVALID, "values");
  ck_fails(recs_silhouette(&found, context, values, 3, 1, NULL, 3, 0, 1), RECS_ERROR_INVALID, "labels");
  ck_fails(recs_silhouette(&found, context, values, 0, 1, labels, 3, 0, 1), RECS_ERROR_INVALID, "0 rows");
  ck_fails(recs_silhouette(&found, context, values, 3, 0, labels, 3, 0, 1), RECS_ERROR_INVALID, "0 columns");
  ck_fails(recs_silhouette(&found, context, values, SIZE_MAX, 3, labels, 3, 0, 1), RECS_ERROR_OVERFLOW, "too many");
  ck_fails(recs_silhouette(&found, context, values, 4, 1, labels, 3, 0, 1), RECS_ERROR_NUMERIC, "row 3, column 0");
  ck_fails(recs_silhouette(&found, context, values, 3, 1, labels, 1, 0, 1), RECS_ERROR_INVALID, "row 1 is 1");
  ck_fails(recs_silhouette(&found, context, values, 3, 1, labels, 0, 0, 1), RECS_ERROR_INVALID, "row 0 is 0");
  ck_fails(recs_silhouette(&found, context, values, 3, 1, same, 3, 0, 1), RECS_ERROR_INVALID, "one cluster");
  ck_fails(recs_silhouette(&found, context, values, 3, 1, labels, 3, 1, 1), RECS_ERROR_INVALID, "all 1 rows");
}
END_TEST

enum { MANY = 5000, WIDE = 19, KINDS = 12 };

typedef struct outcome {
  float centers[KINDS * WIDE];
  uint32_t labels[MANY];
  double inertia, silhouette;
  uint32_t iterations;
} outcome;

static void run_with(outcome *out, const float *values, uint32_t threads, uint32_t cpu_mask, int32_t seeding) {
  recs_context *own = recs_test_threads(threads, cpu_mask);
  recs_kmeans_options options = options_of(KINDS);
  recs_kmeans *kmeans;
  memset(out, 0, sizeof *out);
  options.starts = 2;
  options.max_iterations = 20;
  options.seeding = seeding;
  ck_ok(recs_kmeans_fit(&kmeans, own, values, MANY, WIDE, &options, NULL, NULL));
  memcpy(out->centers, recs_kmeans_centers(kmeans), sizeof out->centers);
  memcpy(out->labels, recs_kmeans_labels(kmeans), sizeof out->labels);
  out->inertia = recs_kmeans_inertia(kmeans);
  out->iterations = recs_kmeans_iterations(kmeans);
  ck_ok(recs_silhouette(&out->silhouette, own, values, MANY, WIDE, out->labels, KINDS, 1000, 3));
  recs_kmeans_free(kmeans);
  recs_context_free(own);
}

START_TEST(same_bits_for_threads_and_processors) {
  static const uint32_t threads[] = {1, 2, 8};
  static const uint32_t masks[] = {RECS_CPU_NONE, RECS_CPU_AVX2, RECS_CPU_AVX2 | RECS_CPU_AVX512, UINT32_MAX};
  float *values = make_clouds(MANY, WIDE, KINDS, 1);
  outcome *first = malloc(sizeof *first), *other = malloc(sizeof *other);
  for (int32_t seeding = RECS_SEEDING_PLUSPLUS; seeding <= RECS_SEEDING_RANDOM; seeding++) {
    run_with(first, values, 1, RECS_CPU_NONE, seeding);
    for (size_t t = 0; t < 3; t++) {
      for (size_t m = 0; m < 4; m++) {
        run_with(other, values, threads[t], masks[m], seeding);
        ck_assert_mem_eq(first, other, sizeof *first);
      }
    }
  }
  free(first);
  free(other);
  free(values);
}
END_TEST

START_TEST(samples_depend_on_the_seed) {
  float *values = make_clouds(MANY, WIDE, KINDS, 6);
  uint32_t *labels = malloc(MANY * sizeof *labels);
  double whole, one, again, two;
  for (uint32_t row = 0; row < MANY; row++)
    labels[row] = row % KINDS;
  ck_ok(recs_silhouette(&whole, context, values, MANY, WIDE, labels, KINDS, 0, 1));
  ck_ok(recs_silhouette(&one, context, values, MANY, WIDE, labels, KINDS, 800, 1));
  ck_ok(recs_silhouette(&again, context, values, MANY, WIDE, labels, KINDS, 800, 1));
  ck_ok(recs_silhouette(&two, context, values, MANY, WIDE, labels, KINDS, 800, 2));
  ck_assert_double_eq(one, again);
  ck_assert_double_ne(one, two);
  ck_assert_double_eq_tol(one, whole, 0.05);
  free(labels);
  free(values);
}
END_TEST

START_TEST(permuted_rows_keep_their_clusters) {
  float *values = make_clouds(MANY, WIDE, KINDS, 2);
  float *turned = malloc(MANY * WIDE * sizeof *turned);
  recs_kmeans_options options = options_of(KINDS);
  recs_kmeans *forward, *backward;
  for (size_t row = 0; row < MANY; row++)
    memcpy(turned + row * WIDE, values + (MANY - 1 - row) * WIDE, WIDE * sizeof *turned);
  options.centers = values;
  options.tolerance = 0;
  forward = fit(values, MANY, WIDE, &options);
  backward = fit(turned, MANY, WIDE, &options);
  for (size_t row = 0; row < MANY; row++)
    ck_assert_uint_eq(recs_kmeans_labels(forward)[row], recs_kmeans_labels(backward)[MANY - 1 - row]);
  ck_assert_double_eq_tol(recs_kmeans_inertia(forward), recs_kmeans_inertia(backward),
                          1e-6 * recs_kmeans_inertia(forward));
  recs_kmeans_free(forward);
  recs_kmeans_free(backward);
  free(turned);
  free(values);
}
END_TEST

START_TEST(prediction_repeats_the_labels) {
  float *values = make_clouds(MANY, WIDE, KINDS, 3);
  recs_kmeans_options options = options_of(KINDS);
  uint32_t *labels = malloc(MANY * sizeof *labels);
  float *distances = malloc(MANY * sizeof *distances);
  recs_kmeans *kmeans;
  double sum = 0;
  options.max_iterations = 3; /* not at rest */
  kmeans = fit(values, MANY, WIDE, &options);
  ck_ok(recs_kmeans_predict(labels, distances, kmeans, values, MANY));
  ck_assert_mem_eq(labels, recs_kmeans_labels(kmeans), MANY * sizeof *labels);
  for (size_t row = 0; row < MANY; row++)
    sum += (double)distances[row];
  ck_assert_double_eq_tol(sum, recs_kmeans_inertia(kmeans), 1e-6 * sum);
  ck_ok(recs_kmeans_predict(labels, NULL, kmeans, values + 37 * WIDE, 1)); /* alone as among others */
  ck_assert_uint_eq(labels[0], recs_kmeans_labels(kmeans)[37]);
  recs_kmeans_free(kmeans);
  free(distances);
  free(labels);
  free(values);
}
END_TEST

START_TEST(seeds_and_starts) {
  float *values = make_clouds(MANY, WIDE, KINDS, 4);
  recs_kmeans_options options = options_of(KINDS);
  double previous = INFINITY;
  recs_kmeans *one, *two;
  options.seeding = RECS_SEEDING_RANDOM;
  for (options.starts = 1; options.starts <= 5; options.starts++) { /* more starts are never worse */
    one = fit(values, MANY, WIDE, &options);
    ck_assert_double_le(recs_kmeans_inertia(one), previous);
    previous = recs_kmeans_inertia(one);
    recs_kmeans_free(one);
  }
  options.starts = 1;
  options.max_iterations = 1;
  one = fit(values, MANY, WIDE, &options);
  options.seed = 2;
  two = fit(values, MANY, WIDE, &options);
  ck_assert_double_ne(recs_kmeans_inertia(one), recs_kmeans_inertia(two));
  recs_kmeans_free(one);
  recs_kmeans_free(two);
  free(values);
}
END_TEST

static int32_t stop_at_half(void *payload, double fraction) {
  double *last = payload;
  ck_assert_double_ge(fraction, *last);
  ck_assert_double_le(fraction, 1);
  *last = fraction;
  return fraction >= 0.5;
}

static int32_t note(void *payload, double fraction) {
  double *last = payload;
  ck_assert_double_ge(fraction, *last);
  *last = fraction;
  return 0;
}

START_TEST(progress_and_cancel) {
  float *values = make_clouds(MANY, WIDE, KINDS, 5);
  recs_kmeans_options options = options_of(KINDS);
  recs_kmeans *kmeans;
  double last = 0;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, MANY, WIDE, &options, stop_at_half, &last), RECS_ERROR_CANCELLED,
           "cancelled");
  ck_assert_ptr_null(kmeans);
  last = 0;
  ck_ok(recs_kmeans_fit(&kmeans, context, values, MANY, WIDE, &options, note, &last));
  ck_assert_double_eq(last, 1);
  recs_kmeans_free(kmeans);
  free(values);
}
END_TEST

START_TEST(refused_values) {
  float values[ROWS * COLUMNS], centers[4] = {0, 0, NAN, 0};
  recs_kmeans_options options = options_of(2);
  recs_kmeans *kmeans = (recs_kmeans *)&kmeans;
  uint32_t label;
  memcpy(values, table, sizeof values);
  values[7] = NAN;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "row 3, column 1 is nan");
  ck_assert_ptr_null(kmeans);
  values[7] = -INFINITY;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "row 3, column 1 is -inf");
  values[7] = 1e19f;
  ck_fails(recs_kmeans_fit(&kmeans, context, values, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "would overflow");
  options.centers = centers;
  ck_fails(recs_kmeans_fit(&kmeans, context, table, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_NUMERIC,
           "centre 1, column 0 is nan");
  options.centers = NULL;
  kmeans = fit(table, ROWS, COLUMNS, &options);
  ck_fails(recs_kmeans_predict(&label, NULL, kmeans, values + 6, 1), RECS_ERROR_NUMERIC, "row 0, column 1");
  ck_fails(recs_kmeans_predict(&label, NULL, kmeans, NULL, 1), RECS_ERROR_INVALID, "values");
  ck_fails(recs_kmeans_predict(NULL, NULL, kmeans, table, 1), RECS_ERROR_INVALID, "out_labels");
  ck_fails(recs_kmeans_predict(&label, NULL, NULL, table, 1), RECS_ERROR_INVALID, "kmeans");
  ck_fails(recs_kmeans_predict(&label, NULL, kmeans, table, SIZE_MAX), RECS_ERROR_OVERFLOW, "too many");
  recs_kmeans_free(kmeans);
}
END_TEST

START_TEST(values_at_the_limit) {
  static const float values[] = {7e17f, -7e17f, 7e17f, 7e17f, -7e17f, -7e17f, -7e17f, 7e17f};
  recs_kmeans_options options = options_of(2);
  recs_kmeans *kmeans = fit(values, 4, 2, &options);
  ck_assert(isfinite(recs_kmeans_inertia(kmeans)));
  ck_assert_double_gt(recs_kmeans_inertia(kmeans), 0);
  recs_kmeans_free(kmeans);
}
END_TEST

static void check_option(recs_kmeans_options options, const char *message) {
  recs_kmeans *kmeans;
  ck_fails(recs_kmeans_fit(&kmeans, context, table, ROWS, COLUMNS, &options, NULL, NULL), RECS_ERROR_INVALID, message);
  ck_assert_ptr_null(kmeans);
}

START_TEST(refused_arguments) {
  recs_kmeans_options options = options_of(2), bad;
  recs_kmeans *kmeans;
  bad = options, bad.clusters = 0, check_option(bad, "clusters is 0");
  bad = options, bad.clusters = ROWS + 1, check_option(bad, "clusters is 7, but there are 6 rows");
  bad = options, bad.starts = 0, check_option(bad, "starts is 0");
  bad = options, bad.max_iterations = 0, check_option(bad, "max_iterations is 0");
  bad = options, bad.seeding = 4, check_option(bad, "seeding is 4");
  bad = options, bad.tolerance = -1, check_option(bad, "tolerance is -1");
  bad = options, bad.tolerance = NAN, check_option(bad, "tolerance is");
  bad = options, bad.struct_size = 3, check_option(bad, "struct_size");
  ck_fails(recs_kmeans_fit(&kmeans, context, table, 0, COLUMNS, NULL, NULL, NULL), RECS_ERROR_INVALID, "0 rows");
  ck_fails(recs_kmeans_fit(&kmeans, context, table, ROWS, 0, NULL, NULL, NULL), RECS_ERROR_INVALID, "0 columns");
  ck_fails(recs_kmeans_fit(&kmeans, context, table, SIZE_MAX, 2, NULL, NULL, NULL), RECS_ERROR_OVERFLOW, "too many");
  ck_fails(recs_kmeans_fit(&kmeans, context, NULL, ROWS, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "values");
  ck_fails(recs_kmeans_fit(&kmeans, NULL, table, ROWS, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "context");
  ck_fails(recs_kmeans_fit(NULL, context, table, ROWS, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
}
END_TEST

START_TEST(nothing_of_null) {
  ck_assert_uint_eq(recs_kmeans_clusters(NULL), 0);
  ck_assert_uint_eq(recs_kmeans_columns(NULL), 0);
  ck_assert_ptr_null(recs_kmeans_centers(NULL));
  ck_assert_ptr_null(recs_kmeans_labels(NULL));
  ck_assert_ptr_null(recs_kmeans_sizes(NULL));
  ck_assert(isnan(recs_kmeans_inertia(NULL)));
  ck_assert_uint_eq(recs_kmeans_iterations(NULL), 0);
  recs_kmeans_free(NULL);
  ck_assert_str_eq(recs_schema_name(recs_kmeans_schema()), "kmeans");
}
END_TEST

static int32_t fit_and_predict(recs_context *heap, void *payload) {
  static const float centers[] = {1, 1, 500, 500};
  recs_kmeans_options options = options_of(2);
  uint32_t labels[ROWS];
  recs_kmeans *kmeans;
  int32_t status;
  options.starts = 2;
  options.centers = payload == NULL ? NULL : centers;
  status = recs_kmeans_fit(&kmeans, heap, table, ROWS, COLUMNS, &options, NULL, NULL);
  if (status == RECS_OK)
    status = recs_kmeans_predict(labels, NULL, kmeans, table, ROWS);
  recs_kmeans_free(kmeans);
  return status;
}

static int32_t measure(recs_context *heap, void *payload) {
  static const uint32_t labels[ROWS] = {0, 0, 0, 1, 1, 1};
  const size_t *sample = payload;
  double found;
  return recs_silhouette(&found, heap, table, ROWS, COLUMNS, labels, 2, *sample, 1);
}

START_TEST(out_of_memory) {
  size_t sample = ROWS - 1;
  int refilled = 1;
  recs_test_oom(fit_and_predict, NULL);
  recs_test_oom(fit_and_predict, &refilled);
  recs_test_oom(measure, &sample);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kmeans");
  TCase *tests = tcase_create("kmeans");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, two_groups);
  tcase_add_test(tests, one_cluster_and_one_a_row);
  tcase_add_test(tests, duplicates);
  tcase_add_test(tests, empty_clusters_are_refilled);
  tcase_add_test(tests, same_bits_for_threads_and_processors);
  tcase_add_test(tests, silhouette_by_hand);
  tcase_add_test(tests, silhouette_of_equal_rows);
  tcase_add_test(tests, silhouette_refusals);
  tcase_add_test(tests, samples_depend_on_the_seed);
  tcase_add_test(tests, permuted_rows_keep_their_clusters);
  tcase_add_test(tests, prediction_repeats_the_labels);
  tcase_add_test(tests, seeds_and_starts);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_test(tests, refused_values);
  tcase_add_test(tests, values_at_the_limit);
  tcase_add_test(tests, refused_arguments);
  tcase_add_test(tests, nothing_of_null);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
