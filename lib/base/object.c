#include "lib/base/object.h"

#include "lib/base/context.h"

void *recs__object_new(recs_context *context, size_t size, void (*destroy)(void *object)) {
  recs__object *object = recs__alloc_zero(context, 1, size);
  if (object == NULL)
    return NULL;
  object->context = recs__context_hold(context);
  atomic_init(&object->holders, 1);
  object->destroy = destroy;
  return object;
}

/* The holders of an immutable object still change: that is the one thing about it that may. */
static recs__object *mutable_of(const void *object) {
  return (recs__object *)(uintptr_t)object;
}

void *recs__hold(const void *object) {
  recs__object *held = mutable_of(object);
  if (held != NULL)
    atomic_fetch_add_explicit(&held->holders, 1, memory_order_relaxed);
  return held;
}

void recs__release(const void *object) {
  recs__object *released = mutable_of(object);
  recs_context *context;
  if (released == NULL || atomic_fetch_sub_explicit(&released->holders, 1, memory_order_acq_rel) != 1)
    return;
  context = released->context;
  if (released->destroy != NULL)
    released->destroy(released);
  recs__free(context, released);
  recs_context_free(context);
}

int recs__shared(const void *object) {
  return atomic_load_explicit(&mutable_of(object)->holders, memory_order_acquire) > 1;
}

recs_context *recs__context_of(const void *object) {
  return mutable_of(object)->context;
}
