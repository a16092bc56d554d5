/* What followed what: contexts of one item and more, and the items that came next. */
#ifndef RECS_LIB_RECOMMEND_MARKOV_H
#define RECS_LIB_RECOMMEND_MARKOV_H

#include "lib/base/progress.h"
#include "lib/data/histories.h"
#include <recs/recommend.h>

enum { RECS__MARKOV_LONGEST = 8 };

/* The contexts of one length, and what followed them. A context of length 1 is an item. A longer one is the context that is one item
 * shorter, and the item before that. */
typedef struct recs__markov_level {
  uint32_t contexts;
  uint64_t *keys;   /* shorter context << 32 | item before it; ascending; NULL at length 1 */
  double *totals;   /* weight of all that followed */
  int64_t *offsets; /* contexts + 1 */
  uint32_t *nexts;  /* the k items that followed most, best first */
  float *weights;   /* above 0 */
} recs__markov_level;

/* Counts the contexts of a length, the next after those that were counted. `ends` has an element an event: the context of the shorter
 * length that ends there, or RECS_NO_ROW, which becomes that of this length. The level belongs to the caller, also after a failure. */
int32_t recs__markov_count(recs__markov_level *out, uint32_t length, uint32_t *ends, recs_context *context,
                           const recs_histories *histories, uint32_t items, const recs_markov_options *options,
                           const recs__progress *progress);
void recs__markov_level_free(recs__markov_level *level, const recs_context *context);

/* The context of that key; RECS_NO_ROW: it is not known. */
uint32_t recs__markov_find(const recs__markov_level *level, uint64_t key);

static inline uint64_t recs__markov_key(uint32_t shorter, uint32_t before) {
  return (uint64_t)shorter << 32 | before;
}

#endif
