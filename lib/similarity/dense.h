/* Dense rows prepared for one against many. Float products find the few rows that may be among the best; those are
 * compared again in double, so that what comes out is the same bits for any instructions and any number of threads. */
#ifndef RECS_LIB_SIMILARITY_DENSE_H
#define RECS_LIB_SIMILARITY_DENSE_H

#include "lib/similarity/selector.h"
#include "lib/similarity/vectors_search.h"

typedef struct recs__dense {
  recs__rows rows; /* facts and sieve; no entries */
  recs__vectors vectors;
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

/* What some queries at once work with. One thread. */
typedef struct recs__dense_desk {
  const recs__dense *dense;
  size_t count; /* queries at most */
  size_t k;     /* rows for each at most; more than there are cost nothing */
  recs__selector *selectors;
  recs__quest *quests;
  uint64_t *heaps;
  uint64_t *notes;
  void *packed;
} recs__dense_desk;

/* Memory: 24 bytes a query and k, and 1 or 4 a query and value. On failure nothing is left to free. */
int32_t recs__dense_desk_init(recs__dense_desk *desk, const recs__dense *dense, size_t count, size_t k);
void recs__dense_desk_free(recs__dense_desk *desk);

/* Lays query `place` on the desk; similarities must be above `minimum` (-INFINITY: any). `without`: rows, ascending. */
void recs__dense_ask(recs__dense_desk *desk, size_t place, const float *query, const recs__facts *facts, double minimum,
                     const uint32_t *without, size_t without_count);

/* Offers a range of rows to the first `count` queries, which are then to be taken from their selectors. */
void recs__dense_search(recs__dense_desk *desk, size_t count, const recs__row_range *range);

#endif
