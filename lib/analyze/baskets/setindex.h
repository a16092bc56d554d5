/* Looking itemsets up by their items, many times: a hash table of their numbers. */
#ifndef RECS_LIB_ANALYZE_BASKETS_SETINDEX_H
#define RECS_LIB_ANALYZE_BASKETS_SETINDEX_H

#include "lib/analyze/baskets/itemsets.h"

typedef struct recs__set_index {
  const recs_itemsets *itemsets;
  uint32_t *slots; /* set number + 1; 0: free */
  uint64_t mask;
} recs__set_index;

/* 8 to 16 bytes a set. Free in any case. */
int32_t recs__set_index_init(recs__set_index *index, const recs_itemsets *itemsets);
void recs__set_index_free(recs__set_index *index);

/* The number of a set of ascending items; `itemsets->count`: it is none of them. */
uint64_t recs__set_index_place(const recs__set_index *index, const uint32_t *items, uint32_t size);

/* The support of a set of ascending items; 0: it is none of the itemsets. */
uint32_t recs__set_index_support(const recs__set_index *index, const uint32_t *items, uint32_t size);

#endif
