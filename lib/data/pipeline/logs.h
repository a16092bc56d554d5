/* Logarithms of many numbers at once. */
#ifndef RECS_LIB_DATA_PIPELINE_LOGS_H
#define RECS_LIB_DATA_PIPELINE_LOGS_H

#include <stddef.h>
#include <stdint.h>

/* sign(x) ln(1 + |x|) of each value, in place, to within one unit of the last digit. NaN stays NaN; no value may be infinite. */
typedef void (*recs__logs_fn)(double *values, size_t count);

/* The best for a CPU's features. All give the same bits. */
recs__logs_fn recs__logs_of(uint32_t cpu);

#endif
