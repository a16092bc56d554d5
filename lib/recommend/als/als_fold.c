/* A user's factors by a history. */
#include "lib/recommend/als/als.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/sort.h"

int32_t recs__als_request_open(recs__als_request *request, const recs__als *als, const recs_history *histories,
                               size_t count) {
  const recs_context *context = als->scorer.object.context;
  size_t longest = 0;
  memset(request, 0, sizeof *request);
  request->context = context;
  request->problem = (recs__als_problem){.kernels = recs__als_kernels_of(context->cpu),
                                         .factors = als->factors,
                                         .spectrum = als->spectrum,
                                         .width = als->width,
                                         .block = als->width, /* there is nothing to start a search from */
                                         .alpha = (float)als->options.alpha,
                                         .unobserved = (float)als->options.unobserved};
  for (size_t i = 0; i < count; i++)
    longest = histories[i].count > longest ? histories[i].count : longest;
  request->longest = longest;
  request->entries = recs__alloc(context, longest, sizeof *request->entries);
  request->ids = recs__alloc(context, longest * RECS__ALS_LANES, sizeof *request->ids);
  request->weights = recs__alloc(context, longest * RECS__ALS_LANES, sizeof *request->weights);
  if (request->entries != NULL && request->ids != NULL && request->weights != NULL &&
      recs__als_scratch_init(&request->scratch, context, &request->problem, longest) == RECS_OK)
    return RECS_OK;
  recs__als_request_close(request);
  return recs__fail_nomem();
}

void recs__als_request_close(recs__als_request *request) {
  recs__als_scratch_free(&request->scratch);
  recs__free(request->context, request->entries);
  recs__free(request->context, request->ids);
  recs__free(request->context, request->weights);
}

static float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The history as a row of the training matrix would have it, on ids and weights of its own place. Items and weights are sorted
 * together, by their bits: sums must not depend on the order of the history. */
static recs__als_row make_row(recs__als_request *request, const recs__als *als, const recs_history *history,
                              size_t place) {
  uint32_t *ids = request->ids + place * request->longest;
  float *weights = request->weights + place * request->longest;
  recs__als_row row = {.ids = ids, .weights = weights};
  size_t counted = 0;
  for (size_t i = 0; i < history->count; i++) {
    float weight = history->weights == NULL ? 1.0F : history->weights[i];
    uint32_t bits;
    memcpy(&bits, &weight, sizeof bits);
    request->entries[i] = (uint64_t)history->items[i] << 32 | bits;
  }
  recs__sort_u64(request->entries, history->count);
  for (size_t i = 0; i < history->count; row.count++) {
    uint32_t item = (uint32_t)(request->entries[i] >> 32);
    double weight = 0;
    for (; i < history->count && request->entries[i] >> 32 == item; i++)
      weight += (double)float_of((uint32_t)request->entries[i]);
    ids[row.count] = item;
    weights[row.count] = (float)weight;
    counted += weights[row.count] != 0;
  }
  row.ridge = recs__als_ridge(&als->options, counted, als->scorer.items);
  return row;
}

/* Up to RECS__ALS_LANES histories, by their numbers. */
static int32_t fold_some(float *out, recs__als_request *request, const recs__als *als, const recs_history *histories,
                         const uint32_t *numbers, size_t count) {
  recs__als_row few[RECS__ALS_LANES];
  size_t waiting = 0;
  for (size_t i = 0; i < count; i++) {
    recs__als_row row;
    recs__faded faded;
    RECS_TRY(recs__faded_init(&faded, request->context, &als->recency, &histories[numbers[i]]));
    row = make_row(request, als, &faded.history, i);
    recs__faded_free(&faded, request->context);
    row.out = out + (size_t)numbers[i] * als->width;
    if (row.count == 0)
      memset(row.out, 0, als->width * sizeof *row.out);
    else if (row.count <= RECS__ALS_FEW)
      few[waiting++] = row;
    else
      recs__als_solve_many(&request->problem, &row, &request->scratch);
    request->row = row;
  }
  for (size_t i = 0, lanes = request->problem.kernels->lanes; i < waiting; i += lanes)
    recs__als_solve_few(&request->problem, few + i, waiting - i < lanes ? waiting - i : lanes, &request->scratch);
  return RECS_OK;
}

int32_t recs__als_fold_in(float *out, recs__als_request *request, const recs__als *als, const recs_history *histories,
                          size_t count) {
  for (size_t begin = 0; begin < count; begin += RECS__ALS_AT_ONCE) {
    size_t some = count - begin < RECS__ALS_AT_ONCE ? count - begin : RECS__ALS_AT_ONCE;
    uint64_t order[RECS__ALS_AT_ONCE];
    uint32_t numbers[RECS__ALS_AT_ONCE];
    for (size_t i = 0; i < some; i++) { /* histories of like lengths are solved for side by side */
      size_t length = histories[begin + i].count;
      order[i] = (uint64_t)(length < UINT32_MAX ? length : UINT32_MAX) << 32 | i;
    }
    recs__sort_u64(order, some);
    for (size_t i = 0; i < some; i++)
      numbers[i] = (uint32_t)order[i];
    for (size_t i = 0; i < some; i += RECS__ALS_LANES)
      RECS_TRY(fold_some(out + begin * als->width, request, als, histories + begin, numbers + i,
                         some - i < RECS__ALS_LANES ? some - i : RECS__ALS_LANES));
  }
  for (size_t i = 0; i < count * als->width; i++) {
    if (!isfinite(out[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "the weights of a history are too large for an alpha of %g", als->options.alpha);
  }
  return RECS_OK;
}
