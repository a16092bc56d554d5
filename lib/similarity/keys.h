/* Lists of keys (see topk.h), no two of them equal: cutting them down to the best, and sorting them. */
#ifndef RECS_LIB_SIMILARITY_KEYS_H
#define RECS_LIB_SIMILARITY_KEYS_H

#include "lib/similarity/topk.h"

/* Orders `count` keys so far that place `k`, below count, has the key that sorting (best first) would put there, and better ones
 * stand before it. O(count) on average, whatever the keys are. */
void recs__keys_select(uint64_t *keys, size_t count, size_t k);

/* A number that at least `k` of the numbers are above, and not many more unless they are equal. 0 < k < count. */
int32_t recs__numbers_floor(const recs_context *context, const int32_t *numbers, size_t count, size_t k);

/* A float as a number: the order is the same. The lowest number is no float's but the least NaN's. */
static inline int32_t recs__number_of(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ (int32_t)((uint32_t)(bits >> 31) >> 1);
}

static inline float recs__number_value(int32_t number) {
  int32_t bits = number ^ (int32_t)((uint32_t)(number >> 31) >> 1);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Sorts keys, best first. `context` says what the processor can do. O(count log count) on average. */
void recs__keys_order(const recs_context *context, uint64_t *keys, size_t count);

#endif
