/* recs evaluate: how good a scorer is on a log, by a split. */
#include "fitting.h"

#include <stdlib.h>
#include <string.h>

typedef struct evaluate_flags {
  fitting_flags fitting;
  const char *split;
  const char *fit;
  const char *stage;
  const char *cutoffs;
  const char *similarity;
  double level;
  uint64_t seed;
  uint64_t resamples;
  int repeats;
} evaluate_flags;

static int is_json(const evaluate_flags *given) {
  return strcmp(given->fitting.settings.format, "json") == 0;
}

/* A value that must be one of an option's choices or within its bounds, before anything is read. */
static int set_option(void *options, const recs_schema *schema, const char *name, const char *value) {
  if (value == NULL || recs_options_set(options, schema, name, value) == RECS_OK)
    return EXIT_DONE;
  return bad_usage("%s", recs_last_error());
}

static int split_options(recs_split_options *out, const evaluate_flags *given) {
  recs_split_options_init(out, sizeof *out);
  out->seed = given->seed;
  out->repeats = given->repeats;
  if (given->split != NULL && recs_split_options_parse(out, given->split) != RECS_OK)
    return bad_usage("%s", recs_last_error());
  return set_option(out, recs_split_schema(), "fit", given->fit);
}

static int evaluate_options(recs_evaluate_options *out, const evaluate_flags *given) {
  recs_evaluate_options_init(out, sizeof *out);
  if (given->cutoffs != NULL)
    out->cutoffs = given->cutoffs;
  out->similarity = given->similarity;
  return set_option(out, recs_evaluate_schema(), "stage", given->stage);
}

/* The interval of a figure, by the bootstrap where it is asked for; 0 for a figure that has none. */
static int find_interval(double *low, double *high, const recs_evaluation *evaluation, uint32_t index,
                         const evaluate_flags *given) {
  recs_resample_options options;
  int32_t status;
  recs_resample_options_init(&options, sizeof options);
  options.level = given->level;
  options.seed = given->seed;
  options.resamples = (uint32_t)given->resamples;
  if (given->resamples > 0)
    status = recs_evaluation_bootstrap(low, high, evaluation, index, &options);
  else
    status = recs_evaluation_interval(low, high, evaluation, index, given->level);
  return status == RECS_OK;
}

static void print_json(out_sheet *sheet, const recs_evaluation *evaluation, const evaluate_flags *given) {
  json_t *metrics = json_object(), *intervals = json_object();
  for (uint32_t i = 0; i < recs_evaluation_metrics(evaluation); i++) {
    const char *name = "";
    double value = 0, low, high;
    recs_evaluation_metric(&name, NULL, &value, evaluation, i);
    json_object_set_new(metrics, name, sheet_real(value));
    if (find_interval(&low, &high, evaluation, i, given))
      json_object_set_new(intervals, name, json_pack("[o, o]", sheet_real(low), sheet_real(high)));
  }
  sheet_value(sheet, "metrics", metrics);
  sheet_value(sheet, "intervals", intervals);
}

static void print_rows(out_sheet *sheet, const recs_evaluation *evaluation, const evaluate_flags *given) {
  for (uint32_t i = 0; i < recs_evaluation_metrics(evaluation); i++) {
    const char *name = "";
    double value = 0, low, high;
    json_t *row = json_object();
    int known = find_interval(&low, &high, evaluation, i, given);
    recs_evaluation_metric(&name, NULL, &value, evaluation, i);
    json_object_set_new(row, "metric", json_string(name));
    json_object_set_new(row, "value", sheet_real(value));
    json_object_set_new(row, "low", known ? sheet_real(low) : json_string(""));
    json_object_set_new(row, "high", known ? sheet_real(high) : json_string(""));
    sheet_row(sheet, row);
  }
}

static void print_evaluation(out_sheet *sheet, const recs_evaluation *evaluation, const recs_split *split,
                             const recs_model *model, const evaluate_flags *given) {
  static const char *const methods[] = {"", "leave-last-out", "leave-last-basket-out", "holdout", "time", "users"};
  sheet_value(sheet, "scorer", sheet_text(recs_scorer_name(recs_model_scorer(model))));
  sheet_value(sheet, "split", json_string(methods[recs_split_method(split)]));
  sheet_value(sheet, "fit", json_string(given->fit == NULL ? "train" : given->fit));
  sheet_value(sheet, "users", json_integer(recs_evaluation_users(evaluation)));
  sheet_value(sheet, "new_users", json_integer(recs_evaluation_new_users(evaluation)));
  sheet_value(sheet, "cold", json_integer((json_int_t)recs_evaluation_cold(evaluation)));
  if (is_json(given))
    print_json(sheet, evaluation, given);
  else
    print_rows(sheet, evaluation, given);
}

static int fit_and_ask(const fitting_data *data, const evaluate_flags *given, recs_split_options *split_by,
                       const recs_evaluate_options *asked, out_sheet *sheet) {
  recs_matrix_options matrix;
  recs_model_options options;
  recs_split *split = NULL;
  recs_model *model = NULL;
  recs_evaluation *evaluation = NULL;
  char *text = NULL;
  double start = seconds_now();
  int code = model_options(&options, &matrix, &text, data, &given->fitting);
  split_by->matrix = &matrix;
  if (code == EXIT_DONE && recs_split_create(&split, fitting_events(data), split_by) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "split", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE && recs_model_fit(&model, recs_split_training(split, asked->stage), &options, terminal_progress(),
                                          NULL) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "fit", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE && recs_evaluate(&evaluation, split, model, asked, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "score", seconds_now() - start);
  if (code == EXIT_DONE)
    print_evaluation(sheet, evaluation, split, model, given);
  recs_evaluation_free(evaluation);
  recs_model_free(model);
  recs_split_free(split);
  free(text);
  return code;
}

static int check_flags(const evaluate_flags *given) {
  if (!(given->level > 0 && given->level < 1))
    return bad_usage("--level is %g, not between 0 and 1", given->level);
  if (given->resamples != 0 && (given->resamples < 10 || given->resamples > 1000000))
    return bad_usage("--bootstrap is %llu, outside 10 to 1000000", (unsigned long long)given->resamples);
  return EXIT_DONE;
}

static int evaluate_log(const char *path, evaluate_flags *given, out_sheet *sheet) {
  recs_split_options split_by;
  recs_evaluate_options asked;
  fitting_data data;
  int code = check_flags(given);
  if (code == EXIT_DONE)
    code = split_options(&split_by, given);
  if (code == EXIT_DONE)
    code = evaluate_options(&asked, given);
  if (code != EXIT_DONE)
    return code;
  code = open_fitting(&data, path, &given->fitting, sheet, NULL);
  if (code == EXIT_DONE)
    code = fit_and_ask(&data, given, &split_by, &asked, sheet);
  close_fitting(&data);
  return code;
}

static int run(int count, char **arguments) {
  evaluate_flags given = {.level = 0.95, .seed = 1};
  out_sheet *sheet;
  int code;
  fitting_flags_init(&given.fitting);
  const flag flags[] = {
      {"split", FLAG_TEXT, &given.split, "HOW",
       "leave-last-out, leave-last-basket-out (default where baskets are known), holdout=0.2, time=T, users=0.1"},
      {"fit", FLAG_TEXT, &given.fit, "PARTS", "train (default), or train+valid: learn from the validation part too"},
      {"stage", FLAG_TEXT, &given.stage, "STAGE", "test (default), or validation: what choices are to be made by"},
      {"repeats", FLAG_SWITCH, &given.repeats, NULL, "items that come again count, and may be listed again"},
      {"at", FLAG_TEXT, &given.cutoffs, "K,K,...", "lengths of lists; default 5,10,20"},
      {"similarity", FLAG_TEXT, &given.similarity, "COLUMN", "tags that diversity is measured by; default: the items' users"},
      {"level", FLAG_REAL, &given.level, "P", "level of the intervals; default 0.95"},
      {"bootstrap", FLAG_COUNT, &given.resamples, "N", "intervals by so many resamples; default: by the normal distribution"},
      {"seed", FLAG_COUNT, &given.seed, "N", "seed of splits and resamples; default 1"},
      FITTING_FLAGS(given.fitting),
  };
  if ((code = parse_flags(count, arguments, "EVENTS [--scorer NAME] [--split HOW] [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if ((sheet = sheet_open(stdout, given.fitting.settings.format, NULL)) == NULL)
    return EXIT_BAD_USAGE;
  code = evaluate_log(arguments[1], &given, sheet);
  fitting_flags_free(&given.fitting);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_evaluate = {"evaluate", "EVENTS --scorer NAME", "measure how good a scorer is: hits, ranking, coverage", run};
