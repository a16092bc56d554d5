/* The mean silhouette (Rousseeuw 1987): how much nearer a row is to its own cluster than to the next. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

enum { GROUPS = RECS__PANEL / RECS__GROUP };

/* The rows that take part, sorted by cluster, in panels. Clusters are numbered anew, without the empty ones. */
typedef struct silhouettes {
  const recs_context *context;
  const recs__panel_kernels *kernels;
  const float *values;
  uint32_t columns;
  uint32_t clusters;  /* in use */
  size_t rows, panels;
  uint32_t *order;    /* rows of `values` */
  uint32_t *labels;   /* clusters of `order`, ascending; UINT32_MAX fills up the last panel */
  uint64_t *sizes;
  float *blocks;      /* the panels one after another */
  double *results;    /* by panel: the sum of its rows' silhouettes */
  double *sums;       /* a thread: PANEL x clusters */
  recs__panels groups; /* a thread: its panel's rows as points */
} silhouettes;

static void silhouettes_free(silhouettes *job) {
  recs__free(job->context, job->order);
  recs__free(job->context, job->labels);
  recs__free(job->context, job->sizes);
  recs__free(job->context, job->blocks);
  recs__free(job->context, job->results);
  recs__free(job->context, job->sums);
  recs__panels_free(&job->groups);
}

/* Fills `order` with the rows, or a sample of them, sorted by label; `ends` has a place for each label, zeros at first.
 * */
static void sort_rows(silhouettes *job, const uint32_t *labels, const uint32_t *drawn, uint64_t *ends, uint32_t kinds) {
  uint64_t begin = 0;
  for (size_t i = 0; i < job->rows; i++)
    ends[labels[drawn == NULL ? i : drawn[i]]] += 1;
  for (uint32_t label = 0; label < kinds; label++) {
    uint64_t size = ends[label];
    ends[label] = begin;
    begin += size;
  }
  for (size_t i = 0; i < job->rows; i++) {
    uint32_t row = drawn == NULL ? (uint32_t)i : drawn[i];
    job->order[ends[labels[row]]++] = row;
  }
}

/* Numbers the clusters in use and counts their rows. */
static void number_clusters(silhouettes *job, const uint32_t *labels) {
  job->clusters = 0;
  for (size_t i = 0; i < job->rows; i++) {
    if (i == 0 || labels[job->order[i]] != labels[job->order[i - 1]])
      job->sizes[job->clusters++] = 0;
    job->labels[i] = job->clusters - 1;
    job->sizes[job->clusters - 1] += 1;
  }
  for (size_t i = job->rows; i < job->panels * RECS__PANEL; i++)
    job->labels[i] = UINT32_MAX;
}

/* Chooses the rows and puts them in order. */
static int32_t order_rows(silhouettes *job, size_t rows, const uint32_t *labels, uint32_t kinds, uint64_t seed) {
  const recs_context *context = job->context;
  recs__random random = recs__random_stream(seed, 0);
  uint32_t *drawn = NULL;
  uint64_t *ends = recs__alloc_zero(context, kinds, sizeof *ends);
  int32_t status = RECS_OK;
  job->order = recs__alloc(context, job->rows, sizeof *job->order);
  job->labels = recs__alloc(context, job->panels, RECS__PANEL * sizeof *job->labels);
  job->sizes = recs__alloc(context, job->rows, sizeof *job->sizes);
  if (job->rows < rows)
    drawn = recs__alloc(context, job->rows, sizeof *drawn);
  if (ends == NULL || job->order == NULL || job->labels == NULL || job->sizes == NULL ||
      (job->rows < rows && drawn == NULL)) {
    status = recs__fail_nomem();
  } else {
    if (drawn != NULL)
      recs__draw_rows(drawn, rows, job->rows, &random);
    sort_rows(job, labels, drawn, ends, kinds);
    number_clusters(job, labels);
  }
  recs__free(context, drawn);
  recs__free(context, ends);
  return status;
}

static float *block_of(const silhouettes *job, size_t panel) {
  return job->blocks + panel * RECS__PANEL * job->columns;
}

static void pack_rows(silhouettes *job) {
  for (size_t i = 0; i < job->panels * RECS__PANEL; i++) {
    float *block = block_of(job, i / RECS__PANEL) + i % RECS__PANEL;
    for (size_t j = 0; j < job->columns; j++)
      block[j * RECS__PANEL] = i < job->rows ? job->values[(size_t)job->order[i] * job->columns + j] : 0.0f;
  }
}

/* A panel's rows as the points of GROUPS groups. */
static void turn_groups(const silhouettes *job, float *groups, const float *block) {
  for (size_t g = 0; g < GROUPS; g++) {
    for (size_t j = 0; j < job->columns; j++, groups += RECS__GROUP)
      memcpy(groups, block + j * RECS__PANEL + g * RECS__GROUP, RECS__GROUP * sizeof *groups);
  }
}

/* Adds the distances of a group of rows to a panel's rows to the sums of the panel's clusters. */
static void add_distances(const silhouettes *job, double *sums, const float *group, size_t panel) {
  const uint32_t *labels = job->labels + panel * RECS__PANEL;
  float distances[RECS__GROUP * RECS__PANEL];
  double totals[RECS__GROUP];
  job->kernels->distances(distances, block_of(job, panel), job->columns, group, RECS__GROUP);
  if (labels[0] == labels[RECS__PANEL - 1]) {
    job->kernels->totals(totals, distances, RECS__GROUP);
    for (size_t p = 0; p < RECS__GROUP; p++)
      sums[p * job->clusters + labels[0]] += totals[p];
    return;
  }
  for (size_t p = 0; p < RECS__GROUP; p++) {
    for (size_t r = 0; r < RECS__PANEL && labels[r] != UINT32_MAX; r++)
      sums[p * job->clusters + labels[r]] += (double)distances[p * RECS__PANEL + r];
  }
}

/* The silhouette of a row from its sums of distances: 0 for one alone in its cluster, and where all distances are 0. */
static double silhouette_of(const silhouettes *job, const double *sums, uint32_t own) {
  double inside, outside = INFINITY;
  if (job->sizes[own] < 2)
    return 0;
  inside = sums[own] / (double)(job->sizes[own] - 1);
  for (uint32_t c = 0; c < job->clusters; c++) {
    double mean = sums[c] / (double)job->sizes[c];
    if (c != own && mean < outside)
      outside = mean;
  }
  return inside == outside ? 0 : (outside - inside) / fmax(inside, outside);
}

/* The silhouettes of the rows of some panels. */
static int32_t score_panels(void *payload, uint32_t thread, size_t begin, size_t end) {
  silhouettes *job = payload;
  size_t cells = (size_t)RECS__PANEL * job->clusters;
  double *sums = job->sums + thread * cells;
  float *groups = recs__panels_of(&job->groups, thread);
  for (size_t panel = begin; panel < end; panel++) {
    const uint32_t *labels = job->labels + panel * RECS__PANEL;
    double result = 0;
    memset(sums, 0, cells * sizeof *sums);
    turn_groups(job, groups, block_of(job, panel));
    for (size_t other = 0; other < job->panels; other++) {
      for (size_t g = 0; g < GROUPS; g++)
        add_distances(job, sums + g * RECS__GROUP * job->clusters, groups + g * RECS__GROUP * job->columns, other);
    }
    for (size_t r = 0; r < RECS__PANEL && labels[r] != UINT32_MAX; r++)
      result += silhouette_of(job, sums + r * job->clusters, labels[r]);
    job->results[panel] = result;
  }
  return RECS_OK;
}

static int32_t score(double *out, silhouettes *job) {
  const recs_context *context = job->context;
  uint32_t threads = recs__parallel_threads(context, job->panels, 1);
  double total = 0;
  job->blocks = recs__alloc(context, job->panels * RECS__PANEL, job->columns * sizeof *job->blocks);
  job->results = recs__alloc(context, job->panels, sizeof *job->results);
  job->sums = recs__alloc(context, (size_t)threads * RECS__PANEL, job->clusters * sizeof *job->sums);
  if (job->blocks == NULL || job->results == NULL || job->sums == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__panels_init(&job->groups, context, threads, job->columns));
  pack_rows(job);
  RECS_TRY(recs__parallel(context, job->panels, 1, score_panels, job, NULL));
  for (size_t panel = 0; panel < job->panels; panel++)
    total += job->results[panel];
  *out = total / (double)job->rows;
  return RECS_OK;
}

/* Checks the labels; `*kinds` is one more than the largest. */
static int32_t check_labels(uint32_t *kinds, const uint32_t *labels, size_t rows, uint32_t clusters) {
  *kinds = 0;
  for (size_t row = 0; row < rows; row++) {
    if (labels[row] >= clusters)
      return recs__fail(RECS_ERROR_INVALID, "the label of row %zu is %u, but there are %u clusters", row, labels[row],
                        clusters);
    if (labels[row] >= *kinds)
      *kinds = labels[row] + 1;
  }
  return RECS_OK;
}

int32_t recs_silhouette(double *out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                        const uint32_t *labels, uint32_t clusters, size_t sample, uint64_t seed) {
  silhouettes job = {.context = context, .values = values, .columns = columns};
  uint32_t kinds;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__kmeans_shape(values, rows, columns));
  RECS_NOT_NULL(labels);
  RECS_TRY(check_labels(&kinds, labels, rows, clusters));
  RECS_TRY(recs__kmeans_check("row", values, 0, rows, columns));
  job.kernels = recs__panel_kernels_of(context->cpu);
  job.rows = sample > 0 && sample < rows ? sample : rows;
  job.panels = (job.rows + RECS__PANEL - 1) / RECS__PANEL;
  RECS_GO(order_rows(&job, rows, labels, kinds, seed));
  if (job.clusters < 2)
    RECS_GO(recs__fail(RECS_ERROR_INVALID, "all %zu rows are in one cluster: a silhouette needs two", job.rows));
  RECS_GO(score(out, &job));
cleanup:
  silhouettes_free(&job);
  return status;
}
