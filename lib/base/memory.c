#include "lib/base/memory.h"

#include "lib/base/context.h"

#include <string.h>

static int byte_count(size_t *bytes, size_t count, size_t size) {
  if (count == 0)
    count = 1;
  return !__builtin_mul_overflow(count, size, bytes) && *bytes <= PTRDIFF_MAX;
}

void *recs__alloc(const recs_context *context, size_t count, size_t size) {
  size_t bytes;
  return byte_count(&bytes, count, size) ? context->allocate(context->allocator_payload, bytes) : NULL;
}

void *recs__alloc_zero(const recs_context *context, size_t count, size_t size) {
  void *block = recs__alloc(context, count, size);
  if (block != NULL)
    memset(block, 0, count * size);
  return block;
}

void *recs__realloc(const recs_context *context, void *pointer, size_t count, size_t size) {
  size_t bytes;
  if (pointer == NULL)
    return recs__alloc(context, count, size);
  return byte_count(&bytes, count, size) ? context->reallocate(context->allocator_payload, pointer, bytes) : NULL;
}

void *recs__copy(const recs_context *context, const void *source, size_t count, size_t size) {
  void *block = recs__alloc(context, count, size);
  if (block != NULL && count > 0)
    memcpy(block, source, count * size);
  return block;
}

float *recs__alloc_floats(void **block, const recs_context *context, size_t count) {
  enum { LINE = 64 };
  *block = count > SIZE_MAX - LINE ? NULL : recs__alloc(context, count + LINE / sizeof(float), sizeof(float));
  return *block == NULL ? NULL : (float *)(((uintptr_t)*block + LINE - 1) / LINE * LINE);
}

void recs__free(const recs_context *context, void *pointer) {
  if (pointer != NULL)
    context->deallocate(context->allocator_payload, pointer);
}

int32_t recs__grow(const recs_context *context, void *array, size_t *capacity, size_t needed, size_t size) {
  void *old;
  void *grown;
  size_t room = *capacity < 16 ? 16 : *capacity;
  if (needed <= *capacity)
    return RECS_OK;
  while (room < needed) {
    if (__builtin_add_overflow(room, room, &room))
      return recs__fail_nomem();
  }
  /* `array` is the address of a pointer of the caller's own type; copying its bytes reads it without aliasing. */
  memcpy(&old, array, sizeof old);
  grown = recs__realloc(context, old, room, size);
  if (grown == NULL)
    return recs__fail_nomem();
  memcpy(array, &grown, sizeof grown);
  *capacity = room;
  return RECS_OK;
}
