/* Items like one item, by the scorer or one of its parts. */
#include <stdio.h>
#include <string.h>

#include "lib/model/serving.h"
#include "lib/recommend/scorer.h"

static int32_t unknown_part(const recs_scorer *scorer, const char *name) {
  char known[RECS__MESSAGE_SIZE / 2], quoted[64];
  int used = snprintf(known, sizeof known, "%s", recs_scorer_name(scorer));
  for (uint32_t i = 0; i < recs_scorer_parts(scorer) && used >= 0 && (size_t)used < sizeof known; i++) {
    size_t left = sizeof known - (size_t)used;
    used += snprintf(known + used, left, ", %s", recs_scorer_name(recs_scorer_part(scorer, i)));
  }
  recs__quote(quoted, sizeof quoted, name, strlen(name));
  return recs__fail(RECS_ERROR_NOT_FOUND, "the model has no scorer %s; known: %s", quoted, known);
}

/* The scorer itself, or its part of that name. */
static int32_t find_part(const recs_scorer **out, const recs_scorer *scorer, const char *name) {
  *out = scorer;
  if (name == NULL || strcmp(name, recs_scorer_name(scorer)) == 0)
    return RECS_OK;
  for (uint32_t i = 0; i < recs_scorer_parts(scorer); i++) {
    *out = recs_scorer_part(scorer, i);
    if (strcmp(name, recs_scorer_name(*out)) == 0)
      return RECS_OK;
  }
  return unknown_part(scorer, name);
}

int32_t recs_model_similar(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_model *model,
                           uint32_t item, const char *part, size_t n, const recs_filter *filter) {
  const recs_scorer *scorer;
  recs__serving self = {0};
  recs__board *board = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(out_items);
  RECS_NOT_NULL(out_scores);
  RECS_NOT_NULL(model);
  RECS_TRY(recs__model_check_row("item", item, model->scorer->items));
  RECS_TRY(find_part(&scorer, model->scorer, part));
  RECS_GO(recs__serving_begin(&self, model, filter, n));
  RECS_GO(recs__boards_take(&board, model->boards));
  RECS_GO(recs__scorer_similar_on(board, scorer, item));
  RECS_GO(recs__board_top(out_items, out_scores, out_count, board, self.rules.candidates, RECS__SEEN, n));
cleanup:
  if (board != NULL)
    recs__board_clear(board);
  recs__boards_give(model->boards, board);
  recs__serving_end(&self);
  return status;
}
