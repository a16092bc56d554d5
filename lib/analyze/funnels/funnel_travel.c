/* All users' ways through a funnel. Users are done in ranges; a range gathers its users' events from the log by a counting sort, so
 * that scratch memory is that of one range a thread. */
#include "lib/analyze/funnels/funnel.h"

#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <string.h>

enum { EVENTS_A_RANGE = 16 << 20, RANGES_A_THREAD = 4, MOST_SHARED_RANGES = 32 };

typedef struct travel {
  const recs__funnel_plan *plan;
  const recs_events *events;
  const recs_ids *gone; /* the users, when some were removed */
  recs__funnel_trips *trips;
} travel;

/* The events of the users of one range. */
typedef struct gathering {
  uint32_t first; /* user */
  uint32_t users;
  uint64_t *ends; /* users + 1: while gathering, where each user's next event goes; then ends[u] is where its events end */
  recs__funnel_event *list;
} gathering;

static uint32_t key_of(const recs__event_view *view, size_t i, int32_t hold) {
  if (hold == RECS_HOLD_SESSION)
    return recs__session_of(view, i);
  return hold == RECS_HOLD_ITEM ? view->items[i] : 0;
}

static int counts(const travel *self, const recs__event_view *view, size_t i) {
  const recs__funnel_plan *plan = self->plan;
  if (plan->types[view->types[i]] == 0 && plan->options.between != RECS_BETWEEN_NOTHING)
    return 0;
  if (plan->timed && recs__time_of(view, i) == RECS_NO_TIME)
    return 0;
  return plan->options.hold == RECS_HOLD_NOTHING || key_of(view, i, plan->options.hold) != RECS_NO_ROW;
}

static void count_events(const travel *self, gathering *to) {
  recs__event_view view;
  for (size_t chunk = 0; chunk < recs__events_chunks(self->events); chunk++) {
    recs__events_view(&view, self->events, chunk);
    for (size_t i = 0; i < view.count; i++) {
      uint32_t user = view.users[i] - to->first; /* an unknown user is beyond every range */
      if (user < to->users && counts(self, &view, i))
        to->ends[user + 1] += 1;
    }
  }
  for (uint32_t user = 0; user < to->users; user++)
    to->ends[user + 1] += to->ends[user];
}

/* Each user's begin moves to its end. */
static void place_events(const travel *self, gathering *to) {
  recs__event_view view;
  for (size_t chunk = 0; chunk < recs__events_chunks(self->events); chunk++) {
    recs__events_view(&view, self->events, chunk);
    for (size_t i = 0; i < view.count; i++) {
      uint32_t user = view.users[i] - to->first;
      if (user < to->users && counts(self, &view, i))
        to->list[to->ends[user]++] = (recs__funnel_event){recs__time_of(&view, i), key_of(&view, i, self->plan->options.hold),
                                                          self->plan->types[view.types[i]]};
    }
  }
}

static int stands_before(const recs__funnel_event *a, const recs__funnel_event *b) {
  return a->key != b->key ? a->key < b->key : a->time < b->time;
}

static int in_order(const recs__funnel_event *events, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (stands_before(&events[i], &events[i - 1]))
      return 0;
  }
  return 1;
}

typedef struct numbered {
  recs__funnel_event event;
  uint64_t arrival;
} numbered;

static int compare(const void *a, const void *b) {
  const numbered *left = a, *right = b;
  if (stands_before(&left->event, &right->event))
    return -1;
  if (stands_before(&right->event, &left->event))
    return 1;
  return left->arrival < right->arrival ? -1 : 1;
}

static int32_t put_in_order(const recs_context *context, recs__funnel_event *events, size_t count) {
  numbered *scratch;
  if (in_order(events, count))
    return RECS_OK;
  scratch = recs__alloc(context, count, sizeof *scratch);
  if (scratch == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++)
    scratch[i] = (numbered){events[i], i};
  recs__sort(scratch, count, sizeof *scratch, compare);
  for (size_t i = 0; i < count; i++)
    events[i] = scratch[i].event;
  recs__free(context, scratch);
  return RECS_OK;
}

static int travels(const travel *self, uint32_t user) {
  return recs__funnel_group(&self->plan->options, user) != RECS_NO_ROW &&
         (self->gone == NULL || !recs__ids_removed(self->gone, user));
}

static int32_t walk_users(const travel *self, const gathering *from, const recs_context *context) {
  const recs__funnel_plan *plan = self->plan;
  recs__funnel_trips *trips = self->trips;
  for (uint32_t u = 0; u < from->users; u++) {
    uint64_t begin = u == 0 ? 0 : from->ends[u - 1];
    size_t count = (size_t)(from->ends[u] - begin), user = (size_t)from->first + u;
    int64_t spare[RECS__MOST_STEPS];
    if (count == 0 || !travels(self, (uint32_t)user))
      continue;
    RECS_TRY(put_in_order(context, from->list + begin, count));
    trips->depths[user] = (uint8_t)recs__funnel_walk(trips->times == NULL ? spare : trips->times + user * plan->steps, plan,
                                                     from->list + begin, count);
  }
  return RECS_OK;
}

static int32_t do_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const travel *self = payload;
  const recs_context *context = recs__context_of(self->events);
  gathering here = {.first = (uint32_t)begin, .users = (uint32_t)(end - begin)};
  int32_t status;
  (void)thread;
  here.ends = recs__alloc_zero(context, (size_t)here.users + 1, sizeof *here.ends);
  if (here.ends == NULL)
    return recs__fail_nomem();
  count_events(self, &here);
  here.list = recs__alloc(context, (size_t)here.ends[here.users], sizeof *here.list);
  if (here.list == NULL)
    RECS_GO(recs__fail_nomem());
  place_events(self, &here);
  RECS_GO(walk_users(self, &here, context));
cleanup:
  recs__free(context, here.list);
  recs__free(context, here.ends);
  return status;
}

/* More ranges than threads, as users who came first have the most events; each one reads through the whole log. */
static size_t users_a_range(const recs_events *events, uint32_t users) {
  uint64_t large = recs_events_count(events) / EVENTS_A_RANGE + 1;
  uint32_t threads = recs__parallel_threads(recs__context_of(events), users, 1);
  uint64_t shared = threads <= 1 ? 1 : (uint64_t)threads * RANGES_A_THREAD;
  uint64_t ranges = shared > MOST_SHARED_RANGES ? MOST_SHARED_RANGES : shared;
  ranges = ranges > large ? ranges : large;
  return (size_t)(users / ranges) + 1;
}

int32_t recs__funnel_travel(recs__funnel_trips *trips, const recs__funnel_plan *plan, const recs_events *events,
                            const recs__progress *progress) {
  const recs_ids *users = recs_events_users(events);
  travel self = {plan, events, recs_ids_live(users) < recs_ids_count(users) ? users : NULL, trips};
  return recs__parallel(recs__context_of(events), trips->users, users_a_range(events, trips->users), do_range, &self, progress);
}
