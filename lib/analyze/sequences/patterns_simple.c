/* What follows a prefix when elements have one item and nothing limits gaps: a sequence is followed from the first place where the prefix
 * ends, and an item counts where it stands for the first time behind that place. Both passes, counting and noting places, read what
 * follows once; where most items have become rare, the second writes a copy without them, and longer prefixes go on with that. */
#include "lib/analyze/sequences/patterns_walk.h"

#include <string.h>

typedef struct following {
  const recs__pattern_cell *cells;
  const recs__pattern_place *places;
  size_t count;
} following;

enum { AHEAD = 8 }; /* places whose cells are asked for before their turn */

static inline void ask_ahead(const following *what, size_t i) {
  if (i + AHEAD < what->count)
    __builtin_prefetch(what->cells + what->places[i + AHEAD].at + 1);
}

/* Counts the items that follow where there may be many different ones, noting which; returns how many, and how many cells were read. */
static uint32_t count_many(recs__pattern_walker *walker, const following *what, size_t *read) {
  uint32_t *counts = walker->counts, *touched = walker->touched, different = 0;
  size_t cells = 0;
  for (size_t i = 0; i < what->count; i++) {
    uint32_t behind = what->places[i].at + 1;
    const recs__pattern_cell *cell = what->cells + behind, *begin = cell;
    ask_ahead(what, i);
    for (; cell->code != RECS__PATTERN_END; cell++) {
      uint32_t fresh = cell->before <= behind;
      touched[different] = cell->code;
      different += fresh & (counts[cell->code] == 0);
      counts[cell->code] += fresh;
    }
    cells += (size_t)(cell - begin);
  }
  *read = cells;
  return different;
}

/* The same where there are few: looks through all of them afterwards. */
static uint32_t count_few(recs__pattern_walker *walker, const following *what, uint32_t codes, size_t *read) {
  uint32_t *counts = walker->counts, *touched = walker->touched, different = 0;
  size_t cells = 0;
  for (size_t i = 0; i < what->count; i++) {
    uint32_t behind = what->places[i].at + 1;
    const recs__pattern_cell *cell = what->cells + behind, *begin = cell;
    ask_ahead(what, i);
    for (; cell->code != RECS__PATTERN_END; cell++)
      counts[cell->code] += cell->before <= behind;
    cells += (size_t)(cell - begin);
  }
  for (uint32_t code = 0; code < codes; code++) {
    touched[different] = code;
    different += counts[code] > 0;
  }
  *read = cells;
  return different;
}

/* Notes the first place of each branch in each sequence. */
static void note_places(recs__pattern_walker *walker, recs__pattern_level *level, const following *what) {
  uint32_t *slots = walker->slots;
  for (size_t i = 0; i < what->count; i++) {
    uint32_t behind = what->places[i].at + 1;
    ask_ahead(what, i);
    for (const recs__pattern_cell *cell = what->cells + behind; cell->code != RECS__PATTERN_END; cell++) {
      uint32_t slot = slots[cell->code];
      if (slot == RECS__NO_SLOT || cell->before > behind)
        continue;
      level->places[slot].at = (uint32_t)(cell - what->cells);
      slots[cell->code] = slot + 1;
    }
  }
}

/* The same while copying the cells of the branches, which are then numbered from 0 on. walker->touched serves as "where last, plus 1". */
static void copy_places(recs__pattern_walker *walker, recs__pattern_level *level, const following *what) {
  uint32_t *local = walker->slots, *last = walker->touched;
  recs__pattern_cell *to = level->own_cells;
  uint32_t at = 0;
  memset(last, 0, level->branches * sizeof *last);
  for (size_t i = 0; i < what->count; i++) {
    uint32_t begin = at;
    ask_ahead(what, i);
    for (const recs__pattern_cell *cell = what->cells + what->places[i].at + 1; cell->code != RECS__PATTERN_END; cell++) {
      uint32_t code = local[cell->code];
      if (code == RECS__NO_SLOT)
        continue;
      to[at] = (recs__pattern_cell){code, last[code] > begin ? last[code] : 0};
      if (to[at].before == 0)
        level->places[level->begins[code]++].at = at;
      last[code] = ++at;
    }
    if (at > begin)
      to[at++] = (recs__pattern_cell){RECS__PATTERN_END, 0};
  }
  memmove(level->begins + 1, level->begins, level->branches * sizeof *level->begins); /* they were moved to where each ends */
  level->begins[0] = 0;
}

static void set_slots(recs__pattern_walker *walker, const recs__pattern_level *level, int copy) {
  for (uint32_t i = 0; i < level->branches; i++)
    walker->slots[level->words[i] & ~RECS__STEP] = copy ? i : (uint32_t)level->begins[i];
}

static void clear_slots(recs__pattern_walker *walker, const recs__pattern_level *level) {
  for (uint32_t i = 0; i < level->branches; i++)
    walker->slots[level->words[i] & ~RECS__STEP] = RECS__NO_SLOT;
}

/* The words are in the numbers of the cells until now: gives them the base's. */
static void name_words(recs__pattern_level *level, const uint32_t *names) {
  for (uint32_t i = 0; names != NULL && i < level->branches; i++)
    level->words[i] = names[level->words[i] & ~RECS__STEP] | RECS__STEP;
}

static int32_t place_branches(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_level *from,
                              const following *what, size_t read) {
  const recs_context *context = walker->mining->base->context;
  int copy = from == NULL || level->branches < from->codes / 2;
  if (copy) {
    RECS_TRY(recs__grow(context, &level->own_cells, &level->cell_room, read + what->count, sizeof *level->own_cells));
    RECS_TRY(recs__grow(context, &level->own_names, &level->name_room, level->branches, sizeof *level->own_names));
  }
  set_slots(walker, level, copy);
  if (copy)
    copy_places(walker, level, what);
  else
    note_places(walker, level, what);
  clear_slots(walker, level);
  name_words(level, from == NULL ? NULL : from->names);
  level->cells = copy ? level->own_cells : from->cells;
  level->names = copy ? level->own_names : from->names;
  level->codes = copy ? level->branches : from->codes;
  for (uint32_t i = 0; copy && i < level->branches; i++)
    level->own_names[i] = level->words[i] & ~RECS__STEP;
  return RECS_OK;
}

int32_t recs__pattern_expand_simple(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_level *from,
                                    const recs__pattern_place *places, size_t count) {
  following what = {from == NULL ? walker->mining->base->cells : from->cells, places, count};
  size_t read, total = 0;
  uint32_t codes = from == NULL ? walker->mining->base->items : from->codes;
  uint32_t different = codes <= count ? count_few(walker, &what, codes, &read) : count_many(walker, &what, &read);
  RECS_TRY(recs__pattern_choose(walker, level, different, 0));
  if (level->branches == 0)
    return RECS_OK;
  for (uint32_t i = 0; i < level->branches; i++) {
    level->begins[i] = total;
    total += level->supports[i];
  }
  level->begins[level->branches] = total;
  RECS_TRY(recs__grow(walker->mining->base->context, &level->places, &level->place_room, total, sizeof *level->places));
  return place_branches(walker, level, from, &what, read);
}
