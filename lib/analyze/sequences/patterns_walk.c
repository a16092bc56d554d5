#include "lib/analyze/sequences/patterns_walk.h"

#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <string.h>

enum {
  TASKS_A_THREAD = 8, /* with fewer items than make as many, the work on one is shared, which costs its first step again */
  STEPS_A_REPORT = 1024
};

recs__pattern_walker *recs__pattern_walker_new(recs__pattern_mining *mining, uint32_t thread) {
  const recs_context *context = mining->base->context;
  size_t indexes = (size_t)mining->base->items * (mining->base->sets ? 2 : 1) + 1;
  recs__pattern_walker *self = recs__alloc_zero(context, 1, sizeof *self);
  if (self == NULL)
    return NULL;
  self->mining = mining;
  self->thread = thread;
  self->counts = recs__alloc_zero(context, indexes, sizeof *self->counts);
  self->slots = recs__alloc(context, indexes, sizeof *self->slots);
  self->touched = recs__alloc(context, indexes, sizeof *self->touched);
  if (!mining->base->simple) {
    self->places = recs__alloc_zero(context, indexes, sizeof *self->places);
    self->stamps = recs__alloc_zero(context, indexes, sizeof *self->stamps);
  }
  if (self->counts == NULL || self->slots == NULL || self->touched == NULL ||
      (!mining->base->simple && (self->places == NULL || self->stamps == NULL))) {
    recs__pattern_walker_free(self, context);
    return NULL;
  }
  memset(self->slots, 0xff, indexes * sizeof *self->slots);
  return self;
}

static void level_free(recs__pattern_level *level, const recs_context *context) {
  recs__free(context, level->words);
  recs__free(context, level->supports);
  recs__free(context, level->begins);
  recs__free(context, level->places);
  recs__free(context, level->own_cells);
  recs__free(context, level->own_names);
  recs__free(context, level->narrow.codes);
  recs__free(context, level->narrow.first);
  recs__free(context, level->narrow.sequence);
  recs__free(context, level->narrow.low);
  recs__free(context, level->narrow.high);
  recs__free(context, level->own_places);
  recs__free(context, level);
}

void recs__pattern_walker_free(recs__pattern_walker *walker, const recs_context *context) {
  if (walker == NULL)
    return;
  for (size_t i = 0; i < walker->level_count; i++)
    level_free(walker->levels[i], context);
  recs__free(context, walker->levels);
  recs__free(context, walker->words);
  recs__free(context, walker->counts);
  recs__free(context, walker->slots);
  recs__free(context, walker->touched);
  recs__free(context, walker->places);
  recs__free(context, walker->stamps);
  recs__free(context, walker);
}

static int compare_words(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return left < right ? -1 : left > right;
}

int32_t recs__pattern_choose(recs__pattern_walker *walker, recs__pattern_level *level, uint32_t touched, uint32_t half) {
  const recs_context *context = walker->mining->base->context;
  uint32_t floor = recs__pattern_floor(walker->mining), kept = 0;
  for (uint32_t i = 0; i < touched; i++) {
    uint32_t index = walker->touched[i];
    if (walker->counts[index] >= floor) {
      walker->touched[kept++] = index;
      continue;
    }
    walker->counts[index] = 0;
    if (walker->places != NULL)
      walker->places[index] = 0;
  }
  level->branches = kept;
  level->next = 0;
  level->last = kept;
  if (kept == 0)
    return RECS_OK;
  RECS_TRY(recs__grow(context, &level->words, &level->branch_room, kept, sizeof *level->words));
  RECS_TRY(recs__grow(context, &level->supports, &level->support_room, kept, sizeof *level->supports));
  RECS_TRY(recs__grow(context, &level->begins, &level->begin_room, (size_t)kept + 1, sizeof *level->begins));
  recs__sort(walker->touched, kept, sizeof *walker->touched, compare_words);
  for (uint32_t i = 0; i < kept; i++) {
    uint32_t index = walker->touched[i];
    level->words[i] = index < half ? index : (index - half) | RECS__STEP;
    level->supports[i] = walker->counts[index];
    walker->counts[index] = 0;
  }
  return RECS_OK;
}

/* The level of a prefix of `depth` words; NULL when out of memory. */
static recs__pattern_level *level_at(recs__pattern_walker *walker, size_t depth) {
  const recs_context *context = walker->mining->base->context;
  if (depth < walker->level_count)
    return walker->levels[depth];
  if (recs__grow(context, &walker->levels, &walker->level_room, depth + 1, sizeof *walker->levels) != RECS_OK)
    return NULL;
  walker->levels[depth] = recs__alloc_zero(context, 1, sizeof **walker->levels);
  walker->level_count += walker->levels[depth] != NULL;
  return walker->levels[depth];
}

/* Whether longer patterns than `length` are of any use. */
static int may_grow(const recs__pattern_walker *walker, size_t length) {
  const recs__pattern_mining *mining = walker->mining;
  return !mining->filtered || mining->options->max_length == 0 || length < mining->options->max_length;
}

/* Fills level `depth`, of a prefix of as many words; without branches where it is as long as it may be. */
static int32_t expand(recs__pattern_walker *walker, size_t depth, const recs__pattern_level *from, uint32_t word,
                      const recs__pattern_place *places, size_t count) {
  recs__pattern_level *level = level_at(walker, depth);
  if (level == NULL)
    return recs__fail_nomem();
  level->branches = level->next = level->last = 0;
  if (!may_grow(walker, depth) || recs__pattern_late(walker->mining))
    return RECS_OK;
  if (walker->mining->base->simple)
    return recs__pattern_expand_simple(walker, level, from, places, count);
  return recs__pattern_expand_limited(walker, level, from, word, places, count);
}

/* The calling thread asks the host from time to time whether to go on. */
static int32_t look_up(recs__pattern_walker *walker) {
  recs__pattern_mining *mining = walker->mining;
  walker->steps += 1;
  if (walker->thread != 0 || walker->steps % STEPS_A_REPORT != 0)
    return RECS_OK;
  return recs__progress_at(mining->progress, (double)atomic_load(&mining->done) / (double)mining->tasks);
}

/* The next branch of level `*depth`, which becomes one more where something follows it. */
static int32_t take_branch(recs__pattern_walker *walker, size_t *depth) {
  recs__pattern_level *level = walker->levels[*depth];
  uint32_t branch = level->next++, support = level->supports[branch];
  if (support < recs__pattern_floor(walker->mining))
    return RECS_OK;
  RECS_TRY(look_up(walker));
  RECS_TRY(recs__grow(walker->mining->base->context, &walker->words, &walker->word_room, *depth + 1, sizeof *walker->words));
  walker->words[*depth] = level->words[branch];
  RECS_TRY(recs__pattern_put(walker->mining, walker->thread, walker->words, (uint32_t)*depth + 1, support));
  RECS_TRY(expand(walker, *depth + 1, level, level->words[branch], level->places + level->begins[branch],
                  (size_t)(level->begins[branch + 1] - level->begins[branch])));
  *depth += walker->levels[*depth + 1]->branches > 0;
  return RECS_OK;
}

/* The places of a single item. */
static int32_t first_places(recs__pattern_walker *walker, recs__pattern_level *level, uint32_t code, size_t *count) {
  const recs__pattern_base *base = walker->mining->base;
  *count = (size_t)(base->offsets[code + 1] - base->offsets[code]);
  RECS_TRY(recs__grow(base->context, &level->places, &level->place_room, *count, sizeof *level->places));
  for (size_t i = 0; i < *count; i++) {
    uint32_t place = base->places[base->offsets[code] + i];
    level->places[i] = (recs__pattern_place){place, base->simple ? 0 : base->reach[place]};
  }
  return RECS_OK;
}

/* The first branch of a share. Shares are ranges of words, not of branches: which branches there are depends on how far the least count
 * has risen. */
static uint32_t share_begin(const recs__pattern_walker *walker, const recs__pattern_level *level, uint32_t share, uint32_t shares) {
  uint64_t items = walker->mining->base->items, bound = 2 * items * share / shares;
  uint32_t branch = 0;
  if (!walker->mining->base->sets)
    bound = items + items * share / shares; /* every word begins an element */
  for (; branch < level->branches; branch++) {
    uint32_t word = level->words[branch];
    if ((word & ~RECS__STEP) + ((word & RECS__STEP) != 0 ? items : 0) >= bound)
      break;
  }
  return branch;
}

/* Everything that begins with one item, or a share of it. */
static int32_t walk(recs__pattern_walker *walker, uint32_t code, uint32_t share, uint32_t shares) {
  const recs__pattern_base *base = walker->mining->base;
  recs__pattern_level *root = level_at(walker, 0), *level; /* the root keeps the item's own places */
  size_t depth = 1, count;
  if (root == NULL)
    return recs__fail_nomem();
  if (base->supports[code] < recs__pattern_floor(walker->mining))
    return RECS_OK;
  RECS_TRY(recs__grow(base->context, &walker->words, &walker->word_room, 1, sizeof *walker->words));
  walker->words[0] = code | RECS__STEP;
  if (share == 0)
    RECS_TRY(recs__pattern_put(walker->mining, walker->thread, walker->words, 1, base->supports[code]));
  RECS_TRY(first_places(walker, root, code, &count));
  RECS_TRY(expand(walker, 1, NULL, walker->words[0], root->places, count));
  level = walker->levels[1];
  level->next = share_begin(walker, level, share, shares);
  level->last = share_begin(walker, level, share + 1, shares);
  while (depth > 0) {
    level = walker->levels[depth];
    if (level->next < level->last)
      RECS_TRY(take_branch(walker, &depth));
    else
      depth -= 1;
  }
  return RECS_OK;
}

/* What the threads of a search share. */
typedef struct searching {
  recs__pattern_mining *mining;
  recs__pattern_walker **walkers;
  const uint64_t *order; /* the items, those of the largest support first */
  uint32_t shares;       /* tasks an item */
} searching;

static int32_t search_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const searching *self = payload;
  recs__pattern_mining *mining = self->mining;
  for (size_t task = begin; task < end; task++) {
    uint32_t code = (uint32_t)self->order[task / self->shares], share = (uint32_t)(task % self->shares);
    if (self->walkers[thread] == NULL && (self->walkers[thread] = recs__pattern_walker_new(mining, thread)) == NULL)
      return recs__fail_nomem();
    RECS_TRY(recs__pattern_begin(mining, thread, code * self->shares + share));
    RECS_TRY(walk(self->walkers[thread], code, share, self->shares));
    recs__pattern_end(mining, thread);
    atomic_fetch_add(&mining->done, 1);
  }
  return RECS_OK;
}

/* The items in the order in which they are searched: large ones first, so that threads end together and the least count rises soon; as
 * they stand, when patterns are handed out. */
static uint64_t *search_order(const recs__pattern_mining *mining) {
  const recs__pattern_base *base = mining->base;
  uint64_t *order = recs__alloc(base->context, base->items, sizeof *order);
  for (uint32_t code = 0; order != NULL && code < base->items; code++)
    order[code] = (uint64_t)(mining->found != NULL ? 0 : UINT32_MAX - base->supports[code]) << 32 | code;
  if (order != NULL)
    recs__sort_u64(order, base->items);
  return order;
}

int32_t recs__patterns_search(recs__pattern_mining *mining, const recs__progress *progress) {
  const recs__pattern_base *base = mining->base;
  searching self = {.mining = mining, .shares = 1};
  uint64_t *order = search_order(mining);
  int32_t status = RECS_OK;
  self.order = order;
  self.walkers = recs__alloc_zero(base->context, mining->threads, sizeof(recs__pattern_walker *));
  if (order == NULL || self.walkers == NULL)
    RECS_GO(recs__fail_nomem());
  if (mining->threads > 1 && mining->found == NULL && base->items > 0)
    self.shares += TASKS_A_THREAD * mining->threads / base->items;
  mining->tasks = (size_t)base->items * self.shares;
  mining->progress = progress;
  if (mining->found != NULL)
    RECS_GO(search_range(&self, 0, 0, mining->tasks));
  else
    RECS_GO(recs__parallel(base->context, mining->tasks, 1, search_range, &self, progress));
cleanup:
  for (uint32_t thread = 0; thread < mining->threads && self.walkers != NULL; thread++)
    recs__pattern_walker_free(self.walkers[thread], base->context);
  recs__free(base->context, self.walkers);
  recs__free(base->context, order);
  return status;
}
