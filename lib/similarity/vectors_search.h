/* Queries that look for the best of packed rows. */
#ifndef RECS_LIB_SIMILARITY_VECTORS_SEARCH_H
#define RECS_LIB_SIMILARITY_VECTORS_SEARCH_H

#include "lib/similarity/vectors.h"

/* One query of a search. */
typedef struct recs__quest {
  const float *query;
  double norm;
  double slope;
  float level;             /* what is known of the last of the best: only places above are of interest; rises */
  const uint32_t *without; /* rows that are left out, ascending */
  size_t without_count;
  int32_t exact; /* 1: coarse products cannot tell; every row is finished */
  /* Where places order rows as their scores do, rows are noted, and only the best of them are finished. Room for
   * recs__quest_notes() keys; NULL: every row that may be above the level is finished at once, rows ascending. */
  uint64_t *notes;
  size_t k; /* how many are wanted */
  /* The search's own. */
  size_t noted;
  size_t next;  /* where it stands in `without` */
  float slack;  /* how far a coarse place may be off; with bytes, of a row whose step counts 1 */
  float unit;   /* with bytes: what a step of the query counts, */
  float per_unit; /* 1 over that, */
  float width;  /* and the slack in units */
} recs__quest;

/* Finishes a row: its score becomes known exactly and is kept if it is among the best. Returns the place that a row
 * must have to come among the best, if that is known, else -INFINITY. */
typedef float (*recs__finish_fn)(void *payload, size_t quest, uint32_t row);

/* What a search looks at. */
typedef struct recs__row_range {
  uint32_t begin; /* a multiple of RECS__TILE_ROWS */
  uint32_t end;
  const uint64_t *bits; /* the candidates, a bit a row; NULL: all */
} recs__row_range;

static inline size_t recs__quest_notes(size_t k) {
  return 4 * k + 2 * RECS__TILE_ROWS;
}

/* What a search of some quests works in. */
typedef struct recs__search_room {
  const recs_context *context;
  void *packed;  /* the queries side by side */
  uint64_t *low; /* notes once more, by what they have at least */
} recs__search_room;

/* For up to `count` quests for `k` rows each. On failure nothing is left to free. */
int32_t recs__search_room_init(recs__search_room *room, const recs__vectors *vectors, size_t count, size_t k);
void recs__search_room_free(recs__search_room *room);

/* Searches a range of rows for some quests at once. */
void recs__vectors_search(const recs__vectors *vectors, recs__quest *quests, size_t count, const recs__row_range *range,
                          const recs__search_room *room, recs__finish_fn finish, void *payload);

#endif
