/* Training data without what some users did last: for whatever learns from the events that it was given. */
#ifndef RECS_LIB_DATA_HOLDOUT_H
#define RECS_LIB_DATA_HOLDOUT_H

#include "lib/data/histories.h"
#include "lib/data/matrix.h"

/* An item that is held back from a user. */
typedef struct recs__held {
  uint32_t user;
  uint32_t item;
} recs__held;

/* Chooses at most `most` users, by the seed, among those with at least `least` different items, each with the last of them, if it was liked
 * (its weight is above 0); users ascend. `out` has room for
 * `most`. */
size_t recs__holdout_choose(recs__held *out, const recs_histories *histories, const recs_matrix *matrix, size_t least,
                            size_t most, uint64_t seed);

/* Copies without the entries that are held back. */
int32_t recs__holdout_matrix(recs_matrix **out, const recs_matrix *matrix, const recs__held *held, size_t count);
int32_t recs__holdout_histories(recs_histories **out, const recs_histories *histories, const recs__held *held, size_t count);

#endif
