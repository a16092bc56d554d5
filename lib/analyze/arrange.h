/* Found itemsets in order. */
#ifndef RECS_LIB_ANALYZE_ARRANGE_H
#define RECS_LIB_ANALYZE_ARRANGE_H

#include "lib/analyze/miner.h"

/* How many sets of a size all threads have found. */
uint64_t recs__found_of(const recs__mining *mining, uint32_t size);

/* Writes the sets of a size in lexicographic order: their items one set behind the other, and their supports. Takes 16
 * bytes a set meanwhile, and frees the piles. Sizes may be arranged side by side. */
int32_t recs__arrange(uint32_t *items, uint32_t *supports, recs__mining *mining, uint32_t size);

#endif
