/* Fitted scaling, as others see it inside the library. */
#ifndef RECS_LIB_DATA_FEATURES_SCALER_H
#define RECS_LIB_DATA_FEATURES_SCALER_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include <recs/data.h>

struct recs_scaler {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it */
  int32_t kind;
  uint32_t columns;
  double *centers;  /* subtracted first */
  double *divisors; /* then divided by; never 0 */
};

int32_t recs__scaler_write(const recs_scaler *scaler, recs__writer *writer);
int32_t recs__scaler_read(recs_scaler **out, recs__reader *reader);

#endif
