#include "lib/recommend/learn.h"

#include "lib/base/parallel.h"
#include "lib/base/random.h"
#include "lib/data/holdout.h"
#include "lib/recommend/hybrid.h"

#include <math.h>
#include <string.h>

enum {
  MOST_USERS = 2000,
  FEWEST_USERS = 20,
  FEWEST_ITEMS = 3,
  POOL = 50,         /* items that each part may put forward for a user */
  GRAIN = 16,        /* users a range */
  FULL_GRID = 4,     /* parts for which every mixture in tenths is tried */
  TENTHS = 10,
  DRAWS = 400        /* mixtures tried of more parts */
};

/* What the parts say of one user's pool: values[i * parts + p], row 0 being the item held back. */
typedef struct ballot {
  double *values;
  size_t count;
} ballot;

typedef struct lesson {
  const recs_context *context;
  const recs__hybrid *hybrid; /* of the parts that were fitted to the rest; for its mode */
  const recs_histories *histories; /* of the rest */
  const recs__held *held;
  ballot *ballots;
  size_t users;
} lesson;

/* Marks what each part puts in front; the scores of the pool do not matter. */
static int32_t fill_pool(recs__board *pool, recs__board *const *boards, uint32_t parts) {
  uint32_t items[POOL];
  double scores[POOL];
  for (uint32_t p = 0; p < parts; p++) {
    size_t count;
    RECS_TRY(recs__board_top(items, scores, &count, boards[p], NULL, RECS__SEEN, POOL));
    for (size_t i = 0; i < count; i++)
      recs__board_mark(pool, items[i], RECS__SEEN);
  }
  return RECS_OK;
}

static int32_t fill_ballot(ballot *out, const recs_context *context, const recs__board *pool, recs__board *const *boards,
                           uint32_t parts) {
  out->values = recs__alloc(context, (size_t)pool->count * parts, sizeof *out->values);
  if (out->values == NULL)
    return recs__fail_nomem();
  out->count = pool->count;
  for (uint32_t i = 0; i < pool->count; i++) {
    for (uint32_t p = 0; p < parts; p++) {
      uint32_t item = pool->touched[i];
      out->values[(size_t)i * parts + p] = recs__board_scored(boards[p], item) ? boards[p]->scores[item] : 0;
    }
  }
  return RECS_OK;
}

static recs_history history_of(const lesson *self, uint32_t user) {
  recs_history history = {.struct_size = sizeof history, .user = user};
  int64_t begin = self->histories->offsets[user];
  history.items = self->histories->item_rows + begin;
  history.weights = self->histories->weights + begin;
  history.times = self->histories->times + begin;
  history.count = (size_t)(self->histories->offsets[user + 1] - begin);
  return history;
}

static int32_t hear_user(const lesson *self, size_t place, recs__board *pool, recs__board *const *boards) {
  recs_history history = history_of(self, self->held[place].user);
  for (uint32_t p = 0; p < self->hybrid->count; p++) {
    RECS_TRY(recs__scorer_score_on(boards[p], self->hybrid->parts[p], &history));
    RECS_TRY(recs__hybrid_rescale(self->hybrid, boards[p]));
  }
  recs__board_mark(pool, self->held[place].item, RECS__SEEN);
  RECS_TRY(fill_pool(pool, boards, self->hybrid->count));
  return fill_ballot(&self->ballots[place], self->context, pool, boards, self->hybrid->count);
}

/* Every user of a range, on boards of the range's own. */
static int32_t hear_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const lesson *self = payload;
  recs__board storage[RECS__MOST_PARTS + 1] = {{0}};
  recs__board *boards[RECS__MOST_PARTS + 1];
  uint32_t parts = self->hybrid->count;
  int32_t status = RECS_OK;
  (void)thread;
  for (uint32_t b = 0; b <= parts && status == RECS_OK; b++) {
    boards[b] = &storage[b];
    status = recs__board_init(boards[b], self->context, self->hybrid->scorer.items);
  }
  for (size_t place = begin; place < end && status == RECS_OK; place++) {
    status = hear_user(self, place, boards[parts], boards);
    for (uint32_t b = 0; b <= parts; b++)
      recs__board_clear(boards[b]);
  }
  for (uint32_t b = 0; b <= parts; b++) {
    storage[b].context = self->context;
    recs__board_free(&storage[b]);
  }
  return status;
}

/* 1 / log2(1 + rank) of the item held back; of equal scores, half come before it. */
static double gain(const ballot *cast, const double *weights, uint32_t parts) {
  double own = 0, rank = 1;
  for (uint32_t p = 0; p < parts; p++)
    own += weights[p] * cast->values[p];
  for (size_t i = 1; i < cast->count; i++) {
    double other = 0;
    for (uint32_t p = 0; p < parts; p++)
      other += weights[p] * cast->values[i * parts + p];
    rank += other > own ? 1 : other == own ? 0.5 : 0;
  }
  return 1 / log2(1 + rank);
}

/* Keeps the weights when they do better than the best so far. */
static void try_weights(const lesson *self, const double *weights, double *best_gain, double *best) {
  uint32_t parts = self->hybrid->count;
  double sum = 0;
  for (size_t user = 0; user < self->users; user++)
    sum += gain(&self->ballots[user], weights, parts);
  if (sum <= *best_gain)
    return;
  *best_gain = sum;
  memcpy(best, weights, parts * sizeof *best);
}

/* Every way to share out the tenths that are left among the parts from `part` on. */
static void try_grid(const lesson *self, double *weights, uint32_t part, int left, double *best_gain, double *best) {
  if (part + 1 == self->hybrid->count) {
    weights[part] = left;
    try_weights(self, weights, best_gain, best);
    return;
  }
  for (int tenths = 0; tenths <= left; tenths++) {
    weights[part] = tenths;
    try_grid(self, weights, part + 1, left - tenths, best_gain, best);
  }
}

/* Mixtures drawn evenly from all (their logarithms are exponential; Devroye 1986). */
static void try_draws(const lesson *self, double *weights, double *best_gain, double *best) {
  recs__random random = recs__random_stream(1, 1);
  for (int draw = 0; draw < DRAWS; draw++) {
    for (uint32_t p = 0; p < self->hybrid->count; p++)
      weights[p] = -log(1 - recs__random_unit(&random)) + 1e-12;
    try_weights(self, weights, best_gain, best);
  }
}

static void search(const lesson *self, double *weights) {
  double tried[RECS__MOST_PARTS], best_gain = -1;
  memcpy(tried, weights, self->hybrid->count * sizeof *tried);
  try_weights(self, tried, &best_gain, weights); /* equal ones stay unless others do better */
  if (self->hybrid->count <= FULL_GRID)
    try_grid(self, tried, 0, TENTHS, &best_gain, weights);
  else
    try_draws(self, tried, &best_gain, weights);
}

/* Fits the parts to the rest, hears them on every user, and searches. */
static int32_t teach(lesson *self, double *weights, size_t count, const recs_training *rest,
                     const recs_hybrid_options *options, recs__fit_parts_fn fit_parts, void *payload,
                     const recs__progress *progress) {
  recs__progress fitting = recs__progress_part(progress, 0, 0.7);
  recs__progress hearing = recs__progress_part(progress, 0.7, 1);
  recs_scorer *parts[RECS__MOST_PARTS];
  recs_scorer *hybrid = NULL;
  int32_t status;
  RECS_TRY(fit_parts(parts, payload, rest, &fitting));
  status = recs__hybrid_make(&hybrid, &recs__hybrid_kind, (const recs_scorer *const *)parts, weights, count, options);
  for (size_t p = 0; p < count; p++)
    recs_scorer_free(parts[p]);
  RECS_TRY(status);
  self->hybrid = (const recs__hybrid *)hybrid;
  status = recs__parallel(self->context, self->users, GRAIN, hear_range, self, &hearing);
  if (status == RECS_OK)
    search(self, weights);
  recs_scorer_free(hybrid);
  return status;
}

static int32_t hold_out(recs_training *rest, const recs_training *training, const lesson *self) {
  recs_matrix *matrix;
  recs_histories *histories;
  *rest = *training;
  rest->matrix = NULL;
  rest->histories = NULL;
  RECS_TRY(recs__holdout_matrix(&matrix, training->matrix, self->held, self->users));
  rest->matrix = matrix;
  RECS_TRY(recs__holdout_histories(&histories, training->histories, self->held, self->users));
  rest->histories = histories;
  return RECS_OK;
}

static int32_t learn_from(lesson *self, double *weights, size_t count, const recs_training *training,
                          const recs_hybrid_options *options, recs__fit_parts_fn fit_parts, void *payload,
                          const recs__progress *progress) {
  recs_training rest;
  int32_t status;
  self->ballots = recs__alloc_zero(self->context, self->users, sizeof *self->ballots);
  if (self->ballots == NULL)
    return recs__fail_nomem();
  status = hold_out(&rest, training, self);
  self->histories = rest.histories;
  if (status == RECS_OK)
    status = teach(self, weights, count, &rest, options, fit_parts, payload, progress);
  recs__release(rest.matrix);
  recs__release(rest.histories);
  for (size_t user = 0; user < self->users; user++)
    recs__free(self->context, self->ballots[user].values);
  recs__free(self->context, self->ballots);
  return status;
}

int32_t recs__hybrid_learn(double *weights, size_t count, const recs_training *training,
                           const recs_hybrid_options *options, recs__fit_parts_fn fit_parts, void *payload,
                           const recs__progress *progress) {
  lesson self = {.context = recs__context_of(training->matrix)};
  recs__held *held;
  int32_t status = RECS_OK;
  if (training->histories == NULL)
    return RECS_OK;
  held = recs__alloc(self.context, MOST_USERS, sizeof *held);
  if (held == NULL)
    return recs__fail_nomem();
  self.held = held;
  self.users = recs__holdout_choose(held, training->histories, training->matrix, FEWEST_ITEMS, MOST_USERS, 1);
  if (self.users >= FEWEST_USERS)
    status = learn_from(&self, weights, count, training, options, fit_parts, payload, progress);
  recs__free(self.context, held);
  return status;
}
