/* How sequential patterns are searched: the sequences in terms of frequent items, what is found, and the two searches. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_PATTERNS_H
#define RECS_LIB_ANALYZE_SEQUENCES_PATTERNS_H

#include "lib/analyze/sequences/sequence_store.h"
#include "lib/base/progress.h"

#include <recs/analyze/patterns.h>

/* A word of a pattern is the code of an item; with this bit it begins an element. Words of one prefix are in order of their value. */
#define RECS__STEP UINT32_C(0x80000000)
#define RECS__PATTERN_END UINT32_MAX

/* One place of a sequence. Sequences end in a cell with the code RECS__PATTERN_END. */
typedef struct recs__pattern_cell {
  uint32_t code;
  uint32_t before; /* where in the sequence the code is last before this place, plus 1; 0: nowhere */
} recs__pattern_cell;

/* The sequences, of frequent items alone. Simple: elements of one item and no limits, so that only the first place where a pattern can
 * end matters; then cells. Else: elements, and how far the next one may be. */
typedef struct recs__pattern_base {
  recs_context *context;
  uint64_t sequences; /* N */
  uint32_t items;     /* frequent ones; their codes are in order of their rows */
  uint32_t *rows;     /* by code */
  uint32_t *supports; /* by code */
  int simple;
  int sets; /* elements may have several items */
  recs__pattern_cell *cells;
  uint32_t *first;    /* by element: its first code in `codes`; NULL: element e has code e alone */
  uint32_t *codes;
  uint32_t *sequence; /* by element */
  uint32_t *low;      /* by element: where the next of a pattern may be at the earliest, ... */
  uint32_t *high;     /* ... and where it may not be any more */
  uint32_t *reach;    /* by element: when a pattern begins here, where it may not end any more */
  uint64_t *offsets;  /* by code, items + 1: its places */
  uint32_t *places;   /* simple: the first cell in each sequence that has it; else all elements that have it */
} recs__pattern_base;

/* Whatever is returned, recs__pattern_base_free() follows. `floor` is the least count. */
int32_t recs__pattern_base_make(recs__pattern_base *out, const recs_sequence_store *store, const recs_patterns_options *options,
                                uint64_t floor);
void recs__pattern_base_free(recs__pattern_base *base);

/* Whether the longer of two patterns, one of which contains the other, may have the larger support: gaps have a largest size. */
int recs__patterns_irregular(const recs_patterns_options *options);

/* Where the patterns that one task found lie on a pile. */
typedef struct recs__pattern_stretch {
  uint32_t task;
  size_t begin;
  size_t end;
} recs__pattern_stretch;

/* What one thread found: records of support, length and words. */
typedef struct recs__pattern_pile {
  uint32_t *words;
  size_t used, room;
  size_t tallied; /* the tally knows the records before this one */
  recs__pattern_stretch *stretches;
  size_t stretch_count, stretch_room;
} recs__pattern_pile;

typedef struct recs__pattern_tally recs__pattern_tally;

/* What is wanted, and what was found. */
typedef struct recs__pattern_mining {
  const recs__pattern_base *base;
  const recs_patterns_options *options;
  uint64_t start_floor; /* the least count of this search */
  int filtered;         /* lengths and items are looked at when a pattern is found */
  recs__pattern_tally *tally;
  recs__pattern_pile *piles; /* one a thread */
  uint32_t threads;
  recs_pattern_fn found; /* not NULL: patterns go there and to no pile */
  void *payload;
  uint32_t *handed_items, *handed_elements; /* for it */
  size_t items_room, elements_room;
  const recs__progress *progress;
  size_t tasks;
  atomic_size_t done;
  double deadline;   /* 0: none */
  atomic_int late;   /* it has passed: what was found is not whole */
} recs__pattern_mining;

/* Whatever is returned, recs__pattern_mining_free() follows. With `top_k` the floor rises to the support of the k-th best, and with
 * max_bytes until what is above it fits. */
int32_t recs__pattern_mining_init(recs__pattern_mining *out, const recs__pattern_base *base, const recs_patterns_options *options,
                                  uint64_t start_floor, int filtered);
void recs__pattern_mining_free(recs__pattern_mining *mining);

/* Searches, on all threads; progress may be NULL. */
int32_t recs__patterns_search(recs__pattern_mining *mining, const recs__progress *progress);

/* The least count that is still wanted; never falls. */
uint32_t recs__pattern_floor(const recs__pattern_mining *mining);
/* The least count for which everything was kept: what max_bytes left. */
uint64_t recs__pattern_kept_floor(const recs__pattern_mining *mining);
/* True once the deadline has passed. */
int recs__pattern_late(recs__pattern_mining *mining);
double recs__pattern_clock(void);

/* A pattern was found by a thread. Those of a task follow each other between begin and end. */
int32_t recs__pattern_begin(recs__pattern_mining *mining, uint32_t thread, uint32_t task);
int32_t recs__pattern_put(recs__pattern_mining *mining, uint32_t thread, const uint32_t *words, uint32_t length, uint32_t support);
void recs__pattern_end(recs__pattern_mining *mining, uint32_t thread);

/* Patterns in order of their words, as arrays. */
typedef struct recs__pattern_list {
  uint64_t count;
  uint64_t *offsets; /* count + 1 */
  uint32_t *words;
  uint32_t *supports;
} recs__pattern_list;

/* Puts the piles together; patterns below `floor` are left out. Free in any case. */
int32_t recs__pattern_list_make(recs__pattern_list *out, const recs__pattern_mining *mining, uint64_t floor);
void recs__pattern_list_free(recs__pattern_list *list, const recs_context *context);

/* Leaves the closed or maximal ones. */
int32_t recs__pattern_list_thin(recs__pattern_list *list, const recs_context *context, const recs_patterns_options *options);

/* Leaves those whose mark is 0. */
void recs__pattern_list_drop(recs__pattern_list *list, const unsigned char *marks);

/* Whether a pattern has the length and the items that the options ask for. */
int recs__pattern_wanted(const recs__pattern_base *base, const recs_patterns_options *options, const uint32_t *words, size_t length);

struct recs_patterns {
  recs__object object;
  uint64_t count;
  uint64_t sequences;
  uint64_t asked;
  uint64_t complete;
  recs_patterns_options options; /* without the arrays */
  int whole;          /* every prefix of a pattern, and every end of one, is there too */
  uint64_t *offsets;  /* count + 1, of patterns in order of their items */
  uint32_t *items;
  uint32_t *elements; /* of each item; NULL: `steps` serve all */
  size_t longest;     /* items of the longest */
  uint32_t *steps;    /* 0, 1, 2 ... as far as the longest goes */
  uint32_t *supports;
  uint32_t *order;    /* by index: which pattern */
};

/* Takes what is in the list, which is then empty. */
int32_t recs__patterns_create(recs_patterns **out, const recs__pattern_base *base, recs__pattern_list *list,
                              const recs_patterns_options *options, uint64_t asked, uint64_t complete);

/* Pattern number `place` in order of items. */
const uint32_t *recs__patterns_at(const recs_patterns *patterns, uint64_t place, const uint32_t **elements, size_t *count);

/* The place of a pattern in order of items; `patterns->count` when it is not there. Elements may be numbered from any number on; NULL: each
 * item is one. */
uint64_t recs__patterns_place(const recs_patterns *patterns, const uint32_t *items, const uint32_t *elements, size_t count);

#endif
