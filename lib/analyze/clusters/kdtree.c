/* Building the tree: equal rows become one point, points are halved at the median of their widest column. */
#include "lib/analyze/clusters/kdtree.h"

#include <math.h>
#include <string.h>

#include "lib/base/sort.h"

enum { QUERIES = 256 }; /* points that a thread takes at a time */

/* A mix of a row's values; equal rows, 0 and -0 among them, have equal ones. */
static uint64_t mix_row(const float *row, uint32_t columns) {
  uint64_t hash = 0x9e3779b97f4a7c15u;
  for (uint32_t j = 0; j < columns; j++) {
    float value = row[j] + 0.0f;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 32;
  }
  return hash;
}

static int same_rows(const float *a, const float *b, uint32_t columns) {
  for (uint32_t j = 0; j < columns; j++) {
    if (a[j] < b[j] || a[j] > b[j])
      return 0;
  }
  return 1;
}

/* Finds the distinct rows: first[] and weights[] of each, in no order that matters, and places[] of each row. Keys are half of a row's
 * mix and the row, sorted: equal rows follow each other, unless another row with the same half comes between; they are then two points,
 * which costs time and changes nothing. */
static void find_points(recs__kdtree *tree, const float *values, uint64_t *keys) {
  uint32_t columns = tree->columns;
  for (size_t row = 0; row < tree->rows; row++)
    keys[row] = (mix_row(values + row * columns, columns) & ~(uint64_t)UINT32_MAX) | row;
  recs__sort_u64(keys, tree->rows);
  tree->count = 0;
  for (size_t i = 0; i < tree->rows; i++) {
    size_t row = (uint32_t)keys[i], last = tree->count - 1;
    if (i > 0 && keys[i] >> 32 == keys[i - 1] >> 32 &&
        same_rows(values + row * columns, values + (size_t)tree->first[last] * columns, columns)) {
      tree->weights[last] += 1;
    } else {
      last = tree->count++;
      tree->first[last] = (uint32_t)row;
      tree->weights[last] = 1;
    }
    tree->places[row] = (uint32_t)last;
  }
}

/* A float as a number that is ordered as it is. */
static uint32_t order_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

static void swap(uint64_t *a, uint64_t *b) {
  uint64_t held = *a;
  *a = *b;
  *b = held;
}

/* Puts the `wanted` smallest of `count` different keys first. */
static void select_keys(uint64_t *keys, size_t count, size_t wanted) {
  size_t low = 0, high = count;
  while (low < wanted && wanted < high) {
    size_t middle = low + (high - 1 - low) / 2, left = low, right = high - 1;
    uint64_t pivot;
    if (keys[middle] < keys[low])
      swap(&keys[middle], &keys[low]);
    if (keys[high - 1] < keys[low])
      swap(&keys[high - 1], &keys[low]);
    if (keys[high - 1] < keys[middle])
      swap(&keys[high - 1], &keys[middle]);
    for (pivot = keys[middle];; left++, right--) {
      while (keys[left] < pivot)
        left += 1;
      while (keys[right] > pivot)
        right -= 1;
      if (left >= right)
        break;
      swap(&keys[left], &keys[right]);
    }
    if (wanted <= right)
      high = right + 1;
    else
      low = right + 1;
  }
}

/* Points on their way into the tree. */
typedef struct planting {
  recs__kdtree *tree;
  const float *values; /* rows x columns */
  uint32_t *order;     /* points, as they will lie */
  uint64_t *keys;
} planting;

static void find_box(const planting *job, recs__kdnode node) {
  uint32_t columns = job->tree->columns;
  float *low = job->tree->boxes + node.number * 2 * columns, *high = low + columns;
  for (size_t i = recs__kdnode_first(node); i < recs__kdnode_last(job->tree, node); i++) {
    const float *row = job->values + (size_t)job->tree->first[job->order[i]] * columns;
    if (i == recs__kdnode_first(node)) {
      memcpy(low, row, columns * sizeof *low);
      memcpy(high, row, columns * sizeof *high);
    }
    for (uint32_t j = 0; j < columns; j++) {
      low[j] = row[j] < low[j] ? row[j] : low[j];
      high[j] = row[j] > high[j] ? row[j] : high[j];
    }
  }
}

static uint32_t widest_column(const recs__kdtree *tree, recs__kdnode node) {
  const float *low = tree->boxes + node.number * 2 * tree->columns, *high = low + tree->columns;
  uint32_t widest = 0;
  for (uint32_t j = 1; j < tree->columns; j++) {
    if ((double)high[j] - (double)low[j] > (double)high[widest] - (double)low[widest])
      widest = j;
  }
  return widest;
}

/* Orders the points of a node so that its halves lie on either side of a plane, and goes on with them. */
static void plant(const planting *job, recs__kdnode node) {
  const recs__kdtree *tree = job->tree;
  size_t begin = recs__kdnode_first(node), count = recs__kdnode_last(tree, node) - begin;
  uint32_t column;
  find_box(job, node);
  if (recs__kdnode_is_leaf(node))
    return;
  column = widest_column(tree, node);
  for (size_t i = 0; i < count; i++) {
    uint32_t point = job->order[begin + i];
    job->keys[i] = (uint64_t)order_bits(job->values[(size_t)tree->first[point] * tree->columns + column]) << 32 | point;
  }
  select_keys(job->keys, count, (node.end - node.begin) / 2 * RECS__PANEL);
  for (size_t i = 0; i < count; i++)
    job->order[begin + i] = (uint32_t)job->keys[i];
  plant(job, recs__kdnode_left(node));
  plant(job, recs__kdnode_right(node));
}

/* Numbers the points by their places. */
static int32_t number_points(recs__kdtree *tree, const uint32_t *order) {
  uint32_t *moved = recs__alloc(tree->context, tree->count, 3 * sizeof *moved);
  uint32_t *first = moved + tree->count, *weights = first + tree->count;
  if (moved == NULL)
    return recs__fail_nomem();
  for (size_t place = 0; place < tree->count; place++) {
    moved[order[place]] = (uint32_t)place;
    first[place] = tree->first[order[place]];
    weights[place] = tree->weights[order[place]];
  }
  for (size_t row = 0; row < tree->rows; row++)
    tree->places[row] = moved[tree->places[row]];
  memcpy(tree->first, first, tree->count * sizeof *first);
  memcpy(tree->weights, weights, tree->count * sizeof *weights);
  recs__free(tree->context, moved);
  return RECS_OK;
}

/* Lays out the points by place, and the leaves as panels. */
static int32_t lay_out(recs__kdtree *tree, const float *values) {
  uint32_t columns = tree->columns;
  float *zeros = recs__alloc_zero(tree->context, columns, sizeof *zeros);
  tree->values = recs__alloc(tree->context, tree->count, columns * sizeof *tree->values);
  tree->panels = recs__alloc(tree->context, tree->leaves * RECS__PANEL, columns * sizeof *tree->panels);
  if (zeros == NULL || tree->values == NULL || tree->panels == NULL) {
    recs__free(tree->context, zeros);
    return recs__fail_nomem();
  }
  for (size_t place = 0; place < tree->count; place++)
    memcpy(tree->values + place * columns, values + (size_t)tree->first[place] * columns, columns * sizeof *values);
  for (size_t leaf = 0; leaf < tree->leaves; leaf++) {
    size_t place = leaf * RECS__PANEL, count = tree->count - place < RECS__PANEL ? tree->count - place : RECS__PANEL;
    tree->kernels->pack(tree->panels + place * columns, recs__kdtree_point(tree, place), count, columns, zeros);
  }
  recs__free(tree->context, zeros);
  return RECS_OK;
}

static int32_t grow(planting *job) {
  recs__kdtree *tree = job->tree;
  find_points(tree, job->values, job->keys);
  tree->leaves = (tree->count + RECS__PANEL - 1) / RECS__PANEL;
  tree->boxes = recs__alloc(tree->context, recs__kdtree_nodes(tree), 2 * tree->columns * sizeof *tree->boxes);
  if (tree->boxes == NULL)
    return recs__fail_nomem();
  for (size_t point = 0; point < tree->count; point++)
    job->order[point] = (uint32_t)point;
  plant(job, recs__kdtree_root(tree));
  RECS_TRY(number_points(tree, job->order));
  return lay_out(tree, job->values);
}

int32_t recs__kdtree_build(recs__kdtree *tree, const recs_context *context, const float *values, size_t rows, uint32_t columns) {
  planting job = {tree, values, NULL, NULL};
  int32_t status;
  memset(tree, 0, sizeof *tree);
  tree->context = context;
  tree->kernels = recs__panel_kernels_of(context->cpu);
  tree->rows = rows;
  tree->columns = columns;
  tree->slack = 1 + ldexp((double)columns + 8, -22);
  tree->places = recs__alloc(context, rows, sizeof *tree->places);
  tree->first = recs__alloc(context, rows, sizeof *tree->first);
  tree->weights = recs__alloc(context, rows, sizeof *tree->weights);
  job.order = recs__alloc(context, rows, sizeof *job.order);
  job.keys = recs__alloc(context, rows, sizeof *job.keys);
  if (tree->places == NULL || tree->first == NULL || tree->weights == NULL || job.order == NULL || job.keys == NULL)
    status = recs__fail_nomem();
  else
    status = grow(&job);
  recs__free(context, job.order);
  recs__free(context, job.keys);
  return status;
}

void recs__kdtree_free(recs__kdtree *tree) {
  recs__free(tree->context, tree->places);
  recs__free(tree->context, tree->first);
  recs__free(tree->context, tree->weights);
  recs__free(tree->context, tree->values);
  recs__free(tree->context, tree->panels);
  recs__free(tree->context, tree->boxes);
}

double recs__kdtree_reach(const recs__kdtree *tree, recs__kdnode node, const float *point) {
  const float *low = tree->boxes + node.number * 2 * tree->columns, *high = low + tree->columns;
  double sum = 0;
  for (uint32_t j = 0; j < tree->columns; j++) {
    double down = fabs((double)point[j] - (double)low[j]), up = fabs((double)high[j] - (double)point[j]);
    double difference = down > up ? down : up;
    sum += difference * difference;
  }
  return sum;
}

double recs__kdtree_diagonal(const recs__kdtree *tree, recs__kdnode node) {
  const float *low = tree->boxes + node.number * 2 * tree->columns;
  return recs__kdtree_square(low, low + tree->columns, tree->columns);
}

void recs__kdtree_turn(float *group, const recs__kdtree *tree, size_t place) {
  const float *point = recs__kdtree_point(tree, place);
  for (uint32_t j = 0; j < tree->columns; j++)
    group[(size_t)j * RECS__GROUP] = point[j];
}

uint32_t recs__kdtree_sieve(uint8_t within[RECS__PANEL], const recs__kdtree *tree, size_t leaf, const float *group, double bound) {
  size_t place = leaf * RECS__PANEL;
  uint32_t count = (uint32_t)(tree->count - place < RECS__PANEL ? tree->count - place : RECS__PANEL), passed = 0;
  double slackened = bound * tree->slack + 1e-30; /* squares below that have lost digits */
  float squares[RECS__PANEL], gate = slackened < 3e38 ? nextafterf((float)slackened, INFINITY) : INFINITY;
  tree->kernels->squares(squares, tree->panels + place * tree->columns, tree->columns, group, 1);
  for (uint32_t i = 0; i < count; i++) {
    within[passed] = (uint8_t)i;
    passed += squares[i] <= gate;
  }
  return passed;
}

/* The nearest rows to a point, counted with their equals. */
typedef struct nearest {
  const recs__kdtree *tree;
  const float *point, *group;
  double *squares;   /* ascending */
  uint32_t *weights; /* how many rows lie at each */
  size_t count;
  uint64_t total;    /* of the weights */
  uint32_t wanted;
  double bound;      /* what is farther away is not wanted */
} nearest;

/* Adds rows at a distance, and lets go of those that are no longer among the nearest. */
static void keep_near(nearest *search, double square, uint32_t weight) {
  size_t place = search->count;
  for (; place > 0 && search->squares[place - 1] > square; place--) {
    search->squares[place] = search->squares[place - 1];
    search->weights[place] = search->weights[place - 1];
  }
  search->squares[place] = square;
  search->weights[place] = weight;
  search->count += 1;
  search->total += weight;
  while (search->total - search->weights[search->count - 1] >= search->wanted)
    search->total -= search->weights[--search->count];
  if (search->total >= search->wanted)
    search->bound = search->squares[search->count - 1];
}

static void search_leaf(nearest *search, size_t leaf) {
  const recs__kdtree *tree = search->tree;
  uint8_t within[RECS__PANEL];
  uint32_t passed = recs__kdtree_sieve(within, tree, leaf, search->group, search->bound);
  for (uint32_t i = 0; i < passed; i++) {
    size_t place = leaf * RECS__PANEL + within[i];
    double square = recs__kdtree_square(search->point, recs__kdtree_point(tree, place), tree->columns);
    if (square < search->bound)
      keep_near(search, square, tree->weights[place]);
  }
}

static void search_node(nearest *search, recs__kdnode node, double away) {
  recs__kdnode left, right;
  double to_left, to_right;
  if (away >= search->bound)
    return;
  if (recs__kdnode_is_leaf(node)) {
    search_leaf(search, node.begin);
    return;
  }
  left = recs__kdnode_left(node);
  right = recs__kdnode_right(node);
  to_left = recs__kdtree_away(search->tree, left, search->point);
  to_right = recs__kdtree_away(search->tree, right, search->point);
  if (to_left <= to_right) {
    search_node(search, left, to_left);
    search_node(search, right, to_right);
  } else {
    search_node(search, right, to_right);
    search_node(search, left, to_left);
  }
}

/* The distances of all points, with room for one search a thread. */
typedef struct coring {
  const recs__kdtree *tree;
  double *cores;
  uint32_t wanted;
  recs__panels groups;
  double *squares;   /* wanted + 1 a thread */
  uint32_t *weights;
} coring;

static int32_t core_points(void *payload, uint32_t thread, size_t begin, size_t end) {
  coring *job = payload;
  float *group = recs__panels_of(&job->groups, thread);
  size_t room = (size_t)job->wanted + 1;
  for (size_t place = begin; place < end; place++) {
    nearest search = {.tree = job->tree, .point = recs__kdtree_point(job->tree, place), .group = group,
                      .squares = job->squares + thread * room, .weights = job->weights + thread * room,
                      .wanted = job->wanted, .bound = INFINITY};
    recs__kdtree_turn(group, job->tree, place);
    search_node(&search, recs__kdtree_root(job->tree), 0);
    job->cores[place] = search.bound;
  }
  return RECS_OK;
}

int32_t recs__kdtree_cores(double *squares, const recs__kdtree *tree, uint32_t wanted, const recs__progress *progress) {
  coring job = {.tree = tree, .cores = squares, .wanted = wanted};
  const recs_context *context = tree->context;
  uint32_t threads = recs__parallel_threads(context, tree->count, QUERIES);
  int32_t status;
  job.squares = recs__alloc(context, threads, ((size_t)wanted + 1) * sizeof *job.squares);
  job.weights = recs__alloc(context, threads, ((size_t)wanted + 1) * sizeof *job.weights);
  if (job.squares == NULL || job.weights == NULL)
    RECS_GO(recs__fail_nomem());
  RECS_GO(recs__panels_init(&job.groups, context, threads, tree->columns));
  RECS_GO(recs__parallel(context, tree->count, QUERIES, core_points, &job, progress));
cleanup:
  recs__panels_free(&job.groups);
  recs__free(context, job.squares);
  recs__free(context, job.weights);
  return status;
}
