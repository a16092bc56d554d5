/* Loops over rows that the compiler turns into vectors by itself: included where a target is set, the same bits in
 * each. */
#ifndef RECS_LIB_ANALYZE_PANEL_ROWS_H
#define RECS_LIB_ANALYZE_PANEL_ROWS_H

#include <stddef.h>
#include <stdint.h>

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

#endif
