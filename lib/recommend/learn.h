/* Learning the weights of a hybrid from the events that it was given. */
#ifndef RECS_LIB_RECOMMEND_LEARN_H
#define RECS_LIB_RECOMMEND_LEARN_H

#include "lib/recommend/scorer.h"

/* Fits the parts to some training data. */
typedef int32_t (*recs__fit_parts_fn)(recs_scorer **parts, void *payload, const recs_training *training,
                                      const recs__progress *progress);

/* Holds back the last item of up to 2,000 users who have at least three, fits the parts to the rest, and finds the weights under which the
 * items held back come first: the mean of 1 / log2(1 + rank) over all users, among the items that any part puts in front. Without histories, or with fewer
 * than 20 such users, the weights stay as they are. Independent of the number of threads. */
int32_t recs__hybrid_learn(double *weights, size_t count, const recs_training *training,
                           const recs_hybrid_options *options, recs__fit_parts_fn fit_parts, void *payload,
                           const recs__progress *progress);

#endif
