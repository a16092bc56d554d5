/* Baskets made ready for mining: only the items that are frequent by themselves, under codes by ascending support, so that the search begins with
 * the rarest and its branches stay small. */
#ifndef RECS_LIB_ANALYZE_BASKETS_H
#define RECS_LIB_ANALYZE_BASKETS_H

#include "lib/base/context.h"
#include <recs/analyze.h>

typedef struct recs__baskets {
  recs_context *context; /* borrowed */
  uint64_t total;        /* baskets that are not empty */
  uint64_t min_count;
  uint32_t items;        /* frequent ones: codes 0 to items - 1 */
  uint32_t baskets;      /* that hold a frequent item */
  uint32_t *rows;        /* by code: the item */
  uint32_t *ranks;       /* by code: its place among the frequent items in the order of their rows */
  uint32_t *supports;    /* by code */
  int64_t *offsets;      /* by basket: where its codes begin; they ascend */
  uint32_t *codes;
  int64_t *places_of;    /* by code: where its places begin; 1 more than items */
  uint32_t *places;      /* of each code, basket after basket: the basket, and ... */
  uint32_t *tails;       /* ... how many codes stand behind it there */
} recs__baskets;

/* `min_support` counts when `min_count` is 0. */
int32_t recs__baskets_prepare(recs__baskets *out, const recs_matrix *matrix, double min_support, uint64_t min_count);
void recs__baskets_free(recs__baskets *baskets);

#endif
