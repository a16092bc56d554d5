#include "lib/data/cleaning/lookup.h"

enum { NUMBER_BITS = 40, SMALLEST = 16 };
static const uint64_t number_mask = (UINT64_C(1) << NUMBER_BITS) - 1;

int32_t recs__lookup_create(recs__lookup *out, recs_context *context, size_t most) {
  size_t size = SMALLEST;
  if (most >= number_mask / 2)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu records are too many", most);
  while (size / 4 * 3 < most)
    size *= 2;
  out->context = context;
  out->mask = size - 1;
  out->slots = recs__alloc_zero(context, size, sizeof *out->slots);
  return out->slots == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__lookup_free(recs__lookup *lookup) {
  recs__free(lookup->context, lookup->slots);
}

/* The slot of the equal record, or the empty one where it would go. The place comes from the low bits of the hash, the
 * tag from the high ones. */
static uint64_t *find_slot(const recs__lookup *lookup, uint64_t hash, recs__same_fn same, const void *payload,
                           const void *record) {
  uint64_t place = hash & lookup->mask;
  uint64_t tag = hash >> NUMBER_BITS;
  for (;; place = (place + 1) & lookup->mask) {
    uint64_t slot = lookup->slots[place];
    if (slot == 0 || (slot >> NUMBER_BITS == tag && same(payload, (size_t)(slot & number_mask) - 1, record)))
      return &lookup->slots[place];
  }
}

size_t recs__lookup_add(recs__lookup *lookup, uint64_t hash, size_t number, recs__same_fn same, const void *payload,
                        const void *record) {
  uint64_t *slot = find_slot(lookup, hash, same, payload, record);
  if (*slot != 0)
    return (size_t)(*slot & number_mask) - 1;
  *slot = hash >> NUMBER_BITS << NUMBER_BITS | ((uint64_t)number + 1);
  return number;
}

size_t recs__lookup_find(const recs__lookup *lookup, uint64_t hash, recs__same_fn same, const void *payload,
                         const void *record) {
  uint64_t slot = *find_slot(lookup, hash, same, payload, record);
  return slot == 0 ? SIZE_MAX : (size_t)(slot & number_mask) - 1;
}
