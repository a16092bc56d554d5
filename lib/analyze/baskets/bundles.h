/* What miners find: bundles of itemsets of equal support. A bundle is a set and items of which each may join it or not: 2^n
 * itemsets in one record. They are counted, ranked and thrown away without being written out. */
#ifndef RECS_LIB_ANALYZE_BASKETS_BUNDLES_H
#define RECS_LIB_ANALYZE_BASKETS_BUNDLES_H

#include "lib/base/context.h"

#include <stdatomic.h>

#ifdef RECS_THREADS
#include <pthread.h>
#endif

/* A record: this head, the rows of the set, the rows of the optional items. */
typedef struct recs__bundle {
  uint32_t support;
  uint32_t base;
  uint32_t optional;
  uint32_t rows[];
} recs__bundle;

/* Records of one task; `task` and `part` say where they belong in the order of all. */
typedef struct recs__chunk {
  struct recs__chunk *next;
  uint64_t task;
  uint32_t part;
  uint32_t used; /* words */
  uint32_t room;
  uint32_t words[];
} recs__chunk;

/* All bundles; chunks are handed in by any thread. Where there is a limit, what is worth least goes: first sets of the least
 * support, of these the largest. `wanted` is the rank of the least set that may still matter. */
typedef struct recs__bundles {
  const recs_context *context;
  recs__chunk *chunks;
  size_t chunk_count;
  uint32_t min_size, max_size;
  uint64_t limit_sets;  /* no more sets than this are wanted; UINT64_MAX: no limit */
  uint64_t limit_bytes; /* nor may they take more than this, as bundles and written out */
  uint64_t sets, bytes; /* what is held, when there is a limit; UINT64_MAX stands for more */
  uint64_t records;
  uint64_t next_cut; /* records */
  int scouted;       /* a scout watches the limits meanwhile: nothing is cut before the end */
  atomic_int dropped; /* nothing is held any more */
  atomic_uint_fast64_t wanted;
  int32_t cut_by; /* RECS_CUT_*: why it has risen */
#ifdef RECS_THREADS
  pthread_mutex_t lock;
#endif
} recs__bundles;

/* Sets of higher support come first, of equal support smaller ones. */
static inline uint64_t recs__set_rank(uint32_t support, uint32_t size) {
  return (uint64_t)support << 32 | (UINT32_MAX - size);
}

static inline uint32_t recs__bundles_minimum(const recs__bundles *bundles) {
  return (uint32_t)(atomic_load_explicit(&bundles->wanted, memory_order_relaxed) >> 32);
}

static inline int recs__bundles_want(const recs__bundles *bundles, uint32_t support, uint32_t size) {
  return recs__set_rank(support, size) >= atomic_load_explicit(&bundles->wanted, memory_order_relaxed);
}

/* The largest set of a bundle that is wanted. */
uint32_t recs__bundle_largest(const recs__bundles *bundles, const recs__bundle *bundle);

/* How many sets of a bundle have a size from `smallest` to `largest`; UINT64_MAX stands for more than that. */
uint64_t recs__bundle_sets(const recs__bundle *bundle, uint32_t smallest, uint32_t largest);

/* Adds the number of sets of each such size to counts[size]. They must be few enough to be written out. */
void recs__bundle_add_sizes(uint64_t *counts, const recs__bundle *bundle, uint32_t smallest, uint32_t largest);

/* Lets go of optional items when only the smallest set of a bundle is wanted. */
void recs__bundle_trim(const recs__bundles *bundles, recs__bundle *bundle);

/* Walks the records of a chunk: NULL for the first, NULL behind the last. */
recs__bundle *recs__chunk_next(recs__chunk *chunk, const recs__bundle *bundle);

int32_t recs__bundles_init(recs__bundles *bundles, const recs_context *context, uint32_t min_count);
void recs__bundles_free(recs__bundles *bundles);

/* A chunk with room for so many words; NULL when out of memory. */
recs__chunk *recs__chunk_new(const recs_context *context, uint32_t room);

/* Whether sets may be thrown away. */
static inline int recs__bundles_limited(const recs__bundles *bundles) {
  return bundles->limit_sets != UINT64_MAX || bundles->limit_bytes != UINT64_MAX;
}

/* Takes a chunk over, in any case. May raise `wanted`. */
int32_t recs__bundles_add(recs__bundles *bundles, recs__chunk *chunk);

/* The support from which on all are held. */
uint64_t recs__bundles_complete(const recs__bundles *bundles);

/* How much sets count against the limits. */
typedef struct recs__weight {
  uint64_t sets, bytes;
} recs__weight;

/* The sets of a bundle that are wanted now. */
recs__weight recs__bundle_weight(const recs__bundles *bundles, const recs__bundle *bundle);

/* Wants nothing below a support any more; what is held stays. */
void recs__bundles_raise(recs__bundles *bundles, uint32_t support);

/* Lets go of all, and of all that will be added. */
void recs__bundles_drop(recs__bundles *bundles);

/* The chunks in the order of their tasks, with no more in them than the limits allow, but for sets of the last rank. The
 * caller frees the array. No other thread may add any more. */
int32_t recs__bundles_sorted(recs__chunk ***out, recs__bundles *bundles);

#endif
