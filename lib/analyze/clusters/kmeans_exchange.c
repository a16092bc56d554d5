/* Better seeds by local search (Lattanzi and Sohler 2019; several candidates a round): a candidate, drawn like a seed of
 * k-means++, takes the place of the centre that is missed least, if that brings the sum of distances down. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

/* What a block adds up: for each cluster and candidate how much of what its rows would lose with their centre the
 * candidate gives back, and what they would lose (KEEPS); in the place after the last cluster what the candidates save
 * where they are nearest of all, and the sum of distances (SUM). */
enum { TRIALS = RECS__GROUP, KEEPS = TRIALS, SUM = TRIALS, WIDTH = TRIALS + 1 };

/* Each row's two nearest centres and the squared distances to them. */
typedef struct exchange {
  const recs__points *points;
  uint32_t clusters;
  uint32_t slot;   /* of the centre that was exchanged last */
  float *centers;  /* in groups */
  float *trials;   /* a group */
  float *first, *second;
  uint32_t *owner, *other;
  double *sums;    /* blocks x (clusters + 1) x WIDTH */
} exchange;

static int32_t exchange_init(exchange *job) {
  const recs__points *points = job->points;
  const recs_context *context = points->context;
  size_t rows = points->rows;
  job->centers = recs__alloc_zero(context, recs__groups_size(job->clusters, points->columns), sizeof *job->centers);
  job->trials = recs__alloc_zero(context, recs__groups_size(TRIALS, points->columns), sizeof *job->trials);
  job->first = recs__alloc(context, rows, sizeof *job->first);
  job->second = recs__alloc(context, rows, sizeof *job->second);
  job->owner = recs__alloc(context, rows, sizeof *job->owner);
  job->other = recs__alloc(context, rows, sizeof *job->other);
  job->sums = recs__alloc(context, points->blocks, ((size_t)job->clusters + 1) * WIDTH * sizeof *job->sums);
  if (job->centers == NULL || job->trials == NULL || job->first == NULL || job->second == NULL || job->owner == NULL ||
      job->other == NULL || job->sums == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

static void exchange_free(exchange *job) {
  const recs_context *context = job->points->context;
  recs__free(context, job->centers);
  recs__free(context, job->trials);
  recs__free(context, job->first);
  recs__free(context, job->second);
  recs__free(context, job->owner);
  recs__free(context, job->other);
  recs__free(context, job->sums);
}

static void set_point(const exchange *job, float *groups, uint32_t index, uint32_t row) {
  const recs__points *points = job->points;
  recs__groups_set(groups, index, points->columns, recs__points_gather(points, 0, &row, 1), points->shift, 1.0f);
}

/* The two nearest centres of the rows of a panel, which are `rows` of all. */
static void find_two(exchange *job, const float *panel, const uint32_t *rows, size_t count) {
  float squares[RECS__GROUP * RECS__PANEL];
  for (size_t r = 0; r < count; r++) {
    job->first[rows[r]] = job->second[rows[r]] = INFINITY;
    job->owner[rows[r]] = job->other[rows[r]] = 0;
  }
  for (uint32_t c = 0; c < job->clusters; c += RECS__GROUP) {
    uint32_t group = job->clusters - c < RECS__GROUP ? job->clusters - c : RECS__GROUP;
    job->points->kernels->squares(squares, panel, job->points->columns,
                                  job->centers + (size_t)c * job->points->columns, group);
    for (size_t r = 0; r < count; r++) {
      uint32_t row = rows[r];
      for (uint32_t p = 0; p < group; p++) {
        float square = squares[p * RECS__PANEL + r];
        if (square < job->first[row]) {
          job->second[row] = job->first[row], job->other[row] = job->owner[row];
          job->first[row] = square, job->owner[row] = c + p;
        } else if (square < job->second[row]) {
          job->second[row] = square, job->other[row] = c + p;
        }
      }
    }
  }
}

/* What the next draw goes by. */
static void sum_first(exchange *job, size_t begin, size_t end) {
  size_t block = begin / job->points->grain;
  double sum = 0;
  for (size_t row = begin; row < end; row++)
    sum += (job->points->weights == NULL ? 1 : (double)job->points->weights[row]) * (double)job->first[row];
  job->sums[(block * (job->clusters + 1) + job->clusters) * WIDTH + SUM] = sum;
}

static int32_t start_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  exchange *job = payload;
  const recs__points *points = job->points;
  float *panel = recs__panels_of(&points->panels, thread);
  uint32_t rows[RECS__PANEL];
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    for (size_t r = 0; r < count; r++)
      rows[r] = (uint32_t)(row + r);
    points->kernels->pack(panel, recs__points_take(points, thread, row, count), count, points->columns, points->shift);
    find_two(job, panel, rows, count);
  }
  sum_first(job, begin, end);
  return RECS_OK;
}

/* Where a candidate is nearer than the second centre, it gives back some of what the loss of the first would cost. */
static void weigh_row(double *keeps, double *saves, const float *squares, double weight, float first, float second) {
  for (size_t t = 0; t < TRIALS; t++) {
    float square = squares[t * RECS__PANEL];
    double nearer = square < first ? (double)first - (double)square : 0;
    if (square < second)
      keeps[t] += weight * ((double)second - (double)square - nearer);
    saves[t] += weight * nearer;
  }
}

static int32_t try_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  exchange *job = payload;
  const recs__points *points = job->points;
  size_t size = ((size_t)job->clusters + 1) * WIDTH;
  double *sums = job->sums + begin / points->grain * size, *all = sums + (size_t)job->clusters * WIDTH;
  float *panel = recs__panels_of(&points->panels, thread);
  float squares[TRIALS * RECS__PANEL], nearest[RECS__PANEL];
  memset(sums, 0, (size - 1) * sizeof *sums); /* all but the last, SUM */
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *weights = recs__points_weights(points, row);
    points->kernels->pack(panel, recs__points_take(points, thread, row, count), count, points->columns, points->shift);
    points->kernels->squares(squares, panel, points->columns, job->trials, TRIALS);
    memcpy(nearest, squares, sizeof nearest);
    for (size_t t = 1; t < TRIALS; t++) {
      for (size_t r = 0; r < RECS__PANEL; r++)
        nearest[r] = squares[t * RECS__PANEL + r] < nearest[r] ? squares[t * RECS__PANEL + r] : nearest[r];
    }
    for (size_t r = 0; r < count; r++) {
      float first = job->first[row + r], second = job->second[row + r];
      double weight = weights == NULL ? 1 : (double)weights[r];
      double *cluster = sums + (size_t)job->owner[row + r] * WIDTH;
      cluster[KEEPS] += weight * ((double)second - (double)first);
      if (nearest[r] < second)
        weigh_row(cluster, all, squares + r, weight, first, second);
    }
  }
  return RECS_OK;
}

/* Whether a row's two nearest are still known when the centre in `slot` became one at distance `square`. */
static int replace_row(exchange *job, size_t row, float square) {
  uint32_t slot = job->slot;
  if (job->owner[row] == slot) {
    job->first[row] = square;
    return square <= job->second[row];
  }
  if (square < job->first[row]) {
    job->second[row] = job->first[row], job->other[row] = job->owner[row];
    job->first[row] = square, job->owner[row] = slot;
    return 1;
  }
  if (job->other[row] == slot) {
    int known = square <= job->second[row];
    job->second[row] = square;
    return known;
  }
  if (square < job->second[row])
    job->second[row] = square, job->other[row] = slot;
  return 1;
}

static int32_t replace_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  exchange *job = payload;
  const recs__points *points = job->points;
  float *panel = recs__panels_of(&points->panels, thread);
  const float *group = job->centers + (size_t)(job->slot / RECS__GROUP) * RECS__GROUP * points->columns;
  float squares[RECS__GROUP * RECS__PANEL];
  uint32_t place = job->slot % RECS__GROUP, lost[RECS__PANEL];
  size_t losses = 0;
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    points->kernels->pack(panel, recs__points_take(points, thread, row, count), count, points->columns, points->shift);
    points->kernels->squares(squares, panel, points->columns, group + place, 1);
    for (size_t r = 0; r < count; r++) {
      if (!replace_row(job, row + r, squares[r]))
        lost[losses++] = (uint32_t)(row + r);
      if (losses == RECS__PANEL || (losses > 0 && row + r + 1 == end)) {
        points->kernels->pack(panel, recs__points_gather(points, thread, lost, losses), losses, points->columns,
                              points->shift);
        find_two(job, panel, lost, losses);
        losses = 0;
      }
    }
  }
  sum_first(job, begin, end);
  return RECS_OK;
}

/* The best exchange: which candidate for which centre, and by how much the sum goes down. */
static double find_best(const exchange *job, uint32_t *trial, uint32_t *slot) {
  size_t size = ((size_t)job->clusters + 1) * WIDTH;
  double *sums = job->sums, *all = sums + (size_t)job->clusters * WIDTH, best = 0;
  for (size_t block = 1; block < job->points->blocks; block++) {
    for (size_t i = 0; i < (size_t)job->clusters * WIDTH + TRIALS; i++) /* all but SUM, by whose blocks is drawn */
      sums[i] += job->sums[block * size + i];
  }
  for (uint32_t c = 0; c < job->clusters; c++) {
    const double *cluster = sums + (size_t)c * WIDTH;
    for (uint32_t t = 0; t < TRIALS; t++) {
      double gain = all[t] + cluster[t] - cluster[KEEPS];
      if (gain > best) {
        best = gain;
        *trial = t;
        *slot = c;
      }
    }
  }
  return best;
}

static int32_t run_round(exchange *job, uint32_t *rows, recs__random *random) {
  const recs__points *points = job->points;
  size_t size = ((size_t)job->clusters + 1) * WIDTH;
  const double *potentials = job->sums + (size_t)job->clusters * WIDTH + SUM;
  uint32_t candidates[TRIALS], trial = 0;
  for (uint32_t t = 0; t < TRIALS; t++) {
    candidates[t] = recs__kmeans_draw(points, job->first, potentials, size, random);
    set_point(job, job->trials, t, candidates[t]);
  }
  RECS_TRY(recs__parallel(points->context, points->rows, points->grain, try_block, job, NULL));
  if (!(find_best(job, &trial, &job->slot) > 0))
    return RECS_OK;
  rows[job->slot] = candidates[trial];
  set_point(job, job->centers, job->slot, candidates[trial]);
  return recs__parallel(points->context, points->rows, points->grain, replace_block, job, NULL);
}

int32_t recs__kmeans_exchange(uint32_t *rows, const recs__points *points, uint32_t clusters, recs__random *random,
                              const recs__progress *progress) {
  exchange job = {.points = points, .clusters = clusters};
  uint32_t rounds = clusters == 1 ? 0 : 1 + clusters / 4;
  int32_t status;
  RECS_GO(exchange_init(&job));
  for (uint32_t c = 0; c < clusters; c++)
    set_point(&job, job.centers, c, rows[c]);
  RECS_GO(recs__parallel(points->context, points->rows, points->grain, start_block, &job, NULL));
  for (uint32_t round = 0; round < rounds; round++) {
    RECS_GO(recs__progress_at(progress, (double)round / rounds));
    RECS_GO(run_round(&job, rows, random));
  }
cleanup:
  exchange_free(&job);
  return status;
}
