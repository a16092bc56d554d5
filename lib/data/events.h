/* The behaviour log as others see it inside the library: columns in chunks. */
#ifndef RECS_LIB_DATA_EVENTS_H
#define RECS_LIB_DATA_EVENTS_H

#include "lib/data/event_chunk.h"
#include "lib/data/ids.h"

#include <math.h>

enum { RECS__MOST_TYPES = 255 };

/* The columns of one chunk. A NULL column means the default for every event (see recs_event_columns); users, items and
 * types are always there. Borrowed from the log. */
typedef struct recs__event_view {
  size_t count;
  const uint32_t *users;
  const uint32_t *items;
  const uint8_t *types;
  const float *weights;
  const double *quantities;
  const double *prices;
  const int64_t *times;
  const uint32_t *sessions;
} recs__event_view;

/* What an event of a view says, also where it says nothing. */
static inline double recs__quantity_of(const recs__event_view *view, size_t i) {
  return view->quantities == NULL ? 1 : view->quantities[i];
}
static inline double recs__price_of(const recs__event_view *view, size_t i) {
  return view->prices == NULL ? (double)NAN : view->prices[i];
}
static inline int64_t recs__time_of(const recs__event_view *view, size_t i) {
  return view->times == NULL ? RECS_NO_TIME : view->times[i];
}
static inline uint32_t recs__session_of(const recs__event_view *view, size_t i) {
  return view->sessions == NULL ? RECS_NO_ROW : view->sessions[i];
}

/* How many chunks hold the log's events; all but the last are full. */
size_t recs__events_chunks(const recs_events *events);
void recs__events_view(recs__event_view *out, const recs_events *events, size_t chunk);

/* An empty log over the same dictionaries, with the same types, sessions (rows keep their meaning) and kind of time:
 * what cleaning and splitting fill. */
int32_t recs__events_like(recs_events **out, const recs_events *events);

/* A frozen log of the events whose mark, which is below 32, is a bit of `chosen`; in their order. `marks` has one byte an
 * event. */
int32_t recs__events_select(recs_events **out, const recs_events *events, const uint8_t *marks, uint32_t chosen);

/* The same of a log whose columns are seen through views. */
int32_t recs__views_select(recs_events **out, const recs_events *events, const recs__event_view *views, const uint8_t *marks,
                           uint32_t chosen);

/* Gives an empty log `count` events, whose chunks the caller then fills one by one, each with as many as the log has for it. */
int32_t recs__events_open(recs__event_chunk **out_chunks, recs_events *events, uint64_t count);

/* A log of the same events over other sessions, whose chunks the caller may change by recs__event_chunk_replace() before it freezes
 * the log; `sessions` is held. */
int32_t recs__events_share(recs_events **out, recs__event_chunk **out_chunks, const recs_events *events, recs_ids *sessions);

/* The views of a log's chunks; NULL when out of memory. The caller frees them. */
recs__event_view *recs__events_views(const recs_events *events);

/* Takes back what was appended behind the first `count` events. Only for a call that fails: no snapshot may have been
 * taken since. */
void recs__events_truncate(recs_events *events, uint64_t count);

/* recs_events_append() in two steps and without its checks, of columns whose every value is one that it would take: a place for the
 * events behind all others, and writing them there. Several threads may write at the same time, in any order. */
int32_t recs__events_place(uint64_t *out_first, recs_events *events, const recs_event_columns *columns, size_t count);
void recs__events_write(const recs_events *events, uint64_t first, const recs_event_columns *columns, size_t count);

/* The dictionary that a column's rows belong to (users, items, types, sessions), to grow while the log is filled. */
recs_ids *recs__events_dictionary(const recs_events *events, recs__event_column c);

#endif
