#include "lib/rank/rank.h"

#include "lib/recommend/by_vectors.h"

int32_t recs__rank_list_by(recs__board *board, uint32_t *out_items, double *out_scores, size_t *out_count,
                           const recs_scorer *scorer, const recs_history *history, const recs__rules *rules, size_t n) {
  recs_history asked;
  uint8_t without = rules->include_seen ? 0 : RECS__SEEN;
  int32_t status;
  *out_count = 0;
  if (n == 0)
    return recs__fail(RECS_ERROR_INVALID, "n is 0: a list has at least one item");
  RECS_TRY(recs__history_load(&asked, history, scorer->items));
  if (recs__scorer_vectors(scorer) != NULL)
    return recs__lists_by_vectors(out_items, out_scores, out_count, scorer, &asked, 1, rules->candidates,
                                  rules->include_seen, n);
  RECS_GO(recs__scorer_score_on(board, scorer, &asked));
  RECS_GO(recs__board_top(out_items, out_scores, out_count, board, rules->candidates, without, n));
cleanup:
  recs__board_clear(board);
  return status;
}

int32_t recs__rank_list_on(recs__board *board, uint32_t *out_items, double *out_scores, size_t *out_count,
                           const recs_scorer *scorer, const recs_history *history, const recs_filter *filter, size_t n) {
  recs__rules rules;
  int32_t status;
  *out_count = 0;
  RECS_TRY(recs__rules_compile(&rules, recs__context_of(scorer), scorer->items, filter));
  status = recs__rank_list_by(board, out_items, out_scores, out_count, scorer, history, &rules, n);
  recs__rules_free(&rules);
  return status;
}

int32_t recs_rank_list(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer,
                       const recs_history *history, const recs_filter *filter, size_t n) {
  recs__board board;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(out_items);
  RECS_NOT_NULL(out_scores);
  RECS_NOT_NULL(scorer);
  RECS_TRY(recs__board_init(&board, recs__context_of(scorer), scorer->items));
  status = recs__rank_list_on(&board, out_items, out_scores, out_count, scorer, history, filter, n);
  recs__board_free(&board);
  return status;
}
