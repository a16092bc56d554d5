/* Statistics of a column: finite numbers in a row, without NaN. What is said to reorder them moves them about. */
#ifndef RECS_LIB_DATA_PIPELINE_COLUMN_H
#define RECS_LIB_DATA_PIPELINE_COLUMN_H

#include <stddef.h>

/* 0 for none. */
double recs__column_mean(const double *values, size_t count);

/* Of the population, around the mean. */
double recs__column_deviation(const double *values, size_t count, double mean);

/* The q-quantile (0 to 1), of at least one, linear between the two nearest, as recs__quantile has it. Reorders. O(count) expected,
 * O(count log count) at worst. */
double recs__column_quantile(double *values, size_t count, double q);

/* Ascending. The array has room for as many values again, which are of no use before or afterwards. */
void recs__column_sort(double *values, size_t count);

/* The smallest and the largest, of at least one. */
void recs__column_range(double *low, double *high, const double *values, size_t count);

#endif
