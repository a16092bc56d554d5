#include "lib/analyze/arrange.h"

#include <string.h>

/* Fewer sets than this are sorted by insertion. */
enum { FEW_SETS = 24, BYTE_VALUES = 256 };

/* A set on its way: as many of its items, from the one that is sorted by, as fit into 64 bits. */
typedef struct reference {
  uint64_t key;
  const uint32_t *items;
} reference;

/* How keys are made. */
typedef struct sorter {
  uint32_t size;     /* of the sets */
  uint32_t bits;     /* that an item takes */
  uint32_t together; /* items in a key */
  uint32_t top;      /* where the highest byte of a key begins */
} sorter;

static sorter sorter_for(uint32_t greatest_row, uint32_t size) {
  sorter self = {.size = size, .bits = greatest_row == 0 ? 1 : 32 - (uint32_t)__builtin_clz(greatest_row)};
  self.together = 64 / self.bits < size ? 64 / self.bits : size;
  self.top = (self.together * self.bits - 1) / 8 * 8;
  return self;
}

/* The key of the items from number `first` on; the last may be missing. */
static uint64_t key_of(const sorter *self, const uint32_t *items, uint32_t first) {
  uint64_t key = 0;
  for (uint32_t i = first; i < first + self->together; i++)
    key = key << self->bits | (i < self->size ? items[i] : 0);
  return key;
}

static int comes_before(const sorter *self, const reference *a, const reference *b, uint32_t first) {
  if (a->key != b->key)
    return a->key < b->key;
  for (uint32_t i = first + self->together; i < self->size; i++) {
    if (a->items[i] != b->items[i])
      return a->items[i] < b->items[i];
  }
  return 0;
}

static void sort_few(const sorter *self, reference *sets, size_t count, uint32_t first) {
  for (size_t i = 1; i < count; i++) {
    reference moved = sets[i];
    size_t place = i;
    for (; place > 0 && comes_before(self, &moved, &sets[place - 1], first); place--)
      sets[place] = sets[place - 1];
    sets[place] = moved;
  }
}

/* Brings sets together by one byte of their keys, in place (the American flag sort; McIlroy, Bostic and McIlroy 1993). On return
 * ends[v] is where the sets with byte v end. */
static void part_by_byte(reference *sets, size_t count, uint32_t shift, size_t *ends) {
  size_t next[BYTE_VALUES], begin = 0;
  memset(ends, 0, BYTE_VALUES * sizeof *ends);
  for (size_t i = 0; i < count; i++)
    ends[sets[i].key >> shift & 255] += 1;
  for (size_t value = 0; value < BYTE_VALUES; value++) {
    next[value] = begin;
    begin += ends[value];
    ends[value] = begin;
  }
  for (size_t value = 0; value < BYTE_VALUES; value++) {
    while (next[value] < ends[value]) {
      reference moved = sets[next[value]];
      size_t own = moved.key >> shift & 255;
      while (own != value) {
        reference found = sets[next[own]];
        sets[next[own]++] = moved;
        moved = found;
        own = moved.key >> shift & 255;
      }
      sets[next[value]++] = moved;
    }
  }
}

/* Sorts sets that are equal up to the byte at `shift` of keys from item `first` on: byte after byte, then by the items behind. */
static void sort_sets(const sorter *self, reference *sets, size_t count, uint32_t first, uint32_t shift) {
  size_t ends[BYTE_VALUES], begin = 0;
  if (count <= FEW_SETS) {
    sort_few(self, sets, count, first);
    return;
  }
  part_by_byte(sets, count, shift, ends);
  if (shift == 0)
    first += self->together;
  for (size_t value = 0; value < BYTE_VALUES; begin = ends[value++]) {
    size_t same = ends[value] - begin;
    if (same < 2 || first >= self->size)
      continue;
    for (size_t i = begin; shift == 0 && i < ends[value]; i++)
      sets[i].key = key_of(self, sets[i].items, first);
    sort_sets(self, sets + begin, same, first, shift == 0 ? self->top : shift - 8);
  }
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

static void refer(const sorter *self, reference *out, const recs__mining *mining) {
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    const recs__search *search = &mining->searches[thread];
    const recs__pile *pile = &search->piles[self->size];
    for (size_t at = 0; self->size <= search->largest && at < pile->used; at += (size_t)self->size + 1)
      *out++ = (reference){key_of(self, pile->words + at, 0), pile->words + at};
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
  reference *sets = recs__alloc(mining->context, count, sizeof *sets);
  if (sets == NULL)
    return recs__fail_nomem();
  refer(&self, sets, mining);
  sort_sets(&self, sets, count, 0, self.top);
  for (size_t i = 0; i < count; i++) {
    for (uint32_t k = 0; k < size; k++)
      *items++ = sets[i].items[k];
    supports[i] = sets[i].items[size];
  }
  recs__free(mining->context, sets);
  free_piles(mining, size);
  return RECS_OK;
}
