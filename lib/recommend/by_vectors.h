/* Scorers whose score of an item is the inner product of a vector of the history with a vector of the item's own. The
 * vectors are floats, the score is summed in double: the same bits on a board, in one list and in lists for many. */
#ifndef RECS_LIB_RECOMMEND_BY_VECTORS_H
#define RECS_LIB_RECOMMEND_BY_VECTORS_H

#include "lib/recommend/scorer.h"
#include "lib/similarity/vectors_search.h"

/* The vectors of a scorer; NULL when it scores in another way. */
const recs__vectors *recs__scorer_vectors(const recs_scorer *scorer);

/* The `score` of their kinds. */
int32_t recs__score_by_vectors(const recs_scorer *scorer, const recs_history *history, recs__board *board);

/* Adds the inner product of a vector with each item that has one: for their `similar`. */
void recs__board_add_products(recs__board *board, const recs__vectors *vectors, const float *query);

/* Lists for some checked histories by a scorer with vectors, `n` places apart: what scoring on a board and taking the
 * best of it would give, for the cost of a matrix product. `include_seen` 0: without the items of the history.
 * `candidates` NULL: all. */
int32_t recs__lists_by_vectors(uint32_t *out_items, double *out_scores, size_t *out_counts, const recs_scorer *scorer,
                               const recs_history *histories, size_t count, const recs_candidates *candidates,
                               int include_seen, size_t n);

#endif
