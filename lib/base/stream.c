#include "lib/base/stream.h"

#include <inttypes.h>
#include <string.h>

size_t recs__type_size(recs__type type) {
  switch (type) {
  case RECS__U8:
    return 1;
  case RECS__U32:
  case RECS__F32:
    return 4;
  case RECS__U64:
  case RECS__I64:
  case RECS__F64:
    return 8;
  }
  return 0;
}

int32_t recs__enter_scope(recs__scope *scope, const char *name) {
  size_t length = strlen(name);
  if (scope->length + length + 2 > sizeof scope->prefix)
    return recs__fail(RECS_ERROR_OVERFLOW, "objects are nested too deeply to be saved: %s%s", scope->prefix, name);
  memcpy(scope->prefix + scope->length, name, length);
  scope->length += length;
  scope->prefix[scope->length++] = '.';
  scope->prefix[scope->length] = 0;
  return RECS_OK;
}

void recs__leave_scope(recs__scope *scope) {
  if (scope->length > 0)
    scope->length -= 1; /* the dot */
  while (scope->length > 0 && scope->prefix[scope->length - 1] != '.')
    scope->length -= 1;
  scope->prefix[scope->length] = 0;
}

static int32_t full_name(char out[RECS__NAME_SIZE], const recs__scope *scope, const char *name) {
  size_t length = strlen(name);
  if (scope->length + length + 1 > RECS__NAME_SIZE)
    return recs__fail(RECS_ERROR_OVERFLOW, "objects are nested too deeply to be saved: %s%s", scope->prefix, name);
  memcpy(out, scope->prefix, scope->length);
  memcpy(out + scope->length, name, length + 1);
  return RECS_OK;
}

int32_t recs__write(recs__writer *writer, const char *name, recs__type type, const void *data, uint64_t count) {
  char full[RECS__NAME_SIZE];
  RECS_TRY(full_name(full, &writer->scope, name));
  return writer->put(writer, full, type, data, count);
}

int32_t recs__write_u64(recs__writer *writer, const char *name, uint64_t value) {
  return recs__write(writer, name, RECS__U64, &value, 1);
}

int32_t recs__write_f64(recs__writer *writer, const char *name, double value) {
  return recs__write(writer, name, RECS__F64, &value, 1);
}

int32_t recs__write_string(recs__writer *writer, const char *name, const char *text) {
  return recs__write(writer, name, RECS__U8, text, strlen(text) + 1);
}

int32_t recs__read(recs__reader *reader, const char *name, recs__type type, const void **data, uint64_t *count) {
  char full[RECS__NAME_SIZE];
  *data = NULL;
  *count = 0;
  RECS_TRY(full_name(full, &reader->scope, name));
  return reader->get(reader, full, type, data, count);
}

int32_t recs__read_exact(recs__reader *reader, const char *name, recs__type type, void *data, uint64_t count) {
  const void *found;
  uint64_t found_count;
  RECS_TRY(recs__read(reader, name, type, &found, &found_count));
  if (found_count != count)
    return recs__fail(RECS_ERROR_FORMAT, "section %s%s has %" PRIu64 " values, not %" PRIu64, reader->scope.prefix, name,
                      found_count, count);
  memcpy(data, &found, sizeof found); /* the address of a pointer of the caller's own type */
  return RECS_OK;
}

int32_t recs__read_u64(recs__reader *reader, const char *name, uint64_t minimum, uint64_t maximum, uint64_t *value) {
  const uint64_t *found = NULL;
  RECS_TRY(recs__read_exact(reader, name, RECS__U64, &found, 1));
  if (*found < minimum || *found > maximum)
    return recs__fail(RECS_ERROR_FORMAT, "section %s%s is %" PRIu64 ", outside %" PRIu64 " to %" PRIu64,
                      reader->scope.prefix, name, *found, minimum, maximum);
  *value = *found;
  return RECS_OK;
}

int32_t recs__read_f64(recs__reader *reader, const char *name, double *value) {
  const double *found = NULL;
  RECS_TRY(recs__read_exact(reader, name, RECS__F64, &found, 1));
  *value = *found;
  return RECS_OK;
}

int32_t recs__read_string(recs__reader *reader, const char *name, const char **text) {
  const void *found;
  uint64_t count;
  RECS_TRY(recs__read(reader, name, RECS__U8, &found, &count));
  if (count == 0 || memchr(found, 0, count) != (const char *)found + count - 1)
    return recs__fail(RECS_ERROR_FORMAT, "section %s%s is no text", reader->scope.prefix, name);
  *text = found;
  return RECS_OK;
}

int32_t recs__check_offsets(const char *name, const int64_t *offsets, uint64_t count, uint64_t total) {
  int falls = offsets[0] != 0;
  for (uint64_t i = 0; i < count; i++)
    falls |= offsets[i + 1] < offsets[i];
  if (falls || (uint64_t)offsets[count] != total)
    return recs__fail(RECS_ERROR_FORMAT, "the offsets of %s do not fit its %" PRIu64 " values", name, total);
  return RECS_OK;
}

int32_t recs__check_below(const char *name, const uint32_t *values, uint64_t count, uint32_t bound) {
  for (uint64_t i = 0; i < count; i++) {
    if (values[i] >= bound)
      return recs__fail(RECS_ERROR_FORMAT, "value %" PRIu64 " of %s is %" PRIu32 ", not below %" PRIu32, i, name, values[i],
                        bound);
  }
  return RECS_OK;
}
