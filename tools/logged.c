#include "logged.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void logged_flags_init(logged_flags *given) {
  memset(given, 0, sizeof *given);
  given->reward = "reward";
  given->propensity = "propensity";
  given->n = 1;
  given->clip = 10;
}

/* Impressions as arrays. */
typedef struct impressions {
  log_file log; /* whose dictionaries the rows are of */
  size_t count;
  double *rewards;
  double *propensities;
  double *probabilities;
  uint32_t *users; /* in the log's dictionaries, then in the model's */
  uint32_t *items;
} impressions;

static void close_impressions(impressions *self) {
  free(self->rewards);
  free(self->propensities);
  free(self->probabilities);
  free(self->users);
  free(self->items);
  close_log(&self->log);
}

/* Opens the file as a log whose prices are a column: the one column of an event that may be missing and is a double. */
static int open_column(log_file *log, double **values, size_t *count, const char *column, const fitting_flags *fitting,
                       const logged_flags *given) {
  event_columns columns = fitting->columns;
  int code;
  columns.options.price = column;
  columns.options.require_user = given->probability == NULL;
  code = open_log(log, &fitting->settings, given->path, &columns);
  *count = (size_t)recs_events_count(log->events);
  *values = malloc((*count + 1) * sizeof **values);
  if (code == EXIT_DONE && *values == NULL)
    return bad_input("out of memory");
  if (code == EXIT_DONE &&
      recs_events_read(NULL, NULL, NULL, NULL, NULL, *values, NULL, NULL, log->events, 0, *count) != RECS_OK)
    code = report_failure(given->path);
  return code;
}

static int read_column(double **values, const char *column, const fitting_flags *fitting, const logged_flags *given) {
  log_file log;
  size_t count;
  int code = open_column(&log, values, &count, column, fitting, given);
  close_log(&log);
  return code;
}

static int open_impressions(impressions *self, const fitting_flags *fitting, const logged_flags *given) {
  int code;
  memset(self, 0, sizeof *self);
  code = open_column(&self->log, &self->rewards, &self->count, given->reward, fitting, given);
  if (code == EXIT_DONE)
    code = read_column(&self->propensities, given->propensity, fitting, given);
  if (code == EXIT_DONE && given->probability != NULL)
    code = read_column(&self->probabilities, given->probability, fitting, given);
  else
    self->probabilities = malloc((self->count + 1) * sizeof *self->probabilities);
  self->users = malloc((self->count + 1) * sizeof *self->users);
  self->items = malloc((self->count + 1) * sizeof *self->items);
  if (code == EXIT_DONE && (self->probabilities == NULL || self->users == NULL || self->items == NULL))
    code = bad_input("out of memory");
  if (code == EXIT_DONE && recs_events_read(self->users, self->items, NULL, NULL, NULL, NULL, NULL, NULL, self->log.events, 0,
                                            self->count) != RECS_OK)
    code = report_failure(given->path);
  return code;
}

/* The model's row of the same id; RECS_NO_ROW for one that it does not know. */
static uint32_t row_of(const recs_ids *to, const recs_ids *from, uint32_t row) {
  const char *name;
  size_t length;
  uint32_t found;
  if (row == RECS_NO_ROW || recs_ids_name(&name, &length, from, row) != RECS_OK ||
      recs_ids_find(&found, to, name, length) != RECS_OK)
    return RECS_NO_ROW;
  return found;
}

static int ask_model(impressions *self, const recs_model *model, const logged_flags *given) {
  for (size_t i = 0; i < self->count; i++) {
    self->users[i] = row_of(recs_model_users(model), self->log.users, self->users[i]);
    self->items[i] = row_of(recs_model_items(model), self->log.items, self->items[i]);
  }
  if (recs_offpolicy_probabilities(self->probabilities, model, self->users, self->items, self->count, (size_t)given->n,
                                   NULL, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  return EXIT_DONE;
}

/* Fits the scorer to the whole log, and asks what its lists would have shown. */
static int fit_and_ask(impressions *self, const char *events, fitting_flags *fitting, const logged_flags *given,
                       out_sheet *sheet) {
  recs_matrix_options matrix;
  recs_model_options options;
  recs_model *model = NULL;
  fitting_data data;
  char *text = NULL;
  double start;
  int code = open_fitting(&data, events, fitting, sheet, NULL);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = model_options(&options, &matrix, &text, &data, fitting);
  if (code == EXIT_DONE && recs_model_fit(&model, fitting_events(&data), &options, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "fit", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = ask_model(self, model, given);
  sheet_time(sheet, "score", seconds_now() - start);
  if (code == EXIT_DONE)
    sheet_value(sheet, "scorer", sheet_text(recs_scorer_name(recs_model_scorer(model))));
  recs_model_free(model);
  free(text);
  close_fitting(&data);
  return code;
}

static void print_estimate(out_sheet *sheet, const char *name, double value, double error) {
  json_t *row = json_object();
  json_object_set_new(row, "estimate", json_string(name));
  json_object_set_new(row, "value", sheet_real(value));
  json_object_set_new(row, "error", sheet_real(error));
  sheet_row(sheet, row);
}

static int print_estimates(const impressions *self, const logged_flags *given, out_sheet *sheet) {
  recs_offpolicy found;
  if (recs_offpolicy_estimate(&found, self->rewards, self->propensities, self->probabilities, self->count, given->clip) !=
      RECS_OK)
    return report_failure(given->path);
  print_estimate(sheet, "ips", found.ips, found.ips_error);
  print_estimate(sheet, "snips", found.snips, found.snips_error);
  print_estimate(sheet, "clipped", found.clipped, found.clipped_error);
  sheet_value(sheet, "logged", sheet_real(found.logged));
  sheet_value(sheet, "impressions", json_integer((json_int_t)self->count));
  sheet_value(sheet, "matched", json_integer((json_int_t)found.matched));
  sheet_value(sheet, "cut", json_integer((json_int_t)found.cut));
  sheet_value(sheet, "effective_size", sheet_real(found.effective_size));
  sheet_value(sheet, "mean_weight", sheet_real(found.mean_weight));
  sheet_value(sheet, "largest_weight", sheet_real(found.largest_weight));
  return EXIT_DONE;
}

int evaluate_logged(const char *events, fitting_flags *fitting, const logged_flags *given, out_sheet *sheet) {
  impressions shown;
  int code;
  if (!(given->clip > 0))
    return bad_usage("--clip is %g, not above 0", given->clip);
  if (given->n == 0 || given->n > 100000)
    return bad_usage("-n is %llu, outside 1 to 100000", (unsigned long long)given->n);
  if ((events == NULL) != (given->probability != NULL))
    return bad_usage("--logged needs either EVENTS, for a scorer to learn from, or --probability");
  code = open_impressions(&shown, fitting, given);
  if (code == EXIT_DONE && events != NULL)
    code = fit_and_ask(&shown, events, fitting, given, sheet);
  if (code == EXIT_DONE)
    code = print_estimates(&shown, given, sheet);
  close_impressions(&shown);
  return code;
}
