/* A user's factors by a history. */
#include "lib/recommend/als.h"

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

/* By item, and of one item by weight: the sum must not depend on the order of the history. */
static int by_item(const void *first, const void *second) {
  const recs__als_entry *a = first, *b = second;
  if (a->item != b->item)
    return a->item < b->item ? -1 : 1;
  return (a->weight > b->weight) - (a->weight < b->weight);
}

/* The history as a row of the training matrix would have it; ids and weights go to place `place`. */
static recs__als_row make_row(recs__als_request *request, const recs__als *als, const recs_history *history,
                              size_t place) {
  uint32_t *ids = request->ids + place * request->longest;
  float *weights = request->weights + place * request->longest;
  recs__als_row row = {.ids = ids, .weights = weights};
  size_t counted = 0;
  for (size_t i = 0; i < history->count; i++) {
    request->entries[i].item = history->items[i];
    request->entries[i].weight = recs__history_weight(history, i);
  }
  recs__sort(request->entries, history->count, sizeof *request->entries, by_item);
  for (size_t i = 0; i < history->count; row.count++) {
    recs__als_entry entry = request->entries[i++];
    for (; i < history->count && request->entries[i].item == entry.item; i++)
      entry.weight += request->entries[i].weight;
    ids[row.count] = entry.item;
    weights[row.count] = (float)entry.weight;
    counted += weights[row.count] != 0;
  }
  row.ridge = recs__als_ridge(&als->options, counted, als->scorer.items);
  return row;
}

void recs__als_fold_in(float *out, recs__als_request *request, const recs__als *als, const recs_history *histories,
                       size_t count) {
  recs__als_row few[RECS__ALS_LANES];
  size_t side_by_side = 0;
  for (size_t i = 0; i < count; i++, out += als->width) {
    recs__als_row *row = &request->rows[i];
    *row = make_row(request, als, &histories[i], i);
    row->out = out;
    if (row->count == 0)
      memset(out, 0, als->width * sizeof *out);
    else if (row->count <= RECS__ALS_FEW)
      few[side_by_side++] = *row;
    else
      recs__als_solve_many(&request->problem, row, &request->scratch);
  }
  for (size_t i = 0, lanes = request->problem.kernels->lanes; i < side_by_side; i += lanes)
    recs__als_solve_few(&request->problem, few + i, side_by_side - i < lanes ? side_by_side - i : lanes, &request->scratch);
}
