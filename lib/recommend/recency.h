/* What a user did last says more: a history whose older items weigh less. */
#ifndef RECS_LIB_RECOMMEND_RECENCY_H
#define RECS_LIB_RECOMMEND_RECENCY_H

#include "lib/base/stream.h"
#include <recs/recommend.h>

/* How the weight of an item fades. Items at one known time stand on one step; every other item is a step of its own. */
typedef struct recs__recency {
  double step;      /* what is left of a weight a step further back, 0 to 1; 1: all */
  double half_life; /* an item this much older than the latest of the history weighs half; 0: no such decay */
} recs__recency;

/* A history with faded weights. An item of unknown time is as old as the oldest whose time is known; without any times the half-life
 * says nothing. */
typedef struct recs__faded {
  recs_history history; /* what was given, or with weights of its own */
  const double *fades;  /* what each weight was multiplied by; NULL: 1 */
} recs__faded;

/* O(count); nothing is allocated where nothing fades. recs__faded_free() follows success. */
int32_t recs__faded_init(recs__faded *out, const recs_context *context, const recs__recency *recency,
                         const recs_history *history);
void recs__faded_free(recs__faded *faded, const recs_context *context);

static inline double recs__faded_by(const recs__faded *faded, size_t place) {
  return faded->fades == NULL ? 1 : faded->fades[place];
}

int32_t recs__recency_write(const recs__recency *recency, recs__writer *writer);
int32_t recs__recency_read(recs__recency *out, recs__reader *reader);

#endif
