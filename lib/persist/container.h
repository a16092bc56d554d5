/* Objects in files: a container of named arrays, and the kinds of objects that go into one. */
#ifndef RECS_LIB_PERSIST_CONTAINER_H
#define RECS_LIB_PERSIST_CONTAINER_H

#include "lib/base/stream.h"
#include "lib/persist/backing.h"
#include "lib/persist/sink.h"

/* What can be saved: its name in the file's header, and how it writes and reads itself. */
typedef struct recs__kind {
  const char *name; /* at most RECS__KIND_SIZE bytes */
  int32_t (*write)(const void *object, recs__writer *writer);
  int32_t (*read)(void **out, recs__reader *reader);
} recs__kind;

/* Writes the whole file into the sink. */
int32_t recs__container_write(recs__sink *sink, const recs_context *context, const recs__kind *kind, const void *object);

/* Checks every byte of the file, then lets the kind read its object. What the object borrows, it holds the backing for. */
int32_t recs__container_read(void **out, recs__backing *backing, const recs__kind *kind);

#endif
