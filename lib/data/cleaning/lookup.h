/* A hash table of numbered records that lie elsewhere: open addressing, eight bytes a slot. */
#ifndef RECS_LIB_DATA_CLEANING_LOOKUP_H
#define RECS_LIB_DATA_CLEANING_LOOKUP_H

#include "lib/base/memory.h"

typedef struct recs__lookup {
  recs_context *context;
  uint64_t *slots; /* part of the hash, and the record's number from 1; 0: empty */
  uint64_t mask;
} recs__lookup;

/* Whether the record of that number equals another one. */
typedef int (*recs__same_fn)(const void *payload, size_t number, const void *record);

/* Has the processor fetch what a hash will look at. */
static inline void recs__lookup_prefetch(const recs__lookup *lookup, uint64_t hash) {
  __builtin_prefetch(&lookup->slots[hash & lookup->mask]);
}

/* Room for `most` records. On failure there is nothing to free. */
int32_t recs__lookup_create(recs__lookup *out, recs_context *context, size_t most);
void recs__lookup_free(recs__lookup *lookup);

/* The number of the equal record; when there is none, `record` is kept under `number`, which is returned. */
size_t recs__lookup_add(recs__lookup *lookup, uint64_t hash, size_t number, recs__same_fn same, const void *payload,
                        const void *record);

/* The number of the equal record, or SIZE_MAX. */
size_t recs__lookup_find(const recs__lookup *lookup, uint64_t hash, recs__same_fn same, const void *payload,
                         const void *record);

#endif
