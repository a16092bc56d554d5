#include "lib/data/interactions.h"

#include "lib/data/events.h"
#include "lib/data/type_weights.h"

#include <math.h>
#include <string.h>

enum { SHORT_RUN = 16 }; /* sorted by insertion before runs are merged */

int32_t recs__interactions_new(recs__interactions *out, recs_context *context, uint32_t rows, uint32_t items,
                               size_t capacity) {
  out->context = context;
  out->rows = rows;
  out->items = items;
  out->count = 0;
  out->list = recs__alloc(context, capacity, sizeof *out->list);
  out->scratch = recs__alloc(context, capacity, sizeof *out->scratch);
  return out->list == NULL || out->scratch == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__interactions_free(recs__interactions *interactions) {
  recs__free(interactions->context, interactions->list);
  recs__free(interactions->context, interactions->scratch);
}

static const uint32_t *rows_of(const recs__event_view *view, int32_t rows) {
  return rows == RECS_ROWS_SESSIONS ? view->sessions : view->users;
}

/* Appends the events of a chunk that count. */
static void collect_chunk(recs__interactions *to, const recs__event_view *view, const recs_matrix_options *options,
                          const double type_weights[RECS__TYPE_BYTES]) {
  const uint32_t *rows = rows_of(view, options->rows);
  const float *weights = options->use_weight ? view->weights : NULL;
  const double *quantities = options->use_quantity ? view->quantities : NULL;
  for (size_t i = 0; rows != NULL && i < view->count; i++) {
    double weight = type_weights[view->types[i]];
    if (rows[i] == RECS_NO_ROW || view->items[i] == RECS_NO_ROW || weight == 0)
      continue;
    if (weights != NULL)
      weight *= (double)weights[i];
    if (quantities != NULL)
      weight *= quantities[i];
    to->list[to->count++] = (recs__interaction){rows[i], view->items[i], weight, recs__time_of(view, i)};
  }
}

/* The first and last known time. */
typedef struct span {
  int64_t oldest;
  int64_t latest;
} span;

static void stretch(span *known, int64_t time) {
  if (time == RECS_NO_TIME)
    return;
  if (known->latest == RECS_NO_TIME || time < known->oldest)
    known->oldest = time;
  if (known->latest == RECS_NO_TIME || time > known->latest)
    known->latest = time;
}

/* Halves weights with age. The age is counted from the latest of all where times are a clock, from the latest of the
 * same row where they are an order within it. */
static int32_t decay(recs__interactions *interactions, double half_life, int32_t time_kind) {
  int by_row = time_kind == RECS_TIME_ORDER;
  size_t spans = by_row ? interactions->rows : 1;
  span *known = recs__alloc(interactions->context, spans, sizeof *known);
  if (known == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < spans; i++)
    known[i] = (span){RECS_NO_TIME, RECS_NO_TIME};
  for (size_t i = 0; i < interactions->count; i++)
    stretch(&known[by_row ? interactions->list[i].row : 0], interactions->list[i].time);
  for (size_t i = 0; i < interactions->count; i++) {
    recs__interaction *one = &interactions->list[i];
    const span *mine = &known[by_row ? one->row : 0];
    int64_t time = one->time == RECS_NO_TIME ? mine->oldest : one->time;
    one->weight *= exp2(-((double)mine->latest - (double)time) / half_life);
  }
  recs__free(interactions->context, known);
  return RECS_OK;
}

int32_t recs__interactions_collect(recs__interactions *out, const recs_events *events,
                                   const recs_matrix_options *options) {
  const recs_ids *rows = options->rows == RECS_ROWS_SESSIONS ? recs_events_sessions(events) : recs_events_users(events);
  double type_weights[RECS__TYPE_BYTES];
  recs__event_view view;
  RECS_TRY(recs__interactions_new(out, recs__context_of(events), recs_ids_count(rows),
                                  recs_ids_count(recs_events_items(events)), (size_t)recs_events_count(events)));
  RECS_TRY(recs__type_weights_parse(type_weights, recs_events_types(events), options->type_weights));
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    collect_chunk(out, &view, options, type_weights);
  }
  return options->half_life > 0 ? decay(out, options->half_life, recs_events_time_kind(events)) : RECS_OK;
}

static void swap_scratch(recs__interactions *interactions) {
  recs__interaction *sorted = interactions->scratch;
  interactions->scratch = interactions->list;
  interactions->list = sorted;
}

static inline uint32_t key_of(const recs__interaction *one, int by_item) {
  return by_item ? one->item : one->row;
}

/* A counting sort. `offsets` has keys + 1 places. */
static inline void sort_by(recs__interactions *interactions, int by_item, int64_t *offsets, uint32_t keys) {
  int64_t begin = 0;
  memset(offsets, 0, ((size_t)keys + 1) * sizeof *offsets);
  for (size_t i = 0; i < interactions->count; i++)
    offsets[key_of(&interactions->list[i], by_item)] += 1;
  for (size_t key = 0; key <= keys; key++) {
    int64_t count = offsets[key];
    offsets[key] = begin;
    begin += count;
  }
  for (size_t i = 0; i < interactions->count; i++)
    interactions->scratch[offsets[key_of(&interactions->list[i], by_item)]++] = interactions->list[i];
  memmove(offsets + 1, offsets, keys * sizeof *offsets); /* each says where its key ends: the next one's beginning */
  offsets[0] = 0;
  swap_scratch(interactions);
}

void recs__interactions_sort_rows(recs__interactions *interactions, int64_t *offsets) {
  sort_by(interactions, 0, offsets, interactions->rows);
}

int32_t recs__interactions_sort_cells(recs__interactions *interactions) {
  uint32_t keys = interactions->rows > interactions->items ? interactions->rows : interactions->items;
  int64_t *offsets = recs__alloc(interactions->context, (size_t)keys + 1, sizeof *offsets);
  if (offsets == NULL)
    return recs__fail_nomem();
  sort_by(interactions, 1, offsets, interactions->items);
  sort_by(interactions, 0, offsets, interactions->rows);
  recs__free(interactions->context, offsets);
  return RECS_OK;
}

static int is_in_order(const recs__interaction *list, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (list[i].time < list[i - 1].time)
      return 0;
  }
  return 1;
}

static void insertion_sort(recs__interaction *list, size_t count) {
  for (size_t i = 1; i < count; i++) {
    recs__interaction one = list[i];
    size_t place = i;
    for (; place > 0 && list[place - 1].time > one.time; place--)
      list[place] = list[place - 1];
    list[place] = one;
  }
}

/* Merges the sorted runs [0, middle) and [middle, count); the first comes first where times are equal. */
static void merge(recs__interaction *to, const recs__interaction *from, size_t middle, size_t count) {
  size_t a = 0, b = middle;
  for (size_t i = 0; i < count; i++)
    to[i] = b == count || (a < middle && from[a].time <= from[b].time) ? from[a++] : from[b++];
}

static void sort_times(recs__interaction *list, recs__interaction *scratch, size_t count) {
  recs__interaction *from = list, *to = scratch;
  for (size_t i = 0; i < count; i += SHORT_RUN)
    insertion_sort(list + i, count - i < SHORT_RUN ? count - i : SHORT_RUN);
  for (size_t run = SHORT_RUN; run < count; run *= 2) {
    recs__interaction *sorted = to;
    for (size_t i = 0; i < count; i += 2 * run) {
      size_t left = count - i;
      merge(to + i, from + i, left < run ? left : run, left < 2 * run ? left : 2 * run);
    }
    to = from;
    from = sorted;
  }
  if (from != list)
    memcpy(list, from, count * sizeof *list);
}

void recs__interactions_sort_times(recs__interactions *interactions, const int64_t *offsets) {
  for (uint32_t row = 0; row < interactions->rows; row++) {
    recs__interaction *list = interactions->list + offsets[row];
    size_t count = (size_t)(offsets[row + 1] - offsets[row]);
    if (!is_in_order(list, count))
      sort_times(list, interactions->scratch, count);
  }
}
