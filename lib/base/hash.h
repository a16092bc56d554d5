/* uthash, told to use the context's allocator and to survive its refusal. A function that adds or deletes needs two variables in scope: `context`, and
 * `hash_oom`, which becomes 1 when there was no memory (the element is then not added). */
#ifndef RECS_LIB_BASE_HASH_H
#define RECS_LIB_BASE_HASH_H

#include "lib/base/memory.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) recs__alloc(context, 1, size)
#define uthash_free(pointer, size) recs__free(context, pointer)
#define uthash_nonfatal_oom(element) (hash_oom = 1)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <uthash.h>
#pragma GCC diagnostic pop

#endif
