#include "lib/analyze/baskets/bundles.h"

#include "lib/base/keyed.h"
#include "lib/base/memory.h"
#include "lib/base/sort.h"

#include <recs/analyze.h>

#include <string.h>

enum { HEAD_WORDS = sizeof(recs__bundle) / sizeof(uint32_t), CUT_STEP = 64 };

static void lock(recs__bundles *bundles) {
#ifdef RECS_THREADS
  pthread_mutex_lock(&bundles->lock);
#else
  (void)bundles;
#endif
}

static void unlock(recs__bundles *bundles) {
#ifdef RECS_THREADS
  pthread_mutex_unlock(&bundles->lock);
#else
  (void)bundles;
#endif
}

int32_t recs__bundles_init(recs__bundles *bundles, const recs_context *context, uint32_t min_count) {
  memset(bundles, 0, sizeof *bundles);
#ifdef RECS_THREADS
  if (pthread_mutex_init(&bundles->lock, NULL) != 0)
    return recs__fail_nomem();
#endif
  bundles->context = context;
  bundles->min_size = 1;
  bundles->max_size = UINT32_MAX;
  bundles->limit_sets = bundles->limit_bytes = UINT64_MAX;
  atomic_init(&bundles->wanted, (uint64_t)min_count << 32);
  return RECS_OK;
}

static void free_chunks(recs__bundles *bundles) {
  while (bundles->chunks != NULL) {
    recs__chunk *chunk = bundles->chunks;
    bundles->chunks = chunk->next;
    recs__free(bundles->context, chunk);
  }
  bundles->chunk_count = 0;
}

void recs__bundles_free(recs__bundles *bundles) {
  if (bundles->context == NULL)
    return;
  free_chunks(bundles);
#ifdef RECS_THREADS
  pthread_mutex_destroy(&bundles->lock);
#endif
  bundles->context = NULL;
}

recs__chunk *recs__chunk_new(const recs_context *context, uint32_t room) {
  recs__chunk *chunk = recs__alloc(context, 1, sizeof *chunk + (size_t)room * sizeof *chunk->words);
  if (chunk != NULL)
    *chunk = (recs__chunk){.room = room};
  return chunk;
}

static uint32_t words_of(const recs__bundle *bundle) {
  return HEAD_WORDS + bundle->base + bundle->optional;
}

recs__bundle *recs__chunk_next(recs__chunk *chunk, const recs__bundle *bundle) {
  uint32_t *next = bundle == NULL ? chunk->words : chunk->words + ((const uint32_t *)bundle - chunk->words) + words_of(bundle);
  return next == chunk->words + chunk->used ? NULL : (recs__bundle *)(void *)next;
}

static uint64_t add(uint64_t a, uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b) {
  uint64_t product;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* C(n, k + 1) from C(n, k). */
static uint64_t next_choice(uint64_t choices, uint32_t n, uint32_t k) {
  unsigned __int128 next;
  if (choices <= UINT32_MAX)
    return choices * (n - k) / (k + 1);
  if (choices == UINT64_MAX)
    return choices;
  next = (unsigned __int128)choices * (n - k) / (k + 1);
  return next > UINT64_MAX ? UINT64_MAX : (uint64_t)next;
}

uint64_t recs__bundle_sets(const recs__bundle *bundle, uint32_t smallest, uint32_t largest) {
  uint32_t n = bundle->optional, most = largest < bundle->base ? 0 : largest - bundle->base;
  uint64_t choices = 1, sets = 0;
  if (largest < bundle->base || smallest > bundle->base + n)
    return 0;
  if (smallest <= bundle->base && most >= n)
    return n < 64 ? UINT64_C(1) << n : UINT64_MAX;
  for (uint32_t k = 0; k <= n && k <= most && sets != UINT64_MAX; k++) {
    if (bundle->base + k >= smallest)
      sets = add(sets, choices);
    choices = next_choice(choices, n, k);
  }
  return sets;
}

void recs__bundle_add_sizes(uint64_t *counts, const recs__bundle *bundle, uint32_t smallest, uint32_t largest) {
  uint64_t choices = 1;
  for (uint32_t k = 0; k <= bundle->optional && bundle->base + k <= largest; k++) {
    if (bundle->base + k >= smallest)
      counts[bundle->base + k] += choices;
    if (k == bundle->optional)
      break;
    choices = next_choice(choices, bundle->optional, k);
  }
}

uint32_t recs__bundle_largest(const recs__bundles *bundles, const recs__bundle *bundle) {
  uint64_t wanted = atomic_load_explicit(&bundles->wanted, memory_order_relaxed);
  uint32_t largest = UINT32_MAX - (uint32_t)wanted;
  if (bundle->support > wanted >> 32)
    return bundles->max_size;
  if (bundle->support < wanted >> 32)
    return 0;
  return largest < bundles->max_size ? largest : bundles->max_size;
}

void recs__bundle_trim(const recs__bundles *bundles, recs__bundle *bundle) {
  if (recs__bundle_largest(bundles, bundle) <= bundle->base)
    bundle->optional = 0;
}

/* What sets of one size take at most: as a bundle each with what sorting bundles needs, and written out. How sets are bundleed
 * must not matter, for that may depend on chance. */
static uint64_t bytes_of(uint64_t sets, uint32_t size) {
  return times(sets, (uint64_t)size * 2 * sizeof(uint32_t) + 3 * sizeof(recs__keyed));
}

static void add_weight(recs__weight *to, recs__weight more) {
  to->sets = add(to->sets, more.sets);
  to->bytes = add(to->bytes, more.bytes);
}

recs__weight recs__bundle_weight(const recs__bundles *bundles, const recs__bundle *bundle) {
  uint32_t largest = recs__bundle_largest(bundles, bundle);
  recs__weight sum = {0, 0};
  uint64_t choices = 1;
  for (uint32_t k = 0; k <= bundle->optional && bundle->base + k <= largest && sum.bytes != UINT64_MAX; k++) {
    uint32_t size = bundle->base + k;
    if (size >= bundles->min_size)
      add_weight(&sum, (recs__weight){choices, bytes_of(choices, size)});
    choices = next_choice(choices, bundle->optional, k);
  }
  return sum;
}

static int fits(const recs__bundles *bundles, recs__weight sum) {
  return sum.sets <= bundles->limit_sets && sum.bytes <= bundles->limit_bytes;
}

static void no_order(const void *payload, recs__keyed *same, size_t count) {
  (void)payload;
  (void)same;
  (void)count;
}

static int32_t list_records(recs__keyed **out, const recs__bundles *bundles) {
  recs__keyed *list = recs__alloc(bundles->context, bundles->records, sizeof *list);
  size_t count = 0;
  *out = list;
  if (list == NULL)
    return recs__fail_nomem();
  for (recs__chunk *chunk = bundles->chunks; chunk != NULL; chunk = chunk->next) {
    for (recs__bundle *bundle = recs__chunk_next(chunk, NULL); bundle != NULL; bundle = recs__chunk_next(chunk, bundle))
      list[count++] = (recs__keyed){UINT32_MAX - bundle->support, bundle};
  }
  recs__sort_keyed(list, count, no_order, NULL);
  return RECS_OK;
}

/* The rank at which the bundles of one support, which do not fit whole, are cut: after the size that reaches the wanted number of
 * sets, or before the one that exceeds the bytes. `sum` is what comes before them. */
static uint64_t cut_level(recs__bundles *bundles, const recs__keyed *level, size_t count, recs__weight sum, uint64_t old) {
  uint32_t support = ((const recs__bundle *)level->element)->support, first = UINT32_MAX, last = UINT32_MAX - (uint32_t)old;
  for (size_t i = 0; i < count; i++) {
    const recs__bundle *bundle = level[i].element;
    first = bundle->base < first ? bundle->base : first;
  }
  if (first < bundles->min_size)
    first = bundles->min_size;
  if (support > old >> 32 || last > bundles->max_size)
    last = bundles->max_size;
  for (uint32_t size = first; size <= last; size++) {
    for (size_t i = 0; i < count; i++) {
      const recs__bundle *bundle = level[i].element;
      uint64_t sets = recs__bundle_sets(bundle, size, size);
      add_weight(&sum, (recs__weight){sets, bytes_of(sets, size)});
    }
    bundles->cut_by = sum.bytes > bundles->limit_bytes ? RECS_CUT_MEMORY : RECS_CUT_TOP;
    if (sum.bytes > bundles->limit_bytes)
      return size == first ? ((uint64_t)support + 1) << 32 : recs__set_rank(support, size - 1);
    if (sum.sets >= bundles->limit_sets)
      return recs__set_rank(support, size);
  }
  return (uint64_t)support << 32;
}

/* The rank of the least set that fits. */
static uint64_t find_cut(recs__bundles *bundles, const recs__keyed *list) {
  uint64_t old = atomic_load(&bundles->wanted);
  recs__weight sum = {0, 0};
  size_t begin = 0, end = 0;
  while (begin < bundles->records) {
    recs__weight level = {0, 0};
    for (end = begin; end < bundles->records && list[end].key == list[begin].key; end++)
      add_weight(&level, recs__bundle_weight(bundles, list[end].element));
    add_weight(&level, sum);
    if (!fits(bundles, level))
      return cut_level(bundles, list + begin, end - begin, sum, old);
    sum = level;
    begin = end;
  }
  return old;
}

static int is_kept(const recs__bundles *bundles, const recs__bundle *bundle) {
  uint32_t smallest = bundle->base < bundles->min_size ? bundles->min_size : bundle->base;
  return recs__bundles_want(bundles, bundle->support, smallest);
}

static void count_chunk(recs__bundles *bundles, recs__chunk *chunk) {
  recs__weight sum = {bundles->sets, bundles->bytes};
  for (recs__bundle *bundle = recs__chunk_next(chunk, NULL); bundle != NULL; bundle = recs__chunk_next(chunk, bundle)) {
    add_weight(&sum, recs__bundle_weight(bundles, bundle));
    bundles->records += 1;
  }
  bundles->sets = sum.sets;
  bundles->bytes = sum.bytes;
}

/* Closes the gaps of the records that are not wanted any more. */
static void thin_chunk(const recs__bundles *bundles, recs__chunk *chunk) {
  uint32_t from = 0, used = 0;
  while (from < chunk->used) {
    recs__bundle *bundle = (recs__bundle *)(void *)(chunk->words + from);
    uint32_t words = words_of(bundle);
    from += words;
    if (!is_kept(bundles, bundle))
      continue;
    recs__bundle_trim(bundles, bundle);
    words = words_of(bundle);
    memmove(chunk->words + used, bundle, words * sizeof *chunk->words);
    used += words;
  }
  chunk->used = used;
}

/* Throws away what ranks below `wanted`, and counts anew. */
static void sweep(recs__bundles *bundles) {
  recs__chunk *old = bundles->chunks;
  bundles->chunks = NULL;
  bundles->chunk_count = 0;
  bundles->sets = bundles->bytes = bundles->records = 0;
  while (old != NULL) {
    recs__chunk *chunk = old, *smaller;
    old = chunk->next;
    thin_chunk(bundles, chunk);
    if (chunk->used == 0) {
      recs__free(bundles->context, chunk);
      continue;
    }
    if (chunk->used < chunk->room) {
      smaller = recs__realloc(bundles->context, chunk, 1, sizeof *chunk + chunk->used * sizeof *chunk->words);
      chunk = smaller == NULL ? chunk : smaller;
      chunk->room = chunk->used;
    }
    chunk->next = bundles->chunks;
    bundles->chunks = chunk;
    bundles->chunk_count += 1;
    count_chunk(bundles, chunk);
  }
}

uint64_t recs__bundles_complete(const recs__bundles *bundles) {
  uint64_t wanted = atomic_load(&bundles->wanted);
  return (wanted >> 32) + ((uint32_t)wanted != 0);
}

static int32_t cut(recs__bundles *bundles) {
  recs__keyed *list;
  int32_t status = list_records(&list, bundles);
  if (status == RECS_OK) {
    uint64_t least = find_cut(bundles, list), old = atomic_load(&bundles->wanted);
    atomic_store(&bundles->wanted, least > old ? least : old);
    sweep(bundles);
    bundles->next_cut = bundles->records + bundles->records / 4 + CUT_STEP;
  }
  recs__free(bundles->context, list);
  return status;
}

static int is_full(const recs__bundles *bundles) {
  return !fits(bundles, (recs__weight){bundles->sets, bundles->bytes});
}

void recs__bundles_raise(recs__bundles *bundles, uint32_t support) {
  uint64_t least = (uint64_t)support << 32, old = atomic_load(&bundles->wanted);
  while (old < least && !atomic_compare_exchange_weak(&bundles->wanted, &old, least))
    continue;
}

void recs__bundles_drop(recs__bundles *bundles) {
  lock(bundles);
  free_chunks(bundles);
  atomic_store(&bundles->dropped, 1);
  unlock(bundles);
}

int32_t recs__bundles_add(recs__bundles *bundles, recs__chunk *chunk) {
  int32_t status = RECS_OK;
  lock(bundles);
  if (atomic_load(&bundles->dropped)) {
    unlock(bundles);
    recs__free(bundles->context, chunk);
    return RECS_OK;
  }
  chunk->next = bundles->chunks;
  bundles->chunks = chunk;
  bundles->chunk_count += 1;
  if (recs__bundles_limited(bundles)) {
    count_chunk(bundles, chunk);
    if (is_full(bundles) && !bundles->scouted && bundles->records >= bundles->next_cut)
      status = cut(bundles);
  }
  unlock(bundles);
  return status;
}

static int compare_chunks(const void *a, const void *b) {
  const recs__chunk *left = *(recs__chunk *const *)a, *right = *(recs__chunk *const *)b;
  if (left->task != right->task)
    return left->task < right->task ? -1 : 1;
  return left->part < right->part ? -1 : 1;
}

int32_t recs__bundles_sorted(recs__chunk ***out, recs__bundles *bundles) {
  size_t count = 0;
  if (recs__bundles_limited(bundles) && is_full(bundles))
    RECS_TRY(cut(bundles));
  *out = recs__alloc(bundles->context, bundles->chunk_count, sizeof **out);
  if (*out == NULL)
    return recs__fail_nomem();
  for (recs__chunk *chunk = bundles->chunks; chunk != NULL; chunk = chunk->next)
    (*out)[count++] = chunk;
  recs__sort(*out, count, sizeof **out, compare_chunks);
  return RECS_OK;
}
