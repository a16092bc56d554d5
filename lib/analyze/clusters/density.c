/* Clusters as dense regions: the handle, its options, and the radius that is chosen where none is given. */
#include "lib/analyze/clusters/density.h"

#include <math.h>
#include <string.h>

#include "lib/analyze/clusters/kmeans.h"
#include "lib/base/options.h"
#include "lib/base/sort.h"

enum { FEWEST = 5 };

static const recs__choice methods[] = {
    {"hdbscan", RECS_DENSITY_HDBSCAN},
    {"dbscan", RECS_DENSITY_DBSCAN},
    {NULL, 0},
};

static const recs__choice selections[] = {
    {"excess", RECS_DENSITY_EXCESS},
    {"leaves", RECS_DENSITY_LEAVES},
    {NULL, 0},
};

static const recs__field density_fields[] = {
    RECS__F64(recs_density_options, eps, 0, HUGE_VAL, 0, "dbscan: rows so near are neighbours; 0: chosen by the bend of the distances."),
    RECS__U32(recs_density_options, min_points, 1, 1048576, 5, "Rows within reach, itself among them, that make a row dense."),
    RECS__U32(recs_density_options, min_cluster_size, 0, UINT32_MAX - 1, 0,
              "hdbscan: rows of a cluster at least, 2 or more; 0: a hundredth of the rows, at least 5."),
    RECS__CHOICE(recs_density_options, method, methods, "hdbscan|dbscan", RECS_DENSITY_HDBSCAN, "How clusters are found."),
    RECS__CHOICE(recs_density_options, selection, selections, "excess|leaves", RECS_DENSITY_EXCESS,
                 "hdbscan: the clusters that hold together longest, or the smallest ones."),
};
static const recs_schema density_schema = RECS__SCHEMA("density", recs_density_options, density_fields);

const recs_schema *recs_density_schema(void) {
  return &density_schema;
}

int32_t recs_density_options_init(recs_density_options *options, size_t struct_size) {
  return recs_options_init(options, &density_schema, struct_size);
}

static void density_destroy(void *object) {
  recs_density *density = object;
  recs__free(density->object.context, density->labels);
  recs__free(density->object.context, density->strengths);
  recs__free(density->object.context, density->sizes);
}

/* The distances of the rows to their min_points-th one, sorted, as a curve: the knee is where it lies farthest below its chord
 * (Satopaa, Albrecht, Irwin and Raghavan 2011). The highest hundredth is left out, for single rows far out would draw the chord up. */
int32_t recs__knee(double *out, const recs__kdtree *tree, const double *cores) {
  size_t rows = tree->rows, last = rows - 1 - rows / 100, best = last;
  uint64_t *sorted = recs__alloc(tree->context, rows, sizeof *sorted);
  double low, high, deepest = 0;
  if (sorted == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < rows; row++)
    memcpy(&sorted[row], &cores[tree->places[row]], sizeof *sorted); /* the bits of what is not negative have its order */
  recs__sort_u64(sorted, rows);
  memcpy(&low, &sorted[0], sizeof low);
  memcpy(&high, &sorted[last], sizeof high);
  low = sqrt(low);
  high = sqrt(high);
  for (size_t i = 0; i <= last; i++) {
    double square, below;
    memcpy(&square, &sorted[i], sizeof square);
    below = low + (high - low) * (double)i / (double)(last > 0 ? last : 1) - sqrt(square);
    if (below > deepest) {
      deepest = below;
      best = i;
    }
  }
  memcpy(out, &sorted[best], sizeof *out);
  *out = sqrt(*out);
  recs__free(tree->context, sorted);
  return RECS_OK;
}

static int32_t run_hdbscan(recs_density *density, const recs__kdtree *tree, const double *cores, const recs_density_options *options,
                           const recs__progress *progress) {
  size_t rows = tree->rows;
  uint32_t least = options->min_cluster_size;
  recs__link *links = recs__alloc(tree->context, rows, sizeof *links);
  int32_t status;
  if (least == 0)
    least = rows / 100 > FEWEST ? (uint32_t)(rows / 100) : FEWEST;
  if (links == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__spanning_tree(links, tree, cores, progress));
  RECS_GO(recs__condense(density, links, least, options->selection));
cleanup:
  recs__free(tree->context, links);
  return status;
}

/* By the core distances, which both ways begin with when no eps is given. */
static int32_t run_by_cores(recs_density *density, const recs__kdtree *tree, const recs_density_options *options,
                            const recs__progress *progress) {
  recs__progress first = recs__progress_part(progress, 0, 0.3), rest = recs__progress_part(progress, 0.3, 0.95);
  double *cores = recs__alloc(tree->context, tree->count, sizeof *cores);
  int32_t status;
  if (cores == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__kdtree_cores(cores, tree, options->min_points, &first));
  if (options->method == RECS_DENSITY_HDBSCAN) {
    RECS_GO(run_hdbscan(density, tree, cores, options, &rest));
  } else {
    RECS_GO(recs__knee(&density->eps, tree, cores));
    RECS_GO(recs__dbscan(density, tree, density->eps, options->min_points, &rest));
  }
cleanup:
  recs__free(tree->context, cores);
  return status;
}

static int32_t count_rows(recs_density *density) {
  density->sizes = recs__alloc_zero(density->object.context, density->clusters, sizeof *density->sizes);
  if (density->sizes == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < density->rows; row++) {
    if (density->labels[row] == RECS_NO_ROW)
      density->noise += 1;
    else
      density->sizes[density->labels[row]] += 1;
  }
  return RECS_OK;
}

static int32_t fit(recs_density *density, const float *values, uint32_t columns, const recs_density_options *options,
                   const recs__progress *progress) {
  const recs_context *context = density->object.context;
  recs__kdtree tree = {.context = context};
  int32_t status;
  density->labels = recs__alloc(context, density->rows, sizeof *density->labels);
  density->strengths = recs__alloc(context, density->rows, sizeof *density->strengths);
  if (density->labels == NULL || density->strengths == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__kdtree_build(&tree, context, values, density->rows, columns));
  if (options->method == RECS_DENSITY_DBSCAN && options->eps > 0) {
    density->eps = options->eps;
    RECS_GO(recs__dbscan(density, &tree, options->eps, options->min_points, progress));
  } else {
    RECS_GO(run_by_cores(density, &tree, options, progress));
  }
  RECS_GO(count_rows(density));
  RECS_GO(recs__progress_at(progress, 1));
cleanup:
  recs__kdtree_free(&tree);
  return status;
}

static int32_t check_options(const recs_density_options *options, size_t rows) {
  if (options->min_points > rows)
    return recs__fail(RECS_ERROR_INVALID, "min_points is %u, but there are %zu rows", options->min_points, rows);
  if (options->min_cluster_size == 1)
    return recs__fail(RECS_ERROR_INVALID, "min_cluster_size is 1, but a cluster has 2 rows at least");
  if (options->min_cluster_size > rows)
    return recs__fail(RECS_ERROR_INVALID, "min_cluster_size is %u, but there are %zu rows", options->min_cluster_size, rows);
  if (rows > INT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rows are more than %d", rows, INT32_MAX);
  return RECS_OK;
}

int32_t recs_density_fit(recs_density **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                         const recs_density_options *options, recs_progress_fn progress, void *payload) {
  recs__progress reporter = recs__progress_of(progress, payload);
  recs_density_options own;
  recs_density *density;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__options_load(&own, &density_schema, options));
  RECS_TRY(recs__kmeans_shape(values, rows, columns));
  RECS_TRY(check_options(&own, rows));
  RECS_TRY(recs__kmeans_check("row", values, 0, rows, columns));
  density = recs__object_new(context, sizeof *density, density_destroy);
  if (density == NULL)
    return recs__fail_nomem();
  density->rows = rows;
  density->eps = NAN;
  RECS_GO(fit(density, values, columns, &own, &reporter));
  *out = density;
  density = NULL;
cleanup:
  recs__release(density);
  return status;
}

uint32_t recs_density_clusters(const recs_density *density) {
  return density == NULL ? 0 : density->clusters;
}

const uint32_t *recs_density_labels(const recs_density *density) {
  return density == NULL ? NULL : density->labels;
}

const float *recs_density_strengths(const recs_density *density) {
  return density == NULL ? NULL : density->strengths;
}

const uint64_t *recs_density_sizes(const recs_density *density) {
  return density == NULL ? NULL : density->sizes;
}

uint64_t recs_density_noise(const recs_density *density) {
  return density == NULL ? 0 : density->noise;
}

double recs_density_eps(const recs_density *density) {
  return density == NULL ? NAN : density->eps;
}

void recs_density_free(recs_density *density) {
  recs__release(density);
}
