#include "log.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 16 };

static int32_t add_names(recs_ids *ids, char first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    char name[NAME];
    uint32_t row;
    int length = snprintf(name, sizeof name, "%c%u", first, i);
    int32_t status = recs_ids_add(&row, ids, name, (size_t)length);
    if (status != RECS_OK)
      return status;
  }
  return RECS_OK;
}

static int32_t fill(recs_test_log *log, uint32_t users, uint32_t items, uint32_t sessions) {
  uint32_t row;
  int32_t status = add_names(log->users, 'u', users);
  if (status == RECS_OK)
    status = add_names(log->items, 'i', items);
  for (uint32_t i = 0; i < sessions && status == RECS_OK; i++) {
    char name[NAME];
    int length = snprintf(name, sizeof name, "s%u", i);
    status = recs_events_session(&row, log->events, name, (size_t)length);
  }
  if (status == RECS_OK)
    status = recs_events_type(&row, log->events, "view", 4);
  if (status == RECS_OK)
    status = recs_events_type(&row, log->events, "buy", 3);
  return status;
}

int32_t recs_test_log_create(recs_test_log *out, recs_context *context, uint32_t users, uint32_t items,
                             uint32_t sessions) {
  int32_t status;
  memset(out, 0, sizeof *out);
  status = recs_ids_create(&out->users, context);
  if (status == RECS_OK)
    status = recs_ids_create(&out->items, context);
  if (status == RECS_OK)
    status = recs_events_create(&out->events, out->users, out->items);
  if (status == RECS_OK)
    status = fill(out, users, items, sessions);
  if (status != RECS_OK)
    recs_test_log_free(out);
  return status;
}

void recs_test_log_free(recs_test_log *log) {
  recs_events_free(log->events);
  recs_ids_free(log->items);
  recs_ids_free(log->users);
  memset(log, 0, sizeof *log);
}

recs_event_columns recs_test_columns(void) {
  recs_event_columns columns;
  memset(&columns, 0, sizeof columns);
  columns.struct_size = sizeof columns;
  return columns;
}
