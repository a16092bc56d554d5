/* What follows a prefix when gaps or the span are limited, or elements have several items: all elements where the prefix can end are
 * known, each with how far the match that begins last may go. Of two ends the later one begins no earlier, and allows what is further
 * on; so for each element that may come next the last end that is far enough before it decides. */
#include "lib/analyze/sequences/patterns_walk.h"

#include <string.h>

#define WORTH_A_COPY 6.0 /* measured on the orders of a shop, in sets, and on single events with gaps */

typedef struct following {
  const recs__pattern_base *base;
  const recs__pattern_place *places;
  size_t count;
  uint32_t last_code; /* only later ones join its element */
} following;

/* One pass: counts, or notes the places of what was chosen. */
typedef struct passing {
  recs__pattern_walker *walker;
  recs__pattern_level *level; /* NULL: counts */
  uint32_t half;              /* what is added to the codes that begin an element */
  uint32_t different;
  size_t seen;  /* elements that may come next, over all sequences */
  size_t ahead; /* elements from the first end on */
} passing;

static inline void meet(passing *self, uint32_t index, uint32_t element, uint32_t reach, int counting) {
  recs__pattern_walker *walker = self->walker;
  if (counting) {
    if (walker->stamps[index] != walker->visit) {
      walker->stamps[index] = walker->visit;
      walker->touched[self->different] = index;
      self->different += walker->counts[index] == 0;
      walker->counts[index] += 1;
    }
    walker->places[index] += 1;
  } else if (walker->slots[index] != RECS__NO_SLOT) {
    self->level->places[walker->slots[index]++] = (recs__pattern_place){element, reach};
  }
}

/* The items of elements [from, to) may come next. */
static inline void meet_elements(passing *self, const recs__pattern_base *base, uint32_t from, uint32_t to, uint32_t reach, int counting) {
  for (uint32_t element = from; element < to; element++) {
    for (uint32_t i = recs__pattern_codes(base, element); i < recs__pattern_codes_end(base, element); i++)
      meet(self, self->half + base->codes[i], element, reach, counting);
  }
}

/* The ends of one sequence, `count` of them. */
static inline void pass_sequence(passing *self, const following *what, const recs__pattern_place *ends, size_t count, int counting) {
  const recs__pattern_base *base = what->base;
  uint32_t next = base->low[ends[0].at];
  for (size_t i = 0; base->sets && i < count; i++) {
    for (uint32_t k = recs__pattern_codes(base, ends[i].at); k < recs__pattern_codes_end(base, ends[i].at); k++) {
      if (base->codes[k] > what->last_code)
        meet(self, base->codes[k], ends[i].at, ends[i].reach, counting);
    }
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t low = base->low[ends[i].at], stop = base->high[ends[i].at], reach = ends[i].reach;
    stop = reach < stop ? reach : stop;
    if (i + 1 < count && base->low[ends[i + 1].at] < stop)
      stop = base->low[ends[i + 1].at];
    next = next > low ? next : low;
    if (next < stop) {
      meet_elements(self, base, next, stop, reach, counting);
      self->seen += stop - next;
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
    self->ahead += what->places[end - 1].reach - what->places[begin].at;
    pass_sequence(self, what, what->places + begin, end - begin, counting);
  }
}

/* Visits are numbered on; before the numbers come round, all stamps are forgotten. */
void recs__pattern_keep_visits(recs__pattern_walker *walker, size_t more) {
  const recs__pattern_base *base = walker->mining->base;
  if (walker->visit <= UINT32_MAX / 2 && more < UINT32_MAX / 4)
    return;
  memset(walker->stamps, 0, (size_t)base->items * (base->sets ? 2 : 1) * sizeof *walker->stamps);
  walker->visit = 0;
}

/* Counts what follows, and makes it the level's branches; `total` is the number of their places. */
static int32_t choose(recs__pattern_walker *walker, recs__pattern_level *level, const following *what, passing *pass, size_t *total) {
  *pass = (passing){.walker = walker, .half = walker->mining->base->sets ? walker->mining->base->items : 0};
  *total = 0;
  recs__pattern_keep_visits(walker, what->count);
  pass_all(pass, what, 1);
  RECS_TRY(recs__pattern_choose(walker, level, pass->different, pass->half));
  for (uint32_t i = 0; i < level->branches; i++) {
    uint32_t index = walker->touched[i];
    level->begins[i] = *total;
    *total += walker->places[index];
    walker->places[index] = 0;
  }
  if (level->branches > 0)
    level->begins[level->branches] = *total;
  return RECS_OK;
}

static void note_places(recs__pattern_walker *walker, recs__pattern_level *level, const following *what, uint32_t half) {
  passing pass = {.walker = walker, .level = level, .half = half};
  for (uint32_t i = 0; i < level->branches; i++)
    walker->slots[walker->touched[i]] = (uint32_t)level->begins[i];
  pass_all(&pass, what, 0);
  for (uint32_t i = 0; i < level->branches; i++)
    walker->slots[walker->touched[i]] = RECS__NO_SLOT;
}

int32_t recs__pattern_expand_limited(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_level *from,
                                     uint32_t word, const recs__pattern_place *places, size_t count) {
  const recs__pattern_base *base = from == NULL ? walker->mining->base : from->base;
  following what = {base, places, count, word & ~RECS__STEP};
  passing pass;
  size_t total;
  RECS_TRY(choose(walker, level, &what, &pass, &total));
  if (level->branches == 0)
    return RECS_OK;
  /* the branches will look at as many elements for each place as this prefix did: many times what is ahead, and a copy pays */
  if ((double)total * (double)pass.seen > WORTH_A_COPY * (double)pass.ahead * (double)count) {
    level->branches = level->last = 0;
    RECS_TRY(recs__pattern_narrow(walker, level, base, places, count));
    if (level->narrow.sequences == 0)
      return RECS_OK;
    what.base = &level->narrow;
    what.places = level->own_places;
    RECS_TRY(choose(walker, level, &what, &pass, &total));
    if (level->branches == 0)
      return RECS_OK;
  }
  level->base = what.base;
  RECS_TRY(recs__grow(walker->mining->base->context, &level->places, &level->place_room, total, sizeof *level->places));
  note_places(walker, level, &what, pass.half);
  return RECS_OK;
}
