/* Distances of many rows to many points, for k-means, its seeding and the silhouette. Rows are worked on in panels:
 * PANEL of them side by side, column after column, so that a vector holds one column of several rows and no sum ever
 * crosses its lanes. Each (row, point) pair is one chain of fused multiply-adds over the columns, so all twins give the
 * same bits. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_PANEL_H
#define RECS_LIB_ANALYZE_CLUSTERS_PANEL_H

#include "lib/base/context.h"

enum {
  RECS__PANEL = 32, /* rows in a panel */
  RECS__GROUP = 8   /* points in a group: group after group, in it column after column, the points side by side */
};

/* For each row of a panel its nearest point, scores (squared distances less the row's own square) of that and of the best
 * of the others, and the row's squared length. */
typedef struct recs__panel_two {
  uint32_t labels[RECS__PANEL];
  float best[RECS__PANEL], second[RECS__PANEL], lengths[RECS__PANEL];
} recs__panel_two;

/* By how much what is known of rows changes when the points moved, by point: arrays of as many as there are points. */
typedef struct recs__drift {
  float *up;    /* how far the point itself moved, at most */
  float *down;  /* how far any other moved, at most */
  float *gaps;  /* how far the nearest other point is, at least */
  float *sizes; /* the point's length, at most */
  float slack;  /* a score's error, as a part of the square of what went into it */
} recs__drift;

typedef struct recs__panel_kernels {
  /* Lays out `count` (1 to PANEL) rows of row-major `rows` as a panel, minus `shift`. Missing rows become zeros. */
  void (*pack)(float *panel, const float *rows, size_t count, uint32_t columns, const float *shift);
  /* The nearest of `count` points to each of the panel's rows, the first of equals. `points` holds -2 times each point
   * in groups, `norms` their squared lengths. */
  void (*nearest)(uint32_t *labels, const float *panel, uint32_t columns, const float *points, const float *norms,
                  uint32_t count);
  /* The two nearest; the labels are those of `nearest`. */
  void (*nearest_two)(recs__panel_two *out, const float *panel, uint32_t columns, const float *points,
                      const float *norms, uint32_t count);
  /* out[p * PANEL + r]: the squared distance of row r to point p, for the first `count` (1 to GROUP) points of one
   * group. Summed from differences: exactly 0 for equal ones. */
  void (*squares)(float *out, const float *panel, uint32_t columns, const float *group, uint32_t count);
  /* The same, but the distance itself. */
  void (*distances)(float *out, const float *panel, uint32_t columns, const float *group, uint32_t count);
  /* out[p]: the sum of the panel's distances to point p, over lanes of 8 rows. */
  void (*totals)(double *out, const float *distances, uint32_t count);
  /* Adds each row, times its weight (NULL: 1), to the sums of its label: sums[label * columns + column]. */
  void (*add)(double *sums, const float *rows, const uint32_t *labels, const float *weights, size_t count,
              uint32_t columns);
  /* Adds the rows, minus `origin`, and their squares to those of the columns. */
  void (*moments)(double *sums, double *squares, const float *rows, const float *origin, size_t count,
                  uint32_t columns);
  /* out[r]: the squared distance of row r to the point of its label, in double, over lanes of 8 columns. */
  void (*measure)(double *out, const float *rows, const float *points, const uint32_t *labels, size_t count,
                  uint32_t columns);
  /* The bounds of `count` rows from their scores: `upper` of the distance to the nearest point, `lower` of that to any
   * other; `sizes` are the points' lengths, and `slack` is that of recs__drift. */
  void (*bound)(float *upper, float *lower, const recs__panel_two *two, const float *sizes, float slack, size_t count);
  /* Moves rows' bounds: `upper` of the distance to the point of their label, `lower` of that to any other. holds[r]: 1
   * when `nearest` is sure to give the label again, whatever its rounding. */
  void (*drift)(uint8_t *holds, float *upper, float *lower, const uint32_t *labels, size_t count,
                const recs__drift *by);
} recs__panel_kernels;

/* The kernels for RECS_CPU_* bits. */
const recs__panel_kernels *recs__panel_kernels_of(uint32_t cpu);

/* The plain ones, and those of a feature where the build has them (see panel.c). */
extern const recs__panel_kernels recs__panel_plain;
extern const recs__panel_kernels recs__panel_avx2;
extern const recs__panel_kernels recs__panel_avx512;
void recs__panel_pack_avx2(float *panel, const float *rows, size_t count, uint32_t columns, const float *shift);

/* Room for `count` points in groups, in floats: whole groups. */
size_t recs__groups_size(size_t count, uint32_t columns);

/* Lays out a point: out of its groups, the place `index` receives factor * (point - shift). */
void recs__groups_set(float *groups, size_t index, uint32_t columns, const float *point, const float *shift,
                      float factor);

/* For each thread a panel and room for its rows as they were before, on cache lines. */
typedef struct recs__panels {
  const recs_context *context;
  void *block;
  float *first;
  size_t half; /* a panel's floats, and those of its rows */
} recs__panels;

int32_t recs__panels_init(recs__panels *panels, const recs_context *context, uint32_t threads, uint32_t columns);
float *recs__panels_of(const recs__panels *panels, uint32_t thread);
float *recs__panels_rows(const recs__panels *panels, uint32_t thread);
void recs__panels_free(recs__panels *panels);

#endif
