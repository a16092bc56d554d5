/* Sequences as they lie in memory: flat arrays with offsets. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_SEQUENCE_STORE_H
#define RECS_LIB_ANALYZE_SEQUENCES_SEQUENCE_STORE_H

#include "lib/base/object.h"

#include <recs/analyze/sequence_store.h>

struct recs_sequence_store {
  recs__object object;
  uint64_t count;
  uint64_t used;      /* not empty */
  int32_t time_kind;  /* RECS_TIME_* */
  int64_t *offsets;   /* count + 1 */
  uint32_t *items;
  uint32_t *elements; /* of each item, from 0 on in each sequence; NULL: each item is one */
  int64_t *times;     /* NULL: none is known */
};

/* A shell with room for the offsets, not yet set, and for the entries. The caller releases it, also after a failure. */
int32_t recs__sequence_store_new(recs_sequence_store **out, recs_context *context, uint64_t count);
int32_t recs__sequence_store_room(recs_sequence_store *store, size_t entries, int sets, int times);

/* Sorts the items of each element of one sequence, drops repeats and numbers the elements from 0 on; returns how many entries stay. The
 * arrays begin at the sequence; `times` may be NULL. */
size_t recs__sequence_tidy(uint32_t *items, uint32_t *elements, int64_t *times, size_t count);

/* Counts the sequences that are not empty. */
void recs__sequence_store_close(recs_sequence_store *store);

#endif
