/* One sequence prepared to be compared with others: where each of its symbols stands, as masks of bits. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_PROFILE_H
#define RECS_LIB_ANALYZE_SEQUENCES_PROFILE_H

#include "lib/analyze/sequences/symbols.h"

enum { RECS__WORD = 64, RECS__PROFILE_WORDS = 4, RECS__PROFILE_MOST = RECS__WORD * RECS__PROFILE_WORDS };

typedef struct recs__profile {
  const recs_context *context;
  const uint32_t *sequence; /* borrowed */
  uint32_t count;
  uint32_t *numbers;     /* of its own symbols, by position */
  recs__symbols symbols;
  uint16_t *table;       /* NULL, or the numbers of all symbols that there will be, which takes no search */
  uint32_t words;        /* of a mask: 1, 2 or 4; 0: the sequence is longer than masks are made for */
  uint64_t *masks;       /* (symbols.count + 1) x words: bit i is set where the symbol stands at i; the last is of strangers */
} recs__profile;

/* Whatever is returned, recs__profile_free() follows. */
int32_t recs__profile_init(recs__profile *out, const recs_context *context, const uint32_t *sequence, size_t count);
void recs__profile_free(recs__profile *profile);

/* For a profile with masks that will meet symbols below `symbols` only: finds their numbers by a table. */
int32_t recs__profile_tabulate(recs__profile *profile, size_t symbols);

/* The number of a symbol: symbols.count for one that the sequence does not have. */
static inline uint32_t recs__profile_number(const recs__profile *profile, uint32_t symbol) {
  return profile->table != NULL ? profile->table[symbol] : recs__symbols_number(&profile->symbols, symbol);
}

/* The mask of a symbol: `words` words. */
static inline const uint64_t *recs__profile_mask(const recs__profile *profile, uint32_t symbol) {
  return profile->masks + (size_t)recs__profile_number(profile, symbol) * profile->words;
}

#endif
