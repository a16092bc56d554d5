/* Loops over rows that the compiler turns into vectors by itself: included where a target is set, the same bits in
 * each. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_PANEL_ROWS_H
#define RECS_LIB_ANALYZE_CLUSTERS_PANEL_ROWS_H

#include <math.h>

#include "lib/analyze/clusters/panel.h"

#define PANEL_INLINE static inline __attribute__((always_inline))

PANEL_INLINE void panel_add(double *restrict sums, const float *restrict rows, const uint32_t *restrict labels,
                            const float *restrict weights, size_t count, size_t columns) {
  for (size_t r = 0; r < count; r++) {
    double *restrict sum = sums + labels[r] * columns;
    const float *restrict row = rows + r * columns;
    double weight = weights == NULL ? 1 : (double)weights[r];
    if (weight == 1) {
      for (size_t j = 0; j < columns; j++)
        sum[j] += (double)row[j];
    } else {
      for (size_t j = 0; j < columns; j++)
        sum[j] += weight * (double)row[j];
    }
  }
}

/* Eight columns at most, so that their sums stay in registers. */
PANEL_INLINE void panel_moments_of(double *restrict sums, double *restrict squares, const float *restrict rows,
                                   const float *restrict origin, size_t count, size_t columns, size_t width) {
  double sum[8] = {0}, square[8] = {0};
  for (size_t r = 0; r < count; r++) {
    for (size_t j = 0; j < width; j++) {
      double value = (double)rows[r * columns + j] - (double)origin[j];
      sum[j] += value;
      square[j] += value * value;
    }
  }
  for (size_t j = 0; j < width; j++) {
    sums[j] += sum[j];
    squares[j] += square[j];
  }
}

PANEL_INLINE void panel_moments(double *sums, double *squares, const float *rows, const float *origin, size_t count,
                                size_t columns) {
  size_t j = 0;
  for (; j + 8 <= columns; j += 8)
    panel_moments_of(sums + j, squares + j, rows + j, origin + j, count, columns, 8);
  for (; j < columns; j++)
    panel_moments_of(sums + j, squares + j, rows + j, origin + j, count, columns, 1);
}

PANEL_INLINE double panel_fold(const double lanes[8]) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/* Sums over eight lanes, here as below, so that vectors of any width add in the same order. */
PANEL_INLINE void panel_totals(double *out, const float *values, size_t width, size_t count) {
  for (size_t p = 0; p < count; p++, values += width) {
    double lanes[8] = {0};
    for (size_t r = 0; r < width; r += 8) {
      for (size_t lane = 0; lane < 8; lane++)
        lanes[lane] += (double)values[r + lane];
    }
    out[p] = panel_fold(lanes);
  }
}

PANEL_INLINE double panel_square(const float *restrict row, const float *restrict point, size_t columns) {
  double lanes[8] = {0};
  size_t j = 0;
  for (; j + 8 <= columns; j += 8) {
    for (size_t lane = 0; lane < 8; lane++) {
      double difference = (double)row[j + lane] - (double)point[j + lane];
      lanes[lane] += difference * difference;
    }
  }
  for (size_t lane = 0; j < columns; j++, lane++) {
    double difference = (double)row[j] - (double)point[j];
    lanes[lane] += difference * difference;
  }
  return panel_fold(lanes);
}

PANEL_INLINE void panel_measure(double *out, const float *rows, const float *points, const uint32_t *labels,
                                size_t count, size_t columns) {
  for (size_t r = 0; r < count; r++)
    out[r] = panel_square(rows + r * columns, points + labels[r] * columns, columns);
}

/* A little more than float rounding does to a sum or a difference. */
#define PANEL_MORE (1.0f + 0x1p-21f)
#define PANEL_LESS (1.0f - 0x1p-21f)

/* Whether a score of the own point is sure to be below those of all others: a row at most `upper` from a point of length
 * `size` is no longer than both together, and a point no longer than the row and the distance to it. What is not a number
 * does not hold. */
PANEL_INLINE uint8_t panel_holds(float upper, float lower, float size, float slack) {
  float length = 2 * (size + upper), own = length + upper, other = length + lower;
  return upper * upper + slack * own * own < lower * lower - slack * other * other;
}

PANEL_INLINE void panel_drift(uint8_t *restrict holds, float *restrict upper, float *restrict lower,
                              const uint32_t *restrict labels, size_t count, const recs__drift *by) {
  const float *restrict up = by->up, *restrict down = by->down, *restrict gaps = by->gaps, *restrict sizes = by->sizes;
  float slack = by->slack;
  for (size_t r = 0; r < count; r++) {
    int32_t label = (int32_t)labels[r];
    float far = (upper[r] + up[label]) * PANEL_MORE;
    float near = (lower[r] - down[label]) * PANEL_LESS, beyond = (gaps[label] - far) * PANEL_LESS;
    near = near > beyond ? near : beyond;
    near = near > 0 ? near : 0;
    upper[r] = far;
    lower[r] = near;
    holds[r] = panel_holds(far, near, sizes[label], slack);
  }
}

/* Bounds from scores: of the distance to the nearest point, whose length is at most that of its label in `sizes`, at most;
 * of that to any other, at least. */
PANEL_INLINE void panel_bound(float *restrict upper, float *restrict lower, const recs__panel_two *restrict two,
                              const float *restrict sizes, float slack, size_t count) {
  for (size_t r = 0; r < count; r++) {
    float length = sqrtf(two->lengths[r]), near = two->lengths[r] + two->best[r], far = two->lengths[r] + two->second[r];
    float own = length + sizes[(int32_t)two->labels[r]], other;
    near = near > 0 ? near : 0;
    far = far > 0 ? far : 0;
    other = 2 * length + sqrtf(far);
    far -= slack * other * other;
    upper[r] = sqrtf(near + slack * own * own) * PANEL_MORE;
    lower[r] = far > 0 && far < INFINITY ? sqrtf(far) * PANEL_LESS : 0;
  }
}

#endif
