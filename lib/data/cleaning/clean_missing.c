/* Prices and times that events do not say. */
#include "lib/data/cleaning/cleaning.h"
#include "lib/data/features/quantile.h"

#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <string.h>

/* The latest known time before each chunk; RECS_NO_TIME: none. The first one of all for the chunks before it. */
static int32_t find_times_before(int64_t **out, const recs__cleaning *cleaning) {
  int64_t *before = recs__alloc(cleaning->context, cleaning->chunks + 1, sizeof *before), last = RECS_NO_TIME;
  *out = before;
  if (before == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    before[chunk] = last;
    for (size_t i = 0; last == RECS_NO_TIME && i < view->count; i++)
      last = recs__time_of(view, i);
    if (before[chunk] == RECS_NO_TIME && last != RECS_NO_TIME) {
      for (size_t earlier = 0; earlier <= chunk; earlier++)
        before[earlier] = last;
    }
    for (size_t i = view->count; i-- > 0;) {
      if (recs__time_of(view, i) != RECS_NO_TIME) {
        last = recs__time_of(view, i);
        break;
      }
    }
  }
  return RECS_OK;
}

static int fill_time(const recs__cleaning *cleaning, const recs__event_view *view, size_t i, void *value, void *payload) {
  const int64_t *before = payload;
  size_t place = i;
  int64_t known;
  if (recs__time_of(view, i) != RECS_NO_TIME)
    return 0;
  while (place > 0 && recs__time_of(view, place - 1) == RECS_NO_TIME)
    place -= 1;
  known = place > 0 ? recs__time_of(view, place - 1) : before[view - cleaning->views];
  memcpy(value, &known, sizeof known);
  return known != RECS_NO_TIME;
}

int32_t recs__fill_times(recs__cleaning *cleaning) {
  int64_t *before;
  int32_t status = find_times_before(&before, cleaning);
  if (status == RECS_OK)
    status = recs__cleaning_change(cleaning, RECS__TIMES, fill_time, before);
  recs__free(cleaning->context, before);
  return status;
}

/* Medians of prices by item, over keys that sort as the prices do. */
typedef struct pricing {
  recs__cleaning *cleaning;
  uint32_t items;
  int64_t *offsets; /* items + 1: where each item's prices begin */
  uint64_t *keys;
  double *medians; /* by item; the last one is that of all */
} pricing;

enum { ITEMS_A_RANGE = 256 };

/* A counting sort by item; unknown items count as one behind the last. */
static int32_t sort_by_item(pricing *self) {
  const recs__cleaning *cleaning = self->cleaning;
  int64_t begin = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
      const recs__event_view *view = &cleaning->views[chunk];
      RECS__EACH_LEFT(i, cleaning->dropped + chunk * RECS__CHUNK, view->count) {
        uint32_t item = view->items[i] == RECS_NO_ROW ? self->items : view->items[i];
        double price = recs__price_of(view, i);
        if (!(price > 0))
          continue;
        if (pass == 1)
          self->keys[self->offsets[item]] = recs__number_key(price);
        self->offsets[item] += 1;
      }
    }
    if (pass == 1)
      break;
    for (size_t item = 0; item <= (size_t)self->items + 1; item++) {
      int64_t count = self->offsets[item];
      self->offsets[item] = begin;
      begin += count;
    }
    self->keys = recs__alloc(cleaning->context, (size_t)begin, sizeof *self->keys);
    if (self->keys == NULL)
      return recs__fail_nomem();
  }
  memmove(self->offsets + 1, self->offsets, ((size_t)self->items + 1) * sizeof *self->offsets); /* ends become beginnings */
  self->offsets[0] = 0;
  return RECS_OK;
}

static int32_t find_medians(void *payload, uint32_t thread, size_t begin, size_t end) {
  pricing *self = payload;
  (void)thread;
  for (size_t item = begin; item < end; item++) {
    uint64_t *keys = self->keys + self->offsets[item];
    size_t count = (size_t)(self->offsets[item + 1] - self->offsets[item]);
    recs__sort_u64(keys, count);
    self->medians[item] = recs__quantile_sorted(keys, count, 0.5);
  }
  return RECS_OK;
}

static int fill_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i, void *value, void *payload) {
  const pricing *self = payload;
  double known;
  (void)cleaning;
  if (!isnan(recs__price_of(view, i)))
    return 0;
  known = view->items[i] == RECS_NO_ROW ? (double)NAN : self->medians[view->items[i]];
  if (isnan(known))
    known = self->medians[self->items + 1];
  memcpy(value, &known, sizeof known);
  return !isnan(known);
}

int32_t recs__fill_prices(recs__cleaning *cleaning) {
  pricing self = {.cleaning = cleaning, .items = recs_ids_count(recs_events_items(cleaning->events))};
  int64_t total;
  int32_t status = RECS_OK;
  self.offsets = recs__alloc_zero(cleaning->context, (size_t)self.items + 2, sizeof *self.offsets);
  self.medians = recs__alloc(cleaning->context, (size_t)self.items + 2, sizeof *self.medians);
  if (self.offsets == NULL || self.medians == NULL)
    status = recs__fail_nomem();
  if (status == RECS_OK)
    status = sort_by_item(&self);
  if (status == RECS_OK)
    status = recs__parallel(cleaning->context, (size_t)self.items + 1, ITEMS_A_RANGE, find_medians, &self, NULL);
  if (status == RECS_OK) {
    total = self.offsets[self.items + 1];
    recs__sort_u64(self.keys, (size_t)total);
    self.medians[self.items + 1] = recs__quantile_sorted(self.keys, (size_t)total, 0.5);
    status = recs__cleaning_change(cleaning, RECS__PRICES, fill_price, &self);
  }
  recs__free(cleaning->context, self.offsets);
  recs__free(cleaning->context, self.keys);
  recs__free(cleaning->context, self.medians);
  return status;
}
