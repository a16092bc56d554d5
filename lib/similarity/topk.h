/* The k best of many scored rows: score descending, equal scores by row ascending. What is kept does not depend on the order of
 * the offers. Scores are never NaN; -0 equals 0. Each heap has its worst entry at the root: O(1) for an offer that is not good
 * enough, else O(log k).
 *
 * Double scores: a recs__top, for a stream of offers.
 *
 *   recs__top top;
 *   RECS_TRY(recs__top_init(&top, context, k, candidates));
 *   for (...)
 *     recs__top_offer(&top, row, score);
 *   *out_count = recs__top_take(&top, out_rows, out_scores);
 *   recs__top_free(&top);
 *
 * Float scores: score and row make one 64-bit key, so that the order is that of integers; heaps of keys lie in memory of the
 * caller's own. */
#ifndef RECS_LIB_SIMILARITY_TOPK_H
#define RECS_LIB_SIMILARITY_TOPK_H

#include "lib/base/memory.h"

#include <string.h>

/* A row with its score. */
typedef struct recs__pick {
  double score;
  uint32_t row;
} recs__pick;

/* True when `a` comes before `b`. */
static inline int recs__pick_better(recs__pick a, recs__pick b) {
  return a.score > b.score || (a.score == b.score && a.row < b.row);
}

typedef struct recs__top {
  const recs_context *context;
  recs__pick *picks; /* a heap, the worst first */
  size_t count;
  size_t room; /* the k */
} recs__top;

/* An empty selection of min(k, candidates) rows; `candidates` is how many rows could be offered at most, so that a huge k costs no
 * memory. 16 bytes a row kept. */
int32_t recs__top_init(recs__top *top, const recs_context *context, size_t k, size_t candidates);
void recs__top_free(recs__top *top);

/* Behind recs__top_offer(): keeps a pick that has its place. */
void recs__top_keep(recs__top *top, recs__pick pick);

/* Each row is offered once at most. */
static inline void recs__top_offer(recs__top *top, uint32_t row, double score) {
  recs__pick pick = {score, row};
  if (top->count < top->room || (top->room > 0 && recs__pick_better(pick, top->picks[0])))
    recs__top_keep(top, pick);
}

/* Hands out the rows kept, best first (room for k in both arrays), and leaves the selection empty. Returns how many. */
size_t recs__top_take(recs__top *top, uint32_t *rows, double *scores);

/* A float score and its row as a key: the better pair has the greater key. 0 is no key of a number: it is below all. */
static inline uint64_t recs__key_of(float score, uint32_t row) {
  uint32_t bits;
  float positive_zero = score + 0.0F; /* -0 becomes 0 */
  memcpy(&bits, &positive_zero, sizeof bits);
  bits ^= -(bits >> 31) | UINT32_C(0x80000000); /* no branch: which sign comes next, nobody can foresee */
  return (uint64_t)bits << 32 | (UINT32_MAX - row);
}

static inline uint32_t recs__key_row(uint64_t key) {
  return UINT32_MAX - (uint32_t)key;
}

static inline float recs__key_score(uint64_t key) {
  uint32_t bits = (uint32_t)(key >> 32);
  float score;
  bits ^= (bits >> 31) != 0 ? UINT32_C(0x80000000) : UINT32_MAX;
  memcpy(&score, &bits, sizeof score);
  return score;
}

/* Adds a key to a heap that has room. */
void recs__keys_push(uint64_t *heap, size_t count, uint64_t key);
/* Puts a key in the place of the root, which it beats. */
void recs__keys_replace(uint64_t *heap, size_t count, uint64_t key);
/* Turns a heap into a list, best first. */
void recs__keys_sort(uint64_t *heap, size_t count);

#endif
