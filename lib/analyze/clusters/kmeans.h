/* What the files of k-means share: the clustering, the data as the kernels see it, seeding and iterations. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_KMEANS_H
#define RECS_LIB_ANALYZE_CLUSTERS_KMEANS_H

#include <recs/analyze.h>

#include "lib/analyze/clusters/panel.h"
#include "lib/base/parallel.h"
#include "lib/base/random.h"
#include "lib/base/stream.h"

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
  int32_t distance; /* RECS_DISTANCE_* */
  double inertia;
  float *shift; /* the columns' means: distances are taken from there, where floats are finest */
  recs__centers centers;
  uint32_t *labels; /* NULL when it was read from a file */
  uint64_t *sizes;
};

/* An empty one; `rows` 0 for one without labels. The caller releases it, also on failure. */
int32_t recs__kmeans_new(recs_kmeans **out, recs_context *context, size_t rows, uint32_t columns, uint32_t clusters);

int32_t recs__kmeans_write(const recs_kmeans *kmeans, recs__writer *writer);
int32_t recs__kmeans_read(recs_kmeans **out, recs__reader *reader);

/* The rows of a fit and what is known of them. Work is done in blocks of `grain` rows, a multiple of a panel; what is
 * summed is summed by block, then over the blocks in order. */
typedef struct recs__points {
  const recs_context *context;
  const recs__panel_kernels *kernels;
  const float *values;  /* rows x columns */
  const float *weights; /* NULL: all 1 */
  const float *shift;   /* zeros for cosine */
  size_t rows, grain, blocks;
  uint32_t columns;
  int32_t distance;     /* RECS_DISTANCE_* */
  recs__panels panels;  /* one a thread */
} recs__points;

/* The caller's options, checked by themselves and against the rows. */
int32_t recs__kmeans_options(recs_kmeans_options *out, const recs_kmeans_options *options, size_t rows, uint32_t columns);

/* The largest value whose squared distances fit a float. */
float recs__kmeans_limit(uint32_t columns);

/* Refuses values that are NULL, none, or too many. */
int32_t recs__kmeans_shape(const float *values, size_t rows, uint32_t columns);

/* Refuses a value that is not finite or beyond the limit. `rows` begins at row `first`; `what` is what rows are. */
int32_t recs__kmeans_check(const char *what, const float *rows, size_t first, size_t count, uint32_t columns);

/* The same, and for cosine a row of zeros. */
int32_t recs__kmeans_check_rows(const char *what, const float *rows, size_t first, size_t count, uint32_t columns,
                                int32_t distance);

/* Cuts the rows into blocks; sums of so many clusters stay smaller than the data. The rest of the members is the
 * caller's. */
void recs__points_cut(recs__points *points, uint32_t clusters);

/* Up to a panel of rows from `first` on, as distances see them: in the thread's room where that is not as they are. */
const float *recs__points_take(const recs__points *points, uint32_t thread, size_t first, size_t count);

/* The same for rows from here and there. */
const float *recs__points_gather(const recs__points *points, uint32_t thread, const uint32_t *rows, size_t count);

/* The weights of rows from `first` on; NULL: all 1. */
const float *recs__points_weights(const recs__points *points, size_t first);

/* Brings rows to length 1; `zeros` are as many as there are columns. */
void recs__unit_rows(float *out, const recs__panel_kernels *kernels, const float *rows, const float *zeros,
                     size_t count, uint32_t columns);

/* Checks all rows and fills `means` (columns) and the mean of the columns' variances. */
int32_t recs__kmeans_moments(float *means, double *variance, const recs__points *points);

/* The first centres (clusters x columns) of start number `start`. */
int32_t recs__kmeans_seed(float *centers, const recs__points *points, const recs_kmeans_options *options, uint32_t start,
                          const recs__progress *progress);

/* A row with a chance in proportion to its weight times `closest`, whose sums by block stand `stride` apart; any row
 * that weighs something when all are 0. */
uint32_t recs__kmeans_draw(const recs__points *points, const float *closest, const double *sums, size_t stride,
                           recs__random *random);

/* Greedy k-means++: `clusters` rows. */
int32_t recs__kmeans_plusplus(uint32_t *rows, const recs__points *points, uint32_t clusters, recs__random *random,
                              const recs__progress *progress);

/* Exchanges chosen rows for others as long as that brings the sum of distances down, for some rounds. */
int32_t recs__kmeans_exchange(uint32_t *rows, const recs__points *points, uint32_t clusters, recs__random *random,
                              const recs__progress *progress);

/* k-means||: draws rows that stand for all. `*out` and their weights are the caller's to free, also on failure. */
int32_t recs__kmeans_oversample(uint32_t **out, float **out_weights, size_t *out_count, const recs__points *points,
                                uint32_t clusters, recs__random *random, const recs__progress *progress);

/* `wanted` distinct rows below `count`, drawn without preference, in ascending order. */
void recs__draw_rows(uint32_t *rows, size_t count, size_t wanted, recs__random *random);

int32_t recs__centers_init(recs__centers *centers, const recs_context *context, uint32_t clusters, uint32_t columns);
void recs__centers_free(recs__centers *centers, const recs_context *context);

/* Brings groups and norms up to date with values. */
void recs__centers_pack(recs__centers *centers, uint32_t clusters, uint32_t columns, const float *shift);

/* What is known of each row's distances from one iteration to the next, so that most rows need not be looked at. */
typedef struct recs__bounds {
  int32_t state;      /* RECS__BOUNDS_* */
  int forced;         /* also where they are not worth their cost */
  uint32_t pause;     /* iterations without bounds when next they are not worth it */
  uint32_t waiting;   /* iterations left of this pause */
  float *upper;       /* of each row: its distance to its centre, at most */
  float *lower;       /* and to any other, at least */
  float *previous;    /* clusters x columns: the centres before they moved */
  recs__drift drift;
} recs__bounds;

enum {
  RECS__BOUNDS_NONE = 0,  /* not in use */
  RECS__BOUNDS_UNKNOWN,   /* the next full pass finds them */
  RECS__BOUNDS_KNOWN
};

/* Lloyd's iterations over one set of points; reused from start to start. */
typedef struct recs__lloyd {
  const recs__points *points;
  uint32_t clusters, iterations;
  int settled; /* the labels are those of the centres as they are */
  double inertia;
  recs__centers centers;
  recs__bounds bounds;
  uint32_t *labels;
  double *sums;      /* blocks x clusters x columns */
  double *masses;    /* blocks x clusters: sums of weights */
  size_t *changes;   /* labels that changed, by block */
  double *inertias;  /* by block */
  double *totals;    /* clusters x columns */
  double *members;   /* clusters: the masses over all blocks; 0 when no row weighs anything */
} recs__lloyd;

/* `algorithm` is RECS_KMEANS_*; MINI_BATCH as LLOYD. */
int32_t recs__lloyd_init(recs__lloyd *lloyd, const recs__points *points, uint32_t clusters, int32_t algorithm);
void recs__lloyd_free(recs__lloyd *lloyd);

/* From centers.values to the end: labels, centers, inertia and iterations. `tolerance` bounds the squared shift of the
 * centres. */
int32_t recs__lloyd_run(recs__lloyd *lloyd, double tolerance, uint32_t max_iterations, const recs__progress *progress);

/* Moves the centres to the means, totals over members; returns the squared shift. A cluster that is empty stays where it is,
 * and so does one whose rows' directions cancel out. */
double recs__lloyd_move(recs__lloyd *lloyd);

/* Measures all rows from their centres, for the inertia; unless the labels are settled, it labels them first. */
int32_t recs__lloyd_measure(recs__lloyd *lloyd, const recs__progress *progress);

/* From centers.values by mini-batches: labels, centers, inertia and iterations, which are epochs. */
int32_t recs__kmeans_batches(recs__lloyd *lloyd, const recs_kmeans_options *options, uint32_t start, const recs__progress *progress);

/* Moves the empty clusters' totals and members to the rows farthest from their centres. */
int32_t recs__lloyd_refill(recs__lloyd *lloyd);

int32_t recs__bounds_init(recs__lloyd *lloyd);
void recs__bounds_free(recs__bounds *bounds, const recs_context *context);

/* What the centres as packed mean for the bounds: their lengths and gaps. */
int32_t recs__bounds_prepare(recs__lloyd *lloyd);

/* Tasks: label a block of rows, bring its sums up to date and count the labels that changed. The first looks at all rows,
 * the second at those whose bounds leave a doubt. */
int32_t recs__bounds_find(void *payload, uint32_t thread, size_t begin, size_t end);
int32_t recs__bounds_follow(void *payload, uint32_t thread, size_t begin, size_t end);

/* After an iteration: how far the centres moved, and whether the next one goes by the bounds. */
void recs__bounds_move(recs__lloyd *lloyd);

#endif
