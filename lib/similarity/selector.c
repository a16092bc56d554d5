#include "lib/similarity/selector.h"

#include <math.h>

/* Sets the sieve for the score that must be beaten, a little lower than it says: what passes is finished exactly, so
 * only passing too little would be wrong. */
static void tighten(recs__selector *selector, double threshold) {
  const recs_kernel *kernel = selector->rows->kernel;
  recs__sieve sieve = {0, 0};
  selector->slope = 0;
  selector->level = -INFINITY;
  if (!selector->rows->sifted || !(threshold >= 0)) /* sifted is 0 for custom kernels too */
    return;
  kernel->way->sift(&sieve, kernel, &selector->x, threshold, selector->rows->columns);
  selector->slope = (float)sieve.slope;
  selector->level = (float)(sieve.level - 1e-6 * (fabs(sieve.level) + fabs(sieve.slope) * selector->rows->top_toll));
}

void recs__selector_begin(recs__selector *selector, const recs__facts *x) {
  selector->x = *x;
  selector->count = 0;
  selector->overflow = 0;
  tighten(selector, selector->minimum);
}

void recs__selector_rate(recs__selector *selector, uint32_t id, double similarity) {
  float score = (float)similarity;
  uint64_t key = recs__key_of(score, selector->order == NULL ? id : selector->order[id]);
  if (id == selector->exclude || !(similarity > selector->minimum))
    return;
  if (isinf(score))
    selector->overflow = 1;
  if (selector->count < selector->room)
    recs__keys_push(selector->heap, selector->count++, key);
  else if (selector->room > 0 && key > selector->heap[0])
    recs__keys_replace(selector->heap, selector->count, key);
  else
    return;
  if (selector->count == selector->room)
    tighten(selector, (double)recs__key_score(selector->heap[0]));
}

void recs__selector_offer(recs__selector *selector, uint32_t id, const recs__overlap *overlap) {
  recs__facts y = recs__rows_facts(selector->rows, id);
  recs__selector_rate(selector, id,
                      recs__kernel_finish(selector->rows->kernel, &selector->x, &y, overlap, selector->rows->columns));
}

int32_t recs__selector_take(recs__selector *selector, uint32_t *rows, float *scores, size_t *count) {
  if (selector->overflow)
    return recs__fail(RECS_ERROR_NUMERIC, "a similarity is too large for a float");
  recs__keys_sort(selector->heap, selector->count);
  for (size_t i = 0; i < selector->count; i++) {
    rows[i] = recs__key_row(selector->heap[i]);
    scores[i] = recs__key_score(selector->heap[i]);
  }
  *count = selector->count;
  return RECS_OK;
}
