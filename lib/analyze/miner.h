/* How miners are asked and how they answer: every algorithm finds the same itemsets, in codes, in any order. */
#ifndef RECS_LIB_ANALYZE_MINER_H
#define RECS_LIB_ANALYZE_MINER_H

#include "lib/analyze/baskets.h"
#include "lib/base/progress.h"

/* Itemsets that one thread has found. */
typedef struct recs__findings {
  const recs_context *context;
  uint32_t *codes; /* of all sets, one behind the other */
  size_t code_count, code_room;
  uint32_t *sizes;
  size_t count, size_room;
  uint32_t *supports;
  size_t support_room;
} recs__findings;

/* What is wanted, and where it goes. */
typedef struct recs__mining {
  const recs__baskets *baskets;
  recs_apriori_options options;
  recs__findings *findings; /* one a thread */
  uint32_t threads;
  atomic_size_t found; /* over all threads */
} recs__mining;

int32_t recs__mining_init(recs__mining *mining, const recs__baskets *baskets, const recs_apriori_options *options);
void recs__mining_free(recs__mining *mining);

/* A frequent itemset of these codes, if its size is wanted; RECS_ERROR_OVERFLOW beyond the declared number of results. */
int32_t recs__mining_found(recs__mining *mining, uint32_t thread, const uint32_t *codes, uint32_t size, uint32_t support);

/* True when no itemset of more than `size` items can be wanted: closed and maximal sets are judged before the sizes. */
int recs__mining_deep_enough(const recs__mining *mining, uint32_t size);

/* The algorithms. */
int32_t recs__mine_eclat(recs__mining *mining, const recs__progress *progress);
int32_t recs__mine_apriori(recs__mining *mining, const recs__progress *progress);

#endif
