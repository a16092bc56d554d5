#include "lib/data/features/scaler.h"

#include "lib/base/parallel.h"
#include "lib/data/features/quantile.h"

#include <math.h>

/* Columns are learned in blocks of a cache line's width; rows are scaled in ranges. */
enum { COLUMN_BLOCK = 8, ROW_GRAIN = 4096 };

/* How a kind works: a change of each value, then (x - center) / divisor, both learned from a column. NULL: no such step. */
typedef struct scale_kind {
  double (*forward)(double value);
  double (*backward)(double value);
  void (*learn)(const double *column, size_t rows, double *center, double *divisor);
} scale_kind;

static double signed_log(double value) {
  return copysign(log1p(fabs(value)), value);
}

static double signed_exp(double value) {
  return copysign(expm1(fabs(value)), value);
}

static void learn_minmax(const double *column, size_t rows, double *center, double *divisor) {
  double low = column[0], high = column[0];
  for (size_t i = 1; i < rows; i++) {
    low = fmin(low, column[i]);
    high = fmax(high, column[i]);
  }
  *center = low;
  *divisor = high - low;
}

static void learn_z(const double *column, size_t rows, double *center, double *divisor) {
  double sum = 0, squares = 0, mean;
  for (size_t i = 0; i < rows; i++)
    sum += column[i];
  mean = sum / (double)rows;
  for (size_t i = 0; i < rows; i++)
    squares += (column[i] - mean) * (column[i] - mean);
  *center = mean;
  *divisor = sqrt(squares / (double)rows);
}

static void learn_robust(const double *column, size_t rows, double *center, double *divisor) {
  *center = recs__quantile(column, rows, 0.5);
  *divisor = recs__quantile(column, rows, 0.75) - recs__quantile(column, rows, 0.25);
}

static const scale_kind kinds[] = {
    [RECS_SCALE_NONE] = {0},
    [RECS_SCALE_MINMAX] = {.learn = learn_minmax},
    [RECS_SCALE_Z] = {.learn = learn_z},
    [RECS_SCALE_ROBUST] = {.learn = learn_robust},
    [RECS_SCALE_LOG] = {.forward = signed_log, .backward = signed_exp},
    [RECS_SCALE_LOG_Z] = {.forward = signed_log, .backward = signed_exp, .learn = learn_z},
    [RECS_SCALE_L2] = {0}, /* works on rows: nothing is learned */
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void scaler_destroy(void *object) {
  recs_scaler *scaler = object;
  if (scaler->backing != NULL) {
    recs__release(scaler->backing);
    return;
  }
  recs__free(scaler->object.context, scaler->centers);
  recs__free(scaler->object.context, scaler->divisors);
}

static int32_t check_values(const double *values, size_t rows, uint32_t columns) {
  size_t count;
  if (__builtin_mul_overflow(rows, columns, &count))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rows of %u columns are too many", rows, columns);
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "the value of row %zu, column %zu is %g", i / columns, i % columns, values[i]);
  }
  return RECS_OK;
}

static int is_constant(const double *column, size_t rows) {
  for (size_t i = 1; i < rows; i++) {
    if (column[i] != column[0])
      return 0;
  }
  return 1;
}

typedef struct learning {
  recs_scaler *scaler;
  const scale_kind *kind;
  const double *values;
  size_t rows;
} learning;

/* A constant column is told by equality, not by a spread of 0: rounding may give it a tiny one. */
static int32_t learn_column(const learning *job, const double *column, uint32_t index) {
  double *center = &job->scaler->centers[index];
  double *divisor = &job->scaler->divisors[index];
  *center = column[0];
  *divisor = 0;
  if (!is_constant(column, job->rows))
    job->kind->learn(column, job->rows, center, divisor);
  if (!isfinite(*center) || !isfinite(*divisor))
    return recs__fail(RECS_ERROR_NUMERIC, "column %u has values too large to scale", index);
  if (*divisor == 0)
    *divisor = 1;
  return RECS_OK;
}

static int32_t learn_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  const learning *job = payload;
  recs_context *context = job->scaler->object.context;
  double *block = recs__alloc(context, job->rows, (end - begin) * sizeof *block); /* column after column */
  int32_t status = RECS_OK;
  (void)thread;
  if (block == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < job->rows; row++) {
    for (size_t column = begin; column < end; column++) {
      double value = job->values[row * job->scaler->columns + column];
      block[(column - begin) * job->rows + row] = job->kind->forward == NULL ? value : job->kind->forward(value);
    }
  }
  for (size_t column = begin; column < end && status == RECS_OK; column++)
    status = learn_column(job, block + (column - begin) * job->rows, (uint32_t)column);
  recs__free(context, block);
  return status;
}

static int32_t learn(recs_scaler *scaler, const double *values, size_t rows) {
  learning job = {scaler, &kinds[scaler->kind], values, rows};
  recs_context *context = scaler->object.context;
  scaler->centers = recs__alloc_zero(context, scaler->columns, sizeof *scaler->centers);
  scaler->divisors = recs__alloc(context, scaler->columns, sizeof *scaler->divisors);
  if (scaler->centers == NULL || scaler->divisors == NULL)
    return recs__fail_nomem();
  for (uint32_t column = 0; column < scaler->columns; column++)
    scaler->divisors[column] = 1;
  if (job.kind->learn == NULL)
    return RECS_OK;
  return recs__parallel(context, scaler->columns, COLUMN_BLOCK, learn_block, &job, NULL);
}

int32_t recs_scaler_fit(recs_scaler **out, recs_context *context, int32_t kind, const double *values, size_t rows,
                        uint32_t columns) {
  recs_scaler *scaler;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(values);
  if (kind < 0 || kind >= KINDS)
    return recs__fail(RECS_ERROR_INVALID, "kind %d is none of RECS_SCALE_*", kind);
  if (rows == 0 || columns == 0)
    return recs__fail(RECS_ERROR_INVALID, "nothing to learn from %zu rows of %u columns", rows, columns);
  RECS_TRY(check_values(values, rows, columns));
  scaler = recs__object_new(context, sizeof *scaler, scaler_destroy);
  if (scaler == NULL)
    return recs__fail_nomem();
  scaler->kind = kind;
  scaler->columns = columns;
  RECS_GO(learn(scaler, values, rows));
  *out = scaler;
  scaler = NULL;
cleanup:
  recs__release(scaler);
  return status;
}

static void apply_row(const recs_scaler *scaler, double *row) {
  const scale_kind *kind = &kinds[scaler->kind];
  for (uint32_t column = 0; column < scaler->columns; column++) {
    double value = kind->forward == NULL ? row[column] : kind->forward(row[column]);
    row[column] = (value - scaler->centers[column]) / scaler->divisors[column];
  }
}

static void invert_row(const recs_scaler *scaler, double *row) {
  const scale_kind *kind = &kinds[scaler->kind];
  for (uint32_t column = 0; column < scaler->columns; column++) {
    double value = row[column] * scaler->divisors[column] + scaler->centers[column];
    row[column] = kind->backward == NULL ? value : kind->backward(value);
  }
}

/* Divides by the largest value first, so that no square overflows. A row of zeros stays. */
static void shorten_row(const recs_scaler *scaler, double *row) {
  double largest = 0, squares = 0, length;
  for (uint32_t column = 0; column < scaler->columns; column++)
    largest = fmax(largest, fabs(row[column]));
  if (largest == 0)
    return;
  for (uint32_t column = 0; column < scaler->columns; column++)
    squares += (row[column] / largest) * (row[column] / largest);
  length = sqrt(squares);
  for (uint32_t column = 0; column < scaler->columns; column++)
    row[column] = row[column] / largest / length;
}

typedef struct scaling {
  const recs_scaler *scaler;
  void (*scale)(const recs_scaler *scaler, double *row);
  double *values;
} scaling;

static int32_t scale_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  const scaling *job = payload;
  (void)thread;
  for (size_t row = begin; row < end; row++)
    job->scale(job->scaler, job->values + row * job->scaler->columns);
  return RECS_OK;
}

static int32_t scale_all(scaling *job, size_t rows) {
  RECS_TRY(check_values(job->values, rows, job->scaler->columns));
  return recs__parallel(job->scaler->object.context, rows, ROW_GRAIN, scale_rows, job, NULL);
}

int32_t recs_scaler_apply(const recs_scaler *scaler, double *values, size_t rows) {
  scaling job = {scaler, apply_row, values};
  recs__enter();
  RECS_NOT_NULL(scaler);
  RECS_NOT_NULL(values);
  if (scaler->kind == RECS_SCALE_L2)
    job.scale = shorten_row;
  return scale_all(&job, rows);
}

int32_t recs_scaler_invert(const recs_scaler *scaler, double *values, size_t rows) {
  scaling job = {scaler, invert_row, values};
  recs__enter();
  RECS_NOT_NULL(scaler);
  RECS_NOT_NULL(values);
  if (scaler->kind == RECS_SCALE_L2)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "rows that were divided by their length cannot be brought back");
  return scale_all(&job, rows);
}

void recs_scaler_free(recs_scaler *scaler) {
  recs__release(scaler);
}

int32_t recs__scaler_write(const recs_scaler *scaler, recs__writer *writer) {
  RECS_TRY(recs__write_u64(writer, "kind", (uint64_t)scaler->kind));
  RECS_TRY(recs__write_u64(writer, "columns", scaler->columns));
  RECS_TRY(recs__write(writer, "centers", RECS__F64, scaler->centers, scaler->columns));
  return recs__write(writer, "divisors", RECS__F64, scaler->divisors, scaler->columns);
}

static int32_t read_arrays(recs_scaler *scaler, recs__reader *reader) {
  uint64_t kind, columns;
  RECS_TRY(recs__read_u64(reader, "kind", 0, KINDS - 1, &kind));
  RECS_TRY(recs__read_u64(reader, "columns", 1, UINT32_MAX, &columns));
  scaler->kind = (int32_t)kind;
  scaler->columns = (uint32_t)columns;
  RECS_TRY(recs__read_exact(reader, "centers", RECS__F64, &scaler->centers, columns));
  RECS_TRY(recs__read_exact(reader, "divisors", RECS__F64, &scaler->divisors, columns));
  for (uint32_t column = 0; column < scaler->columns; column++) {
    if (!isfinite(scaler->centers[column]) || !isfinite(scaler->divisors[column]) || scaler->divisors[column] == 0)
      return recs__fail(RECS_ERROR_FORMAT, "column %u of a scaler is damaged", column);
  }
  return RECS_OK;
}

int32_t recs__scaler_read(recs_scaler **out, recs__reader *reader) {
  recs_scaler *scaler = recs__object_new(reader->context, sizeof *scaler, scaler_destroy);
  int32_t status;
  *out = NULL;
  if (scaler == NULL)
    return recs__fail_nomem();
  scaler->backing = recs__hold(reader->backing);
  RECS_GO(read_arrays(scaler, reader));
  *out = scaler;
  scaler = NULL;
cleanup:
  recs__release(scaler);
  return status;
}
