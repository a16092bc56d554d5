/* Sparse rows as distances see them, and how far they are from points. */
#include "lib/analyze/clusters/kmeans_sparse.h"

#include <math.h>
#include <string.h>

static int32_t check_row(const recs__sparse *sparse, size_t row, const float *values, size_t count) {
  float limit = recs__kmeans_limit(sparse->matrix->columns);
  const uint32_t *columns = sparse->matrix->indices + sparse->matrix->offsets[row];
  for (size_t e = 0; e < count; e++) {
    if (!(fabsf(values[e]) <= limit))
      return recs__fail(RECS_ERROR_NUMERIC, "the value of row %zu, column %u is %g: squared distances would overflow", row,
                        columns[e], (double)values[e]);
  }
  return RECS_OK;
}

static int32_t learn_row(recs__sparse *sparse, size_t row) {
  const recs_matrix *matrix = sparse->matrix;
  size_t count = (size_t)(matrix->offsets[row + 1] - matrix->offsets[row]);
  const float *values = matrix->values + matrix->offsets[row];
  double square = 0, factor = 1;
  RECS_TRY(check_row(sparse, row, values, count));
  for (size_t e = 0; e < count; e++)
    square += (double)values[e] * (double)values[e];
  if (sparse->distance == RECS_DISTANCE_COSINE) {
    if (square == 0)
      return recs__fail(RECS_ERROR_NUMERIC, "row %zu is all zeros, which have no cosine", row);
    factor = 1 / sqrt(square);
    if (factor > 1e30)
      return recs__fail(RECS_ERROR_NUMERIC, "row %zu is too small to have a direction: its length is %g", row, sqrt(square));
  }
  sparse->factors[row] = (float)factor;
  sparse->squares[row] = (float)(square * factor * factor);
  sparse->longest = count > sparse->longest ? count : sparse->longest;
  return RECS_OK;
}

int32_t recs__sparse_init(recs__sparse *sparse, const recs_matrix *matrix, const recs_context *context,
                          const float *weights, int32_t distance) {
  size_t threads = recs__parallel_threads(context, matrix->rows, 1);
  memset(sparse, 0, sizeof *sparse);
  sparse->context = context;
  sparse->matrix = matrix;
  sparse->weights = weights;
  sparse->distance = distance;
  sparse->scores = recs__sparse_scores_of(context);
  sparse->factors = recs__alloc(context, matrix->rows, sizeof *sparse->factors);
  sparse->squares = recs__alloc(context, matrix->rows, sizeof *sparse->squares);
  if (sparse->factors == NULL || sparse->squares == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < matrix->rows; row++)
    RECS_TRY(learn_row(sparse, row));
  sparse->values = recs__alloc(context, threads, (sparse->longest + 1) * sizeof *sparse->values);
  return sparse->values == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__sparse_free(recs__sparse *sparse) {
  recs__free(sparse->context, sparse->factors);
  recs__free(sparse->context, sparse->squares);
  recs__free(sparse->context, sparse->values);
}

recs__sparse_row recs__sparse_row_at(const recs__sparse *sparse, uint32_t thread, size_t row) {
  const recs_matrix *matrix = sparse->matrix;
  int64_t first = matrix->offsets[row];
  float *room = sparse->values + thread * (sparse->longest + 1);
  recs__sparse_row out = {matrix->indices + first, matrix->values + first, (size_t)(matrix->offsets[row + 1] - first)};
  if (sparse->distance != RECS_DISTANCE_COSINE)
    return out;
  for (size_t e = 0; e < out.count; e++)
    room[e] = out.values[e] * sparse->factors[row];
  out.values = room;
  return out;
}

int32_t recs__sparse_points_init(recs__sparse_points *points, const recs__sparse *sparse, uint32_t count) {
  const recs_context *context = sparse->context;
  size_t threads = recs__parallel_threads(context, sparse->matrix->rows, 1);
  points->width = ((size_t)count + RECS__LANES - 1) / RECS__LANES * RECS__LANES;
  points->turned = recs__alloc_zero(context, sparse->matrix->columns, points->width * sizeof *points->turned);
  points->norms = recs__alloc(context, points->width, sizeof *points->norms);
  points->scores = recs__alloc(context, threads, points->width * sizeof *points->scores);
  if (points->turned == NULL || points->norms == NULL || points->scores == NULL)
    return recs__fail_nomem();
  for (size_t p = 0; p < points->width; p++)
    points->norms[p] = INFINITY;
  return RECS_OK;
}

void recs__sparse_points_free(recs__sparse_points *points, const recs_context *context) {
  recs__free(context, points->turned);
  recs__free(context, points->norms);
  recs__free(context, points->scores);
}

/* What is as small as rounding is none: a row has no distance from itself. */
const float *recs__sparse_measure(const recs__sparse *sparse, const recs__sparse_points *points, uint32_t thread, size_t row) {
  recs__sparse_row entries = recs__sparse_row_at(sparse, thread, row);
  float *scores = points->scores + thread * points->width, square = sparse->squares[row];
  memcpy(scores, points->norms, points->width * sizeof *scores);
  sparse->scores(scores, points->turned, points->width, entries.columns, entries.values, entries.count);
  for (size_t p = 0; p < points->width; p++) {
    float distance = scores[p] + square;
    scores[p] = distance > 4e-7f * (square + points->norms[p]) || points->norms[p] == INFINITY ? distance : 0;
  }
  return scores;
}
