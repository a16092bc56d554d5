/* Events that say the same in every column. */
#include "lib/data/cleaning.h"
#include "lib/data/lookup.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { BLOCK = 64 };

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

static int same_event(const void *payload, size_t number, const void *other) {
  size_t place;
  const recs__event_view *view = recs__cleaning_view(payload, number, &place);
  record one = record_of(view, place);
  return memcmp(&one, other, sizeof one) == 0;
}

/* Looks up `count` events of a chunk from place `first` on; `event` is the number of the first. All hashes are known
 * before the first look, so that the processor fetches many places of the table at once. */
static void look_up_block(recs__cleaning *cleaning, recs__lookup *seen, const recs__event_view *view, size_t first,
                          size_t count, size_t event) {
  record records[BLOCK];
  uint64_t hashes[BLOCK];
  for (size_t i = 0; i < count; i++) {
    records[i] = record_of(view, first + i);
    hashes[i] = XXH3_64bits(&records[i], sizeof records[i]);
    recs__lookup_prefetch(seen, hashes[i]);
  }
  for (size_t i = 0; i < count; i++) {
    if (recs__lookup_add(seen, hashes[i], event + i, same_event, cleaning, &records[i]) != event + i)
      cleaning->dropped[event + i] = cleaning->rule;
  }
}

int32_t recs__clean_duplicates(recs__cleaning *cleaning) {
  recs__lookup seen;
  RECS_TRY(recs__lookup_create(&seen, cleaning->context, cleaning->count));
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    for (size_t first = 0; first < view->count; first += BLOCK) {
      size_t left = view->count - first;
      look_up_block(cleaning, &seen, view, first, left < BLOCK ? left : BLOCK, chunk * RECS__CHUNK + first);
    }
  }
  recs__lookup_free(&seen);
  return RECS_OK;
}
