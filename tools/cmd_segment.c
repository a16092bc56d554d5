/* recs segment: k-means over a table of numbers, each segment described. */
#include "segment_words.h"
#include "sheet.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 1024, SILHOUETTE_SAMPLE = 2000, FEWEST_AUTO = 2, MOST_AUTO = 10 };

typedef struct segment_flags {
  general settings;
  profile_columns columns;
  const char *scale;
  const char *out;
  const char *k;
  uint64_t seed;
  uint64_t starts;
} segment_flags;

/* The values of a column in the rows of one cluster (RECS_NO_ROW: in all rows). */
static size_t pick_values(double *out, const double *values, const table *t, uint32_t column, const uint32_t *labels,
                          uint32_t cluster) {
  size_t count = 0;
  for (size_t row = 0; row < t->rows; row++) {
    if (cluster == RECS_NO_ROW || labels[row] == cluster)
      out[count++] = values[row * t->columns + column];
  }
  return count;
}

static int by_size(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, by_size);
  return count == 0 ? 0 : (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double mean(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += values[i];
  return count == 0 ? 0 : sum / (double)count;
}

static double deviation(const double *values, size_t count) {
  double center = mean(values, count), squares = 0;
  for (size_t i = 0; i < count; i++)
    squares += (values[i] - center) * (values[i] - center);
  return count == 0 ? 0 : sqrt(squares / (double)count);
}

/* `room` holds as many numbers as the table has rows. */
static void find_trait(segment_trait *out, const table *t, uint32_t column, const uint32_t *labels, uint32_t cluster, double *room) {
  size_t count = pick_values(room, t->scaled, t, column, labels, RECS_NO_ROW);
  double all = mean(room, count), spread = deviation(room, count);
  count = pick_values(room, t->scaled, t, column, labels, cluster);
  out->name = column_name(t, column);
  out->z = spread > 0 ? (mean(room, count) - all) / spread : 0;
  out->typical = median(room, pick_values(room, t->values, t, column, labels, cluster));
  out->overall = median(room, pick_values(room, t->values, t, column, labels, RECS_NO_ROW));
}

static void print_segment(out_sheet *sheet, const table *t, const recs_kmeans *kmeans, uint32_t cluster, double *room) {
  segment_trait traits[MOST_COLUMNS];
  char words[WORDS];
  uint64_t size = recs_kmeans_sizes(kmeans)[cluster];
  json_t *row = json_object();
  const char *name;
  json_object_set_new(row, "segment", json_integer(cluster));
  json_object_set_new(row, "size", json_integer((json_int_t)size));
  json_object_set_new(row, "share", sheet_real((double)size / (double)t->rows));
  for (uint32_t column = 0; column < t->columns; column++) {
    find_trait(&traits[column], t, column, recs_kmeans_labels(kmeans), cluster, room);
    json_object_set_new(row, traits[column].name, sheet_real(traits[column].typical));
  }
  name = segment_name(traits, t->columns);
  if (name[0] != 0)
    json_object_set_new(row, "name", sheet_text(name));
  segment_words(words, sizeof words, traits, t->columns);
  json_object_set_new(row, "description", sheet_text(words));
  sheet_row(sheet, row);
}

static int print_segments(out_sheet *sheet, const table *t, const recs_kmeans *kmeans) {
  double *room = malloc((t->rows + 1) * sizeof *room);
  if (room == NULL)
    return bad_input("out of memory");
  for (uint32_t cluster = 0; cluster < recs_kmeans_clusters(kmeans); cluster++)
    print_segment(sheet, t, kmeans, cluster, room);
  free(room);
  return EXIT_DONE;
}

static int write_labels(const table *t, const recs_kmeans *kmeans, const char *path) {
  FILE *out = fopen(path, "w");
  out_sheet *labels = out == NULL ? NULL : sheet_open(out, "csv", NULL);
  if (labels == NULL)
    return bad_input("cannot write %s", path);
  for (size_t row = 0; row < t->rows; row++) {
    json_t *shown = json_object();
    json_object_set_new(shown, "id", sheet_text(row_name(t, row)));
    json_object_set_new(shown, "segment", json_integer(recs_kmeans_labels(kmeans)[row]));
    sheet_row(labels, shown);
  }
  sheet_close(labels);
  return fclose(out) == 0 ? EXIT_DONE : bad_input("cannot write %s", path);
}

/* A clustering, and how well its segments are apart: the silhouette, NaN for one segment. */
typedef struct fitted {
  recs_kmeans *kmeans;
  double silhouette;
} fitted;

static int fit_segments(fitted *out, const table *t, const segment_flags *given, uint32_t k) {
  recs_kmeans_options options;
  recs_kmeans_options_init(&options, sizeof options);
  options.clusters = k;
  options.seed = given->seed;
  options.starts = given->starts > UINT32_MAX ? UINT32_MAX : (uint32_t)given->starts;
  out->kmeans = NULL;
  if (recs_kmeans_fit(&out->kmeans, t->context, t->points, t->rows, t->columns, &options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  if (recs_silhouette(&out->silhouette, t->context, t->points, t->rows, t->columns, recs_kmeans_labels(out->kmeans), k,
                      SILHOUETTE_SAMPLE, given->seed) != RECS_OK)
    out->silhouette = NAN;
  return EXIT_DONE;
}

/* The number of segments from 2 to 10 with the highest silhouette. */
static int fit_auto(fitted *best, const table *t, const segment_flags *given) {
  fitted next;
  best->kmeans = NULL;
  best->silhouette = NAN;
  for (uint32_t k = FEWEST_AUTO; k <= MOST_AUTO && k <= t->rows; k++) {
    int code = fit_segments(&next, t, given, k);
    if (code != EXIT_DONE)
      return code;
    if (best->kmeans == NULL || next.silhouette > best->silhouette || isnan(best->silhouette)) {
      recs_kmeans_free(best->kmeans);
      *best = next;
    } else {
      recs_kmeans_free(next.kmeans);
    }
  }
  return best->kmeans != NULL ? EXIT_DONE : bad_input("--k auto needs at least %d rows", FEWEST_AUTO);
}

static int fit_asked(fitted *out, const table *t, const segment_flags *given) {
  char *end;
  unsigned long long k;
  if (strcmp(given->k, "auto") == 0)
    return fit_auto(out, t, given);
  k = strtoull(given->k, &end, 10);
  if (given->k[0] < '0' || given->k[0] > '9' || *end != 0)
    return bad_usage("--k is \"%s\", not a number or auto", given->k);
  if (k == 0 || k > t->rows)
    return bad_input("--k is %llu, outside 1 to the %zu rows", k, t->rows);
  return fit_segments(out, t, given, (uint32_t)k);
}

static int cluster(out_sheet *sheet, const table *t, const segment_flags *given) {
  fitted found = {NULL, NAN};
  double start = seconds_now();
  int code = fit_asked(&found, t, given);
  sheet_time(sheet, "fit", seconds_now() - start);
  if (code == EXIT_DONE) {
    code = print_segments(sheet, t, found.kmeans);
    sheet_value(sheet, "values", sheet_text("medians"));
    sheet_value(sheet, "k", json_integer(recs_kmeans_clusters(found.kmeans)));
    sheet_value(sheet, "space", sheet_text(t->space));
    sheet_value(sheet, "inertia", sheet_real(recs_kmeans_inertia(found.kmeans)));
    sheet_value(sheet, "silhouette", sheet_real(found.silhouette));
    if (given->out != NULL && code == EXIT_DONE)
      code = write_labels(t, found.kmeans, given->out);
  }
  recs_kmeans_free(found.kmeans);
  return code;
}

static int segment_file(out_sheet *sheet, const segment_flags *given, const char *path) {
  table t;
  double start = seconds_now();
  int code = open_table(&t, &given->settings, path, &given->columns, given->scale);
  sheet_time(sheet, "read", seconds_now() - start);
  if (code == EXIT_DONE)
    code = cluster(sheet, &t, given);
  close_table(&t);
  return code;
}

static int run(int count, char **arguments) {
  segment_flags given = {.settings = {"table", 0}, .k = "3", .seed = 1, .starts = 10};
  out_sheet *sheet;
  int code;
  profile_columns_init(&given.columns);
  given.columns.options.id = "user";
  const flag flags[] = {
      {"k", FLAG_TEXT, &given.k, "K", "segments, or auto: 2 to 10, the highest silhouette; default 3"},
      {"id", FLAG_TEXT, &given.columns.options.id, "COLUMN", "column of the ids; default user"},
      {"numbers", FLAG_TEXT, &given.columns.options.numbers, "COLUMNS", "columns to cluster by; default: all but the ids"},
      {"ignore", FLAG_TEXT, &given.columns.options.ignore, "COLUMNS", "columns left out"},
      {"scale", FLAG_TEXT, &given.scale, "KIND", "none, z, robust or log-z; default log-z for RFM tables, else none"},
      {"seed", FLAG_COUNT, &given.seed, "N", "seed of the starts; default 1"},
      {"starts", FLAG_COUNT, &given.starts, "N", "starts, of which the best is kept; default 10"},
      {"out", FLAG_TEXT, &given.out, "FILE", "the segment of each id, as CSV"},
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE [--k N|auto] [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if ((sheet = sheet_open(stdout, given.settings.format, "segments")) == NULL)
    return EXIT_BAD_USAGE;
  code = segment_file(sheet, &given, arguments[1]);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_segment = {"segment", "FILE [--k N|auto]", "cluster a table of numbers and describe each segment", run};
