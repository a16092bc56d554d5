/* Distances from one row to many that may have holes: the hot loop of filling by nearest neighbours. */
#ifndef RECS_LIB_DATA_PIPELINE_NEAR_H
#define RECS_LIB_DATA_PIPELINE_NEAR_H

#include <stddef.h>
#include <stdint.h>

/* A column more: where a value is no NaN, adds the square of its distance from `from` to `sums` and 1 to `shared`. */
typedef void (*recs__near_fn)(double *sums, double *shared, const double *values, double from, size_t count);

/* The best for a CPU's features. All give the same bits: each sum is added up on its own. */
recs__near_fn recs__near_of(uint32_t cpu);

#endif
