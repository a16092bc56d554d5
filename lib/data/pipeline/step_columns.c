/* Columns chosen by name, and told apart by what they miss. */
#include <math.h>

#include "lib/data/pipeline/pipeline_table.h"

static int has_missing(const double *values, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    if (isnan(values[row]))
      return 1;
  }
  return 0;
}

/* Only columns that miss something are told of. */
static int32_t learn_indicate(recs__step *step, const recs__fitting *fit) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < step->count; i++) {
    if (has_missing(fit->columns[step->slots[i]], fit->rows))
      step->slots[kept++] = step->slots[i];
  }
  step->count = kept;
  return recs__step_numbers(step, fit->pipeline->object.context, 0);
}

static uint64_t indicate(const recs__step *step, uint32_t index, double *values, double *target, size_t count) {
  uint64_t missing = 0;
  (void)step;
  (void)index;
  for (size_t i = 0; i < count; i++) {
    target[i] = isnan(values[i]) ? 1 : 0;
    missing += isnan(values[i]) != 0;
  }
  return missing;
}

const recs__step_kind recs__column_kinds[] = {
    {.verb = "select", .method = "", .form = "select[columns]", .summary = "keep only these columns", .what = "selected", .lists = 1,
     .fate = RECS__OTHERS_GO},
    {.verb = "drop", .method = "", .form = "drop[columns]", .summary = "leave these columns out", .what = "dropped", .lists = 1,
     .fate = RECS__COLUMNS_GO},
    {.verb = "indicate", .method = "", .form = "indicate", .summary = "add a column of 0 and 1 for each column with missing values",
     .what = "missing", .adds = RECS__ADDS_ONE, .suffix = "_missing", .learn = learn_indicate, .column = indicate},
    {.verb = NULL},
};
