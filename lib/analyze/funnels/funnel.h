/* How a funnel is found: what its steps are, what each user did, how far that goes, in what time. */
#ifndef RECS_LIB_ANALYZE_FUNNELS_FUNNEL_H
#define RECS_LIB_ANALYZE_FUNNELS_FUNNEL_H

#include "lib/analyze/funnels/type_set.h"
#include "lib/base/progress.h"
#include "lib/data/events.h"
#include <recs/analyze.h>

enum { RECS__MOST_STEPS = 32, RECS__MOST_GROUPS = 65536 };

/* What is looked for. */
typedef struct recs__funnel_plan {
  recs_funnel_options options;
  uint32_t steps;
  uint32_t types[RECS__TYPE_BYTES]; /* bit s is set where the type is step s */
  int timed;                        /* some event has a time; those that have none are left out */
} recs__funnel_plan;

/* What each user reached. */
typedef struct recs__funnel_trips {
  uint32_t users;
  uint8_t *depths;
  int64_t *times; /* users x steps: when each step was taken, up to the user's depth; NULL where nothing has a time */
} recs__funnel_trips;

/* One event of one user, as a funnel sees it. */
typedef struct recs__funnel_event {
  int64_t time;
  uint32_t key;   /* the session or item that is held, else 0 */
  uint32_t steps; /* which steps it may be */
} recs__funnel_event;

/* Reads the steps, "view,cart|wishlist,purchase", into a plan that has its options. */
int32_t recs__funnel_parse(recs__funnel_plan *plan, const recs_ids *types, const char *steps);

/* Walks through a user's events, which are in order of key, then of time and arrival. Returns the depth; `times` (room for as many
 * as there are steps) receives when each step was taken. */
uint32_t recs__funnel_walk(int64_t *times, const recs__funnel_plan *plan, const recs__funnel_event *events, size_t count);

/* Fills the trips of all users of a log. */
int32_t recs__funnel_travel(recs__funnel_trips *trips, const recs__funnel_plan *plan, const recs_events *events,
                            const recs__progress *progress);

/* Times of those who reached one step. */
typedef struct recs__funnel_times {
  double mean, median, p90;
} recs__funnel_times;

/* groups x steps x 2 of them: from the step before, and from the first. `users` is groups x steps, how many reached each. */
int32_t recs__funnel_time(recs__funnel_times *out, const recs__funnel_plan *plan, const recs__funnel_trips *trips,
                          const uint64_t *users, recs_context *context);

/* The group of a user, or RECS_NO_ROW. */
static inline uint32_t recs__funnel_group(const recs_funnel_options *options, uint32_t user) {
  if (options->groups == NULL)
    return 0;
  return user < options->group_rows ? options->groups[user] : RECS_NO_ROW;
}

#endif
