#include "lib/similarity/dense_tile.h"

#include <string.h>

#include "lib/base/cpu.h"

#ifdef RECS__SIMD_X86
#include <immintrin.h>
#endif

enum { ROWS = RECS__TILE_ROWS, QUERIES = RECS__TILE_QUERIES, LANES = 16 };

static inline __attribute__((always_inline)) int any_passes(const float *dots, const float *gains, const float *tolls,
                                                            float slope, float level) {
  int pass = 0;
  for (int i = 0; i < ROWS; i++)
    pass |= !(dots[i] * gains[i] - slope * tolls[i] <= level);
  return pass;
}

/* Sixteen sums side by side, then added up in a fixed order. */
static inline __attribute__((always_inline)) double sum_products(const float *x, const float *y, uint32_t dimension) {
  double lanes[LANES] = {0};
  uint32_t whole = dimension - dimension % LANES;
  for (uint32_t c = 0; c < whole; c += LANES) {
    for (int lane = 0; lane < LANES; lane++)
      lanes[lane] += (double)x[c + (uint32_t)lane] * (double)y[c + (uint32_t)lane];
  }
  for (uint32_t c = whole; c < dimension; c++)
    lanes[c - whole] += (double)x[c] * (double)y[c];
  for (int half = LANES / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; lane++)
      lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}

static void six_plain(float *dots, const float *queries, const float *group, uint32_t dimension) {
  memset(dots, 0, QUERIES * ROWS * sizeof *dots);
  for (int q = 0; q < QUERIES; q++) {
    for (uint32_t c = 0; c < dimension; c++) {
      float x = queries[(size_t)c * QUERIES + (size_t)q];
      for (int lane = 0; lane < ROWS; lane++)
        dots[q * ROWS + lane] += x * group[(size_t)c * ROWS + (size_t)lane];
    }
  }
}

static void one_plain(float *dots, const float *query, const float *group, uint32_t dimension) {
  memset(dots, 0, ROWS * sizeof *dots);
  for (uint32_t c = 0; c < dimension; c++) {
    for (int lane = 0; lane < ROWS; lane++)
      dots[lane] += query[c] * group[(size_t)c * ROWS + (size_t)lane];
  }
}

static int any_plain(const float *dots, const float *gains, const float *tolls, float slope, float level) {
  return any_passes(dots, gains, tolls, slope, level);
}

static double dot_plain(const float *x, const float *y, uint32_t dimension) {
  return sum_products(x, y, dimension);
}

#ifdef RECS__SIMD_X86

/* Six queries by sixteen rows: twelve sums in registers. */
RECS__TARGET_AVX2 static void six_by_sixteen(float *dots, const float *queries, const float *group,
                                             uint32_t dimension) {
  __m256 sums[QUERIES][2];
  for (int q = 0; q < QUERIES; q++)
    sums[q][0] = sums[q][1] = _mm256_setzero_ps();
  for (uint32_t c = 0; c < dimension; c++) {
    __m256 low = _mm256_loadu_ps(group + (size_t)c * ROWS), high = _mm256_loadu_ps(group + (size_t)c * ROWS + 8);
    for (int q = 0; q < QUERIES; q++) {
      __m256 x = _mm256_broadcast_ss(queries + (size_t)c * QUERIES + q);
      sums[q][0] = _mm256_fmadd_ps(x, low, sums[q][0]);
      sums[q][1] = _mm256_fmadd_ps(x, high, sums[q][1]);
    }
  }
  for (int q = 0; q < QUERIES; q++) {
    _mm256_storeu_ps(dots + q * ROWS, sums[q][0]);
    _mm256_storeu_ps(dots + q * ROWS + 8, sums[q][1]);
  }
}

RECS__TARGET_AVX2 static void six_avx2(float *dots, const float *queries, const float *group, uint32_t dimension) {
  for (int lane = 0; lane < ROWS; lane += 16)
    six_by_sixteen(dots + lane, queries, group + lane, dimension);
}

RECS__TARGET_AVX2 static void one_avx2(float *dots, const float *query, const float *group, uint32_t dimension) {
  __m256 sums[ROWS / 8];
  for (int i = 0; i < ROWS / 8; i++)
    sums[i] = _mm256_setzero_ps();
  for (uint32_t c = 0; c < dimension; c++) {
    __m256 x = _mm256_broadcast_ss(query + c);
    for (int i = 0; i < ROWS / 8; i++)
      sums[i] = _mm256_fmadd_ps(x, _mm256_loadu_ps(group + (size_t)c * ROWS + 8 * i), sums[i]);
  }
  for (int i = 0; i < ROWS / 8; i++)
    _mm256_storeu_ps(dots + 8 * i, sums[i]);
}

RECS__TARGET_AVX2 static int any_avx2(const float *dots, const float *gains, const float *tolls, float slope,
                                      float level) {
  return any_passes(dots, gains, tolls, slope, level);
}

RECS__TARGET_AVX2 static double dot_avx2(const float *x, const float *y, uint32_t dimension) {
  return sum_products(x, y, dimension);
}

/* Six queries by 64 rows: 24 sums in registers. */
RECS__TARGET_AVX512 static void six_avx512(float *dots, const float *queries, const float *group, uint32_t dimension) {
  __m512 sums[QUERIES][4];
  for (int q = 0; q < QUERIES; q++) {
    for (int i = 0; i < 4; i++)
      sums[q][i] = _mm512_setzero_ps();
  }
  for (uint32_t c = 0; c < dimension; c++) {
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
    for (int i = 0; i < 4; i++)
      _mm512_storeu_ps(dots + q * ROWS + 16 * i, sums[q][i]);
  }
}

RECS__TARGET_AVX512 static void one_avx512(float *dots, const float *query, const float *group, uint32_t dimension) {
  __m512 sums[4];
  for (int i = 0; i < 4; i++)
    sums[i] = _mm512_setzero_ps();
  for (uint32_t c = 0; c < dimension; c++) {
    __m512 x = _mm512_set1_ps(query[c]);
    for (int i = 0; i < 4; i++)
      sums[i] = _mm512_fmadd_ps(x, _mm512_loadu_ps(group + (size_t)c * ROWS + 16 * i), sums[i]);
  }
  for (int i = 0; i < 4; i++)
    _mm512_storeu_ps(dots + 16 * i, sums[i]);
}

RECS__TARGET_AVX512 static int any_avx512(const float *dots, const float *gains, const float *tolls, float slope,
                                          float level) {
  return any_passes(dots, gains, tolls, slope, level);
}

RECS__TARGET_AVX512 static double dot_avx512(const float *x, const float *y, uint32_t dimension) {
  return sum_products(x, y, dimension);
}

static const recs__tile_kind avx2 = {six_avx2, one_avx2, any_avx2, dot_avx2};
static const recs__tile_kind avx512 = {six_avx512, one_avx512, any_avx512, dot_avx512};
#endif

static const recs__tile_kind plain = {six_plain, one_plain, any_plain, dot_plain};

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
