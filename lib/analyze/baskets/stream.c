#include "lib/analyze/baskets/stream.h"

#include <string.h>

int32_t recs__stream_tell(recs__stream *self, const uint32_t *items, uint32_t size, uint32_t support) {
  if (self->itemset(self->payload, items, size, support) != 0)
    return recs__fail(RECS_ERROR_CANCELLED, "cancelled by the function that is told the itemsets");
  return RECS_OK;
}

static int32_t emit(void *payload, const uint32_t *items, uint32_t size, uint32_t support) {
  return recs__stream_tell(payload, items, size, support);
}

static int32_t take(recs__search *search, uint32_t support) {
  recs__stream *self = search->mining->payload;
  recs__bundle *bundle = self->bundle;
  *bundle = (recs__bundle){support, search->size, search->optionals};
  memcpy(bundle->rows, search->items, search->size * sizeof *search->items);
  memcpy(bundle->rows + search->size, search->optional, search->optionals * sizeof *search->optional);
  return recs__unfold(&self->unfolder, bundle, search->mining->options.min_size, search->mining->options.max_size);
}

int32_t recs__stream_init(recs__stream *self, recs__mining *mining, recs_itemset_fn itemset, void *payload) {
  size_t room = (size_t)mining->baskets->items + mining->options.contains_count;
  *self = (recs__stream){.itemset = itemset, .payload = payload};
  self->unfolder = (recs__unfolder){.context = mining->context, .emit = emit, .payload = self};
  self->bundle = recs__alloc(mining->context, 1, sizeof *self->bundle + room * sizeof *self->bundle->rows);
  if (self->bundle == NULL)
    return recs__fail_nomem();
  mining->take = take;
  mining->payload = self;
  mining->alone = 1;
  return RECS_OK;
}

void recs__stream_free(recs__stream *self) {
  if (self->unfolder.context != NULL)
    recs__free(self->unfolder.context, self->bundle);
  recs__unfolder_free(&self->unfolder);
}
