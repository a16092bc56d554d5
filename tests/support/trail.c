#include "trail.h"

#include <string.h>

int32_t recs_test_trail_open(recs_test_trail *trail, recs_context *context, uint32_t users, uint32_t items,
                             const uint32_t *event_users, const uint32_t *event_items, const int64_t *times, size_t count) {
  recs_event_columns columns = recs_test_columns();
  int32_t status;
  memset(trail, 0, sizeof *trail);
  columns.users = event_users;
  columns.items = event_items;
  columns.times = times;
  status = recs_test_log_create(&trail->log, context, users, items, 0);
  if (status == RECS_OK)
    status = recs_events_append(trail->log.events, &columns, count);
  if (status == RECS_OK)
    status = recs_matrix_build(&trail->matrix, trail->log.events, NULL);
  if (status == RECS_OK)
    status = recs_histories_build(&trail->histories, trail->log.events, 0, NULL);
  trail->training.struct_size = sizeof trail->training;
  trail->training.matrix = trail->matrix;
  trail->training.histories = trail->histories;
  return status;
}

void recs_test_trail_close(recs_test_trail *trail) {
  recs_histories_free(trail->histories);
  recs_matrix_free(trail->matrix);
  recs_test_log_free(&trail->log);
}

recs_history recs_test_history(const uint32_t *items, size_t count) {
  recs_history history = {.struct_size = sizeof history, .items = items, .count = count, .user = RECS_NO_ROW};
  return history;
}
