/* k-means over a sparse matrix: rows stay sparse, centres are dense. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_KMEANS_SPARSE_H
#define RECS_LIB_ANALYZE_CLUSTERS_KMEANS_SPARSE_H

#include "lib/analyze/clusters/kmeans.h"
#include "lib/analyze/clusters/sparse_scores.h"
#include "lib/data/matrix.h"

/* The rows of a fit, or those that are to be labelled. */
typedef struct recs__sparse {
  const recs_context *context;
  const recs_matrix *matrix;
  const float *weights;   /* NULL: all 1 */
  float *factors;         /* of each row: what its values are multiplied by, 1 or for cosine one over its length */
  float *squares;         /* of each row: its squared length, times the square of its factor */
  float *values;          /* for each thread: a row's values, multiplied; as many as the longest row has */
  size_t longest;
  recs__sparse_scores_fn scores;
  int32_t distance;
} recs__sparse;

/* One row, as distances see it. */
typedef struct recs__sparse_row {
  const uint32_t *columns;
  const float *values;
  size_t count;
} recs__sparse_row;

/* Checks the rows, by name of what is wrong with which. The caller frees, also on failure. */
int32_t recs__sparse_init(recs__sparse *sparse, const recs_matrix *matrix, const recs_context *context,
                          const float *weights, int32_t distance);
void recs__sparse_free(recs__sparse *sparse);
recs__sparse_row recs__sparse_row_at(const recs__sparse *sparse, uint32_t thread, size_t row);

/* Points that rows are compared with: -2 times each, column after column, side by side, and their squared lengths. */
typedef struct recs__sparse_points {
  size_t width;  /* the points, rounded up to whole lanes; those too many are infinitely far */
  float *turned; /* columns x width */
  float *norms;  /* width */
  float *scores; /* threads x width: scratch */
} recs__sparse_points;

int32_t recs__sparse_points_init(recs__sparse_points *points, const recs__sparse *sparse, uint32_t count);
void recs__sparse_points_free(recs__sparse_points *points, const recs_context *context);

/* The squared distances of a row to all points, at least 0; the result lives until the thread's next call. */
const float *recs__sparse_measure(const recs__sparse *sparse, const recs__sparse_points *points, uint32_t thread, size_t row);

/* Rows for the first centres: k-means++ over a sample, or at random. */
int32_t recs__sparse_seed(uint32_t *rows, const recs__sparse *sparse, const recs_kmeans_options *options, uint32_t start,
                          const recs__progress *progress);

#endif
