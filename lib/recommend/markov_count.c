/* Counting of what followed each context: the events are sorted by the context that ends with them, and each context adds up what comes
 * behind its events. */
#include "lib/recommend/markov.h"

#include "lib/base/parallel.h"
#include "lib/base/sort.h"
#include "lib/similarity/tally.h"

#include <float.h>
#include <math.h>

enum { GRAIN = 32 }; /* contexts a task */

typedef struct counting {
  recs__markov_level *level;
  recs_context *context;
  const recs_histories *histories;
  const recs_markov_options *options;
  uint32_t items;
  uint32_t *ends;
  int64_t *begins; /* context -> where its events begin among `places`; contexts + 1 */
  int64_t *places; /* events by the context that ends with them */
  int64_t *stops;  /* beside it: where the window behind the event ends */
  double *fades;   /* by distance */
  uint32_t *counts;
  recs__tallies tallies;
} counting;

uint32_t recs__markov_find(const recs__markov_level *level, uint64_t key) {
  uint32_t low = 0, high = level->contexts;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (level->keys[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < level->contexts && level->keys[low] == key ? low : RECS_NO_ROW;
}

/* The key of the context of `length` items that ends with event e, where there is one and something follows it; a row's events begin at
 * `first` and end before `last`. */
static int find_key(uint64_t *key, const counting *self, uint32_t length, int64_t first, int64_t e, int64_t last) {
  int64_t before = e + 1 - (int64_t)length;
  if (self->ends[e] == RECS_NO_ROW || before < first || e + 1 == last || self->histories->item_rows[before] >= self->items)
    return 0;
  *key = recs__markov_key(self->ends[e], self->histories->item_rows[before]);
  return 1;
}

/* Leaves each key that stands there often enough once; returns how many. */
static uint32_t keep_frequent(uint64_t *keys, size_t count, uint32_t least) {
  uint32_t kept = 0;
  for (size_t i = 0, run; i < count; i += run) {
    for (run = 1; i + run < count && keys[i + run] == keys[i];)
      run += 1;
    if (run >= least)
      keys[kept++] = keys[i];
  }
  return kept;
}

static int32_t collect_keys(counting *self, uint32_t length) {
  const recs_histories *histories = self->histories;
  size_t count = 0;
  uint64_t *keys = recs__alloc(self->context, (size_t)histories->offsets[histories->rows], sizeof *keys), *fewer;
  self->level->keys = keys;
  if (keys == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < histories->rows; row++) {
    for (int64_t e = histories->offsets[row]; e < histories->offsets[row + 1]; e++)
      count += (size_t)find_key(&keys[count], self, length, histories->offsets[row], e, histories->offsets[row + 1]);
  }
  recs__sort_u64(keys, count);
  self->level->contexts = keep_frequent(keys, count, self->options->min_count);
  fewer = recs__realloc(self->context, keys, self->level->contexts, sizeof *keys);
  self->level->keys = fewer == NULL ? keys : fewer;
  return RECS_OK;
}

/* Moves `ends` on to this length. */
static void find_ends(counting *self, uint32_t length) {
  const recs_histories *histories = self->histories;
  for (uint32_t row = 0; row < histories->rows; row++) {
    for (int64_t e = histories->offsets[row]; e < histories->offsets[row + 1]; e++) {
      uint64_t key;
      if (length == 1)
        self->ends[e] = histories->item_rows[e] < self->items ? histories->item_rows[e] : RECS_NO_ROW;
      else
        self->ends[e] = find_key(&key, self, length, histories->offsets[row], e, histories->offsets[row + 1])
                            ? recs__markov_find(self->level, key)
                            : RECS_NO_ROW;
    }
  }
}

/* Sorts the events that something follows by the context that ends with them. */
static int32_t place_events(counting *self) {
  const recs_histories *histories = self->histories;
  uint32_t contexts = self->level->contexts;
  self->begins = recs__alloc_zero(self->context, (size_t)contexts + 2, sizeof *self->begins);
  if (self->begins == NULL)
    return recs__fail_nomem();
  for (int64_t e = 0; e < histories->offsets[histories->rows]; e++) {
    if (self->ends[e] != RECS_NO_ROW)
      self->begins[self->ends[e] + 2] += 1;
  }
  for (uint32_t c = 1; c <= contexts; c++)
    self->begins[c + 1] += self->begins[c];
  self->places = recs__alloc(self->context, (size_t)self->begins[contexts + 1], sizeof *self->places);
  self->stops = recs__alloc(self->context, (size_t)self->begins[contexts + 1], sizeof *self->stops);
  if (self->places == NULL || self->stops == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < histories->rows; row++) {
    int64_t last = histories->offsets[row + 1];
    for (int64_t e = histories->offsets[row]; e < last; e++) {
      int64_t stop = last - e - 1 < (int64_t)self->options->window ? last : e + 1 + (int64_t)self->options->window;
      if (self->ends[e] == RECS_NO_ROW)
        continue;
      self->places[self->begins[self->ends[e] + 1]] = e;
      self->stops[self->begins[self->ends[e] + 1]++] = stop; /* in the end begins[c] is where context c begins */
    }
  }
  return RECS_OK;
}

/* No context has more items behind it than events in its windows. */
static int32_t make_room(counting *self) {
  recs__markov_level *level = self->level;
  uint64_t most = self->options->k < self->items ? self->options->k : self->items, total = 0;
  level->totals = recs__alloc_zero(self->context, level->contexts, sizeof *level->totals);
  level->offsets = recs__alloc(self->context, (size_t)level->contexts + 1, sizeof *level->offsets);
  self->counts = recs__alloc_zero(self->context, level->contexts, sizeof *self->counts);
  self->fades = recs__alloc(self->context, (size_t)self->options->window + 1, sizeof *self->fades);
  if (level->totals == NULL || level->offsets == NULL || self->counts == NULL || self->fades == NULL)
    return recs__fail_nomem();
  for (uint32_t distance = 0; distance <= self->options->window; distance++)
    self->fades[distance] = pow(distance, -self->options->distance);
  for (uint32_t c = 0; c < level->contexts; c++) {
    uint64_t behind = 0;
    for (int64_t p = self->begins[c]; p < self->begins[c + 1]; p++)
      behind += (uint64_t)(self->stops[p] - self->places[p] - 1);
    level->offsets[c] = (int64_t)total;
    total += behind < most ? behind : most;
  }
  level->offsets[level->contexts] = (int64_t)total;
  level->nexts = recs__alloc(self->context, total, sizeof *level->nexts);
  level->weights = recs__alloc(self->context, total, sizeof *level->weights);
  return level->nexts == NULL || level->weights == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t make_tallies(counting *self) {
  size_t most = self->options->k < self->items ? self->options->k : self->items;
  uint32_t threads = recs__parallel_threads(self->context, self->level->contexts, GRAIN);
  return recs__tallies_init(&self->tallies, self->context, threads, self->items, most);
}

/* Adds what came behind each event that ends the context. */
static void add_windows(const counting *self, recs__tally *tally, uint32_t c) {
  const recs_histories *histories = self->histories;
  for (int64_t p = self->begins[c]; p < self->begins[c + 1]; p++) {
    for (int64_t e = self->places[p] + 1; e < self->stops[p]; e++) {
      if (histories->item_rows[e] < self->items && histories->weights[e] > 0)
        recs__tally_add(tally, histories->item_rows[e], (double)histories->weights[e] * self->fades[e - self->places[p]]);
    }
  }
}

static int32_t count_context(const counting *self, recs__tally *tally, uint32_t c) {
  recs__markov_level *level = self->level;
  size_t slot = (size_t)level->offsets[c], room = (size_t)(level->offsets[c + 1] - level->offsets[c]);
  uint32_t count;
  add_windows(self, tally, c);
  count = recs__tally_count(tally);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t item = recs__tally_row(tally, i);
    double sum = recs__tally_take(tally, item);
    if (!(sum <= (double)FLT_MAX))
      return recs__fail(RECS_ERROR_NUMERIC, "what followed an item with item %u weighs %g", item, sum);
    level->totals[c] += sum;
    if ((float)sum > 0)
      recs__tally_offer(tally, item, (float)sum, room);
  }
  self->counts[c] = (uint32_t)recs__tally_best(tally, level->nexts + slot, level->weights + slot);
  return RECS_OK;
}

static int32_t count_contexts(void *payload, uint32_t thread, size_t begin, size_t end) {
  const counting *self = payload;
  for (size_t c = begin; c < end; c++)
    RECS_TRY(count_context(self, &self->tallies.list[thread], (uint32_t)c));
  return RECS_OK;
}

/* Closes the gaps between the contexts. */
static void close_up(counting *self) {
  recs__markov_level *level = self->level;
  int64_t kept = 0;
  void *fewer;
  for (uint32_t c = 0; c < level->contexts; c++) {
    int64_t begin = level->offsets[c];
    memmove(level->nexts + kept, level->nexts + begin, self->counts[c] * sizeof *level->nexts);
    memmove(level->weights + kept, level->weights + begin, self->counts[c] * sizeof *level->weights);
    level->offsets[c] = kept;
    kept += self->counts[c];
  }
  level->offsets[level->contexts] = kept;
  fewer = recs__realloc(self->context, level->nexts, (size_t)kept, sizeof *level->nexts);
  level->nexts = fewer == NULL ? level->nexts : fewer;
  fewer = recs__realloc(self->context, level->weights, (size_t)kept, sizeof *level->weights);
  level->weights = fewer == NULL ? level->weights : fewer;
}

static int32_t count_level(counting *self, uint32_t length, const recs__progress *progress) {
  if (length == 1)
    self->level->contexts = self->items;
  else
    RECS_TRY(collect_keys(self, length));
  find_ends(self, length);
  RECS_TRY(place_events(self));
  RECS_TRY(make_room(self));
  RECS_TRY(make_tallies(self));
  RECS_TRY(recs__parallel(self->context, self->level->contexts, GRAIN, count_contexts, self, progress));
  close_up(self);
  return RECS_OK;
}

int32_t recs__markov_count(recs__markov_level *out, uint32_t length, uint32_t *ends, recs_context *context,
                           const recs_histories *histories, uint32_t items, const recs_markov_options *options,
                           const recs__progress *progress) {
  counting self = {.level = out, .context = context, .histories = histories, .options = options, .items = items, .ends = ends};
  int32_t status;
  memset(out, 0, sizeof *out);
  status = count_level(&self, length, progress);
  recs__tallies_free(&self.tallies, context);
  recs__free(context, self.begins);
  recs__free(context, self.places);
  recs__free(context, self.stops);
  recs__free(context, self.fades);
  recs__free(context, self.counts);
  return status;
}

void recs__markov_level_free(recs__markov_level *level, const recs_context *context) {
  recs__free(context, level->keys);
  recs__free(context, level->totals);
  recs__free(context, level->offsets);
  recs__free(context, level->nexts);
  recs__free(context, level->weights);
}
