/* Sorting elements by 64-bit keys. */
#ifndef RECS_LIB_BASE_KEYED_H
#define RECS_LIB_BASE_KEYED_H

#include <stddef.h>
#include <stdint.h>

/* An element, and the number it is sorted by. */
typedef struct recs__keyed {
  uint64_t key;
  const void *element;
} recs__keyed;

/* Puts elements of equal keys, two or more, in their order. May give them new keys. */
typedef void (*recs__ties_fn)(const void *payload, recs__keyed *same, size_t count);

/* Sorts by ascending keys, in place; runs of equal keys are then handed to `ties`. O(8 n) and the cost of the ties. */
void recs__sort_keyed(recs__keyed *list, size_t count, recs__ties_fn ties, const void *payload);

#endif
