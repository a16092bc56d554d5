#include "lib/data/tables/marks.h"

#include "lib/base/cpu.h"
#include <recs/base.h>

#if defined(RECS__SIMD_X86)
#include <immintrin.h>
#endif

/* Each position is written, and kept by counting it: no branch depends on the text. */
static size_t find_plain(uint32_t *out, const char *text, size_t begin, size_t end, recs__marks marks) {
  size_t count = 0;
  for (size_t at = begin; at < end; at++) {
    char byte = text[at];
    out[count] = (uint32_t)at;
    count += (size_t)((byte == marks.bytes[0]) | (byte == marks.bytes[1]) | (byte == marks.bytes[2]));
  }
  return count;
}

#if defined(RECS__SIMD_X86)
/* A bit for each of 32 bytes. */
RECS__TARGET_AVX2 static inline uint32_t match(const char *text, const __m256i *wanted) {
  __m256i block = _mm256_loadu_si256((const void *)text);
  __m256i hits = _mm256_or_si256(_mm256_cmpeq_epi8(block, wanted[0]), _mm256_cmpeq_epi8(block, wanted[1]));
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(hits, _mm256_cmpeq_epi8(block, wanted[2])));
}

RECS__TARGET_AVX2 static size_t find_avx2(uint32_t *out, const char *text, size_t begin, size_t end,
                                          recs__marks marks) {
  __m256i wanted[3];
  size_t count = 0, at = begin;
  for (int i = 0; i < 3; i++)
    wanted[i] = _mm256_set1_epi8(marks.bytes[i]);
  for (; at + 64 <= end; at += 64) {
    uint64_t bits = match(text + at, wanted) | (uint64_t)match(text + at + 32, wanted) << 32;
    for (; bits != 0; bits &= bits - 1)
      out[count++] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits);
  }
  return count + find_plain(out + count, text, at, end, marks);
}
#endif

recs__find_marks_fn recs__find_marks(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX2) != 0)
    return find_avx2;
#endif
  (void)cpu;
  return find_plain;
}
