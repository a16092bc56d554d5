/* What a hybrid learns by: users, what their requests bring, and the items that are to come first. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_EXAM_H
#define RECS_LIB_RECOMMEND_HYBRID_EXAM_H

#include "lib/recommend/scorer.h"

typedef struct recs__exam {
  const recs_context *context;
  recs_training training; /* what the parts are fitted to: nothing of what is asked for */
  int held_back;          /* 1: `training` is less than what was given, and its matrix and histories belong to the exam */
  const recs_histories *asked; /* what requests bring */
  size_t count;           /* users */
  uint32_t *users;        /* ascending */
  int64_t *offsets;       /* count + 1: into targets */
  uint32_t *targets;      /* of the catalogue, different within a user, none of them in what the request brings */
} recs__exam;

/* The exam that the training brings (recs_training::validation_targets), or, where it brings none, one of items held back from it: of
 * users who have at least three, the last one, or (`random`) any. Up to 10,000 users, fewer in catalogues beyond 100,000 items; of held-back ones
 * at most a third of those who qualify, or 300. Without histories there are none. Independent of the number of threads. */
int32_t recs__exam_open(recs__exam *exam, const recs_training *training, int random);
void recs__exam_close(recs__exam *exam);

/* What user number `place` brings. */
recs_history recs__exam_history(const recs__exam *exam, size_t place);

#endif
