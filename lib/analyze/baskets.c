#include "lib/analyze/baskets.h"

#include "lib/base/sort.h"
#include "lib/data/matrix.h"

#include <math.h>
#include <string.h>

enum { SHORT_BASKET = 64 };

/* In how many baskets each item is, and how many baskets hold anything. A value of 0 is no item. */
static uint64_t count_items(uint32_t *supports, const recs_matrix *matrix) {
  uint64_t total = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    int any = 0;
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      int there = matrix->values[e] != 0;
      supports[matrix->indices[e]] += (uint32_t)there;
      any |= there;
    }
    total += (uint64_t)any;
  }
  return total;
}

/* Codes by ascending support, equal ones by row. */
static int32_t give_codes(recs__baskets *self, const uint32_t *supports, uint32_t columns) {
  uint64_t *order = recs__alloc(self->context, columns, sizeof *order);
  if (order == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < columns; item++) {
    if (supports[item] >= self->min_count)
      order[self->items++] = (uint64_t)supports[item] << 32 | item;
  }
  recs__sort_u64(order, self->items);
  self->rows = recs__alloc(self->context, self->items, sizeof *self->rows);
  self->ranks = recs__alloc(self->context, self->items, sizeof *self->ranks);
  self->supports = recs__alloc(self->context, self->items, sizeof *self->supports);
  self->places_of = recs__alloc_zero(self->context, (size_t)self->items + 1, sizeof *self->places_of);
  if (self->rows != NULL && self->ranks != NULL && self->supports != NULL && self->places_of != NULL) {
    for (uint32_t code = 0; code < self->items; code++) {
      self->rows[code] = (uint32_t)order[code];
      self->supports[code] = (uint32_t)(order[code] >> 32);
      self->places_of[code + 1] = self->places_of[code] + self->supports[code];
    }
  }
  recs__free(self->context, order);
  return self->rows == NULL || self->ranks == NULL || self->supports == NULL || self->places_of == NULL ? recs__fail_nomem()
                                                                                                       : RECS_OK;
}

/* From items to codes, RECS_NO_ROW for rare ones; and the ranks. */
static void map_items(recs__baskets *self, uint32_t *code_of, uint32_t columns) {
  uint32_t rank = 0;
  memset(code_of, 0xff, columns * sizeof *code_of);
  for (uint32_t code = 0; code < self->items; code++)
    code_of[self->rows[code]] = code;
  for (uint32_t item = 0; item < columns; item++) {
    if (code_of[item] != RECS_NO_ROW)
      self->ranks[code_of[item]] = rank++;
  }
}

static int by_code(const void *first, const void *second) {
  uint32_t a, b;
  memcpy(&a, first, sizeof a);
  memcpy(&b, second, sizeof b);
  return (a > b) - (a < b);
}

/* Nearly all baskets are short. */
static void sort_codes(uint32_t *codes, size_t count) {
  if (count > SHORT_BASKET) {
    recs__sort(codes, count, sizeof *codes, by_code);
    return;
  }
  for (size_t i = 1; i < count; i++) {
    uint32_t code = codes[i];
    size_t place = i;
    for (; place > 0 && codes[place - 1] > code; place--)
      codes[place] = codes[place - 1];
    codes[place] = code;
  }
}

static void fill_places(recs__baskets *self) {
  int64_t *next = self->places_of; /* moves on with each place, and is moved back below */
  for (uint32_t basket = 0; basket < self->baskets; basket++) {
    int64_t end = self->offsets[basket + 1];
    for (int64_t e = self->offsets[basket]; e < end; e++) {
      int64_t place = next[self->codes[e]]++;
      self->places[place] = basket;
      self->tails[place] = (uint32_t)(end - e - 1);
    }
  }
  memmove(next + 1, next, self->items * sizeof *next);
  next[0] = 0;
}

static void fill_codes(recs__baskets *self, const recs_matrix *matrix, const uint32_t *code_of) {
  int64_t count = 0;
  self->offsets[0] = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    int64_t begin = count;
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      uint32_t code = code_of[matrix->indices[e]];
      if (code != RECS_NO_ROW && matrix->values[e] != 0)
        self->codes[count++] = code;
    }
    if (count == begin)
      continue;
    sort_codes(self->codes + begin, (size_t)(count - begin));
    self->offsets[++self->baskets] = count;
  }
}

static int32_t fill(recs__baskets *self, const recs_matrix *matrix) {
  size_t entries = (size_t)self->places_of[self->items];
  uint32_t *code_of = recs__alloc(self->context, matrix->columns, sizeof *code_of);
  self->offsets = recs__alloc(self->context, (size_t)matrix->rows + 1, sizeof *self->offsets);
  self->codes = recs__alloc(self->context, entries, sizeof *self->codes);
  self->places = recs__alloc(self->context, entries, sizeof *self->places);
  self->tails = recs__alloc(self->context, entries, sizeof *self->tails);
  if (code_of == NULL || self->offsets == NULL || self->codes == NULL || self->places == NULL || self->tails == NULL) {
    recs__free(self->context, code_of);
    return recs__fail_nomem();
  }
  map_items(self, code_of, matrix->columns);
  fill_codes(self, matrix, code_of);
  fill_places(self);
  recs__free(self->context, code_of);
  return RECS_OK;
}

int32_t recs__baskets_prepare(recs__baskets *out, const recs_matrix *matrix, double min_support, uint64_t min_count) {
  recs_context *context = recs__context_of(matrix);
  uint32_t *supports = recs__alloc_zero(context, matrix->columns, sizeof *supports);
  int32_t status;
  memset(out, 0, sizeof *out);
  out->context = context;
  if (supports == NULL)
    return recs__fail_nomem();
  out->total = count_items(supports, matrix);
  out->min_count = min_count != 0 ? min_count : (uint64_t)ceil(min_support * (double)out->total - 1e-9);
  out->min_count = out->min_count == 0 ? 1 : out->min_count;
  status = give_codes(out, supports, matrix->columns);
  if (status == RECS_OK)
    status = fill(out, matrix);
  recs__free(context, supports);
  if (status != RECS_OK)
    recs__baskets_free(out);
  return status;
}

void recs__baskets_free(recs__baskets *baskets) {
  recs__free(baskets->context, baskets->rows);
  recs__free(baskets->context, baskets->ranks);
  recs__free(baskets->context, baskets->supports);
  recs__free(baskets->context, baskets->offsets);
  recs__free(baskets->context, baskets->codes);
  recs__free(baskets->context, baskets->places_of);
  recs__free(baskets->context, baskets->places);
  recs__free(baskets->context, baskets->tails);
}
