/* Lloyd's algorithm (1982): rows go to their nearest centre, centres to the mean of their rows. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

int32_t recs__centers_init(recs__centers *centers, const recs_context *context, uint32_t clusters, uint32_t columns) {
  centers->values = recs__alloc(context, clusters, columns * sizeof *centers->values);
  centers->groups = recs__alloc_zero(context, recs__groups_size(clusters, columns), sizeof *centers->groups);
  centers->norms = recs__alloc(context, clusters, sizeof *centers->norms);
  return centers->values == NULL || centers->groups == NULL || centers->norms == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__centers_free(recs__centers *centers, const recs_context *context) {
  recs__free(context, centers->values);
  recs__free(context, centers->groups);
  recs__free(context, centers->norms);
}

/* The norm is that of the centre as the groups hold it, so that distance and norm agree. */
void recs__centers_pack(recs__centers *centers, uint32_t clusters, uint32_t columns, const float *shift) {
  for (uint32_t c = 0; c < clusters; c++) {
    const float *center = centers->values + (size_t)c * columns;
    double norm = 0;
    for (uint32_t j = 0; j < columns; j++) {
      double value = (double)(center[j] - shift[j]);
      norm += value * value;
    }
    centers->norms[c] = (float)norm;
    recs__groups_set(centers->groups, c, columns, center, shift, -2.0f);
  }
}

int32_t recs__lloyd_init(recs__lloyd *lloyd, const recs__points *points, uint32_t clusters, int32_t algorithm) {
  const recs_context *context = points->context;
  size_t cells = (size_t)clusters * points->columns; /* the caller's centres have as many */
  lloyd->points = points;
  lloyd->clusters = clusters;
  RECS_TRY(recs__centers_init(&lloyd->centers, context, clusters, points->columns));
  lloyd->labels = recs__alloc(context, points->rows, sizeof *lloyd->labels);
  lloyd->sums = recs__alloc(context, points->blocks, cells * sizeof *lloyd->sums);
  lloyd->masses = recs__alloc(context, points->blocks, clusters * sizeof *lloyd->masses);
  lloyd->changes = recs__alloc(context, points->blocks, sizeof *lloyd->changes);
  lloyd->inertias = recs__alloc(context, points->blocks, sizeof *lloyd->inertias);
  lloyd->totals = recs__alloc(context, cells, sizeof *lloyd->totals);
  lloyd->members = recs__alloc(context, clusters, sizeof *lloyd->members);
  if (lloyd->labels == NULL || lloyd->sums == NULL || lloyd->masses == NULL || lloyd->changes == NULL ||
      lloyd->inertias == NULL || lloyd->totals == NULL || lloyd->members == NULL)
    return recs__fail_nomem();
  if (algorithm == RECS_KMEANS_LLOYD || algorithm == RECS_KMEANS_MINI_BATCH || clusters == 1)
    return RECS_OK;
  lloyd->bounds.state = RECS__BOUNDS_UNKNOWN;
  lloyd->bounds.forced = algorithm == RECS_KMEANS_BOUNDS;
  return recs__bounds_init(lloyd);
}

void recs__lloyd_free(recs__lloyd *lloyd) {
  const recs_context *context = lloyd->points->context;
  recs__centers_free(&lloyd->centers, context);
  recs__free(context, lloyd->labels);
  recs__free(context, lloyd->sums);
  recs__free(context, lloyd->masses);
  recs__free(context, lloyd->changes);
  recs__free(context, lloyd->inertias);
  recs__free(context, lloyd->totals);
  recs__free(context, lloyd->members);
  recs__bounds_free(&lloyd->bounds, context);
}

/* Labels one panel of rows; returns how many labels changed. */
static size_t label_panel(const recs__lloyd *lloyd, float *panel, const float *rows, size_t row, size_t count) {
  const recs__points *points = lloyd->points;
  uint32_t found[RECS__PANEL];
  size_t changes = 0;
  points->kernels->pack(panel, rows, count, points->columns, points->shift);
  points->kernels->nearest(found, panel, points->columns, lloyd->centers.groups, lloyd->centers.norms, lloyd->clusters);
  for (size_t r = 0; r < count; r++)
    changes += found[r] != lloyd->labels[row + r];
  memcpy(lloyd->labels + row, found, count * sizeof *found);
  return changes;
}

/* Labels a block and, while its rows are in the cache, adds them to its sums. */
static int32_t assign_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  recs__lloyd *lloyd = payload;
  const recs__points *points = lloyd->points;
  size_t block = begin / points->grain, cells = (size_t)lloyd->clusters * points->columns;
  double *sums = lloyd->sums + block * cells, *masses = lloyd->masses + block * lloyd->clusters;
  float *panel = recs__panels_of(&points->panels, thread);
  memset(sums, 0, cells * sizeof *sums);
  memset(masses, 0, lloyd->clusters * sizeof *masses);
  lloyd->changes[block] = 0;
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *rows = recs__points_take(points, thread, row, count), *weights = recs__points_weights(points, row);
    lloyd->changes[block] += label_panel(lloyd, panel, rows, row, count);
    points->kernels->add(sums, rows, lloyd->labels + row, weights, count, points->columns);
    for (size_t r = 0; r < count; r++)
      masses[lloyd->labels[row + r]] += weights == NULL ? 1 : (double)weights[r];
  }
  return RECS_OK;
}

/* Measures a block for the end; unless the labels are known to fit the centres, it labels it first. */
static int32_t measure_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  recs__lloyd *lloyd = payload;
  const recs__points *points = lloyd->points;
  float *panel = recs__panels_of(&points->panels, thread);
  double distances[RECS__PANEL], sum = 0;
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *rows = recs__points_take(points, thread, row, count), *weights = recs__points_weights(points, row);
    if (!lloyd->settled)
      label_panel(lloyd, panel, rows, row, count);
    points->kernels->measure(distances, rows, lloyd->centers.values, lloyd->labels + row, count, points->columns);
    for (size_t r = 0; r < count; r++)
      sum += weights == NULL ? distances[r] : (double)weights[r] * distances[r];
  }
  lloyd->inertias[begin / points->grain] = sum;
  return RECS_OK;
}

static int32_t run(recs__lloyd *lloyd, recs__task_fn task, const recs__progress *progress) {
  return recs__parallel(lloyd->points->context, lloyd->points->rows, lloyd->points->grain, task, lloyd, progress);
}

/* Labels all rows by the centres as they are, by bounds where there are any. */
static int32_t assign(recs__lloyd *lloyd, const recs__progress *progress) {
  const recs__bounds *bounds = &lloyd->bounds;
  recs__centers_pack(&lloyd->centers, lloyd->clusters, lloyd->points->columns, lloyd->points->shift);
  if (bounds->state == RECS__BOUNDS_NONE || bounds->waiting > 0)
    return run(lloyd, assign_block, progress);
  RECS_TRY(recs__bounds_prepare(lloyd));
  return run(lloyd, bounds->state == RECS__BOUNDS_KNOWN ? recs__bounds_follow : recs__bounds_find, progress);
}

/* Adds up the blocks' sums, in order. */
static void add_blocks(recs__lloyd *lloyd) {
  const recs__points *points = lloyd->points;
  size_t cells = (size_t)lloyd->clusters * points->columns;
  memcpy(lloyd->totals, lloyd->sums, cells * sizeof *lloyd->totals);
  memcpy(lloyd->members, lloyd->masses, lloyd->clusters * sizeof *lloyd->members);
  for (size_t block = 1; block < points->blocks; block++) {
    const double *sums = lloyd->sums + block * cells;
    const double *masses = lloyd->masses + block * lloyd->clusters;
    for (size_t i = 0; i < cells; i++)
      lloyd->totals[i] += sums[i];
    for (uint32_t c = 0; c < lloyd->clusters; c++)
      lloyd->members[c] += masses[c];
  }
}

/* What a total is divided by: the mass, or for cosine the length; 0 where the centre has to stay. */
static double divisor_of(const recs__lloyd *lloyd, const double *total, uint32_t cluster) {
  double squares = 0;
  if (lloyd->points->distance != RECS_DISTANCE_COSINE || lloyd->members[cluster] == 0)
    return lloyd->members[cluster];
  for (uint32_t j = 0; j < lloyd->points->columns; j++)
    squares += total[j] * total[j];
  return sqrt(squares);
}

double recs__lloyd_move(recs__lloyd *lloyd) {
  uint32_t columns = lloyd->points->columns;
  double shift = 0;
  for (uint32_t c = 0; c < lloyd->clusters; c++) {
    float *center = lloyd->centers.values + (size_t)c * columns;
    const double *total = lloyd->totals + (size_t)c * columns;
    double divisor = divisor_of(lloyd, total, c);
    if (divisor == 0)
      continue;
    for (uint32_t j = 0; j < columns; j++) {
      float moved = (float)(total[j] / divisor);
      double step = (double)moved - (double)center[j];
      shift += step * step;
      center[j] = moved;
    }
  }
  return shift;
}

static size_t count_changes(const recs__lloyd *lloyd) {
  size_t changes = 0;
  for (size_t block = 0; block < lloyd->points->blocks; block++)
    changes += lloyd->changes[block];
  return changes;
}

static int has_empty(const recs__lloyd *lloyd) {
  for (uint32_t c = 0; c < lloyd->clusters; c++) {
    if (lloyd->members[c] == 0)
      return 1;
  }
  return 0;
}

/* One iteration: `*done` when the labels stayed or the centres hardly moved. Labels that stayed fit the centres, which
 * are then the same means as before, unless an empty cluster got a row that it could not keep. */
static int32_t iterate(recs__lloyd *lloyd, double tolerance, int *done, const recs__progress *progress) {
  size_t cells = (size_t)lloyd->clusters * lloyd->points->columns;
  int stayed, refilled;
  RECS_TRY(assign(lloyd, progress));
  add_blocks(lloyd);
  stayed = count_changes(lloyd) == 0;
  refilled = has_empty(lloyd);
  if (refilled)
    RECS_TRY(recs__lloyd_refill(lloyd));
  if (lloyd->bounds.state != RECS__BOUNDS_NONE)
    memcpy(lloyd->bounds.previous, lloyd->centers.values, cells * sizeof *lloyd->bounds.previous);
  *done = recs__lloyd_move(lloyd) <= tolerance || stayed;
  if (lloyd->bounds.state != RECS__BOUNDS_NONE)
    recs__bounds_move(lloyd);
  lloyd->settled = stayed && !refilled;
  return RECS_OK;
}

/* Rows in doubt are labelled first, where bounds tell which they are; else it is done in the same pass. */
int32_t recs__lloyd_measure(recs__lloyd *lloyd, const recs__progress *progress) {
  if (!lloyd->settled && lloyd->bounds.state == RECS__BOUNDS_KNOWN) {
    RECS_TRY(assign(lloyd, NULL));
    lloyd->settled = 1;
  }
  recs__centers_pack(&lloyd->centers, lloyd->clusters, lloyd->points->columns, lloyd->points->shift);
  RECS_TRY(run(lloyd, measure_block, progress));
  lloyd->inertia = 0;
  for (size_t block = 0; block < lloyd->points->blocks; block++)
    lloyd->inertia += lloyd->inertias[block];
  return RECS_OK;
}

/* The last pass labels the rows by the last centres and measures them, so that labels, centres and inertia belong
 * together. */
int32_t recs__lloyd_run(recs__lloyd *lloyd, double tolerance, uint32_t max_iterations, const recs__progress *progress) {
  recs__progress part;
  int done = 0;
  for (size_t row = 0; row < lloyd->points->rows; row++)
    lloyd->labels[row] = UINT32_MAX; /* all labels change in the first iteration */
  if (lloyd->bounds.state != RECS__BOUNDS_NONE) {
    lloyd->bounds.state = RECS__BOUNDS_UNKNOWN;
    lloyd->bounds.pause = lloyd->bounds.waiting = 0;
  }
  for (lloyd->iterations = 0; lloyd->iterations < max_iterations && !done; lloyd->iterations++) {
    double steps = (double)max_iterations + 1, at = lloyd->iterations;
    part = recs__progress_part(progress, at / steps, (at + 1) / steps);
    RECS_TRY(iterate(lloyd, tolerance, &done, &part));
  }
  part = recs__progress_part(progress, max_iterations / ((double)max_iterations + 1), 1);
  return recs__lloyd_measure(lloyd, &part);
}
