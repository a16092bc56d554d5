/* A sample of a stage: some of the users to ask about, and a log of them and a share of the others to fit to. */
#ifndef RECS_LIB_EVALUATE_SAMPLE_H
#define RECS_LIB_EVALUATE_SAMPLE_H

#include "lib/evaluate/split.h"

typedef struct recs__sample {
  recs_context *context;
  const recs__stage *stage;
  uint64_t seed;
  uint32_t *shuffled; /* places of the stage's users; a sample has the first of them */
  uint8_t *chosen;    /* by user: in the log */
  uint8_t *marks;     /* by event: in the log */
  uint32_t *places;   /* of the sample's users, ascending */
  uint32_t users;     /* in the sample */
  recs_events *log;   /* what is fitted to; frozen */
} recs__sample;

/* No sample so far. Whatever is returned, recs__sample_free() follows. */
int32_t recs__sample_init(recs__sample *sample, const recs__stage *stage, uint64_t seed);
void recs__sample_free(recs__sample *sample);

/* Takes that many users (larger samples have the users of smaller ones), and for the log that share of all users beside them;
 * a share of 1 or more is the whole log. */
int32_t recs__sample_take(recs__sample *sample, uint32_t users, double share);

#endif
