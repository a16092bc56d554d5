/* Kernels: making them, and the similarity of one pair. */
#include "lib/similarity/kernel.h"

#include <float.h>
#include <math.h>

#include "lib/base/context.h"
#include "lib/similarity/rows.h"
#include "lib/similarity/walk.h"

static const recs__field kernel_fields[] = {
    RECS__F64(recs_kernel_options, shrink, 0, DBL_MAX, 0, "multiply by common / (common + shrink)"),
    RECS__F64(recs_kernel_options, alpha, 0, DBL_MAX, 0.5, "Tversky: weight of what only x has"),
    RECS__F64(recs_kernel_options, beta, 0, DBL_MAX, 0.5, "Tversky: weight of what only y has"),
    RECS__F64(recs_kernel_options, k1, 0, 1e6, 100, "BM25: how far repeats count"),
    RECS__F64(recs_kernel_options, b, 0, 1, 0.8, "BM25: how far long rows are held back"),
    RECS__FLAG(recs_kernel_options, zeros, 0, "Pearson over all columns, not over common nonzeros"),
    RECS__RESERVED(recs_kernel_options, reserved),
};
static const recs_schema schema = RECS__SCHEMA("kernel", recs_kernel_options, kernel_fields);

const recs_schema *recs_kernel_schema(void) {
  return &schema;
}

int32_t recs_kernel_options_init(recs_kernel_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

int32_t recs_kernel_create(recs_kernel **out, recs_context *context, int32_t kind, const recs_kernel_options *options) {
  recs_kernel *kernel;
  recs_kernel_options own;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  if (recs__kernel_kind_of(kind, 0) == NULL)
    return recs__fail(RECS_ERROR_INVALID, "kind %d is none of RECS_KERNEL_* that can be made", kind);
  RECS_TRY(recs__options_load(&own, &schema, options));
  kernel = recs__object_new(context, sizeof *kernel, NULL);
  if (kernel == NULL)
    return recs__fail_nomem();
  kernel->kind = kind;
  kernel->options = own;
  kernel->way = recs__kernel_kind_of(kind, own.zeros);
  *out = kernel;
  return RECS_OK;
}

int32_t recs_kernel_create_custom(recs_kernel **out, recs_context *context, recs_kernel_fn function, void *payload) {
  recs_kernel *kernel;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(function);
  kernel = recs__object_new(context, sizeof *kernel, NULL);
  if (kernel == NULL)
    return recs__fail_nomem();
  kernel->kind = RECS_KERNEL_CUSTOM;
  kernel->function = function;
  kernel->payload = payload;
  *out = kernel;
  return RECS_OK;
}

void recs_kernel_free(recs_kernel *kernel) {
  recs__release(kernel);
}

recs__sums recs__kernel_sums(const recs_kernel *kernel) {
  int counts = kernel->options.shrink > 0 && kernel->way->sums == RECS__SUMS_DOT;
  return counts ? RECS__SUMS_BOTH : kernel->way->sums;
}

double recs__kernel_finish(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                           const recs__overlap *overlap, double dimension) {
  double similarity = kernel->way->finish(kernel, x, y, overlap, dimension);
  double shrink = kernel->options.shrink;
  return shrink > 0 ? similarity * (overlap->common / (overlap->common + shrink)) : similarity;
}

static void finish_each(double *restrict out, const recs_kernel *kernel, const recs__facts *x, const recs__pairs *pairs,
                        size_t count, const recs__rows *rows) {
  for (size_t i = 0; i < count; i++) {
    recs__facts y = recs__rows_facts(rows, pairs->ids[i]);
    recs__overlap overlap = {pairs->common[i], pairs->dot[i],       pairs->x_sum[i],
                             pairs->y_sum[i],  pairs->x_squares[i], pairs->y_squares[i]};
    out[i] = kernel->way->finish(kernel, x, &y, &overlap, rows->columns);
  }
}

void recs__kernel_finish_many(double *restrict out, const recs_kernel *kernel, const recs__facts *x,
                              const recs__pairs *pairs, size_t count, const recs__rows *rows) {
  recs__many_fn finish = kernel->way->many[recs__cpu_level(kernel->object.context)];
  double shrink = kernel->options.shrink;
  (finish == NULL ? finish_each : finish)(out, kernel, x, pairs, count, rows);
  for (size_t i = 0; shrink > 0 && i < count; i++)
    out[i] *= pairs->common[i] / (pairs->common[i] + shrink);
}

int32_t recs__kernel_call(double *out, const recs_kernel *kernel, const recs__row *x, const recs__row *y) {
  *out = kernel->function(kernel->payload, x->columns, x->values, x->count, y->columns, y->values, y->count);
  return isnan(*out) ? recs__fail(RECS_ERROR_USER, "the custom kernel gave NaN") : RECS_OK;
}

static void add_facts(recs__facts *facts, double value) {
  facts->count += value != 0;
  facts->sum += value;
  facts->squares += value * value;
}

/* The similarity of two rows by a kernel of the table that needs no matrix. */
static double pair_similarity(const recs_kernel *kernel, const recs__row *x, const recs__row *y, double dimension) {
  recs__walk walk = {x, y, 0, 0};
  recs__facts x_facts = {0, 0, 0}, y_facts = {0, 0, 0};
  recs__overlap overlap = {0, 0, 0, 0, 0, 0};
  double a, b, shrink = kernel->options.shrink;
  while (recs__walk_next(&walk, &a, &b)) {
    add_facts(&x_facts, a);
    add_facts(&y_facts, b);
    overlap.common += a != 0 && b != 0;
    overlap.dot += a * b;
  }
  if (kernel->way->pair == NULL)
    return recs__kernel_finish(kernel, &x_facts, &y_facts, &overlap, dimension);
  a = kernel->way->pair(x, y, dimension);
  return shrink > 0 ? a * (overlap.common / (overlap.common + shrink)) : a;
}

/* Refuses kinds that weigh by what they learn of a matrix. */
static int32_t check_pairs(const recs_kernel *kernel) {
  if (kernel->way != NULL && kernel->way->learn != NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "the %s of two rows needs a matrix to weigh them by", kernel->way->name);
  return RECS_OK;
}

static int32_t check_values(const char *name, const float *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "%s[%zu] is %g", name, i, (double)values[i]);
  }
  return RECS_OK;
}

/* A custom kernel sees sparse rows: the nonzeros of dense ones are copied out. */
static size_t gather(uint32_t *columns, float *values, const float *dense, uint32_t dimension) {
  size_t count = 0;
  for (uint32_t column = 0; column < dimension; column++) {
    if (dense[column] == 0)
      continue;
    columns[count] = column;
    values[count++] = dense[column];
  }
  return count;
}

static int32_t call_dense(double *out, const recs_kernel *kernel, const float *x, const float *y, uint32_t dimension) {
  recs_context *context = kernel->object.context;
  uint32_t *columns = recs__alloc(context, dimension, 2 * sizeof *columns);
  float *values = recs__alloc(context, dimension, 2 * sizeof *values);
  int32_t status;
  if (columns == NULL || values == NULL) {
    status = recs__fail_nomem();
  } else {
    recs__row left = {columns, values, gather(columns, values, x, dimension)};
    recs__row right = {columns + left.count, values + left.count, 0};
    right.count = gather(columns + left.count, values + left.count, y, dimension);
    status = recs__kernel_call(out, kernel, &left, &right);
  }
  recs__free(context, columns);
  recs__free(context, values);
  return status;
}

int32_t recs_kernel_dense(double *out, const recs_kernel *kernel, const float *x, const float *y, uint32_t dimension) {
  recs__row left = {NULL, x, dimension}, right = {NULL, y, dimension};
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_NOT_NULL(kernel);
  if (dimension > 0) {
    RECS_NOT_NULL(x);
    RECS_NOT_NULL(y);
  }
  RECS_TRY(check_pairs(kernel));
  RECS_TRY(check_values("x", x, dimension));
  RECS_TRY(check_values("y", y, dimension));
  if (kernel->function != NULL)
    return call_dense(out, kernel, x, y, dimension);
  *out = pair_similarity(kernel, &left, &right, dimension);
  return RECS_OK;
}

int32_t recs__check_row(const char *name, const uint32_t *columns, const float *values, size_t count,
                        uint32_t dimension) {
  if (count > 0 && (columns == NULL || values == NULL))
    return recs__fail(RECS_ERROR_INVALID, "%s is NULL", name);
  for (size_t i = 0; i < count; i++) {
    if (columns[i] >= dimension)
      return recs__fail(RECS_ERROR_INVALID, "%s has column %u, not below %u", name, columns[i], dimension);
    if (i > 0 && columns[i] <= columns[i - 1])
      return recs__fail(RECS_ERROR_INVALID, "%s has column %u after %u: not ascending", name, columns[i],
                        columns[i - 1]);
  }
  return check_values(name, values, count);
}

int32_t recs_kernel_sparse(double *out, const recs_kernel *kernel, const uint32_t *x_columns, const float *x_values,
                           size_t x_count, const uint32_t *y_columns, const float *y_values, size_t y_count,
                           uint32_t dimension) {
  recs__row x = {x_columns, x_values, x_count}, y = {y_columns, y_values, y_count};
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_NOT_NULL(kernel);
  RECS_TRY(check_pairs(kernel));
  RECS_TRY(recs__check_row("x", x_columns, x_values, x_count, dimension));
  RECS_TRY(recs__check_row("y", y_columns, y_values, y_count, dimension));
  if (kernel->function != NULL)
    return recs__kernel_call(out, kernel, &x, &y);
  *out = pair_similarity(kernel, &x, &y, dimension);
  return RECS_OK;
}

int32_t recs__kernel_write(const recs_kernel *kernel, recs__writer *writer) {
  const double numbers[] = {kernel->options.shrink, kernel->options.alpha, kernel->options.beta, kernel->options.k1,
                            kernel->options.b};
  if (kernel->way == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "a custom kernel is a function of the host: it cannot be written");
  RECS_TRY(recs__write_u64(writer, "kind", (uint64_t)kernel->kind));
  RECS_TRY(recs__write_u64(writer, "zeros", (uint64_t)kernel->options.zeros));
  return recs__write(writer, "numbers", RECS__F64, numbers, sizeof numbers / sizeof *numbers);
}

int32_t recs__kernel_read(recs_kernel **out, recs__reader *reader) {
  recs_kernel_options options;
  const double *numbers;
  uint64_t kind, zeros;
  *out = NULL;
  RECS_TRY(recs_kernel_options_init(&options, sizeof options));
  RECS_TRY(recs__read_u64(reader, "kind", 0, INT32_MAX, &kind));
  RECS_TRY(recs__read_u64(reader, "zeros", 0, 1, &zeros));
  RECS_TRY(recs__read_exact(reader, "numbers", RECS__F64, &numbers, 5));
  options.shrink = numbers[0];
  options.alpha = numbers[1];
  options.beta = numbers[2];
  options.k1 = numbers[3];
  options.b = numbers[4];
  options.zeros = (int32_t)zeros;
  switch (recs_kernel_create(out, reader->context, (int32_t)kind, &options)) {
  case RECS_OK:
    return RECS_OK;
  case RECS_ERROR_NOMEM:
    return RECS_ERROR_NOMEM;
  default:
    return recs__fail(RECS_ERROR_FORMAT, "a kernel of kind %u is damaged", (uint32_t)kind);
  }
}
