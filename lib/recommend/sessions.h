/* Sessions, newest first, and which of them have an item. */
#ifndef RECS_LIB_RECOMMEND_SESSIONS_H
#define RECS_LIB_RECOMMEND_SESSIONS_H

#include "lib/base/stream.h"
#include "lib/data/histories.h"

/* Sessions are numbered from the newest: by their last time, unknown ones last, equal ones by row. */
typedef struct recs__sessions {
  recs__object *backing; /* not NULL: the arrays belong to it */
  uint32_t items;        /* the catalogue */
  uint32_t count;
  int64_t *offsets;   /* count + 1 */
  uint32_t *members;  /* the items of each session, ascending */
  uint32_t *owners;   /* the row of the histories that each came from */
  double *idf;        /* of each item: ln(sessions / sessions that have it); 0 where none has it */
  int64_t *list_offsets; /* items + 1 */
  uint32_t *lists;    /* the newest sessions that have each item, ascending; at most as many as were asked for */
} recs__sessions;

/* Cuts histories into sessions: a new one begins with an event more than `gap` later than the one before (0: never). Items beyond the
 * catalogue and events that do not weigh more than 0 are passed over, as are sessions of fewer than two items. `newest` is how many
 * sessions an item keeps. recs__sessions_free() follows, whatever is returned. O(events log sessions). */
int32_t recs__sessions_init(recs__sessions *out, const recs_context *context, const recs_histories *histories, uint32_t items,
                            double gap, uint32_t newest);
void recs__sessions_free(recs__sessions *sessions, const recs_context *context);

/* Whether a session has an item. */
int recs__sessions_has(const recs__sessions *sessions, uint32_t session, uint32_t item);

int32_t recs__sessions_write(const recs__sessions *sessions, recs__writer *writer);
/* Sessions of a catalogue of `items`, checked. They hold the reader's backing; recs__sessions_free() follows, whatever is returned. */
int32_t recs__sessions_read(recs__sessions *out, recs__reader *reader, uint32_t items);

#endif
