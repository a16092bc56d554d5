/* The rows of a matrix on their way to become baskets: as rising codes of frequent items, equal ones put together. */
#ifndef RECS_LIB_ANALYZE_BASKETS_BASKET_ROWS_H
#define RECS_LIB_ANALYZE_BASKETS_BASKET_ROWS_H

#include "lib/data/matrix.h"

typedef struct recs__basket_rows {
  const recs_matrix *matrix;
  uint32_t items;          /* codes are below */
  const uint32_t *code_of; /* by column; `items`: not frequent */
  size_t grain;            /* how many rows a thread takes at once */
  uint32_t *codes;         /* of each row, from its offset in the matrix on */
  uint32_t *lengths;       /* how many; 0 also for one alone, which says nothing more */
  uint64_t *hashes;
  uint32_t *kept;          /* the rows that are to be written, rising */
  uint32_t count;          /* of them */
  uint32_t *weights;       /* by row: how many baskets it stands for, or 0: another one does; NULL: each for itself */
  uint32_t levels;         /* all bits of weights */
} recs__basket_rows;

/* How many rows of a matrix make work for a thread. */
size_t recs__basket_rows_grain(const recs_matrix *matrix);

/* Reads all rows; matrix, items, code_of and grain are set. Free in any case. */
int32_t recs__basket_rows_read(recs__basket_rows *rows);
void recs__basket_rows_free(recs__basket_rows *rows);

#endif
