/* Exact weights of one group of items, by its items or by its users. */
#ifndef RECS_LIB_RECOMMEND_EASE_EASE_SOLVE_H
#define RECS_LIB_RECOMMEND_EASE_EASE_SOLVE_H

#include "lib/base/inverse.h"
#include "lib/base/parallel.h"
#include "lib/recommend/ease/ease.h"

/* Rows of B worked out side by side; rows of X'X or XX' a task. */
enum { RECS__EASE_BAND = RECS__BLOCK_LEFT, RECS__EASE_GRAIN = 16 };

typedef struct recs__ease_system {
  const recs__ease_weights *weights;
  const recs__groups *groups;
  recs_context *context;
  double lambda;
  int single; /* the inverse in single precision */
  int small;  /* one thread's, which starts no others */
  uint32_t group;
  uint32_t items, first_item; /* of the group, and their first place */
  uint32_t users, first_user;
  double *divisors; /* of each column */
} recs__ease_system;

/* P = (X'X + lambda I)^-1 and B(i, j) = -P(i, j) / P(j, j). */
int32_t recs__ease_by_items(recs__ease_system *system, const recs__progress *progress);
/* Bytes that this takes at most. */
double recs__ease_by_items_bytes(const recs_context *context, uint32_t items, int single);

/* Woodbury's identity: lambda P = I - Q with Q = X'KX and K = (XX' + lambda I)^-1, so that B(i, j) = Q(i, j) / (1 - Q(j, j)). */
int32_t recs__ease_by_users(recs__ease_system *system, const recs__progress *progress);
double recs__ease_by_users_bytes(const recs_context *context, uint32_t users, int single);

/* Room for the divisors, and `numbers` for each thread. */
int32_t recs__ease_room(double **desks, recs__ease_system *system, size_t numbers);

/* Runs a task by all threads, or by this one in a small system. */
int32_t recs__ease_run(const recs__ease_system *system, size_t count, size_t grain, recs__task_fn task, void *payload,
                       const recs__progress *progress, double from, double to);

/* Hands out the row of an item, once divided by the divisors: the weights to each item of the group. */
int32_t recs__ease_take(const recs__ease_system *system, uint32_t place, double *row);

static inline size_t recs__ease_bands(uint32_t rows) {
  return ((size_t)rows + RECS__EASE_BAND - 1) / RECS__EASE_BAND;
}

/* How many of `rows` are in the band that begins with `first`. */
static inline uint32_t recs__ease_band_rows(uint32_t rows, size_t first) {
  return rows - first < RECS__EASE_BAND ? rows - (uint32_t)first : RECS__EASE_BAND;
}

#endif
