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

static uint64_t middle_of(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

/* Hoare's selection: what is greater than a pivot moves to the front, what is less to the back, until place `k` has its key. */
void recs__keys_select(uint64_t *keys, size_t count, size_t k) {
  ptrdiff_t begin = 0, end = (ptrdiff_t)count - 1, place = (ptrdiff_t)k;
  while (begin < end) {
    uint64_t pivot = middle_of(keys[begin], keys[begin + (end - begin) / 2], keys[end]);
    ptrdiff_t left = begin, right = end;
    while (left <= right) {
      while (keys[left] > pivot)
        left++;
      while (keys[right] < pivot)
        right--;
      if (left <= right) {
        uint64_t key = keys[left];
        keys[left++] = keys[right];
        keys[right--] = key;
      }
    }
    if (right < place)
      begin = left;
    if (place < left)
      end = right;
  }
}
