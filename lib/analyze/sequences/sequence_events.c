/* Sequences of a log: each row's events in order of time, those of one session or instant together. */
#include "lib/analyze/sequences/sequence_store.h"

#include "lib/base/sort.h"
#include "lib/data/event_rows.h"
#include "lib/data/matrix.h"

typedef struct building {
  recs_sequence_store *store; /* each row stands where its events do; offsets[row + 1] says how many entries are kept */
  int32_t elements;
} building;

/* The session of an event of a row, which is named by its number in order of arrival. */
static uint32_t session_of(const recs__event_rows *rows, uint32_t row, size_t arrival) {
  size_t place = (size_t)rows->offsets[row] + arrival;
  uint64_t number = rows->numbers[place] | (rows->high == NULL ? 0 : (uint64_t)rows->high[place] << 32);
  return recs__session_of(&rows->views[number / RECS__CHUNK], number % RECS__CHUNK);
}

/* Puts the events of each session together, in order of the first of them. Key i becomes (first event of the session, event). */
static void order_by_session(uint64_t *keys, const recs__event_rows *rows, uint32_t row, const recs__interaction *list, size_t count) {
  uint64_t session = RECS_NO_ROW, first = 0;
  for (size_t i = 0; i < count; i++)
    keys[i] = (uint64_t)session_of(rows, row, (size_t)list[i].weight) << 32 | i;
  recs__sort_u64(keys, count);
  for (size_t i = 0; i < count; i++) {
    uint64_t event = keys[i] & UINT32_MAX;
    if (keys[i] >> 32 != session || session == RECS_NO_ROW)
      first = event;
    session = keys[i] >> 32;
    keys[i] = first << 32 | event;
  }
  recs__sort_u64(keys, count);
}

/* Each event, or all of one instant: key i is (first event of the element, event). */
static void order_by_time(uint64_t *keys, const recs__interaction *list, size_t count, int together) {
  size_t first = 0;
  for (size_t i = 0; i < count; i++) {
    if (!together || list[i].time == RECS_NO_TIME || list[i].time != list[first].time)
      first = i;
    keys[i] = (uint64_t)first << 32 | i;
  }
}

static int32_t fill_row(void *payload, const recs__event_rows *rows, uint32_t row, recs__row_scratch *scratch, size_t count) {
  const building *self = payload;
  recs_sequence_store *store = self->store;
  size_t to = (size_t)rows->offsets[row];
  recs__interaction *list = scratch->list;
  for (size_t i = 0; i < count; i++)
    list[i].weight = (double)i; /* remembers the order of arrival, by which the session is looked up */
  recs__interactions_in_time(list, scratch->scratch, count);
  if (self->elements == RECS_ELEMENT_SESSION)
    order_by_session(scratch->keys, rows, row, list, count);
  else
    order_by_time(scratch->keys, list, count, self->elements == RECS_ELEMENT_TIME);
  for (size_t i = 0; i < count; i++) {
    store->items[to + i] = list[scratch->keys[i] & UINT32_MAX].item;
    if (store->elements != NULL)
      store->elements[to + i] = (uint32_t)(scratch->keys[i] >> 32);
    if (store->times != NULL)
      store->times[to + i] = list[scratch->keys[i] >> 32].time;
  }
  if (store->elements != NULL)
    count = recs__sequence_tidy(store->items + to, store->elements + to, store->times == NULL ? NULL : store->times + to, count);
  store->offsets[row + 1] = (int64_t)count;
  return RECS_OK;
}

static void close_rows(recs_sequence_store *store, const recs__event_rows *rows) {
  for (uint64_t row = 0; row < store->count; row++)
    store->offsets[row + 1] += store->offsets[row];
  store->items = recs__event_rows_close(rows, store->items, sizeof *store->items, store->offsets);
  if (store->elements != NULL)
    store->elements = recs__event_rows_close(rows, store->elements, sizeof *store->elements, store->offsets);
  if (store->times != NULL)
    store->times = recs__event_rows_close(rows, store->times, sizeof *store->times, store->offsets);
  recs__sequence_store_close(store);
}

static int has_times(const recs__event_rows *rows, const recs_events *events) {
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    if (rows->views[chunk].times != NULL)
      return 1;
  }
  return 0;
}

int32_t recs_sequence_store_build(recs_sequence_store **out, const recs_events *events, int32_t elements,
                                  const recs_matrix_options *matrix_options) {
  building self = {NULL, elements};
  recs_matrix_options chosen;
  recs__event_rows rows;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  if (elements < RECS_ELEMENT_EVENT || elements > RECS_ELEMENT_TIME)
    return recs__fail(RECS_ERROR_INVALID, "elements is %d, not one of RECS_ELEMENT_*", elements);
  RECS_TRY(recs__matrix_options_load(&chosen, matrix_options));
  RECS_GO(recs__event_rows_make(&rows, events, &chosen));
  RECS_GO(recs__sequence_store_new(&self.store, rows.context, rows.rows));
  RECS_GO(recs__sequence_store_room(self.store, (size_t)rows.offsets[rows.rows], elements != RECS_ELEMENT_EVENT,
                                    has_times(&rows, events)));
  self.store->time_kind = rows.time_kind;
  RECS_GO(recs__event_rows_each(&rows, fill_row, &self));
  close_rows(self.store, &rows);
  *out = self.store;
  self.store = NULL;
cleanup:
  recs__release(self.store);
  recs__event_rows_free(&rows);
  return status;
}
