/* Files of pipelines with damage behind right checksums: whatever one value becomes, the file is refused or can be used. */
#include "support/container.h"
#include "support/support.h"

#include "lib/base/stream.h"
#include "lib/persist/format.h"

enum { ROWS = 12, COLUMNS = 3 };

static const char steps[] = "flag[x0]=mad; indicate; impute[x0,x1]=knn:2; impute=mean; clip=iqr; log; scale[x0]=z; scale[x1]=rank:4; "
                            "onehot[x2]; drop[*_outlier]; scale=l2";

static recs_context *context;
static double values[ROWS * COLUMNS];
static recs_table table;
static unsigned char *file; /* aligned, as a copy of it is */
static size_t file_size;

static void setup(void) {
  recs_pipeline_options options;
  recs_pipeline *pipeline;
  void *bytes;
  context = recs_test_threads(1, UINT32_MAX);
  for (int i = 0; i < ROWS * COLUMNS; i++)
    values[i] = i % 7 == 3 ? (double)NAN : (double)(i * i % 11);
  table = (recs_table){.struct_size = sizeof table, .values = values, .rows = ROWS, .columns = COLUMNS};
  ck_ok(recs_pipeline_options_init(&options, sizeof options));
  options.steps = steps;
  ck_ok(recs_pipeline_fit(&pipeline, NULL, context, &table, &options, NULL, NULL));
  ck_ok(recs_pipeline_save_memory(&bytes, &file_size, pipeline));
  file = aligned_alloc(64, (file_size + 63) / 64 * 64);
  memcpy(file, bytes, file_size);
  recs_buffer_free(bytes);
  recs_pipeline_free(pipeline);
}

static void teardown(void) {
  free(file);
  recs_context_free(context);
}

static recs__section section_at(uint32_t index) {
  recs__file_header header;
  recs__section section;
  memcpy(&header, file, sizeof header);
  ck_assert_uint_lt(index, header.section_count);
  memcpy(&section, file + header.table_offset + index * sizeof section, sizeof section);
  return section;
}

static recs__section section_of(const char *name) {
  for (uint32_t i = 0;; i++) {
    recs__section section = section_at(i);
    if (strcmp(section.name, name) == 0)
      return section;
  }
}

/* One value of the file becomes `bits`. Returns the status of loading; what can be loaded is used. */
static int32_t load_with(const recs__section *section, uint64_t index, uint64_t bits) {
  size_t size = recs__type_size((recs__type)section->type);
  unsigned char *copy = malloc(file_size);
  recs_pipeline *loaded;
  int32_t status;
  memcpy(copy, file, file_size);
  memcpy(copy + section->offset + index * size, &bits, size); /* little-endian */
  recs_test_repair(copy, file_size);
  status = recs_pipeline_load_memory(&loaded, context, copy, file_size);
  if (status == RECS_OK) {
    double *out = malloc(ROWS * recs_pipeline_columns(loaded) * sizeof *out);
    recs_table nameless = table;
    nameless.columns = recs_pipeline_input_columns(loaded);
    if (nameless.columns <= COLUMNS)
      recs_pipeline_apply(out, NULL, loaded, &nameless);
    for (uint32_t i = 0; i < recs_pipeline_finding_count(loaded); i++)
      ck_assert_int_eq(recs_pipeline_finding(NULL, NULL, NULL, NULL, NULL, NULL, loaded, i), RECS_OK);
    free(out);
    recs_pipeline_free(loaded);
  }
  free(copy);
  return status;
}

static void crafted_fails(const char *name, uint64_t index, uint64_t bits, const char *message) {
  recs__section section = section_of(name);
  ck_fails(load_with(&section, index, bits), RECS_ERROR_FORMAT, message);
}

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

START_TEST(damage_is_named) {
  crafted_fails("steps", 0, 'x', "unknown verb \"xlag\"");
  crafted_fails("inputs", 0, 0, "outside 1 to");
  crafted_fails("inputs", 0, 2, "a pipeline has 13 columns and 14 names");
  crafted_fails("step0.columns", 0, 4, "step 0 of a pipeline is damaged: its columns");
  crafted_fails("step3.columns", 1, 0, "step 3 of a pipeline is damaged: its columns");
  crafted_fails("step9.columns", 0, 2, "step 9 of a pipeline is damaged: its columns"); /* gone since onehot */
  crafted_fails("step2.offsets", 1, 1, "step 2 of a pipeline is damaged: its numbers");
  crafted_fails("step2.arguments", 0, bits_of(0), "step 2 of a pipeline is damaged: its arguments");
  crafted_fails("step3.offsets", 1, 0, "how many numbers it learned");
  crafted_fails("step3.offsets", 1, UINT64_MAX, "the offsets of a step");
  crafted_fails("step3.numbers", 0, bits_of((double)NAN), "a number that is not finite");
  crafted_fails("step4.numbers", 0, bits_of(1e300), "step 4 of a pipeline is damaged: its numbers");
  crafted_fails("step6.numbers", 1, bits_of(0), "step 6 of a pipeline is damaged: its numbers");
  crafted_fails("step7.numbers", 0, bits_of(1e300), "step 7 of a pipeline is damaged: its numbers");
  crafted_fails("step8.offsets", 1, 1, "the offsets of a step");
}
END_TEST

START_TEST(any_value_damaged) {
  static const uint64_t bits[] = {0, 1, 2, 0x7f, 0x80, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(0x7ff8) << 48, UINT64_MAX};
  recs__file_header header;
  memcpy(&header, file, sizeof header);
  for (uint32_t s = 0; s < header.section_count; s++) {
    recs__section section = section_at(s);
    for (uint64_t i = 0; i < section.count; i++)
      load_with(&section, i, bits[(i + (uint64_t)_i) % (sizeof bits / sizeof bits[0])]);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pipeline");
  TCase *tests = tcase_create("pipeline");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, damage_is_named);
  tcase_add_loop_test(tests, any_value_damaged, 0, 9);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
