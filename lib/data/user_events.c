#include "lib/data/user_events.h"

#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <string.h>

enum { EVENTS_A_RANGE = 1 << 15, AHEAD = 16 };

static int64_t begin_users(recs__user_events *self) {
  int64_t begin = 0;
  for (size_t user = 0; user <= self->users; user++) {
    int64_t count = self->offsets[user];
    self->offsets[user] = begin;
    begin += count;
  }
  return begin;
}

static void count_chunk(recs__user_events *self, const recs__event_view *view, const uint8_t *marks) {
  for (size_t i = 0; i < view->count; i++) {
    if (view->users[i] != RECS_NO_ROW && (marks == NULL || marks[i] == 0))
      self->offsets[view->users[i]] += 1;
  }
}

/* A counting sort: each event's number goes to the next place of its user. */
static void place_chunk(recs__user_events *self, const recs__event_view *view, const uint8_t *marks, uint64_t first) {
  for (size_t i = 0; i < view->count; i++) {
    int64_t place;
    if (view->users[i] == RECS_NO_ROW || (marks != NULL && marks[i] != 0))
      continue;
    place = self->offsets[view->users[i]]++;
    self->numbers[place] = (uint32_t)(first + i);
    if (self->high != NULL)
      self->high[place] = (uint8_t)((first + i) >> 32);
  }
}

int32_t recs__user_events_make(recs__user_events *out, recs_context *context, const recs__event_view *views, size_t chunks,
                               uint32_t users, const uint8_t *marks) {
  size_t count;
  *out = (recs__user_events){.context = context, .views = views, .users = users};
  out->offsets = recs__alloc_zero(context, (size_t)users + 1, sizeof *out->offsets);
  if (out->offsets == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < chunks; chunk++)
    count_chunk(out, &views[chunk], marks == NULL ? NULL : marks + chunk * RECS__CHUNK);
  count = (size_t)begin_users(out);
  out->numbers = recs__alloc(context, count, sizeof *out->numbers);
  if (chunks > UINT32_MAX / RECS__CHUNK)
    out->high = recs__alloc(context, count, sizeof *out->high);
  if (out->numbers == NULL || (out->high == NULL && chunks > UINT32_MAX / RECS__CHUNK))
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < chunks; chunk++)
    place_chunk(out, &views[chunk], marks == NULL ? NULL : marks + chunk * RECS__CHUNK, (uint64_t)chunk * RECS__CHUNK);
  memmove(out->offsets + 1, out->offsets, users * sizeof *out->offsets); /* each says where its user ends */
  out->offsets[0] = 0;
  return RECS_OK;
}

void recs__user_events_free(recs__user_events *self) {
  recs__free(self->context, self->offsets);
  recs__free(self->context, self->numbers);
  recs__free(self->context, self->high);
}

/* A thread's copy of the events of one user. */
typedef struct room {
  recs__user_event *list;
  size_t capacity;
} room;

typedef struct visiting {
  const recs__user_events *events;
  recs__user_fn visit;
  void *payload;
  room *rooms; /* by thread */
} visiting;

static inline uint64_t number_at(const recs__user_events *self, int64_t place) {
  return self->numbers[place] | (self->high == NULL ? 0 : (uint64_t)self->high[place] << 32);
}

/* Asks memory for an event that will soon be wanted, so that the waits overlap. */
static void ask_ahead(const recs__user_events *self, int64_t place) {
  uint64_t number = number_at(self, place);
  const recs__event_view *view = &self->views[number / RECS__CHUNK];
  size_t i = number % RECS__CHUNK;
  __builtin_prefetch(&view->items[i]);
  if (view->times != NULL)
    __builtin_prefetch(&view->times[i]);
  if (view->quantities != NULL)
    __builtin_prefetch(&view->quantities[i]);
  if (view->prices != NULL)
    __builtin_prefetch(&view->prices[i]);
  if (view->sessions != NULL)
    __builtin_prefetch(&view->sessions[i]);
}

static recs__user_event event_at(const recs__user_events *self, int64_t place) {
  uint64_t number = number_at(self, place);
  const recs__event_view *view = &self->views[number / RECS__CHUNK];
  size_t i = number % RECS__CHUNK;
  return (recs__user_event){.time = recs__time_of(view, i),
                            .number = number,
                            .quantity = recs__quantity_of(view, i),
                            .price = recs__price_of(view, i),
                            .item = view->items[i],
                            .session = recs__session_of(view, i),
                            .type = view->types[i]};
}

static int compare_times(const void *a, const void *b) {
  const recs__user_event *x = a, *y = b;
  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  return (x->number > y->number) - (x->number < y->number);
}

static int32_t visit_user(const visiting *self, uint32_t thread, uint32_t user) {
  const recs__user_events *events = self->events;
  int64_t begin = events->offsets[user], last = events->offsets[events->users];
  size_t count = (size_t)(events->offsets[user + 1] - begin);
  room *mine = &self->rooms[thread];
  int in_order = 1;
  if (count == 0)
    return RECS_OK;
  RECS_TRY(recs__grow(events->context, &mine->list, &mine->capacity, count, sizeof *mine->list));
  for (size_t i = 0; i < count; i++) {
    if (begin + (int64_t)i + AHEAD < last)
      ask_ahead(events, begin + (int64_t)i + AHEAD);
    mine->list[i] = event_at(events, begin + (int64_t)i);
    in_order &= i == 0 || mine->list[i].time >= mine->list[i - 1].time;
  }
  if (!in_order)
    recs__sort(mine->list, count, sizeof *mine->list, compare_times);
  return self->visit(self->payload, thread, user, mine->list, count);
}

/* The first user whose events begin at a place or behind it. */
static uint32_t user_from(const recs__user_events *self, int64_t place) {
  uint32_t low = 0, high = self->users;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (self->offsets[middle] < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The users whose events begin in a range of places. */
static int32_t visit_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const visiting *self = payload;
  uint32_t last = user_from(self->events, (int64_t)end);
  for (uint32_t user = user_from(self->events, (int64_t)begin); user < last; user++)
    RECS_TRY(visit_user(self, thread, user));
  return RECS_OK;
}

uint32_t recs__user_events_threads(const recs__user_events *self) {
  return recs__parallel_threads(self->context, (size_t)self->offsets[self->users], EVENTS_A_RANGE);
}

int32_t recs__user_events_each(const recs__user_events *self, recs__user_fn visit, void *payload, const recs__progress *progress) {
  uint32_t threads = recs__user_events_threads(self);
  visiting all = {self, visit, payload, recs__alloc_zero(self->context, threads, sizeof *all.rooms)};
  int32_t status;
  if (all.rooms == NULL)
    return recs__fail_nomem();
  status = recs__parallel(self->context, (size_t)self->offsets[self->users], EVENTS_A_RANGE, visit_range, &all, progress);
  for (uint32_t thread = 0; thread < threads; thread++)
    recs__free(self->context, all.rooms[thread].list);
  recs__free(self->context, all.rooms);
  return status;
}
