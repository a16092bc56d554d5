/* Sections by their names: writing and reading both need to know whether a name is taken. */
#ifndef RECS_LIB_PERSIST_INDEX_H
#define RECS_LIB_PERSIST_INDEX_H

#include "lib/persist/format.h"

typedef struct recs__index {
  const recs__section *sections; /* borrowed, in the file's order */
  uint32_t *order;               /* the first `count` sections' numbers, by name; the owner makes room */
  uint32_t count;
} recs__index;

/* The section of that name, or NULL; `place` is where the name stands or would stand in the order. */
const recs__section *recs__index_find(const recs__index *index, const char *name, uint32_t *place);

/* Section number `count` joins at a place that recs__index_find gave. */
void recs__index_insert(recs__index *index, uint32_t place);

#endif
