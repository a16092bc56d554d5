#include "lib/similarity/tally.h"

/* When more than 1 / SPARSE of all rows are touched, a scan is as fast as a list. */
enum { SPARSE = 4 };

int32_t recs__tally_init(recs__tally *tally, const recs_context *context, uint32_t rows, size_t best) {
  memset(tally, 0, sizeof *tally);
  tally->rows = rows;
  tally->room = rows / SPARSE;
  tally->sums = recs__alloc_zero(context, rows, sizeof *tally->sums);
  tally->touched = recs__alloc(context, (size_t)tally->room + 1, sizeof *tally->touched);
  tally->heap = recs__alloc(context, best, sizeof *tally->heap);
  return tally->sums == NULL || tally->touched == NULL || tally->heap == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__tally_free(recs__tally *tally, const recs_context *context) {
  recs__free(context, tally->sums);
  recs__free(context, tally->touched);
  recs__free(context, tally->heap);
}

int32_t recs__tallies_init(recs__tallies *tallies, const recs_context *context, uint32_t count, uint32_t rows, size_t best) {
  tallies->count = count;
  tallies->list = recs__alloc_zero(context, count, sizeof *tallies->list);
  if (tallies->list == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < count; i++)
    RECS_TRY(recs__tally_init(&tallies->list[i], context, rows, best));
  return RECS_OK;
}

void recs__tallies_free(recs__tallies *tallies, const recs_context *context) {
  for (uint32_t i = 0; tallies->list != NULL && i < tallies->count; i++)
    recs__tally_free(&tallies->list[i], context);
  recs__free(context, tallies->list);
}

size_t recs__tally_best(recs__tally *tally, uint32_t *rows, float *scores) {
  size_t kept = tally->kept;
  recs__keys_sort(tally->heap, kept);
  for (size_t i = 0; i < kept; i++) {
    rows[i] = recs__key_row(tally->heap[i]);
    scores[i] = recs__key_score(tally->heap[i]);
  }
  tally->kept = 0;
  tally->count = 0;
  return kept;
}
