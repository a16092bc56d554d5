/* Where live readers find the newest model. */
#include <pthread.h>

#include "lib/model/model.h"

/* The lock is held for a few instructions: to copy the pointer and to add a holder, which must be one step, or else the
 * model could be freed in between. */
struct recs_model_slot {
  recs__object object;
  pthread_mutex_t lock;
  recs_model *model; /* held; NULL: none is published */
};

static void slot_destroy(void *object) {
  recs_model_slot *slot = object;
  recs__release(slot->model);
  pthread_mutex_destroy(&slot->lock);
}

int32_t recs_model_slot_create(recs_model_slot **out, recs_context *context) {
  recs_model_slot *slot;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  slot = recs__object_new(context, sizeof *slot, slot_destroy);
  if (slot == NULL)
    return recs__fail_nomem();
  if (pthread_mutex_init(&slot->lock, NULL) != 0) {
    slot->object.destroy = NULL;
    recs__release(slot);
    return recs__fail_nomem();
  }
  *out = slot;
  return RECS_OK;
}

int32_t recs_model_slot_publish(recs_model_slot *slot, const recs_model *model) {
  recs_model *old, *published;
  recs__enter();
  RECS_NOT_NULL(slot);
  published = recs__hold(model);
  pthread_mutex_lock(&slot->lock);
  old = slot->model;
  slot->model = published;
  pthread_mutex_unlock(&slot->lock);
  recs__release(old); /* outside the lock: freeing a model takes time */
  return RECS_OK;
}

int32_t recs_model_slot_acquire(recs_model **out, recs_model_slot *slot) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(slot);
  pthread_mutex_lock(&slot->lock);
  *out = recs__hold(slot->model);
  pthread_mutex_unlock(&slot->lock);
  return *out != NULL ? RECS_OK : recs__fail(RECS_ERROR_NOT_FOUND, "no model is published");
}

void recs_model_slot_free(recs_model_slot *slot) {
  recs__release(slot);
}
