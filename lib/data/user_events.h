/* The events of each user in order of time. Only their numbers are sorted, and a user's events are copied out of the log when it is
 * its turn, so that this takes four bytes an event beside the log. */
#ifndef RECS_LIB_DATA_USER_EVENTS_H
#define RECS_LIB_DATA_USER_EVENTS_H

#include "lib/base/progress.h"
#include "lib/data/events.h"

/* An event in one piece. */
typedef struct recs__user_event {
  int64_t time; /* or RECS_NO_TIME */
  uint64_t number; /* in the log, from 0 */
  double quantity;
  double price; /* or NaN */
  uint32_t item;
  uint32_t session;
  uint32_t type;
} recs__user_event;

typedef struct recs__user_events {
  recs_context *context;
  const recs__event_view *views;
  uint32_t users;
  int64_t *offsets; /* users + 1: where each user's events begin */
  uint32_t *numbers; /* of the events, by user, in order of arrival */
  uint8_t *high;     /* their upper bits; NULL when there are none */
} recs__user_events;

/* Sorts the events of the views that have a user and are marked 0 (`marks` NULL: all are). O(events + users). Whatever is returned,
 * recs__user_events_free() follows. The views outlive it. */
int32_t recs__user_events_make(recs__user_events *out, recs_context *context, const recs__event_view *views, size_t chunks,
                               uint32_t users, const uint8_t *marks);
void recs__user_events_free(recs__user_events *self);

/* One user's events, by time and then arrival, unknown times first; they may be changed. Users without events are not shown.
 * `thread` is below recs__user_events_threads(). */
typedef int32_t (*recs__user_fn)(void *payload, uint32_t thread, uint32_t user, recs__user_event *events, size_t count);

/* Calls a function for each user, from all threads: it writes what is the user's alone. O(m log m) for m events that did not arrive
 * in order of time, else O(m). */
int32_t recs__user_events_each(const recs__user_events *self, recs__user_fn visit, void *payload, const recs__progress *progress);
uint32_t recs__user_events_threads(const recs__user_events *self);

#endif
