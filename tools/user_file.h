/* A file of one value a user. */
#ifndef RECS_TOOLS_USER_FILE_H
#define RECS_TOOLS_USER_FILE_H

#include "sheet.h"

#include <recs/recs.h>

/* A user's value, or NULL to leave the user out. */
typedef json_t *(*user_value_fn)(const void *payload, uint32_t user);

/* Writes CSV with the columns "user" and `column`, of the first `count` users. Returns an exit code. */
int write_user_file(const char *path, const recs_ids *users, uint32_t count, const char *column, user_value_fn value,
                    const void *payload);

#endif
