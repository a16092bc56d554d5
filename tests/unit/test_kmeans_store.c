/* Clusterings in files: the same bits for new rows; whatever damage stands behind right checksums is refused or harmless. */
#include "support/container.h"
#include "support/support.h"

#include <unistd.h>

enum { ROWS = 40, COLUMNS = 3, CLUSTERS = 3 };

static recs_context *context;
static float values[ROWS * COLUMNS];

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  for (int i = 0; i < ROWS * COLUMNS; i++)
    values[i] = (float)(i * i % 23) + 1;
}

static void teardown(void) {
  recs_context_free(context);
}

static recs_kmeans *fit(recs_context *own, int32_t distance) {
  recs_kmeans_options options;
  recs_kmeans *kmeans;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  options.clusters = CLUSTERS;
  options.starts = 1;
  options.distance = distance;
  ck_ok(recs_kmeans_fit(&kmeans, own, values, ROWS, COLUMNS, &options, NULL, NULL));
  return kmeans;
}

/* The same by all that can be asked, but for the labels, which stay behind. */
static void check_same(const recs_kmeans *loaded, const recs_kmeans *kmeans) {
  uint32_t labels[2][ROWS];
  float distances[2][ROWS];
  ck_assert_uint_eq(recs_kmeans_clusters(loaded), CLUSTERS);
  ck_assert_uint_eq(recs_kmeans_columns(loaded), COLUMNS);
  ck_assert_double_eq(recs_kmeans_inertia(loaded), recs_kmeans_inertia(kmeans));
  ck_assert_uint_eq(recs_kmeans_iterations(loaded), recs_kmeans_iterations(kmeans));
  ck_assert_mem_eq(recs_kmeans_sizes(loaded), recs_kmeans_sizes(kmeans), CLUSTERS * sizeof(uint64_t));
  ck_assert_mem_eq(recs_kmeans_centers(loaded), recs_kmeans_centers(kmeans), CLUSTERS * COLUMNS * sizeof(float));
  ck_assert_ptr_null(recs_kmeans_labels(loaded));
  ck_ok(recs_kmeans_predict(labels[0], distances[0], loaded, values, ROWS));
  ck_ok(recs_kmeans_predict(labels[1], distances[1], kmeans, values, ROWS));
  ck_assert_mem_eq(labels[0], labels[1], sizeof labels[0]);
  ck_assert_mem_eq(distances[0], distances[1], sizeof distances[0]);
}

START_TEST(saved_and_loaded) {
  for (int32_t distance = RECS_DISTANCE_EUCLIDEAN; distance <= RECS_DISTANCE_COSINE; distance++) {
    recs_kmeans *kmeans = fit(context, distance), *loaded;
    char path[] = "kmeans-XXXXXX";
    void *bytes;
    size_t size;
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    ck_ok(recs_kmeans_save(kmeans, path));
    ck_ok(recs_kmeans_load(&loaded, context, path));
    unlink(path);
    check_same(loaded, kmeans);
    recs_kmeans_free(loaded);
    ck_ok(recs_kmeans_save_memory(&bytes, &size, kmeans));
    ck_ok(recs_kmeans_load_memory(&loaded, context, bytes, size));
    check_same(loaded, kmeans);
    recs_kmeans_free(loaded);
    recs_kmeans_free(kmeans);
    ck_fails(recs_kmeans_load_memory(&loaded, context, bytes, size - 1), RECS_ERROR_FORMAT, "the kmeans in memory cannot be read");
    recs_buffer_free(bytes);
  }
}
END_TEST

START_TEST(damage) {
  for (int32_t distance = RECS_DISTANCE_EUCLIDEAN; distance <= RECS_DISTANCE_COSINE; distance++) {
    recs_kmeans *kmeans = fit(context, distance);
    size_t size, refused = 0;
    unsigned char *copy;
    void *bytes;
    ck_ok(recs_kmeans_save_memory(&bytes, &size, kmeans));
    copy = malloc(size);
    for (size_t at = 0; at < size; at++) {
      uint32_t labels[ROWS];
      recs_kmeans *loaded;
      memcpy(copy, bytes, size);
      copy[at] ^= at % 2 == 0 ? 0xff : 0x01;
      recs_test_repair(copy, size);
      if (recs_kmeans_load_memory(&loaded, context, copy, size) != RECS_OK) {
        refused += 1;
        continue;
      }
      if (recs_kmeans_columns(loaded) == COLUMNS && recs_kmeans_predict(labels, NULL, loaded, values, ROWS) == RECS_OK)
        for (size_t row = 0; row < ROWS; row++)
          ck_assert_uint_lt(labels[row], recs_kmeans_clusters(loaded));
      recs_kmeans_free(loaded);
    }
    ck_assert_uint_gt(refused, size / 4);
    free(copy);
    recs_buffer_free(bytes);
    recs_kmeans_free(kmeans);
  }
}
END_TEST

static int32_t save_and_load(recs_context *heap, void *payload) {
  recs_kmeans *kmeans = NULL, *loaded = NULL;
  recs_kmeans_options options;
  void *bytes = NULL;
  size_t size;
  int32_t status;
  (void)payload;
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  status = recs_kmeans_fit(&kmeans, heap, values, ROWS, COLUMNS, &options, NULL, NULL);
  if (status == RECS_OK)
    status = recs_kmeans_save_memory(&bytes, &size, kmeans);
  if (status == RECS_OK)
    status = recs_kmeans_load_memory(&loaded, heap, bytes, size);
  recs_buffer_free(bytes);
  recs_kmeans_free(kmeans);
  recs_kmeans_free(loaded);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(save_and_load, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("kmeans_store");
  TCase *tests = tcase_create("kmeans_store");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, saved_and_loaded);
  tcase_add_test(tests, damage);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
