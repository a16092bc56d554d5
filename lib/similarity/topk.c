#include "lib/similarity/topk.h"

#define HEAP_ENTRY recs__pick
#define HEAP_BETTER(a, b) recs__pick_better(a, b)
#define HEAP_NAME(verb) picks_##verb
#include "lib/similarity/topk_heap.h"

#define HEAP_ENTRY uint64_t
#define HEAP_BETTER(a, b) ((a) > (b))
#define HEAP_NAME(verb) keys_##verb
#include "lib/similarity/topk_heap.h"

int32_t recs__top_init(recs__top *top, const recs_context *context, size_t k, size_t candidates) {
  memset(top, 0, sizeof *top);
  top->context = context;
  top->room = k < candidates ? k : candidates;
  top->picks = recs__alloc(context, top->room, sizeof *top->picks);
  return top->picks == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__top_free(recs__top *top) {
  recs__free(top->context, top->picks);
  top->picks = NULL;
}

void recs__top_keep(recs__top *top, recs__pick pick) {
  if (top->count < top->room)
    picks_rise(top->picks, top->count++, pick);
  else
    picks_sink(top->picks, top->count, 0, pick);
}

size_t recs__top_take(recs__top *top, uint32_t *rows, double *scores) {
  size_t count = top->count;
  picks_sort(top->picks, count);
  for (size_t i = 0; i < count; i++) {
    rows[i] = top->picks[i].row;
    scores[i] = top->picks[i].score;
  }
  top->count = 0;
  return count;
}

void recs__keys_push(uint64_t *heap, size_t count, uint64_t key) {
  keys_rise(heap, count, key);
}

void recs__keys_replace(uint64_t *heap, size_t count, uint64_t key) {
  keys_sink(heap, count, 0, key);
}

void recs__keys_sort(uint64_t *heap, size_t count) {
  keys_sort(heap, count);
}
