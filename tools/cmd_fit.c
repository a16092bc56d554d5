/* recs fit: from a log (and profiles) to a model file. */
#include "fitting.h"

#include <stdlib.h>
#include <string.h>

static int fit_model(const fitting_data *data, const fitting_flags *given, const char *path, out_sheet *sheet) {
  recs_matrix_options matrix;
  recs_model_options options;
  recs_model *model = NULL;
  char *text = NULL;
  double start = seconds_now();
  int code = model_options(&options, &matrix, &text, data, given);
  if (code == EXIT_DONE && recs_model_fit(&model, fitting_events(data), &options, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  if (code == EXIT_DONE) {
    sheet_time(sheet, "fit", seconds_now() - start);
    start = seconds_now();
    if (recs_model_save(model, path) != RECS_OK)
      code = report_failure(NULL);
    sheet_time(sheet, "write", seconds_now() - start);
    sheet_value(sheet, "scorer", sheet_text(recs_scorer_name(recs_model_scorer(model))));
    sheet_value(sheet, "users", json_integer(recs_ids_live(recs_model_users(model))));
    sheet_value(sheet, "items", json_integer(recs_ids_live(recs_model_items(model))));
    sheet_value(sheet, "events", json_integer((json_int_t)recs_events_count(fitting_events(data))));
  }
  recs_model_free(model);
  free(text);
  return code;
}

static int run(int count, char **arguments) {
  fitting_flags given;
  fitting_data data;
  const char *out = NULL;
  out_sheet *sheet;
  int code;
  fitting_flags_init(&given);
  const flag flags[] = {
      {"out", FLAG_TEXT, &out, "MODEL", "the model file to write"},
      FITTING_FLAGS(given),
  };
  if ((code = parse_flags(count, arguments, "EVENTS --out MODEL [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (out == NULL)
    return bad_usage("fit needs --out MODEL");
  if ((sheet = sheet_open(stdout, given.settings.format, given.clean ? "report" : NULL)) == NULL)
    return EXIT_BAD_USAGE;
  code = open_fitting(&data, arguments[1], &given, sheet, sheet);
  if (code == EXIT_DONE)
    code = fit_model(&data, &given, out, sheet);
  close_fitting(&data);
  fitting_flags_free(&given);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_fit = {"fit", "EVENTS --out MODEL", "fit a model to a log and write it to a file", run};
