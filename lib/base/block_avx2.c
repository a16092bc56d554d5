#include "lib/base/block.h"
#include "lib/base/cpu.h"

#if defined(RECS__SIMD_X86)
#include <immintrin.h>

#define TILE_TARGET RECS__TARGET_AVX2
#define TILE_ROWS 4

#define REAL double
#define LANES 4
#define TILE_NAME(verb) verb##_f64
#define vec __m256d
#define vec_load(at) _mm256_loadu_pd(at)
#define vec_store(at, value) _mm256_storeu_pd(at, value)
#define vec_all(value) _mm256_set1_pd(value)
#define vec_fma(a, b, c) _mm256_fmadd_pd(a, b, c)
#define vec_sub(a, b) _mm256_sub_pd(a, b)
#include "lib/base/block_tile.h"

#define REAL float
#define LANES 8
#define TILE_NAME(verb) verb##_f32
#define vec __m256
#define vec_load(at) _mm256_loadu_ps(at)
#define vec_store(at, value) _mm256_storeu_ps(at, value)
#define vec_all(value) _mm256_set1_ps(value)
#define vec_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define vec_sub(a, b) _mm256_sub_ps(a, b)
#include "lib/base/block_tile.h"

const recs__block_update_fn recs__block_update_avx2[2] = {update_f64, update_f32};
#endif
