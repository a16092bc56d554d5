/* What the machine's processor can do, among what this build knows to use. */
#ifndef RECS_LIB_BASE_CPU_H
#define RECS_LIB_BASE_CPU_H

#include <stdint.h>

/* RECS_CPU_* bits of this machine, 0 in a build without SIMD. */
uint32_t recs__cpu_detect(void);

/* True in builds that hold kernels for the feature. Kernels are chosen by recs_context_cpu(): a table of function pointers
 * whose plain C entry is the reference. Functions for a feature carry __attribute__((target(...))). */
#if defined(RECS_SIMD) && defined(__x86_64__)
#define RECS__SIMD_X86 1
#define RECS__TARGET_AVX2 __attribute__((target("avx2,fma,f16c,popcnt,bmi,bmi2")))
#define RECS__TARGET_AVX512 \
  __attribute__((target("avx2,fma,f16c,popcnt,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx512vnni")))
#endif
#if defined(RECS_SIMD) && defined(__aarch64__)
#define RECS__SIMD_NEON 1
#endif

#endif
