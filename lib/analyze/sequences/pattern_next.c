/* What comes next after a history, by rules. */
#include "lib/analyze/sequences/pattern_rules.h"

#include "lib/base/sort.h"

#include <string.h>

/* One item that may come next: how sure its best rule is. */
typedef struct offer {
  double confidence;
  uint32_t item;
  uint32_t rule;
} offer;

typedef struct asking {
  const recs_pattern_rules *rules;
  const uint32_t *history;
  size_t count;
  uint64_t *starts, *other; /* by place of the history: the latest place, plus 1, at which a match that ends there begins; 0: none ends */
  offer *offers;
  size_t offer_count, offer_room;
} asking;

/* Whether the limits allow the next element of a pattern `gap` positions behind the last, the whole spanning `span`. */
static int allowed(const recs_patterns_options *options, uint64_t gap, uint64_t span) {
  return gap >= 1 && gap >= (uint64_t)options->min_gap && (options->max_gap < 0 || gap <= (uint64_t)options->max_gap) &&
         (options->window < 0 || span <= (uint64_t)options->window);
}

/* The latest start of a match whose next element is at `place`; 0 for none. Later ends begin no earlier. */
static uint64_t start_before(const asking *self, size_t place) {
  const recs_patterns_options *options = &self->rules->patterns->options;
  uint64_t farthest = options->max_gap < 0 || (uint64_t)options->max_gap > place ? place : (uint64_t)options->max_gap;
  uint64_t gap = options->min_gap < 1 ? 1 : (uint64_t)options->min_gap;
  for (; gap <= farthest; gap++) {
    uint64_t start = self->starts[place - gap];
    if (start > 0)
      return allowed(options, gap, place - (start - 1)) ? start : 0;
  }
  return 0;
}

/* Whether the history has X so that its next event may be the first of Y. */
static int applies(asking *self, const recs__pattern_rule *rule) {
  const uint32_t *elements;
  size_t count;
  const uint32_t *items = recs__patterns_at(self->rules->patterns, rule->pattern, &elements, &count);
  for (size_t k = 0; k < rule->cut; k++) {
    uint64_t *swap = self->other;
    if (k > 0 && elements[k] == elements[k - 1])
      return 0; /* each event of a history is an element */
    for (size_t place = 0; place < self->count; place++)
      self->other[place] = self->history[place] != items[k] ? 0 : k == 0 ? place + 1 : start_before(self, place);
    self->other = self->starts;
    self->starts = swap;
  }
  return start_before(self, self->count) > 0;
}

static int32_t offer_items(asking *self, uint32_t number) {
  const recs__pattern_rule *rule = &self->rules->rules[number];
  const uint32_t *elements;
  size_t count;
  const uint32_t *items = recs__patterns_at(self->rules->patterns, rule->pattern, &elements, &count);
  for (size_t k = rule->cut; k < count && elements[k] == elements[rule->cut]; k++) {
    RECS_TRY(recs__grow(self->rules->object.context, &self->offers, &self->offer_room, self->offer_count + 1, sizeof *self->offers));
    self->offers[self->offer_count++] = (offer){recs__pattern_rule_confidence(rule), items[k], number};
  }
  return RECS_OK;
}

/* By item, each item's best rule first. */
static int compare_items(const void *a, const void *b) {
  const offer *left = a, *right = b;
  if (left->item != right->item)
    return left->item < right->item ? -1 : 1;
  if (left->confidence != right->confidence)
    return left->confidence > right->confidence ? -1 : 1;
  return left->rule < right->rule ? -1 : left->rule > right->rule;
}

static int compare_offers(const void *a, const void *b) {
  const offer *left = a, *right = b;
  if (left->confidence != right->confidence)
    return left->confidence > right->confidence ? -1 : 1;
  return left->item < right->item ? -1 : left->item > right->item;
}

/* Each item once, the best first. */
static void rank_offers(asking *self) {
  size_t kept = 0;
  if (self->offer_count == 0)
    return;
  recs__sort(self->offers, self->offer_count, sizeof *self->offers, compare_items);
  for (size_t i = 0; i < self->offer_count; i++) {
    if (kept == 0 || self->offers[kept - 1].item != self->offers[i].item)
      self->offers[kept++] = self->offers[i];
  }
  self->offer_count = kept;
  recs__sort(self->offers, kept, sizeof *self->offers, compare_offers);
}

/* The rules whose X ends in an item. */
static int32_t ask_item(asking *self, uint32_t item) {
  const recs_pattern_rules *rules = self->rules;
  uint32_t low = 0, high = rules->last_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (rules->last_items[middle] < item)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == rules->last_count || rules->last_items[low] != item)
    return RECS_OK;
  for (uint64_t i = rules->last_begins[low]; i < rules->last_begins[low + 1]; i++) {
    if (applies(self, &rules->rules[rules->by_last[i]]))
      RECS_TRY(offer_items(self, rules->by_last[i]));
  }
  return RECS_OK;
}

static int32_t ask(asking *self) {
  const recs_context *context = self->rules->object.context;
  uint64_t *items = recs__alloc(context, self->count, sizeof *items);
  int32_t status = RECS_OK;
  self->starts = recs__alloc_zero(context, self->count, sizeof *self->starts);
  self->other = recs__alloc_zero(context, self->count, sizeof *self->other);
  if (items == NULL || self->starts == NULL || self->other == NULL)
    RECS_GO(recs__fail_nomem());
  for (size_t i = 0; i < self->count; i++)
    items[i] = self->history[i];
  recs__sort_u64(items, self->count);
  for (size_t i = 0; i < self->count; i++) {
    if (i == 0 || items[i] != items[i - 1])
      RECS_GO(ask_item(self, (uint32_t)items[i]));
  }
  rank_offers(self);
cleanup:
  recs__free(context, items);
  recs__free(context, self->starts);
  recs__free(context, self->other);
  return status;
}

static int needs_time(const recs_patterns_options *options) {
  return options->min_gap_time > 0 || options->max_gap_time >= 0 || options->window_time >= 0;
}

int32_t recs_pattern_rules_next(uint32_t *items, double *confidences, uint64_t *rule_indices, size_t *count,
                                const recs_pattern_rules *rules, const uint32_t *history, size_t history_count, size_t n) {
  asking self = {.rules = rules, .history = history, .count = history_count};
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(rules);
  if (n > 0)
    RECS_NOT_NULL(items);
  if (history_count > 0)
    RECS_NOT_NULL(history);
  if (needs_time(&rules->patterns->options))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "the patterns have limits on time, and a history has no times");
  RECS_GO(ask(&self));
  for (; *count < n && *count < self.offer_count; *count += 1) {
    items[*count] = self.offers[*count].item;
    if (confidences != NULL)
      confidences[*count] = self.offers[*count].confidence;
    if (rule_indices != NULL)
      rule_indices[*count] = self.offers[*count].rule;
  }
cleanup:
  recs__free(rules->object.context, self.offers);
  return status;
}
