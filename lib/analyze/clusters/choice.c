/* How many clusters: k-means for each number of a range, judged by criteria that weigh fit against number. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/analyze/clusters/kmeans.h"
#include "lib/base/options.h"

static const recs__choice criteria[] = {
    {"silhouette", RECS_CHOICE_SILHOUETTE},
    {"gap", RECS_CHOICE_GAP},
    {"bic", RECS_CHOICE_BIC},
    {"calinski-harabasz", RECS_CHOICE_CALINSKI_HARABASZ},
    {"davies-bouldin", RECS_CHOICE_DAVIES_BOULDIN},
    {NULL, 0},
};

static const recs__field choice_fields[] = {
    RECS__U64(recs_choice_options, seed, 0, UINT64_MAX, 1, "Seed of the sample and of the tables without clusters."),
    RECS__U32(recs_choice_options, from, 1, UINT32_MAX - 1, 2, "The least number of clusters."),
    RECS__U32(recs_choice_options, to, 1, UINT32_MAX - 1, 10, "The greatest number of clusters."),
    RECS__U32(recs_choice_options, sample, 0, UINT32_MAX - 1, 2000, "Rows that silhouette and gap look at; 0: all."),
    RECS__U32(recs_choice_options, references, 2, 10000, 10, "gap: how many tables without clusters it is compared with."),
    RECS__CHOICE(recs_choice_options, criterion, criteria, "silhouette|gap|bic|calinski-harabasz|davies-bouldin",
                 RECS_CHOICE_SILHOUETTE, "What decides."),
    RECS__RESERVED(recs_choice_options, reserved),
};
static const recs_schema choice_schema = RECS__SCHEMA("choice", recs_choice_options, choice_fields);

const recs_schema *recs_choice_schema(void) {
  return &choice_schema;
}

int32_t recs_choice_options_init(recs_choice_options *options, size_t struct_size) {
  return recs_options_init(options, &choice_schema, struct_size);
}

/* What is known of each number of clusters; the columns of the table. */
enum { INERTIA, SILHOUETTE, GAP, GAP_ERROR, BIC, CALINSKI, DAVIES, MEASURES };

struct recs_choice {
  recs__object object;
  uint32_t count, chosen; /* rows of the table, and the one that was chosen */
  uint32_t *clusters;
  double *measures[MEASURES];
};

typedef struct choosing {
  recs_choice *out;
  recs_context *context;
  const float *values; /* rows x columns */
  size_t rows;
  uint32_t columns;
  recs_choice_options options;
  recs_kmeans_options kmeans;
  recs_kmeans **fits;  /* by row of the table */
} choosing;

static int32_t fit(recs_kmeans **out, const choosing *job, const float *values, size_t rows, uint32_t clusters, recs__progress *progress) {
  recs_kmeans_options options = job->kmeans;
  options.clusters = clusters;
  return recs_kmeans_fit(out, job->context, values, rows, job->columns, &options, recs__progress_relay, progress);
}

/* Clusters about their means. */
typedef struct spread {
  double within;  /* squared distances to the clusters' means */
  double all;     /* to the mean of all rows */
  double *means;  /* clusters x columns, and one more for all rows */
  double *mean_distances;
} spread;

static double square_from(const float *row, const double *center, uint32_t columns) {
  double sum = 0;
  for (uint32_t j = 0; j < columns; j++)
    sum += ((double)row[j] - center[j]) * ((double)row[j] - center[j]);
  return sum;
}

static void find_means(const choosing *job, const recs_kmeans *kmeans, double *means) {
  uint32_t columns = job->columns, clusters = kmeans->clusters;
  double *all = means + (size_t)clusters * columns;
  memset(means, 0, ((size_t)clusters + 1) * columns * sizeof *means);
  for (size_t row = 0; row < job->rows; row++) {
    for (uint32_t j = 0; j < columns; j++)
      means[(size_t)kmeans->labels[row] * columns + j] += (double)job->values[row * columns + j];
  }
  for (uint32_t c = 0; c < clusters; c++) {
    for (uint32_t j = 0; j < columns; j++) {
      all[j] += means[(size_t)c * columns + j] / (double)job->rows;
      means[(size_t)c * columns + j] /= (double)kmeans->sizes[c];
    }
  }
}

static void find_spread(const choosing *job, const recs_kmeans *kmeans, spread *s) {
  uint32_t columns = job->columns, clusters = kmeans->clusters;
  find_means(job, kmeans, s->means);
  memset(s->mean_distances, 0, clusters * sizeof *s->mean_distances);
  s->within = s->all = 0;
  for (size_t row = 0; row < job->rows; row++) {
    uint32_t label = kmeans->labels[row];
    double square = square_from(job->values + row * columns, s->means + (size_t)label * columns, columns);
    s->within += square;
    s->mean_distances[label] += sqrt(square) / (double)kmeans->sizes[label];
    s->all += square_from(job->values + row * columns, s->means + (size_t)clusters * columns, columns);
  }
}

/* The Bayesian information criterion of round normal clusters of one variance (Pelleg and Moore 2000). */
static double bic_of(const choosing *job, const recs_kmeans *kmeans, const spread *s) {
  double n = (double)job->rows, k = kmeans->clusters, d = job->columns, variance = s->within / (d * (n - k)), fit = 0;
  if (!(n > k) || !(variance > 0))
    return NAN;
  for (uint32_t c = 0; c < kmeans->clusters; c++)
    fit += (double)kmeans->sizes[c] * log((double)kmeans->sizes[c] / n);
  fit -= n * d / 2 * log(2 * 3.14159265358979323846 * variance) + d * (n - k) / 2;
  return fit - (k * (d + 1)) / 2 * log(n);
}

/* The mean over the clusters of how much they overlap with the one they overlap most with (Davies and Bouldin 1979). */
static double davies_of(const choosing *job, const recs_kmeans *kmeans, const spread *s) {
  uint32_t columns = job->columns;
  double sum = 0;
  for (uint32_t a = 0; a < kmeans->clusters; a++) {
    double worst = 0;
    for (uint32_t b = 0; b < kmeans->clusters; b++) {
      double apart = 0;
      for (uint32_t j = 0; j < columns; j++) {
        double difference = s->means[(size_t)a * columns + j] - s->means[(size_t)b * columns + j];
        apart += difference * difference;
      }
      if (a != b)
        worst = fmax(worst, (s->mean_distances[a] + s->mean_distances[b]) / sqrt(apart));
    }
    sum += worst;
  }
  return sum / kmeans->clusters;
}

/* Fills a row of the table, but for the gap. */
static int32_t judge(const choosing *job, uint32_t index) {
  recs_choice *out = job->out;
  const recs_kmeans *kmeans = job->fits[index];
  double k = kmeans->clusters, n = (double)job->rows, silhouette = NAN;
  spread s = {0, 0, NULL, NULL};
  int32_t status = RECS_OK;
  s.means = recs__alloc(job->context, (size_t)kmeans->clusters + 1, job->columns * sizeof *s.means);
  s.mean_distances = recs__alloc(job->context, kmeans->clusters, sizeof *s.mean_distances);
  if (s.means == NULL || s.mean_distances == NULL)
    RECS_GO(recs__fail_nomem());
  find_spread(job, kmeans, &s);
  if (kmeans->clusters > 1)
    status = recs_silhouette(&silhouette, job->context, job->values, job->rows, job->columns, kmeans->labels, kmeans->clusters,
                             job->options.sample, job->options.seed);
  if (status == RECS_ERROR_INVALID) { /* the sample lies in one cluster */
    recs__enter();
    silhouette = NAN;
    status = RECS_OK;
  }
  RECS_GO(status);
  out->clusters[index] = kmeans->clusters;
  out->measures[INERTIA][index] = kmeans->inertia;
  out->measures[SILHOUETTE][index] = silhouette;
  out->measures[GAP][index] = out->measures[GAP_ERROR][index] = NAN;
  out->measures[BIC][index] = bic_of(job, kmeans, &s);
  out->measures[CALINSKI][index] = k > 1 && n > k && s.within > 0 ? (s.all - s.within) / (k - 1) / (s.within / (n - k)) : NAN;
  out->measures[DAVIES][index] = k > 1 ? davies_of(job, kmeans, &s) : NAN;
cleanup:
  recs__free(job->context, s.means);
  recs__free(job->context, s.mean_distances);
  return status;
}

/* The fits of all numbers. It ends where clusters stay empty: there are no more distinct rows. */
static int32_t fit_all(choosing *job, const recs__progress *progress) {
  uint32_t from = job->options.from, to = job->options.to > job->rows ? (uint32_t)job->rows : job->options.to, numbers = to - from + 1;
  for (uint32_t index = 0; index < numbers; index++) {
    recs__progress part = recs__progress_part(progress, (double)index / numbers, ((double)index + 1) / numbers);
    recs_kmeans *kmeans;
    uint32_t empty = 0;
    RECS_TRY(fit(&kmeans, job, job->values, job->rows, from + index, &part));
    job->fits[index] = kmeans;
    for (uint32_t c = 0; c < kmeans->clusters; c++)
      empty += kmeans->sizes[c] == 0;
    if (empty > 0 && index == 0)
      return recs__fail(RECS_ERROR_INVALID, "from is %u, but there are only %u distinct rows", from, from - empty);
    if (empty > 0)
      return RECS_OK;
    RECS_TRY(judge(job, index));
    job->out->count = index + 1;
  }
  return RECS_OK;
}

/* A table as the gap looks at it: rows, or as many without clusters. */
typedef struct gap_table {
  float *values;
  float *low, *high; /* by column */
  size_t rows;
} gap_table;

/* All rows, or a sample, and the box around them. */
static int32_t draw_table(gap_table *table, const choosing *job) {
  uint32_t sample = job->options.sample, columns = job->columns, *drawn;
  recs__random random = recs__random_stream(job->options.seed, 0);
  table->rows = sample > 0 && sample < job->rows ? sample : job->rows;
  drawn = recs__alloc(job->context, table->rows, sizeof *drawn);
  table->values = recs__alloc(job->context, table->rows, columns * sizeof *table->values);
  table->low = recs__alloc(job->context, columns, sizeof *table->low);
  table->high = recs__alloc(job->context, columns, sizeof *table->high);
  if (drawn == NULL || table->values == NULL || table->low == NULL || table->high == NULL) {
    recs__free(job->context, drawn);
    return recs__fail_nomem();
  }
  recs__draw_rows(drawn, job->rows, table->rows, &random);
  for (size_t i = 0; i < table->rows; i++) {
    const float *row = job->values + (size_t)drawn[i] * columns;
    memcpy(table->values + i * columns, row, columns * sizeof *row);
    for (uint32_t j = 0; j < columns; j++) {
      table->low[j] = i == 0 || row[j] < table->low[j] ? row[j] : table->low[j];
      table->high[j] = i == 0 || row[j] > table->high[j] ? row[j] : table->high[j];
    }
  }
  recs__free(job->context, drawn);
  return RECS_OK;
}

/* Rows without clusters: evenly spread over the box. */
static void fill_evenly(gap_table *table, const choosing *job, uint32_t reference) {
  recs__random random = recs__random_stream(job->options.seed, 1 + (uint64_t)reference);
  for (size_t i = 0; i < table->rows * job->columns; i++) {
    double low = (double)table->low[i % job->columns], high = (double)table->high[i % job->columns];
    table->values[i] = (float)(low + (high - low) * recs__random_unit(&random));
  }
}

/* The logarithms of the inertias of a table for all numbers. */
static int32_t log_inertias(double *out, const choosing *job, const gap_table *table, const recs__progress *progress) {
  for (uint32_t index = 0; index < job->out->count; index++) {
    recs__progress part = recs__progress_part(progress, (double)index / job->out->count, ((double)index + 1) / job->out->count);
    recs_kmeans *kmeans;
    out[index] = -INFINITY;
    if (job->out->clusters[index] > table->rows)
      continue;
    RECS_TRY(fit(&kmeans, job, table->values, table->rows, job->out->clusters[index], &part));
    out[index] = log(kmeans->inertia);
    recs_kmeans_free(kmeans);
  }
  return RECS_OK;
}

/* The gap statistic (Tibshirani, Walther and Hastie 2001): how much less the logarithm of the inertia is than in tables without clusters,
 * and its standard error. */
static int32_t find_gaps(const choosing *job, gap_table *table, double *logs, const recs__progress *progress) {
  uint32_t count = job->out->count, references = job->options.references;
  double *gaps = job->out->measures[GAP], *errors = job->out->measures[GAP_ERROR], *next = logs + count;
  RECS_TRY(draw_table(table, job));
  for (uint32_t r = 0; r <= references; r++) {
    recs__progress part = recs__progress_part(progress, (double)r / (references + 1), ((double)r + 1) / (references + 1));
    if (r > 0)
      fill_evenly(table, job, r - 1);
    RECS_TRY(log_inertias(r == 0 ? logs : next + (size_t)(r - 1) * count, job, table, &part));
  }
  for (uint32_t index = 0; index < count; index++) {
    double mean = 0, squares = 0;
    for (uint32_t r = 0; r < references; r++)
      mean += next[(size_t)r * count + index] / references;
    for (uint32_t r = 0; r < references; r++)
      squares += (next[(size_t)r * count + index] - mean) * (next[(size_t)r * count + index] - mean) / references;
    gaps[index] = mean - logs[index];
    errors[index] = sqrt(squares * (1 + 1.0 / references));
  }
  return RECS_OK;
}

static int32_t judge_gaps(const choosing *job, const recs__progress *progress) {
  gap_table table = {NULL, NULL, NULL, 0};
  double *logs = recs__alloc(job->context, (size_t)job->options.references + 1, job->out->count * sizeof *logs);
  int32_t status = logs == NULL ? recs__fail_nomem() : find_gaps(job, &table, logs, progress);
  recs__free(job->context, logs);
  recs__free(job->context, table.values);
  recs__free(job->context, table.low);
  recs__free(job->context, table.high);
  return status;
}

/* The row of the table with the highest (sign 1) or lowest (-1) value, the first of equals. */
static uint32_t find_most(const recs_choice *out, int measure, double sign) {
  const double *values = out->measures[measure];
  uint32_t best = 0;
  for (uint32_t i = 1; i < out->count; i++) {
    if (sign * values[i] > sign * values[best] || (isnan(values[best]) && !isnan(values[i])))
      best = i;
  }
  return best;
}

/* The first number after which the gap rises by no more than its error; where there is none, the one with the widest gap. */
static uint32_t find_gap(const recs_choice *out) {
  for (uint32_t i = 0; i + 1 < out->count; i++) {
    if (out->measures[GAP][i] >= out->measures[GAP][i + 1] - out->measures[GAP_ERROR][i + 1])
      return i;
  }
  return find_most(out, GAP, 1);
}

static uint32_t choose(const recs_choice *out, int32_t criterion) {
  switch (criterion) {
  case RECS_CHOICE_GAP:
    return find_gap(out);
  case RECS_CHOICE_BIC:
    return find_most(out, BIC, 1);
  case RECS_CHOICE_CALINSKI_HARABASZ:
    return find_most(out, CALINSKI, 1);
  case RECS_CHOICE_DAVIES_BOULDIN:
    return find_most(out, DAVIES, -1);
  default:
    return find_most(out, SILHOUETTE, 1);
  }
}

static void choice_destroy(void *object) {
  recs_choice *choice = object;
  recs__free(choice->object.context, choice->clusters);
  for (int m = 0; m < MEASURES; m++)
    recs__free(choice->object.context, choice->measures[m]);
}

static int32_t choice_new(recs_choice **out, recs_context *context, uint32_t numbers) {
  recs_choice *choice = recs__object_new(context, sizeof *choice, choice_destroy);
  *out = choice;
  if (choice == NULL)
    return recs__fail_nomem();
  choice->clusters = recs__alloc(context, numbers, sizeof *choice->clusters);
  for (int m = 0; m < MEASURES; m++) {
    choice->measures[m] = recs__alloc(context, numbers, sizeof(double));
    if (choice->measures[m] == NULL)
      return recs__fail_nomem();
  }
  return choice->clusters == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t run(choosing *job, const recs__progress *progress) {
  int by_gap = job->options.criterion == RECS_CHOICE_GAP;
  recs__progress fitting = recs__progress_part(progress, 0, by_gap ? 0.2 : 1), gaps = recs__progress_part(progress, 0.2, 1);
  RECS_TRY(fit_all(job, &fitting));
  if (by_gap)
    RECS_TRY(judge_gaps(job, &gaps));
  job->out->chosen = choose(job->out, job->options.criterion);
  return recs__progress_at(progress, 1);
}

static int32_t check(choosing *job, const recs_kmeans_options *kmeans, const recs_choice_options *options) {
  RECS_TRY(recs__options_load(&job->options, &choice_schema, options));
  RECS_TRY(recs__options_load(&job->kmeans, recs_kmeans_schema(), kmeans));
  if (job->kmeans.centers != NULL)
    return recs__fail(RECS_ERROR_INVALID, "start centres are for one number of clusters, not for a choice");
  if (job->kmeans.weights != NULL)
    return recs__fail(RECS_ERROR_INVALID, "weights of rows are not known to the criteria of a choice");
  if (job->kmeans.distance != RECS_DISTANCE_EUCLIDEAN)
    return recs__fail(RECS_ERROR_INVALID, "the criteria of a choice are Euclidean, but distance is %d", job->kmeans.distance);
  RECS_TRY(recs__kmeans_shape(job->values, job->rows, job->columns));
  if (job->options.from > job->options.to)
    return recs__fail(RECS_ERROR_INVALID, "from is %u, more than to, which is %u", job->options.from, job->options.to);
  if (job->options.from > job->rows)
    return recs__fail(RECS_ERROR_INVALID, "from is %u, but there are %zu rows", job->options.from, job->rows);
  return RECS_OK;
}

int32_t recs_kmeans_choose(recs_choice **out, recs_kmeans **out_kmeans, recs_context *context, const float *values, size_t rows,
                           uint32_t columns, const recs_kmeans_options *kmeans, const recs_choice_options *options,
                           recs_progress_fn progress, void *payload) {
  choosing job = {.context = context, .values = values, .rows = rows, .columns = columns};
  recs__progress reporter = recs__progress_of(progress, payload);
  uint32_t numbers = 0;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  if (out_kmeans != NULL)
    *out_kmeans = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(check(&job, kmeans, options));
  numbers = (job.options.to > rows ? (uint32_t)rows : job.options.to) - job.options.from + 1;
  RECS_GO(choice_new(&job.out, context, numbers));
  job.fits = recs__alloc_zero(context, numbers, sizeof *job.fits);
  if (job.fits == NULL)
    RECS_GO(recs__fail_nomem());
  RECS_GO(run(&job, &reporter));
  if (out_kmeans != NULL)
    *out_kmeans = recs__hold(job.fits[job.out->chosen]);
  *out = job.out;
  job.out = NULL;
cleanup:
  for (uint32_t i = 0; job.fits != NULL && i < numbers; i++)
    recs__release(job.fits[i]);
  recs__free(context, job.fits);
  recs__release(job.out);
  return status;
}

uint32_t recs_choice_count(const recs_choice *choice) {
  return choice == NULL ? 0 : choice->count;
}

uint32_t recs_choice_chosen(const recs_choice *choice) {
  return choice == NULL ? 0 : choice->clusters[choice->chosen];
}

const uint32_t *recs_choice_clusters(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->clusters;
}

const double *recs_choice_inertia(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[INERTIA];
}

const double *recs_choice_silhouette(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[SILHOUETTE];
}

const double *recs_choice_gap(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[GAP];
}

const double *recs_choice_gap_error(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[GAP_ERROR];
}

const double *recs_choice_bic(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[BIC];
}

const double *recs_choice_calinski_harabasz(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[CALINSKI];
}

const double *recs_choice_davies_bouldin(const recs_choice *choice) {
  return choice == NULL ? NULL : choice->measures[DAVIES];
}

void recs_choice_free(recs_choice *choice) {
  recs__release(choice);
}
