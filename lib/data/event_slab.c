#include "lib/data/event_slab.h"

enum { LINE = 64 }; /* blocks begin where cache lines do */

static void slab_destroy(void *object) {
  recs__event_slab *slab = object;
  recs__free(slab->object.context, slab->bytes);
}

static int32_t slab_create(recs__event_slab **out, recs_context *context, size_t size) {
  recs__event_slab *slab = recs__object_new(context, sizeof *slab, slab_destroy);
  if (slab != NULL)
    slab->bytes = recs__alloc(context, size + LINE, 1);
  if (slab == NULL || slab->bytes == NULL) {
    recs__release(slab);
    return recs__fail_nomem();
  }
  slab->used = (LINE - (uintptr_t)slab->bytes % LINE) % LINE;
  slab->size = size + LINE;
  *out = slab;
  return RECS_OK;
}

int32_t recs__event_slab_take(void **out, recs__event_slab **slab, recs_context *context, size_t bytes, size_t size) {
  size_t whole = (bytes + LINE - 1) / LINE * LINE;
  if (*slab == NULL || (*slab)->size - (*slab)->used < whole) {
    recs__event_slab *next = NULL;
    RECS_TRY(slab_create(&next, context, size < whole ? whole : size));
    recs__release(*slab);
    *slab = next;
  }
  *out = (*slab)->bytes + (*slab)->used;
  (*slab)->used += whole;
  return RECS_OK;
}
