/* Values as places among quantiles. */
#include <math.h>

#include "lib/data/column.h"
#include "lib/data/pipeline.h"
#include "lib/data/quantile.h"

enum { MOST_QUANTILES = 100000 };

static size_t rank_width(const recs__step *step, size_t rows) {
  return step->arguments[0] < (double)rows ? (size_t)step->arguments[0] : rows;
}

/* The place of knot number i among n: 0 to 1. */
static double place_of(size_t i, size_t n) {
  return n == 1 ? 0 : (double)i / (double)(n - 1);
}

static void learn_rank(double *numbers, const recs__step *step, double *values, size_t count) {
  size_t knots = (size_t)(step->offsets[1] - step->offsets[0]);
  recs__column_sort(values, count);
  for (size_t i = 0; i < knots; i++) {
    double at = place_of(i, knots) * (double)(count - 1);
    size_t below = (size_t)at, above = below + 1 < count ? below + 1 : below;
    numbers[i] = recs__number_between(values[below], values[above], at - floor(at));
    if (i > 0 && numbers[i] < numbers[i - 1])
      numbers[i] = numbers[i - 1]; /* by rounding */
  }
}

/* How many knots are below a value, or not above it. */
static size_t count_below(const double *knots, size_t count, double value, int equal_too) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (knots[middle] < value || (equal_too && knots[middle] == value))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Between the first and the last knot. On a run of equal knots the middle of their places; else both ends give the same line. */
static double rank_of(const double *knots, size_t n, double value) {
  size_t first = count_below(knots, n, value, 0), behind = count_below(knots, n, value, 1);
  double part;
  if (behind > first)
    return (place_of(first, n) + place_of(behind - 1, n)) / 2;
  part = (value - knots[first - 1]) / (knots[first] - knots[first - 1]);
  return recs__number_between(place_of(first - 1, n), place_of(first, n), part);
}

static uint64_t rank(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  const double *knots = step->numbers + step->offsets[index];
  size_t n = (size_t)(step->offsets[index + 1] - step->offsets[index]);
  uint64_t outside = 0;
  (void)target;
  for (size_t i = 0; i < count; i++) {
    double value = values[i];
    outside += value < knots[0] || value > knots[n - 1];
    if (value <= knots[0])
      values[i] = 0;
    else if (value >= knots[n - 1])
      values[i] = place_of(n - 1, n);
    else if (!isnan(value))
      values[i] = rank_of(knots, n, value);
  }
  return outside;
}

static const char *show_ends(double *low, double *high, const recs__step *step, uint32_t index) {
  *low = step->numbers[step->offsets[index]];
  *high = step->numbers[step->offsets[index + 1] - 1];
  return step->kind->what;
}

static int rank_sound(const recs__step *step) {
  for (uint32_t i = 0; i < step->count; i++) {
    if (step->offsets[i + 1] == step->offsets[i])
      return 0;
    for (int64_t n = step->offsets[i] + 1; n < step->offsets[i + 1]; n++) {
      if (step->numbers[n] < step->numbers[n - 1])
        return 0;
    }
  }
  return 1;
}

const recs__step_kind recs__rank_kinds[] = {
    {.verb = "scale", .method = "rank", .form = "scale=rank:N", .summary = "its place among N (1000) quantiles, 0 to 1", .what = "scaled",
     .arguments = {{"N", 1000, 1, MOST_QUANTILES, 1}}, .width_of = rank_width, .learn_column = learn_rank, .column = rank,
     .shown = show_ends, .sound = rank_sound},
    {.verb = NULL},
};
