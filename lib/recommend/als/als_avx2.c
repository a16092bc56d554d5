#include "lib/base/cpu.h"
#include "lib/recommend/als/als_kernels.h"

#if defined(RECS__SIMD_X86)
#include <immintrin.h>
#include <string.h>

#define TILE_TARGET RECS__TARGET_AVX2
#define LANES 8
#define TILE_ROWS 4
#define LANE_ROWS 3
#define vec __m256
#define vec_load(at) _mm256_loadu_ps(at)
#define vec_store(at, value) _mm256_storeu_ps(at, value)
#define vec_all(value) _mm256_set1_ps(value)
#define vec_add(a, b) _mm256_add_ps(a, b)
#define vec_mul(a, b) _mm256_mul_ps(a, b)
#define vec_div(a, b) _mm256_div_ps(a, b)
#define vec_sqrt(value) _mm256_sqrt_ps(value)
#define vec_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define vec_fnma(a, b, c) _mm256_fnmadd_ps(a, b, c)

static inline __attribute__((always_inline)) TILE_TARGET void vec_flip(vec block[8]) {
  vec pairs[8], quads[8];
  for (size_t i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(block[i], block[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(block[i], block[i + 1]);
  }
  for (size_t i = 0; i < 8; i += 4) {
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (size_t i = 0; i < 4; i++) {
    block[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    block[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}

#include "lib/recommend/als/als_tile.h"
#include "lib/recommend/als/als_jacobi.h"
#include "lib/recommend/als/als_lanes.h"

const recs__als_kernels recs__als_avx2 = {LANES, solve_few, gram, solve, turn, gather, scale, dot, eigen};
#endif
