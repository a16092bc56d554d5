#include "lib/base/block.h"

#include <float.h>
#include <string.h>

#include "lib/base/cpu.h"

#define REAL double
#define MOST DBL_MAX
#define BLOCK_NAME(verb) verb##_f64
#include "lib/base/block_of.h"

#define REAL float
#define MOST FLT_MAX
#define BLOCK_NAME(verb) verb##_f32
#include "lib/base/block_of.h"

static const recs__block_kind plain[2] = {
    {sizeof(double), RECS__BLOCK_LEFT, RIGHT_f64, update_f64, pack_f64, mirror_f64, sweep_f64},
    {sizeof(float), RECS__BLOCK_LEFT, RIGHT_f32, update_f32, pack_f32, mirror_f32, sweep_f32},
};

/* Vectors of our own come first: with AVX-512 they take half the time of OpenBLAS's factor and inverse. */
recs__block_kind recs__block_kind_of(uint32_t cpu, int single) {
  recs__block_kind kind = plain[single != 0];
  (void)cpu;
#if defined(RECS_BLAS)
  kind.update = recs__block_update_blas[single != 0];
  kind.left = 0;
  kind.right = 0;
#endif
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX2) != 0) {
    kind = plain[single != 0];
    kind.update = ((cpu & RECS_CPU_AVX512) != 0 ? recs__block_update_avx512 : recs__block_update_avx2)[single != 0];
  }
#endif
  return kind;
}
