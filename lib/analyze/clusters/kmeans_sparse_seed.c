/* The first centres among sparse rows: greedy k-means++ over a sample of them, or rows at random. */
#include "lib/analyze/clusters/kmeans_sparse.h"

#include <math.h>
#include <string.h>

enum { TRIALS = RECS__LANES, ROWS_A_CLUSTER = 128, SAMPLE_LEAST = 8192, GRAIN = 256 };

typedef struct seeding {
  const recs__sparse *sparse;
  recs__sparse_points points; /* the candidates */
  uint32_t trials;
  uint32_t *sample;           /* rows that are looked at */
  size_t count;
  float *closest;             /* of each of them, and what it would be with each candidate: count x (TRIALS + 1) */
  double *parts;              /* closest by weight */
} seeding;

static double weight_of(const seeding *job, size_t index) {
  return job->sparse->weights == NULL ? 1 : (double)job->sparse->weights[job->sample[index]];
}

static int32_t measure_sample(void *payload, uint32_t thread, size_t begin, size_t end) {
  seeding *job = payload;
  for (size_t i = begin; i < end; i++) {
    const float *found = recs__sparse_measure(job->sparse, &job->points, thread, job->sample[i]);
    float *closest = job->closest + i * (TRIALS + 1);
    for (size_t t = 0; t < TRIALS; t++)
      closest[t + 1] = found[t] < closest[0] ? found[t] : closest[0];
  }
  return RECS_OK;
}

static double sum_parts(const seeding *job) {
  double total = 0;
  for (size_t i = 0; i < job->count; i++)
    total += job->parts[i];
  return total;
}

/* A place in the sample with a chance in proportion to weight and distance; by weight alone when all lie on centres. */
static size_t draw(seeding *job, recs__random *random) {
  double total = sum_parts(job), left;
  size_t found = 0;
  if (!(total > 0)) {
    for (size_t i = 0; i < job->count; i++)
      job->parts[i] = weight_of(job, i);
    total = sum_parts(job);
  }
  left = recs__random_unit(random) * total;
  for (size_t i = 0; i < job->count && left >= 0; i++) {
    if (job->parts[i] > 0)
      found = i;
    left -= job->parts[i];
  }
  return found;
}

/* Puts a row among the candidates, or takes it away again. */
static void set_candidate(seeding *job, uint32_t trial, uint32_t row, float factor) {
  recs__sparse_row entries = recs__sparse_row_at(job->sparse, 0, row);
  for (size_t e = 0; e < entries.count; e++)
    job->points.turned[entries.columns[e] * job->points.width + trial] = factor * entries.values[e];
  job->points.norms[trial] = factor == 0 ? INFINITY : job->sparse->squares[row];
}

/* Tries candidates and keeps the one that leaves the least. */
static int32_t choose(uint32_t *out, seeding *job, uint32_t trials, recs__random *random) {
  uint32_t candidates[TRIALS], best = 0;
  double sums[TRIALS] = {0};
  for (uint32_t t = 0; t < trials; t++) {
    candidates[t] = job->sample[draw(job, random)];
    set_candidate(job, t, candidates[t], -2);
  }
  RECS_TRY(recs__parallel(job->sparse->context, job->count, GRAIN, measure_sample, job, NULL));
  for (size_t i = 0; i < job->count; i++) {
    for (uint32_t t = 0; t < trials; t++)
      sums[t] += weight_of(job, i) * (double)job->closest[i * (TRIALS + 1) + t + 1];
  }
  for (uint32_t t = 1; t < trials; t++)
    best = sums[t] < sums[best] ? t : best;
  for (size_t i = 0; i < job->count; i++) {
    job->closest[i * (TRIALS + 1)] = job->closest[i * (TRIALS + 1) + best + 1];
    job->parts[i] = weight_of(job, i) * (double)job->closest[i * (TRIALS + 1)];
  }
  for (uint32_t t = 0; t < trials; t++)
    set_candidate(job, t, candidates[t], 0);
  *out = candidates[best];
  return RECS_OK;
}

static int32_t seeding_init(seeding *job, const recs_kmeans_options *options) {
  const recs_context *context = job->sparse->context;
  job->trials = 2 + (uint32_t)log((double)options->clusters);
  job->trials = job->trials > TRIALS ? TRIALS : job->trials;
  job->sample = recs__alloc(context, job->count, sizeof *job->sample);
  job->closest = recs__alloc(context, job->count, (TRIALS + 1) * sizeof *job->closest);
  job->parts = recs__alloc_zero(context, job->count, sizeof *job->parts);
  if (job->sample == NULL || job->closest == NULL || job->parts == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < job->count; i++)
    job->closest[i * (TRIALS + 1)] = INFINITY;
  return recs__sparse_points_init(&job->points, job->sparse, TRIALS);
}

static void seeding_free(seeding *job) {
  const recs_context *context = job->sparse->context;
  recs__sparse_points_free(&job->points, context);
  recs__free(context, job->sample);
  recs__free(context, job->closest);
  recs__free(context, job->parts);
}

/* Rows that weigh something. */
static size_t count_heavy(const recs__sparse *sparse) {
  size_t count = 0;
  for (size_t row = 0; row < sparse->matrix->rows; row++)
    count += sparse->weights == NULL || sparse->weights[row] > 0;
  return count;
}

/* `wanted` of the rows that weigh something, each as likely as any other, in order. */
static void draw_heavy(uint32_t *rows, const recs__sparse *sparse, size_t heavy, size_t wanted, recs__random *random) {
  size_t taken = 0;
  for (size_t row = 0; taken < wanted; row++) {
    if (sparse->weights != NULL && !(sparse->weights[row] > 0))
      continue;
    if (recs__random_below(random, heavy--) < wanted - taken)
      rows[taken++] = (uint32_t)row;
  }
}

int32_t recs__sparse_seed(uint32_t *rows, const recs__sparse *sparse, const recs_kmeans_options *options, uint32_t start,
                          const recs__progress *progress) {
  recs__random random = recs__random_stream(options->seed, start);
  size_t heavy = count_heavy(sparse), least = (size_t)options->clusters * ROWS_A_CLUSTER;
  seeding job = {.sparse = sparse};
  int32_t status;
  if (options->seeding == RECS_SEEDING_RANDOM) {
    draw_heavy(rows, sparse, heavy, options->clusters, &random);
    return recs__progress_at(progress, 1);
  }
  job.count = options->seeding_rows > 0 ? options->seeding_rows : least > SAMPLE_LEAST ? least : SAMPLE_LEAST;
  job.count = job.count < options->clusters ? options->clusters : job.count;
  job.count = job.count < heavy ? job.count : heavy;
  RECS_GO(seeding_init(&job, options));
  draw_heavy(job.sample, sparse, heavy, job.count, &random);
  for (uint32_t c = 0; c < options->clusters; c++) {
    RECS_GO(recs__progress_at(progress, (double)c / options->clusters));
    RECS_GO(choose(&rows[c], &job, c == 0 ? 1 : job.trials, &random));
  }
cleanup:
  seeding_free(&job);
  return status;
}
