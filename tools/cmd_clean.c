/* recs clean: a raw log in, a cleaned one out, and what was removed; or what the raw one is like. */
#include "cleaning.h"
#include "input.h"
#include "quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 4096 };

/* One batch of a log in columns. */
typedef struct batch {
  uint32_t users[BATCH], items[BATCH], types[BATCH], sessions[BATCH];
  float weights[BATCH];
  double quantities[BATCH], prices[BATCH];
  int64_t times[BATCH];
} batch;

/* Columns that say something, and so are written. */
typedef struct used_columns {
  int types, weights, quantities, prices, times, sessions;
} used_columns;

static int read_batch(batch *b, const recs_events *events, uint64_t first, size_t count) {
  return recs_events_read(b->users, b->items, b->types, b->weights, b->quantities, b->prices, b->times, b->sessions, events,
                          first, count) == RECS_OK;
}

static size_t batch_size(const recs_events *events, uint64_t first) {
  uint64_t left = recs_events_count(events) - first;
  return left < BATCH ? (size_t)left : BATCH;
}

static used_columns find_used(batch *b, const recs_events *events) {
  used_columns used = {0};
  for (uint64_t first = 0; first < recs_events_count(events); first += BATCH) {
    size_t count = batch_size(events, first);
    if (!read_batch(b, events, first, count))
      break;
    for (size_t i = 0; i < count; i++) {
      used.types |= b->types[i] != 0;
      used.weights |= b->weights[i] < 1.0f || b->weights[i] > 1.0f;
      used.quantities |= b->quantities[i] < 1.0 || b->quantities[i] > 1.0;
      used.prices |= !isnan(b->prices[i]);
      used.times |= b->times[i] != RECS_NO_TIME;
      used.sessions |= b->sessions[i] != RECS_NO_ROW;
    }
  }
  return used;
}

static void print_id(FILE *out, const recs_ids *ids, uint32_t row) {
  const char *name;
  size_t length;
  if (row == RECS_NO_ROW || recs_ids_name(&name, &length, ids, row) != RECS_OK)
    return;
  if (strpbrk(name, ",\"\r\n") == NULL) {
    fwrite(name, 1, length, out);
    return;
  }
  fputc('"', out);
  for (size_t i = 0; i < length; i++) {
    if (name[i] == '"')
      fputc('"', out);
    fputc(name[i], out);
  }
  fputc('"', out);
}

static void print_time(FILE *out, const recs_events *events, int64_t time) {
  char text[TIME_TEXT];
  if (time != RECS_NO_TIME)
    fputs(time_text(text, events, time), out);
}

static void print_head(FILE *out, const used_columns *used) {
  fputs("user,item", out);
  fputs(used->types ? ",event" : "", out);
  fputs(used->weights ? ",weight" : "", out);
  fputs(used->quantities ? ",quantity" : "", out);
  fputs(used->prices ? ",price" : "", out);
  fputs(used->times ? ",time" : "", out);
  fputs(used->sessions ? ",session\n" : "\n", out);
}

/* The shortest text that reads back as the same number. */
static void print_number(FILE *out, double value) {
  char text[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) - value == 0)
      break;
  }
  fputs(text, out);
}

static void print_event(FILE *out, const recs_events *events, const batch *b, size_t i, const used_columns *used) {
  print_id(out, recs_events_users(events), b->users[i]);
  fputc(',', out);
  print_id(out, recs_events_items(events), b->items[i]);
  if (used->types) {
    fputc(',', out);
    print_id(out, recs_events_types(events), b->types[i]);
  }
  if (used->weights)
    fprintf(out, ",%.9g", (double)b->weights[i]);
  if (used->quantities) {
    fputc(',', out);
    print_number(out, b->quantities[i]);
  }
  if (used->prices) {
    fputc(',', out);
    if (!isnan(b->prices[i]))
      print_number(out, b->prices[i]);
  }
  if (used->times) {
    fputc(',', out);
    print_time(out, events, b->times[i]);
  }
  if (used->sessions) {
    fputc(',', out);
    print_id(out, recs_events_sessions(events), b->sessions[i]);
  }
  fputc('\n', out);
}

static int write_log(const recs_events *events, const char *path) {
  batch *b = malloc(sizeof *b);
  FILE *out = b == NULL ? NULL : fopen(path, "w");
  used_columns used;
  int failed;
  if (out == NULL) {
    free(b);
    return bad_input("cannot write %s", path);
  }
  used = find_used(b, events);
  print_head(out, &used);
  for (uint64_t first = 0; first < recs_events_count(events); first += BATCH) {
    size_t count = batch_size(events, first);
    if (!read_batch(b, events, first, count))
      break;
    for (size_t i = 0; i < count; i++)
      print_event(out, events, b, i, &used);
  }
  failed = ferror(out);
  failed |= fclose(out) != 0;
  free(b);
  return failed ? bad_input("cannot write %s", path) : EXIT_DONE;
}

/* What is written is CSV, and would be read as what its name says. */
static int check_name(const char *path) {
  static const char *const others[] = {".tsv", ".jsonl", ".ndjson", ".gz"};
  for (size_t i = 0; path != NULL && i < sizeof others / sizeof others[0]; i++) {
    size_t length = strlen(path), ending = strlen(others[i]);
    if (length > ending && strcmp(path + length - ending, others[i]) == 0)
      return bad_usage("--out is \"%s\", but what is written is CSV", path);
  }
  return EXIT_DONE;
}

/* Cleans a log that is open; the report goes to the sheet. */
static int clean_log(out_sheet *sheet, const log_file *log, const cleaning_flags *rules, const char *path) {
  recs_events *cleaned = NULL;
  int code;
  sheet_time(sheet, "read", log->seconds);
  code = clean_events(&cleaned, log->events, rules, sheet);
  if (code == EXIT_DONE && path != NULL)
    code = write_log(cleaned, path);
  recs_events_free(cleaned);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

static int run(int count, char **arguments) {
  general settings = {"table", 0};
  event_columns columns;
  cleaning_flags rules = {0};
  log_file log;
  const char *path = NULL;
  out_sheet *sheet;
  int report = 0, code;
  event_columns_init(&columns);
  const flag flags[] = {
      {"out", FLAG_TEXT, &path, "FILE", "the cleaned log, as CSV"},
      {"report", FLAG_SWITCH, &report, NULL, "do not clean, but tell what the log is like: columns, what looks wrong, frequent values"},
      CLEANING_FLAGS(rules),
      EVENT_FLAGS(columns),
      GENERAL_FLAGS(settings),
  };
  if ((code = parse_flags(count, arguments, "EVENTS [--out FILE] [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (report && path != NULL)
    return bad_usage("--report cleans nothing that --out could take");
  if ((code = check_name(path)) != EXIT_DONE)
    return code;
  if ((sheet = sheet_open(stdout, settings.format, report ? "columns" : "report")) == NULL)
    return EXIT_BAD_USAGE;
  code = open_log(&log, &settings, arguments[1], &columns);
  if (code == EXIT_DONE)
    code = report ? print_quality(sheet, &log, settings.format) : clean_log(sheet, &log, &rules, path);
  close_log(&log);
  free_list(&rules.rules);
  return code;
}

const command command_clean = {"clean", "EVENTS --out FILE", "remove duplicates, cancelled orders, returns and outliers from a log", run};
