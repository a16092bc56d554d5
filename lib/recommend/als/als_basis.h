/* The Gram matrix of one side's factors, and the basis in which it is diagonal. */
#ifndef RECS_LIB_RECOMMEND_ALS_ALS_BASIS_H
#define RECS_LIB_RECOMMEND_ALS_ALS_BASIS_H

#include "lib/base/progress.h"
#include "lib/recommend/als/als_kernels.h"

/* Rows of factors, `width` floats each, on cache lines. */
typedef struct recs__als_factors {
  float *values;
  size_t rows;
  uint32_t width;
} recs__als_factors;

/* out (width x width) = factors' factors, all of it. */
int32_t recs__als_gram(double *out, const recs_context *context, const recs__als_factors *factors);

/* factors = factors * basis. */
int32_t recs__als_turn(const recs_context *context, recs__als_factors *factors, const float *basis);

#endif
