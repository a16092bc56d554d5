/* Apriori as it was named: level by level, candidates from the frequent itemsets of the level before, counted in one
 * pass over the baskets through a prefix tree (Agrawal and Srikant 1994; Borgelt 2003). */
#include "lib/analyze/baskets/miner.h"
#include "lib/base/parallel.h"

#include <string.h>

enum { GRAIN = 4096 };

/* Itemsets of one size in lexicographic order of their codes; as candidates, a tree whose inner nodes are shared
 * prefixes. */
typedef struct sets {
  uint32_t size;
  uint32_t *codes; /* count x size */
  uint32_t *supports;
  size_t count, code_room, support_room;
} sets;

/* Counting: the candidates, and one array of counts a thread. */
typedef struct tally {
  const recs__mining *mining;
  const sets *candidates;
  uint32_t **counts;
  uint32_t threads;
} tally;

static int32_t add_set(sets *out, const recs_context *context, const uint32_t *prefix, uint32_t last) {
  uint32_t *place;
  RECS_TRY(recs__grow(context, &out->codes, &out->code_room, (out->count + 1) * out->size, sizeof *out->codes));
  RECS_TRY(recs__grow(context, &out->supports, &out->support_room, out->count + 1, sizeof *out->supports));
  place = out->codes + out->count * out->size;
  if (out->size > 1)
    memcpy(place, prefix, (out->size - 1) * sizeof *prefix);
  place[out->size - 1] = last;
  out->supports[out->count++] = 0;
  return RECS_OK;
}

static void free_sets(sets *freed, const recs_context *context) {
  recs__free(context, freed->codes);
  recs__free(context, freed->supports);
  memset(freed, 0, sizeof *freed);
}

static int compare(const uint32_t *a, const uint32_t *b, uint32_t size) {
  for (uint32_t k = 0; k < size; k++) {
    if (a[k] != b[k])
      return a[k] < b[k] ? -1 : 1;
  }
  return 0;
}

static int is_frequent(const sets *level, const uint32_t *codes) {
  size_t low = 0, high = level->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(level->codes + middle * level->size, codes, level->size);
    if (order == 0)
      return 1;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return 0;
}

/* Whether all subsets with one item fewer are frequent. The two without the last or the last but one are, by the join.
 */
static int may_be_frequent(const sets *level, const uint32_t *prefix, uint32_t last, uint32_t *subset) {
  for (uint32_t left_out = 0; left_out + 1 < level->size; left_out++) {
    uint32_t size = 0;
    for (uint32_t k = 0; k < level->size; k++) {
      if (k != left_out)
        subset[size++] = prefix[k];
    }
    subset[size] = last;
    if (!is_frequent(level, subset))
      return 0;
  }
  return 1;
}

/* Joins sets that differ in their last item only. */
static int32_t join(sets *out, const sets *level, const recs_context *context) {
  uint32_t *subset = recs__alloc(context, level->size, sizeof *subset);
  int32_t status = subset == NULL ? recs__fail_nomem() : RECS_OK;
  out->size = level->size + 1;
  for (size_t a = 0; a < level->count && status == RECS_OK; a++) {
    const uint32_t *first = level->codes + a * level->size;
    for (size_t b = a + 1; b < level->count && status == RECS_OK; b++) {
      const uint32_t *second = level->codes + b * level->size;
      if (compare(first, second, level->size - 1) != 0)
        break;
      if (may_be_frequent(level, first, second[level->size - 1], subset))
        status = add_set(out, context, first, second[level->size - 1]);
    }
  }
  recs__free(context, subset);
  return status;
}

/* The first candidate of [begin, end) whose code at `depth` is not below `code`. */
static size_t seek(const sets *candidates, size_t begin, size_t end, uint32_t depth, uint32_t code) {
  while (begin < end) {
    size_t middle = begin + (end - begin) / 2;
    if (candidates->codes[middle * candidates->size + depth] < code)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

/* Counts the candidates of [begin, end), which share their first `depth` codes with the basket, that go on in what is
 * left of it. */
static void count_basket(uint32_t *counts, const sets *candidates, size_t begin, size_t end, uint32_t depth,
                         const uint32_t *codes, const uint32_t *codes_end, uint32_t weight) {
  for (; begin < end && (size_t)(codes_end - codes) >= candidates->size - depth; codes++) {
    size_t stop;
    begin = seek(candidates, begin, end, depth, *codes);
    stop = *codes == RECS_NO_ROW - 1 ? end : seek(candidates, begin, end, depth, *codes + 1);
    if (begin < stop && depth + 1 == candidates->size)
      counts[begin] += weight;
    else if (begin < stop)
      count_basket(counts, candidates, begin, stop, depth + 1, codes + 1, codes_end, weight);
    begin = stop;
  }
}

/* Counts the baskets that begin at a place of the range. */
static int32_t count_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const tally *self = payload;
  const recs__baskets *baskets = self->mining->baskets;
  const uint32_t *codes = baskets->codes;
  uint32_t level = 0;
  for (size_t place = begin; place < end; place++) {
    size_t basket = place + 1;
    if (codes[place] != RECS__BASKET_END || basket == baskets->begins[RECS__BASKET_LEVELS])
      continue;
    while (basket >= baskets->begins[level + 1])
      level += 1;
    for (place = basket; codes[place + 1] != RECS__BASKET_END; place++)
      continue;
    count_basket(self->counts[thread], self->candidates, 0, self->candidates->count, 0, codes + basket,
                 codes + place + 1, UINT32_C(1) << level);
  }
  return RECS_OK;
}

static void tally_free(tally *self) {
  for (uint32_t thread = 0; thread < self->threads && self->counts != NULL; thread++)
    recs__free(self->mining->context, self->counts[thread]);
  recs__free(self->mining->context, self->counts);
}

static int32_t tally_init(tally *self) {
  const recs_context *context = self->mining->context;
  self->threads = recs__parallel_threads(context, self->mining->baskets->begins[RECS__BASKET_LEVELS], GRAIN);
  self->counts = recs__alloc_zero(context, self->threads, sizeof *self->counts);
  if (self->counts == NULL)
    return recs__fail_nomem();
  for (uint32_t thread = 0; thread < self->threads; thread++) {
    self->counts[thread] = recs__alloc_zero(context, self->candidates->count, sizeof **self->counts);
    if (self->counts[thread] == NULL)
      return recs__fail_nomem();
  }
  return RECS_OK;
}

/* Counts all candidates, and keeps the frequent ones. */
static int32_t count_candidates(sets *candidates, const recs__mining *mining, const recs__progress *progress) {
  tally self = {.mining = mining, .candidates = candidates};
  size_t kept = 0;
  int32_t status;
  RECS_GO(tally_init(&self));
  RECS_GO(recs__parallel(mining->context, mining->baskets->begins[RECS__BASKET_LEVELS], GRAIN, count_range, &self,
                         progress));
  for (size_t i = 0; i < candidates->count; i++) {
    uint64_t support = 0;
    for (uint32_t thread = 0; thread < self.threads; thread++)
      support += self.counts[thread][i];
    if (support < recs__search_minimum(&mining->searches[0]))
      continue;
    memmove(candidates->codes + kept * candidates->size, candidates->codes + i * candidates->size,
            candidates->size * sizeof *candidates->codes);
    candidates->supports[kept++] = (uint32_t)support;
  }
  candidates->count = kept;
cleanup:
  tally_free(&self);
  return status;
}

static int32_t report(recs__search *search, const sets *level) {
  recs__search_begin(search, level->size);
  for (size_t i = 0; i < level->count; i++) {
    search->size = search->fixed;
    for (uint32_t k = 0; k < level->size; k++)
      recs__search_push(search, search->mining->baskets->rows[level->codes[i * level->size + k]]);
    RECS_TRY(recs__search_found(search, level->supports[i], 0));
  }
  return recs__search_end(search);
}

static int32_t first_level(sets *out, const recs_context *context, const recs__baskets *baskets) {
  out->size = 1;
  for (uint32_t code = 0; code < baskets->items; code++) {
    RECS_TRY(add_set(out, context, NULL, code));
    out->supports[code] = baskets->supports[code];
  }
  return RECS_OK;
}

/* The frequent sets of two items. Any two frequent items are candidates: too many to list, so that they are counted
 * item by item. */
static int32_t list_pairs(sets *out, uint32_t *counts, const recs__mining *mining, const recs__progress *progress) {
  const recs__baskets *baskets = mining->baskets;
  for (uint32_t code = 0; code < baskets->items; code++) {
    uint32_t level = 0;
    for (uint32_t i = baskets->offsets[code]; i < baskets->offsets[code + 1]; i++) {
      const uint32_t *other = baskets->codes + baskets->places[i] + 1;
      while (baskets->places[i] >= baskets->begins[level + 1])
        level += 1;
      for (; *other != RECS__BASKET_END; other++)
        counts[*other] += UINT32_C(1) << level;
    }
    for (uint32_t other = code + 1; other < baskets->items; other++) {
      if (counts[other] >= recs__search_minimum(&mining->searches[0]) &&
          !recs__taxonomy_related(baskets->taxonomy, baskets->rows[code], baskets->rows[other])) {
        RECS_TRY(add_set(out, mining->context, &code, other));
        out->supports[out->count - 1] = counts[other];
      }
      counts[other] = 0;
    }
    RECS_TRY(recs__progress_at(progress, (double)code / baskets->items));
  }
  return RECS_OK;
}

static int32_t second_level(sets *out, const recs__mining *mining, const recs__progress *progress) {
  uint32_t *counts = recs__alloc_zero(mining->context, mining->baskets->items, sizeof *counts);
  int32_t status;
  out->size = 2;
  status = counts == NULL ? recs__fail_nomem() : list_pairs(out, counts, mining, progress);
  recs__free(mining->context, counts);
  return status;
}

static int32_t higher_level(sets *out, const sets *level, const recs__mining *mining, const recs__progress *progress) {
  RECS_TRY(join(out, level, mining->context));
  return out->count == 0 ? RECS_OK : count_candidates(out, mining, progress);
}

/* From one level to the next, which takes its place. */
static int32_t step(sets *level, const recs__mining *mining, const recs__progress *progress) {
  sets next = {0};
  int32_t status =
      level->size == 1 ? second_level(&next, mining, progress) : higher_level(&next, level, mining, progress);
  if (status != RECS_OK) {
    free_sets(&next, mining->context);
    return status;
  }
  free_sets(level, mining->context);
  *level = next;
  return RECS_OK;
}

int32_t recs__mine_apriori(recs__mining *mining, const recs__progress *progress) {
  sets level = {0};
  int32_t status;
  RECS_GO(first_level(&level, mining->context, mining->baskets));
  while (level.count > 0) {
    /* How many levels there are is not known: each gets half of what is left. */
    double done = 1 - 1 / (double)(UINT64_C(1) << (level.size < 60 ? level.size : 60));
    recs__progress part = recs__progress_part(progress, done, done + (1 - done) / 2);
    RECS_GO(report(&mining->searches[0], &level));
    if (mining->searches[0].fixed + level.size >= mining->options.max_size)
      break;
    RECS_GO(step(&level, mining, &part));
  }
cleanup:
  free_sets(&level, mining->context);
  return status;
}
