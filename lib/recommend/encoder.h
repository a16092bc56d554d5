/* From a profile's field to features of one block. */
#ifndef RECS_LIB_RECOMMEND_ENCODER_H
#define RECS_LIB_RECOMMEND_ENCODER_H

#include "lib/base/memory.h"
#include <recs/recommend.h>

enum { RECS__KNOTS = 8 }; /* a number lies between two of at most this many knots */

/* A growing list of features of one row. */
typedef struct recs__features_list {
  const recs_context *context;
  uint32_t *features;
  double *values;
  size_t count;
  size_t feature_room, value_room;
} recs__features_list;

/* Everything that turns one field's values into features, counted from 0. It is made from the item profiles; other profiles are encoded by it
 * through an encoding of theirs. */
typedef struct recs__encoder {
  const recs_context *context;
  int32_t type;        /* RECS_FIELD_* */
  uint32_t count;      /* features */
  double weight;       /* of the whole field: the square root of the declared one */
  recs_ids *labels;    /* tags, words */
  double *idf;         /* what each tag or word is multiplied by; NULL: 1 */
  recs_matrix *words;  /* texts: the items' rows */
  double knots[RECS__KNOTS]; /* numbers: ascending */
} recs__encoder;

/* Which profiles a row is read from. */
typedef struct recs__encoding {
  const recs_profiles *profiles;
  uint32_t field;
  uint32_t *tags; /* from the profiles' own tags to the encoder's, RECS_NO_ROW for unknown ones; NULL: they are the same */
} recs__encoding;

/* Learns from `rows` rows of a field. */
int32_t recs__encoder_create(recs__encoder *out, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                             double weight, const recs_content_options *options);
void recs__encoder_free(recs__encoder *encoder);

/* Which field of other profiles the encoder can read: the one of that name, type and dimension. Sets *found to 0 when there is none. */
int32_t recs__encoding_match(recs__encoding *out, int *found, const recs__encoder *encoder, const char *name,
                             uint32_t dimension, const recs_profiles *others);

/* Adds the features of one row to the list, `first` being the block's first. */
int32_t recs__encode(recs__features_list *list, const recs__encoder *encoder, const recs__encoding *encoding,
                     uint32_t row, uint32_t first);

#endif
