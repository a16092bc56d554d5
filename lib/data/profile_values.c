#include "lib/data/profile_values.h"

#include "lib/base/number.h"
#include "lib/data/tables/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_DIMENSION = 65536 };

/* A column's name; borrowed until the next record. */
static const char *name_of(const recs__profile_values *values, uint32_t column) {
  const char *name;
  return recs_ids_name(&name, NULL, values->records->names, column) == RECS_OK ? name : "";
}

static int32_t refuse(recs__profile_values *values, uint32_t column, const char *reason, const recs__cell *cell,
                      const char *complaint) {
  values->refused = 1;
  return recs__refuse_cell(values->records, name_of(values, column), reason, cell, complaint);
}

static int32_t add_value(recs__profile_values *values, const recs__profile_value *value) {
  RECS_TRY(recs__grow(values->records->window.context, &values->values, &values->values_room, values->count + 1,
                      sizeof *values->values));
  values->values[values->count++] = *value;
  return RECS_OK;
}

static int32_t check_tag(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  const char *complaint = recs__id_complaint(cell);
  recs__profile_value value = {.column = column, .text = *cell};
  if (cell->length == 0)
    return RECS_OK;
  return complaint == NULL ? add_value(values, &value) : refuse(values, column, "bad tag", cell, complaint);
}

/* The elements of a JSON array, each a tag. */
static int32_t check_tag_array(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  recs__json json = recs__json_elements(cell);
  recs__cell element;
  recs__json_space(&json);
  if (json.at == json.end)
    return RECS_OK;
  do {
    if (!recs__json_next(&json, &element))
      return recs__fail(RECS_ERROR_INTERNAL, "an array that was checked: %s", json.fault);
    RECS_TRY(check_tag(values, column, &element));
  } while (!values->refused && recs__json_take(&json, ','));
  return RECS_OK;
}

static int32_t check_tags(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  recs__cell rest = *cell;
  if (cell->raw && cell->text[0] == '[')
    return check_tag_array(values, column, cell);
  while (values->separator != 0 && !cell->raw && !values->refused) {
    char *end = memchr(rest.text, values->separator, rest.length);
    recs__cell tag = rest;
    if (end == NULL)
      break;
    tag.length = (uint32_t)(end - rest.text);
    RECS_TRY(check_tag(values, column, &tag));
    rest.text = end + 1;
    rest.length -= tag.length + 1;
  }
  return values->refused ? RECS_OK : check_tag(values, column, &rest);
}

static int32_t check_number(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  recs__profile_value value = {.column = column};
  const char *complaint;
  if (!recs__cell_number(cell, &value.number, &complaint))
    return refuse(values, column, "bad number", cell, complaint);
  return add_value(values, &value);
}

static int is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* White space around a text is no part of it. */
static int32_t check_text(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  recs__profile_value value = {.column = column, .text = *cell};
  if (cell->raw)
    return refuse(values, column, "bad text", cell, "is nested: no single value");
  if (memchr(cell->text, 0, cell->length) != NULL)
    return refuse(values, column, "bad text", cell, "has a NUL byte inside");
  while (value.text.length > 0 && is_space(value.text.text[value.text.length - 1]))
    value.text.length -= 1;
  for (; value.text.length > 0 && is_space(*value.text.text); value.text.length--)
    value.text.text += 1;
  return value.text.length == 0 ? RECS_OK : add_value(values, &value);
}

static const char *pass_space(const char *at, const char *end) {
  while (at < end && is_space(*at))
    at += 1;
  return at;
}

/* The number at `*at`, which moves behind it. */
static int32_t take_float(recs__profile_values *values, const char **at, const char *end, int *taken) {
  const char *begin = *at;
  double number;
  while (*at < end && !is_space(**at) && **at != ',' && **at != ';')
    *at += 1;
  *taken = recs__parse_double(begin, (size_t)(*at - begin), &number) && isfinite((float)number);
  if (!*taken)
    return RECS_OK;
  RECS_TRY(recs__grow(values->records->window.context, &values->floats, &values->floats_room, values->floats_count + 1,
                      sizeof *values->floats));
  values->floats[values->floats_count++] = (float)number;
  return RECS_OK;
}

/* Numbers with a comma, a semicolon or only space between them, in brackets or not. */
static int32_t take_floats(recs__profile_values *values, const recs__cell *cell, int *taken) {
  const char *at = cell->text, *end = cell->text + cell->length;
  if (cell->length >= 2 && *at == '[' && end[-1] == ']') {
    at += 1;
    end -= 1;
  }
  while (end > at && is_space(end[-1]))
    end -= 1;
  for (;;) {
    at = pass_space(at, end);
    RECS_TRY(take_float(values, &at, end, taken));
    at = pass_space(at, end);
    if (!*taken || at == end)
      return RECS_OK;
    at += *at == ',' || *at == ';';
  }
}

static int32_t check_embedding(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  static const char reason[] = "bad embedding";
  recs__profile_value value = {.column = column, .vector = values->floats_count};
  uint32_t wanted = values->columns[column].dimension;
  char complaint[64];
  size_t count;
  int taken;
  RECS_TRY(take_floats(values, cell, &taken));
  if (!taken)
    return refuse(values, column, reason, cell, "is no list of finite numbers");
  count = values->floats_count - value.vector;
  if (wanted != 0 && count != wanted) {
    snprintf(complaint, sizeof complaint, "has %zu numbers, not %" PRIu32, count, wanted);
    return refuse(values, column, reason, cell, complaint);
  }
  if (count > LARGEST_DIMENSION)
    return refuse(values, column, reason, cell, "has more than 65536 numbers");
  value.dimension = (uint32_t)count;
  return add_value(values, &value);
}

static int32_t set_tag(recs__profile_values *values, uint32_t row, const recs__profile_value *value) {
  uint32_t field = values->columns[value->column].field;
  return recs_profiles_set_tag(values->profiles, row, field, value->text.text, value->text.length, 1.0f);
}

static int32_t set_number(recs__profile_values *values, uint32_t row, const recs__profile_value *value) {
  uint32_t field = values->columns[value->column].field;
  double number;
  RECS_TRY(recs_profiles_number(&number, values->profiles, row, field));
  if (values->keep_first && !isnan(number))
    return RECS_OK;
  return recs_profiles_set_number(values->profiles, row, field, value->number);
}

static int32_t set_text(recs__profile_values *values, uint32_t row, const recs__profile_value *value) {
  uint32_t field = values->columns[value->column].field;
  const char *text;
  size_t length;
  RECS_TRY(recs_profiles_text(&text, &length, values->profiles, row, field));
  if (values->keep_first && length > 0)
    return RECS_OK;
  return recs_profiles_set_text(values->profiles, row, field, value->text.text, value->text.length);
}

static int32_t set_embedding(recs__profile_values *values, uint32_t row, const recs__profile_value *value) {
  recs__profile_column *column = &values->columns[value->column];
  const float *there;
  if (column->dimension == 0) {
    RECS_TRY(recs_profiles_define(&column->field, values->profiles, name_of(values, value->column),
                                  RECS_FIELD_EMBEDDING, value->dimension));
    column->dimension = value->dimension;
  }
  RECS_TRY(recs_profiles_embedding(&there, values->profiles, row, column->field));
  if (values->keep_first && there != NULL)
    return RECS_OK;
  return recs_profiles_set_embedding(values->profiles, row, column->field, values->floats + value->vector,
                                     value->dimension);
}

static const struct {
  int32_t (*check)(recs__profile_values *values, uint32_t column, const recs__cell *cell);
  int32_t (*set)(recs__profile_values *values, uint32_t row, const recs__profile_value *value);
} types[] = {[RECS_FIELD_TAGS] = {check_tags, set_tag},
             [RECS_FIELD_NUMBER] = {check_number, set_number},
             [RECS_FIELD_TEXT] = {check_text, set_text},
             [RECS_FIELD_EMBEDDING] = {check_embedding, set_embedding}};

void recs__profile_values_begin(recs__profile_values *values) {
  values->refused = 0;
  values->count = 0;
  values->floats_count = 0;
}

int32_t recs__profile_values_check(recs__profile_values *values, uint32_t column, const recs__cell *cell) {
  return types[values->columns[column].type].check(values, column, cell);
}

int32_t recs__profile_values_set(recs__profile_values *values, uint32_t row) {
  for (size_t i = 0; i < values->count; i++) {
    const recs__profile_value *value = &values->values[i];
    RECS_TRY(types[values->columns[value->column].type].set(values, row, value));
  }
  return RECS_OK;
}

void recs__profile_values_free(recs__profile_values *values) {
  const recs_context *context = recs__context_of(values->profiles);
  recs__free(context, values->columns);
  recs__free(context, values->values);
  recs__free(context, values->floats);
}
