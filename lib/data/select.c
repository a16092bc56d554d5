/* A log of some of the events of another. Each chunk of the new log is gathered alone, by whichever thread is free. */
#include "lib/data/event_chunk.h"
#include "lib/data/events.h"

#include "lib/base/parallel.h"

#include <string.h>

/* A part of a chunk of the new log, of events of one chunk of the old one. */
typedef struct gathered {
  uint32_t users[RECS__CHUNK], items[RECS__CHUNK], types[RECS__CHUNK], sessions[RECS__CHUNK], places[RECS__CHUNK];
  float weights[RECS__CHUNK];
  double quantities[RECS__CHUNK], prices[RECS__CHUNK];
  int64_t times[RECS__CHUNK];
} gathered;

typedef struct selecting {
  recs_context *context;
  const recs__event_view *views;
  size_t chunks;
  const uint8_t *marks;
  uint32_t chosen;
  uint64_t *before; /* chunks + 1: how many events were chosen before each chunk */
  recs__event_chunk *out;
  gathered *scratch; /* by thread */
} selecting;

static int is_chosen(const selecting *self, size_t event) {
  return ((self->chosen >> self->marks[event]) & 1u) != 0;
}

static int32_t count_chosen(void *payload, uint32_t thread, size_t begin, size_t end) {
  selecting *self = payload;
  (void)thread;
  for (size_t chunk = begin; chunk < end; chunk++) {
    uint64_t count = 0;
    for (size_t i = 0; i < self->views[chunk].count; i++)
      count += (uint64_t)is_chosen(self, chunk * RECS__CHUNK + i);
    self->before[chunk + 1] = count;
  }
  return RECS_OK;
}

#define GATHER(field)                                  \
  for (size_t i = 0; from->field != NULL && i < count; i++) \
    to->field[i] = from->field[to->places[i]]

/* The columns of `count` events whose places are listed. */
static void gather(gathered *to, const recs__event_view *from, size_t count) {
  GATHER(users);
  GATHER(items);
  GATHER(types);
  GATHER(sessions);
  GATHER(weights);
  GATHER(quantities);
  GATHER(prices);
  GATHER(times);
}

/* Lists the places of at most `most` chosen events of a chunk, after `skip` of them. */
static size_t list_places(const selecting *self, uint32_t *places, size_t chunk, uint64_t skip, size_t most) {
  size_t count = 0;
  for (size_t i = 0; count < most && i < self->views[chunk].count; i++) {
    if (!is_chosen(self, chunk * RECS__CHUNK + i))
      continue;
    if (skip > 0)
      skip -= 1;
    else
      places[count++] = (uint32_t)i;
  }
  return count;
}

/* The chunk of the old log that holds a chosen event by its number in the new one. */
static size_t find_chunk(const selecting *self, uint64_t number) {
  size_t low = 0, high = self->chunks - 1;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (self->before[middle + 1] <= number)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int32_t fill_chunk(const selecting *self, gathered *scratch, size_t number) {
  recs__event_chunk *to = &self->out[number];
  uint64_t first = (uint64_t)number * RECS__CHUNK, total = self->before[self->chunks];
  size_t wanted = total - first < RECS__CHUNK ? (size_t)(total - first) : RECS__CHUNK, used = 0;
  const recs__event_growth growth = {.context = self->context, .expected = wanted};
  for (size_t chunk = find_chunk(self, first); used < wanted; chunk++) {
    const recs__event_view *view = &self->views[chunk];
    recs__event_arrays arrays = {scratch->users,
                                 scratch->items,
                                 scratch->types,
                                 view->weights == NULL ? NULL : scratch->weights,
                                 view->quantities == NULL ? NULL : scratch->quantities,
                                 view->prices == NULL ? NULL : scratch->prices,
                                 view->times == NULL ? NULL : scratch->times,
                                 view->sessions == NULL ? NULL : scratch->sessions};
    size_t count = list_places(self, scratch->places, chunk, first + used - self->before[chunk], wanted - used);
    if (count == 0)
      continue;
    gather(scratch, view, count);
    RECS_TRY(recs__event_chunk_reserve(to, &growth, used, arrays, 0, count));
    recs__event_chunk_write(to, used, arrays, 0, count);
    used += count;
  }
  return RECS_OK;
}

static int32_t fill_chunks(void *payload, uint32_t thread, size_t begin, size_t end) {
  const selecting *self = payload;
  for (size_t number = begin; number < end; number++)
    RECS_TRY(fill_chunk(self, &self->scratch[thread], number));
  return RECS_OK;
}

static int32_t fill(recs_events *log, selecting *self) {
  uint64_t total;
  size_t out_chunks;
  RECS_TRY(recs__parallel(self->context, self->chunks, 1, count_chosen, self, NULL));
  for (size_t chunk = 0; chunk < self->chunks; chunk++)
    self->before[chunk + 1] += self->before[chunk];
  total = self->before[self->chunks];
  out_chunks = (size_t)((total + RECS__CHUNK - 1) / RECS__CHUNK);
  self->scratch = recs__alloc(self->context, recs__parallel_threads(self->context, out_chunks, 1), sizeof *self->scratch);
  if (self->scratch == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__events_open(&self->out, log, total));
  return recs__parallel(self->context, out_chunks, 1, fill_chunks, self, NULL);
}

int32_t recs__views_select(recs_events **out, const recs_events *events, const recs__event_view *views, const uint8_t *marks,
                           uint32_t chosen) {
  recs_context *context = recs__context_of(events);
  selecting self = {.context = context, .views = views, .chunks = recs__events_chunks(events), .marks = marks, .chosen = chosen};
  recs_events *log = NULL;
  int32_t status;
  RECS_GO(recs__events_like(&log, events));
  self.before = recs__alloc_zero(context, self.chunks + 1, sizeof *self.before);
  if (self.before == NULL) {
    status = recs__fail_nomem();
    goto cleanup;
  }
  RECS_GO(fill(log, &self));
  RECS_GO(recs_events_freeze(out, log));
cleanup:
  recs_events_free(log);
  recs__free(context, self.scratch);
  recs__free(context, self.before);
  return status;
}

int32_t recs__events_select(recs_events **out, const recs_events *events, const uint8_t *marks, uint32_t chosen) {
  recs__event_view *views = recs__events_views(events);
  int32_t status = views == NULL ? recs__fail_nomem() : recs__views_select(out, events, views, marks, chosen);
  recs__free(recs__context_of(events), views);
  return status;
}
