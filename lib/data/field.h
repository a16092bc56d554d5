/* One field of a profile store: what each row has of it. */
#ifndef RECS_LIB_DATA_FIELD_H
#define RECS_LIB_DATA_FIELD_H

#include "lib/base/hash.h"
#include "lib/base/object.h"
#include "lib/base/stream.h"
#include <recs/data.h>

/* Numbers are an array by row. Tags, texts and embeddings stand in pools, and each row has a span of one: where it begins, how many elements it
 * has, how many it has room for. A frozen field is compact, and the same in memory and in a file. */
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
  uint32_t *tags;
  float *weights; /* beside tags */
  char *text;     /* each text has a NUL behind it, which its count includes */
  float *vectors;
  uint64_t pool_used;
  size_t numbers_room, begins_room, counts_room, rooms_room, pool_room, weights_room;
} recs__field_store;

int32_t recs__field_create(recs__field_store **out, recs_context *context, const char *name, int32_t type, uint32_t dimension);
void recs__field_free(recs__field_store *field);

/* Where tag stands (or would stand) among a row's tags, which ascend. */
uint32_t recs__field_tag_place(const recs__field_store *field, uint32_t row, uint32_t tag, int *found);

int32_t recs__field_set_tag(recs__field_store *field, uint32_t row, uint32_t tag, float weight);
int32_t recs__field_unset_tag(recs__field_store *field, uint32_t row, uint32_t tag);
int32_t recs__field_set_number(recs__field_store *field, uint32_t row, double value);
int32_t recs__field_set_text(recs__field_store *field, uint32_t row, const char *text, size_t length);
int32_t recs__field_set_embedding(recs__field_store *field, uint32_t row, const float *values);
void recs__field_clear(recs__field_store *field, uint32_t row);

/* A compact copy over `rows` rows. */
int32_t recs__field_freeze(recs__field_store **out, const recs__field_store *field, size_t rows);

int32_t recs__field_write(const recs__field_store *field, recs__writer *writer);
int32_t recs__field_read(recs__field_store **out, recs__reader *reader, size_t rows);

#endif
