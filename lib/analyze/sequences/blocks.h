/* Matching blocks as Python's difflib finds them (Ratcliff and Obershelp 1988): the longest common run of the whole, then the same to
 * its left and to its right. Two methods find the same runs: by bits where b is short, by lists of places for any. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_BLOCKS_H
#define RECS_LIB_ANALYZE_SEQUENCES_BLOCKS_H

#include "lib/analyze/sequences/profile.h"
#include "lib/analyze/sequences/runs.h"

/* Half-open ranges of a and b. */
typedef struct recs__range {
  uint32_t a_low, a_high, b_low, b_high;
} recs__range;

typedef struct recs__block {
  uint32_t a, b, length;
} recs__block;

/* A block whose left side is being worked on, and the right side that comes after it. */
typedef struct recs__pending {
  recs__block found;
  recs__range right;
} recs__pending;

/* The longest run within a range, of those the first in a, then in b; length 0: none. */
typedef recs__block (*recs__longest_fn)(void *method, const recs__range *within);

/* The tree of blocks, walked with a stack of its own, which may serve again. */
typedef struct recs__blocks {
  const recs_context *context;
  const uint32_t *a, *b;
  uint32_t a_count, b_count;
  int popular; /* some symbols begin no run, but may lengthen one */
  recs__longest_fn longest;
  void *method;
  recs__pending *stack;
  size_t depth, capacity;
} recs__blocks;

/* Where blocks go; the arrays are NULL when only the total is wanted. */
typedef struct recs__block_list {
  size_t *a_starts, *b_starts, *lengths;
  size_t count;
  uint64_t total;
} recs__block_list;

/* Finds all blocks, in order. */
int32_t recs__blocks_find(recs__blocks *blocks, recs__block_list *list);
void recs__blocks_free(recs__blocks *blocks);

/* How often a symbol may stand in a b of that length before autojunk calls it popular; UINT32_MAX: as often as it likes. */
uint32_t recs__popular_limit(size_t b_count, int32_t autojunk);

/* By lists of places: any two sequences. */
typedef struct recs__run_places {
  const recs_context *context;
  uint32_t a_count;
  uint32_t *a_numbers; /* of a's symbols among b's; one more than b's last for a stranger */
  struct recs__span *spans;  /* by such a number; the stranger's is empty */
  uint32_t *positions; /* in b, ascending within a symbol */
  struct recs__run *runs; /* by diagonal: b's position - a's position + a_count */
} recs__run_places;

int32_t recs__run_places_init(recs__run_places *out, const recs__profile *b, const uint32_t *a, size_t a_count, uint32_t limit);
recs__block recs__run_places_longest(void *places, const recs__range *within);
void recs__run_places_free(recs__run_places *places);

/* By bits: b's profile has masks, and a is not long. Room is kept for the next pair. */
enum { RECS__RUN_ROWS = 4096, RECS__RUN_LEVELS = 9 };

typedef struct recs__run_bits {
  const recs_context *context;
  recs__runs_pass_fn pass;
  size_t rows;     /* of a */
  uint32_t words;  /* of b */
  uint64_t *cells; /* bit planes, words x rows each: the matches, then runs of 1, 2, 4 and so on, then two for the search */
  size_t room;
} recs__run_bits;

/* Whether the two are short enough. */
int recs__run_bits_fit(const recs__profile *b, size_t a_count);
/* Looks up a's symbols in b, but for those that are popular. A zeroed object with its context is an empty one. */
int32_t recs__run_bits_load(recs__run_bits *bits, const recs__profile *b, const uint32_t *a, size_t a_count, uint32_t limit);
recs__block recs__run_bits_longest(void *bits, const recs__range *within);
void recs__run_bits_free(recs__run_bits *bits);

/* recs__blocks_find() by bits where the two are short enough, else by places; b's profile is that of blocks->b. */
int32_t recs__blocks_match(recs__blocks *blocks, recs__block_list *list, recs__run_bits *bits, const recs__profile *b,
                           uint32_t limit);

#endif
