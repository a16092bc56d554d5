/* A score board: sums by item with a list of the items marked, so that a request costs what it touches. Memory: 13 bytes an item.
 * One thread at a time. */
#ifndef RECS_LIB_RECOMMEND_BOARD_H
#define RECS_LIB_RECOMMEND_BOARD_H

#include "lib/data/candidates.h"
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
  uint32_t *touched; /* the first `count`: those items, in order of their first mark; room for one more than there are */
  uint8_t *marks;
  double *scores; /* 0 where none is known, so that adding need not ask */
  recs__board *child; /* for scorers that score on a second board; made on first use */
  recs__board *space; /* for scorers that add up something else than items; made on first use */
  const recs_scorer *keeper; /* whose scratch this is, or NULL */
  void *scratch;
  void (*free_scratch)(void *scratch);
};

int32_t recs__board_init(recs__board *board, const recs_context *context, uint32_t items);
/* Frees the arrays and the boards that belong to it. A zeroed board is fine. */
void recs__board_free(recs__board *board);

/* Forgets all marks and scores: O(marked). */
void recs__board_clear(recs__board *board);

/* Marks the items of a history as seen; they are not thereby scored. */
void recs__board_see(recs__board *board, const uint32_t *items, size_t count);

/* A second, clean board of the same size that belongs to this one. Who uses it clears it. */
int32_t recs__board_child(recs__board **out, recs__board *board);

/* A clean board over `size` things that belongs to this one. Who uses it clears it. */
int32_t recs__board_space(recs__board **out, recs__board *board, uint32_t size);

/* What a scorer keeps with a board from one request to the next; NULL when it keeps nothing. The scorer outlives the board. */
void *recs__board_scratch(const recs__board *board, const recs_scorer *scorer);
/* Keeps a scratch, which then belongs to the board; what another scorer kept is freed. */
void recs__board_keep(recs__board *board, const recs_scorer *scorer, void *scratch, void (*free_scratch)(void *scratch));

/* recs__board_add() of weight * amount for each item of a row. */
void recs__board_add_row(recs__board *board, const uint32_t *items, const float *amounts, size_t count, double weight);

/* Divides every score. */
void recs__board_divide(recs__board *board, double divisor);

/* Divides each score by the other board's of the same item, where that is above 0, and clears the other board. */
void recs__board_divide_by(recs__board *board, recs__board *divisors);

/* The n best scored items among the candidates (NULL: all) that have none of the marks in `without`: best first, equal ones by row. */
int32_t recs__board_top(uint32_t *out_items, double *out_scores, size_t *out_count, const recs__board *board,
                        const recs_candidates *candidates, uint8_t without, size_t n);

static inline void recs__board_mark(recs__board *board, uint32_t item, uint8_t mark) {
  if (board->marks[item] == 0)
    board->touched[board->count++] = item;
  board->marks[item] |= mark;
}

static inline int recs__board_scored(const recs__board *board, uint32_t item) {
  return (board->marks[item] & RECS__SCORED) != 0;
}

static inline void recs__board_add(recs__board *board, uint32_t item, double amount) {
  recs__board_mark(board, item, RECS__SCORED);
  board->scores[item] += amount;
}

#endif
