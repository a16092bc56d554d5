/* Baskets as the miners read them: frequent items only, numbered by rising frequency, identical baskets merged. */
#ifndef RECS_LIB_ANALYZE_BASKETS_BASKETS_H
#define RECS_LIB_ANALYZE_BASKETS_BASKETS_H

#include "lib/analyze/baskets/taxonomy.h"
#include "lib/data/matrix.h"

#include <recs/analyze.h>

/* Stands before the first basket and behind each. */
#define RECS__BASKET_END UINT32_MAX

/* A basket that occurs w times is written once for each bit of w, in the level of that bit: a basket of level k counts
 * 2^k. Counts stay plain population counts, shifted by the level. */
enum { RECS__BASKET_LEVELS = 32 };

typedef struct recs__baskets {
  uint32_t items;                           /* codes run from 0, the rarest item, to items - 1 */
  uint32_t past;                            /* the codes below come earlier in the search, or are excluded: they only bear witness */
  uint32_t whole;                           /* how many have all that must be contained; only meant where something must */
  const recs__taxonomy *taxonomy;           /* of rows; NULL: none */
  uint32_t *rows;                           /* of each code: the item's row */
  uint32_t *supports;                       /* of each code: how many baskets have it */
  uint32_t *codes;                          /* level after level, basket after basket, rising within each */
  uint32_t *offsets;                        /* items + 1: where the places of a code begin */
  uint32_t *places;                         /* where each code occurs in `codes`, rising */
  uint32_t begins[RECS__BASKET_LEVELS + 1]; /* where the levels begin in `codes` */
} recs__baskets;

/* Reads a matrix: the items in at least options->min_count of its non-empty baskets, or, when that is 0, in the share
 * `min_support` of them; sets min_count to the count asked and *total to the number of non-empty baskets. Baskets of
 * fewer than two frequent items are left out: they say nothing more. Items that must be contained are in no basket: they go
 * without saying. Free the result in any case. */
int32_t recs__baskets_read(recs__baskets *out, uint64_t *total, recs_apriori_options *options, const recs_matrix *matrix,
                           const recs__taxonomy *taxonomy);
void recs__baskets_free(const recs_context *context, recs__baskets *baskets);

/* The bytes that they take. */
uint64_t recs__baskets_bytes(const recs__baskets *baskets);

/* Fills `offsets` and `places` from `codes`, of which `length` are in use. */
void recs__baskets_index(recs__baskets *baskets, uint32_t length);

#endif
