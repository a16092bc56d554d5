/* recs evaluate: how good a scorer is on a log, by a split; or what it would earn, by a log of what was shown. */
#include "logged.h"
#include "tuning.h"

#include <stdlib.h>
#include <string.h>

typedef struct evaluate_flags {
  fitting_flags fitting;
  tuning_flags tuning;
  logged_flags logged;
  const char *split;
  const char *fit;
  const char *stage;
  const char *cutoffs;
  const char *similarity;
  const char *against;
  text_list against_sets;
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

/* An experiment: what was made on the way. */
typedef struct experiment {
  recs_matrix_options matrix;
  recs_model_options options;
  char *text; /* the settings given */
  recs_split *split;
  recs_tuning *tuning;
  recs_model *model;
  recs_evaluation *evaluation;
  recs_histories *validation; /* what the validation part asks for; NULL: it is fitted to */
} experiment;

static recs_resample_options resample_options(const evaluate_flags *given) {
  recs_resample_options options;
  recs_resample_options_init(&options, sizeof options);
  options.level = given->level;
  options.seed = given->seed;
  if (given->resamples > 0)
    options.resamples = (uint32_t)given->resamples;
  return options;
}

/* The interval of a figure, by the bootstrap where it is asked for; 0 for a figure that has none. */
static int find_interval(double *low, double *high, const recs_evaluation *evaluation, uint32_t index,
                         const evaluate_flags *given) {
  recs_resample_options options = resample_options(given);
  if (given->resamples > 0)
    return recs_evaluation_bootstrap(low, high, evaluation, index, &options) == RECS_OK;
  return recs_evaluation_interval(low, high, evaluation, index, given->level) == RECS_OK;
}

static json_t *values_of(const recs_evaluation *evaluation) {
  json_t *values = json_object();
  for (uint32_t i = 0; i < recs_evaluation_metrics(evaluation); i++) {
    const char *name = "";
    double value = 0;
    recs_evaluation_metric(&name, NULL, &value, evaluation, i);
    json_object_set_new(values, name, sheet_real(value));
  }
  return values;
}

static json_t *intervals_of(const recs_evaluation *evaluation, const evaluate_flags *given) {
  json_t *intervals = json_object();
  for (uint32_t i = 0; i < recs_evaluation_metrics(evaluation); i++) {
    const char *name = "";
    double low, high;
    recs_evaluation_metric(&name, NULL, NULL, evaluation, i);
    if (find_interval(&low, &high, evaluation, i, given))
      json_object_set_new(intervals, name, json_pack("[o, o]", sheet_real(low), sheet_real(high)));
  }
  return intervals;
}

static void print_json(out_sheet *sheet, const recs_evaluation *evaluation, const recs_evaluation *other,
                       json_t *differences, const evaluate_flags *given) {
  sheet_value(sheet, "metrics", values_of(evaluation));
  sheet_value(sheet, "intervals", intervals_of(evaluation, given));
  if (other != NULL)
    sheet_value(sheet, "against", json_pack("{s: o, s: o, s: O}", "scorer", sheet_text(given->against), "metrics",
                                            values_of(other), "differences", differences));
}

static json_t *member(json_t *object, const char *name, const char *key) {
  json_t *found = json_object_get(json_object_get(object, name), key);
  return found == NULL ? json_string("") : json_incref(found);
}

static void print_rows(out_sheet *sheet, const recs_evaluation *evaluation, const recs_evaluation *other,
                       json_t *differences, const evaluate_flags *given) {
  json_t *values = values_of(evaluation), *others = other == NULL ? NULL : values_of(other);
  for (uint32_t i = 0; i < recs_evaluation_metrics(evaluation); i++) {
    const char *name = "";
    double low, high;
    json_t *row = json_object();
    int known = find_interval(&low, &high, evaluation, i, given);
    recs_evaluation_metric(&name, NULL, NULL, evaluation, i);
    json_object_set_new(row, "metric", json_string(name));
    json_object_set(row, "value", json_object_get(values, name));
    json_object_set_new(row, "low", known ? sheet_real(low) : json_string(""));
    json_object_set_new(row, "high", known ? sheet_real(high) : json_string(""));
    if (other != NULL) {
      json_object_set(row, "against", json_object_get(others, name));
      json_object_set_new(row, "difference", member(differences, name, "difference"));
      json_object_set_new(row, "p", member(differences, name, "p"));
    }
    sheet_row(sheet, row);
  }
  json_decref(others);
  json_decref(values);
}

/* The figures, beside another scorer's and their differences (both NULL: there is none). Takes the differences. */
static void print_evaluation(out_sheet *sheet, const recs_evaluation *other, json_t *differences,
                             const experiment *self, const evaluate_flags *given) {
  static const char *const methods[] = {"", "leave-last-out", "leave-last-basket-out", "holdout", "time", "users"};
  const recs_evaluation *evaluation = self->evaluation;
  sheet_value(sheet, "scorer", sheet_text(recs_scorer_name(recs_model_scorer(self->model))));
  sheet_value(sheet, "split", json_string(methods[recs_split_method(self->split)]));
  sheet_value(sheet, "fit", json_string(given->fit == NULL ? "train" : given->fit));
  sheet_value(sheet, "users", json_integer(recs_evaluation_users(evaluation)));
  sheet_value(sheet, "new_users", json_integer(recs_evaluation_new_users(evaluation)));
  sheet_value(sheet, "cold", json_integer((json_int_t)recs_evaluation_cold(evaluation)));
  if (is_json(given))
    print_json(sheet, evaluation, other, differences, given);
  else
    print_rows(sheet, evaluation, other, differences, given);
  json_decref(differences);
}

static void close_experiment(experiment *self) {
  recs_evaluation_free(self->evaluation);
  recs_model_free(self->model);
  recs_tuning_free(self->tuning);
  recs_histories_free(self->validation);
  recs_split_free(self->split);
  free(self->text);
}

static int open_experiment(experiment *self, const fitting_data *data, const evaluate_flags *given,
                           recs_split_options *split_by, out_sheet *sheet) {
  double start = seconds_now();
  int code = model_options(&self->options, &self->matrix, &self->text, data, &given->fitting);
  split_by->matrix = &self->matrix;
  if (code == EXIT_DONE && recs_split_create(&self->split, fitting_events(data), split_by) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "split", seconds_now() - start);
  if (code == EXIT_DONE && split_by->fit == RECS_FIT_TRAIN &&
      recs_split_asked(&self->validation, self->split, RECS_STAGE_VALIDATION) != RECS_OK)
    code = report_failure(NULL);
  return code == EXIT_DONE ? tune_model(&self->tuning, &self->options, self->split, &given->tuning, given->seed, sheet) : code;
}

/* For the test, weights are learned by the validation part, unless the model is fitted to it. */
static recs_model_options taught(const experiment *self, const recs_model_options *options, int32_t stage) {
  recs_model_options all = *options;
  if (stage == RECS_STAGE_TEST && self->validation != NULL) {
    all.validation = recs_split_histories(self->split, RECS_STAGE_VALIDATION);
    all.validation_targets = self->validation;
  }
  return all;
}

/* Fits to the stage's training part, and asks. `fit` and `score` name the timings. */
static int fit_and_ask(recs_model **model, recs_evaluation **evaluation, const experiment *self,
                       const recs_model_options *options, const recs_evaluate_options *asked, const char *fit,
                       const char *score, out_sheet *sheet) {
  double start = seconds_now();
  recs_model_options all = taught(self, options, asked->stage);
  if (recs_model_fit(model, recs_split_training(self->split, asked->stage), &all, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  sheet_time(sheet, fit, seconds_now() - start);
  start = seconds_now();
  if (recs_evaluate(evaluation, self->split, *model, asked, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  sheet_time(sheet, score, seconds_now() - start);
  return EXIT_DONE;
}

/* How the scorer differs from another, figure by figure. */
static json_t *differences(const recs_evaluation *a, const recs_evaluation *b, const evaluate_flags *given) {
  recs_resample_options options = resample_options(given);
  json_t *all = json_object();
  for (uint32_t i = 0; i < recs_evaluation_metrics(a); i++) {
    recs_comparison found;
    const char *name = "";
    recs_evaluation_metric(&name, NULL, NULL, a, i);
    if (recs_evaluation_compare(&found, a, b, name, &options) == RECS_OK)
      json_object_set_new(all, name,
                          json_pack("{s: o, s: o, s: o, s: o, s: I, s: I}", "difference", sheet_real(found.difference), "low",
                                    sheet_real(found.low), "high", sheet_real(found.high), "p", sheet_real(found.p_value),
                                    "wins", (json_int_t)found.wins, "losses", (json_int_t)found.losses));
  }
  return all;
}

static int compare(const experiment *self, const fitting_data *data, const evaluate_flags *given,
                   const recs_evaluate_options *asked, out_sheet *sheet) {
  fitting_flags other = given->fitting;
  recs_matrix_options matrix;
  recs_model_options options;
  recs_model *model = NULL;
  recs_evaluation *evaluation = NULL;
  char *text = NULL;
  int code;
  other.scorer = given->against;
  other.sets = given->against_sets;
  code = model_options(&options, &matrix, &text, data, &other);
  options.matrix = &self->matrix; /* what an event weighs is the same for both */
  if (code == EXIT_DONE)
    code = fit_and_ask(&model, &evaluation, self, &options, asked, "against_fit", "against_score", sheet);
  if (code == EXIT_DONE)
    print_evaluation(sheet, evaluation, differences(self->evaluation, evaluation, given), self, given);
  recs_evaluation_free(evaluation);
  recs_model_free(model);
  free(text);
  return code;
}

static int experiment_on(const fitting_data *data, const evaluate_flags *given, recs_split_options *split_by,
                         const recs_evaluate_options *asked, out_sheet *sheet) {
  experiment self = {.text = NULL};
  int code = open_experiment(&self, data, given, split_by, sheet);
  if (code == EXIT_DONE)
    code = fit_and_ask(&self.model, &self.evaluation, &self, &self.options, asked, "fit", "score", sheet);
  if (code == EXIT_DONE && given->against != NULL)
    code = compare(&self, data, given, asked, sheet);
  else if (code == EXIT_DONE)
    print_evaluation(sheet, NULL, NULL, &self, given);
  close_experiment(&self);
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
    code = experiment_on(&data, given, &split_by, &asked, sheet);
  close_fitting(&data);
  return code;
}

static int run(int count, char **arguments) {
  evaluate_flags given = {.level = 0.95, .seed = 1};
  out_sheet *sheet;
  int code;
  fitting_flags_init(&given.fitting);
  logged_flags_init(&given.logged);
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
      {"against", FLAG_TEXT, &given.against, "NAME", "another scorer to compare with, user by user"},
      {"against-set", FLAG_LIST, &given.against_sets, "KEY=VALUE", "an option of that scorer"},
      TUNING_FLAGS(given.tuning),
      LOGGED_FLAGS(given.logged),
      {"seed", FLAG_COUNT, &given.seed, "N", "seed of splits and resamples; default 1"},
      FITTING_FLAGS(given.fitting),
  };
  if ((code = parse_flags(count, arguments, "EVENTS [--scorer NAME] [--split HOW] [flags]", flags, FLAG_TOTAL(flags), 0, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (code == 0 && given.logged.path == NULL)
    return bad_usage("evaluate needs EVENTS");
  if ((sheet = sheet_open(stdout, given.fitting.settings.format, given.logged.path == NULL ? NULL : "estimates")) == NULL)
    return EXIT_BAD_USAGE;
  code = given.logged.path == NULL ? evaluate_log(arguments[1], &given, sheet)
                                   : evaluate_logged(code == 0 ? NULL : arguments[1], &given.fitting, &given.logged, sheet);
  fitting_flags_free(&given.fitting);
  free_list(&given.against_sets);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_evaluate = {"evaluate", "EVENTS --scorer NAME", "measure how good a scorer is: hits, ranking, coverage", run};
