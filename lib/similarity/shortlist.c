#include "lib/similarity/shortlist.h"

#include <float.h>
#include <math.h>

/* Sets the sieve for the score that must be beaten, a little lower than it says: what passes is finished exactly, so
 * only passing too little would be wrong. */
static void tighten(recs__shortlist *list, double threshold) {
  const recs_kernel *kernel = list->rows->kernel;
  recs__sieve sieve = {0, 0};
  list->slope = 0;
  list->level = -INFINITY;
  if (!list->rows->sifted || !(threshold >= 0)) /* sifted is 0 for custom kernels too */
    return;
  kernel->way->sift(&sieve, kernel, &list->x, threshold, list->rows->columns);
  list->slope = (float)sieve.slope;
  list->level = (float)(sieve.level - 1e-6 * (fabs(sieve.level) + fabs(sieve.slope) * list->rows->top_toll));
}

void recs__shortlist_begin(recs__shortlist *list, const recs__facts *x) {
  list->x = *x;
  list->count = 0;
  list->floor = list->k > 0 ? 0 : UINT64_MAX;
  list->overflow = 0;
  list->waiting = 0;
  tighten(list, list->minimum);
}

int recs__shortlist_ranks(const recs__shortlist *list) {
  return list->k > 0 && list->rows->flat && recs__squares_fit(list->x.squares);
}

/* The level comes to lie under the last of the best by more than floats may have misplaced one. One place may be that of the
 * row itself. */
int32_t recs__shortlist_raise(recs__shortlist *list, const int32_t *places, size_t count) {
  if (count > list->k + 1) {
    const recs_context *context = list->rows->kernel->object.context;
    float level = recs__number_value(recs__numbers_floor(context, places, count, list->k + 1));
    level -= 2e-6F * fabsf(level);
    list->level = level > list->level ? level : list->level;
  }
  return recs__number_of(list->level);
}

/* Leaves the k best, in no order. */
static void cut(recs__shortlist *list) {
  recs__keys_select(list->keys, list->count, list->k - 1);
  list->count = list->k;
  list->floor = list->keys[list->k - 1];
}

static void make_room(recs__shortlist *list) {
  if (list->count + RECS__PAIRS <= recs__shortlist_room(list->k))
    return;
  cut(list);
  tighten(list, (double)recs__key_score(list->floor));
}

/* Keeps what may be among the best of `count` similarities. */
static void keep(recs__shortlist *list, const uint32_t *ids, const double *similarities, size_t count) {
  const uint32_t *order = list->order;
  uint64_t *keys = list->keys + list->count, floor = list->floor;
  size_t kept = 0;
  int overflow = 0;
  for (size_t i = 0; i < count; i++) {
    float score = (float)similarities[i];
    uint64_t key = recs__key_of(score, order == NULL ? ids[i] : order[ids[i]]);
    int good = (similarities[i] > list->minimum) & (ids[i] != list->exclude) & (key > floor);
    keys[kept] = key;
    kept += (size_t)good;
    overflow |= good & (fabsf(score) > FLT_MAX);
  }
  list->count += kept;
  list->overflow |= overflow;
  make_room(list);
}

void recs__shortlist_settle(recs__shortlist *list) {
  double similarities[RECS__PAIRS];
  size_t count = list->waiting;
  list->waiting = 0;
  recs__kernel_finish_many(similarities, list->rows->kernel, &list->x, &list->pairs, count, list->rows);
  keep(list, list->pairs.ids, similarities, count);
}

void recs__shortlist_rate(recs__shortlist *list, uint32_t id, double similarity) {
  keep(list, &id, &similarity, 1);
}

int32_t recs__shortlist_take(recs__shortlist *list, uint32_t *rows, float *scores, size_t *count) {
  if (list->waiting > 0)
    recs__shortlist_settle(list);
  if (list->overflow)
    return recs__fail(RECS_ERROR_NUMERIC, "a similarity is too large for a float");
  if (list->count > list->k)
    cut(list);
  recs__keys_order(list->rows->kernel->object.context, list->keys, list->count);
  for (size_t i = 0; i < list->count; i++) {
    rows[i] = recs__key_row(list->keys[i]);
    scores[i] = recs__key_score(list->keys[i]);
  }
  *count = list->count;
  return RECS_OK;
}
