/* Users' histories in rows, oldest first. */
#ifndef RECS_LIB_DATA_HISTORIES_H
#define RECS_LIB_DATA_HISTORIES_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include <recs/data.h>

struct recs_histories {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it */
  uint32_t rows;
  uint32_t items;   /* rows of the item dictionary when it was built */
  int64_t latest;   /* the latest time in it, or RECS_NO_TIME */
  int64_t *offsets; /* rows + 1 */
  uint32_t *item_rows;
  float *weights;
  int64_t *times;
};

/* A shell for the rows, with offsets that are not yet set. The caller releases it, also after a failure. */
int32_t recs__histories_new(recs_histories **out, recs_context *context, uint32_t rows, uint32_t items);
/* Room for the entries. */
int32_t recs__histories_room(recs_histories *histories, size_t count);

int32_t recs__histories_write(const recs_histories *histories, recs__writer *writer);
int32_t recs__histories_read(recs_histories **out, recs__reader *reader);

#endif
