/* One type of elements for block.c. Included with REAL, the type, MOST, its largest number, and BLOCK_NAME(verb), the names of its
 * functions. */

enum { BLOCK_NAME(RIGHT) = RECS__BLOCK_RIGHT(REAL) };

static void BLOCK_NAME(update)(void *block, size_t stride, const void *left, const void *right, size_t rows, size_t columns,
                               size_t depth) {
  for (size_t i = 0; i < rows; i++) {
    const REAL *a = (const REAL *)left + i / RECS__BLOCK_LEFT * RECS__BLOCK_LEFT * depth + i % RECS__BLOCK_LEFT;
    for (size_t j = 0; j < columns; j += BLOCK_NAME(RIGHT)) {
      const REAL *b = (const REAL *)right + j * depth;
      REAL *c = (REAL *)block + i * stride + j;
      for (size_t begin = 0; begin < depth; begin += RECS__BLOCK_DEPTH) {
        size_t end = depth - begin < RECS__BLOCK_DEPTH ? depth : begin + RECS__BLOCK_DEPTH;
        REAL sums[BLOCK_NAME(RIGHT)] = {0};
        for (size_t k = begin; k < end; k++) {
          for (size_t lane = 0; lane < BLOCK_NAME(RIGHT); lane++)
            sums[lane] += a[k * RECS__BLOCK_LEFT] * b[k * BLOCK_NAME(RIGHT) + lane];
        }
        for (size_t lane = 0; lane < BLOCK_NAME(RIGHT); lane++)
          c[lane] -= sums[lane];
      }
    }
  }
}

static void BLOCK_NAME(pack)(void *panel, const void *block, size_t stride, size_t rows, size_t depth, size_t group, int turned) {
  REAL *out = panel;
  for (size_t i = 0; i < rows; i += group, out += group * depth) {
    const REAL *in = (const REAL *)block + (turned ? i : i * stride);
    for (size_t k = 0; k < depth; k++) {
      for (size_t lane = 0; lane < group; lane++)
        out[k * group + lane] = turned ? in[k * stride + lane] : in[lane * stride + k];
    }
  }
}

static void BLOCK_NAME(mirror)(void *block, size_t count) {
  REAL *c = block;
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i; j++)
      c[j * count + i] = c[i * count + j];
  }
}

/* Gauss and Jordan: one row and column after the other. What is yet to be done stays positive definite, what is done is minus the inverse of
 * that much of the block. */
static int BLOCK_NAME(sweep)(void *block, size_t stride, size_t count) {
  REAL row[RECS__BLOCK_STEP];
  for (size_t k = 0; k < count; k++) {
    REAL *pivot = (REAL *)block + k * stride, inverse = 1 / pivot[k];
    if (!(pivot[k] > 0) || !(inverse > 0) || !(inverse <= MOST))
      return 0;
    memcpy(row, pivot, count * sizeof *row);
    for (size_t i = 0; i < count; i++) {
      REAL *c = (REAL *)block + i * stride, factor = row[i] * inverse;
      for (size_t j = 0; j < count; j++)
        c[j] -= factor * row[j];
      c[k] = factor;
    }
    for (size_t j = 0; j < count; j++)
      pivot[j] = row[j] * inverse;
    pivot[k] = -inverse;
  }
  return 1;
}

#undef REAL
#undef MOST
#undef BLOCK_NAME
