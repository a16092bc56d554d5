/* The fitted "als", and a user's factors by a history. */
#ifndef RECS_LIB_RECOMMEND_ALS_ALS_H
#define RECS_LIB_RECOMMEND_ALS_ALS_H

#include "lib/recommend/als/als_solve.h"
#include "lib/recommend/recency.h"
#include "lib/recommend/scorer.h"
#include "lib/similarity/vectors.h"

typedef struct recs__als {
  recs_scorer scorer;
  recs__object *backing; /* not NULL: the factors and the spectrum belong to it */
  void *block;           /* of both, where there is no backing */
  const float *factors;  /* items x width; 0: nothing is known of the item */
  const float *spectrum; /* `unobserved` times the diagonal of their Gram matrix, which has nothing beside it */
  recs__vectors vectors; /* the factors, packed */
  uint32_t width;
  recs_als_options options; /* alpha, unobserved, regularization and exponent */
  recs__recency recency;
  double loss;
} recs__als;

enum { RECS__ALS_AT_ONCE = 128 }; /* histories among which like ones are looked for */

/* What requests work on. */
typedef struct recs__als_request {
  const recs_context *context;
  recs__als_scratch scratch;
  recs__als_problem problem;
  uint64_t *entries; /* items and weights */
  uint32_t *ids;
  float *weights;
  size_t longest;    /* history; ids and weights have room for one in each place */
  recs__als_row row; /* the history that was solved for last, as a row of the training matrix */
} recs__als_request;

/* For these histories. On failure nothing is left. */
int32_t recs__als_request_open(recs__als_request *request, const recs__als *als, const recs_history *histories,
                               size_t count);
void recs__als_request_close(recs__als_request *request);

/* Solves for the users of these histories, `width` floats each: repeats of an item are one entry of the sum of their weights. What
 * comes out for one does not depend on the others, and is what the fit would give a user of that row, weights faded. RECS_ERROR_NUMERIC when factors
 * overflow. */
int32_t recs__als_fold_in(float *out, recs__als_request *request, const recs__als *als, const recs_history *histories,
                          size_t count);

#endif
