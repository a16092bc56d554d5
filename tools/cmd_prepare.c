/* recs prepare: a table of numbers through declared steps, learned from it or loaded. */
#include "input.h"
#include "numbers.h"
#include "sheet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct prepare_flags {
  general settings;
  profile_columns columns;
  const char *steps;
  const char *load;
  const char *save;
  const char *out;
  uint64_t references;
  uint64_t categories;
  int list;
} prepare_flags;

/* A number of a finding; steps that have none show nothing. */
static json_t *shown_number(double value) {
  return value != value ? json_null() : sheet_real(value);
}

static uint32_t narrow(uint64_t value) {
  return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static int fit(recs_pipeline **out, const numbers *table, const prepare_flags *given, const char *path) {
  recs_pipeline_options options;
  recs_pipeline_options_init(&options, sizeof options);
  options.steps = given->steps;
  if (given->references > 0)
    options.reference_rows = narrow(given->references);
  if (given->categories > 0)
    options.max_categories = narrow(given->categories);
  if (recs_pipeline_fit(out, NULL, table->context, &table->rows, &options, terminal_progress(), NULL) != RECS_OK)
    return numbers_report(table, path);
  if (given->save != NULL && recs_pipeline_save(*out, given->save) != RECS_OK)
    return report_failure(NULL);
  return EXIT_DONE;
}

static int obtain(recs_pipeline **out, const numbers *table, const prepare_flags *given, const char *path) {
  if (given->load == NULL)
    return fit(out, table, given, path);
  return recs_pipeline_load(out, table->context, given->load) == RECS_OK ? EXIT_DONE : report_failure(NULL);
}

/* What the steps found in this table. */
static void print_findings(out_sheet *sheet, const recs_pipeline *pipeline, const uint64_t *counts) {
  for (uint32_t i = 0; i < recs_pipeline_finding_count(pipeline); i++) {
    json_t *row = json_object();
    const char *column, *what;
    double low, high;
    uint32_t step;
    recs_pipeline_finding(&step, &column, &what, NULL, &low, &high, pipeline, i);
    json_object_set_new(row, "step", json_integer(step + 1));
    json_object_set_new(row, "column", sheet_text(column));
    json_object_set_new(row, "found", sheet_text(what));
    json_object_set_new(row, "count", json_integer((json_int_t)counts[i]));
    json_object_set_new(row, "low", shown_number(low));
    json_object_set_new(row, "high", shown_number(high));
    sheet_row(sheet, row);
  }
}

static int write_table(const numbers *table, const recs_pipeline *pipeline, const double *values, const char *path) {
  FILE *out = fopen(path, "w");
  out_sheet *sheet = out == NULL ? NULL : sheet_open(out, "csv", NULL);
  uint32_t columns = recs_pipeline_columns(pipeline);
  if (sheet == NULL)
    return bad_input("cannot write %s", path);
  for (size_t row = 0; row < table->rows.rows; row++) {
    json_t *shown = json_object();
    json_object_set_new(shown, table->id_column, sheet_text(numbers_id(table, row)));
    for (uint32_t column = 0; column < columns; column++) {
      double value = values[row * columns + column];
      json_object_set_new(shown, recs_pipeline_name(pipeline, column), shown_number(value));
    }
    sheet_row(sheet, shown);
  }
  sheet_close(sheet);
  return fclose(out) == 0 ? EXIT_DONE : bad_input("cannot write %s", path);
}

static int apply(out_sheet *sheet, const numbers *table, const recs_pipeline *pipeline, const prepare_flags *given, const char *path) {
  uint32_t columns = recs_pipeline_columns(pipeline);
  double *values = malloc((table->rows.rows * columns + 1) * sizeof *values);
  uint64_t *counts = calloc(recs_pipeline_finding_count(pipeline) + 1, sizeof *counts);
  int code = EXIT_DONE;
  if (values == NULL || counts == NULL)
    code = bad_input("%s: out of memory", path);
  else if (recs_pipeline_apply(values, counts, pipeline, &table->rows) != RECS_OK)
    code = numbers_report(table, path);
  if (code == EXIT_DONE) {
    print_findings(sheet, pipeline, counts);
    sheet_value(sheet, "rows", json_integer((json_int_t)table->rows.rows));
    sheet_value(sheet, "columns", json_integer(columns));
    sheet_value(sheet, "steps", sheet_text(recs_pipeline_steps(pipeline)));
    if (given->out != NULL)
      code = write_table(table, pipeline, values, given->out);
  }
  free(values);
  free(counts);
  return code;
}

static int prepare(out_sheet *sheet, const prepare_flags *given, const char *path) {
  recs_pipeline *pipeline = NULL;
  numbers table;
  double start = seconds_now();
  int code = numbers_open(&table, &given->settings, path, &given->columns);
  sheet_time(sheet, "read", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = obtain(&pipeline, &table, given, path);
  sheet_time(sheet, "fit", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = apply(sheet, &table, pipeline, given, path);
  sheet_time(sheet, "apply", seconds_now() - start);
  recs_pipeline_free(pipeline);
  numbers_close(&table);
  return code;
}

/* The steps that there are. */
static int list_steps(const prepare_flags *given) {
  out_sheet *sheet = sheet_open(stdout, given->settings.format, "steps");
  const char *form, *summary;
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  for (uint32_t i = 0; recs_pipeline_kind(&form, &summary, i) == RECS_OK; i++) {
    json_t *row = json_object();
    json_object_set_new(row, "step", json_string(form));
    json_object_set_new(row, "what it does", json_string(summary));
    sheet_row(sheet, row);
  }
  sheet_close(sheet);
  return EXIT_DONE;
}

static int run(int count, char **arguments) {
  prepare_flags given = {.settings = {"table", 0}};
  out_sheet *sheet;
  int code, positional;
  profile_columns_init(&given.columns);
  const flag flags[] = {
      {"steps", FLAG_TEXT, &given.steps, "TEXT", "what is done, such as \"impute=median; clip=iqr:1.5; log[spend]; scale=z\""},
      {"list", FLAG_SWITCH, &given.list, NULL, "list the steps that there are"},
      {"save", FLAG_TEXT, &given.save, "PIPELINE", "write what was learned to a file"},
      {"load", FLAG_TEXT, &given.load, "PIPELINE", "take the steps from such a file, as they were learned then"},
      {"out", FLAG_TEXT, &given.out, "FILE", "where the prepared table goes, as CSV"},
      {"id", FLAG_TEXT, &given.columns.options.id, "COLUMN", "column of the ids; default user, or item"},
      {"numbers", FLAG_TEXT, &given.columns.options.numbers, "COLUMNS", "columns to prepare; default: all but the ids"},
      {"ignore", FLAG_TEXT, &given.columns.options.ignore, "COLUMNS", "columns left out"},
      {"references", FLAG_COUNT, &given.references, "N", "rows that impute=knn looks for neighbours in; default 10000"},
      {"categories", FLAG_COUNT, &given.categories, "N", "values that a column of onehot may have; default 64"},
      GENERAL_FLAGS(given.settings),
  };
  if ((positional = parse_flags(count, arguments, "TABLE --steps TEXT | --load PIPELINE [--save PIPELINE] [--out FILE] [flags]", flags,
                                FLAG_TOTAL(flags), 0, 1)) < 0)
    return positional == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.list)
    return list_steps(&given);
  if (positional == 0)
    return bad_usage("which table?");
  if ((given.steps == NULL) == (given.load == NULL))
    return bad_usage("tell either --steps or --load");
  if (given.load != NULL && given.save != NULL)
    return bad_usage("--save goes with --steps: what --load takes is a file already");
  if ((sheet = sheet_open(stdout, given.settings.format, "findings")) == NULL)
    return EXIT_BAD_USAGE;
  code = prepare(sheet, &given, arguments[1]);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_prepare = {"prepare", "TABLE --steps TEXT --out FILE",
                                 "prepare a table of numbers: missing values, outliers, transforms, scaling", run};
