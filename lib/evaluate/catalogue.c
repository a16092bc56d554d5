#include "lib/evaluate/catalogue.h"

#include <math.h>

#include "lib/data/events.h"

static int says_something(const recs_profiles *profiles, uint32_t item, uint32_t field, int32_t type) {
  const uint32_t *tags;
  const float *vector = NULL;
  const char *text;
  size_t count = 0;
  double number;
  switch (type) {
  case RECS_FIELD_TAGS:
    return recs_profiles_tags(&tags, NULL, &count, profiles, item, field) == RECS_OK && count > 0;
  case RECS_FIELD_NUMBER:
    return recs_profiles_number(&number, profiles, item, field) == RECS_OK && !isnan(number);
  case RECS_FIELD_TEXT:
    return recs_profiles_text(&text, &count, profiles, item, field) == RECS_OK && count > 0;
  default:
    return recs_profiles_embedding(&vector, profiles, item, field) == RECS_OK && vector != NULL;
  }
}

static void mark_described(uint8_t *known, const recs_profiles *profiles, uint32_t items) {
  uint32_t rows = recs_ids_count(recs_profiles_ids(profiles));
  for (uint32_t field = 0; field < recs_profiles_field_count(profiles); field++) {
    int32_t type;
    if (recs_profiles_field(NULL, &type, NULL, profiles, field) != RECS_OK)
      continue;
    for (uint32_t item = 0; item < items && item < rows; item++)
      known[item] = known[item] || says_something(profiles, item, field, type);
  }
}

static void mark_sold(uint8_t *known, const recs_events *training, uint32_t items) {
  recs__event_view view;
  for (size_t chunk = 0; chunk < recs__events_chunks(training); chunk++) {
    recs__events_view(&view, training, chunk);
    for (size_t i = 0; i < view.count; i++) {
      if (view.items[i] < items)
        known[view.items[i]] = 1;
    }
  }
}

int32_t recs__catalogue_find(recs_candidates **out, const recs_events *training, const recs_profiles *profiles,
                             const recs_candidates *live, uint32_t items) {
  recs_context *context = recs__context_of(training);
  uint8_t *known = recs__alloc_zero(context, items, sizeof *known);
  recs_candidates *found = NULL;
  int32_t status;
  *out = NULL;
  if (known == NULL)
    return recs__fail_nomem();
  RECS_GO(recs_candidates_create(&found, context, items, NULL, 0, NULL, 0));
  mark_sold(known, training, items);
  if (profiles != NULL)
    mark_described(known, profiles, items);
  for (uint32_t item = 0; item < items; item++) {
    if (!known[item] || !recs__candidates_has(live, item))
      recs__candidates_drop(found, item);
  }
  if (found->count < items) {
    *out = found;
    found = NULL;
  }
cleanup:
  recs__release(found);
  recs__free(context, known);
  return status;
}
