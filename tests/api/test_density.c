#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static recs_density_options options_of(int32_t method) {
  recs_density_options options;
  ck_ok(recs_density_options_init(&options, sizeof options));
  options.method = method;
  return options;
}

static recs_density *fit(const float *values, size_t rows, uint32_t columns, const recs_density_options *options) {
  recs_density *density;
  ck_ok(recs_density_fit(&density, context, values, rows, columns, options, NULL, NULL));
  return density;
}

static void check_labels(const recs_density *density, const uint32_t *wanted, size_t rows) {
  for (size_t row = 0; row < rows; row++)
    ck_assert_msg(recs_density_labels(density)[row] == wanted[row], "row %zu: %u, not %u", row, recs_density_labels(density)[row],
                  wanted[row]);
}

START_TEST(dbscan_by_hand) {
  static const float values[] = {0, 1, 2, 4, 6, 7, 8, 50};
  static const uint32_t wanted[] = {0, 0, 0, RECS_NO_ROW, 1, 1, 1, RECS_NO_ROW};
  static const float strengths[] = {0, 1, 0, 0, 0, 1, 0, 0};
  recs_density_options options = options_of(RECS_DENSITY_DBSCAN);
  recs_density *density;
  options.eps = 1;
  options.min_points = 3; /* only 1 and 7 have two others within 1 */
  density = fit(values, 8, 1, &options);
  check_labels(density, wanted, 8);
  ck_assert_mem_eq(recs_density_strengths(density), strengths, sizeof strengths);
  ck_assert_uint_eq(recs_density_clusters(density), 2);
  ck_assert_uint_eq(recs_density_sizes(density)[1], 3);
  ck_assert_uint_eq(recs_density_noise(density), 2);
  ck_assert_double_eq(recs_density_eps(density), 1);
  recs_density_free(density);
  options.eps = 2; /* now 4 has 2 and 6 within reach: a core row, and all is one */
  density = fit(values, 8, 1, &options);
  ck_assert_uint_eq(recs_density_clusters(density), 1);
  ck_assert_uint_eq(recs_density_noise(density), 1);
  recs_density_free(density);
}
END_TEST

/* The row in the middle is near to core rows of both clusters, and no core row itself. */
START_TEST(border_rows_go_to_the_first_cluster) {
  static const float values[] = {0, 0.5f, 1, 1.5f, 3.5f, 5.5f, 6, 6.5f, 7};
  static const uint32_t wanted[] = {0, 0, 0, 0, 0, 1, 1, 1, 1};
  recs_density_options options = options_of(RECS_DENSITY_DBSCAN);
  recs_density *density;
  float turned[9];
  for (size_t row = 0; row < 9; row++)
    turned[row] = values[8 - row];
  options.eps = 2;
  options.min_points = 4;
  density = fit(values, 9, 1, &options);
  check_labels(density, wanted, 9);
  ck_assert_float_eq(recs_density_strengths(density)[4], 0);
  ck_assert_float_eq(recs_density_strengths(density)[5], 1);
  recs_density_free(density);
  density = fit(turned, 9, 1, &options);
  check_labels(density, wanted, 9);
  recs_density_free(density);
}
END_TEST

enum { PAIRS = 12 };
/* Two groups of six on a line, the second twice as wide, and one row far out. */
static const float groups[] = {0, 1, 2, 3, 4, 5, 40, 42, 44, 46, 48, 50, 300};

START_TEST(hdbscan_by_hand) {
  recs_density_options options = options_of(RECS_DENSITY_HDBSCAN);
  recs_density *density;
  options.min_points = 2;
  options.min_cluster_size = 3;
  density = fit(groups, PAIRS + 1, 1, &options);
  ck_assert_uint_eq(recs_density_clusters(density), 2);
  ck_assert_uint_eq(recs_density_noise(density), 1);
  ck_assert_uint_eq(recs_density_sizes(density)[0], 6);
  ck_assert(isnan(recs_density_eps(density)));
  for (uint32_t row = 0; row < PAIRS; row++) {
    ck_assert_uint_eq(recs_density_labels(density)[row], row / 6);
    ck_assert_float_eq(recs_density_strengths(density)[row], 1);
  }
  ck_assert_uint_eq(recs_density_labels(density)[PAIRS], RECS_NO_ROW);
  ck_assert_float_eq(recs_density_strengths(density)[PAIRS], 0);
  recs_density_free(density);
}
END_TEST

START_TEST(what_is_alike_is_one_point) {
  float values[200];
  recs_density_options options = options_of(RECS_DENSITY_DBSCAN);
  recs_density *density;
  for (size_t row = 0; row < 200; row++)
    values[row] = row % 2 == 0 ? 0.0f : -0.0f;
  options.eps = 0.5;
  options.min_points = 200;
  density = fit(values, 200, 1, &options);
  ck_assert_uint_eq(recs_density_clusters(density), 1);
  ck_assert_uint_eq(recs_density_noise(density), 0);
  recs_density_free(density);
  options.eps = 0; /* chosen: 0, and equal rows are within it */
  density = fit(values, 200, 1, &options);
  ck_assert_double_eq(recs_density_eps(density), 0);
  ck_assert_uint_eq(recs_density_clusters(density), 1);
  recs_density_free(density);
  options = options_of(RECS_DENSITY_HDBSCAN);
  density = fit(values, 200, 1, &options); /* all rows are never one cluster */
  ck_assert_uint_eq(recs_density_clusters(density), 0);
  ck_assert_uint_eq(recs_density_noise(density), 200);
  recs_density_free(density);
  for (size_t row = 0; row < 200; row++)
    values[row] = (float)(row % 4) * 8; /* four points of fifty rows */
  density = fit(values, 200, 1, &options);
  ck_assert_uint_eq(recs_density_clusters(density), 4);
  ck_assert_uint_eq(recs_density_sizes(density)[3], 50);
  recs_density_free(density);
}
END_TEST

START_TEST(one_row) {
  static const float value[] = {7};
  recs_density_options options = options_of(RECS_DENSITY_HDBSCAN);
  recs_density *density;
  options.min_points = 1;
  density = fit(value, 1, 1, &options);
  ck_assert_uint_eq(recs_density_noise(density), 1);
  recs_density_free(density);
  options.method = RECS_DENSITY_DBSCAN;
  density = fit(value, 1, 1, &options);
  ck_assert_uint_eq(recs_density_clusters(density), 1);
  recs_density_free(density);
}
END_TEST

enum { MANY = 1500, WIDE = 3 };

/* Clouds of several widths around points of a lattice, with scattered rows between. */
static float *make_clouds(void) {
  float *values = malloc(MANY * WIDE * sizeof *values);
  uint32_t seed = 7;
  for (size_t i = 0; i < MANY * WIDE; i++) {
    size_t row = i / WIDE, kind = row % 7;
    float center = row % 10 == 9 ? 0 : (float)((kind * (i % WIDE + 2)) % 5) * 4, width = row % 10 == 9 ? 20 : 0.5f + 0.2f * (float)kind;
    seed = seed * 1664525u + 1013904223u;
    values[i] = center + width * ((float)(seed >> 16) / 65536.0f);
  }
  return values;
}

START_TEST(same_bits_for_threads_and_processors) {
  static const uint32_t threads[] = {1, 2, 7};
  static const uint32_t masks[] = {RECS_CPU_NONE, RECS_CPU_AVX2, UINT32_MAX};
  float *values = make_clouds();
  for (int32_t method = RECS_DENSITY_HDBSCAN; method <= RECS_DENSITY_DBSCAN; method++) {
    recs_density_options options = options_of(method);
    recs_density *first = fit(values, MANY, WIDE, &options);
    ck_assert_uint_gt(recs_density_clusters(first), 1);
    for (size_t i = 0; i < 9; i++) {
      recs_context *own = recs_test_threads(threads[i / 3], masks[i % 3]);
      recs_density *other;
      ck_ok(recs_density_fit(&other, own, values, MANY, WIDE, &options, NULL, NULL));
      ck_assert_uint_eq(recs_density_clusters(other), recs_density_clusters(first));
      ck_assert_mem_eq(recs_density_labels(other), recs_density_labels(first), MANY * sizeof(uint32_t));
      ck_assert_mem_eq(recs_density_strengths(other), recs_density_strengths(first), MANY * sizeof(float));
      recs_density_free(other);
      recs_context_free(own);
    }
    recs_density_free(first);
  }
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

START_TEST(progress_and_cancel) {
  float *values = make_clouds();
  recs_density *density;
  double last = 0;
  ck_fails(recs_density_fit(&density, context, values, MANY, WIDE, NULL, stop_at_half, &last), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_ptr_null(density);
  ck_assert_double_ge(last, 0.5);
  free(values);
}
END_TEST

static void check_option(recs_density_options options, const char *message) {
  recs_density *density;
  ck_fails(recs_density_fit(&density, context, groups, PAIRS, 1, &options, NULL, NULL), RECS_ERROR_INVALID, message);
  ck_assert_ptr_null(density);
}

START_TEST(refusals) {
  recs_density_options options = options_of(RECS_DENSITY_DBSCAN), bad;
  recs_density *density;
  float values[] = {0, 1, NAN, 3, 4, 5};
  bad = options, bad.eps = -1, check_option(bad, "eps is -1");
  bad = options, bad.eps = NAN, check_option(bad, "eps is");
  bad = options, bad.min_points = 0, check_option(bad, "min_points is 0");
  bad = options, bad.min_points = PAIRS + 1, check_option(bad, "min_points is 13, but there are 12 rows");
  bad = options, bad.min_cluster_size = 1, check_option(bad, "min_cluster_size is 1");
  bad = options, bad.min_cluster_size = 13, check_option(bad, "min_cluster_size is 13, but there are 12 rows");
  bad = options, bad.method = 3, check_option(bad, "method is 3");
  bad = options, bad.selection = 0, check_option(bad, "selection is 0");
  ck_fails(recs_density_fit(&density, context, values, 3, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "min_points is 5");
  options.min_points = 2;
  ck_fails(recs_density_fit(&density, context, values, 3, 2, &options, NULL, NULL), RECS_ERROR_NUMERIC, "row 1, column 0 is nan");
  ck_fails(recs_density_fit(&density, context, values, 0, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "0 rows");
  ck_fails(recs_density_fit(&density, context, NULL, 3, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "values");
  ck_fails(recs_density_fit(&density, NULL, values, 3, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "context");
  ck_fails(recs_density_fit(NULL, context, values, 3, 2, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_density_fit(&density, context, values, SIZE_MAX, 2, NULL, NULL, NULL), RECS_ERROR_OVERFLOW, "too many");
}
END_TEST

START_TEST(nothing_of_null) {
  ck_assert_uint_eq(recs_density_clusters(NULL), 0);
  ck_assert_ptr_null(recs_density_labels(NULL));
  ck_assert_ptr_null(recs_density_strengths(NULL));
  ck_assert_ptr_null(recs_density_sizes(NULL));
  ck_assert_uint_eq(recs_density_noise(NULL), 0);
  ck_assert(isnan(recs_density_eps(NULL)));
  recs_density_free(NULL);
  ck_assert_str_eq(recs_schema_name(recs_density_schema()), "density");
}
END_TEST

static int32_t fit_under(recs_context *heap, void *payload) {
  const recs_density_options *options = payload;
  recs_density *density;
  int32_t status = recs_density_fit(&density, heap, groups, PAIRS + 1, 1, options, NULL, NULL);
  recs_density_free(density);
  return status;
}

START_TEST(out_of_memory) {
  recs_density_options options = options_of(RECS_DENSITY_HDBSCAN);
  options.min_points = 2;
  options.min_cluster_size = 3;
  recs_test_oom(fit_under, &options);
  options.method = RECS_DENSITY_DBSCAN;
  recs_test_oom(fit_under, &options);
  options.eps = 3;
  recs_test_oom(fit_under, &options);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("density");
  TCase *tests = tcase_create("density");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, dbscan_by_hand);
  tcase_add_test(tests, border_rows_go_to_the_first_cluster);
  tcase_add_test(tests, hdbscan_by_hand);
  tcase_add_test(tests, what_is_alike_is_one_point);
  tcase_add_test(tests, one_row);
  tcase_add_test(tests, same_bits_for_threads_and_processors);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, nothing_of_null);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
