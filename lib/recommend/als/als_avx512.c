#include "lib/base/cpu.h"
#include "lib/recommend/als/als_kernels.h"

#if defined(RECS__SIMD_X86)
#include <immintrin.h>
#include <string.h>

#define TILE_TARGET RECS__TARGET_AVX512
#define LANES 16
#define TILE_ROWS 8
#define LANE_ROWS 4
#define vec __m512
#define vec_load(at) _mm512_loadu_ps(at)
#define vec_store(at, value) _mm512_storeu_ps(at, value)
#define vec_all(value) _mm512_set1_ps(value)
#define vec_add(a, b) _mm512_add_ps(a, b)
#define vec_mul(a, b) _mm512_mul_ps(a, b)
#define vec_div(a, b) _mm512_div_ps(a, b)
#define vec_sqrt(value) _mm512_sqrt_ps(value)
#define vec_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define vec_fnma(a, b, c) _mm512_fnmadd_ps(a, b, c)

/* Four by four within each quarter, then the quarters as a square of four by four. */
static inline __attribute__((always_inline)) TILE_TARGET void vec_flip(vec block[16]) {
  vec pairs[16], quads[16];
  for (size_t i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_ps(block[i], block[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_ps(block[i], block[i + 1]);
  }
  for (size_t i = 0; i < 16; i += 4) {
    quads[i] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (size_t i = 0; i < 4; i++) { /* quads[i + 4 r]: columns i, i + 4, i + 8, i + 12 of rows 4 r to 4 r + 3 */
    vec low = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0x44);
    vec high = _mm512_shuffle_f32x4(quads[i], quads[i + 4], 0xee);
    vec low_next = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0x44);
    vec high_next = _mm512_shuffle_f32x4(quads[i + 8], quads[i + 12], 0xee);
    block[i] = _mm512_shuffle_f32x4(low, low_next, 0x88);
    block[i + 4] = _mm512_shuffle_f32x4(low, low_next, 0xdd);
    block[i + 8] = _mm512_shuffle_f32x4(high, high_next, 0x88);
    block[i + 12] = _mm512_shuffle_f32x4(high, high_next, 0xdd);
  }
}

#include "lib/recommend/als/als_tile.h"
#include "lib/recommend/als/als_jacobi.h"
#include "lib/recommend/als/als_lanes.h"

const recs__als_kernels recs__als_avx512 = {LANES, solve_few, gram, solve, turn, gather, scale, dot, eigen};
#endif
