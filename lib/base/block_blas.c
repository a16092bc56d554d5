/* The update by BLAS, for machines that we have no vectors for. */
#include "lib/base/block.h"

#if defined(RECS_BLAS)
#include <cblas.h>

/* Products of at most this many rows, columns and depth: OpenBLAS works out products of up to 2^18 multiplications in the thread that asks,
 * so that its threads stay out of it and nobody's setting is touched. */
enum { TILE = RECS__BLOCK_STEP, DEPTH = 96 };

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Both panels are one group: column after column. */
#define UPDATE(name, real, gemm)                                                                                                     \
  static void name(void *block, size_t stride, const void *left, const void *right, size_t rows, size_t columns, size_t depth) {    \
    for (size_t k = 0; k < depth; k += DEPTH) {                                                                                      \
      const real *a = (const real *)left + k * rows, *b = (const real *)right + k * columns;                                         \
      for (size_t i = 0; i < rows; i += TILE) {                                                                                      \
        for (size_t j = 0; j < columns; j += TILE)                                                                                   \
          gemm(CblasRowMajor, CblasTrans, CblasNoTrans, TILE, TILE, (blasint)smaller(DEPTH, depth - k), -1, a + i, (blasint)rows,    \
               b + j, (blasint)columns, 1, (real *)block + i * stride + j, (blasint)stride);                                         \
      }                                                                                                                              \
    }                                                                                                                                \
  }

UPDATE(update_f64, double, cblas_dgemm)
UPDATE(update_f32, float, cblas_sgemm)

const recs__block_update_fn recs__block_update_blas[2] = {update_f64, update_f32};
#endif
