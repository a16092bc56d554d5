#include "support/support.h"

#include <unistd.h>

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

enum { ROWS = 8, COLUMNS = 2 };
static const double values[ROWS * COLUMNS] = {1, 100, 2, 110, NAN, 105, 1, 95, 50, 3000, 60, 3500, 55, NAN, 52, 2900};
static const char names[] = "orderspend";
static const int64_t offsets[] = {0, 5, 10};

static recs_table table_of(const double *cells, size_t rows) {
  return (recs_table){.struct_size = sizeof(recs_table), .values = cells, .names = names, .name_offsets = offsets, .rows = rows,
                      .columns = COLUMNS};
}

static int32_t fit(recs_assigner **out, recs_kmeans **out_kmeans, recs_context *own) {
  recs_table table = table_of(values, ROWS);
  recs_pipeline_options steps;
  recs_kmeans_options options;
  recs_pipeline *pipeline = NULL;
  double prepared[ROWS * COLUMNS];
  float points[ROWS * COLUMNS];
  int32_t status;
  *out = NULL;
  *out_kmeans = NULL;
  ck_ok(recs_pipeline_options_init(&steps, sizeof steps));
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  steps.steps = "impute=median; log; scale=z";
  options.clusters = 2;
  options.starts = 2;
  status = recs_pipeline_fit(&pipeline, NULL, own, &table, &steps, NULL, NULL);
  if (status == RECS_OK)
    status = recs_pipeline_apply(prepared, NULL, pipeline, &table);
  for (size_t i = 0; status == RECS_OK && i < ROWS * COLUMNS; i++)
    points[i] = (float)prepared[i];
  if (status == RECS_OK)
    status = recs_kmeans_fit(out_kmeans, own, points, ROWS, COLUMNS, &options, NULL, NULL);
  if (status == RECS_OK)
    status = recs_assigner_create(out, pipeline, *out_kmeans);
  recs_pipeline_free(pipeline);
  return status;
}

/* Labels are those of the fit, in parts, from a file's bytes, and with the columns the other way round. */
START_TEST(rows_are_placed_as_at_the_fit) {
  static const int64_t turned_offsets[] = {0, 5, 10};
  double turned[ROWS * COLUMNS];
  recs_table table = table_of(values, ROWS), other = table_of(turned, ROWS), last = table_of(values + 7 * COLUMNS, 1);
  recs_assigner *assigner, *loaded;
  recs_kmeans *kmeans;
  uint32_t labels[ROWS];
  float distances[ROWS];
  double sum = 0;
  void *bytes;
  size_t size;
  ck_ok(fit(&assigner, &kmeans, context));
  ck_ok(recs_assigner_assign(labels, distances, assigner, &table));
  ck_assert_mem_eq(labels, recs_kmeans_labels(kmeans), sizeof labels);
  for (size_t row = 0; row < ROWS; row++)
    sum += (double)distances[row];
  ck_assert_double_eq_tol(sum, recs_kmeans_inertia(kmeans), 1e-5);
  ck_ok(recs_assigner_save_memory(&bytes, &size, assigner));
  ck_ok(recs_assigner_load_memory(&loaded, context, bytes, size));
  ck_assert_str_eq(recs_pipeline_steps(recs_assigner_pipeline(loaded)), "impute=median; log; scale=z");
  ck_assert_uint_eq(recs_kmeans_clusters(recs_assigner_kmeans(loaded)), 2);
  for (size_t row = 0; row < ROWS; row++) {
    turned[row * COLUMNS] = values[row * COLUMNS + 1];
    turned[row * COLUMNS + 1] = values[row * COLUMNS];
  }
  other.names = "spendorder";
  other.name_offsets = turned_offsets;
  ck_ok(recs_assigner_assign(labels, NULL, loaded, &other));
  ck_assert_mem_eq(labels, recs_kmeans_labels(kmeans), sizeof labels);
  ck_ok(recs_assigner_assign(labels, NULL, loaded, &last));
  ck_assert_uint_eq(labels[0], recs_kmeans_labels(kmeans)[7]);
  last.rows = 0;
  ck_ok(recs_assigner_assign(NULL, NULL, loaded, &last));
  recs_buffer_free(bytes);
  recs_assigner_free(loaded);
  recs_assigner_free(assigner);
  recs_kmeans_free(kmeans);
}
END_TEST

/* A file is refused when it is cut short or damaged anywhere, and when it holds something else. */
START_TEST(files) {
  char path[] = "/tmp/recs-assigner-XXXXXX";
  int descriptor = mkstemp(path);
  recs_assigner *assigner, *loaded;
  recs_kmeans *kmeans, *wrong;
  unsigned char *bytes;
  void *saved;
  size_t size;
  ck_assert_int_ge(descriptor, 0);
  close(descriptor);
  ck_ok(fit(&assigner, &kmeans, context));
  ck_ok(recs_assigner_save(assigner, path));
  ck_ok(recs_assigner_load(&loaded, context, path));
  recs_assigner_free(loaded);
  ck_fails(recs_kmeans_load(&wrong, context, path), RECS_ERROR_FORMAT, "assigner");
  ck_ok(recs_assigner_save_memory(&saved, &size, assigner));
  bytes = saved;
  for (size_t at = 0; at < size; at += 37) {
    int32_t status;
    bytes[at] ^= 0x40;
    status = recs_assigner_load_memory(&loaded, context, bytes, size);
    ck_assert(status != RECS_OK);
    ck_assert_ptr_null(loaded);
    bytes[at] ^= 0x40;
  }
  ck_assert_int_ne(recs_assigner_load_memory(&loaded, context, bytes, size / 2), RECS_OK);
  recs_buffer_free(saved);
  recs_assigner_free(assigner);
  recs_kmeans_free(kmeans);
  unlink(path);
}
END_TEST

START_TEST(refusals) {
  double bad[] = {1, INFINITY};
  recs_table table = table_of(bad, 1);
  recs_assigner *assigner, *other;
  recs_kmeans *kmeans, *narrow;
  recs_kmeans_options options;
  uint32_t label;
  ck_ok(fit(&assigner, &kmeans, context));
  ck_ok(recs_kmeans_options_init(&options, sizeof options));
  options.clusters = 1;
  ck_ok(recs_kmeans_fit(&narrow, context, (const float[]){1, 2}, 2, 1, &options, NULL, NULL));
  ck_fails(recs_assigner_create(&other, recs_assigner_pipeline(assigner), narrow), RECS_ERROR_INVALID, "gives 2 columns, but the clustering");
  ck_assert_ptr_null(other);
  ck_fails(recs_assigner_create(&other, NULL, kmeans), RECS_ERROR_INVALID, "pipeline");
  ck_fails(recs_assigner_create(&other, recs_assigner_pipeline(assigner), NULL), RECS_ERROR_INVALID, "kmeans");
  ck_fails(recs_assigner_create(NULL, recs_assigner_pipeline(assigner), kmeans), RECS_ERROR_INVALID, "out");
  ck_fails(recs_assigner_assign(&label, NULL, assigner, &table), RECS_ERROR_NUMERIC, "row 0");
  ck_fails(recs_assigner_assign(NULL, NULL, assigner, &table), RECS_ERROR_INVALID, "out_labels");
  ck_fails(recs_assigner_assign(&label, NULL, assigner, NULL), RECS_ERROR_INVALID, "table");
  ck_fails(recs_assigner_assign(&label, NULL, NULL, &table), RECS_ERROR_INVALID, "assigner");
  table.struct_size = 0;
  ck_fails(recs_assigner_assign(&label, NULL, assigner, &table), RECS_ERROR_INVALID, "struct_size");
  ck_assert_ptr_null(recs_assigner_pipeline(NULL));
  ck_assert_ptr_null(recs_assigner_kmeans(NULL));
  recs_assigner_free(NULL);
  recs_kmeans_free(narrow);
  recs_kmeans_free(kmeans);
  recs_assigner_free(assigner);
}
END_TEST

static int32_t everything(recs_context *heap, void *payload) {
  recs_table table = table_of(values, ROWS);
  recs_assigner *assigner, *loaded = NULL;
  recs_kmeans *kmeans;
  uint32_t labels[ROWS];
  void *bytes = NULL;
  size_t size = 0;
  int32_t status = fit(&assigner, &kmeans, heap);
  (void)payload;
  if (status == RECS_OK)
    status = recs_assigner_save_memory(&bytes, &size, assigner);
  if (status == RECS_OK)
    status = recs_assigner_load_memory(&loaded, heap, bytes, size);
  if (status == RECS_OK)
    status = recs_assigner_assign(labels, NULL, loaded, &table);
  recs_buffer_free(bytes);
  recs_assigner_free(loaded);
  recs_assigner_free(assigner);
  recs_kmeans_free(kmeans);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(everything, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("assigner");
  TCase *tests = tcase_create("assigner");
  tcase_set_timeout(tests, 60);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, rows_are_placed_as_at_the_fit);
  tcase_add_test(tests, files);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
