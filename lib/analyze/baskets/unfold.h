/* Writing bundles out as itemsets. */
#ifndef RECS_LIB_ANALYZE_BASKETS_UNFOLD_H
#define RECS_LIB_ANALYZE_BASKETS_UNFOLD_H

#include "lib/analyze/baskets/bundles.h"

/* Told each itemset; `items` ascend and are valid during the call. Anything but RECS_OK ends the unfolding. */
typedef int32_t (*recs__emit_fn)(void *payload, const uint32_t *items, uint32_t size, uint32_t support);

typedef struct recs__unfolder {
  const recs_context *context;
  uint64_t *rows; /* of the bundle, ascending, each with whether it is optional */
  uint32_t *items;
  size_t room;
  recs__emit_fn emit;
  void *payload;
} recs__unfolder;

void recs__unfolder_free(recs__unfolder *self);

/* Emits the sets of a bundle that have from `smallest` to `largest` items. */
int32_t recs__unfold(recs__unfolder *self, const recs__bundle *bundle, uint32_t smallest, uint32_t largest);

#endif
