/* Dense rows prepared for one against many. Float products find the few rows that may be among the best; those are
 * compared again in double, so that what comes out is the same bits for any instructions and any number of threads. */
#ifndef RECS_LIB_SIMILARITY_DENSE_H
#define RECS_LIB_SIMILARITY_DENSE_H

#include "lib/similarity/dense_tile.h"
#include "lib/similarity/selector.h"

typedef struct recs__dense {
  recs__rows rows;     /* facts and sieve; no entries */
  const float *values; /* row after row; the caller's */
  uint32_t dimension;
  float *memory;
  float *groups; /* within memory: aligned to 64 bytes; lanes beyond the last row are 0 */
  float *gains;  /* the rows' gains and tolls, filled up to whole groups: what lies beyond passes no sieve but an open
                    one */
  float *tolls;
  double reach; /* the largest norm * gain: how far rounding may move a row's place in the sieve */
  const recs__tile_kind *tile;
} recs__dense;

/* Kernels that need nothing but the dot and each row's own facts. Others take the nonzeros of dense rows as a sparse
 * matrix. */
int recs__dense_suits(const recs_kernel *kernel);

/* Every value finite; "row r, column c is v". */
int32_t recs__dense_check(const float *values, uint32_t rows, uint32_t dimension);

/* The nonzeros of dense rows. */
int32_t recs__dense_matrix(recs_matrix **out, recs_context *context, const float *values, uint32_t rows,
                           uint32_t dimension);

/* Prepares rows that stay where they are. On failure nothing is left to free. */
int32_t recs__dense_init(recs__dense *dense, const recs_kernel *kernel, const float *values, uint32_t rows,
                         uint32_t dimension);
void recs__dense_free(recs__dense *dense);

/* What is known of a query. */
recs__facts recs__dense_facts(const recs__dense *dense, const float *query);

/* The similarity of a query to one row, in double. */
double recs__dense_similarity(const recs__dense *dense, const recs__facts *x, const float *query, uint32_t id);

/* Offers every row to the selections that were begun for `count` queries. `packed`: room for 6 * dimension floats. */
void recs__dense_search(const recs__dense *dense, const float *const *queries, recs__selector *selectors, size_t count,
                        float *packed);

#endif
