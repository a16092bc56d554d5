/* Missing values filled by a number, let through, or refused. */
#include <math.h>

#include "lib/data/pipeline/column.h"
#include "lib/data/pipeline/pipeline.h"

static void learn_mean(double *numbers, const recs__step *step, double *values, size_t count) {
  (void)step;
  *numbers = recs__column_mean(values, count);
}

static void learn_median(double *numbers, const recs__step *step, double *values, size_t count) {
  (void)step;
  *numbers = recs__column_quantile(values, count, 0.5);
}

/* The longest run of equal values in order; of runs as long the first. */
static void learn_frequent(double *numbers, const recs__step *step, double *values, size_t count) {
  size_t longest = 0, begin = 0;
  (void)step;
  recs__column_sort(values, count);
  for (size_t i = 1; i <= count; i++) {
    if (i < count && values[i] == values[begin])
      continue;
    if (i - begin > longest) {
      longest = i - begin;
      *numbers = values[begin];
    }
    begin = i;
  }
}

static void learn_constant(double *numbers, const recs__step *step, double *values, size_t count) {
  (void)values;
  (void)count;
  *numbers = step->arguments[0];
}

static uint64_t fill(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  double value = step->numbers[step->offsets[index]];
  uint64_t filled = 0;
  (void)target;
  for (size_t i = 0; i < count; i++) {
    int missing = isnan(values[i]) != 0;
    filled += (uint64_t)missing;
    values[i] = missing ? value : values[i];
  }
  return filled;
}

static uint64_t count_missing(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  uint64_t missing = 0;
  (void)step;
  (void)index;
  (void)target;
  for (size_t i = 0; i < count; i++)
    missing += isnan(values[i]) != 0;
  return missing;
}

/* The first missing value by row, then by column. */
static int32_t refuse(const recs__step *step, const recs__stretch *rows, uint64_t *counts) {
  char room[RECS__SLOT_NAME];
  (void)counts;
  for (size_t i = 0; i < rows->count; i++) {
    for (uint32_t j = 0; j < step->count; j++) {
      if (isnan(rows->slots[step->slots[j]][i]))
        return recs__fail(RECS_ERROR_NUMERIC, "row %zu, column %s is missing, which impute=refuse does not allow",
                          recs__row_number(rows, i), recs__slot_name(room, rows->pipeline, step->slots[j]));
    }
  }
  return RECS_OK;
}

/* The one number that missing values are filled with. */
static const char *show_fill(double *low, double *high, const recs__step *step, uint32_t index) {
  (void)index;
  *high = *low;
  return step->kind->what;
}

const recs__step_kind recs__impute_kinds[] = {
    {.verb = "impute", .method = "mean", .form = "impute=mean", .summary = "fill missing values with the column's mean",
     .what = "filled", .width = 1, .learn_column = learn_mean, .column = fill, .shown = show_fill},
    {.verb = "impute", .method = "median", .form = "impute=median", .summary = "fill missing values with the column's median",
     .what = "filled", .width = 1, .learn_column = learn_median, .column = fill, .shown = show_fill},
    {.verb = "impute", .method = "most-frequent", .form = "impute=most-frequent",
     .summary = "fill missing values with the column's most frequent value, of several the smallest",
     .what = "filled", .width = 1, .learn_column = learn_frequent, .column = fill, .shown = show_fill},
    {.verb = "impute", .method = "constant", .form = "impute=constant:V", .summary = "fill missing values with the number V",
     .arguments = {{"V", NAN, -HUGE_VAL, HUGE_VAL, 0}},
     .what = "filled", .width = 1, .blind = 1, .learn_column = learn_constant, .column = fill, .shown = show_fill},
    {.verb = "impute", .method = "keep", .form = "impute=keep", .summary = "let missing values through to the result",
     .what = "kept", .keeps = 1, .column = count_missing},
    {.verb = "impute", .method = "refuse", .form = "impute=refuse", .summary = "refuse missing values, by row and column",
     .what = "refused", .rows = refuse},
    {.verb = NULL},
};
