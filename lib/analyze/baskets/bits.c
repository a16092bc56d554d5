#include "lib/analyze/baskets/bits.h"

#include "lib/base/cpu.h"

/* Each kind of processor has a function that writes a AND b and counts its bits; the loops around it are written
 * once. */
#define DEFINE_INTERSECT(name, target, and_count)                                                                      \
  target static uint32_t name(uint64_t *out, uint32_t *kept, uint32_t *weights, const uint64_t *bits,                  \
                              const uint32_t *slots, uint32_t count, const uint64_t *with,                             \
                              const recs__bit_shape *shape, uint32_t minimum) {                                        \
    uint32_t stay = 0;                                                                                                 \
    for (uint32_t i = 0; i < count; i++) {                                                                             \
      const uint64_t *row = bits + (size_t)slots[i] * shape->words;                                                    \
      uint64_t *place = out + (size_t)stay * shape->words;                                                             \
      uint64_t weight = 0;                                                                                             \
      for (uint32_t part = 0, begin = 0; part < shape->parts; begin = shape->ends[part++])                             \
        weight += and_count(place + begin, with + begin, row + begin, shape->ends[part] - begin)                       \
                  << shape->levels[part];                                                                              \
      kept[stay] = i;                                                                                                  \
      weights[stay] = (uint32_t)weight;                                                                                \
      stay += weight >= minimum;                                                                                       \
    }                                                                                                                  \
    return stay;                                                                                                       \
  }

/* Packs bits one word at a time: `extract` brings the bits under a mask to the low end. */
#define DEFINE_GATHER(name, target, extract)                                                                           \
  target static void name(uint64_t *out, const uint64_t *row, const uint64_t *mask, const recs__bit_shape *shape) {    \
    for (uint32_t part = 0, w = 0; part < shape->parts; part++) {                                                      \
      uint64_t word = 0;                                                                                               \
      uint32_t used = 0;                                                                                               \
      for (; w < shape->ends[part]; w++) {                                                                             \
        uint32_t more = (uint32_t)__builtin_popcountll(mask[w]);                                                       \
        uint64_t packed = extract(row[w], mask[w]);                                                                    \
        word |= packed << used;                                                                                        \
        used += more;                                                                                                  \
        if (used >= 64) {                                                                                              \
          used -= 64;                                                                                                  \
          *out++ = word;                                                                                               \
          word = used == 0 ? 0 : packed >> (more - used);                                                              \
        }                                                                                                              \
      }                                                                                                                \
      if (used > 0)                                                                                                    \
        *out++ = word;                                                                                                 \
    }                                                                                                                  \
  }

static inline uint64_t and_count_plain(uint64_t *out, const uint64_t *a, const uint64_t *b, uint32_t words) {
  uint64_t count = 0;
  for (uint32_t w = 0; w < words; w++) {
    out[w] = a[w] & b[w];
    count += (uint64_t)__builtin_popcountll(out[w]);
  }
  return count;
}

static inline uint64_t extract_plain(uint64_t bits, uint64_t mask) {
  uint64_t out = 0;
  for (uint32_t place = 0; mask != 0; mask &= mask - 1, place++)
    out |= (uint64_t)((bits & mask & -mask) != 0) << place;
  return out;
}

DEFINE_INTERSECT(intersect_plain, , and_count_plain)
DEFINE_GATHER(gather_plain, , extract_plain)

static const recs__bit_kernels plain = {intersect_plain, gather_plain};

#ifdef RECS__SIMD_X86
#include <immintrin.h>

/* Bits of each byte by looking up its halves (Mula). */
RECS__TARGET_AVX2 static inline __m256i count_bytes(__m256i bits) {
  const __m256i table =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  __m256i lower = _mm256_shuffle_epi8(table, _mm256_and_si256(bits, low));
  __m256i upper = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low));
  return _mm256_add_epi8(lower, upper);
}

RECS__TARGET_AVX2 static inline __m256i count_lanes(__m256i bits) {
  return _mm256_sad_epu8(count_bytes(bits), _mm256_setzero_si256());
}

/* Carry-save adder: three bits become a sum and a carry. */
RECS__TARGET_AVX2 static inline __m256i add3(__m256i *sum, __m256i a, __m256i b) {
  __m256i half = _mm256_xor_si256(*sum, a);
  __m256i carry = _mm256_or_si256(_mm256_and_si256(*sum, a), _mm256_and_si256(half, b));
  *sum = _mm256_xor_si256(half, b);
  return carry;
}

RECS__TARGET_AVX2 static inline __m256i and_store(uint64_t *out, const uint64_t *a, const uint64_t *b) {
  __m256i both = _mm256_and_si256(_mm256_loadu_si256((const void *)a), _mm256_loadu_si256((const void *)b));
  _mm256_storeu_si256((void *)out, both);
  return both;
}

/* Harley and Seal's tree over blocks of eight vectors, 32 words; single words by POPCNT for what remains. */
RECS__TARGET_AVX2 static inline uint64_t and_count_avx2(uint64_t *out, const uint64_t *a, const uint64_t *b,
                                                        uint32_t words) {
  __m256i ones = _mm256_setzero_si256(), twos = ones, fours = ones, eights = ones;
  uint64_t lanes[4], count = 0;
  uint32_t w = 0;
  for (; w + 32 <= words; w += 32) {
    __m256i two_a = add3(&ones, and_store(out + w, a + w, b + w), and_store(out + w + 4, a + w + 4, b + w + 4));
    __m256i two_b =
        add3(&ones, and_store(out + w + 8, a + w + 8, b + w + 8), and_store(out + w + 12, a + w + 12, b + w + 12));
    __m256i four_a = add3(&twos, two_a, two_b), four_b;
    two_a =
        add3(&ones, and_store(out + w + 16, a + w + 16, b + w + 16), and_store(out + w + 20, a + w + 20, b + w + 20));
    two_b =
        add3(&ones, and_store(out + w + 24, a + w + 24, b + w + 24), and_store(out + w + 28, a + w + 28, b + w + 28));
    four_b = add3(&twos, two_a, two_b);
    eights = _mm256_add_epi64(eights, count_lanes(add3(&fours, four_a, four_b)));
  }
  if (w > 0) {
    __m256i total = _mm256_slli_epi64(eights, 3);
    total = _mm256_add_epi64(total, _mm256_slli_epi64(count_lanes(fours), 2));
    total = _mm256_add_epi64(total, _mm256_slli_epi64(count_lanes(twos), 1));
    total = _mm256_add_epi64(total, count_lanes(ones));
    _mm256_storeu_si256((void *)lanes, total);
    count = lanes[0] + lanes[1] + lanes[2] + lanes[3];
  }
  for (; w < words; w++) {
    out[w] = a[w] & b[w];
    count += (uint64_t)_mm_popcnt_u64(out[w]);
  }
  return count;
}

RECS__TARGET_AVX512 static inline uint64_t and_count_avx512(uint64_t *out, const uint64_t *a, const uint64_t *b,
                                                            uint32_t words) {
  __m512i total = _mm512_setzero_si512();
  uint32_t w = 0;
  for (; w + 8 <= words; w += 8) {
    __m512i both = _mm512_and_si512(_mm512_loadu_si512(a + w), _mm512_loadu_si512(b + w));
    _mm512_storeu_si512(out + w, both);
    total = _mm512_add_epi64(total, _mm512_popcnt_epi64(both));
  }
  if (w < words) {
    __mmask8 rest = (__mmask8)((1u << (words - w)) - 1);
    __m512i both = _mm512_and_si512(_mm512_maskz_loadu_epi64(rest, a + w), _mm512_maskz_loadu_epi64(rest, b + w));
    _mm512_mask_storeu_epi64(out + w, rest, both);
    total = _mm512_add_epi64(total, _mm512_popcnt_epi64(both));
  }
  return (uint64_t)_mm512_reduce_add_epi64(total);
}

DEFINE_INTERSECT(intersect_avx2, RECS__TARGET_AVX2, and_count_avx2)
DEFINE_INTERSECT(intersect_avx512, RECS__TARGET_AVX512, and_count_avx512)
DEFINE_GATHER(gather_bmi2, RECS__TARGET_AVX2, _pext_u64)

static const recs__bit_kernels avx2 = {intersect_avx2, gather_bmi2};
static const recs__bit_kernels avx512 = {intersect_avx512, gather_bmi2};
#endif

const recs__bit_kernels *recs__bit_kernels_for(uint32_t cpu) {
#ifdef RECS__SIMD_X86
  if ((cpu & RECS_CPU_AVX512) != 0)
    return &avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return &avx2;
#endif
  (void)cpu;
  return &plain;
}
