/* Queries against dense rows: how places become similarities. */
#include <math.h>
#include <string.h>

#include "lib/similarity/dense.h"

int32_t recs__dense_desk_init(recs__dense_desk *desk, const recs__dense *dense, size_t count, size_t k) {
  recs_context *context = dense->rows.kernel->object.context;
  size_t heaps, notes;
  memset(desk, 0, sizeof *desk);
  desk->dense = dense;
  desk->count = count;
  desk->k = k < dense->rows.count ? k : dense->rows.count;
  if (__builtin_mul_overflow(count, desk->k, &heaps) ||
      __builtin_mul_overflow(count, recs__quest_notes(desk->k), &notes))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu queries for %zu rows each do not fit into memory", count, desk->k);
  desk->selectors = recs__alloc_zero(context, count, sizeof *desk->selectors);
  desk->quests = recs__alloc_zero(context, count, sizeof *desk->quests);
  desk->heaps = recs__alloc(context, heaps, sizeof *desk->heaps);
  desk->packed = recs__vectors_room(&dense->vectors, count);
  desk->notes = recs__alloc(context, notes, sizeof *desk->notes);
  if (desk->selectors != NULL && desk->quests != NULL && desk->heaps != NULL && desk->notes != NULL &&
      desk->packed != NULL)
    return RECS_OK;
  recs__dense_desk_free(desk);
  return recs__fail_nomem();
}

void recs__dense_desk_free(recs__dense_desk *desk) {
  recs_context *context;
  if (desk->dense == NULL)
    return;
  context = desk->dense->rows.kernel->object.context;
  recs__free(context, desk->selectors);
  recs__free(context, desk->quests);
  recs__free(context, desk->heaps);
  recs__free(context, desk->notes);
  recs__free(context, desk->packed);
  memset(desk, 0, sizeof *desk);
}

/* The sieve's slope does not depend on the threshold. */
static double slope_of(const recs__rows *rows, const recs__facts *facts) {
  recs__sieve sieve = {0, 0};
  if (rows->sifted)
    rows->kernel->way->sift(&sieve, rows->kernel, facts, 0, rows->columns);
  return sieve.slope;
}

void recs__dense_ask(recs__dense_desk *desk, size_t place, const float *query, const recs__facts *facts, double minimum,
                     const uint32_t *without, size_t without_count) {
  const recs__rows *rows = &desk->dense->rows;
  recs__selector *selector = &desk->selectors[place];
  recs__quest *quest = &desk->quests[place];
  *selector = (recs__selector){.rows = rows,
                               .exclude = RECS_NO_ROW,
                               .minimum = minimum,
                               .heap = desk->heaps + place * desk->k,
                               .room = desk->k};
  recs__selector_begin(selector, facts);
  *quest = (recs__quest){.query = query,
                         .norm = sqrt(facts->squares),
                         .slope = slope_of(rows, facts),
                         .level = selector->level,
                         .exact = !rows->sifted,
                         .without = without,
                         .without_count = without_count,
                         .k = desk->k};
  if (rows->flat)
    quest->notes = desk->notes + place * recs__quest_notes(desk->k);
}

static float finish(void *payload, size_t quest, uint32_t row) {
  const recs__dense_desk *desk = payload;
  recs__selector *selector = &desk->selectors[quest];
  recs__selector_rate(selector, row,
                      recs__dense_similarity(desk->dense, &selector->x, desk->quests[quest].query, row));
  return selector->level;
}

void recs__dense_search(recs__dense_desk *desk, size_t count, const recs__row_range *range) {
  if (desk->k > 0)
    recs__vectors_search(&desk->dense->vectors, desk->quests, count, range, desk->packed, finish, desk);
}
