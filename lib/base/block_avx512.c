#include "lib/base/block.h"
#include "lib/base/cpu.h"

#if defined(RECS__SIMD_X86)
#include <immintrin.h>

#define TILE_TARGET RECS__TARGET_AVX512
#define TILE_ROWS RECS__BLOCK_LEFT

#define REAL double
#define LANES 8
#define TILE_NAME(verb) verb##_f64
#define vec __m512d
#define vec_load(at) _mm512_loadu_pd(at)
#define vec_store(at, value) _mm512_storeu_pd(at, value)
#define vec_all(value) _mm512_set1_pd(value)
#define vec_fma(a, b, c) _mm512_fmadd_pd(a, b, c)
#define vec_sub(a, b) _mm512_sub_pd(a, b)
#include "lib/base/block_tile.h"

#define REAL float
#define LANES 16
#define TILE_NAME(verb) verb##_f32
#define vec __m512
#define vec_load(at) _mm512_loadu_ps(at)
#define vec_store(at, value) _mm512_storeu_ps(at, value)
#define vec_all(value) _mm512_set1_ps(value)
#define vec_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define vec_sub(a, b) _mm512_sub_ps(a, b)
#include "lib/base/block_tile.h"

const recs__block_update_fn recs__block_update_avx512[2] = {update_f64, update_f32};
#endif
