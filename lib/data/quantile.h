/* Order statistics of numbers, without sorting or copying them. */
#ifndef RECS_LIB_DATA_QUANTILE_H
#define RECS_LIB_DATA_QUANTILE_H

#include <stddef.h>

/* The q-quantile (0 to 1) of the values that are not NaN, linear between the two nearest, as numpy's percentile has it by default.
 * NaN when there is none. O(count), whatever the order. */
double recs__quantile(const double *values, size_t count, double q);

#endif
