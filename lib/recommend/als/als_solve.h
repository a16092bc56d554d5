/* ALS solves for one side's rows while the other side stays as it is. With e = alpha |w| for an entry of weight w, and the other side
 * turned so that unobserved times its Gram matrix is diagonal (the spectrum), a row minimises
 *
 *   sum over its entries of (e + unobserved) (p - s)^2 - unobserved s^2, and + |x|^2 weighed by (spectrum + ridge),
 *
 * with s = x y and p = 1 for a weight above 0, else 0. That is a ridge regression min |S z - q|^2 + |z|^2 with
 *
 *   S(j, k) = sqrt(e(j)) y(j, k) / sqrt(spectrum(k) + ridge), q(j) = (e(j) + unobserved) p(j) / sqrt(e(j)), x = z / sqrt(spectrum + ridge)
 *
 * which is solved through S S' where entries are few, many rows at a time, else through S'S. */
#ifndef RECS_LIB_RECOMMEND_ALS_ALS_SOLVE_H
#define RECS_LIB_RECOMMEND_ALS_ALS_SOLVE_H

#include "lib/recommend/als/als_kernels.h"
#include <recs/recommend.h>

/* What all rows of a side have in common. */
typedef struct recs__als_problem {
  const recs__als_kernels *kernels;
  const float *factors;  /* the other side's, turned */
  const float *spectrum; /* `width` values */
  uint32_t width;
  uint32_t block; /* factors solved for at a time in rows of many entries; a multiple of RECS__ALS_STEP */
  float alpha;
  float unobserved;
} recs__als_problem;

/* A row's entries. */
typedef struct recs__als_row {
  const uint32_t *ids; /* rows of the other side */
  const float *weights;
  size_t count;
  float ridge;
  float *out; /* `width` floats; where factors are solved for block by block, the search starts from what it holds */
} recs__als_row;

/* Room for one thread. */
typedef struct recs__als_scratch {
  const recs_context *context;
  void *block;
  recs__als_few few;
  float *room;   /* solve_few() */
  float *panel;  /* CHUNK rows */
  float *square; /* width x width */
  float *moment;
  float *scale;
  float *middle;  /* 2 * width */
  float *roots;   /* CHUNK */
  float *targets; /* CHUNK */
  float *fitted;  /* S z of each entry, where blocks are used */
} recs__als_scratch;

/* For rows of up to `longest` entries. */
int32_t recs__als_scratch_init(recs__als_scratch *scratch, const recs_context *context,
                               const recs__als_problem *problem, size_t longest);
void recs__als_scratch_free(recs__als_scratch *scratch);

/* Solves up to kernels->lanes rows of 1 to RECS__ALS_FEW entries each. */
void recs__als_solve_few(const recs__als_problem *problem, const recs__als_row *rows, size_t count,
                         recs__als_scratch *scratch);
/* Solves one row of any number of entries. */
void recs__als_solve_many(const recs__als_problem *problem, const recs__als_row *row, recs__als_scratch *scratch);
/* out = the row's matrix, of which its solution is the inverse times sum of c p y, inverted and applied to `values`. */
void recs__als_solve_for(float *out, const recs__als_problem *problem, const recs__als_row *row, const float *values,
                         recs__als_scratch *scratch);
/* The confidence of an entry of that weight as a multiplier of its preference: c p. */
float recs__als_pull(const recs__als_problem *problem, float weight);
/* Floats that a row of factors takes: whole steps. */
uint32_t recs__als_width(uint32_t factors);

/* The ridge of a row of `entries` of `others`: regularization (entries + unobserved (others - entries))^exponent. */
float recs__als_ridge(const recs_als_options *options, size_t entries, size_t others);

#endif
