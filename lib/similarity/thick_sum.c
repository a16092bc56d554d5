/* Adding up the bits of thick columns, by instruction set. */
#include "lib/similarity/thick.h"

#include "lib/base/cpu.h"

#ifdef RECS__SIMD_X86
#include <immintrin.h>
#endif

/* Bit i of a byte as byte i of a word, 0 or 1; the word's lowest byte is the first in memory. */
static inline uint64_t spread(uint8_t byte) {
  uint64_t word = (byte * UINT64_C(0x0101010101010101)) & UINT64_C(0x8040201008040201);
  return ((word + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7) & UINT64_C(0x0101010101010101);
}

static void sum_plain(uint8_t *counts, const uint64_t *const columns[RECS__THICK_GROUP], size_t word,
                      size_t words) {
  for (size_t w = 0; w < words; w++) {
    for (int byte = 0; byte < 8; byte++) {
      uint8_t *at = counts + w * 64 + (size_t)byte * 8;
      uint64_t sum = recs__word_of(at);
      for (int c = 0; c < RECS__THICK_GROUP; c++)
        sum += spread((uint8_t)(columns[c][word + w] >> 8 * byte));
      for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(sum >> 8 * i);
    }
  }
}

#ifdef RECS__SIMD_X86

/* 32 bits as bytes of -1 and 0. */
RECS__TARGET_AVX2 static inline __m256i spread_avx2(uint32_t bits) {
  const __m256i byte_of = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  const __m256i bit_of = _mm256_set1_epi64x((int64_t)UINT64_C(0x8040201008040201));
  __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int32_t)bits), byte_of);
  return _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit_of), bit_of);
}

RECS__TARGET_AVX2 static void sum_avx2(uint8_t *counts, const uint64_t *const columns[RECS__THICK_GROUP], size_t word,
                      size_t words) {
  for (size_t w = 0; w < words; w++) {
    __m256i *at = (__m256i *)(void *)(counts + 64 * w);
    __m256i low = _mm256_loadu_si256(at), high = _mm256_loadu_si256(at + 1);
    for (int c = 0; c < RECS__THICK_GROUP; c++) {
      uint64_t bits = columns[c][word + w];
      low = _mm256_sub_epi8(low, spread_avx2((uint32_t)bits));
      high = _mm256_sub_epi8(high, spread_avx2((uint32_t)(bits >> 32)));
    }
    _mm256_storeu_si256(at, low);
    _mm256_storeu_si256(at + 1, high);
  }
}

RECS__TARGET_AVX512 static void sum_avx512(uint8_t *counts, const uint64_t *const columns[RECS__THICK_GROUP], size_t word,
                      size_t words) {
  const __m512i one = _mm512_set1_epi8(1);
  for (size_t w = 0; w < words; w++) {
    __m512i sum = _mm512_loadu_si512(counts + 64 * w);
#pragma GCC unroll 8
    for (int c = 0; c < RECS__THICK_GROUP; c++)
      sum = _mm512_mask_add_epi8(sum, columns[c][word + w], sum, one);
    _mm512_storeu_si512(counts + 64 * w, sum);
  }
}

const recs__thick_way recs__thick_ways[3] = {{sum_plain, 4}, {sum_avx2, 12}, {sum_avx512, 32}};
#else
const recs__thick_way recs__thick_ways[3] = {{sum_plain, 4}, {sum_plain, 4}, {sum_plain, 4}};
#endif
