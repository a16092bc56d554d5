/* Dense squares of a few dozen rows, for a vector type that the including file describes: TILE_TARGET, vec (of LANES floats, which
 * divide RECS__ALS_STEP), vec_load, vec_store, vec_all, vec_mul, vec_fma(a, b, c) = a b + c, vec_fnma(a, b, c) = c - a b, vec_add,
 * and TILE_ROWS, the rows of a tile. A tile is TILE_ROWS rows by up to 3 vectors; its sums stay in registers. */

#define TILE_INLINE static inline __attribute__((always_inline)) TILE_TARGET

/* c (rows `ldc` apart) plus or minus the sum over `steps` of a's column by b's row: a(r, s) stands at a[r * a_row + s * a_step]. */
TILE_INLINE void tile(float *c, size_t ldc, const float *a, size_t a_row, size_t a_step, const float *b, size_t ldb,
                      size_t steps, int minus, size_t vectors) {
  vec sums[TILE_ROWS][3];
  for (size_t r = 0; r < TILE_ROWS; r++) {
    for (size_t v = 0; v < vectors; v++)
      sums[r][v] = vec_load(c + r * ldc + v * LANES);
  }
  for (size_t s = 0; s < steps; s++) {
    vec columns[3];
    for (size_t v = 0; v < vectors; v++)
      columns[v] = vec_load(b + s * ldb + v * LANES);
    for (size_t r = 0; r < TILE_ROWS; r++) {
      vec value = vec_all(a[r * a_row + s * a_step]);
      for (size_t v = 0; v < vectors; v++)
        sums[r][v] = minus ? vec_fnma(value, columns[v], sums[r][v]) : vec_fma(value, columns[v], sums[r][v]);
    }
  }
  for (size_t r = 0; r < TILE_ROWS; r++) {
    for (size_t v = 0; v < vectors; v++)
      vec_store(c + r * ldc + v * LANES, sums[r][v]);
  }
}

/* The tiles of a strip of TILE_ROWS rows, over columns `from` to `to`. */
TILE_INLINE void strip(float *c, size_t ldc, const float *a, size_t a_row, size_t a_step, const float *b, size_t ldb,
                       size_t steps, int minus, size_t from, size_t to) {
  for (size_t column = from, vectors; column < to; column += vectors * LANES) {
    size_t left = (to - column) / LANES;
    vectors = left == 4 ? 2 : left < 3 ? left : 3;
    switch (vectors) {
      case 1: tile(c + column, ldc, a, a_row, a_step, b + column, ldb, steps, minus, 1); break;
      case 2: tile(c + column, ldc, a, a_row, a_step, b + column, ldb, steps, minus, 2); break;
      default: tile(c + column, ldc, a, a_row, a_step, b + column, ldb, steps, minus, 3); break;
    }
  }
}

/* The first column of the vector that holds the diagonal of a row. */
static inline size_t tile_start(size_t row) {
  return row / LANES * LANES;
}

/* out += value row, or the difference, over columns `from` (of a vector) to `to`. */
TILE_INLINE void tile_add(float *out, vec value, const float *row, size_t from, size_t to) {
  for (size_t j = from; j < to; j += LANES)
    vec_store(out + j, vec_fma(value, vec_load(row + j), vec_load(out + j)));
}

TILE_INLINE void tile_subtract(float *out, vec value, const float *row, size_t from, size_t to) {
  for (size_t j = from; j < to; j += LANES)
    vec_store(out + j, vec_fnma(value, vec_load(row + j), vec_load(out + j)));
}

TILE_TARGET static void gram(float *square, const float *rows, size_t stride, size_t count, uint32_t width) {
  for (size_t row = 0; row < width; row += TILE_ROWS)
    strip(square + row * width, width, rows + row, 1, stride, rows, stride, count, 0, tile_start(row), width);
}

TILE_TARGET static void turn(float *out, const float *rows, size_t count, const float *square, uint32_t width) {
  size_t whole = count / TILE_ROWS * TILE_ROWS;
  memset(out, 0, count * width * sizeof *out);
  for (size_t row = 0; row < whole; row += TILE_ROWS)
    strip(out + row * width, width, rows + row * width, width, 1, square, width, width, 0, 0, width);
  for (size_t row = whole; row < count; row++) {
    for (size_t k = 0; k < width; k++)
      tile_add(out + row * width, vec_all(rows[row * width + k]), square + k * width, 0, width);
  }
}

/* Rows of the factor within a strip whose earlier strips are subtracted: square = U'U with U above. */
TILE_INLINE void factor_strip(float *square, size_t row, size_t width, float *inverses) {
  size_t from = tile_start(row);
  for (size_t r = row; r < row + TILE_ROWS; r++) {
    vec inverse;
    for (size_t p = row; p < r; p++)
      tile_subtract(square + r * width, vec_all(square[p * width + r]), square + p * width, from, width);
    inverses[r] = 1.0F / __builtin_sqrtf(square[r * width + r]);
    inverse = vec_all(inverses[r]);
    for (size_t j = from; j < width; j += LANES)
      vec_store(square + r * width + j, vec_mul(inverse, vec_load(square + r * width + j)));
  }
}

/* The sum of 16 lanes, the same order for every length of vector. */
TILE_INLINE float fold(const vec sums[RECS__ALS_STEP / LANES]) {
  float lanes[RECS__ALS_STEP];
  for (size_t v = 0; v < RECS__ALS_STEP / LANES; v++)
    vec_store(lanes + v * LANES, sums[v]);
  for (size_t half = RECS__ALS_STEP / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; i++)
      lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

TILE_INLINE float dot_of(const float *x, const float *y, size_t width) {
  vec sums[RECS__ALS_STEP / LANES];
  for (size_t v = 0; v < RECS__ALS_STEP / LANES; v++)
    sums[v] = vec_all(0.0F);
  for (size_t j = 0; j < width; j += RECS__ALS_STEP) {
    for (size_t v = 0; v < RECS__ALS_STEP / LANES; v++)
      sums[v] = vec_fma(vec_load(x + j + v * LANES), vec_load(y + j + v * LANES), sums[v]);
  }
  return fold(sums);
}

TILE_TARGET static float dot(const float *x, const float *y, uint32_t width) {
  return dot_of(x, y, width);
}

TILE_TARGET static void solve(float *square, float *x, uint32_t width, float *scratch) {
  float *inverses = scratch, *middle = scratch + width; /* U' middle = x, U x = middle */
  for (size_t row = 0; row < width; row += TILE_ROWS) {
    strip(square + row * width, width, square + row, 1, width, square, width, row, 1, tile_start(row), width);
    factor_strip(square, row, width, inverses);
  }
  for (size_t row = 0; row < width; row++) {
    middle[row] = x[row] * inverses[row];
    tile_subtract(x, vec_all(middle[row]), square + row * width, tile_start(row), width);
  }
  memset(x, 0, width * sizeof *x);
  for (size_t row = width; row-- > 0;) {
    size_t from = row / RECS__ALS_STEP * RECS__ALS_STEP; /* x is still 0 up to here */
    x[row] = (middle[row] - dot_of(square + row * width + from, x + from, width - from)) * inverses[row];
  }
}

TILE_TARGET static void gather(float *panel, float *moment, const float *factors, size_t stride, const uint32_t *ids,
                               const float *roots, const float *targets, size_t count, const float *scale,
                               uint32_t width) {
  enum { AHEAD = 8 };
  for (size_t j = 0; j < count; j++, panel += width) {
    const float *row = factors + ids[j] * stride, *later = factors + ids[j + AHEAD < count ? j + AHEAD : j] * stride;
    vec root = vec_all(roots[j]), target = vec_all(targets[j]);
    for (size_t k = 0; k < width; k += RECS__ALS_STEP)
      __builtin_prefetch(later + k);
    for (size_t k = 0; k < width; k += LANES)
      vec_store(panel + k, vec_mul(vec_mul(root, vec_load(row + k)), vec_load(scale + k)));
    tile_add(moment, target, panel, 0, width);
  }
}
