#include "lib/analyze/clusters/panel.h"
#include "lib/base/cpu.h"

#if defined(RECS__SIMD_X86)
#include <immintrin.h>
#include <math.h>

#include "lib/analyze/clusters/panel_rows.h"

#define TILE_TARGET RECS__TARGET_AVX2
#define LANES 8
#define POINTS 4
#define vec __m256
#define mask __m256
#define vec_load(at) _mm256_loadu_ps(at)
#define vec_store(at, value) _mm256_storeu_ps(at, value)
#define vec_store_bits(at, value) _mm256_storeu_si256((void *)(at), _mm256_castps_si256(value))
#define vec_all(value) _mm256_set1_ps(value)
#define vec_label(label) _mm256_castsi256_ps(_mm256_set1_epi32((int)(label)))
#define vec_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define vec_sub(a, b) _mm256_sub_ps(a, b)
#define vec_min(a, b) _mm256_min_ps(a, b)
#define vec_max(a, b) _mm256_max_ps(a, b)
#define vec_sqrt(value) _mm256_sqrt_ps(value)
#define vec_less(a, b) _mm256_cmp_ps(a, b, _CMP_LT_OQ)
#define vec_pick(which, no, yes) _mm256_blendv_ps(no, yes, which)
#include "lib/analyze/clusters/panel_tile.h"

/* Turns 8 rows of 8 columns in registers. */
TILE_INLINE void turn(__m256 rows[8]) {
  __m256 pairs[8], quads[8];
  for (size_t i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
  for (size_t i = 0; i < 8; i += 4) {
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (size_t i = 0; i < 4; i++) {
    rows[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    rows[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}

/* Eight rows into lanes row .. row + 7 of the panel; the columns beyond the last whole eight one by one. */
TILE_INLINE void pack_eight(float *panel, const float *rows, size_t columns, const float *shift) {
  size_t j = 0;
  for (; j + 8 <= columns; j += 8) {
    __m256 block[8], center = _mm256_loadu_ps(shift + j);
    for (size_t r = 0; r < 8; r++)
      block[r] = _mm256_sub_ps(_mm256_loadu_ps(rows + r * columns + j), center);
    turn(block);
    for (size_t r = 0; r < 8; r++)
      _mm256_storeu_ps(panel + (j + r) * RECS__PANEL, block[r]);
  }
  for (; j < columns; j++) {
    for (size_t r = 0; r < 8; r++)
      panel[j * RECS__PANEL + r] = rows[r * columns + j] - shift[j];
  }
}

TILE_TARGET void recs__panel_pack_avx2(float *panel, const float *rows, size_t count, uint32_t columns,
                                       const float *shift) {
  if (count < RECS__PANEL) {
    recs__panel_plain.pack(panel, rows, count, columns, shift);
    return;
  }
  for (size_t r = 0; r < RECS__PANEL; r += 8)
    pack_eight(panel + r, rows + r * columns, columns, shift);
}

const recs__panel_kernels recs__panel_avx2 = {recs__panel_pack_avx2, nearest, nearest_two, squares, distances, totals, add,
                                              moments, measure, bound, drift};
#endif
