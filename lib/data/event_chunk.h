/* The storage of the behaviour log: columns in chunks of a fixed number of events. A snapshot shares the builder's
 * blocks: the builder only ever writes behind the events that the snapshot counts, and a block that it adds later to a
 * chunk is not the snapshot's. */
#ifndef RECS_LIB_DATA_EVENT_CHUNK_H
#define RECS_LIB_DATA_EVENT_CHUNK_H

#include "lib/data/event_slab.h"

enum { RECS__CHUNK = 65536 };

/* The columns, as they are stored. */
typedef enum recs__event_column {
  RECS__USERS,
  RECS__ITEMS,
  RECS__TYPES,
  RECS__WEIGHTS,
  RECS__QUANTITIES,
  RECS__PRICES,
  RECS__TIMES,
  RECS__SESSIONS,
  RECS__COLUMNS
} recs__event_column;

/* One column of one chunk, shared by the logs that hold it. A block that becomes too small is replaced by a larger
 * copy, so that a small log stays small; whoever shares the old one keeps it. */
typedef struct recs__event_block {
  recs__object object;
  void *values;
  recs__event_slab *slab; /* where they lie; NULL: in memory of their own */
  size_t room; /* how many values there are: a power of two up to RECS__CHUNK */
} recs__event_block;

typedef struct recs__event_chunk {
  recs__event_block *blocks[RECS__COLUMNS]; /* NULL: the default throughout; never for users, items, types of events */
} recs__event_chunk;

/* The caller's columns are arrays in the order of the stored ones; NULL is the default. Types are uint32_t outside,
 * uint8_t inside. */
typedef const void *const recs__event_arrays[RECS__COLUMNS];

/* Where new blocks of a chunk come from. */
typedef struct recs__event_growth {
  recs_context *context;
  size_t expected;         /* how many events the chunk will hold in the end; 0: nobody knows */
  recs__event_slab **slab; /* NULL: each block has memory of its own */
  size_t slab_size;
} recs__event_growth;

/* Room for `count` of the caller's events, from `first` on, behind the `used` events of a chunk. On failure the chunk
 * holds the same events. */
int32_t recs__event_chunk_reserve(recs__event_chunk *chunk, const recs__event_growth *growth, size_t used,
                                  recs__event_arrays arrays, size_t first, size_t count);
/* Writes them into the room. */
void recs__event_chunk_write(recs__event_chunk *chunk, size_t used, recs__event_arrays arrays, size_t first,
                             size_t count);
/* Copies `count` events, from `at` on, to where the caller's arrays (NULL: not wanted) have `done` already. */
void recs__event_chunk_read(void *const arrays[RECS__COLUMNS], size_t done, const recs__event_chunk *chunk, size_t at,
                            size_t count);

/* Gives a chunk a column of its own in the place of the one that it had: `count` values, to be written. */
int32_t recs__event_chunk_replace(void **out_values, recs__event_chunk *chunk, recs_context *context, recs__event_column c,
                                  size_t count);

/* The values of a column, or NULL for the default throughout. */
static inline const void *recs__event_chunk_values(const recs__event_chunk *chunk, recs__event_column c) {
  return chunk->blocks[c] == NULL ? NULL : chunk->blocks[c]->values;
}

/* One more log holds the chunk's blocks, or one fewer. */
void recs__event_chunk_hold(const recs__event_chunk *chunk);
void recs__event_chunk_release(const recs__event_chunk *chunk);

#endif
