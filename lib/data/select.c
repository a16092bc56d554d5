/* A log of some of the events of another. */
#include "lib/data/event_chunk.h"
#include "lib/data/events.h"

static int is_chosen(uint8_t mark, uint32_t chosen) {
  return ((chosen >> mark) & 1u) != 0;
}

/* Appends events [begin, end) of a chunk. `types` are the chunk's, as wide as outside. */
static int32_t append_run(recs_events *to, const recs__event_view *view, const uint32_t *types, size_t begin,
                          size_t end) {
  recs_event_columns columns = {.struct_size = sizeof columns};
  columns.users = view->users + begin;
  columns.items = view->items + begin;
  columns.types = types + begin;
  columns.weights = view->weights == NULL ? NULL : view->weights + begin;
  columns.quantities = view->quantities == NULL ? NULL : view->quantities + begin;
  columns.prices = view->prices == NULL ? NULL : view->prices + begin;
  columns.times = view->times == NULL ? NULL : view->times + begin;
  columns.sessions = view->sessions == NULL ? NULL : view->sessions + begin;
  return recs_events_append(to, &columns, end - begin);
}

/* Appends the runs of chosen events of a chunk. */
static int32_t append_chosen(recs_events *to, const recs__event_view *view, const uint8_t *marks, uint32_t chosen,
                             uint32_t *types) {
  size_t begin = 0, end;
  for (size_t i = 0; i < view->count; i++)
    types[i] = view->types[i];
  while (begin < view->count) {
    for (end = begin; end < view->count && is_chosen(marks[end], chosen);)
      end += 1;
    if (end > begin)
      RECS_TRY(append_run(to, view, types, begin, end));
    begin = end + 1;
  }
  return RECS_OK;
}

int32_t recs__events_select(recs_events **out, const recs_events *events, const uint8_t *marks, uint32_t chosen) {
  recs_context *context = recs__context_of(events);
  uint32_t *types = recs__alloc(context, RECS__CHUNK, sizeof *types);
  recs_events *log = NULL;
  recs__event_view view;
  int32_t status;
  if (types == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__events_like(&log, events));
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    RECS_GO(append_chosen(log, &view, marks + chunk * RECS__CHUNK, chosen, types));
  }
  RECS_GO(recs_events_freeze(out, log));
cleanup:
  recs_events_free(log);
  recs__free(context, types);
  return status;
}
