/* The inner loops of ALS. Rows of factors are `width` floats apart, `width` a multiple of RECS__ALS_STEP; what lies beyond the
 * factors is 0. Every sum is one chain in the same order whatever the vectors' length, so that AVX2 and AVX-512 give the same bits;
 * plain C has no fused multiply-add and differs by rounding. */
#ifndef RECS_LIB_RECOMMEND_ALS_ALS_KERNELS_H
#define RECS_LIB_RECOMMEND_ALS_ALS_KERNELS_H

#include "lib/base/context.h"

enum {
  RECS__ALS_STEP = 16,  /* factors come in whole steps */
  RECS__ALS_LANES = 16, /* systems side by side, at most */
  RECS__ALS_FEW = 64    /* entries of a system for solve_few(), at most */
};

/* Ridge systems min |S x - q|^2 + |x|^2 of few rows, side by side: S(j, k) = roots(j) factors(ids(j), k) scale(k), and what is
 * wanted is scale(k) x(k). ids, roots and targets (q) are of `lanes` systems for entry 0, then for entry 1, and so on; a system
 * with fewer than `count` entries has roots and targets 0 there. */
typedef struct recs__als_few {
  const float *factors;
  uint32_t width;
  uint32_t count; /* 1 to FEW */
  const float *spectrum; /* `width` values: scale(k) = 1 / sqrt(spectrum(k) + ridges) of the system */
  uint32_t ids[RECS__ALS_FEW * RECS__ALS_LANES];
  float roots[RECS__ALS_FEW * RECS__ALS_LANES];
  float targets[RECS__ALS_FEW * RECS__ALS_LANES];
  float ridges[RECS__ALS_LANES];
  float *out[RECS__ALS_LANES]; /* `width` floats for each system */
} recs__als_few;

typedef struct recs__als_kernels {
  uint32_t lanes; /* how many systems solve_few() takes; the bits of each do not depend on the others */
  /* Solves them through their `count` rows: x = S'(I + S S')^-1 q. `scratch`: recs__als_few_room() floats, aligned to 64 bytes. */
  void (*solve_few)(const recs__als_few *few, float *scratch);
  /* square += rows' rows, where column >= row: `width` x `width`, of `count` dense rows `stride` floats apart. */
  void (*gram)(float *square, const float *rows, size_t stride, size_t count, uint32_t width);
  /* Solves square x = x by Cholesky; the square, of which column >= row is read, is lost. `scratch`: 2 * width floats. */
  void (*solve)(float *square, float *x, uint32_t width, float *scratch);
  /* out = rows square, for `count` rows. */
  void (*turn)(float *out, const float *rows, size_t count, const float *square, uint32_t width);
  /* panel(j, k) = roots(j) factors(ids(j), k) scale(k), for `width` columns of rows `stride` apart; moment += panel' targets. */
  void (*gather)(float *panel, float *moment, const float *factors, size_t stride, const uint32_t *ids, const float *roots,
                 const float *targets, size_t count, const float *scale, uint32_t width);
  /* scale(k) = 1 / sqrt(spectrum(k) + ridge). */
  void (*scale)(float *scale, const float *spectrum, float ridge, uint32_t width);
  float (*dot)(const float *x, const float *y, uint32_t width);
  /* Eigenvalues of a symmetric positive semidefinite square and, as the rows of `vectors`, its eigenvectors, so that floats cannot
   * tell vectors * square * vectors' from the diagonal. The square is lost. */
  void (*eigen)(double *values, double *vectors, double *square, uint32_t width);
} recs__als_kernels;

/* The kernels for RECS_CPU_* bits. */
const recs__als_kernels *recs__als_kernels_of(uint32_t cpu);

extern const recs__als_kernels recs__als_plain;
extern const recs__als_kernels recs__als_avx2;
extern const recs__als_kernels recs__als_avx512;

/* Room for solve_few(), in floats, for systems of up to `count` entries. */
size_t recs__als_few_room(const recs__als_kernels *kernels, size_t count, uint32_t width);

#endif
