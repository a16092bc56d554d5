/* A few events and what scorers are trained on, made of them. */
#ifndef RECS_TESTS_TRAIL_H
#define RECS_TESTS_TRAIL_H

#include "log.h"

typedef struct recs_test_trail {
  recs_test_log log;
  recs_matrix *matrix;
  recs_histories *histories;
  recs_training training; /* of these two */
} recs_test_trail;

/* Events of users and items at times, in order of arrival; without times where `times` is NULL. Close it, whatever the status is. */
int32_t recs_test_trail_open(recs_test_trail *trail, recs_context *context, uint32_t users, uint32_t items,
                             const uint32_t *event_users, const uint32_t *event_items, const int64_t *times, size_t count);
void recs_test_trail_close(recs_test_trail *trail);

/* A history of items alone, of nobody known. */
recs_history recs_test_history(const uint32_t *items, size_t count);

#endif
