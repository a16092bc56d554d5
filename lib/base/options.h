/* One table per options struct; defaults, checks, listing and setting by name all come from it. */
#ifndef RECS_LIB_BASE_OPTIONS_H
#define RECS_LIB_BASE_OPTIONS_H

#include "lib/base/status.h"

/* How a field is stored; the public RECS_OPTION_* type follows from it. */
typedef enum recs__field_kind {
  RECS__FIELD_I32,
  RECS__FIELD_U32,
  RECS__FIELD_I64,
  RECS__FIELD_U64,
  RECS__FIELD_F64,
  RECS__FIELD_FLAG,    /* int32_t, 0 or 1 */
  RECS__FIELD_CHOICE,  /* int32_t, one of `choices` */
  RECS__FIELD_STRING,  /* const char *, default `text` */
  RECS__FIELD_POINTER, /* data or a function; default NULL */
  RECS__FIELD_RESERVED /* int32_t or uint32_t that must be 0; not listed */
} recs__field_kind;

/* A named value of a choice; a table ends with a NULL name. */
typedef struct recs__choice {
  const char *name;
  int32_t value;
} recs__choice;

typedef struct recs__field {
  const char *name;
  uint32_t offset;
  recs__field_kind kind;
  double minimum;
  double maximum;
  int64_t integer;  /* default of integers, flags and choices */
  double real;      /* default of F64 */
  const char *text; /* default of strings */
  const recs__choice *choices;
  const char *choice_list; /* the same names joined by '|' */
  const char *summary;
} recs__field;

struct recs_schema {
  const char *name;
  size_t struct_size;
  size_t first_size; /* the struct's size in the first release that had it */
  const recs__field *fields;
  uint32_t count;
};

/* Table entries: struct type, field, then what the kind needs. Integers beyond 2^53 have no bound to state. */
#define RECS__INT(kind, type, field, low, high, value, summary) \
  { #field, (uint32_t)offsetof(type, field), kind, (double)(low), (double)(high), (int64_t)(value), 0.0, NULL, NULL, NULL, summary }
#define RECS__I32(type, field, low, high, value, summary) RECS__INT(RECS__FIELD_I32, type, field, low, high, value, summary)
#define RECS__U32(type, field, low, high, value, summary) RECS__INT(RECS__FIELD_U32, type, field, low, high, value, summary)
#define RECS__I64(type, field, low, high, value, summary) RECS__INT(RECS__FIELD_I64, type, field, low, high, value, summary)
#define RECS__U64(type, field, low, high, value, summary) RECS__INT(RECS__FIELD_U64, type, field, low, high, value, summary)
#define RECS__FLAG(type, field, value, summary) RECS__INT(RECS__FIELD_FLAG, type, field, 0, 1, value, summary)
#define RECS__F64(type, field, low, high, value, summary) \
  { #field, (uint32_t)offsetof(type, field), RECS__FIELD_F64, low, high, 0, value, NULL, NULL, NULL, summary }
#define RECS__CHOICE(type, field, table, list, value, summary) \
  { #field, (uint32_t)offsetof(type, field), RECS__FIELD_CHOICE, 0, 0, value, 0.0, NULL, table, list, summary }
#define RECS__STRING(type, field, value, summary) \
  { #field, (uint32_t)offsetof(type, field), RECS__FIELD_STRING, 0, 0, 0, 0.0, value, NULL, NULL, summary }
#define RECS__POINTER(type, field, summary) \
  { #field, (uint32_t)offsetof(type, field), RECS__FIELD_POINTER, 0, 0, 0, 0.0, NULL, NULL, NULL, summary }
#define RECS__RESERVED(type, field) \
  { #field, (uint32_t)offsetof(type, field), RECS__FIELD_RESERVED, 0, 0, 0, 0.0, NULL, NULL, NULL, "" }

#define RECS__SCHEMA(label, type, table) \
  { label, sizeof(type), sizeof(type), table, (uint32_t)(sizeof(table) / sizeof((table)[0])) }

/* Fills `out` (the schema's struct) with the defaults, lays the caller's options over it as far as struct_size reaches (NULL: the
 * defaults stay), and checks every field against the table. Use the copy, never the caller's struct. */
int32_t recs__options_load(void *out, const recs_schema *schema, const void *options);

#endif
