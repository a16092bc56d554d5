/* Where the bytes of a file go: a new file, or memory. */
#ifndef RECS_LIB_PERSIST_SINK_H
#define RECS_LIB_PERSIST_SINK_H

#include <limits.h>

#include "lib/base/memory.h"

/* Bytes that no write covers, and that lie before the last written one, are zero. */
typedef struct recs__sink recs__sink;
struct recs__sink {
  int32_t (*write_at)(recs__sink *sink, uint64_t offset, const void *bytes, size_t size);
};

/* A file that takes its name only when it is whole. */
typedef struct recs__new_file {
  recs__sink sink;
  const char *path;          /* as the caller wrote it, for messages; borrowed */
  char target[PATH_MAX];     /* its directory, a NUL, and its name */
  const char *name;          /* within target */
  char temporary[64];        /* "" when there is none (any more) */
  int directory;
  int file;
} recs__new_file;

/* Makes an empty temporary file in the directory of `path`. On failure there is nothing to discard. */
int32_t recs__new_file_create(recs__new_file *file, const char *path);
/* Syncs the file and gives it its name, in place of the old file. */
int32_t recs__new_file_publish(recs__new_file *file);
/* Closes; an unpublished file is removed. */
void recs__new_file_close(recs__new_file *file);

/* A growing block. The buffer remembers its context, so that it can be freed by its address alone. */
typedef struct recs__new_buffer {
  recs__sink sink;
  recs_context *context;
  unsigned char *block; /* a header, then the bytes */
  size_t size;          /* of the bytes */
  size_t capacity;      /* of the block */
} recs__new_buffer;

void recs__new_buffer_init(recs__new_buffer *buffer, recs_context *context);
/* The bytes, which the caller frees with recs__buffer_free; takes them from the sink. */
void *recs__new_buffer_take(recs__new_buffer *buffer);
void recs__new_buffer_discard(recs__new_buffer *buffer);
void recs__buffer_free(void *bytes);

#endif
