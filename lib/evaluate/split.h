/* A log that was split, as seen inside the library. */
#ifndef RECS_LIB_EVALUATE_SPLIT_H
#define RECS_LIB_EVALUATE_SPLIT_H

#include "lib/base/object.h"
#include "lib/evaluate/turns.h"
#include <recs/evaluate/split.h>

/* One round: what a model is fitted to, what requests bring, and what is asked for. */
typedef struct recs__stage {
  recs_events *training;     /* frozen */
  recs_histories *histories; /* of all users */
  uint32_t users;            /* that are asked about */
  uint32_t *rows;            /* theirs, ascending */
  int64_t *offsets;          /* users + 1 */
  uint32_t *items;           /* what is asked for, different within a user */
} recs__stage;

struct recs_split {
  recs__object object;
  recs_split_options options; /* without `matrix`, which is the caller's; the method is resolved */
  recs__stage stages[2];      /* by RECS_STAGE_* - 1 */
};

/* The stage of that number, or NULL. */
const recs__stage *recs__split_stage(const recs_split *split, int32_t stage);

/* Gives every turn its part; tested[user] becomes 1 for users that may be asked about. */
int32_t recs__split_assign(uint8_t *tested, recs__turns *turns, const recs_split_options *options, int32_t time_kind);

/* The name of a method as texts have it. */
const char *recs__split_name(int32_t method);

#endif
