/* Events that say the same in every column. */
#include "lib/data/cleaning.h"
#include "lib/data/lookup.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* An event in one piece, without padding, so that equal ones have equal bytes. */
typedef struct record {
  uint32_t user;
  uint32_t item;
  uint32_t session;
  uint16_t type;
  uint16_t has_price;
  double weight;
  double quantity;
  double price;
  int64_t time;
} record;

/* Adding 0 makes -0 equal to 0. */
static record record_of(const recs__event_view *view, size_t i) {
  record out = {
      .user = view->users[i], .item = view->items[i], .session = recs__session_of(view, i), .type = view->types[i]};
  out.weight = view->weights == NULL ? 1 : (double)view->weights[i] + 0.0;
  out.quantity = recs__quantity_of(view, i) + 0.0;
  out.has_price = view->prices != NULL && !isnan(view->prices[i]);
  out.price = out.has_price ? view->prices[i] + 0.0 : 0;
  out.time = recs__time_of(view, i);
  return out;
}

static int same_event(const void *payload, size_t number, const void *other) {
  size_t place;
  const recs__event_view *view = recs__cleaning_view(payload, number, &place);
  record one = record_of(view, place);
  return memcmp(&one, other, sizeof one) == 0;
}

int32_t recs__clean_duplicates(recs__cleaning *cleaning) {
  recs__lookup seen;
  size_t event = 0;
  RECS_TRY(recs__lookup_create(&seen, cleaning->context, cleaning->count));
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    for (size_t i = 0; i < cleaning->views[chunk].count; i++, event++) {
      record one = record_of(&cleaning->views[chunk], i);
      if (recs__lookup_add(&seen, XXH3_64bits(&one, sizeof one), event, same_event, cleaning, &one) != event)
        cleaning->dropped[event] = cleaning->rule;
    }
  }
  recs__lookup_free(&seen);
  return RECS_OK;
}
