/* The behaviour log: dictionaries, and chunks of columns. */
#include "lib/data/events.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct recs_events {
  recs__object object;
  recs_ids *users;
  recs_ids *items;
  recs_ids *types;
  recs_ids *sessions;
  int32_t time_kind;
  int frozen;
  uint64_t count;
  recs__event_chunk *chunks;
  size_t chunk_count;
  size_t chunk_room;
  recs__event_slab *slab; /* that new blocks lie in; NULL: none yet */
};

static void events_destroy(void *object) {
  recs_events *events = object;
  for (size_t i = 0; i < events->chunk_count; i++)
    recs__event_chunk_release(&events->chunks[i]);
  recs__free(events->object.context, events->chunks);
  recs__release(events->slab);
  recs__release(events->users);
  recs__release(events->items);
  recs__release(events->types);
  recs__release(events->sessions);
}

/* How many of `count` events from `first` on lie in the chunk of the first. */
static size_t part_in_chunk(uint64_t first, size_t count) {
  size_t left = RECS__CHUNK - (size_t)(first % RECS__CHUNK);
  return left < count ? left : count;
}

/* Where the blocks of a chunk come from. Behind a full chunk another one will be full: its blocks need not grow, and lie in slabs, of
 * at most as many bytes as the log has. */
static recs__event_growth growth_of(recs_events *events, size_t number) {
  enum { EVENT_BYTES = 40, LARGEST_SLAB = 16 << 20 };
  size_t bytes = number < LARGEST_SLAB / EVENT_BYTES / RECS__CHUNK ? number * EVENT_BYTES * RECS__CHUNK : LARGEST_SLAB;
  recs__event_growth growth = {.context = events->object.context};
  if (number > 0) {
    growth.expected = RECS__CHUNK;
    growth.slab = &events->slab;
    growth.slab_size = bytes;
  }
  return growth;
}

/* Room for all events to come, so that writing them cannot fail. Blocks that are left over after a failure hold no
 * events. */
static int32_t reserve(recs_events *events, recs__event_arrays arrays, size_t count) {
  recs_context *context = events->object.context;
  size_t chunks;
  uint64_t total;
  if (__builtin_add_overflow(events->count, count, &total) || total > PTRDIFF_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%" PRIu64 " events and %zu more are too many", events->count, count);
  chunks = (size_t)((total + RECS__CHUNK - 1) / RECS__CHUNK);
  RECS_TRY(recs__grow(context, &events->chunks, &events->chunk_room, chunks, sizeof *events->chunks));
  for (; events->chunk_count < chunks; events->chunk_count++)
    memset(&events->chunks[events->chunk_count], 0, sizeof *events->chunks);
  for (size_t done = 0, part; done < count; done += part) {
    uint64_t at = events->count + done;
    recs__event_chunk *chunk = &events->chunks[at / RECS__CHUNK];
    recs__event_growth growth = growth_of(events, (size_t)(at / RECS__CHUNK));
    part = part_in_chunk(at, count - done);
    RECS_TRY(recs__event_chunk_reserve(chunk, &growth, at % RECS__CHUNK, arrays, done, part));
  }
  return RECS_OK;
}

static int32_t check_rows(const char *what, const uint32_t *rows, size_t count, uint32_t bound, int required) {
  for (size_t i = 0; rows != NULL && i < count; i++) {
    if (rows[i] >= bound && (required || rows[i] != RECS_NO_ROW))
      return recs__fail(RECS_ERROR_INVALID, "record %zu: %s %" PRIu32 " is not below %" PRIu32, i + 1, what, rows[i],
                        bound);
  }
  return RECS_OK;
}

static int32_t fail_number(size_t index, const char *what, double value) {
  return recs__fail(RECS_ERROR_INVALID, "record %zu: the %s is %g", index + 1, what, value);
}

static int32_t check_numbers(const recs_event_columns *columns, size_t count) {
  for (size_t i = 0; columns->weights != NULL && i < count; i++) {
    if (!isfinite(columns->weights[i]))
      return fail_number(i, "weight", (double)columns->weights[i]);
  }
  for (size_t i = 0; columns->quantities != NULL && i < count; i++) {
    if (!isfinite(columns->quantities[i]))
      return fail_number(i, "quantity", columns->quantities[i]);
  }
  for (size_t i = 0; columns->prices != NULL && i < count; i++) {
    if (isinf(columns->prices[i]))
      return fail_number(i, "price", columns->prices[i]);
  }
  return RECS_OK;
}

static int32_t check_columns(const recs_events *events, const recs_event_columns *columns, size_t count) {
  if (columns->struct_size != sizeof *columns)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of the columns is %zu, not %zu", columns->struct_size,
                      sizeof *columns);
  RECS_TRY(check_rows("user", columns->users, count, recs_ids_count(events->users), 0));
  RECS_TRY(check_rows("item", columns->items, count, recs_ids_count(events->items), 0));
  RECS_TRY(check_rows("type", columns->types, count, recs_ids_count(events->types), 1));
  RECS_TRY(check_rows("session", columns->sessions, count, recs_ids_count(events->sessions), 0));
  return check_numbers(columns, count);
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
  *out_type = recs__ids_find(events->types, name, length);
  if (*out_type != RECS_NO_ROW)
    return RECS_OK;
  RECS_TRY(check_growing(events));
  if (recs_ids_count(events->types) == RECS__MOST_TYPES)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than %d event types", RECS__MOST_TYPES);
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

#define ARRAYS_OF(columns)                                                                               \
  {(columns)->users,      (columns)->items,  (columns)->types, (columns)->weights,                       \
   (columns)->quantities, (columns)->prices, (columns)->times, (columns)->sessions}

int32_t recs__events_place(uint64_t *out_first, recs_events *events, const recs_event_columns *columns, size_t count) {
  recs__event_arrays arrays = ARRAYS_OF(columns);
  RECS_TRY(reserve(events, arrays, count));
  *out_first = events->count;
  events->count += count;
  return RECS_OK;
}

void recs__events_write(const recs_events *events, uint64_t first, const recs_event_columns *columns, size_t count) {
  recs__event_arrays arrays = ARRAYS_OF(columns);
  for (size_t done = 0, part; done < count; done += part) {
    uint64_t at = first + done;
    part = part_in_chunk(at, count - done);
    recs__event_chunk_write(&events->chunks[at / RECS__CHUNK], at % RECS__CHUNK, arrays, done, part);
  }
}

int32_t recs_events_append(recs_events *events, const recs_event_columns *columns, size_t count) {
  uint64_t first;
  recs__enter();
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(columns);
  RECS_TRY(check_growing(events));
  RECS_TRY(check_columns(events, columns, count));
  RECS_TRY(recs__events_place(&first, events, columns, count));
  recs__events_write(events, first, columns, count);
  return RECS_OK;
}

uint64_t recs_events_count(const recs_events *events) {
  return events == NULL ? 0 : events->count;
}

int32_t recs__events_open(recs__event_chunk **out_chunks, recs_events *events, uint64_t count) {
  size_t chunks = (size_t)((count + RECS__CHUNK - 1) / RECS__CHUNK);
  RECS_TRY(recs__grow(events->object.context, &events->chunks, &events->chunk_room, chunks, sizeof *events->chunks));
  if (chunks > 0)
    memset(events->chunks, 0, chunks * sizeof *events->chunks);
  events->chunk_count = chunks;
  events->count = count;
  *out_chunks = events->chunks;
  return RECS_OK;
}

recs__event_view *recs__events_views(const recs_events *events) {
  size_t chunks = recs__events_chunks(events);
  recs__event_view *views = recs__alloc(events->object.context, chunks, sizeof *views);
  for (size_t chunk = 0; views != NULL && chunk < chunks; chunk++)
    recs__events_view(&views[chunk], events, chunk);
  return views;
}

void recs__events_truncate(recs_events *events, uint64_t count) {
  events->count = count;
}

recs_ids *recs__events_dictionary(const recs_events *events, recs__event_column c) {
  return c == RECS__TYPES ? events->types : c == RECS__SESSIONS ? events->sessions
         : c == RECS__ITEMS ? events->items : events->users;
}

size_t recs__events_chunks(const recs_events *events) {
  return (size_t)((events->count + RECS__CHUNK - 1) / RECS__CHUNK);
}

void recs__events_view(recs__event_view *out, const recs_events *events, size_t number) {
  const recs__event_chunk *chunk = &events->chunks[number];
  uint64_t first = (uint64_t)number * RECS__CHUNK;
  out->count = events->count - first < RECS__CHUNK ? (size_t)(events->count - first) : RECS__CHUNK;
  out->users = recs__event_chunk_values(chunk, RECS__USERS);
  out->items = recs__event_chunk_values(chunk, RECS__ITEMS);
  out->types = recs__event_chunk_values(chunk, RECS__TYPES);
  out->weights = recs__event_chunk_values(chunk, RECS__WEIGHTS);
  out->quantities = recs__event_chunk_values(chunk, RECS__QUANTITIES);
  out->prices = recs__event_chunk_values(chunk, RECS__PRICES);
  out->times = recs__event_chunk_values(chunk, RECS__TIMES);
  out->sessions = recs__event_chunk_values(chunk, RECS__SESSIONS);
}

int32_t recs_events_read(uint32_t *users, uint32_t *items, uint32_t *types, float *weights, double *quantities,
                         double *prices, int64_t *times, uint32_t *sessions, const recs_events *events, uint64_t first,
                         size_t count) {
  void *const arrays[RECS__COLUMNS] = {users, items, types, weights, quantities, prices, times, sessions};
  recs__enter();
  RECS_NOT_NULL(events);
  if (first > events->count || count > events->count - first)
    return recs__fail(RECS_ERROR_INVALID, "%zu events from %" PRIu64 " on, of %" PRIu64, count, first, events->count);
  for (size_t done = 0, part; done < count; done += part) {
    const recs__event_chunk *chunk = &events->chunks[(first + done) / RECS__CHUNK];
    part = part_in_chunk(first + done, count - done);
    recs__event_chunk_read(arrays, done, chunk, (first + done) % RECS__CHUNK, part);
  }
  return RECS_OK;
}

/* Replaces the dictionaries of a log by their frozen copies, which whoever adds ids does not change. */
static int32_t freeze_dictionaries(recs_events *events) {
  recs_ids **const all[] = {&events->users, &events->items, &events->types, &events->sessions};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    recs_ids *frozen;
    RECS_TRY(recs_ids_freeze(&frozen, *all[i]));
    recs__release(*all[i]);
    *all[i] = frozen;
  }
  return RECS_OK;
}

static int32_t share_chunks(recs_events *to, const recs_events *from) {
  size_t chunks = recs__events_chunks(from);
  to->chunks = recs__copy(to->object.context, from->chunks, chunks, sizeof *from->chunks);
  if (to->chunks == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < chunks; i++)
    recs__event_chunk_hold(&to->chunks[i]);
  to->chunk_count = chunks;
  to->count = from->count;
  return RECS_OK;
}

int32_t recs__events_share(recs_events **out, recs__event_chunk **out_chunks, const recs_events *events, recs_ids *sessions) {
  recs_events *log;
  int32_t status;
  *out = NULL;
  RECS_TRY(events_new(&log, events->users, events->items, events->types, sessions));
  log->time_kind = events->time_kind;
  status = share_chunks(log, events);
  if (status != RECS_OK) {
    recs__release(log);
    return status;
  }
  *out = log;
  *out_chunks = log->chunks;
  return RECS_OK;
}

int32_t recs_events_freeze(recs_events **out, const recs_events *events) {
  recs_events *copy = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  if (events->frozen) {
    *out = recs__hold(events);
    return RECS_OK;
  }
  RECS_GO(recs__events_like(&copy, events));
  RECS_GO(freeze_dictionaries(copy));
  RECS_GO(share_chunks(copy, events));
  copy->frozen = 1;
  *out = recs__hold(copy);
cleanup:
  recs__release(copy);
  return status;
}

void recs_events_free(recs_events *events) {
  recs__release(events);
}
