/* Looking for the support at which a limit is reached: found sets are weighed by their support and let go, and the least support that
 * still matters rises as the limit is exceeded by what is above it. */
#ifndef RECS_LIB_ANALYZE_BASKETS_SCOUT_H
#define RECS_LIB_ANALYZE_BASKETS_SCOUT_H

#include "lib/analyze/baskets/bundles.h"

typedef struct recs__scout {
  const recs_context *context;
  atomic_uint_fast64_t *sets;  /* by level of support */
  atomic_uint_fast64_t *bytes;
  uint32_t levels;
  atomic_int reached;  /* a limit has been exceeded */
  atomic_uint full;    /* the level that did it */
} recs__scout;

/* For supports up to `highest`. 16 bytes a level: one a support up to 131,071, then 65,536 for each doubling. Free in any case. */
int32_t recs__scout_init(recs__scout *scout, const recs_context *context, uint32_t highest);
void recs__scout_free(recs__scout *scout);

/* Weighs a bundle. Any thread. */
void recs__scout_add(recs__scout *scout, const recs__bundles *limits, const recs__bundle *bundle);

/* Raises what the bundles want above the support at which their limits are exceeded by all that was weighed so far: what more there
 * may be of that support changes nothing. Any thread. */
void recs__scout_raise(recs__scout *scout, recs__bundles *bundles);

/* The support at which a limit is exceeded: some sets of it may have room, none below it have. */
uint32_t recs__scout_support(const recs__scout *scout);

#endif
