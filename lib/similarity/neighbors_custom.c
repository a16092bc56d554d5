/* The graph by the host's own function: each ordered pair is asked for, on the calling thread. */
#include "lib/similarity/neighbors.h"

#include <math.h>

#include "lib/base/context.h"
#include "lib/similarity/kernel.h"
#include "lib/similarity/topk.h"

typedef struct asking {
  const recs__graph_job *job;
  const recs_matrix *matrix;
  recs_neighbors *neighbors;
  uint64_t *slots;
  uint32_t *counts;
  uint64_t *heap;
} asking;

static recs__row row_of(const recs_matrix *matrix, uint32_t row) {
  size_t begin = (size_t)matrix->offsets[row];
  return (recs__row){matrix->indices + begin, matrix->values + begin, (size_t)matrix->offsets[row + 1] - begin};
}

static int32_t offer(asking *ask, size_t *count, const recs__row *x, uint32_t other) {
  recs__row y = row_of(ask->matrix, other);
  uint64_t key;
  double similarity;
  RECS_TRY(recs__kernel_call(&similarity, ask->job->kernel, x, &y));
  if (isinf((float)similarity))
    return recs__fail(RECS_ERROR_NUMERIC, "a similarity is too large for a float");
  if (!(similarity > ask->job->options.minimum))
    return RECS_OK;
  key = recs__key_of((float)similarity, other);
  if (*count < ask->job->options.k)
    recs__keys_push(ask->heap, (*count)++, key);
  else if (key > ask->heap[0])
    recs__keys_replace(ask->heap, *count, key);
  return RECS_OK;
}

static int32_t ask_row(asking *ask, uint32_t row) {
  recs_neighbors *neighbors = ask->neighbors;
  recs__row x = row_of(ask->matrix, row);
  size_t count = 0, slot = (size_t)neighbors->offsets[row];
  for (uint32_t other = 0; other < ask->matrix->rows; other++) {
    if (other != row)
      RECS_TRY(offer(ask, &count, &x, other));
  }
  recs__keys_sort(ask->heap, count);
  for (size_t i = 0; i < count; i++) {
    neighbors->ids[slot + i] = recs__key_row(ask->heap[i]);
    neighbors->scores[slot + i] = recs__key_score(ask->heap[i]);
  }
  ask->counts[row] = (uint32_t)count;
  return recs__progress_at(&ask->job->progress, (double)(row + 1) / (double)ask->matrix->rows);
}

static int32_t ask_all(asking *ask) {
  recs_context *context = ask->job->kernel->object.context;
  uint32_t rows = ask->matrix->rows, k = ask->job->options.k;
  uint32_t room = rows == 0 ? 0 : k < rows - 1 ? k : rows - 1;
  ask->slots = recs__alloc(context, rows, sizeof *ask->slots);
  ask->counts = recs__alloc_zero(context, rows, sizeof *ask->counts);
  ask->heap = recs__alloc(context, room, sizeof *ask->heap);
  if (ask->slots == NULL || ask->counts == NULL || ask->heap == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows; row++)
    ask->slots[row] = room;
  RECS_TRY(recs__neighbors_new(&ask->neighbors, context, rows, ask->slots));
  for (uint32_t row = 0; row < rows; row++)
    RECS_TRY(ask_row(ask, row));
  recs__neighbors_close(ask->neighbors, ask->counts);
  return RECS_OK;
}

int32_t recs__neighbors_custom(recs_neighbors **out, const recs__graph_job *job, const recs_matrix *matrix) {
  recs_context *context = job->kernel->object.context;
  asking ask = {.job = job, .matrix = matrix};
  int32_t status = ask_all(&ask);
  if (status == RECS_OK)
    *out = ask.neighbors;
  else
    recs__release(ask.neighbors);
  recs__free(context, ask.slots);
  recs__free(context, ask.counts);
  recs__free(context, ask.heap);
  return status;
}
