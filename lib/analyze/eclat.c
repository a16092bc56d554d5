/* Depth first over sets of baskets (Zaki 1997). Under each first item only its own baskets are looked at, numbered anew from 0, so that
 * the sets of a branch are short runs of bits whatever the density of the data. Closed and maximal itemsets are found by taking along what was left
 * out (Uno, Kiyomi and Arimura 2004): an item that was passed over and that all baskets of a branch hold makes all its sets not closed. */
#include "lib/analyze/bits.h"
#include "lib/analyze/miner.h"
#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <string.h>

/* An item that may extend the prefix, or that was passed over: in these baskets of the prefix. */
typedef struct extension {
  uint32_t code;
  uint32_t support;
  uint64_t *bits;
} extension;

/* What there is to extend a prefix by. */
typedef struct level {
  struct level *next; /* of the longer prefixes; made on first use */
  extension *list;    /* those passed over first, then the others by code */
  size_t passed;
  size_t count;
  size_t list_room;
  uint64_t *bits;
  size_t bits_room;
} level;

/* One thread's scratch. */
typedef struct worker {
  recs__mining *mining;
  uint32_t thread;
  recs__intersect_fn intersect;
  level *first;
  uint32_t *prefix; /* codes; as long as a basket can be */
  uint32_t size;
  uint32_t *counts; /* by code: in the first item's baskets */
  uint64_t *met;    /* codes whose count is not 0 */
  size_t met_count;
  size_t words;     /* of a set of baskets */
} worker;

static level *new_level(const recs_context *context) {
  return recs__alloc_zero(context, 1, sizeof(level));
}

static int32_t make_room(level *place, const recs_context *context, size_t count, size_t words) {
  if (words > 0 && count > SIZE_MAX / words)
    return recs__fail_nomem();
  RECS_TRY(recs__grow(context, &place->list, &place->list_room, count, sizeof *place->list));
  return recs__grow(context, &place->bits, &place->bits_room, count * words, sizeof *place->bits);
}

static void free_levels(level *place, const recs_context *context) {
  while (place != NULL) {
    level *next = place->next;
    recs__free(context, place->list);
    recs__free(context, place->bits);
    recs__free(context, place);
    place = next;
  }
}

static int32_t worker_init(worker *self, recs__mining *mining, uint32_t thread) {
  const recs__baskets *baskets = mining->baskets;
  self->mining = mining;
  self->thread = thread;
  self->intersect = recs__intersect(baskets->context->cpu);
  self->first = new_level(baskets->context);
  self->prefix = recs__alloc(baskets->context, baskets->items, sizeof *self->prefix);
  self->counts = recs__alloc_zero(baskets->context, baskets->items, sizeof *self->counts);
  self->met = recs__alloc(baskets->context, baskets->items, sizeof *self->met);
  return self->first == NULL || self->prefix == NULL || self->counts == NULL || self->met == NULL ? recs__fail_nomem()
                                                                                                   : RECS_OK;
}

static void worker_free(worker *self) {
  const recs_context *context = self->mining == NULL ? NULL : self->mining->baskets->context;
  if (context == NULL)
    return;
  free_levels(self->first, context);
  recs__free(context, self->prefix);
  recs__free(context, self->counts);
  recs__free(context, self->met);
}

/* Extends the next level by what stays frequent together with `with`. */
static void intersect_range(const worker *self, level *out, const level *from, size_t begin, size_t end, const extension *with) {
  for (size_t i = begin; i < end; i++) {
    extension *next = &out->list[out->count];
    next->bits = out->bits + out->count * self->words;
    next->code = from->list[i].code;
    next->support = self->intersect(next->bits, from->list[i].bits, with->bits, self->words);
    out->count += next->support >= self->mining->baskets->min_count;
  }
}

static int32_t descend(const worker *self, level *from, size_t place) {
  const recs_context *context = self->mining->baskets->context;
  int all = self->mining->options.kind == RECS_ITEMSETS_ALL;
  level *out;
  if (from->next == NULL)
    from->next = new_level(context);
  out = from->next;
  if (out == NULL)
    return recs__fail_nomem();
  RECS_TRY(make_room(out, context, from->count, self->words));
  out->count = 0;
  if (!all)
    intersect_range(self, out, from, 0, place, &from->list[place]);
  out->passed = out->count;
  intersect_range(self, out, from, place + 1, from->count, &from->list[place]);
  return RECS_OK;
}

/* Whether an item that was passed over is in all baskets of the prefix. */
static int is_covered(const level *place, uint32_t support) {
  for (size_t i = 0; i < place->passed; i++) {
    if (place->list[i].support == support)
      return 1;
  }
  return 0;
}

/* Items that are in all baskets of the prefix belong to its closure: they join the prefix. */
static void absorb(worker *self, level *place, uint32_t support) {
  size_t kept = place->passed;
  for (size_t i = place->passed; i < place->count; i++) {
    if (place->list[i].support == support)
      self->prefix[self->size++] = place->list[i].code;
    else
      place->list[kept++] = place->list[i];
  }
  place->count = kept;
}

static int32_t report(worker *self, const level *place, uint32_t support) {
  if (self->mining->options.kind == RECS_ITEMSETS_MAXIMAL && place->count > 0)
    return RECS_OK;
  return recs__mining_found(self->mining, self->thread, self->prefix, self->size, support);
}

/* All itemsets that begin with the prefix. */
static int32_t search(worker *self, level *place, uint32_t support) {
  uint32_t size = self->size;
  if (self->mining->options.kind != RECS_ITEMSETS_ALL) {
    if (is_covered(place, support))
      return RECS_OK;
    absorb(self, place, support);
  }
  RECS_TRY(report(self, place, support));
  for (size_t i = place->passed; i < place->count && !recs__mining_deep_enough(self->mining, self->size); i++) {
    uint32_t own = place->list[i].support;
    RECS_TRY(descend(self, place, i));
    self->prefix[self->size++] = place->list[i].code;
    RECS_TRY(search(self, place->next, own));
    self->size -= 1;
  }
  self->size = size;
  return RECS_OK;
}

/* The codes beside `code` in one of its baskets: those behind it, and, where what was passed over matters, those before it. */
typedef struct neighborhood {
  const uint32_t *begin, *own, *end;
} neighborhood;

static neighborhood look_around(const recs__baskets *baskets, int64_t place, int all) {
  uint32_t basket = baskets->places[place];
  neighborhood found;
  found.end = baskets->codes + baskets->offsets[basket + 1];
  found.own = found.end - baskets->tails[place] - 1;
  found.begin = all ? found.own : baskets->codes + baskets->offsets[basket];
  return found;
}

/* How often each code stands beside `code`. */
static void count_partners(worker *self, uint32_t code) {
  const recs__baskets *baskets = self->mining->baskets;
  int all = self->mining->options.kind == RECS_ITEMSETS_ALL;
  self->met_count = 0;
  for (int64_t place = baskets->places_of[code]; place < baskets->places_of[code + 1]; place++) {
    neighborhood around = look_around(baskets, place, all);
    for (const uint32_t *other = around.begin; other < around.end; other++) {
      if (self->counts[*other]++ == 0)
        self->met[self->met_count++] = *other;
    }
  }
  recs__sort_u64(self->met, self->met_count);
}

/* Lists the codes that are frequent together with `code`, in order, and leaves in `counts` where each stands in the list, from 1 on. */
static int32_t list_partners(worker *self, uint32_t code) {
  const recs__baskets *baskets = self->mining->baskets;
  level *first = self->first;
  RECS_TRY(make_room(first, baskets->context, self->met_count, self->words));
  first->count = 0;
  first->passed = 0;
  for (size_t i = 0; i < self->met_count; i++) {
    uint32_t other = (uint32_t)self->met[i], support = self->counts[other];
    self->counts[other] = 0;
    if (support < baskets->min_count || other == code)
      continue;
    first->list[first->count] = (extension){other, support, first->bits + first->count * self->words};
    self->counts[other] = (uint32_t)++first->count;
    first->passed += other < code;
  }
  if (first->count > 0)
    memset(first->bits, 0, first->count * self->words * sizeof *first->bits);
  return RECS_OK;
}

static void set_bits(worker *self, uint32_t code) {
  const recs__baskets *baskets = self->mining->baskets;
  int all = self->mining->options.kind == RECS_ITEMSETS_ALL;
  int64_t begin = baskets->places_of[code];
  for (int64_t place = begin; place < baskets->places_of[code + 1]; place++) {
    neighborhood around = look_around(baskets, place, all);
    size_t number = (size_t)(place - begin);
    for (const uint32_t *other = around.begin; other < around.end; other++) {
      uint32_t listed = self->counts[*other];
      if (listed != 0)
        self->first->list[listed - 1].bits[number >> 6] |= UINT64_C(1) << (number & 63);
    }
  }
}

/* All itemsets whose first item is `code`. */
static int32_t mine_first(worker *self, uint32_t code) {
  const recs__baskets *baskets = self->mining->baskets;
  self->words = ((size_t)baskets->supports[code] + 63) / 64;
  count_partners(self, code);
  RECS_TRY(list_partners(self, code));
  set_bits(self, code);
  for (size_t i = 0; i < self->first->count; i++)
    self->counts[self->first->list[i].code] = 0;
  self->prefix[0] = code;
  self->size = 1;
  return search(self, self->first, baskets->supports[code]);
}

static int32_t mine_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  worker *self = (worker *)payload + thread;
  for (size_t code = begin; code < end; code++)
    RECS_TRY(mine_first(self, (uint32_t)code));
  return RECS_OK;
}

int32_t recs__mine_eclat(recs__mining *mining, const recs__progress *progress) {
  const recs__baskets *baskets = mining->baskets;
  worker *workers = recs__alloc_zero(baskets->context, mining->threads, sizeof *workers);
  int32_t status = RECS_OK;
  if (workers == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < mining->threads && status == RECS_OK; thread++)
    status = worker_init(&workers[thread], mining, thread);
  if (status == RECS_OK)
    status = recs__parallel(baskets->context, baskets->items, 1, mine_range, workers, progress);
  for (uint32_t thread = 0; thread < mining->threads; thread++)
    worker_free(&workers[thread]);
  recs__free(baskets->context, workers);
  return status;
}
