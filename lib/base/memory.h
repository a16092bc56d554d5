/* All memory of the library goes through the context's allocator. */
#ifndef RECS_LIB_BASE_MEMORY_H
#define RECS_LIB_BASE_MEMORY_H

#include "lib/base/status.h"

/* `count` elements of `size` bytes, uninitialised; NULL when the product overflows or the allocator refuses. A count of
 * zero gives one element's room, so that NULL always means failure. */
void *recs__alloc(const recs_context *context, size_t count, size_t size);

/* The same, all bytes zero. */
void *recs__alloc_zero(const recs_context *context, size_t count, size_t size);

/* Resizes a block (NULL: a new one); NULL leaves the old one as it was. */
void *recs__realloc(const recs_context *context, void *pointer, size_t count, size_t size);

/* A copy of `count` elements. */
void *recs__copy(const recs_context *context, const void *source, size_t count, size_t size);

/* `count` floats, uninitialised, that begin on a cache line; `*block` is what is to be freed. NULL as above. */
float *recs__alloc_floats(void **block, const recs_context *context, size_t count);

/* Frees a block; NULL is fine. */
void recs__free(const recs_context *context, void *pointer);

/* Makes room for `needed` elements in a growing array: doubles `*capacity`, keeps the elements. `*array` is a pointer to
 * elements of `size` bytes. On failure both stay as they were. */
int32_t recs__grow(const recs_context *context, void *array, size_t *capacity, size_t needed, size_t size);

#endif
