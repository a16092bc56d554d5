/* One side of a factorisation, the users or the items: its rows of the matrix, and their factors. */
#ifndef RECS_LIB_RECOMMEND_ALS_ALS_SIDE_H
#define RECS_LIB_RECOMMEND_ALS_ALS_SIDE_H

#include "lib/data/matrix.h"
#include "lib/recommend/als/als_basis.h"
#include "lib/recommend/als/als_solve.h"
#include <recs/recommend.h>

typedef struct recs__als_side {
  const recs_context *context;
  const recs_matrix *entries; /* this side's rows; the columns are the other's */
  recs__als_factors factors;
  void *block;     /* of the factors */
  float *ridges;   /* of each row */
  uint32_t *order; /* rows, those with the most entries first */
  size_t many;     /* the first of them have more than RECS__ALS_FEW entries */
  size_t used;     /* the first of them have entries */
  size_t most;     /* entries of the first */
} recs__als_side;

/* Factors are 0. A zeroed side, and one whose opening failed, may be closed. */
int32_t recs__als_side_open(recs__als_side *side, const recs_matrix *entries, const recs_als_options *options);
void recs__als_side_close(recs__als_side *side);

/* First factors for rows with entries, uniform, of standard deviation 0.1 / sqrt(factors) as in Rendle et al. 2021. */
void recs__als_side_draw(recs__als_side *side, const recs_als_options *options);

/* The row at a place of the order. */
recs__als_row recs__als_side_row(const recs__als_side *side, size_t place);

/* RECS_ERROR_NUMERIC when a sum over factors is not finite. */
int32_t recs__als_check_finite(double sum, const recs_als_options *options);

/* The loss that recs_als_options states; both sides' factors in one basis. RECS_ERROR_NUMERIC when it is not finite. */
int32_t recs__als_loss(double *loss, const recs__als_side *users, const recs__als_side *items,
                       const recs_als_options *options);

#endif
