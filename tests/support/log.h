/* Event logs for tests. */
#ifndef RECS_TESTS_LOG_H
#define RECS_TESTS_LOG_H

#include <recs/recs.h>

/* A log with its dictionaries. */
typedef struct recs_test_log {
  recs_ids *users;
  recs_ids *items;
  recs_events *events;
} recs_test_log;

/* An empty log over users u0, u1 ..., items i0, i1 ..., sessions s0, s1 ... and types event, view, buy. On failure
 * nothing is left to free. */
int32_t recs_test_log_create(recs_test_log *out, recs_context *context, uint32_t users, uint32_t items,
                             uint32_t sessions);
void recs_test_log_free(recs_test_log *log);

/* No columns: every value is the default. */
recs_event_columns recs_test_columns(void);

#endif
