/* Memory for the blocks of a log that grows: some MiB at a time, which the system hands out in large pages, and much sooner than
 * block by block. Blocks share the slab that they lie in; the last one frees it. */
#ifndef RECS_LIB_DATA_EVENT_SLAB_H
#define RECS_LIB_DATA_EVENT_SLAB_H

#include "lib/base/object.h"

typedef struct recs__event_slab {
  recs__object object;
  char *bytes;
  size_t size;
  size_t used;
} recs__event_slab;

/* Takes `bytes` out of the slab, which is replaced by a new one of at least `size` when it is NULL or used up. Whoever keeps the
 * memory holds the slab. */
int32_t recs__event_slab_take(void **out, recs__event_slab **slab, recs_context *context, size_t bytes, size_t size);

#endif
