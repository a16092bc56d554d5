#include "lib/recommend/board.h"

#include "lib/similarity/topk.h"

#include <math.h>

int32_t recs__board_init(recs__board *board, const recs_context *context, uint32_t items) {
  memset(board, 0, sizeof *board);
  board->context = context;
  board->items = items;
  board->touched = recs__alloc(context, (size_t)items + 1, sizeof *board->touched);
  board->marks = recs__alloc_zero(context, items, sizeof *board->marks);
  board->scores = recs__alloc_zero(context, items, sizeof *board->scores);
  if (board->touched != NULL && board->marks != NULL && board->scores != NULL)
    return RECS_OK;
  recs__board_free(board);
  return recs__fail_nomem();
}

static void free_owned(recs__board *owner, recs__board **owned) {
  if (*owned == NULL)
    return;
  recs__board_free(*owned);
  recs__free(owner->context, *owned);
  *owned = NULL;
}

void recs__board_free(recs__board *board) {
  free_owned(board, &board->child);
  free_owned(board, &board->space);
  recs__board_keep(board, NULL, NULL, NULL);
  recs__free(board->context, board->touched);
  recs__free(board->context, board->marks);
  recs__free(board->context, board->scores);
  board->touched = NULL;
  board->marks = NULL;
  board->scores = NULL;
}

void recs__board_clear(recs__board *board) {
  for (uint32_t i = 0; i < board->count; i++) {
    board->marks[board->touched[i]] = 0;
    board->scores[board->touched[i]] = 0;
  }
  board->count = 0;
}

void recs__board_see(recs__board *board, const uint32_t *items, size_t count) {
  for (size_t i = 0; i < count; i++)
    recs__board_mark(board, items[i], RECS__SEEN);
}

/* The board in `*place`, if it has the size, else a new one in its place. */
static int32_t find_owned(recs__board **out, recs__board *owner, recs__board **place, uint32_t size) {
  *out = NULL;
  if (*place != NULL && (*place)->items != size)
    free_owned(owner, place);
  if (*place == NULL) {
    int32_t status;
    recs__board *made = recs__alloc(owner->context, 1, sizeof *made);
    if (made == NULL)
      return recs__fail_nomem();
    status = recs__board_init(made, owner->context, size);
    if (status != RECS_OK) {
      recs__free(owner->context, made);
      return status;
    }
    *place = made;
  }
  *out = *place;
  return RECS_OK;
}

int32_t recs__board_child(recs__board **out, recs__board *board) {
  return find_owned(out, board, &board->child, board->items);
}

int32_t recs__board_space(recs__board **out, recs__board *board, uint32_t size) {
  return find_owned(out, board, &board->space, size);
}

void *recs__board_scratch(const recs__board *board, const recs_scorer *scorer) {
  return board->keeper == scorer ? board->scratch : NULL;
}

void recs__board_keep(recs__board *board, const recs_scorer *scorer, void *scratch, void (*free_scratch)(void *scratch)) {
  if (board->keeper != NULL)
    board->free_scratch(board->scratch);
  board->keeper = scorer;
  board->scratch = scratch;
  board->free_scratch = free_scratch;
}

void recs__board_divide(recs__board *board, double divisor) {
  for (uint32_t i = 0; i < board->count; i++) {
    uint32_t item = board->touched[i];
    if (recs__board_scored(board, item))
      board->scores[item] /= divisor;
  }
}

void recs__board_divide_by(recs__board *board, recs__board *divisors) {
  for (uint32_t i = 0; i < divisors->count; i++) {
    uint32_t item = divisors->touched[i];
    if (divisors->scores[item] > 0)
      board->scores[item] /= divisors->scores[item];
  }
  recs__board_clear(divisors);
}

/* No branch depends on an item: which are marked, nobody can foresee. */
void recs__board_add_row(recs__board *board, const uint32_t *items, const float *amounts, size_t count, double weight) {
  uint8_t *marks = board->marks;
  double *scores = board->scores;
  uint32_t *touched = board->touched, touched_count = board->count;
  for (size_t i = 0; i < count; i++) {
    uint32_t item = items[i];
    uint8_t mark = marks[item];
    double amount = weight * (double)amounts[i];
    touched[touched_count] = item;
    touched_count += mark == 0;
    scores[item] += amount;
    marks[item] = mark | RECS__SCORED;
  }
  board->count = touched_count;
}

/* Items of `touched` that a selection would take, as it stands, or those equal to its last: returns how many. */
static size_t pass(uint32_t *passed, const recs__board *board, const uint32_t *touched, size_t count, uint8_t without,
                   const recs__top *top) {
  double last = top->count < top->room ? -INFINITY : top->picks[0].score;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t item = touched[i];
    passed[kept] = item;
    kept += ((board->marks[item] & (RECS__SCORED | without)) == RECS__SCORED) & (board->scores[item] >= last);
  }
  return kept;
}

enum { CHUNK = 64 };

int32_t recs__board_top(uint32_t *out_items, double *out_scores, size_t *out_count, const recs__board *board,
                        const recs_candidates *candidates, uint8_t without, size_t n) {
  uint32_t passed[CHUNK];
  recs__top top;
  RECS_TRY(recs__top_init(&top, board->context, n, board->count));
  for (uint32_t begin = 0; begin < board->count && top.room > 0; begin += CHUNK) {
    uint32_t left = board->count - begin;
    size_t count = pass(passed, board, board->touched + begin, left < CHUNK ? left : CHUNK, without, &top);
    for (size_t i = 0; i < count; i++) {
      if (recs__candidates_has(candidates, passed[i]))
        recs__top_offer(&top, passed[i], board->scores[passed[i]]);
    }
  }
  *out_count = recs__top_take(&top, out_items, out_scores);
  recs__top_free(&top);
  return RECS_OK;
}
