#include "lib/data/interactions.h"

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

void recs__interactions_in_time(recs__interaction *list, recs__interaction *scratch, size_t count) {
  if (!is_in_order(list, count))
    sort_times(list, scratch, count);
}

void recs__interactions_sort_times(recs__interactions *interactions, const int64_t *offsets) {
  for (uint32_t row = 0; row < interactions->rows; row++)
    recs__interactions_in_time(interactions->list + offsets[row], interactions->scratch,
                               (size_t)(offsets[row + 1] - offsets[row]));
}
