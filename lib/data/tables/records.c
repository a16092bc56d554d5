#include "lib/data/tables/records.h"

#include <string.h>
#include <strings.h>

const recs__choice recs__formats[] = {{"auto", RECS_FORMAT_AUTO},
                                      {"csv", RECS_FORMAT_CSV},
                                      {"tsv", RECS_FORMAT_TSV},
                                      {"jsonl", RECS_FORMAT_JSONL},
                                      {NULL, 0}};

static int ends_in(const char *text, size_t length, const char *ending) {
  size_t size = strlen(ending);
  return length > size && strncasecmp(text + length - size, ending, size) == 0;
}

int32_t recs__format_of(const char *path) {
  size_t length = strlen(path);
  if (ends_in(path, length, ".gz"))
    length -= 3;
  if (ends_in(path, length, ".tsv"))
    return RECS_FORMAT_TSV;
  if (ends_in(path, length, ".jsonl") || ends_in(path, length, ".ndjson"))
    return RECS_FORMAT_JSONL;
  return RECS_FORMAT_CSV;
}

int32_t recs__records_empty(const recs__records *records) {
  return recs__fail(RECS_ERROR_FORMAT, "the %s is empty", records->window.source->noun);
}

/* Passes the byte-order mark; refuses what is no text. */
static int32_t begin_text(recs__window *window) {
  RECS_TRY(recs__window_more(window));
  if (window->end >= 2 && memcmp(window->bytes, "\x1f\x8b", 2) == 0)
    return recs__fail(RECS_ERROR_FORMAT, "the %s is compressed by gzip: decompress it first", window->source->noun);
  while (window->end < 3 && !window->last)
    RECS_TRY(recs__window_more(window));
  if (window->end >= 3 && memcmp(window->bytes, "\xef\xbb\xbf", 3) == 0)
    window->begin = 3;
  return RECS_OK;
}

static int32_t open_format(recs__records *records, const recs__table_form *form) {
  switch (form->format) {
  case RECS_FORMAT_JSONL:
    return recs__jsonl_open(records);
  case RECS_FORMAT_TSV:
    return recs__csv_open(records, form->delimiter == 0 ? '\t' : (char)form->delimiter, 0);
  default:
    return recs__csv_open(records, form->delimiter == 0 ? ',' : (char)form->delimiter, 1);
  }
}

int32_t recs__records_open(recs__records *out, recs_context *context, recs__source *source, const recs__intake *intake,
                           const recs__progress *progress, const recs__table_form *form) {
  memset(out, 0, sizeof *out);
  out->intake = intake;
  out->next_line = 1;
  if (form->delimiter == '"' || form->delimiter == '\n' || form->delimiter == '\r')
    return recs__fail(RECS_ERROR_INVALID, "delimiter is %d, which is a quote or ends lines", form->delimiter);
  RECS_TRY(recs__window_open(&out->window, context, source, progress, form->window));
  RECS_TRY(recs_ids_create(&out->names, context));
  RECS_TRY(begin_text(&out->window));
  return open_format(out, form);
}

int32_t recs__records_add_name(recs__records *records, const char *name, size_t length, uint32_t column) {
  char quoted[64];
  uint32_t known = recs_ids_count(records->names);
  uint32_t row;
  int32_t status = recs_ids_add(&row, records->names, name, length);
  if (status == RECS_ERROR_INVALID)
    return recs__fail(RECS_ERROR_FORMAT, "a column's name is not allowed: %s", recs_last_error());
  RECS_TRY(status);
  if (row < known)
    return recs__fail(RECS_ERROR_FORMAT, "two columns are called %s", recs__quote(quoted, sizeof quoted, name, length));
  RECS_TRY(recs__grow(records->window.context, &records->places, &records->places_room, (size_t)row + 1,
                      sizeof *records->places));
  records->places[row] = column;
  return RECS_OK;
}

/* The header's names, and what its cells and marks need. */
static int32_t share_header(recs__records *out, const recs__records *from) {
  const recs_context *context = from->window.context;
  out->names = recs__hold(from->names);
  out->columns = from->columns;
  out->places_room = recs_ids_count(from->names);
  out->cells_room = (size_t)from->columns + 1;
  out->places = recs__copy(context, from->places, out->places_room, sizeof *out->places);
  out->cells = recs__alloc(context, out->cells_room, sizeof *out->cells);
  out->scan.marks = recs__alloc(context, RECS__SCAN_STRETCH, sizeof *out->scan.marks);
  return out->places == NULL || out->cells == NULL || out->scan.marks == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__records_fork(recs__records *out, const recs__records *from, const recs__intake *intake) {
  memset(out, 0, sizeof *out);
  out->window.context = from->window.context;
  out->intake = intake;
  out->next = from->next;
  out->header = from->header;
  out->scan.find = from->scan.find;
  out->scan.wanted = from->scan.wanted;
  return from->header ? share_header(out, from) : recs_ids_create(&out->names, recs__context_of(from->names));
}

int32_t recs__records_load(recs__records *records, const char *text, size_t length, uint64_t line) {
  records->any = 0;
  records->next_line = line;
  recs__scan_from(&records->scan, 0);
  return recs__window_load(&records->window, text, length);
}

void recs__records_pass(recs__records *records, size_t bytes, uint64_t line) {
  records->window.begin += bytes;
  records->next_line = line;
  recs__scan_from(&records->scan, records->window.begin);
}

int32_t recs__records_next(recs__records *records, int *found) {
  RECS_TRY(records->next(records, found));
  if (*found || records->any)
    return RECS_OK;
  if (records->header)
    return recs__fail(RECS_ERROR_FORMAT, "the %s has a header but no rows", records->window.source->noun);
  return recs__records_empty(records);
}

void recs__records_close(recs__records *records) {
  const recs_context *context = records->window.context;
  if (context == NULL)
    return;
  recs__free(context, records->places);
  recs__free(context, records->cells);
  recs__free(context, records->scan.marks);
  recs__free(context, records->given);
  recs_ids_free(records->names);
  recs__window_close(&records->window);
}
