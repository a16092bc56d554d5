/* The space in which content is compared: every tag, word, range of a number and component of an embedding is a feature, and items (and users'
 * own profiles) are sparse rows of unit length in it. */
#ifndef RECS_LIB_RECOMMEND_SPACE_H
#define RECS_LIB_RECOMMEND_SPACE_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include <recs/recommend.h>

/* The features of one field. */
typedef struct recs__block {
  int32_t reason;   /* RECS_REASON_* of its features */
  uint32_t field;   /* of the item profiles */
  uint32_t first;   /* its first feature */
  uint32_t count;
  recs_ids *labels; /* the features' names: tags and words; else NULL */
} recs__block;

typedef struct recs__space {
  recs_context *context;
  recs__block *blocks; /* in the order of their features */
  uint32_t block_count;
  uint32_t features;
} recs__space;

/* Builds the space of some items' profiles: `items` gets a row an item of the catalogue, `users` (NULL without user profiles) a row a
 * user, from the fields that have the name and the type of an item field. */
int32_t recs__space_build(recs__space *out, recs_matrix **items, recs_matrix **users, const recs_training *training,
                          const recs_content_options *options);
void recs__space_free(recs__space *space);

/* The block that a feature belongs to. */
const recs__block *recs__space_block(const recs__space *space, uint32_t feature);

int32_t recs__space_write(const recs__space *space, recs__writer *writer);
int32_t recs__space_read(recs__space *out, recs__reader *reader);

#endif
