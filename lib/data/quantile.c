#include "lib/data/quantile.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* Doubles as integers in the same order: negative ones have all bits flipped, the others the sign alone. */
static uint64_t key_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key) {
  uint64_t bits = key >> 63 ? key ^ UINT64_C(1) << 63 : ~key;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The rank-th smallest, from 0: finds its key digit by digit from the top, each time counting the values that agree so far. */
static double select_rank(const double *values, size_t count, size_t rank) {
  uint64_t prefix = 0;
  int known = 0; /* bits of the key that prefix holds */
  while (known < 64) {
    int bits = 64 - known < DIGIT_BITS ? 64 - known : DIGIT_BITS;
    int shift = 64 - known - bits;
    size_t sizes[DIGITS] = {0};
    uint64_t digit = 0;
    for (size_t i = 0; i < count; i++) {
      uint64_t key = key_of(values[i]);
      if (!isnan(values[i]) && (known == 0 || key >> (64 - known) == prefix))
        sizes[(key >> shift) & ((UINT64_C(1) << bits) - 1)] += 1;
    }
    while (rank >= sizes[digit])
      rank -= sizes[digit++];
    prefix = prefix << bits | digit;
    known += bits;
  }
  return value_of(prefix);
}

double recs__quantile(const double *values, size_t count, double q) {
  size_t numbers = 0;
  double place, below, above, part;
  for (size_t i = 0; i < count; i++)
    numbers += isnan(values[i]) ? 0 : 1;
  if (numbers == 0)
    return NAN;
  place = q * (double)(numbers - 1);
  below = select_rank(values, count, (size_t)place);
  part = place - floor(place);
  if (part == 0)
    return below;
  above = select_rank(values, count, (size_t)place + 1);
  return part < 0.5 ? below + (above - below) * part : above - (above - below) * (1 - part);
}
