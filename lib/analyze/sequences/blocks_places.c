/* The longest common run by lists of places: each symbol of a meets its places in b, and diagonals remember their runs. */
#include "lib/analyze/sequences/blocks.h"

#include <string.h>

/* The places of one symbol of b within its `positions`. One that is popular has begin POPULAR and end 0: no places. */
typedef struct recs__span {
  uint32_t begin, end;
} span;
#define POPULAR UINT32_MAX

/* The matches of a diagonal that end just before row `next` began in row `start`. */
typedef struct recs__run {
  uint32_t next, start;
} run;

/* Sorts b's positions by symbol, by counting. */
static void list_positions(recs__run_places *places, const recs__profile *b, uint32_t limit) {
  uint32_t at = 0;
  for (uint32_t j = 0; j < b->count; j++)
    places->spans[b->numbers[j]].end += 1;
  for (uint32_t s = 0; s < b->symbols.count; s++) {
    uint32_t count = places->spans[s].end;
    places->spans[s] = count > limit ? (span){POPULAR, 0} : (span){at, at};
    at += count > limit ? 0 : count;
  }
  for (uint32_t j = 0; j < b->count; j++) {
    span *own = &places->spans[b->numbers[j]];
    if (own->begin != POPULAR)
      places->positions[own->end++] = j;
  }
}

int32_t recs__run_places_init(recs__run_places *out, const recs__profile *b, const uint32_t *a, size_t a_count, uint32_t limit) {
  memset(out, 0, sizeof *out);
  out->context = b->context;
  out->a_count = (uint32_t)a_count;
  out->a_numbers = recs__alloc(b->context, a_count, sizeof *out->a_numbers);
  out->positions = recs__alloc(b->context, b->count, sizeof *out->positions);
  out->spans = recs__alloc_zero(b->context, (size_t)b->symbols.count + 1, sizeof *out->spans);
  out->runs = recs__alloc_zero(b->context, a_count + b->count, sizeof *out->runs);
  if (out->a_numbers == NULL || out->positions == NULL || out->spans == NULL || out->runs == NULL)
    return recs__fail_nomem();
  list_positions(out, b, limit);
  recs__symbols_find(&b->symbols, a, a_count, out->a_numbers);
  return RECS_OK;
}

void recs__run_places_free(recs__run_places *places) {
  recs__free(places->context, places->a_numbers);
  recs__free(places->context, places->spans);
  recs__free(places->context, places->positions);
  recs__free(places->context, places->runs);
}

/* The first place of a symbol that is not below `low`. */
static uint32_t first_place(const recs__run_places *places, span own, uint32_t low) {
  uint32_t begin = own.begin, end = own.end;
  while (begin < end) {
    uint32_t middle = begin + (end - begin) / 2;
    if (places->positions[middle] < low)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

/* Lets row i of a meet its places in b. What a diagonal remembers of an earlier, larger range could only be mistaken
 * for this range's at its upper and left edge, where runs begin anew. A run must be longer to replace the best, so the
 * first one in a, then in b, wins. */
static void match_row(const recs__run_places *places, const recs__range *within, uint32_t i, recs__block *best) {
  span own = places->spans[places->a_numbers[i]];
  run *runs = places->runs + (places->a_count - i);
  uint32_t place = own.begin;
  if (within->b_low > 0)
    place = first_place(places, own, within->b_low);
  for (; place < own.end; place++) {
    uint32_t j = places->positions[place], length;
    run *at = &runs[j];
    if (j >= within->b_high)
      break;
    if (at->next != i || i == within->a_low || j == within->b_low)
      at->start = i;
    at->next = i + 1;
    length = at->next - at->start;
    if (length > best->length)
      *best = (recs__block){at->start, j + 1 - length, length};
  }
}

recs__block recs__run_places_longest(void *places, const recs__range *within) {
  recs__block best = {within->a_low, within->b_low, 0};
  for (uint32_t i = within->a_low; i < within->a_high; i++)
    match_row(places, within, i, &best);
  return best;
}
