/* Sums by row, in one cell a row, and the best of what came of them. One thread at a time. */
#ifndef RECS_LIB_SIMILARITY_TALLY_H
#define RECS_LIB_SIMILARITY_TALLY_H

#include "lib/similarity/topk.h"

typedef struct recs__tally {
  uint32_t rows;
  double *sums;      /* by row; all 0 between two counts */
  uint32_t *touched; /* rows whose sum was 0 when something was added, as many as there is room for */
  uint32_t count;    /* of these; beyond the room once all rows are to be looked at */
  uint32_t room;
  uint64_t *heap; /* the best so far */
  size_t kept;
} recs__tally;

/* Room for the `best` best of a count. 9 bytes a row and 8 bytes each of the best. Whatever is returned, recs__tally_free() follows. */
int32_t recs__tally_init(recs__tally *tally, const recs_context *context, uint32_t rows, size_t best);
void recs__tally_free(recs__tally *tally, const recs_context *context);

/* One for each of some threads. */
typedef struct recs__tallies {
  recs__tally *list;
  uint32_t count;
} recs__tallies;

/* A zeroed one is fine to free; whatever is returned, recs__tallies_free() follows. */
int32_t recs__tallies_init(recs__tallies *tallies, const recs_context *context, uint32_t count, uint32_t rows, size_t best);
void recs__tallies_free(recs__tallies *tallies, const recs_context *context);

static inline void recs__tally_add(recs__tally *tally, uint32_t row, double amount) {
  if (tally->sums[row] == 0 && tally->count <= tally->room)
    tally->touched[tally->count++] = row;
  tally->sums[row] += amount;
}

/* How many rows are to be looked at, and the i-th of them: those that something was added to, or all. */
static inline uint32_t recs__tally_count(const recs__tally *tally) {
  return tally->count > tally->room ? tally->rows : tally->count;
}

static inline uint32_t recs__tally_row(const recs__tally *tally, uint32_t i) {
  return tally->count > tally->room ? i : tally->touched[i];
}

/* The sum of a row, which is 0 from then on; a row that is touched twice gives it once. */
static inline double recs__tally_take(recs__tally *tally, uint32_t row) {
  double sum = tally->sums[row];
  tally->sums[row] = 0;
  return sum;
}

/* Keeps a row when its score is among the `best` best so far. */
static inline void recs__tally_offer(recs__tally *tally, uint32_t row, float score, size_t best) {
  uint64_t key = recs__key_of(score, row);
  if (tally->kept < best)
    recs__keys_push(tally->heap, tally->kept++, key);
  else if (best > 0 && key > tally->heap[0])
    recs__keys_replace(tally->heap, tally->kept, key);
}

/* Hands out the rows kept, best first, equal ones by row, and ends the count: all sums must have been taken. Returns how many. */
size_t recs__tally_best(recs__tally *tally, uint32_t *rows, float *scores);

#endif
