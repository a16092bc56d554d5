/* recs segment: k-means over a table of numbers, each segment described. */
#include "input.h"
#include "segment_words.h"
#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 256, WORDS = 1024, SILHOUETTE_SAMPLE = 2000 };

typedef struct segment_flags {
  general settings;
  profile_columns columns;
  const char *id;
  const char *scale;
  const char *out;
  uint64_t k;
  uint64_t seed;
  uint64_t starts;
} segment_flags;

/* The table: numbers as they came, and as they are clustered. */
typedef struct table {
  recs_context *context;
  recs_ids *ids;
  recs_profiles *profiles;
  size_t rows;
  uint32_t columns;
  double *values;
  double *scaled;
  float *points;
  const char *space; /* the scaling's name */
} table;

static int read_table(table *t, const segment_flags *given, const char *path) {
  profile_columns columns = given->columns;
  columns.options.id = given->id;
  columns.options.numbers = columns.options.numbers == NULL ? "*" : columns.options.numbers;
  t->context = open_context(&given->settings);
  if (recs_ids_create(&t->ids, t->context) != RECS_OK || recs_profiles_create(&t->profiles, t->ids) != RECS_OK)
    return report_failure(NULL);
  return read_profiles(t->profiles, t->ids, path, &columns);
}

static int find_numbers(table *t, uint32_t fields[MOST_COLUMNS], const char *path) {
  for (uint32_t field = 0; field < recs_profiles_field_count(t->profiles); field++) {
    int32_t type;
    if (recs_profiles_field(NULL, &type, NULL, t->profiles, field) == RECS_OK && type == RECS_FIELD_NUMBER) {
      if (t->columns == MOST_COLUMNS)
        return bad_input("%s: more than %d columns of numbers", path, MOST_COLUMNS);
      fields[t->columns++] = field;
    }
  }
  return t->columns > 0 ? EXIT_DONE : bad_input("%s: no column of numbers", path);
}

static const char *column_name(const table *t, const uint32_t *fields, uint32_t column) {
  const char *name = "";
  recs_profiles_field(&name, NULL, NULL, t->profiles, fields[column]);
  return name;
}

static int load_values(table *t, const uint32_t *fields, const char *path) {
  t->rows = recs_ids_count(t->ids);
  t->values = malloc((t->rows * t->columns + 1) * sizeof *t->values);
  t->scaled = malloc((t->rows * t->columns + 1) * sizeof *t->scaled);
  t->points = malloc((t->rows * t->columns + 1) * sizeof *t->points);
  if (t->values == NULL || t->scaled == NULL || t->points == NULL)
    return bad_input("%s: out of memory", path);
  for (size_t row = 0; row < t->rows; row++) {
    for (uint32_t column = 0; column < t->columns; column++) {
      double *value = &t->values[row * t->columns + column];
      const char *id = "";
      recs_profiles_number(value, t->profiles, (uint32_t)row, fields[column]);
      recs_ids_name(&id, NULL, t->ids, (uint32_t)row);
      if (isnan(*value))
        return bad_input("%s: \"%s\" has no %s", path, id, column_name(t, fields, column));
    }
  }
  return EXIT_DONE;
}

/* RFM tables are scaled by log-z unless told otherwise, others not at all. */
static int choose_scale(table *t, const uint32_t *fields, const char *asked, int32_t *kind) {
  static const struct {
    const char *name;
    int32_t kind;
  } scales[] = {{"none", RECS_SCALE_NONE}, {"z", RECS_SCALE_Z}, {"robust", RECS_SCALE_ROBUST}, {"log-z", RECS_SCALE_LOG_Z}};
  int rfm = 0;
  for (uint32_t column = 0; column < t->columns; column++) {
    const char *name = column_name(t, fields, column);
    rfm += strcmp(name, "recency") == 0 || strcmp(name, "frequency") == 0 || strcmp(name, "monetary") == 0;
  }
  if (asked == NULL)
    asked = rfm == 3 ? "log-z" : "none";
  for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
    if (strcmp(asked, scales[i].name) == 0) {
      *kind = scales[i].kind;
      t->space = scales[i].name;
      return EXIT_DONE;
    }
  }
  return bad_usage("--scale is \"%s\", not one of none, z, robust, log-z", asked);
}

static int scale_values(table *t, int32_t kind) {
  size_t total = t->rows * t->columns;
  recs_scaler *scaler = NULL;
  memcpy(t->scaled, t->values, total * sizeof *t->values);
  if (recs_scaler_fit(&scaler, t->context, kind, t->values, t->rows, t->columns) != RECS_OK ||
      recs_scaler_apply(scaler, t->scaled, t->rows) != RECS_OK) {
    recs_scaler_free(scaler);
    return report_failure(NULL);
  }
  recs_scaler_free(scaler);
  for (size_t i = 0; i < total; i++)
    t->points[i] = (float)t->scaled[i];
  return EXIT_DONE;
}

/* Mean and standard deviation of a column over rows of one cluster (RECS_NO_ROW: of all). */
static void column_moments(const double *values, const table *t, uint32_t column, const uint32_t *labels, uint32_t cluster,
                           double *mean, double *deviation) {
  double sum = 0, squares = 0;
  size_t count = 0;
  for (size_t row = 0; row < t->rows; row++) {
    double value = values[row * t->columns + column];
    if (cluster != RECS_NO_ROW && labels[row] != cluster)
      continue;
    sum += value;
    squares += value * value;
    count += 1;
  }
  *mean = count == 0 ? 0 : sum / (double)count;
  *deviation = count == 0 ? 0 : sqrt(fmax(0.0, squares / (double)count - *mean * *mean));
}

static void find_traits(segment_trait *traits, const table *t, const uint32_t *fields, const uint32_t *labels, uint32_t cluster) {
  for (uint32_t column = 0; column < t->columns; column++) {
    double all, spread, own, unused;
    traits[column].name = column_name(t, fields, column);
    column_moments(t->values, t, column, labels, cluster, &traits[column].mean, &unused);
    column_moments(t->values, t, column, labels, RECS_NO_ROW, &traits[column].overall, &unused);
    column_moments(t->scaled, t, column, labels, RECS_NO_ROW, &all, &spread);
    column_moments(t->scaled, t, column, labels, cluster, &own, &unused);
    traits[column].z = spread > 0 ? (own - all) / spread : 0;
  }
}

static void print_segments(out_sheet *sheet, const table *t, const uint32_t *fields, const recs_kmeans *kmeans) {
  segment_trait traits[MOST_COLUMNS];
  char words[WORDS];
  for (uint32_t cluster = 0; cluster < recs_kmeans_clusters(kmeans); cluster++) {
    uint64_t size = recs_kmeans_sizes(kmeans)[cluster];
    json_t *row = json_object();
    const char *name;
    find_traits(traits, t, fields, recs_kmeans_labels(kmeans), cluster);
    json_object_set_new(row, "segment", json_integer(cluster));
    json_object_set_new(row, "size", json_integer((json_int_t)size));
    json_object_set_new(row, "share", sheet_real((double)size / (double)t->rows));
    for (uint32_t column = 0; column < t->columns; column++)
      json_object_set_new(row, traits[column].name, sheet_real(traits[column].mean));
    name = segment_name(traits, t->columns);
    if (name[0] != 0)
      json_object_set_new(row, "name", sheet_text(name));
    segment_words(words, sizeof words, traits, t->columns);
    json_object_set_new(row, "description", sheet_text(words));
    sheet_row(sheet, row);
  }
}

static int write_labels(const table *t, const recs_kmeans *kmeans, const char *path) {
  FILE *out = fopen(path, "w");
  out_sheet *labels = out == NULL ? NULL : sheet_open(out, "csv", NULL);
  if (labels == NULL)
    return bad_input("cannot write %s", path);
  for (size_t row = 0; row < t->rows; row++) {
    json_t *shown = json_object();
    const char *id = "";
    recs_ids_name(&id, NULL, t->ids, (uint32_t)row);
    json_object_set_new(shown, "id", sheet_text(id));
    json_object_set_new(shown, "segment", json_integer(recs_kmeans_labels(kmeans)[row]));
    sheet_row(labels, shown);
  }
  sheet_close(labels);
  return fclose(out) == 0 ? EXIT_DONE : bad_input("cannot write %s", path);
}

static int cluster(out_sheet *sheet, const table *t, const uint32_t *fields, const segment_flags *given) {
  recs_kmeans_options options;
  recs_kmeans *kmeans = NULL;
  double silhouette = NAN, start = seconds_now();
  int code = EXIT_DONE;
  if (given->k == 0 || given->k > t->rows)
    return bad_input("--k is %llu, outside 1 to the %zu rows", (unsigned long long)given->k, t->rows);
  recs_kmeans_options_init(&options, sizeof options);
  options.clusters = (uint32_t)given->k;
  options.seed = given->seed;
  options.starts = given->starts > UINT32_MAX ? UINT32_MAX : (uint32_t)given->starts;
  if (recs_kmeans_fit(&kmeans, t->context, t->points, t->rows, t->columns, &options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  sheet_time(sheet, "fit", seconds_now() - start);
  start = seconds_now();
  if (recs_silhouette(&silhouette, t->context, t->points, t->rows, t->columns, recs_kmeans_labels(kmeans),
                      recs_kmeans_clusters(kmeans), SILHOUETTE_SAMPLE, given->seed) != RECS_OK)
    silhouette = NAN; /* one cluster has none */
  sheet_time(sheet, "score", seconds_now() - start);
  print_segments(sheet, t, fields, kmeans);
  sheet_value(sheet, "space", sheet_text(t->space));
  sheet_value(sheet, "inertia", sheet_real(recs_kmeans_inertia(kmeans)));
  sheet_value(sheet, "silhouette", sheet_real(silhouette));
  if (given->out != NULL)
    code = write_labels(t, kmeans, given->out);
  recs_kmeans_free(kmeans);
  return code;
}

static int segment_file(out_sheet *sheet, const segment_flags *given, const char *path) {
  table t = {0};
  uint32_t fields[MOST_COLUMNS];
  int32_t scale = RECS_SCALE_NONE;
  double start = seconds_now();
  int code = read_table(&t, given, path);
  if (code == EXIT_DONE)
    code = find_numbers(&t, fields, path);
  if (code == EXIT_DONE)
    code = load_values(&t, fields, path);
  if (code == EXIT_DONE)
    code = choose_scale(&t, fields, given->scale, &scale);
  if (code == EXIT_DONE)
    code = scale_values(&t, scale);
  sheet_time(sheet, "read", seconds_now() - start);
  if (code == EXIT_DONE)
    code = cluster(sheet, &t, fields, given);
  free(t.points);
  free(t.scaled);
  free(t.values);
  recs_profiles_free(t.profiles);
  recs_ids_free(t.ids);
  recs_context_free(t.context);
  return code;
}

static int run(int count, char **arguments) {
  segment_flags given = {.settings = {"table", 0}, .id = "user", .k = 3, .seed = 1, .starts = 10};
  out_sheet *sheet;
  int code;
  profile_columns_init(&given.columns);
  const flag flags[] = {
      {"k", FLAG_COUNT, &given.k, "K", "segments; default 3"},
      {"id", FLAG_TEXT, &given.id, "COLUMN", "column of the ids; default user"},
      {"numbers", FLAG_TEXT, &given.columns.options.numbers, "COLUMNS", "columns to cluster by; default: all but the ids"},
      {"ignore", FLAG_TEXT, &given.columns.options.ignore, "COLUMNS", "columns left out"},
      {"scale", FLAG_TEXT, &given.scale, "KIND", "none, z, robust or log-z; default log-z for RFM tables, else none"},
      {"seed", FLAG_COUNT, &given.seed, "N", "seed of the starts; default 1"},
      {"starts", FLAG_COUNT, &given.starts, "N", "starts, of which the best is kept; default 10"},
      {"out", FLAG_TEXT, &given.out, "FILE", "the segment of each id, as CSV"},
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE --k N [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if ((sheet = sheet_open(stdout, given.settings.format, "segments")) == NULL)
    return EXIT_BAD_USAGE;
  code = segment_file(sheet, &given, arguments[1]);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_segment = {"segment", "FILE --k N", "cluster a table of numbers and describe each segment", run};
