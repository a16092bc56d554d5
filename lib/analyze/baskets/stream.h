/* Handing itemsets to the host as they are found. */
#ifndef RECS_LIB_ANALYZE_BASKETS_STREAM_H
#define RECS_LIB_ANALYZE_BASKETS_STREAM_H

#include "lib/analyze/baskets/miner.h"
#include "lib/analyze/baskets/unfold.h"

typedef struct recs__stream {
  recs_itemset_fn itemset;
  void *payload;
  recs__unfolder unfolder;
  recs__bundle *bundle; /* with room for all items */
} recs__stream;

/* Sets a mining up to stream, from the calling thread alone. Free in any case. */
int32_t recs__stream_init(recs__stream *self, recs__mining *mining, recs_itemset_fn itemset, void *payload);
void recs__stream_free(recs__stream *self);

/* Hands one set over; the host may end it. */
int32_t recs__stream_tell(recs__stream *self, const uint32_t *items, uint32_t size, uint32_t support);

#endif
