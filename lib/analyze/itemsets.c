#include "lib/analyze/itemsets.h"

#include "lib/analyze/arrange.h"
#include "lib/base/parallel.h"

#include <inttypes.h>
#include <string.h>

static void destroy(void *object) {
  recs_itemsets *self = object;
  recs__free(self->object.context, self->size_of);
  recs__free(self->object.context, self->items_of);
  recs__free(self->object.context, self->items);
  recs__free(self->object.context, self->supports);
}

/* An empty list for sets of up to `largest` items; size_of[s + 1] is to count the sets of s items. */
static int32_t open_sizes(recs_itemsets *self, uint32_t largest) {
  self->largest = largest;
  self->size_of = recs__alloc_zero(self->object.context, (size_t)largest + 2, sizeof *self->size_of);
  self->items_of = recs__alloc_zero(self->object.context, (size_t)largest + 2, sizeof *self->items_of);
  return self->size_of == NULL || self->items_of == NULL ? recs__fail_nomem() : RECS_OK;
}

/* From counts to places, and room for the sets. */
static int32_t close_sizes(recs_itemsets *self) {
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

typedef struct arranging {
  const recs_itemsets *itemsets;
  recs__mining *mining;
} arranging;

static int32_t arrange_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const arranging *job = payload;
  const recs_itemsets *self = job->itemsets;
  (void)thread;
  for (size_t size = begin + 1; size <= end; size++) /* element i stands for size i + 1 */
    RECS_TRY(recs__arrange(self->items + self->items_of[size], self->supports + self->size_of[size], job->mining,
                           (uint32_t)size));
  return RECS_OK;
}

static int32_t fill(recs_itemsets *self, recs__mining *mining, const recs__progress *progress) {
  arranging job = {self, mining};
  uint32_t largest = 0;
  for (uint32_t thread = 0; thread < mining->threads; thread++)
    largest = mining->searches[thread].largest > largest ? mining->searches[thread].largest : largest;
  RECS_TRY(open_sizes(self, largest));
  for (uint32_t size = 1; size <= largest; size++)
    self->size_of[size + 1] = recs__found_of(mining, size);
  RECS_TRY(close_sizes(self));
  return recs__parallel(mining->context, largest, 1, arrange_range, &job, progress);
}

static recs_itemsets *new_itemsets(recs_context *context, uint64_t baskets, const recs_apriori_options *options) {
  recs_itemsets *self = recs__object_new(context, sizeof *self, destroy);
  if (self == NULL)
    return NULL;
  self->baskets = baskets;
  self->kind = options->kind;
  self->min_size = options->min_size;
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
  *out = NULL;
  return self == NULL ? recs__fail_nomem() : finish(out, self, fill(self, mining, progress));
}

static int32_t copy_unmarked(recs_itemsets *self, const recs_itemsets *all, const unsigned char *marks) {
  uint32_t size, *items;
  uint64_t kept = 0;
  RECS_TRY(open_sizes(self, all->largest));
  for (uint64_t i = 0; i < all->count; i++) {
    recs__itemsets_items(all, i, &size);
    self->size_of[size + 1] += marks[i] == 0;
  }
  RECS_TRY(close_sizes(self));
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
  return self == NULL ? recs__fail_nomem() : finish(out, self, copy_unmarked(self, all, marks));
}

const uint32_t *recs__itemsets_items(const recs_itemsets *itemsets, uint64_t index, uint32_t *size) {
  uint32_t own = 1;
  while (index >= itemsets->size_of[own + 1])
    own += 1;
  *size = own;
  return itemsets->items + itemsets->items_of[own] + (index - itemsets->size_of[own]) * own;
}

static int compare_items(const uint32_t *a, const uint32_t *b, uint32_t size) {
  for (uint32_t k = 0; k < size; k++) {
    if (a[k] != b[k])
      return a[k] < b[k] ? -1 : 1;
  }
  return 0;
}

uint64_t recs__itemsets_place(const recs_itemsets *itemsets, const uint32_t *items, uint32_t size) {
  const uint32_t *sets;
  uint64_t low = 0, high;
  if (size == 0 || size > itemsets->largest)
    return itemsets->count;
  sets = itemsets->items + itemsets->items_of[size];
  high = itemsets->size_of[size + 1] - itemsets->size_of[size];
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    int order = compare_items(sets + middle * size, items, size);
    if (order == 0)
      return itemsets->size_of[size] + middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return itemsets->count;
}

uint64_t recs_itemsets_count(const recs_itemsets *itemsets) {
  return itemsets == NULL ? 0 : itemsets->count;
}

uint64_t recs_itemsets_baskets(const recs_itemsets *itemsets) {
  return itemsets == NULL ? 0 : itemsets->baskets;
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

int32_t recs_itemsets_find(uint64_t *support, const recs_itemsets *itemsets, const uint32_t *items, size_t item_count) {
  uint32_t *sorted;
  uint64_t place;
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
  place = recs__itemsets_place(itemsets, sorted, (uint32_t)item_count);
  recs__free(itemsets->object.context, sorted);
  if (place == itemsets->count)
    return recs__fail(RECS_ERROR_NOT_FOUND, "these %zu items are none of the itemsets", item_count);
  *support = itemsets->supports[place];
  return RECS_OK;
}

void recs_itemsets_free(recs_itemsets *itemsets) {
  recs__release(itemsets);
}
