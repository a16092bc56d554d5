#include "lib/data/id_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <inttypes.h>
#include <string.h>

/* How many ids of a bulk call are asked for ahead: as many cache misses as a core keeps under way, and some more. */
enum { FIRST_SLOTS = 16, AHEAD = 32 };

/* Homes come from 32 bits of hash: a table with more slots than that would not spread any further. */
static const uint64_t most_slots = UINT64_C(1) << 32;

static void table_destroy(void *object) {
  recs__id_table *table = object;
  if (table->backing != NULL) {
    recs__release(table->backing);
    return;
  }
  recs__free(table->object.context, table->bytes);
  recs__free(table->object.context, table->offsets);
  recs__free(table->object.context, table->removed);
  recs__free(table->object.context, table->slots);
}

static size_t removed_words(size_t count) {
  return (count + 63) / 64;
}

int32_t recs__id_table_create(recs__id_table **out, recs_context *context) {
  recs__id_table *table = recs__object_new(context, sizeof *table, table_destroy);
  *out = NULL;
  if (table == NULL)
    return recs__fail_nomem();
  table->offsets = recs__alloc_zero(context, 1, sizeof *table->offsets);
  table->offsets_room = 1;
  table->slots = recs__alloc_zero(context, FIRST_SLOTS, sizeof *table->slots);
  table->slot_count = FIRST_SLOTS;
  if (table->offsets == NULL || table->slots == NULL) {
    recs__release(table);
    return recs__fail_nomem();
  }
  *out = table;
  return RECS_OK;
}

int32_t recs__id_table_clone(recs__id_table **out, const recs__id_table *table) {
  recs_context *context = table->object.context;
  recs__id_table *copy = recs__object_new(context, sizeof *copy, table_destroy);
  *out = NULL;
  if (copy == NULL)
    return recs__fail_nomem();
  copy->count = table->count;
  copy->live = table->live;
  copy->slot_count = table->slot_count;
  copy->bytes_room = (size_t)table->offsets[table->count];
  copy->offsets_room = (size_t)table->count + 1;
  copy->removed_room = removed_words(table->count);
  copy->bytes = recs__copy(context, table->bytes, copy->bytes_room, 1);
  copy->offsets = recs__copy(context, table->offsets, copy->offsets_room, sizeof *table->offsets);
  copy->removed = recs__copy(context, table->removed, copy->removed_room, sizeof *table->removed);
  copy->slots = recs__copy(context, table->slots, copy->slot_count, sizeof *table->slots);
  if (copy->bytes == NULL || copy->offsets == NULL || copy->removed == NULL || copy->slots == NULL) {
    recs__release(copy);
    return recs__fail_nomem();
  }
  *out = copy;
  return RECS_OK;
}

/* Too long for an id: no row's, and its text is not worth reading. */
static uint32_t hash_of(const char *id, size_t length) {
  return length > RECS__LONGEST_ID ? 0 : (uint32_t)(XXH3_64bits(id, length) >> 32);
}

/* Where a hash's slot is, unless others stand there: then at the next empty one. Homes rise with the hash, so that a
 * table of twice the size is filled from one end to the other, and its ids are not read again. */
static size_t home(uint32_t hash, size_t slot_count) {
  return (size_t)((uint64_t)hash * slot_count >> 32);
}

/* The row of an id, or RECS_NO_ROW; `*place` is where its slot is, or where it would go. */
static uint32_t look_up(size_t *place, const recs__id_table *table, const char *id, size_t length, uint32_t hash) {
  size_t mask = table->slot_count - 1;
  for (size_t at = home(hash, table->slot_count);; at = (at + 1) & mask) {
    uint64_t slot = table->slots[at];
    *place = at;
    if (slot == 0)
      return RECS_NO_ROW;
    if ((uint32_t)(slot >> 32) == hash) {
      uint32_t row = (uint32_t)slot - 1;
      size_t found_length;
      const char *found = recs__id_table_name(&found_length, table, row);
      if (found_length == length && memcmp(found, id, length) == 0)
        return row;
    }
  }
}

uint32_t recs__id_table_find(const recs__id_table *table, const char *id, size_t length) {
  size_t place;
  return look_up(&place, table, id, length, hash_of(id, length));
}

/* Hashes some ids and asks memory for what their look-ups will touch, one kind after the other, so that the waits
 * overlap. */
static void ask_ahead(uint32_t *hashes, const recs__id_table *table, const recs__piece *texts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    hashes[i] = hash_of(texts[i].text, texts[i].length);
    __builtin_prefetch(&table->slots[home(hashes[i], table->slot_count)]);
  }
  for (size_t i = 0; i < count; i++) {
    uint64_t slot = table->slots[home(hashes[i], table->slot_count)];
    if (slot != 0)
      __builtin_prefetch(&table->offsets[(uint32_t)slot - 1]);
  }
  for (size_t i = 0; i < count; i++) {
    uint64_t slot = table->slots[home(hashes[i], table->slot_count)];
    if (slot != 0)
      __builtin_prefetch(table->bytes + table->offsets[(uint32_t)slot - 1]);
  }
}

/* The next few of the ids that stand one behind the other. */
static size_t some_of(recs__piece *texts, const char *bytes, const int64_t *offsets, size_t left) {
  size_t count = left < AHEAD ? left : AHEAD;
  for (size_t i = 0; i < count; i++)
    texts[i] = (recs__piece){bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i])};
  return count;
}

static void find_some(uint32_t *rows, const recs__id_table *table, const recs__piece *texts, size_t count) {
  uint32_t hashes[AHEAD];
  size_t place;
  ask_ahead(hashes, table, texts, count);
  for (size_t i = 0; i < count; i++)
    rows[i] = look_up(&place, table, texts[i].text, texts[i].length, hashes[i]);
}

void recs__id_table_find_many(uint32_t *rows, const recs__id_table *table, const char *bytes, const int64_t *offsets,
                              size_t count) {
  recs__piece texts[AHEAD];
  for (size_t done = 0, some; done < count; done += some) {
    some = some_of(texts, bytes, offsets + done, count - done);
    find_some(rows + done, table, texts, some);
  }
}

void recs__id_table_find_pieces(uint32_t *rows, const recs__id_table *table, const recs__piece *texts, size_t count) {
  for (size_t done = 0, some; done < count; done += some) {
    some = count - done < AHEAD ? count - done : AHEAD;
    find_some(rows + done, table, texts + done, some);
  }
}

static int32_t double_slots(recs__id_table *table) {
  size_t slot_count = table->slot_count * 2;
  uint64_t *slots = recs__alloc_zero(table->object.context, slot_count, sizeof *slots);
  if (slots == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < table->slot_count; i++) {
    size_t at = home((uint32_t)(table->slots[i] >> 32), slot_count);
    if (table->slots[i] == 0)
      continue;
    while (slots[at] != 0)
      at = (at + 1) & (slot_count - 1);
    slots[at] = table->slots[i];
  }
  recs__free(table->object.context, table->slots);
  table->slots = slots;
  table->slot_count = slot_count;
  return RECS_OK;
}

/* Room for one more id. */
static int32_t make_room(recs__id_table *table, size_t length) {
  const recs_context *context = table->object.context;
  size_t rows = (size_t)table->count + 1, old_words = table->removed_room;
  if (rows == RECS_NO_ROW)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than %" PRIu32 " ids", RECS_NO_ROW - 1);
  RECS_TRY(
      recs__grow(context, &table->bytes, &table->bytes_room, (size_t)table->offsets[table->count] + length + 1, 1));
  RECS_TRY(recs__grow(context, &table->offsets, &table->offsets_room, rows + 1, sizeof *table->offsets));
  RECS_TRY(recs__grow(context, &table->removed, &table->removed_room, removed_words(rows), sizeof *table->removed));
  memset(table->removed + old_words, 0, (table->removed_room - old_words) * sizeof *table->removed);
  if (table->live < table->slot_count / 4 * 3 || table->slot_count == most_slots)
    return RECS_OK;
  return double_slots(table);
}

static int32_t add(uint32_t *row, recs__id_table *table, const char *id, size_t length, uint32_t hash) {
  int64_t begin = table->offsets[table->count];
  size_t place;
  *row = look_up(&place, table, id, length, hash);
  if (*row != RECS_NO_ROW)
    return RECS_OK;
  RECS_TRY(make_room(table, length));
  look_up(&place, table, id, length, hash); /* the slots may have moved */
  memcpy(table->bytes + begin, id, length);
  table->bytes[begin + (int64_t)length] = 0;
  table->offsets[table->count + 1] = begin + (int64_t)length + 1;
  table->live += 1;
  *row = table->count++;
  table->slots[place] = (uint64_t)hash << 32 | table->count;
  return RECS_OK;
}

int32_t recs__id_table_add(uint32_t *row, recs__id_table *table, const char *id, size_t length) {
  return add(row, table, id, length, hash_of(id, length));
}

/* Empties the slot of a live row and moves later ones into the gap, so that no probe ends too early and none passes
 * over dead slots. */
static void clear_slot(recs__id_table *table, uint32_t row) {
  size_t mask = table->slot_count - 1, length, gap;
  const char *id = recs__id_table_name(&length, table, row);
  look_up(&gap, table, id, length, hash_of(id, length));
  for (size_t next = (gap + 1) & mask; table->slots[next] != 0; next = (next + 1) & mask) {
    size_t wanted = home((uint32_t)(table->slots[next] >> 32), table->slot_count);
    if (((next - wanted) & mask) >= ((next - gap) & mask)) {
      table->slots[gap] = table->slots[next];
      gap = next;
    }
  }
  table->slots[gap] = 0;
}

static void take_back(recs__id_table *table, uint32_t count) {
  while (table->count > count) {
    clear_slot(table, --table->count);
    table->live -= 1;
  }
}

static int32_t add_some(uint32_t *rows, recs__id_table *table, const recs__piece *texts, size_t count) {
  uint32_t hashes[AHEAD];
  ask_ahead(hashes, table, texts, count);
  for (size_t i = 0; i < count; i++)
    RECS_TRY(add(&rows[i], table, texts[i].text, texts[i].length, hashes[i]));
  return RECS_OK;
}

int32_t recs__id_table_add_many(uint32_t *rows, recs__id_table *table, const char *bytes, const int64_t *offsets,
                                size_t count) {
  recs__piece texts[AHEAD];
  uint32_t unwanted[AHEAD], before = table->count;
  int32_t status = RECS_OK;
  for (size_t done = 0, some; done < count && status == RECS_OK; done += some) {
    some = some_of(texts, bytes, offsets + done, count - done);
    status = add_some(rows == NULL ? unwanted : rows + done, table, texts, some);
  }
  if (status != RECS_OK)
    take_back(table, before);
  return status;
}

int32_t recs__id_table_add_pieces(uint32_t *rows, recs__id_table *table, const recs__piece *texts, size_t count) {
  uint32_t before = table->count;
  int32_t status = RECS_OK;
  for (size_t done = 0, some; done < count && status == RECS_OK; done += some) {
    some = count - done < AHEAD ? count - done : AHEAD;
    status = add_some(rows + done, table, texts + done, some);
  }
  if (status != RECS_OK)
    take_back(table, before);
  return status;
}

void recs__id_table_remove(recs__id_table *table, uint32_t row) {
  clear_slot(table, row);
  memset(table->bytes + table->offsets[row], '?', (size_t)(table->offsets[row + 1] - table->offsets[row]) - 1);
  table->removed[row >> 6] |= UINT64_C(1) << (row & 63);
  table->live -= 1;
}

int32_t recs__id_table_write(const recs__id_table *table, recs__writer *writer) {
  RECS_TRY(recs__write_u64(writer, "count", table->count));
  RECS_TRY(recs__write_u64(writer, "live", table->live));
  RECS_TRY(recs__write(writer, "bytes", RECS__U8, table->bytes, (uint64_t)table->offsets[table->count]));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, table->offsets, (uint64_t)table->count + 1));
  RECS_TRY(recs__write(writer, "removed", RECS__U64, table->removed, removed_words(table->count)));
  return recs__write(writer, "slots", RECS__U64, table->slots, table->slot_count);
}

/* Each id has its NUL, and no other; as many rows as `live` says are not removed. */
static int32_t check_names(const recs__id_table *table) {
  uint32_t live = 0;
  for (uint32_t row = 0; row < table->count; row++) {
    const char *name = table->bytes + table->offsets[row];
    int64_t size = table->offsets[row + 1] - table->offsets[row];
    if (size < 2 || size > RECS__LONGEST_ID + 1 || memchr(name, 0, (size_t)size) != name + size - 1)
      return recs__fail(RECS_ERROR_FORMAT, "id number %" PRIu32 " of a dictionary is damaged", row);
    live += !recs__id_table_is_removed(table, row);
  }
  if (live != table->live)
    return recs__fail(RECS_ERROR_FORMAT, "a dictionary has %" PRIu32 " ids, not %" PRIu32, live, table->live);
  return RECS_OK;
}

/* Slots name live rows, as many as there are, and one is empty, so that every probe ends. */
static int32_t check_slots(const recs__id_table *table) {
  size_t used = 0;
  if (table->slot_count < FIRST_SLOTS || table->slot_count > most_slots ||
      (table->slot_count & (table->slot_count - 1)) != 0)
    return recs__fail(RECS_ERROR_FORMAT, "a dictionary has %zu slots", table->slot_count);
  for (size_t i = 0; i < table->slot_count; i++) {
    uint32_t row = (uint32_t)table->slots[i] - 1;
    if (table->slots[i] == 0)
      continue;
    if (row >= table->count || recs__id_table_is_removed(table, row))
      return recs__fail(RECS_ERROR_FORMAT, "a slot of a dictionary names row %" PRIu32 ", which has no id", row);
    used += 1;
  }
  if (used != table->live || used == table->slot_count)
    return recs__fail(RECS_ERROR_FORMAT, "a dictionary of %" PRIu32 " ids uses %zu of %zu slots", table->live, used,
                      table->slot_count);
  return RECS_OK;
}

static int32_t map_arrays(recs__id_table *table, recs__reader *reader) {
  uint64_t count, live, size;
  const void *bytes, *slots;
  RECS_TRY(recs__read_u64(reader, "count", 0, RECS_NO_ROW - 1, &count));
  RECS_TRY(recs__read_u64(reader, "live", 0, count, &live));
  table->count = (uint32_t)count;
  table->live = (uint32_t)live;
  RECS_TRY(recs__read(reader, "bytes", RECS__U8, &bytes, &size));
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &table->offsets, count + 1));
  RECS_TRY(recs__check_offsets("a dictionary", table->offsets, count, size));
  RECS_TRY(recs__read_exact(reader, "removed", RECS__U64, &table->removed, removed_words(table->count)));
  table->bytes = (char *)(uintptr_t)bytes; /* a mapped table is never changed */
  RECS_TRY(recs__read(reader, "slots", RECS__U64, &slots, &size));
  table->slots = (uint64_t *)(uintptr_t)slots;
  table->slot_count = (size_t)size;
  RECS_TRY(check_names(table));
  return check_slots(table);
}

int32_t recs__id_table_read(recs__id_table **out, recs__reader *reader) {
  recs__id_table *table = recs__object_new(reader->context, sizeof *table, table_destroy);
  int32_t status;
  *out = NULL;
  if (table == NULL)
    return recs__fail_nomem();
  table->backing = recs__hold(reader->backing);
  status = map_arrays(table, reader);
  if (status != RECS_OK) {
    recs__release(table);
    return status;
  }
  *out = table;
  return RECS_OK;
}
