#include "lib/analyze/bits.h"

#include "lib/base/cpu.h"
#include <recs/base.h>

#if defined(RECS__SIMD_X86)
#include <immintrin.h>
#endif

static uint32_t intersect_plain(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t words) {
  uint32_t count = 0;
  for (size_t i = 0; i < words; i++) {
    out[i] = a[i] & b[i];
    count += (uint32_t)__builtin_popcountll(out[i]);
  }
  return count;
}

#if defined(RECS__SIMD_X86)
/* Bits of 32 bytes by a table of the 16 half bytes (Mula, Kurz and Lemire 2018). */
RECS__TARGET_AVX2 static uint32_t intersect_avx2(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t words) {
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3,
                                         2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  __m256i sums = _mm256_setzero_si256();
  uint64_t lanes[4];
  uint32_t count = 0;
  size_t i = 0;
  for (; i + 4 <= words; i += 4) {
    __m256i both = _mm256_and_si256(_mm256_loadu_si256((const void *)(a + i)), _mm256_loadu_si256((const void *)(b + i)));
    __m256i halves = _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(both, low)),
                                     _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(both, 4), low)));
    _mm256_storeu_si256((void *)(out + i), both);
    sums = _mm256_add_epi64(sums, _mm256_sad_epu8(halves, _mm256_setzero_si256()));
  }
  _mm256_storeu_si256((void *)lanes, sums);
  for (; i < words; i++) {
    out[i] = a[i] & b[i];
    count += (uint32_t)_mm_popcnt_u64(out[i]);
  }
  return count + (uint32_t)(lanes[0] + lanes[1] + lanes[2] + lanes[3]);
}

RECS__TARGET_AVX512 static uint32_t intersect_avx512(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t words) {
  __m512i sums = _mm512_setzero_si512();
  for (size_t i = 0; i < words; i += 8) {
    unsigned bits = words - i >= 8 ? 0xffu : (1u << (words - i)) - 1u;
    __mmask8 there = (__mmask8)(bits & 0xffu);
    __m512i both = _mm512_and_si512(_mm512_maskz_loadu_epi64(there, a + i), _mm512_maskz_loadu_epi64(there, b + i));
    _mm512_mask_storeu_epi64(out + i, there, both);
    sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(both));
  }
  return (uint32_t)_mm512_reduce_add_epi64(sums);
}
#endif

recs__intersect_fn recs__intersect(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX512) != 0)
    return intersect_avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return intersect_avx2;
#endif
  (void)cpu;
  return intersect_plain;
}
