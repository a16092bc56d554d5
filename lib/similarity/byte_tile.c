#include "lib/similarity/byte_tile.h"

#include <string.h>

#include "lib/base/cpu.h"

#ifdef RECS__SIMD_X86
#include <immintrin.h>
#endif

enum { ROWS = RECS__TILE_ROWS, QUERIES = RECS__TILE_QUERIES, QUAD = RECS__BYTE_QUAD, HEAD = RECS__BYTE_HEAD };

/* One of `stride` queries side by side. */
static uint64_t plain(int32_t *products, const uint8_t *query, size_t stride, const uint8_t *group, uint32_t quads,
                      recs__byte_level level) {
  uint64_t mask = 0;
  float inverses[ROWS];
  memcpy(products, group, ROWS * sizeof *products);
  memcpy(inverses, group + ROWS * sizeof *products, sizeof inverses);
  for (size_t quad = 0; quad < quads; quad++) {
    const uint8_t *bytes = group + HEAD + quad * QUAD;
    for (size_t i = 0; i < QUAD; i++)
      products[i / 4] += query[quad * 4 * stride + i % 4] * (int8_t)bytes[i];
  }
  for (int lane = 0; lane < ROWS; lane++)
    mask |= (uint64_t)((float)products[lane] > level.slope * inverses[lane] - level.width) << lane;
  return mask;
}

static uint64_t one_plain(int32_t *products, const uint8_t *query, const uint8_t *group, uint32_t quads,
                          recs__byte_level level) {
  return plain(products, query, 1, group, quads, level);
}

static int six_plain(int32_t *products, uint64_t *masks, const uint8_t *queries, const uint8_t *group, uint32_t quads,
                     const recs__byte_level *levels) {
  uint64_t any = 0;
  for (int q = 0; q < QUERIES; q++) {
    masks[q] = plain(products + q * ROWS, queries + q * 4, QUERIES, group, quads, levels[q]);
    any |= masks[q];
  }
  return any != 0;
}

const recs__byte_tile recs__byte_tile_plain = {six_plain, one_plain};

#ifdef RECS__SIMD_X86

/* Without it, GCC keeps sums in memory. */
#define UNROLLED _Pragma("GCC unroll 8")

/* The lanes of sixteen that pass. */
RECS__TARGET_AVX512 static inline __mmask16 passes(__m512i products, const uint8_t *group, int part, __m512 slope,
                                                   __m512 width) {
  __m512 inverses = _mm512_loadu_ps(group + ROWS * sizeof(int32_t) + 64 * part);
  return _mm512_cmp_ps_mask(_mm512_cvtepi32_ps(products), _mm512_fmsub_ps(slope, inverses, width), _CMP_GT_OQ);
}

/* _mm512_dpbusd_epi32() by name: GCC 12 copies and spills the sums of the intrinsic. */
RECS__TARGET_AVX512 static inline void add_products(__m512i *sum, __m512i queries, __m512i rows) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(queries), "v"(rows));
}

RECS__TARGET_AVX512 static inline __m512i four_bytes(const uint8_t *from) {
  int32_t bytes;
  memcpy(&bytes, from, sizeof bytes);
  return _mm512_set1_epi32(bytes);
}

/* Six queries by 64 rows: 24 sums in registers. */
RECS__TARGET_AVX512 static int six_avx512(int32_t *products, uint64_t *masks, const uint8_t *queries,
                                          const uint8_t *group, uint32_t quads, const recs__byte_level *levels) {
  __m512i sums[QUERIES][4];
  uint64_t any = 0;
  UNROLLED for (int q = 0; q < QUERIES; q++) {
    UNROLLED for (int i = 0; i < 4; i++)
      sums[q][i] = _mm512_loadu_si512(group + 64 * i);
  }
  for (size_t quad = 0; quad < quads; quad++) {
    __m512i rows[4];
    UNROLLED for (int i = 0; i < 4; i++)
      rows[i] = _mm512_loadu_si512(group + HEAD + quad * QUAD + 64 * (size_t)i);
    UNROLLED for (int q = 0; q < QUERIES; q++) {
      __m512i x = four_bytes(queries + quad * 4 * QUERIES + 4 * (size_t)q);
      UNROLLED for (int i = 0; i < 4; i++)
        add_products(&sums[q][i], x, rows[i]);
    }
  }
  UNROLLED for (int q = 0; q < QUERIES; q++) {
    __m512 slope = _mm512_set1_ps(levels[q].slope), width = _mm512_set1_ps(levels[q].width);
    masks[q] = 0;
    UNROLLED for (int i = 0; i < 4; i++)
      masks[q] |= (uint64_t)passes(sums[q][i], group, i, slope, width) << 16 * i;
    any |= masks[q];
  }
  if (any == 0)
    return 0;
  UNROLLED for (int q = 0; q < QUERIES; q++) {
    UNROLLED for (int i = 0; i < 4; i++)
      _mm512_storeu_si512(products + q * ROWS + 16 * i, sums[q][i]);
  }
  return 1;
}

RECS__TARGET_AVX512 static uint64_t one_avx512(int32_t *products, const uint8_t *query, const uint8_t *group,
                                               uint32_t quads, recs__byte_level level) {
  __m512 slope = _mm512_set1_ps(level.slope), width = _mm512_set1_ps(level.width);
  __m512i sums[4];
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++)
    sums[i] = _mm512_loadu_si512(group + 64 * i);
  for (size_t quad = 0; quad < quads; quad++) {
    __m512i x = four_bytes(query + quad * 4);
    for (int i = 0; i < 4; i++)
      add_products(&sums[i], x, _mm512_loadu_si512(group + HEAD + quad * QUAD + 64 * (size_t)i));
  }
  for (int i = 0; i < 4; i++)
    mask |= (uint64_t)passes(sums[i], group, i, slope, width) << 16 * i;
  if (mask != 0) {
    for (int i = 0; i < 4; i++)
      _mm512_storeu_si512(products + 16 * i, sums[i]);
  }
  return mask;
}

#undef UNROLLED

static const recs__byte_tile avx512 = {six_avx512, one_avx512};
#endif

const recs__byte_tile *recs__byte_tile_for(const recs_context *context) {
#ifdef RECS__SIMD_X86
  if ((recs_context_cpu(context) & RECS_CPU_AVX512) != 0)
    return &avx512;
#else
  (void)context;
#endif
  return NULL;
}
