#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int read_table(table *t, const general *settings, const char *path, const profile_columns *columns) {
  profile_columns wanted = *columns;
  if (wanted.options.numbers == NULL)
    wanted.options.numbers = "*";
  t->context = open_context(settings);
  if (recs_ids_create(&t->ids, t->context) != RECS_OK || recs_profiles_create(&t->profiles, t->ids) != RECS_OK)
    return report_failure(NULL);
  return read_profiles(t->profiles, t->ids, path, &wanted);
}

static int find_numbers(table *t, const char *path) {
  for (uint32_t field = 0; field < recs_profiles_field_count(t->profiles); field++) {
    int32_t type;
    if (recs_profiles_field(NULL, &type, NULL, t->profiles, field) == RECS_OK && type == RECS_FIELD_NUMBER) {
      if (t->columns == MOST_COLUMNS)
        return bad_input("%s: more than %d columns of numbers", path, MOST_COLUMNS);
      t->fields[t->columns++] = field;
    }
  }
  return t->columns > 0 ? EXIT_DONE : bad_input("%s: no column of numbers", path);
}

const char *column_name(const table *t, uint32_t column) {
  const char *name = "";
  recs_profiles_field(&name, NULL, NULL, t->profiles, t->fields[column]);
  return name;
}

const char *row_name(const table *t, size_t row) {
  const char *id = "";
  recs_ids_name(&id, NULL, t->ids, (uint32_t)row);
  return id;
}

static int load_values(table *t, const char *path) {
  t->rows = recs_ids_count(t->ids);
  t->values = malloc((t->rows * t->columns + 1) * sizeof *t->values);
  t->scaled = malloc((t->rows * t->columns + 1) * sizeof *t->scaled);
  t->points = malloc((t->rows * t->columns + 1) * sizeof *t->points);
  if (t->values == NULL || t->scaled == NULL || t->points == NULL)
    return bad_input("%s: out of memory", path);
  for (size_t row = 0; row < t->rows; row++) {
    for (uint32_t column = 0; column < t->columns; column++) {
      double *value = &t->values[row * t->columns + column];
      recs_profiles_number(value, t->profiles, (uint32_t)row, t->fields[column]);
      if (isnan(*value))
        return bad_input("%s: \"%s\" has no %s", path, row_name(t, row), column_name(t, column));
    }
  }
  return EXIT_DONE;
}

/* RFM tables are scaled by log-z unless told otherwise, others not at all. */
static int choose_scale(table *t, const char *asked, int32_t *kind) {
  static const struct {
    const char *name;
    int32_t kind;
  } scales[] = {{"none", RECS_SCALE_NONE}, {"z", RECS_SCALE_Z}, {"robust", RECS_SCALE_ROBUST}, {"log-z", RECS_SCALE_LOG_Z}};
  int rfm = 0;
  for (uint32_t column = 0; column < t->columns; column++) {
    const char *name = column_name(t, column);
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

int open_table(table *t, const general *settings, const char *path, const profile_columns *columns, const char *scale) {
  int32_t kind = RECS_SCALE_NONE;
  int code;
  memset(t, 0, sizeof *t);
  code = read_table(t, settings, path, columns);
  if (code == EXIT_DONE)
    code = find_numbers(t, path);
  if (code == EXIT_DONE)
    code = load_values(t, path);
  if (code == EXIT_DONE)
    code = choose_scale(t, scale, &kind);
  return code == EXIT_DONE ? scale_values(t, kind) : code;
}

void close_table(table *t) {
  free(t->points);
  free(t->scaled);
  free(t->values);
  recs_profiles_free(t->profiles);
  recs_ids_free(t->ids);
  recs_context_free(t->context);
}
