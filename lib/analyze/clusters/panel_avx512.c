#include "lib/analyze/clusters/panel.h"
#include "lib/base/cpu.h"

#if defined(RECS__SIMD_X86)
#include <immintrin.h>
#include <math.h>

#include "lib/analyze/clusters/panel_rows.h"

#define TILE_TARGET RECS__TARGET_AVX512
#define LANES 16
#define POINTS 8
#define vec __m512
#define mask __mmask16
#define vec_load(at) _mm512_loadu_ps(at)
#define vec_store(at, value) _mm512_storeu_ps(at, value)
#define vec_store_bits(at, value) _mm512_storeu_si512(at, _mm512_castps_si512(value))
#define vec_all(value) _mm512_set1_ps(value)
#define vec_label(label) _mm512_castsi512_ps(_mm512_set1_epi32((int)(label)))
#define vec_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define vec_sub(a, b) _mm512_sub_ps(a, b)
#define vec_min(a, b) _mm512_min_ps(a, b)
#define vec_max(a, b) _mm512_max_ps(a, b)
#define vec_sqrt(value) _mm512_sqrt_ps(value)
#define vec_less(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define vec_pick(which, no, yes) _mm512_mask_blend_ps(which, no, yes)
#include "lib/analyze/clusters/panel_tile.h"

const recs__panel_kernels recs__panel_avx512 = {recs__panel_pack_avx2, nearest, nearest_two, squares, distances, totals, add,
                                                moments, measure, bound, drift};
#endif
