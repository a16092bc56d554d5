/* What is found: a pile a thread, and a tally by support from which the least count rises. The tally only grows, and what has the final
 * least count or more is never left out of it, so that this count is the same for any number of threads. */
#include "lib/analyze/sequences/patterns.h"

#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <string.h>
#include <time.h>

enum {
  RECORD = 2,            /* words before those of the pattern: its support and its length */
  TALLY_STEP = 1024,     /* words that a thread finds before it tells */
  EXACT = 1 << 16,       /* supports below this have a bin each, larger ones share: 2^15 bins for each doubling */
  BINS = EXACT + 16 * (EXACT / 2),
  FIXED_BYTES = 32,      /* of a pattern, on the pile and in the list */
  WORD_BYTES = 8
};

struct recs__pattern_tally {
  atomic_flag busy;
  atomic_uint floor;  /* the larger of the next two */
  uint32_t kept_floor; /* what max_bytes leaves */
  uint32_t best_floor; /* what top_k leaves */
  uint64_t bytes;      /* of patterns at or above kept_floor */
  uint64_t best;       /* patterns at or above best_floor */
  uint32_t kept_bin, best_bin;
  uint64_t *bytes_of; /* by bin; NULL: any amount */
  uint64_t *count_of; /* by bin; NULL: no top_k */
};

static uint32_t bin_of(uint32_t support) {
  uint32_t shift = 0;
  if (support < EXACT)
    return support;
  while (support >> shift >= EXACT)
    shift += 1;
  return EXACT + (shift - 1) * (EXACT / 2) + ((support >> shift) - EXACT / 2);
}

/* The least support of a bin. */
static uint32_t bin_begin(uint32_t bin) {
  uint32_t shift = bin < EXACT ? 0 : (bin - EXACT) / (EXACT / 2) + 1;
  return bin < EXACT ? bin : ((bin - EXACT) % (EXACT / 2) + EXACT / 2) << shift;
}

double recs__pattern_clock(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
    return 0;
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int32_t tally_new(recs__pattern_mining *mining) {
  const recs_context *context = mining->base->context;
  recs__pattern_tally *tally = recs__alloc_zero(context, 1, sizeof *tally);
  mining->tally = tally;
  if (tally == NULL)
    return recs__fail_nomem();
  atomic_flag_clear(&tally->busy);
  tally->kept_floor = tally->best_floor = (uint32_t)mining->start_floor;
  tally->kept_bin = tally->best_bin = bin_of((uint32_t)mining->start_floor);
  atomic_init(&tally->floor, (uint32_t)mining->start_floor);
  if (mining->options->max_bytes > 0 && (tally->bytes_of = recs__alloc_zero(context, BINS, sizeof *tally->bytes_of)) == NULL)
    return recs__fail_nomem();
  if (mining->filtered && mining->options->top_k > 0 &&
      (tally->count_of = recs__alloc_zero(context, BINS, sizeof *tally->count_of)) == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

int32_t recs__pattern_mining_init(recs__pattern_mining *out, const recs__pattern_base *base, const recs_patterns_options *options,
                                  uint64_t start_floor, int filtered) {
  memset(out, 0, sizeof *out);
  out->base = base;
  out->options = options;
  out->start_floor = start_floor;
  out->filtered = filtered;
  atomic_init(&out->late, 0);
  out->threads = recs_context_threads(base->context);
  out->piles = recs__alloc_zero(base->context, out->threads, sizeof *out->piles);
  return out->piles == NULL ? recs__fail_nomem() : tally_new(out);
}

void recs__pattern_mining_free(recs__pattern_mining *mining) {
  const recs_context *context = mining->base->context;
  for (uint32_t thread = 0; thread < mining->threads && mining->piles != NULL; thread++) {
    recs__free(context, mining->piles[thread].words);
    recs__free(context, mining->piles[thread].stretches);
  }
  if (mining->tally != NULL) {
    recs__free(context, mining->tally->bytes_of);
    recs__free(context, mining->tally->count_of);
  }
  recs__free(context, mining->piles);
  recs__free(context, mining->tally);
  recs__free(context, mining->handed_items);
  recs__free(context, mining->handed_elements);
}

uint32_t recs__pattern_floor(const recs__pattern_mining *mining) {
  return atomic_load_explicit(&mining->tally->floor, memory_order_relaxed);
}

uint64_t recs__pattern_kept_floor(const recs__pattern_mining *mining) {
  return mining->tally->kept_floor;
}

int recs__pattern_late(recs__pattern_mining *mining) {
  if (mining->deadline > 0 && recs__pattern_clock() > mining->deadline)
    atomic_store_explicit(&mining->late, 1, memory_order_relaxed);
  return atomic_load_explicit(&mining->late, memory_order_relaxed);
}

/* One pattern more: the least counts rise as far as what is above them is still enough, or too much. */
static void count_pattern(recs__pattern_tally *tally, const recs_patterns_options *options, uint32_t support, uint32_t length) {
  uint32_t bin = bin_of(support);
  uint64_t bytes = FIXED_BYTES + (uint64_t)WORD_BYTES * length;
  if (tally->bytes_of != NULL && bin >= tally->kept_bin) {
    tally->bytes_of[bin] += bytes;
    tally->bytes += bytes;
    while (tally->bytes > options->max_bytes)
      tally->bytes -= tally->bytes_of[tally->kept_bin++];
  }
  if (tally->count_of != NULL && bin >= tally->best_bin) {
    tally->count_of[bin] += 1;
    tally->best += 1;
    while (tally->best - tally->count_of[tally->best_bin] >= options->top_k)
      tally->best -= tally->count_of[tally->best_bin++];
  }
}

static void raise_floor(recs__pattern_tally *tally) {
  uint32_t kept = bin_begin(tally->kept_bin), best = bin_begin(tally->best_bin), floor;
  tally->kept_floor = kept > tally->kept_floor ? kept : tally->kept_floor;
  tally->best_floor = best > tally->best_floor ? best : tally->best_floor;
  floor = tally->kept_floor > tally->best_floor ? tally->kept_floor : tally->best_floor;
  atomic_store_explicit(&tally->floor, floor, memory_order_relaxed);
}

/* Tells the tally what is new on a pile. */
static void tell(const recs__pattern_mining *mining, recs__pattern_pile *pile) {
  recs__pattern_tally *tally = mining->tally;
  if (tally->bytes_of == NULL && tally->count_of == NULL) {
    pile->tallied = pile->used;
    return;
  }
  while (atomic_flag_test_and_set_explicit(&tally->busy, memory_order_acquire))
    continue;
  for (; pile->tallied < pile->used; pile->tallied += RECORD + pile->words[pile->tallied + 1])
    count_pattern(tally, mining->options, pile->words[pile->tallied], pile->words[pile->tallied + 1]);
  raise_floor(tally);
  atomic_flag_clear_explicit(&tally->busy, memory_order_release);
}

/* Drops what has fallen below the floor. */
static void sweep(recs__pattern_pile *pile, uint32_t floor) {
  size_t to = 0;
  for (size_t i = 0; i < pile->stretch_count; i++) {
    recs__pattern_stretch *stretch = &pile->stretches[i];
    size_t from = stretch->begin;
    size_t end = i + 1 == pile->stretch_count ? pile->used : stretch->end; /* the last may still be growing */
    stretch->begin = to;
    while (from < end) {
      size_t size = RECORD + pile->words[from + 1];
      if (pile->words[from] >= floor) {
        memmove(pile->words + to, pile->words + from, size * sizeof *pile->words);
        to += size;
      }
      from += size;
    }
    stretch->end = to;
  }
  pile->used = pile->tallied = to;
}

static int32_t make_room(const recs__pattern_mining *mining, recs__pattern_pile *pile, size_t size) {
  tell(mining, pile);
  if (recs__pattern_floor(mining) > mining->start_floor)
    sweep(pile, recs__pattern_floor(mining));
  if (pile->used + size <= pile->room && pile->used <= pile->room - pile->room / 4)
    return RECS_OK;
  return recs__grow(mining->base->context, &pile->words, &pile->room, pile->room + size, sizeof *pile->words);
}

static int32_t hand_out(recs__pattern_mining *mining, const uint32_t *words, uint32_t length, uint32_t support) {
  const recs_context *context = mining->base->context;
  uint32_t element = 0;
  RECS_TRY(recs__grow(context, &mining->handed_items, &mining->items_room, length, sizeof *mining->handed_items));
  RECS_TRY(recs__grow(context, &mining->handed_elements, &mining->elements_room, length, sizeof *mining->handed_elements));
  for (uint32_t i = 0; i < length; i++) {
    element += i > 0 && (words[i] & RECS__STEP) != 0;
    mining->handed_items[i] = mining->base->rows[words[i] & ~RECS__STEP];
    mining->handed_elements[i] = element;
  }
  if (mining->found(mining->payload, mining->handed_items, mining->handed_elements, length, support) != 0)
    return recs__fail(RECS_ERROR_CANCELLED, "cancelled");
  return RECS_OK;
}

int recs__pattern_wanted(const recs__pattern_base *base, const recs_patterns_options *options, const uint32_t *words, size_t length) {
  if (length < options->min_length || (options->max_length > 0 && length > options->max_length))
    return 0;
  for (uint64_t i = 0; i < options->contain_count; i++) {
    size_t k = 0;
    while (k < length && base->rows[words[k] & ~RECS__STEP] != options->contain[i])
      k += 1;
    if (k == length)
      return 0;
  }
  for (uint64_t i = 0; i < options->exclude_count; i++) {
    for (size_t k = 0; k < length; k++) {
      if (base->rows[words[k] & ~RECS__STEP] == options->exclude[i])
        return 0;
    }
  }
  return 1;
}

int32_t recs__pattern_begin(recs__pattern_mining *mining, uint32_t thread, uint32_t task) {
  recs__pattern_pile *pile = &mining->piles[thread];
  RECS_TRY(recs__grow(mining->base->context, &pile->stretches, &pile->stretch_room, pile->stretch_count + 1, sizeof *pile->stretches));
  pile->stretches[pile->stretch_count++] = (recs__pattern_stretch){task, pile->used, pile->used};
  return RECS_OK;
}

int32_t recs__pattern_put(recs__pattern_mining *mining, uint32_t thread, const uint32_t *words, uint32_t length, uint32_t support) {
  recs__pattern_pile *pile = &mining->piles[thread];
  size_t size = (size_t)RECORD + length;
  if (mining->filtered && !recs__pattern_wanted(mining->base, mining->options, words, length))
    return RECS_OK;
  if (mining->found != NULL)
    return hand_out(mining, words, length, support);
  if (pile->used + size > pile->room)
    RECS_TRY(make_room(mining, pile, size));
  pile->words[pile->used] = support;
  pile->words[pile->used + 1] = length;
  memcpy(pile->words + pile->used + RECORD, words, length * sizeof *words);
  pile->used += size;
  if (pile->used - pile->tallied > TALLY_STEP)
    tell(mining, pile);
  return RECS_OK;
}

void recs__pattern_end(recs__pattern_mining *mining, uint32_t thread) {
  recs__pattern_pile *pile = &mining->piles[thread];
  tell(mining, pile);
  pile->stretches[pile->stretch_count - 1].end = pile->used;
}

/* Where each task's patterns are. */
typedef struct finding {
  const recs__pattern_pile *pile;
  const recs__pattern_stretch *stretch;
} finding;

static int compare_findings(const void *a, const void *b) {
  const finding *left = a, *right = b;
  return left->stretch->task < right->stretch->task ? -1 : left->stretch->task > right->stretch->task;
}

static void count_list(recs__pattern_list *list, size_t *words, const finding *one, uint32_t floor) {
  for (size_t at = one->stretch->begin; at < one->stretch->end; at += RECORD + one->pile->words[at + 1]) {
    if (one->pile->words[at] < floor)
      continue;
    list->count += 1;
    *words += one->pile->words[at + 1];
  }
}

static void copy_list(recs__pattern_list *list, const finding *one, uint32_t floor) {
  for (size_t at = one->stretch->begin; at < one->stretch->end; at += RECORD + one->pile->words[at + 1]) {
    uint32_t length = one->pile->words[at + 1];
    uint64_t begin = list->offsets[list->count];
    if (one->pile->words[at] < floor)
      continue;
    memcpy(list->words + begin, one->pile->words + at + RECORD, length * sizeof *list->words);
    list->supports[list->count++] = one->pile->words[at];
    list->offsets[list->count] = begin + length;
  }
}

static int32_t fill_list(recs__pattern_list *out, const recs_context *context, const finding *findings, size_t count, uint32_t floor) {
  size_t words = 0;
  for (size_t i = 0; i < count; i++)
    count_list(out, &words, &findings[i], floor);
  if (out->count >= UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "2^32 patterns or more are frequent: raise the support");
  out->offsets = recs__alloc_zero(context, (size_t)out->count + 1, sizeof *out->offsets);
  out->supports = recs__alloc(context, (size_t)out->count, sizeof *out->supports);
  out->words = recs__alloc(context, words, sizeof *out->words);
  if (out->offsets == NULL || out->supports == NULL || out->words == NULL)
    return recs__fail_nomem();
  out->count = 0;
  for (size_t i = 0; i < count; i++)
    copy_list(out, &findings[i], floor);
  return RECS_OK;
}

int32_t recs__pattern_list_make(recs__pattern_list *out, const recs__pattern_mining *mining, uint64_t floor) {
  const recs_context *context = mining->base->context;
  size_t count = 0;
  finding *findings;
  int32_t status;
  memset(out, 0, sizeof *out);
  for (uint32_t thread = 0; thread < mining->threads; thread++)
    count += mining->piles[thread].stretch_count;
  findings = recs__alloc(context, count, sizeof *findings);
  if (findings == NULL)
    return recs__fail_nomem();
  count = 0;
  for (uint32_t thread = 0; thread < mining->threads; thread++) {
    const recs__pattern_pile *pile = &mining->piles[thread];
    for (size_t i = 0; i < pile->stretch_count; i++)
      findings[count++] = (finding){pile, &pile->stretches[i]};
  }
  recs__sort(findings, count, sizeof *findings, compare_findings);
  status = fill_list(out, context, findings, count, (uint32_t)floor);
  recs__free(context, findings);
  return status;
}

void recs__pattern_list_free(recs__pattern_list *list, const recs_context *context) {
  recs__free(context, list->offsets);
  recs__free(context, list->words);
  recs__free(context, list->supports);
  memset(list, 0, sizeof *list);
}

void recs__pattern_list_drop(recs__pattern_list *list, const unsigned char *marks) {
  uint64_t kept = 0, words = 0;
  for (uint64_t i = 0; i < list->count; i++) {
    uint64_t begin = list->offsets[i], length = list->offsets[i + 1] - begin;
    if (marks[i] != 0)
      continue;
    memmove(list->words + words, list->words + begin, (size_t)length * sizeof *list->words);
    words += length;
    list->supports[kept++] = list->supports[i];
    list->offsets[kept] = words; /* kept <= i + 1, and what is read next begins at offsets[i + 1], which stays until then */
  }
  list->count = kept;
}
