/* Intersections of sets of baskets as bits: the hot loop of mining. */
#ifndef RECS_LIB_ANALYZE_BASKETS_BITS_H
#define RECS_LIB_ANALYZE_BASKETS_BITS_H

#include "lib/base/context.h"

#include <stdint.h>

enum { RECS__BIT_PARTS = 32 };

/* How a row of bits counts: the words of part p, which end before ends[p], stand for baskets of weight 2^levels[p]. */
typedef struct recs__bit_shape {
  uint32_t words;
  uint32_t parts;
  uint32_t ends[RECS__BIT_PARTS];
  uint32_t levels[RECS__BIT_PARTS];
} recs__bit_shape;

/* Kernels for one kind of processor; all give the same bits. */
typedef struct recs__bit_kernels {
  /* Intersects `with` with `count` rows, that are numbered by `slots` in `bits`. Those that weigh at least `minimum`
   * stay: their intersections follow one another in `out` (room for one more than stay), their indexes among `slots`
   * and their weights in `kept` and `weights` (room for `count`). Returns how many stay. */
  uint32_t (*intersect)(uint64_t *out, uint32_t *kept, uint32_t *weights, const uint64_t *bits, const uint32_t *slots,
                        uint32_t count, const uint64_t *with, const recs__bit_shape *shape, uint32_t minimum);
  /* Writes the bits of `row` that lie under the ones of `mask` side by side, each part from a new word on. */
  void (*gather)(uint64_t *out, const uint64_t *row, const uint64_t *mask, const recs__bit_shape *shape);
} recs__bit_kernels;

/* The kernels for RECS_CPU_* features. */
const recs__bit_kernels *recs__bit_kernels_for(uint32_t cpu);

/* Whether all bits of `inner` are in `outer`. */
static inline int recs__bits_within(const uint64_t *inner, const uint64_t *outer, uint32_t words) {
  for (uint32_t w = 0; w < words; w++) {
    if ((inner[w] & ~outer[w]) != 0)
      return 0;
  }
  return 1;
}

#endif
