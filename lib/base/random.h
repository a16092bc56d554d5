/* Seeded random streams that split: the numbers depend on (seed, stream) alone, never on threads. */
#ifndef RECS_LIB_BASE_RANDOM_H
#define RECS_LIB_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct recs__random {
  uint64_t state[4];
} recs__random;

/* Stream number `stream` of a seed (xoshiro256**, seeded by splitmix64; Blackman and Vigna 2018). */
recs__random recs__random_stream(uint64_t seed, uint64_t stream);

uint64_t recs__random_next(recs__random *random);

/* Uniform in [0, 1), 53 bits. */
double recs__random_unit(recs__random *random);

/* Uniform in [0, bound), bound > 0, without bias (Lemire 2019). */
uint64_t recs__random_below(recs__random *random, uint64_t bound);

#endif
