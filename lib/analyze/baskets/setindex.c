#include "lib/analyze/baskets/setindex.h"

#include <inttypes.h>
#include <string.h>

static uint64_t hash_of(const uint32_t *items, uint32_t size) {
  uint64_t hash = size;
  for (uint32_t k = 0; k < size; k++) {
    hash = (hash ^ items[k]) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
  }
  return hash;
}

int32_t recs__set_index_init(recs__set_index *index, const recs_itemsets *itemsets) {
  uint64_t room = 16;
  memset(index, 0, sizeof *index);
  index->itemsets = itemsets;
  if (itemsets->count >= UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "%" PRIu64 " itemsets are too many to look up", itemsets->count);
  while (room / 2 < itemsets->count)
    room *= 2;
  index->mask = room - 1;
  index->slots = recs__alloc_zero(itemsets->object.context, room, sizeof *index->slots);
  if (index->slots == NULL)
    return recs__fail_nomem();
  for (uint64_t number = 0; number < itemsets->count; number++) {
    uint32_t size;
    const uint32_t *items = recs__itemsets_items(itemsets, number, &size);
    uint64_t slot = hash_of(items, size) & index->mask;
    while (index->slots[slot] != 0)
      slot = (slot + 1) & index->mask;
    index->slots[slot] = (uint32_t)number + 1;
  }
  return RECS_OK;
}

void recs__set_index_free(recs__set_index *index) {
  if (index->itemsets != NULL)
    recs__free(index->itemsets->object.context, index->slots);
}

uint64_t recs__set_index_place(const recs__set_index *index, const uint32_t *items, uint32_t size) {
  const recs_itemsets *itemsets = index->itemsets;
  for (uint64_t slot = hash_of(items, size) & index->mask; index->slots[slot] != 0; slot = (slot + 1) & index->mask) {
    uint32_t own, number = index->slots[slot] - 1;
    const uint32_t *found = recs__itemsets_items(itemsets, number, &own);
    if (own == size && memcmp(found, items, size * sizeof *items) == 0)
      return number;
  }
  return itemsets->count;
}

uint32_t recs__set_index_support(const recs__set_index *index, const uint32_t *items, uint32_t size) {
  uint64_t place = recs__set_index_place(index, items, size);
  return place == index->itemsets->count ? 0 : index->itemsets->supports[place];
}
