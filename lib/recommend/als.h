/* The fitted "als", and a user's factors by a history. */
#ifndef RECS_LIB_RECOMMEND_ALS_H
#define RECS_LIB_RECOMMEND_ALS_H

#include "lib/recommend/als_solve.h"
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
  double loss;
} recs__als;

typedef struct recs__als_entry {
  uint32_t item;
  double weight;
} recs__als_entry;

/* What requests work on. */
typedef struct recs__als_request {
  const recs_context *context;
  recs__als_scratch scratch;
  recs__als_problem problem;
  recs__als_entry *entries;
  uint32_t *ids;
  float *weights;
  size_t longest;                      /* history; ids and weights have room for one in each place */
  recs__als_row rows[RECS__ALS_LANES]; /* the histories as rows of the training matrix */
} recs__als_request;

/* For these histories. On failure nothing is left. */
int32_t recs__als_request_open(recs__als_request *request, const recs__als *als, const recs_history *histories,
                               size_t count);
void recs__als_request_close(recs__als_request *request);

/* Solves for the users of up to RECS__ALS_LANES of these histories, `width` floats each: repeats of an item are one entry of the sum
 * of their weights. What comes out for one does not depend on the others, and is what the fit would give a user of that row. */
void recs__als_fold_in(float *out, recs__als_request *request, const recs__als *als, const recs_history *histories,
                       size_t count);

#endif
