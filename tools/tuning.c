#include "tuning.h"

static json_t *trials_of(const recs_tuning *tuning) {
  json_t *trials = json_array();
  for (uint32_t i = 0; i < recs_tuning_trials(tuning); i++) {
    const char *settings = "";
    double score = 0;
    uint32_t users = 0;
    recs_tuning_trial(&settings, &score, &users, tuning, i);
    json_array_append_new(trials, json_pack("{s: o, s: o, s: I}", "settings", sheet_text(settings), "score",
                                            sheet_real(score), "users", (json_int_t)users));
  }
  return trials;
}

static void print_tuning(out_sheet *sheet, const recs_tuning *tuning) {
  recs_comparison compared;
  recs_tuning_comparison(&compared, tuning);
  sheet_value(sheet, "settings", sheet_text(recs_tuning_settings(tuning)));
  sheet_value(sheet, "tuning",
              json_pack("{s: b, s: o, s: o, s: o, s: o}", "improved", recs_tuning_improved(tuning), "difference",
                        sheet_real(compared.difference), "low", sheet_real(compared.low), "high",
                        sheet_real(compared.high), "trials", trials_of(tuning)));
}

int tune_model(recs_tuning **tuning, recs_model_options *options, const recs_split *split, const tuning_flags *given,
               uint64_t seed, out_sheet *sheet) {
  recs_tune_options by;
  double start = seconds_now();
  *tuning = NULL;
  if (given->trials == 0)
    return EXIT_DONE;
  recs_tune_options_init(&by, sizeof by);
  by.trials = given->trials > UINT32_MAX ? UINT32_MAX : (uint32_t)given->trials;
  by.seed = seed;
  if (given->metric != NULL)
    by.metric = given->metric;
  if (recs_tune(tuning, split, options, &by, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  options->settings = recs_tuning_settings(*tuning);
  sheet_time(sheet, "tune", seconds_now() - start);
  print_tuning(sheet, *tuning);
  return EXIT_DONE;
}
