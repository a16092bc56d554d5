/* What is left of clusters when some rows are missing (Hennig 2007): rows are drawn, clustered anew, and each old cluster is compared with the
 * new one that is most like it. */
#include <math.h>
#include <string.h>

#include "lib/analyze/clusters/agreement.h"
#include "lib/analyze/clusters/kmeans.h"
#include "lib/base/options.h"
#include "lib/base/sort.h"

/* A cluster that is no more like any new one than this is dissolved. */
#define DISSOLVED 0.5

static const recs__choice methods[] = {
    {"subsample", RECS_STABILITY_SUBSAMPLE},
    {"bootstrap", RECS_STABILITY_BOOTSTRAP},
    {NULL, 0},
};

static const recs__field stability_fields[] = {
    RECS__F64(recs_stability_options, share, 0, 1, 0.5, "subsample: the share of the rows that is drawn, more than 0."),
    RECS__U64(recs_stability_options, seed, 0, UINT64_MAX, 1, "Seed of the draws."),
    RECS__U32(recs_stability_options, rounds, 1, 1048576, 20, "How often rows are drawn."),
    RECS__CHOICE(recs_stability_options, method, methods, "subsample|bootstrap", RECS_STABILITY_SUBSAMPLE,
                 "Rows are drawn once each, or as many as there are with repeats."),
};
static const recs_schema stability_schema = RECS__SCHEMA("stability", recs_stability_options, stability_fields);

const recs_schema *recs_stability_schema(void) {
  return &stability_schema;
}

int32_t recs_stability_options_init(recs_stability_options *options, size_t struct_size) {
  return recs_options_init(options, &stability_schema, struct_size);
}

struct recs_stability {
  recs__object object;
  uint32_t clusters;
  double rand;
  double *jaccard;     /* by cluster */
  uint32_t *dissolved; /* by cluster: rounds */
};

/* Clusters some rows; labels below `*clusters` or RECS_NO_ROW. */
typedef int32_t (*recluster_fn)(uint32_t *labels, uint32_t *clusters, recs_context *context, const float *values, size_t rows,
                                uint32_t columns, const void *options, recs__progress *progress);

typedef struct trial {
  recs_context *context;
  const float *values; /* rows x columns */
  const uint32_t *labels;
  size_t rows, wanted; /* all, and how many are drawn */
  uint32_t columns, clusters;
  recs_stability_options options;
  recluster_fn recluster;
  const void *settings;
  uint32_t *drawn;     /* ascending; a row may stand there several times */
  float *sample;
  uint32_t *found;     /* the new labels of the drawn */
  uint64_t *pairs;     /* old << 32 | new, of each row that was drawn */
  uint32_t *old_sizes, *new_sizes;
  size_t new_room;
  double *best;        /* by cluster: the likeness to the most similar new one */
  uint32_t *seen;      /* by cluster: rounds in which rows of it were drawn */
} trial;

static void draw(trial *t, uint32_t round) {
  recs__random random = recs__random_stream(t->options.seed, round);
  if (t->options.method == RECS_STABILITY_SUBSAMPLE) {
    recs__draw_rows(t->drawn, t->rows, t->wanted, &random);
  } else {
    for (size_t i = 0; i < t->wanted; i++)
      t->pairs[i] = recs__random_below(&random, t->rows);
    recs__sort_u64(t->pairs, t->wanted);
    for (size_t i = 0; i < t->wanted; i++)
      t->drawn[i] = (uint32_t)t->pairs[i];
  }
  for (size_t i = 0; i < t->wanted; i++)
    memcpy(t->sample + i * t->columns, t->values + (size_t)t->drawn[i] * t->columns, t->columns * sizeof *t->sample);
}

/* Pairs the labels of the rows that were drawn, each once, and counts them. Returns how many rows. */
static size_t pair_labels(trial *t) {
  size_t count = 0;
  memset(t->old_sizes, 0, t->clusters * sizeof *t->old_sizes);
  for (size_t i = 0; i < t->wanted; i++) {
    uint32_t old = t->labels[t->drawn[i]], new = t->found[i];
    if (i > 0 && t->drawn[i] == t->drawn[i - 1])
      continue;
    t->pairs[count++] = (uint64_t)old << 32 | new;
    if (old != RECS_NO_ROW)
      t->old_sizes[old] += 1;
    if (new != RECS_NO_ROW)
      t->new_sizes[new] += 1;
  }
  return count;
}

/* The Jaccard similarity of each old cluster with the most similar new one; `pairs` are sorted. */
static void find_best(trial *t, size_t count) {
  memset(t->best, 0, t->clusters * sizeof *t->best);
  for (size_t begin = 0, end; begin < count; begin = end) {
    uint32_t old = (uint32_t)(t->pairs[begin] >> 32), new = (uint32_t)t->pairs[begin];
    double shared, similarity;
    for (end = begin + 1; end < count && t->pairs[end] == t->pairs[begin]; end++) {
    }
    if (old == RECS_NO_ROW || new == RECS_NO_ROW)
      continue;
    shared = (double)(end - begin);
    similarity = shared / ((double)t->old_sizes[old] + (double)t->new_sizes[new] - shared);
    t->best[old] = fmax(t->best[old], similarity);
  }
}

static int32_t run_round(recs_stability *out, trial *t, uint32_t round, recs__progress *progress) {
  uint32_t clusters = 0;
  size_t count;
  double rand, information;
  draw(t, round);
  RECS_TRY(t->recluster(t->found, &clusters, t->context, t->sample, t->wanted, t->columns, t->settings, progress));
  RECS_TRY(recs__grow(t->context, &t->new_sizes, &t->new_room, (size_t)clusters + 1, sizeof *t->new_sizes));
  memset(t->new_sizes, 0, clusters * sizeof *t->new_sizes);
  count = pair_labels(t);
  recs__sort_u64(t->pairs, count);
  find_best(t, count);
  recs__agreement(&rand, &information, t->pairs, count);
  out->rand += rand;
  for (uint32_t c = 0; c < t->clusters; c++) {
    if (t->old_sizes[c] == 0)
      continue;
    t->seen[c] += 1;
    out->jaccard[c] += t->best[c];
    out->dissolved[c] += t->best[c] <= DISSOLVED;
  }
  return RECS_OK;
}

static int32_t run(recs_stability *out, trial *t, const recs__progress *progress) {
  uint32_t rounds = t->options.rounds;
  for (uint32_t round = 0; round < rounds; round++) {
    recs__progress part = recs__progress_part(progress, (double)round / rounds, ((double)round + 1) / rounds);
    RECS_TRY(run_round(out, t, round, &part));
  }
  out->rand /= rounds;
  for (uint32_t c = 0; c < t->clusters; c++)
    out->jaccard[c] = t->seen[c] > 0 ? out->jaccard[c] / t->seen[c] : NAN;
  return recs__progress_at(progress, 1);
}

static int32_t trial_init(trial *t) {
  const recs_context *context = t->context;
  t->wanted = t->rows;
  if (t->options.method == RECS_STABILITY_SUBSAMPLE)
    t->wanted = (size_t)ceil(t->options.share * (double)t->rows);
  t->drawn = recs__alloc(context, t->wanted, sizeof *t->drawn);
  t->sample = recs__alloc(context, t->wanted, t->columns * sizeof *t->sample);
  t->found = recs__alloc(context, t->wanted, sizeof *t->found);
  t->pairs = recs__alloc(context, t->wanted, sizeof *t->pairs);
  t->old_sizes = recs__alloc(context, t->clusters, sizeof *t->old_sizes);
  t->best = recs__alloc(context, t->clusters, sizeof *t->best);
  t->seen = recs__alloc_zero(context, t->clusters, sizeof *t->seen);
  return t->drawn == NULL || t->sample == NULL || t->found == NULL || t->pairs == NULL || t->old_sizes == NULL || t->best == NULL ||
                 t->seen == NULL
             ? recs__fail_nomem()
             : RECS_OK;
}

static void trial_free(trial *t) {
  recs__free(t->context, t->drawn);
  recs__free(t->context, t->sample);
  recs__free(t->context, t->found);
  recs__free(t->context, t->pairs);
  recs__free(t->context, t->old_sizes);
  recs__free(t->context, t->new_sizes);
  recs__free(t->context, t->best);
  recs__free(t->context, t->seen);
}

static void stability_destroy(void *object) {
  recs_stability *stability = object;
  recs__free(stability->object.context, stability->jaccard);
  recs__free(stability->object.context, stability->dissolved);
}

static int32_t stability_new(recs_stability **out, recs_context *context, uint32_t clusters) {
  recs_stability *stability = recs__object_new(context, sizeof *stability, stability_destroy);
  *out = stability;
  if (stability == NULL)
    return recs__fail_nomem();
  stability->clusters = clusters;
  stability->jaccard = recs__alloc_zero(context, clusters, sizeof *stability->jaccard);
  stability->dissolved = recs__alloc_zero(context, clusters, sizeof *stability->dissolved);
  return stability->jaccard == NULL || stability->dissolved == NULL ? recs__fail_nomem() : RECS_OK;
}

/* Checks what both ways share, counts the clusters, and runs. */
static int32_t measure(recs_stability **out, trial *t, const recs_stability_options *options, const recs__progress *progress) {
  recs_stability *stability = NULL;
  int32_t status;
  RECS_TRY(recs__options_load(&t->options, &stability_schema, options));
  if (!(t->options.share > 0))
    return recs__fail(RECS_ERROR_INVALID, "share is 0: no rows would be drawn");
  RECS_TRY(recs__kmeans_shape(t->values, t->rows, t->columns));
  RECS_NOT_NULL(t->labels);
  for (size_t row = 0; row < t->rows; row++) {
    if (t->labels[row] == RECS_NO_ROW)
      continue;
    if (t->labels[row] >= t->rows)
      return recs__fail(RECS_ERROR_INVALID, "the label of row %zu is %u, but there are %zu rows", row, t->labels[row], t->rows);
    t->clusters = t->labels[row] >= t->clusters ? t->labels[row] + 1 : t->clusters;
  }
  RECS_GO(stability_new(&stability, t->context, t->clusters));
  RECS_GO(trial_init(t));
  RECS_GO(run(stability, t, progress));
  *out = stability;
  stability = NULL;
cleanup:
  trial_free(t);
  recs__release(stability);
  return status;
}

static int32_t recluster_kmeans(uint32_t *labels, uint32_t *clusters, recs_context *context, const float *values, size_t rows,
                                uint32_t columns, const void *options, recs__progress *progress) {
  recs_kmeans *kmeans;
  RECS_TRY(recs_kmeans_fit(&kmeans, context, values, rows, columns, options, recs__progress_relay, progress));
  *clusters = kmeans->clusters;
  memcpy(labels, kmeans->labels, rows * sizeof *labels);
  recs_kmeans_free(kmeans);
  return RECS_OK;
}

int32_t recs_stability_kmeans(recs_stability **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                              const uint32_t *labels, const recs_kmeans_options *kmeans, const recs_stability_options *options,
                              recs_progress_fn progress, void *payload) {
  trial t = {.context = context, .values = values, .labels = labels, .rows = rows, .columns = columns, .recluster = recluster_kmeans,
             .settings = kmeans};
  recs__progress reporter = recs__progress_of(progress, payload);
  recs_kmeans_options own;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__options_load(&own, recs_kmeans_schema(), kmeans));
  if (own.weights != NULL)
    return recs__fail(RECS_ERROR_INVALID, "rows with weights cannot be drawn");
  return measure(out, &t, options, &reporter);
}

static int32_t recluster_density(uint32_t *labels, uint32_t *clusters, recs_context *context, const float *values, size_t rows,
                                 uint32_t columns, const void *options, recs__progress *progress) {
  recs_density *density;
  RECS_TRY(recs_density_fit(&density, context, values, rows, columns, options, recs__progress_relay, progress));
  *clusters = recs_density_clusters(density);
  memcpy(labels, recs_density_labels(density), rows * sizeof *labels);
  recs_density_free(density);
  return RECS_OK;
}

int32_t recs_stability_density(recs_stability **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                               const uint32_t *labels, const recs_density_options *density, const recs_stability_options *options,
                               recs_progress_fn progress, void *payload) {
  trial t = {.context = context, .values = values, .labels = labels, .rows = rows, .columns = columns, .recluster = recluster_density,
             .settings = density};
  recs__progress reporter = recs__progress_of(progress, payload);
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  return measure(out, &t, options, &reporter);
}

uint32_t recs_stability_clusters(const recs_stability *stability) {
  return stability == NULL ? 0 : stability->clusters;
}

const double *recs_stability_jaccard(const recs_stability *stability) {
  return stability == NULL ? NULL : stability->jaccard;
}

const uint32_t *recs_stability_dissolved(const recs_stability *stability) {
  return stability == NULL ? NULL : stability->dissolved;
}

double recs_stability_rand(const recs_stability *stability) {
  return stability == NULL ? NAN : stability->rand;
}

void recs_stability_free(recs_stability *stability) {
  recs__release(stability);
}
