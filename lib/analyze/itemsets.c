#include "lib/analyze/itemsets.h"

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

static int32_t count_sizes(recs_itemsets *self, const recs__mining *mining) {
  uint32_t largest = 0;
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    const recs__findings *found = &mining->findings[thread];
    for (size_t i = 0; i < found->count; i++)
      largest = found->sizes[i] > largest ? found->sizes[i] : largest;
  }
  RECS_TRY(open_sizes(self, largest));
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    for (size_t i = 0; i < mining->findings[thread].count; i++)
      self->size_of[mining->findings[thread].sizes[i] + 1] += 1;
  }
  return close_sizes(self);
}

static void sort_small(uint32_t *values, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t value = values[i], place = i;
    for (; place > 0 && values[place - 1] > value; place--)
      values[place] = values[place - 1];
    values[place] = value;
  }
}

/* Puts each set among those of its size, its items as ascending ranks. `next` says where the next set of a size goes. */
static void place_sets(recs_itemsets *self, const recs__mining *mining, uint64_t *next) {
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    const recs__findings *found = &mining->findings[thread];
    const uint32_t *codes = found->codes;
    for (size_t i = 0; i < found->count; i++) {
      uint32_t size = found->sizes[i];
      uint64_t number = next[size]++;
      uint32_t *items = self->items + self->items_of[size] + number * size;
      for (uint32_t k = 0; k < size; k++)
        items[k] = mining->baskets->ranks[codes[k]];
      sort_small(items, size);
      self->supports[self->size_of[size] + number] = found->supports[i];
      codes += size;
    }
  }
}

/* Scratch of sorting the sets of one size. */
typedef struct sorter {
  uint64_t *order, *other; /* numbers of sets */
  uint64_t *counts;        /* by rank */
  uint32_t *items;
  uint32_t *supports;
  uint32_t ranks;
} sorter;

/* One pass of a radix sort whose digits are the items, the last first: stable, so that earlier passes decide equal ones. */
static void sort_by_item(sorter *self, const uint32_t *items, uint64_t sets, uint32_t size, uint32_t k) {
  uint64_t begin = 0, *swapped = self->order;
  memset(self->counts, 0, self->ranks * sizeof *self->counts);
  for (uint64_t i = 0; i < sets; i++)
    self->counts[items[i * size + k]] += 1;
  for (uint32_t rank = 0; rank < self->ranks; rank++) {
    uint64_t count = self->counts[rank];
    self->counts[rank] = begin;
    begin += count;
  }
  for (uint64_t i = 0; i < sets; i++) {
    uint64_t set = self->order[i];
    self->other[self->counts[items[set * size + k]]++] = set;
  }
  self->order = self->other;
  self->other = swapped;
}

static void sort_size(recs_itemsets *self, sorter *scratch, uint32_t size) {
  uint64_t sets = self->size_of[size + 1] - self->size_of[size];
  uint32_t *items = self->items + self->items_of[size], *supports = self->supports + self->size_of[size];
  for (uint64_t i = 0; i < sets; i++)
    scratch->order[i] = i;
  for (uint32_t k = size; k-- > 0;)
    sort_by_item(scratch, items, sets, size, k);
  memcpy(scratch->items, items, sets * size * sizeof *items);
  memcpy(scratch->supports, supports, sets * sizeof *supports);
  for (uint64_t i = 0; i < sets; i++) {
    memcpy(items + i * size, scratch->items + scratch->order[i] * size, size * sizeof *items);
    supports[i] = scratch->supports[scratch->order[i]];
  }
}

static void sorter_free(sorter *scratch, const recs_context *context) {
  recs__free(context, scratch->order);
  recs__free(context, scratch->other);
  recs__free(context, scratch->counts);
  recs__free(context, scratch->items);
  recs__free(context, scratch->supports);
}

static int32_t sort_sets(recs_itemsets *self, uint32_t ranks) {
  const recs_context *context = self->object.context;
  sorter scratch = {.ranks = ranks};
  uint64_t sets = 0, items = 0;
  int32_t status = RECS_OK;
  for (uint32_t size = 1; size <= self->largest; size++) {
    uint64_t own = self->size_of[size + 1] - self->size_of[size];
    sets = own > sets ? own : sets;
    items = own * size > items ? own * size : items;
  }
  scratch.order = recs__alloc(context, sets, sizeof *scratch.order);
  scratch.other = recs__alloc(context, sets, sizeof *scratch.other);
  scratch.counts = recs__alloc(context, ranks, sizeof *scratch.counts);
  scratch.items = recs__alloc(context, items, sizeof *scratch.items);
  scratch.supports = recs__alloc(context, sets, sizeof *scratch.supports);
  if (scratch.order == NULL || scratch.other == NULL || scratch.counts == NULL || scratch.items == NULL || scratch.supports == NULL)
    status = recs__fail_nomem();
  for (uint32_t size = 1; size <= self->largest && status == RECS_OK; size++)
    sort_size(self, &scratch, size);
  sorter_free(&scratch, context);
  return status;
}

/* From ranks back to items. */
static int32_t name_items(recs_itemsets *self, const recs__baskets *baskets) {
  uint32_t *rows = recs__alloc(self->object.context, baskets->items, sizeof *rows);
  if (rows == NULL)
    return recs__fail_nomem();
  for (uint32_t code = 0; code < baskets->items; code++)
    rows[baskets->ranks[code]] = baskets->rows[code];
  for (uint64_t i = 0; i < self->items_of[self->largest + 1]; i++)
    self->items[i] = rows[self->items[i]];
  recs__free(self->object.context, rows);
  return RECS_OK;
}

static int32_t fill(recs_itemsets *self, const recs__mining *mining) {
  uint64_t *next;
  RECS_TRY(count_sizes(self, mining));
  next = recs__alloc_zero(self->object.context, (size_t)self->largest + 1, sizeof *next);
  if (next == NULL)
    return recs__fail_nomem();
  place_sets(self, mining, next);
  recs__free(self->object.context, next);
  RECS_TRY(sort_sets(self, mining->baskets->items));
  return name_items(self, mining->baskets);
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

int32_t recs__itemsets_create(recs_itemsets **out, recs__mining *mining) {
  recs_itemsets *self = new_itemsets(mining->baskets->context, mining->baskets->total, &mining->options);
  *out = NULL;
  return self == NULL ? recs__fail_nomem() : finish(out, self, fill(self, mining));
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
