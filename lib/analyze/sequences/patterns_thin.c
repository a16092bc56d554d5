/* Closed and maximal patterns. A pattern is dropped when one that contains it is found: each pattern looks up what it contains. As long as
 * a pattern has no larger support than what it contains, the patterns of one item less suffice; with a largest gap it may have, and then
 * all that it contains are looked up. */
#include "lib/analyze/sequences/patterns.h"

#include <string.h>

enum { MOST_SUBSETS = 12 }; /* longer patterns are compared with all others instead */

typedef struct thinning {
  recs__pattern_list *list;
  int closed;           /* only what has the same support goes */
  unsigned char *marks; /* 1: goes */
  uint32_t *slots;      /* a hash table of patterns: the number plus 1 */
  uint64_t mask;
  uint32_t *part;       /* the words of a pattern that is looked up */
} thinning;

static uint64_t hash_words(const uint32_t *words, size_t length) {
  uint64_t hash = length;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ words[i]) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ hash >> 29;
}

static const uint32_t *words_of(const thinning *self, uint64_t pattern, size_t *length) {
  *length = (size_t)(self->list->offsets[pattern + 1] - self->list->offsets[pattern]);
  return self->list->words + self->list->offsets[pattern];
}

/* The slot of a pattern, or the empty one where it would be. */
static uint32_t *slot_of(const thinning *self, const uint32_t *words, size_t length) {
  uint64_t at = hash_words(words, length) & self->mask;
  for (; self->slots[at] != 0; at = (at + 1) & self->mask) {
    size_t own_length;
    const uint32_t *own = words_of(self, self->slots[at] - 1, &own_length);
    if (own_length == length && memcmp(own, words, length * sizeof *own) == 0)
      break;
  }
  return &self->slots[at];
}

/* The part of a pattern that `part` holds goes, if it is there. */
static void mark_part(thinning *self, size_t length, uint32_t support) {
  uint32_t slot = *slot_of(self, self->part, length);
  if (slot != 0 && (!self->closed || self->list->supports[slot - 1] == support))
    self->marks[slot - 1] = 1;
}

/* Writes the words that are `kept` (all but `without`, or those of a mask); an element that loses its first item begins with its next. */
static size_t write_part(uint32_t *part, const uint32_t *words, size_t length, size_t without, uint32_t mask) {
  size_t to = 0;
  uint32_t step = 0;
  for (size_t i = 0; i < length; i++) {
    step |= words[i] & RECS__STEP;
    if (without < length ? i == without : (mask >> i & 1) == 0)
      continue;
    part[to++] = words[i] | step;
    step = 0;
  }
  return to;
}

static void mark_one_less(thinning *self, const uint32_t *words, size_t length, uint32_t support) {
  for (size_t without = 0; length > 1 && without < length; without++)
    mark_part(self, write_part(self->part, words, length, without, 0), support);
}

static void mark_subsets(thinning *self, const uint32_t *words, size_t length, uint32_t support) {
  uint32_t whole = (uint32_t)((UINT64_C(1) << length) - 1);
  for (uint32_t mask = 1; mask < whole; mask++)
    mark_part(self, write_part(self->part, words, length, length, mask), support);
}

/* Where the element that begins at `begin` ends. */
static size_t element_end(const uint32_t *words, size_t length, size_t begin) {
  size_t end = begin + 1;
  while (end < length && (words[end] & RECS__STEP) == 0)
    end += 1;
  return end;
}

/* Whether the items of one element are all among those of another; both ascend. */
static int has_items(const uint32_t *large, size_t large_count, const uint32_t *small, size_t small_count) {
  size_t at = 0;
  for (size_t i = 0; i < small_count; i++) {
    while (at < large_count && (large[at] & ~RECS__STEP) != (small[i] & ~RECS__STEP))
      at += 1;
    if (at++ >= large_count)
      return 0;
  }
  return 1;
}

static int contains(const uint32_t *large, size_t large_length, const uint32_t *small, size_t small_length) {
  size_t at = 0, begin = 0;
  while (begin < small_length && at < large_length) {
    size_t end = element_end(large, large_length, at), small_end = element_end(small, small_length, begin);
    if (has_items(large + at, end - at, small + begin, small_end - begin))
      begin = small_end;
    at = end;
  }
  return begin == small_length;
}

static void mark_contained(thinning *self, const uint32_t *words, size_t length, uint32_t support) {
  for (uint64_t other = 0; other < self->list->count; other++) {
    size_t other_length;
    const uint32_t *other_words = words_of(self, other, &other_length);
    if (other_length < length && (!self->closed || self->list->supports[other] == support) &&
        contains(words, length, other_words, other_length))
      self->marks[other] = 1;
  }
}

static int32_t open(thinning *self, const recs_context *context) {
  size_t longest = 0, length;
  self->mask = 1;
  while (self->mask < 2 * self->list->count)
    self->mask *= 2;
  self->slots = recs__alloc_zero(context, (size_t)self->mask, sizeof *self->slots);
  self->mask -= 1;
  self->marks = recs__alloc_zero(context, (size_t)self->list->count, sizeof *self->marks);
  for (uint64_t i = 0; i < self->list->count; i++) {
    words_of(self, i, &length);
    longest = length > longest ? length : longest;
  }
  self->part = recs__alloc(context, longest, sizeof *self->part);
  return self->slots == NULL || self->marks == NULL || self->part == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__pattern_list_thin(recs__pattern_list *list, const recs_context *context, const recs_patterns_options *options) {
  thinning self = {.list = list, .closed = options->kind == RECS_PATTERNS_CLOSED};
  int irregular = recs__patterns_irregular(options);
  int32_t status;
  RECS_GO(open(&self, context));
  for (uint64_t i = 0; i < list->count; i++) {
    size_t length;
    const uint32_t *words = words_of(&self, i, &length);
    *slot_of(&self, words, length) = (uint32_t)i + 1;
  }
  for (uint64_t i = 0; i < list->count; i++) {
    size_t length;
    const uint32_t *words = words_of(&self, i, &length);
    if (!irregular)
      mark_one_less(&self, words, length, list->supports[i]);
    else if (length <= MOST_SUBSETS)
      mark_subsets(&self, words, length, list->supports[i]);
    else
      mark_contained(&self, words, length, list->supports[i]);
  }
  recs__pattern_list_drop(list, self.marks);
cleanup:
  recs__free(context, self.slots);
  recs__free(context, self.marks);
  recs__free(context, self.part);
  return status;
}
