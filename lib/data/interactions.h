/* What events say of rows and items, in one array, to be sorted. */
#ifndef RECS_LIB_DATA_INTERACTIONS_H
#define RECS_LIB_DATA_INTERACTIONS_H

#include "lib/base/memory.h"
#include <recs/data.h>

typedef struct recs__interaction {
  uint32_t row; /* a user or a session */
  uint32_t item;
  double weight;
  int64_t time; /* or RECS_NO_TIME */
} recs__interaction;

typedef struct recs__interactions {
  recs_context *context;
  uint32_t rows;  /* of the dictionary that the rows belong to */
  uint32_t items; /* of the items' dictionary */
  size_t count;
  recs__interaction *list;
  recs__interaction *scratch; /* room for as many */
} recs__interactions;

/* Room for `capacity` of them, none so far. Whatever is returned, recs__interactions_free() follows. */
int32_t recs__interactions_new(recs__interactions *out, recs_context *context, uint32_t rows, uint32_t items,
                               size_t capacity);
void recs__interactions_free(recs__interactions *interactions);

/* Sorts by row, each row in order of arrival; `offsets` (rows + 1) receives where each row begins. O(count + rows). */
void recs__interactions_sort_rows(recs__interactions *interactions, int64_t *offsets);

/* Sorts by row and then by item, those of the same row and item in order of arrival. O(count + rows + items). */
int32_t recs__interactions_sort_cells(recs__interactions *interactions);

/* After sort_rows: each row in order of time, then of arrival, unknown times first. O(count) when it is so already. */
void recs__interactions_sort_times(recs__interactions *interactions, const int64_t *offsets);

/* The same for the events of one row, with room for as many beside them. */
void recs__interactions_in_time(recs__interaction *list, recs__interaction *scratch, size_t count);

#endif
