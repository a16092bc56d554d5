/* The score boards that a model's requests share: one that is done leaves its board for the next, so that serving a
 * user allocates nothing that grows with the catalogue. */
#ifndef RECS_LIB_MODEL_BOARDS_H
#define RECS_LIB_MODEL_BOARDS_H

#include <stdatomic.h>

#include "lib/recommend/board.h"

enum { RECS__IDLE_BOARDS = 8 };

typedef struct recs__boards {
  const recs_context *context;
  uint32_t items;
  _Atomic(recs__board *) idle[RECS__IDLE_BOARDS]; /* NULL: a free place */
} recs__boards;

/* A pool without boards: they are made when they are first needed. */
recs__boards *recs__boards_new(const recs_context *context, uint32_t items);
void recs__boards_free(recs__boards *boards);

/* A clean board, of this thread alone until it is given back clean. Any thread, without waiting. */
int32_t recs__boards_take(recs__board **out, recs__boards *boards);
/* Beyond RECS__IDLE_BOARDS idle ones it is freed. NULL is fine. */
void recs__boards_give(recs__boards *boards, recs__board *board);

#endif
