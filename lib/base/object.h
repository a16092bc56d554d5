/* What every handle begins with: its context, its count of holders, and how it is destroyed. */
#ifndef RECS_LIB_BASE_OBJECT_H
#define RECS_LIB_BASE_OBJECT_H

#include "lib/base/memory.h"

#include <stdatomic.h>

typedef struct recs__object {
  recs_context *context;    /* held */
  atomic_uint_fast32_t holders;
  void (*destroy)(void *object); /* frees the members, not the object itself; may be NULL */
} recs__object;

/* Allocates `size` zeroed bytes that begin with a recs__object with one holder. NULL when out of memory. */
void *recs__object_new(recs_context *context, size_t size, void (*destroy)(void *object));

/* One more holder. Takes const handles: holding is not changing. Returns the same handle (NULL for NULL). */
void *recs__hold(const void *object);

/* One holder fewer; the last one destroys. NULL is fine. */
void recs__release(const void *object);

/* True when others hold it too. For a holder that wants to change what it shares: once false, it stays false until that
 * holder hands it on. */
int recs__shared(const void *object);

/* The context of a handle. */
recs_context *recs__context_of(const void *object);

#endif
