/* Records of cells from a table's text, whatever its format: delimited text (csv.c) or JSON Lines (jsonl.c). */
#ifndef RECS_LIB_DATA_TABLES_RECORDS_H
#define RECS_LIB_DATA_TABLES_RECORDS_H

#include "lib/base/options.h"
#include "lib/data/tables/cell.h"
#include "lib/data/ids.h"
#include "lib/data/tables/intake.h"
#include "lib/data/tables/marks.h"
#include "lib/data/tables/window.h"

/* The formats by their option names. */
extern const recs__choice recs__formats[];
#define RECS__FORMAT_LIST "auto|csv|tsv|jsonl"

/* The format of a file by its name, also below ".gz"; CSV when the name says nothing. */
int32_t recs__format_of(const char *path);

/* How a table is written. */
typedef struct recs__table_form {
  int32_t format;    /* AUTO: CSV */
  int32_t delimiter; /* 0: the format's own */
  size_t window;     /* bytes of text in memory; 0: the usual */
} recs__table_form;

/* Where the marks of delimited text are. They are looked for in one stretch of the window after another. */
typedef struct recs__scan {
  recs__find_marks_fn find;
  recs__marks wanted; /* delimiter, newline, quote (a newline again where nothing is quoted) */
  uint32_t *marks;
  size_t count;   /* marks found */
  size_t used;    /* and read */
  size_t scanned; /* where in the window the next stretch begins */
  uint32_t cells; /* of the record that was read last */
  size_t end;     /* where in the window it ends */
  uint64_t lines; /* how many it takes */
  uint64_t quote; /* the line in which its open quote stands; 0: none */
  int raw;        /* a cell of it has doubled quotes */
} recs__scan;

enum { RECS__SCAN_STRETCH = 8192 };

/* Looks for marks anew, from a place in the window on. */
static inline void recs__scan_from(recs__scan *scan, size_t at) {
  scan->used = 0;
  scan->count = 0;
  scan->scanned = at;
}

typedef struct recs__records recs__records;
struct recs__records {
  int32_t (*next)(recs__records *records, int *found); /* the format's */
  recs__window window;
  const recs__intake *intake;
  recs_ids *names;  /* of the columns; JSON Lines add to them as they come, a header gives them all. A name of no bytes
                       is not among them */
  uint32_t *places; /* the column of each name */
  size_t places_room;
  recs__cell *cells; /* of the record, by column; they stand in the window, until the next record */
  uint32_t columns;
  size_t cells_room;
  uint64_t line; /* in which the record begins, from 1 */
  uint64_t next_line;
  int header;      /* the names come from a header */
  int any;         /* there was a record, good or bad */
  recs__scan scan; /* delimited text */
  uint32_t *given; /* JSON Lines: the names that the record has */
  size_t given_count;
  size_t given_room;
};

/* Begins a table, and reads its header when the format has one. Close it also after a failure. Bad records go to the
 * intake. */
int32_t recs__records_open(recs__records *out, recs_context *context, recs__source *source, const recs__intake *intake,
                           const recs__progress *progress, const recs__table_form *form);

/* The next good record; `*found` is 0 behind the last. A table without any record is RECS_ERROR_FORMAT. */
int32_t recs__records_next(recs__records *records, int *found);

void recs__records_close(recs__records *records);

/* Records that read stretches of the text that another one reads: a header's names hold for both. Close them also after a
 * failure. */
int32_t recs__records_fork(recs__records *out, const recs__records *from, const recs__intake *intake);

/* Gives such records a stretch, which ends in a newline and begins in `line`. records->next() then ends before a record that is not
 * whole. */
int32_t recs__records_load(recs__records *records, const char *text, size_t length, uint64_t line);

/* Passes text of the window that others have read: the next record begins behind it, in `line`. */
void recs__records_pass(recs__records *records, size_t bytes, uint64_t line);

/* For the formats: begins reading; adds a column's name, which must be new. */
int32_t recs__csv_open(recs__records *records, char delimiter, int quoting);
int32_t recs__jsonl_open(recs__records *records);
/* The column of a key, which is added when it is new. */
int32_t recs__jsonl_column(recs__records *records, const char *name, size_t length, uint32_t *out);
int32_t recs__records_add_name(recs__records *records, const char *name, size_t length, uint32_t column);

/* RECS_ERROR_FORMAT: the table is empty. */
int32_t recs__records_empty(const recs__records *records);

#endif
