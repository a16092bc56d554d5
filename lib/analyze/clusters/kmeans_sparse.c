/* Lloyd's algorithm over sparse rows. A row meets all centres along its entries; a centre is summed from its rows, which are
 * sorted by label for that, so that no sums by block are needed. */
#include "lib/analyze/clusters/kmeans_sparse.h"

#include <math.h>
#include <string.h>

#include "lib/similarity/topk.h"

enum { GRAIN = 256, COLUMN_GRAIN = 256 };

typedef struct sparse_lloyd {
  const recs__sparse *sparse;
  recs__sparse_points points;
  uint32_t clusters, columns, iterations;
  int settled;
  double inertia;
  float *centers;      /* clusters x columns */
  uint32_t *labels;
  float *distances;    /* of each row to its centre, squared */
  uint32_t *order;     /* rows sorted by label */
  size_t *starts;      /* clusters + 1: where in it each begins */
  double *sums;        /* threads x columns */
  double *shifts;      /* clusters: how far the centre moved, squared */
  double *results;     /* by range of rows: labels that changed, or a sum of distances */
} sparse_lloyd;

static int32_t lloyd_init(sparse_lloyd *job) {
  const recs_context *context = job->sparse->context;
  size_t rows = job->sparse->matrix->rows, cells = (size_t)job->clusters * job->columns;
  RECS_TRY(recs__sparse_points_init(&job->points, job->sparse, job->clusters));
  job->centers = recs__alloc(context, cells, sizeof *job->centers);
  job->labels = recs__alloc(context, rows, sizeof *job->labels);
  job->distances = recs__alloc(context, rows, sizeof *job->distances);
  job->order = recs__alloc(context, rows, sizeof *job->order);
  job->starts = recs__alloc(context, (size_t)job->clusters + 1, sizeof *job->starts);
  job->sums = recs__alloc(context, recs__parallel_threads(context, job->clusters, 1), job->columns * sizeof *job->sums);
  job->shifts = recs__alloc(context, job->clusters, sizeof *job->shifts);
  job->results = recs__alloc(context, rows / GRAIN + 1, sizeof *job->results);
  if (job->centers == NULL || job->labels == NULL || job->distances == NULL || job->order == NULL || job->starts == NULL ||
      job->sums == NULL || job->shifts == NULL || job->results == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

static void lloyd_free(sparse_lloyd *job) {
  const recs_context *context = job->sparse->context;
  recs__sparse_points_free(&job->points, context);
  recs__free(context, job->centers);
  recs__free(context, job->labels);
  recs__free(context, job->distances);
  recs__free(context, job->order);
  recs__free(context, job->starts);
  recs__free(context, job->sums);
  recs__free(context, job->shifts);
  recs__free(context, job->results);
}

/* Lays centres out as points. */
typedef struct packing {
  const float *centers;
  recs__sparse_points *points;
  uint32_t clusters, columns;
} packing;

static int32_t turn_columns(void *payload, uint32_t thread, size_t begin, size_t end) {
  packing *job = payload;
  (void)thread;
  for (uint32_t c = 0; c < job->clusters; c++) {
    for (size_t j = begin; j < end; j++)
      job->points->turned[j * job->points->width + c] = -2 * job->centers[(size_t)c * job->columns + j];
  }
  return RECS_OK;
}

static int32_t pack(const recs_context *context, recs__sparse_points *points, const float *centers, uint32_t clusters,
                    uint32_t columns) {
  packing job = {centers, points, clusters, columns};
  for (uint32_t c = 0; c < clusters; c++) {
    double norm = 0;
    for (size_t j = 0; j < columns; j++)
      norm += (double)centers[(size_t)c * columns + j] * (double)centers[(size_t)c * columns + j];
    points->norms[c] = (float)norm;
  }
  return recs__parallel(context, columns, COLUMN_GRAIN, turn_columns, &job, NULL);
}

static uint32_t nearest(float *distance, const float *distances, uint32_t clusters) {
  uint32_t label = 0;
  for (uint32_t c = 1; c < clusters; c++)
    label = distances[c] < distances[label] ? c : label;
  *distance = distances[label];
  return label;
}

static int32_t assign_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  sparse_lloyd *job = payload;
  double changes = 0;
  for (size_t row = begin; row < end; row++) {
    const float *distances = recs__sparse_measure(job->sparse, &job->points, thread, row);
    uint32_t label = nearest(&job->distances[row], distances, job->clusters);
    changes += label != job->labels[row];
    job->labels[row] = label;
  }
  job->results[begin / GRAIN] = changes;
  return RECS_OK;
}

/* The squared distance of a row to a centre, in double. */
static double measure_row(const recs__sparse *sparse, uint32_t thread, size_t row, const float *center, double norm) {
  recs__sparse_row entries = recs__sparse_row_at(sparse, thread, row);
  double sum = norm;
  for (size_t e = 0; e < entries.count; e++) {
    double value = entries.values[e], at = center[entries.columns[e]];
    sum += (value - at) * (value - at) - at * at;
  }
  return sum > 0 ? sum : 0;
}

static double norm_of(const float *center, uint32_t columns) {
  double norm = 0;
  for (uint32_t j = 0; j < columns; j++)
    norm += (double)center[j] * (double)center[j];
  return norm;
}

static double weight_of(const recs__sparse *sparse, size_t row) {
  return sparse->weights == NULL ? 1 : (double)sparse->weights[row];
}

static int32_t measure_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  sparse_lloyd *job = payload;
  double sum = 0;
  for (size_t row = begin; row < end; row++) {
    uint32_t label = job->labels[row];
    sum += weight_of(job->sparse, row) * measure_row(job->sparse, thread, row, job->centers + (size_t)label * job->columns,
                                                     job->shifts[label]);
  }
  job->results[begin / GRAIN] = sum;
  return RECS_OK;
}

static double sum_results(const sparse_lloyd *job) {
  double sum = 0;
  for (size_t i = 0; i * GRAIN < job->sparse->matrix->rows; i++)
    sum += job->results[i];
  return sum;
}

static void sort_rows(const sparse_lloyd *job) {
  size_t rows = job->sparse->matrix->rows;
  memset(job->starts, 0, ((size_t)job->clusters + 1) * sizeof *job->starts);
  for (size_t row = 0; row < rows; row++)
    job->starts[job->labels[row]] += 1;
  for (size_t c = 0, next = 0; c <= job->clusters; c++) {
    size_t count = job->starts[c];
    job->starts[c] = next;
    next += count;
  }
  for (size_t row = 0; row < rows; row++)
    job->order[job->starts[job->labels[row]]++] = (uint32_t)row;
  for (size_t c = job->clusters; c > 0; c--) /* each now stands at the next one's start */
    job->starts[c] = job->starts[c - 1];
  job->starts[0] = 0;
}

/* Moves a centre to the mean of its rows, or in their direction. */
static int32_t move_centers(void *payload, uint32_t thread, size_t begin, size_t end) {
  sparse_lloyd *job = payload;
  double *sums = job->sums + (size_t)thread * job->columns;
  for (size_t c = begin; c < end; c++) {
    float *center = job->centers + c * job->columns;
    double mass = 0, squares = 0;
    memset(sums, 0, job->columns * sizeof *sums);
    for (size_t i = job->starts[c]; i < job->starts[c + 1]; i++) {
      recs__sparse_row entries = recs__sparse_row_at(job->sparse, thread, job->order[i]);
      double weight = weight_of(job->sparse, job->order[i]);
      mass += weight;
      for (size_t e = 0; e < entries.count; e++)
        sums[entries.columns[e]] += weight * (double)entries.values[e];
    }
    for (uint32_t j = 0; j < job->columns && job->sparse->distance == RECS_DISTANCE_COSINE; j++)
      squares += sums[j] * sums[j];
    if (job->sparse->distance == RECS_DISTANCE_COSINE && mass > 0)
      mass = sqrt(squares);
    job->shifts[c] = 0;
    for (uint32_t j = 0; j < job->columns && mass > 0; j++) {
      float moved = (float)(sums[j] / mass);
      double step = (double)moved - (double)center[j];
      job->shifts[c] += step * step;
      center[j] = moved;
    }
  }
  return RECS_OK;
}

/* Counts, of each cluster, the rows that weigh something; returns how many clusters have none. */
static uint32_t count_members(const sparse_lloyd *job, size_t *members) {
  uint32_t empty = 0;
  memset(members, 0, job->clusters * sizeof *members);
  for (size_t row = 0; row < job->sparse->matrix->rows; row++)
    members[job->labels[row]] += weight_of(job->sparse, row) > 0;
  for (uint32_t c = 0; c < job->clusters; c++)
    empty += members[c] == 0;
  return empty;
}

/* Gives each empty cluster a row of those farthest from their centres, but no cluster's last. */
static int32_t refill(sparse_lloyd *job, uint32_t empty) {
  const recs_context *context = job->sparse->context;
  size_t rows = job->sparse->matrix->rows, next = 0, count, *members = job->starts;
  uint32_t *picked = recs__alloc(context, empty, sizeof *picked);
  double *far = recs__alloc(context, empty, sizeof *far);
  recs__top top = {.context = context};
  int32_t status = picked == NULL || far == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = recs__top_init(&top, context, empty, rows);
  if (status != RECS_OK)
    goto cleanup;
  for (size_t row = 0; row < rows; row++) {
    if (job->distances[row] > 0 && weight_of(job->sparse, row) > 0)
      recs__top_offer(&top, (uint32_t)row, (double)job->distances[row]);
  }
  count = recs__top_take(&top, picked, far);
  for (uint32_t c = 0; c < job->clusters; c++) {
    if (members[c] > 0)
      continue;
    while (next < count && members[job->labels[picked[next]]] < 2)
      next += 1;
    if (next == count)
      break;
    members[job->labels[picked[next]]] -= 1;
    members[c] = 1;
    job->labels[picked[next++]] = c;
  }
cleanup:
  recs__top_free(&top);
  recs__free(context, picked);
  recs__free(context, far);
  return status;
}

static int32_t iterate(sparse_lloyd *job, double tolerance, int *done, const recs__progress *progress) {
  const recs_context *context = job->sparse->context;
  double shift = 0;
  uint32_t empty;
  int stayed;
  RECS_TRY(pack(context, &job->points, job->centers, job->clusters, job->columns));
  RECS_TRY(recs__parallel(context, job->sparse->matrix->rows, GRAIN, assign_rows, job, progress));
  stayed = sum_results(job) == 0;
  empty = count_members(job, job->starts);
  if (empty > 0)
    RECS_TRY(refill(job, empty));
  sort_rows(job);
  RECS_TRY(recs__parallel(context, job->clusters, 1, move_centers, job, NULL));
  for (uint32_t c = 0; c < job->clusters; c++)
    shift += job->shifts[c];
  *done = shift <= tolerance || stayed;
  job->settled = stayed && empty == 0;
  return RECS_OK;
}

/* The last pass labels the rows by the last centres. */
static int32_t run(sparse_lloyd *job, double tolerance, uint32_t max_iterations, const recs__progress *progress) {
  const recs_context *context = job->sparse->context;
  size_t rows = job->sparse->matrix->rows;
  int done = 0;
  for (size_t row = 0; row < rows; row++)
    job->labels[row] = UINT32_MAX;
  for (job->iterations = 0; job->iterations < max_iterations && !done; job->iterations++) {
    recs__progress part = recs__progress_part(progress, (double)job->iterations / max_iterations,
                                              (job->iterations + 1.0) / max_iterations);
    RECS_TRY(iterate(job, tolerance, &done, &part));
  }
  if (!job->settled) {
    RECS_TRY(pack(context, &job->points, job->centers, job->clusters, job->columns));
    RECS_TRY(recs__parallel(context, rows, GRAIN, assign_rows, job, NULL));
  }
  for (uint32_t c = 0; c < job->clusters; c++)
    job->shifts[c] = norm_of(job->centers + (size_t)c * job->columns, job->columns);
  RECS_TRY(recs__parallel(context, rows, GRAIN, measure_rows, job, NULL));
  job->inertia = sum_results(job);
  return RECS_OK;
}

/* The centres of a start: those given, or the rows that seeding finds. */
static int32_t place(sparse_lloyd *job, const recs_kmeans_options *options, uint32_t start, const recs__progress *progress) {
  const recs_context *context = job->sparse->context;
  size_t cells = (size_t)job->clusters * job->columns;
  uint32_t *rows;
  int32_t status;
  memset(job->centers, 0, cells * sizeof *job->centers);
  for (uint32_t c = 0; c < job->clusters && options->centers != NULL; c++) {
    const float *given = options->centers + (size_t)c * job->columns;
    double length = options->distance == RECS_DISTANCE_COSINE ? sqrt(norm_of(given, job->columns)) : 1;
    for (uint32_t j = 0; j < job->columns; j++)
      job->centers[(size_t)c * job->columns + j] = (float)((double)given[j] / length);
  }
  if (options->centers != NULL)
    return RECS_OK;
  rows = recs__alloc(context, job->clusters, sizeof *rows);
  if (rows == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__sparse_seed(rows, job->sparse, options, start, progress));
  for (uint32_t c = 0; c < job->clusters; c++) {
    recs__sparse_row entries = recs__sparse_row_at(job->sparse, 0, rows[c]);
    for (size_t e = 0; e < entries.count; e++)
      job->centers[(size_t)c * job->columns + entries.columns[e]] = entries.values[e];
  }
cleanup:
  recs__free(context, rows);
  return status;
}

/* The mean of the columns' variances: the mean squared length less that of the mean row. */
static int32_t find_variance(double *out, const recs__sparse *sparse) {
  const recs_matrix *matrix = sparse->matrix;
  double *sums = recs__alloc_zero(sparse->context, matrix->columns, sizeof *sums), total = 0, rows = matrix->rows;
  if (sums == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < matrix->rows; row++) {
    recs__sparse_row entries = recs__sparse_row_at(sparse, 0, row);
    for (size_t e = 0; e < entries.count; e++) {
      sums[entries.columns[e]] += (double)entries.values[e];
      total += (double)entries.values[e] * (double)entries.values[e];
    }
  }
  for (uint32_t j = 0; j < matrix->columns; j++)
    total -= sums[j] * sums[j] / rows;
  recs__free(sparse->context, sums);
  *out = total > 0 ? total / rows / matrix->columns : 0;
  return RECS_OK;
}

static void keep_better(recs_kmeans *kmeans, sparse_lloyd *job) {
  float *centers = kmeans->centers.values;
  uint32_t *labels = kmeans->labels;
  if (job->inertia >= kmeans->inertia)
    return;
  kmeans->centers.values = job->centers;
  kmeans->labels = job->labels;
  kmeans->inertia = job->inertia;
  kmeans->iterations = job->iterations;
  job->centers = centers;
  job->labels = labels;
}

static int32_t fit(recs_kmeans *kmeans, const recs__sparse *sparse, const recs_kmeans_options *options,
                   const recs__progress *progress) {
  sparse_lloyd job = {.sparse = sparse, .clusters = kmeans->clusters, .columns = kmeans->columns};
  uint32_t starts = options->centers != NULL ? 1 : options->starts;
  double variance = 0;
  int32_t status;
  RECS_TRY(find_variance(&variance, sparse));
  RECS_GO(lloyd_init(&job));
  for (uint32_t start = 0; start < starts; start++) {
    recs__progress seeding = recs__progress_part(progress, (double)start / starts, (start + 0.25) / starts);
    recs__progress moving = recs__progress_part(progress, (start + 0.25) / starts, (start + 1.0) / starts);
    RECS_GO(place(&job, options, start, &seeding));
    RECS_GO(run(&job, options->tolerance * variance, options->max_iterations, &moving));
    keep_better(kmeans, &job);
  }
  for (size_t row = 0; row < kmeans->rows; row++)
    kmeans->sizes[kmeans->labels[row]] += 1;
  recs__centers_pack(&kmeans->centers, kmeans->clusters, kmeans->columns, kmeans->shift);
  status = recs__progress_at(progress, 1);
cleanup:
  lloyd_free(&job);
  return status;
}

int32_t recs_kmeans_fit_matrix(recs_kmeans **out, const recs_matrix *matrix, const recs_kmeans_options *options,
                               recs_progress_fn progress, void *payload) {
  recs__progress reporter = recs__progress_of(progress, payload);
  recs__sparse sparse = {0};
  recs_kmeans_options own;
  recs_kmeans *kmeans = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(matrix);
  if (matrix->rows == 0 || matrix->columns == 0)
    return recs__fail(RECS_ERROR_INVALID, "nothing to do with %u rows of %u columns", matrix->rows, matrix->columns);
  RECS_TRY(recs__kmeans_options(&own, options, matrix->rows, matrix->columns));
  if (own.seeding == RECS_SEEDING_PARALLEL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "seeding is parallel, which sparse rows have not: take plusplus or random");
  if (own.algorithm == RECS_KMEANS_MINI_BATCH)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "algorithm is mini-batch, which sparse rows have not: take lloyd");
  RECS_GO(recs__sparse_init(&sparse, matrix, matrix->object.context, own.weights, own.distance));
  RECS_GO(recs__kmeans_new(&kmeans, matrix->object.context, matrix->rows, matrix->columns, own.clusters));
  kmeans->distance = own.distance;
  RECS_GO(fit(kmeans, &sparse, &own, &reporter));
  *out = kmeans;
  kmeans = NULL;
cleanup:
  recs__sparse_free(&sparse);
  recs__release(kmeans);
  return status;
}

typedef struct predicting {
  const recs_kmeans *kmeans;
  const recs__sparse *sparse;
  recs__sparse_points points;
  uint32_t *labels;
  float *distances; /* may be NULL */
} predicting;

static int32_t predict_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  predicting *job = payload;
  for (size_t row = begin; row < end; row++) {
    float distance;
    job->labels[row] = nearest(&distance, recs__sparse_measure(job->sparse, &job->points, thread, row), job->kmeans->clusters);
    if (job->distances != NULL)
      job->distances[row] = distance;
  }
  return RECS_OK;
}

int32_t recs_kmeans_predict_matrix(uint32_t *out_labels, float *out_distances, const recs_kmeans *kmeans,
                                   const recs_matrix *matrix) {
  recs__sparse sparse = {0};
  predicting job = {.kmeans = kmeans, .sparse = &sparse, .labels = out_labels, .distances = out_distances};
  const recs_context *context;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(kmeans);
  RECS_NOT_NULL(matrix);
  if (matrix->columns != kmeans->columns)
    return recs__fail(RECS_ERROR_INVALID, "the matrix has %u columns, the clustering %u", matrix->columns, kmeans->columns);
  if (matrix->rows == 0)
    return RECS_OK;
  RECS_NOT_NULL(out_labels);
  context = kmeans->object.context;
  RECS_GO(recs__sparse_init(&sparse, matrix, context, NULL, kmeans->distance));
  RECS_GO(recs__sparse_points_init(&job.points, &sparse, kmeans->clusters));
  RECS_GO(pack(context, &job.points, kmeans->centers.values, kmeans->clusters, kmeans->columns));
  RECS_GO(recs__parallel(context, matrix->rows, GRAIN, predict_rows, &job, NULL));
cleanup:
  recs__sparse_points_free(&job.points, context);
  recs__sparse_free(&sparse);
  return status;
}
