/* A set of rows as bits: what filters compile to and scorers ask. */
#ifndef RECS_LIB_DATA_CANDIDATES_H
#define RECS_LIB_DATA_CANDIDATES_H

#include "lib/base/object.h"
#include <recs/data.h>

struct recs_candidates {
  recs__object object;
  uint32_t rows;
  uint32_t count;
  uint64_t *bits; /* (rows + 63) / 64 words; bits beyond rows are 0 */
};

static inline int recs__candidates_has(const recs_candidates *candidates, uint32_t row) {
  return candidates == NULL || ((candidates->bits[row >> 6] >> (row & 63)) & 1u) != 0;
}

/* For who has just made the set, before others see it: takes out one row, or all rows that another set lacks. */
void recs__candidates_drop(recs_candidates *candidates, uint32_t row);
void recs__candidates_intersect(recs_candidates *candidates, const recs_candidates *other);

#endif
