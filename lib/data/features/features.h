/* Tables of features. */
#ifndef RECS_LIB_DATA_FEATURES_FEATURES_H
#define RECS_LIB_DATA_FEATURES_FEATURES_H

#include "lib/base/object.h"
#include <recs/data.h>

struct recs_features {
  recs__object object;
  uint32_t rows;
  uint32_t columns;
  const char **names; /* `columns` of them; they and the units lie in `text` */
  const char **units;
  char *text;
  uint32_t *keys;           /* the dictionary row of each row */
  double *values;           /* row after row */
};

/* A table whose keys and values the caller fills; names and units are copied. */
int32_t recs__features_new(recs_features **out, recs_context *context, uint32_t rows, uint32_t columns,
                           const char *const *names, const char *const *units);

/* Which words of texts count, and how they are weighed. */
typedef struct recs__word_form {
  uint32_t min_documents; /* words in fewer texts are left out */
  int bm25;               /* else TF-IDF */
  double k1, b;           /* of BM25 */
} recs__word_form;

/* The words of a field's texts by row, each row of length 1, and the words themselves, by column. The caller releases both. */
int32_t recs__features_words(recs_matrix **out, recs_ids **out_terms, const recs_profiles *profiles, uint32_t field,
                             const recs__word_form *form);

#endif
