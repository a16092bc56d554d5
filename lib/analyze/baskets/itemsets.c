#include "lib/analyze/baskets/itemsets.h"

#include "lib/analyze/baskets/setindex.h"

#include <inttypes.h>
#include <string.h>

static void free_index(const recs_context *context, recs__set_index *index) {
  if (index != NULL)
    recs__set_index_free(index);
  recs__free(context, index);
}

static void destroy(void *object) {
  recs_itemsets *self = object;
  if (self->index != NULL)
    free_index(self->object.context, (recs__set_index *)atomic_load(self->index));
  recs__free(self->object.context, self->index);
  recs__free(self->object.context, self->size_of);
  recs__free(self->object.context, self->items_of);
  recs__free(self->object.context, self->items);
  recs__free(self->object.context, self->supports);
}

int32_t recs__itemsets_open(recs_itemsets *self, uint32_t largest) {
  self->largest = largest;
  self->size_of = recs__alloc_zero(self->object.context, (size_t)largest + 2, sizeof *self->size_of);
  self->items_of = recs__alloc_zero(self->object.context, (size_t)largest + 2, sizeof *self->items_of);
  return self->size_of == NULL || self->items_of == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__itemsets_close(recs_itemsets *self) {
  for (uint32_t size = 0; size <= self->largest; size++) {
    uint64_t sets = self->size_of[size + 1];
    self->size_of[size + 1] = self->size_of[size] + sets;
    self->items_of[size + 1] = self->items_of[size] + sets * size;
  }
  self->count = self->size_of[self->largest + 1];
  self->items = recs__alloc(self->object.context, self->items_of[self->largest + 1], sizeof *self->items);
  self->supports = recs__alloc(self->object.context, self->count, sizeof *self->supports);
  return self->items == NULL || self->supports == NULL ? recs__fail_nomem() : RECS_OK;
}

static recs_itemsets *new_itemsets(recs_context *context, uint64_t baskets, const recs_apriori_options *options) {
  recs_itemsets *self = recs__object_new(context, sizeof *self, destroy);
  if (self == NULL)
    return NULL;
  self->index = recs__alloc_zero(context, 1, sizeof *self->index);
  if (self->index == NULL) {
    recs__release(self);
    return NULL;
  }
  self->baskets = baskets;
  self->kind = options->kind;
  self->algorithm = options->algorithm;
  self->min_size = options->min_size;
  self->max_size = options->max_size == 0 ? UINT32_MAX : options->max_size;
  self->contains = options->contains_count > 0;
  self->excludes = options->excludes_count > 0;
  self->taxonomy = options->taxonomy_count > 0;
  self->min_value = (float)options->min_value;
  return self;
}

/* Hands a list out when `status` is RECS_OK, else releases it. */
static int32_t finish(recs_itemsets **out, recs_itemsets *self, int32_t status) {
  if (status == RECS_OK)
    *out = self;
  else
    recs__release(self);
  return status;
}

int32_t recs__itemsets_create(recs_itemsets **out, recs__mining *mining, uint64_t total,
                              const recs__progress *progress) {
  recs_itemsets *self = new_itemsets(mining->context, total, &mining->options);
  int32_t status;
  *out = NULL;
  if (self == NULL)
    return recs__fail_nomem();
  status = recs__itemsets_write(self, mining, progress);
  self->complete_from = recs__bundles_complete(&mining->bundles);
  self->cut = mining->bundles.cut_by;
  return finish(out, self, status);
}

static int32_t copy_unmarked(recs_itemsets *self, const recs_itemsets *all, const unsigned char *marks) {
  uint32_t size, *items;
  uint64_t kept = 0;
  RECS_TRY(recs__itemsets_open(self, all->largest));
  for (uint64_t i = 0; i < all->count; i++) {
    recs__itemsets_items(all, i, &size);
    self->size_of[size + 1] += marks[i] == 0;
  }
  RECS_TRY(recs__itemsets_close(self));
  items = self->items;
  for (uint64_t i = 0; i < all->count; i++) {
    const uint32_t *from = recs__itemsets_items(all, i, &size);
    if (marks[i] != 0)
      continue;
    memcpy(items, from, size * sizeof *items);
    items += size;
    self->supports[kept++] = all->supports[i];
  }
  return RECS_OK;
}

int32_t recs__itemsets_without(recs_itemsets **out, const recs_itemsets *all, const unsigned char *marks,
                               const recs_apriori_options *options) {
  recs_itemsets *self = new_itemsets(all->object.context, all->baskets, options);
  *out = NULL;
  if (self == NULL)
    return recs__fail_nomem();
  self->complete_from = all->complete_from;
  self->cut = all->cut;
  return finish(out, self, copy_unmarked(self, all, marks));
}

const uint32_t *recs__itemsets_items(const recs_itemsets *itemsets, uint64_t index, uint32_t *size) {
  uint32_t own = 1;
  while (index >= itemsets->size_of[own + 1])
    own += 1;
  *size = own;
  return itemsets->items + itemsets->items_of[own] + (index - itemsets->size_of[own]) * own;
}

uint64_t recs_itemsets_count(const recs_itemsets *itemsets) {
  return itemsets == NULL ? 0 : itemsets->count;
}

uint64_t recs_itemsets_baskets(const recs_itemsets *itemsets) {
  return itemsets == NULL ? 0 : itemsets->baskets;
}

int32_t recs_itemsets_info(int32_t *kind, int32_t *algorithm, int32_t *cut, uint64_t *complete_from,
                           const recs_itemsets *itemsets) {
  recs__enter();
  if (kind != NULL)
    *kind = 0;
  if (algorithm != NULL)
    *algorithm = 0;
  if (cut != NULL)
    *cut = 0;
  if (complete_from != NULL)
    *complete_from = 0;
  RECS_NOT_NULL(itemsets);
  if (kind != NULL)
    *kind = itemsets->kind;
  if (algorithm != NULL)
    *algorithm = itemsets->algorithm;
  if (cut != NULL)
    *cut = itemsets->cut;
  if (complete_from != NULL)
    *complete_from = itemsets->complete_from;
  return RECS_OK;
}

int32_t recs_itemsets_get(const uint32_t **items, size_t *item_count, uint64_t *support, const recs_itemsets *itemsets,
                          uint64_t index) {
  const uint32_t *found;
  uint32_t size;
  recs__enter();
  if (items != NULL)
    *items = NULL;
  if (item_count != NULL)
    *item_count = 0;
  if (support != NULL)
    *support = 0;
  RECS_NOT_NULL(itemsets);
  if (index >= itemsets->count)
    return recs__fail(RECS_ERROR_INVALID, "itemset %" PRIu64 " of %" PRIu64, index, itemsets->count);
  found = recs__itemsets_items(itemsets, index, &size);
  if (items != NULL)
    *items = found;
  if (item_count != NULL)
    *item_count = size;
  if (support != NULL)
    *support = itemsets->supports[index];
  return RECS_OK;
}

static void sort_small(uint32_t *values, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t value = values[i], place = i;
    for (; place > 0 && values[place - 1] > value; place--)
      values[place] = values[place - 1];
    values[place] = value;
  }
}

/* A copy in ascending order; repeats are refused. */
static int32_t sorted_copy(uint32_t **out, const recs_itemsets *itemsets, const uint32_t *items, size_t count) {
  *out = recs__copy(itemsets->object.context, items, count, sizeof *items);
  if (*out == NULL)
    return recs__fail_nomem();
  sort_small(*out, (uint32_t)count);
  for (size_t i = 1; i < count; i++) {
    if ((*out)[i] == (*out)[i - 1]) {
      recs__fail(RECS_ERROR_INVALID, "item %" PRIu32 " is given twice", (*out)[i]);
      recs__free(itemsets->object.context, *out);
      return RECS_ERROR_INVALID;
    }
  }
  return RECS_OK;
}

/* The index for looking sets up, made by the first who needs one. */
static int32_t index_of(const recs__set_index **out, const recs_itemsets *itemsets) {
  recs__set_index *made = (recs__set_index *)atomic_load(itemsets->index);
  uintptr_t empty = 0;
  if (made == NULL) {
    int32_t status;
    made = recs__alloc(itemsets->object.context, 1, sizeof *made);
    if (made == NULL)
      return recs__fail_nomem();
    status = recs__set_index_init(made, itemsets);
    if (status != RECS_OK) {
      free_index(itemsets->object.context, made);
      return status;
    }
    if (!atomic_compare_exchange_strong(itemsets->index, &empty, (uintptr_t)made)) {
      free_index(itemsets->object.context, made);
      made = (recs__set_index *)empty;
    }
  }
  *out = made;
  return RECS_OK;
}

int32_t recs_itemsets_find(uint64_t *support, const recs_itemsets *itemsets, const uint32_t *items, size_t item_count) {
  const recs__set_index *index = NULL;
  uint32_t *sorted;
  uint64_t place = 0;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(support);
  *support = 0;
  RECS_NOT_NULL(itemsets);
  RECS_NOT_NULL(items);
  if (item_count == 0)
    return recs__fail(RECS_ERROR_INVALID, "item_count is 0");
  if (item_count > itemsets->largest)
    return recs__fail(RECS_ERROR_NOT_FOUND, "no itemset has %zu items", item_count);
  RECS_TRY(sorted_copy(&sorted, itemsets, items, item_count));
  status = index_of(&index, itemsets);
  if (status == RECS_OK)
    place = recs__set_index_place(index, sorted, (uint32_t)item_count);
  recs__free(itemsets->object.context, sorted);
  RECS_TRY(status);
  if (place == itemsets->count)
    return recs__fail(RECS_ERROR_NOT_FOUND, "these %zu items are none of the itemsets", item_count);
  *support = itemsets->supports[place];
  return RECS_OK;
}

void recs_itemsets_free(recs_itemsets *itemsets) {
  recs__release(itemsets);
}
