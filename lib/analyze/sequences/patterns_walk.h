/* The depth-first walk over prefixes: a level holds what can follow its prefix, and where. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_PATTERNS_WALK_H
#define RECS_LIB_ANALYZE_SEQUENCES_PATTERNS_WALK_H

#include "lib/analyze/sequences/patterns.h"

#define RECS__NO_SLOT UINT32_MAX

/* Where the codes of an element begin and end. */
static inline uint32_t recs__pattern_codes(const recs__pattern_base *base, uint32_t element) {
  return base->first == NULL ? element : base->first[element];
}
static inline uint32_t recs__pattern_codes_end(const recs__pattern_base *base, uint32_t element) {
  return base->first == NULL ? element + 1 : base->first[element + 1];
}

/* Where a pattern can end. */
typedef struct recs__pattern_place {
  uint32_t at;    /* a cell, or an element */
  uint32_t reach; /* the element at which the match that begins last may not end any more; not used in simple searches */
} recs__pattern_place;

/* What follows one prefix: branches in order of their words, each with its support and its places, in order. */
typedef struct recs__pattern_level {
  uint32_t branches;
  uint32_t next; /* the branch to be taken next */
  uint32_t last; /* the branches from here on are another's */
  uint32_t *words;
  uint32_t *supports;
  uint64_t *begins; /* branches + 1, of the places */
  recs__pattern_place *places;
  size_t branch_room, support_room, begin_room, place_room;
  /* Simple searches: the cells that the places are of, and what their codes stand for. */
  const recs__pattern_cell *cells;
  const uint32_t *names; /* NULL: themselves */
  uint32_t codes;
  recs__pattern_cell *own_cells; /* a copy of what follows, of frequent items alone */
  uint32_t *own_names;
  size_t cell_room, name_room;
  /* Searches with limits: the elements that the places are of. */
  const recs__pattern_base *base;
  recs__pattern_base narrow; /* a copy of what the prefix leaves, of items that can still be frequent */
  recs__pattern_place *own_places; /* the prefix's, in it */
  size_t code_room, first_room, sequence_room, low_room, high_room, own_place_room;
} recs__pattern_level;

typedef struct recs__pattern_walker {
  recs__pattern_mining *mining;
  uint32_t thread;
  uint32_t *words; /* the prefix */
  size_t word_room;
  recs__pattern_level **levels;
  size_t level_count, level_room;
  uint32_t *counts;  /* by code, twice as many with sets: sequences */
  uint32_t *slots;   /* by the same; RECS__NO_SLOT where not in use */
  uint32_t *touched; /* which of them are not 0 */
  uint32_t *places;  /* by the same, searches with limits: places */
  uint32_t *stamps;  /* by the same: the visit that counted it last */
  uint32_t visit;    /* the number of the last */
  uint64_t steps;
} recs__pattern_walker;

/* One thread's search. */
recs__pattern_walker *recs__pattern_walker_new(recs__pattern_mining *mining, uint32_t thread);
void recs__pattern_walker_free(recs__pattern_walker *walker, const recs_context *context);

/* Fills a level: what follows the places of a branch. `from` is the level of the branch, NULL for a single item; `word` the branch's
 * own. */
int32_t recs__pattern_expand_simple(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_level *from,
                                    const recs__pattern_place *places, size_t count);
int32_t recs__pattern_expand_limited(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_level *from,
                                     uint32_t word, const recs__pattern_place *places, size_t count);

/* Fills level->narrow and level->own_places from the places of a prefix in a base; narrow.sequences is 0 when there are not enough. */
int32_t recs__pattern_narrow(recs__pattern_walker *walker, recs__pattern_level *level, const recs__pattern_base *base,
                             const recs__pattern_place *places, size_t count);

/* Called before `more` visits of sequences are numbered. */
void recs__pattern_keep_visits(recs__pattern_walker *walker, size_t more);

/* The frequent ones of the first `touched` indexes of walker->counts become the level's branches, in order, and walker->touched has them
 * first. An index below `half` is a code that joins the last element, others begin one. The counts are 0 again. */
int32_t recs__pattern_choose(recs__pattern_walker *walker, recs__pattern_level *level, uint32_t touched, uint32_t half);

#endif
