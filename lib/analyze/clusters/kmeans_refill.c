/* Clusters that lost all their rows: each gets one of the rows farthest from their centres. */
#include "lib/analyze/clusters/kmeans.h"

#include "lib/similarity/topk.h"

/* The rows farthest from their centres, the farthest first; those that lie on theirs are none. */
static void find_farthest(const recs__lloyd *lloyd, recs__top *top) {
  const recs__points *points = lloyd->points;
  double distances[RECS__PANEL];
  for (size_t row = 0; row < points->rows; row += RECS__PANEL) {
    size_t count = points->rows - row < RECS__PANEL ? points->rows - row : RECS__PANEL;
    const float *weights = recs__points_weights(points, row);
    points->kernels->measure(distances, recs__points_take(points, 0, row, count), lloyd->centers.values,
                             lloyd->labels + row, count, points->columns);
    for (size_t r = 0; r < count; r++) {
      if (distances[r] > 0 && (weights == NULL || weights[r] > 0))
        recs__top_offer(top, (uint32_t)(row + r), distances[r]);
    }
  }
}

/* Takes a row from its cluster and makes it the only member of an empty one. */
static void give_row(recs__lloyd *lloyd, uint32_t row, uint32_t empty) {
  uint32_t columns = lloyd->points->columns, owner = lloyd->labels[row];
  const float *values = recs__points_gather(lloyd->points, 0, &row, 1);
  double weight = lloyd->points->weights == NULL ? 1 : (double)lloyd->points->weights[row];
  for (uint32_t j = 0; j < columns; j++) {
    lloyd->totals[(size_t)owner * columns + j] -= weight * (double)values[j];
    lloyd->totals[(size_t)empty * columns + j] = weight * (double)values[j];
  }
  lloyd->members[owner] -= weight;
  lloyd->members[empty] = weight;
}

/* Whether a cluster has more than this row. Weights that are as small as rounding count as none. */
static int has_others(const recs__lloyd *lloyd, uint32_t row) {
  double mass = lloyd->members[lloyd->labels[row]];
  double weight = lloyd->points->weights == NULL ? 1 : (double)lloyd->points->weights[row];
  return mass - weight > 1e-9 * mass;
}

static void give_rows(recs__lloyd *lloyd, const uint32_t *rows, size_t count) {
  size_t next = 0;
  for (uint32_t c = 0; c < lloyd->clusters && next < count; c++) {
    if (lloyd->members[c] != 0)
      continue;
    while (next < count && !has_others(lloyd, rows[next]))
      next += 1; /* a cluster's last row stays: taking it would only pass the emptiness on */
    if (next < count)
      give_row(lloyd, rows[next++], c);
  }
}

int32_t recs__lloyd_refill(recs__lloyd *lloyd) {
  const recs_context *context = lloyd->points->context;
  size_t empty = 0, count;
  uint32_t *rows;
  double *distances;
  recs__top top = {.context = context};
  int32_t status;
  for (uint32_t c = 0; c < lloyd->clusters; c++)
    empty += lloyd->members[c] == 0;
  rows = recs__alloc(context, empty, sizeof *rows);
  distances = recs__alloc(context, empty, sizeof *distances);
  if (rows == NULL || distances == NULL) {
    status = recs__fail_nomem();
    goto cleanup;
  }
  RECS_GO(recs__top_init(&top, context, empty, lloyd->points->rows));
  find_farthest(lloyd, &top);
  count = recs__top_take(&top, rows, distances);
  give_rows(lloyd, rows, count);
cleanup:
  recs__top_free(&top);
  recs__free(context, rows);
  recs__free(context, distances);
  return status;
}
