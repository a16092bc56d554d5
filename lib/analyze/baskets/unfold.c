#include "lib/analyze/baskets/unfold.h"

#include "lib/base/memory.h"
#include "lib/base/sort.h"

/* A bundle being unfolded: `rows` are walked from the front, optional ones being left out or taken. */
typedef struct walk {
  const uint64_t *rows; /* row * 2, + 1 when it is optional */
  uint32_t count;
  uint32_t smallest, largest, support;
  uint32_t *items;
  recs__emit_fn emit;
  void *payload;
} walk;

void recs__unfolder_free(recs__unfolder *self) {
  if (self->context == NULL)
    return;
  recs__free(self->context, self->rows);
  recs__free(self->context, self->items);
}

/* Goes on from row number `at` with a set of `size` items; `sure` of the rows to come are not optional. */
static int32_t go_on(const walk *self, uint32_t at, uint32_t size, uint32_t sure) {
  for (; at < self->count; at++) {
    uint32_t optional = self->rows[at] & 1u;
    if (size + sure > self->largest || size + (self->count - at) < self->smallest)
      return RECS_OK;
    if (optional != 0)
      RECS_TRY(go_on(self, at + 1, size, sure));
    self->items[size++] = (uint32_t)(self->rows[at] >> 1);
    sure -= 1 - optional;
  }
  return size < self->smallest || size > self->largest ? RECS_OK : self->emit(self->payload, self->items, size, self->support);
}

static void insertion_sort(uint64_t *values, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint64_t value = values[i];
    uint32_t place = i;
    for (; place > 0 && values[place - 1] > value; place--)
      values[place] = values[place - 1];
    values[place] = value;
  }
}

int32_t recs__unfold(recs__unfolder *self, const recs__bundle *bundle, uint32_t smallest, uint32_t largest) {
  uint32_t count = bundle->base + bundle->optional;
  size_t room = self->room;
  walk out = {NULL, count, smallest, largest, bundle->support, NULL, self->emit, self->payload};
  if (room < count) {
    RECS_TRY(recs__grow(self->context, &self->rows, &room, count, sizeof *self->rows));
    RECS_TRY(recs__grow(self->context, &self->items, &self->room, count, sizeof *self->items));
  }
  for (uint32_t i = 0; i < count; i++)
    self->rows[i] = (uint64_t)bundle->rows[i] << 1 | (i >= bundle->base);
  if (count <= 32)
    insertion_sort(self->rows, count);
  else
    recs__sort_u64(self->rows, count);
  out.rows = self->rows;
  out.items = self->items;
  return go_on(&out, 0, 0, bundle->base);
}
