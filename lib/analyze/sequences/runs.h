/* The inner loop of runs by bits (blocks_bits.c). */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_RUNS_H
#define RECS_LIB_ANALYZE_SEQUENCES_RUNS_H

#include <stddef.h>
#include <stdint.h>

/* out[w][i] = stay[w][i] & (moved[.][i - gap] << gap) for rows from .. to - 1 of `words` planes of `stride` rows each; bits move on
 * from plane to plane. `gap` is 1 to 64 x words. Returns the union of what was written. */
typedef uint64_t (*recs__runs_pass_fn)(uint64_t *out, const uint64_t *stay, const uint64_t *moved, size_t stride, uint32_t words,
                                       size_t from, size_t to, uint32_t gap);

/* The fastest one for a processor. */
recs__runs_pass_fn recs__runs_pass(uint32_t cpu);

#endif
