/* What each user did, in order: what splits are made of. */
#ifndef RECS_LIB_EVALUATE_TURNS_H
#define RECS_LIB_EVALUATE_TURNS_H

#include "lib/base/memory.h"
#include <recs/data.h>

/* Where an event goes. Numbers are marks for recs__events_select(). */
enum {
  RECS__PART_NONE = 0, /* it repeats another, or weighs nothing */
  RECS__PART_TRAIN = 1,
  RECS__PART_VALIDATION = 2,      /* asked for at the validation, known at the test */
  RECS__PART_TEST = 3,            /* asked for at the test */
  RECS__PART_FOLD_VALIDATION = 4, /* of a user held out for the validation: comes with the request */
  RECS__PART_FOLD_TEST = 5        /* of a user held out for the test: comes with the request */
};

/* An event of a user. */
typedef struct recs__turn {
  int64_t time; /* or RECS_NO_TIME */
  size_t event; /* its number in the log */
  uint32_t item;
  uint32_t session; /* or RECS_NO_ROW */
  uint8_t liked;    /* it weighs more than nothing */
  uint8_t part;
} recs__turn;

typedef struct recs__turns {
  recs_context *context;
  uint32_t users;
  uint32_t items;
  uint32_t sessions;
  int64_t *offsets; /* users + 1 */
  recs__turn *list; /* by user, then by time, then by arrival */
} recs__turns;

/* The events that have a user and an item, neither of them removed, and whose type does not weigh 0. All parts are NONE. Whatever is returned,
 * recs__turns_free() follows. */
int32_t recs__turns_collect(recs__turns *out, const recs_events *events, const recs_matrix_options *options);
void recs__turns_free(recs__turns *turns);

#endif
