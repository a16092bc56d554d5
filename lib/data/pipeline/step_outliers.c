/* Bounds of a column, and what is done with the values outside of them: clip, blank, flag, exclude. */
#include <math.h>

#include "lib/data/pipeline/column.h"
#include "lib/data/pipeline/pipeline.h"

/* Of normal values the MAD times this is the standard deviation: 1 over the normal distribution's third quartile. */
static const double mad_scale = 1.4826022185056018;

/* Where the spread is 0 most values are the same, and nothing tells what is far from them: then no value is. */
static void set_bounds(double *bounds, double low, double high, double reach, const double *values, size_t count) {
  if (reach == 0) {
    recs__column_range(&bounds[0], &bounds[1], values, count);
  } else {
    bounds[0] = low - reach;
    bounds[1] = high + reach;
  }
}

static void learn_iqr(double *bounds, const recs__step *step, double *values, size_t count) {
  double low = recs__column_quantile(values, count, 0.25), high = recs__column_quantile(values, count, 0.75);
  double spread = high - low;
  set_bounds(bounds, low, high, spread == 0 ? 0 : step->arguments[0] * spread, values, count);
}

static void learn_mad(double *bounds, const recs__step *step, double *values, size_t count) {
  double center = recs__column_quantile(values, count, 0.5), low, high, spread;
  recs__column_range(&low, &high, values, count);
  for (size_t i = 0; i < count; i++)
    values[i] = fabs(values[i] - center);
  spread = mad_scale * recs__column_quantile(values, count, 0.5);
  bounds[0] = spread == 0 ? low : center - step->arguments[0] * spread;
  bounds[1] = spread == 0 ? high : center + step->arguments[0] * spread;
}

static void learn_z(double *bounds, const recs__step *step, double *values, size_t count) {
  double center = recs__column_mean(values, count), spread = recs__column_deviation(values, count, center);
  set_bounds(bounds, center, center, spread == 0 ? 0 : step->arguments[0] * spread, values, count);
}

static void learn_quantiles(double *bounds, const recs__step *step, double *values, size_t count) {
  bounds[0] = recs__column_quantile(values, count, step->arguments[0]);
  bounds[1] = recs__column_quantile(values, count, step->arguments[1]);
}

static void learn_range(double *bounds, const recs__step *step, double *values, size_t count) {
  (void)values;
  (void)count;
  bounds[0] = step->arguments[0];
  bounds[1] = step->arguments[1];
}

static uint64_t clip(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  double low = step->numbers[step->offsets[index]], high = step->numbers[step->offsets[index] + 1];
  uint64_t outside = 0;
  (void)target;
  for (size_t i = 0; i < count; i++) {
    double value = values[i];
    outside += (uint64_t)((value < low) | (value > high));
    value = value < low ? low : value;
    values[i] = value > high ? high : value;
  }
  return outside;
}

static uint64_t blank(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  double low = step->numbers[step->offsets[index]], high = step->numbers[step->offsets[index] + 1];
  uint64_t outside = 0;
  (void)target;
  for (size_t i = 0; i < count; i++) {
    int out = (values[i] < low) | (values[i] > high);
    outside += (uint64_t)out;
    values[i] = out ? NAN : values[i];
  }
  return outside;
}

/* Marks where there is a target, else counts only: rows are left out by who fits. */
static uint64_t mark(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  double low = step->numbers[step->offsets[index]], high = step->numbers[step->offsets[index] + 1];
  uint64_t outside = 0;
  for (size_t i = 0; i < count; i++) {
    int out = (values[i] < low) | (values[i] > high);
    outside += (uint64_t)out;
    if (target != NULL)
      target[i] = out;
  }
  return outside;
}

static int bounds_sound(const recs__step *step) {
  int sound = 1;
  for (uint32_t i = 0; i < step->count; i++)
    sound &= step->numbers[step->offsets[i]] <= step->numbers[step->offsets[i] + 1];
  return sound;
}

#define REACH(low, default) {{"K", default, low, HUGE_VAL, 0}}
#define QUANTILES {{"L", 0.01, 0, 1, 0}, {"H", 0.99, 0, 1, 0}}
#define RANGE {{"L", NAN, -HUGE_VAL, HUGE_VAL, 0}, {"H", NAN, -HUGE_VAL, HUGE_VAL, 0}}

/* The five bounds of a verb. */
#define BOUNDS(name, done, ...)                                                                                          \
  {.verb = name, .method = "iqr", .form = name "=iqr:K", .summary = done "more than K (1.5) quartile distances beyond the quartiles", \
   .width = 2, .arguments = REACH(0, 1.5), .learn_column = learn_iqr, .sound = bounds_sound, __VA_ARGS__},               \
  {.verb = name, .method = "mad", .form = name "=mad:K", .summary = done "more than K (3.5) times 1.4826 MAD from the median",    \
   .width = 2, .arguments = REACH(0, 3.5), .learn_column = learn_mad, .sound = bounds_sound, __VA_ARGS__},               \
  {.verb = name, .method = "z", .form = name "=z:K", .summary = done "more than K (3) standard deviations from the mean",         \
   .width = 2, .arguments = REACH(0, 3), .learn_column = learn_z, .sound = bounds_sound, __VA_ARGS__},                   \
  {.verb = name, .method = "quantile", .form = name "=quantile:L:H", .summary = done "outside of the quantiles L (0.01) and H (0.99)", \
   .width = 2, .arguments = QUANTILES, .learn_column = learn_quantiles, .sound = bounds_sound, __VA_ARGS__},             \
  {.verb = name, .method = "range", .form = name "=range:L:H", .summary = done "outside of L to H", .width = 2,       \
   .arguments = RANGE, .blind = 1, .learn_column = learn_range, .sound = bounds_sound, __VA_ARGS__}

const recs__step_kind recs__outlier_kinds[] = {
    BOUNDS("clip", "pull to the bound what is ", .what = "clipped", .column = clip),
    BOUNDS("blank", "make missing what is ", .what = "blanked", .column = blank),
    BOUNDS("flag", "add a column of 0 and 1 for what is ", .what = "flagged", .column = mark, .adds = RECS__ADDS_ONE,
           .suffix = "_outlier"),
    BOUNDS("exclude", "learn what follows without rows that have a value ", .what = "excluded", .column = mark,
           .excludes = 1),
    {.verb = NULL},
};
