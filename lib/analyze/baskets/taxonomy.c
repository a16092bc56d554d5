#include "lib/analyze/baskets/taxonomy.h"

#include "lib/base/memory.h"
#include "lib/base/status.h"

#include <inttypes.h>
#include <string.h>

/* The pairs, by item, and a walk upwards from one row. */
typedef struct climb {
  const uint32_t *parents;
  size_t *begins; /* rows + 1 */
  uint32_t *order;
  uint32_t *seen; /* the row + 1 from which each was last reached */
  uint32_t *stack;
  size_t room;
} climb;

void recs__taxonomy_free(recs__taxonomy *self) {
  if (self->context == NULL)
    return;
  recs__free(self->context, self->offsets);
  recs__free(self->context, self->above);
  recs__free(self->context, self->linked);
  self->context = NULL;
}

static int32_t sort_pairs(climb *walk, const recs__taxonomy *self, const uint32_t *items, size_t count) {
  size_t begin = 0;
  walk->begins = recs__alloc_zero(self->context, (size_t)self->rows + 2, sizeof *walk->begins);
  walk->order = recs__alloc(self->context, count, sizeof *walk->order);
  walk->seen = recs__alloc_zero(self->context, self->rows, sizeof *walk->seen);
  walk->stack = recs__alloc(self->context, self->rows, sizeof *walk->stack);
  if (walk->begins == NULL || walk->order == NULL || walk->seen == NULL || walk->stack == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++)
    walk->begins[items[i] + 2] += 1;
  for (uint32_t row = 0; row <= self->rows; row++) {
    begin += walk->begins[row + 1];
    walk->begins[row + 1] = begin;
  }
  for (size_t i = 0; i < count; i++)
    walk->order[walk->begins[items[i] + 1]++] = walk->parents[i];
  return RECS_OK;
}

/* Appends what is reached from a row by going up, and what is reached from there. */
static int32_t climb_from(recs__taxonomy *self, climb *walk, uint32_t row, size_t *used) {
  uint32_t height = 1;
  walk->stack[0] = row;
  while (height > 0) {
    uint32_t at = walk->stack[--height];
    for (size_t i = walk->begins[at]; i < walk->begins[at + 1]; i++) {
      uint32_t parent = walk->order[i];
      if (parent == row)
        return recs__fail(RECS_ERROR_INVALID, "the taxonomy has item %" PRIu32 " above itself", row);
      if (walk->seen[parent] == row + 1)
        continue;
      walk->seen[parent] = row + 1;
      RECS_TRY(recs__grow(self->context, &self->above, &walk->room, *used + 1, sizeof *self->above));
      self->above[(*used)++] = parent;
      self->linked[row] = self->linked[parent] = 1;
      walk->stack[height++] = parent;
    }
  }
  return RECS_OK;
}

static int32_t climb_all(recs__taxonomy *self, climb *walk) {
  size_t used = 0;
  for (uint32_t row = 0; row < self->rows; row++) {
    self->offsets[row] = used;
    RECS_TRY(climb_from(self, walk, row, &used));
  }
  self->offsets[self->rows] = used;
  return RECS_OK;
}

static int32_t check_pairs(recs__taxonomy *self, const uint32_t *items, const uint32_t *parents, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t larger = items[i] > parents[i] ? items[i] : parents[i];
    if (larger >= RECS_NO_ROW - 1)
      return recs__fail(RECS_ERROR_INVALID, "pair %zu of the taxonomy has row %" PRIu32, i, larger);
    self->rows = larger >= self->rows ? larger + 1 : self->rows;
  }
  return RECS_OK;
}

int32_t recs__taxonomy_init(recs__taxonomy *self, const recs_context *context, const uint32_t *items,
                            const uint32_t *parents, size_t count) {
  climb walk = {.parents = parents};
  int32_t status;
  memset(self, 0, sizeof *self);
  self->context = context;
  RECS_TRY(check_pairs(self, items, parents, count));
  self->offsets = recs__alloc(context, (size_t)self->rows + 1, sizeof *self->offsets);
  self->linked = recs__alloc_zero(context, self->rows, 1);
  if (self->offsets == NULL || self->linked == NULL)
    return recs__fail_nomem();
  RECS_GO(sort_pairs(&walk, self, items, count));
  RECS_GO(climb_all(self, &walk));
cleanup:
  recs__free(context, walk.begins);
  recs__free(context, walk.order);
  recs__free(context, walk.seen);
  recs__free(context, walk.stack);
  return status;
}

static int stands_above(const recs__taxonomy *self, uint32_t category, uint32_t row) {
  if (row >= self->rows)
    return 0;
  for (size_t i = self->offsets[row]; i < self->offsets[row + 1]; i++) {
    if (self->above[i] == category)
      return 1;
  }
  return 0;
}

int recs__taxonomy_related(const recs__taxonomy *self, uint32_t a, uint32_t b) {
  return self != NULL && (stands_above(self, a, b) || stands_above(self, b, a));
}
