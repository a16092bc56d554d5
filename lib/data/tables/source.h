/* Where a table's bytes come from: a file, memory or the host's own source. */
#ifndef RECS_LIB_DATA_TABLES_SOURCE_H
#define RECS_LIB_DATA_TABLES_SOURCE_H

#include "lib/base/status.h"
#include <recs/data.h>

typedef struct recs__source recs__source;
struct recs__source {
  /* Fills a buffer as far as it can; 0 bytes only at the end. */
  int32_t (*fill)(recs__source *source, char *buffer, size_t capacity, size_t *got);
  const char *noun; /* "file" or "input", for messages */
  uint64_t size;    /* 0: unknown */
  uint64_t taken;   /* bytes handed out so far */
  const char *path; /* files: borrowed */
  int file;         /* files: the descriptor; else -1 */
  const char *bytes; /* memory: what is left of it */
  size_t left;
  recs_source_fn host; /* the host's function */
  void *payload;
};

/* Opens a file; what cannot be read as one (a directory, a missing file) is RECS_ERROR_IO with the system's reason. */
int32_t recs__source_file(recs__source *out, const char *path);
void recs__source_memory(recs__source *out, const void *bytes, size_t length);
void recs__source_host(recs__source *out, recs_source_fn host, void *payload);

/* At most `capacity` bytes; 0 at the end. */
int32_t recs__source_read(recs__source *source, char *buffer, size_t capacity, size_t *got);

/* The part handed out so far, 0 to 1; 0 while the size is unknown. */
double recs__source_fraction(const recs__source *source);

void recs__source_close(recs__source *source);

#endif
