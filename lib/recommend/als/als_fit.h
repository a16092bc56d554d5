/* Alternating least squares over a matrix: from random factors to fitted ones. */
#ifndef RECS_LIB_RECOMMEND_ALS_ALS_FIT_H
#define RECS_LIB_RECOMMEND_ALS_ALS_FIT_H

#include "lib/base/progress.h"
#include <recs/recommend.h>

/* What a fit leaves: the items' factors, turned so that their Gram matrix is diagonal. */
typedef struct recs__als_fitted {
  void *block;     /* of both arrays, to be freed */
  float *factors;  /* items x width */
  float *spectrum; /* width: `unobserved` times the diagonal */
  double loss;
} recs__als_fitted;

/* On failure nothing is left to free. */
int32_t recs__als_run(recs__als_fitted *out, const recs_matrix *matrix, const recs_als_options *options,
                      const recs__progress *progress);

#endif
