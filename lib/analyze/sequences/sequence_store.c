#include "lib/analyze/sequences/sequence_store.h"

#include "lib/base/sort.h"

#include <inttypes.h>
#include <string.h>

static void destroy(void *object) {
  recs_sequence_store *self = object;
  recs__free(self->object.context, self->offsets);
  recs__free(self->object.context, self->items);
  recs__free(self->object.context, self->elements);
  recs__free(self->object.context, self->times);
}

int32_t recs__sequence_store_new(recs_sequence_store **out, recs_context *context, uint64_t count) {
  recs_sequence_store *self = recs__object_new(context, sizeof *self, destroy);
  *out = self;
  if (self == NULL)
    return recs__fail_nomem();
  self->count = count;
  self->time_kind = RECS_TIME_CLOCK;
  self->offsets = recs__alloc_zero(context, (size_t)count + 1, sizeof *self->offsets);
  return self->offsets == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__sequence_store_room(recs_sequence_store *store, size_t entries, int sets, int times) {
  recs_context *context = store->object.context;
  store->items = recs__alloc(context, entries, sizeof *store->items);
  if (sets)
    store->elements = recs__alloc(context, entries, sizeof *store->elements);
  if (times)
    store->times = recs__alloc(context, entries, sizeof *store->times);
  if (store->items == NULL || (sets && store->elements == NULL) || (times && store->times == NULL))
    return recs__fail_nomem();
  return RECS_OK;
}

static int compare_items(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return left < right ? -1 : left > right;
}

size_t recs__sequence_tidy(uint32_t *items, uint32_t *elements, int64_t *times, size_t count) {
  size_t kept = 0;
  uint32_t number = 0;
  for (size_t begin = 0, end; begin < count; begin = end, number++) {
    uint32_t element = elements[begin];
    size_t first = kept;
    for (end = begin + 1; end < count && elements[end] == element;)
      end += 1;
    if (end - begin > 1)
      recs__sort(items + begin, end - begin, sizeof *items, compare_items);
    for (size_t i = begin; i < end; i++) {
      if (kept > first && items[kept - 1] == items[i])
        continue;
      items[kept] = items[i];
      elements[kept] = number;
      if (times != NULL)
        times[kept] = times[begin];
      kept += 1;
    }
  }
  return kept;
}

void recs__sequence_store_close(recs_sequence_store *store) {
  store->used = 0;
  for (uint64_t i = 0; i < store->count; i++)
    store->used += store->offsets[i + 1] > store->offsets[i];
}

static int32_t check_sequence(uint64_t sequence, const uint32_t *items, const uint32_t *elements, const int64_t *times, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] == RECS_NO_ROW)
      return recs__fail(RECS_ERROR_INVALID, "entry %zu of sequence %" PRIu64 " is RECS_NO_ROW", i, sequence);
    if (i == 0)
      continue;
    if (elements != NULL && elements[i] < elements[i - 1])
      return recs__fail(RECS_ERROR_INVALID, "element %" PRIu32 " follows %" PRIu32 " at entry %zu of sequence %" PRIu64, elements[i],
                        elements[i - 1], i, sequence);
    if (times != NULL && times[i] < times[i - 1])
      return recs__fail(RECS_ERROR_INVALID, "time %" PRId64 " follows %" PRId64 " at entry %zu of sequence %" PRIu64, times[i],
                        times[i - 1], i, sequence);
    if (times != NULL && elements != NULL && elements[i] == elements[i - 1] && times[i] != times[i - 1])
      return recs__fail(RECS_ERROR_INVALID, "times %" PRId64 " and %" PRId64 " within one element at entry %zu of sequence %" PRIu64,
                        times[i - 1], times[i], i, sequence);
  }
  return RECS_OK;
}

static int32_t check_offsets(const int64_t *offsets, size_t count) {
  if (offsets[0] != 0)
    return recs__fail(RECS_ERROR_INVALID, "offsets[0] is %" PRId64 ", not 0", offsets[0]);
  for (size_t i = 0; i < count; i++) {
    if (offsets[i + 1] < offsets[i])
      return recs__fail(RECS_ERROR_INVALID, "offsets[%zu] is %" PRId64 ", below the one before it, %" PRId64, i + 1, offsets[i + 1],
                        offsets[i]);
    if (offsets[i + 1] - offsets[i] > UINT32_MAX - 1)
      return recs__fail(RECS_ERROR_INVALID, "sequence %zu has %" PRId64 " entries: too many", i, offsets[i + 1] - offsets[i]);
  }
  return RECS_OK;
}

/* Copies the sequences; those of sets shrink, so that each moves to the end of the one before it. */
static int32_t fill(recs_sequence_store *self, const int64_t *offsets, const uint32_t *items, const uint32_t *elements,
                    const int64_t *times) {
  size_t to = 0;
  for (uint64_t s = 0; s < self->count; s++) {
    size_t from = (size_t)offsets[s], count = (size_t)offsets[s + 1] - from;
    if (count == 0) {
      self->offsets[s + 1] = (int64_t)to;
      continue;
    }
    RECS_TRY(check_sequence(s, items + from, elements == NULL ? NULL : elements + from, times == NULL ? NULL : times + from, count));
    memcpy(self->items + to, items + from, count * sizeof *items);
    if (times != NULL)
      memcpy(self->times + to, times + from, count * sizeof *times);
    if (elements != NULL) {
      memcpy(self->elements + to, elements + from, count * sizeof *elements);
      count = recs__sequence_tidy(self->items + to, self->elements + to, times == NULL ? NULL : self->times + to, count);
    }
    to += count;
    self->offsets[s + 1] = (int64_t)to;
  }
  recs__sequence_store_close(self);
  return RECS_OK;
}

int32_t recs_sequence_store_create(recs_sequence_store **out, recs_context *context, const int64_t *offsets, size_t sequence_count,
                                   const uint32_t *items, const uint32_t *elements, const int64_t *times) {
  recs_sequence_store *self = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(offsets);
  if (sequence_count >= RECS_NO_ROW)
    return recs__fail(RECS_ERROR_INVALID, "%zu sequences: too many", sequence_count);
  RECS_TRY(check_offsets(offsets, sequence_count));
  if (offsets[sequence_count] > 0)
    RECS_NOT_NULL(items);
  RECS_GO(recs__sequence_store_new(&self, context, sequence_count));
  RECS_GO(recs__sequence_store_room(self, (size_t)offsets[sequence_count], elements != NULL, times != NULL));
  RECS_GO(fill(self, offsets, items, elements, times));
  *out = self;
  self = NULL;
cleanup:
  recs__release(self);
  return status;
}

uint64_t recs_sequence_store_count(const recs_sequence_store *store) {
  return store == NULL ? 0 : store->count;
}

uint64_t recs_sequence_store_used(const recs_sequence_store *store) {
  return store == NULL ? 0 : store->used;
}

uint64_t recs_sequence_store_entries(const recs_sequence_store *store) {
  return store == NULL ? 0 : (uint64_t)store->offsets[store->count];
}

int32_t recs_sequence_store_get(const uint32_t **items, const uint32_t **elements, const int64_t **times, size_t *count,
                                const recs_sequence_store *store, uint64_t index) {
  size_t begin;
  recs__enter();
  if (items != NULL)
    *items = NULL;
  if (elements != NULL)
    *elements = NULL;
  if (times != NULL)
    *times = NULL;
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(store);
  if (index >= store->count)
    return recs__fail(RECS_ERROR_INVALID, "sequence %" PRIu64 " of %" PRIu64, index, store->count);
  begin = (size_t)store->offsets[index];
  if (items != NULL)
    *items = store->items + begin;
  if (elements != NULL && store->elements != NULL)
    *elements = store->elements + begin;
  if (times != NULL && store->times != NULL)
    *times = store->times + begin;
  *count = (size_t)store->offsets[index + 1] - begin;
  return RECS_OK;
}

void recs_sequence_store_free(recs_sequence_store *store) {
  recs__release(store);
}
