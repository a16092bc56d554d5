/* The rows of a fit: whether they are fit for it, their means and their spread. */
#include "lib/analyze/kmeans.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Rows and centres lie within the limit of 0, so minus the columns' means within twice that. A score is a squared
 * length and a product twice over: columns x (2 x 2 limit)^2 has room for every sum on the way. */
float recs__kmeans_limit(uint32_t columns) {
  return sqrtf(FLT_MAX / 32.0f / (float)columns);
}

int32_t recs__kmeans_shape(const float *values, size_t rows, uint32_t columns) {
  size_t bytes;
  RECS_NOT_NULL(values);
  if (rows == 0 || columns == 0)
    return recs__fail(RECS_ERROR_INVALID, "nothing to do with %zu rows of %u columns", rows, columns);
  if (rows >= RECS_NO_ROW || __builtin_mul_overflow(rows, columns * sizeof *values, &bytes))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rows of %u columns are too many", rows, columns);
  return RECS_OK;
}

int32_t recs__kmeans_check(const char *what, const float *rows, size_t first, size_t count, uint32_t columns) {
  float limit = recs__kmeans_limit(columns);
  for (size_t i = 0; i < count * columns; i++) {
    if (!(fabsf(rows[i]) <= limit)) {
      size_t row = first + i / columns, column = i % columns;
      return recs__fail(RECS_ERROR_NUMERIC, "the value of %s %zu, column %zu is %g%s", what, row, column,
                        (double)rows[i], isfinite(rows[i]) ? ": squared distances would overflow" : "");
    }
  }
  return RECS_OK;
}

/* Sums of one kind over all rows, by block and column. */
typedef struct summing {
  const recs__points *points;
  const float *means; /* NULL in the first pass, which checks and adds; then squares of differences are added */
  double *sums;       /* blocks x columns */
} summing;

static int32_t sum_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  summing *job = payload;
  uint32_t columns = job->points->columns;
  const float *row = job->points->values + begin * columns;
  double *sums = job->sums + begin / job->points->grain * columns;
  (void)thread;
  memset(sums, 0, columns * sizeof *sums);
  if (job->means == NULL)
    RECS_TRY(recs__kmeans_check("row", row, begin, end - begin, columns));
  for (size_t i = begin; i < end; i++, row += columns) {
    for (uint32_t j = 0; j < columns; j++) {
      double value = job->means == NULL ? (double)row[j] : (double)row[j] - (double)job->means[j];
      sums[j] += job->means == NULL ? value : value * value;
    }
  }
  return RECS_OK;
}

/* Runs a pass and gathers the sums of the blocks, in order, in those of the first. */
static int32_t sum_rows(summing *job) {
  const recs__points *points = job->points;
  RECS_TRY(recs__parallel(points->context, points->rows, points->grain, sum_block, job, NULL));
  for (size_t block = 1; block < points->blocks; block++) {
    for (uint32_t j = 0; j < points->columns; j++)
      job->sums[j] += job->sums[block * points->columns + j];
  }
  return RECS_OK;
}

int32_t recs__kmeans_moments(float *means, double *variance, const recs__points *points) {
  summing job = {points, NULL, NULL};
  double total = 0;
  int32_t status;
  job.sums = recs__alloc(points->context, points->blocks, points->columns * sizeof *job.sums);
  if (job.sums == NULL)
    return recs__fail_nomem();
  RECS_GO(sum_rows(&job));
  for (uint32_t j = 0; j < points->columns; j++)
    means[j] = (float)(job.sums[j] / (double)points->rows);
  if (variance != NULL) {
    job.means = means;
    RECS_GO(sum_rows(&job));
    for (uint32_t j = 0; j < points->columns; j++)
      total += job.sums[j];
    *variance = total / (double)points->rows / points->columns;
  }
cleanup:
  recs__free(points->context, job.sums);
  return status;
}
