/* Dictionaries: a storage of ids, shared by a builder and its frozen copies until the builder changes it. */
#include "lib/data/ids.h"

#include "lib/data/id_table.h"

#include <inttypes.h>
#include <string.h>

struct recs_ids {
  recs__object object;
  recs__object *lineage; /* a builder and its frozen copies hold one: their rows mean the same */
  recs__id_table *table;
  int frozen;
};

static void ids_destroy(void *object) {
  recs_ids *ids = object;
  recs__release(ids->lineage);
  recs__release(ids->table);
}

/* A dictionary over a table. Takes a hold on both; a lineage of NULL begins a new one. */
static int32_t ids_new(recs_ids **out, recs__id_table *table, recs__object *lineage, int frozen) {
  recs_context *context = table->object.context;
  recs_ids *ids = recs__object_new(context, sizeof *ids, ids_destroy);
  *out = NULL;
  if (ids == NULL)
    return recs__fail_nomem();
  ids->frozen = frozen;
  ids->table = recs__hold(table);
  ids->lineage = lineage != NULL ? recs__hold(lineage) : recs__object_new(context, sizeof *lineage, NULL);
  if (ids->lineage == NULL) {
    recs__release(ids);
    return recs__fail_nomem();
  }
  *out = ids;
  return RECS_OK;
}

int32_t recs_ids_create(recs_ids **out, recs_context *context) {
  recs__id_table *table;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__id_table_create(&table, context));
  status = ids_new(out, table, NULL, 0);
  recs__release(table);
  return status;
}

static int32_t check_growing(const recs_ids *ids) {
  return ids->frozen ? recs__fail(RECS_ERROR_STATE, "the dictionary is frozen") : RECS_OK;
}

/* A table that no frozen copy shares, so that it may be changed. */
static int32_t own_table(recs_ids *ids) {
  recs__id_table *own;
  if (!recs__shared(ids->table))
    return RECS_OK;
  RECS_TRY(recs__id_table_clone(&own, ids->table));
  recs__release(ids->table);
  ids->table = own;
  return RECS_OK;
}

static int32_t check_id(const char *id, size_t length) {
  char quoted[64];
  if (length == 0)
    return recs__fail(RECS_ERROR_INVALID, "an id is empty");
  if (length > RECS__LONGEST_ID)
    return recs__fail(RECS_ERROR_INVALID, "id %s has %zu bytes, more than %d",
                      recs__quote(quoted, sizeof quoted, id, length), length, RECS__LONGEST_ID);
  if (memchr(id, 0, length) != NULL)
    return recs__fail(RECS_ERROR_INVALID, "id %s has a NUL byte inside",
                      recs__quote(quoted, sizeof quoted, id, length));
  return RECS_OK;
}

/* Offsets of texts that came from outside: never falling. */
static int32_t check_texts(const char *bytes, const int64_t *offsets, size_t count) {
  if (count > 0 && bytes == NULL)
    return recs__fail_null("bytes");
  for (size_t i = 0; i < count; i++) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i])
      return recs__fail(RECS_ERROR_INVALID, "offsets fall at id %zu", i + 1);
  }
  return RECS_OK;
}

int32_t recs_ids_add(uint32_t *out_row, recs_ids *ids, const char *id, size_t length) {
  recs__enter();
  RECS_NOT_NULL(out_row);
  *out_row = RECS_NO_ROW;
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(id);
  RECS_TRY(check_id(id, length));
  RECS_TRY(check_growing(ids));
  if (recs__shared(ids->table)) {
    *out_row = recs__id_table_find(ids->table, id, length);
    if (*out_row != RECS_NO_ROW)
      return RECS_OK;
  }
  RECS_TRY(own_table(ids));
  return recs__id_table_add(out_row, ids->table, id, length);
}

int32_t recs_ids_add_many(uint32_t *out_rows, recs_ids *ids, const char *bytes, const int64_t *offsets, size_t count) {
  recs__enter();
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(offsets);
  RECS_TRY(check_texts(bytes, offsets, count));
  RECS_TRY(check_growing(ids));
  for (size_t i = 0; i < count; i++)
    RECS_TRY(check_id(bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i])));
  RECS_TRY(own_table(ids));
  return recs__id_table_add_many(out_rows, ids->table, bytes, offsets, count);
}

uint32_t recs__ids_find(const recs_ids *ids, const char *id, size_t length) {
  return recs__id_table_find(ids->table, id, length);
}

void recs__ids_find_pieces(uint32_t *rows, const recs_ids *ids, const recs__piece *texts, size_t count) {
  recs__id_table_find_pieces(rows, ids->table, texts, count);
}

int32_t recs__ids_add_pieces(uint32_t *rows, recs_ids *ids, const recs__piece *texts, size_t count) {
  RECS_TRY(check_growing(ids));
  if (count == 0)
    return RECS_OK;
  RECS_TRY(own_table(ids));
  return recs__id_table_add_pieces(rows, ids->table, texts, count);
}

int32_t recs_ids_find(uint32_t *out_row, const recs_ids *ids, const char *id, size_t length) {
  char quoted[64];
  recs__enter();
  RECS_NOT_NULL(out_row);
  *out_row = RECS_NO_ROW;
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(id);
  *out_row = recs__id_table_find(ids->table, id, length);
  if (*out_row != RECS_NO_ROW)
    return RECS_OK;
  return recs__fail(RECS_ERROR_NOT_FOUND, "unknown id %s", recs__quote(quoted, sizeof quoted, id, length));
}

int32_t recs_ids_find_many(uint32_t *out_rows, const recs_ids *ids, const char *bytes, const int64_t *offsets,
                           size_t count) {
  recs__enter();
  RECS_NOT_NULL(out_rows);
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(offsets);
  RECS_TRY(check_texts(bytes, offsets, count));
  recs__id_table_find_many(out_rows, ids->table, bytes, offsets, count);
  return RECS_OK;
}

static int32_t check_row(const recs_ids *ids, uint32_t row) {
  if (row >= ids->table->count)
    return recs__fail(RECS_ERROR_INVALID, "row %" PRIu32 " of a dictionary of %" PRIu32, row, ids->table->count);
  if (recs__id_table_is_removed(ids->table, row))
    return recs__fail(RECS_ERROR_NOT_FOUND, "row %" PRIu32 " was removed", row);
  return RECS_OK;
}

int32_t recs_ids_remove(recs_ids *ids, uint32_t row) {
  recs__enter();
  RECS_NOT_NULL(ids);
  RECS_TRY(check_growing(ids));
  RECS_TRY(check_row(ids, row));
  RECS_TRY(own_table(ids));
  recs__id_table_remove(ids->table, row);
  return RECS_OK;
}

uint32_t recs_ids_count(const recs_ids *ids) {
  return ids == NULL ? 0 : ids->table->count;
}

uint32_t recs_ids_live(const recs_ids *ids) {
  return ids == NULL ? 0 : ids->table->live;
}

int32_t recs_ids_name(const char **out, size_t *out_length, const recs_ids *ids, uint32_t row) {
  size_t length;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  if (out_length != NULL)
    *out_length = 0;
  RECS_NOT_NULL(ids);
  RECS_TRY(check_row(ids, row));
  *out = recs__id_table_name(&length, ids->table, row);
  if (out_length != NULL)
    *out_length = length;
  return RECS_OK;
}

int32_t recs_ids_freeze(recs_ids **out, const recs_ids *ids) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(ids);
  if (!ids->frozen)
    return ids_new(out, ids->table, ids->lineage, 1);
  *out = recs__hold(ids);
  return RECS_OK;
}

void recs_ids_free(recs_ids *ids) {
  recs__release(ids);
}

int recs__ids_same(const recs_ids *a, const recs_ids *b) {
  return a->lineage == b->lineage;
}

int recs__ids_removed(const recs_ids *ids, uint32_t row) {
  return recs__id_table_is_removed(ids->table, row);
}

int32_t recs__ids_write(const recs_ids *ids, recs__writer *writer) {
  return recs__id_table_write(ids->table, writer);
}

int32_t recs__ids_read(recs_ids **out, recs__reader *reader) {
  recs__id_table *table;
  int32_t status;
  *out = NULL;
  RECS_TRY(recs__id_table_read(&table, reader));
  status = ids_new(out, table, NULL, 1);
  recs__release(table);
  return status;
}
