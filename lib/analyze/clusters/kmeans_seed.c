/* The first centres of a start: which rows are looked at, and how what was found there is made better. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

#include "lib/similarity/topk.h"

/* A sample is of ROWS_A_CLUSTER rows a cluster, of SAMPLE_LEAST at least, and moved REFINEMENTS times at most. */
enum { ROWS_A_CLUSTER = 256, SAMPLE_LEAST = 16384, REFINEMENTS = 20 };

/* The shares of choosing rows, and of choosing and exchanging them, in the progress of seeding. */
#define CHOSEN_AT 0.6
#define EXCHANGED_AT 0.8

/* Each row is taken with the chance that is left (Knuth's algorithm S). */
void recs__draw_rows(uint32_t *rows, size_t count, size_t wanted, recs__random *random) {
  size_t taken = 0;
  for (size_t row = 0; row < count && taken < wanted; row++) {
    if (recs__random_below(random, count - row) < wanted - taken)
      rows[taken++] = (uint32_t)row;
  }
}

/* Distinct rows by weight: those with the largest u^(1 / weight) (Efraimidis and Spirakis 2006). */
static int32_t draw_by_weights(uint32_t *rows, const recs__points *points, uint32_t clusters, recs__random *random) {
  recs__top top = {.context = points->context};
  double *keys = recs__alloc(points->context, clusters, sizeof *keys);
  int32_t status;
  if (keys == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__top_init(&top, points->context, clusters, points->rows));
  for (size_t row = 0; row < points->rows; row++) {
    double unit = 1 - recs__random_unit(random); /* never 0 */
    if (points->weights[row] > 0)
      recs__top_offer(&top, (uint32_t)row, log(unit) / (double)points->weights[row]);
  }
  recs__top_take(&top, rows, keys);
cleanup:
  recs__top_free(&top);
  recs__free(points->context, keys);
  return status;
}

/* The centres are those rows. */
static void place(float *centers, const recs__points *points, const uint32_t *rows, uint32_t clusters) {
  size_t columns = points->columns;
  for (uint32_t c = 0; c < clusters; c++)
    memcpy(centers + c * columns, recs__points_gather(points, 0, &rows[c], 1), columns * sizeof *centers);
}

static int32_t seed_random(float *centers, const recs__points *points, uint32_t clusters, recs__random *random) {
  uint32_t *rows = recs__alloc(points->context, clusters, sizeof *rows);
  int32_t status = RECS_OK;
  if (rows == NULL)
    return recs__fail_nomem();
  if (points->weights == NULL)
    recs__draw_rows(rows, points->rows, clusters, random);
  else
    RECS_GO(draw_by_weights(rows, points, clusters, random));
  place(centers, points, rows, clusters);
cleanup:
  recs__free(points->context, rows);
  return status;
}

static int32_t seed_plusplus(float *centers, const recs__points *points, uint32_t clusters, recs__random *random,
                             const recs__progress *progress) {
  recs__progress choosing = recs__progress_part(progress, 0, CHOSEN_AT);
  recs__progress exchanging = recs__progress_part(progress, CHOSEN_AT, EXCHANGED_AT);
  uint32_t *rows = recs__alloc(points->context, clusters, sizeof *rows);
  int32_t status;
  if (rows == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__kmeans_plusplus(rows, points, clusters, random, &choosing));
  RECS_GO(recs__kmeans_exchange(rows, points, clusters, random, &exchanging));
  place(centers, points, rows, clusters);
cleanup:
  recs__free(points->context, rows);
  return status;
}

/* Copies a row from each of `count` equal stretches of the rows, or of their weights. */
static void draw_sample(float *out, size_t count, const recs__points *points, recs__random *random) {
  size_t columns = points->columns, row = 0;
  double total = 0, passed = 0;
  for (size_t r = 0; points->weights != NULL && r < points->rows; r++)
    total += (double)points->weights[r];
  for (size_t i = 0; i < count; i++) {
    double at = ((double)i + recs__random_unit(random)) / (double)count;
    if (points->weights == NULL) {
      row = (size_t)(at * (double)points->rows);
    } else {
      while (row + 1 < points->rows && passed + (double)points->weights[row] <= at * total)
        passed += (double)points->weights[row++];
    }
    memcpy(out + i * columns, points->values + (row < points->rows ? row : points->rows - 1) * columns,
           columns * sizeof *out);
  }
}

/* Moves the centres by Lloyd's algorithm over a few rows. */
static int32_t refine(float *centers, const recs__points *few, uint32_t clusters, const recs__progress *progress) {
  recs__lloyd lloyd = {.points = few};
  size_t bytes = (size_t)clusters * few->columns * sizeof *centers;
  int32_t status;
  RECS_GO(recs__lloyd_init(&lloyd, few, clusters, RECS_KMEANS_AUTO));
  memcpy(lloyd.centers.values, centers, bytes);
  RECS_GO(recs__lloyd_run(&lloyd, 0, REFINEMENTS, progress));
  memcpy(centers, lloyd.centers.values, bytes);
cleanup:
  recs__lloyd_free(&lloyd);
  return status;
}

/* k-means++ over a few rows that stand for all: `few` is like the points but for values, weights and rows. */
static int32_t seed_from(float *centers, recs__points *few, uint32_t clusters, recs__random *random,
                         const recs__progress *progress) {
  recs__progress refining = recs__progress_part(progress, EXCHANGED_AT, 1);
  recs__points_cut(few, clusters);
  RECS_TRY(seed_plusplus(centers, few, clusters, random, progress));
  return refine(centers, few, clusters, &refining);
}

static int32_t seed_sample(float *centers, const recs__points *points, size_t count, uint32_t clusters,
                           recs__random *random, const recs__progress *progress) {
  recs__points few = *points;
  float *values = recs__alloc(points->context, count, points->columns * sizeof *values);
  int32_t status;
  if (values == NULL)
    return recs__fail_nomem();
  draw_sample(values, count, points, random);
  few.values = values;
  few.weights = NULL;
  few.rows = count;
  status = seed_from(centers, &few, clusters, random, progress);
  recs__free(points->context, values);
  return status;
}

static int32_t seed_parallel(float *centers, const recs__points *points, uint32_t clusters, recs__random *random,
                             const recs__progress *progress) {
  recs__progress drawing = recs__progress_part(progress, 0, 0.5), choosing = recs__progress_part(progress, 0.5, 1);
  recs__points few = *points;
  uint32_t *rows = NULL;
  float *weights = NULL, *values = NULL;
  int32_t status;
  RECS_GO(recs__kmeans_oversample(&rows, &weights, &few.rows, points, clusters, random, &drawing));
  values = recs__alloc(points->context, few.rows, points->columns * sizeof *values);
  if (values == NULL) {
    status = recs__fail_nomem();
    goto cleanup;
  }
  for (size_t i = 0; i < few.rows; i++)
    memcpy(values + i * points->columns, points->values + (size_t)rows[i] * points->columns, points->columns * sizeof *values);
  few.values = values;
  few.weights = weights;
  status = seed_from(centers, &few, clusters, random, &choosing);
cleanup:
  recs__free(points->context, rows);
  recs__free(points->context, weights);
  recs__free(points->context, values);
  return status;
}

/* How many rows k-means++ looks at. */
static size_t sample_size(const recs__points *points, const recs_kmeans_options *options) {
  size_t count = options->seeding_rows, least = (size_t)options->clusters * ROWS_A_CLUSTER;
  if (count == 0)
    count = least > SAMPLE_LEAST ? least : SAMPLE_LEAST;
  if (count < options->clusters)
    count = options->clusters;
  return count >= points->rows / 2 ? points->rows : count;
}

int32_t recs__kmeans_seed(float *centers, const recs__points *points, const recs_kmeans_options *options, uint32_t start,
                          const recs__progress *progress) {
  recs__random random = recs__random_stream(options->seed, start);
  size_t count = sample_size(points, options);
  if (options->seeding == RECS_SEEDING_RANDOM)
    RECS_TRY(seed_random(centers, points, options->clusters, &random));
  else if (options->seeding == RECS_SEEDING_PARALLEL)
    RECS_TRY(seed_parallel(centers, points, options->clusters, &random, progress));
  else if (count < points->rows)
    RECS_TRY(seed_sample(centers, points, count, options->clusters, &random, progress));
  else
    RECS_TRY(seed_plusplus(centers, points, options->clusters, &random, progress));
  return recs__progress_at(progress, 1);
}
