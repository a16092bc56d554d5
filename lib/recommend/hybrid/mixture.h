/* How a hybrid mixes its parts: a weight a part, and rows of weights of their own for shorter and longer histories. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_MIXTURE_H
#define RECS_LIB_RECOMMEND_HYBRID_MIXTURE_H

#include "lib/base/stream.h"

enum { RECS__MOST_PARTS = 16, RECS__MOST_SEGMENTS = 3 };

typedef struct recs__mixture {
  uint32_t parts;
  uint32_t segments; /* at least 1 */
  double power;      /* of a scaled score, in (0, 1]: below 1, what a part puts second counts nearly as much as its first */
  uint64_t longest[RECS__MOST_SEGMENTS]; /* of a segment's histories, ascending; the last segment has no end */
  double weights[RECS__MOST_SEGMENTS][RECS__MOST_PARTS]; /* finite, each row with a sum above 0 */
} recs__mixture;

/* One segment; `weights` NULL: all 1. */
void recs__mixture_init(recs__mixture *mixture, uint32_t parts, const double *weights);

/* Finite weights that sum to more than 0. */
int32_t recs__mixture_check(const recs__mixture *mixture);

/* The weights for a history of that many items. */
static inline const double *recs__mixture_for(const recs__mixture *mixture, uint64_t length) {
  uint32_t segment = 0;
  while (segment + 1 < mixture->segments && length > mixture->longest[segment])
    segment += 1;
  return mixture->weights[segment];
}

/* Takes out the parts that weigh nothing in any segment: places[i] is the old place of what is then part i. */
void recs__mixture_drop(recs__mixture *mixture, uint32_t *places);

int32_t recs__mixture_write(const recs__mixture *mixture, recs__writer *writer);
int32_t recs__mixture_read(recs__mixture *out, recs__reader *reader);

#endif
