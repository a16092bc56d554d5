/* The vector twins of panel.c, for a vector type that the including file describes: TILE_TARGET, vec (of LANES floats),
 * mask, vec_load, vec_store, vec_all, vec_fma, vec_sub, vec_sqrt, vec_min, vec_max, vec_less(a, b), vec_pick(mask, no, yes), and POINTS,
 * the points of a tile. A tile is 2 vectors of rows by up to POINTS points; its sums stay in registers. */

#define TILE_INLINE static inline __attribute__((always_inline)) TILE_TARGET

enum { TILE_ROWS = 2 * LANES };

/* The best score and its label for the rows of a tile. */
typedef struct tile_best {
  vec score[2];
  vec label[2]; /* the bits of labels */
} tile_best;

TILE_INLINE void tile_scores(vec sums[][2], const float *panel, size_t columns, const float *group, size_t points) {
  for (size_t j = 0; j < columns; j++) {
    vec low = vec_load(panel + j * RECS__PANEL), high = vec_load(panel + j * RECS__PANEL + LANES);
    for (size_t p = 0; p < points; p++) {
      vec value = vec_all(group[j * RECS__GROUP + p]);
      sums[p][0] = vec_fma(low, value, sums[p][0]);
      sums[p][1] = vec_fma(high, value, sums[p][1]);
    }
  }
}

TILE_INLINE void tile_nearest(tile_best *best, const float *panel, size_t columns, const float *group,
                              const float *norms, uint32_t first, size_t points) {
  vec sums[POINTS][2];
  for (size_t p = 0; p < points; p++)
    sums[p][0] = sums[p][1] = vec_all(norms[p]);
  tile_scores(sums, panel, columns, group, points);
  for (size_t p = 0; p < points; p++) {
    vec label = vec_label(first + (uint32_t)p);
    for (size_t half = 0; half < 2; half++) {
      mask less = vec_less(sums[p][half], best->score[half]);
      best->score[half] = vec_pick(less, best->score[half], sums[p][half]);
      best->label[half] = vec_pick(less, best->label[half], label);
    }
  }
}

/* The same, and in `second` the best score of the points that are not the nearest. */
TILE_INLINE void tile_nearest_two(tile_best *best, vec second[2], const float *panel, size_t columns, const float *group,
                                  const float *norms, uint32_t first, size_t points) {
  vec sums[POINTS][2];
  for (size_t p = 0; p < points; p++)
    sums[p][0] = sums[p][1] = vec_all(norms[p]);
  tile_scores(sums, panel, columns, group, points);
  for (size_t p = 0; p < points; p++) {
    vec label = vec_label(first + (uint32_t)p);
    for (size_t half = 0; half < 2; half++) {
      mask less = vec_less(sums[p][half], best->score[half]);
      second[half] = vec_min(vec_max(best->score[half], sums[p][half]), second[half]);
      best->score[half] = vec_pick(less, best->score[half], sums[p][half]);
      best->label[half] = vec_pick(less, best->label[half], label);
    }
  }
}

TILE_INLINE void tile_lengths(float *out, const float *panel, size_t columns) {
  vec low = vec_all(0.0f), high = vec_all(0.0f);
  for (size_t j = 0; j < columns; j++) {
    vec value = vec_load(panel + j * RECS__PANEL), other = vec_load(panel + j * RECS__PANEL + LANES);
    low = vec_fma(value, value, low);
    high = vec_fma(other, other, high);
  }
  vec_store(out, low);
  vec_store(out + LANES, high);
}

/* Squared distances, or their roots. */
TILE_INLINE void tile_squares(float *out, const float *panel, size_t columns, const float *group, size_t points,
                              int root) {
  vec sums[POINTS][2];
  for (size_t p = 0; p < points; p++)
    sums[p][0] = sums[p][1] = vec_all(0.0f);
  for (size_t j = 0; j < columns; j++) {
    vec low = vec_load(panel + j * RECS__PANEL), high = vec_load(panel + j * RECS__PANEL + LANES);
    for (size_t p = 0; p < points; p++) {
      vec value = vec_all(group[j * RECS__GROUP + p]);
      vec difference = vec_sub(low, value), other = vec_sub(high, value);
      sums[p][0] = vec_fma(difference, difference, sums[p][0]);
      sums[p][1] = vec_fma(other, other, sums[p][1]);
    }
  }
  for (size_t p = 0; p < points; p++) {
    vec_store(out + p * RECS__PANEL, root ? vec_sqrt(sums[p][0]) : sums[p][0]);
    vec_store(out + p * RECS__PANEL + LANES, root ? vec_sqrt(sums[p][1]) : sums[p][1]);
  }
}

/* Calls a tile with its number of points as a constant, so that the compiler unrolls it. */
#if POINTS == 8
#define TILE_CASES(call) TILE_CASE(call, 1) TILE_CASE(call, 2) TILE_CASE(call, 3) TILE_CASE(call, 4) \
  TILE_CASE(call, 5) TILE_CASE(call, 6) TILE_CASE(call, 7) TILE_CASE(call, 8)
#else
#define TILE_CASES(call) TILE_CASE(call, 1) TILE_CASE(call, 2) TILE_CASE(call, 3) TILE_CASE(call, 4)
#endif
#define TILE_CASE(call, points) case points: call(points); break;

TILE_TARGET static void nearest(uint32_t *labels, const float *panel, uint32_t columns, const float *points,
                                const float *norms, uint32_t count) {
  for (size_t row = 0; row < RECS__PANEL; row += TILE_ROWS) {
    tile_best best = {{vec_all(INFINITY), vec_all(INFINITY)}, {vec_all(0.0f), vec_all(0.0f)}};
    for (uint32_t first = 0; first < count; first += POINTS) {
      const float *group = points + (size_t)(first / RECS__GROUP) * RECS__GROUP * columns + first % RECS__GROUP;
#define NEAREST(number) tile_nearest(&best, panel + row, columns, group, norms + first, first, number)
      switch (count - first < POINTS ? count - first : POINTS) {
        TILE_CASES(NEAREST)
      }
    }
    vec_store_bits(labels + row, best.label[0]);
    vec_store_bits(labels + row + LANES, best.label[1]);
  }
}

TILE_TARGET static void nearest_two(recs__panel_two *out, const float *panel, uint32_t columns, const float *points,
                                    const float *norms, uint32_t count) {
  for (size_t row = 0; row < RECS__PANEL; row += TILE_ROWS) {
    tile_best best = {{vec_all(INFINITY), vec_all(INFINITY)}, {vec_all(0.0f), vec_all(0.0f)}};
    vec second[2] = {vec_all(INFINITY), vec_all(INFINITY)};
    for (uint32_t first = 0; first < count; first += POINTS) {
      const float *group = points + (size_t)(first / RECS__GROUP) * RECS__GROUP * columns + first % RECS__GROUP;
#define NEAREST_TWO(number) \
  tile_nearest_two(&best, second, panel + row, columns, group, norms + first, first, number)
      switch (count - first < POINTS ? count - first : POINTS) {
        TILE_CASES(NEAREST_TWO)
      }
    }
    for (size_t half = 0; half < 2; half++) {
      vec_store_bits(out->labels + row + half * LANES, best.label[half]);
      vec_store(out->best + row + half * LANES, best.score[half]);
      vec_store(out->second + row + half * LANES, second[half]);
    }
    tile_lengths(out->lengths + row, panel + row, columns);
  }
}

TILE_INLINE void all_squares(float *out, const float *panel, size_t columns, const float *group, uint32_t count,
                             int root) {
  for (size_t row = 0; row < RECS__PANEL; row += TILE_ROWS) {
    for (uint32_t first = 0; first < count; first += POINTS) {
#define SQUARES(number) tile_squares(out + first * RECS__PANEL + row, panel + row, columns, group + first, number, root)
      switch (count - first < POINTS ? count - first : POINTS) {
        TILE_CASES(SQUARES)
      }
    }
  }
}

TILE_TARGET static void squares(float *out, const float *panel, uint32_t columns, const float *group, uint32_t count) {
  all_squares(out, panel, columns, group, count, 0);
}

TILE_TARGET static void distances(float *out, const float *panel, uint32_t columns, const float *group,
                                  uint32_t count) {
  all_squares(out, panel, columns, group, count, 1);
}

TILE_TARGET static void totals(double *out, const float *values, uint32_t count) {
  panel_totals(out, values, RECS__PANEL, count);
}

TILE_TARGET static void add(double *sums, const float *rows, const uint32_t *labels, const float *weights, size_t count,
                            uint32_t columns) {
  panel_add(sums, rows, labels, weights, count, columns);
}

TILE_TARGET static void moments(double *sums, double *squares, const float *rows, const float *origin, size_t count,
                                uint32_t columns) {
  panel_moments(sums, squares, rows, origin, count, columns);
}

TILE_TARGET static void measure(double *out, const float *rows, const float *points, const uint32_t *labels,
                                size_t count, uint32_t columns) {
  panel_measure(out, rows, points, labels, count, columns);
}

TILE_TARGET static void drift(uint8_t *holds, float *upper, float *lower, const uint32_t *labels, size_t count,
                              const recs__drift *by) {
  panel_drift(holds, upper, lower, labels, count, by);
}

TILE_TARGET static void bound(float *upper, float *lower, const recs__panel_two *two, const float *sizes, float slack,
                              size_t count) {
  if (count == RECS__PANEL)
    panel_bound(upper, lower, two, sizes, slack, RECS__PANEL);
  else
    panel_bound(upper, lower, two, sizes, slack, count);
}
