/* Clustering a table of numbers for recs segment: prepared by a pipeline, clustered one way or another, judged and described. */
#ifndef RECS_TOOLS_SEGMENTING_H
#define RECS_TOOLS_SEGMENTING_H

#include "numbers.h"

/* What was asked for. */
typedef struct segment_flags {
  general settings;
  profile_columns columns;
  const char *scale, *pipeline; /* one of them at most */
  const char *method;           /* kmeans, hdbscan or dbscan */
  const char *k, *range, *criterion;
  const char *algorithm;        /* of k-means, by its option's names */
  const char *save, *load, *out;
  double eps;
  uint64_t seed, starts, batch_size, min_points, min_size;
  int stability;
} segment_flags;

/* What came of it. */
typedef struct segmentation {
  numbers table;
  const char *space;         /* the name of the scaling, or the steps */
  recs_pipeline *pipeline;   /* learned here or loaded; borrowed from the assigner when there is one */
  recs_assigner *assigner;
  recs_kmeans *kmeans;
  recs_density *density;
  recs_choice *choice;       /* by --k auto */
  recs_stability *stability;
  recs_segments *segments;
  float *points;             /* rows x columns, prepared */
  uint32_t columns;
  uint32_t *labels;
  uint32_t clusters;
  double inertia;            /* of these rows; NaN without centres */
  double silhouette;         /* NaN where there is none */
} segmentation;

/* Reads, prepares, clusters and describes. Returns an exit code; to be closed in any case. */
int segmentation_open(segmentation *made, const segment_flags *given, const char *path);
int segmentation_run(segmentation *made, const segment_flags *given, const char *path);
void segmentation_close(segmentation *made);

/* The name of a column of the table. */
const char *segmentation_column(const segmentation *made, uint32_t column);

#endif
