/* The inner loops of dense rows. Rows lie in groups of 64, column after column: group[c * 64 + lane]. Six queries are
 * multiplied with a group at once: queries[c * 6 + q]. */
#ifndef RECS_LIB_SIMILARITY_DENSE_TILE_H
#define RECS_LIB_SIMILARITY_DENSE_TILE_H

#include "lib/base/context.h"

enum { RECS__TILE_ROWS = 64, RECS__TILE_QUERIES = 6 };

typedef struct recs__tile_kind {
  /* A place is the inner product of a query and a row in float, summed in the order of the columns. AVX2 and AVX-512
   * give the same bits, plain C (no fused multiply-add) others; off by at most columns * 2^-24 times the product of
   * the norms. masks[q] gets a bit for each lane whose place is above levels[q]. Returns 0 when there is none, and the
   * products then never leave the registers; else places[q * 64 + lane] is set wherever masks[q] is not 0. */
  int (*six)(float *places, uint64_t *masks, const float *queries, const float *group, uint32_t columns,
             const float *levels);
  /* The same for one query, the same bits. Returns its mask. */
  uint64_t (*one)(float *places, const float *query, const float *group, uint32_t columns, float level);
  /* The inner product in double, the same bits everywhere. */
  double (*dot)(const float *x, const float *y, uint32_t columns);
} recs__tile_kind;

const recs__tile_kind *recs__tile_for(const recs_context *context);

#endif
