/* The items that a model could list. */
#ifndef RECS_LIB_EVALUATE_CATALOGUE_H
#define RECS_LIB_EVALUATE_CATALOGUE_H

#include "lib/data/candidates.h"

/* The items that have an event in the training log or of which the profiles (NULL: none) say something, and that are
 * among the `live` (NULL: all). `*out` is NULL when these are all `items`. */
int32_t recs__catalogue_find(recs_candidates **out, const recs_events *training, const recs_profiles *profiles,
                             const recs_candidates *live, uint32_t items);

#endif
