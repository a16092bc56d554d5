/* Dictionaries. The bytes of all ids stand in one arena, each with a NUL behind it; offsets say where each begins; an open-addressing
 * table of slots finds the row of an id. The three arrays and the bits of removed rows are the same in memory and in a file. */
#include "lib/data/ids.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <inttypes.h>
#include <string.h>

enum { LONGEST_ID = 65536, FIRST_SLOTS = 16 };

/* A slot: the row + 1 in the low half (0: empty), high bits of the hash in the high half, so that a look-up compares text once. */
typedef uint64_t slot;

struct recs_ids {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it */
  recs__object *lineage; /* a builder and its frozen copies share one: their rows mean the same */
  int frozen;
  uint32_t count;
  uint32_t live;
  char *bytes;
  int64_t *offsets;  /* count + 1 */
  uint64_t *removed; /* a bit a row */
  slot *slots;       /* slot_count, a power of two, at most three quarters full */
  size_t slot_count;
  size_t bytes_room, offsets_room, removed_room;
};

static void ids_destroy(void *object) {
  recs_ids *ids = object;
  recs__release(ids->lineage);
  if (ids->backing != NULL) {
    recs__release(ids->backing);
    return;
  }
  recs__free(ids->object.context, ids->bytes);
  recs__free(ids->object.context, ids->offsets);
  recs__free(ids->object.context, ids->removed);
  recs__free(ids->object.context, ids->slots);
}

static size_t removed_words(uint32_t count) {
  return ((size_t)count + 63) / 64;
}

static int is_removed(const recs_ids *ids, uint32_t row) {
  return ((ids->removed[row >> 6] >> (row & 63)) & 1u) != 0;
}

static size_t name_length(const recs_ids *ids, uint32_t row) {
  return (size_t)(ids->offsets[row + 1] - ids->offsets[row]) - 1;
}

/* The row of an id, or RECS_NO_ROW; `*place` is where its slot is, or where it would go. */
static uint32_t look_up(const recs_ids *ids, const char *id, size_t length, uint64_t hash, size_t *place) {
  size_t mask = ids->slot_count - 1;
  size_t at = (size_t)hash & mask;
  for (;; at = (at + 1) & mask) {
    slot found = ids->slots[at];
    uint32_t row = (uint32_t)found - 1;
    if (found == 0) {
      *place = at;
      return RECS_NO_ROW;
    }
    if (found >> 32 == hash >> 32 && !is_removed(ids, row) && name_length(ids, row) == length &&
        memcmp(ids->bytes + ids->offsets[row], id, length) == 0) {
      *place = at;
      return row;
    }
  }
}

/* A table of twice the size or more, without the slots of removed rows. */
static int32_t rebuild_slots(recs_ids *ids, size_t slot_count) {
  slot *slots = recs__alloc_zero(ids->object.context, slot_count, sizeof *slots);
  if (slots == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < ids->count; row++) {
    uint64_t hash = XXH3_64bits(ids->bytes + ids->offsets[row], name_length(ids, row));
    size_t at = (size_t)hash & (slot_count - 1);
    if (is_removed(ids, row))
      continue;
    while (slots[at] != 0)
      at = (at + 1) & (slot_count - 1);
    slots[at] = (hash >> 32) << 32 | (row + 1);
  }
  recs__free(ids->object.context, ids->slots);
  ids->slots = slots;
  ids->slot_count = slot_count;
  return RECS_OK;
}

/* Room for `more` ids of `bytes` bytes in all, so that adding them cannot fail. */
static int32_t reserve(recs_ids *ids, size_t more, size_t bytes) {
  const recs_context *context = ids->object.context;
  size_t rows = (size_t)ids->count + more;
  size_t slot_count = ids->slot_count;
  size_t old_words = ids->removed_room;
  if (rows >= RECS_NO_ROW)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than %" PRIu32 " ids", RECS_NO_ROW - 1);
  RECS_TRY(recs__grow(context, &ids->bytes, &ids->bytes_room, (size_t)ids->offsets[ids->count] + bytes + more, 1));
  RECS_TRY(recs__grow(context, &ids->offsets, &ids->offsets_room, rows + 1, sizeof *ids->offsets));
  RECS_TRY(recs__grow(context, &ids->removed, &ids->removed_room, removed_words((uint32_t)rows), sizeof *ids->removed));
  memset(ids->removed + old_words, 0, (ids->removed_room - old_words) * sizeof *ids->removed);
  while (rows > slot_count / 4 * 3)
    slot_count *= 2;
  return slot_count == ids->slot_count ? RECS_OK : rebuild_slots(ids, slot_count);
}

/* The row of an id for which there is room. */
static uint32_t add_reserved(recs_ids *ids, const char *id, size_t length) {
  uint64_t hash = XXH3_64bits(id, length);
  int64_t begin = ids->offsets[ids->count];
  size_t place;
  uint32_t row = look_up(ids, id, length, hash, &place);
  if (row != RECS_NO_ROW)
    return row;
  memcpy(ids->bytes + begin, id, length);
  ids->bytes[begin + (int64_t)length] = 0;
  ids->offsets[ids->count + 1] = begin + (int64_t)length + 1;
  ids->slots[place] = (hash >> 32) << 32 | (ids->count + 1);
  ids->live += 1;
  return ids->count++;
}

static int32_t check_id(const char *id, size_t length) {
  char quoted[64];
  if (length == 0)
    return recs__fail(RECS_ERROR_INVALID, "an id is empty");
  if (length > LONGEST_ID)
    return recs__fail(RECS_ERROR_INVALID, "id %s has %zu bytes, more than %d", recs__quote(quoted, sizeof quoted, id, length),
                      length, LONGEST_ID);
  if (memchr(id, 0, length) != NULL)
    return recs__fail(RECS_ERROR_INVALID, "id %s has a NUL byte inside", recs__quote(quoted, sizeof quoted, id, length));
  return RECS_OK;
}

static int32_t check_growing(const recs_ids *ids) {
  return ids->frozen ? recs__fail(RECS_ERROR_STATE, "the dictionary is frozen") : RECS_OK;
}

int32_t recs_ids_create(recs_ids **out, recs_context *context) {
  recs_ids *ids;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  ids = recs__object_new(context, sizeof *ids, ids_destroy);
  if (ids == NULL)
    return recs__fail_nomem();
  ids->lineage = recs__object_new(context, sizeof *ids->lineage, NULL);
  ids->offsets = recs__alloc_zero(context, 1, sizeof *ids->offsets);
  ids->offsets_room = 1;
  if (ids->lineage == NULL || ids->offsets == NULL || rebuild_slots(ids, FIRST_SLOTS) != RECS_OK) {
    recs__release(ids);
    return recs__fail_nomem();
  }
  *out = ids;
  return RECS_OK;
}

int32_t recs_ids_add(uint32_t *out_row, recs_ids *ids, const char *id, size_t length) {
  size_t place;
  recs__enter();
  RECS_NOT_NULL(out_row);
  *out_row = RECS_NO_ROW;
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(id);
  RECS_TRY(check_id(id, length));
  RECS_TRY(check_growing(ids));
  *out_row = look_up(ids, id, length, XXH3_64bits(id, length), &place);
  if (*out_row == RECS_NO_ROW) {
    RECS_TRY(reserve(ids, 1, length));
    *out_row = add_reserved(ids, id, length);
  }
  return RECS_OK;
}

/* Offsets of texts that came from outside: never falling. */
static int32_t check_texts(const char *bytes, const int64_t *offsets, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i])
      return recs__fail(RECS_ERROR_INVALID, "offsets fall at id %zu", i + 1);
  }
  if (count > 0 && bytes == NULL)
    return recs__fail_null("bytes");
  return RECS_OK;
}

int32_t recs_ids_add_many(uint32_t *out_rows, recs_ids *ids, const char *bytes, const int64_t *offsets, size_t count) {
  recs__enter();
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(offsets);
  RECS_TRY(check_texts(bytes, offsets, count));
  RECS_TRY(check_growing(ids));
  for (size_t i = 0; i < count; i++)
    RECS_TRY(check_id(bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i])));
  RECS_TRY(reserve(ids, count, (size_t)(offsets[count] - offsets[0])));
  for (size_t i = 0; i < count; i++) {
    uint32_t row = add_reserved(ids, bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
    if (out_rows != NULL)
      out_rows[i] = row;
  }
  return RECS_OK;
}

int32_t recs_ids_find(uint32_t *out_row, const recs_ids *ids, const char *id, size_t length) {
  char quoted[64];
  size_t place;
  recs__enter();
  RECS_NOT_NULL(out_row);
  *out_row = RECS_NO_ROW;
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(id);
  *out_row = look_up(ids, id, length, XXH3_64bits(id, length), &place);
  if (*out_row != RECS_NO_ROW)
    return RECS_OK;
  return recs__fail(RECS_ERROR_NOT_FOUND, "unknown id %s", recs__quote(quoted, sizeof quoted, id, length));
}

int32_t recs_ids_find_many(uint32_t *out_rows, const recs_ids *ids, const char *bytes, const int64_t *offsets, size_t count) {
  size_t place;
  recs__enter();
  RECS_NOT_NULL(out_rows);
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(offsets);
  RECS_TRY(check_texts(bytes, offsets, count));
  for (size_t i = 0; i < count; i++) {
    size_t length = (size_t)(offsets[i + 1] - offsets[i]);
    out_rows[i] = look_up(ids, bytes + offsets[i], length, XXH3_64bits(bytes + offsets[i], length), &place);
  }
  return RECS_OK;
}

static int32_t check_row(const recs_ids *ids, uint32_t row) {
  if (row >= ids->count)
    return recs__fail(RECS_ERROR_INVALID, "row %" PRIu32 " of a dictionary of %" PRIu32, row, ids->count);
  if (is_removed(ids, row))
    return recs__fail(RECS_ERROR_NOT_FOUND, "row %" PRIu32 " was removed", row);
  return RECS_OK;
}

int32_t recs_ids_remove(recs_ids *ids, uint32_t row) {
  recs__enter();
  RECS_NOT_NULL(ids);
  RECS_TRY(check_growing(ids));
  RECS_TRY(check_row(ids, row));
  /* The slot stays, so that probing passes on; look-ups see that the row is removed. The text goes: it may name a person. */
  ids->removed[row >> 6] |= UINT64_C(1) << (row & 63);
  memset(ids->bytes + ids->offsets[row], '?', name_length(ids, row));
  ids->live -= 1;
  return RECS_OK;
}

uint32_t recs_ids_count(const recs_ids *ids) {
  return ids == NULL ? 0 : ids->count;
}

uint32_t recs_ids_live(const recs_ids *ids) {
  return ids == NULL ? 0 : ids->live;
}

int32_t recs_ids_name(const char **out, size_t *out_length, const recs_ids *ids, uint32_t row) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  if (out_length != NULL)
    *out_length = 0;
  RECS_NOT_NULL(ids);
  RECS_TRY(check_row(ids, row));
  *out = ids->bytes + ids->offsets[row];
  if (out_length != NULL)
    *out_length = name_length(ids, row);
  return RECS_OK;
}

int32_t recs_ids_freeze(recs_ids **out, const recs_ids *ids) {
  recs_context *context;
  recs_ids *copy;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(ids);
  if (ids->frozen) {
    *out = recs__hold(ids);
    return RECS_OK;
  }
  context = ids->object.context;
  copy = recs__object_new(context, sizeof *copy, ids_destroy);
  if (copy == NULL)
    return recs__fail_nomem();
  copy->lineage = recs__hold(ids->lineage);
  copy->frozen = 1;
  copy->count = ids->count;
  copy->live = ids->live;
  copy->slot_count = ids->slot_count;
  copy->bytes = recs__copy(context, ids->bytes, (size_t)ids->offsets[ids->count], 1);
  copy->offsets = recs__copy(context, ids->offsets, (size_t)ids->count + 1, sizeof *ids->offsets);
  copy->removed = recs__copy(context, ids->removed, removed_words(ids->count), sizeof *ids->removed);
  copy->slots = recs__copy(context, ids->slots, ids->slot_count, sizeof *ids->slots);
  if (copy->bytes == NULL || copy->offsets == NULL || copy->removed == NULL || copy->slots == NULL) {
    recs__release(copy);
    return recs__fail_nomem();
  }
  *out = copy;
  return RECS_OK;
}

void recs_ids_free(recs_ids *ids) {
  recs__release(ids);
}

int recs__ids_same(const recs_ids *a, const recs_ids *b) {
  return a->lineage == b->lineage;
}

int32_t recs__ids_write(const recs_ids *ids, recs__writer *writer) {
  RECS_TRY(recs__write_u64(writer, "count", ids->count));
  RECS_TRY(recs__write_u64(writer, "live", ids->live));
  RECS_TRY(recs__write(writer, "bytes", RECS__U8, ids->bytes, (uint64_t)ids->offsets[ids->count]));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, ids->offsets, (uint64_t)ids->count + 1));
  RECS_TRY(recs__write(writer, "removed", RECS__U64, ids->removed, removed_words(ids->count)));
  return recs__write(writer, "slots", RECS__U64, ids->slots, ids->slot_count);
}

/* Each id has its NUL, and no other; as many rows as `live` says are not removed. */
static int32_t check_names(const recs_ids *ids) {
  uint32_t live = 0;
  for (uint32_t row = 0; row < ids->count; row++) {
    const char *name = ids->bytes + ids->offsets[row];
    int64_t size = ids->offsets[row + 1] - ids->offsets[row];
    if (size < 2 || size > LONGEST_ID + 1 || memchr(name, 0, (size_t)size) != name + size - 1)
      return recs__fail(RECS_ERROR_FORMAT, "id number %" PRIu32 " of a dictionary is damaged", row);
    live += !is_removed(ids, row);
  }
  return live == ids->live ? RECS_OK : recs__fail(RECS_ERROR_FORMAT, "a dictionary has %" PRIu32 " ids, not %" PRIu32, live, ids->live);
}

/* Slots name rows that exist, and one is empty, so that every probe ends. */
static int32_t check_slots(const recs_ids *ids) {
  size_t used = 0;
  if (ids->slot_count < FIRST_SLOTS || (ids->slot_count & (ids->slot_count - 1)) != 0)
    return recs__fail(RECS_ERROR_FORMAT, "a dictionary has %zu slots", ids->slot_count);
  for (size_t i = 0; i < ids->slot_count; i++) {
    uint32_t row = (uint32_t)ids->slots[i] - 1;
    used += ids->slots[i] != 0;
    if (ids->slots[i] != 0 && row >= ids->count)
      return recs__fail(RECS_ERROR_FORMAT, "a slot of a dictionary names row %" PRIu32 " of %" PRIu32, row, ids->count);
  }
  return used < ids->slot_count ? RECS_OK : recs__fail(RECS_ERROR_FORMAT, "a dictionary has no empty slot");
}

static int32_t map_arrays(recs_ids *ids, recs__reader *reader) {
  uint64_t count, live, size;
  const void *bytes, *slots;
  RECS_TRY(recs__read_u64(reader, "count", 0, RECS_NO_ROW - 1, &count));
  RECS_TRY(recs__read_u64(reader, "live", 0, count, &live));
  ids->count = (uint32_t)count;
  ids->live = (uint32_t)live;
  RECS_TRY(recs__read(reader, "bytes", RECS__U8, &bytes, &size));
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &ids->offsets, count + 1));
  RECS_TRY(recs__check_offsets("a dictionary", ids->offsets, count, size));
  RECS_TRY(recs__read_exact(reader, "removed", RECS__U64, &ids->removed, removed_words(ids->count)));
  ids->bytes = (char *)(uintptr_t)bytes;
  RECS_TRY(recs__read(reader, "slots", RECS__U64, &slots, &size));
  ids->slots = (slot *)(uintptr_t)slots;
  ids->slot_count = (size_t)size;
  RECS_TRY(check_names(ids));
  return check_slots(ids);
}

int32_t recs__ids_read(recs_ids **out, recs__reader *reader) {
  recs_ids *ids = recs__object_new(reader->context, sizeof *ids, ids_destroy);
  int32_t status;
  *out = NULL;
  if (ids == NULL)
    return recs__fail_nomem();
  ids->backing = recs__hold(reader->backing);
  ids->frozen = 1;
  ids->lineage = recs__object_new(reader->context, sizeof *ids->lineage, NULL);
  status = ids->lineage == NULL ? recs__fail_nomem() : map_arrays(ids, reader);
  if (status != RECS_OK) {
    recs__release(ids);
    return status;
  }
  *out = ids;
  return RECS_OK;
}
