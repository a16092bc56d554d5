/* The itemsets that rank highest. */
#include "lib/analyze/baskets/itemsets.h"
#include "lib/base/sort.h"

typedef struct ranked {
  const uint32_t *items;
  uint64_t number;
  uint32_t size, support;
} ranked;

static int compare(const void *a, const void *b) {
  const ranked *left = a, *right = b;
  if (left->support != right->support)
    return left->support > right->support ? -1 : 1;
  if (left->size != right->size)
    return left->size < right->size ? -1 : 1;
  for (uint32_t k = 0; k < left->size; k++) {
    if (left->items[k] != right->items[k])
      return left->items[k] < right->items[k] ? -1 : 1;
  }
  return 0;
}

static int32_t keep_best(recs_itemsets **out, const recs_itemsets *all, uint64_t most, unsigned char *marks, ranked *list) {
  recs_apriori_options options = {.kind = all->kind, .min_size = all->min_size};
  for (uint64_t i = 0; i < all->count; i++) {
    list[i].number = i;
    list[i].items = recs__itemsets_items(all, i, &list[i].size);
    list[i].support = all->supports[i];
  }
  recs__sort(list, all->count, sizeof *list, compare);
  for (uint64_t i = most; i < all->count; i++)
    marks[list[i].number] = 1;
  RECS_TRY(recs__itemsets_without(out, all, marks, &options));
  (*out)->algorithm = all->algorithm;
  (*out)->cut = RECS_CUT_TOP;
  (*out)->complete_from = (uint64_t)list[most].support + 1;
  return RECS_OK;
}

int32_t recs__itemsets_best(recs_itemsets **out, recs_itemsets *all, uint64_t most) {
  const recs_context *context = all->object.context;
  unsigned char *marks;
  ranked *list;
  int32_t status;
  *out = all;
  if (all->count <= most)
    return RECS_OK;
  *out = NULL;
  marks = recs__alloc_zero(context, all->count, 1);
  list = recs__alloc(context, all->count, sizeof *list);
  status = marks == NULL || list == NULL ? recs__fail_nomem() : keep_best(out, all, most, marks, list);
  recs__free(context, marks);
  recs__free(context, list);
  recs__release(all);
  return status;
}
