/* No branch, no table and no fused product, so that compilers make vectors of it and all machines give the same bits. */
#include "lib/data/pipeline/logs.h"

#include <math.h>
#include <recs/base.h>
#include <string.h>

#include "lib/base/cpu.h"

static inline uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline double of_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* ln 2 in two parts: the first has so few digits that its product with an exponent is exact. */
static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;

/* ln(1 + f) = f - s (f - r) for s = f / (2 + f) and r = 2 (s^2 / 3 + s^4 / 5 + ...), here for f from sqrt(1/2) - 1 to sqrt(2) - 1. */
static inline double series(double f) {
  double s = f / (2 + f), z = s * s, r = 2.0 / 23;
  r = r * z + 2.0 / 21;
  r = r * z + 2.0 / 19;
  r = r * z + 2.0 / 17;
  r = r * z + 2.0 / 15;
  r = r * z + 2.0 / 13;
  r = r * z + 2.0 / 11;
  r = r * z + 2.0 / 9;
  r = r * z + 2.0 / 7;
  r = r * z + 2.0 / 5;
  r = r * z + 2.0 / 3;
  return s * (f - r * z);
}

/* 1 + x = 2^k (1 + f) with f near 0; what 1 + x lost by rounding is added again. x is at least 0. */
static inline double log_of_one_and(double x) {
  const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000), fraction = UINT64_C(0x000fffffffffffff);
  double sum = 1 + x;
  uint64_t shifted = bits_of(sum) + (one - root_half), exponent = shifted >> 52; /* 1023 and more */
  double k = of_bits(exponent | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023);
  double near = k == 0 ? x : of_bits((shifted & fraction) + root_half) - 1;
  double lost = k == 0 ? 0 : (x < 1 ? x - (sum - 1) : 1 - (sum - x)) / sum;
  return k * ln2_high + (near - (series(near) - (k * ln2_low + lost)));
}

static inline __attribute__((always_inline)) void take(double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double log = log_of_one_and(fabs(values[i]));
    values[i] = copysign(log, values[i]);
  }
}

static void take_plain(double *values, size_t count) {
  take(values, count);
}

#if defined(RECS__SIMD_X86)
RECS__TARGET_AVX2 static void take_avx2(double *values, size_t count) {
  take(values, count);
}

RECS__TARGET_AVX512 static void take_avx512(double *values, size_t count) {
  take(values, count);
}
#endif

recs__logs_fn recs__logs_of(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX512) != 0)
    return take_avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return take_avx2;
#endif
  (void)cpu;
  return take_plain;
}
