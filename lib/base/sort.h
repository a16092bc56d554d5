/* Sorting in place, without memory of its own. */
#ifndef RECS_LIB_BASE_SORT_H
#define RECS_LIB_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Negative when `a` comes before `b`, positive when behind. Never 0 for two different elements: the order is then defined. */
typedef int (*recs__compare_fn)(const void *a, const void *b);

/* Sorts `count` elements of `size` bytes, at most RECS__SORT_SIZE. O(n log n), whatever the input. */
enum { RECS__SORT_SIZE = 64 };
void recs__sort(void *elements, size_t count, size_t size, recs__compare_fn compare);

/* Sorts numbers, ascending. */
void recs__sort_u64(uint64_t *numbers, size_t count);

#endif
