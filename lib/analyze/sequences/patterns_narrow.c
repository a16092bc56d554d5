/* What a prefix leaves of the sequences: in those that have it, the elements from its first end on, of items that are in enough of
 * them. Whatever goes on from the prefix is made of those. */
#include "lib/analyze/sequences/patterns_walk.h"

typedef struct narrowing {
  recs__pattern_walker *walker;
  recs__pattern_level *level;
  const recs__pattern_base *from;
  const recs__pattern_place *places;
  uint32_t elements, codes; /* written so far */
} narrowing;

/* Where the places of the sequence of place `begin` end. */
static size_t sequence_end(const narrowing *self, size_t begin, size_t count) {
  uint32_t sequence = self->from->sequence[self->places[begin].at];
  size_t end = begin + 1;
  while (end < count && self->from->sequence[self->places[end].at] == sequence)
    end += 1;
  return end;
}

/* In how many of the sequences each item is; those that are in enough get a slot. Returns how many items were met, and how many entries
 * there are of all. */
static uint32_t count_items(narrowing *self, size_t count, uint32_t floor, size_t *entries) {
  recs__pattern_walker *walker = self->walker;
  const recs__pattern_base *from = self->from;
  uint32_t met = 0;
  *entries = 0;
  self->level->narrow.sequences = 0;
  recs__pattern_keep_visits(walker, count);
  for (size_t begin = 0, end; begin < count; begin = end) {
    uint32_t first = recs__pattern_codes(from, self->places[begin].at), last;
    end = sequence_end(self, begin, count);
    last = recs__pattern_codes_end(from, self->places[end - 1].reach - 1);
    walker->visit += 1;
    for (uint32_t i = first; i < last; i++) {
      uint32_t code = from->codes[i];
      if (walker->stamps[code] == walker->visit)
        continue;
      walker->stamps[code] = walker->visit;
      walker->touched[met] = code;
      met += walker->counts[code] == 0;
      walker->counts[code] += 1;
    }
    *entries += last - first;
    self->level->narrow.sequences += 1;
  }
  for (uint32_t i = 0; i < met; i++)
    walker->slots[walker->touched[i]] = walker->counts[walker->touched[i]] >= floor ? 0 : RECS__NO_SLOT;
  return met;
}

static int32_t reserve(narrowing *self, size_t entries, size_t count) {
  const recs_context *context = self->walker->mining->base->context;
  recs__pattern_level *level = self->level;
  recs__pattern_base *to = &level->narrow;
  RECS_TRY(recs__grow(context, &to->codes, &level->code_room, entries, sizeof *to->codes));
  RECS_TRY(recs__grow(context, &to->sequence, &level->sequence_room, entries, sizeof *to->sequence));
  RECS_TRY(recs__grow(context, &to->low, &level->low_room, entries, sizeof *to->low));
  RECS_TRY(recs__grow(context, &to->high, &level->high_room, entries, sizeof *to->high));
  if (self->from->sets)
    RECS_TRY(recs__grow(context, &to->first, &level->first_room, entries + 1, sizeof *to->first));
  return recs__grow(context, &level->own_places, &level->own_place_room, count, sizeof *level->own_places);
}

/* Copies element `e`, if an item of it stays; its limits are as in the base that it comes from. */
static void copy_element(narrowing *self, uint32_t e) {
  const recs__pattern_base *from = self->from;
  recs__pattern_base *to = &self->level->narrow;
  uint32_t codes = self->codes;
  for (uint32_t i = recs__pattern_codes(from, e); i < recs__pattern_codes_end(from, e); i++) {
    if (self->walker->slots[from->codes[i]] != RECS__NO_SLOT)
      to->codes[self->codes++] = from->codes[i];
  }
  if (self->codes == codes)
    return;
  if (from->sets)
    to->first[self->elements] = codes;
  to->low[self->elements] = from->low[e];
  to->high[self->elements] = from->high[e];
  to->sequence[self->elements++] = e; /* for now: where it comes from */
}

/* Limits never fall: translates those of elements [begin, end) in one walk each. */
static void translate(uint32_t *limits, const uint32_t *origins, uint32_t begin, uint32_t end) {
  uint32_t at = begin;
  for (uint32_t e = begin; e < end; e++) {
    while (at < end && origins[at] < limits[e])
      at += 1;
    limits[e] = at;
  }
}

/* The places of one sequence, and what its copied elements still lack. */
static void close_sequence(narrowing *self, uint32_t begin, size_t first, size_t last) {
  recs__pattern_base *to = &self->level->narrow;
  uint32_t end = self->elements, at = begin, reach = begin, sequence = self->from->sequence[self->places[first].at];
  translate(to->low, to->sequence, begin, end);
  translate(to->high, to->sequence, begin, end);
  for (size_t i = first; i < last; i++) {
    while (to->sequence[at] < self->places[i].at)
      at += 1; /* it is there: it has the prefix's last item */
    while (reach < end && to->sequence[reach] < self->places[i].reach)
      reach += 1;
    self->level->own_places[i] = (recs__pattern_place){at, reach};
  }
  for (uint32_t e = begin; e < end; e++)
    to->sequence[e] = sequence;
}

int32_t recs__pattern_narrow(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_base *base,
                             const recs__pattern_place *places, size_t count) {
  narrowing self = {walker, level, base, places, 0, 0};
  size_t entries;
  uint32_t floor = recs__pattern_floor(walker->mining), met = count_items(&self, count, floor, &entries);
  int32_t status = reserve(&self, entries, count);
  int enough = level->narrow.sequences >= floor; /* else the least count has risen, and the prefix's own items may be gone */
  level->narrow.sets = base->sets;
  for (size_t begin = 0, end; status == RECS_OK && enough && begin < count; begin = end) {
    uint32_t first = self.elements;
    end = sequence_end(&self, begin, count);
    for (uint32_t e = places[begin].at; e < places[end - 1].reach; e++)
      copy_element(&self, e);
    close_sequence(&self, first, begin, end);
  }
  if (status == RECS_OK && enough && base->sets)
    level->narrow.first[self.elements] = self.codes;
  for (uint32_t i = 0; i < met; i++) {
    walker->slots[walker->touched[i]] = RECS__NO_SLOT;
    walker->counts[walker->touched[i]] = 0;
  }
  if (!enough)
    level->narrow.sequences = 0;
  return status;
}
