/* recs segment: clusters a table of numbers, or places new rows into clusters found before, and describes each segment. */
#include "segment_words.h"
#include "segmenting.h"
#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 1024 };

/* The columns of a segment in the order in which they set it apart. */
static void find_traits(segment_trait *out, const segmentation *made, uint32_t cluster) {
  uint32_t columns = recs_segments_columns(made->segments);
  const uint32_t *order = recs_segments_order(made->segments) + (size_t)cluster * columns;
  for (uint32_t i = 0; i < columns; i++) {
    size_t cell = (size_t)cluster * columns + order[i];
    out[i].column = order[i];
    out[i].name = segmentation_column(made, order[i]);
    out[i].z = recs_segments_effects(made->segments)[cell];
    out[i].typical = recs_segments_medians(made->segments)[cell];
    out[i].overall = recs_segments_overall_medians(made->segments)[order[i]];
    out[i].mean = recs_segments_means(made->segments)[cell];
    out[i].overall_mean = recs_segments_overall_means(made->segments)[order[i]];
  }
}

/* All that is known of a segment's columns, the strongest first: for JSON. */
static json_t *list_traits(const segment_trait *traits, uint32_t count) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < count; i++) {
    json_t *row = json_object();
    json_object_set_new(row, "column", sheet_text(traits[i].name));
    json_object_set_new(row, "effect", sheet_real(traits[i].z));
    json_object_set_new(row, "median", sheet_real(traits[i].typical));
    json_object_set_new(row, "median_of_all", sheet_real(traits[i].overall));
    json_object_set_new(row, "mean", sheet_real(traits[i].mean));
    json_object_set_new(row, "mean_of_all", sheet_real(traits[i].overall_mean));
    json_object_set_new(row, "ratio", sheet_real(traits[i].mean / traits[i].overall_mean));
    json_array_append_new(list, row);
  }
  return list;
}

static void print_segment(out_sheet *sheet, const segmentation *made, uint32_t cluster, segment_trait *traits, const segment_flags *given) {
  uint32_t columns = recs_segments_columns(made->segments), example = recs_segments_examples(made->segments)[cluster];
  uint64_t size = recs_segments_sizes(made->segments)[cluster];
  char words[WORDS];
  json_t *row = json_object();
  const char *name;
  find_traits(traits, made, cluster);
  json_object_set_new(row, "segment", json_integer(cluster));
  json_object_set_new(row, "size", json_integer((json_int_t)size));
  json_object_set_new(row, "share", sheet_real((double)size / (double)made->table.rows.rows));
  for (uint32_t column = 0; column < columns; column++)
    json_object_set_new(row, segmentation_column(made, column),
                        sheet_real(recs_segments_medians(made->segments)[(size_t)cluster * columns + column]));
  if (made->stability != NULL)
    json_object_set_new(row, "stability", sheet_real(recs_stability_jaccard(made->stability)[cluster]));
  json_object_set_new(row, "example", sheet_text(example == RECS_NO_ROW ? "" : numbers_id(&made->table, example)));
  if ((name = segment_name(traits, columns))[0] != 0)
    json_object_set_new(row, "name", sheet_text(name));
  segment_words(words, sizeof words, traits, columns);
  json_object_set_new(row, "description", sheet_text(words));
  if (strcmp(given->settings.format, "json") == 0)
    json_object_set_new(row, "traits", list_traits(traits, columns));
  sheet_row(sheet, row);
}

static int print_segments(out_sheet *sheet, const segmentation *made, const segment_flags *given) {
  segment_trait *traits = malloc(recs_segments_columns(made->segments) * sizeof *traits);
  if (traits == NULL)
    return bad_input("out of memory");
  for (uint32_t cluster = 0; cluster < made->clusters; cluster++)
    print_segment(sheet, made, cluster, traits, given);
  free(traits);
  return EXIT_DONE;
}

/* The numbers of segments that were tried: for JSON. */
static json_t *list_choice(const recs_choice *choice) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < recs_choice_count(choice); i++) {
    json_t *row = json_object();
    json_object_set_new(row, "k", json_integer(recs_choice_clusters(choice)[i]));
    json_object_set_new(row, "inertia", sheet_real(recs_choice_inertia(choice)[i]));
    json_object_set_new(row, "silhouette", sheet_real(recs_choice_silhouette(choice)[i]));
    json_object_set_new(row, "gap", sheet_real(recs_choice_gap(choice)[i]));
    json_object_set_new(row, "gap_error", sheet_real(recs_choice_gap_error(choice)[i]));
    json_object_set_new(row, "bic", sheet_real(recs_choice_bic(choice)[i]));
    json_object_set_new(row, "calinski_harabasz", sheet_real(recs_choice_calinski_harabasz(choice)[i]));
    json_object_set_new(row, "davies_bouldin", sheet_real(recs_choice_davies_bouldin(choice)[i]));
    json_array_append_new(list, row);
  }
  return list;
}

static json_t *list_explained(const segmentation *made) {
  json_t *shares = json_object();
  for (uint32_t column = 0; column < recs_segments_columns(made->segments); column++)
    json_object_set_new(shares, segmentation_column(made, column), sheet_real(recs_segments_explained(made->segments)[column]));
  return shares;
}

static void print_values(out_sheet *sheet, const segmentation *made, const segment_flags *given) {
  int json = strcmp(given->settings.format, "json") == 0;
  sheet_value(sheet, "values", sheet_text("medians"));
  sheet_value(sheet, "method", sheet_text(given->load != NULL ? "loaded" : given->method));
  sheet_value(sheet, "k", json_integer(made->clusters));
  if (made->choice != NULL)
    sheet_value(sheet, "criterion", sheet_text(given->criterion));
  sheet_value(sheet, "space", sheet_text(made->space));
  if (!isnan(made->inertia))
    sheet_value(sheet, "inertia", sheet_real(made->inertia));
  sheet_value(sheet, "silhouette", sheet_real(made->silhouette));
  if (made->density != NULL)
    sheet_value(sheet, "noise", json_integer((json_int_t)recs_density_noise(made->density)));
  if (!isnan(recs_density_eps(made->density)))
    sheet_value(sheet, "eps", sheet_real(recs_density_eps(made->density)));
  if (made->stability != NULL)
    sheet_value(sheet, "rand", sheet_real(recs_stability_rand(made->stability)));
  if (json)
    sheet_value(sheet, "explained", list_explained(made));
  if (json && made->choice != NULL)
    sheet_value(sheet, "choice", list_choice(made->choice));
}

static int write_labels(const segmentation *made, const char *path) {
  FILE *out = fopen(path, "w");
  out_sheet *labels = out == NULL ? NULL : sheet_open(out, "csv", NULL);
  if (labels == NULL)
    return bad_input("cannot write %s", path);
  for (size_t row = 0; row < made->table.rows.rows; row++) {
    json_t *shown = json_object();
    json_object_set_new(shown, "id", sheet_text(numbers_id(&made->table, row)));
    json_object_set_new(shown, "segment", made->labels[row] == RECS_NO_ROW ? json_string("noise") : json_integer(made->labels[row]));
    if (made->density != NULL)
      json_object_set_new(shown, "strength", sheet_real((double)recs_density_strengths(made->density)[row]));
    sheet_row(labels, shown);
  }
  sheet_close(labels);
  return fclose(out) == 0 ? EXIT_DONE : bad_input("cannot write %s", path);
}

static int segment_file(out_sheet *sheet, const segment_flags *given, const char *path) {
  segmentation made;
  double start = seconds_now();
  int code = segmentation_open(&made, given, path);
  sheet_time(sheet, "read", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = segmentation_run(&made, given, path);
  sheet_time(sheet, "fit", seconds_now() - start);
  if (code == EXIT_DONE)
    code = print_segments(sheet, &made, given);
  if (code == EXIT_DONE)
    print_values(sheet, &made, given);
  if (code == EXIT_DONE && given->out != NULL)
    code = write_labels(&made, given->out);
  segmentation_close(&made);
  return code;
}

static int check_flags(const segment_flags *given) {
  int kmeans = strcmp(given->method, "kmeans") == 0;
  recs_kmeans_options options;
  recs_kmeans_options_init(&options, sizeof options);
  if (!kmeans && strcmp(given->method, "hdbscan") != 0 && strcmp(given->method, "dbscan") != 0)
    return bad_usage("--method is \"%s\", not one of kmeans, hdbscan, dbscan", given->method);
  if (recs_options_set(&options, recs_kmeans_schema(), "algorithm", given->algorithm) != RECS_OK)
    return bad_usage("--algorithm: %s", recs_last_error());
  if (given->scale != NULL && given->pipeline != NULL)
    return bad_usage("tell either --scale or --pipeline");
  if (given->load != NULL && (given->save != NULL || given->scale != NULL || given->pipeline != NULL || given->stability || !kmeans))
    return bad_usage("--load takes all from the file: without --save, --scale, --pipeline, --stability and --method");
  if (given->save != NULL && !kmeans)
    return bad_usage("--save goes with --method kmeans: %s has no centres that new rows could be near to", given->method);
  return EXIT_DONE;
}

static int run(int count, char **arguments) {
  segment_flags given = {.settings = {"table", 0}, .method = "kmeans", .k = "3", .criterion = "silhouette", .algorithm = "auto",
                         .seed = 1, .starts = 10, .min_points = 5};
  out_sheet *sheet;
  int code;
  profile_columns_init(&given.columns);
  given.columns.options.id = "user";
  const flag flags[] = {
      {"method", FLAG_TEXT, &given.method, "NAME", "kmeans (default); hdbscan or dbscan: dense regions of any shape, the rest is noise"},
      {"k", FLAG_TEXT, &given.k, "K", "kmeans: segments, or auto: the best of --k-range; default 3"},
      {"k-range", FLAG_TEXT, &given.range, "FROM..TO", "--k auto: the numbers that are tried; default 2..10"},
      {"criterion", FLAG_TEXT, &given.criterion, "NAME", "--k auto: silhouette (default), gap, bic, calinski-harabasz or davies-bouldin"},
      {"eps", FLAG_REAL, &given.eps, "DISTANCE", "dbscan: rows so near are neighbours; default 0: where the sorted distances bend"},
      {"min-points", FLAG_COUNT, &given.min_points, "N", "hdbscan, dbscan: rows within reach that make a row dense; default 5"},
      {"min-size", FLAG_COUNT, &given.min_size, "N", "hdbscan: the least rows of a segment; default 0: a hundredth of all, at least 5"},
      {"id", FLAG_TEXT, &given.columns.options.id, "COLUMN", "column of the ids; default user"},
      {"numbers", FLAG_TEXT, &given.columns.options.numbers, "COLUMNS", "columns to cluster by; default: all but the ids"},
      {"ignore", FLAG_TEXT, &given.columns.options.ignore, "COLUMNS", "columns left out"},
      {"scale", FLAG_TEXT, &given.scale, "KIND", "none, z, robust or log-z; default log-z for RFM tables, else none"},
      {"pipeline", FLAG_TEXT, &given.pipeline, "STEPS", "instead: steps as of recs prepare, such as \"impute=median; log[spend]; scale=z\""},
      {"stability", FLAG_SWITCH, &given.stability, NULL, "cluster halves of the rows anew: how much of each segment comes back"},
      {"seed", FLAG_COUNT, &given.seed, "N", "seed of all that is drawn; default 1"},
      {"starts", FLAG_COUNT, &given.starts, "N", "kmeans: starts, of which the best is kept; default 10"},
      {"algorithm", FLAG_TEXT, &given.algorithm, "NAME", "kmeans: auto (default), lloyd, bounds, or mini-batch for very many rows"},
      {"batch-size", FLAG_COUNT, &given.batch_size, "N", "kmeans, mini-batch: rows of a batch; default 0: 10 a segment, at least 1024"},
      {"save", FLAG_TEXT, &given.save, "SEGMENTS", "kmeans: write what new rows need (preparation and centres) to a file"},
      {"load", FLAG_TEXT, &given.load, "SEGMENTS", "place these rows into the segments of such a file"},
      {"out", FLAG_TEXT, &given.out, "FILE", "the segment of each id, as CSV"},
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE [--k N|auto] [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if ((code = check_flags(&given)) != EXIT_DONE)
    return code;
  if ((sheet = sheet_open(stdout, given.settings.format, "segments")) == NULL)
    return EXIT_BAD_USAGE;
  code = segment_file(sheet, &given, arguments[1]);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_segment = {"segment", "FILE [--k N|auto]", "cluster a table of numbers and describe each segment", run};
