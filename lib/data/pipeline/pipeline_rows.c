#include "lib/data/pipeline/pipeline_rows.h"

#include <float.h>
#include <math.h>

static int32_t check_names(const recs_table *table) {
  if (table->names == NULL)
    return RECS_OK;
  RECS_NOT_NULL(table->name_offsets);
  for (uint32_t column = 0; column < table->columns; column++) {
    if (table->name_offsets[column] < 0 || table->name_offsets[column + 1] <= table->name_offsets[column])
      return recs__fail(RECS_ERROR_INVALID, "column %u of the table has no name", column);
  }
  return RECS_OK;
}

int32_t recs__table_load(recs_table *out, const recs_table *table) {
  size_t total;
  RECS_NOT_NULL(table);
  if (table->struct_size != sizeof *table)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of recs_table is %zu, not %zu", table->struct_size, sizeof *table);
  *out = *table;
  if (out->reserved != 0)
    return recs__fail(RECS_ERROR_INVALID, "reserved is %u, not 0", out->reserved);
  if (out->columns == 0)
    return recs__fail(RECS_ERROR_INVALID, "the table has no columns");
  if (__builtin_mul_overflow(out->rows, out->columns, &total) || total > SIZE_MAX / sizeof(double))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rows of %u columns are too many", out->rows, out->columns);
  if (out->rows > 0)
    RECS_NOT_NULL(out->values);
  return check_names(out);
}

recs__piece recs__table_name(const recs_table *table, uint32_t column) {
  int64_t begin = table->name_offsets[column];
  return (recs__piece){table->names + begin, (size_t)(table->name_offsets[column + 1] - begin)};
}

/* The first infinite value of the rows, by row. */
static int32_t refuse_infinite(const recs__stretch *rows) {
  char room[RECS__SLOT_NAME];
  for (size_t i = 0; i < rows->count; i++) {
    for (uint32_t slot = 0; slot < rows->pipeline->inputs; slot++) {
      if (isinf(rows->slots[slot][i]))
        return recs__fail(RECS_ERROR_NUMERIC, "row %zu, column %s is %g", recs__row_number(rows, i),
                          recs__slot_name(room, rows->pipeline, slot), rows->slots[slot][i]);
    }
  }
  return RECS_OK;
}

int32_t recs__rows_gather(const recs__stretch *rows, const recs_table *table, const uint32_t *source) {
  int infinite = 0;
  for (uint32_t slot = 0; slot < rows->pipeline->inputs; slot++) {
    const double *from = table->values + rows->first * table->columns + source[slot];
    double *to = rows->slots[slot];
    for (size_t i = 0; i < rows->count; i++) {
      to[i] = from[i * table->columns];
      infinite |= fabs(to[i]) > DBL_MAX;
    }
  }
  return infinite ? refuse_infinite(rows) : RECS_OK;
}

int32_t recs__rows_run(const recs__stretch *rows, const recs__step *step, uint64_t *counts) {
  if (step->kind->rows != NULL)
    return step->kind->rows(step, rows, counts);
  for (uint32_t i = 0; step->kind->column != NULL && i < step->count; i++) {
    double *target = step->kind->adds == RECS__ADDS_NONE ? NULL : rows->slots[step->added + i];
    counts[i] += step->kind->column(step, i, rows->slots[step->slots[i]], target, rows->count);
  }
  return RECS_OK;
}

/* The first value, by row, that may not come out. */
static int32_t refuse_value(const recs__stretch *rows) {
  const recs_pipeline *pipeline = rows->pipeline;
  char room[RECS__SLOT_NAME];
  for (size_t i = 0; i < rows->count; i++) {
    for (uint32_t o = 0; o < pipeline->output_count; o++) {
      uint32_t slot = pipeline->outputs[o];
      double value = rows->slots[slot][i];
      if (isinf(value))
        return recs__fail(RECS_ERROR_NUMERIC, "row %zu, column %s becomes %g", recs__row_number(rows, i),
                          recs__slot_name(room, pipeline, slot), value);
      if (isnan(value) && !pipeline->loose[slot])
        return recs__fail(RECS_ERROR_NUMERIC, "row %zu, column %s is missing and no step fills it", recs__row_number(rows, i),
                          recs__slot_name(room, pipeline, slot));
    }
  }
  return RECS_OK;
}

int32_t recs__rows_check(const recs__stretch *rows) {
  const recs_pipeline *pipeline = rows->pipeline;
  int bad = 0;
  for (uint32_t o = 0; o < pipeline->output_count; o++) {
    const double *values = rows->slots[pipeline->outputs[o]];
    for (size_t i = 0; i < rows->count; i++)
      bad |= !(fabs(values[i]) <= DBL_MAX);
  }
  return bad ? refuse_value(rows) : RECS_OK;
}
