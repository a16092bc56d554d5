/* Frequent itemsets as they are handed out: by size, those of one size in the order of the search. */
#ifndef RECS_LIB_ANALYZE_BASKETS_ITEMSETS_H
#define RECS_LIB_ANALYZE_BASKETS_ITEMSETS_H

#include "lib/analyze/baskets/miner.h"

struct recs_itemsets {
  recs__object object;
  uint64_t count;
  uint64_t baskets; /* N */
  int32_t kind;     /* RECS_ITEMSETS_* */
  int32_t algorithm; /* RECS_MINER_*, not AUTO */
  int32_t cut;       /* RECS_CUT_* */
  uint64_t complete_from;
  uint32_t min_size;
  uint32_t max_size; /* UINT32_MAX: any */
  /* What the options left out: sets without an item, sets with one, sets of an item and its category. */
  int contains, excludes, taxonomy;
  float min_value; /* what a basket must hold of an item; 0: any value but 0 */
  uint32_t largest;   /* size of the largest set */
  uint64_t *size_of;  /* by size, 0 to largest + 1: the first set of at least that size */
  uint64_t *items_of; /* by size: where its items begin */
  uint32_t *items;
  uint32_t *supports;
  atomic_uintptr_t *index; /* 0 or a recs__set_index, made by the first look-up */
};

/* The sets that rank highest, by support, size and items, at most `most` of them. Takes the list over, in any case. */
int32_t recs__itemsets_best(recs_itemsets **out, recs_itemsets *all, uint64_t most);

/* Puts what was found in `total` baskets in order. */
int32_t recs__itemsets_create(recs_itemsets **out, recs__mining *mining, uint64_t total,
                              const recs__progress *progress);

/* An empty list for sets of up to `largest` items; size_of[s + 1] is to count the sets of s items. */
int32_t recs__itemsets_open(recs_itemsets *self, uint32_t largest);

/* From counts to places, and room for the sets. */
int32_t recs__itemsets_close(recs_itemsets *self);

/* Fills an empty list with what was found. */
int32_t recs__itemsets_write(recs_itemsets *self, recs__mining *mining, const recs__progress *progress);

/* The items of a set, and its size. */
const uint32_t *recs__itemsets_items(const recs_itemsets *itemsets, uint64_t index, uint32_t *size);

/* A copy without the sets that are marked, under the options by which they were chosen. */
int32_t recs__itemsets_without(recs_itemsets **out, const recs_itemsets *all, const unsigned char *marks,
                               const recs_apriori_options *options);

/* The closed or the maximal of all frequent itemsets, and of these the sizes that are wanted: for algorithms that find
 * all. */
int32_t recs__itemsets_thin(recs_itemsets **out, const recs_itemsets *all, const recs_apriori_options *wanted);

#endif
