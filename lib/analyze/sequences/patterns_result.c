/* Patterns as they are handed out. */
#include "lib/analyze/sequences/patterns.h"

#include <inttypes.h>
#include <string.h>

static void destroy(void *object) {
  recs_patterns *self = object;
  recs_context *context = self->object.context;
  recs__free(context, self->offsets);
  recs__free(context, self->items);
  recs__free(context, self->elements);
  recs__free(context, self->steps);
  recs__free(context, self->supports);
  recs__free(context, self->order);
}

/* Numbers 0 to count - 1, those of the largest support first, else as they stand: a radix sort by the supports' complement, eleven bits at
 * a time. */
static int32_t order_of(uint32_t **out, const recs_context *context, const uint32_t *supports, size_t count) {
  enum { BITS = 11, BINS = 1 << BITS };
  uint32_t *from = recs__alloc(context, count, sizeof *from), *to = recs__alloc(context, count, sizeof *to);
  *out = from;
  if (from == NULL || to == NULL) {
    recs__free(context, to);
    return recs__fail_nomem(); /* the caller frees *out */
  }
  for (uint32_t i = 0; i < count; i++)
    from[i] = i;
  for (uint32_t shift = 0; shift < 32; shift += BITS) {
    size_t begins[BINS + 1] = {0};
    uint32_t *other = from;
    for (size_t i = 0; i < count; i++)
      begins[((~supports[from[i]] >> shift) & (BINS - 1)) + 1] += 1;
    for (uint32_t bin = 0; bin < BINS; bin++)
      begins[bin + 1] += begins[bin];
    for (size_t i = 0; i < count; i++)
      to[begins[(~supports[from[i]] >> shift) & (BINS - 1)]++] = from[i];
    from = to;
    to = other;
  }
  *out = from;
  recs__free(context, to);
  return RECS_OK;
}

/* Leaves the best `top_k`. */
static int32_t cut(recs__pattern_list *list, const recs_context *context, uint64_t top_k) {
  unsigned char *marks;
  uint32_t *order = NULL;
  int32_t status;
  if (top_k == 0 || list->count <= top_k)
    return RECS_OK;
  marks = recs__alloc(context, (size_t)list->count, sizeof *marks);
  if (marks == NULL)
    return recs__fail_nomem();
  RECS_GO(order_of(&order, context, list->supports, (size_t)list->count));
  memset(marks, 1, (size_t)list->count);
  for (uint64_t i = 0; i < top_k; i++)
    marks[order[i]] = 0;
  recs__pattern_list_drop(list, marks);
cleanup:
  recs__free(context, order);
  recs__free(context, marks);
  return status;
}

/* Words become rows, and the numbers of elements, which are 0, 1, 2 ... for all where each element has one item. */
static int32_t name_items(recs_patterns *self, const recs__pattern_base *base) {
  size_t words = (size_t)self->offsets[self->count], longest = 0;
  if (base->sets && (self->elements = recs__alloc(base->context, words, sizeof *self->elements)) == NULL)
    return recs__fail_nomem();
  for (uint64_t p = 0; p < self->count; p++) {
    uint64_t begin = self->offsets[p], end = self->offsets[p + 1];
    uint32_t element = 0;
    longest = end - begin > longest ? (size_t)(end - begin) : longest;
    for (uint64_t i = begin; i < end; i++) {
      element += i > begin && (self->items[i] & RECS__STEP) != 0;
      if (self->elements != NULL)
        self->elements[i] = element;
      self->items[i] = base->rows[self->items[i] & ~RECS__STEP];
    }
  }
  self->longest = longest;
  self->steps = recs__alloc(base->context, longest, sizeof *self->steps);
  for (uint32_t i = 0; self->steps != NULL && i < longest; i++)
    self->steps[i] = i;
  return self->steps == NULL ? recs__fail_nomem() : RECS_OK;
}

static int is_whole(const recs_patterns_options *options) {
  return options->kind == RECS_PATTERNS_ALL && options->top_k == 0 && options->min_length <= 1 && options->contain_count == 0 &&
         options->exclude_count == 0;
}

int32_t recs__patterns_create(recs_patterns **out, const recs__pattern_base *base, recs__pattern_list *list,
                              const recs_patterns_options *options, uint64_t asked, uint64_t complete) {
  recs_patterns *self;
  int32_t status;
  *out = NULL;
  if (list->offsets == NULL && (list->offsets = recs__alloc_zero(base->context, 1, sizeof *list->offsets)) == NULL)
    return recs__fail_nomem(); /* nothing was found in time */
  RECS_TRY(cut(list, base->context, options->top_k));
  self = recs__object_new(base->context, sizeof *self, destroy);
  if (self == NULL)
    return recs__fail_nomem();
  self->count = list->count;
  self->sequences = base->sequences;
  self->asked = asked;
  self->complete = complete;
  self->options = *options;
  self->options.contain = self->options.exclude = NULL; /* the caller's, who may free them */
  self->whole = is_whole(options);
  self->offsets = list->offsets;
  self->items = list->words;
  self->supports = list->supports;
  memset(list, 0, sizeof *list);
  RECS_GO(name_items(self, base));
  RECS_GO(order_of(&self->order, base->context, self->supports, (size_t)self->count));
  *out = self;
  self = NULL;
cleanup:
  recs__release(self);
  return status;
}

const uint32_t *recs__patterns_at(const recs_patterns *patterns, uint64_t place, const uint32_t **elements, size_t *count) {
  uint64_t begin = patterns->offsets[place];
  *count = (size_t)(patterns->offsets[place + 1] - begin);
  *elements = patterns->elements == NULL ? patterns->steps : patterns->elements + begin;
  return patterns->items + begin;
}

/* Compares pattern `place` with another: at the first difference what joins an element comes before what begins one, then items decide. */
static int compare_at(const recs_patterns *patterns, uint64_t place, const uint32_t *items, const uint32_t *elements, size_t count) {
  const uint32_t *own_elements;
  size_t own_count;
  const uint32_t *own = recs__patterns_at(patterns, place, &own_elements, &own_count);
  for (size_t i = 0; i < count && i < own_count; i++) {
    int own_step = i == 0 || own_elements[i] != own_elements[i - 1];
    int step = i == 0 || elements == NULL || elements[i] != elements[i - 1];
    if (own_step != step)
      return own_step < step ? -1 : 1;
    if (own[i] != items[i])
      return own[i] < items[i] ? -1 : 1;
  }
  return own_count < count ? -1 : own_count > count;
}

uint64_t recs__patterns_place(const recs_patterns *patterns, const uint32_t *items, const uint32_t *elements, size_t count) {
  uint64_t low = 0, high = patterns->count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    int order = compare_at(patterns, middle, items, elements, count);
    if (order == 0)
      return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return patterns->count;
}

uint64_t recs_patterns_count(const recs_patterns *patterns) {
  return patterns == NULL ? 0 : patterns->count;
}

uint64_t recs_patterns_sequences(const recs_patterns *patterns) {
  return patterns == NULL ? 0 : patterns->sequences;
}

int32_t recs_patterns_complete(uint64_t *asked, uint64_t *complete, const recs_patterns *patterns) {
  recs__enter();
  if (asked != NULL)
    *asked = 0;
  if (complete != NULL)
    *complete = 0;
  RECS_NOT_NULL(patterns);
  if (asked != NULL)
    *asked = patterns->asked;
  if (complete != NULL)
    *complete = patterns->complete;
  return RECS_OK;
}

int32_t recs_patterns_get(const uint32_t **items, const uint32_t **elements, size_t *item_count, uint64_t *support,
                          const recs_patterns *patterns, uint64_t index) {
  const uint32_t *own, *own_elements;
  size_t count;
  recs__enter();
  if (items != NULL)
    *items = NULL;
  if (elements != NULL)
    *elements = NULL;
  if (item_count != NULL)
    *item_count = 0;
  if (support != NULL)
    *support = 0;
  RECS_NOT_NULL(patterns);
  if (index >= patterns->count)
    return recs__fail(RECS_ERROR_INVALID, "pattern %" PRIu64 " of %" PRIu64, index, patterns->count);
  own = recs__patterns_at(patterns, patterns->order[index], &own_elements, &count);
  if (items != NULL)
    *items = own;
  if (elements != NULL)
    *elements = own_elements;
  if (item_count != NULL)
    *item_count = count;
  if (support != NULL)
    *support = patterns->supports[patterns->order[index]];
  return RECS_OK;
}

static int32_t check_pattern(const uint32_t *items, const uint32_t *elements, size_t count) {
  if (count == 0)
    return recs__fail(RECS_ERROR_INVALID, "item_count is 0");
  if (elements != NULL && elements[0] != 0)
    return recs__fail(RECS_ERROR_INVALID, "the first item is of element %" PRIu32 ", not 0", elements[0]);
  for (size_t i = 1; elements != NULL && i < count; i++) {
    if (elements[i] != elements[i - 1] && elements[i] != elements[i - 1] + 1)
      return recs__fail(RECS_ERROR_INVALID, "element %" PRIu32 " follows %" PRIu32 " at item %zu", elements[i], elements[i - 1], i);
    if (elements[i] == elements[i - 1] && items[i] <= items[i - 1])
      return recs__fail(RECS_ERROR_INVALID, "item %" PRIu32 " follows %" PRIu32 " within element %" PRIu32, items[i], items[i - 1],
                        elements[i]);
  }
  return RECS_OK;
}

int32_t recs_patterns_find(uint64_t *support, const recs_patterns *patterns, const uint32_t *items, const uint32_t *elements,
                           size_t item_count) {
  uint64_t place;
  recs__enter();
  RECS_NOT_NULL(support);
  *support = 0;
  RECS_NOT_NULL(patterns);
  RECS_NOT_NULL(items);
  if (item_count > patterns->longest)
    return recs__fail(RECS_ERROR_NOT_FOUND, "no pattern has %zu items", item_count);
  RECS_TRY(check_pattern(items, elements, item_count));
  place = recs__patterns_place(patterns, items, elements, item_count);
  if (place == patterns->count)
    return recs__fail(RECS_ERROR_NOT_FOUND, "these %zu items are none of the patterns", item_count);
  *support = patterns->supports[place];
  return RECS_OK;
}

void recs_patterns_free(recs_patterns *patterns) {
  recs__release(patterns);
}
