#include "lib/analyze/baskets/sidecount.h"

#include "lib/base/sort.h"

#include <inttypes.h>
#include <string.h>

/* Lists are filled in two passes, one that counts what each item gets and one that puts it there. `next` is where the next row of an
 * item goes. */
typedef struct filling {
  recs__side_counts *counts;
  size_t *next;
} filling;

static int32_t open_items(recs__side_counts *counts, uint32_t items) {
  counts->items = items;
  counts->offsets = recs__alloc_zero(counts->context, (size_t)items + 1, sizeof *counts->offsets);
  return counts->offsets == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t open_lists(filling *out, recs__side_counts *counts) {
  for (uint32_t i = 0; i < counts->items; i++)
    counts->offsets[i + 1] += counts->offsets[i];
  counts->lists = recs__alloc(counts->context, counts->offsets[counts->items], sizeof *counts->lists);
  out->counts = counts;
  out->next = recs__copy(counts->context, counts->offsets, (size_t)counts->items + 1, sizeof *out->next);
  return counts->lists == NULL || out->next == NULL ? recs__fail_nomem() : RECS_OK;
}

static void put(const filling *self, uint32_t item, uint32_t row) {
  self->counts->lists[self->next[item]++] = row;
}

/* Whether an entry of the baskets means that the item is there, as the miner saw it. */
static int holds(const recs_itemsets *itemsets, float value) {
  return value != 0 && (itemsets->min_value == 0 || value >= itemsets->min_value);
}

static int32_t list_baskets(recs__side_counts *counts, const recs_itemsets *itemsets, const recs_matrix *baskets) {
  filling lists = {0};
  int32_t status;
  RECS_TRY(open_items(counts, baskets->columns));
  counts->rows = baskets->rows;
  for (int64_t e = 0; e < baskets->offsets[baskets->rows]; e++)
    counts->offsets[baskets->indices[e] + 1] += (size_t)holds(itemsets, baskets->values[e]);
  status = open_lists(&lists, counts);
  for (uint32_t row = 0; row < baskets->rows && status == RECS_OK; row++) {
    for (int64_t e = baskets->offsets[row]; e < baskets->offsets[row + 1]; e++) {
      if (holds(itemsets, baskets->values[e]))
        put(&lists, baskets->indices[e], row);
    }
  }
  recs__free(counts->context, lists.next);
  return status;
}

/* The sets by descending support: numbers of the sets below, and above them what is left of the largest number. */
static uint64_t *rank_sets(const recs_itemsets *itemsets) {
  uint64_t *ranks = recs__alloc(itemsets->object.context, itemsets->count, sizeof *ranks);
  for (uint64_t i = 0; ranks != NULL && i < itemsets->count; i++)
    ranks[i] = (uint64_t)(UINT32_MAX - itemsets->supports[i]) << 32 | i;
  if (ranks != NULL)
    recs__sort_u64(ranks, itemsets->count);
  return ranks;
}

static int32_t fill_closed(recs__side_counts *counts, const recs_itemsets *itemsets, const uint64_t *ranks) {
  filling lists = {0};
  uint32_t size;
  int32_t status = open_lists(&lists, counts);
  for (uint32_t row = 0; row < counts->rows && status == RECS_OK; row++) {
    const uint32_t *items = recs__itemsets_items(itemsets, (uint32_t)ranks[row], &size);
    counts->supports[row] = itemsets->supports[(uint32_t)ranks[row]];
    for (uint32_t k = 0; k < size; k++)
      put(&lists, items[k], row);
  }
  recs__free(counts->context, lists.next);
  return status;
}

static int32_t list_closed(recs__side_counts *counts, const recs_itemsets *itemsets) {
  uint64_t entries = itemsets->count == 0 ? 0 : itemsets->items_of[itemsets->largest + 1], *ranks;
  uint32_t items = 0;
  int32_t status;
  for (uint64_t e = 0; e < entries; e++)
    items = itemsets->items[e] >= items ? itemsets->items[e] + 1 : items;
  RECS_TRY(open_items(counts, items));
  for (uint64_t e = 0; e < entries; e++)
    counts->offsets[itemsets->items[e] + 1] += 1;
  counts->rows = (uint32_t)itemsets->count;
  counts->supports = recs__alloc(counts->context, itemsets->count, sizeof *counts->supports);
  ranks = rank_sets(itemsets);
  status = counts->supports == NULL || ranks == NULL ? recs__fail_nomem() : fill_closed(counts, itemsets, ranks);
  recs__free(counts->context, ranks);
  return status;
}

/* Baskets of other items or of another number than those that were mined are refused. */
static int32_t check_baskets(const recs_itemsets *itemsets, const recs_matrix *baskets) {
  uint64_t entries = itemsets->count == 0 ? 0 : itemsets->items_of[itemsets->largest + 1], filled = 0;
  for (uint32_t row = 0; row < baskets->rows; row++) {
    int64_t e = baskets->offsets[row];
    while (e < baskets->offsets[row + 1] && !holds(itemsets, baskets->values[e]))
      e += 1;
    filled += e < baskets->offsets[row + 1];
  }
  if (filled != itemsets->baskets)
    return recs__fail(RECS_ERROR_INVALID, "%" PRIu64 " baskets are not empty, but %" PRIu64 " were mined", filled,
                      itemsets->baskets);
  for (uint64_t e = 0; e < entries; e++) {
    if (itemsets->items[e] >= baskets->columns)
      return recs__fail(RECS_ERROR_INVALID, "an itemset has item %" PRIu32 ", but the baskets know %" PRIu32 " items",
                        itemsets->items[e], baskets->columns);
  }
  return RECS_OK;
}

int32_t recs__side_counts_init(recs__side_counts *counts, const recs_itemsets *itemsets, const recs_matrix *baskets) {
  memset(counts, 0, sizeof *counts);
  counts->context = itemsets->object.context;
  if (baskets != NULL)
    RECS_TRY(check_baskets(itemsets, baskets));
  RECS_TRY(recs__set_index_init(&counts->index, itemsets));
  if (itemsets->kind == RECS_ITEMSETS_ALL && itemsets->min_size <= 1 && !itemsets->contains)
    return RECS_OK;
  if (itemsets->taxonomy)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "with a taxonomy, rules need all frequent itemsets");
  if (baskets != NULL)
    return list_baskets(counts, itemsets, baskets);
  if (itemsets->kind != RECS_ITEMSETS_CLOSED || itemsets->min_size > 1 || itemsets->max_size != UINT32_MAX ||
      itemsets->contains || itemsets->excludes)
    return recs__fail(RECS_ERROR_UNSUPPORTED,
                      "rules need the counts of parts that are none of these itemsets: give the baskets, or mine all or all closed ones");
  return list_closed(counts, itemsets);
}

void recs__side_counts_free(recs__side_counts *counts) {
  recs__set_index_free(&counts->index);
  recs__free(counts->context, counts->offsets);
  recs__free(counts->context, counts->lists);
  recs__free(counts->context, counts->supports);
}

/* The first place from `begin` on whose row is not below `row`: in growing steps, then by halving. */
static size_t seek(const uint32_t *list, size_t begin, size_t end, uint32_t row) {
  size_t step = 1, low = begin;
  while (low + step < end && list[low + step] < row) {
    low += step;
    step *= 2;
  }
  end = low + step < end ? low + step + 1 : end;
  while (low < end) {
    size_t middle = low + (end - low) / 2;
    if (list[middle] < row)
      low = middle + 1;
    else
      end = middle;
  }
  return low;
}

/* The rows that have all items: how many, or of closed sets the support of the first. */
static uint32_t count_common(const recs__side_counts *counts, const uint32_t *items, uint32_t size) {
  size_t at[RECS__SIDE_ITEMS];
  uint32_t shortest = 0, found = 0;
  for (uint32_t k = 0; k < size; k++) {
    at[k] = counts->offsets[items[k]];
    if (counts->offsets[items[k] + 1] - at[k] < counts->offsets[items[shortest] + 1] - at[shortest])
      shortest = k;
  }
  for (size_t e = counts->offsets[items[shortest]]; e < counts->offsets[items[shortest] + 1]; e++) {
    uint32_t row = counts->lists[e], k = 0;
    for (; k < size; k++) {
      size_t end = counts->offsets[items[k] + 1];
      at[k] = seek(counts->lists, at[k], end, row);
      if (at[k] == end)
        return found;
      if (counts->lists[at[k]] != row)
        break;
    }
    if (k < size)
      continue;
    if (counts->supports != NULL)
      return counts->supports[row];
    found += 1;
  }
  return found;
}

uint32_t recs__side_count(const recs__side_counts *counts, const uint32_t *items, uint32_t size) {
  uint32_t known = recs__set_index_support(&counts->index, items, size);
  return known != 0 || counts->items == 0 ? known : count_common(counts, items, size);
}

int32_t recs__subset_counts_init(recs__subset_counts *subsets, const recs__side_counts *of) {
  uint32_t largest = of->index.itemsets->largest < RECS__SUBSET_ITEMS ? of->index.itemsets->largest : RECS__SUBSET_ITEMS;
  subsets->counts = recs__alloc(of->context, (size_t)1 << largest, sizeof *subsets->counts);
  subsets->masks = recs__alloc_zero(of->context, of->rows, sizeof *subsets->masks);
  subsets->touched = recs__alloc(of->context, of->rows, sizeof *subsets->touched);
  return subsets->counts == NULL || subsets->masks == NULL || subsets->touched == NULL ? recs__fail_nomem() : RECS_OK;
}

void recs__subset_counts_free(recs__subset_counts *subsets, const recs__side_counts *of) {
  recs__free(of->context, subsets->counts);
  recs__free(of->context, subsets->masks);
  recs__free(of->context, subsets->touched);
}

void recs__subset_counts_fill(recs__subset_counts *subsets, const recs__side_counts *of, const uint32_t *items, uint32_t size) {
  uint32_t all = UINT32_C(1) << size, touched = 0;
  memset(subsets->counts, 0, all * sizeof *subsets->counts);
  for (uint32_t k = 0; k < size; k++) {
    for (size_t e = of->offsets[items[k]]; e < of->offsets[items[k] + 1]; e++) {
      uint32_t row = of->lists[e];
      if (subsets->masks[row] == 0)
        subsets->touched[touched++] = row;
      subsets->masks[row] |= UINT32_C(1) << k;
    }
  }
  for (uint32_t t = 0; t < touched; t++) {
    subsets->counts[subsets->masks[subsets->touched[t]]] += 1;
    subsets->masks[subsets->touched[t]] = 0;
  }
  /* From baskets that have just these of the items to those that have at least these. */
  for (uint32_t bit = 1; bit < all; bit *= 2) {
    for (uint32_t mask = 0; mask < all; mask++) {
      if ((mask & bit) == 0)
        subsets->counts[mask] += subsets->counts[mask | bit];
    }
  }
}
