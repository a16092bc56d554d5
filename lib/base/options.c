#include "lib/base/options.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/number.h"

/* The whole number in a field, whatever its width. */
static int64_t load_integer(const void *options, const recs__field *field) {
  const char *at = (const char *)options + field->offset;
  uint32_t u32;
  int32_t i32;
  int64_t i64;
  switch (field->kind) {
  case RECS__FIELD_U32:
  case RECS__FIELD_RESERVED:
    memcpy(&u32, at, sizeof u32);
    return (int64_t)u32;
  case RECS__FIELD_I64:
  case RECS__FIELD_U64:
    memcpy(&i64, at, sizeof i64);
    return i64;
  default:
    memcpy(&i32, at, sizeof i32);
    return i32;
  }
}

static void store_integer(void *options, const recs__field *field, int64_t value) {
  char *at = (char *)options + field->offset;
  int32_t i32 = (int32_t)value;
  uint32_t u32 = (uint32_t)value;
  if (field->kind == RECS__FIELD_I64 || field->kind == RECS__FIELD_U64)
    memcpy(at, &value, sizeof value);
  else if (field->kind == RECS__FIELD_U32 || field->kind == RECS__FIELD_RESERVED)
    memcpy(at, &u32, sizeof u32);
  else
    memcpy(at, &i32, sizeof i32);
}

static size_t field_size(const recs__field *field) {
  switch (field->kind) {
  case RECS__FIELD_I64:
  case RECS__FIELD_U64:
    return sizeof(int64_t);
  case RECS__FIELD_F64:
    return sizeof(double);
  case RECS__FIELD_STRING:
  case RECS__FIELD_POINTER:
    return sizeof(void *);
  default:
    return sizeof(int32_t);
  }
}

static void store_default(void *options, const recs__field *field) {
  char *at = (char *)options + field->offset;
  const void *none = NULL;
  switch (field->kind) {
  case RECS__FIELD_F64:
    memcpy(at, &field->real, sizeof field->real);
    break;
  case RECS__FIELD_STRING:
    memcpy(at, &field->text, sizeof field->text);
    break;
  case RECS__FIELD_POINTER:
    memcpy(at, &none, sizeof none);
    break;
  default:
    store_integer(options, field, field->integer);
  }
}

static void set_defaults(void *options, const recs_schema *schema, size_t struct_size) {
  memset(options, 0, struct_size);
  memcpy(options, &struct_size, sizeof struct_size);
  for (uint32_t i = 0; i < schema->count; i++) {
    const recs__field *field = &schema->fields[i];
    if (field->offset + field_size(field) <= struct_size)
      store_default(options, field);
  }
}

int32_t recs_options_init(void *options, const recs_schema *schema, size_t struct_size) {
  recs__enter();
  RECS_NOT_NULL(options);
  RECS_NOT_NULL(schema);
  if (struct_size < schema->first_size || struct_size > schema->struct_size)
    return recs__fail(RECS_ERROR_INVALID, "options of %s have %zu to %zu bytes, not %zu", schema->name, schema->first_size,
                      schema->struct_size, struct_size);
  set_defaults(options, schema, struct_size);
  return RECS_OK;
}

static int32_t bad_value(const recs__field *field, const char *value) {
  if (field->kind == RECS__FIELD_CHOICE)
    return recs__fail(RECS_ERROR_INVALID, "%s is %s, not one of %s", field->name, value, field->choice_list);
  return recs__fail(RECS_ERROR_INVALID, "%s is %s, outside %.12g to %.12g", field->name, value, field->minimum, field->maximum);
}

static int has_choice(const recs__field *field, int64_t value) {
  for (const recs__choice *choice = field->choices; choice->name != NULL; choice++) {
    if (choice->value == value)
      return 1;
  }
  return 0;
}

/* Whether a whole number is within the field's bounds; 64-bit fields at their limits are not rounded through double. */
static int integer_fits(const recs__field *field, int64_t value) {
  if (field->kind == RECS__FIELD_U64) {
    uint64_t bits = (uint64_t)value;
    return (double)bits >= field->minimum && (field->maximum >= (double)UINT64_MAX || (double)bits <= field->maximum);
  }
  if (field->kind == RECS__FIELD_I64)
    return (field->minimum <= (double)INT64_MIN || (double)value >= field->minimum) &&
           (field->maximum >= (double)INT64_MAX || (double)value <= field->maximum);
  return (double)value >= field->minimum && (double)value <= field->maximum;
}

static int32_t check_field(const void *options, const recs__field *field) {
  char text[40];
  double real;
  int64_t integer;
  switch (field->kind) {
  case RECS__FIELD_STRING:
  case RECS__FIELD_POINTER:
    return RECS_OK;
  case RECS__FIELD_F64:
    memcpy(&real, (const char *)options + field->offset, sizeof real);
    if (real >= field->minimum && real <= field->maximum)
      return RECS_OK;
    snprintf(text, sizeof text, "%.12g", real);
    return bad_value(field, text);
  case RECS__FIELD_RESERVED:
    return load_integer(options, field) == 0 ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "%s must be 0", field->name);
  default:
    integer = load_integer(options, field);
    if (field->kind == RECS__FIELD_CHOICE ? has_choice(field, integer) : integer_fits(field, integer))
      return RECS_OK;
    snprintf(text, sizeof text, "%" PRId64, integer);
    return bad_value(field, text);
  }
}

/* A struct of a newer release is fine as long as what this one does not know is zero. */
static int32_t check_tail(const recs_schema *schema, const unsigned char *bytes, size_t size) {
  for (size_t i = schema->struct_size; i < size; i++) {
    if (bytes[i] != 0)
      return recs__fail(RECS_ERROR_INVALID, "options of %s set a field that this version does not know", schema->name);
  }
  return RECS_OK;
}

int32_t recs__options_load(void *out, const recs_schema *schema, const void *options) {
  size_t size;
  set_defaults(out, schema, schema->struct_size);
  if (options != NULL) {
    memcpy(&size, options, sizeof size);
    if (size < schema->first_size || size > schema->struct_size + 4096)
      return recs__fail(RECS_ERROR_INVALID, "struct_size of %s options is %zu: set it with the init function", schema->name,
                        size);
    RECS_TRY(check_tail(schema, options, size));
    memcpy(out, options, size < schema->struct_size ? size : schema->struct_size);
    memcpy(out, &schema->struct_size, sizeof schema->struct_size);
  }
  for (uint32_t i = 0; i < schema->count; i++)
    RECS_TRY(check_field(out, &schema->fields[i]));
  return RECS_OK;
}

const char *recs_schema_name(const recs_schema *schema) {
  return schema == NULL ? "" : schema->name;
}

size_t recs_schema_struct_size(const recs_schema *schema) {
  return schema == NULL ? 0 : schema->struct_size;
}

/* Listed fields are those that are not reserved. */
static const recs__field *listed_field(const recs_schema *schema, uint32_t index) {
  for (uint32_t i = 0; i < schema->count; i++) {
    if (schema->fields[i].kind != RECS__FIELD_RESERVED && index-- == 0)
      return &schema->fields[i];
  }
  return NULL;
}

uint32_t recs_schema_count(const recs_schema *schema) {
  uint32_t count = 0;
  while (schema != NULL && listed_field(schema, count) != NULL)
    count += 1;
  return count;
}

static int32_t public_type(recs__field_kind kind) {
  switch (kind) {
  case RECS__FIELD_F64:
    return RECS_OPTION_REAL;
  case RECS__FIELD_FLAG:
    return RECS_OPTION_FLAG;
  case RECS__FIELD_CHOICE:
    return RECS_OPTION_CHOICE;
  case RECS__FIELD_STRING:
    return RECS_OPTION_STRING;
  case RECS__FIELD_POINTER:
    return RECS_OPTION_POINTER;
  default:
    return RECS_OPTION_INT;
  }
}

int32_t recs_schema_field(recs_option_info *out, const recs_schema *schema, uint32_t index) {
  const recs__field *field;
  recs__enter();
  RECS_NOT_NULL(out);
  memset(out, 0, sizeof *out);
  RECS_NOT_NULL(schema);
  field = listed_field(schema, index);
  if (field == NULL)
    return recs__fail(RECS_ERROR_INVALID, "%s has no option number %" PRIu32, schema->name, index);
  out->name = field->name;
  out->summary = field->summary;
  out->choices = field->choice_list;
  out->text = field->text;
  out->minimum = field->minimum;
  out->maximum = field->maximum;
  out->value = field->kind == RECS__FIELD_F64 ? field->real : (double)field->integer;
  out->type = public_type(field->kind);
  return RECS_OK;
}

/* Names are the same whether written with '-' or '_'. */
static int same_name(const char *a, const char *b) {
  for (;; a++, b++) {
    char x = *a == '-' ? '_' : *a;
    char y = *b == '-' ? '_' : *b;
    if (x != y)
      return 0;
    if (x == 0)
      return 1;
  }
}

static int32_t unknown_name(const recs_schema *schema, const char *name) {
  char known[RECS__MESSAGE_SIZE] = "";
  char quoted[64];
  size_t used = 0;
  const recs__field *field;
  for (uint32_t i = 0; (field = listed_field(schema, i)) != NULL; i++) {
    int more = field->kind == RECS__FIELD_POINTER
                   ? 0
                   : snprintf(known + used, sizeof known - used, "%s%s", used == 0 ? "" : ", ", field->name);
    if (more < 0 || used + (size_t)more >= sizeof known)
      break;
    used += (size_t)more;
  }
  recs__quote(quoted, sizeof quoted, name, strlen(name));
  return recs__fail(RECS_ERROR_NOT_FOUND, "%s has no option %s; known: %s", schema->name, quoted, known);
}

static int32_t set_choice(void *options, const recs__field *field, const char *value, const char *quoted) {
  for (const recs__choice *choice = field->choices; choice->name != NULL; choice++) {
    if (same_name(choice->name, value)) {
      store_integer(options, field, choice->value);
      return RECS_OK;
    }
  }
  return bad_value(field, quoted);
}

static int32_t set_flag(void *options, const recs__field *field, const char *value, const char *quoted) {
  static const char *const words[2][3] = {{"0", "false", "no"}, {"1", "true", "yes"}};
  for (int flag = 0; flag < 2; flag++) {
    for (int i = 0; i < 3; i++) {
      if (strcmp(value, words[flag][i]) == 0) {
        store_integer(options, field, flag);
        return RECS_OK;
      }
    }
  }
  return recs__fail(RECS_ERROR_INVALID, "%s is %s, not one of 0, 1, false, true, no, yes", field->name, quoted);
}

static int32_t set_real(void *options, const recs__field *field, const char *value, const char *quoted) {
  double real;
  if (!recs__parse_double(value, strlen(value), &real) || !(real >= field->minimum && real <= field->maximum))
    return bad_value(field, quoted);
  memcpy((char *)options + field->offset, &real, sizeof real);
  return RECS_OK;
}

static int32_t set_integer(void *options, const recs__field *field, const char *value, const char *quoted) {
  int64_t integer;
  uint64_t bits;
  if (field->kind == RECS__FIELD_U64) {
    if (!recs__parse_u64(value, strlen(value), &bits))
      return bad_value(field, quoted);
    integer = (int64_t)bits;
  } else if (!recs__parse_i64(value, strlen(value), &integer)) {
    return bad_value(field, quoted);
  }
  if (!integer_fits(field, integer))
    return bad_value(field, quoted);
  store_integer(options, field, integer);
  return RECS_OK;
}

static int32_t set_field(void *options, const recs__field *field, const char *value) {
  char quoted[64];
  recs__quote(quoted, sizeof quoted, value, strlen(value));
  switch (field->kind) {
  case RECS__FIELD_CHOICE:
    return set_choice(options, field, value, quoted);
  case RECS__FIELD_FLAG:
    return set_flag(options, field, value, quoted);
  case RECS__FIELD_F64:
    return set_real(options, field, value, quoted);
  case RECS__FIELD_STRING:
    memcpy((char *)options + field->offset, &value, sizeof value);
    return RECS_OK;
  case RECS__FIELD_POINTER:
    return recs__fail(RECS_ERROR_INVALID, "%s cannot be set as text", field->name);
  default:
    return set_integer(options, field, value, quoted);
  }
}

int32_t recs_options_set(void *options, const recs_schema *schema, const char *name, const char *value) {
  const recs__field *field;
  size_t struct_size;
  recs__enter();
  RECS_NOT_NULL(options);
  RECS_NOT_NULL(schema);
  RECS_NOT_NULL(name);
  RECS_NOT_NULL(value);
  memcpy(&struct_size, options, sizeof struct_size);
  for (uint32_t i = 0; (field = listed_field(schema, i)) != NULL; i++) {
    if (same_name(field->name, name) && field->offset + field_size(field) <= struct_size)
      return set_field(options, field, value);
  }
  return unknown_name(schema, name);
}
