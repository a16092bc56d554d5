/* Fields of profiles in files. */
#include "lib/data/field.h"
#include "lib/data/ids.h"

#include <math.h>
#include <string.h>

int32_t recs__field_write(const recs__field_store *field, recs__writer *writer) {
  RECS_TRY(recs__write_string(writer, "name", field->name));
  RECS_TRY(recs__write_u64(writer, "type", (uint64_t)field->type));
  RECS_TRY(recs__write_u64(writer, "dimension", field->dimension));
  if (field->type == RECS_FIELD_NUMBER)
    return recs__write(writer, "numbers", RECS__F64, field->numbers, field->rows);
  RECS_TRY(recs__write(writer, "begins", RECS__U64, field->begins, field->rows));
  RECS_TRY(recs__write(writer, "counts", RECS__U32, field->counts, field->rows));
  RECS_TRY(recs__write(writer, recs__pool_kinds[field->type].name, recs__pool_kinds[field->type].type, field->pool,
                       field->pool_used));
  if (field->type != RECS_FIELD_TAGS)
    return RECS_OK;
  RECS_TRY(recs__write(writer, "weights", RECS__F32, field->weights, field->pool_used));
  RECS_TRY(recs__enter_scope(&writer->scope, "dictionary"));
  RECS_TRY(recs__ids_write(field->tag_ids, writer));
  recs__leave_scope(&writer->scope);
  return RECS_OK;
}

/* Tags ascend and exist; their weights are finite. */
static int tags_are_good(const recs__field_store *field, uint64_t begin, uint32_t count) {
  const uint32_t *tags = recs__field_element(field, begin);
  const float *weights = field->weights + begin;
  for (uint32_t i = 0; i < count; i++) {
    if (tags[i] >= recs_ids_count(field->tag_ids) || !isfinite(weights[i]) || (i > 0 && tags[i - 1] >= tags[i]))
      return 0;
  }
  return 1;
}

/* A text ends in its only NUL. */
static int text_is_good(const recs__field_store *field, uint64_t begin, uint32_t count) {
  const char *text = recs__field_element(field, begin);
  return memchr(text, 0, count) == text + count - 1;
}

/* A vector is whole and finite. */
static int vector_is_good(const recs__field_store *field, uint64_t begin, uint32_t count) {
  const float *values = recs__field_element(field, begin);
  for (uint32_t i = 0; i < count; i++) {
    if (!isfinite(values[i]))
      return 0;
  }
  return count == field->dimension;
}

/* Spans lie within the pool, and hold what their type says. */
static int32_t check_spans(const recs__field_store *field) {
  static int (*const good[])(const recs__field_store *, uint64_t, uint32_t) = {
      [RECS_FIELD_TAGS] = tags_are_good, [RECS_FIELD_TEXT] = text_is_good, [RECS_FIELD_EMBEDDING] = vector_is_good};
  for (size_t row = 0; row < field->rows; row++) {
    uint64_t begin = field->begins[row];
    uint32_t count = field->counts[row];
    if (count == 0)
      continue;
    if (begin > field->pool_used || count > field->pool_used - begin || !good[field->type](field, begin, count))
      return recs__fail(RECS_ERROR_FORMAT, "row %zu of profile field %s is damaged", row, field->name);
  }
  return RECS_OK;
}

static int32_t map_numbers(recs__field_store *field, recs__reader *reader) {
  RECS_TRY(recs__read_exact(reader, "numbers", RECS__F64, &field->numbers, field->rows));
  for (size_t row = 0; row < field->rows; row++) {
    if (isinf(field->numbers[row]))
      return recs__fail(RECS_ERROR_FORMAT, "row %zu of profile field %s is damaged", row, field->name);
  }
  return RECS_OK;
}

static int32_t map_spans(recs__field_store *field, recs__reader *reader) {
  const recs__pool_kind *kind = &recs__pool_kinds[field->type];
  const void *pool;
  RECS_TRY(recs__read_exact(reader, "begins", RECS__U64, &field->begins, field->rows));
  RECS_TRY(recs__read_exact(reader, "counts", RECS__U32, &field->counts, field->rows));
  RECS_TRY(recs__read(reader, kind->name, kind->type, &pool, &field->pool_used));
  field->pool = (void *)(uintptr_t)pool; /* a mapped field is never changed */
  if (field->type == RECS_FIELD_TAGS) {
    RECS_TRY(recs__read_exact(reader, "weights", RECS__F32, &field->weights, field->pool_used));
    RECS_TRY(recs__enter_scope(&reader->scope, "dictionary"));
    RECS_TRY(recs__ids_read(&field->tag_ids, reader));
    recs__leave_scope(&reader->scope);
  }
  return check_spans(field);
}

static int32_t map_field(recs__field_store *field, recs__reader *reader, size_t rows) {
  uint64_t value;
  const char *name;
  RECS_TRY(recs__read_string(reader, "name", &name));
  field->name = recs__copy(field->context, name, strlen(name) + 1, 1);
  if (field->name == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__read_u64(reader, "type", RECS_FIELD_TAGS, RECS_FIELD_EMBEDDING, &value));
  field->type = (int32_t)value;
  RECS_TRY(recs__read_u64(reader, "dimension", 0, UINT32_MAX, &value));
  field->dimension = (uint32_t)value;
  if (recs__field_check(field->name, field->type, field->dimension) != RECS_OK)
    return recs__fail(RECS_ERROR_FORMAT, "a profile field is damaged: %s", recs_last_error());
  field->rows = rows;
  return field->type == RECS_FIELD_NUMBER ? map_numbers(field, reader) : map_spans(field, reader);
}

int32_t recs__field_read(recs__field_store **out, recs__reader *reader, size_t rows) {
  recs__field_store *field = recs__alloc_zero(reader->context, 1, sizeof *field);
  int32_t status;
  *out = NULL;
  if (field == NULL)
    return recs__fail_nomem();
  field->context = reader->context;
  field->mapped = 1;
  status = map_field(field, reader, rows);
  if (status != RECS_OK) {
    recs__field_free(field);
    return status;
  }
  *out = field;
  return RECS_OK;
}
