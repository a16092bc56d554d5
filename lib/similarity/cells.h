/* Sums over common columns, one cell a row: a query's entries are added to the cells of the rows that have its columns;
 * then the cells are offered to a shortlist and cleared. Sums are exact or in double, each cell's in the order of the
 * columns, so that a pair gives the same bits whoever is the query. */
#ifndef RECS_LIB_SIMILARITY_CELLS_H
#define RECS_LIB_SIMILARITY_CELLS_H

#include "lib/similarity/shortlist.h"

/* Cells come in whole tiles; those beyond the last row stay 0. */
enum { RECS__CELL_BLOCK = RECS__ROW_BLOCK, RECS__CELL_TILE = 512 };

typedef struct recs__cell_kind {
  size_t size;
  /* Adds a weighed query. */
  void (*add)(void *cells, const recs__rows *rows, const recs__row *query);
  /* The same, and lists the ids whose cells were 0: returns how many. Room for one more than the entries met, or than
   * rows. */
  size_t (*touch)(void *cells, uint32_t *touched, const recs__rows *rows, const recs__row *query);
  /* Adds counts to the cells from `begin` on; NULL for cells that are more than counts. */
  void (*add_counts)(void *cells, size_t begin, const uint8_t *counts, size_t count);
  /* Offers all cells, or those that were touched, and clears them. */
  void (*offer_all)(void *cells, recs__shortlist *list);
  void (*offer_touched)(void *cells, const uint32_t *touched, size_t count, recs__shortlist *list);
  /* Puts a cell in a place of the pairs. */
  void (*put)(recs__pairs *pairs, size_t at, const void *cells, uint32_t id);
} recs__cell_kind;

/* The cells for what must be summed. `longest`: no query has more entries; small counts take less room. */
const recs__cell_kind *recs__cells_for(const recs_context *context, recs__sums sums, size_t longest);

/* How many cells there are for so many rows. */
static inline size_t recs__cells_count(uint32_t rows) {
  return ((size_t)rows / RECS__CELL_TILE + 1) * RECS__CELL_TILE;
}

/* Eight bytes as a word whose lowest byte is the first. */
static inline uint64_t recs__word_of(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* All cells, zeroed; NULL when out of memory. */
void *recs__cells_new(const recs_context *context, const recs__cell_kind *kind, uint32_t rows);

#endif
