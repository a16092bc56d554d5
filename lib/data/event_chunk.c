#include "lib/data/event_chunk.h"

#include <recs/data.h>

#include <math.h>
#include <string.h>

enum { SMALLEST_BLOCK = 64 };

static const size_t column_size[RECS__COLUMNS] = {
    [RECS__USERS] = sizeof(uint32_t), [RECS__ITEMS] = sizeof(uint32_t),    [RECS__TYPES] = sizeof(uint8_t),
    [RECS__WEIGHTS] = sizeof(float),  [RECS__QUANTITIES] = sizeof(double), [RECS__PRICES] = sizeof(double),
    [RECS__TIMES] = sizeof(int64_t),  [RECS__SESSIONS] = sizeof(uint32_t)};

/* What an event says where nothing was said. */
static const void *default_of(recs__event_column c) {
  static const float weight = 1.0f;
  static const double quantity = 1.0, price = NAN;
  static const int64_t time = RECS_NO_TIME;
  static const uint32_t row = RECS_NO_ROW;
  static const uint8_t type = 0;
  static const void *const defaults[RECS__COLUMNS] = {&row, &row, &type, &weight, &quantity, &price, &time, &row};
  return defaults[c];
}

static void fill_default(void *values, recs__event_column c, size_t count) {
  size_t bytes = count * column_size[c], filled = column_size[c];
  if (count == 0)
    return;
  memcpy(values, default_of(c), filled);
  for (size_t part; filled < bytes; filled += part) {
    part = filled < bytes - filled ? filled : bytes - filled;
    memcpy((char *)values + filled, values, part);
  }
}

static void block_destroy(void *object) {
  recs__event_block *block = object;
  if (block->slab == NULL)
    recs__free(block->object.context, block->values);
  recs__release(block->slab);
}

/* Memory for a block's values. */
static int32_t find_memory(recs__event_block *block, const recs__event_growth *growth, size_t bytes) {
  if (growth->slab != NULL) {
    RECS_TRY(recs__event_slab_take(&block->values, growth->slab, growth->context, bytes, growth->slab_size));
    block->slab = recs__hold(*growth->slab);
    return RECS_OK;
  }
  block->values = recs__alloc(growth->context, bytes, 1);
  return block->values == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t block_create(recs__event_block **out, const recs__event_growth *growth, recs__event_column c, size_t room) {
  recs__event_block *block = recs__object_new(growth->context, sizeof *block, block_destroy);
  int32_t status = block == NULL ? recs__fail_nomem() : find_memory(block, growth, room * column_size[c]);
  *out = NULL;
  if (status != RECS_OK) {
    recs__release(block);
    return status;
  }
  block->room = room;
  *out = block;
  return RECS_OK;
}

/* Makes a block hold `count` values, of which the first `used` are kept (a new one: defaults) and the others are the caller's to
 * write. */
static int32_t block_reserve(recs__event_block **place, const recs__event_growth *growth, recs__event_column c, size_t used,
                             size_t count) {
  size_t room = SMALLEST_BLOCK;
  recs__event_block *larger;
  if (*place != NULL && count <= (*place)->room)
    return RECS_OK;
  while (room < count || room < growth->expected)
    room *= 2;
  RECS_TRY(block_create(&larger, growth, c, room));
  if (*place != NULL)
    memcpy(larger->values, (*place)->values, used * column_size[c]);
  else
    fill_default(larger->values, c, used);
  recs__release(*place);
  *place = larger;
  return RECS_OK;
}

/* Whether some of the caller's values differ from the column's default, so that a block is needed for them. They are
 * all the default if the first one is and each is like the one before it. */
static int says_something(recs__event_column c, const void *array, size_t first, size_t count) {
  size_t size = column_size[c];
  const char *values = (const char *)array + first * size;
  return memcmp(values, default_of(c), size) != 0 || memcmp(values, values + size, (count - 1) * size) != 0;
}

int32_t recs__event_chunk_reserve(recs__event_chunk *chunk, const recs__event_growth *growth, size_t used,
                                  recs__event_arrays arrays, size_t first, size_t count) {
  for (int c = 0; c < RECS__COLUMNS; c++) {
    recs__event_column column = (recs__event_column)c;
    int needed = chunk->blocks[c] != NULL || c <= RECS__TYPES;
    if (needed || (arrays[c] != NULL && says_something(column, arrays[c], first, count)))
      RECS_TRY(block_reserve(&chunk->blocks[c], growth, column, used, used + count));
  }
  return RECS_OK;
}

int32_t recs__event_chunk_replace(void **out_values, recs__event_chunk *chunk, recs_context *context, recs__event_column c,
                                  size_t count) {
  const recs__event_growth growth = {.context = context};
  recs__event_block *block = NULL;
  RECS_TRY(block_reserve(&block, &growth, c, 0, count));
  recs__release(chunk->blocks[c]);
  chunk->blocks[c] = block;
  *out_values = block->values;
  return RECS_OK;
}

/* A block may hold values of a read that was taken back: a column that the caller does not give is set to its default.
 */
static void write_column(recs__event_block *into, recs__event_column c, size_t used, const void *array, size_t first,
                         size_t count) {
  size_t size = column_size[c];
  char *to = (char *)into->values + used * size;
  if (array == NULL) {
    fill_default(to, c, count);
  } else if (c == RECS__TYPES) {
    for (size_t i = 0; i < count; i++)
      to[i] = (char)((const uint32_t *)array)[first + i];
  } else {
    memcpy(to, (const char *)array + first * size, count * size);
  }
}

void recs__event_chunk_write(recs__event_chunk *chunk, size_t used, recs__event_arrays arrays, size_t first,
                             size_t count) {
  for (int c = 0; c < RECS__COLUMNS; c++) {
    if (chunk->blocks[c] != NULL)
      write_column(chunk->blocks[c], (recs__event_column)c, used, arrays[c], first, count);
  }
}

static void read_column(void *array, size_t done, const recs__event_chunk *chunk, recs__event_column c, size_t at,
                        size_t count) {
  const char *values = recs__event_chunk_values(chunk, c);
  size_t size = column_size[c];
  if (c == RECS__TYPES) {
    for (size_t i = 0; i < count; i++)
      ((uint32_t *)array)[done + i] = (uint8_t)values[at + i];
  } else if (values != NULL) {
    memcpy((char *)array + done * size, values + at * size, count * size);
  } else {
    fill_default((char *)array + done * size, c, count);
  }
}

void recs__event_chunk_read(void *const arrays[RECS__COLUMNS], size_t done, const recs__event_chunk *chunk, size_t at,
                            size_t count) {
  for (int c = 0; c < RECS__COLUMNS; c++) {
    if (arrays[c] != NULL)
      read_column(arrays[c], done, chunk, (recs__event_column)c, at, count);
  }
}

void recs__event_chunk_hold(const recs__event_chunk *chunk) {
  for (int c = 0; c < RECS__COLUMNS; c++)
    recs__hold(chunk->blocks[c]);
}

void recs__event_chunk_release(const recs__event_chunk *chunk) {
  for (int c = 0; c < RECS__COLUMNS; c++)
    recs__release(chunk->blocks[c]);
}
