#include "lib/analyze/miner.h"

#include "lib/base/parallel.h"

#include <inttypes.h>
#include <string.h>

/* How many sets a thread finds before it tells the common count. */
enum { COUNT_STEP = 1024 };

static int32_t search_init(recs__search *search, recs__mining *mining) {
  size_t room = (size_t)mining->baskets->items + 1;
  search->mining = mining;
  search->items = recs__alloc(mining->context, room, sizeof *search->items);
  search->optional = recs__alloc(mining->context, room, sizeof *search->optional);
  search->piles = recs__alloc_zero(mining->context, room, sizeof *search->piles);
  if (search->items == NULL || search->optional == NULL || search->piles == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

int32_t recs__mining_init(recs__mining *mining, recs_context *context, const recs__baskets *baskets,
                          const recs_apriori_options *options) {
  memset(mining, 0, sizeof *mining);
  mining->context = context;
  mining->baskets = baskets;
  mining->options = *options;
  if (options->max_size == 0)
    mining->options.max_size = UINT32_MAX;
  atomic_init(&mining->found, 0);
  mining->threads = recs__parallel_threads(context, baskets->items, 1);
  mining->searches = recs__alloc_zero(context, mining->threads, sizeof *mining->searches);
  if (mining->searches == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < mining->threads; thread++)
    RECS_TRY(search_init(&mining->searches[thread], mining));
  return RECS_OK;
}

static void search_free(recs__search *search, const recs_context *context) {
  for (uint32_t size = 0; search->piles != NULL && size <= search->largest; size++)
    recs__free(context, search->piles[size].words);
  recs__free(context, search->items);
  recs__free(context, search->optional);
  recs__free(context, search->piles);
}

void recs__mining_free(recs__mining *mining) {
  for (uint32_t thread = 0; thread < mining->threads && mining->searches != NULL; thread++)
    search_free(&mining->searches[thread], mining->context);
  recs__free(mining->context, mining->searches);
  mining->searches = NULL;
}

void recs__search_push(recs__search *search, uint32_t row) {
  uint32_t place = search->size++;
  for (; place > 0 && search->items[place - 1] > row; place--)
    search->items[place] = search->items[place - 1];
  search->items[place] = row;
}

void recs__search_pop(recs__search *search, uint32_t row) {
  uint32_t place = --search->size;
  uint32_t moved = search->items[place];
  while (moved != row) {
    uint32_t next = search->items[--place];
    search->items[place] = moved;
    moved = next;
  }
}

int32_t recs__search_count(recs__search *search) {
  uint64_t limit = search->mining->options.max_results;
  uint64_t found = atomic_fetch_add(&search->mining->found, search->fresh) + search->fresh;
  search->fresh = 0;
  if (found > limit)
    return recs__fail(RECS_ERROR_OVERFLOW,
                      "more than max_results = %" PRIu64 " itemsets are frequent: raise it, or the support", limit);
  return RECS_OK;
}

int32_t recs__search_put(recs__search *search, uint32_t support) {
  const recs_apriori_options *options = &search->mining->options;
  uint32_t size = search->size;
  recs__pile *pile = &search->piles[size];
  if (size < options->min_size || size > options->max_size)
    return RECS_OK;
  if (search->largest < size)
    search->largest = size;
  if (pile->room - pile->used <= size)
    RECS_TRY(
        recs__grow(search->mining->context, &pile->words, &pile->room, pile->used + size + 1, sizeof *pile->words));
  for (uint32_t i = 0; i < size; i++)
    pile->words[pile->used + i] = search->items[i];
  pile->words[pile->used + size] = support;
  pile->used += (size_t)size + 1;
  search->fresh += 1;
  return search->fresh < COUNT_STEP ? RECS_OK : recs__search_count(search);
}

/* The set joined by each subset of its optional items from number `from` on. */
static int32_t put_subsets(recs__search *search, uint32_t from, uint32_t support) {
  RECS_TRY(recs__search_put(search, support));
  if (!recs__search_may_grow(search, search->optionals - from))
    return RECS_OK;
  for (uint32_t i = from; i < search->optionals; i++) {
    recs__search_push(search, search->optional[i]);
    RECS_TRY(put_subsets(search, i + 1, support));
    recs__search_pop(search, search->optional[i]);
  }
  return RECS_OK;
}

int32_t recs__search_found(recs__search *search, uint32_t support, int extended) {
  int32_t kind = search->mining->options.kind;
  int32_t status;
  if (kind == RECS_ITEMSETS_ALL)
    return put_subsets(search, 0, support);
  if (kind == RECS_ITEMSETS_MAXIMAL && extended)
    return RECS_OK;
  for (uint32_t i = 0; i < search->optionals; i++)
    recs__search_push(search, search->optional[i]);
  status = recs__search_put(search, support);
  for (uint32_t i = 0; i < search->optionals; i++)
    recs__search_pop(search, search->optional[i]);
  return status;
}

int recs__search_may_grow(const recs__search *search, uint32_t more) {
  const recs_apriori_options *options = &search->mining->options;
  return search->size < options->max_size && (uint64_t)search->size + more >= options->min_size;
}
