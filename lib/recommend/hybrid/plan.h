/* The parts of a hybrid before they are fitted: which scorers, with which settings. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_PLAN_H
#define RECS_LIB_RECOMMEND_HYBRID_PLAN_H

#include "lib/recommend/hybrid/hybrid.h"

typedef struct recs__plan {
  recs_context *context;
  uint32_t count;
  const recs__scorer_kind *kinds[RECS__MOST_PARTS];
  char *settings[RECS__MOST_PARTS];   /* key=value lines */
} recs__plan;

/* The scorers that `names` joins by commas. `names` NULL: all that may be of use with these training data (`broad`), or the three of
 * the plain hybrid: content, user-knn, item-knn. `settings` has lines "part.key=value" for them. */
int32_t recs__plan_open(recs__plan *plan, const recs_training *training, const char *names, int broad,
                        const char *settings);
void recs__plan_close(recs__plan *plan);

/* Leaves of the parts those at `places`. */
void recs__plan_keep(recs__plan *plan, const uint32_t *places, uint32_t count);

/* Fits every part to some training data; on failure there is none. */
int32_t recs__plan_fit(recs_scorer **parts, const recs__plan *plan, const recs_training *training,
                       const recs__progress *progress);
void recs__plan_free_parts(recs_scorer **parts, uint32_t count);

#endif
