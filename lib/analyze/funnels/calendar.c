#include "lib/analyze/funnels/calendar.h"

#include <recs/analyze.h>

enum {
  MONDAY = 3,            /* 1970-01-01 was a Thursday: the third day after a Monday */
  DAYS_AN_ERA = 146097,  /* of 400 years of the Gregorian calendar */
  YEARS_AN_ERA = 400,
  DAYS_TO_1970 = 719468, /* from 0000-03-01: years that begin in March have their leap day at the end */
};

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

/* Years and months that begin in March, by the lengths of months being 153 days in every five from there. */
static int64_t month_of_day(int64_t day) {
  int64_t shifted = day + DAYS_TO_1970, era = floor_div(shifted, DAYS_AN_ERA);
  int64_t in_era = shifted - era * DAYS_AN_ERA;
  int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / (DAYS_AN_ERA - 1)) / 365;
  int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * in_year + 2) / 153; /* 0: March */
  return (era * YEARS_AN_ERA + year) * 12 + month + 2;
}

static int64_t day_of_month(int64_t month) {
  int64_t shifted = month - 2, year = floor_div(shifted, 12), era = floor_div(year, YEARS_AN_ERA);
  int64_t in_year = (153 * (shifted - year * 12) + 2) / 5, in_era = year - era * YEARS_AN_ERA;
  return era * DAYS_AN_ERA + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_TO_1970;
}

int64_t recs__period_of_day(int32_t kind, int64_t day) {
  switch (kind) {
  case RECS_PERIOD_WEEK:
    return floor_div(day + MONDAY, 7);
  case RECS_PERIOD_MONTH:
    return month_of_day(day);
  default:
    return day;
  }
}

int64_t recs__day_of_period(int32_t kind, int64_t period) {
  switch (kind) {
  case RECS_PERIOD_WEEK:
    return period * 7 - MONDAY;
  case RECS_PERIOD_MONTH:
    return day_of_month(period);
  default:
    return period;
  }
}
