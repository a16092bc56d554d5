/* One field of a profile store: what each row has of it. */
#ifndef RECS_LIB_DATA_FIELD_H
#define RECS_LIB_DATA_FIELD_H

#include "lib/base/hash.h"
#include "lib/base/object.h"
#include "lib/base/stream.h"
#include <recs/data.h>

/* What a pool of spans consists of, by RECS_FIELD_*. */
typedef struct recs__pool_kind {
  const char *name; /* in files */
  recs__type type;
  size_t size;
} recs__pool_kind;

extern const recs__pool_kind recs__pool_kinds[];

/* Numbers are an array by row. Tags, texts and embeddings stand in a pool, and each row has a span of it: where it
 * begins, how many elements it has, how many it has room for. A frozen field is compact, and the same in memory and in
 * a file. */
typedef struct recs__field_store {
  UT_hash_handle hh; /* by name */
  recs_context *context;
  char *name;
  int32_t type;
  uint32_t dimension;
  uint32_t index; /* the field's number */
  int mapped;     /* the arrays belong to a file */
  recs_ids *tag_ids;
  size_t rows; /* rows that the arrays cover; later ones have nothing */
  double *numbers;
  uint64_t *begins;
  uint32_t *counts;
  uint32_t *rooms; /* builders only */
  void *pool;     /* uint32_t tags, char of texts (each with a NUL, which its count includes), or float of embeddings */
  float *weights; /* beside tags */
  uint64_t pool_used;
  size_t numbers_room, begins_room, counts_room, rooms_room, pool_room, weights_room;
} recs__field_store;

/* How many elements the span of a row has. */
static inline uint32_t recs__field_count(const recs__field_store *field, uint32_t row) {
  return row < field->rows ? field->counts[row] : 0;
}

/* The address of an element of the pool. */
static inline void *recs__field_element(const recs__field_store *field, uint64_t index) {
  return (char *)field->pool + index * recs__pool_kinds[field->type].size;
}

/* Whether there may be such a field. */
int32_t recs__field_check(const char *name, int32_t type, uint32_t dimension);

int32_t recs__field_create(recs__field_store **out, recs_context *context, const char *name, int32_t type,
                           uint32_t dimension);
void recs__field_free(recs__field_store *field);

/* Tags are added to the field's dictionary when they are new. On failure neither that nor the row has changed. */
int32_t recs__field_set_tag(recs__field_store *field, uint32_t row, const char *tag, size_t length, float weight);
int32_t recs__field_unset_tag(recs__field_store *field, uint32_t row, const char *tag, size_t length);
int32_t recs__field_set_number(recs__field_store *field, uint32_t row, double value);
int32_t recs__field_set_text(recs__field_store *field, uint32_t row, const char *text, size_t length);
int32_t recs__field_set_embedding(recs__field_store *field, uint32_t row, const float *values);
/* The row has nothing any more; what it had is overwritten, for it may be about a person. */
void recs__field_clear(recs__field_store *field, uint32_t row);

/* A compact copy over `rows` rows. */
int32_t recs__field_freeze(recs__field_store **out, const recs__field_store *field, size_t rows);

/* A compact copy that can grow. Both have the same dictionary of tags, which only grows. */
int32_t recs__field_copy(recs__field_store **out, const recs__field_store *field);

/* Gives each of two fields what the other holds; names stay. */
void recs__field_exchange(recs__field_store *a, recs__field_store *b);

int32_t recs__field_write(const recs__field_store *field, recs__writer *writer);
int32_t recs__field_read(recs__field_store **out, recs__reader *reader, size_t rows);

#endif
