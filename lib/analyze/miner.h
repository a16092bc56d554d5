/* How miners are asked and how they answer: every algorithm finds the same itemsets, in any order. */
#ifndef RECS_LIB_ANALYZE_MINER_H
#define RECS_LIB_ANALYZE_MINER_H

#include "lib/analyze/baskets.h"
#include "lib/base/progress.h"

#include <recs/analyze.h>

typedef struct recs__mining recs__mining;

/* Found sets of one size: records of the items' rows, ascending, and the support. */
typedef struct recs__pile {
  uint32_t *words;
  size_t used;
  size_t room;
} recs__pile;

/* One thread's search: the set it stands at, and the sets it has found. */
typedef struct recs__search {
  recs__mining *mining;
  uint32_t *items; /* the rows of the set, ascending */
  uint32_t size;
  uint32_t optionals;
  uint32_t *optional; /* rows that can join it without loss of support: each of their subsets makes one more set */
  recs__pile *piles;  /* by size */
  uint32_t largest;   /* no pile beyond this one is in use */
  uint32_t fresh;     /* sets found that the mining's count lacks yet */
} recs__search;

/* What is wanted, and what was found. */
struct recs__mining {
  recs_context *context;
  const recs__baskets *baskets;
  recs_apriori_options options; /* min_count is set, and a max_size of 0 is now the largest there is */
  recs__search *searches;       /* one a thread */
  uint32_t threads;
  atomic_uint_fast64_t found; /* over all threads */
};

/* Free in any case. */
int32_t recs__mining_init(recs__mining *mining, recs_context *context, const recs__baskets *baskets,
                          const recs_apriori_options *options);
void recs__mining_free(recs__mining *mining);

/* An item joins the set, or leaves it. */
void recs__search_push(recs__search *search, uint32_t row);
void recs__search_pop(recs__search *search, uint32_t row);

/* Puts the set on its pile, if its size is wanted. */
int32_t recs__search_put(recs__search *search, uint32_t support);

/* Puts the set, with its optional items as the kind wants them, on its pile. `extended`: one item more makes another
 * frequent set, so that this one is not maximal. */
int32_t recs__search_found(recs__search *search, uint32_t support, int extended);

/* Adds what is fresh to the common count; RECS_ERROR_OVERFLOW beyond max_results. */
int32_t recs__search_count(recs__search *search);

/* Whether the set, joined by at most `more` items, can still reach a size that is wanted. */
int recs__search_may_grow(const recs__search *search, uint32_t more);

/* The algorithms. */
int32_t recs__mine_eclat(recs__mining *mining, const recs__progress *progress);
int32_t recs__mine_apriori(recs__mining *mining, const recs__progress *progress);

#endif
