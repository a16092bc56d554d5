#include "lib/base/report.h"

#include <string.h>

enum { EXAMPLE_SIZE = 80 };

typedef struct entry {
  const char *reason; /* static */
  uint64_t count;
  uint64_t first_record;
  char example[EXAMPLE_SIZE];
} entry;

struct recs_report {
  recs__object object;
  entry *entries;
  size_t count;
  size_t capacity;
};

static void report_destroy(void *object) {
  recs_report *report = object;
  recs__free(report->object.context, report->entries);
}

int32_t recs__report_create(recs_report **out, recs_context *context) {
  *out = recs__object_new(context, sizeof **out, report_destroy);
  return *out == NULL ? recs__fail_nomem() : RECS_OK;
}

static entry *find_entry(const recs_report *report, const char *reason) {
  for (size_t i = 0; i < report->count; i++) {
    if (strcmp(report->entries[i].reason, reason) == 0)
      return &report->entries[i];
  }
  return NULL;
}

/* The entry of a reason, which is appended when it is new; a zeroed one has no count. */
static int32_t make_entry(entry **out, recs_report *report, const char *reason) {
  *out = find_entry(report, reason);
  if (*out != NULL)
    return RECS_OK;
  RECS_TRY(recs__grow(report->object.context, &report->entries, &report->capacity, report->count + 1, sizeof **out));
  *out = &report->entries[report->count++];
  memset(*out, 0, sizeof **out);
  (*out)->reason = reason;
  return RECS_OK;
}

int32_t recs__report_add(recs_report *report, const char *reason, uint64_t count, uint64_t record, const char *example,
                         size_t length) {
  entry *found;
  RECS_TRY(make_entry(&found, report, reason));
  if (found->count == 0 && count > 0) {
    found->first_record = record;
    if (example != NULL)
      recs__quote(found->example, sizeof found->example, example, length);
  }
  found->count += count;
  return RECS_OK;
}

int32_t recs__report_move(recs_report *to, recs_report *from) {
  for (size_t i = 0; i < from->count; i++) {
    entry *found;
    RECS_TRY(make_entry(&found, to, from->entries[i].reason));
    if (found->count > 0)
      found->count += from->entries[i].count;
    else
      *found = from->entries[i];
  }
  recs__report_clear(from);
  return RECS_OK;
}

void recs__report_clear(recs_report *report) {
  report->count = 0;
}

uint32_t recs_report_count(const recs_report *report) {
  return report == NULL ? 0 : (uint32_t)report->count;
}

int32_t recs_report_entry(const char **reason, uint64_t *count, uint64_t *first_record, const char **example,
                          const recs_report *report, uint32_t index) {
  const entry *found;
  recs__enter();
  if (reason != NULL)
    *reason = NULL;
  if (count != NULL)
    *count = 0;
  if (first_record != NULL)
    *first_record = 0;
  if (example != NULL)
    *example = NULL;
  RECS_NOT_NULL(report);
  if (index >= report->count)
    return recs__fail(RECS_ERROR_INVALID, "reason %u of a report of %zu", index, report->count);
  found = &report->entries[index];
  if (reason != NULL)
    *reason = found->reason;
  if (count != NULL)
    *count = found->count;
  if (first_record != NULL)
    *first_record = found->first_record;
  if (example != NULL)
    *example = found->example;
  return RECS_OK;
}

uint64_t recs_report_find(const recs_report *report, const char *reason) {
  const entry *found = report == NULL || reason == NULL ? NULL : find_entry(report, reason);
  return found == NULL ? 0 : found->count;
}

void recs_report_free(recs_report *report) {
  recs__release(report);
}
