/* From scores to a list: what filters compile to, and lists made on a board that the caller keeps. */
#ifndef RECS_LIB_RANK_RANK_H
#define RECS_LIB_RANK_RANK_H

#include "lib/data/candidates.h"
#include "lib/recommend/board.h"
#include <recs/rank.h>

/* A filter made ready for a catalogue: checked and compiled once, used for any number of requests by any number of threads. */
typedef struct recs__rules {
  recs_candidates *candidates; /* NULL: every item */
  int32_t include_seen;        /* 1: items of the history may come back */
} recs__rules;

/* NULL is the default filter. Without lists this costs nothing; with them O(items / 64 + lists). */
int32_t recs__rules_compile(recs__rules *out, recs_context *context, uint32_t items, const recs_filter *filter);
void recs__rules_free(recs__rules *rules);

/* recs_rank_list() with its checks, on a board of the scorer's catalogue: one a thread serves request after request. The board is
 * clean before and after, whatever happens. */
int32_t recs__rank_list_on(recs__board *board, uint32_t *out_items, double *out_scores, size_t *out_count,
                           const recs_scorer *scorer, const recs_history *history, const recs_filter *filter, size_t n);

/* The same by rules that were compiled before: for a batch with lists. */
int32_t recs__rank_list_by(recs__board *board, uint32_t *out_items, double *out_scores, size_t *out_count,
                           const recs_scorer *scorer, const recs_history *history, const recs__rules *rules, size_t n);

#endif
