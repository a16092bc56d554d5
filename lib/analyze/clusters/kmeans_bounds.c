/* Rows that stay where they are without being looked at (Hamerly 2010): for each an upper bound of the distance to its
 * centre and a lower one of that to any other, which change by how far the centres move. Bounds allow for the rounding of
 * scores, so the labels are those that looking at all rows gives. The rows in doubt are gathered into panels. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

#include "lib/analyze/clusters/panel_rows.h"

enum {
  CHUNK = 2048,          /* rows whose bounds are moved at a time */
  TRIED = 1024,          /* rows that tell how many will be in doubt */
  TIGHTENED_AT = 32      /* clusters from which on rows in doubt are first measured from their own centre */
};

/* What a row costs, in nanoseconds of one core (EPYC of family 26, AVX-512), by columns x clusters and columns: when all
 * are compared with all, when bounds are moved, and when a row in doubt is looked at. */
#define FULL_COST(cells) (4 + 0.0105 * (cells))
#define MOVE_COST 3
#define DOUBT_COST(cells, columns) (10 + 0.5 * (columns) + 0.0125 * (cells))


int32_t recs__bounds_init(recs__lloyd *lloyd) {
  recs__bounds *bounds = &lloyd->bounds;
  const recs__points *points = lloyd->points;
  const recs_context *context = points->context;
  size_t cells = (size_t)lloyd->clusters * points->columns;
  bounds->upper = recs__alloc(context, points->rows, sizeof *bounds->upper);
  bounds->lower = recs__alloc(context, points->rows, sizeof *bounds->lower);
  bounds->previous = recs__alloc(context, cells, sizeof *bounds->previous);
  bounds->drift.up = recs__alloc(context, lloyd->clusters, 4 * sizeof *bounds->drift.up);
  if (bounds->upper == NULL || bounds->lower == NULL || bounds->previous == NULL || bounds->drift.up == NULL)
    return recs__fail_nomem();
  bounds->drift.down = bounds->drift.up + lloyd->clusters;
  bounds->drift.gaps = bounds->drift.down + lloyd->clusters;
  bounds->drift.sizes = bounds->drift.gaps + lloyd->clusters;
  bounds->drift.slack = ((float)points->columns + 16) * 0x1p-23f; /* a chain of columns + 1 roundings, twice over */
  return RECS_OK;
}

void recs__bounds_free(recs__bounds *bounds, const recs_context *context) {
  recs__free(context, bounds->upper);
  recs__free(context, bounds->lower);
  recs__free(context, bounds->previous);
  recs__free(context, bounds->drift.up);
}

/* The centres are looked at like rows: nearest is each itself, so the second is its nearest other. */
static int32_t prepare_centers(void *payload, uint32_t thread, size_t begin, size_t end) {
  recs__lloyd *lloyd = payload;
  const recs__points *points = lloyd->points;
  const recs__drift *drift = &lloyd->bounds.drift;
  float *panel = recs__panels_of(&points->panels, thread);
  float uppers[RECS__PANEL];
  recs__panel_two two;
  points->kernels->pack(panel, lloyd->centers.values + begin * points->columns, end - begin, points->columns, points->shift);
  points->kernels->nearest_two(&two, panel, points->columns, lloyd->centers.groups, lloyd->centers.norms, lloyd->clusters);
  for (size_t c = begin; c < end; c++)
    drift->sizes[c] = sqrtf(lloyd->centers.norms[c]) * PANEL_MORE;
  memset(two.labels, 0, sizeof two.labels); /* what comes out as upper is of no use */
  points->kernels->bound(uppers, drift->gaps + begin, &two, drift->sizes + begin, drift->slack, end - begin);
  return RECS_OK;
}

int32_t recs__bounds_prepare(recs__lloyd *lloyd) {
  return recs__parallel(lloyd->points->context, lloyd->clusters, RECS__PANEL, prepare_centers, lloyd, NULL);
}

/* Looks at up to a panel of rows, given in the form that distances see, and keeps their bounds. */
static void look_at(const recs__lloyd *lloyd, recs__panel_two *two, float *panel, const float *rows, size_t count) {
  const recs__points *points = lloyd->points;
  points->kernels->pack(panel, rows, count, points->columns, points->shift);
  points->kernels->nearest_two(two, panel, points->columns, lloyd->centers.groups, lloyd->centers.norms, lloyd->clusters);
}

static void bound(const recs__lloyd *lloyd, float *upper, float *lower, const recs__panel_two *two, size_t count) {
  const recs__drift *drift = &lloyd->bounds.drift;
  lloyd->points->kernels->bound(upper, lower, two, drift->sizes, drift->slack, count);
}

int32_t recs__bounds_find(void *payload, uint32_t thread, size_t begin, size_t end) {
  recs__lloyd *lloyd = payload;
  const recs__points *points = lloyd->points;
  size_t block = begin / points->grain, cells = (size_t)lloyd->clusters * points->columns;
  double *sums = lloyd->sums + block * cells, *masses = lloyd->masses + block * lloyd->clusters;
  float *panel = recs__panels_of(&points->panels, thread);
  recs__panel_two two;
  memset(sums, 0, cells * sizeof *sums);
  memset(masses, 0, lloyd->clusters * sizeof *masses);
  lloyd->changes[block] = 0;
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *rows = recs__points_take(points, thread, row, count), *weights = recs__points_weights(points, row);
    look_at(lloyd, &two, panel, rows, count);
    points->kernels->add(sums, rows, two.labels, weights, count, points->columns);
    for (size_t r = 0; r < count; r++) {
      lloyd->changes[block] += two.labels[r] != lloyd->labels[row + r];
      lloyd->labels[row + r] = two.labels[r];
      masses[two.labels[r]] += weights == NULL ? 1 : (double)weights[r];
    }
    bound(lloyd, lloyd->bounds.upper + row, lloyd->bounds.lower + row, &two, count);
  }
  return RECS_OK;
}

/* Takes a row from the sums of its old label to those of the new one. */
static void change_label(const recs__lloyd *lloyd, size_t block, size_t row, const float *values, uint32_t label) {
  uint32_t columns = lloyd->points->columns;
  double weight = lloyd->points->weights == NULL ? 1 : (double)lloyd->points->weights[row];
  double *sums = lloyd->sums + block * lloyd->clusters * columns, *masses = lloyd->masses + block * lloyd->clusters;
  double *old = sums + (size_t)lloyd->labels[row] * columns, *new = sums + (size_t)label * columns;
  for (uint32_t j = 0; j < columns; j++) {
    old[j] -= weight * (double)values[j];
    new[j] += weight * (double)values[j];
  }
  masses[lloyd->labels[row]] -= weight;
  masses[label] += weight;
  lloyd->labels[row] = label;
  lloyd->changes[block] += 1;
}

/* Measures how far rows in doubt are from their centres, and keeps those that still are; returns how many. */
static size_t tighten(const recs__lloyd *lloyd, uint32_t thread, uint32_t *doubts, size_t count) {
  const recs__points *points = lloyd->points;
  const recs__drift *drift = &lloyd->bounds.drift;
  size_t left = 0;
  for (size_t first = 0; first < count; first += RECS__PANEL) {
    size_t some = count - first < RECS__PANEL ? count - first : RECS__PANEL;
    const float *rows = recs__points_gather(points, thread, doubts + first, some);
    uint32_t labels[RECS__PANEL];
    double squares[RECS__PANEL];
    for (size_t r = 0; r < some; r++)
      labels[r] = lloyd->labels[doubts[first + r]];
    points->kernels->measure(squares, rows, lloyd->centers.values, labels, some, points->columns);
    for (size_t r = 0; r < some; r++) {
      uint32_t row = doubts[first + r];
      float size = drift->sizes[labels[r]], *upper = &lloyd->bounds.upper[row];
      float found = (sqrtf((float)squares[r]) + 0x1p-22f * (size + *upper)) * PANEL_MORE; /* the shift rounds, too */
      *upper = found < *upper ? found : *upper;
      if (!panel_holds(*upper, lloyd->bounds.lower[row], size, drift->slack))
        doubts[left++] = row;
    }
  }
  return left;
}

static void look_again(recs__lloyd *lloyd, uint32_t thread, size_t block, const uint32_t *doubts, size_t count) {
  const recs__points *points = lloyd->points;
  float *panel = recs__panels_of(&points->panels, thread), upper[RECS__PANEL], lower[RECS__PANEL];
  recs__panel_two two;
  for (size_t first = 0; first < count; first += RECS__PANEL) {
    size_t some = count - first < RECS__PANEL ? count - first : RECS__PANEL;
    const float *rows = recs__points_gather(points, thread, doubts + first, some);
    look_at(lloyd, &two, panel, rows, some);
    bound(lloyd, upper, lower, &two, some);
    for (size_t r = 0; r < some; r++) {
      uint32_t row = doubts[first + r];
      if (two.labels[r] != lloyd->labels[row])
        change_label(lloyd, block, row, rows + r * points->columns, two.labels[r]);
      lloyd->bounds.upper[row] = upper[r];
      lloyd->bounds.lower[row] = lower[r];
    }
  }
}

int32_t recs__bounds_follow(void *payload, uint32_t thread, size_t begin, size_t end) {
  recs__lloyd *lloyd = payload;
  const recs__bounds *bounds = &lloyd->bounds;
  size_t block = begin / lloyd->points->grain;
  uint8_t holds[CHUNK];
  uint32_t doubts[CHUNK];
  lloyd->changes[block] = 0;
  for (size_t row = begin; row < end; row += CHUNK) {
    size_t count = end - row < CHUNK ? end - row : CHUNK, doubtful = 0;
    lloyd->points->kernels->drift(holds, bounds->upper + row, bounds->lower + row, lloyd->labels + row, count, &bounds->drift);
    for (size_t r = 0; r < count; r++) {
      doubts[doubtful] = (uint32_t)(row + r);
      doubtful += !holds[r];
    }
    if (lloyd->clusters >= TIGHTENED_AT)
      doubtful = tighten(lloyd, thread, doubts, doubtful);
    look_again(lloyd, thread, block, doubts, doubtful);
  }
  return RECS_OK;
}

/* How far a centre moved, as the packed ones see it: less the shift. */
static float move_of(const recs__lloyd *lloyd, uint32_t cluster) {
  uint32_t columns = lloyd->points->columns;
  const float *now = lloyd->centers.values + (size_t)cluster * columns, *shift = lloyd->points->shift;
  const float *before = lloyd->bounds.previous + (size_t)cluster * columns;
  double square = 0;
  for (uint32_t j = 0; j < columns; j++) {
    double step = (double)(now[j] - shift[j]) - (double)(before[j] - shift[j]);
    square += step * step;
  }
  return (float)sqrt(square) * PANEL_MORE;
}

static void find_moves(const recs__lloyd *lloyd) {
  const recs__drift *drift = &lloyd->bounds.drift;
  float most_moved = 0, next = 0;
  uint32_t mover = 0;
  for (uint32_t c = 0; c < lloyd->clusters; c++) {
    drift->up[c] = move_of(lloyd, c);
    if (drift->up[c] >= most_moved) {
      next = most_moved;
      most_moved = drift->up[c];
      mover = c;
    } else if (drift->up[c] > next) {
      next = drift->up[c];
    }
  }
  for (uint32_t c = 0; c < lloyd->clusters; c++)
    drift->down[c] = c == mover ? next : most_moved;
}

/* The share of rows that the next iteration will find in doubt, by rows from all over. */
static double expected_doubts(const recs__lloyd *lloyd) {
  const recs__bounds *bounds = &lloyd->bounds;
  float upper[TRIED] = {0}, lower[TRIED] = {0};
  uint32_t labels[TRIED] = {0};
  uint8_t holds[TRIED];
  size_t step = (lloyd->points->rows + TRIED - 1) / TRIED, count = 0, doubtful = 0;
  for (size_t row = 0; row < lloyd->points->rows; row += step, count++) {
    upper[count] = bounds->upper[row];
    lower[count] = bounds->lower[row];
    labels[count] = lloyd->labels[row];
  }
  lloyd->points->kernels->drift(holds, upper, lower, labels, count, &bounds->drift);
  for (size_t i = 0; i < count; i++)
    doubtful += !holds[i];
  return (double)doubtful / (double)count;
}

/* While bounds are not worth their cost, all rows are compared with all centres, for longer each time. */
void recs__bounds_move(recs__lloyd *lloyd) {
  recs__bounds *bounds = &lloyd->bounds;
  double columns = lloyd->points->columns, cells = columns * lloyd->clusters;
  if (bounds->waiting > 0) {
    bounds->waiting -= 1;
    return;
  }
  find_moves(lloyd);
  bounds->state = RECS__BOUNDS_KNOWN;
  if (bounds->forced || MOVE_COST + expected_doubts(lloyd) * DOUBT_COST(cells, columns) < FULL_COST(cells))
    return;
  bounds->state = RECS__BOUNDS_UNKNOWN;
  bounds->waiting = bounds->pause;
  bounds->pause = 2 * bounds->pause + 1;
}
