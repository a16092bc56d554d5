/* Events that say the same in every column. All threads share one table of the first of each kind: whoever finds an equal event there
 * leaves the earlier one of the two and drops the later, so that in the end the first one stays, whatever the order of threads. */
#include "lib/data/cleaning/cleaning.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { BLOCK = 64, NUMBER_BITS = 40 };
static const uint64_t number_mask = (UINT64_C(1) << NUMBER_BITS) - 1;

/* An event in one piece, without padding, so that equal ones have equal bytes. */
typedef struct record {
  uint32_t user;
  uint32_t item;
  uint32_t session;
  uint32_t type;
  double weight;
  double quantity;
  double price;
  int64_t time;
} record;

/* Eight bytes a slot: part of the hash, and the event's number from 1; 0: empty. */
typedef struct table {
  _Atomic uint64_t *slots;
  uint64_t mask;
} table;

/* Adding 0 makes -0 equal to 0; all NaN are made the same. */
static record record_of(const recs__event_view *view, size_t i) {
  record out = {
      .user = view->users[i], .item = view->items[i], .session = recs__session_of(view, i), .type = view->types[i]};
  out.weight = view->weights == NULL ? 1 : (double)view->weights[i] + 0.0;
  out.quantity = recs__quantity_of(view, i) + 0.0;
  out.price = isnan(recs__price_of(view, i)) ? (double)NAN : recs__price_of(view, i) + 0.0;
  out.time = recs__time_of(view, i);
  return out;
}

static int is_event(const recs__cleaning *cleaning, uint64_t number, const record *other) {
  size_t place;
  const recs__event_view *view = recs__cleaning_view(cleaning, (size_t)number, &place);
  record one = record_of(view, place);
  return memcmp(&one, other, sizeof one) == 0;
}

/* Several threads may drop events of one chunk. */
static void drop(const recs__cleaning *cleaning, uint64_t number) {
  __atomic_store_n(&cleaning->dropped[number], cleaning->rule, __ATOMIC_RELAXED);
}

/* A slot's events are all equal, and a slot once taken stays so: every event finds its own kind on its way, or the empty slot behind. */
static void enter(const recs__cleaning *cleaning, const table *seen, const record *one, uint64_t hash, uint64_t number) {
  uint64_t mine = hash >> NUMBER_BITS << NUMBER_BITS | (number + 1);
  uint64_t place = hash & seen->mask, slot = atomic_load_explicit(&seen->slots[place], memory_order_relaxed);
  for (;;) {
    if (slot == 0 || (slot >> NUMBER_BITS == hash >> NUMBER_BITS && is_event(cleaning, (slot & number_mask) - 1, one))) {
      if (slot != 0 && slot < mine) {
        drop(cleaning, number);
        return;
      }
      if (atomic_compare_exchange_weak_explicit(&seen->slots[place], &slot, mine, memory_order_relaxed, memory_order_relaxed)) {
        if (slot != 0)
          drop(cleaning, (slot & number_mask) - 1);
        return;
      }
      continue; /* another thread was faster: look again at what it left */
    }
    place = (place + 1) & seen->mask;
    slot = atomic_load_explicit(&seen->slots[place], memory_order_relaxed);
  }
}

/* All hashes of a block are known before the first look, so that the processor fetches many places of the table at once. */
static int32_t enter_chunk(recs__cleaning *cleaning, size_t chunk, void *payload) {
  const table *seen = payload;
  const recs__event_view *view = &cleaning->views[chunk];
  record records[BLOCK];
  uint64_t hashes[BLOCK];
  for (size_t first = 0; first < view->count; first += BLOCK) {
    size_t count = view->count - first < BLOCK ? view->count - first : BLOCK;
    for (size_t i = 0; i < count; i++) {
      records[i] = record_of(view, first + i);
      hashes[i] = XXH3_64bits(&records[i], sizeof records[i]);
      __builtin_prefetch((const void *)&seen->slots[hashes[i] & seen->mask]);
    }
    for (size_t i = 0; i < count; i++)
      enter(cleaning, seen, &records[i], hashes[i], chunk * RECS__CHUNK + first + i);
  }
  return RECS_OK;
}

int32_t recs__clean_duplicates(recs__cleaning *cleaning) {
  uint64_t size = BLOCK;
  int32_t status;
  table seen;
  if (cleaning->count >= number_mask / 2)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu events are too many", cleaning->count);
  while (size / 4 * 3 < cleaning->count)
    size *= 2;
  seen.mask = size - 1;
  seen.slots = recs__alloc_zero(cleaning->context, size, sizeof *seen.slots);
  if (seen.slots == NULL)
    return recs__fail_nomem();
  status = recs__cleaning_each(cleaning, enter_chunk, &seen);
  recs__free(cleaning->context, (void *)seen.slots);
  return status;
}
