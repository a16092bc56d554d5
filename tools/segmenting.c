#include "segmenting.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SILHOUETTE_SAMPLE = 2000 };

static uint32_t narrow(uint64_t value) {
  return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static size_t row_count(const segmentation *made) {
  return made->table.rows.rows;
}

const char *segmentation_column(const segmentation *made, uint32_t column) {
  return recs_pipeline_input_name(made->pipeline, column);
}

int segmentation_open(segmentation *made, const segment_flags *given, const char *path) {
  memset(made, 0, sizeof *made);
  made->inertia = made->silhouette = NAN;
  return numbers_open(&made->table, &given->settings, path, &given->columns);
}

/* Tables of RFM are scaled by log-z unless told otherwise, others not at all. */
static const char *usual_scale(const numbers *table) {
  static const char *const names[] = {"recency", "frequency", "monetary"};
  int found = 0;
  for (uint32_t column = 0; column < table->rows.columns; column++) {
    const char *name = table->names + table->offsets[column];
    size_t length = (size_t)(table->offsets[column + 1] - table->offsets[column]);
    for (int i = 0; i < 3; i++)
      found += strlen(names[i]) == length && strncmp(names[i], name, length) == 0;
  }
  return found == 3 ? "log-z" : "none";
}

static int find_steps(const char **steps, segmentation *made, const segment_flags *given) {
  static const char *const scales[][2] = {{"none", ""}, {"z", "scale=z"}, {"robust", "scale=robust"}, {"log-z", "log; scale=z"}};
  made->space = given->pipeline != NULL ? given->pipeline : given->scale != NULL ? given->scale : usual_scale(&made->table);
  *steps = given->pipeline;
  for (size_t i = 0; given->pipeline == NULL && i < sizeof scales / sizeof scales[0]; i++) {
    if (strcmp(made->space, scales[i][0]) == 0)
      *steps = scales[i][1];
  }
  if (*steps == NULL)
    return bad_usage("--scale is \"%s\", not one of none, z, robust, log-z", made->space);
  return EXIT_DONE;
}

static int prepare(segmentation *made, const segment_flags *given, const char *path) {
  recs_pipeline_options options;
  int code;
  recs_pipeline_options_init(&options, sizeof options);
  options.seed = given->seed;
  if ((code = find_steps(&options.steps, made, given)) != EXIT_DONE)
    return code;
  if (recs_pipeline_fit(&made->pipeline, NULL, made->table.context, &made->table.rows, &options, terminal_progress(), NULL) != RECS_OK)
    return numbers_report(&made->table, path);
  return EXIT_DONE;
}

/* Columns with one value tell nothing apart. */
static void warn_constant(const segmentation *made) {
  const recs_table *rows = &made->table.rows;
  for (uint32_t column = 0; column < rows->columns; column++) {
    size_t row = 1;
    while (row < rows->rows && rows->values[row * rows->columns + column] == rows->values[column])
      row += 1;
    if (row == rows->rows && row > 1)
      fprintf(stderr, "recs segment: column %.*s has the same value in all rows and tells nothing apart\n",
              (int)(made->table.offsets[column + 1] - made->table.offsets[column]), made->table.names + made->table.offsets[column]);
  }
}

/* The prepared rows as floats. */
static int place_rows(segmentation *made, const char *path) {
  size_t rows = row_count(made), cells;
  double *values;
  int code = EXIT_DONE;
  made->columns = recs_pipeline_columns(made->pipeline);
  cells = rows * made->columns;
  values = malloc((cells + 1) * sizeof *values);
  made->points = malloc((cells + 1) * sizeof *made->points);
  made->labels = malloc((rows + 1) * sizeof *made->labels);
  if (values == NULL || made->points == NULL || made->labels == NULL)
    code = bad_input("%s: out of memory", path);
  else if (recs_pipeline_apply(values, NULL, made->pipeline, &made->table.rows) != RECS_OK)
    code = numbers_report(&made->table, path);
  for (size_t i = 0; code == EXIT_DONE && i < cells; i++)
    made->points[i] = (float)values[i];
  free(values);
  return code;
}

static recs_kmeans_options kmeans_options(const segment_flags *given, uint32_t k) {
  recs_kmeans_options options;
  recs_kmeans_options_init(&options, sizeof options);
  options.clusters = k;
  options.seed = given->seed;
  options.starts = narrow(given->starts);
  options.batch_size = narrow(given->batch_size);
  recs_options_set(&options, recs_kmeans_schema(), "algorithm", given->algorithm); /* a name that was checked */
  return options;
}

static int read_range(const char *text, uint32_t *from, uint32_t *to) {
  char rest;
  return sscanf(text, "%" SCNu32 "..%" SCNu32 "%c", from, to, &rest) == 2 && text[0] >= '0' && text[0] <= '9' ? 0 : -1;
}

static int choose(segmentation *made, const segment_flags *given) {
  recs_kmeans_options kmeans = kmeans_options(given, 1);
  recs_choice_options options;
  recs_choice_options_init(&options, sizeof options);
  options.seed = given->seed;
  if (given->range != NULL && read_range(given->range, &options.from, &options.to) != 0)
    return bad_usage("--k-range is \"%s\", not like 2..10", given->range);
  if (recs_options_set(&options, recs_choice_schema(), "criterion", given->criterion) != RECS_OK)
    return bad_usage("--criterion: %s", recs_last_error());
  if (recs_kmeans_choose(&made->choice, &made->kmeans, made->table.context, made->points, row_count(made), made->columns, &kmeans, &options,
                         terminal_progress(), NULL) != RECS_OK)
    return report_failure("--k auto");
  return EXIT_DONE;
}

static int fit_number(segmentation *made, const segment_flags *given) {
  recs_kmeans_options options;
  uint32_t empty = 0;
  char *end;
  unsigned long long k = strtoull(given->k, &end, 10);
  if (given->k[0] < '0' || given->k[0] > '9' || *end != 0)
    return bad_usage("--k is \"%s\", not a number or auto", given->k);
  if (k == 0 || k > row_count(made))
    return bad_input("--k is %llu, outside 1 to the %zu rows", k, row_count(made));
  options = kmeans_options(given, (uint32_t)k);
  if (recs_kmeans_fit(&made->kmeans, made->table.context, made->points, row_count(made), made->columns, &options, terminal_progress(),
                      NULL) != RECS_OK)
    return report_failure(NULL);
  for (uint32_t c = 0; c < options.clusters; c++)
    empty += recs_kmeans_sizes(made->kmeans)[c] == 0;
  return empty == 0 ? EXIT_DONE : bad_input("--k is %llu, but there are only %llu distinct rows", k, k - empty);
}

static int cluster_kmeans(segmentation *made, const segment_flags *given) {
  int code = strcmp(given->k, "auto") == 0 ? choose(made, given) : fit_number(made, given);
  if (code != EXIT_DONE)
    return code;
  made->clusters = recs_kmeans_clusters(made->kmeans);
  made->inertia = recs_kmeans_inertia(made->kmeans);
  memcpy(made->labels, recs_kmeans_labels(made->kmeans), row_count(made) * sizeof *made->labels);
  return EXIT_DONE;
}

static recs_density_options density_options(const segment_flags *given) {
  recs_density_options options;
  recs_density_options_init(&options, sizeof options);
  options.method = strcmp(given->method, "dbscan") == 0 ? RECS_DENSITY_DBSCAN : RECS_DENSITY_HDBSCAN;
  options.eps = given->eps;
  options.min_points = narrow(given->min_points);
  options.min_cluster_size = narrow(given->min_size);
  return options;
}

static int cluster_density(segmentation *made, const segment_flags *given) {
  recs_density_options options = density_options(given);
  if (recs_density_fit(&made->density, made->table.context, made->points, row_count(made), made->columns, &options, terminal_progress(),
                       NULL) != RECS_OK)
    return report_failure(NULL);
  made->clusters = recs_density_clusters(made->density);
  memcpy(made->labels, recs_density_labels(made->density), row_count(made) * sizeof *made->labels);
  return made->clusters > 0 ? EXIT_DONE : bad_input("all %zu rows are noise: no segments", row_count(made));
}

static int measure_stability(segmentation *made, const segment_flags *given) {
  recs_stability_options options;
  int32_t status;
  recs_stability_options_init(&options, sizeof options);
  options.seed = given->seed;
  if (made->kmeans != NULL) {
    recs_kmeans_options kmeans = kmeans_options(given, made->clusters);
    status = recs_stability_kmeans(&made->stability, made->table.context, made->points, row_count(made), made->columns, made->labels,
                                   &kmeans, &options, terminal_progress(), NULL);
  } else {
    recs_density_options density = density_options(given);
    if (density.method == RECS_DENSITY_DBSCAN)
      density.eps = recs_density_eps(made->density);
    status = recs_stability_density(&made->stability, made->table.context, made->points, row_count(made), made->columns, made->labels,
                                    &density, &options, terminal_progress(), NULL);
  }
  return status == RECS_OK ? EXIT_DONE : report_failure("--stability");
}

/* Whether the pipeline leaves the columns what they are, so that effects can be told where it was clustered. */
static int same_columns(const segmentation *made) {
  if (made->columns != recs_pipeline_input_columns(made->pipeline) || made->columns != made->table.rows.columns)
    return 0;
  for (uint32_t j = 0; j < made->columns; j++) {
    const char *name = recs_pipeline_input_name(made->pipeline, j), *own = made->table.names + made->table.offsets[j];
    size_t length = (size_t)(made->table.offsets[j + 1] - made->table.offsets[j]);
    if (strcmp(recs_pipeline_name(made->pipeline, j), name) != 0 || strlen(name) != length || strncmp(name, own, length) != 0)
      return 0;
  }
  return 1;
}

static int describe(segmentation *made) {
  if (recs_segments_describe(&made->segments, made->table.context, made->table.values, row_count(made), made->table.rows.columns,
                             made->labels, made->clusters, same_columns(made) ? made->points : NULL) != RECS_OK)
    return report_failure(NULL);
  if (recs_silhouette(&made->silhouette, made->table.context, made->points, row_count(made), made->columns, made->labels, made->clusters,
                      SILHOUETTE_SAMPLE, 1) != RECS_OK)
    made->silhouette = NAN; /* one segment, or rows that are in none */
  return EXIT_DONE;
}

/* New rows into the segments of old ones. */
static int assign(segmentation *made, const char *path) {
  size_t rows = row_count(made);
  float *distances = malloc((rows + 1) * sizeof *distances);
  int code = EXIT_DONE;
  made->clusters = recs_kmeans_clusters(recs_assigner_kmeans(made->assigner));
  if (distances == NULL)
    code = bad_input("%s: out of memory", path);
  else if (recs_assigner_assign(made->labels, distances, made->assigner, &made->table.rows) != RECS_OK)
    code = numbers_report(&made->table, path);
  made->inertia = 0;
  for (size_t row = 0; code == EXIT_DONE && row < rows; row++)
    made->inertia += (double)distances[row];
  free(distances);
  return code;
}

static int load(segmentation *made, const segment_flags *given) {
  if (recs_assigner_load(&made->assigner, made->table.context, given->load) != RECS_OK)
    return report_failure(NULL);
  made->pipeline = (recs_pipeline *)(uintptr_t)recs_assigner_pipeline(made->assigner);
  made->space = recs_pipeline_steps(made->pipeline);
  return EXIT_DONE;
}

static int save(segmentation *made, const segment_flags *given) {
  recs_assigner *assigner;
  int code = EXIT_DONE;
  if (recs_assigner_create(&assigner, made->pipeline, made->kmeans) != RECS_OK)
    return report_failure(NULL);
  if (recs_assigner_save(assigner, given->save) != RECS_OK)
    code = report_failure(NULL);
  recs_assigner_free(assigner);
  return code;
}

int segmentation_run(segmentation *made, const segment_flags *given, const char *path) {
  int code = given->load != NULL ? load(made, given) : prepare(made, given, path);
  if (code == EXIT_DONE)
    code = place_rows(made, path);
  if (code == EXIT_DONE) {
    code = given->load != NULL                       ? assign(made, path)
           : strcmp(given->method, "kmeans") == 0    ? cluster_kmeans(made, given)
                                                     : cluster_density(made, given);
  }
  if (code == EXIT_DONE && given->stability)
    code = measure_stability(made, given);
  if (code == EXIT_DONE)
    code = describe(made);
  if (code == EXIT_DONE && given->save != NULL)
    code = save(made, given);
  if (code == EXIT_DONE)
    warn_constant(made);
  return code;
}

void segmentation_close(segmentation *made) {
  recs_segments_free(made->segments);
  recs_stability_free(made->stability);
  recs_choice_free(made->choice);
  recs_density_free(made->density);
  recs_kmeans_free(made->kmeans);
  if (made->assigner == NULL)
    recs_pipeline_free(made->pipeline);
  recs_assigner_free(made->assigner);
  free(made->labels);
  free(made->points);
  numbers_close(&made->table);
}
