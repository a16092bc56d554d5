#include "lib/data/profiles.h"

#include "lib/data/field.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { QUOTED_NAME = 64, LONGEST_TEXT = 1 << 24, MOST_FIELDS = 4096 };

struct recs_profiles {
  recs__object object;
  recs__object *backing; /* held while fields borrow from it */
  recs_ids *ids;
  int frozen;
  uint32_t count;
  recs__field_store **fields;
  size_t room;
  recs__field_store *by_name; /* the head of uthash's table */
};

static void profiles_destroy(void *object) {
  recs_profiles *profiles = object;
  recs_context *context = profiles->object.context;
  HASH_CLEAR(hh, profiles->by_name);
  for (uint32_t i = 0; i < profiles->count; i++)
    recs__field_free(profiles->fields[i]);
  recs__free(context, profiles->fields);
  recs__release(profiles->ids);
  recs__release(profiles->backing);
}

/* An empty store over a dictionary. */
static int32_t profiles_new(recs_profiles **out, recs_ids *ids) {
  *out = recs__object_new(recs__context_of(ids), sizeof **out, profiles_destroy);
  if (*out == NULL)
    return recs__fail_nomem();
  (*out)->ids = recs__hold(ids);
  return RECS_OK;
}

static recs__field_store *find_field(const recs_profiles *profiles, const char *name) {
  recs__field_store *found;
  HASH_FIND_STR(profiles->by_name, name, found);
  return found;
}

/* Takes a field into the store; on failure the field is freed. */
static int32_t add_field(recs_profiles *profiles, recs__field_store *field) {
  recs_context *context = profiles->object.context;
  int hash_oom = 0;
  int32_t status =
      recs__grow(context, &profiles->fields, &profiles->room, (size_t)profiles->count + 1, sizeof *profiles->fields);
  if (status == RECS_OK) {
    HASH_ADD_KEYPTR(hh, profiles->by_name, field->name, strlen(field->name), field);
    status = hash_oom ? recs__fail_nomem() : RECS_OK;
  }
  if (status != RECS_OK) {
    recs__field_free(field);
    return status;
  }
  field->index = profiles->count;
  profiles->fields[profiles->count++] = field;
  return RECS_OK;
}

int32_t recs_profiles_create(recs_profiles **out, recs_ids *ids) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(ids);
  return profiles_new(out, ids);
}

const recs_ids *recs_profiles_ids(const recs_profiles *profiles) {
  return profiles == NULL ? NULL : profiles->ids;
}

static int32_t check_growing(const recs_profiles *profiles) {
  return profiles->frozen ? recs__fail(RECS_ERROR_STATE, "the profiles are frozen") : RECS_OK;
}

/* A field's name in quotes for a message. */
static const char *quoted_name(char out[QUOTED_NAME], const char *name) {
  return recs__quote(out, QUOTED_NAME, name, strlen(name));
}

int32_t recs_profiles_define(uint32_t *out_field, recs_profiles *profiles, const char *name, int32_t type,
                             uint32_t dimension) {
  char quoted[QUOTED_NAME];
  recs__field_store *field;
  recs__enter();
  RECS_NOT_NULL(out_field);
  *out_field = RECS_NO_ROW;
  RECS_NOT_NULL(profiles);
  RECS_NOT_NULL(name);
  RECS_TRY(recs__field_check(name, type, dimension));
  field = find_field(profiles, name);
  if (field != NULL && (field->type != type || field->dimension != dimension))
    return recs__fail(RECS_ERROR_INVALID, "field %s is there already with another type or dimension",
                      quoted_name(quoted, name));
  if (field == NULL) {
    RECS_TRY(check_growing(profiles));
    if (profiles->count == MOST_FIELDS)
      return recs__fail(RECS_ERROR_OVERFLOW, "more than %d fields", MOST_FIELDS);
    RECS_TRY(recs__field_create(&field, profiles->object.context, name, type, dimension));
    RECS_TRY(add_field(profiles, field));
  }
  *out_field = field->index;
  return RECS_OK;
}

uint32_t recs_profiles_field_count(const recs_profiles *profiles) {
  return profiles == NULL ? 0 : profiles->count;
}

int32_t recs_profiles_field(const char **name, int32_t *type, uint32_t *dimension, const recs_profiles *profiles,
                            uint32_t field) {
  recs__enter();
  if (name != NULL)
    *name = NULL;
  if (type != NULL)
    *type = 0;
  if (dimension != NULL)
    *dimension = 0;
  RECS_NOT_NULL(profiles);
  if (field >= profiles->count)
    return recs__fail(RECS_ERROR_INVALID, "field %" PRIu32 " of %" PRIu32, field, profiles->count);
  if (name != NULL)
    *name = profiles->fields[field]->name;
  if (type != NULL)
    *type = profiles->fields[field]->type;
  if (dimension != NULL)
    *dimension = profiles->fields[field]->dimension;
  return RECS_OK;
}

int32_t recs__profiles_find_field(uint32_t *out, const recs_profiles *profiles, const char *name) {
  char known[RECS__MESSAGE_SIZE / 2] = "", quoted[QUOTED_NAME];
  const recs__field_store *field = find_field(profiles, name);
  size_t used = 0;
  if (field != NULL) {
    *out = field->index;
    return RECS_OK;
  }
  for (uint32_t i = 0; i < profiles->count && used < sizeof known; i++) {
    int more = snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", profiles->fields[i]->name);
    used += more > 0 ? (size_t)more : 0;
  }
  *out = RECS_NO_ROW;
  return recs__fail(RECS_ERROR_NOT_FOUND, "no profile field %s; known: %s", quoted_name(quoted, name), known);
}

static int32_t check_row(const recs_profiles *profiles, uint32_t row) {
  uint32_t rows = recs_ids_count(profiles->ids);
  return row < rows ? RECS_OK
                    : recs__fail(RECS_ERROR_INVALID, "row %" PRIu32 " of a dictionary of %" PRIu32, row, rows);
}

int32_t recs__profiles_check_field(const recs_profiles *profiles, uint32_t field, int32_t type) {
  static const char *const types[] = {"", "tags", "a number", "a text", "an embedding"};
  const recs__field_store *found;
  if (field >= profiles->count)
    return recs__fail(RECS_ERROR_INVALID, "field %" PRIu32 " of %" PRIu32, field, profiles->count);
  found = profiles->fields[field];
  if (found->type != type)
    return recs__fail(RECS_ERROR_INVALID, "field %s holds %s, not %s", found->name, types[found->type], types[type]);
  return RECS_OK;
}

/* The field of that number and type, for a row of the dictionary (whether or not its id was removed). */
static int32_t find_place(recs__field_store **out, const recs_profiles *profiles, uint32_t row, uint32_t field,
                          int32_t type) {
  *out = NULL;
  RECS_NOT_NULL(profiles);
  RECS_TRY(check_row(profiles, row));
  RECS_TRY(recs__profiles_check_field(profiles, field, type));
  *out = profiles->fields[field];
  return RECS_OK;
}

/* The same, to change it. */
static int32_t find_own_place(recs__field_store **out, const recs_profiles *profiles, uint32_t row, uint32_t field,
                              int32_t type) {
  RECS_TRY(find_place(out, profiles, row, field, type));
  return check_growing(profiles);
}

int32_t recs_profiles_set_tag(recs_profiles *profiles, uint32_t row, uint32_t field, const char *tag, size_t length,
                              float weight) {
  recs__field_store *into;
  recs__enter();
  RECS_TRY(find_own_place(&into, profiles, row, field, RECS_FIELD_TAGS));
  RECS_NOT_NULL(tag);
  if (!isfinite(weight))
    return recs__fail(RECS_ERROR_INVALID, "the weight of a tag is %g", (double)weight);
  return recs__field_set_tag(into, row, tag, length, weight);
}

int32_t recs_profiles_unset_tag(recs_profiles *profiles, uint32_t row, uint32_t field, const char *tag, size_t length) {
  recs__field_store *from;
  recs__enter();
  RECS_TRY(find_own_place(&from, profiles, row, field, RECS_FIELD_TAGS));
  RECS_NOT_NULL(tag);
  return recs__field_unset_tag(from, row, tag, length);
}

int32_t recs_profiles_set_number(recs_profiles *profiles, uint32_t row, uint32_t field, double value) {
  recs__field_store *into;
  recs__enter();
  RECS_TRY(find_own_place(&into, profiles, row, field, RECS_FIELD_NUMBER));
  if (isinf(value))
    return recs__fail(RECS_ERROR_INVALID, "the number is %g", value);
  return recs__field_set_number(into, row, value);
}

int32_t recs_profiles_set_text(recs_profiles *profiles, uint32_t row, uint32_t field, const char *text, size_t length) {
  recs__field_store *into;
  recs__enter();
  RECS_TRY(find_own_place(&into, profiles, row, field, RECS_FIELD_TEXT));
  if (length > 0)
    RECS_NOT_NULL(text);
  if (length > LONGEST_TEXT)
    return recs__fail(RECS_ERROR_INVALID, "a text has %zu bytes, more than %d", length, LONGEST_TEXT);
  if (length > 0 && memchr(text, 0, length) != NULL)
    return recs__fail(RECS_ERROR_INVALID, "a text has a NUL byte inside");
  return recs__field_set_text(into, row, text, length);
}

int32_t recs_profiles_set_embedding(recs_profiles *profiles, uint32_t row, uint32_t field, const float *values,
                                    uint32_t dimension) {
  recs__field_store *into;
  recs__enter();
  RECS_TRY(find_own_place(&into, profiles, row, field, RECS_FIELD_EMBEDDING));
  RECS_NOT_NULL(values);
  if (dimension != into->dimension)
    return recs__fail(RECS_ERROR_INVALID, "an embedding of field %s has %" PRIu32 " values, not %" PRIu32, into->name,
                      dimension, into->dimension);
  for (uint32_t i = 0; i < dimension; i++) {
    if (!isfinite(values[i]))
      return recs__fail(RECS_ERROR_INVALID, "value %" PRIu32 " of an embedding is %g", i, (double)values[i]);
  }
  return recs__field_set_embedding(into, row, values);
}

int32_t recs_profiles_remove(recs_profiles *profiles, uint32_t row) {
  recs__enter();
  RECS_NOT_NULL(profiles);
  RECS_TRY(check_growing(profiles));
  RECS_TRY(check_row(profiles, row));
  for (uint32_t i = 0; i < profiles->count; i++)
    recs__field_clear(profiles->fields[i], row);
  return RECS_OK;
}

const recs_ids *recs_profiles_tag_ids(const recs_profiles *profiles, uint32_t field) {
  return profiles == NULL || field >= profiles->count ? NULL : profiles->fields[field]->tag_ids;
}

int32_t recs_profiles_tags(const uint32_t **tags, const float **weights, size_t *count, const recs_profiles *profiles,
                           uint32_t row, uint32_t field) {
  recs__field_store *from;
  recs__enter();
  RECS_NOT_NULL(tags);
  RECS_NOT_NULL(count);
  *tags = NULL;
  *count = 0;
  if (weights != NULL)
    *weights = NULL;
  RECS_TRY(find_place(&from, profiles, row, field, RECS_FIELD_TAGS));
  *count = recs__field_count(from, row);
  if (*count > 0)
    *tags = recs__field_element(from, from->begins[row]);
  if (*count > 0 && weights != NULL)
    *weights = from->weights + from->begins[row];
  return RECS_OK;
}

int32_t recs_profiles_number(double *out, const recs_profiles *profiles, uint32_t row, uint32_t field) {
  recs__field_store *from;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NAN;
  RECS_TRY(find_place(&from, profiles, row, field, RECS_FIELD_NUMBER));
  if (row < from->rows)
    *out = from->numbers[row];
  return RECS_OK;
}

int32_t recs_profiles_text(const char **text, size_t *length, const recs_profiles *profiles, uint32_t row,
                           uint32_t field) {
  recs__field_store *from;
  recs__enter();
  RECS_NOT_NULL(text);
  *text = NULL;
  if (length != NULL)
    *length = 0;
  RECS_TRY(find_place(&from, profiles, row, field, RECS_FIELD_TEXT));
  *text = "";
  if (recs__field_count(from, row) > 0) {
    *text = recs__field_element(from, from->begins[row]);
    if (length != NULL)
      *length = recs__field_count(from, row) - 1;
  }
  return RECS_OK;
}

int32_t recs_profiles_embedding(const float **values, const recs_profiles *profiles, uint32_t row, uint32_t field) {
  recs__field_store *from;
  recs__enter();
  RECS_NOT_NULL(values);
  *values = NULL;
  RECS_TRY(find_place(&from, profiles, row, field, RECS_FIELD_EMBEDDING));
  if (recs__field_count(from, row) > 0)
    *values = recs__field_element(from, from->begins[row]);
  return RECS_OK;
}

int32_t recs_profiles_freeze(recs_profiles **out, const recs_profiles *profiles) {
  recs_profiles *copy = NULL;
  recs_ids *ids = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(profiles);
  if (profiles->frozen) {
    *out = recs__hold(profiles);
    return RECS_OK;
  }
  RECS_GO(recs_ids_freeze(&ids, profiles->ids));
  RECS_GO(profiles_new(&copy, ids));
  for (uint32_t i = 0; i < profiles->count; i++) {
    recs__field_store *field;
    RECS_GO(recs__field_freeze(&field, profiles->fields[i], recs_ids_count(ids)));
    RECS_GO(add_field(copy, field));
  }
  copy->frozen = 1;
  *out = recs__hold(copy);
cleanup:
  recs__release(copy);
  recs__release(ids);
  return status;
}

int32_t recs__profiles_draft(recs_profiles **out, const recs_profiles *profiles) {
  recs_profiles *draft;
  int32_t status = RECS_OK;
  *out = NULL;
  RECS_TRY(check_growing(profiles));
  RECS_TRY(profiles_new(&draft, profiles->ids));
  for (uint32_t i = 0; i < profiles->count && status == RECS_OK; i++) {
    recs__field_store *field;
    status = recs__field_copy(&field, profiles->fields[i]);
    if (status == RECS_OK)
      status = add_field(draft, field);
  }
  if (status != RECS_OK) {
    recs__release(draft);
    return status;
  }
  *out = draft;
  return RECS_OK;
}

/* Takes back the fields behind the first `count`. */
static void drop_fields(recs_profiles *profiles, uint32_t count) {
  recs_context *context = profiles->object.context;
  while (profiles->count > count) {
    recs__field_store *field = profiles->fields[--profiles->count];
    HASH_DEL(profiles->by_name, field);
    recs__field_free(field);
  }
}

int32_t recs__profiles_accept(recs_profiles *profiles, recs_profiles *draft) {
  uint32_t count = profiles->count;
  for (uint32_t i = count; i < draft->count; i++) {
    const recs__field_store *field = draft->fields[i];
    uint32_t index;
    int32_t status = recs_profiles_define(&index, profiles, field->name, field->type, field->dimension);
    if (status != RECS_OK) {
      drop_fields(profiles, count);
      return status;
    }
  }
  for (uint32_t i = 0; i < draft->count; i++)
    recs__field_exchange(profiles->fields[i], draft->fields[i]);
  return RECS_OK;
}

void recs_profiles_free(recs_profiles *profiles) {
  recs__release(profiles);
}

int32_t recs__profiles_write(const recs_profiles *profiles, recs__writer *writer) {
  if (!profiles->frozen)
    return recs__fail(RECS_ERROR_INTERNAL, "profiles are written only when frozen");
  RECS_TRY(recs__write_u64(writer, "fields", profiles->count));
  for (uint32_t i = 0; i < profiles->count; i++) {
    char scope[16];
    snprintf(scope, sizeof scope, "field%" PRIu32, i);
    RECS_TRY(recs__enter_scope(&writer->scope, scope));
    RECS_TRY(recs__field_write(profiles->fields[i], writer));
    recs__leave_scope(&writer->scope);
  }
  return RECS_OK;
}

static int32_t read_fields(recs_profiles *profiles, recs__reader *reader) {
  uint64_t count;
  RECS_TRY(recs__read_u64(reader, "fields", 0, MOST_FIELDS, &count));
  for (uint64_t i = 0; i < count; i++) {
    recs__field_store *field;
    char scope[16];
    snprintf(scope, sizeof scope, "field%d", (int)i);
    RECS_TRY(recs__enter_scope(&reader->scope, scope));
    RECS_TRY(recs__field_read(&field, reader, recs_ids_count(profiles->ids)));
    recs__leave_scope(&reader->scope);
    if (find_field(profiles, field->name) != NULL) {
      recs__field_free(field);
      return recs__fail(RECS_ERROR_FORMAT, "profile field number %d is there twice", (int)i);
    }
    RECS_TRY(add_field(profiles, field));
  }
  return RECS_OK;
}

int32_t recs__profiles_read(recs_profiles **out, recs_ids *ids, recs__reader *reader) {
  recs_profiles *profiles;
  int32_t status;
  *out = NULL;
  RECS_TRY(profiles_new(&profiles, ids));
  profiles->backing = recs__hold(reader->backing);
  profiles->frozen = 1;
  status = read_fields(profiles, reader);
  if (status != RECS_OK) {
    recs__release(profiles);
    return status;
  }
  *out = profiles;
  return RECS_OK;
}
