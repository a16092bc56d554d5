/* recs features: a table of numbers a user, from a log. */
#include "input.h"
#include "sheet.h"

#include <inttypes.h>
#include <string.h>

static void print_features(out_sheet *sheet, const recs_features *features, const recs_ids *users) {
  const uint32_t *keys = recs_features_keys(features);
  const double *values = recs_features_values(features);
  uint32_t columns = recs_features_columns(features);
  for (uint32_t row = 0; row < recs_features_rows(features); row++) {
    json_t *shown = json_object();
    const char *id = "";
    recs_ids_name(&id, NULL, users, keys[row]);
    json_object_set_new(shown, "user", sheet_text(id));
    for (uint32_t column = 0; column < columns; column++)
      json_object_set_new(shown, recs_features_name(features, column), sheet_real(values[(size_t)row * columns + column]));
    sheet_row(sheet, shown);
  }
}

static int run(int count, char **arguments) {
  general settings = {NULL, 0};
  event_columns columns;
  log_file log;
  recs_rfm_options options;
  recs_features *features = NULL;
  const char *kind = "rfm", *path = NULL;
  FILE *out = stdout;
  out_sheet *sheet;
  double start;
  int code;
  event_columns_init(&columns);
  recs_rfm_options_init(&options, sizeof options);
  const flag flags[] = {
      {"kind", FLAG_TEXT, &kind, "KIND", "rfm (default): recency, frequency, monetary; rfm+: and their relatives"},
      {"out", FLAG_TEXT, &path, "FILE", "where to write; default: the terminal"},
      EVENT_FLAGS(columns),
      GENERAL_FLAGS(settings),
  };
  if ((code = parse_flags(count, arguments, "EVENTS [--out FILE] [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (strcmp(kind, "rfm") != 0 && strcmp(kind, "rfm+") != 0)
    return bad_usage("--kind is \"%s\", not one of rfm, rfm+", kind);
  options.extended = strcmp(kind, "rfm+") == 0;
  if (path != NULL && (out = fopen(path, "w")) == NULL)
    return bad_input("cannot write %s", path);
  if (settings.format == NULL)
    settings.format = path == NULL ? "table" : "csv";
  if ((sheet = sheet_open(out, settings.format, "features")) == NULL)
    return EXIT_BAD_USAGE;
  code = open_log(&log, &settings, arguments[1], &columns);
  start = seconds_now();
  if (code == EXIT_DONE && recs_features_rfm(&features, log.events, &options) != RECS_OK)
    code = report_failure(arguments[1]);
  if (code == EXIT_DONE) {
    sheet_time(sheet, "read", log.seconds);
    sheet_time(sheet, "fit", seconds_now() - start);
    print_features(sheet, features, log.users);
    sheet_close(sheet);
    if (path != NULL)
      printf("%s: %" PRIu32 " users, %" PRIu32 " features\n", path, recs_features_rows(features),
             recs_features_columns(features));
  }
  recs_features_free(features);
  close_log(&log);
  if (path != NULL && fclose(out) != 0)
    return bad_input("cannot write %s", path);
  return code;
}

const command command_features = {"features", "EVENTS --out FILE", "compute features of the users: recency, frequency, monetary value", run};
