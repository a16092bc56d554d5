/* Events out of a stretch of a table, in columns, before they are in a log. Batches of one table may be read at the same
 * time: reading only looks ids up; those that are new wait until the batches are settled, one after the other. */
#ifndef RECS_LIB_DATA_TABLES_EVENT_BATCH_H
#define RECS_LIB_DATA_TABLES_EVENT_BATCH_H

#include "lib/data/tables/event_roles.h"
#include "lib/data/events.h"
#include "lib/data/names.h"
#include "lib/data/tables/records.h"

enum { RECS__REMEMBERED = 48 };

/* The ids of a role: lines of one user, order or moment mostly stand together, so that there is one entry for each run of
 * lines with the same id. */
typedef struct recs__id_runs {
  recs__piece *texts;
  uint32_t *firsts; /* where each run begins */
  uint32_t *rows;   /* RECS_NO_ROW: empty, or not in the dictionary */
  size_t count;
  size_t texts_room, firsts_room, rows_room;
} recs__id_runs;

typedef struct recs__event_batch {
  recs__records records;
  recs__intake intake; /* what the batch's own records are refused to */
  const recs_events *events;
  const recs_events_read_options *options;
  uint32_t known;                /* column names that were looked at */
  uint32_t columns[RECS__ROLES]; /* RECS_NO_ROW: none */
  size_t count;                  /* events */
  size_t placed;                 /* those that have a place in the log, from `first` on, and are not written there yet */
  uint64_t first;
  size_t room;                   /* how many there is room for */
  float *weights;
  double *quantities;
  double *prices;
  int64_t *times;
  recs__id_runs runs[RECS__ROLES];
  uint32_t *rows[RECS__ROLES]; /* of events (types), sessions, users and items; settled */
  int64_t time_before;         /* what the time was, and how it was written, in the line before */
  uint32_t time_length;        /* 0: nothing is remembered */
  char time_text[RECS__REMEMBERED];
  uint32_t going_on; /* roles whose id in the record is that of the last run, a bit each */
  int refused;       /* the record is bad and was counted so */
  int32_t status;    /* of reading a stretch, with its message */
  char message[RECS__MESSAGE_SIZE];
} recs__event_batch;

/* A batch for the log and the options, which outlive it; zeroed before. Its records are the caller's to open. */
void recs__event_batch_init(recs__event_batch *batch, const recs_events *events,
                            const recs_events_read_options *options);
/* One that reads stretches of the table that another one reads. Close it also after a failure. */
int32_t recs__event_batch_fork(recs__event_batch *out, const recs__event_batch *from);
void recs__event_batch_close(recs__event_batch *batch);

/* Looks at the column names that are new. */
int32_t recs__event_batch_match(recs__event_batch *batch);

/* RECS_ERROR_FORMAT when a required column is missing. */
int32_t recs__event_batch_require(const recs__event_batch *batch);

/* Appends the event of the record that was read; an event that is refused is not appended. */
int32_t recs__event_batch_add(recs__event_batch *batch);

/* Writes what has a place in the log, and reads a whole stretch in its stead, as far as its records are whole; looks ids up and adds
 * none. Whatever goes wrong is kept in `status` and `message`, behind the events before it. */
void recs__event_batch_read(recs__event_batch *batch, const char *text, size_t length, uint64_t line);

/* Whether settling might meet more event types than there may be, so that lines would have to be dropped. */
int recs__event_batch_types_fit(const recs__event_batch *batch);

/* Gives all ids their rows, those that are new in the order in which they come. A line with one event type too many is
 * refused. */
int32_t recs__event_batch_settle(recs__event_batch *batch, recs_events *events);

/* Gives the events, which are settled, a place in the log; the batch then has none. */
int32_t recs__event_batch_place(recs__event_batch *batch, recs_events *events);
/* Writes what has a place there. Several batches may do so at the same time. */
void recs__event_batch_write(recs__event_batch *batch);

#endif
