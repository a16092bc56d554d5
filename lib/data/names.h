/* Lists of names joined by commas, in options. */
#ifndef RECS_LIB_DATA_NAMES_H
#define RECS_LIB_DATA_NAMES_H

#include <stddef.h>

/* A piece of text, not NUL-terminated. */
typedef struct recs__piece {
  const char *text;
  size_t length;
} recs__piece;

/* The same without spaces at either end. */
recs__piece recs__piece_trim(recs__piece piece);

/* The next piece of a list, trimmed, which may be empty: `*rest` moves on, and becomes NULL behind the last one.
 * Returns 0 when `*rest` is NULL. A list of "" is one empty piece. */
int recs__names_next(recs__piece *out, const char **rest);

#endif
