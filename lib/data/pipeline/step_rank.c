/* Values as places among quantiles. */
#include <math.h>
#include <string.h>

#include "lib/data/pipeline/column.h"
#include "lib/data/pipeline/pipeline.h"
#include "lib/data/features/quantile.h"

enum { MOST_QUANTILES = 100000, GROUP = 8 };

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

/* How many knots are below each value: all searches of a group halve at once, without a branch. */
static void count_below(size_t out[GROUP], const double *knots, size_t n, const double values[GROUP]) {
  for (size_t lane = 0; lane < GROUP; lane++)
    out[lane] = 0;
  while (n > 1) {
    size_t half = n / 2;
    for (size_t lane = 0; lane < GROUP; lane++)
      out[lane] += knots[out[lane] + half - 1] < values[lane] ? half : 0;
    n -= half;
  }
  for (size_t lane = 0; lane < GROUP; lane++)
    out[lane] += knots[out[lane]] < values[lane];
}

/* The last of the knots that are equal to the first of them. */
static size_t find_last(const double *knots, size_t n, size_t first) {
  size_t low = first, high = n;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (knots[middle] == knots[first])
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* The place of a value between the first and the last knot, `first` of which are below it. On a run of equal knots it is the middle of
 * their places. */
static double rank_of(const double *knots, size_t n, size_t first, double value) {
  double part;
  if (knots[first] == value) {
    size_t last = find_last(knots, n, first);
    return (place_of(first, n) + place_of(last, n)) / 2;
  }
  part = (value - knots[first - 1]) / (knots[first] - knots[first - 1]);
  return recs__number_between(place_of(first - 1, n), place_of(first, n), part);
}

static void rank_group(double *values, const double *knots, size_t n) {
  size_t below[GROUP];
  count_below(below, knots, n, values);
  for (size_t lane = 0; lane < GROUP; lane++) {
    double value = values[lane];
    if (value <= knots[0])
      values[lane] = 0;
    else if (value >= knots[n - 1])
      values[lane] = place_of(n - 1, n);
    else if (!isnan(value))
      values[lane] = rank_of(knots, n, below[lane], value);
  }
}

static uint64_t rank(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  const double *knots = step->numbers + step->offsets[index];
  size_t n = (size_t)(step->offsets[index + 1] - step->offsets[index]);
  double rest[GROUP] = {0};
  uint64_t outside = 0;
  size_t i = 0;
  (void)target;
  for (size_t v = 0; v < count; v++)
    outside += (uint64_t)((values[v] < knots[0]) | (values[v] > knots[n - 1]));
  for (; i + GROUP <= count; i += GROUP)
    rank_group(values + i, knots, n);
  memcpy(rest, values + i, (count - i) * sizeof *rest);
  rank_group(rest, knots, n);
  memcpy(values + i, rest, (count - i) * sizeof *rest);
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
