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

/* Who is chosen, and what is held back. */
typedef struct recs__holdout_rule {
  size_t least; /* users with fewer different items are left alone */
  size_t most;  /* users */
  int random;   /* 0: a user's last item; 1: any of theirs that was liked */
  uint64_t seed;
} recs__holdout_rule;

/* How many users have enough items, the last of them known to the matrix and liked (its weight is above 0). */
size_t recs__holdout_eligible(const recs_histories *histories, const recs_matrix *matrix, size_t least);

/* Chooses among these, by the seed; users ascend. `out` has room for `rule->most`. */
size_t recs__holdout_choose(recs__held *out, const recs_histories *histories, const recs_matrix *matrix,
                            const recs__holdout_rule *rule);

/* Copies without the entries that are held back. */
int32_t recs__holdout_matrix(recs_matrix **out, const recs_matrix *matrix, const recs__held *held, size_t count);
int32_t recs__holdout_histories(recs_histories **out, const recs_histories *histories, const recs__held *held, size_t count);

#endif
