/* Learning how a hybrid mixes its parts from the events that it was given. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_LEARN_H
#define RECS_LIB_RECOMMEND_HYBRID_LEARN_H

#include "lib/recommend/hybrid/ballots.h"

/* Fewer ballots teach nothing. */
enum { RECS__FEWEST_BALLOTS = 20 };

/* The mixture under which what was asked for comes first. `powers`: those to choose among. Rows of weights of their own for shorter and
 * longer histories are kept only where each half of the users, judging the weights that the other half chose, does better
 * with them. The same bits for any number of threads. */
int32_t recs__learn(recs__mixture *mixture, const recs__ballots *ballots, const double *powers, size_t power_count);

#endif
