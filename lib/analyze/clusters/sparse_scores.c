#include "lib/analyze/clusters/sparse_scores.h"

#include <math.h>

#include "lib/base/cpu.h"

/* WIDTH points at a time, whose scores stay in registers. */
static inline __attribute__((always_inline)) void add_some(float *restrict scores, const float *restrict points, size_t count,
                                                           const uint32_t *columns, const float *values, size_t entries,
                                                           size_t width) {
  float sums[4 * RECS__LANES];
  for (size_t p = 0; p < width; p++)
    sums[p] = scores[p];
  for (size_t e = 0; e < entries; e++) {
    const float *restrict point = points + columns[e] * count;
    for (size_t p = 0; p < width; p++)
      sums[p] = fmaf(values[e], point[p], sums[p]);
  }
  for (size_t p = 0; p < width; p++)
    scores[p] = sums[p];
}

static inline __attribute__((always_inline)) void add_all(float *scores, const float *points, size_t count, const uint32_t *columns,
                                                          const float *values, size_t entries) {
  size_t p = 0;
  for (; p + 4 * RECS__LANES <= count; p += 4 * RECS__LANES)
    add_some(scores + p, points + p, count, columns, values, entries, 4 * RECS__LANES);
  for (; p < count; p += RECS__LANES)
    add_some(scores + p, points + p, count, columns, values, entries, RECS__LANES);
}

static void plain(float *scores, const float *points, size_t count, const uint32_t *columns, const float *values, size_t entries) {
  add_all(scores, points, count, columns, values, entries);
}

#if defined(RECS__SIMD_X86)
RECS__TARGET_AVX2 static void avx2(float *scores, const float *points, size_t count, const uint32_t *columns,
                                   const float *values, size_t entries) {
  add_all(scores, points, count, columns, values, entries);
}

RECS__TARGET_AVX512 static void avx512(float *scores, const float *points, size_t count, const uint32_t *columns,
                                       const float *values, size_t entries) {
  add_all(scores, points, count, columns, values, entries);
}
#endif

recs__sparse_scores_fn recs__sparse_scores_of(const recs_context *context) {
#if defined(RECS__SIMD_X86)
  static const recs__sparse_scores_fn levels[] = {plain, avx2, avx512};
  return levels[recs__cpu_level(context)];
#else
  (void)context;
  return plain;
#endif
}
