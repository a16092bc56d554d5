/* What follows a prefix when gaps or the span are limited, or elements have several items: all elements where the prefix can end are
 * known, each with the latest element at which such a match can begin. Of two ends the later one begins no earlier, and allows what is
 * further on; so for each element that may come next the last end that is far enough before it decides. */
#include "lib/analyze/patterns_walk.h"

#include <string.h>

#define NO_SLOT UINT32_MAX

typedef struct following {
  const recs__pattern_base *base;
  const recs__pattern_place *places;
  size_t count;
  uint32_t last_code; /* only later ones join its element */
} following;

static inline uint32_t codes_begin(const recs__pattern_base *base, uint32_t element) {
  return base->first == NULL ? element : base->first[element];
}

static inline uint32_t codes_end(const recs__pattern_base *base, uint32_t element) {
  return base->first == NULL ? element + 1 : base->first[element + 1];
}

/* One pass: counts, or notes the places of what was chosen. */
typedef struct passing {
  recs__pattern_walker *walker;
  recs__pattern_level *level; /* NULL: counts */
  uint32_t half;              /* what is added to the codes that begin an element */
  uint32_t different;
} passing;

static inline void meet(passing *self, uint32_t index, uint32_t element, uint32_t start, int counting) {
  recs__pattern_walker *walker = self->walker;
  if (counting) {
    if (walker->stamps[index] != walker->visit) {
      walker->stamps[index] = walker->visit;
      walker->touched[self->different] = index;
      self->different += walker->counts[index] == 0;
      walker->counts[index] += 1;
    }
    walker->places[index] += 1;
  } else if (walker->slots[index] != NO_SLOT) {
    self->level->places[walker->slots[index]++] = (recs__pattern_place){element, start};
  }
}

/* The items of elements [from, to) may come next. */
static inline void meet_elements(passing *self, const recs__pattern_base *base, uint32_t from, uint32_t to, uint32_t start, int counting) {
  for (uint32_t element = from; element < to; element++) {
    for (uint32_t i = codes_begin(base, element); i < codes_end(base, element); i++)
      meet(self, self->half + base->codes[i], element, start, counting);
  }
}

/* The ends of one sequence, `count` of them. */
static inline void pass_sequence(passing *self, const following *what, const recs__pattern_place *ends, size_t count, int counting) {
  const recs__pattern_base *base = what->base;
  uint32_t next = base->low[ends[0].at];
  for (size_t i = 0; base->sets && i < count; i++) {
    for (uint32_t k = codes_begin(base, ends[i].at); k < codes_end(base, ends[i].at); k++) {
      if (base->codes[k] > what->last_code)
        meet(self, base->codes[k], ends[i].at, ends[i].start, counting);
    }
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t low = base->low[ends[i].at], stop = base->high[ends[i].at], reach = base->reach[ends[i].start];
    stop = reach < stop ? reach : stop;
    if (i + 1 < count && base->low[ends[i + 1].at] < stop)
      stop = base->low[ends[i + 1].at];
    next = next > low ? next : low;
    if (next < stop) {
      meet_elements(self, base, next, stop, ends[i].start, counting);
      next = stop;
    }
  }
}

static inline void pass_all(passing *self, const following *what, int counting) {
  recs__pattern_walker *walker = self->walker;
  for (size_t begin = 0, end; begin < what->count; begin = end) {
    uint32_t sequence = what->base->sequence[what->places[begin].at];
    for (end = begin + 1; end < what->count && what->base->sequence[what->places[end].at] == sequence;)
      end += 1;
    walker->visit += 1;
    pass_sequence(self, what, what->places + begin, end - begin, counting);
  }
}

static uint32_t count_items(recs__pattern_walker *walker, const following *what, uint32_t half) {
  passing self = {walker, NULL, half, 0};
  pass_all(&self, what, 1);
  return self.different;
}

static void note_places(recs__pattern_walker *walker, recs__pattern_level *level, const following *what, uint32_t half) {
  passing self = {walker, level, half, 0};
  pass_all(&self, what, 0);
}

/* Visits are numbered on; before the numbers come round, all stamps are forgotten. */
static void keep_visits(recs__pattern_walker *walker, size_t more) {
  const recs__pattern_base *base = walker->mining->base;
  if (walker->visit <= UINT32_MAX / 2 && more < UINT32_MAX / 4)
    return;
  memset(walker->stamps, 0, (size_t)base->items * (base->sets ? 2 : 1) * sizeof *walker->stamps);
  walker->visit = 0;
}

int32_t recs__pattern_expand_limited(recs__pattern_walker *walker, recs__pattern_level *level, uint32_t word,
                                     const recs__pattern_place *places, size_t count) {
  const recs__pattern_base *base = walker->mining->base;
  following what = {base, places, count, word & ~RECS__STEP};
  uint32_t half = base->sets ? base->items : 0, different;
  size_t total = 0;
  keep_visits(walker, count);
  different = count_items(walker, &what, half);
  RECS_TRY(recs__pattern_choose(walker, level, different, half));
  for (uint32_t i = 0; i < level->branches; i++) {
    uint32_t index = walker->touched[i];
    level->begins[i] = total;
    walker->slots[index] = (uint32_t)total;
    total += walker->places[index];
    walker->places[index] = 0;
  }
  if (level->branches == 0)
    return RECS_OK;
  level->begins[level->branches] = total;
  RECS_TRY(recs__grow(base->context, &level->places, &level->place_room, total, sizeof *level->places));
  note_places(walker, level, &what, half);
  for (uint32_t i = 0; i < level->branches; i++)
    walker->slots[walker->touched[i]] = NO_SLOT;
  return RECS_OK;
}
