/* What tuning found. */
#ifndef RECS_LIB_EVALUATE_TUNING_H
#define RECS_LIB_EVALUATE_TUNING_H

#include "lib/base/object.h"
#include "lib/evaluate/knobs.h"
#include <recs/evaluate/tune.h>

typedef struct recs__trial {
  char *settings;
  double score;
  uint32_t users; /* that it was tried on last */
  double at[RECS__MOST_KNOBS + 16]; /* where the knobs stand */
} recs__trial;

struct recs_tuning {
  recs__object object;
  recs__trial *trials; /* the first: the settings given */
  uint32_t count;
  uint32_t room;
  uint32_t chosen;
  recs_comparison comparison; /* of the best trial with the first */
};

/* Room for so many trials, none so far. */
int32_t recs__tuning_new(recs_tuning **out, recs_context *context, uint32_t room);

#endif
