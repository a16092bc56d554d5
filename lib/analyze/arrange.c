#include "lib/analyze/arrange.h"

#include "lib/base/keyed.h"

#include <string.h>

/* How sets become keys: as many items, from the first that is not yet sorted by, as fit into 64 bits. */
typedef struct sorter {
  uint32_t size;     /* of the sets */
  uint32_t bits;     /* that an item takes */
  uint32_t together; /* items in a key */
  uint32_t first;
} sorter;

static sorter sorter_for(uint32_t greatest_row, uint32_t size) {
  sorter self = {.size = size, .bits = greatest_row == 0 ? 1 : 32 - (uint32_t)__builtin_clz(greatest_row)};
  self.together = 64 / self.bits < size ? 64 / self.bits : size;
  return self;
}

static uint64_t key_of(const sorter *self, const uint32_t *items) {
  uint64_t key = 0;
  for (uint32_t i = self->first; i < self->first + self->together && i < self->size; i++)
    key = key << self->bits | items[i];
  return key;
}

/* Sets whose items are the same so far are sorted by the next ones. */
static void sort_on(const void *payload, recs__keyed *sets, size_t count) {
  sorter next = *(const sorter *)payload;
  next.first += next.together;
  if (next.first >= next.size)
    return;
  for (size_t i = 0; i < count; i++)
    sets[i].key = key_of(&next, sets[i].element);
  recs__sort_keyed(sets, count, sort_on, &next);
}

uint64_t recs__found_of(const recs__mining *mining, uint32_t size) {
  uint64_t count = 0;
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    if (size <= mining->searches[thread].largest)
      count += mining->searches[thread].piles[size].used / ((size_t)size + 1);
  }
  return count;
}

static uint32_t greatest_row(const recs__baskets *baskets) {
  uint32_t greatest = 0;
  for (uint32_t code = 0; code < baskets->items; code++)
    greatest = baskets->rows[code] > greatest ? baskets->rows[code] : greatest;
  return greatest;
}

static void refer(const sorter *self, recs__keyed *out, const recs__mining *mining) {
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    const recs__search *search = &mining->searches[thread];
    const recs__pile *pile = &search->piles[self->size];
    for (size_t at = 0; self->size <= search->largest && at < pile->used; at += (size_t)self->size + 1)
      *out++ = (recs__keyed){key_of(self, pile->words + at), pile->words + at};
  }
}

static void free_piles(recs__mining *mining, uint32_t size) {
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    if (size > mining->searches[thread].largest)
      continue;
    recs__free(mining->context, mining->searches[thread].piles[size].words);
    memset(&mining->searches[thread].piles[size], 0, sizeof(recs__pile));
  }
}

int32_t recs__arrange(uint32_t *items, uint32_t *supports, recs__mining *mining, uint32_t size) {
  sorter self = sorter_for(greatest_row(mining->baskets), size);
  size_t count = recs__found_of(mining, size);
  recs__keyed *sets = recs__alloc(mining->context, count, sizeof *sets);
  if (sets == NULL)
    return recs__fail_nomem();
  refer(&self, sets, mining);
  recs__sort_keyed(sets, count, sort_on, &self);
  for (size_t i = 0; i < count; i++) {
    const uint32_t *set = sets[i].element;
    for (uint32_t k = 0; k < size; k++)
      *items++ = set[k];
    supports[i] = set[size];
  }
  recs__free(mining->context, sets);
  free_piles(mining, size);
  return RECS_OK;
}
