/* How miners are asked and how they answer: every algorithm finds the same itemsets, in any order. */
#ifndef RECS_LIB_ANALYZE_BASKETS_MINER_H
#define RECS_LIB_ANALYZE_BASKETS_MINER_H

#include "lib/analyze/baskets/baskets.h"
#include "lib/analyze/baskets/bundles.h"
#include "lib/analyze/baskets/scout.h"
#include "lib/base/progress.h"

#include <recs/analyze.h>

typedef struct recs__mining recs__mining;

/* One thread's search: the set it stands at. */
typedef struct recs__search {
  recs__mining *mining;
  uint32_t *items; /* the rows of the set, as they joined */
  uint32_t fixed;  /* the first of them, that all sets must contain */
  uint32_t size;
  uint32_t optionals;
  uint32_t *optional;  /* rows that can join it without loss of support: each of their subsets makes one more set */
  recs__chunk *chunk;  /* where found sets are written to; NULL: none is open */
  uint64_t task;       /* what is being searched, in the order in which results are listed */
  uint32_t parts;      /* chunks that the task has filled */
  uint32_t unweighed;  /* bundles since limits were last looked at */
  uint32_t steps;      /* sets met since the clock was last looked at */
  uint64_t fresh;      /* sets found that the mining's count lacks yet */
} recs__search;

/* What becomes of the set that a search stands at, with its optional items. */
typedef int32_t (*recs__take_fn)(recs__search *search, uint32_t support);

/* What is wanted, and what was found. */
struct recs__mining {
  recs_context *context;
  const recs__baskets *baskets;
  recs_apriori_options options; /* min_count is set, and a max_size of 0 is now the largest there is */
  recs__take_fn take;
  void *payload;                /* of `take` */
  int alone;                    /* the calling thread does all the work */
  double deadline;              /* by recs__clock(); 0: none */
  atomic_int late;              /* it has passed */
  recs__scout *scout;           /* NULL: what is kept is what is wanted */
  recs__bundles bundles;          /* where recs__take_bundle() puts them */
  recs__search *searches;       /* one a thread */
  uint32_t threads;
  atomic_uint_fast64_t found; /* over all threads */
};

/* Free in any case. */
int32_t recs__mining_init(recs__mining *mining, recs_context *context, const recs__baskets *baskets,
                          const recs_apriori_options *options);
void recs__mining_free(recs__mining *mining);

/* Runs one of the algorithms below. */
typedef int32_t (*recs__mine_fn)(recs__mining *mining, const recs__progress *progress);
int32_t recs__mining_run(recs__mining *mining, recs__mine_fn mine, const recs__progress *progress);

/* Begins and ends a task of a search. Ending it is needless after a failure. */
void recs__search_begin(recs__search *search, uint64_t task);
int32_t recs__search_end(recs__search *search);

/* An item joins the set; the last one leaves it again. */
static inline void recs__search_push(recs__search *search, uint32_t row) {
  search->items[search->size++] = row;
}
static inline void recs__search_pop(recs__search *search) {
  search->size -= 1;
}

/* The set, with its optional items as the kind wants them, is found, if its size is wanted. `extended`: one item more
 * makes another frequent set, so that this one is not maximal. */
int32_t recs__search_found(recs__search *search, uint32_t support, int extended);

/* Whether the set, joined by at most `more` items, can still reach a size that is wanted. */
int recs__search_may_grow(const recs__search *search, uint32_t more);

/* The least support of an item's joining the set that matters. Under a scout it rises while others search; else it stays, so that
 * the search and its order do not depend on chance. */
static inline uint32_t recs__search_minimum(const recs__search *search) {
  const recs__mining *mining = search->mining;
  return mining->scout == NULL || mining->options.kind == RECS_ITEMSETS_MAXIMAL ? (uint32_t)mining->options.min_count
                                                                                 : recs__bundles_minimum(&mining->bundles);
}

/* Whether a set of this support, or a superset, is still wanted. */
static inline int recs__search_wants(const recs__search *search, uint32_t support) {
  return recs__bundles_want(&search->mining->bundles, support, search->size);
}

/* Keeps the set in the mining's bundles. */
int32_t recs__take_bundle(recs__search *search, uint32_t support);

/* Weighs the set, and keeps it as long as no limit is reached. */
int32_t recs__take_scouting(recs__search *search, uint32_t support);

/* Only counts; recs__mining_counted() tells the sum, UINT64_MAX for more than that. */
int32_t recs__take_count(recs__search *search, uint32_t support);
uint64_t recs__mining_counted(const recs__mining *mining);

/* The algorithms. */
int32_t recs__mine_eclat(recs__mining *mining, const recs__progress *progress);
int32_t recs__mine_apriori(recs__mining *mining, const recs__progress *progress);

#endif
