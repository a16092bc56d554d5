/* Closed and maximal itemsets out of all frequent ones: each set marks the sets that lack one of its items. */
#include "lib/analyze/baskets/itemsets.h"
#include "lib/analyze/baskets/setindex.h"

#include <string.h>

/* Marks the subsets with one item fewer that the set makes not closed (equal support) or not maximal (any). */
static void mark_subsets(unsigned char *marks, const recs__set_index *places, uint64_t index, int32_t kind,
                         uint32_t *subset) {
  const recs_itemsets *all = places->itemsets;
  uint32_t size;
  const uint32_t *items = recs__itemsets_items(all, index, &size);
  for (uint32_t left_out = 0; left_out < size && size > 1; left_out++) {
    uint64_t place;
    memcpy(subset, items, left_out * sizeof *items);
    memcpy(subset + left_out, items + left_out + 1, (size - left_out - 1) * sizeof *items);
    place = recs__set_index_place(places, subset, size - 1);
    if (place == all->count) /* it lacks what all must contain */
      continue;
    if (kind == RECS_ITEMSETS_MAXIMAL || all->supports[place] == all->supports[index])
      marks[place] = 1;
  }
}

static int is_wanted(const recs_apriori_options *wanted, const uint32_t *items, uint32_t size) {
  for (uint32_t k = 0; k < size; k++) {
    for (size_t i = 0; i < wanted->excludes_count; i++) {
      if (items[k] == wanted->excludes[i])
        return 0;
    }
  }
  return size >= wanted->min_size && (wanted->max_size == 0 || size <= wanted->max_size);
}

static int32_t mark(unsigned char *marks, const recs_itemsets *all, const recs_apriori_options *wanted) {
  uint32_t *subset = recs__alloc(all->object.context, all->largest, sizeof *subset);
  recs__set_index places = {0};
  uint32_t size;
  int32_t status = subset == NULL ? recs__fail_nomem() : recs__set_index_init(&places, all);
  for (uint64_t i = 0; i < all->count && status == RECS_OK; i++)
    mark_subsets(marks, &places, i, wanted->kind, subset);
  for (uint64_t i = 0; i < all->count; i++) {
    const uint32_t *items = recs__itemsets_items(all, i, &size);
    marks[i] |= (unsigned char)!is_wanted(wanted, items, size);
  }
  recs__set_index_free(&places);
  recs__free(all->object.context, subset);
  return status;
}

int32_t recs__itemsets_thin(recs_itemsets **out, const recs_itemsets *all, const recs_apriori_options *wanted) {
  unsigned char *marks = recs__alloc_zero(all->object.context, all->count, 1);
  int32_t status;
  *out = NULL;
  if (marks == NULL)
    return recs__fail_nomem();
  status = mark(marks, all, wanted);
  if (status == RECS_OK)
    status = recs__itemsets_without(out, all, marks, wanted);
  recs__free(all->object.context, marks);
  return status;
}
