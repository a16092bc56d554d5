#include "lib/analyze/kmeans.h"

#include <math.h>
#include <string.h>

#include "lib/base/options.h"

/* Blocks have at least BLOCK_ROWS rows and two a cluster, so that their sums stay smaller than the data; they are at
 * most BLOCKS. */
enum { BLOCK_ROWS = 1024, BLOCKS = 64 };

/* The share of a start's progress that seeding takes. */
#define SEEDING_SHARE 0.25

static const recs__choice seedings[] = {
    {"plusplus", RECS_SEEDING_PLUSPLUS},
    {"random", RECS_SEEDING_RANDOM},
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
    RECS__CHOICE(recs_kmeans_options, seeding, seedings, "plusplus|random", RECS_SEEDING_PLUSPLUS,
                 "How the first centres are chosen."),
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

static int32_t kmeans_new(recs_kmeans **out, recs_context *context, size_t rows, uint32_t columns, uint32_t clusters) {
  recs_kmeans *kmeans = recs__object_new(context, sizeof *kmeans, kmeans_destroy);
  *out = kmeans;
  if (kmeans == NULL)
    return recs__fail_nomem();
  kmeans->rows = rows;
  kmeans->columns = columns;
  kmeans->clusters = clusters;
  kmeans->inertia = INFINITY;
  kmeans->shift = recs__alloc(context, columns, sizeof *kmeans->shift);
  kmeans->labels = recs__alloc(context, rows, sizeof *kmeans->labels);
  kmeans->sizes = recs__alloc_zero(context, clusters, sizeof *kmeans->sizes);
  if (kmeans->shift == NULL || kmeans->labels == NULL || kmeans->sizes == NULL)
    return recs__fail_nomem();
  return recs__centers_init(&kmeans->centers, context, clusters, columns);
}

/* Cuts the rows into blocks. */
static void points_init(recs__points *points, const recs_context *context, const float *values, size_t rows,
                        uint32_t columns, uint32_t clusters) {
  size_t grain = rows / BLOCKS + 1;
  if (grain < BLOCK_ROWS)
    grain = BLOCK_ROWS;
  if (grain < 2 * (size_t)clusters)
    grain = 2 * (size_t)clusters;
  memset(points, 0, sizeof *points);
  points->context = context;
  points->kernels = recs__panel_kernels_of(context->cpu);
  points->values = values;
  points->rows = rows;
  points->columns = columns;
  points->grain = (grain + RECS__PANEL - 1) / RECS__PANEL * RECS__PANEL;
  points->blocks = (rows + points->grain - 1) / points->grain;
}

/* The first centres of a start: those given, or rows. */
static int32_t place_centers(float *centers, const recs__points *points, const recs_kmeans_options *options,
                             uint32_t start, const recs__progress *progress) {
  recs__random random = recs__random_stream(options->seed, start);
  uint32_t columns = points->columns;
  size_t bytes = columns * sizeof *centers;
  uint32_t *rows;
  int32_t status;
  if (options->centers != NULL) {
    memcpy(centers, options->centers, options->clusters * bytes);
    return RECS_OK;
  }
  rows = recs__alloc(points->context, options->clusters, sizeof *rows);
  if (rows == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__kmeans_seed(rows, points, options->clusters, options->seeding, &random, progress));
  for (uint32_t c = 0; c < options->clusters; c++)
    memcpy(centers + (size_t)c * columns, points->values + (size_t)rows[c] * columns, bytes);
cleanup:
  recs__free(points->context, rows);
  return status;
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
  RECS_TRY(recs__kmeans_moments(kmeans->shift, options->tolerance > 0 ? &variance : NULL, points));
  points->shift = kmeans->shift;
  RECS_GO(recs__lloyd_init(&lloyd, points, kmeans->clusters));
  for (uint32_t start = 0; start < starts; start++) {
    recs__progress whole = recs__progress_part(progress, (double)start / starts, ((double)start + 1) / starts);
    recs__progress seeding = recs__progress_part(&whole, 0, SEEDING_SHARE);
    recs__progress lloyding = recs__progress_part(&whole, SEEDING_SHARE, 1);
    RECS_GO(place_centers(lloyd.centers.values, points, options, start, &seeding));
    RECS_GO(recs__lloyd_run(&lloyd, options->tolerance * variance, options->max_iterations, &lloyding));
    keep_better(kmeans, &lloyd);
  }
  for (size_t row = 0; row < kmeans->rows; row++)
    kmeans->sizes[kmeans->labels[row]] += 1;
cleanup:
  recs__lloyd_free(&lloyd);
  return status;
}

static int32_t fit(recs_kmeans *kmeans, const float *values, const recs_kmeans_options *options,
                   const recs__progress *progress) {
  const recs_context *context = kmeans->object.context;
  recs__points points;
  int32_t status;
  points_init(&points, context, values, kmeans->rows, kmeans->columns, kmeans->clusters);
  RECS_TRY(recs__panels_init(&points.panels, context, recs__parallel_threads(context, points.rows, points.grain),
                             points.columns));
  status = run_starts(kmeans, &points, options, progress);
  recs__panels_free(&points.panels);
  return status == RECS_OK ? recs__progress_at(progress, 1) : status;
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
  RECS_TRY(recs__options_load(&own, &kmeans_schema, options));
  RECS_TRY(recs__kmeans_shape(values, rows, columns));
  if (own.clusters > rows)
    return recs__fail(RECS_ERROR_INVALID, "clusters is %u, but there are %zu rows", own.clusters, rows);
  if (own.centers != NULL)
    RECS_TRY(recs__kmeans_check("centre", own.centers, 0, own.clusters, columns));
  RECS_GO(kmeans_new(&kmeans, context, rows, columns, own.clusters));
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

typedef struct predicting {
  const recs_kmeans *kmeans;
  const recs__panel_kernels *kernels;
  const float *values;
  uint32_t *labels;
  float *distances; /* may be NULL */
  recs__panels panels;
} predicting;

static int32_t predict_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  predicting *job = payload;
  const recs_kmeans *kmeans = job->kmeans;
  float *panel = recs__panels_of(&job->panels, thread);
  uint32_t labels[RECS__PANEL];
  double distances[RECS__PANEL];
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *values = job->values + row * kmeans->columns;
    RECS_TRY(recs__kmeans_check("row", values, row, count, kmeans->columns));
    job->kernels->pack(panel, values, count, kmeans->columns, kmeans->shift);
    job->kernels->nearest(labels, panel, kmeans->columns, kmeans->centers.groups, kmeans->centers.norms,
                          kmeans->clusters);
    memcpy(job->labels + row, labels, count * sizeof *labels);
    if (job->distances == NULL)
      continue;
    job->kernels->measure(distances, values, kmeans->centers.values, labels, count, kmeans->columns);
    for (size_t r = 0; r < count; r++)
      job->distances[row + r] = (float)distances[r];
  }
  return RECS_OK;
}

int32_t recs_kmeans_predict(uint32_t *out_labels, float *out_distances, const recs_kmeans *kmeans, const float *values,
                            size_t rows) {
  predicting job = {kmeans, NULL, values, out_labels, out_distances, {0}};
  const recs_context *context;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(kmeans);
  if (rows == 0)
    return RECS_OK;
  RECS_NOT_NULL(out_labels);
  RECS_TRY(recs__kmeans_shape(values, rows, kmeans->columns));
  context = kmeans->object.context;
  job.kernels = recs__panel_kernels_of(context->cpu);
  RECS_TRY(recs__panels_init(&job.panels, context, recs__parallel_threads(context, rows, BLOCK_ROWS), kmeans->columns));
  status = recs__parallel(context, rows, BLOCK_ROWS, predict_block, &job, NULL);
  recs__panels_free(&job.panels);
  return status;
}

void recs_kmeans_free(recs_kmeans *kmeans) {
  recs__release(kmeans);
}
