#include "lib/data/pipeline/near.h"

#include <recs/base.h>

#include "lib/base/cpu.h"

static inline __attribute__((always_inline)) void add(double *restrict sums, double *restrict shared,
                                                      const double *restrict values, double from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double step = values[i] - from;
    int there = step == step;
    sums[i] += there ? step * step : 0;
    shared[i] += there ? 1 : 0;
  }
}

static void add_plain(double *sums, double *shared, const double *values, double from, size_t count) {
  add(sums, shared, values, from, count);
}

#if defined(RECS__SIMD_X86)
/* The compiler's vectors, wider. */
RECS__TARGET_AVX2 static void add_avx2(double *sums, double *shared, const double *values, double from, size_t count) {
  add(sums, shared, values, from, count);
}

RECS__TARGET_AVX512 static void add_avx512(double *sums, double *shared, const double *values, double from, size_t count) {
  add(sums, shared, values, from, count);
}
#endif

recs__near_fn recs__near_of(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX512) != 0)
    return add_avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return add_avx2;
#endif
  (void)cpu;
  return add_plain;
}
