#include "fitting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fitting_flags_init(fitting_flags *given) {
  memset(given, 0, sizeof *given);
  given->settings.format = "table";
  event_columns_init(&given->columns);
  profile_columns_init(&given->items.columns);
}

void fitting_flags_free(fitting_flags *given) {
  free_list(&given->sets);
  free_list(&given->rules.rules);
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

int open_fitting(fitting_data *out, const char *path, fitting_flags *given, out_sheet *sheet, out_sheet *report) {
  double start = seconds_now();
  int code;
  memset(out, 0, sizeof *out);
  code = open_log(&out->log, &given->settings, path, &given->columns);
  if (code == EXIT_DONE)
    code = open_catalogue(&out->items, out->log.items, &given->items);
  if (code == EXIT_DONE)
    code = read_users(&out->users, out->log.users, given->users);
  sheet_time(sheet, "read", seconds_now() - start);
  if (code == EXIT_DONE && given->clean)
    code = clean_events(&out->cleaned, out->log.events, &given->rules, report);
  return code;
}

void close_fitting(fitting_data *data) {
  recs_events_free(data->cleaned);
  recs_profiles_free(data->users);
  recs_profiles_free(data->items);
  close_log(&data->log);
}

const recs_events *fitting_events(const fitting_data *data) {
  return data->cleaned != NULL ? data->cleaned : data->log.events;
}

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

int model_options(recs_model_options *out, recs_matrix_options *matrix, char **text, const fitting_data *data,
                  const fitting_flags *given) {
  int code;
  recs_matrix_options_init(matrix, sizeof *matrix);
  recs_model_options_init(out, sizeof *out);
  code = split_settings(text, matrix, &given->sets);
  out->items = data->items;
  out->users = data->users;
  out->matrix = matrix;
  out->settings = *text;
  out->title = given->items.title;
  if (given->scorer != NULL)
    out->scorer = given->scorer;
  if (given->fallback != NULL)
    out->fallback = given->fallback;
  return code;
}
