#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

/* A file that zlib reads, compressed or not. */
typedef struct zip_file {
  gzFile file;
  const char *path;
  char problem[160];
} zip_file;

static int zip_open(zip_file *zip, const char *path) {
  struct stat status;
  zip->path = path;
  zip->problem[0] = 0;
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
    return bad_input("%s: is a directory", path);
  zip->file = gzopen(path, "rb");
  if (zip->file == NULL)
    return bad_input("%s: %s", path, strerror(errno));
  gzbuffer(zip->file, 256 * 1024);
  return EXIT_DONE;
}

/* A recs_source_fn. gzread gives what it has before it finds the end missing, so the end is checked at the last read. */
static int64_t zip_read(void *payload, void *buffer, size_t capacity) {
  zip_file *zip = payload;
  int code = Z_OK;
  int got = gzread(zip->file, buffer, capacity > 1u << 30 ? 1u << 30 : (unsigned)capacity);
  const char *message = got > 0 ? NULL : gzerror(zip->file, &code);
  if (got >= 0 && (got > 0 || code == Z_OK || code == Z_STREAM_END))
    return got;
  snprintf(zip->problem, sizeof zip->problem, "%s",
           code == Z_BUF_ERROR ? "the compressed file is truncated" : code == Z_ERRNO ? strerror(errno) : message);
  return -1;
}

/* After a failed read: the file's own problem, or else the library's message. */
static int zip_failed(const zip_file *zip) {
  return zip->problem[0] != 0 ? bad_input("%s: %s", zip->path, zip->problem) : report_failure(zip->path);
}

/* The format by the name under ".gz". */
static int32_t format_of(const char *path) {
  static const struct {
    const char *ending;
    int32_t format;
  } endings[] = {{".tsv", RECS_FORMAT_TSV}, {".jsonl", RECS_FORMAT_JSONL}, {".ndjson", RECS_FORMAT_JSONL}};
  size_t length = strlen(path);
  if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
    length -= 3;
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t size = strlen(endings[i].ending);
    if (length > size && strncmp(path + length - size, endings[i].ending, size) == 0)
      return endings[i].format;
  }
  return RECS_FORMAT_CSV;
}

/* Says on stderr what reading dropped, and what it took for something. */
static void print_drops(const char *path, recs_report *report) {
  for (uint32_t i = 0; i < recs_report_count(report); i++) {
    const char *reason, *example;
    uint64_t count, line;
    if (recs_report_entry(&reason, &count, &line, &example, report, i) != RECS_OK || count == 0 || strcmp(reason, "read") == 0)
      continue;
    if (strcmp(reason, "empty quantity") == 0)
      fprintf(stderr, "%s: took %llu empty quantities for 1 (first: line %llu)\n", path, (unsigned long long)count,
              (unsigned long long)line);
    else
      fprintf(stderr, "%s: dropped %llu lines: %s (first: line %llu, %s)\n", path, (unsigned long long)count, reason,
              (unsigned long long)line, example);
  }
}

void event_columns_init(event_columns *columns) {
  memset(columns, 0, sizeof *columns);
  recs_events_read_options_init(&columns->options, sizeof columns->options);
  columns->gap = -1;
  columns->sessions = "keep";
}

int read_events(recs_events *events, const char *path, event_columns *columns) {
  zip_file zip;
  recs_report *report = NULL;
  int32_t status;
  int code = zip_open(&zip, path);
  if (code != EXIT_DONE)
    return code;
  columns->options.format = format_of(path);
  columns->options.lenient = columns->lenient;
  columns->options.session = columns->basket != NULL ? columns->basket : columns->options.session;
  if (columns->time_kind != NULL &&
      recs_options_set(&columns->options, recs_events_read_schema(), "time_kind", columns->time_kind) != RECS_OK)
    code = bad_usage("%s", recs_last_error());
  if (code == EXIT_DONE && columns->empty_quantity != NULL &&
      recs_options_set(&columns->options, recs_events_read_schema(), "empty_quantity", columns->empty_quantity) != RECS_OK)
    code = bad_usage("%s", recs_last_error());
  if (code == EXIT_DONE) {
    status = recs_events_read_source(&report, events, zip_read, &zip, &columns->options, terminal_progress(), NULL);
    if (status != RECS_OK)
      code = zip_failed(&zip);
  }
  print_drops(path, report);
  recs_report_free(report);
  gzclose(zip.file);
  return code;
}

/* Cuts the log into sessions, when that is asked for. */
static int cut_sessions(log_file *log, const event_columns *columns) {
  recs_sessions_options options;
  recs_events *cut;
  if (columns->gap < 0)
    return EXIT_DONE;
  recs_sessions_options_init(&options, sizeof options);
  options.gap_seconds = columns->gap;
  if (recs_options_set(&options, recs_sessions_schema(), "existing", columns->sessions) != RECS_OK)
    return bad_usage("--sessions: %s", recs_last_error());
  if (recs_events_sessionize(&cut, log->events, &options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  recs_events_free(log->events);
  log->events = cut;
  return EXIT_DONE;
}

int open_log(log_file *log, const general *settings, const char *path, event_columns *columns) {
  double start = seconds_now();
  int code;
  memset(log, 0, sizeof *log);
  log->context = open_context(settings);
  if (recs_ids_create(&log->users, log->context) != RECS_OK || recs_ids_create(&log->items, log->context) != RECS_OK ||
      recs_events_create(&log->events, log->users, log->items) != RECS_OK)
    return report_failure(NULL);
  code = read_events(log->events, path, columns);
  if (code == EXIT_DONE)
    code = cut_sessions(log, columns);
  log->seconds = seconds_now() - start;
  return code;
}

void close_log(log_file *log) {
  recs_events_free(log->events);
  recs_ids_free(log->items);
  recs_ids_free(log->users);
  recs_context_free(log->context);
}

void profile_columns_init(profile_columns *columns) {
  memset(columns, 0, sizeof *columns);
  recs_profiles_read_options_init(&columns->options, sizeof columns->options);
}

int read_profiles(recs_profiles *profiles, recs_ids *ids, const char *path, profile_columns *columns) {
  zip_file zip;
  recs_report *report = NULL;
  int code = zip_open(&zip, path);
  if (code != EXIT_DONE)
    return code;
  columns->options.format = format_of(path);
  columns->options.lenient = columns->lenient;
  columns->options.keep_first = columns->keep_first;
  if (recs_profiles_read_source(&report, profiles, ids, zip_read, &zip, &columns->options, terminal_progress(), NULL) != RECS_OK)
    code = zip_failed(&zip);
  print_drops(path, report);
  recs_report_free(report);
  gzclose(zip.file);
  return code;
}

/* The whole of a file, NUL-terminated. */
static char *read_whole(zip_file *zip, size_t *length) {
  size_t capacity = 1 << 16, used = 0;
  char *text = malloc(capacity);
  int64_t got = 1;
  while (text != NULL && (got = zip_read(zip, text + used, capacity - used - 1)) > 0) {
    used += (size_t)got;
    if (capacity - used < 2) {
      char *grown = realloc(text, capacity *= 2);
      if (grown == NULL)
        free(text);
      text = grown;
    }
  }
  if (text == NULL || got < 0) {
    free(text);
    return NULL;
  }
  text[used] = 0;
  *length = used;
  return text;
}

int read_lines(char **text, text_list *lines, const char *path) {
  zip_file zip;
  size_t length = 0, capacity = 0;
  int code = zip_open(&zip, path);
  *text = NULL;
  memset(lines, 0, sizeof *lines);
  if (code != EXIT_DONE)
    return code;
  *text = read_whole(&zip, &length);
  gzclose(zip.file);
  if (*text == NULL)
    return bad_input("%s: %s", path, zip.problem[0] != 0 ? zip.problem : "out of memory");
  for (char *line = strtok(*text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
    if (lines->count == capacity) {
      const char **grown = realloc(lines->texts, (capacity = capacity * 2 + 64) * sizeof *grown);
      if (grown == NULL)
        return bad_input("%s: out of memory", path);
      lines->texts = grown;
    }
    lines->texts[lines->count++] = line;
  }
  return EXIT_DONE;
}
