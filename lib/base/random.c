#include "lib/base/random.h"

static uint64_t splitmix(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int bits) {
  return (x << bits) | (x >> (64 - bits));
}

recs__random recs__random_stream(uint64_t seed, uint64_t stream) {
  recs__random random;
  uint64_t state = seed;
  /* The stream's number passes through the mixer before it meets the seed, so that (1, 2) and (2, 1) differ. */
  uint64_t mixed = stream ^ UINT64_C(0xd1b54a32d192ed03);
  state = splitmix(&state) ^ splitmix(&mixed);
  for (int i = 0; i < 4; i++)
    random.state[i] = splitmix(&state);
  return random;
}

uint64_t recs__random_next(recs__random *random) {
  uint64_t *s = random->state;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

double recs__random_unit(recs__random *random) {
  return (double)(recs__random_next(random) >> 11) * 0x1.0p-53;
}

/* The 128-bit product of two words: high in *high, low returned. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *high) {
  uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
  uint64_t low = a0 * b0;
  uint64_t middle = a1 * b0 + (low >> 32);
  uint64_t cross = a0 * b1 + (middle & UINT32_MAX);
  *high = a1 * b1 + (middle >> 32) + (cross >> 32);
  return (cross << 32) | (low & UINT32_MAX);
}

uint64_t recs__random_below(recs__random *random, uint64_t bound) {
  uint64_t high;
  uint64_t low = multiply(recs__random_next(random), bound, &high);
  if (low < bound) {
    uint64_t floor = (UINT64_MAX - bound + 1) % bound;
    while (low < floor)
      low = multiply(recs__random_next(random), bound, &high);
  }
  return high;
}
