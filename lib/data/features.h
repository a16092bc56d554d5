/* Tables of features. */
#ifndef RECS_LIB_DATA_FEATURES_H
#define RECS_LIB_DATA_FEATURES_H

#include "lib/base/object.h"
#include <recs/data.h>

struct recs_features {
  recs__object object;
  uint32_t rows;
  uint32_t columns;
  const char *const *names; /* static, `columns` of them */
  uint32_t *keys;           /* the dictionary row of each row */
  double *values;           /* row after row */
};

/* A table whose keys and values the caller fills. */
int32_t recs__features_new(recs_features **out, recs_context *context, uint32_t rows, uint32_t columns,
                           const char *const *names);

#endif
