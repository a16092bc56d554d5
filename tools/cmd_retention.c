/* recs retention: of those who came in a period, who is there in later ones. */
#include "input.h"
#include "user_file.h"

#include <string.h>
#include <time.h>

enum { DEFAULT_PERIODS = 13, MOST_SHOWN = 200 };

typedef struct retention_flags {
  general settings;
  event_columns columns;
  const char *period;
  const char *births;
  const char *returns;
  const char *zone;
  const char *show;
  const char *out;
  uint64_t periods;
  int rolling;
} retention_flags;

static int set_options(recs_retention_options *options, const retention_flags *given) {
  const recs_schema *schema = recs_retention_schema();
  recs_retention_options_init(options, sizeof *options);
  options->births = given->births;
  options->returns = given->returns;
  options->rolling = given->rolling;
  options->max_periods = (uint32_t)given->periods;
  if (given->periods == 0 || given->periods > MOST_SHOWN)
    return bad_usage("--periods is not 1 to %d", MOST_SHOWN);
  if ((given->period != NULL && recs_options_set(options, schema, "period", given->period) != RECS_OK) ||
      (given->zone != NULL && recs_options_set(options, schema, "zone", given->zone) != RECS_OK))
    return bad_usage("%s", recs_last_error());
  return EXIT_DONE;
}

static const char *const shows[] = {"share", "users", "events", "money"};

static json_t *cell(const recs_retention *table, const char *show, uint32_t cohort, uint32_t period) {
  size_t at = (size_t)cohort * recs_retention_periods(table) + period;
  uint64_t size = recs_retention_sizes(table)[cohort];
  if (period >= recs_retention_observed(table)[cohort] || size == 0)
    return json_null();
  if (strcmp(show, "money") == 0)
    return sheet_real(recs_retention_money(table)[at]);
  if (strcmp(show, "events") == 0)
    return json_integer((json_int_t)recs_retention_events(table)[at]);
  if (strcmp(show, "users") == 0)
    return json_integer((json_int_t)recs_retention_users(table)[at]);
  return json_real((double)recs_retention_users(table)[at] / (double)size);
}

/* The date on which a cohort begins, on the zone's clocks. */
static json_t *date_of(int64_t start, int32_t zone) {
  char text[32];
  time_t seconds = (time_t)(start / 1000 + (int64_t)zone * 60);
  struct tm parts;
  if (gmtime_r(&seconds, &parts) == NULL || strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0)
    return json_null();
  return json_string(text);
}

static void print_table(out_sheet *sheet, const recs_retention *table, const recs_retention_options *options, const char *show) {
  for (uint32_t cohort = 0; cohort < recs_retention_cohorts(table); cohort++) {
    json_t *row = json_object();
    json_object_set_new(row, "cohort", date_of(recs_retention_starts(table)[cohort], options->zone));
    json_object_set_new(row, "size", json_integer((json_int_t)recs_retention_sizes(table)[cohort]));
    json_object_set_new(row, "complete", json_integer(recs_retention_complete(table)[cohort]));
    for (uint32_t period = 0; period < recs_retention_periods(table); period++) {
      char name[16];
      snprintf(name, sizeof name, "%u", period);
      json_object_set_new(row, name, cell(table, show, cohort, period));
    }
    sheet_row(sheet, row);
  }
  sheet_value(sheet, "shown", json_string(show));
}

typedef struct dated {
  const recs_retention *table;
  int32_t zone;
} dated;

static json_t *cohort_of(const void *payload, uint32_t user) {
  const dated *self = payload;
  uint32_t cohort = recs_retention_labels(self->table)[user];
  return cohort == RECS_NO_ROW ? NULL : date_of(recs_retention_starts(self->table)[cohort], self->zone);
}

static int count_and_print(out_sheet *sheet, const log_file *log, const char *path, const retention_flags *given,
                           const recs_retention_options *options) {
  double start = seconds_now();
  recs_retention *table = NULL;
  int code = EXIT_DONE;
  if (recs_retention_create(&table, log->events, options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(path);
  sheet_time(sheet, "read", log->seconds);
  sheet_time(sheet, "fit", seconds_now() - start);
  print_table(sheet, table, options, given->show);
  if (given->out != NULL)
    code = write_user_file(given->out, log->users, recs_retention_label_rows(table), "cohort", cohort_of,
                           &(dated){table, options->zone});
  recs_retention_free(table);
  return code;
}

static int is_known(const char *show) {
  for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
    if (strcmp(show, shows[i]) == 0)
      return 1;
  }
  return 0;
}

static int run(int count, char **arguments) {
  retention_flags given = {.show = "share", .periods = DEFAULT_PERIODS};
  recs_retention_options options;
  log_file log;
  out_sheet *sheet;
  int code;
  event_columns_init(&given.columns);
  const flag flags[] = {
      {"period", FLAG_TEXT, &given.period, "PERIOD", "day, week (from Monday) or month (default)"},
      {"periods", FLAG_COUNT, &given.periods, "N", "how many periods to look at; default 13"},
      {"births", FLAG_TEXT, &given.births, "TYPES", "event types that bring a user into a cohort, as in signup|purchase; default: any"},
      {"returns", FLAG_TEXT, &given.returns, "TYPES", "event types that count as being there; default: any"},
      {"rolling", FLAG_SWITCH, &given.rolling, NULL, "who is there in a later period counts in all before it"},
      {"zone", FLAG_TEXT, &given.zone, "MINUTES", "of the clocks east of UTC; default 0"},
      {"show", FLAG_TEXT, &given.show, "WHAT", "share of the cohort's users (default), users, events or money"},
      {"out", FLAG_TEXT, &given.out, "FILE", "write the cohort of each user"},
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "EVENTS [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (!is_known(given.show))
    return bad_usage("--show is \"%s\", not one of share, users, events, money", given.show);
  if ((code = set_options(&options, &given)) != EXIT_DONE)
    return code;
  if ((sheet = sheet_open(stdout, given.settings.format, "cohorts")) == NULL)
    return EXIT_BAD_USAGE;
  code = open_log(&log, &given.settings, arguments[1], &given.columns);
  if (code == EXIT_DONE)
    code = count_and_print(sheet, &log, arguments[1], &given, &options);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  close_log(&log);
  return code;
}

const command command_retention = {"retention", "EVENTS", "how many of those who came in a month (day, week) are there in later ones", run};
