/* Sessions by inactivity. First each event learns which of its user's sessions it is in, then the sessions get names and rows, then
 * the new column is written. */
#include "lib/data/events.h"
#include "lib/data/user_events.h"

#include "lib/base/options.h"
#include "lib/base/parallel.h"

#include <stdio.h>
#include <string.h>

enum { NAMES = 1024, DIGITS = 16 };

static const recs__choice existing[] = {
    {"replace", RECS_SESSIONS_REPLACE}, {"keep", RECS_SESSIONS_KEEP}, {"split", RECS_SESSIONS_SPLIT}, {NULL, 0}};

static const recs__field sessions_fields[] = {
    RECS__F64(recs_sessions_options, gap_seconds, 0, 1e12, 1800, "Seconds without an event that end a session."),
    RECS__CHOICE(recs_sessions_options, existing, existing, "replace|keep|split", RECS_SESSIONS_REPLACE,
                 "What becomes of the sessions that the log has."),
    RECS__RESERVED(recs_sessions_options, reserved),
};

static const recs_schema sessions_schema = RECS__SCHEMA("sessions", recs_sessions_options, sessions_fields);

const recs_schema *recs_sessions_schema(void) {
  return &sessions_schema;
}

int32_t recs_sessions_options_init(recs_sessions_options *options, size_t struct_size) {
  return recs_options_init(options, &sessions_schema, struct_size);
}

typedef struct cutting {
  recs_context *context;
  const recs_events *events;
  recs_sessions_options options;
  int64_t gap; /* in milliseconds */
  recs__event_view *views;
  uint32_t *labels;  /* by event: which of its user's new sessions, from 0; RECS_NO_ROW: none */
  uint32_t *begins;  /* by user: how many new sessions it has, then the row of the first */
  recs_ids *sessions;
  recs__event_chunk *chunks; /* of the new log */
} cutting;

/* Whether an event belongs to no new session. */
static int is_left_out(const cutting *self, const recs__user_event *event) {
  return event->time == RECS_NO_TIME || (self->options.existing == RECS_SESSIONS_KEEP && event->session != RECS_NO_ROW);
}

static int begins_session(const cutting *self, const recs__user_event *before, const recs__user_event *event) {
  return before == NULL || (uint64_t)event->time - (uint64_t)before->time > (uint64_t)self->gap ||
         (self->options.existing == RECS_SESSIONS_SPLIT && event->session != before->session);
}

static int32_t label_user(void *payload, uint32_t thread, uint32_t user, recs__user_event *events, size_t count) {
  const cutting *self = payload;
  const recs__user_event *before = NULL;
  uint32_t found = 0;
  (void)thread;
  if (recs__ids_removed(recs_events_users(self->events), user))
    return RECS_OK;
  for (size_t i = 0; i < count; i++) {
    if (is_left_out(self, &events[i]))
      continue;
    found += (uint32_t)begins_session(self, before, &events[i]);
    before = &events[i];
    self->labels[before->number] = found - 1;
  }
  self->begins[user] = found;
  return RECS_OK;
}

static int32_t label_events(cutting *self, const recs__progress *progress) {
  size_t count = (size_t)recs_events_count(self->events);
  uint32_t users = recs_ids_count(recs_events_users(self->events));
  recs__user_events by_user;
  int32_t status;
  self->views = recs__events_views(self->events);
  self->labels = recs__alloc(self->context, count, sizeof *self->labels);
  self->begins = recs__alloc_zero(self->context, users, sizeof *self->begins);
  if (self->views == NULL || self->labels == NULL || self->begins == NULL)
    return recs__fail_nomem();
  memset(self->labels, 0xff, count * sizeof *self->labels);
  status = recs__user_events_make(&by_user, self->context, self->views, recs__events_chunks(self->events), users, NULL);
  if (status == RECS_OK)
    status = recs__user_events_each(&by_user, label_user, self, progress);
  recs__user_events_free(&by_user);
  return status;
}

/* Names on their way into the dictionary. */
typedef struct naming {
  recs_context *context;
  recs_ids *sessions;
  char *bytes;
  size_t room;
  int64_t offsets[NAMES + 1];
  size_t count;
} naming;

static int32_t flush_names(naming *names) {
  RECS_TRY(recs_ids_add_many(NULL, names->sessions, names->bytes, names->offsets, names->count));
  names->count = 0;
  return RECS_OK;
}

static int32_t add_name(naming *names, const char *text, size_t length) {
  size_t used = (size_t)names->offsets[names->count];
  RECS_TRY(recs__grow(names->context, &names->bytes, &names->room, used + length, 1));
  memcpy(names->bytes + used, text, length);
  names->count += 1;
  names->offsets[names->count] = (int64_t)(used + length);
  return names->count == NAMES ? flush_names(names) : RECS_OK;
}

/* A user's sessions: its id and a number. `kept` is the dictionary whose names are passed over, or NULL. */
static int32_t name_sessions(naming *names, const recs_ids *users, uint32_t user, uint32_t count, const recs_ids *kept,
                             char **text, size_t *room) {
  const char *id;
  size_t length, whole;
  uint64_t number = 0;
  RECS_TRY(recs_ids_name(&id, &length, users, user));
  RECS_TRY(recs__grow(names->context, text, room, length + DIGITS, 1));
  memcpy(*text, id, length);
  for (uint32_t i = 0; i < count; i++) {
    do {
      number += 1;
      whole = length + (size_t)snprintf(*text + length, DIGITS, "#%llu", (unsigned long long)number);
    } while (kept != NULL && recs__ids_find(kept, *text, whole) != RECS_NO_ROW);
    RECS_TRY(add_name(names, *text, whole));
  }
  return RECS_OK;
}

static int32_t keep_sessions(naming *names, const recs_ids *kept) {
  for (uint32_t row = 0; row < recs_ids_count(kept); row++) {
    const char *id;
    size_t length;
    RECS_TRY(recs_ids_name(&id, &length, kept, row));
    RECS_TRY(add_name(names, id, length));
  }
  return RECS_OK;
}

/* Gives the new sessions rows, user after user, behind those that are kept; counts become the rows of each user's first. */
static int32_t name_all(cutting *self, naming *names) {
  const recs_ids *users = recs_events_users(self->events), *kept = NULL;
  char *text = NULL;
  size_t room = 0;
  uint64_t row = 0;
  int32_t status = RECS_OK;
  if (self->options.existing == RECS_SESSIONS_KEEP) {
    kept = recs_events_sessions(self->events);
    row = recs_ids_count(kept);
    RECS_TRY(keep_sessions(names, kept));
  }
  for (uint32_t user = 0; user < recs_ids_count(users); user++) {
    uint32_t count = self->begins[user];
    if (count > 0)
      RECS_GO(name_sessions(names, users, user, count, kept, &text, &room));
    self->begins[user] = (uint32_t)row; /* too many rows fail when they are added */
    row += count;
  }
  status = flush_names(names);
cleanup:
  recs__free(self->context, text);
  return status;
}

static int32_t name_labels(cutting *self) {
  naming *names = recs__alloc_zero(self->context, 1, sizeof *names);
  int32_t status = names == NULL ? recs__fail_nomem() : recs_ids_create(&self->sessions, self->context);
  if (status == RECS_OK) {
    names->context = self->context;
    names->sessions = self->sessions;
    status = name_all(self, names);
  }
  if (names != NULL)
    recs__free(self->context, names->bytes);
  recs__free(self->context, names);
  return status;
}

static int32_t write_chunks(void *payload, uint32_t thread, size_t begin, size_t end) {
  const cutting *self = payload;
  (void)thread;
  for (size_t number = begin; number < end; number++) {
    const recs__event_view *view = &self->views[number];
    const uint32_t *labels = self->labels + number * RECS__CHUNK;
    int keeps = self->options.existing == RECS_SESSIONS_KEEP;
    void *values;
    RECS_TRY(recs__event_chunk_replace(&values, &self->chunks[number], self->context, RECS__SESSIONS, view->count));
    for (size_t i = 0; i < view->count; i++) {
      uint32_t kept = keeps ? recs__session_of(view, i) : RECS_NO_ROW;
      ((uint32_t *)values)[i] = labels[i] == RECS_NO_ROW ? kept : self->begins[view->users[i]] + labels[i];
    }
  }
  return RECS_OK;
}

static int32_t cut(recs_events **out, cutting *self, const recs__progress *progress) {
  recs__progress labelling = recs__progress_part(progress, 0, 0.7);
  recs_events *log = NULL;
  int32_t status;
  RECS_TRY(label_events(self, &labelling));
  RECS_TRY(name_labels(self));
  RECS_TRY(recs__progress_at(progress, 0.9));
  RECS_TRY(recs__events_share(&log, &self->chunks, self->events, self->sessions));
  status = recs__parallel(self->context, recs__events_chunks(self->events), 1, write_chunks, self, NULL);
  if (status == RECS_OK)
    status = recs__progress_at(progress, 1);
  if (status == RECS_OK)
    status = recs_events_freeze(out, log);
  recs_events_free(log);
  return status;
}

int32_t recs_events_sessionize(recs_events **out, const recs_events *events, const recs_sessions_options *options,
                               recs_progress_fn progress, void *payload) {
  cutting self = {.events = events};
  recs__progress whole = recs__progress_of(progress, payload);
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&self.options, &sessions_schema, options));
  if (recs_events_time_kind(events) == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "gap_seconds needs clock times; this log's times are only an order");
  self.context = recs__context_of(events);
  self.gap = (int64_t)(self.options.gap_seconds * 1000 + 0.5);
  status = cut(out, &self, &whole);
  recs_ids_free(self.sessions);
  recs__free(self.context, self.views);
  recs__free(self.context, self.labels);
  recs__free(self.context, self.begins);
  return status;
}
