/* A file that says which group each user is in: a segment, a cohort, a country. */
#ifndef RECS_TOOLS_GROUPS_H
#define RECS_TOOLS_GROUPS_H

#include "input.h"

typedef struct user_groups {
  recs_profiles *profiles;
  const recs_ids *names; /* the groups, borrowed */
  uint32_t *rows;        /* of each user; RECS_NO_ROW: none */
  uint32_t users;
} user_groups;

/* Reads the column of a file of users; users that the dictionary lacks are passed over. Returns an exit code; the groups are to be
 * closed in any case. */
int open_groups(user_groups *out, recs_ids *users, const char *path, const char *column);
void close_groups(user_groups *groups);

#endif
