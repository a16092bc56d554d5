/* Transforms of each value, scaling of columns and of rows. */
#include <math.h>

#include "lib/data/pipeline/column.h"
#include "lib/data/pipeline/logs.h"
#include "lib/data/pipeline/pipeline.h"

/* What a scaling learns of a column. */
enum { CENTER, DIVISOR, CONSTANT, SCALE_WIDTH };

static uint64_t count_negative(const double *values, size_t count) {
  uint64_t below = 0;
  for (size_t i = 0; i < count; i++)
    below += values[i] < 0;
  return below;
}

static int32_t take_logs(const recs__step *step, const recs__stretch *rows, uint64_t *counts) {
  recs__logs_fn logs = recs__logs_of(recs_context_cpu(rows->pipeline->object.context));
  for (uint32_t j = 0; j < step->count; j++) {
    double *values = rows->slots[step->slots[j]];
    counts[j] += count_negative(values, rows->count);
    logs(values, rows->count);
  }
  return RECS_OK;
}

static uint64_t take_roots(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  uint64_t below = count_negative(values, count);
  (void)step;
  (void)index;
  (void)target;
  for (size_t i = 0; i < count; i++)
    values[i] = copysign(sqrt(fabs(values[i])), values[i]);
  return below;
}

/* A constant column is told by equality, not by a spread of 0, which rounding may make a tiny one. */
static int is_constant(double *numbers, const double *values, size_t count) {
  double low, high;
  recs__column_range(&low, &high, values, count);
  numbers[CENTER] = low;
  numbers[DIVISOR] = high - low;
  numbers[CONSTANT] = low == high;
  if (low == high)
    numbers[DIVISOR] = 1;
  return low == high;
}

static void learn_minmax(double *numbers, const recs__step *step, double *values, size_t count) {
  (void)step;
  is_constant(numbers, values, count);
}

static void learn_z(double *numbers, const recs__step *step, double *values, size_t count) {
  double divisor;
  (void)step;
  if (is_constant(numbers, values, count))
    return;
  numbers[CENTER] = recs__column_mean(values, count);
  divisor = recs__column_deviation(values, count, numbers[CENTER]);
  numbers[DIVISOR] = divisor == 0 ? 1 : divisor;
}

static void learn_robust(double *numbers, const recs__step *step, double *values, size_t count) {
  double low, high;
  (void)step;
  if (is_constant(numbers, values, count))
    return;
  numbers[CENTER] = recs__column_quantile(values, count, 0.5);
  low = recs__column_quantile(values, count, 0.25);
  high = recs__column_quantile(values, count, 0.75);
  numbers[DIVISOR] = high == low ? 1 : high - low;
}

static uint64_t scale(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  const double *numbers = step->numbers + step->offsets[index];
  double center = numbers[CENTER], divisor = numbers[DIVISOR];
  uint64_t constant = 0;
  (void)target;
  for (size_t i = 0; i < count; i++) {
    constant += values[i] == center;
    values[i] = (values[i] - center) / divisor;
  }
  return numbers[CONSTANT] != 0 ? constant : 0;
}

static const char *show_scale(double *low, double *high, const recs__step *step, uint32_t index) {
  (void)low;
  (void)high;
  return step->numbers[step->offsets[index] + CONSTANT] != 0 ? "constant" : "scaled";
}

static int scale_sound(const recs__step *step) {
  int sound = 1;
  for (uint32_t i = 0; i < step->count; i++)
    sound &= step->numbers[step->offsets[i] + DIVISOR] > 0;
  return sound;
}

/* The largest of each row, so that no square overflows; 1 for a row of zeros, which stays. */
static void find_largest(double *largest, const recs__step *step, const recs__stretch *rows) {
  for (size_t i = 0; i < rows->count; i++)
    largest[i] = 0;
  for (uint32_t j = 0; j < step->count; j++) {
    const double *values = rows->slots[step->slots[j]];
    for (size_t i = 0; i < rows->count; i++)
      largest[i] = fabs(values[i]) > largest[i] ? fabs(values[i]) : largest[i];
  }
  for (size_t i = 0; i < rows->count; i++)
    largest[i] = largest[i] > 0 ? largest[i] : 1;
}

/* The length of a row with a missing value is missing. */
static int32_t shorten(const recs__step *step, const recs__stretch *rows, uint64_t *counts) {
  double largest[RECS__STEP_BLOCK], lengths[RECS__STEP_BLOCK] = {0};
  (void)counts;
  find_largest(largest, step, rows);
  for (uint32_t j = 0; j < step->count; j++) {
    double *values = rows->slots[step->slots[j]];
    for (size_t i = 0; i < rows->count; i++) {
      values[i] /= largest[i];
      lengths[i] += values[i] * values[i];
    }
  }
  for (size_t i = 0; i < rows->count; i++)
    lengths[i] = lengths[i] == 0 ? 1 : sqrt(lengths[i]);
  for (uint32_t j = 0; j < step->count; j++) {
    double *values = rows->slots[step->slots[j]];
    for (size_t i = 0; i < rows->count; i++)
      values[i] /= lengths[i];
  }
  return RECS_OK;
}

const recs__step_kind recs__scale_kinds[] = {
    {.verb = "log", .method = "", .form = "log", .summary = "sign(x) ln(1 + |x|)", .what = "transformed", .rows = take_logs},
    {.verb = "sqrt", .method = "", .form = "sqrt", .summary = "sign(x) sqrt(|x|)", .what = "transformed", .column = take_roots},
    {.verb = "scale", .method = "z", .form = "scale=z", .summary = "(x - mean) / standard deviation", .what = "scaled",
     .width = SCALE_WIDTH, .learn_column = learn_z, .column = scale, .shown = show_scale, .sound = scale_sound},
    {.verb = "scale", .method = "robust", .form = "scale=robust", .summary = "(x - median) / (third - first quartile)", .what = "scaled",
     .width = SCALE_WIDTH, .learn_column = learn_robust, .column = scale, .shown = show_scale, .sound = scale_sound},
    {.verb = "scale", .method = "minmax", .form = "scale=minmax", .summary = "(x - min) / (max - min)", .what = "scaled",
     .width = SCALE_WIDTH, .learn_column = learn_minmax, .column = scale, .shown = show_scale, .sound = scale_sound},
    {.verb = "scale", .method = "l2", .form = "scale=l2", .summary = "each row divided by its Euclidean length", .what = "scaled",
     .rows = shorten},
    {.verb = NULL},
};
