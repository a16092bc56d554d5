#include "lib/evaluate/turns.h"

#include <string.h>

#include "lib/base/sort.h"
#include "lib/data/events.h"
#include "lib/data/type_weights.h"

/* How the events are weighed. */
typedef struct scales {
  double types[RECS__TYPE_BYTES];
  const recs_matrix_options *options;
  const recs_ids *users; /* where ids were removed, else NULL */
  const recs_ids *items;
} scales;

static const recs_ids *if_removed(const recs_ids *ids) {
  return recs_ids_live(ids) < recs_ids_count(ids) ? ids : NULL;
}

static int is_there(const recs_ids *removed, uint32_t row) {
  return row != RECS_NO_ROW && (removed == NULL || !recs__ids_removed(removed, row));
}

static int counts(const scales *by, const recs__event_view *view, size_t i) {
  return is_there(by->users, view->users[i]) && is_there(by->items, view->items[i]) && by->types[view->types[i]] != 0;
}

static double weigh(const scales *by, const recs__event_view *view, size_t i) {
  double weight = by->types[view->types[i]];
  if (by->options->use_weight && view->weights != NULL)
    weight *= (double)view->weights[i];
  return by->options->use_quantity ? weight * recs__quantity_of(view, i) : weight;
}

/* Offsets from how many events each user has. */
static void count_turns(recs__turns *turns, const recs_events *events, const scales *by) {
  recs__event_view view;
  int64_t begin = 0;
  memset(turns->offsets, 0, ((size_t)turns->users + 1) * sizeof *turns->offsets);
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    for (size_t i = 0; i < view.count; i++) {
      if (counts(by, &view, i))
        turns->offsets[view.users[i]] += 1;
    }
  }
  for (size_t user = 0; user <= turns->users; user++) {
    int64_t count = turns->offsets[user];
    turns->offsets[user] = begin;
    begin += count;
  }
}

static void place_turns(recs__turns *turns, const recs_events *events, const scales *by) {
  recs__event_view view;
  size_t event = 0;
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    for (size_t i = 0; i < view.count; i++, event++) {
      if (counts(by, &view, i))
        turns->list[turns->offsets[view.users[i]]++] = (recs__turn){
            .time = recs__time_of(&view, i),
            .event = event,
            .item = view.items[i],
            .session = recs__session_of(&view, i),
            .liked = weigh(by, &view, i) > 0,
        };
    }
  }
  memmove(turns->offsets + 1, turns->offsets, turns->users * sizeof *turns->offsets); /* each said where its user ends */
  turns->offsets[0] = 0;
}

static int compare_turns(const void *a, const void *b) {
  const recs__turn *left = a, *right = b;
  if (left->time != right->time)
    return left->time < right->time ? -1 : 1;
  return left->event < right->event ? -1 : left->event > right->event;
}

static void sort_users(recs__turns *turns) {
  for (uint32_t user = 0; user < turns->users; user++) {
    recs__turn *list = turns->list + turns->offsets[user];
    size_t count = (size_t)(turns->offsets[user + 1] - turns->offsets[user]);
    for (size_t i = 1; i < count; i++) {
      if (list[i].time < list[i - 1].time) {
        recs__sort(list, count, sizeof *list, compare_turns);
        break;
      }
    }
  }
}

int32_t recs__turns_collect(recs__turns *out, const recs_events *events, const recs_matrix_options *options) {
  scales by = {.options = options,
               .users = if_removed(recs_events_users(events)),
               .items = if_removed(recs_events_items(events))};
  memset(out, 0, sizeof *out);
  out->context = recs__context_of(events);
  out->users = recs_ids_count(recs_events_users(events));
  out->items = recs_ids_count(recs_events_items(events));
  out->sessions = recs_ids_count(recs_events_sessions(events));
  RECS_TRY(recs__type_weights_parse(by.types, recs_events_types(events), options->type_weights));
  out->offsets = recs__alloc(out->context, (size_t)out->users + 1, sizeof *out->offsets);
  if (out->offsets == NULL)
    return recs__fail_nomem();
  count_turns(out, events, &by);
  out->list = recs__alloc(out->context, (size_t)out->offsets[out->users], sizeof *out->list);
  if (out->list == NULL)
    return recs__fail_nomem();
  place_turns(out, events, &by);
  sort_users(out);
  return RECS_OK;
}

void recs__turns_free(recs__turns *turns) {
  recs__free(turns->context, turns->list);
  recs__free(turns->context, turns->offsets);
}
