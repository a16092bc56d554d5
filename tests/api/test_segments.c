/* The number of clusters, their agreement and stability, and what sets them apart. */
#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

enum { ROWS = 300, COLUMNS = 2, KINDS = 3 };

/* Three clouds of a hundred rows, clearly apart. */
static void make_clouds(float *values, float width) {
  static const float centers[KINDS][COLUMNS] = {{0, 0}, {10, 0}, {0, 10}};
  uint32_t seed = 3;
  for (size_t i = 0; i < ROWS * COLUMNS; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = centers[i / COLUMNS % KINDS][i % COLUMNS] + width * ((float)(seed >> 16) / 65536.0f - 0.5f);
  }
}

START_TEST(agreement_by_hand) {
  static const uint32_t left[] = {0, 0, 1, 1}, renamed[] = {9, 9, 4, 4}, finer[] = {0, 0, 1, 2}, crossed[] = {0, 1, 0, 1};
  static const uint32_t one[] = {5, 5, 5, 5};
  double rand, information;
  ck_ok(recs_clusters_compare(&rand, &information, context, left, renamed, 4));
  ck_assert_double_eq(rand, 1);
  ck_assert_double_eq(information, 1);
  ck_ok(recs_clusters_compare(&rand, &information, context, left, finer, 4));
  ck_assert_double_eq_tol(rand, 4.0 / 7, 1e-12); /* (1 - 1/3) / (3/2 - 1/3) */
  ck_assert_double_eq_tol(information, 0.8, 1e-12); /* ln 2 over the mean of ln 2 and 1.5 ln 2 */
  ck_ok(recs_clusters_compare(&rand, &information, context, left, crossed, 4));
  ck_assert_double_eq_tol(rand, -0.5, 1e-12);
  ck_assert_double_eq(information, 0);
  ck_ok(recs_clusters_compare(&rand, NULL, context, one, one, 4));
  ck_assert_double_eq(rand, 1);
  ck_ok(recs_clusters_compare(NULL, &information, context, one, left, 4));
  ck_assert_double_eq(information, 0);
  ck_ok(recs_clusters_compare(&rand, &information, context, left, left, 1));
  ck_assert_double_eq(rand, 1);
  ck_fails(recs_clusters_compare(&rand, NULL, context, left, left, 0), RECS_ERROR_INVALID, "0 rows");
  ck_fails(recs_clusters_compare(&rand, NULL, NULL, left, left, 4), RECS_ERROR_INVALID, "context");
  ck_fails(recs_clusters_compare(&rand, NULL, context, NULL, left, 4), RECS_ERROR_INVALID, "left");
  ck_fails(recs_clusters_compare(&rand, NULL, context, left, NULL, 4), RECS_ERROR_INVALID, "right");
}
END_TEST

static recs_kmeans_options kmeans_of(uint32_t clusters) {
  recs_kmeans_options options;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  options.clusters = clusters;
  options.starts = 3;
  return options;
}

/* Clear clusters come back whole; cut in two where nothing parts them, the halves come back otherwise. */
START_TEST(clear_clusters_are_stable) {
  float values[ROWS * COLUMNS];
  uint32_t halves[ROWS], clusters[ROWS];
  for (int32_t method = RECS_STABILITY_SUBSAMPLE; method <= RECS_STABILITY_BOOTSTRAP; method++) {
    recs_kmeans_options kmeans = kmeans_of(KINDS);
    recs_stability_options options;
    recs_stability *stability;
    make_clouds(values, 2);
    for (uint32_t row = 0; row < ROWS; row++) {
      clusters[row] = row % KINDS;
      halves[row] = row % KINDS == 0 ? row % 2 : RECS_NO_ROW;
    }
    ck_ok(recs_stability_options_init(&options, sizeof options));
    options.rounds = 5;
    options.method = method;
    ck_ok(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, clusters, &kmeans, &options, NULL, NULL));
    ck_assert_uint_eq(recs_stability_clusters(stability), KINDS);
    ck_assert_double_eq(recs_stability_rand(stability), 1);
    for (uint32_t c = 0; c < KINDS; c++) {
      ck_assert_double_eq(recs_stability_jaccard(stability)[c], 1);
      ck_assert_uint_eq(recs_stability_dissolved(stability)[c], 0);
    }
    recs_stability_free(stability);
    ck_ok(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, halves, &kmeans, &options, NULL, NULL));
    ck_assert_uint_eq(recs_stability_clusters(stability), 2);
    ck_assert_double_lt(recs_stability_jaccard(stability)[0], 0.75);
    ck_assert_uint_ge(recs_stability_dissolved(stability)[0] + recs_stability_dissolved(stability)[1], 5);
    recs_stability_free(stability);
  }
}
END_TEST

START_TEST(dense_clusters_are_stable) {
  float values[ROWS * COLUMNS];
  uint32_t clusters[ROWS];
  recs_density_options density;
  recs_stability *stability;
  make_clouds(values, 2);
  for (uint32_t row = 0; row < ROWS; row++)
    clusters[row] = row % KINDS;
  ck_ok(recs_density_options_init(&density, sizeof density));
  density.method = RECS_DENSITY_DBSCAN;
  density.eps = 2;
  ck_ok(recs_stability_density(&stability, context, values, ROWS, COLUMNS, clusters, &density, NULL, NULL, NULL));
  ck_assert_double_eq(recs_stability_rand(stability), 1);
  recs_stability_free(stability);
}
END_TEST

START_TEST(stability_refusals) {
  float values[ROWS * COLUMNS];
  uint32_t clusters[ROWS] = {0};
  recs_kmeans_options kmeans = kmeans_of(KINDS);
  recs_stability_options options;
  recs_stability *stability;
  make_clouds(values, 2);
  ck_ok(recs_stability_options_init(&options, sizeof options));
  kmeans.weights = values;
  ck_fails(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, clusters, &kmeans, &options, NULL, NULL), RECS_ERROR_INVALID,
           "weights");
  kmeans.weights = NULL;
  options.share = 0;
  ck_fails(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, clusters, &kmeans, &options, NULL, NULL), RECS_ERROR_INVALID,
           "share is 0");
  options.share = 0.005; /* two rows for three clusters */
  ck_fails(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, clusters, &kmeans, &options, NULL, NULL), RECS_ERROR_INVALID,
           "clusters is 3, but there are 2 rows");
  ck_assert_ptr_null(stability);
  clusters[7] = ROWS;
  ck_fails(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, clusters, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "row 7 is 300");
  ck_fails(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, NULL, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "labels");
  ck_fails(recs_stability_density(&stability, context, NULL, ROWS, COLUMNS, clusters, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "values");
  ck_fails(recs_stability_density(NULL, context, values, ROWS, COLUMNS, clusters, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_assert_uint_eq(recs_stability_clusters(NULL), 0);
  ck_assert_ptr_null(recs_stability_jaccard(NULL));
  ck_assert_ptr_null(recs_stability_dissolved(NULL));
  ck_assert(isnan(recs_stability_rand(NULL)));
  recs_stability_free(NULL);
}
END_TEST

/* Six customers: orders and days since the last one; one is in no segment, the last cluster is empty. */
static const double table[] = {1, 10, 3, 20, NAN, 30, 9, 10, 11, 10, 100, 16};
static const uint32_t labels[] = {0, 0, 0, 1, 1, RECS_NO_ROW};

START_TEST(descriptions_by_hand) {
  recs_segments *segments;
  ck_ok(recs_segments_describe(&segments, context, table, 6, 2, labels, 3, NULL));
  ck_assert_uint_eq(recs_segments_clusters(segments), 3);
  ck_assert_uint_eq(recs_segments_columns(segments), 2);
  ck_assert_uint_eq(recs_segments_sizes(segments)[0], 3);
  ck_assert_uint_eq(recs_segments_sizes(segments)[2], 0);
  ck_assert_uint_eq(recs_segments_unassigned(segments), 1);
  ck_assert_double_eq(recs_segments_means(segments)[0], 2); /* of 1 and 3: what is missing is left out */
  ck_assert_double_eq(recs_segments_medians(segments)[1], 20);
  ck_assert_double_eq(recs_segments_means(segments)[2], 10);
  ck_assert(isnan(recs_segments_means(segments)[4]));
  ck_assert_double_eq(recs_segments_overall_means(segments)[1], 16);
  ck_assert_double_eq(recs_segments_overall_medians(segments)[1], 13);
  ck_assert_double_eq_tol(recs_segments_deviations(segments)[1], sqrt((36 + 16 + 196 + 36 + 36 + 0) / 6.0), 1e-12);
  ck_assert_double_eq_tol(recs_segments_effects(segments)[3], (10 - 16) / sqrt(320 / 6.0), 1e-12);
  ck_assert_double_eq(recs_segments_effects(segments)[4], 0);
  ck_assert_double_eq_tol(recs_segments_explained(segments)[1], (3 * 16 + 2 * 36) / 320.0, 1e-12); /* about 16, the mean of the five */
  ck_assert_uint_eq(recs_segments_order(segments)[2], 1); /* 6 of 7.3 against 14.8 of 38 */
  ck_assert_uint_eq(recs_segments_order(segments)[3], 0);
  ck_assert_uint_eq(recs_segments_examples(segments)[0], 1);
  ck_assert_uint_eq(recs_segments_examples(segments)[2], RECS_NO_ROW);
  recs_segments_free(segments);
}
END_TEST

/* Effects and examples come from the space. */
START_TEST(descriptions_in_a_space) {
  static const double values[] = {1, 10, 100, 1000};
  static const float logs[] = {0, 1, 2, 3};
  static const uint32_t halves[] = {0, 0, 1, 1};
  recs_segments *segments;
  ck_ok(recs_segments_describe(&segments, context, values, 4, 1, halves, 2, logs));
  ck_assert_double_eq(recs_segments_means(segments)[1], 550);
  ck_assert_double_eq_tol(recs_segments_effects(segments)[1], 1 / sqrt(1.25), 1e-12);
  ck_assert_double_eq_tol(recs_segments_explained(segments)[0], 0.8, 1e-12);
  recs_segments_free(segments);
}
END_TEST

START_TEST(description_refusals) {
  static const double infinite[] = {1, 2, INFINITY};
  static const float space[] = {0, 0, INFINITY};
  recs_segments *segments;
  ck_fails(recs_segments_describe(&segments, context, infinite, 3, 1, labels, 1, NULL), RECS_ERROR_NUMERIC, "row 2, column 0 is inf");
  ck_fails(recs_segments_describe(&segments, context, table, 3, 1, labels, 1, space), RECS_ERROR_NUMERIC, "row 2, column 0 is inf");
  ck_fails(recs_segments_describe(&segments, context, table, 6, 2, labels, 1, NULL), RECS_ERROR_INVALID, "row 3 is 1, but there are 1");
  ck_fails(recs_segments_describe(&segments, context, table, 0, 2, labels, 1, NULL), RECS_ERROR_INVALID, "nothing to describe");
  ck_fails(recs_segments_describe(&segments, context, table, 6, 2, labels, 0, NULL), RECS_ERROR_INVALID, "nothing to describe");
  ck_fails(recs_segments_describe(&segments, context, NULL, 6, 2, labels, 2, NULL), RECS_ERROR_INVALID, "values");
  ck_fails(recs_segments_describe(&segments, context, table, 6, 2, NULL, 2, NULL), RECS_ERROR_INVALID, "labels");
  ck_fails(recs_segments_describe(&segments, context, table, SIZE_MAX, 2, labels, 2, NULL), RECS_ERROR_OVERFLOW, "too many");
  ck_assert_ptr_null(segments);
  ck_assert_uint_eq(recs_segments_clusters(NULL), 0);
  ck_assert_uint_eq(recs_segments_columns(NULL), 0);
  ck_assert_uint_eq(recs_segments_unassigned(NULL), 0);
  ck_assert_ptr_null(recs_segments_sizes(NULL));
  ck_assert_ptr_null(recs_segments_examples(NULL));
  ck_assert_ptr_null(recs_segments_means(NULL));
  ck_assert_ptr_null(recs_segments_medians(NULL));
  ck_assert_ptr_null(recs_segments_effects(NULL));
  ck_assert_ptr_null(recs_segments_order(NULL));
  ck_assert_ptr_null(recs_segments_overall_means(NULL));
  ck_assert_ptr_null(recs_segments_overall_medians(NULL));
  ck_assert_ptr_null(recs_segments_deviations(NULL));
  ck_assert_ptr_null(recs_segments_explained(NULL));
  recs_segments_free(NULL);
}
END_TEST

static recs_choice_options choice_of(int32_t criterion) {
  recs_choice_options options;
  ck_ok(recs_choice_options_init(&options, sizeof options));
  options.criterion = criterion;
  options.to = 6;
  options.references = 3;
  return options;
}

/* Every criterion sees that there are three, and gives the clustering that a fit of three does. */
START_TEST(three_clouds_are_three) {
  float values[ROWS * COLUMNS];
  make_clouds(values, 3);
  for (int32_t criterion = RECS_CHOICE_SILHOUETTE; criterion <= RECS_CHOICE_DAVIES_BOULDIN; criterion++) {
    recs_kmeans_options kmeans = kmeans_of(9);
    recs_choice_options options = choice_of(criterion);
    recs_choice *choice;
    recs_kmeans *chosen, *again;
    ck_ok(recs_kmeans_choose(&choice, &chosen, context, values, ROWS, COLUMNS, &kmeans, &options, NULL, NULL));
    ck_assert_uint_eq(recs_choice_chosen(choice), 3);
    ck_assert_uint_eq(recs_choice_count(choice), 5);
    ck_assert_uint_eq(recs_choice_clusters(choice)[4], 6);
    ck_assert_int_eq(isnan(recs_choice_gap(choice)[0]), criterion != RECS_CHOICE_GAP);
    ck_assert_int_eq(isnan(recs_choice_gap_error(choice)[0]), criterion != RECS_CHOICE_GAP);
    ck_assert_double_gt(recs_choice_silhouette(choice)[1], recs_choice_silhouette(choice)[0]);
    kmeans.clusters = 3;
    ck_ok(recs_kmeans_fit(&again, context, values, ROWS, COLUMNS, &kmeans, NULL, NULL));
    ck_assert_double_eq(recs_kmeans_inertia(again), recs_kmeans_inertia(chosen));
    ck_assert_double_eq(recs_choice_inertia(choice)[1], recs_kmeans_inertia(chosen));
    ck_assert_mem_eq(recs_kmeans_labels(again), recs_kmeans_labels(chosen), ROWS * sizeof(uint32_t));
    recs_choice_free(choice);
    recs_kmeans_free(chosen);
    recs_kmeans_free(again);
  }
}
END_TEST

/* Evenly spread rows are one cluster to the gap; no criterion but it and BIC can say so. */
START_TEST(one_cluster) {
  float values[ROWS];
  recs_kmeans_options kmeans = kmeans_of(3);
  recs_choice_options options = choice_of(RECS_CHOICE_GAP);
  recs_choice *choice;
  for (size_t row = 0; row < ROWS; row++)
    values[row] = (float)row;
  options.from = 1;
  options.sample = 200;
  options.references = 10;
  ck_ok(recs_kmeans_choose(&choice, NULL, context, values, ROWS, 1, &kmeans, &options, NULL, NULL));
  ck_assert_uint_eq(recs_choice_chosen(choice), 1);
  ck_assert(isnan(recs_choice_silhouette(choice)[0]));
  ck_assert(isnan(recs_choice_calinski_harabasz(choice)[0]));
  ck_assert(isnan(recs_choice_davies_bouldin(choice)[0]));
  ck_assert(!isnan(recs_choice_bic(choice)[0]));
  recs_choice_free(choice);
}
END_TEST

START_TEST(no_more_clusters_than_distinct_rows) {
  float values[ROWS];
  recs_choice_options options = choice_of(RECS_CHOICE_SILHOUETTE);
  recs_choice *choice;
  recs_kmeans *chosen;
  for (size_t row = 0; row < ROWS; row++)
    values[row] = (float)(row % 4);
  ck_ok(recs_kmeans_choose(&choice, &chosen, context, values, ROWS, 1, NULL, &options, NULL, NULL));
  ck_assert_uint_eq(recs_choice_count(choice), 3); /* 2, 3, 4 */
  ck_assert_uint_eq(recs_choice_chosen(choice), 4);
  ck_assert_uint_eq(recs_kmeans_clusters(chosen), 4);
  recs_choice_free(choice);
  recs_kmeans_free(chosen);
  options.from = 5;
  ck_fails(recs_kmeans_choose(&choice, &chosen, context, values, ROWS, 1, NULL, &options, NULL, NULL), RECS_ERROR_INVALID,
           "only 4 distinct rows");
  ck_assert_ptr_null(choice);
  ck_assert_ptr_null(chosen);
}
END_TEST

START_TEST(choice_refusals) {
  static const float values[] = {0, 1, 2, 3};
  recs_choice_options options = choice_of(RECS_CHOICE_BIC);
  recs_kmeans_options kmeans = kmeans_of(2);
  recs_choice *choice;
  options.from = 7;
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, 4, 1, NULL, &options, NULL, NULL), RECS_ERROR_INVALID, "from is 7, more than");
  options.to = 9;
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, 4, 1, NULL, &options, NULL, NULL), RECS_ERROR_INVALID, "there are 4 rows");
  options.criterion = 9;
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, 4, 1, NULL, &options, NULL, NULL), RECS_ERROR_INVALID, "criterion is 9");
  kmeans.centers = values;
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, 4, 1, &kmeans, NULL, NULL, NULL), RECS_ERROR_INVALID, "start centres");
  kmeans.centers = NULL;
  kmeans.weights = values;
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, 4, 1, &kmeans, NULL, NULL, NULL), RECS_ERROR_INVALID, "weights");
  kmeans.weights = NULL;
  kmeans.distance = RECS_DISTANCE_COSINE;
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, 4, 1, &kmeans, NULL, NULL, NULL), RECS_ERROR_INVALID, "Euclidean");
  ck_fails(recs_kmeans_choose(&choice, NULL, context, NULL, 4, 1, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "values");
  ck_fails(recs_kmeans_choose(NULL, NULL, context, values, 4, 1, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_assert_uint_eq(recs_choice_count(NULL), 0);
  ck_assert_uint_eq(recs_choice_chosen(NULL), 0);
  ck_assert_ptr_null(recs_choice_clusters(NULL));
  ck_assert_ptr_null(recs_choice_inertia(NULL));
  ck_assert_ptr_null(recs_choice_silhouette(NULL));
  ck_assert_ptr_null(recs_choice_gap(NULL));
  ck_assert_ptr_null(recs_choice_gap_error(NULL));
  ck_assert_ptr_null(recs_choice_bic(NULL));
  ck_assert_ptr_null(recs_choice_calinski_harabasz(NULL));
  ck_assert_ptr_null(recs_choice_davies_bouldin(NULL));
  recs_choice_free(NULL);
}
END_TEST

static int32_t stop_at_half(void *payload, double fraction) {
  double *last = payload;
  ck_assert_double_ge(fraction, *last);
  *last = fraction;
  return fraction >= 0.5;
}

START_TEST(progress_and_cancel) {
  float values[ROWS * COLUMNS];
  uint32_t clusters[ROWS] = {0};
  recs_choice_options options = choice_of(RECS_CHOICE_GAP);
  recs_choice *choice;
  recs_stability *stability;
  double last = 0;
  make_clouds(values, 2);
  ck_fails(recs_kmeans_choose(&choice, NULL, context, values, ROWS, COLUMNS, NULL, &options, stop_at_half, &last), RECS_ERROR_CANCELLED,
           "cancelled");
  last = 0;
  ck_fails(recs_stability_kmeans(&stability, context, values, ROWS, COLUMNS, clusters, NULL, NULL, stop_at_half, &last),
           RECS_ERROR_CANCELLED, "cancelled");
}
END_TEST

static int32_t everything(recs_context *heap, void *payload) {
  static const float values[] = {0, 1, 2, 10, 11, 12};
  static const double doubles[] = {0, 1, 2, 10, 11, 12};
  static const uint32_t halves[] = {0, 0, 0, 1, 1, 1};
  recs_kmeans_options kmeans = kmeans_of(2);
  recs_choice_options options = choice_of(RECS_CHOICE_GAP);
  recs_stability_options draws;
  recs_choice *choice = NULL;
  recs_kmeans *chosen = NULL;
  recs_stability *stability = NULL;
  recs_segments *segments = NULL;
  double rand;
  int32_t status;
  (void)payload;
  ck_ok(recs_stability_options_init(&draws, sizeof draws));
  draws.rounds = 1;
  kmeans.starts = 1;
  options.to = 3;
  options.references = 2;
  status = recs_kmeans_choose(&choice, &chosen, heap, values, 6, 1, &kmeans, &options, NULL, NULL);
  if (status == RECS_OK)
    status = recs_stability_kmeans(&stability, heap, values, 6, 1, halves, &kmeans, &draws, NULL, NULL);
  if (status == RECS_OK)
    status = recs_segments_describe(&segments, heap, doubles, 6, 1, halves, 2, NULL);
  if (status == RECS_OK)
    status = recs_clusters_compare(&rand, NULL, heap, halves, halves, 6);
  recs_choice_free(choice);
  recs_kmeans_free(chosen);
  recs_stability_free(stability);
  recs_segments_free(segments);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(everything, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("segments");
  TCase *tests = tcase_create("segments");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, agreement_by_hand);
  tcase_add_test(tests, clear_clusters_are_stable);
  tcase_add_test(tests, dense_clusters_are_stable);
  tcase_add_test(tests, stability_refusals);
  tcase_add_test(tests, descriptions_by_hand);
  tcase_add_test(tests, descriptions_in_a_space);
  tcase_add_test(tests, description_refusals);
  tcase_add_test(tests, three_clouds_are_three);
  tcase_add_test(tests, one_cluster);
  tcase_add_test(tests, no_more_clusters_than_distinct_rows);
  tcase_add_test(tests, choice_refusals);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
