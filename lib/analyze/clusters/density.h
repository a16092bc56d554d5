/* What the files of density clustering share. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_DENSITY_H
#define RECS_LIB_ANALYZE_CLUSTERS_DENSITY_H

#include <recs/analyze.h>

#include "lib/analyze/clusters/kdtree.h"

struct recs_density {
  recs__object object;
  size_t rows, noise;
  uint32_t clusters;
  double eps;
  uint32_t *labels;
  float *strengths;
  uint64_t *sizes;
};

/* A line between two rows (or points) and the square of its length. */
typedef struct recs__link {
  double square;
  uint32_t a, b; /* a < b */
} recs__link;

/* Links are ordered by length, then by their ends: no two are equal, and the shortest tree is the only one. */
static inline int recs__link_before(const recs__link *left, const recs__link *right) {
  if (left->square < right->square || left->square > right->square)
    return left->square < right->square;
  return left->a < right->a || (left->a == right->a && left->b < right->b);
}

/* The rows' shortest spanning tree of mutual reachability, rows - 1 links in ascending order: the length of a link is the largest of
 * its two ends' core distances and their own distance. `cores` are squares by point. */
int32_t recs__spanning_tree(recs__link *links, const recs__kdtree *tree, const double *cores, const recs__progress *progress);

/* Sorts links. */
int32_t recs__links_sort(const recs_context *context, recs__link *links, size_t count);

/* From the spanning tree to clusters: labels (RECS_NO_ROW: noise), strengths and the number of clusters. */
int32_t recs__condense(recs_density *out, const recs__link *links, uint32_t min_cluster_size, int32_t selection);

/* Labels and strengths (1 for core rows) of DBSCAN, and the number of clusters. */
int32_t recs__dbscan(recs_density *out, const recs__kdtree *tree, double eps, uint32_t min_points, const recs__progress *progress);

/* The distance at which the sorted core distances (squares, by point) bend upwards. */
int32_t recs__knee(double *out, const recs__kdtree *tree, const double *cores);

#endif
