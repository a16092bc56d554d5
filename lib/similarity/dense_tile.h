/* The inner loops of dense rows. Rows lie in groups of 64, column after column: group[c * 64 + lane]. */
#ifndef RECS_LIB_SIMILARITY_DENSE_TILE_H
#define RECS_LIB_SIMILARITY_DENSE_TILE_H

#include "lib/base/context.h"

enum { RECS__TILE_ROWS = 64, RECS__TILE_QUERIES = 6 };

typedef struct recs__tile_kind {
  /* dots[q * 64 + lane]: the dot products of six queries (queries[c * 6 + q]) with a group, in float. Each is summed in
   * the order of the columns; AVX2 and AVX-512 give the same bits, plain C (no fused multiply-add) others. Error at
   * most dimension * 2^-24 times the product of the norms. */
  void (*six)(float *dots, const float *queries, const float *group, uint32_t dimension);
  /* The same for one query. */
  void (*one)(float *dots, const float *query, const float *group, uint32_t dimension);
  /* True when one of 64 has dot * gain - slope * toll above the level, or is NaN. */
  int (*any)(const float *dots, const float *gains, const float *tolls, float slope, float level);
  /* The dot product in double, the same bits everywhere. */
  double (*dot)(const float *x, const float *y, uint32_t dimension);
} recs__tile_kind;

const recs__tile_kind *recs__tile_for(const recs_context *context);

#endif
