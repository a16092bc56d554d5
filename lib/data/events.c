/* The behaviour log: columns in chunks of a fixed number of events. A snapshot shares the builder's blocks: the builder only ever writes
 * behind the events that the snapshot counts, and a column that it adds later to a chunk is not the snapshot's. */
#include "lib/data/events.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { CHUNK = 65536, MOST_TYPES = 255 };

/* The columns, as they are stored. */
typedef enum column { USERS, ITEMS, TYPES, WEIGHTS, QUANTITIES, PRICES, TIMES, SESSIONS, COLUMNS } column;

static const size_t column_size[COLUMNS] = {
    [USERS] = sizeof(uint32_t),   [ITEMS] = sizeof(uint32_t), [TYPES] = sizeof(uint8_t),  [WEIGHTS] = sizeof(float),
    [QUANTITIES] = sizeof(double), [PRICES] = sizeof(double),  [TIMES] = sizeof(int64_t), [SESSIONS] = sizeof(uint32_t)};

/* One column of one chunk, shared by the logs that hold it. */
typedef struct block {
  recs__object object;
  void *values; /* CHUNK of them */
} block;

typedef struct chunk {
  block *blocks[COLUMNS]; /* NULL: the default throughout; never for users, items, types */
} chunk;

struct recs_events {
  recs__object object;
  recs_ids *users;
  recs_ids *items;
  recs_ids *types;
  recs_ids *sessions;
  int32_t time_kind;
  int frozen;
  uint64_t count;
  chunk *chunks;
  size_t chunk_count;
  size_t chunk_room;
};

static void block_destroy(void *object) {
  block *self = object;
  recs__free(self->object.context, self->values);
}

static void events_destroy(void *object) {
  recs_events *events = object;
  for (size_t i = 0; i < events->chunk_count; i++) {
    for (int c = 0; c < COLUMNS; c++)
      recs__release(events->chunks[i].blocks[c]);
  }
  recs__free(events->object.context, events->chunks);
  recs__release(events->users);
  recs__release(events->items);
  recs__release(events->types);
  recs__release(events->sessions);
}

/* What an event says where nothing was said. */
static void copy_default(void *to, column c) {
  static const float weight = 1.0f;
  static const double quantity = 1.0, price = NAN;
  static const int64_t time = RECS_NO_TIME;
  static const uint32_t row = RECS_NO_ROW;
  static const uint8_t type = 0;
  static const void *const defaults[COLUMNS] = {&row, &row, &type, &weight, &quantity, &price, &time, &row};
  memcpy(to, defaults[c], column_size[c]);
}

static void fill_defaults(void *values, column c) {
  size_t filled = column_size[c];
  copy_default(values, c);
  for (; filled < CHUNK * column_size[c]; filled *= 2) /* CHUNK is a power of two */
    memcpy((char *)values + filled, values, filled);
}

static int32_t block_create(block **out, recs_context *context, column c) {
  block *made = recs__object_new(context, sizeof *made, block_destroy);
  *out = NULL;
  if (made != NULL)
    made->values = recs__alloc(context, CHUNK, column_size[c]);
  if (made == NULL || made->values == NULL) {
    recs__release(made);
    return recs__fail_nomem();
  }
  fill_defaults(made->values, c);
  *out = made;
  return RECS_OK;
}

/* The arrays of the caller's columns in the order of the stored ones. Types are wider outside. */
static void outside_arrays(const void *arrays[COLUMNS], const recs_event_columns *columns) {
  arrays[USERS] = columns->users;
  arrays[ITEMS] = columns->items;
  arrays[TYPES] = columns->types;
  arrays[WEIGHTS] = columns->weights;
  arrays[QUANTITIES] = columns->quantities;
  arrays[PRICES] = columns->prices;
  arrays[TIMES] = columns->times;
  arrays[SESSIONS] = columns->sessions;
}

/* Whether some of the caller's values differ from the column's default, so that a block is needed for them. */
static int says_something(column c, const void *array, size_t first, size_t count) {
  for (size_t i = first; array != NULL && i < first + count; i++) {
    switch (c) {
    case WEIGHTS:
      if (((const float *)array)[i] < 1.0f || ((const float *)array)[i] > 1.0f)
        return 1;
      break;
    case QUANTITIES:
      if (((const double *)array)[i] < 1.0 || ((const double *)array)[i] > 1.0)
        return 1;
      break;
    case PRICES:
      if (!isnan(((const double *)array)[i]))
        return 1;
      break;
    case TIMES:
      if (((const int64_t *)array)[i] != RECS_NO_TIME)
        return 1;
      break;
    case SESSIONS:
      if (((const uint32_t *)array)[i] != RECS_NO_ROW)
        return 1;
      break;
    default:
      return 1;
    }
  }
  return 0;
}

/* Blocks for `count` of the caller's events, from `first` on, in one chunk. */
static int32_t reserve_blocks(recs_events *events, chunk *room, const void *const arrays[COLUMNS], size_t first, size_t count) {
  for (int c = 0; c < COLUMNS; c++) {
    int needed = c <= TYPES || says_something((column)c, arrays[c], first, count);
    if (needed && room->blocks[c] == NULL)
      RECS_TRY(block_create(&room->blocks[c], events->object.context, (column)c));
  }
  return RECS_OK;
}

/* Room for all events to come, so that writing them cannot fail. Blocks that are left over after a failure hold no events. */
static int32_t reserve(recs_events *events, const void *const arrays[COLUMNS], size_t count) {
  size_t done = 0;
  while (done < count) {
    size_t number = (size_t)((events->count + done) / CHUNK), at = (size_t)((events->count + done) % CHUNK);
    size_t part = CHUNK - at < count - done ? CHUNK - at : count - done;
    if (number == events->chunk_count) {
      RECS_TRY(recs__grow(events->object.context, &events->chunks, &events->chunk_room, number + 1, sizeof *events->chunks));
      memset(&events->chunks[events->chunk_count++], 0, sizeof(chunk));
    }
    RECS_TRY(reserve_blocks(events, &events->chunks[number], arrays, done, part));
    done += part;
  }
  return RECS_OK;
}

/* Puts `count` of the caller's values, from `first` on, into a block from `at` on. A block may hold values of a read that was taken back: a
 * column that the caller does not give is set to its default. */
static void write_column(block *into, column c, size_t at, const void *array, size_t first, size_t count) {
  size_t size = column_size[c];
  char *to = (char *)into->values + at * size;
  if (c == TYPES) {
    for (size_t i = 0; i < count; i++)
      to[i] = (char)(array == NULL ? 0 : ((const uint32_t *)array)[first + i]);
  } else if (array != NULL) {
    memcpy(to, (const char *)array + first * size, count * size);
  } else {
    for (size_t i = 0; i < count; i++)
      copy_default(to + i * size, c);
  }
}

static void write_events(recs_events *events, const void *const arrays[COLUMNS], size_t count) {
  size_t done = 0;
  while (done < count) {
    chunk *into = &events->chunks[events->count / CHUNK];
    size_t at = (size_t)(events->count % CHUNK);
    size_t part = CHUNK - at < count - done ? CHUNK - at : count - done;
    for (int c = 0; c < COLUMNS; c++) {
      if (into->blocks[c] != NULL)
        write_column(into->blocks[c], (column)c, at, arrays[c], done, part);
    }
    events->count += part;
    done += part;
  }
}

static int32_t check_rows(const char *what, const uint32_t *rows, size_t count, uint32_t bound, int required) {
  for (size_t i = 0; rows != NULL && i < count; i++) {
    if (rows[i] >= bound && (required || rows[i] != RECS_NO_ROW))
      return recs__fail(RECS_ERROR_INVALID, "record %zu: %s %" PRIu32 " is not below %" PRIu32, i + 1, what, rows[i], bound);
  }
  return RECS_OK;
}

static int32_t check_numbers(const recs_event_columns *columns, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (columns->weights != NULL && !isfinite(columns->weights[i]))
      return recs__fail(RECS_ERROR_INVALID, "record %zu: the weight is %g", i + 1, (double)columns->weights[i]);
    if (columns->quantities != NULL && !isfinite(columns->quantities[i]))
      return recs__fail(RECS_ERROR_INVALID, "record %zu: the quantity is %g", i + 1, columns->quantities[i]);
    if (columns->prices != NULL && isinf(columns->prices[i]))
      return recs__fail(RECS_ERROR_INVALID, "record %zu: the price is %g", i + 1, columns->prices[i]);
  }
  return RECS_OK;
}

static int32_t check_growing(const recs_events *events) {
  return events->frozen ? recs__fail(RECS_ERROR_STATE, "the log is frozen") : RECS_OK;
}

/* A log over dictionaries that exist. */
static int32_t events_new(recs_events **out, recs_ids *users, recs_ids *items, recs_ids *types, recs_ids *sessions) {
  recs_events *events = recs__object_new(recs__context_of(users), sizeof *events, events_destroy);
  *out = events;
  if (events == NULL)
    return recs__fail_nomem();
  events->users = recs__hold(users);
  events->items = recs__hold(items);
  events->types = recs__hold(types);
  events->sessions = recs__hold(sessions);
  events->time_kind = RECS_TIME_CLOCK;
  return RECS_OK;
}

int32_t recs_events_create(recs_events **out, recs_ids *users, recs_ids *items) {
  static const char unnamed[] = "event";
  recs_ids *types = NULL, *sessions = NULL;
  uint32_t row;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(users);
  RECS_NOT_NULL(items);
  if (recs__context_of(users) != recs__context_of(items))
    return recs__fail(RECS_ERROR_INVALID, "users and items have different contexts");
  RECS_GO(recs_ids_create(&types, recs__context_of(users)));
  RECS_GO(recs_ids_add(&row, types, unnamed, sizeof unnamed - 1));
  RECS_GO(recs_ids_create(&sessions, recs__context_of(users)));
  RECS_GO(events_new(out, users, items, types, sessions));
cleanup:
  recs__release(types);
  recs__release(sessions);
  return status;
}

int32_t recs__events_like(recs_events **out, const recs_events *events) {
  RECS_TRY(events_new(out, events->users, events->items, events->types, events->sessions));
  (*out)->time_kind = events->time_kind;
  return RECS_OK;
}

const recs_ids *recs_events_users(const recs_events *events) {
  return events == NULL ? NULL : events->users;
}

const recs_ids *recs_events_items(const recs_events *events) {
  return events == NULL ? NULL : events->items;
}

const recs_ids *recs_events_sessions(const recs_events *events) {
  return events == NULL ? NULL : events->sessions;
}

const recs_ids *recs_events_types(const recs_events *events) {
  return events == NULL ? NULL : events->types;
}

int32_t recs_events_type(uint32_t *out_type, recs_events *events, const char *name, size_t length) {
  recs__enter();
  RECS_NOT_NULL(out_type);
  *out_type = RECS_NO_ROW;
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(name);
  if (recs_ids_find(out_type, events->types, name, length) == RECS_OK)
    return RECS_OK;
  recs__enter();
  RECS_TRY(check_growing(events));
  if (recs_ids_count(events->types) == MOST_TYPES)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than %d event types", MOST_TYPES);
  return recs_ids_add(out_type, events->types, name, length);
}

int32_t recs_events_session(uint32_t *out_session, recs_events *events, const char *id, size_t length) {
  recs__enter();
  RECS_NOT_NULL(out_session);
  *out_session = RECS_NO_ROW;
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(id);
  RECS_TRY(check_growing(events));
  return recs_ids_add(out_session, events->sessions, id, length);
}

int32_t recs_events_set_time_kind(recs_events *events, int32_t kind) {
  recs__enter();
  RECS_NOT_NULL(events);
  RECS_TRY(check_growing(events));
  if (kind != RECS_TIME_CLOCK && kind != RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_INVALID, "kind is %" PRId32 ", not RECS_TIME_CLOCK or RECS_TIME_ORDER", kind);
  events->time_kind = kind;
  return RECS_OK;
}

int32_t recs_events_time_kind(const recs_events *events) {
  return events == NULL ? 0 : events->time_kind;
}

int32_t recs_events_append(recs_events *events, const recs_event_columns *columns, size_t count) {
  const void *arrays[COLUMNS];
  recs__enter();
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(columns);
  if (columns->struct_size != sizeof *columns)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of the columns is %zu, not %zu", columns->struct_size, sizeof *columns);
  RECS_TRY(check_growing(events));
  RECS_TRY(check_rows("user", columns->users, count, recs_ids_count(events->users), 0));
  RECS_TRY(check_rows("item", columns->items, count, recs_ids_count(events->items), 0));
  RECS_TRY(check_rows("type", columns->types, count, recs_ids_count(events->types), 1));
  RECS_TRY(check_rows("session", columns->sessions, count, recs_ids_count(events->sessions), 0));
  RECS_TRY(check_numbers(columns, count));
  outside_arrays(arrays, columns);
  RECS_TRY(reserve(events, arrays, count));
  write_events(events, arrays, count);
  return RECS_OK;
}

uint64_t recs_events_count(const recs_events *events) {
  return events == NULL ? 0 : events->count;
}

void recs__events_truncate(recs_events *events, uint64_t count) {
  events->count = count;
}

recs_ids *recs__events_own_ids(const recs_events *events, int items) {
  return items ? events->items : events->users;
}

size_t recs__events_chunks(const recs_events *events) {
  return (size_t)(events->count / CHUNK + (events->count % CHUNK != 0));
}

static const void *values_of(const chunk *from, column c) {
  return from->blocks[c] == NULL ? NULL : from->blocks[c]->values;
}

void recs__events_view(recs__event_view *out, const recs_events *events, size_t number) {
  const chunk *from = &events->chunks[number];
  uint64_t before = (uint64_t)number * CHUNK;
  out->count = events->count - before < CHUNK ? (size_t)(events->count - before) : CHUNK;
  out->users = values_of(from, USERS);
  out->items = values_of(from, ITEMS);
  out->types = values_of(from, TYPES);
  out->weights = values_of(from, WEIGHTS);
  out->quantities = values_of(from, QUANTITIES);
  out->prices = values_of(from, PRICES);
  out->times = values_of(from, TIMES);
  out->sessions = values_of(from, SESSIONS);
}

/* Copies `count` values of one column of one chunk, from `at` on, to where the caller's array has `done` already. */
static void read_column(void *array, column c, const chunk *from, size_t at, size_t done, size_t count) {
  size_t size = column_size[c];
  const char *values = values_of(from, c);
  char *to = (char *)array + done * size;
  if (c == TYPES) {
    for (size_t i = 0; i < count; i++)
      ((uint32_t *)array)[done + i] = (uint8_t)values[at + i];
  } else if (values != NULL) {
    memcpy(to, values + at * size, count * size);
  } else {
    for (size_t i = 0; i < count; i++)
      copy_default(to + i * size, c);
  }
}

int32_t recs_events_read(uint32_t *users, uint32_t *items, uint32_t *types, float *weights, double *quantities, double *prices,
                         int64_t *times, uint32_t *sessions, const recs_events *events, uint64_t first, size_t count) {
  void *const arrays[COLUMNS] = {users, items, types, weights, quantities, prices, times, sessions};
  size_t done = 0;
  recs__enter();
  RECS_NOT_NULL(events);
  if (first > events->count || count > events->count - first)
    return recs__fail(RECS_ERROR_INVALID, "%zu events from %" PRIu64 " on, of %" PRIu64, count, first, events->count);
  while (done < count) {
    const chunk *from = &events->chunks[(first + done) / CHUNK];
    size_t at = (size_t)((first + done) % CHUNK);
    size_t part = CHUNK - at < count - done ? CHUNK - at : count - done;
    for (int c = 0; c < COLUMNS; c++) {
      if (arrays[c] != NULL)
        read_column(arrays[c], (column)c, from, at, done, part);
    }
    done += part;
  }
  return RECS_OK;
}

int32_t recs_events_freeze(recs_events **out, const recs_events *events) {
  recs_events *copy;
  recs_ids *types;
  size_t chunks;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  if (events->frozen) {
    *out = recs__hold(events);
    return RECS_OK;
  }
  RECS_TRY(recs_ids_freeze(&types, events->types));
  status = events_new(&copy, events->users, events->items, types, events->sessions);
  recs__release(types);
  RECS_TRY(status);
  chunks = recs__events_chunks(events);
  copy->chunks = recs__copy(events->object.context, events->chunks, chunks, sizeof *events->chunks);
  if (copy->chunks == NULL) {
    recs__release(copy);
    return recs__fail_nomem();
  }
  for (size_t i = 0; i < chunks; i++) {
    for (int c = 0; c < COLUMNS; c++)
      recs__hold(copy->chunks[i].blocks[c]);
  }
  copy->chunk_count = chunks;
  copy->count = events->count;
  copy->time_kind = events->time_kind;
  copy->frozen = 1;
  *out = copy;
  return RECS_OK;
}

void recs_events_free(recs_events *events) {
  recs__release(events);
}
