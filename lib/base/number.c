#include "lib/base/number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  EXACT_POWER = 22,  /* 10^22 is the largest power of ten that a double holds exactly */
  EXACT_DIGITS = 15, /* and so is every whole number of this many digits */
  LONGEST = 768      /* beyond this many bytes no digit changes a double */
};

/* A decimal number taken apart. */
typedef struct decimal {
  uint64_t digits;   /* the first digits as a whole number */
  int64_t exponent;  /* value = digits * 10^exponent, when `count` <= 19 */
  int count;         /* significant digits seen */
  int negative;
} decimal;

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static size_t scan_digits(decimal *number, const char *text, size_t at, size_t length, int after_point) {
  for (; at < length && is_digit(text[at]); at++) {
    if (number->count > 0 || text[at] != '0') {
      if (number->count < 19)
        number->digits = number->digits * 10 + (uint64_t)(text[at] - '0');
      else if (!after_point)
        number->exponent += 1;
      number->exponent -= number->count < 19 && after_point;
      number->count += 1;
    } else {
      number->exponent -= after_point;
    }
  }
  return at;
}

/* Returns where the exponent ends, or 0 when it is none. */
static size_t scan_exponent(decimal *number, const char *text, size_t at, size_t length) {
  int64_t exponent = 0;
  int negative = at < length && text[at] == '-';
  at += at < length && (text[at] == '-' || text[at] == '+');
  if (at == length || !is_digit(text[at]))
    return 0;
  for (; at < length && is_digit(text[at]); at++) {
    if (exponent < 100000)
      exponent = exponent * 10 + (text[at] - '0');
  }
  number->exponent += negative ? -exponent : exponent;
  return at;
}

static int scan(decimal *number, const char *text, size_t length) {
  size_t at = 0;
  size_t whole, fraction = 0;
  memset(number, 0, sizeof *number);
  number->negative = length > 0 && text[0] == '-';
  at += length > 0 && (text[0] == '-' || text[0] == '+');
  whole = at;
  at = scan_digits(number, text, at, length, 0);
  whole = at - whole;
  if (at < length && text[at] == '.') {
    fraction = at + 1;
    at = scan_digits(number, text, at + 1, length, 1);
    fraction = at - fraction;
  }
  if (whole + fraction == 0)
    return 0;
  if (at < length && (text[at] == 'e' || text[at] == 'E')) {
    at = scan_exponent(number, text, at + 1, length);
    if (at == 0)
      return 0;
  }
  return at == length;
}

/* strtod is correctly rounded, but it reads the locale's decimal point: give it that one. */
static int slow_double(const char *text, size_t length, double *out) {
  char copy[LONGEST + 1];
  const char *point = localeconv()->decimal_point;
  char *end;
  if (length > LONGEST)
    return 0;
  memcpy(copy, text, length);
  copy[length] = 0;
  if (point[0] != '.' && point[1] == 0) {
    char *dot = strchr(copy, '.');
    if (dot != NULL)
      *dot = point[0];
  }
  *out = strtod(copy, &end);
  return end == copy + length && isfinite(*out);
}

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* What most numbers of tables are: a sign, and at most EXACT_DIGITS digits with a point among them or none. Returns 0 for all else. */
static int plain_double(const char *text, size_t length, double *out) {
  uint64_t digits = 0;
  size_t point = length, at = length > 0 && text[0] == '-';
  size_t count = length - at;
  double value;
  for (; at < length; at++) {
    unsigned digit = (unsigned char)text[at] - (unsigned)'0';
    if (digit <= 9)
      digits = digits * 10 + digit;
    else if (text[at] == '.' && point == length)
      point = at;
    else
      return 0;
  }
  count -= point < length;
  if (count == 0 || count > EXACT_DIGITS)
    return 0;
  value = (double)digits / powers[point < length ? length - point - 1 : 0];
  *out = text[0] == '-' ? -value : value;
  return 1;
}

int recs__parse_double(const char *text, size_t length, double *out) {
  decimal number;
  double value;
  if (plain_double(text, length, out))
    return 1;
  if (!scan(&number, text, length))
    return 0;
  /* Both factors are exact, so that one rounding gives the correctly rounded result (Clinger 1990). */
  if (number.count > EXACT_DIGITS || number.exponent > EXACT_POWER || number.exponent < -EXACT_POWER)
    return slow_double(text, length, out);
  value = (double)number.digits;
  value = number.exponent < 0 ? value / powers[-number.exponent] : value * powers[number.exponent];
  *out = number.negative ? -value : value;
  return 1;
}

/* The digits after an optional sign, up to `limit`. */
static int parse_magnitude(const char *text, size_t length, uint64_t limit, uint64_t *out) {
  uint64_t value = 0;
  if (length == 0)
    return 0;
  for (size_t i = 0; i < length; i++) {
    uint64_t digit;
    if (!is_digit(text[i]))
      return 0;
    digit = (uint64_t)(text[i] - '0');
    if (value > (limit - digit) / 10)
      return 0;
    value = value * 10 + digit;
  }
  *out = value;
  return 1;
}

int recs__parse_i64(const char *text, size_t length, int64_t *out) {
  uint64_t magnitude;
  int negative = length > 0 && text[0] == '-';
  size_t sign = length > 0 && (text[0] == '-' || text[0] == '+');
  if (!parse_magnitude(text + sign, length - sign, negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, &magnitude))
    return 0;
  *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
  return 1;
}

int recs__parse_u64(const char *text, size_t length, uint64_t *out) {
  size_t sign = length > 0 && text[0] == '+';
  return parse_magnitude(text + sign, length - sign, UINT64_MAX, out);
}
