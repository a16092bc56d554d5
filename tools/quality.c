#include "quality.h"

#include <math.h>
#include <string.h>
#include <time.h>

const char *time_text(char out[TIME_TEXT], const recs_events *events, int64_t time) {
  int64_t seconds = time / 1000 - (time % 1000 < 0);
  time_t whole = (time_t)seconds;
  struct tm parts;
  size_t used;
  if (recs_events_time_kind(events) == RECS_TIME_ORDER || gmtime_r(&whole, &parts) == NULL) {
    snprintf(out, TIME_TEXT, "%lld", (long long)time);
    return out;
  }
  used = strftime(out, TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &parts);
  if (time == seconds * 1000)
    snprintf(out + used, TIME_TEXT - used, "Z");
  else
    snprintf(out + used, TIME_TEXT - used, ".%03dZ", (int)(time - seconds * 1000));
  return out;
}

/* A measure as it is best read: counts as whole numbers, times as times, their deviation in days. */
static json_t *shown(const recs_quality *quality, uint32_t column, uint32_t measure, const recs_events *events) {
  double value = recs_quality_value(quality, column, measure);
  char text[TIME_TEXT];
  if (isnan(value))
    return json_null();
  if (measure <= RECS_MEASURE_DISTINCT || measure >= RECS_MEASURE_NEGATIVE)
    return json_integer((json_int_t)value);
  if (strcmp(recs_quality_column_name(quality, column), "time") != 0 || recs_events_time_kind(events) == RECS_TIME_ORDER)
    return sheet_real(value);
  if (measure != RECS_MEASURE_SD)
    return json_string(time_text(text, events, (int64_t)value));
  snprintf(text, sizeof text, "%.1f days", value / 86400000);
  return json_string(text);
}

static json_t *row_of_column(const recs_quality *quality, uint32_t column, const recs_events *events) {
  json_t *row = json_object();
  json_object_set_new(row, "column", json_string(recs_quality_column_name(quality, column)));
  for (uint32_t measure = 0; measure < RECS_MEASURES; measure++)
    json_object_set_new(row, recs_quality_measure_name(measure), shown(quality, column, measure, events));
  return row;
}

/* On a screen, a measure is a row: there are more of them than columns. */
static json_t *row_of_measure(const recs_quality *quality, uint32_t measure, const recs_events *events) {
  json_t *row = json_object();
  json_object_set_new(row, "measure", json_string(recs_quality_measure_name(measure)));
  for (uint32_t column = 0; column < recs_quality_columns(quality); column++)
    json_object_set_new(row, recs_quality_column_name(quality, column), shown(quality, column, measure, events));
  return row;
}

static json_t *row_of_check(const recs_report *report, uint32_t index) {
  const char *reason, *example;
  uint64_t count, first;
  json_t *row = json_object();
  if (recs_report_entry(&reason, &count, &first, &example, report, index) != RECS_OK)
    return row;
  json_object_set_new(row, "check", sheet_text(reason));
  json_object_set_new(row, "events", json_integer((json_int_t)count));
  json_object_set_new(row, "first", json_integer((json_int_t)first));
  json_object_set_new(row, "example", sheet_text(example));
  return row;
}

static json_t *row_of_top(const recs_quality *quality, uint32_t column, uint32_t rank) {
  const char *value;
  uint64_t count;
  json_t *row = json_object();
  if (recs_quality_top(&value, &count, quality, column, rank) != RECS_OK)
    return row;
  json_object_set_new(row, "column", json_string(recs_quality_column_name(quality, column)));
  json_object_set_new(row, "value", sheet_text(value));
  json_object_set_new(row, "events", json_integer((json_int_t)count));
  return row;
}

/* The lists, each as an array of rows. */
static void list_all(json_t *columns, json_t *checks, json_t *top, const recs_quality *quality, const recs_events *events,
                     int by_measure) {
  const recs_report *report = recs_quality_checks(quality);
  for (uint32_t i = 0; i < (by_measure ? RECS_MEASURES : recs_quality_columns(quality)); i++)
    json_array_append_new(columns, by_measure ? row_of_measure(quality, i, events) : row_of_column(quality, i, events));
  for (uint32_t i = 0; i < recs_report_count(report); i++)
    json_array_append_new(checks, row_of_check(report, i));
  for (uint32_t column = 0; column < recs_quality_columns(quality); column++) {
    for (uint32_t rank = 0; rank < recs_quality_top_count(quality, column); rank++)
      json_array_append_new(top, row_of_top(quality, column, rank));
  }
}

/* One object in JSON; else a list after the other, with an empty line between. Closes the sheet. */
static void print_lists(out_sheet *sheet, json_t *const lists[3], const char *format, double read, double look) {
  static const char *const names[3] = {"columns", "checks", "top"};
  int json = strcmp(format, "json") == 0;
  for (int i = 0; i < 3; i++) {
    size_t index;
    json_t *row;
    if (i > 0 && json) {
      sheet_value(sheet, names[i], json_incref(lists[i]));
      continue;
    }
    if (i > 0) {
      sheet_close(sheet);
      puts("");
      sheet = sheet_open(stdout, format, names[i]);
    }
    json_array_foreach(lists[i], index, row) sheet_row(sheet, json_incref(row));
  }
  sheet_time(sheet, "read", read);
  sheet_time(sheet, "look", look);
  sheet_close(sheet);
}

int print_quality(out_sheet *sheet, const log_file *log, const char *format) {
  json_t *lists[3] = {json_array(), json_array(), json_array()};
  recs_quality *quality = NULL;
  double start = seconds_now();
  int code = EXIT_DONE;
  if (recs_events_quality(&quality, log->events, NULL, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  if (code == EXIT_DONE) {
    list_all(lists[0], lists[1], lists[2], quality, log->events, strcmp(format, "table") == 0);
    print_lists(sheet, lists, format, log->seconds, seconds_now() - start);
  }
  recs_quality_free(quality);
  for (int i = 0; i < 3; i++)
    json_decref(lists[i]);
  return code;
}
