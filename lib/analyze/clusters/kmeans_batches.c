/* Mini-batch k-means (Sculley 2010): each step looks at a few rows drawn by weight and moves their centres to the mean of
 * all rows that were ever given to them, so that a centre moves the less the more rows it has seen. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

/* Batches are of BATCH_LEAST rows and ROWS_A_CLUSTER a cluster at least. The search ends when PATIENCE batches in a row
 * bring nothing. Centres that are hardly ever chosen are looked for every SEEN_A_CLUSTER rows a cluster: one with a hundredth
 * of the mean cluster's rows is missed by all of them once in 150 times. Weights are summed by chunks of CHUNK rows. */
enum { BATCH_LEAST = 1024, ROWS_A_CLUSTER = 10, PATIENCE = 10, SEEN_A_CLUSTER = 500, CHUNK = 64 };

/* The share of the steps in the progress, before the pass over all rows. */
#define STEPS_SHARE 0.9

typedef struct batching {
  const recs__points *all;
  recs__points points;  /* as many rows as a batch has, in blocks */
  recs__lloyd step;     /* over a batch; totals and members are those of all batches so far */
  recs__random random;
  uint32_t *rows;       /* the batch, in ascending order */
  double *distances;    /* of its rows to their centres */
  double *passed;       /* the weights up to the end of each chunk; NULL where all weigh the same */
  size_t chunks;
  double tolerance;
  uint64_t steps;
  size_t seen;          /* rows since centres that none chooses were looked for */
  double *chosen;       /* by how many of them each centre was chosen */
  double smoothed, lowest; /* the mean distance in a batch, smoothed, and the lowest it was */
  uint32_t waited;         /* batches since then */
} batching;

static size_t batch_size(const recs_kmeans_options *options, size_t rows) {
  size_t size = options->batch_size, least = (size_t)options->clusters * ROWS_A_CLUSTER;
  if (size == 0)
    size = least > BATCH_LEAST ? least : BATCH_LEAST;
  return size < rows ? size : rows;
}

static int32_t sum_weights(batching *job) {
  const recs__points *all = job->all;
  double sum = 0;
  job->chunks = (all->rows + CHUNK - 1) / CHUNK;
  job->passed = recs__alloc(all->context, job->chunks, sizeof *job->passed);
  if (job->passed == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < all->rows; row++) {
    sum += (double)all->weights[row];
    job->passed[row / CHUNK] = sum;
  }
  return RECS_OK;
}

static int32_t batching_init(batching *job, const recs__lloyd *lloyd, const recs_kmeans_options *options, uint32_t start) {
  const recs_context *context = lloyd->points->context;
  job->all = lloyd->points;
  job->points = *lloyd->points;
  job->points.rows = batch_size(options, job->all->rows);
  recs__points_cut(&job->points, lloyd->clusters);
  job->random = recs__random_stream(options->seed, ((uint64_t)1 << 32) + start); /* seeding has those below */
  job->tolerance = options->tolerance;
  job->lowest = INFINITY;
  RECS_TRY(recs__lloyd_init(&job->step, &job->points, lloyd->clusters, RECS_KMEANS_LLOYD));
  job->rows = recs__alloc(context, job->points.rows, sizeof *job->rows);
  job->distances = recs__alloc(context, job->points.rows, sizeof *job->distances);
  job->chosen = recs__alloc_zero(context, lloyd->clusters, sizeof *job->chosen);
  if (job->rows == NULL || job->distances == NULL || job->chosen == NULL)
    return recs__fail_nomem();
  return job->all->weights == NULL ? RECS_OK : sum_weights(job);
}

static void batching_free(batching *job, const recs_context *context) {
  if (job->step.points != NULL)
    recs__lloyd_free(&job->step);
  recs__free(context, job->rows);
  recs__free(context, job->distances);
  recs__free(context, job->chosen);
  recs__free(context, job->passed);
}

/* The row at this part of the weight of all; one that weighs something. */
static size_t find_row(const batching *job, double part) {
  const float *weights = job->all->weights;
  double total = job->passed[job->chunks - 1], at = part * total, passed;
  size_t low = 0, high = job->chunks - 1, row, end, found;
  at = at < total ? at : nextafter(total, 0);
  while (low < high) { /* the first chunk that ends beyond */
    size_t middle = (low + high) / 2;
    if (job->passed[middle] > at)
      high = middle;
    else
      low = middle + 1;
  }
  passed = low == 0 ? 0 : job->passed[low - 1];
  row = found = low * CHUNK;
  end = job->all->rows - row < CHUNK ? job->all->rows : row + CHUNK;
  for (; row < end && passed <= at; row++) {
    passed += (double)weights[row];
    if (weights[row] > 0)
      found = row;
  }
  return found;
}

/* A row from each of as many equal stretches of the rows, or of their weights: all rows have the same chance, and memory is
 * walked in one direction. */
static void draw_batch(batching *job) {
  size_t count = job->points.rows, rows = job->all->rows;
  for (size_t i = 0; i < count; i++) {
    double part = ((double)i + recs__random_unit(&job->random)) / (double)count;
    size_t row = job->passed != NULL ? find_row(job, part) : (size_t)(part * (double)rows);
    job->rows[i] = (uint32_t)(row < rows ? row : rows - 1);
  }
}

/* Labels a block of the batch, measures it and sums it up. */
static int32_t step_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  const batching *job = payload;
  const recs__lloyd *step = &job->step;
  const recs__panel_kernels *kernels = job->all->kernels;
  uint32_t columns = job->all->columns, found[RECS__PANEL];
  size_t block = begin / job->points.grain, cells = (size_t)step->clusters * columns;
  double *sums = step->sums + block * cells, *masses = step->masses + block * step->clusters;
  float *panel = recs__panels_of(&job->all->panels, thread);
  memset(sums, 0, cells * sizeof *sums);
  memset(masses, 0, step->clusters * sizeof *masses);
  step->inertias[block] = 0;
  for (size_t i = begin; i < end; i += RECS__PANEL) {
    size_t count = end - i < RECS__PANEL ? end - i : RECS__PANEL;
    const float *rows = recs__points_gather(job->all, thread, job->rows + i, count);
    kernels->pack(panel, rows, count, columns, job->all->shift);
    kernels->nearest(found, panel, columns, step->centers.groups, step->centers.norms, step->clusters);
    kernels->add(sums, rows, found, NULL, count, columns);
    kernels->measure(job->distances + i, rows, step->centers.values, found, count, columns);
    for (size_t r = 0; r < count; r++) {
      masses[found[r]] += 1;
      step->inertias[block] += job->distances[i + r];
    }
  }
  return RECS_OK;
}

/* Adds what the blocks found to what earlier batches did; returns the batch's sum of distances. */
static double add_batch(const batching *job) {
  const recs__lloyd *step = &job->step;
  size_t cells = (size_t)step->clusters * job->all->columns;
  double inertia = 0;
  for (size_t block = 0; block < job->points.blocks; block++) {
    for (size_t i = 0; i < cells; i++)
      step->totals[i] += step->sums[block * cells + i];
    for (uint32_t c = 0; c < step->clusters; c++) {
      step->members[c] += step->masses[block * step->clusters + c];
      job->chosen[c] += step->masses[block * step->clusters + c];
    }
    inertia += step->inertias[block];
  }
  return inertia;
}

/* A row of the batch with a chance in proportion to its distance, which is taken from it; their number when all are 0. */
static size_t draw_distant(batching *job) {
  size_t count = job->points.rows, found = count;
  double sum = 0, at;
  for (size_t i = 0; i < count; i++)
    sum += job->distances[i];
  at = recs__random_unit(&job->random) * sum;
  for (size_t i = 0; i < count && at >= 0; i++) {
    at -= job->distances[i];
    if (job->distances[i] > 0)
      found = i;
  }
  if (found < count)
    job->distances[found] = 0;
  return found;
}

/* Centres that none of many rows chose go to rows of the batch, and count as those. */
static void reassign(batching *job) {
  const recs__lloyd *step = &job->step;
  size_t columns = job->all->columns, drawn = 0;
  job->seen += job->points.rows;
  if (job->seen / SEEN_A_CLUSTER < step->clusters)
    return;
  for (uint32_t c = 0; c < step->clusters && drawn < job->points.rows; c++) {
    float *center = step->centers.values + c * columns;
    if (job->chosen[c] > 0 || (drawn = draw_distant(job)) == job->points.rows)
      continue;
    memcpy(center, recs__points_gather(job->all, 0, &job->rows[drawn], 1), columns * sizeof *center);
    step->members[c] = 1;
    for (size_t j = 0; j < columns; j++)
      step->totals[c * columns + j] = (double)center[j];
  }
  memset(job->chosen, 0, step->clusters * sizeof *job->chosen);
  job->seen = 0;
}

/* Whether the last batches brought the mean distance down no more, smoothed over as many rows as there are; at first, when
 * there are not so many, over all batches but the first, which tells of the start. */
static int has_settled(batching *job, double inertia) {
  double rows = (double)job->points.rows, mean = inertia / rows, part = 2 * rows / ((double)job->all->rows + 1);
  job->steps += 1;
  if (job->steps == 1 || job->tolerance == 0)
    return 0;
  part = fmin(fmax(part, 1 / ((double)job->steps - 1)), 1);
  job->smoothed += part * (mean - job->smoothed);
  if (job->smoothed < job->lowest * (1 - job->tolerance)) {
    job->lowest = job->smoothed;
    job->waited = 0;
    return 0;
  }
  job->waited += 1;
  return job->waited >= PATIENCE;
}

static int32_t run_steps(batching *job, uint32_t epochs, const recs__progress *progress) {
  recs__lloyd *step = &job->step;
  double wanted = ceil((double)epochs * (double)job->all->rows / (double)job->points.rows), inertia;
  memset(step->totals, 0, (size_t)step->clusters * job->all->columns * sizeof *step->totals);
  memset(step->members, 0, step->clusters * sizeof *step->members);
  do {
    RECS_TRY(recs__progress_at(progress, (double)job->steps / wanted));
    recs__centers_pack(&step->centers, step->clusters, job->all->columns, job->all->shift);
    draw_batch(job);
    RECS_TRY(recs__parallel(job->all->context, job->points.rows, job->points.grain, step_block, job, NULL));
    inertia = add_batch(job);
    recs__lloyd_move(step);
    reassign(job);
  } while (!has_settled(job, inertia) && (double)job->steps < wanted);
  return RECS_OK;
}

/* Whether a cluster has no row that weighs something. */
static int has_empty(const recs__lloyd *lloyd) {
  const float *weights = lloyd->points->weights;
  int empty = 0;
  memset(lloyd->members, 0, lloyd->clusters * sizeof *lloyd->members);
  for (size_t row = 0; row < lloyd->points->rows; row++)
    lloyd->members[lloyd->labels[row]] += weights == NULL ? 1 : (double)weights[row];
  for (uint32_t c = 0; c < lloyd->clusters; c++)
    empty |= lloyd->members[c] == 0;
  return empty;
}

int32_t recs__kmeans_batches(recs__lloyd *lloyd, const recs_kmeans_options *options, uint32_t start, const recs__progress *progress) {
  const recs_context *context = lloyd->points->context;
  recs__progress stepping = recs__progress_part(progress, 0, STEPS_SHARE), measuring = recs__progress_part(progress, STEPS_SHARE, 1);
  size_t bytes = (size_t)lloyd->clusters * lloyd->points->columns * sizeof *lloyd->centers.values;
  batching job = {.all = NULL};
  double epochs;
  int32_t status;
  RECS_GO(batching_init(&job, lloyd, options, start));
  memcpy(job.step.centers.values, lloyd->centers.values, bytes);
  RECS_GO(run_steps(&job, options->max_iterations, &stepping));
  memcpy(lloyd->centers.values, job.step.centers.values, bytes);
  memset(lloyd->labels, 0xff, lloyd->points->rows * sizeof *lloyd->labels); /* none yet */
  lloyd->settled = 0;
  RECS_GO(recs__lloyd_measure(lloyd, &measuring));
  if (has_empty(lloyd))
    RECS_GO(recs__lloyd_run(lloyd, 0, 1, NULL));
  epochs = ceil((double)job.steps * (double)job.points.rows / (double)job.all->rows);
  lloyd->iterations = epochs < options->max_iterations ? (uint32_t)epochs : options->max_iterations;
cleanup:
  batching_free(&job, context);
  return status;
}
