/* The events of a log that count, by the row that they belong to (a user or a session): what matrices and histories are
 * made of. Only their numbers are sorted, and a row's events are copied out of the log when it is its turn, so that this
 * takes four bytes an event beside the log. */
#ifndef RECS_LIB_DATA_EVENT_ROWS_H
#define RECS_LIB_DATA_EVENT_ROWS_H

#include "lib/data/events.h"
#include "lib/data/interactions.h"
#include "lib/data/type_weights.h"

typedef struct recs__event_rows {
  recs_context *context;
  recs_matrix_options options;
  int32_t time_kind;
  uint32_t rows;  /* of the dictionary that the rows belong to */
  uint32_t items; /* of the items' dictionary */
  int64_t *offsets;          /* rows + 1: where each row's events begin */
  uint32_t *numbers;         /* of the events, by row, in order of arrival */
  uint8_t *high;             /* their upper bits; NULL when there are none */
  recs__event_view *views;   /* of the log's chunks */
  double types[RECS__TYPE_BYTES]; /* what each type weighs */
  int64_t oldest;            /* of the times that count, where decay asks for them; RECS_NO_TIME: none is known */
  int64_t latest;
} recs__event_rows;

/* Sorts the events that have a row and an item, neither of which was removed, and whose type does not weigh 0. O(events + rows).
 * Whatever is returned, recs__event_rows_free() follows. The log outlives it. */
int32_t recs__event_rows_make(recs__event_rows *out, const recs_events *events, const recs_matrix_options *options);
void recs__event_rows_free(recs__event_rows *rows);

/* What one thread works with. */
typedef struct recs__row_scratch {
  recs__interaction *list;    /* the events of a row */
  recs__interaction *scratch; /* room for as many */
  uint64_t *keys;             /* and for as many numbers */
  uint32_t *seen;             /* by item: for the caller; zeroed once */
  size_t list_room, scratch_room, keys_room;
} recs__row_scratch;

typedef int32_t (*recs__row_fn)(void *payload, const recs__event_rows *rows, uint32_t row, recs__row_scratch *scratch, size_t count);

/* Calls a function for each row with the row's events in scratch->list, in order of arrival and weighed as the options say. Rows are
 * done by all threads at the same time: the function writes what is the row's alone. */
int32_t recs__event_rows_each(const recs__event_rows *rows, recs__row_fn visit, void *payload);

/* Closes the gaps of an array of `size` bytes an element in which each row has written from its offset on, and which is as long as there
 * are events: row r becomes elements [ends[r], ends[r + 1]). Returns the array, which is as long as it need be. */
void *recs__event_rows_close(const recs__event_rows *rows, void *array, size_t size, const int64_t *ends);

/* recs_matrix_build() and recs_histories_build() of events that are sorted already. */
int32_t recs__matrix_of_rows(recs_matrix **out, const recs__event_rows *rows);
int32_t recs__histories_of_rows(recs_histories **out, const recs__event_rows *rows, int keep_repeats);

#endif
