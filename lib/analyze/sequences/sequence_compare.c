/* Two sequences, and one against many, by any measure. */
#include "lib/analyze/sequences/measures.h"
#include "lib/analyze/sequences/sequence_list.h"
#include "lib/base/parallel.h"

#include <recs/analyze.h>

#include <inttypes.h>
#include <math.h>

int32_t recs_sequence_compare(double *out, recs_context *context, int32_t measure, const uint32_t *a, size_t a_count,
                              const uint32_t *b, size_t b_count) {
  recs__measure_desk desk = {.room = 0};
  const recs__measure *found;
  recs__yardstick stick;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = (double)NAN;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__measure_find(&found, measure));
  RECS_TRY(recs__sequence_check("a", a, a_count));
  RECS_TRY(recs__sequence_check("b", b, b_count));
  RECS_GO(recs__yardstick_init(&stick, context, found, b, b_count));
  RECS_GO(recs__yardstick_apply(out, &stick, &desk, a, a_count, 0));
cleanup:
  recs__measure_desk_free(&desk, context);
  recs__yardstick_free(&stick);
  return status;
}

int32_t recs__sequence_list_check(const int64_t *offsets, const uint32_t *symbols, size_t count) {
  if (count == 0)
    return RECS_OK;
  RECS_NOT_NULL(offsets);
  if (offsets[0] < 0)
    return recs__fail(RECS_ERROR_INVALID, "offset 0 is %" PRId64, offsets[0]);
  for (size_t i = 0; i < count; i++) {
    if (offsets[i + 1] < offsets[i])
      return recs__fail(RECS_ERROR_INVALID, "offset %zu is %" PRId64 ", below the one before it, %" PRId64, i + 1, offsets[i + 1], offsets[i]);
    RECS_TRY(recs__sequence_check("symbols", symbols, (size_t)(offsets[i + 1] - offsets[i])));
  }
  return RECS_OK;
}

typedef struct many {
  const recs__yardstick *stick;
  recs__measure_desk *desks; /* by thread */
  const int64_t *offsets;
  const uint32_t *symbols;
  double *out;
  double cutoff;
} many;

enum { SEQUENCES_A_RANGE = 4096, ENTRIES_A_SYMBOL = 2 };

/* A value, or what stands for one that is worse than the cutoff. */
static double cut(double value, double cutoff, int distance) {
  if (distance)
    return value > cutoff ? (double)INFINITY : value;
  return value < cutoff ? 0 : value;
}

static int32_t measure_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const many *self = payload;
  recs__measure_desk *desk = &self->desks[thread];
  int distance = recs__measure_is_distance(self->stick->measure);
  double floor = distance ? 0 : self->cutoff, *out = self->out;
  const uint32_t *a[RECS__SHORT_LANES];
  size_t counts[RECS__SHORT_LANES], at = begin;
  for (; at + RECS__SHORT_LANES <= end; at += RECS__SHORT_LANES) {
    for (size_t k = 0; k < RECS__SHORT_LANES; k++) {
      a[k] = self->symbols + self->offsets[at + k];
      counts[k] = (size_t)(self->offsets[at + k + 1] - self->offsets[at + k]);
    }
    RECS_TRY(recs__yardstick_apply_four(out + at, self->stick, desk, a, counts, floor));
  }
  for (; at < end; at++)
    RECS_TRY(recs__yardstick_apply(&out[at], self->stick, desk, self->symbols + self->offsets[at],
                                   (size_t)(self->offsets[at + 1] - self->offsets[at]), floor));
  for (size_t i = begin; i < end; i++)
    out[i] = cut(out[i], self->cutoff, distance);
  return RECS_OK;
}

/* Gives b's profile a table, if the symbols that it is to meet are small enough for one to be worth its while. */
static int32_t tabulate(recs__profile *b, const int64_t *offsets, const uint32_t *symbols, size_t count) {
  size_t total = (size_t)(offsets[count] - offsets[0]);
  uint32_t largest = 0;
  for (int64_t i = offsets[0]; i < offsets[count]; i++)
    largest = symbols[i] > largest ? symbols[i] : largest;
  return b->words == 0 || largest >= total * ENTRIES_A_SYMBOL ? RECS_OK : recs__profile_tabulate(b, (size_t)largest + 1);
}

int32_t recs_sequence_compare_many(double *out, recs_context *context, int32_t measure, double cutoff, const uint32_t *b,
                                   size_t b_count, const int64_t *offsets, const uint32_t *symbols, size_t count) {
  many self = {.offsets = offsets, .symbols = symbols, .out = out, .cutoff = cutoff};
  const recs__measure *found;
  recs__yardstick stick;
  uint32_t threads;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(context);
  RECS_TRY(recs__measure_find(&found, measure));
  if (isnan(cutoff))
    return recs__fail(RECS_ERROR_INVALID, "cutoff is not a number");
  RECS_TRY(recs__sequence_check("b", b, b_count));
  RECS_TRY(recs__sequence_list_check(offsets, symbols, count));
  if (count == 0)
    return RECS_OK;
  RECS_NOT_NULL(out);
  threads = recs__parallel_threads(context, count, SEQUENCES_A_RANGE);
  self.stick = &stick;
  self.desks = recs__alloc_zero(context, threads, sizeof *self.desks);
  RECS_GO(recs__yardstick_init(&stick, context, found, b, b_count));
  RECS_GO(tabulate(&stick.b, offsets, symbols, count));
  RECS_GO(self.desks == NULL ? recs__fail_nomem() : RECS_OK);
  RECS_GO(recs__parallel(context, count, SEQUENCES_A_RANGE, measure_range, &self, NULL));
cleanup:
  for (uint32_t t = 0; self.desks != NULL && t < threads; t++)
    recs__measure_desk_free(&self.desks[t], context);
  recs__free(context, self.desks);
  recs__yardstick_free(&stick);
  return status;
}
