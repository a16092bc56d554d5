#include "lib/data/tables/time.h"

#include "lib/base/number.h"
#include <recs/data.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const int64_t second = 1000;
static const int64_t minute = 60 * 1000;
static const int64_t hour = 60 * 60 * 1000;
static const int64_t day = 24 * 60 * 60 * 1000;

/* What an epoch number may be: the years 0 to 9999. So microseconds and nanoseconds are refused and not taken for dates
 * in a far future. */
static const int64_t first_time = -62167219200000;
static const int64_t last_time = 253402300799999;
/* Numbers up to here count seconds, those beyond milliseconds. */
static const int64_t most_seconds = 100000000000;

/* What is left to read of a text. */
typedef struct cursor {
  const char *at;
  const char *end;
} cursor;

static int take(cursor *text, char expected) {
  if (text->at == text->end || *text->at != expected)
    return 0;
  text->at += 1;
  return 1;
}

/* A number of exactly `count` digits within bounds. */
static int take_digits(cursor *text, int count, int lowest, int highest, int *out) {
  int value = 0;
  if (text->end - text->at < count)
    return 0;
  for (int i = 0; i < count; i++) {
    unsigned digit = (unsigned char)*text->at++ - (unsigned)'0';
    if (digit > 9)
      return 0;
    value = value * 10 + (int)digit;
  }
  *out = value;
  return value >= lowest && value <= highest;
}

static int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the Gregorian calendar. Years begin in March, so that the leap day is a year's last and the days
 * before a month are a line rounded down. */
static int64_t days_from_civil(int year, int month, int day_of_month) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day_of_month - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int take_date(cursor *text, int64_t *out) {
  int year, month, day_of_month;
  if (!take_digits(text, 4, 0, 9999, &year) || !take(text, '-') || !take_digits(text, 2, 1, 12, &month) ||
      !take(text, '-') || !take_digits(text, 2, 1, days_in_month(year, month), &day_of_month))
    return 0;
  *out = days_from_civil(year, month, day_of_month) * day;
  return 1;
}

/* The digits after the point, as milliseconds. */
static int take_fraction(cursor *text, int64_t *out) {
  const char *first = text->at;
  int64_t value = 0;
  for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++) {
    if (text->at - first < 4)
      value = value * 10 + (*text->at - '0');
  }
  for (int64_t digits = text->at - first; digits < 4; digits++)
    value *= 10;
  *out = (value + 5) / 10;
  return text->at > first;
}

static int take_clock(cursor *text, int64_t *out) {
  int hours, minutes, seconds = 0;
  int64_t fraction = 0;
  if (!take_digits(text, 2, 0, 23, &hours) || !take(text, ':') || !take_digits(text, 2, 0, 59, &minutes))
    return 0;
  if (take(text, ':')) {
    if (!take_digits(text, 2, 0, 59, &seconds))
      return 0;
    if ((take(text, '.') || take(text, ',')) && !take_fraction(text, &fraction))
      return 0;
  }
  *out = hours * hour + minutes * minute + seconds * second + fraction;
  return 1;
}

/* Z or an offset from UTC; nothing is UTC. */
static int take_offset(cursor *text, int64_t *out) {
  int hours, minutes = 0, sign;
  *out = 0;
  if (text->at == text->end || take(text, 'Z') || take(text, 'z'))
    return 1;
  sign = take(text, '-') ? -1 : 1;
  if (sign > 0 && !take(text, '+'))
    return 0;
  if (!take_digits(text, 2, 0, 23, &hours))
    return 0;
  if ((take(text, ':') || text->at < text->end) && !take_digits(text, 2, 0, 59, &minutes))
    return 0;
  *out = sign * (hours * hour + minutes * minute);
  return 1;
}

static int parse_iso(const char *text, size_t length, int64_t *out) {
  cursor rest = {text, text + length};
  int64_t date, clock = 0, offset = 0;
  if (!take_date(&rest, &date))
    return 0;
  if (rest.at < rest.end) {
    if (!take(&rest, ' ') && !take(&rest, 'T') && !take(&rest, 't'))
      return 0;
    if (!take_clock(&rest, &clock) || !take_offset(&rest, &offset) || rest.at < rest.end)
      return 0;
  }
  *out = date + clock - offset;
  return 1;
}

static int parse_epoch(const char *text, size_t length, int64_t *out) {
  int64_t whole;
  double real;
  if (recs__parse_i64(text, length, &whole)) {
    *out = whole >= -most_seconds && whole <= most_seconds ? whole * second : whole;
  } else {
    if (!recs__parse_double(text, length, &real) || !(fabs(real) < (double)INT64_MAX / 2))
      return 0;
    *out = llround(fabs(real) <= (double)most_seconds ? real * (double)second : real);
  }
  return *out >= first_time && *out <= last_time;
}

int recs__parse_time(const char *text, size_t length, int64_t *out) {
  if (length >= 10 && text[4] == '-' && text[7] == '-')
    return parse_iso(text, length, out);
  return parse_epoch(text, length, out);
}

int recs__parse_order(const char *text, size_t length, int64_t *out) {
  static const double exact = 9007199254740992.0; /* 2^53: up to here a double holds every whole number */
  double real;
  if (recs__parse_i64(text, length, out))
    return *out != RECS_NO_TIME;
  if (!recs__parse_double(text, length, &real) || !(fabs(real) <= exact) || real != floor(real))
    return 0;
  *out = (int64_t)real;
  return 1;
}

/* The other way round: counts years from March, of 400 years each era's days. */
static void civil_from_days(int64_t days, int64_t *year, int *month, int *day_of_month) {
  int64_t shifted = days + 719468; /* since 0000-03-01 */
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t from_march = (5 * day_of_year + 2) / 153;
  *day_of_month = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
  *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

void recs__format_time(char out[RECS__TIME_TEXT], int64_t time) {
  int64_t days = time / day - (time % day < 0), year;
  int rest = (int)(time - days * day), month, day_of_month, used;
  if (time < first_time || time > last_time) {
    snprintf(out, RECS__TIME_TEXT, "%" PRId64, time);
    return;
  }
  civil_from_days(days, &year, &month, &day_of_month);
  used = snprintf(out, RECS__TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month, day_of_month, rest / (int)hour,
                  rest / (int)minute % 60, rest / (int)second % 60);
  snprintf(out + used, (size_t)(RECS__TIME_TEXT - used), rest % (int)second == 0 ? "Z" : ".%03dZ", rest % (int)second);
}
