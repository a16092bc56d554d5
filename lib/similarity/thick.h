/* Thick columns: those that so many rows have that it is quicker to add a bit to every row's count than one to the count of
 * each row that has the column. Their entries are kept as bits, a row each, beside the lists of ids. For rows of which common
 * columns are counted. */
#ifndef RECS_LIB_SIMILARITY_THICK_H
#define RECS_LIB_SIMILARITY_THICK_H

#include "lib/similarity/cells.h"

/* Bits are added up for so many columns at a time, in stretches of so many rows at most, of whole tiles of cells. */
enum { RECS__THICK_GROUP = 8, RECS__THICK_STRETCH = 8192 };

/* counts[i] += how many of the group's columns have bit i of the stretch of `words` that begins at `word`. */
typedef void (*recs__thick_fn)(uint8_t *counts, const uint64_t *const columns[RECS__THICK_GROUP], size_t word,
                               size_t words);

/* A way to add bits up. */
typedef struct recs__thick_way {
  recs__thick_fn sum;
  uint32_t worth; /* a column is thick that more than one row in so many have */
} recs__thick_way;

/* The way for plain C, AVX2 and AVX-512. */
extern const recs__thick_way recs__thick_ways[3];

typedef struct recs__thick {
  const recs_context *context;
  recs__thick_fn sum;
  size_t words;     /* of a column */
  size_t count;     /* thick columns */
  uint32_t *places; /* of each column: which of the thick ones it is, or RECS_NO_ROW; NULL: there are none */
  uint64_t *bits; /* and one column more, without any */
} recs__thick;

/* Memory: 4 bytes a column, and less than worth / 8 bytes an entry of the thick ones. On failure nothing is left to free. */
int32_t recs__thick_init(recs__thick *thick, const recs__rows *rows);
void recs__thick_free(recs__thick *thick);

/* Bits that are all 0. */
static inline const uint64_t *recs__thick_blank(const recs__thick *thick) {
  return thick->bits + thick->count * thick->words;
}

/* The bits of a column; NULL when it is not thick. */
static inline const uint64_t *recs__thick_column(const recs__thick *thick, uint32_t column) {
  if (thick->places == NULL || thick->places[column] == RECS_NO_ROW)
    return NULL;
  return thick->bits + thick->places[column] * thick->words;
}

#endif
