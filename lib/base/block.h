/* Blocks of a large symmetric matrix, multiplied out of packed panels: the inner loops of inverse.c. A panel holds the rows of a block in
 * groups, column after column within a group: panel[group][column][row of the group]. */
#ifndef RECS_LIB_BASE_BLOCK_H
#define RECS_LIB_BASE_BLOCK_H

#include "lib/base/context.h"

enum {
  RECS__BLOCK = 240,       /* rows and columns of a block at most: a block and two panels fit into a second-level cache */
  RECS__BLOCK_STEP = 48,   /* rows and columns of a block are a multiple of this: whole groups on either side */
  RECS__BLOCK_DEPTH = 120, /* columns of panels worked on at once: a group of each side fits into the first-level cache */
  RECS__BLOCK_LEFT = 8     /* rows in a group of a left panel */
};

/* Rows in a group of a right panel: three vectors of AVX-512. */
#define RECS__BLOCK_RIGHT(type) (192 / sizeof(type))

/* block -= left * right': `rows` and `columns` of the block are the rows of the panels, which have `depth` columns; the block lies row
 * after row, `stride` elements apart. Products are summed in the order of the columns, DEPTH of them at once, fused except in plain C:
 * AVX2 and AVX-512 give the same bits. */
typedef void (*recs__block_update_fn)(void *block, size_t stride, const void *left, const void *right, size_t rows, size_t columns,
                                      size_t depth);

/* What works on one type of elements: double or float. */
typedef struct recs__block_kind {
  size_t size;  /* of an element */
  size_t left;  /* rows in a group of a left panel; 0: all of them */
  size_t right; /* rows in a group of a right panel */
  recs__block_update_fn update;
  /* Packs `rows` x `depth` elements, or with `turned` the transpose of `depth` x `rows` elements, in groups of `group` rows. */
  void (*pack)(void *panel, const void *block, size_t stride, size_t rows, size_t depth, size_t group, int turned);
  /* Copies what is below the diagonal of a block of `count` rows above it. */
  void (*mirror)(void *block, size_t count);
  /* Puts minus the inverse in the place of `count` (at most BLOCK_STEP) rows and columns of a symmetric block. 0: it is not positive
   * definite. */
  int (*sweep)(void *block, size_t stride, size_t count);
} recs__block_kind;

/* The kernels for RECS_CPU_* bits: of double, or with `single` of float. */
recs__block_kind recs__block_kind_of(uint32_t cpu, int single);

/* For a feature, and by BLAS, where the build has it: [0] of double, [1] of float. */
extern const recs__block_update_fn recs__block_update_avx2[2];
extern const recs__block_update_fn recs__block_update_avx512[2];
extern const recs__block_update_fn recs__block_update_blas[2]; /* of panels that are one group */

#endif
