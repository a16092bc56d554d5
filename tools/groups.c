#include "groups.h"

#include <stdlib.h>
#include <string.h>

static void take_groups(user_groups *out) {
  for (uint32_t user = 0; user < out->users; user++) {
    const uint32_t *tags;
    size_t count = 0;
    out->rows[user] = RECS_NO_ROW;
    if (recs_profiles_tags(&tags, NULL, &count, out->profiles, user, 0) == RECS_OK && count > 0)
      out->rows[user] = tags[0];
  }
}

int open_groups(user_groups *out, recs_ids *users, const char *path, const char *column) {
  profile_columns columns;
  int code;
  memset(out, 0, sizeof *out);
  profile_columns_init(&columns);
  columns.options.id = "user";
  columns.options.tags = column;
  columns.options.ignore = "*";
  columns.options.tag_separator = 0;
  columns.options.add_ids = 0;
  if (recs_profiles_create(&out->profiles, users) != RECS_OK)
    return report_failure(NULL);
  if ((code = read_profiles(out->profiles, users, path, &columns)) != EXIT_DONE)
    return code;
  out->names = recs_profiles_tag_ids(out->profiles, 0);
  out->users = recs_ids_count(users);
  out->rows = malloc(((size_t)out->users + 1) * sizeof *out->rows);
  if (out->rows == NULL)
    return bad_input("out of memory");
  take_groups(out);
  return recs_ids_count(out->names) > 0 ? EXIT_DONE : bad_input("%s: column %s puts no user of the log into a group", path, column);
}

void close_groups(user_groups *groups) {
  free(groups->rows);
  recs_profiles_free(groups->profiles);
}
