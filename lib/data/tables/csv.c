/* Delimited text: CSV as RFC 4180 writes it, and TSV, which has no quotes. A quote within unquoted text stands for
 * itself. */
#include "lib/data/tables/records.h"

#include <inttypes.h>
#include <string.h>

enum { STRETCH = RECS__SCAN_STRETCH, QUOTE = '"' };

/* How reading a record ended. */
typedef enum outcome {
  WHOLE, /* its cells are there */
  CUT,   /* it goes on behind the window */
  STRAY, /* something stands behind a closing quote */
  END    /* there was none */
} outcome;

/* The next stretch of the window that has marks; returns whether there is one. */
static int find_more(recs__scan *scan, const recs__window *window) {
  scan->used = 0;
  scan->count = 0;
  while (scan->count == 0 && scan->scanned < window->end) {
    size_t end = window->end - scan->scanned < STRETCH ? window->end : scan->scanned + STRETCH;
    scan->count = scan->find(scan->marks, window->bytes, scan->scanned, end, scan->wanted);
    scan->scanned = end;
  }
  return scan->count > 0;
}

static inline int next_mark(recs__scan *scan, const recs__window *window, uint32_t *mark) {
  if (scan->used == scan->count && !find_more(scan, window))
    return 0;
  *mark = scan->marks[scan->used++];
  return 1;
}

/* A quoted cell, whose opening quote is `*mark`; `*mark` becomes the mark behind it. Doubled quotes are only noted: the
 * text must stay as it is until the whole record is there. */
static outcome read_quoted(recs__records *records, recs__cell *cell, uint32_t *mark) {
  recs__scan *scan = &records->scan;
  const recs__window *window = &records->window;
  uint32_t begin = *mark + 1, at;
  uint32_t doubled = 0;
  scan->quote = records->line + scan->lines;
  for (;;) {
    if (!next_mark(scan, window, &at))
      return CUT;
    scan->lines += window->bytes[at] == '\n';
    if (window->bytes[at] != QUOTE)
      continue;
    if (at + 1 == window->end)
      return CUT;
    if (window->bytes[at + 1] != QUOTE)
      break;
    if (!next_mark(scan, window, mark)) /* the second quote */
      return CUT;
    doubled = 1;
  }
  cell->text = window->bytes + begin;
  cell->length = at - begin;
  cell->raw = doubled;
  scan->raw |= (int)doubled;
  if (!next_mark(scan, window, mark))
    return CUT;
  scan->quote = 0;
  if (*mark == at + 1)
    return WHOLE;
  return *mark == at + 2 && window->bytes[at + 1] == '\r' && window->bytes[*mark] == '\n' ? WHOLE : STRAY;
}

/* The record at the window's beginning. Cells beyond the table's columns are counted and not kept. */
static outcome read_cells(recs__records *records) {
  recs__scan *scan = &records->scan;
  const recs__window *window = &records->window;
  uint32_t columns = records->columns, count = 0, mark;
  uint32_t begin = (uint32_t)window->begin;
  char byte;
  scan->lines = 0;
  scan->quote = 0;
  scan->raw = 0;
  do {
    recs__cell *cell = &records->cells[count < columns ? count : columns];
    if (!next_mark(scan, window, &mark))
      return CUT;
    byte = window->bytes[mark];
    if (byte == QUOTE && scan->wanted.bytes[2] == QUOTE) {
      outcome ended;
      if (mark != begin)
        continue;
      ended = read_quoted(records, cell, &mark);
      if (ended != WHOLE)
        return ended;
      byte = window->bytes[mark];
    } else {
      cell->text = window->bytes + begin;
      cell->length = mark - begin;
      cell->raw = 0;
      if (byte == '\n' && mark > begin && window->bytes[mark - 1] == '\r')
        cell->length -= 1;
    }
    count += 1;
    begin = mark + 1;
  } while (byte != '\n');
  scan->lines += 1;
  scan->cells = count;
  scan->end = begin;
  return WHOLE;
}

/* The next record, reading on as it needs. In a stretch of a longer text, one that its end cuts off is not read. */
static int32_t read_record(recs__records *records, outcome *ended) {
  recs__window *window = &records->window;
  records->line = records->next_line;
  for (;;) {
    *ended = read_cells(records);
    if (*ended != CUT)
      return RECS_OK;
    if (window->last && (window->begin == window->end || window->source == NULL))
      *ended = END;
    if (window->last || recs__window_full(window))
      return RECS_OK;
    RECS_TRY(recs__window_more(window));
    recs__scan_from(&records->scan, window->begin);
  }
}

/* Passes the record that was read. Returns whether it is more than an empty line. */
static int pass_record(recs__records *records) {
  const char *text = records->window.bytes + records->window.begin;
  int blank = records->scan.cells == 1 && (text[0] == '\n' || (text[0] == '\r' && text[1] == '\n'));
  records->window.begin = records->scan.end;
  records->next_line += records->scan.lines;
  return !blank;
}

/* Halves doubled quotes, in place. */
static void halve_quotes(recs__cell *cell) {
  uint32_t to = 0;
  for (uint32_t from = 0; from < cell->length; from++) {
    cell->text[to++] = cell->text[from];
    from += cell->text[from] == QUOTE;
  }
  cell->length = to;
  cell->raw = 0;
}

static void decode_cells(recs__records *records) {
  for (uint32_t i = 0; records->scan.raw && i < records->columns; i++) {
    if (records->cells[i].raw)
      halve_quotes(&records->cells[i]);
  }
}

/* Why a record could not be read; `*line` becomes the line of the fault. */
static const char *fault_of(const recs__records *records, outcome ended, uint64_t *line) {
  *line = records->line;
  if (ended == STRAY)
    return "text behind a closing quote";
  if (records->scan.quote == 0)
    return "a record of more than 16 MiB";
  *line = records->scan.quote;
  return "a quote is not closed";
}

/* Drops a record whose end is unknown: reading goes on in its second line. */
static int32_t refuse_text(recs__records *records, outcome ended) {
  recs__window *window = &records->window;
  uint64_t line;
  const char *fault = fault_of(records, ended, &line);
  RECS_TRY(recs__intake_refuse(records->intake, fault, line, window->bytes + window->begin, window->end - window->begin,
                               "%s", fault));
  RECS_TRY(recs__window_skip_line(window));
  recs__scan_from(&records->scan, window->begin);
  records->next_line += 1;
  return RECS_OK;
}

static int32_t refuse_count(const recs__records *records, const char *text) {
  uint32_t cells = records->scan.cells, columns = records->columns;
  size_t length = (size_t)(records->window.bytes + records->window.begin - text);
  return recs__intake_refuse(records->intake, cells < columns ? "too few cells" : "too many cells", records->line, text,
                             length, "%" PRIu32 " cell%s where the header has %" PRIu32, cells, cells == 1 ? "" : "s",
                             columns);
}

static int32_t next_record(recs__records *records, int *found) {
  *found = 0;
  for (;;) {
    const char *text;
    outcome ended;
    RECS_TRY(read_record(records, &ended));
    if (ended == END)
      return RECS_OK;
    if (ended != WHOLE) {
      records->any = 1;
      RECS_TRY(refuse_text(records, ended));
      continue;
    }
    text = records->window.bytes + records->window.begin;
    if (!pass_record(records))
      continue;
    records->any = 1;
    if (records->scan.cells == records->columns)
      break;
    RECS_TRY(refuse_count(records, text));
  }
  decode_cells(records);
  *found = 1;
  return RECS_OK;
}

/* The header's text, once to count its cells and once more to keep them. */
static int32_t read_header(recs__records *records) {
  outcome ended;
  uint64_t line;
  size_t begin;
  do {
    RECS_TRY(read_record(records, &ended));
    if (ended == END)
      return recs__records_empty(records);
    if (ended != WHOLE) {
      const char *fault = fault_of(records, ended, &line);
      return recs__fail(RECS_ERROR_FORMAT, "line %" PRIu64 ": %s", line, fault);
    }
    begin = records->window.begin;
  } while (!pass_record(records));
  records->columns = records->scan.cells;
  RECS_TRY(recs__grow(records->window.context, &records->cells, &records->cells_room, (size_t)records->columns + 1,
                      sizeof *records->cells));
  records->window.begin = begin;
  recs__scan_from(&records->scan, records->window.begin);
  read_cells(records);
  records->window.begin = records->scan.end;
  decode_cells(records);
  return RECS_OK;
}

int32_t recs__csv_open(recs__records *records, char delimiter, int quoting) {
  recs_context *context = recs__context_of(records->names);
  recs__scan *scan = &records->scan;
  records->next = next_record;
  records->header = 1;
  scan->find = recs__find_marks(recs_context_cpu(context));
  scan->wanted = (recs__marks){{delimiter, '\n', quoting ? QUOTE : '\n'}};
  scan->marks = recs__alloc(context, STRETCH, sizeof *scan->marks);
  if (scan->marks == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__grow(context, &records->cells, &records->cells_room, 1, sizeof *records->cells));
  recs__scan_from(scan, records->window.begin);
  RECS_TRY(read_header(records));
  for (uint32_t i = 0; i < records->columns; i++) {
    if (records->cells[i].length > 0)
      RECS_TRY(recs__records_add_name(records, records->cells[i].text, records->cells[i].length, i));
  }
  return RECS_OK;
}
