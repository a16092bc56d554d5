/* k-means++ (Arthur and Vassilvitskii 2007), greedy as in their section 7. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

enum { TRIALS_MAX = 2 * RECS__GROUP };

/* Each row's squared distance to its closest centre so far, and what it would be with each candidate for the next. */
typedef struct greedy {
  const recs__points *points;
  recs__random *random;
  uint32_t trials;    /* candidates per centre */
  uint32_t count;     /* candidates of this round */
  uint32_t chosen;    /* whose distances are the current ones: an index of `closest` */
  float *groups;      /* the candidates */
  float *closest[TRIALS_MAX + 1]; /* of each row: the current ones and those with each candidate */
  double *potentials; /* blocks x (TRIALS_MAX + 1): sums of `closest` */
} greedy;

static int32_t greedy_init(greedy *job, uint32_t clusters) {
  const recs__points *points = job->points;
  job->trials = 2 + (uint32_t)log((double)clusters);
  if (job->trials > TRIALS_MAX)
    job->trials = TRIALS_MAX;
  job->groups = recs__alloc_zero(points->context, recs__groups_size(TRIALS_MAX, points->columns), sizeof *job->groups);
  job->potentials = recs__alloc_zero(points->context, points->blocks, (TRIALS_MAX + 1) * sizeof *job->potentials);
  job->closest[0] = recs__alloc(points->context, points->rows, (job->trials + 1) * sizeof **job->closest);
  if (job->groups == NULL || job->potentials == NULL || job->closest[0] == NULL)
    return recs__fail_nomem();
  for (uint32_t t = 1; t <= job->trials; t++)
    job->closest[t] = job->closest[0] + t * points->rows;
  for (size_t row = 0; row < points->rows; row++)
    job->closest[0][row] = INFINITY;
  return RECS_OK;
}

static void greedy_free(greedy *job) {
  recs__free(job->points->context, job->groups);
  recs__free(job->points->context, job->potentials);
  recs__free(job->points->context, job->closest[0]);
}

/* The slot of `closest` that candidate t writes to: all but the chosen one, in order. */
static uint32_t slot_of(const greedy *job, uint32_t t) {
  return t < job->chosen ? t : t + 1;
}

/* out = min(closest, squares), and its sum by weight (NULL: 1) over lanes of 8. */
static double keep_closer(float *restrict out, const float *restrict closest, const float *restrict squares,
                          const float *restrict weights, size_t count) {
  double lanes[8] = {0}, sum = 0;
  for (size_t r = 0; r < count; r++)
    out[r] = squares[r] < closest[r] ? squares[r] : closest[r];
  for (size_t r = 0; r < count; r++)
    lanes[r % 8] += weights == NULL ? (double)out[r] : (double)weights[r] * (double)out[r];
  for (size_t lane = 0; lane < 8; lane++)
    sum += lanes[lane];
  return sum;
}

static int32_t try_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  greedy *job = payload;
  const recs__points *points = job->points;
  double *potentials = job->potentials + begin / points->grain * (TRIALS_MAX + 1);
  float *panel = recs__panels_of(&points->panels, thread);
  float squares[TRIALS_MAX * RECS__PANEL];
  for (uint32_t t = 0; t < job->count; t++)
    potentials[slot_of(job, t)] = 0;
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    points->kernels->pack(panel, recs__points_take(points, thread, row, count), count, points->columns, points->shift);
    for (uint32_t t = 0; t < job->count; t += RECS__GROUP) {
      uint32_t group = job->count - t < RECS__GROUP ? job->count - t : RECS__GROUP;
      points->kernels->squares(squares + (size_t)t * RECS__PANEL, panel, points->columns,
                               job->groups + (size_t)t * points->columns, group);
    }
    for (uint32_t t = 0; t < job->count; t++) {
      uint32_t slot = slot_of(job, t);
      potentials[slot] += keep_closer(job->closest[slot] + row, job->closest[job->chosen] + row,
                                      squares + (size_t)t * RECS__PANEL, recs__points_weights(points, row), count);
    }
  }
  return RECS_OK;
}

static double potential_of(const greedy *job, uint32_t slot) {
  double sum = 0;
  for (size_t block = 0; block < job->points->blocks; block++)
    sum += job->potentials[block * (TRIALS_MAX + 1) + slot];
  return sum;
}

/* Tries the candidates and keeps the one that leaves the least potential, the first of equals. */
static int32_t choose(uint32_t *out, greedy *job, const uint32_t *candidates, const recs__progress *progress) {
  const recs__points *points = job->points;
  uint32_t best = 0;
  double least = INFINITY;
  for (uint32_t t = 0; t < job->count; t++)
    recs__groups_set(job->groups, t, points->columns, recs__points_gather(points, 0, &candidates[t], 1), points->shift, 1.0f);
  RECS_TRY(recs__parallel(points->context, points->rows, points->grain, try_block, job, progress));
  for (uint32_t t = 0; t < job->count; t++) {
    double potential = potential_of(job, slot_of(job, t));
    if (potential < least) {
      least = potential;
      best = t;
    }
  }
  *out = candidates[best];
  job->chosen = slot_of(job, best);
  return RECS_OK;
}

/* A row by its weight alone. */
static uint32_t draw_by_weight(const recs__points *points, recs__random *random) {
  double total = 0, left;
  size_t found = 0;
  if (points->weights == NULL)
    return (uint32_t)recs__random_below(random, points->rows);
  for (size_t row = 0; row < points->rows; row++)
    total += (double)points->weights[row];
  left = recs__random_unit(random) * total;
  for (size_t row = 0; row < points->rows && left >= 0; row++) {
    if (points->weights[row] > 0)
      found = row;
    left -= (double)points->weights[row];
  }
  return (uint32_t)found;
}

uint32_t recs__kmeans_draw(const recs__points *points, const float *closest, const double *sums, size_t stride,
                           recs__random *random) {
  double total = 0, left;
  size_t block = 0, row, found;
  for (size_t b = 0; b < points->blocks; b++)
    total += sums[b * stride];
  if (!(total > 0 && total < INFINITY))
    return draw_by_weight(points, random);
  left = recs__random_unit(random) * total;
  while (block + 1 < points->blocks && left >= sums[block * stride])
    left -= sums[block++ * stride];
  found = row = block * points->grain;
  for (; row < points->rows && left >= 0; row++) { /* rounding may carry the search over the block's end */
    double part = points->weights == NULL ? (double)closest[row] : (double)points->weights[row] * (double)closest[row];
    if (part > 0)
      found = row;
    left -= part;
  }
  return (uint32_t)found;
}

int32_t recs__kmeans_plusplus(uint32_t *rows, const recs__points *points, uint32_t clusters, recs__random *random,
                              const recs__progress *progress) {
  greedy job = {.points = points, .random = random};
  uint32_t candidates[TRIALS_MAX];
  int32_t status;
  RECS_GO(greedy_init(&job, clusters));
  for (uint32_t c = 0; c < clusters; c++) {
    recs__progress part = recs__progress_part(progress, (double)c / clusters, ((double)c + 1) / clusters);
    job.count = c == 0 ? 1 : job.trials;
    for (uint32_t t = 0; t < job.count; t++)
      candidates[t] = recs__kmeans_draw(points, job.closest[job.chosen], job.potentials + job.chosen, TRIALS_MAX + 1, random);
    RECS_GO(choose(&rows[c], &job, candidates, &part));
  }
cleanup:
  greedy_free(&job);
  return status;
}
