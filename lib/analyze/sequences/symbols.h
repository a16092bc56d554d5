/* Dense numbers for the symbols of a sequence. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_SYMBOLS_H
#define RECS_LIB_ANALYZE_SEQUENCES_SYMBOLS_H

#include "lib/base/memory.h"

/* Sequences may have this many symbols: positions and the sum of two lengths stay within 32 bits. */
#define RECS__SEQUENCE_MAX ((size_t)INT32_MAX)

typedef struct recs__symbol_slot {
  uint32_t symbol;
  uint32_t number; /* from 1; 0: the slot is free */
} recs__symbol_slot;

/* The distinct symbols of one sequence, numbered 0 .. count - 1 in order of appearance. An open-addressed table. */
typedef struct recs__symbols {
  const recs_context *context;
  recs__symbol_slot *slots;
  uint32_t shift; /* the table has 2^(32 - shift) slots */
  uint32_t count;
} recs__symbols;

/* Refuses a sequence that is NULL or too long; `name` is that of the argument. */
int32_t recs__sequence_check(const char *name, const uint32_t *sequence, size_t count);

/* Numbers the symbols of a sequence; `numbers` receives one for each position. 8 to 32 bytes a different symbol. */
int32_t recs__symbols_init(recs__symbols *symbols, const recs_context *context, const uint32_t *sequence, size_t count,
                           uint32_t *numbers);

/* The slot of a symbol, or the free one where it belongs. Multiplying spreads neighbouring item rows (Knuth). */
static inline recs__symbol_slot *recs__symbols_slot(const recs__symbols *symbols, uint32_t symbol) {
  uint32_t last = UINT32_MAX >> symbols->shift;
  uint32_t at = (symbol * UINT32_C(0x9e3779b1)) >> symbols->shift;
  while (symbols->slots[at].number != 0 && symbols->slots[at].symbol != symbol)
    at = (at + 1) & last;
  return &symbols->slots[at];
}

/* The number of a symbol: symbols->count for one that the sequence does not have. */
static inline uint32_t recs__symbols_number(const recs__symbols *symbols, uint32_t symbol) {
  uint32_t number = recs__symbols_slot(symbols, symbol)->number;
  return number == 0 ? symbols->count : number - 1;
}

/* The numbers of another sequence's symbols: symbols->count for those that the first did not have. */
void recs__symbols_find(const recs__symbols *symbols, const uint32_t *sequence, size_t count, uint32_t *numbers);

void recs__symbols_free(recs__symbols *symbols);

#endif
