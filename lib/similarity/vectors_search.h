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
  const uint32_t *without; /* ids of rows that are left out, ascending */
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
  uint32_t begin; /* ids; a multiple of RECS__TILE_ROWS */
  uint32_t end;
  const uint64_t *bits; /* the candidates, a bit an id; NULL: all */
} recs__row_range;

static inline size_t recs__quest_notes(size_t k) {
  return 4 * k + 2 * RECS__TILE_ROWS;
}

/* Bytes of a query as it is packed. */
size_t recs__vectors_packed(const recs__vectors *vectors);

/* Room for packing up to `count` queries; NULL when there is no memory. Freed with recs__free(). */
void *recs__vectors_room(const recs__vectors *vectors, size_t count);

/* Searches a range of rows for some quests at once. */
void recs__vectors_search(const recs__vectors *vectors, recs__quest *quests, size_t count, const recs__row_range *range,
                          void *room, recs__finish_fn finish, void *payload);

#endif
