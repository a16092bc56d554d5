/* The neighbours of items by the order in which users came to them. */
#ifndef RECS_LIB_SIMILARITY_NEIGHBORS_ORDER_H
#define RECS_LIB_SIMILARITY_NEIGHBORS_ORDER_H

#include "lib/data/histories.h"
#include "lib/similarity/neighbors.h"

/* Users' items, oldest first. Items at one known time stand on one step, for their order is chance; every other item is a step of
 * its own. */
typedef struct recs__sequences {
  uint32_t rows;
  uint32_t items;         /* the catalogue: what lies beyond it is passed over */
  const int64_t *offsets; /* rows + 1 */
  const uint32_t *item_rows;
  const float *weights;
  const int64_t *times; /* NULL: unknown */
} recs__sequences;

/* Users' rows of a matrix, whose order says nothing. */
recs__sequences recs__sequences_of_matrix(const recs_matrix *matrix);
recs__sequences recs__sequences_of_histories(const recs_histories *histories, uint32_t items);

/* Whether entry e, not the first of its row, stands a step after the one before it. */
static inline int recs__sequences_steps(const int64_t *times, int64_t e) {
  return times == NULL || times[e] == RECS_NO_TIME || times[e] != times[e - 1];
}

/* similarity(i, j) = c / (n(i)^from n(j)^to) |c| / (|c| + shrink), where n is the sum of an item's squared weights, and c the sum over
 * every place of i and every place of j in the same row of
 *   weight(i) weight(j) max(1, steps between them)^-distance, times `backward` where j stands before i,
 * without pairs that are more than `window` steps apart. */
typedef struct recs__order_job {
  recs__sequences sequences;
  double distance;
  double backward;
  double from;
  double to;
  double shrink;
  uint32_t window; /* 0: all */
  uint32_t k;
  recs__progress progress;
} recs__order_job;

/* The graph of the k items j with the largest similarity(i, j) above 0 of each item i. O(sum over rows of their length squared), or
 * times the window where that is less; beside the graph 8 bytes an entry, and 9 bytes an item for each thread. The same bits
 * for any number of threads. */
int32_t recs__neighbors_order(recs_neighbors **out, recs_context *context, const recs__order_job *job);

#endif
