#include "lib/data/tables/event_roles.h"

#include <string.h>

/* Each role's default column, its option, and what its bad values are counted as. */
static const struct {
  const char *column;
  size_t option;
  const char *reason;
} roles[RECS__ROLES] = {
    [RECS__ROLE_WEIGHT] = {"weight", offsetof(recs_events_read_options, weight), "bad weight"},
    [RECS__ROLE_QUANTITY] = {"quantity", offsetof(recs_events_read_options, quantity), "bad quantity"},
    [RECS__ROLE_PRICE] = {"price", offsetof(recs_events_read_options, price), "bad price"},
    [RECS__ROLE_TIME] = {"time", offsetof(recs_events_read_options, time), "bad time"},
    [RECS__ROLE_EVENT] = {"event", offsetof(recs_events_read_options, event), "bad event type"},
    [RECS__ROLE_SESSION] = {"session", offsetof(recs_events_read_options, session), "bad session"},
    [RECS__ROLE_USER] = {"user", offsetof(recs_events_read_options, user), "bad user"},
    [RECS__ROLE_ITEM] = {"item", offsetof(recs_events_read_options, item), "bad item"}};

const char *recs__role_reason(recs__role r) {
  return roles[r].reason;
}

/* The column that the caller names for a role; NULL: none. */
static const char *named_column(const recs_events_read_options *options, recs__role r) {
  const char *name;
  memcpy(&name, (const char *)options + roles[r].option, sizeof name);
  return name;
}

const char *recs__role_column(const recs_events_read_options *options, recs__role r) {
  const char *name = named_column(options, r);
  return name == NULL ? roles[r].column : name;
}

/* A role takes the column that the caller names for it, or that of its default name when the caller names that for no
 * other role. */
int recs__role_takes(const recs_events_read_options *options, recs__role r, const char *column) {
  if (strcmp(recs__role_column(options, r), column) != 0)
    return 0;
  for (int other = 0; named_column(options, r) == NULL && other < RECS__ROLES; other++) {
    const char *name = named_column(options, (recs__role)other);
    if (name != NULL && strcmp(name, column) == 0)
      return 0;
  }
  return 1;
}

int recs__role_required(const recs_events_read_options *options, recs__role r) {
  return named_column(options, r) != NULL || r == RECS__ROLE_ITEM ||
         (r == RECS__ROLE_USER && options->require_user);
}
