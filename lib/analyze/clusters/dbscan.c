/* DBSCAN (Ester, Kriegel, Sander and Xu 1996) over the k-d tree. Nodes whose diagonal is within eps are tight: all their core points are in
 * one cluster, so one of them stands for all. */
#include "lib/analyze/clusters/density.h"

#include <math.h>
#include <stdatomic.h>

enum { QUERIES = 256, NONE = UINT32_MAX };

typedef struct scan {
  const recs__kdtree *tree;
  double square;              /* eps x eps */
  uint32_t min_points;
  uint8_t *core;              /* by point */
  uint8_t *tight;             /* by node */
  uint32_t *first_core;       /* by node: its first core point, or NONE */
  uint64_t *rows_before;      /* by point: rows of the points before it */
  _Atomic uint32_t *parents;  /* by point: a lower or equal one of its cluster */
  uint32_t *labels;           /* by point */
  recs__panels groups;
} scan;

/* A point among the others. */
typedef struct visit {
  scan *s;
  const float *point, *group;
  uint32_t place;
  uint32_t label; /* the lowest found */
  uint64_t total; /* rows found */
} visit;

static uint64_t rows_of(const scan *s, recs__kdnode node) {
  return s->rows_before[recs__kdnode_last(s->tree, node)] - s->rows_before[recs__kdnode_first(node)];
}

static void visit_both(visit *v, recs__kdnode node, void (*next)(visit *v, recs__kdnode node)) {
  next(v, recs__kdnode_left(node));
  next(v, recs__kdnode_right(node));
}

static int is_away(const visit *v, recs__kdnode node) {
  return recs__kdtree_away(v->s->tree, node, v->point) > v->s->square;
}

static int is_near(const visit *v, size_t place) {
  const recs__kdtree *tree = v->s->tree;
  return recs__kdtree_square(v->point, recs__kdtree_point(tree, place), tree->columns) <= v->s->square;
}

/* Counts rows within eps, until there are enough. */
static void count_rows(visit *v, recs__kdnode node) {
  const recs__kdtree *tree = v->s->tree;
  uint8_t within[RECS__PANEL];
  uint32_t passed;
  if (v->total >= v->s->min_points || is_away(v, node))
    return;
  if (recs__kdtree_reach(tree, node, v->point) <= v->s->square) {
    v->total += rows_of(v->s, node);
    return;
  }
  if (!recs__kdnode_is_leaf(node)) {
    visit_both(v, node, count_rows);
    return;
  }
  passed = recs__kdtree_sieve(within, tree, node.begin, v->group, v->s->square);
  for (uint32_t i = 0; i < passed; i++) {
    size_t place = recs__kdnode_first(node) + within[i];
    if (is_near(v, place))
      v->total += tree->weights[place];
  }
}

static uint32_t find(scan *s, uint32_t point) {
  for (;;) {
    uint32_t parent = atomic_load_explicit(&s->parents[point], memory_order_relaxed);
    uint32_t above = atomic_load_explicit(&s->parents[parent], memory_order_relaxed);
    if (parent == above)
      return parent;
    atomic_compare_exchange_weak_explicit(&s->parents[point], &parent, above, memory_order_relaxed, memory_order_relaxed);
    point = above;
  }
}

/* Joins two clusters: the higher root gets the lower one as its parent. Any order of joins ends in the same clusters. */
static void join(scan *s, uint32_t a, uint32_t b) {
  for (;;) {
    uint32_t held;
    a = find(s, a);
    b = find(s, b);
    if (a == b)
      return;
    held = a < b ? b : a;
    if (atomic_compare_exchange_strong_explicit(&s->parents[held], &held, a < b ? a : b, memory_order_relaxed, memory_order_relaxed))
      return;
  }
}

/* Joins a core point with the later core points within eps; they do the same with those behind them. */
static void join_near(visit *v, recs__kdnode node) {
  const recs__kdtree *tree = v->s->tree;
  uint8_t within[RECS__PANEL];
  uint32_t passed, first = v->s->first_core[node.number];
  int tight = v->s->tight[node.number];
  if (first == NONE || recs__kdnode_last(tree, node) <= v->place || is_away(v, node) ||
      (tight && find(v->s, first) == find(v->s, v->place)))
    return;
  if (!recs__kdnode_is_leaf(node)) {
    visit_both(v, node, join_near);
    return;
  }
  passed = recs__kdtree_sieve(within, tree, node.begin, v->group, v->s->square);
  for (uint32_t i = 0; i < passed; i++) {
    uint32_t place = (uint32_t)recs__kdnode_first(node) + within[i];
    if (place > v->place && v->s->core[place] && is_near(v, place))
      join(v->s, v->place, place);
  }
}

/* The lowest cluster with a core point within eps. */
static void find_lowest(visit *v, recs__kdnode node) {
  const recs__kdtree *tree = v->s->tree;
  uint8_t within[RECS__PANEL];
  uint32_t passed, first = v->s->first_core[node.number];
  if (first == NONE || is_away(v, node) || (v->s->tight[node.number] && v->s->labels[first] >= v->label))
    return;
  if (!recs__kdnode_is_leaf(node)) {
    visit_both(v, node, find_lowest);
    return;
  }
  passed = recs__kdtree_sieve(within, tree, node.begin, v->group, v->s->square);
  for (uint32_t i = 0; i < passed; i++) {
    size_t place = recs__kdnode_first(node) + within[i];
    if (v->s->core[place] && v->s->labels[place] < v->label && is_near(v, place))
      v->label = v->s->labels[place];
  }
}

static visit visit_of(scan *s, uint32_t thread, size_t place) {
  float *group = recs__panels_of(&s->groups, thread);
  recs__kdtree_turn(group, s->tree, place);
  return (visit){.s = s, .point = recs__kdtree_point(s->tree, place), .group = group, .place = (uint32_t)place, .label = NONE};
}

static int32_t find_cores(void *payload, uint32_t thread, size_t begin, size_t end) {
  scan *s = payload;
  for (size_t place = begin; place < end; place++) {
    visit v = visit_of(s, thread, place);
    count_rows(&v, recs__kdtree_root(s->tree));
    s->core[place] = v.total >= s->min_points;
  }
  return RECS_OK;
}

static int32_t join_cores(void *payload, uint32_t thread, size_t begin, size_t end) {
  scan *s = payload;
  for (size_t place = begin; place < end; place++) {
    if (s->core[place]) {
      visit v = visit_of(s, thread, place);
      join_near(&v, recs__kdtree_root(s->tree));
    }
  }
  return RECS_OK;
}

static int32_t label_borders(void *payload, uint32_t thread, size_t begin, size_t end) {
  scan *s = payload;
  for (size_t place = begin; place < end; place++) {
    if (!s->core[place]) {
      visit v = visit_of(s, thread, place);
      find_lowest(&v, recs__kdtree_root(s->tree));
      s->labels[place] = v.label;
    }
  }
  return RECS_OK;
}

/* Bottom up: which nodes are tight, and their first core points; those of a tight node become one cluster. */
static uint32_t mark(scan *s, recs__kdnode node) {
  uint32_t first = NONE;
  s->tight[node.number] = recs__kdtree_diagonal(s->tree, node) <= s->square;
  if (recs__kdnode_is_leaf(node)) {
    for (size_t place = recs__kdnode_last(s->tree, node); place-- > recs__kdnode_first(node);) {
      if (s->core[place] && first != NONE && s->tight[node.number])
        join(s, first, (uint32_t)place);
      first = s->core[place] ? (uint32_t)place : first;
    }
  } else {
    uint32_t left = mark(s, recs__kdnode_left(node)), right = mark(s, recs__kdnode_right(node));
    if (s->tight[node.number] && left != NONE && right != NONE)
      join(s, left, right);
    first = left != NONE ? left : right;
  }
  s->first_core[node.number] = first;
  return first;
}

/* Numbers the clusters by their first core row. */
static uint32_t label_cores(scan *s) {
  const recs__kdtree *tree = s->tree;
  uint32_t clusters = 0;
  for (size_t place = 0; place < tree->count; place++)
    s->labels[place] = NONE;
  for (size_t row = 0; row < tree->rows; row++) {
    uint32_t place = tree->places[row];
    if (s->core[place] && s->labels[find(s, place)] == NONE)
      s->labels[find(s, place)] = clusters++;
  }
  for (size_t place = 0; place < tree->count; place++) {
    if (s->core[place])
      s->labels[place] = s->labels[find(s, (uint32_t)place)];
  }
  return clusters;
}

static int32_t scan_init(scan *s) {
  const recs__kdtree *tree = s->tree;
  const recs_context *context = tree->context;
  size_t nodes = recs__kdtree_nodes(tree);
  s->core = recs__alloc(context, tree->count, 1);
  s->tight = recs__alloc(context, nodes, 1);
  s->first_core = recs__alloc(context, nodes, sizeof *s->first_core);
  s->rows_before = recs__alloc(context, tree->count + 1, sizeof *s->rows_before);
  s->parents = recs__alloc(context, tree->count, sizeof *s->parents);
  s->labels = recs__alloc(context, tree->count, sizeof *s->labels);
  if (s->core == NULL || s->tight == NULL || s->first_core == NULL || s->rows_before == NULL || s->parents == NULL || s->labels == NULL)
    return recs__fail_nomem();
  s->rows_before[0] = 0;
  for (size_t place = 0; place < tree->count; place++) {
    s->rows_before[place + 1] = s->rows_before[place] + tree->weights[place];
    atomic_init(&s->parents[place], (uint32_t)place);
  }
  return recs__panels_init(&s->groups, context, recs__parallel_threads(context, tree->count, QUERIES), tree->columns);
}

static int32_t scan_points(recs_density *out, scan *s, const recs__progress *progress) {
  const recs__kdtree *tree = s->tree;
  recs__progress counting = recs__progress_part(progress, 0, 0.4), joining = recs__progress_part(progress, 0.4, 0.9);
  RECS_TRY(recs__parallel(tree->context, tree->count, QUERIES, find_cores, s, &counting));
  mark(s, recs__kdtree_root(tree));
  RECS_TRY(recs__parallel(tree->context, tree->count, QUERIES, join_cores, s, &joining));
  out->clusters = label_cores(s);
  RECS_TRY(recs__parallel(tree->context, tree->count, QUERIES, label_borders, s, NULL));
  for (size_t row = 0; row < tree->rows; row++) {
    out->labels[row] = s->labels[tree->places[row]];
    out->strengths[row] = s->core[tree->places[row]];
  }
  return RECS_OK;
}

int32_t recs__dbscan(recs_density *out, const recs__kdtree *tree, double eps, uint32_t min_points, const recs__progress *progress) {
  const recs_context *context = tree->context;
  scan s = {.tree = tree, .square = eps * eps, .min_points = min_points};
  int32_t status;
  RECS_GO(scan_init(&s));
  RECS_GO(scan_points(out, &s, progress));
cleanup:
  recs__free(context, s.core);
  recs__free(context, s.tight);
  recs__free(context, s.first_core);
  recs__free(context, s.rows_before);
  recs__free(context, s.parents);
  recs__free(context, s.labels);
  recs__panels_free(&s.groups);
  return status;
}
