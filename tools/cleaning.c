#include "cleaning.h"

static void print_report(out_sheet *sheet, const recs_report *report) {
  for (uint32_t i = 0; i < recs_report_count(report); i++) {
    const char *reason, *example;
    uint64_t count, first;
    json_t *row;
    if (recs_report_entry(&reason, &count, &first, &example, report, i) != RECS_OK)
      continue;
    row = json_object();
    json_object_set_new(row, "reason", sheet_text(reason));
    json_object_set_new(row, "events", json_integer((json_int_t)count));
    json_object_set_new(row, "first", json_integer((json_int_t)first));
    json_object_set_new(row, "example", sheet_text(example));
    sheet_row(sheet, row);
  }
}

int clean_events(recs_events **out, const recs_events *events, const cleaning_flags *given, out_sheet *sheet) {
  recs_clean_options options;
  recs_report *report = NULL;
  double start = seconds_now();
  int code;
  recs_clean_options_init(&options, sizeof options);
  options.cancelled_prefix = given->cancelled_prefix;
  options.excluded_items = given->excluded;
  code = apply_settings(&options, recs_clean_schema(), &given->rules);
  if (code != EXIT_DONE)
    return code;
  if (recs_events_clean(out, &report, events, &options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  if (sheet != NULL) {
    sheet_time(sheet, "clean", seconds_now() - start);
    print_report(sheet, report);
  }
  recs_report_free(report);
  return EXIT_DONE;
}
