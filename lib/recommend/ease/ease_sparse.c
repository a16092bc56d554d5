/* The largest weights of EASE, in a graph. */
#include <math.h>
#include <string.h>

#include "lib/base/sort.h"
#include "lib/recommend/ease/ease.h"
#include "lib/similarity/topk.h"

int32_t recs__ease_sparse_init(recs__ease_sparse *sparse, recs_context *context, uint32_t items, const uint64_t *slots) {
  sparse->counts = recs__alloc_zero(context, items, sizeof *sparse->counts);
  if (sparse->counts == NULL)
    return recs__fail_nomem();
  if (recs__neighbors_new(&sparse->graph, context, items, slots) == RECS_OK)
    return RECS_OK;
  recs__free(context, sparse->counts);
  return RECS_ERROR_NOMEM;
}

static int by_weight(const void *first, const void *second) {
  recs__pick a, b;
  memcpy(&a, first, sizeof a);
  memcpy(&b, second, sizeof b);
  return recs__pick_better(a, b) ? -1 : recs__pick_better(b, a);
}

int32_t recs__ease_sparse_take(recs__ease_sparse *sparse, uint32_t item, const uint32_t *others, const double *weights, size_t count) {
  recs_neighbors *graph = sparse->graph;
  int64_t begin = graph->offsets[item];
  recs__top top;
  RECS_TRY(recs__top_init(&top, graph->object.context, (size_t)(graph->offsets[item + 1] - begin), count));
  for (size_t i = 0; i < count; i++) {
    if (weights[i] != 0)
      recs__top_offer(&top, (uint32_t)i, fabs(weights[i]));
  }
  /* The graph wants the greatest first, and rows of the catalogue. */
  for (size_t i = 0; i < top.count; i++) {
    top.picks[i].score = (double)(float)weights[top.picks[i].row];
    top.picks[i].row = others[top.picks[i].row];
  }
  recs__sort(top.picks, top.count, sizeof *top.picks, by_weight);
  for (size_t i = 0; i < top.count; i++) {
    graph->ids[begin + (int64_t)i] = top.picks[i].row;
    graph->scores[begin + (int64_t)i] = (float)top.picks[i].score;
  }
  sparse->counts[item] = (uint32_t)top.count;
  recs__top_free(&top);
  return RECS_OK;
}

int32_t recs__ease_sparse_finish(recs_neighbors **out, recs__ease_sparse *sparse, int32_t status) {
  *out = NULL;
  if (status == RECS_OK) {
    recs__neighbors_close(sparse->graph, sparse->counts);
    *out = sparse->graph;
  }
  recs__free(sparse->graph->object.context, sparse->counts);
  if (status != RECS_OK)
    recs_neighbors_free(sparse->graph);
  return status;
}

double recs__ease_sparse_weight(const recs_neighbors *graph, uint32_t from, uint32_t to) {
  for (int64_t i = graph->offsets[from]; i < graph->offsets[from + 1]; i++) {
    if (graph->ids[i] == to)
      return (double)graph->scores[i];
  }
  return 0;
}

void recs__ease_sparse_add(const recs_neighbors *graph, uint32_t item, double weight, recs__board *board) {
  for (int64_t i = graph->offsets[item]; i < graph->offsets[item + 1]; i++)
    recs__board_add(board, graph->ids[i], weight * (double)graph->scores[i]);
}
