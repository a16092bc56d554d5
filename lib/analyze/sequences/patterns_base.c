/* From a store to what is searched: frequent items alone, and for each place how far the next one may be. */
#include "lib/analyze/sequences/patterns.h"

#include <inttypes.h>
#include <string.h>

#define NO_CODE UINT32_MAX

typedef struct making {
  recs__pattern_base *base;
  const recs_sequence_store *store;
  const recs_patterns_options *options;
  uint32_t bound;    /* items are below it */
  uint32_t *code_of; /* by item; NO_CODE */
  uint32_t *last;    /* by code */
} making;

static int limited(const recs_patterns_options *options) {
  return options->min_gap > 1 || options->max_gap >= 0 || options->window >= 0 || options->min_gap_time > 0 ||
         options->max_gap_time >= 0 || options->window_time >= 0;
}

int recs__patterns_irregular(const recs_patterns_options *options) {
  return options->max_gap >= 0 || options->max_gap_time >= 0;
}

static int has(const uint32_t *items, size_t count, uint32_t item) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] == item)
      return 1;
  }
  return 0;
}

/* A sequence that lacks an item that every pattern must have supports none of them. */
static int serves(const making *self, uint64_t s) {
  const recs_patterns_options *options = self->options;
  size_t begin = (size_t)self->store->offsets[s], count = (size_t)self->store->offsets[s + 1] - begin;
  if (options->kind != RECS_PATTERNS_ALL)
    return 1;
  for (uint64_t i = 0; i < options->contain_count; i++) {
    if (!has(self->store->items + begin, count, options->contain[i]))
      return 0;
  }
  return 1;
}

static int is_excluded(const recs_patterns_options *options, uint32_t item) {
  return options->kind == RECS_PATTERNS_ALL && has(options->exclude, (size_t)options->exclude_count, item);
}

static int32_t count_items(making *self, uint32_t *counts) {
  const recs_sequence_store *store = self->store;
  uint32_t *seen = recs__alloc_zero(self->base->context, self->bound, sizeof *seen);
  if (seen == NULL)
    return recs__fail_nomem();
  for (uint64_t s = 0; s < store->count; s++) {
    if (!serves(self, s))
      continue;
    for (int64_t i = store->offsets[s]; i < store->offsets[s + 1]; i++) {
      uint32_t item = store->items[i];
      counts[item] += seen[item] != (uint32_t)s + 1;
      seen[item] = (uint32_t)s + 1;
    }
  }
  recs__free(self->base->context, seen);
  return RECS_OK;
}

/* Codes for the frequent items. */
static int32_t choose_items(making *self, uint64_t floor) {
  recs__pattern_base *base = self->base;
  uint32_t *counts = self->code_of; /* first the one, then the other */
  RECS_TRY(count_items(self, counts));
  for (uint32_t item = 0; item < self->bound; item++)
    base->items += counts[item] >= floor && !is_excluded(self->options, item);
  if (base->items >= RECS__STEP)
    return recs__fail(RECS_ERROR_OVERFLOW, "%" PRIu32 " items are frequent: more than 2^31", base->items);
  base->rows = recs__alloc(base->context, base->items, sizeof *base->rows);
  base->supports = recs__alloc(base->context, base->items, sizeof *base->supports);
  base->offsets = recs__alloc_zero(base->context, (size_t)base->items + 1, sizeof *base->offsets);
  self->last = recs__alloc_zero(base->context, base->items, sizeof *self->last);
  if (base->rows == NULL || base->supports == NULL || base->offsets == NULL || self->last == NULL)
    return recs__fail_nomem();
  base->items = 0;
  for (uint32_t item = 0; item < self->bound; item++) {
    uint32_t count = counts[item];
    self->code_of[item] = NO_CODE;
    if (count < floor || is_excluded(self->options, item))
      continue;
    base->rows[base->items] = item;
    base->supports[base->items] = count;
    self->code_of[item] = base->items++;
  }
  return RECS_OK;
}

/* offsets[code + 1] counts the places of each code: from counts to where they begin, and room for the places. */
static int32_t open_places(recs__pattern_base *base) {
  for (uint32_t code = 0; code < base->items; code++)
    base->offsets[code + 1] += base->offsets[code];
  base->places = recs__alloc(base->context, (size_t)base->offsets[base->items], sizeof *base->places);
  return base->places == NULL ? recs__fail_nomem() : RECS_OK;
}

/* After each place was filled in at offsets[code]++, offsets are one off. */
static void close_places(recs__pattern_base *base) {
  memmove(base->offsets + 1, base->offsets, base->items * sizeof *base->offsets);
  base->offsets[0] = 0;
}

static int32_t fill_cells(making *self) {
  recs__pattern_base *base = self->base;
  const recs_sequence_store *store = self->store;
  size_t at = 0;
  for (uint32_t code = 0; code < base->items; code++)
    base->offsets[code + 1] = base->supports[code];
  RECS_TRY(open_places(base));
  base->cells = recs__alloc(base->context, (size_t)store->offsets[store->count] + store->used, sizeof *base->cells);
  if (base->cells == NULL)
    return recs__fail_nomem();
  for (uint64_t s = 0; s < store->count; s++) {
    size_t begin = at;
    if (!serves(self, s))
      continue;
    for (int64_t i = store->offsets[s]; i < store->offsets[s + 1]; i++) {
      uint32_t code = self->code_of[store->items[i]];
      if (code == NO_CODE)
        continue;
      base->cells[at] = (recs__pattern_cell){code, self->last[code] > begin ? self->last[code] : 0};
      if (base->cells[at].before == 0)
        base->places[base->offsets[code]++] = (uint32_t)at;
      self->last[code] = (uint32_t)++at;
    }
    if (at > begin)
      base->cells[at++] = (recs__pattern_cell){RECS__PATTERN_END, 0};
  }
  close_places(base);
  return RECS_OK;
}

/* Where elements of one sequence stand: their positions, and the entry of the store that has their time. */
typedef struct stand {
  uint32_t position;
  int64_t time;
} stand;

static int far_enough(const recs_patterns_options *options, const stand *from, const stand *to) {
  return to->position - from->position >= options->min_gap &&
         (options->min_gap_time == 0 || (uint64_t)to->time - (uint64_t)from->time >= (uint64_t)options->min_gap_time);
}

static int too_far(int64_t positions, int64_t time, const stand *from, const stand *to) {
  return (positions >= 0 && to->position - from->position > positions) ||
         (time >= 0 && (uint64_t)to->time - (uint64_t)from->time > (uint64_t)time);
}

/* How far the next element may be, for elements `begin` to begin + count - 1 of one sequence; all three never fall. */
static void set_limits(recs__pattern_base *base, const recs_patterns_options *options, const stand *stands, uint32_t begin,
                       uint32_t count) {
  uint32_t low = 0, high = 0, reach = 0;
  for (uint32_t e = 0; e < count; e++) {
    low = low > e ? low : e + 1;
    high = high > e ? high : e + 1;
    reach = reach > e ? reach : e + 1;
    while (low < count && !far_enough(options, &stands[e], &stands[low]))
      low += 1;
    while (high < count && !too_far(options->max_gap, options->max_gap_time, &stands[e], &stands[high]))
      high += 1;
    while (reach < count && !too_far(options->window, options->window_time, &stands[e], &stands[reach]))
      reach += 1;
    base->low[begin + e] = begin + low;
    base->high[begin + e] = begin + high;
    base->reach[begin + e] = begin + reach;
  }
}

static int needs_time(const recs_patterns_options *options) {
  return options->min_gap_time > 0 || options->max_gap_time >= 0 || options->window_time >= 0;
}

static int32_t check_times(const making *self) {
  const recs_sequence_store *store = self->store;
  if (!needs_time(self->options))
    return RECS_OK;
  if (store->used > 0 && store->times == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "gaps and windows in time need times, and the sequences have none");
  if (store->time_kind == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "gaps and windows in time need a clock, and the times are only an order");
  for (uint64_t s = 0; s < store->count; s++) {
    int64_t begin = store->offsets[s]; /* unknown times come first */
    if (store->offsets[s + 1] > begin && store->times[begin] == RECS_NO_TIME)
      return recs__fail(RECS_ERROR_UNSUPPORTED, "gaps and windows in time need times, and sequence %" PRIu64 " has an event without one",
                        s);
  }
  return RECS_OK;
}

static int32_t open_elements(making *self) {
  recs__pattern_base *base = self->base;
  size_t room = (size_t)self->store->offsets[self->store->count];
  base->sets = self->store->elements != NULL;
  base->codes = recs__alloc(base->context, room, sizeof *base->codes);
  base->sequence = recs__alloc(base->context, room, sizeof *base->sequence);
  base->low = recs__alloc(base->context, room, sizeof *base->low);
  base->high = recs__alloc(base->context, room, sizeof *base->high);
  base->reach = recs__alloc(base->context, room, sizeof *base->reach);
  if (base->sets)
    base->first = recs__alloc(base->context, room + 1, sizeof *base->first);
  if (base->codes == NULL || base->sequence == NULL || base->low == NULL || base->high == NULL || base->reach == NULL ||
      (base->sets && base->first == NULL))
    return recs__fail_nomem();
  return RECS_OK;
}

/* The elements of one sequence that keep an item; returns where the next sequence's begin. */
static uint32_t add_elements(making *self, uint64_t s, stand *stands, uint32_t at, uint32_t *code_count) {
  recs__pattern_base *base = self->base;
  const recs_sequence_store *store = self->store;
  int64_t begin = store->offsets[s];
  uint32_t first = at, position = NO_CODE;
  for (int64_t i = begin; i < store->offsets[s + 1]; i++) {
    uint32_t own = base->sets ? store->elements[i] : (uint32_t)(i - begin), code = self->code_of[store->items[i]];
    if (code == NO_CODE)
      continue;
    if (own != position) {
      stands[at - first] = (stand){own, store->times == NULL ? 0 : store->times[i]};
      if (base->sets)
        base->first[at] = *code_count;
      base->sequence[at++] = (uint32_t)s;
      position = own;
    }
    base->offsets[code + 1] += 1;
    base->codes[(*code_count)++] = code;
  }
  set_limits(base, self->options, stands, first, at - first);
  return at;
}

static void place_elements(recs__pattern_base *base, uint32_t elements) {
  for (uint32_t e = 0; e < elements; e++) {
    uint32_t begin = base->sets ? base->first[e] : e, end = base->sets ? base->first[e + 1] : e + 1;
    for (uint32_t i = begin; i < end; i++)
      base->places[base->offsets[base->codes[i]]++] = e;
  }
  close_places(base);
}

static int32_t fill_elements(making *self) {
  recs__pattern_base *base = self->base;
  const recs_sequence_store *store = self->store;
  uint32_t elements = 0, codes = 0;
  size_t longest = 0;
  stand *stands;
  RECS_TRY(open_elements(self));
  for (uint64_t s = 0; s < store->count; s++) {
    size_t count = (size_t)(store->offsets[s + 1] - store->offsets[s]);
    longest = count > longest ? count : longest;
  }
  stands = recs__alloc(base->context, longest, sizeof *stands);
  if (stands == NULL)
    return recs__fail_nomem();
  for (uint64_t s = 0; s < store->count; s++) {
    if (serves(self, s))
      elements = add_elements(self, s, stands, elements, &codes);
  }
  recs__free(base->context, stands);
  if (base->sets)
    base->first[elements] = codes;
  RECS_TRY(open_places(base));
  place_elements(base, elements);
  return RECS_OK;
}

static int32_t make(making *self, uint64_t floor) {
  const recs_sequence_store *store = self->store;
  size_t entries = (size_t)store->offsets[store->count];
  if (entries + store->used >= UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu items in %" PRIu64 " sequences: 2^32 or more", entries, store->used);
  RECS_TRY(check_times(self));
  for (size_t i = 0; i < entries; i++)
    self->bound = store->items[i] >= self->bound ? store->items[i] + 1 : self->bound;
  self->code_of = recs__alloc_zero(self->base->context, self->bound, sizeof *self->code_of);
  if (self->code_of == NULL)
    return recs__fail_nomem();
  RECS_TRY(choose_items(self, floor));
  return self->base->simple ? fill_cells(self) : fill_elements(self);
}

int32_t recs__pattern_base_make(recs__pattern_base *out, const recs_sequence_store *store, const recs_patterns_options *options,
                                uint64_t floor) {
  making self = {.base = out, .store = store, .options = options};
  int32_t status;
  memset(out, 0, sizeof *out);
  out->context = store->object.context;
  out->sequences = store->used;
  out->simple = store->elements == NULL && !limited(options);
  status = make(&self, floor);
  recs__free(out->context, self.code_of);
  recs__free(out->context, self.last);
  return status;
}

void recs__pattern_base_free(recs__pattern_base *base) {
  recs__free(base->context, base->rows);
  recs__free(base->context, base->supports);
  recs__free(base->context, base->cells);
  recs__free(base->context, base->first);
  recs__free(base->context, base->codes);
  recs__free(base->context, base->sequence);
  recs__free(base->context, base->low);
  recs__free(base->context, base->high);
  recs__free(base->context, base->reach);
  recs__free(base->context, base->offsets);
  recs__free(base->context, base->places);
}
