#include "lib/similarity/cells.h"

#include <string.h>

#include "lib/base/context.h"
#include "lib/base/cpu.h"

/* Eight bytes as a word whose lowest byte is the first. */
static inline uint64_t word_of(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* Common columns only. The dot of rows of ones is their number. */
#define CELL uint8_t
#define CELL_NAME(verb) byte_##verb
#define CELL_ADD(x, y) (*cell = (uint8_t)(*cell + 1))
#define CELL_EMPTY (*cell == 0)
#define CELL_DOT (*cell)
#define CELL_PUT (pairs->common[at] = pairs->dot[at] = *cell)
#include "lib/similarity/cells_of.h"

#define CELL uint16_t
#define CELL_NAME(verb) short_##verb
#define CELL_ADD(x, y) (*cell = (uint16_t)(*cell + 1))
#define CELL_EMPTY (*cell == 0)
#define CELL_DOT (*cell)
#define CELL_PUT (pairs->common[at] = pairs->dot[at] = *cell)
#include "lib/similarity/cells_of.h"

#define CELL uint32_t
#define CELL_NAME(verb) count_##verb
#define CELL_ADD(x, y) (*cell += 1)
#define CELL_EMPTY (*cell == 0)
#define CELL_DOT (*cell)
#define CELL_PUT (pairs->common[at] = pairs->dot[at] = *cell)
#include "lib/similarity/cells_of.h"

/* The product of two floats is exact in double. */
#define CELL double
#define CELL_NAME(verb) dot_##verb
#define CELL_ADD(x, y) (*cell += (double)(x) * (double)(y))
#define CELL_EMPTY (*cell == 0)
#define CELL_DOT (*cell)
#define CELL_PUT (pairs->dot[at] = *cell)
#include "lib/similarity/cells_of.h"

typedef struct both {
  double dot;
  uint32_t common;
} both;

#define CELL both
#define CELL_NAME(verb) both_##verb
#define CELL_ADD(x, y) (cell->dot += (double)(x) * (double)(y), cell->common += 1)
#define CELL_EMPTY (cell->common == 0)
#define CELL_DOT (cell->dot)
#define CELL_PUT (pairs->dot[at] = cell->dot, pairs->common[at] = cell->common)
#include "lib/similarity/cells_of.h"

typedef struct all {
  double dot, x_sum, y_sum, x_squares, y_squares;
  uint32_t common;
} all;

static inline void add_all(all *cell, double x, double y) {
  cell->dot += x * y;
  cell->x_sum += x;
  cell->y_sum += y;
  cell->x_squares += x * x;
  cell->y_squares += y * y;
  cell->common += 1;
}

static inline void put_all(recs__pairs *pairs, size_t at, const all *cell) {
  pairs->common[at] = cell->common;
  pairs->dot[at] = cell->dot;
  pairs->x_sum[at] = cell->x_sum;
  pairs->y_sum[at] = cell->y_sum;
  pairs->x_squares[at] = cell->x_squares;
  pairs->y_squares[at] = cell->y_squares;
}

#define CELL all
#define CELL_NAME(verb) all_##verb
#define CELL_ADD(x, y) add_all(cell, (double)(x), (double)(y))
#define CELL_EMPTY (cell->common == 0)
#define CELL_DOT (cell->dot)
#define CELL_PUT put_all(pairs, at, cell)
#include "lib/similarity/cells_of.h"

#define KIND(type, name, scan)                                                                                         \
  { sizeof(type), name##_add, name##_touch, scan, name##_offer_touched, name##_put }
#ifdef RECS__SIMD_X86
#define KINDS(type, name)                                                                                              \
  {                                                                                                                    \
    KIND(type, name, name##_offer_all), KIND(type, name, name##_offer_all_avx2),                                       \
        KIND(type, name, name##_offer_all_avx512)                                                                      \
  }
#else
#define KINDS(type, name)                                                                                              \
  { KIND(type, name, name##_offer_all), KIND(type, name, name##_offer_all), KIND(type, name, name##_offer_all) }
#endif

/* For plain C, AVX2 and AVX-512. */
static const recs__cell_kind bytes[] = KINDS(uint8_t, byte);
static const recs__cell_kind shorts[] = KINDS(uint16_t, short);
static const recs__cell_kind kinds[][3] = {
    [RECS__SUMS_COMMON] = KINDS(uint32_t, count),
    [RECS__SUMS_DOT] = KINDS(double, dot),
    [RECS__SUMS_BOTH] = KINDS(both, both),
    [RECS__SUMS_ALL] = KINDS(all, all),
};

const recs__cell_kind *recs__cells_for(const recs_context *context, recs__sums sums, size_t longest) {
  int level = recs__cpu_level(context);
  if (sums == RECS__SUMS_COMMON && longest <= UINT8_MAX)
    return &bytes[level];
  if (sums == RECS__SUMS_COMMON && longest <= UINT16_MAX)
    return &shorts[level];
  return &kinds[sums][level];
}

void *recs__cells_new(const recs_context *context, const recs__cell_kind *kind, uint32_t rows) {
  size_t blocks = (size_t)rows / RECS__CELL_BLOCK + 1;
  return recs__alloc_zero(context, blocks * RECS__CELL_BLOCK, kind->size);
}
