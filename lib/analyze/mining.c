#include "lib/analyze/miner.h"

#include "lib/base/parallel.h"

#include <inttypes.h>
#include <string.h>

int32_t recs__mining_init(recs__mining *mining, const recs__baskets *baskets, const recs_apriori_options *options) {
  memset(mining, 0, sizeof *mining);
  mining->baskets = baskets;
  mining->options = *options;
  mining->threads = recs__parallel_threads(baskets->context, baskets->items, 1);
  mining->findings = recs__alloc_zero(baskets->context, mining->threads, sizeof *mining->findings);
  if (mining->findings == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < mining->threads; thread++)
    mining->findings[thread].context = baskets->context;
  atomic_init(&mining->found, 0);
  return RECS_OK;
}

void recs__mining_free(recs__mining *mining) {
  for (uint32_t thread = 0; thread < mining->threads && mining->findings != NULL; thread++) {
    recs__free(mining->baskets->context, mining->findings[thread].codes);
    recs__free(mining->baskets->context, mining->findings[thread].sizes);
    recs__free(mining->baskets->context, mining->findings[thread].supports);
  }
  recs__free(mining->baskets->context, mining->findings);
  mining->findings = NULL;
}

static int32_t keep(recs__findings *out, const uint32_t *codes, uint32_t size, uint32_t support) {
  RECS_TRY(recs__grow(out->context, &out->codes, &out->code_room, out->code_count + size, sizeof *out->codes));
  RECS_TRY(recs__grow(out->context, &out->sizes, &out->size_room, out->count + 1, sizeof *out->sizes));
  RECS_TRY(recs__grow(out->context, &out->supports, &out->support_room, out->count + 1, sizeof *out->supports));
  memcpy(out->codes + out->code_count, codes, size * sizeof *codes);
  out->code_count += size;
  out->sizes[out->count] = size;
  out->supports[out->count++] = support;
  return RECS_OK;
}

int32_t recs__mining_found(recs__mining *mining, uint32_t thread, const uint32_t *codes, uint32_t size, uint32_t support) {
  const recs_apriori_options *options = &mining->options;
  if (size < options->min_size || (options->max_size != 0 && size > options->max_size))
    return RECS_OK;
  if (atomic_fetch_add_explicit(&mining->found, 1, memory_order_relaxed) >= options->max_results)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than max_results = %" PRIu64 " itemsets are frequent: raise it, or the support",
                      options->max_results);
  return keep(&mining->findings[thread], codes, size, support);
}

int recs__mining_deep_enough(const recs__mining *mining, uint32_t size) {
  return mining->options.kind == RECS_ITEMSETS_ALL && mining->options.max_size != 0 && size >= mining->options.max_size;
}
