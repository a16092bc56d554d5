#include "lib/data/pipeline/column.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/sort.h"
#include "lib/data/features/quantile.h"

/* Sums in lanes, which become vectors; the order is the same whatever the machine. */
enum { LANES = 8 };

/* Few values are sorted whole, many by digits. */
enum { FEW = 32, MANY = 4096, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static double sum_of(const double *lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

double recs__column_mean(const double *values, size_t count) {
  double lanes[LANES] = {0}, rest = 0;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++)
      lanes[lane] += values[i + lane];
  }
  for (; i < count; i++)
    rest += values[i];
  return count == 0 ? 0 : (sum_of(lanes) + rest) / (double)count;
}

double recs__column_deviation(const double *values, size_t count, double mean) {
  double lanes[LANES] = {0}, rest = 0;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t lane = 0; lane < LANES; lane++)
      lanes[lane] += (values[i + lane] - mean) * (values[i + lane] - mean);
  }
  for (; i < count; i++)
    rest += (values[i] - mean) * (values[i] - mean);
  return count == 0 ? 0 : sqrt((sum_of(lanes) + rest) / (double)count);
}

void recs__column_range(double *low, double *high, const double *values, size_t count) {
  *low = *high = values[0];
  for (size_t i = 1; i < count; i++) {
    *low = values[i] < *low ? values[i] : *low;
    *high = values[i] > *high ? values[i] : *high;
  }
}

/* Keys stand where the values stood. */
static uint64_t *to_keys(double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t key = recs__number_key(values[i]);
    memcpy(&values[i], &key, sizeof key);
  }
  return (uint64_t *)(void *)values;
}

static void to_values(double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t key;
    double value;
    memcpy(&key, &values[i], sizeof key);
    value = recs__key_number(key);
    memcpy(&values[i], &value, sizeof value);
  }
}

/* Moves keys in the order of one digit. Returns 0 when all have the same, and nothing was moved. */
static int move_by_digit(uint64_t *to, const uint64_t *from, size_t count, int shift) {
  size_t starts[DIGITS] = {0}, next = 0;
  for (size_t i = 0; i < count; i++)
    starts[(from[i] >> shift) & (DIGITS - 1)] += 1;
  for (size_t digit = 0; digit < DIGITS; digit++) {
    size_t size = starts[digit];
    if (size == count)
      return 0;
    starts[digit] = next;
    next += size;
  }
  for (size_t i = 0; i < count; i++)
    to[starts[(from[i] >> shift) & (DIGITS - 1)]++] = from[i];
  return 1;
}

/* Digit by digit from the last (a radix sort). */
static void sort_digits(uint64_t *keys, uint64_t *room, size_t count) {
  uint64_t *from = keys, *to = room;
  for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
    if (move_by_digit(to, from, count, shift)) {
      uint64_t *turned = from;
      from = to;
      to = turned;
    }
  }
  if (from != keys)
    memcpy(keys, from, count * sizeof *keys);
}

void recs__column_sort(double *values, size_t count) {
  uint64_t *keys = to_keys(values, count);
  if (count < MANY)
    recs__sort_u64(keys, count);
  else
    sort_digits(keys, keys + count, count);
  to_values(values, count);
}

static double middle_of(double a, double b, double c) {
  double low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

/* Splits values at a pivot that is one of them: [0, *below) are smaller, [*below, *upto) the same. */
static void split(double *values, size_t count, double pivot, size_t *below, size_t *upto) {
  size_t next = 0;
  for (size_t i = 0; i < count; i++) { /* no branch: the values are in no order */
    double value = values[i];
    values[i] = values[next];
    values[next] = value;
    next += value < pivot;
  }
  *below = next;
  for (size_t i = next; i < count; i++) {
    double value = values[i];
    values[i] = values[next];
    values[next] = value;
    next += value == pivot;
  }
  *upto = next;
}

/* Puts the value of a rank in its place, smaller ones before and greater ones behind it (Hoare's quickselect, which turns to
 * sorting when its pivots are bad). */
static void select_rank(double *values, size_t count, size_t rank) {
  int depth = 0;
  for (size_t rest = count; rest > 1; rest /= 2)
    depth += 2;
  while (count > FEW && depth-- > 0) {
    size_t third = count / 3, below, upto;
    double pivot = middle_of(middle_of(values[0], values[third / 2], values[third]),
                             middle_of(values[third + third / 2], values[count / 2], values[2 * third]),
                             middle_of(values[2 * third + 1], values[count - 2], values[count - 1]));
    split(values, count, pivot, &below, &upto);
    if (rank < below) {
      count = below;
    } else if (rank < upto) {
      return;
    } else {
      values += upto;
      count -= upto;
      rank -= upto;
    }
  }
  recs__sort_u64(to_keys(values, count), count);
  to_values(values, count);
}

double recs__column_quantile(double *values, size_t count, double q) {
  double place = q * (double)(count - 1), part = place - floor(place), above;
  size_t rank = (size_t)place;
  select_rank(values, count, rank);
  if (part == 0)
    return values[rank];
  above = values[rank + 1];
  for (size_t i = rank + 2; i < count; i++)
    above = values[i] < above ? values[i] : above;
  return recs__number_between(values[rank], above, part);
}
