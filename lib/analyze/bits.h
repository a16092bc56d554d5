/* The one hot loop of mining: two sets of baskets as bits, their intersection and its size. */
#ifndef RECS_LIB_ANALYZE_BITS_H
#define RECS_LIB_ANALYZE_BITS_H

#include <stddef.h>
#include <stdint.h>

/* out = a & b; returns how many bits are set in it. Any `words`; no alignment is asked for. `out` may be one of the two. */
typedef uint32_t (*recs__intersect_fn)(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t words);

/* The fastest of them for these RECS_CPU_* features; all give the same. */
recs__intersect_fn recs__intersect(uint32_t cpu);

#endif
