/* Two rows side by side: every column in which one of them is not zero, in ascending order. */
#ifndef RECS_LIB_SIMILARITY_WALK_H
#define RECS_LIB_SIMILARITY_WALK_H

#include "lib/similarity/kernel.h"

typedef struct recs__walk {
  const recs__row *x;
  const recs__row *y;
  size_t i;
  size_t j;
} recs__walk;

/* The column of a row's next nonzero value; UINT64_MAX at its end. */
static inline uint64_t recs__walk_column(const recs__row *row, size_t *at) {
  while (*at < row->count && row->values[*at] == 0)
    *at += 1;
  if (*at == row->count)
    return UINT64_MAX;
  return row->columns == NULL ? *at : row->columns[*at];
}

/* The two values of the next column, 0 for the row that has none there. False at the end. */
static inline int recs__walk_next(recs__walk *walk, double *x, double *y) {
  uint64_t left = recs__walk_column(walk->x, &walk->i);
  uint64_t right = recs__walk_column(walk->y, &walk->j);
  *x = *y = 0;
  if (left == UINT64_MAX && right == UINT64_MAX)
    return 0;
  if (left <= right)
    *x = (double)walk->x->values[walk->i++];
  if (right <= left)
    *y = (double)walk->y->values[walk->j++];
  return 1;
}

#endif
