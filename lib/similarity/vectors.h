/* Dense rows packed for inner products with many queries: the product and the selection of the best in one pass. Float
 * products find the few rows that may be among the best; those are finished in double, so that what comes out does not
 * depend on instructions, on threads, or on how the work is cut. */
#ifndef RECS_LIB_SIMILARITY_VECTORS_H
#define RECS_LIB_SIMILARITY_VECTORS_H

#include "lib/similarity/dense_tile.h"

typedef struct recs__vectors recs__vectors;
struct recs__vectors {
  const recs_context *context;
  const float *values; /* row after row; the owner's */
  uint32_t rows;
  uint32_t dimension;
  uint32_t columns; /* in groups: the dimension, and one more for tolls */
  float *memory;
  float *groups; /* within memory: aligned to 64 bytes; lanes beyond the last row are 0 */
  double reach;  /* the largest norm of a row of the groups, tolls apart */
  double toll;   /* the largest toll */
  uint64_t *known; /* a bit for each row that is not all zero */
  const recs__tile_kind *tile;
};

/* Packs rows that stay where they are. What a query finds in a row is its place: gain * (query . row) - slope * toll.
 * `gains` NULL: 1; `tolls` NULL: no tolls. Memory: 4 bytes a value. On failure nothing is left to free. */
int32_t recs__vectors_init(recs__vectors *vectors, const recs_context *context, const float *values, uint32_t rows,
                           uint32_t dimension, const float *gains, const float *tolls);
void recs__vectors_free(recs__vectors *vectors);

/* The inner product of a query and a row in double, the same bits everywhere. */
static inline double recs__vectors_dot(const recs__vectors *vectors, const float *query, uint32_t row) {
  return vectors->tile->dot(query, vectors->values + (size_t)row * vectors->dimension, vectors->dimension);
}

/* Words of a set of rows. */
static inline size_t recs__vectors_words(const recs__vectors *vectors) {
  return ((size_t)vectors->rows + RECS__TILE_ROWS - 1) / RECS__TILE_ROWS;
}

static inline int recs__vectors_known(const recs__vectors *vectors, uint32_t row) {
  return (int)(vectors->known[row / RECS__TILE_ROWS] >> row % RECS__TILE_ROWS & 1);
}

/* One query of a search. */
typedef struct recs__quest {
  const float *query;
  float slope;
  float level;             /* only places above are of interest; rises */
  float slack;             /* recs__vectors_slack() */
  const uint32_t *without; /* rows that are left out, ascending */
  size_t without_count;
  size_t next; /* where the search stands in them */
  /* Where places order rows as their scores do, rows are noted, and only the best of them are finished. Room for
   * recs__quest_notes() keys; NULL: every row whose place is above the level is finished at once, rows ascending. */
  uint64_t *notes;
  size_t noted;
  size_t k; /* how many are wanted */
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
  return 2 * k + 2 * RECS__TILE_ROWS;
}

/* How far a place may be off for a query of that norm. INFINITY when floats cannot tell: every row is then finished. */
float recs__vectors_slack(const recs__vectors *vectors, double norm, double slope);

/* Room for packing `count` queries: so many floats. */
size_t recs__vectors_packed(const recs__vectors *vectors, size_t count);

/* Searches a range of rows with some queries at once; `packed` is room as above. */
void recs__vectors_search(const recs__vectors *vectors, recs__quest *quests, size_t count, const recs__row_range *range,
                          float *packed, recs__finish_fn finish, void *payload);

#endif
