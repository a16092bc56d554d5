/* Dense numbers for the symbols of a sequence. */
#ifndef RECS_LIB_ANALYZE_SYMBOLS_H
#define RECS_LIB_ANALYZE_SYMBOLS_H

#include "lib/base/memory.h"

/* Sequences may have this many symbols: positions and the sum of two lengths stay within 32 bits. */
#define RECS__SEQUENCE_MAX ((size_t)INT32_MAX)

typedef struct recs__symbol_slot recs__symbol_slot;

/* The distinct symbols of one sequence, numbered 0 .. count - 1 in order of appearance. An open-addressed table. */
typedef struct recs__symbols {
  const recs_context *context;
  recs__symbol_slot *slots;
  uint32_t shift; /* the table has 2^(32 - shift) slots */
  uint32_t count;
} recs__symbols;

/* Refuses a sequence that is NULL or too long; `name` is that of the argument. */
int32_t recs__sequence_check(const char *name, const uint32_t *sequence, size_t count);

/* Numbers the symbols of a sequence; `numbers` receives one for each position. */
int32_t recs__symbols_init(recs__symbols *symbols, const recs_context *context, const uint32_t *sequence, size_t count,
                           uint32_t *numbers);

/* The numbers of another sequence's symbols: symbols->count for those that the first did not have. */
void recs__symbols_find(const recs__symbols *symbols, const uint32_t *sequence, size_t count, uint32_t *numbers);

void recs__symbols_free(recs__symbols *symbols);

#endif
