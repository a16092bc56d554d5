/* Drawing anew what was drawn once: intervals and comparisons of means. */
#ifndef RECS_LIB_EVALUATE_RESAMPLE_H
#define RECS_LIB_EVALUATE_RESAMPLE_H

#include "lib/base/memory.h"
#include <recs/evaluate/evaluation.h>

/* The point below which a share of the standard normal distribution lies; share in (0, 1). */
double recs__normal_quantile(double share);

/* The interval in which the middle `level` of the means of `count` values lies, each mean of as many drawn with repeats. The same
 * for any number of threads. */
int32_t recs__bootstrap_interval(double *out_low, double *out_high, const recs_context *context, const double *values,
                                 size_t count, const recs_resample_options *options);

/* How often a mean at least as far from 0 comes about when the sign of each value is drawn, two-sided. */
int32_t recs__sign_p_value(double *out, const recs_context *context, const double *values, size_t count,
                           const recs_resample_options *options);

/* Of two evaluations, the differences a - b of the users for whom both have the figure; `out` has room for a's users. */
int32_t recs__differences(double *out, recs_comparison *comparison, const recs_evaluation *a, const recs_evaluation *b,
                          const char *name);

#endif
