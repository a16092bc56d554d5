/* The rows of a fit: whether they are fit for it, how distances see them, their means and their spread. */
#include "lib/analyze/clusters/kmeans.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Blocks have at least BLOCK_ROWS rows and two a cluster, so that their sums stay smaller than the data; they are at
 * most BLOCKS. */
enum { BLOCK_ROWS = 1024, BLOCKS = 64 };

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
  int bad = 0;
  for (size_t i = 0; i < count * columns; i++) /* without a way out, which would keep it from being done in vectors */
    bad |= !(fabsf(rows[i]) <= limit);
  for (size_t i = 0; bad && i < count * columns; i++) {
    if (!(fabsf(rows[i]) <= limit)) {
      size_t row = first + i / columns, column = i % columns;
      return recs__fail(RECS_ERROR_NUMERIC, "the value of %s %zu, column %zu is %g%s", what, row, column,
                        (double)rows[i], isfinite(rows[i]) ? ": squared distances would overflow" : "");
    }
  }
  return RECS_OK;
}

int32_t recs__kmeans_check_rows(const char *what, const float *rows, size_t first, size_t count, uint32_t columns,
                                int32_t distance) {
  RECS_TRY(recs__kmeans_check(what, rows, first, count, columns));
  for (size_t r = 0; distance == RECS_DISTANCE_COSINE && r < count; r++) {
    uint32_t j = 0;
    while (j < columns && rows[r * columns + j] == 0)
      j++;
    if (j == columns)
      return recs__fail(RECS_ERROR_NUMERIC, "%s %zu is all zeros, which have no cosine", what, first + r);
  }
  return RECS_OK;
}

void recs__points_cut(recs__points *points, uint32_t clusters) {
  size_t grain = points->rows / BLOCKS + 1;
  if (grain < BLOCK_ROWS)
    grain = BLOCK_ROWS;
  if (grain < 2 * (size_t)clusters)
    grain = 2 * (size_t)clusters;
  points->grain = (grain + RECS__PANEL - 1) / RECS__PANEL * RECS__PANEL;
  points->blocks = (points->rows + points->grain - 1) / points->grain;
}

void recs__unit_rows(float *out, const recs__panel_kernels *kernels, const float *rows, const float *zeros,
                     size_t count, uint32_t columns) {
  static const uint32_t labels[RECS__PANEL]; /* all measured from the zeros */
  double squares[RECS__PANEL];
  kernels->measure(squares, rows, zeros, labels, count, columns);
  for (size_t r = 0; r < count; r++) {
    double factor = 1 / sqrt(squares[r]);
    for (size_t j = 0; j < columns; j++)
      out[r * columns + j] = (float)(factor * (double)rows[r * columns + j]);
  }
}

const float *recs__points_take(const recs__points *points, uint32_t thread, size_t first, size_t count) {
  const float *rows = points->values + first * points->columns;
  float *room;
  if (points->distance != RECS_DISTANCE_COSINE)
    return rows;
  room = recs__panels_rows(&points->panels, thread);
  recs__unit_rows(room, points->kernels, rows, points->shift, count, points->columns);
  return room;
}

const float *recs__points_gather(const recs__points *points, uint32_t thread, const uint32_t *rows, size_t count) {
  size_t columns = points->columns;
  float *room = recs__panels_rows(&points->panels, thread);
  for (size_t r = 0; r < count; r++)
    memcpy(room + r * columns, points->values + rows[r] * columns, columns * sizeof *room);
  if (points->distance == RECS_DISTANCE_COSINE)
    recs__unit_rows(room, points->kernels, room, points->shift, count, points->columns);
  return room;
}

const float *recs__points_weights(const recs__points *points, size_t first) {
  return points->weights == NULL ? NULL : points->weights + first;
}

/* Sums over all rows: by block, for each column that of the values and that of their squares, minus the first row. */
typedef struct summing {
  const recs__points *points;
  const float *origin;
  double *sums; /* blocks x 2 x columns */
} summing;

static int32_t sum_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  summing *job = payload;
  const recs__points *points = job->points;
  uint32_t columns = points->columns;
  double *sums = job->sums + begin / points->grain * 2 * columns;
  memset(sums, 0, 2 * columns * sizeof *sums);
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    RECS_TRY(recs__kmeans_check_rows("row", points->values + row * columns, row, count, columns, points->distance));
    points->kernels->moments(sums, sums + columns, recs__points_take(points, thread, row, count), job->origin, count,
                             columns);
  }
  return RECS_OK;
}

int32_t recs__kmeans_moments(float *means, double *variance, const recs__points *points) {
  summing job = {points, points->values, NULL};
  double rows = (double)points->rows, total = 0;
  size_t width = 2 * (size_t)points->columns;
  int32_t status;
  job.sums = recs__alloc(points->context, points->blocks, width * sizeof *job.sums);
  if (job.sums == NULL)
    return recs__fail_nomem();
  if (points->distance == RECS_DISTANCE_COSINE) /* the first row has another length there */
    job.origin = points->shift;
  RECS_GO(recs__kmeans_check("row", points->values, 0, 1, points->columns)); /* it is the origin of all */
  RECS_GO(recs__parallel(points->context, points->rows, points->grain, sum_block, &job, NULL));
  for (size_t i = width; i < points->blocks * width; i++)
    job.sums[i % width] += job.sums[i];
  for (uint32_t j = 0; j < points->columns; j++) {
    double mean = job.sums[j] / rows;
    means[j] = (float)((double)job.origin[j] + mean);
    total += fmax(job.sums[points->columns + j] / rows - mean * mean, 0);
  }
  *variance = total / points->columns;
cleanup:
  recs__free(points->context, job.sums);
  return status;
}
