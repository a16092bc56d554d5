#include "lib/analyze/baskets/scout.h"

#include "lib/base/memory.h"
#include "lib/base/status.h"

#include <string.h>

enum { LEVELS_A_DOUBLING = 65536 };

static uint32_t level_of(uint32_t support) {
  uint32_t shift = support < 2 * LEVELS_A_DOUBLING ? 0 : 15 - (uint32_t)__builtin_clz(support);
  return LEVELS_A_DOUBLING * shift + (support >> shift);
}

/* The least support of a level. */
static uint32_t support_of(uint32_t level) {
  uint32_t shift = level < 2 * LEVELS_A_DOUBLING ? 0 : level / LEVELS_A_DOUBLING - 1;
  return (level - LEVELS_A_DOUBLING * shift) << shift;
}

int32_t recs__scout_init(recs__scout *scout, const recs_context *context, uint32_t highest) {
  memset(scout, 0, sizeof *scout);
  scout->context = context;
  scout->levels = level_of(highest) + 1;
  scout->sets = recs__alloc_zero(context, scout->levels, sizeof *scout->sets);
  scout->bytes = recs__alloc_zero(context, scout->levels, sizeof *scout->bytes);
  atomic_init(&scout->reached, 0);
  atomic_init(&scout->full, 0);
  return scout->sets == NULL || scout->bytes == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__scout_free(recs__scout *scout) {
  if (scout->context == NULL)
    return;
  recs__free(scout->context, scout->sets);
  recs__free(scout->context, scout->bytes);
  scout->context = NULL;
}

/* More than a limit is as good as just above it, and sums of it do not overflow. */
static void add(atomic_uint_fast64_t *sum, uint64_t more, uint64_t limit) {
  if (limit != UINT64_MAX)
    atomic_fetch_add_explicit(sum, more > limit ? limit + 1 : more, memory_order_relaxed);
}

void recs__scout_add(recs__scout *scout, const recs__bundles *limits, const recs__bundle *bundle) {
  recs__weight weight = recs__bundle_weight(limits, bundle);
  uint32_t level = level_of(bundle->support);
  add(&scout->sets[level], weight.sets, limits->limit_sets);
  add(&scout->bytes[level], weight.bytes, limits->limit_bytes);
}

void recs__scout_raise(recs__scout *scout, recs__bundles *bundles) {
  uint64_t sets = 0, bytes = 0;
  for (uint32_t level = scout->levels; level-- > 0;) {
    sets += atomic_load_explicit(&scout->sets[level], memory_order_relaxed);
    bytes += atomic_load_explicit(&scout->bytes[level], memory_order_relaxed);
    if (sets <= bundles->limit_sets && bytes <= bundles->limit_bytes)
      continue;
    if (level > atomic_load(&scout->full))
      atomic_store(&scout->full, level);
    recs__bundles_raise(bundles, support_of(level + 1));
    atomic_store(&scout->reached, 1);
    return;
  }
}

uint32_t recs__scout_support(const recs__scout *scout) {
  return support_of((uint32_t)atomic_load(&scout->full));
}
