/* Sparse elimination before the dense inverse. In most shops most items share users with few others: eliminated first, those with fewest
 * others left in front (minimum degree), they cost next to nothing and leave a matrix over the rest, which is inverted; and what the
 * inverse is between them and all others follows from that. With G = X'X + lambda I, d the pivot of an eliminated item e, v its column
 * at that time over the items A(e) that were left and shared something with it, and l = v / d:
 *   the rest loses l v', and of the inverse P(e, j) = (j is e) / d - sum over k in A(e) of l(k) P(k, j), for all j but those that were
 *   eliminated before e (Takahashi, Fagan and Chin 1973). */
#ifndef RECS_LIB_RECOMMEND_EASE_EASE_ELIMINATE_H
#define RECS_LIB_RECOMMEND_EASE_EASE_ELIMINATE_H

#include "lib/base/progress.h"
#include "lib/recommend/ease/ease_groups.h"

/* Items are known by their place within the group. */
typedef struct recs__elimination {
  const recs__groups *groups;
  uint32_t group;
  uint32_t items; /* of the group */
  uint32_t count; /* eliminated, at most half of them */
  uint32_t kept;
  uint32_t *order;   /* the eliminated, first to last */
  uint32_t *rest;    /* the others, ascending */
  size_t *begins;    /* count + 1: where A(e) begins in `others` */
  uint32_t *others;  /* ascending within A(e) */
  double *values;    /* l */
  double *pivots;    /* d */
  size_t *met_begins; /* items + 1: for each item the steps e whose A(e) it is in, first to last */
  uint32_t *met_steps;
  size_t *met_slots; /* its slot in `others` */
} recs__elimination;

/* Chooses what is eliminated: nothing where it would not pay. On failure nothing is left to free. */
int32_t recs__elimination_init(recs__elimination *elimination, const recs__groups *groups, uint32_t group);
void recs__elimination_free(recs__elimination *elimination);

/* Works out d and l. RECS_ERROR_NUMERIC when G is not positive definite. */
int32_t recs__elimination_factor(recs__elimination *elimination, double lambda);

/* row[j]: a row of G as far as the diagonal, of an item that is kept; takes from it what the eliminated leave. Columns of eliminated items
 * are then without meaning. */
void recs__elimination_reduce(double *row, const recs__elimination *elimination, uint32_t place);

/* columns[k * RECS__BLOCK_LEFT + c]: some columns of P, those of kept items, side by side: fills in the eliminated rows from the others. */
void recs__elimination_carry(double *columns, const recs__elimination *elimination);

/* carried[k * count + e], for all items k: minus P(k, e), known for the kept k. Fills in the rest. */
int32_t recs__elimination_close(double *carried, const recs__elimination *elimination, const recs__progress *progress);

#endif
