/* The first centres: k-means++ (Arthur and Vassilvitskii 2007), greedy as in their section 7, or rows at random. */
#include "lib/analyze/kmeans.h"

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

/* out = min(closest, squares), and its sum over lanes of 8. */
static double keep_closer(float *restrict out, const float *restrict closest, const float *restrict squares,
                          size_t count) {
  double lanes[8] = {0}, sum = 0;
  for (size_t r = 0; r < count; r++)
    out[r] = squares[r] < closest[r] ? squares[r] : closest[r];
  for (size_t r = 0; r < count; r++)
    lanes[r % 8] += (double)out[r];
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
    points->kernels->pack(panel, points->values + row * points->columns, count, points->columns, points->shift);
    for (uint32_t t = 0; t < job->count; t += RECS__GROUP) {
      uint32_t group = job->count - t < RECS__GROUP ? job->count - t : RECS__GROUP;
      points->kernels->squares(squares + (size_t)t * RECS__PANEL, panel, points->columns,
                               job->groups + (size_t)t * points->columns, group);
    }
    for (uint32_t t = 0; t < job->count; t++) {
      uint32_t slot = slot_of(job, t);
      potentials[slot] += keep_closer(job->closest[slot] + row, job->closest[job->chosen] + row,
                                      squares + (size_t)t * RECS__PANEL, count);
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
    recs__groups_set(job->groups, t, points->columns, points->values + (size_t)candidates[t] * points->columns,
                     points->shift, 1.0f);
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

/* A row with a chance in proportion to its squared distance; any row when all lie on centres. */
static uint32_t draw_row(const greedy *job, double total) {
  const recs__points *points = job->points;
  const float *closest = job->closest[job->chosen];
  double left = recs__random_unit(job->random) * total;
  size_t block = 0, row, found;
  if (!(total > 0))
    return (uint32_t)recs__random_below(job->random, points->rows);
  while (block + 1 < points->blocks && left >= job->potentials[block * (TRIALS_MAX + 1) + job->chosen])
    left -= job->potentials[block++ * (TRIALS_MAX + 1) + job->chosen];
  found = row = block * points->grain;
  for (; row < points->rows && left >= 0; row++) { /* rounding may carry the search over the block's end */
    if (closest[row] > 0)
      found = row;
    left -= (double)closest[row];
  }
  return (uint32_t)found;
}

static int32_t seed_plusplus(uint32_t *rows, const recs__points *points, uint32_t clusters, recs__random *random,
                             const recs__progress *progress) {
  greedy job = {.points = points, .random = random};
  uint32_t candidates[TRIALS_MAX];
  int32_t status;
  RECS_GO(greedy_init(&job, clusters));
  for (uint32_t c = 0; c < clusters; c++) {
    recs__progress part = recs__progress_part(progress, (double)c / clusters, ((double)c + 1) / clusters);
    double total = c == 0 ? 0 : potential_of(&job, job.chosen);
    job.count = c == 0 ? 1 : job.trials;
    for (uint32_t t = 0; t < job.count; t++)
      candidates[t] = draw_row(&job, total);
    RECS_GO(choose(&rows[c], &job, candidates, &part));
  }
cleanup:
  greedy_free(&job);
  return status;
}

/* Each row is taken with the chance that is left (Knuth's algorithm S). */
void recs__draw_rows(uint32_t *rows, size_t count, size_t wanted, recs__random *random) {
  size_t taken = 0;
  for (size_t row = 0; row < count && taken < wanted; row++) {
    if (recs__random_below(random, count - row) < wanted - taken)
      rows[taken++] = (uint32_t)row;
  }
}

int32_t recs__kmeans_seed(uint32_t *rows, const recs__points *points, uint32_t clusters, int32_t seeding,
                          recs__random *random, const recs__progress *progress) {
  if (seeding == RECS_SEEDING_PLUSPLUS)
    return seed_plusplus(rows, points, clusters, random, progress);
  recs__draw_rows(rows, points->rows, clusters, random);
  return recs__progress_at(progress, 1);
}
