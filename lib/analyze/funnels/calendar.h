/* Days, weeks and months as running numbers. */
#ifndef RECS_LIB_ANALYZE_FUNNELS_CALENDAR_H
#define RECS_LIB_ANALYZE_FUNNELS_CALENDAR_H

#include <stdint.h>

/* The number of the period (RECS_PERIOD_*) that a day, counted from 1970-01-01, lies in. Weeks begin on Monday; a month is
 * year x 12 + month - 1. */
int64_t recs__period_of_day(int32_t kind, int64_t day);

/* The first day of a period. */
int64_t recs__day_of_period(int32_t kind, int64_t period);

#endif
