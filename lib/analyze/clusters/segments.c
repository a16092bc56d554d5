/* What sets clusters apart: per cluster and column the mean, the median and how far the mean lies from that of all rows. */
#include <math.h>
#include <string.h>

#include "lib/analyze/clusters/kmeans.h"
#include "lib/base/sort.h"
#include "lib/data/features/quantile.h"

struct recs_segments {
  recs__object object;
  uint32_t clusters, columns;
  uint64_t unassigned;
  uint64_t *sizes;     /* by cluster */
  uint32_t *examples;  /* by cluster: a row */
  double *means, *medians, *effects; /* clusters x columns */
  uint32_t *order;     /* clusters x columns */
  double *overall_means, *overall_medians, *deviations, *explained; /* by column */
};

typedef struct describing {
  recs_segments *out;
  const double *values; /* rows x columns */
  const float *space;   /* the same, as it was clustered, or NULL */
  size_t rows;
  const uint32_t *labels;
  uint32_t *sorted;     /* rows by cluster, those in none last */
  double *room;         /* rows doubles a thread */
} describing;

static double value_at(const describing *job, size_t row, uint32_t column) {
  return job->values[row * job->out->columns + column];
}

/* The value by which clusters are told apart. */
static double placed_at(const describing *job, size_t row, uint32_t column) {
  return job->space == NULL ? value_at(job, row, column) : (double)job->space[row * job->out->columns + column];
}

typedef double (*getter)(const describing *job, size_t row, uint32_t column);

/* Copies a column's values of some rows, those that are missing left out. */
static size_t gather(double *room, const describing *job, getter get, const uint32_t *rows, size_t count, uint32_t column) {
  size_t taken = 0;
  for (size_t i = 0; i < count; i++) {
    double value = get(job, rows[i], column);
    if (!isnan(value))
      room[taken++] = value;
  }
  return taken;
}

static double mean_of(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += values[i];
  return count == 0 ? NAN : sum / (double)count;
}

static double squares_from(const double *values, size_t count, double center) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (values[i] - center) * (values[i] - center);
  return sum;
}

/* Means and medians of a column in its own unit. */
static void describe_values(const describing *job, uint32_t column, double *room) {
  recs_segments *out = job->out;
  const uint32_t *rows = job->sorted;
  size_t count = gather(room, job, value_at, rows, job->rows, column);
  out->overall_means[column] = mean_of(room, count);
  out->overall_medians[column] = recs__quantile(room, count, 0.5);
  out->deviations[column] = count == 0 ? NAN : sqrt(squares_from(room, count, out->overall_means[column]) / (double)count);
  for (uint32_t c = 0; c < out->clusters; rows += out->sizes[c++]) {
    count = gather(room, job, value_at, rows, out->sizes[c], column);
    out->means[(size_t)c * out->columns + column] = mean_of(room, count);
    out->medians[(size_t)c * out->columns + column] = recs__quantile(room, count, 0.5);
  }
}

/* Standardised differences, and the share of the variance that the clusters explain. */
static void describe_effects(const describing *job, uint32_t column, double *room) {
  recs_segments *out = job->out;
  const uint32_t *rows = job->sorted;
  size_t count = gather(room, job, placed_at, rows, job->rows, column);
  double all = mean_of(room, count), deviation = sqrt(squares_from(room, count, all) / (double)(count > 0 ? count : 1)), center, total;
  double between = 0;
  count = gather(room, job, placed_at, rows, job->rows - out->unassigned, column);
  center = mean_of(room, count);
  total = squares_from(room, count, center);
  for (uint32_t c = 0; c < out->clusters; rows += out->sizes[c++]) {
    double mean;
    count = gather(room, job, placed_at, rows, out->sizes[c], column);
    mean = mean_of(room, count);
    out->effects[(size_t)c * out->columns + column] = count > 0 && deviation > 0 ? (mean - all) / deviation : 0;
    between += count > 0 ? (double)count * (mean - center) * (mean - center) : 0;
  }
  out->explained[column] = total > 0 ? fmin(between / total, 1) : 0;
}

static int32_t describe_columns(void *payload, uint32_t thread, size_t begin, size_t end) {
  const describing *job = payload;
  double *room = job->room + thread * job->rows;
  for (size_t column = begin; column < end; column++) {
    describe_values(job, (uint32_t)column, room);
    describe_effects(job, (uint32_t)column, room);
  }
  return RECS_OK;
}

/* A column and how strongly it sets a cluster apart. */
typedef struct trait {
  double strength;
  uint32_t column;
} trait;

static int by_strength(const void *a, const void *b) {
  const trait *left = a, *right = b;
  if (left->strength > right->strength || left->strength < right->strength)
    return left->strength > right->strength ? -1 : 1;
  return left->column < right->column ? -1 : 1;
}

/* Puts the columns of each cluster in the order of their effects. */
static int32_t order_columns(recs_segments *out) {
  trait *traits = recs__alloc(out->object.context, out->columns, sizeof *traits);
  if (traits == NULL)
    return recs__fail_nomem();
  for (uint32_t c = 0; c < out->clusters; c++) {
    size_t first = (size_t)c * out->columns;
    for (uint32_t j = 0; j < out->columns; j++)
      traits[j] = (trait){fabs(out->effects[first + j]), j};
    recs__sort(traits, out->columns, sizeof *traits, by_strength);
    for (uint32_t j = 0; j < out->columns; j++)
      out->order[first + j] = traits[j].column;
  }
  recs__free(out->object.context, traits);
  return RECS_OK;
}

/* The squared distance of a row to its cluster's mean; where there is no space, columns count by their deviations. What is missing is at
 * the mean. */
static double distance_of(const describing *job, size_t row, const double *centers) {
  const recs_segments *out = job->out;
  double sum = 0;
  for (uint32_t j = 0; j < out->columns; j++) {
    double difference = placed_at(job, row, j) - centers[j];
    if (job->space == NULL)
      difference = out->deviations[j] > 0 ? difference / out->deviations[j] : 0;
    if (!isnan(difference))
      sum += difference * difference;
  }
  return sum;
}

/* The row of each cluster that is nearest to its mean, the first of equals. */
static int32_t find_examples(const describing *job) {
  recs_segments *out = job->out;
  const uint32_t *rows = job->sorted;
  double *centers = recs__alloc(out->object.context, out->columns, sizeof *centers);
  if (centers == NULL)
    return recs__fail_nomem();
  for (uint32_t c = 0; c < out->clusters; rows += out->sizes[c++]) {
    double best = INFINITY;
    for (uint32_t j = 0; j < out->columns; j++)
      centers[j] = mean_of(job->room, gather(job->room, job, placed_at, rows, out->sizes[c], j));
    for (size_t i = 0; i < out->sizes[c]; i++) {
      double distance = distance_of(job, rows[i], centers);
      if (distance < best) {
        best = distance;
        out->examples[c] = rows[i];
      }
    }
  }
  recs__free(out->object.context, centers);
  return RECS_OK;
}

/* Counts the clusters and sorts the rows by them. */
static int32_t sort_rows(describing *job) {
  recs_segments *out = job->out;
  uint64_t *next = recs__alloc(out->object.context, (size_t)out->clusters + 1, sizeof *next), begin = 0;
  if (next == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < job->rows; row++) {
    if (job->labels[row] == RECS_NO_ROW)
      out->unassigned += 1;
    else
      out->sizes[job->labels[row]] += 1;
  }
  for (uint32_t c = 0; c < out->clusters; begin += out->sizes[c++])
    next[c] = begin;
  next[out->clusters] = begin;
  for (size_t row = 0; row < job->rows; row++)
    job->sorted[next[job->labels[row] == RECS_NO_ROW ? out->clusters : job->labels[row]]++] = (uint32_t)row;
  recs__free(out->object.context, next);
  return RECS_OK;
}

static int32_t describe(describing *job) {
  recs_segments *out = job->out;
  const recs_context *context = out->object.context;
  int32_t status;
  job->sorted = recs__alloc(context, job->rows, sizeof *job->sorted);
  job->room = recs__alloc(context, job->rows, recs__parallel_threads(context, out->columns, 1) * sizeof *job->room);
  if (job->sorted == NULL || job->room == NULL)
    RECS_GO(recs__fail_nomem());
  RECS_GO(sort_rows(job));
  RECS_GO(recs__parallel(context, out->columns, 1, describe_columns, job, NULL));
  RECS_GO(order_columns(out));
  RECS_GO(find_examples(job));
cleanup:
  recs__free(context, job->sorted);
  recs__free(context, job->room);
  return status;
}

static void segments_destroy(void *object) {
  recs_segments *segments = object;
  const recs_context *context = segments->object.context;
  recs__free(context, segments->sizes);
  recs__free(context, segments->examples);
  recs__free(context, segments->means);
  recs__free(context, segments->medians);
  recs__free(context, segments->effects);
  recs__free(context, segments->order);
  recs__free(context, segments->overall_means);
  recs__free(context, segments->overall_medians);
  recs__free(context, segments->deviations);
  recs__free(context, segments->explained);
}

static int32_t segments_new(recs_segments **out, recs_context *context, uint32_t clusters, uint32_t columns) {
  recs_segments *s = recs__object_new(context, sizeof *s, segments_destroy);
  size_t row = columns * sizeof(double);
  *out = s;
  if (s == NULL)
    return recs__fail_nomem();
  s->clusters = clusters;
  s->columns = columns;
  s->sizes = recs__alloc_zero(context, clusters, sizeof *s->sizes);
  s->examples = recs__alloc(context, clusters, sizeof *s->examples);
  s->means = recs__alloc(context, clusters, row);
  s->medians = recs__alloc(context, clusters, row);
  s->effects = recs__alloc(context, clusters, row);
  s->order = recs__alloc(context, clusters, columns * sizeof *s->order);
  s->overall_means = recs__alloc(context, columns, sizeof(double));
  s->overall_medians = recs__alloc(context, columns, sizeof(double));
  s->deviations = recs__alloc(context, columns, sizeof(double));
  s->explained = recs__alloc(context, columns, sizeof(double));
  if (s->sizes == NULL || s->examples == NULL || s->means == NULL || s->medians == NULL || s->effects == NULL || s->order == NULL ||
      s->overall_means == NULL || s->overall_medians == NULL || s->deviations == NULL || s->explained == NULL)
    return recs__fail_nomem();
  for (uint32_t c = 0; c < clusters; c++)
    s->examples[c] = RECS_NO_ROW;
  return RECS_OK;
}

/* Values may be missing (NaN), not infinite. */
static int32_t check_values(const double *values, const float *space, size_t rows, uint32_t columns) {
  for (size_t i = 0; i < rows * columns; i++) {
    double value = values[i], placed = space == NULL ? 0 : (double)space[i];
    if (isinf(value) || isinf(placed))
      return recs__fail(RECS_ERROR_NUMERIC, "the value of row %zu, column %zu is %g", i / columns, i % columns,
                        isinf(value) ? value : placed);
  }
  return RECS_OK;
}

int32_t recs_segments_describe(recs_segments **out, recs_context *context, const double *values, size_t rows, uint32_t columns,
                               const uint32_t *labels, uint32_t clusters, const float *space) {
  describing job = {.values = values, .space = space, .rows = rows, .labels = labels};
  size_t bytes;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(values);
  RECS_NOT_NULL(labels);
  if (rows == 0 || columns == 0 || clusters == 0)
    return recs__fail(RECS_ERROR_INVALID, "nothing to describe: %u clusters of %zu rows of %u columns", clusters, rows, columns);
  if (rows >= RECS_NO_ROW || __builtin_mul_overflow(rows, columns * sizeof *values, &bytes))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rows of %u columns are too many", rows, columns);
  for (size_t row = 0; row < rows; row++) {
    if (labels[row] >= clusters && labels[row] != RECS_NO_ROW)
      return recs__fail(RECS_ERROR_INVALID, "the label of row %zu is %u, but there are %u clusters", row, labels[row], clusters);
  }
  RECS_TRY(check_values(values, space, rows, columns));
  RECS_GO(segments_new(&job.out, context, clusters, columns));
  RECS_GO(describe(&job));
  *out = job.out;
  job.out = NULL;
cleanup:
  recs__release(job.out);
  return status;
}

uint32_t recs_segments_clusters(const recs_segments *segments) {
  return segments == NULL ? 0 : segments->clusters;
}

uint32_t recs_segments_columns(const recs_segments *segments) {
  return segments == NULL ? 0 : segments->columns;
}

const uint64_t *recs_segments_sizes(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->sizes;
}

uint64_t recs_segments_unassigned(const recs_segments *segments) {
  return segments == NULL ? 0 : segments->unassigned;
}

const uint32_t *recs_segments_examples(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->examples;
}

const double *recs_segments_means(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->means;
}

const double *recs_segments_medians(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->medians;
}

const double *recs_segments_effects(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->effects;
}

const uint32_t *recs_segments_order(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->order;
}

const double *recs_segments_overall_means(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->overall_means;
}

const double *recs_segments_overall_medians(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->overall_medians;
}

const double *recs_segments_deviations(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->deviations;
}

const double *recs_segments_explained(const recs_segments *segments) {
  return segments == NULL ? NULL : segments->explained;
}

void recs_segments_free(recs_segments *segments) {
  recs__release(segments);
}
