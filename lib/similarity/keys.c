#include "lib/similarity/keys.h"

#include "lib/base/context.h"
#include "lib/base/cpu.h"

/* So few keys are sorted by counting for each how many are greater: vectors do it, and no branch depends on the keys. */
enum { FEW = 64 };

static uint64_t middle_of(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

/* Places that follow no pattern the keys may have. */
static size_t any_place(uint32_t *state, size_t count) {
  *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (size_t)((uint64_t)*state * count >> 32);
}

/* Brings the middle one of three keys to the front. */
static void choose_pivot(uint64_t *keys, size_t count, uint32_t *state) {
  size_t a = any_place(state, count), b = any_place(state, count), c = any_place(state, count);
  uint64_t pivot = middle_of(keys[a], keys[b], keys[c]);
  size_t place = keys[a] == pivot ? a : keys[b] == pivot ? b : c;
  keys[place] = keys[0];
  keys[0] = pivot;
}

/* Parts keys at one of them: returns its place; greater ones stand before it. Without a branch on a key: none could be
 * foreseen. */
static size_t part(uint64_t *keys, size_t count, uint32_t *state) {
  size_t greater = 0;
  uint64_t pivot;
  choose_pivot(keys, count, state);
  pivot = keys[0];
  for (size_t i = 1; i < count; i++) {
    uint64_t key = keys[i];
    keys[i] = keys[greater + 1];
    keys[greater + 1] = key;
    greater += key > pivot;
  }
  keys[0] = keys[greater];
  keys[greater] = pivot;
  return greater;
}

void recs__keys_select(uint64_t *keys, size_t count, size_t k) {
  uint32_t state = 1;
  while (count > 1) {
    size_t place = part(keys, count, &state);
    if (place == k)
      return;
    if (k < place) {
      count = place;
    } else {
      keys += place + 1;
      count -= place + 1;
      k -= place + 1;
    }
  }
}

/* No two keys are equal. What fills the last vectors up is below them all. */
static inline __attribute__((always_inline)) void rank(uint64_t *keys, size_t count) {
  uint64_t copy[FEW] = {0};
  size_t whole = (count + 7) & ~(size_t)7;
  memcpy(copy, keys, count * sizeof *copy);
  for (size_t i = 0; i < count; i++) {
    uint64_t place = 0;
    for (size_t j = 0; j < whole; j++)
      place += copy[j] > copy[i];
    keys[place] = copy[i];
  }
}

static inline __attribute__((always_inline)) size_t above(const int32_t *numbers, size_t count, int32_t floor) {
  uint32_t more = 0;
  for (size_t i = 0; i < count; i++)
    more += numbers[i] > floor;
  return more;
}

/* Halves the range until few enough lie above its lower end, which at least k always do. */
static inline __attribute__((always_inline)) int32_t floor_of(const int32_t *numbers, size_t count, size_t k) {
  int32_t least = INT32_MAX, most = INT32_MIN;
  int64_t low, high;
  size_t more = count;
  for (size_t i = 0; i < count; i++) {
    least = numbers[i] < least ? numbers[i] : least;
    most = numbers[i] > most ? numbers[i] : most;
  }
  low = (int64_t)least - (least > INT32_MIN);
  high = most;
  while (more > k + k / 2 && high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    size_t there = above(numbers, count, (int32_t)middle);
    if (there >= k) {
      low = middle;
      more = there;
    } else {
      high = middle;
    }
  }
  return (int32_t)low;
}

static void rank_plain(uint64_t *keys, size_t count) {
  rank(keys, count);
}

static int32_t floor_plain(const int32_t *numbers, size_t count, size_t k) {
  return floor_of(numbers, count, k);
}

#ifdef RECS__SIMD_X86
RECS__TARGET_AVX2 static void rank_avx2(uint64_t *keys, size_t count) {
  rank(keys, count);
}

RECS__TARGET_AVX2 static int32_t floor_avx2(const int32_t *numbers, size_t count, size_t k) {
  return floor_of(numbers, count, k);
}
#endif

typedef struct loops {
  void (*rank)(uint64_t *keys, size_t count);
  int32_t (*floor)(const int32_t *numbers, size_t count, size_t k);
} loops;

static loops loops_for(const recs_context *context) {
#ifdef RECS__SIMD_X86
  if (recs__cpu_level(context) > 0)
    return (loops){rank_avx2, floor_avx2};
#else
  (void)context;
#endif
  return (loops){rank_plain, floor_plain};
}

int32_t recs__numbers_floor(const recs_context *context, const int32_t *numbers, size_t count, size_t k) {
  return loops_for(context).floor(numbers, count, k);
}

void recs__keys_order(const recs_context *context, uint64_t *keys, size_t count) {
  uint32_t state = 1;
  while (count > FEW) {
    size_t place = part(keys, count, &state), rest = count - place - 1;
    if (place < rest) { /* the smaller side by a call of its own, so that calls nest log2(count) deep at most */
      recs__keys_order(context, keys, place);
      keys += place + 1;
      count = rest;
    } else {
      recs__keys_order(context, keys + place + 1, rest);
      count = place;
    }
  }
  loops_for(context).rank(keys, count);
}
