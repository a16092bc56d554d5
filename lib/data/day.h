/* Days of clock times. */
#ifndef RECS_LIB_DATA_DAY_H
#define RECS_LIB_DATA_DAY_H

#include <stdint.h>

enum { RECS__DAY = 86400000 }; /* in milliseconds */

/* Days (UTC) since 1970-01-01, negative before it. */
static inline int64_t recs__day_of(int64_t time) {
  return time / RECS__DAY - (time % RECS__DAY < 0);
}

/* Days from one time to another, with fractions. */
static inline double recs__days_between(int64_t from, int64_t to) {
  return ((double)to - (double)from) / RECS__DAY;
}

#endif
