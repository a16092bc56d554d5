/* Order statistics of numbers, without sorting or copying them. */
#ifndef RECS_LIB_DATA_FEATURES_QUANTILE_H
#define RECS_LIB_DATA_FEATURES_QUANTILE_H

#include "lib/base/memory.h"

#include <string.h>

/* The q-quantile (0 to 1) of the values that are not NaN, linear between the two nearest, as numpy's percentile has it by default.
 * NaN when there is none. O(count), whatever the order. */
double recs__quantile(const double *values, size_t count, double q);

/* The same by the threads of a context, which must not be at work already. 16 KiB a thread. */
int32_t recs__quantile_parallel(double *out, const recs_context *context, const double *values, size_t count, double q);

/* Doubles as integers in the same order: negative ones have all bits flipped, the others the sign alone. -0 comes before 0. */
static inline uint64_t recs__number_key(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}
static inline double recs__key_number(uint64_t key) {
  uint64_t bits = key >> 63 ? key ^ UINT64_C(1) << 63 : ~key;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* `part` (0 to 1) of the way between two numbers; exact at both ends. */
static inline double recs__number_between(double below, double above, double part) {
  return part < 0.5 ? below + (above - below) * part : above - (above - below) * (1 - part);
}

/* The same quantile of numbers' keys that are sorted, none of them NaN's. O(1). */
double recs__quantile_sorted(const uint64_t *keys, size_t count, double q);

#endif
