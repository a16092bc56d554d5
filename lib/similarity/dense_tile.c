#include "lib/similarity/dense_tile.h"

#include <string.h>

#include "lib/base/cpu.h"

#ifdef RECS__SIMD_X86
#include <immintrin.h>
#endif

enum { ROWS = RECS__TILE_ROWS, QUERIES = RECS__TILE_QUERIES, LANES = 16 };

/* Sixteen sums side by side, then added up in a fixed order. */
static inline __attribute__((always_inline)) double sum_products(const float *x, const float *y, uint32_t columns) {
  double lanes[LANES] = {0};
  uint32_t whole = columns - columns % LANES;
  for (uint32_t c = 0; c < whole; c += LANES) {
    for (int lane = 0; lane < LANES; lane++)
      lanes[lane] += (double)x[c + (uint32_t)lane] * (double)y[c + (uint32_t)lane];
  }
  for (uint32_t c = whole; c < columns; c++)
    lanes[c - whole] += (double)x[c] * (double)y[c];
  for (int half = LANES / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; lane++)
      lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}

static uint64_t mask_of(const float *places, float level) {
  uint64_t mask = 0;
  for (int lane = 0; lane < ROWS; lane++)
    mask |= (uint64_t)(places[lane] > level) << lane;
  return mask;
}

static uint64_t one_plain(float *places, const float *query, const float *group, uint32_t columns, float level) {
  memset(places, 0, ROWS * sizeof *places);
  for (uint32_t c = 0; c < columns; c++) {
    for (int lane = 0; lane < ROWS; lane++)
      places[lane] += query[c] * group[(size_t)c * ROWS + (size_t)lane];
  }
  return mask_of(places, level);
}

static int six_plain(float *places, uint64_t *masks, const float *queries, const float *group, uint32_t columns,
                     const float *levels) {
  uint64_t any = 0;
  memset(places, 0, QUERIES * ROWS * sizeof *places);
  for (int q = 0; q < QUERIES; q++) {
    float *own = places + q * ROWS;
    for (uint32_t c = 0; c < columns; c++) {
      float x = queries[(size_t)c * QUERIES + (size_t)q];
      for (int lane = 0; lane < ROWS; lane++)
        own[lane] += x * group[(size_t)c * ROWS + (size_t)lane];
    }
    masks[q] = mask_of(own, levels[q]);
    any |= masks[q];
  }
  return any != 0;
}

static double dot_plain(const float *x, const float *y, uint32_t columns) {
  return sum_products(x, y, columns);
}

#ifdef RECS__SIMD_X86

/* Six queries by sixteen rows: twelve sums in registers. */
RECS__TARGET_AVX2 static void six_by_sixteen(float *places, uint64_t *masks, const float *queries, const float *group,
                                             uint32_t columns, const float *levels, int first) {
  __m256 sums[QUERIES][2];
  group += first;
  for (int q = 0; q < QUERIES; q++)
    sums[q][0] = sums[q][1] = _mm256_setzero_ps();
  for (uint32_t c = 0; c < columns; c++) {
    __m256 low = _mm256_loadu_ps(group + (size_t)c * ROWS), high = _mm256_loadu_ps(group + (size_t)c * ROWS + 8);
    for (int q = 0; q < QUERIES; q++) {
      __m256 x = _mm256_broadcast_ss(queries + (size_t)c * QUERIES + q);
      sums[q][0] = _mm256_fmadd_ps(x, low, sums[q][0]);
      sums[q][1] = _mm256_fmadd_ps(x, high, sums[q][1]);
    }
  }
  for (int q = 0; q < QUERIES; q++) {
    __m256 level = _mm256_broadcast_ss(levels + q);
    int low = _mm256_movemask_ps(_mm256_cmp_ps(sums[q][0], level, _CMP_GT_OQ));
    int high = _mm256_movemask_ps(_mm256_cmp_ps(sums[q][1], level, _CMP_GT_OQ));
    masks[q] |= (uint64_t)(low | high << 8) << first;
    if ((low | high) == 0)
      continue;
    _mm256_storeu_ps(places + q * ROWS + first, sums[q][0]);
    _mm256_storeu_ps(places + q * ROWS + first + 8, sums[q][1]);
  }
}

RECS__TARGET_AVX2 static int six_avx2(float *places, uint64_t *masks, const float *queries, const float *group,
                                      uint32_t columns, const float *levels) {
  uint64_t any = 0;
  memset(masks, 0, QUERIES * sizeof *masks);
  for (int first = 0; first < ROWS; first += 16)
    six_by_sixteen(places, masks, queries, group, columns, levels, first);
  for (int q = 0; q < QUERIES; q++)
    any |= masks[q];
  return any != 0;
}

RECS__TARGET_AVX2 static uint64_t one_avx2(float *places, const float *query, const float *group, uint32_t columns,
                                           float level) {
  __m256 sums[ROWS / 8], limit = _mm256_set1_ps(level);
  uint64_t mask = 0;
  for (int i = 0; i < ROWS / 8; i++)
    sums[i] = _mm256_setzero_ps();
  for (uint32_t c = 0; c < columns; c++) {
    __m256 x = _mm256_broadcast_ss(query + c);
    for (int i = 0; i < ROWS / 8; i++)
      sums[i] = _mm256_fmadd_ps(x, _mm256_loadu_ps(group + (size_t)c * ROWS + 8 * i), sums[i]);
  }
  for (int i = 0; i < ROWS / 8; i++) {
    mask |= (uint64_t)_mm256_movemask_ps(_mm256_cmp_ps(sums[i], limit, _CMP_GT_OQ)) << 8 * i;
    _mm256_storeu_ps(places + 8 * i, sums[i]);
  }
  return mask;
}

RECS__TARGET_AVX2 static double dot_avx2(const float *x, const float *y, uint32_t columns) {
  return sum_products(x, y, columns);
}

/* The lanes of 64 that are above a level. */
RECS__TARGET_AVX512 static inline uint64_t mask_avx512(const __m512 places[4], __m512 level) {
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++)
    mask |= (uint64_t)_mm512_cmp_ps_mask(places[i], level, _CMP_GT_OQ) << 16 * i;
  return mask;
}

/* Six queries by 64 rows: 24 sums in registers. */
RECS__TARGET_AVX512 static int six_avx512(float *places, uint64_t *masks, const float *queries, const float *group,
                                          uint32_t columns, const float *levels) {
  __m512 sums[QUERIES][4];
  __mmask16 any = 0;
  for (int q = 0; q < QUERIES; q++) {
    for (int i = 0; i < 4; i++)
      sums[q][i] = _mm512_setzero_ps();
  }
  for (uint32_t c = 0; c < columns; c++) {
    __m512 rows[4];
    for (int i = 0; i < 4; i++)
      rows[i] = _mm512_loadu_ps(group + (size_t)c * ROWS + 16 * i);
    for (int q = 0; q < QUERIES; q++) {
      __m512 x = _mm512_set1_ps(queries[(size_t)c * QUERIES + (size_t)q]);
      for (int i = 0; i < 4; i++)
        sums[q][i] = _mm512_fmadd_ps(x, rows[i], sums[q][i]);
    }
  }
  for (int q = 0; q < QUERIES; q++) {
    __m512 level = _mm512_set1_ps(levels[q]);
    __m512 most = _mm512_max_ps(_mm512_max_ps(sums[q][0], sums[q][1]), _mm512_max_ps(sums[q][2], sums[q][3]));
    any |= _mm512_cmp_ps_mask(most, level, _CMP_GT_OQ);
  }
  if (any == 0)
    return 0;
  for (int q = 0; q < QUERIES; q++) {
    masks[q] = mask_avx512(sums[q], _mm512_set1_ps(levels[q]));
    for (int i = 0; i < 4; i++)
      _mm512_storeu_ps(places + q * ROWS + 16 * i, sums[q][i]);
  }
  return 1;
}

RECS__TARGET_AVX512 static uint64_t one_avx512(float *places, const float *query, const float *group, uint32_t columns,
                                               float level) {
  __m512 sums[4];
  uint64_t mask;
  for (int i = 0; i < 4; i++)
    sums[i] = _mm512_setzero_ps();
  for (uint32_t c = 0; c < columns; c++) {
    __m512 x = _mm512_set1_ps(query[c]);
    for (int i = 0; i < 4; i++)
      sums[i] = _mm512_fmadd_ps(x, _mm512_loadu_ps(group + (size_t)c * ROWS + 16 * i), sums[i]);
  }
  mask = mask_avx512(sums, _mm512_set1_ps(level));
  if (mask != 0) {
    for (int i = 0; i < 4; i++)
      _mm512_storeu_ps(places + 16 * i, sums[i]);
  }
  return mask;
}

RECS__TARGET_AVX512 static double dot_avx512(const float *x, const float *y, uint32_t columns) {
  return sum_products(x, y, columns);
}

static const recs__tile_kind avx2 = {six_avx2, one_avx2, dot_avx2};
static const recs__tile_kind avx512 = {six_avx512, one_avx512, dot_avx512};
#endif

static const recs__tile_kind plain = {six_plain, one_plain, dot_plain};

const recs__tile_kind *recs__tile_for(const recs_context *context) {
#ifdef RECS__SIMD_X86
  uint32_t cpu = recs_context_cpu(context);
  if ((cpu & RECS_CPU_AVX512) != 0)
    return &avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return &avx2;
#else
  (void)context;
#endif
  return &plain;
}
