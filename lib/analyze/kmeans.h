/* What the files of k-means share: the clustering, the data as the kernels see it, seeding and iterations. */
#ifndef RECS_LIB_ANALYZE_KMEANS_H
#define RECS_LIB_ANALYZE_KMEANS_H

#include <recs/analyze.h>

#include "lib/analyze/panel.h"
#include "lib/base/parallel.h"
#include "lib/base/random.h"

/* Centres and how the kernels want them: minus `shift`, in groups, with the squares of their lengths. */
typedef struct recs__centers {
  float *values; /* clusters x columns */
  float *groups;
  float *norms;
} recs__centers;

struct recs_kmeans {
  recs__object object;
  size_t rows;
  uint32_t clusters, columns;
  uint32_t iterations;
  double inertia;
  float *shift; /* the columns' means: distances are taken from there, where floats are finest */
  recs__centers centers;
  uint32_t *labels;
  uint64_t *sizes;
};

/* The rows of a fit and what is known of them. Work is done in blocks of `grain` rows, a multiple of a panel; what is
 * summed is summed by block, then over the blocks in order. */
typedef struct recs__points {
  const recs_context *context;
  const recs__panel_kernels *kernels;
  const float *values; /* rows x columns */
  const float *shift;
  size_t rows, grain, blocks;
  uint32_t columns;
  recs__panels panels; /* one a thread */
} recs__points;

/* The largest value whose squared distances fit a float. */
float recs__kmeans_limit(uint32_t columns);

/* Refuses values that are NULL, none, or too many. */
int32_t recs__kmeans_shape(const float *values, size_t rows, uint32_t columns);

/* Refuses a value that is not finite or beyond the limit. `rows` begins at row `first`; `what` is what rows are. */
int32_t recs__kmeans_check(const char *what, const float *rows, size_t first, size_t count, uint32_t columns);

/* Checks all values and fills `means` (columns). `variance` receives the mean of the columns' variances; NULL: not
 * wanted. */
int32_t recs__kmeans_moments(float *means, double *variance, const recs__points *points);

/* The rows that become the first centres. */
int32_t recs__kmeans_seed(uint32_t *rows, const recs__points *points, uint32_t clusters, int32_t seeding,
                          recs__random *random, const recs__progress *progress);

/* `wanted` distinct rows below `count`, drawn without preference, in ascending order. */
void recs__draw_rows(uint32_t *rows, size_t count, size_t wanted, recs__random *random);

int32_t recs__centers_init(recs__centers *centers, const recs_context *context, uint32_t clusters, uint32_t columns);
void recs__centers_free(recs__centers *centers, const recs_context *context);

/* Brings groups and norms up to date with values. */
void recs__centers_pack(recs__centers *centers, uint32_t clusters, uint32_t columns, const float *shift);

/* Lloyd's iterations over one set of points; reused from start to start. */
typedef struct recs__lloyd {
  const recs__points *points;
  uint32_t clusters, iterations;
  int settled; /* the labels are those of the centres as they are */
  double inertia;
  recs__centers centers;
  uint32_t *labels;
  double *sums;      /* blocks x clusters x columns */
  uint32_t *counts;  /* blocks x clusters */
  size_t *changes;   /* labels that changed, by block */
  double *inertias;  /* by block */
  double *totals;    /* clusters x columns */
  uint32_t *members; /* of each cluster, over all blocks */
} recs__lloyd;

int32_t recs__lloyd_init(recs__lloyd *lloyd, const recs__points *points, uint32_t clusters);
void recs__lloyd_free(recs__lloyd *lloyd);

/* From centers.values to the end: labels, centers, inertia and iterations. `tolerance` bounds the squared shift of the
 * centres. */
int32_t recs__lloyd_run(recs__lloyd *lloyd, double tolerance, uint32_t max_iterations, const recs__progress *progress);

/* Moves the empty clusters' totals and members to the rows farthest from their centres. */
int32_t recs__lloyd_refill(recs__lloyd *lloyd);

#endif
