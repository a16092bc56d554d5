#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

#include "lib/base/options.h"

/* The share of a start's progress that seeding takes. */
#define SEEDING_SHARE 0.25

static const recs__choice seedings[] = {
    {"plusplus", RECS_SEEDING_PLUSPLUS},
    {"random", RECS_SEEDING_RANDOM},
    {"parallel", RECS_SEEDING_PARALLEL},
    {NULL, 0},
};

static const recs__choice distances[] = {
    {"euclidean", RECS_DISTANCE_EUCLIDEAN},
    {"cosine", RECS_DISTANCE_COSINE},
    {NULL, 0},
};

static const recs__choice algorithms[] = {
    {"auto", RECS_KMEANS_AUTO},
    {"lloyd", RECS_KMEANS_LLOYD},
    {"bounds", RECS_KMEANS_BOUNDS},
    {"mini-batch", RECS_KMEANS_MINI_BATCH},
    {NULL, 0},
};

static const recs__field kmeans_fields[] = {
    RECS__POINTER(recs_kmeans_options, centers, "Start centres, clusters x columns; then one start without seeding."),
    RECS__F64(recs_kmeans_options, tolerance, 0, HUGE_VAL, 1e-4,
              "Stop when the squared shift of the centres is below this times the mean variance; 0: when labels stay."),
    RECS__U64(recs_kmeans_options, seed, 0, UINT64_MAX, 1, "Seed of the random numbers."),
    RECS__U32(recs_kmeans_options, clusters, 1, UINT32_MAX - 1, 3, "How many clusters."),
    RECS__U32(recs_kmeans_options, starts, 1, UINT32_MAX, 10, "The best of this many starts is kept."),
    RECS__U32(recs_kmeans_options, max_iterations, 1, UINT32_MAX - 1, 300, "Iterations of one start at most."),
    RECS__CHOICE(recs_kmeans_options, seeding, seedings, "plusplus|random|parallel", RECS_SEEDING_PLUSPLUS,
                 "How the first centres are chosen."),
    RECS__POINTER(recs_kmeans_options, weights, "A weight for each row; NULL: all 1."),
    RECS__CHOICE(recs_kmeans_options, distance, distances, "euclidean|cosine", RECS_DISTANCE_EUCLIDEAN,
                 "What is near: by squared Euclidean distance, or by direction."),
    RECS__U32(recs_kmeans_options, seeding_rows, 0, UINT32_MAX, 0,
              "How many rows k-means++ looks at; 0: 256 a cluster, at least 16384."),
    RECS__CHOICE(recs_kmeans_options, algorithm, algorithms, "auto|lloyd|bounds|mini-batch", RECS_KMEANS_AUTO,
                 "How rows find their centres: all are looked at, those whose bounds leave a doubt, or a batch at a time."),
    RECS__U32(recs_kmeans_options, batch_size, 0, UINT32_MAX, 0, "Rows of a mini-batch; 0: 10 a cluster, at least 1024."),
};
static const recs_schema kmeans_schema = RECS__SCHEMA("kmeans", recs_kmeans_options, kmeans_fields);

const recs_schema *recs_kmeans_schema(void) {
  return &kmeans_schema;
}

int32_t recs_kmeans_options_init(recs_kmeans_options *options, size_t struct_size) {
  return recs_options_init(options, &kmeans_schema, struct_size);
}

static void kmeans_destroy(void *object) {
  recs_kmeans *kmeans = object;
  const recs_context *context = kmeans->object.context;
  recs__centers_free(&kmeans->centers, context);
  recs__free(context, kmeans->shift);
  recs__free(context, kmeans->labels);
  recs__free(context, kmeans->sizes);
}

int32_t recs__kmeans_new(recs_kmeans **out, recs_context *context, size_t rows, uint32_t columns, uint32_t clusters) {
  recs_kmeans *kmeans = recs__object_new(context, sizeof *kmeans, kmeans_destroy);
  *out = kmeans;
  if (kmeans == NULL)
    return recs__fail_nomem();
  kmeans->rows = rows;
  kmeans->columns = columns;
  kmeans->clusters = clusters;
  kmeans->inertia = INFINITY;
  kmeans->shift = recs__alloc_zero(context, columns, sizeof *kmeans->shift);
  kmeans->labels = rows == 0 ? NULL : recs__alloc(context, rows, sizeof *kmeans->labels);
  kmeans->sizes = recs__alloc_zero(context, clusters, sizeof *kmeans->sizes);
  if (kmeans->shift == NULL || (rows > 0 && kmeans->labels == NULL) || kmeans->sizes == NULL)
    return recs__fail_nomem();
  return recs__centers_init(&kmeans->centers, context, clusters, columns);
}

/* The first centres of a start: those given, or what seeding finds. */
static int32_t place_centers(float *centers, const recs__points *points, const recs_kmeans_options *options,
                             uint32_t start, const recs__progress *progress) {
  size_t cells = (size_t)options->clusters * points->columns;
  if (options->centers == NULL)
    return recs__kmeans_seed(centers, points, options, start, progress);
  memcpy(centers, options->centers, cells * sizeof *centers);
  for (uint32_t c = 0; c < options->clusters && options->distance == RECS_DISTANCE_COSINE; c++) {
    float *center = centers + (size_t)c * points->columns;
    recs__unit_rows(center, points->kernels, center, points->shift, 1, points->columns);
  }
  return RECS_OK;
}

/* Keeps a start that is better than those before: what it found changes places with what they did. */
static void keep_better(recs_kmeans *kmeans, recs__lloyd *lloyd) {
  recs__centers centers = kmeans->centers;
  uint32_t *labels = kmeans->labels;
  if (lloyd->inertia >= kmeans->inertia)
    return;
  kmeans->centers = lloyd->centers;
  kmeans->labels = lloyd->labels;
  kmeans->inertia = lloyd->inertia;
  kmeans->iterations = lloyd->iterations;
  lloyd->centers = centers;
  lloyd->labels = labels;
}

static int32_t run_starts(recs_kmeans *kmeans, recs__points *points, const recs_kmeans_options *options,
                          const recs__progress *progress) {
  uint32_t starts = options->centers != NULL ? 1 : options->starts;
  recs__lloyd lloyd = {.points = points};
  double variance = 0;
  int32_t status;
  points->shift = kmeans->shift;
  RECS_TRY(recs__kmeans_moments(kmeans->shift, &variance, points));
  if (options->distance == RECS_DISTANCE_COSINE)
    memset(kmeans->shift, 0, points->columns * sizeof *kmeans->shift);
  RECS_GO(recs__lloyd_init(&lloyd, points, kmeans->clusters, options->algorithm));
  for (uint32_t start = 0; start < starts; start++) {
    recs__progress whole = recs__progress_part(progress, (double)start / starts, ((double)start + 1) / starts);
    recs__progress seeding = recs__progress_part(&whole, 0, SEEDING_SHARE);
    recs__progress lloyding = recs__progress_part(&whole, SEEDING_SHARE, 1);
    RECS_GO(place_centers(lloyd.centers.values, points, options, start, &seeding));
    if (options->algorithm == RECS_KMEANS_MINI_BATCH)
      RECS_GO(recs__kmeans_batches(&lloyd, options, start, &lloyding));
    else
      RECS_GO(recs__lloyd_run(&lloyd, options->tolerance * variance, options->max_iterations, &lloyding));
    keep_better(kmeans, &lloyd);
  }
  for (size_t row = 0; row < kmeans->rows; row++)
    kmeans->sizes[kmeans->labels[row]] += 1;
cleanup:
  recs__lloyd_free(&lloyd);
  return status;
}

/* Weights are finite and not negative, and enough rows have some. */
static int32_t check_weights(const float *weights, size_t rows, uint32_t clusters) {
  size_t heavy = 0;
  for (size_t row = 0; weights != NULL && row < rows; row++) {
    if (!(weights[row] >= 0 && weights[row] < INFINITY))
      return recs__fail(RECS_ERROR_NUMERIC, "the weight of row %zu is %g", row, (double)weights[row]);
    heavy += weights[row] > 0;
  }
  if (weights != NULL && heavy < clusters)
    return recs__fail(RECS_ERROR_INVALID, "clusters is %u, but only %zu rows weigh more than 0", clusters, heavy);
  return RECS_OK;
}

static int32_t fit(recs_kmeans *kmeans, const float *values, const recs_kmeans_options *options,
                   const recs__progress *progress) {
  const recs_context *context = kmeans->object.context;
  recs__points points = {context, recs__panel_kernels_of(context->cpu), values, options->weights, NULL, kmeans->rows,
                         0, 0, kmeans->columns, options->distance, {0}};
  int32_t status;
  recs__points_cut(&points, kmeans->clusters);
  RECS_TRY(recs__panels_init(&points.panels, context, recs__parallel_threads(context, points.rows, 1), points.columns));
  status = run_starts(kmeans, &points, options, progress);
  recs__panels_free(&points.panels);
  return status == RECS_OK ? recs__progress_at(progress, 1) : status;
}

int32_t recs__kmeans_options(recs_kmeans_options *out, const recs_kmeans_options *options, size_t rows, uint32_t columns) {
  RECS_TRY(recs__options_load(out, &kmeans_schema, options));
  if (out->clusters > rows)
    return recs__fail(RECS_ERROR_INVALID, "clusters is %u, but there are %zu rows", out->clusters, rows);
  if (out->centers != NULL)
    RECS_TRY(recs__kmeans_check_rows("centre", out->centers, 0, out->clusters, columns, out->distance));
  return check_weights(out->weights, rows, out->clusters);
}

int32_t recs_kmeans_fit(recs_kmeans **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                        const recs_kmeans_options *options, recs_progress_fn progress, void *payload) {
  recs__progress reporter = recs__progress_of(progress, payload);
  recs_kmeans_options own;
  recs_kmeans *kmeans = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__kmeans_shape(values, rows, columns));
  RECS_TRY(recs__kmeans_options(&own, options, rows, columns));
  RECS_GO(recs__kmeans_new(&kmeans, context, rows, columns, own.clusters));
  kmeans->distance = own.distance;
  RECS_GO(fit(kmeans, values, &own, &reporter));
  *out = kmeans;
  kmeans = NULL;
cleanup:
  recs__release(kmeans);
  return status;
}

uint32_t recs_kmeans_clusters(const recs_kmeans *kmeans) {
  return kmeans == NULL ? 0 : kmeans->clusters;
}

uint32_t recs_kmeans_columns(const recs_kmeans *kmeans) {
  return kmeans == NULL ? 0 : kmeans->columns;
}

const float *recs_kmeans_centers(const recs_kmeans *kmeans) {
  return kmeans == NULL ? NULL : kmeans->centers.values;
}

const uint32_t *recs_kmeans_labels(const recs_kmeans *kmeans) {
  return kmeans == NULL ? NULL : kmeans->labels;
}

const uint64_t *recs_kmeans_sizes(const recs_kmeans *kmeans) {
  return kmeans == NULL ? NULL : kmeans->sizes;
}

double recs_kmeans_inertia(const recs_kmeans *kmeans) {
  return kmeans == NULL ? NAN : kmeans->inertia;
}

uint32_t recs_kmeans_iterations(const recs_kmeans *kmeans) {
  return kmeans == NULL ? 0 : kmeans->iterations;
}

void recs_kmeans_free(recs_kmeans *kmeans) {
  recs__release(kmeans);
}
