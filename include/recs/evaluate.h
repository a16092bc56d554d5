/* Part of librecs (MIT). How good a model is: splits, metrics, comparisons, tuning, off-policy estimates. */
#ifndef RECS_EVALUATE_H
#define RECS_EVALUATE_H

#include <recs/evaluate/evaluation.h>
#include <recs/evaluate/offpolicy.h>
#include <recs/evaluate/split.h>
#include <recs/evaluate/tune.h>

#endif
