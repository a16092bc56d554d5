#include "lib/similarity/cells.h"

#include <string.h>

#include "lib/base/context.h"
#include "lib/base/cpu.h"

/* Columns lie anywhere: the beginning of one is asked for before its turn; the processor sees where it goes on. */
enum { COLUMNS_AHEAD = 4, LINE = 16 /* ids */ };
static inline void fetch_column(const recs__rows *rows, const recs__row *query, size_t place) {
  if (place < query->count) {
    int64_t begin = rows->offsets[query->columns[place]];
    __builtin_prefetch(rows->ids + begin);
    __builtin_prefetch(rows->ids + begin + LINE);
    if (rows->values != NULL) {
      __builtin_prefetch(rows->values + begin);
      __builtin_prefetch(rows->values + begin + LINE);
    }
  }
}

/* Common columns only. The dot of rows of ones is their number. */
#define CELL_MOST UINT8_MAX
#define CELL uint8_t
#define CELL_NAME(verb) byte_##verb
#define CELL_ADD(x, y) (*cell = (uint8_t)(*cell + 1))
#define CELL_EMPTY (*cell == 0)
#define CELL_DOT (*cell)
#define CELL_PUT (pairs->common[at] = pairs->dot[at] = *cell)
#include "lib/similarity/cells_of.h"

#define CELL_MOST UINT16_MAX
#define CELL uint16_t
#define CELL_NAME(verb) short_##verb
#define CELL_ADD(x, y) (*cell = (uint16_t)(*cell + 1))
#define CELL_EMPTY (*cell == 0)
#define CELL_DOT (*cell)
#define CELL_PUT (pairs->common[at] = pairs->dot[at] = *cell)
#include "lib/similarity/cells_of.h"

#define CELL_MOST UINT32_MAX
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

#define KIND(type, name, scan, counts)                                                                                 \
  { sizeof(type), name##_add, name##_touch, counts, scan, name##_offer_touched, name##_put }
#ifdef RECS__SIMD_X86
#define KINDS(type, name, counts)                                                                                      \
  {                                                                                                                    \
    KIND(type, name, name##_offer_all, counts), KIND(type, name, name##_offer_all_avx2, counts),                       \
        KIND(type, name, name##_offer_all_avx512, counts)                                                              \
  }
#else
#define KINDS(type, name, counts)                                                                                      \
  {                                                                                                                    \
    KIND(type, name, name##_offer_all, counts), KIND(type, name, name##_offer_all, counts),                            \
        KIND(type, name, name##_offer_all, counts)                                                                     \
  }
#endif

/* For plain C, AVX2 and AVX-512. */
static const recs__cell_kind bytes[] = KINDS(uint8_t, byte, byte_add_counts);
static const recs__cell_kind shorts[] = KINDS(uint16_t, short, short_add_counts);
static const recs__cell_kind kinds[][3] = {
    [RECS__SUMS_COMMON] = KINDS(uint32_t, count, count_add_counts),
    [RECS__SUMS_DOT] = KINDS(double, dot, NULL),
    [RECS__SUMS_BOTH] = KINDS(both, both, NULL),
    [RECS__SUMS_ALL] = KINDS(all, all, NULL),
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
  return recs__alloc_zero(context, recs__cells_count(rows), kind->size);
}
