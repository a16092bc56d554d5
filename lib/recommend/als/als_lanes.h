/* Small systems side by side, one in each lane of a vector; included behind als_tile.h, with its vector type and also vec_sqrt,
 * vec_div, vec_flip (turns a block of LANES rows of LANES values in registers) and LANE_ROWS, the rows of a tile here: LANE_ROWS by
 * LANE_ROWS sums stay in registers. */

/* Where things lie in the scratch of solve_few(). A row of S has `width` vectors, a row of the factor as many as there are rows;
 * one more keeps rows from falling on the same places of the cache. */
typedef struct lanes {
  float *rows;      /* S: entry by factor */
  float *factor;    /* L of I + S S' = L L', below the diagonal */
  float *inverses;  /* of L's diagonal */
  float *weights;   /* (I + S S')^-1 q, in the end */
  float *scale;
  size_t row_step, factor_step;
  size_t count, width;
} lanes;

TILE_INLINE lanes lanes_of(const recs__als_few *few, float *scratch) {
  lanes at;
  at.count = (few->count + LANE_ROWS - 1) / LANE_ROWS * LANE_ROWS;
  at.width = few->width;
  at.row_step = (at.width + 1) * LANES;
  at.factor_step = (at.count + 1) * LANES;
  at.rows = scratch;
  at.factor = at.rows + at.count * at.row_step;
  at.inverses = at.factor + at.count * at.factor_step;
  at.weights = at.inverses + at.count * LANES;
  at.scale = at.weights + at.count * LANES;
  return at;
}

TILE_INLINE void lanes_scale(const lanes *at, const recs__als_few *few) {
  vec ridges = vec_load(few->ridges), one = vec_all(1.0F);
  for (size_t k = 0; k < at->width; k++)
    vec_store(at->scale + k * LANES, vec_div(one, vec_sqrt(vec_add(vec_all(few->spectrum[k]), ridges))));
}

TILE_INLINE void lanes_gather(const lanes *at, const recs__als_few *few) {
  for (size_t j = 0; j < few->count; j++) {
    const uint32_t *ids = few->ids + j * LANES;
    const float *from[LANES];
    float *to = at->rows + j * at->row_step;
    vec root = vec_load(few->roots + j * LANES);
    for (size_t lane = 0; lane < LANES; lane++)
      from[lane] = few->factors + (size_t)ids[lane] * at->width;
    for (size_t k = 0; k < at->width; k += LANES) {
      vec block[LANES];
      for (size_t lane = 0; lane < LANES; lane++)
        block[lane] = vec_load(from[lane] + k);
      vec_flip(block);
      for (size_t i = 0; i < LANES; i++)
        vec_store(to + (k + i) * LANES, vec_mul(vec_mul(root, block[i]), vec_load(at->scale + (k + i) * LANES)));
    }
  }
  for (size_t j = few->count; j < at->count; j++)
    memset(at->rows + j * at->row_step, 0, at->row_step * sizeof *at->rows);
}

/* sums(a, b) plus or minus the sum over `steps` of x's row a by y's row b. */
TILE_INLINE void lanes_product(vec sums[LANE_ROWS][LANE_ROWS], const float *x, const float *y, size_t row_step,
                               size_t steps, int minus) {
  for (size_t s = 0; s < steps; s++) {
    vec other[LANE_ROWS];
    for (size_t b = 0; b < LANE_ROWS; b++)
      other[b] = vec_load(y + b * row_step + s * LANES);
    for (size_t a = 0; a < LANE_ROWS; a++) {
      vec value = vec_load(x + a * row_step + s * LANES);
      for (size_t b = 0; b < LANE_ROWS; b++)
        sums[a][b] = minus ? vec_fnma(value, other[b], sums[a][b]) : vec_fma(value, other[b], sums[a][b]);
    }
  }
}

/* A tile of L left of the diagonal, by the tile on the diagonal above it. */
TILE_INLINE void lanes_below(const lanes *at, vec sums[LANE_ROWS][LANE_ROWS], size_t row, size_t column) {
  for (size_t b = 0; b < LANE_ROWS; b++) {
    vec inverse = vec_load(at->inverses + (column + b) * LANES);
    for (size_t p = 0; p < b; p++) {
      vec above = vec_load(at->factor + (column + b) * at->factor_step + (column + p) * LANES);
      for (size_t a = 0; a < LANE_ROWS; a++)
        sums[a][b] = vec_fnma(sums[a][p], above, sums[a][b]);
    }
    for (size_t a = 0; a < LANE_ROWS; a++) {
      sums[a][b] = vec_mul(sums[a][b], inverse);
      vec_store(at->factor + (row + a) * at->factor_step + (column + b) * LANES, sums[a][b]);
    }
  }
}

/* A tile on the diagonal. */
TILE_INLINE void lanes_diagonal(const lanes *at, vec sums[LANE_ROWS][LANE_ROWS], size_t row) {
  vec one = vec_all(1.0F);
  for (size_t b = 0; b < LANE_ROWS; b++) {
    vec inverse;
    for (size_t p = 0; p < b; p++) {
      for (size_t a = b; a < LANE_ROWS; a++)
        sums[a][b] = vec_fnma(sums[a][p], sums[b][p], sums[a][b]);
    }
    inverse = vec_div(one, vec_sqrt(vec_add(sums[b][b], one)));
    vec_store(at->inverses + (row + b) * LANES, inverse);
    for (size_t a = b + 1; a < LANE_ROWS; a++) {
      sums[a][b] = vec_mul(sums[a][b], inverse);
      vec_store(at->factor + (row + a) * at->factor_step + (row + b) * LANES, sums[a][b]);
    }
  }
}

/* L of I + S S', tile by tile: what is left of I + S S' when earlier columns of L are subtracted never leaves the registers. */
TILE_INLINE void lanes_factor(const lanes *at) {
  for (size_t row = 0; row < at->count; row += LANE_ROWS) {
    for (size_t column = 0; column <= row; column += LANE_ROWS) {
      vec sums[LANE_ROWS][LANE_ROWS];
      for (size_t a = 0; a < LANE_ROWS; a++) {
        for (size_t b = 0; b < LANE_ROWS; b++)
          sums[a][b] = vec_all(0.0F);
      }
      lanes_product(sums, at->rows + row * at->row_step, at->rows + column * at->row_step, at->row_step, at->width, 0);
      lanes_product(sums, at->factor + row * at->factor_step, at->factor + column * at->factor_step, at->factor_step,
                    column, 1);
      if (column < row)
        lanes_below(at, sums, row, column);
      else
        lanes_diagonal(at, sums, row);
    }
  }
}

/* weights = L^-T L^-1 weights. */
TILE_INLINE void lanes_substitute(const lanes *at) {
  for (size_t j = 0; j < at->count; j++) {
    vec sum = vec_load(at->weights + j * LANES);
    for (size_t p = 0; p < j; p++)
      sum = vec_fnma(vec_load(at->factor + j * at->factor_step + p * LANES), vec_load(at->weights + p * LANES), sum);
    vec_store(at->weights + j * LANES, vec_mul(sum, vec_load(at->inverses + j * LANES)));
  }
  for (size_t j = at->count; j-- > 0;) {
    vec weight = vec_mul(vec_load(at->weights + j * LANES), vec_load(at->inverses + j * LANES));
    vec_store(at->weights + j * LANES, weight);
    for (size_t p = 0; p < j; p++) {
      float *place = at->weights + p * LANES;
      vec_store(place, vec_fnma(vec_load(at->factor + j * at->factor_step + p * LANES), weight, vec_load(place)));
    }
  }
}

/* scale S' weights, LANES factors at a time, turned back into rows. */
TILE_INLINE void lanes_finish(const lanes *at, const recs__als_few *few) {
  for (size_t k = 0; k < at->width; k += LANES) {
    vec sums[LANES];
    for (size_t i = 0; i < LANES; i++)
      sums[i] = vec_all(0.0F);
    for (size_t j = 0; j < few->count; j++) {
      vec weight = vec_load(at->weights + j * LANES);
      for (size_t i = 0; i < LANES; i++)
        sums[i] = vec_fma(vec_load(at->rows + j * at->row_step + (k + i) * LANES), weight, sums[i]);
    }
    for (size_t i = 0; i < LANES; i++)
      sums[i] = vec_mul(sums[i], vec_load(at->scale + (k + i) * LANES));
    vec_flip(sums);
    for (size_t lane = 0; lane < LANES; lane++)
      vec_store(few->out[lane] + k, sums[lane]);
  }
}

TILE_TARGET static void scale(float *out, const float *spectrum, float ridge, uint32_t width) {
  for (size_t k = 0; k < width; k += LANES)
    vec_store(out + k, vec_div(vec_all(1.0F), vec_sqrt(vec_add(vec_load(spectrum + k), vec_all(ridge)))));
}

TILE_TARGET static void solve_few(const recs__als_few *few, float *scratch) {
  lanes at = lanes_of(few, scratch);
  lanes_scale(&at, few);
  lanes_gather(&at, few);
  lanes_factor(&at);
  memcpy(at.weights, few->targets, few->count * LANES * sizeof *at.weights);
  memset(at.weights + few->count * LANES, 0, (at.count - few->count) * LANES * sizeof *at.weights);
  lanes_substitute(&at);
  lanes_finish(&at, few);
}
