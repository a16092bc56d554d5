#include "lib/model/boards.h"

recs__boards *recs__boards_new(const recs_context *context, uint32_t items) {
  recs__boards *boards = recs__alloc_zero(context, 1, sizeof *boards);
  if (boards == NULL)
    return NULL;
  boards->context = context;
  boards->items = items;
  for (int i = 0; i < RECS__IDLE_BOARDS; i++)
    atomic_init(&boards->idle[i], NULL);
  return boards;
}

static void free_board(const recs_context *context, recs__board *board) {
  if (board != NULL)
    recs__board_free(board);
  recs__free(context, board);
}

void recs__boards_free(recs__boards *boards) {
  if (boards == NULL)
    return;
  for (int i = 0; i < RECS__IDLE_BOARDS; i++)
    free_board(boards->context, atomic_load(&boards->idle[i]));
  recs__free(boards->context, boards);
}

static int32_t new_board(recs__board **out, const recs__boards *boards) {
  recs__board *board = recs__alloc_zero(boards->context, 1, sizeof *board);
  int32_t status;
  if (board == NULL)
    return recs__fail_nomem();
  status = recs__board_init(board, boards->context, boards->items);
  if (status != RECS_OK) {
    free_board(boards->context, board);
    return status;
  }
  *out = board;
  return RECS_OK;
}

/* A place is emptied or filled by one atomic step, so that a board has one owner at any time. */
int32_t recs__boards_take(recs__board **out, recs__boards *boards) {
  for (int i = 0; i < RECS__IDLE_BOARDS; i++) {
    /* To look costs the other threads nothing; to exchange does. */
    if (atomic_load_explicit(&boards->idle[i], memory_order_relaxed) == NULL)
      continue;
    *out = atomic_exchange(&boards->idle[i], NULL);
    if (*out != NULL)
      return RECS_OK;
  }
  return new_board(out, boards);
}

void recs__boards_give(recs__boards *boards, recs__board *board) {
  for (int i = 0; board != NULL && i < RECS__IDLE_BOARDS; i++) {
    recs__board *none = NULL;
    if (atomic_compare_exchange_strong(&boards->idle[i], &none, board))
      return;
  }
  free_board(boards->context, board);
}
