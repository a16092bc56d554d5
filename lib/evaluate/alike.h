/* How alike the items of a list are: the cosine of their rows. Items that a large share of all users have are compared as bits;
 * the others are added up, so that a list costs what its rows hold and not the pairs of its items. */
#ifndef RECS_LIB_EVALUATE_ALIKE_H
#define RECS_LIB_EVALUATE_ALIKE_H

#include <stdatomic.h>

#include "lib/data/matrix.h"

typedef struct recs__alike {
  const recs_context *context;
  const recs_matrix *rows; /* item x feature, of length 1 or 0 */
  uint32_t *places;        /* by item: among the heavy ones, or RECS_NO_ROW; NULL: none is heavy */
  uint32_t heavy;          /* how many */
  size_t words;
  uint64_t *bits;               /* of each heavy one, its features */
  _Atomic(uint32_t) *together;  /* of two heavy ones, how many features they share, and one more; 0: not counted yet. NULL: never kept */
} recs__alike;

/* `rows` stays where it is. `by_users`: its entries of a row are all the same, so that bits say all. Memory: at most 8 bytes
 * an entry, and 4 for each pair of heavy items up to 256 MiB. Whatever is returned, recs__alike_free() follows. */
int32_t recs__alike_init(recs__alike *alike, const recs_matrix *rows, int by_users);
void recs__alike_free(recs__alike *alike);

/* sums[i] becomes the sum of the cosines of all pairs of the first i + 1 items. `scratch` has a zeroed place for each feature,
 * and is left so. Any thread; what another thread has counted changes nothing. */
void recs__alike_sum(double *sums, recs__alike *alike, const uint32_t *items, size_t count, double *scratch);

#endif
