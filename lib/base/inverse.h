/* The inverse of a symmetric positive definite matrix, in place. The lower triangle is kept in square blocks, row after row; the inverse is
 * swept over it one row of blocks after the other (Gauss and Jordan): each sweep is one product of packed panels a block, in
 * all n^3 multiply-adds / 2 like Cholesky's factor, its inverse and their product together. Blocks are summed in a fixed order: the same
 * bits for any number of threads. Memory: n^2 / 2 elements and 480 n. */
#ifndef RECS_LIB_BASE_INVERSE_H
#define RECS_LIB_BASE_INVERSE_H

#include "lib/base/block.h"
#include "lib/base/progress.h"

typedef struct recs__inverse {
  const recs_context *context;
  recs__block_kind kind;
  size_t count;  /* rows and columns of the matrix */
  size_t block;  /* of a block; the last one is filled up with the unit matrix */
  size_t blocks; /* in the last row of blocks */
  int alone;     /* run() starts no threads: for callers that are one of many themselves; 0 after init() */
  void *memory;
  char *first; /* within memory, on cache lines: the blocks */
  char *rooms; /* what run() works with */
} recs__inverse;

/* Room for a matrix, which put_row() has to fill. With `single` it is worked out in float. On failure nothing is left to free. */
int32_t recs__inverse_init(recs__inverse *inverse, const recs_context *context, size_t count, int single);
/* Begins another matrix, of no more rows than the first one had. */
void recs__inverse_begin(recs__inverse *inverse, size_t count);
void recs__inverse_free(recs__inverse *inverse);

/* Bytes that init() takes. */
double recs__inverse_bytes(const recs_context *context, size_t count, int single);

/* Sets a row as far as the diagonal: row + 1 values. */
void recs__inverse_put_row(recs__inverse *inverse, size_t row, const double *values);

/* Puts minus the inverse in the place of the matrix. RECS_ERROR_NUMERIC when it is not positive definite in the arithmetic chosen. */
int32_t recs__inverse_run(recs__inverse *inverse, const recs__progress *progress);

/* An element of the diagonal. */
double recs__inverse_diagonal(const recs__inverse *inverse, size_t row);

/* out[r * stride + column]: whole rows from `first`, a multiple of BLOCK_LEFT, on: `rows`, at most as many. */
void recs__inverse_rows(double *out, size_t stride, const recs__inverse *inverse, size_t first, size_t rows);

#endif
