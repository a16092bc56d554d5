/* Why an item is in a list. */
#include "lib/model/serving.h"
#include "lib/recommend/scorer.h"

/* By the scorer; what it knows nothing of can only have come from the fallback. */
static int32_t explain(recs_explanation **out, const recs_model *model, const recs_history *history, uint32_t item,
                       size_t limit) {
  RECS_TRY(recs_explain(out, model->scorer, history, item, model->items, model->profiles, model->title, limit));
  if (recs_explanation_count(*out) > 0 || model->fallback == NULL)
    return RECS_OK;
  recs_explanation_free(*out);
  return recs_explain(out, model->fallback, history, item, model->items, model->profiles, model->title, limit);
}

int32_t recs_model_explain(recs_explanation **out, const recs_model *model, uint32_t user, uint32_t item,
                           size_t limit) {
  recs_history history;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(model);
  RECS_TRY(recs__model_check_row("user", user, recs_ids_count(model->users)));
  RECS_TRY(recs__model_check_row("item", item, model->scorer->items));
  history = recs__model_history(model, user);
  return explain(out, model, &history, item, limit);
}

int32_t recs_model_explain_history(recs_explanation **out, const recs_model *model, const recs_history *history,
                                   uint32_t item, size_t limit) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(model);
  RECS_NOT_NULL(history);
  RECS_TRY(recs__model_check_row("item", item, model->scorer->items));
  return explain(out, model, history, item, limit);
}
