/* The inner loops of ALS in plain C, and the choice among them. */
#include "lib/recommend/als/als_kernels.h"

#include <string.h>

#include "lib/base/cpu.h"

/* Four floats that any compiler knows to handle, with or without vectors. */
typedef float vec __attribute__((vector_size(16)));

#define TILE_TARGET
#define LANES 4
#define TILE_ROWS 4
#define LANE_ROWS 2

static inline vec vec_load(const float *at) {
  vec value;
  memcpy(&value, at, sizeof value);
  return value;
}

static inline void vec_store(float *at, vec value) {
  memcpy(at, &value, sizeof value);
}

static inline vec vec_all(float value) {
  vec all = {value, value, value, value};
  return all;
}

static inline vec vec_sqrt(vec value) {
  vec root = {__builtin_sqrtf(value[0]), __builtin_sqrtf(value[1]), __builtin_sqrtf(value[2]), __builtin_sqrtf(value[3])};
  return root;
}

static inline void vec_flip(vec block[LANES]) {
  for (int i = 0; i < LANES; i++) {
    for (int j = 0; j < i; j++) {
      float kept = block[i][j];
      block[i][j] = block[j][i];
      block[j][i] = kept;
    }
  }
}

#define vec_add(a, b) ((a) + (b))
#define vec_mul(a, b) ((a) * (b))
#define vec_div(a, b) ((a) / (b))
#define vec_fma(a, b, c) ((a) * (b) + (c))
#define vec_fnma(a, b, c) ((c) - (a) * (b))

#include "lib/recommend/als/als_tile.h"
#include "lib/recommend/als/als_jacobi.h"
#include "lib/recommend/als/als_lanes.h"

const recs__als_kernels recs__als_plain = {LANES, solve_few, gram, solve, turn, gather, scale, dot, eigen};

const recs__als_kernels *recs__als_kernels_of(uint32_t cpu) {
#if defined(RECS__SIMD_X86)
  if ((cpu & RECS_CPU_AVX512) != 0)
    return &recs__als_avx512;
  if ((cpu & RECS_CPU_AVX2) != 0)
    return &recs__als_avx2;
#else
  (void)cpu;
#endif
  return &recs__als_plain;
}

size_t recs__als_few_room(const recs__als_kernels *kernels, size_t count, uint32_t width) {
  size_t rows = count + 3; /* up to whole tiles */
  return kernels->lanes * (rows * (width + 1) + rows * (rows + 1) + 2 * rows + width);
}
