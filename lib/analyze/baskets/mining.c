#include "lib/analyze/baskets/miner.h"

#include "lib/base/clock.h"
#include "lib/base/parallel.h"

#include <inttypes.h>
#include <string.h>

enum {
  COUNT_STEP = 1024,                                       /* sets that a thread finds before it tells the common count */
  LOOK_STEP = 512,                                         /* bundles that it weighs before it looks at the limits */
  CLOCK_STEP = 256,                                        /* sets that it meets before it looks at the clock */
  FIRST_ROOM = 64,                                         /* words of a task's first chunk; each takes twice the one before */
  LAST_ROOM = 256 * 1024,                                  /* up to this */
  HEAD_WORDS = sizeof(recs__bundle) / sizeof(uint32_t),
};

static int32_t search_init(recs__search *search, recs__mining *mining) {
  size_t room = (size_t)mining->baskets->items + mining->options.contains_count + 1;
  search->mining = mining;
  search->items = recs__alloc(mining->context, room, sizeof *search->items);
  search->optional = recs__alloc(mining->context, room, sizeof *search->optional);
  if (search->items == NULL || search->optional == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < mining->options.contains_count; i++)
    recs__search_push(search, mining->options.contains[i]);
  search->fixed = search->size;
  return RECS_OK;
}

int32_t recs__mining_init(recs__mining *mining, recs_context *context, const recs__baskets *baskets,
                          const recs_apriori_options *options) {
  memset(mining, 0, sizeof *mining);
  mining->context = context;
  mining->baskets = baskets;
  mining->options = *options;
  mining->take = recs__take_bundle;
  if (options->max_size == 0)
    mining->options.max_size = UINT32_MAX;
  if (options->min_count > UINT32_MAX)
    mining->options.min_count = UINT32_MAX;
  RECS_TRY(recs__bundles_init(&mining->bundles, context, (uint32_t)mining->options.min_count));
  mining->bundles.min_size = mining->options.min_size;
  mining->bundles.max_size = mining->options.max_size;
  atomic_init(&mining->found, 0);
  atomic_init(&mining->late, 0);
  mining->threads = recs__parallel_threads(context, baskets->items, 1);
  mining->searches = recs__alloc_zero(context, mining->threads, sizeof *mining->searches);
  if (mining->searches == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < mining->threads; thread++)
    RECS_TRY(search_init(&mining->searches[thread], mining));
  return RECS_OK;
}

static void search_free(recs__search *search, const recs_context *context) {
  recs__free(context, search->items);
  recs__free(context, search->optional);
  recs__free(context, search->chunk);
}

void recs__mining_free(recs__mining *mining) {
  for (uint32_t thread = 0; thread < mining->threads && mining->searches != NULL; thread++)
    search_free(&mining->searches[thread], mining->context);
  recs__free(mining->context, mining->searches);
  mining->searches = NULL;
  recs__bundles_free(&mining->bundles);
}

static void add_fresh(recs__search *search, uint64_t sets) {
  search->fresh = sets > UINT64_MAX - search->fresh ? UINT64_MAX : search->fresh + sets;
}

/* Refuses more than max_results. Where there is a limit on what is kept, that alone counts. */
static int32_t tell_count(recs__search *search) {
  recs__mining *mining = search->mining;
  uint64_t fresh = search->fresh, limit = mining->options.max_results;
  if (mining->take == recs__take_count || recs__bundles_limited(&mining->bundles))
    return RECS_OK;
  search->fresh = 0;
  if (fresh > limit || atomic_fetch_add(&mining->found, fresh) + fresh > limit)
    return recs__fail(RECS_ERROR_OVERFLOW,
                      "more than max_results = %" PRIu64 " itemsets are frequent: raise it, or the support", limit);
  return RECS_OK;
}

static int32_t hand_in(recs__search *search) {
  recs__chunk *chunk = search->chunk;
  search->chunk = NULL;
  return chunk == NULL ? RECS_OK : recs__bundles_add(&search->mining->bundles, chunk);
}

void recs__search_begin(recs__search *search, uint64_t task) {
  search->task = task;
  search->parts = 0;
  search->size = search->fixed;
  search->optionals = 0;
}

static void look_at_limits(recs__search *search) {
  recs__mining *mining = search->mining;
  search->unweighed = 0;
  recs__scout_raise(mining->scout, &mining->bundles);
  if (atomic_load(&mining->scout->reached) && !atomic_load(&mining->bundles.dropped))
    recs__bundles_drop(&mining->bundles);
}

int32_t recs__search_end(recs__search *search) {
  if (search->mining->scout != NULL)
    look_at_limits(search);
  RECS_TRY(hand_in(search));
  return tell_count(search);
}

/* Opens a chunk in which `words` have room. */
static int32_t open_chunk(recs__search *search, uint32_t words) {
  uint32_t room = (uint32_t)(search->parts < 12 ? FIRST_ROOM << search->parts : LAST_ROOM);
  RECS_TRY(hand_in(search));
  search->chunk = recs__chunk_new(search->mining->context, room < words ? words : room);
  if (search->chunk == NULL)
    return recs__fail_nomem();
  search->chunk->task = search->task;
  search->chunk->part = search->parts++;
  return RECS_OK;
}

static recs__bundle head_of(const recs__search *search, uint32_t support) {
  return (recs__bundle){.support = support, .base = search->size, .optional = search->optionals};
}

int32_t recs__take_count(recs__search *search, uint32_t support) {
  const recs__mining *mining = search->mining;
  recs__bundle head = head_of(search, support);
  add_fresh(search, recs__bundle_sets(&head, mining->options.min_size, mining->options.max_size));
  return RECS_OK;
}

uint64_t recs__mining_counted(const recs__mining *mining) {
  uint64_t count = 0;
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    uint64_t more = mining->searches[thread].fresh;
    count = more > UINT64_MAX - count ? UINT64_MAX : count + more;
  }
  return count;
}

int32_t recs__take_bundle(recs__search *search, uint32_t support) {
  recs__bundles *bundles = &search->mining->bundles;
  recs__bundle *bundle, head = head_of(search, support);
  uint32_t words;
  if (!recs__search_wants(search, support))
    return RECS_OK;
  recs__bundle_trim(bundles, &head);
  words = HEAD_WORDS + head.base + head.optional;
  if (search->chunk == NULL || search->chunk->room - search->chunk->used < words)
    RECS_TRY(open_chunk(search, words));
  bundle = (recs__bundle *)(void *)(search->chunk->words + search->chunk->used);
  *bundle = head;
  for (uint32_t i = 0; i < head.base; i++)
    bundle->rows[i] = search->items[i];
  for (uint32_t i = 0; i < head.optional; i++)
    bundle->rows[head.base + i] = search->optional[i];
  search->chunk->used += words;
  add_fresh(search, recs__bundle_sets(bundle, bundles->min_size, bundles->max_size));
  return search->fresh < COUNT_STEP ? RECS_OK : tell_count(search);
}

int32_t recs__take_scouting(recs__search *search, uint32_t support) {
  recs__mining *mining = search->mining;
  recs__bundle head = head_of(search, support);
  if (!recs__search_wants(search, support))
    return RECS_OK;
  recs__scout_add(mining->scout, &mining->bundles, &head);
  if (++search->unweighed >= LOOK_STEP)
    look_at_limits(search);
  return atomic_load(&mining->scout->reached) ? RECS_OK : recs__take_bundle(search, support);
}

/* The optional items as part of the set. */
static int32_t take_closed(recs__search *search, uint32_t support) {
  uint32_t size = search->size, optionals = search->optionals;
  int32_t status;
  for (uint32_t i = 0; i < optionals; i++)
    recs__search_push(search, search->optional[i]);
  search->optionals = 0;
  status = search->size < search->mining->options.min_size || search->size > search->mining->options.max_size
               ? RECS_OK
               : search->mining->take(search, support);
  search->size = size;
  search->optionals = optionals;
  return status;
}

static int32_t check_deadline(recs__search *search) {
  recs__mining *mining = search->mining;
  search->steps = 0;
  if (recs__clock() > mining->deadline)
    atomic_store(&mining->late, 1);
  return atomic_load(&mining->late) ? recs__fail(RECS_ERROR_CANCELLED, "the time is over") : RECS_OK;
}

int32_t recs__search_found(recs__search *search, uint32_t support, int extended) {
  const recs_apriori_options *options = &search->mining->options;
  if (search->mining->deadline > 0 && ++search->steps == CLOCK_STEP)
    RECS_TRY(check_deadline(search));
  if (options->kind == RECS_ITEMSETS_MAXIMAL && extended)
    return RECS_OK;
  if (options->kind != RECS_ITEMSETS_ALL)
    return take_closed(search, support);
  if (search->size > options->max_size || search->size + search->optionals < options->min_size)
    return RECS_OK;
  return search->mining->take(search, support);
}

int recs__search_may_grow(const recs__search *search, uint32_t more) {
  const recs_apriori_options *options = &search->mining->options;
  return search->size < options->max_size && (uint64_t)search->size + more >= options->min_size;
}

/* What must be contained is a set itself; it is closed when no other item is in all its baskets, maximal when none is in enough. */
static int32_t find_fixed(recs__mining *mining) {
  recs__search *search = &mining->searches[0];
  const recs__baskets *baskets = mining->baskets;
  uint32_t most = 0;
  if (search->fixed == 0 || baskets->whole < mining->options.min_count)
    return RECS_OK;
  for (uint32_t code = 0; code < baskets->items; code++)
    most = baskets->supports[code] > most ? baskets->supports[code] : most;
  if (most == baskets->whole && mining->options.kind != RECS_ITEMSETS_ALL)
    return RECS_OK;
  recs__search_begin(search, 0);
  RECS_TRY(recs__search_found(search, baskets->whole, baskets->items > 0));
  return recs__search_end(search);
}

int32_t recs__mining_run(recs__mining *mining, recs__mine_fn mine, const recs__progress *progress) {
  RECS_TRY(find_fixed(mining));
  return mining->baskets->items == 0 ? recs__progress_at(progress, 0) : mine(mining, progress);
}
