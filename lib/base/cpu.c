#include "lib/base/cpu.h"

#include <recs/base.h>

#if defined(RECS__SIMD_X86)
uint32_t recs__cpu_detect(void) {
  uint32_t found = RECS_CPU_NONE;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt") &&
      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
    found |= RECS_CPU_AVX2;
  if ((found & RECS_CPU_AVX2) != 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vnni"))
    found |= RECS_CPU_AVX512;
  return found;
}
#elif defined(RECS__SIMD_NEON)
uint32_t recs__cpu_detect(void) {
  return RECS_CPU_NEON; /* part of every 64-bit ARM */
}
#else
uint32_t recs__cpu_detect(void) {
  return RECS_CPU_NONE;
}
#endif
