/* A model's lists: for one user, for a history, for many users. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/parallel.h"
#include "lib/model/serving.h"
#include "lib/recommend/by_vectors.h"

/* Users a task. With vectors they are multiplied together. */
enum { USERS_AT_ONCE = 16, VECTORS_AT_ONCE = 96 };

/* The fallback is asked for so many that some may be there already. */
int32_t recs__serving_fill(recs__board *board, uint32_t *items, double *scores, size_t *count,
                           const recs__serving *self, const recs_history *history) {
  const recs_context *context = self->model->object.context;
  uint32_t catalogue = self->model->fallback->items;
  size_t asked = self->n < catalogue ? self->n : catalogue;
  size_t found = 0;
  uint32_t *more;
  double *amounts;
  int32_t status;
  if (asked == 0) /* there are no items at all */
    return RECS_OK;
  more = recs__alloc(context, asked, sizeof *more);
  amounts = recs__alloc(context, asked, sizeof *amounts);
  RECS_GO(more == NULL || amounts == NULL ? recs__fail_nomem() : RECS_OK);
  RECS_GO(recs__rank_list_by(board, more, amounts, &found, self->model->fallback, history, &self->rules, asked));
  recs__board_see(board, items, *count);
  for (size_t i = 0; i < found && *count < self->n; i++) {
    if (board->marks[more[i]] == 0) {
      items[*count] = more[i];
      scores[(*count)++] = amounts[i];
    }
  }
  recs__board_clear(board);
cleanup:
  recs__free(context, amounts);
  recs__free(context, more);
  return status;
}

static int32_t list_on(recs__board *board, uint32_t *items, double *scores, size_t *count, const recs__serving *self,
                       const recs_history *history) {
  RECS_TRY(recs__rank_list_by(board, items, scores, count, self->model->scorer, history, &self->rules, self->n));
  if (*count == self->n || self->model->fallback == NULL)
    return RECS_OK;
  return recs__serving_fill(board, items, scores, count, self, history);
}

static int32_t list(uint32_t *items, double *scores, size_t *count, const recs_model *model,
                    const recs_history *history, size_t n, const recs_filter *filter) {
  recs__serving self = {0};
  recs__board *board = NULL;
  int32_t status;
  RECS_GO(recs__serving_begin(&self, model, filter, n));
  RECS_GO(recs__boards_take(&board, model->boards));
  RECS_GO(list_on(board, items, scores, count, &self, history));
cleanup:
  if (status != RECS_OK)
    *count = 0;
  recs__boards_give(model->boards, board);
  recs__serving_end(&self);
  return status;
}

int32_t recs_model_recommend(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_model *model,
                             uint32_t user, size_t n, const recs_filter *filter) {
  recs_history history;
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(out_items);
  RECS_NOT_NULL(out_scores);
  RECS_NOT_NULL(model);
  RECS_TRY(recs__model_check_row("user", user, recs_ids_count(model->users)));
  history = recs__model_history(model, user);
  return list(out_items, out_scores, out_count, model, &history, n, filter);
}

int32_t recs_model_recommend_history(uint32_t *out_items, double *out_scores, size_t *out_count,
                                     const recs_model *model, const recs_history *history, size_t n,
                                     const recs_filter *filter) {
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(out_items);
  RECS_NOT_NULL(out_scores);
  RECS_NOT_NULL(model);
  RECS_NOT_NULL(history);
  return list(out_items, out_scores, out_count, model, history, n, filter);
}

/* Lists for many users. */
typedef struct batch {
  recs__serving serving;
  const uint32_t *users; /* NULL: the rows from 0 on */
  uint32_t *items;
  double *scores;
  size_t *counts;
} batch;

static int32_t list_range(void *payload, uint32_t thread, size_t first, size_t last) {
  const batch *self = payload;
  const recs_model *model = self->serving.model;
  recs__board *board = NULL;
  int32_t status;
  (void)thread;
  RECS_GO(recs__boards_take(&board, model->boards));
  for (size_t i = first; i < last; i++) {
    recs_history history = recs__model_history(model, self->users == NULL ? (uint32_t)i : self->users[i]);
    size_t place = i * self->serving.n;
    RECS_GO(list_on(board, self->items + place, self->scores + place, &self->counts[i], &self->serving, &history));
  }
cleanup:
  recs__boards_give(model->boards, board);
  return status;
}

/* The same where the scorer has vectors: the lists of a range are made together, and short ones filled one by one. */
static int32_t list_range_by_vectors(void *payload, uint32_t thread, size_t first, size_t last) {
  const batch *self = payload;
  const recs__serving *serving = &self->serving;
  const recs_model *model = serving->model;
  recs_history histories[VECTORS_AT_ONCE];
  uint32_t *items = self->items + first * serving->n;
  double *scores = self->scores + first * serving->n;
  size_t *counts = self->counts + first;
  recs__board *board = NULL;
  int32_t status;
  (void)thread;
  for (size_t i = first; i < last; i++)
    histories[i - first] = recs__model_history(model, self->users == NULL ? (uint32_t)i : self->users[i]);
  RECS_TRY(recs__lists_by_vectors(items, scores, counts, model->scorer, histories, last - first,
                                  serving->rules.candidates, serving->rules.include_seen, serving->n));
  if (model->fallback == NULL)
    return RECS_OK;
  RECS_GO(recs__boards_take(&board, model->boards));
  for (size_t i = 0; i < last - first; i++) {
    size_t place = i * serving->n;
    if (counts[i] < serving->n)
      RECS_GO(recs__serving_fill(board, items + place, scores + place, &counts[i], serving, &histories[i]));
  }
cleanup:
  recs__boards_give(model->boards, board);
  return status;
}

static int32_t check_batch(const recs_model *model, const uint32_t *users, size_t user_count, size_t n) {
  uint32_t rows = recs_ids_count(model->users);
  size_t bytes;
  if (__builtin_mul_overflow(user_count, n, &bytes) || __builtin_mul_overflow(bytes, sizeof(double), &bytes))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu lists of %zu items do not fit into memory", user_count, n);
  for (size_t i = 0; users != NULL && i < user_count; i++) {
    if (users[i] >= rows)
      return recs__fail(RECS_ERROR_INVALID, "users[%zu] is row %" PRIu32 ", not below %" PRIu32, i, users[i], rows);
  }
  return RECS_OK;
}

int32_t recs_model_recommend_many(uint32_t *out_items, double *out_scores, size_t *out_counts, const recs_model *model,
                                  const uint32_t *users, size_t user_count, size_t n, const recs_filter *filter,
                                  recs_progress_fn progress, void *payload) {
  batch self = {.users = users, .items = out_items, .scores = out_scores, .counts = out_counts};
  recs__progress whole = recs__progress_of(progress, payload);
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_counts);
  RECS_NOT_NULL(model);
  if (users == NULL && user_count > recs_ids_count(model->users)) /* before as many counts are set to 0 */
    return recs__fail(RECS_ERROR_INVALID, "%zu users asked of %" PRIu32, user_count, recs_ids_count(model->users));
  memset(out_counts, 0, user_count * sizeof *out_counts);
  RECS_NOT_NULL(out_items);
  RECS_NOT_NULL(out_scores);
  RECS_TRY(check_batch(model, users, user_count, n));
  RECS_GO(recs__serving_begin(&self.serving, model, filter, n));
  if (recs__scorer_vectors(model->scorer) != NULL)
    RECS_GO(recs__parallel(model->object.context, user_count, VECTORS_AT_ONCE, list_range_by_vectors, &self, &whole));
  else
    RECS_GO(recs__parallel(model->object.context, user_count, USERS_AT_ONCE, list_range, &self, &whole));
cleanup:
  if (status != RECS_OK)
    memset(out_counts, 0, user_count * sizeof *out_counts);
  recs__serving_end(&self.serving);
  return status;
}
