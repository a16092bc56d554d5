/* Lists of keys (see topk.h), no two of them equal: cutting them down to the best, and sorting them. */
#ifndef RECS_LIB_SIMILARITY_KEYS_H
#define RECS_LIB_SIMILARITY_KEYS_H

#include "lib/similarity/topk.h"

/* Orders `count` keys so far that place `k`, below count, has the key that sorting (best first) would put there, and better ones
 * stand before it. O(count) on average, whatever the keys are. */
void recs__keys_select(uint64_t *keys, size_t count, size_t k);

/* Sorts keys, best first. `context` says what the processor can do. O(count log count) on average. */
void recs__keys_order(const recs_context *context, uint64_t *keys, size_t count);

#endif
