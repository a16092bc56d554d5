/* The shortest spanning tree of mutual reachability (Campello, Moulavi and Sander 2013) by Boruvka's rounds over the k-d tree: in each
 * round every component finds its shortest way out. What a point has learned serves the later rounds: components only grow, so its
 * nearest point outside never comes nearer. Points share their component's bound; who searches first is chance, but links have one
 * order, so the tree that comes out is the same. */
#include "lib/analyze/clusters/density.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { QUERIES = 256, NONE = UINT32_MAX };

typedef struct forest {
  const recs__kdtree *tree;
  const double *cores;
  uint32_t *components;      /* by point: the lowest point of its component */
  uint32_t *node_components; /* by node: the same where all points agree, else NONE */
  double *node_cores;        /* by node: the least core distance */
  uint32_t *targets;         /* by point: the end of its shortest way out, or NONE: not known */
  double *bounds;            /* by point: the way out is at least so long; where the target is known, just so */
  uint32_t *pioneers;        /* by component: the point that searches first, where no target is known */
  uint32_t *queue;           /* the pioneers, one after another */
  size_t queued;
  _Atomic uint64_t *shortest; /* by component: the bits of the shortest way found in this round, which are ordered as it is */
  recs__link *chosen;         /* by component */
  recs__panels groups;
} forest;

static uint64_t bits_of(double square) {
  uint64_t bits;
  memcpy(&bits, &square, sizeof bits);
  return bits;
}

static double load_shortest(const forest *f, uint32_t component) {
  uint64_t bits = atomic_load_explicit(&f->shortest[component], memory_order_relaxed);
  double square;
  memcpy(&square, &bits, sizeof square);
  return square;
}

static void lower_shortest(forest *f, uint32_t component, double square) {
  uint64_t bits = bits_of(square), held = atomic_load_explicit(&f->shortest[component], memory_order_relaxed);
  while (bits < held && !atomic_compare_exchange_weak_explicit(&f->shortest[component], &held, bits, memory_order_relaxed,
                                                               memory_order_relaxed)) {
  }
}

static recs__link link_of(uint32_t a, uint32_t b, double square) {
  return a < b ? (recs__link){square, a, b} : (recs__link){square, b, a};
}

/* The search for a point's shortest way out. */
typedef struct escape {
  forest *f;
  const float *point, *group;
  uint32_t place, component;
  double core, bound; /* longer ways are of no use */
  recs__link found;   /* when found.square is finite */
} escape;

static void escape_leaf(escape *search, size_t leaf) {
  const recs__kdtree *tree = search->f->tree;
  uint8_t within[RECS__PANEL];
  uint32_t passed;
  double shared = load_shortest(search->f, search->component);
  search->bound = shared < search->bound ? shared : search->bound;
  passed = recs__kdtree_sieve(within, tree, leaf, search->group, search->bound);
  for (uint32_t i = 0; i < passed; i++) {
    uint32_t place = (uint32_t)(leaf * RECS__PANEL) + within[i];
    double square;
    recs__link link;
    if (search->f->components[place] == search->component || search->f->cores[place] > search->bound)
      continue;
    square = recs__kdtree_square(search->point, recs__kdtree_point(tree, place), tree->columns);
    link = link_of(search->place, place, fmax(square, fmax(search->core, search->f->cores[place])));
    if (link.square <= search->bound && recs__link_before(&link, &search->found)) {
      search->found = link;
      search->bound = link.square;
    }
  }
}

static void escape_node(escape *search, recs__kdnode node, double away) {
  const recs__kdtree *tree = search->f->tree;
  recs__kdnode left, right;
  double to_left, to_right;
  if (away > search->bound || search->f->node_cores[node.number] > search->bound ||
      search->f->node_components[node.number] == search->component)
    return;
  if (recs__kdnode_is_leaf(node)) {
    escape_leaf(search, node.begin);
    return;
  }
  left = recs__kdnode_left(node);
  right = recs__kdnode_right(node);
  to_left = recs__kdtree_away(tree, left, search->point);
  to_right = recs__kdtree_away(tree, right, search->point);
  if (to_left <= to_right) {
    escape_node(search, left, to_left);
    escape_node(search, right, to_right);
  } else {
    escape_node(search, right, to_right);
    escape_node(search, left, to_left);
  }
}

/* Finds a point's way out, unless its component knows a shorter one than it can have. */
static void search_point(forest *f, uint32_t place, float *group) {
  escape search = {.f = f, .point = recs__kdtree_point(f->tree, place), .group = group, .place = place,
                   .component = f->components[place], .core = f->cores[place], .found = {INFINITY, NONE, NONE}};
  search.bound = load_shortest(f, search.component);
  if (f->bounds[place] > search.bound)
    return;
  recs__kdtree_turn(group, f->tree, place);
  escape_node(&search, recs__kdtree_root(f->tree), 0);
  if (search.bound > f->bounds[place])
    f->bounds[place] = search.bound;
  if (search.found.square > search.bound)
    return; /* another point's way became shorter meanwhile, so it is not known whether this was the best here */
  f->targets[place] = search.found.a == place ? search.found.b : search.found.a;
  lower_shortest(f, search.component, search.bound);
}

static int32_t search_pioneers(void *payload, uint32_t thread, size_t begin, size_t end) {
  forest *f = payload;
  for (size_t i = begin; i < end; i++)
    search_point(f, f->queue[i], recs__panels_of(&f->groups, thread));
  return RECS_OK;
}

static int32_t search_points(void *payload, uint32_t thread, size_t begin, size_t end) {
  forest *f = payload;
  for (size_t place = begin; place < end; place++) {
    if (f->targets[place] == NONE)
      search_point(f, (uint32_t)place, recs__panels_of(&f->groups, thread));
  }
  return RECS_OK;
}

static uint32_t component_of(forest *f, uint32_t point) {
  while (f->components[point] != point)
    point = f->components[point] = f->components[f->components[point]];
  return point;
}

/* Bottom up: which nodes lie within one component. */
static uint32_t mark_node(forest *f, recs__kdnode node) {
  uint32_t component;
  if (recs__kdnode_is_leaf(node)) {
    size_t first = recs__kdnode_first(node), last = recs__kdnode_last(f->tree, node);
    component = f->components[first];
    for (size_t place = first + 1; place < last && component != NONE; place++)
      component = f->components[place] == component ? component : NONE;
  } else {
    uint32_t left = mark_node(f, recs__kdnode_left(node)), right = mark_node(f, recs__kdnode_right(node));
    component = left == right ? left : NONE;
  }
  f->node_components[node.number] = component;
  return component;
}

static double mark_core(forest *f, recs__kdnode node) {
  double least = INFINITY;
  if (recs__kdnode_is_leaf(node)) {
    for (size_t place = recs__kdnode_first(node); place < recs__kdnode_last(f->tree, node); place++)
      least = f->cores[place] < least ? f->cores[place] : least;
  } else {
    least = fmin(mark_core(f, recs__kdnode_left(node)), mark_core(f, recs__kdnode_right(node)));
  }
  f->node_cores[node.number] = least;
  return least;
}

/* Forgets targets that have come into the own component, and finds who searches first where none is left: who may have the shortest
 * way. */
static void begin_round(forest *f) {
  size_t count = f->tree->count;
  for (size_t place = 0; place < count; place++) {
    atomic_store_explicit(&f->shortest[place], bits_of(INFINITY), memory_order_relaxed);
    f->chosen[place] = (recs__link){INFINITY, NONE, NONE};
    f->pioneers[place] = NONE;
  }
  for (size_t place = 0; place < count; place++) {
    uint32_t component = f->components[place], *pioneer = &f->pioneers[component];
    if (f->targets[place] != NONE && f->components[f->targets[place]] == component)
      f->targets[place] = NONE;
    if (f->targets[place] != NONE)
      lower_shortest(f, component, f->bounds[place]);
    if (*pioneer == NONE || f->bounds[place] < f->bounds[*pioneer])
      *pioneer = (uint32_t)place;
  }
  f->queued = 0;
  for (size_t place = 0; place < count; place++) {
    if (f->components[place] == place && isinf(load_shortest(f, (uint32_t)place)))
      f->queue[f->queued++] = f->pioneers[place];
  }
}

/* Joins the components by the links that they chose. Returns how many were new. */
static size_t end_round(forest *f, recs__link *links) {
  size_t count = f->tree->count, joined = 0;
  for (size_t place = 0; place < count; place++) {
    recs__link link = f->targets[place] == NONE ? (recs__link){INFINITY, NONE, NONE}
                                                : link_of((uint32_t)place, f->targets[place], f->bounds[place]);
    if (recs__link_before(&link, &f->chosen[f->components[place]]))
      f->chosen[f->components[place]] = link;
  }
  for (size_t place = 0; place < count; place++) {
    uint32_t a, b;
    if (f->chosen[place].a == NONE)
      continue;
    a = component_of(f, f->chosen[place].a);
    b = component_of(f, f->chosen[place].b);
    if (a != b) {
      f->components[a < b ? b : a] = a < b ? a : b;
      links[joined++] = f->chosen[place];
    }
  }
  for (size_t place = 0; place < count; place++)
    f->components[place] = f->components[f->components[place]]; /* parents stand before their children, so are roots already */
  return joined;
}

static int32_t join_points(recs__link *links, forest *f, const recs__progress *progress) {
  const recs__kdtree *tree = f->tree;
  size_t count = tree->count, found = 0;
  mark_core(f, recs__kdtree_root(tree));
  for (size_t place = 0; place < count; place++) {
    f->components[place] = (uint32_t)place;
    f->targets[place] = NONE;
    f->bounds[place] = f->cores[place];
  }
  while (found + 1 < count) {
    RECS_TRY(recs__progress_at(progress, (double)found / (double)count));
    mark_node(f, recs__kdtree_root(tree));
    begin_round(f);
    RECS_TRY(recs__parallel(tree->context, f->queued, QUERIES, search_pioneers, f, NULL));
    RECS_TRY(recs__parallel(tree->context, count, QUERIES, search_points, f, NULL));
    found += end_round(f, links + found);
  }
  return recs__progress_at(progress, 1);
}

static int32_t forest_init(forest *f) {
  const recs_context *context = f->tree->context;
  size_t count = f->tree->count, nodes = recs__kdtree_nodes(f->tree);
  f->components = recs__alloc(context, count, sizeof *f->components);
  f->node_components = recs__alloc(context, nodes, sizeof *f->node_components);
  f->node_cores = recs__alloc(context, nodes, sizeof *f->node_cores);
  f->targets = recs__alloc(context, count, sizeof *f->targets);
  f->bounds = recs__alloc(context, count, sizeof *f->bounds);
  f->pioneers = recs__alloc(context, count, sizeof *f->pioneers);
  f->queue = recs__alloc(context, count, sizeof *f->queue);
  f->shortest = recs__alloc(context, count, sizeof *f->shortest);
  f->chosen = recs__alloc(context, count, sizeof *f->chosen);
  if (f->components == NULL || f->node_components == NULL || f->node_cores == NULL || f->targets == NULL || f->bounds == NULL ||
      f->pioneers == NULL || f->queue == NULL || f->shortest == NULL || f->chosen == NULL)
    return recs__fail_nomem();
  return recs__panels_init(&f->groups, context, recs__parallel_threads(context, count, QUERIES), f->tree->columns);
}

static void forest_free(forest *f) {
  const recs_context *context = f->tree->context;
  recs__free(context, f->components);
  recs__free(context, f->node_components);
  recs__free(context, f->node_cores);
  recs__free(context, f->targets);
  recs__free(context, f->bounds);
  recs__free(context, f->pioneers);
  recs__free(context, f->queue);
  recs__free(context, f->shortest);
  recs__free(context, f->chosen);
  recs__panels_free(&f->groups);
}

/* Names links by rows, and ties equal rows to the first of them: no way to another row is shorter than to one's equal. */
static void tie_rows(recs__link *links, const recs__kdtree *tree, const double *cores) {
  size_t found = tree->count - 1;
  for (size_t i = 0; i < found; i++)
    links[i] = link_of(tree->first[links[i].a], tree->first[links[i].b], links[i].square);
  for (size_t row = 0; row < tree->rows; row++) {
    uint32_t place = tree->places[row];
    if (tree->first[place] != row)
      links[found++] = link_of(tree->first[place], (uint32_t)row, cores[place]);
  }
}

int32_t recs__spanning_tree(recs__link *links, const recs__kdtree *tree, const double *cores, const recs__progress *progress) {
  forest f = {.tree = tree, .cores = cores};
  int32_t status;
  RECS_GO(forest_init(&f));
  RECS_GO(join_points(links, &f, progress));
  tie_rows(links, tree, cores);
  RECS_GO(recs__links_sort(tree->context, links, tree->rows - 1));
cleanup:
  forest_free(&f);
  return status;
}

/* Merges two runs that follow each other. */
static void merge_runs(recs__link *out, const recs__link *left, size_t left_count, const recs__link *right, size_t right_count) {
  while (left_count > 0 && right_count > 0) {
    if (recs__link_before(right, left)) {
      *out++ = *right++;
      right_count -= 1;
    } else {
      *out++ = *left++;
      left_count -= 1;
    }
  }
  memcpy(out, left, left_count * sizeof *out);
  memcpy(out + left_count, right, right_count * sizeof *out);
}

int32_t recs__links_sort(const recs_context *context, recs__link *links, size_t count) {
  recs__link *room = recs__alloc(context, count, sizeof *room), *from = links, *to = room;
  if (room == NULL)
    return recs__fail_nomem();
  for (size_t run = 1; run < count; run *= 2) {
    recs__link *held = from;
    for (size_t begin = 0; begin < count; begin += 2 * run) {
      size_t left = count - begin < run ? count - begin : run;
      size_t right = count - begin - left < run ? count - begin - left : run;
      merge_runs(to + begin, from + begin, left, from + begin + left, right);
    }
    from = to;
    to = held;
  }
  if (from != links)
    memcpy(links, from, count * sizeof *links);
  recs__free(context, room);
  return RECS_OK;
}
