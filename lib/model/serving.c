#include "lib/model/serving.h"

#include <inttypes.h>

#include "lib/data/histories.h"
#include "lib/recommend/scorer.h"

int32_t recs__serving_begin(recs__serving *self, const recs_model *model, const recs_filter *filter, size_t n) {
  if (n == 0)
    return recs__fail(RECS_ERROR_INVALID, "n is 0: a list has at least one place");
  self->model = model;
  self->n = n;
  RECS_TRY(recs__rules_compile(&self->rules, model->object.context, model->scorer->items, filter));
  if (model->live == NULL)
    return RECS_OK;
  if (self->rules.candidates == NULL)
    self->rules.candidates = recs__hold(model->live);
  else
    recs__candidates_intersect(self->rules.candidates, model->live);
  return RECS_OK;
}

void recs__serving_end(recs__serving *self) {
  recs__rules_free(&self->rules);
}

int32_t recs__model_check_row(const char *what, uint32_t row, uint32_t rows) {
  if (row >= rows)
    return recs__fail(RECS_ERROR_INVALID, "%s row %" PRIu32 " is not below %" PRIu32, what, row, rows);
  return RECS_OK;
}

/* Users who came after the histories have none, and are not in the training data either. */
recs_history recs__model_history(const recs_model *model, uint32_t user) {
  const recs_histories *all = model->histories;
  recs_history history = {.struct_size = sizeof history, .user = RECS_NO_ROW};
  if (user < all->rows) {
    int64_t first = all->offsets[user];
    history.items = all->item_rows + first;
    history.weights = all->weights + first;
    history.times = all->times + first;
    history.count = (size_t)(all->offsets[user + 1] - first);
    history.user = user;
  }
  return history;
}
