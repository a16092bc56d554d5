/* In how many baskets the parts of itemsets are: looked up where they are itemsets themselves, else derived or counted again. */
#ifndef RECS_LIB_ANALYZE_BASKETS_SIDECOUNT_H
#define RECS_LIB_ANALYZE_BASKETS_SIDECOUNT_H

#include "lib/analyze/baskets/setindex.h"
#include "lib/data/matrix.h"

/* No part has more items. */
enum { RECS__SIDE_ITEMS = 64 };

/* For each item the rows that have it, ascending. A row is a basket; or, where counts are derived, a closed set, the most frequent
 * first: a set is in as many baskets as the first of the closed sets that contain it. */
typedef struct recs__side_counts {
  recs_context *context;
  recs__set_index index;
  uint32_t items; /* lists there are; 0: none, for all parts are itemsets */
  uint32_t rows;
  size_t *offsets; /* items + 1 */
  uint32_t *lists;
  uint32_t *supports; /* of each row, for closed sets; NULL: rows are baskets */
} recs__side_counts;

/* `baskets` (NULL: none) are those that were mined. Free in any case. O(itemsets), or O(entries) where parts are counted. */
int32_t recs__side_counts_init(recs__side_counts *counts, const recs_itemsets *itemsets, const recs_matrix *baskets);
void recs__side_counts_free(recs__side_counts *counts);

/* The count of a set of ascending items; 0: it is not known. */
uint32_t recs__side_count(const recs__side_counts *counts, const uint32_t *items, uint32_t size);

/* The counts of all subsets of a set at once, by masks of its items: for whom most of them are needed. */
enum { RECS__SUBSET_ITEMS = 20 };

typedef struct recs__subset_counts {
  uint32_t *counts;  /* by mask */
  uint32_t *masks;   /* of each row: the items of the set that it has; zero between calls */
  uint32_t *touched; /* rows whose mask is not zero */
} recs__subset_counts;

int32_t recs__subset_counts_init(recs__subset_counts *subsets, const recs__side_counts *of);
void recs__subset_counts_free(recs__subset_counts *subsets, const recs__side_counts *of);

/* Counts the subsets of a set of at most RECS__SUBSET_ITEMS items in the baskets. O(entries of its items + size 2^size). */
void recs__subset_counts_fill(recs__subset_counts *subsets, const recs__side_counts *of, const uint32_t *items, uint32_t size);

#endif
