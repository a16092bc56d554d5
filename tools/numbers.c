#include "numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE = 512 };

/* The fields of numbers, which are the table's columns: their names in one run. */
static int take_columns(numbers *table, uint32_t *fields, const char *path) {
  const char *name;
  int32_t type;
  size_t used = 0;
  for (uint32_t field = 0; field < recs_profiles_field_count(table->profiles); field++) {
    size_t length;
    char *grown;
    if (recs_profiles_field(&name, &type, NULL, table->profiles, field) != RECS_OK || type != RECS_FIELD_NUMBER)
      continue;
    length = strlen(name);
    grown = realloc(table->names, used + length + 1);
    if (grown == NULL)
      return bad_input("%s: out of memory", path);
    table->names = grown;
    memcpy(grown + used, name, length);
    used += length;
    fields[table->rows.columns++] = field;
    table->offsets[table->rows.columns] = (int64_t)used;
  }
  return table->rows.columns > 0 ? EXIT_DONE : bad_input("%s: no column of numbers", path);
}

static int take_values(numbers *table, const uint32_t *fields, const char *path) {
  uint32_t columns = table->rows.columns;
  table->rows.rows = recs_ids_count(table->ids);
  table->values = malloc((table->rows.rows * columns + 1) * sizeof *table->values);
  if (table->values == NULL)
    return bad_input("%s: out of memory", path);
  for (size_t row = 0; row < table->rows.rows; row++) {
    for (uint32_t column = 0; column < columns; column++)
      recs_profiles_number(&table->values[row * columns + column], table->profiles, (uint32_t)row, fields[column]);
  }
  return EXIT_DONE;
}

static int take_table(numbers *table, const char *path) {
  uint32_t count = recs_profiles_field_count(table->profiles);
  uint32_t *fields = malloc((count + 1) * sizeof *fields);
  int code;
  table->offsets = calloc(count + 1, sizeof *table->offsets);
  if (fields == NULL || table->offsets == NULL)
    code = bad_input("%s: out of memory", path);
  else if ((code = take_columns(table, fields, path)) == EXIT_DONE)
    code = take_values(table, fields, path);
  free(fields);
  table->rows.values = table->values;
  table->rows.names = table->names;
  table->rows.name_offsets = table->offsets;
  return code;
}

int numbers_open(numbers *table, const general *settings, const char *path, const profile_columns *columns) {
  profile_columns wanted = *columns;
  int code;
  memset(table, 0, sizeof *table);
  table->rows.struct_size = sizeof table->rows;
  table->id_column = wanted.options.id == NULL ? "id" : wanted.options.id;
  if (wanted.options.numbers == NULL)
    wanted.options.numbers = "*";
  table->context = open_context(settings);
  if (recs_ids_create(&table->ids, table->context) != RECS_OK || recs_profiles_create(&table->profiles, table->ids) != RECS_OK)
    return report_failure(NULL);
  code = read_profiles(table->profiles, table->ids, path, &wanted);
  return code == EXIT_DONE ? take_table(table, path) : code;
}

void numbers_close(numbers *table) {
  free(table->values);
  free(table->names);
  free(table->offsets);
  recs_profiles_free(table->profiles);
  recs_ids_free(table->ids);
  recs_context_free(table->context);
}

const char *numbers_id(const numbers *table, size_t row) {
  const char *id = "";
  recs_ids_name(&id, NULL, table->ids, (uint32_t)row);
  return id;
}

int numbers_report(const numbers *table, const char *path) {
  char message[MESSAGE];
  size_t row;
  recs_last_error_copy(message, sizeof message);
  if (sscanf(message, "row %zu,", &row) == 1 && row < table->rows.rows)
    return bad_input("%s: %s (%s)", path, message, numbers_id(table, row));
  return report_failure(path);
}
