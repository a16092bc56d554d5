/* The part of a table's text that is in memory: from the record being read to the end of the last chunk. */
#ifndef RECS_LIB_DATA_TABLES_WINDOW_H
#define RECS_LIB_DATA_TABLES_WINDOW_H

#include "lib/base/memory.h"
#include "lib/base/progress.h"
#include "lib/data/tables/source.h"

enum {
  RECS__WINDOW_SIZE = 256 << 10, /* a chunk stays in the second-level cache from read() to the last field */
  RECS__RECORD_SIZE = 16 << 20   /* longer records are refused: most likely a quote was not closed */
};

typedef struct recs__window {
  const recs_context *context;
  recs__source *source; /* NULL: the text is a stretch of another one's, and its end need not be the end of a record */
  const recs__progress *progress;
  char *bytes;
  size_t begin;    /* the record that is being read */
  size_t end;      /* the last byte is a newline once `last` is set: a final line without one is given it */
  size_t capacity; /* grows only when one record fills it */
  int last;        /* the source has no more */
} recs__window;

/* An empty window of `capacity` bytes (0: the usual size). */
int32_t recs__window_open(recs__window *out, const recs_context *context, recs__source *source,
                          const recs__progress *progress, size_t capacity);

/* Puts a copy of a text, which ends in a newline, in the place of what a window without a source had. */
int32_t recs__window_load(recs__window *window, const char *text, size_t length);

/* Reads on: forgets what lies before `begin`, which becomes 0, and fills the rest. Reports progress. */
int32_t recs__window_more(recs__window *window);

/* True when a record has reached the largest size, so that more would be refused. */
int recs__window_full(const recs__window *window);

/* Forgets everything up to and with the next newline. */
int32_t recs__window_skip_line(recs__window *window);

void recs__window_close(recs__window *window);

#endif
