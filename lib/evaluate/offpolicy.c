/* Inverse propensity scoring: what another policy would have earned. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/parallel.h"
#include "lib/base/sort.h"
#include "lib/model/serving.h"
#include "lib/recommend/scorer.h"
#include <recs/evaluate/offpolicy.h>

enum { IMPRESSIONS_AT_ONCE = 64 };

static int32_t check_values(const double *rewards, const double *propensities, const double *probabilities,
                            size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(rewards[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "impression %zu: the reward is %g", i + 1, rewards[i]);
    if (!(propensities[i] > 0 && propensities[i] <= 1))
      return recs__fail(RECS_ERROR_NUMERIC, "impression %zu: the propensity is %g, not above 0 and at most 1", i + 1,
                        propensities[i]);
    if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
      return recs__fail(RECS_ERROR_NUMERIC, "impression %zu: the probability is %g, not from 0 to 1", i + 1,
                        probabilities[i]);
  }
  return RECS_OK;
}

/* Means first, then what lies around them. */
static void estimate(recs_offpolicy *out, const double *rewards, const double *propensities, const double *probabilities,
                     size_t count, double clip) {
  double n = (double)count, weights = 0, squares = 0;
  double around = 0, around_clipped = 0, around_ratio = 0;
  for (size_t i = 0; i < count; i++) {
    double w = probabilities[i] / propensities[i];
    weights += w;
    squares += w * w;
    out->ips += w * rewards[i] / n;
    out->clipped += fmin(w, clip) * rewards[i] / n;
    out->logged += rewards[i] / n;
    out->largest_weight = fmax(out->largest_weight, w);
    out->matched += w > 0;
    out->cut += w > clip;
  }
  out->mean_weight = weights / n;
  out->snips = weights > 0 ? out->ips * n / weights : (double)NAN;
  out->effective_size = squares > 0 ? weights * weights / squares : 0;
  for (size_t i = 0; i < count; i++) {
    double w = probabilities[i] / propensities[i];
    double apart = w * rewards[i] - out->ips, clipped = fmin(w, clip) * rewards[i] - out->clipped;
    double ratio = w * (rewards[i] - out->snips);
    around += apart * apart;
    around_clipped += clipped * clipped;
    around_ratio += ratio * ratio;
  }
  out->ips_error = count > 1 ? sqrt(around / (n - 1) / n) : (double)NAN;
  out->clipped_error = count > 1 ? sqrt(around_clipped / (n - 1) / n) : (double)NAN;
  out->snips_error = count > 1 && weights > 0 ? sqrt(around_ratio) / weights : (double)NAN;
}

int32_t recs_offpolicy_estimate(recs_offpolicy *out, const double *rewards, const double *propensities,
                                const double *probabilities, size_t count, double clip) {
  recs__enter();
  RECS_NOT_NULL(out);
  memset(out, 0, sizeof *out);
  RECS_NOT_NULL(rewards);
  RECS_NOT_NULL(propensities);
  RECS_NOT_NULL(probabilities);
  if (count == 0)
    return recs__fail(RECS_ERROR_INVALID, "there are no impressions");
  if (!(clip > 0))
    return recs__fail(RECS_ERROR_INVALID, "clip is %g, not above 0", clip);
  RECS_TRY(check_values(rewards, propensities, probabilities, count));
  estimate(out, rewards, propensities, probabilities, count, clip);
  return RECS_OK;
}

/* The impressions by user. */
typedef struct listing {
  double *out;
  const recs_model *model;
  const uint32_t *users;
  const uint32_t *items;
  const uint64_t *order; /* user and number of each impression, ascending */
  size_t count;
  size_t n;
  const recs_filter *filter;
} listing;

static uint32_t user_of(const listing *self, size_t place) {
  return self->users[(uint32_t)self->order[place]];
}

static int32_t list_user(uint32_t *items, double *scores, size_t *count, const listing *self, uint32_t user) {
  const recs_history nothing = {.struct_size = sizeof nothing, .user = RECS_NO_ROW};
  if (user != RECS_NO_ROW)
    return recs_model_recommend(items, scores, count, self->model, user, self->n, self->filter);
  return recs_model_recommend_history(items, scores, count, self->model, &nothing, self->n, self->filter);
}

static double is_listed(const uint32_t *items, size_t count, uint32_t item) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] == item)
      return 1;
  }
  return 0;
}

/* A range has the users that begin in it, to their last impression. */
static int32_t list_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const listing *self = payload;
  const recs_context *context = self->model->object.context;
  uint32_t *items = recs__alloc(context, self->n, sizeof *items);
  double *scores = recs__alloc(context, self->n, sizeof *scores);
  int32_t status = items == NULL || scores == NULL ? recs__fail_nomem() : RECS_OK;
  (void)thread;
  while (begin < end && begin > 0 && user_of(self, begin) == user_of(self, begin - 1))
    begin += 1;
  while (begin < end && status == RECS_OK) {
    uint32_t user = user_of(self, begin);
    size_t count;
    status = list_user(items, scores, &count, self, user);
    for (; status == RECS_OK && begin < self->count && user_of(self, begin) == user; begin++) {
      uint32_t place = (uint32_t)self->order[begin];
      self->out[place] = is_listed(items, count, self->items[place]);
    }
  }
  recs__free(context, scores);
  recs__free(context, items);
  return status;
}

static int32_t check_rows(const recs_model *model, const uint32_t *users, const uint32_t *items, size_t count) {
  uint32_t user_rows = recs_ids_count(model->users), item_rows = recs_ids_count(model->items);
  if (count >= UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu impressions are too many", count);
  for (size_t i = 0; i < count; i++) {
    if (users[i] != RECS_NO_ROW && users[i] >= user_rows)
      return recs__fail(RECS_ERROR_INVALID, "users[%zu] is row %" PRIu32 ", not below %" PRIu32, i, users[i], user_rows);
    if (items[i] != RECS_NO_ROW && items[i] >= item_rows)
      return recs__fail(RECS_ERROR_INVALID, "items[%zu] is row %" PRIu32 ", not below %" PRIu32, i, items[i], item_rows);
  }
  return RECS_OK;
}

int32_t recs_offpolicy_probabilities(double *out_probabilities, const recs_model *model, const uint32_t *users,
                                     const uint32_t *items, size_t count, size_t n, const recs_filter *filter,
                                     recs_progress_fn progress, void *payload) {
  listing self = {.out = out_probabilities, .model = model, .users = users, .items = items, .count = count, .filter = filter};
  recs__progress whole = recs__progress_of(progress, payload);
  uint64_t *order;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_probabilities);
  RECS_NOT_NULL(model);
  RECS_NOT_NULL(users);
  RECS_NOT_NULL(items);
  if (n == 0)
    return recs__fail(RECS_ERROR_INVALID, "n is 0: a list has at least one place");
  RECS_TRY(check_rows(model, users, items, count));
  self.n = n < model->scorer->items ? n : (size_t)model->scorer->items + 1;
  order = recs__alloc(model->object.context, count, sizeof *order);
  if (order == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++)
    order[i] = (uint64_t)users[i] << 32 | i;
  recs__sort_u64(order, count);
  self.order = order;
  status = recs__parallel(model->object.context, count, IMPRESSIONS_AT_ONCE, list_range, &self, &whole);
  recs__free(model->object.context, order);
  return status;
}
