/* recs fit: from a log (and profiles) to a model file. */
#include "tuning.h"

#include <stdlib.h>
#include <string.h>

typedef struct fit_flags {
  fitting_flags fitting;
  tuning_flags tuning;
  const char *split;
  const char *out;
} fit_flags;

/* Settings by the validation part of a split, where they are asked for. */
static int tune(recs_tuning **tuning, recs_model_options *options, const recs_events *events, const fit_flags *given,
                out_sheet *sheet) {
  recs_split_options by;
  recs_split *split = NULL;
  int code = EXIT_DONE;
  if (given->tuning.trials == 0)
    return EXIT_DONE;
  recs_split_options_init(&by, sizeof by);
  by.matrix = options->matrix;
  if (given->split != NULL && recs_split_options_parse(&by, given->split) != RECS_OK)
    return bad_usage("%s", recs_last_error());
  if (recs_split_create(&split, events, &by) != RECS_OK)
    return report_failure(NULL);
  code = tune_model(tuning, options, split, &given->tuning, 1, sheet);
  recs_split_free(split);
  return code;
}

static int save_model(const recs_model *model, const recs_events *events, const char *path, out_sheet *sheet) {
  double start = seconds_now();
  if (recs_model_save(model, path) != RECS_OK)
    return report_failure(NULL);
  sheet_time(sheet, "write", seconds_now() - start);
  sheet_value(sheet, "scorer", sheet_text(recs_scorer_name(recs_model_scorer(model))));
  sheet_value(sheet, "users", json_integer(recs_ids_live(recs_model_users(model))));
  sheet_value(sheet, "items", json_integer(recs_ids_live(recs_model_items(model))));
  sheet_value(sheet, "events", json_integer((json_int_t)recs_events_count(events)));
  return EXIT_DONE;
}

static int fit_model(const fitting_data *data, const fit_flags *given, out_sheet *sheet) {
  const recs_events *events = fitting_events(data);
  recs_matrix_options matrix;
  recs_model_options options;
  recs_tuning *tuning = NULL;
  recs_model *model = NULL;
  char *text = NULL;
  double start;
  int code = model_options(&options, &matrix, &text, data, &given->fitting);
  if (code == EXIT_DONE)
    code = tune(&tuning, &options, events, given, sheet);
  start = seconds_now();
  if (code == EXIT_DONE && recs_model_fit(&model, events, &options, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "fit", seconds_now() - start);
  if (code == EXIT_DONE)
    code = save_model(model, events, given->out, sheet);
  recs_model_free(model);
  recs_tuning_free(tuning);
  free(text);
  return code;
}

static int run(int count, char **arguments) {
  fit_flags given = {.out = NULL};
  fitting_data data;
  out_sheet *sheet;
  int code;
  fitting_flags_init(&given.fitting);
  const flag flags[] = {
      {"out", FLAG_TEXT, &given.out, "MODEL", "the model file to write"},
      TUNING_FLAGS(given.tuning),
      {"split", FLAG_TEXT, &given.split, "HOW", "the split that tuning goes by, as in recs evaluate"},
      FITTING_FLAGS(given.fitting),
  };
  if ((code = parse_flags(count, arguments, "EVENTS --out MODEL [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.out == NULL)
    return bad_usage("fit needs --out MODEL");
  if ((sheet = sheet_open(stdout, given.fitting.settings.format, given.fitting.clean ? "report" : NULL)) == NULL)
    return EXIT_BAD_USAGE;
  code = open_fitting(&data, arguments[1], &given.fitting, sheet, sheet);
  if (code == EXIT_DONE)
    code = fit_model(&data, &given, sheet);
  close_fitting(&data);
  fitting_flags_free(&given.fitting);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_fit = {"fit", "EVENTS --out MODEL", "fit a model to a log and write it to a file", run};
