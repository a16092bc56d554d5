/* What the parts of a hybrid say of the items that matter to some users: all that learning its weights looks at. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_BALLOTS_H
#define RECS_LIB_RECOMMEND_HYBRID_BALLOTS_H

#include "lib/recommend/hybrid/exam.h"
#include "lib/recommend/hybrid/hybrid.h"

/* Items that each part may put in front for a user, and so the most that a ballot has. */
enum { RECS__POOL = 40, RECS__MOST_ROWS = RECS__POOL * RECS__MOST_PARTS };

/* One user's: the items that any part puts in front, those that were asked for first. */
typedef struct recs__ballot {
  float *values;    /* count x parts: scores on the hybrid's scale, 0 where a part knows nothing */
  uint32_t count;   /* items */
  uint32_t targets; /* of these, asked for; at least 1 */
  uint32_t wanted;  /* asked for in all: those that no part puts in front are out of reach */
  uint32_t length;  /* of the history */
} recs__ballot;

typedef struct recs__ballots {
  const recs_context *context;
  uint32_t parts;
  recs__ballot *list;
  size_t count; /* users of whose targets one is in reach */
} recs__ballots;

/* Asks the parts of a hybrid (its mixture does not matter). O(users x the parts' requests) over the context's threads; the same
 * for any number of them. */
int32_t recs__ballots_cast(recs__ballots *out, const recs__hybrid *hybrid, const recs__exam *exam,
                           const recs__progress *progress);
void recs__ballots_free(recs__ballots *ballots);

#endif
