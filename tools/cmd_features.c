/* recs features: a table of numbers a user, from a log. */
#include "catalogue.h"
#include "sheet.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct feature_flags {
  general settings;
  event_columns columns;
  catalogue_flags items;
  const char *kind;
  const char *names; /* of the columns to show; NULL: all */
  const char *path;
  text_list sets;
} feature_flags;

/* Whether a list of names joined by commas, with spaces around them, has one. */
static int lists_name(const char *list, const char *name) {
  for (const char *at = list; *at != 0;) {
    size_t whole = strcspn(at, ","), length;
    const char *begin = at + strspn(at, " ");
    for (length = (size_t)(at + whole - begin); length > 0 && begin[length - 1] == ' ';)
      length -= 1;
    if (strlen(name) == length && strncmp(begin, name, length) == 0)
      return 1;
    at += whole + (at[whole] == ',');
  }
  return 0;
}

static int is_rfm(const feature_flags *given) {
  return strcmp(given->kind, "rfm") == 0 || strcmp(given->kind, "rfm+") == 0;
}

static int is_shown(const feature_flags *given, const char *name) {
  return given->names == NULL || !is_rfm(given) || lists_name(given->names, name);
}

/* What is not defined is left out: an empty cell, null in JSON. */
static void print_features(out_sheet *sheet, const recs_features *features, const recs_ids *users, const feature_flags *given) {
  const uint32_t *keys = recs_features_keys(features);
  const double *values = recs_features_values(features);
  uint32_t columns = recs_features_columns(features);
  for (uint32_t row = 0; row < recs_features_rows(features); row++) {
    json_t *shown = json_object();
    const char *id = "";
    recs_ids_name(&id, NULL, users, keys[row]);
    json_object_set_new(shown, "user", sheet_text(id));
    for (uint32_t column = 0; column < columns; column++) {
      double value = values[(size_t)row * columns + column];
      if (is_shown(given, recs_features_name(features, column)))
        json_object_set_new(shown, recs_features_name(features, column), isnan(value) ? json_null() : sheet_real(value));
    }
    sheet_row(sheet, shown);
  }
}

/* In JSON, the unit of each column. */
static void print_units(out_sheet *sheet, const recs_features *features, const feature_flags *given) {
  json_t *units = json_object();
  for (uint32_t column = 0; column < recs_features_columns(features); column++) {
    if (is_shown(given, recs_features_name(features, column)))
      json_object_set_new(units, recs_features_name(features, column), json_string(recs_features_unit(features, column)));
  }
  sheet_value(sheet, "units", units);
}

static int compute_rfm(recs_features **out, const log_file *log, const feature_flags *given) {
  recs_rfm_options options;
  uint32_t shown = 0;
  int code;
  recs_rfm_options_init(&options, sizeof options);
  options.extended = strcmp(given->kind, "rfm+") == 0;
  if ((code = apply_settings(&options, recs_rfm_schema(), &given->sets)) != EXIT_DONE)
    return code;
  if (recs_features_rfm(out, log->events, &options) != RECS_OK)
    return report_failure(NULL);
  for (uint32_t column = 0; column < recs_features_columns(*out); column++)
    shown += (uint32_t)is_shown(given, recs_features_name(*out, column));
  return shown > 0 ? EXIT_DONE : bad_usage("--columns %s: --kind %s has none of these", given->names, given->kind);
}

/* --columns names features as --kind names groups: the library refuses what is not there, by name. */
static int compute_behaviour(recs_features **out, const log_file *log, feature_flags *given) {
  recs_behaviour_options options;
  recs_profiles *items = NULL;
  int code;
  recs_behaviour_options_init(&options, sizeof options);
  options.features = given->names != NULL ? given->names : strcmp(given->kind, "behaviour") == 0 ? "all" : given->kind;
  code = apply_settings(&options, recs_behaviour_schema(), &given->sets);
  if (code == EXIT_DONE)
    code = open_catalogue(&items, log->items, &given->items);
  if (code == EXIT_DONE && recs_features_behaviour(out, log->events, items, &options, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  recs_profiles_free(items);
  return code;
}

static int compute(recs_features **out, double *seconds, const log_file *log, feature_flags *given) {
  double start = seconds_now();
  int code = is_rfm(given) ? compute_rfm(out, log, given) : compute_behaviour(out, log, given);
  *seconds = seconds_now() - start;
  return code;
}

/* Reads, computes and prints to an open file. */
static int features_to(FILE *out, const char *path, feature_flags *given) {
  out_sheet *sheet = sheet_open(out, given->settings.format, "features");
  recs_features *features = NULL;
  log_file log;
  double seconds;
  int code;
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  code = open_log(&log, &given->settings, path, &given->columns);
  if (code == EXIT_DONE)
    code = compute(&features, &seconds, &log, given);
  if (code == EXIT_DONE) {
    sheet_time(sheet, "read", log.seconds);
    sheet_time(sheet, "fit", seconds);
    print_features(sheet, features, log.users, given);
    if (strcmp(given->settings.format, "json") == 0)
      print_units(sheet, features, given);
    sheet_close(sheet);
    if (given->path != NULL)
      printf("%s: %" PRIu32 " users, %" PRIu32 " features\n", given->path, recs_features_rows(features),
             recs_features_columns(features));
  }
  recs_features_free(features);
  close_log(&log);
  return code;
}

static int run(int count, char **arguments) {
  feature_flags given = {.kind = NULL};
  FILE *out = stdout;
  int code;
  event_columns_init(&given.columns);
  profile_columns_init(&given.items.columns);
  const flag flags[] = {
      {"kind", FLAG_TEXT, &given.kind, "KIND", "rfm (default): recency, frequency, monetary; rfm+: and their relatives; behaviour: all that the log can "
       "give; or groups joined by commas: rfm, gaps, baskets, diversity, categories, hours, weekdays, trend, tenure, returns, types"},
      {"columns", FLAG_TEXT, &given.names, "NAMES", "these features only, joined by commas; without --kind, of all"},
      {"set", FLAG_LIST, &given.sets, "KEY=VALUE", "an option, such as now=... (milliseconds), purchases=buy, trend_days=7, min_events=5, fill=1"},
      {"out", FLAG_TEXT, &given.path, "FILE", "where to write; default: the terminal"},
      CATALOGUE_FLAGS(given.items),
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "EVENTS [--out FILE] [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.kind == NULL)
    given.kind = given.names == NULL ? "rfm" : "behaviour";
  if (given.settings.format == NULL)
    given.settings.format = given.path == NULL ? "table" : "csv";
  if (given.path != NULL && (out = fopen(given.path, "w")) == NULL)
    return bad_input("cannot write %s", given.path);
  code = features_to(out, arguments[1], &given);
  if (given.path != NULL && fclose(out) != 0)
    code = bad_input("cannot write %s", given.path);
  free_list(&given.sets);
  return code;
}

const command command_features = {"features", "EVENTS --out FILE", "compute features of the users: recency, frequency, money, and how they behave", run};
