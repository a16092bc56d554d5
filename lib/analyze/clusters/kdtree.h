/* A k-d tree over the distinct rows of a table, for density clustering. Leaves are panels of 32 points, so a query meets a leaf in one
 * call of the panel kernels. Those count in floats and only sieve: what may pass is measured again in double, so that answers are exact. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_KDTREE_H
#define RECS_LIB_ANALYZE_CLUSTERS_KDTREE_H

#include "lib/analyze/clusters/panel.h"
#include "lib/base/parallel.h"

/* Points are numbered by their place: leaf L has the places from L x PANEL on. */
typedef struct recs__kdtree {
  const recs_context *context;
  const recs__panel_kernels *kernels;
  size_t rows;       /* of the table */
  size_t count;      /* points: distinct rows */
  size_t leaves;
  uint32_t columns;
  double slack;      /* how far a square in floats may be above the one in double, as a factor */
  uint32_t *places;  /* by row: its point */
  uint32_t *first;   /* by point: the lowest row that equals it */
  uint32_t *weights; /* by point: how many rows equal it */
  float *values;     /* points x columns */
  float *panels;     /* leaf after leaf */
  float *boxes;      /* by node: the least of each column, then the greatest */
} recs__kdtree;

/* A node by its number and its leaves. A left child follows its parent, a right child follows all of the left one's nodes. */
typedef struct recs__kdnode {
  size_t number, begin, end;
} recs__kdnode;

/* Builds the tree of `rows` finite rows. Free it also after a failure. */
int32_t recs__kdtree_build(recs__kdtree *tree, const recs_context *context, const float *values, size_t rows, uint32_t columns);
void recs__kdtree_free(recs__kdtree *tree);

static inline recs__kdnode recs__kdtree_root(const recs__kdtree *tree) {
  return (recs__kdnode){0, 0, tree->leaves};
}

static inline size_t recs__kdtree_nodes(const recs__kdtree *tree) {
  return 2 * tree->leaves - 1;
}

static inline int recs__kdnode_is_leaf(recs__kdnode node) {
  return node.end - node.begin == 1;
}

static inline recs__kdnode recs__kdnode_left(recs__kdnode node) {
  return (recs__kdnode){node.number + 1, node.begin, node.begin + (node.end - node.begin) / 2};
}

static inline recs__kdnode recs__kdnode_right(recs__kdnode node) {
  size_t half = (node.end - node.begin) / 2;
  return (recs__kdnode){node.number + 2 * half, node.begin + half, node.end};
}

/* The first place of a node, and the one behind its last. */
static inline size_t recs__kdnode_first(recs__kdnode node) {
  return node.begin * RECS__PANEL;
}

static inline size_t recs__kdnode_last(const recs__kdtree *tree, recs__kdnode node) {
  size_t last = node.end * RECS__PANEL;
  return last < tree->count ? last : tree->count;
}

static inline const float *recs__kdtree_point(const recs__kdtree *tree, size_t place) {
  return tree->values + place * tree->columns;
}

/* The squared distance of two points. Computed like the two below, column by column, so that rounding never takes a point out of its box. */
static inline double recs__kdtree_square(const float *a, const float *b, uint32_t columns) {
  double sum = 0;
  for (uint32_t j = 0; j < columns; j++) {
    double difference = (double)a[j] - (double)b[j];
    sum += difference * difference;
  }
  return sum;
}

/* The squared distance of a point to the nearest place of a node's box. */
static inline double recs__kdtree_away(const recs__kdtree *tree, recs__kdnode node, const float *point) {
  const float *low = tree->boxes + node.number * 2 * tree->columns, *high = low + tree->columns;
  double sum = 0;
  for (uint32_t j = 0; j < tree->columns; j++) {
    double under = (double)low[j] - (double)point[j], over = (double)point[j] - (double)high[j];
    double difference = under > over ? under : over;
    if (difference > 0)
      sum += difference * difference;
  }
  return sum;
}

/* The squared distance of a point to the farthest place of a node's box. */
double recs__kdtree_reach(const recs__kdtree *tree, recs__kdnode node, const float *point);

/* The squared length of the diagonal of a node's box: no two points of the node are farther apart. */
double recs__kdtree_diagonal(const recs__kdtree *tree, recs__kdnode node);

/* A point as the panel kernels want it, in room for 8 x columns floats. */
void recs__kdtree_turn(float *group, const recs__kdtree *tree, size_t place);

/* Points of a leaf that may lie within a squared distance of a turned point: their numbers within the leaf, ascending. */
uint32_t recs__kdtree_sieve(uint8_t within[RECS__PANEL], const recs__kdtree *tree, size_t leaf, const float *group, double bound);

/* By point: the squared distance within which `wanted` rows lie, itself and its equals among them. */
int32_t recs__kdtree_cores(double *squares, const recs__kdtree *tree, uint32_t wanted, const recs__progress *progress);

#endif
