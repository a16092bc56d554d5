/* The bytes of a loaded file: mapped, or in a block. Objects that borrow arrays from it hold it. */
#ifndef RECS_LIB_PERSIST_BACKING_H
#define RECS_LIB_PERSIST_BACKING_H

#include "lib/base/object.h"

typedef struct recs__backing {
  recs__object object;
  const unsigned char *bytes; /* aligned to 64 */
  size_t size;
  void *block; /* owned memory, or NULL */
  void *map;   /* a mapping of `size` bytes, or NULL */
} recs__backing;

/* Maps a file for reading; where the file system cannot map, reads it. */
int32_t recs__backing_open(recs__backing **out, recs_context *context, const char *path);

/* A copy of bytes. */
int32_t recs__backing_copy(recs__backing **out, recs_context *context, const void *bytes, size_t size);

#endif
