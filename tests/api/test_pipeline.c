/* Pipelines: values by hand, texts that cannot be read, tables that do not fit, files. Statistics have their witness in Python. */
#include "support/support.h"

#include <stdio.h>

enum { ROWS = 6, COLUMNS = 3 };
#define NONE ((double)NAN)

/* visits, spend, and a constant. */
static const double shop[ROWS * COLUMNS] = {1, 10, 7, 2, NONE, 7, 2, 30, 7, 4, 20, 7, NONE, 40, 7, 90, 50, 7};
static const char names[] = "visitsspendkind";
static const int64_t name_offsets[] = {0, 6, 11, 15};

static recs_context *context;
static recs_pipeline *pipeline;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  pipeline = NULL;
}

static void teardown(void) {
  recs_pipeline_free(pipeline);
  recs_context_free(context);
}

static recs_table table_of(const double *values, size_t rows) {
  recs_table table = {.struct_size = sizeof table, .values = values, .rows = rows, .columns = COLUMNS};
  table.names = names;
  table.name_offsets = name_offsets;
  return table;
}

static int32_t fit_with(recs_context *with, const char *steps, const double *values, size_t rows, uint8_t *excluded) {
  recs_table table = table_of(values, rows);
  recs_pipeline_options options;
  recs_pipeline_options_init(&options, sizeof options);
  options.steps = steps;
  return recs_pipeline_fit(&pipeline, excluded, with, &table, &options, NULL, NULL);
}

static int32_t fit(const char *steps) {
  recs_pipeline_free(pipeline);
  return fit_with(context, steps, shop, ROWS, NULL);
}

/* Column `column` of what comes out for the shop's rows. */
static void prepare(double *out, const char *steps, uint32_t column) {
  recs_table table = table_of(shop, ROWS);
  double *all;
  uint32_t columns;
  ck_ok(fit(steps));
  columns = recs_pipeline_columns(pipeline);
  all = malloc(ROWS * columns * sizeof *all);
  ck_ok(recs_pipeline_apply(all, NULL, pipeline, &table));
  for (size_t row = 0; row < ROWS; row++)
    out[row] = all[row * columns + column];
  free(all);
}

static void gives(const char *steps, uint32_t column, double a, double b, double c, double d, double e, double f) {
  const double wanted[ROWS] = {a, b, c, d, e, f};
  double out[ROWS];
  prepare(out, steps, column);
  for (size_t row = 0; row < ROWS; row++)
    ck_assert_msg(fabs(out[row] - wanted[row]) < 1e-12 || (isnan(out[row]) && isnan(wanted[row])), "%s: row %zu is %g, not %g", steps,
                  row, out[row], wanted[row]);
}

START_TEST(values_of_each_step) {
  gives("impute=mean", 1, 10, 30, 30, 20, 40, 50);
  gives("impute=median", 0, 1, 2, 2, 4, 2, 90);
  gives("impute=most-frequent", 0, 1, 2, 2, 4, 2, 90);
  gives("impute=constant:-1.5", 0, 1, 2, 2, 4, -1.5, 90);
  gives("impute[visits,spend]=knn:1", 1, 10, 30, 30, 20, 40, 50);
  gives("impute[visits,spend]=knn:2", 0, 1, 2, 2, 4, 46, 90);
  gives("impute=keep; clip=range:2:5", 0, 2, 2, 2, 4, NONE, 5);
  gives("impute=keep; blank=range:2:5", 0, NONE, 2, 2, 4, NONE, NONE);
  gives("impute=keep; clip=quantile:0.25:0.75", 0, 2, 2, 2, 4, NONE, 4);
  gives("impute=keep; clip=iqr:0.5", 0, 1, 2, 2, 4, NONE, 5);
  gives("impute=keep; clip=mad:0", 0, 2, 2, 2, 2, NONE, 2);
  gives("impute=keep; log[visits]", 0, log(2), log(3), log(3), log(5), NONE, log(91));
  gives("impute=keep; sqrt[visits]", 0, 1, sqrt(2), sqrt(2), 2, NONE, sqrt(90));
  gives("impute=keep; scale=minmax", 1, 0, NONE, 0.5, 0.25, 0.75, 1);
  gives("impute=keep; scale=robust", 1, -1, NONE, 0, -0.5, 0.5, 1);
  gives("impute=keep; scale=z", 1, -sqrt(2), NONE, 0, -sqrt(0.5), sqrt(0.5), sqrt(2));
  gives("impute=keep; scale=rank:5", 0, 0, 0.375, 0.375, 0.75, NONE, 1);
  gives("impute=constant:0; scale[spend,kind]=l2", 1, 10 / sqrt(149), 0, 30 / sqrt(949), 20 / sqrt(449), 40 / sqrt(1649),
        50 / sqrt(2549));
}
END_TEST

START_TEST(constant_columns_become_zero) {
  static const char *const kinds[] = {"z", "robust", "minmax", "rank"};
  for (size_t k = 0; k < 4; k++) {
    char steps[64];
    snprintf(steps, sizeof steps, "impute=mean; scale=%s", kinds[k]);
    gives(steps, 2, 0, 0, 0, 0, 0, 0);
  }
}
END_TEST

START_TEST(columns_come_and_go) {
  gives("indicate; impute=mean", 3, 0, 0, 0, 0, 1, 0);
  ck_assert_str_eq(recs_pipeline_name(pipeline, 3), "visits_missing");
  ck_assert_str_eq(recs_pipeline_name(pipeline, 4), "spend_missing");
  ck_assert_uint_eq(recs_pipeline_columns(pipeline), 5);
  gives("flag[visits]=range:0:10; impute=mean", 3, 0, 0, 0, 0, 0, 1);
  ck_assert_str_eq(recs_pipeline_name(pipeline, 3), "visits_outlier");
  gives("onehot[visits]; drop[spend]", 2, 0, 1, 1, 0, 0, 0);
  ck_assert_str_eq(recs_pipeline_name(pipeline, 2), "visits=2");
  ck_assert_str_eq(recs_pipeline_name(pipeline, 0), "kind");
  ck_assert_uint_eq(recs_pipeline_columns(pipeline), 5);
  gives("indicate; select[*_missing]; drop[v*]", 0, 0, 1, 0, 0, 0, 0);
  gives("select[ kind ]", 0, 7, 7, 7, 7, 7, 7);
  gives("indicate; impute=mean; scale[!kind]=minmax", 2, 7, 7, 7, 7, 7, 7);
  gives("indicate; impute=mean; scale[*]=minmax", 4, 0, 1, 0, 0, 0, 0);
  ck_assert_uint_eq(recs_pipeline_input_columns(pipeline), COLUMNS);
  ck_assert_str_eq(recs_pipeline_input_name(pipeline, 1), "spend");
  ck_assert_str_eq(recs_pipeline_input_name(pipeline, 3), "");
  ck_assert_str_eq(recs_pipeline_steps(pipeline), "indicate; impute=mean; scale[*]=minmax");
}
END_TEST

START_TEST(excluded_rows) {
  uint8_t excluded[ROWS];
  recs_table table = table_of(shop, ROWS);
  double out[ROWS * COLUMNS];
  ck_ok(fit_with(context, "exclude[visits]=range:0:10; impute=mean", shop, ROWS, excluded));
  for (size_t row = 0; row < ROWS; row++)
    ck_assert_uint_eq(excluded[row], row == 5);
  ck_ok(recs_pipeline_apply(out, NULL, pipeline, &table));
  ck_assert_double_eq(out[4 * COLUMNS], 2.25); /* the mean without row 5, which still comes out */
  ck_assert_double_eq(out[5 * COLUMNS], 90);
  ck_fails(fit("exclude=range:500:600"), RECS_ERROR_INVALID, "leaves no row");
  ck_fails(fit("exclude[visits]=range:2:100; impute[visits]=mean; impute=refuse"), RECS_ERROR_NUMERIC, "row 1, column \"spend\"");
}
END_TEST

static void finds(uint32_t index, uint32_t step, const char *column, const char *what, uint64_t count, double low, double high) {
  uint32_t found_step;
  const char *found_column, *found_what;
  uint64_t found_count;
  double found_low, found_high;
  ck_ok(recs_pipeline_finding(&found_step, &found_column, &found_what, &found_count, &found_low, &found_high, pipeline, index));
  ck_assert_uint_eq(found_step, step);
  ck_assert_str_eq(found_column, column);
  ck_assert_str_eq(found_what, what);
  ck_assert_uint_eq(found_count, count);
  ck_assert(isnan(low) ? isnan(found_low) : found_low == low);
  ck_assert(isnan(high) ? isnan(found_high) : found_high == high);
}

START_TEST(findings) {
  uint64_t counts[9];
  static const double new_rows[] = {NONE, NONE, NONE, 500, 10, 7, -9, 10, 7};
  recs_table table = table_of(new_rows, 3);
  double out[9];
  ck_ok(fit("impute=constant:3; clip=range:2:45; scale=minmax"));
  ck_assert_uint_eq(recs_pipeline_finding_count(pipeline), 9);
  finds(0, 0, "visits", "filled", 1, 3, 3);
  finds(2, 0, "kind", "filled", 0, 3, 3);
  finds(3, 1, "visits", "clipped", 2, 2, 45);
  finds(4, 1, "spend", "clipped", 1, 2, 45);
  finds(6, 2, "visits", "scaled", 0, 2, 43);
  finds(8, 2, "kind", "constant", 6, 7, 1);
  ck_fails(recs_pipeline_finding(NULL, NULL, NULL, NULL, NULL, NULL, pipeline, 9), RECS_ERROR_INVALID, "finding 9 of a pipeline with 9");
  ck_ok(recs_pipeline_apply(out, counts, pipeline, &table));
  ck_assert(counts[0] == 1 && counts[1] == 1 && counts[2] == 1 && counts[3] == 2 && counts[4] == 0 && counts[8] == 2);
  ck_ok(fit("impute[visits,spend]=knn; onehot[kind]"));
  finds(0, 0, "visits", "filled", 1, NONE, NONE);
  finds(2, 1, "kind", "encoded", 0, 1, 1);
}
END_TEST

START_TEST(texts_that_cannot_be_read) {
  ck_fails(fit("impute=mean; clop=iqr"), RECS_ERROR_INVALID,
           "step 2, \"clop=iqr\" at byte 13: unknown verb \"clop\"; known: select, drop, indicate, impute, clip,");
  ck_ok(fit("impute=mean;\n\n  scale = z ; "));
  ck_fails(fit("clip=iqq:1"), RECS_ERROR_INVALID, "unknown method \"iqq\"; known: iqr, mad, z, quantile, range");
  ck_fails(fit("clip=iqr:x"), RECS_ERROR_INVALID, "K is \"x\", not a number from 0 to inf");
  ck_fails(fit("clip=iqr:-1"), RECS_ERROR_INVALID, "K is \"-1\"");
  ck_fails(fit("impute=knn:1.5"), RECS_ERROR_INVALID, "not a whole number from 1 to 1000");
  ck_fails(fit("clip=iqr:1:2"), RECS_ERROR_INVALID, "too many arguments (clip=iqr:K)");
  ck_fails(fit("clip=range:1"), RECS_ERROR_INVALID, "H is not given (clip=range:L:H)");
  ck_fails(fit("clip=range:2:1"), RECS_ERROR_INVALID, "wrong way round");
  ck_fails(fit("clip"), RECS_ERROR_INVALID, "unknown method \"\"");
  ck_fails(fit("log=2"), RECS_ERROR_INVALID, "unknown method \"2\"; known: none");
  ck_fails(fit("log[visits"), RECS_ERROR_INVALID, "no ] after [");
  ck_fails(fit("log[visits]z"), RECS_ERROR_INVALID, "verb[columns]=method");
  ck_fails(fit("drop"), RECS_ERROR_INVALID, "name its columns");
  ck_fails(fit("log[visit]"), RECS_ERROR_INVALID, "step 1: no column \"visit\"");
  ck_fails(fit("drop[kind]; log[kind]"), RECS_ERROR_INVALID, "step 2: no column \"kind\"");
  ck_fails(fit("log[x*]"), RECS_ERROR_INVALID, "no column \"x*\"");
  ck_fails(fit("log[]"), RECS_ERROR_INVALID, "an empty name");
  ck_fails(fit("drop[*]"), RECS_ERROR_INVALID, "leave no column");
  ck_fails(fit("indicate; indicate"), RECS_ERROR_INVALID, "two columns \"visits_missing\"");
}
END_TEST

START_TEST(kinds_of_steps) {
  const char *form, *summary;
  uint32_t count = 0;
  while (recs_pipeline_kind(&form, &summary, count) == RECS_OK) {
    ck_assert(form[0] != 0 && summary[0] != 0);
    count += 1;
  }
  ck_assert_uint_gt(count, 20);
  ck_assert_ptr_null(form);
}
END_TEST

START_TEST(values_that_cannot_be_taken) {
  static const double empty[] = {NONE, 1, 2, NONE, 3, 4}, infinite[] = {1, 2, 3, 4, INFINITY, 6}, huge[] = {-1.7e308, 1, 1, 1.7e308, 1, 1};
  static const char *const learners[] = {"impute=mean", "impute=knn", "scale=z", "clip=iqr", "scale=rank"};
  ck_fails(fit(""), RECS_ERROR_NUMERIC, "row 1, column \"spend\" is missing and no step fills it");
  ck_fails(fit("impute=refuse"), RECS_ERROR_NUMERIC, "row 1, column \"spend\" is missing, which impute=refuse does not allow");
  for (size_t i = 0; i < 5; i++)
    ck_fails(fit_with(context, learners[i], empty, 2, NULL), RECS_ERROR_INVALID, "column \"visits\" has no value that");
  ck_fails(fit_with(context, "onehot[visits]", empty, 2, NULL), RECS_ERROR_INVALID, "column \"visits\" has no value that");
  ck_ok(fit_with(context, "impute=constant:0; scale=z", empty, 2, NULL));
  recs_pipeline_free(pipeline);
  ck_fails(fit_with(context, "impute=mean", infinite, 2, NULL), RECS_ERROR_NUMERIC, "row 1, column \"spend\" is inf");
  ck_fails(fit_with(context, "scale=minmax", huge, 2, NULL), RECS_ERROR_NUMERIC, "column \"visits\" has values too large for scale=minmax");
  ck_fails(fit_with(context, "scale=z", shop, 0, NULL), RECS_ERROR_INVALID, "no rows");
  ck_ok(fit_with(context, "impute=knn:3; scale=z; clip=mad", shop, 1, NULL)); /* one row is enough */
}
END_TEST

START_TEST(too_many_categories) {
  recs_table table = table_of(shop, ROWS);
  recs_pipeline_options options;
  ck_ok(recs_pipeline_options_init(&options, sizeof options));
  options.steps = "onehot[visits]";
  options.max_categories = 3;
  ck_fails(recs_pipeline_fit(&pipeline, NULL, context, &table, &options, NULL, NULL), RECS_ERROR_INVALID,
           "column \"visits\" has 4 values; onehot takes 3 at most");
  options.max_categories = 0;
  ck_fails(recs_pipeline_fit(&pipeline, NULL, context, &table, &options, NULL, NULL), RECS_ERROR_INVALID, "max_categories");
}
END_TEST

START_TEST(tables_that_do_not_fit) {
  static const char other[] = "spendkindvisitsmore", twice[] = "kindkindspend";
  static const int64_t other_offsets[] = {0, 5, 9, 15, 19}, twice_offsets[] = {0, 4, 8, 13}, empty_name[] = {0, 6, 6, 11};
  static const double turned[] = {10, 7, 1, 50, 7, 90};
  double out[2 * COLUMNS];
  recs_table table = table_of(turned, 2);
  ck_ok(fit("impute=mean"));
  table.names = other;
  table.name_offsets = other_offsets;
  ck_ok(recs_pipeline_apply(out, NULL, pipeline, &table)); /* another order */
  ck_assert(out[0] == 1 && out[1] == 10 && out[2] == 7 && out[3] == 90);
  table.columns = 4;
  table.rows = 1;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID, "a column \"more\" that the pipeline was not fitted on");
  table.columns = 2;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID, "no column \"visits\"");
  table.columns = COLUMNS;
  table.names = twice;
  table.name_offsets = twice_offsets;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID, "two columns \"kind\"");
  recs_pipeline_free(pipeline);
  ck_fails(recs_pipeline_fit(&pipeline, NULL, context, &table, NULL, NULL, NULL), RECS_ERROR_INVALID, "two columns \"kind\"");
  table.name_offsets = empty_name;
  ck_fails(recs_pipeline_fit(&pipeline, NULL, context, &table, NULL, NULL, NULL), RECS_ERROR_INVALID, "column 1 of the table has no name");
  table.name_offsets = NULL;
  ck_fails(recs_pipeline_fit(&pipeline, NULL, context, &table, NULL, NULL, NULL), RECS_ERROR_INVALID, "name_offsets");
  table.names = NULL;
  ck_ok(recs_pipeline_fit(&pipeline, NULL, context, &table, NULL, NULL, NULL));
  ck_assert_str_eq(recs_pipeline_name(pipeline, 2), "x2");
  table.columns = 2;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID,
           "2 columns without names; the pipeline was fitted on 3");
  table.columns = 0;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID, "no columns");
  table.columns = COLUMNS;
  table.rows = SIZE_MAX / 2;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_OVERFLOW, "too many");
  table.rows = 1;
  table.values = NULL;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID, "values");
  table.rows = 0;
  ck_ok(recs_pipeline_apply(out, NULL, pipeline, &table));
  table.struct_size = 8;
  ck_fails(recs_pipeline_apply(out, NULL, pipeline, &table), RECS_ERROR_INVALID, "struct_size");
}
END_TEST

static int32_t stop_at_once(void *payload, double fraction) {
  *(double *)payload = fraction;
  return fraction > 0.3;
}

START_TEST(progress_and_cancel) {
  recs_table table = table_of(shop, ROWS);
  recs_pipeline_options options;
  double reached = 0;
  ck_ok(recs_pipeline_options_init(&options, sizeof options));
  options.steps = "impute=mean; scale=z; clip=iqr";
  ck_fails(recs_pipeline_fit(&pipeline, NULL, context, &table, &options, stop_at_once, &reached), RECS_ERROR_CANCELLED, "cancel");
  ck_assert(reached > 0.3 && reached < 1);
}
END_TEST

static const char all_steps[] = "flag=mad; indicate; impute[visits]=knn:2; impute=most-frequent; clip=iqr; exclude=range:0:60; log[visits]; "
                                "scale[visits,spend]=robust; scale[spend]=rank:4; onehot[kind]; scale[visits,spend]=l2";

START_TEST(through_a_file) {
  static const char path[] = "test_pipeline.recs";
  recs_table table = table_of(shop, ROWS);
  double first[8 * ROWS], second[8 * ROWS];
  recs_pipeline *loaded;
  void *bytes, *again;
  size_t size, size_again;
  ck_ok(fit(all_steps));
  ck_assert_uint_eq(recs_pipeline_columns(pipeline), 8);
  ck_ok(recs_pipeline_apply(first, NULL, pipeline, &table));
  ck_ok(recs_pipeline_save(pipeline, path));
  ck_ok(recs_pipeline_load(&loaded, context, path));
  ck_ok(recs_pipeline_apply(second, NULL, loaded, &table));
  ck_assert_mem_eq(first, second, sizeof first);
  ck_ok(recs_pipeline_save_memory(&bytes, &size, pipeline));
  ck_ok(recs_pipeline_save_memory(&again, &size_again, loaded));
  ck_assert_uint_eq(size, size_again);
  ck_assert_mem_eq(bytes, again, size);
  recs_buffer_free(again);
  recs_pipeline_free(loaded);
  ck_fails(recs_pipeline_load_memory(&loaded, context, bytes, size - 1), RECS_ERROR_FORMAT, "the pipeline in memory cannot be read");
  ck_assert_ptr_null(loaded);
  ck_fails(recs_model_load_memory((recs_model **)&again, context, bytes, size), RECS_ERROR_FORMAT, "model");
  recs_buffer_free(bytes);
  remove(path);
}
END_TEST

static int32_t whole_life(recs_context *heap, void *payload) {
  recs_table table = table_of(shop, ROWS);
  recs_pipeline *made, *loaded = NULL;
  double out[8 * ROWS];
  void *bytes = NULL;
  size_t size;
  int32_t status;
  (void)payload;
  pipeline = NULL;
  status = fit_with(heap, all_steps, shop, ROWS, NULL);
  made = pipeline;
  pipeline = NULL;
  if (status == RECS_OK)
    status = recs_pipeline_apply(out, NULL, made, &table);
  if (status == RECS_OK)
    status = recs_pipeline_save_memory(&bytes, &size, made);
  if (status == RECS_OK)
    status = recs_pipeline_load_memory(&loaded, heap, bytes, size);
  recs_buffer_free(bytes);
  recs_pipeline_free(loaded);
  recs_pipeline_free(made);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(whole_life, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("pipeline");
  TCase *tests = tcase_create("pipeline");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, values_of_each_step);
  tcase_add_test(tests, constant_columns_become_zero);
  tcase_add_test(tests, columns_come_and_go);
  tcase_add_test(tests, excluded_rows);
  tcase_add_test(tests, findings);
  tcase_add_test(tests, texts_that_cannot_be_read);
  tcase_add_test(tests, kinds_of_steps);
  tcase_add_test(tests, values_that_cannot_be_taken);
  tcase_add_test(tests, too_many_categories);
  tcase_add_test(tests, tables_that_do_not_fit);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_test(tests, through_a_file);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
