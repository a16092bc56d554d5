/* How objects write and read themselves: named arrays. The container behind it is persist's. */
#ifndef RECS_LIB_BASE_STREAM_H
#define RECS_LIB_BASE_STREAM_H

#include "lib/base/object.h"

typedef enum recs__type {
  RECS__U8 = 1,
  RECS__U32 = 2,
  RECS__U64 = 3,
  RECS__I64 = 4,
  RECS__F32 = 5,
  RECS__F64 = 6
} recs__type;

enum { RECS__NAME_SIZE = 128 };

size_t recs__type_size(recs__type type);

/* Names nest: within recs__enter_scope(.., "items") the array "offsets" is "items.offsets" in the file. */
typedef struct recs__scope {
  char prefix[RECS__NAME_SIZE];
  size_t length;
} recs__scope;

int32_t recs__enter_scope(recs__scope *scope, const char *name);
void recs__leave_scope(recs__scope *scope);

/* Writes or reads one object within a scope; returns what failed from the current function. */
#define RECS_SCOPED(stream, name, expression)                 \
  do {                                                        \
    RECS_TRY(recs__enter_scope(&(stream)->scope, name));      \
    RECS_TRY(expression);                                     \
    recs__leave_scope(&(stream)->scope);                      \
  } while (0)

typedef struct recs__writer recs__writer;
struct recs__writer {
  recs__scope scope;
  int32_t (*put)(recs__writer *writer, const char *name, recs__type type, const void *data, uint64_t count);
};

typedef struct recs__reader recs__reader;
struct recs__reader {
  recs__scope scope;
  recs_context *context;
  recs__object *backing; /* holds the bytes: an object that borrows arrays holds it */
  /* Finds an array by its full name; RECS_ERROR_FORMAT when it is missing or of another type. */
  int32_t (*get)(recs__reader *reader, const char *name, recs__type type, const void **data, uint64_t *count);
};

int32_t recs__write(recs__writer *writer, const char *name, recs__type type, const void *data, uint64_t count);
int32_t recs__write_u64(recs__writer *writer, const char *name, uint64_t value);
int32_t recs__write_f64(recs__writer *writer, const char *name, double value);
int32_t recs__write_string(recs__writer *writer, const char *name, const char *text);

/* Any count; the data are borrowed from the reader's backing and aligned to 64 bytes. */
int32_t recs__read(recs__reader *reader, const char *name, recs__type type, const void **data, uint64_t *count);
/* Exactly `count` elements, or RECS_ERROR_FORMAT. `data` is the address of a typed pointer. */
int32_t recs__read_exact(recs__reader *reader, const char *name, recs__type type, void *data, uint64_t count);
int32_t recs__read_u64(recs__reader *reader, const char *name, uint64_t minimum, uint64_t maximum, uint64_t *value);
int32_t recs__read_f64(recs__reader *reader, const char *name, double *value);
/* A text that ends with NUL inside the backing. */
int32_t recs__read_string(recs__reader *reader, const char *name, const char **text);
/* Offsets of a compressed-row layout: `count` + 1 values from 0, never falling, the last being `total`. */
int32_t recs__check_offsets(const char *name, const int64_t *offsets, uint64_t count, uint64_t total);
/* Every value below `bound`. */
int32_t recs__check_below(const char *name, const uint32_t *values, uint64_t count, uint32_t bound);

#endif
