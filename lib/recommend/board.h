/* A score board: sums by item with a list of the items marked, so that a request costs what it touches. Memory: 13 bytes an item.
 * One thread at a time. */
#ifndef RECS_LIB_RECOMMEND_BOARD_H
#define RECS_LIB_RECOMMEND_BOARD_H

#include "lib/base/memory.h"
#include <recs/recommend.h>

/* Marks of an item. */
enum {
  RECS__SCORED = 1, /* something is known of it: scores[item] is valid */
  RECS__SEEN = 2    /* it is in the history that the scores are for */
};

typedef struct recs__board recs__board;
struct recs__board {
  const recs_context *context;
  uint32_t items;
  uint32_t count;    /* items marked */
  uint32_t *touched; /* the first `count`: those items, in order of their first mark */
  uint8_t *marks;
  double *scores;
  recs__board *child; /* for scorers that score on a second board; made on first use */
};

int32_t recs__board_init(recs__board *board, const recs_context *context, uint32_t items);
/* Frees the arrays and the children. A zeroed board is fine. */
void recs__board_free(recs__board *board);

/* Forgets all marks and scores: O(marked). */
void recs__board_clear(recs__board *board);

/* Marks the items of a history as seen; they are not thereby scored. */
void recs__board_see(recs__board *board, const uint32_t *items, size_t count);

/* A second, clean board of the same size that belongs to this one. Who uses it clears it. */
int32_t recs__board_child(recs__board **out, recs__board *board);

/* Multiplies every score. */
void recs__board_scale(recs__board *board, double factor);

static inline void recs__board_mark(recs__board *board, uint32_t item, uint8_t mark) {
  if (board->marks[item] == 0)
    board->touched[board->count++] = item;
  board->marks[item] |= mark;
}

static inline int recs__board_scored(const recs__board *board, uint32_t item) {
  return (board->marks[item] & RECS__SCORED) != 0;
}

static inline void recs__board_add(recs__board *board, uint32_t item, double amount) {
  if (recs__board_scored(board, item)) {
    board->scores[item] += amount;
  } else {
    recs__board_mark(board, item, RECS__SCORED);
    board->scores[item] = amount;
  }
}

#endif
