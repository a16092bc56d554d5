/* The vector twin of update() in block_of.h, for a type that the including file describes: REAL, vec (of LANES), vec_load, vec_store,
 * vec_all, vec_fma(a, b, c) = a * b + c, vec_sub, and TILE_NAME(verb), the names of its functions. A tile is TILE_ROWS by three vectors;
 * its sums stay in registers. */

static inline __attribute__((always_inline)) TILE_TARGET void TILE_NAME(tile)(REAL *c, size_t stride, const REAL *left,
                                                                              const REAL *right, size_t depth) {
  vec sums[TILE_ROWS][3];
  for (size_t i = 0; i < TILE_ROWS; i++) {
    for (size_t v = 0; v < 3; v++) {
      __builtin_prefetch(c + i * stride + v * LANES, 1);
      sums[i][v] = vec_all(0);
    }
  }
  for (size_t k = 0; k < depth; k++, left += RECS__BLOCK_LEFT, right += RECS__BLOCK_RIGHT(REAL)) {
    vec b[3] = {vec_load(right), vec_load(right + LANES), vec_load(right + 2 * LANES)};
    for (size_t i = 0; i < TILE_ROWS; i++) {
      vec a = vec_all(left[i]);
      for (size_t v = 0; v < 3; v++)
        sums[i][v] = vec_fma(a, b[v], sums[i][v]);
    }
  }
  for (size_t i = 0; i < TILE_ROWS; i++) {
    for (size_t v = 0; v < 3; v++) {
      REAL *at = c + i * stride + v * LANES;
      vec_store(at, vec_sub(vec_load(at), sums[i][v]));
    }
  }
}

TILE_TARGET static void TILE_NAME(update)(void *block, size_t stride, const void *left, const void *right, size_t rows,
                                          size_t columns, size_t depth) {
  const size_t wide = RECS__BLOCK_RIGHT(REAL), narrow = RECS__BLOCK_LEFT;
  for (size_t k = 0; k < depth; k += RECS__BLOCK_DEPTH) {
    size_t part = depth - k < RECS__BLOCK_DEPTH ? depth - k : RECS__BLOCK_DEPTH;
    for (size_t j = 0; j < columns; j += 3 * LANES) {
      const REAL *b = (const REAL *)right + j / wide * wide * depth + k * wide + j % wide;
      for (size_t i = 0; i < rows; i += TILE_ROWS) {
        const REAL *a = (const REAL *)left + i / narrow * narrow * depth + k * narrow + i % narrow;
        TILE_NAME(tile)((REAL *)block + i * stride + j, stride, a, b, part);
      }
    }
  }
}

#undef REAL
#undef LANES
#undef TILE_NAME
#undef vec
#undef vec_load
#undef vec_store
#undef vec_all
#undef vec_fma
#undef vec_sub
