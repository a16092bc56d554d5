#include "lib/data/event_rows.h"

#include "lib/base/parallel.h"

#include <math.h>
#include <string.h>

enum { EVENTS_A_RANGE = 1 << 16, AHEAD = 24 };

/* A dictionary's rows that were removed, when there are any. */
static const recs_ids *with_removed(const recs_ids *ids) {
  return recs_ids_live(ids) < recs_ids_count(ids) ? ids : NULL;
}

/* What a pass over the log looks at. */
typedef struct sieve {
  recs__event_rows *rows;
  const recs_ids *gone_rows; /* NULL: none was removed */
  const recs_ids *gone_items;
} sieve;

static inline int counts(const sieve *self, uint32_t row, uint32_t item, uint8_t type) {
  return row != RECS_NO_ROW && item != RECS_NO_ROW && self->rows->types[type] != 0 &&
         (self->gone_rows == NULL || !recs__ids_removed(self->gone_rows, row)) &&
         (self->gone_items == NULL || !recs__ids_removed(self->gone_items, item));
}

static const uint32_t *rows_of(const recs__event_rows *rows, const recs__event_view *view) {
  return rows->options.rows == RECS_ROWS_SESSIONS ? view->sessions : view->users;
}

static void stretch(int64_t *oldest, int64_t *latest, int64_t time) {
  if (time == RECS_NO_TIME)
    return;
  if (*latest == RECS_NO_TIME || time < *oldest)
    *oldest = time;
  if (*latest == RECS_NO_TIME || time > *latest)
    *latest = time;
}

/* How many events each row has, in offsets[row]. */
static void count_events(const sieve *self, size_t chunks) {
  recs__event_rows *rows = self->rows;
  for (size_t chunk = 0; chunk < chunks; chunk++) {
    const recs__event_view *view = &rows->views[chunk];
    const uint32_t *keys = rows_of(rows, view);
    for (size_t i = 0; keys != NULL && i < view->count; i++) {
      if (!counts(self, keys[i], view->items[i], view->types[i]))
        continue;
      rows->offsets[keys[i]] += 1;
      if (rows->options.half_life > 0)
        stretch(&rows->oldest, &rows->latest, recs__time_of(view, i));
    }
  }
}

/* Counts become where each row begins; in the end offsets[rows] is how many there are. */
static int64_t begin_rows(recs__event_rows *rows) {
  int64_t begin = 0;
  for (size_t row = 0; row <= rows->rows; row++) {
    int64_t count = rows->offsets[row];
    rows->offsets[row] = begin;
    begin += count;
  }
  return begin;
}

/* A counting sort: each event's number goes to the next place of its row. */
static void place_events(const sieve *self, size_t chunks) {
  recs__event_rows *rows = self->rows;
  for (size_t chunk = 0; chunk < chunks; chunk++) {
    const recs__event_view *view = &rows->views[chunk];
    const uint32_t *keys = rows_of(rows, view);
    uint64_t first = (uint64_t)chunk * RECS__CHUNK;
    for (size_t i = 0; keys != NULL && i < view->count; i++) {
      int64_t place;
      if (!counts(self, keys[i], view->items[i], view->types[i]))
        continue;
      place = rows->offsets[keys[i]]++;
      rows->numbers[place] = (uint32_t)(first + i);
      if (rows->high != NULL)
        rows->high[place] = (uint8_t)((first + i) >> 32);
    }
  }
  memmove(rows->offsets + 1, rows->offsets, rows->rows * sizeof *rows->offsets); /* each says where its row ends */
  rows->offsets[0] = 0;
}

static int32_t sort_events(recs__event_rows *out, const recs_events *events, const recs_ids *keys) {
  sieve self = {out, with_removed(keys), with_removed(recs_events_items(events))};
  size_t chunks = recs__events_chunks(events), count;
  for (size_t i = 0; i < chunks; i++)
    recs__events_view(&out->views[i], events, i);
  count_events(&self, chunks);
  count = (size_t)begin_rows(out);
  out->numbers = recs__alloc(out->context, count, sizeof *out->numbers);
  if (recs_events_count(events) > UINT32_MAX)
    out->high = recs__alloc(out->context, count, sizeof *out->high);
  if (out->numbers == NULL || (out->high == NULL && recs_events_count(events) > UINT32_MAX))
    return recs__fail_nomem();
  place_events(&self, chunks);
  return RECS_OK;
}

int32_t recs__event_rows_make(recs__event_rows *out, const recs_events *events, const recs_matrix_options *options) {
  const recs_ids *keys = options->rows == RECS_ROWS_SESSIONS ? recs_events_sessions(events) : recs_events_users(events);
  memset(out, 0, sizeof *out);
  out->context = recs__context_of(events);
  out->options = *options;
  out->time_kind = recs_events_time_kind(events);
  out->rows = recs_ids_count(keys);
  out->items = recs_ids_count(recs_events_items(events));
  out->oldest = out->latest = RECS_NO_TIME;
  RECS_TRY(recs__type_weights_parse(out->types, recs_events_types(events), options->type_weights));
  out->offsets = recs__alloc_zero(out->context, (size_t)out->rows + 1, sizeof *out->offsets);
  out->views = recs__alloc(out->context, recs__events_chunks(events), sizeof *out->views);
  if (out->offsets == NULL || out->views == NULL)
    return recs__fail_nomem();
  return sort_events(out, events, keys);
}

void recs__event_rows_free(recs__event_rows *rows) {
  recs__free(rows->context, rows->offsets);
  recs__free(rows->context, rows->numbers);
  recs__free(rows->context, rows->high);
  recs__free(rows->context, rows->views);
}

static inline uint64_t number_at(const recs__event_rows *rows, int64_t place) {
  return rows->numbers[place] | (rows->high == NULL ? 0 : (uint64_t)rows->high[place] << 32);
}

/* Asks memory for an event that will soon be wanted, so that the waits overlap. */
static void ask_ahead(const recs__event_rows *rows, int64_t place) {
  uint64_t number = number_at(rows, place);
  const recs__event_view *view = &rows->views[number / RECS__CHUNK];
  __builtin_prefetch(&view->items[number % RECS__CHUNK]);
  __builtin_prefetch(&view->types[number % RECS__CHUNK]);
  if (view->times != NULL)
    __builtin_prefetch(&view->times[number % RECS__CHUNK]);
  if (view->weights != NULL)
    __builtin_prefetch(&view->weights[number % RECS__CHUNK]);
}

/* An event as it is weighed, but for its age. */
static recs__interaction event_at(const recs__event_rows *rows, int64_t place, uint32_t row) {
  uint64_t number = number_at(rows, place);
  const recs__event_view *view = &rows->views[number / RECS__CHUNK];
  size_t i = number % RECS__CHUNK;
  recs__interaction event = {row, view->items[i], rows->types[view->types[i]], recs__time_of(view, i)};
  if (rows->options.use_weight && view->weights != NULL)
    event.weight *= (double)view->weights[i];
  if (rows->options.use_quantity && view->quantities != NULL)
    event.weight *= view->quantities[i];
  return event;
}

/* Halves weights with age. The age is counted from the latest of all where times are a clock, from the latest of the same row where they
 * are an order within it. */
static void decay(const recs__event_rows *rows, recs__interaction *list, size_t count) {
  int64_t oldest = rows->oldest, latest = rows->latest;
  if (rows->time_kind == RECS_TIME_ORDER) {
    oldest = latest = RECS_NO_TIME;
    for (size_t i = 0; i < count; i++)
      stretch(&oldest, &latest, list[i].time);
  }
  for (size_t i = 0; i < count; i++) {
    int64_t time = list[i].time == RECS_NO_TIME ? oldest : list[i].time;
    list[i].weight *= exp2(-((double)latest - (double)time) / rows->options.half_life);
  }
}

/* What the threads of recs__event_rows_each() share. */
typedef struct visiting {
  const recs__event_rows *rows;
  recs__row_fn visit;
  void *payload;
  recs__row_scratch *scratch; /* by thread */
} visiting;

static int32_t reserve(recs__row_scratch *scratch, const recs__event_rows *rows, size_t count) {
  if (scratch->seen == NULL)
    scratch->seen = recs__alloc_zero(rows->context, rows->items, sizeof *scratch->seen);
  if (scratch->seen == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__grow(rows->context, &scratch->list, &scratch->list_room, count, sizeof *scratch->list));
  RECS_TRY(recs__grow(rows->context, &scratch->keys, &scratch->keys_room, count, sizeof *scratch->keys));
  return recs__grow(rows->context, &scratch->scratch, &scratch->scratch_room, count, sizeof *scratch->scratch);
}

static int32_t visit_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  const visiting *self = payload;
  const recs__event_rows *rows = self->rows;
  recs__row_scratch *scratch = &self->scratch[thread];
  for (size_t row = begin; row < end; row++) {
    int64_t first = rows->offsets[row];
    size_t count = (size_t)(rows->offsets[row + 1] - first);
    if (count > UINT32_MAX)
      return recs__fail(RECS_ERROR_OVERFLOW, "row %zu has %zu events: too many", row, count);
    RECS_TRY(reserve(scratch, rows, count));
    for (size_t i = 0; i < count; i++) {
      if (first + (int64_t)i + AHEAD < rows->offsets[rows->rows])
        ask_ahead(rows, first + (int64_t)i + AHEAD);
      scratch->list[i] = event_at(rows, first + (int64_t)i, (uint32_t)row);
    }
    if (rows->options.half_life > 0)
      decay(rows, scratch->list, count);
    RECS_TRY(self->visit(self->payload, rows, (uint32_t)row, scratch, count));
  }
  return RECS_OK;
}

int32_t recs__event_rows_each(const recs__event_rows *rows, recs__row_fn visit, void *payload) {
  size_t events = (size_t)rows->offsets[rows->rows];
  size_t grain = events < EVENTS_A_RANGE ? rows->rows : (size_t)((double)rows->rows * EVENTS_A_RANGE / (double)events) + 1;
  uint32_t threads = recs__parallel_threads(rows->context, rows->rows, grain);
  visiting self = {rows, visit, payload, recs__alloc_zero(rows->context, threads, sizeof *self.scratch)};
  int32_t status;
  if (self.scratch == NULL)
    return recs__fail_nomem();
  status = recs__parallel(rows->context, rows->rows, grain, visit_rows, &self, NULL);
  for (uint32_t i = 0; i < threads; i++) {
    recs__free(rows->context, self.scratch[i].list);
    recs__free(rows->context, self.scratch[i].scratch);
    recs__free(rows->context, self.scratch[i].keys);
    recs__free(rows->context, self.scratch[i].seen);
  }
  recs__free(rows->context, self.scratch);
  return status;
}

void *recs__event_rows_close(const recs__event_rows *rows, void *array, size_t size, const int64_t *ends) {
  size_t kept = (size_t)ends[rows->rows];
  char *bytes = array;
  void *smaller = NULL;
  for (uint32_t row = 0; row < rows->rows; row++) {
    size_t begin = (size_t)ends[row], count = (size_t)ends[row + 1] - begin;
    if (begin != (size_t)rows->offsets[row])
      memmove(bytes + begin * size, bytes + (size_t)rows->offsets[row] * size, count * size);
  }
  if (kept < (size_t)rows->offsets[rows->rows])
    smaller = recs__realloc(rows->context, array, kept, size);
  return smaller == NULL ? array : smaller;
}
