/* recs fit: from a log (and profiles) to a model file. */
#include "catalogue.h"
#include "cleaning.h"

#include <stdlib.h>
#include <string.h>

/* "--set key=value" for the scorer, joined by newlines; "--set matrix.key=value" is for the matrix. */
static int split_settings(char **scorer_settings, recs_matrix_options *matrix, const text_list *sets) {
  static const char prefix[] = "matrix.";
  size_t length = 1, used = 0;
  for (size_t i = 0; i < sets->count; i++)
    length += strlen(sets->texts[i]) + 1;
  *scorer_settings = malloc(length);
  if (*scorer_settings == NULL)
    return bad_input("out of memory");
  (*scorer_settings)[0] = 0;
  for (size_t i = 0; i < sets->count; i++) {
    const char *text = sets->texts[i];
    if (strncmp(text, prefix, sizeof prefix - 1) == 0) {
      const char *one[] = {text + sizeof prefix - 1};
      text_list list = {one, 1};
      int code = apply_settings(matrix, recs_matrix_schema(), &list);
      if (code != EXIT_DONE)
        return code;
    } else {
      used += (size_t)sprintf(*scorer_settings + used, "%s%s", used == 0 ? "" : "\n", text);
    }
  }
  return EXIT_DONE;
}

typedef struct fit_flags {
  general settings;
  event_columns columns;
  catalogue_flags items;
  const char *users;
  const char *scorer;
  const char *fallback;
  const char *out;
  text_list sets;
  cleaning_flags rules;
  int clean;
} fit_flags;

static int fit_model(const recs_events *events, const recs_profiles *items, const recs_profiles *users, fit_flags *given, out_sheet *sheet) {
  recs_matrix_options matrix;
  recs_model_options options;
  recs_model *model = NULL;
  char *scorer_settings = NULL;
  double start = seconds_now();
  int code;
  recs_matrix_options_init(&matrix, sizeof matrix);
  recs_model_options_init(&options, sizeof options);
  code = split_settings(&scorer_settings, &matrix, &given->sets);
  options.items = items;
  options.users = users;
  options.matrix = &matrix;
  options.settings = scorer_settings;
  options.title = given->items.title;
  if (given->scorer != NULL)
    options.scorer = given->scorer;
  if (given->fallback != NULL)
    options.fallback = given->fallback;
  if (code == EXIT_DONE && recs_model_fit(&model, events, &options, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  if (code == EXIT_DONE) {
    sheet_time(sheet, "fit", seconds_now() - start);
    start = seconds_now();
    if (recs_model_save(model, given->out) != RECS_OK)
      code = report_failure(NULL);
    sheet_time(sheet, "write", seconds_now() - start);
    sheet_value(sheet, "scorer", sheet_text(recs_scorer_name(recs_model_scorer(model))));
    sheet_value(sheet, "users", json_integer(recs_ids_live(recs_model_users(model))));
    sheet_value(sheet, "items", json_integer(recs_ids_live(recs_model_items(model))));
    sheet_value(sheet, "events", json_integer((json_int_t)recs_events_count(events)));
  }
  recs_model_free(model);
  free(scorer_settings);
  return code;
}

static int read_users(recs_profiles **out, recs_ids *users, const char *path) {
  profile_columns columns;
  *out = NULL;
  if (path == NULL)
    return EXIT_DONE;
  profile_columns_init(&columns);
  columns.options.id = "user";
  if (recs_profiles_create(out, users) != RECS_OK)
    return report_failure(NULL);
  return read_profiles(*out, users, path, &columns);
}

static int fit_log(const char *path, fit_flags *given, out_sheet *sheet) {
  log_file log;
  recs_profiles *items = NULL, *users = NULL;
  recs_events *cleaned = NULL;
  double start = seconds_now();
  int code = open_log(&log, &given->settings, path, &given->columns);
  if (code == EXIT_DONE)
    code = open_catalogue(&items, log.items, &given->items);
  if (code == EXIT_DONE)
    code = read_users(&users, log.users, given->users);
  sheet_time(sheet, "read", seconds_now() - start);
  if (code == EXIT_DONE && given->clean)
    code = clean_events(&cleaned, log.events, &given->rules, sheet);
  if (code == EXIT_DONE)
    code = fit_model(given->clean ? cleaned : log.events, items, users, given, sheet);
  recs_events_free(cleaned);
  recs_profiles_free(users);
  recs_profiles_free(items);
  close_log(&log);
  return code;
}

static int run(int count, char **arguments) {
  fit_flags given = {.settings = {"table", 0}};
  out_sheet *sheet;
  int code;
  event_columns_init(&given.columns);
  profile_columns_init(&given.items.columns);
  const flag flags[] = {
      {"scorer", FLAG_TEXT, &given.scorer, "NAME", "content, popularity, user-knn, item-knn, hybrid (default), hybrid-equal"},
      {"fallback", FLAG_TEXT, &given.fallback, "NAME", "the scorer that fills lists which the other leaves short; default popularity; or none"},
      {"set", FLAG_LIST, &given.sets, "KEY=VALUE", "an option of the scorer (k=100, item-knn.k=100) or of the matrix (matrix.half_life=...)"},
      {"out", FLAG_TEXT, &given.out, "MODEL", "the model file to write"},
      {"clean", FLAG_SWITCH, &given.clean, NULL, "clean the log first, as recs clean does, and report what was removed"},
      CLEANING_FLAGS(given.rules),
      {"users", FLAG_TEXT, &given.users, "FILE", "user profiles; id column user"},
      CATALOGUE_FLAGS(given.items),
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "EVENTS --out MODEL [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.out == NULL)
    return bad_usage("fit needs --out MODEL");
  if ((sheet = sheet_open(stdout, given.settings.format, given.clean ? "report" : NULL)) == NULL)
    return EXIT_BAD_USAGE;
  code = fit_log(arguments[1], &given, sheet);
  free_list(&given.sets);
  free_list(&given.rules.rules);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_fit = {"fit", "EVENTS --out MODEL", "fit a model to a log and write it to a file", run};
