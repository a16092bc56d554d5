#include "lib/analyze/rules.h"

#include "lib/analyze/setindex.h"
#include "lib/base/keyed.h"
#include "lib/base/progress.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
  LARGEST_SET = 30,    /* such a set has 2^30 sides */
  SPARE_RULES = 1024, /* at least how many more than max_rules are gathered before the best are chosen */
  SPLITS_A_REPORT = 1024
};

/* One rule: its items, the antecedent's first, and the counts behind its metrics. */
typedef struct rule {
  size_t begin;
  uint32_t antecedent_items, consequent_items;
  uint32_t antecedent, consequent, both;
} rule;

struct recs_rules {
  recs__object object;
  uint64_t baskets;
  rule *list;
  size_t count, room;
  uint32_t *items;
  size_t item_count, item_room;
};

static const recs__field fields[] = {
    RECS__F64(recs_rules_options, minimum, -HUGE_VAL, HUGE_VAL, 1.0, "The least value of the metric."),
    RECS__U64(recs_rules_options, max_rules, 0, UINT64_MAX, 0, "Only so many rules, the best by the metric; 0: all."),
    RECS__CHOICE(recs_rules_options, metric, recs__metric_choices, RECS__METRIC_NAMES, RECS_METRIC_LIFT,
                 "What rules are chosen and ordered by."),
    RECS__U32(recs_rules_options, max_antecedent, 0, UINT32_MAX, 0, "Items on the left at most; 0: any number."),
    RECS__U32(recs_rules_options, max_consequent, 0, UINT32_MAX, 0, "Items on the right at most; 0: any number."),
    RECS__U32(recs_rules_options, consequent, 0, UINT32_MAX, UINT32_MAX,
              "Only rules with just this item on the right."),
};
static const recs_schema schema = RECS__SCHEMA("rules", recs_rules_options, fields);

const recs_schema *recs_rules_schema(void) {
  return &schema;
}

int32_t recs_rules_options_init(recs_rules_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

static void destroy(void *object) {
  recs_rules *self = object;
  recs__free(self->object.context, self->list);
  recs__free(self->object.context, self->items);
}

static recs_rules *new_rules(recs_context *context, uint64_t baskets) {
  recs_rules *self = recs__object_new(context, sizeof *self, destroy);
  if (self != NULL)
    self->baskets = baskets;
  return self;
}

static double metric_of(const recs_rules *self, const rule *one, recs__rule_metric_fn metric) {
  recs__rule_counts counts = {(double)self->baskets, one->antecedent, one->consequent, one->both};
  return metric(&counts);
}

/* Room for one more rule with that many items. */
static int32_t make_room(recs_rules *self, size_t items) {
  RECS_TRY(recs__grow(self->object.context, &self->list, &self->room, self->count + 1, sizeof *self->list));
  return recs__grow(self->object.context, &self->items, &self->item_room, self->item_count + items,
                    sizeof *self->items);
}

static int32_t copy_rule(recs_rules *self, const recs_rules *from, const rule *one) {
  size_t items = (size_t)one->antecedent_items + one->consequent_items;
  RECS_TRY(make_room(self, items));
  memcpy(self->items + self->item_count, from->items + one->begin, items * sizeof *self->items);
  self->list[self->count] = *one;
  self->list[self->count++].begin = self->item_count;
  self->item_count += items;
  return RECS_OK;
}

/* What rules that are equal so far are sorted by: the support, then their items, as many at a time as fit into 64 bits.
 * A rule is spelled as the items of its antecedent, each plus 1, then 0, then those of its consequent: an antecedent
 * comes before its extensions. */
typedef struct tie {
  const recs_rules *rules;
  uint32_t bits; /* of a letter */
  uint32_t from; /* the first letter that is not sorted by yet */
  int support;   /* the support comes first */
} tie;

/* Keys in descending order of numbers; -0 equals 0. */
static uint64_t key_of(double value) {
  uint64_t bits;
  double positive_zero = value + 0.0;
  memcpy(&bits, &positive_zero, sizeof bits);
  return bits >> 63 != 0 ? bits : ~bits & INT64_MAX;
}

static uint64_t letter(const uint32_t *items, const rule *one, uint32_t place) {
  if (place < one->antecedent_items)
    return (uint64_t)items[place] + 1;
  if (place == one->antecedent_items || place > one->antecedent_items + one->consequent_items)
    return 0;
  return (uint64_t)items[place - 1] + 1;
}

static uint64_t tie_key(const tie *self, const rule *one) {
  uint64_t key = 0;
  if (self->support)
    return UINT32_MAX - one->both;
  for (uint32_t i = 0; i < 64 / self->bits; i++)
    key = key << self->bits | letter(self->rules->items + one->begin, one, self->from + i);
  return key;
}

static void break_ties(const void *payload, recs__keyed *same, size_t count) {
  const tie *self = payload;
  tie next = *self;
  next.from += self->support ? 0 : 64 / self->bits;
  next.support = 0;
  for (size_t i = 0; i < count; i++)
    same[i].key = tie_key(self, same[i].element);
  recs__sort_keyed(same, count, break_ties, &next);
}

static tie first_tie(const recs_rules *rules) {
  tie first = {.rules = rules, .bits = 1, .support = 1};
  for (size_t i = 0; i < rules->item_count; i++) {
    while (((uint64_t)rules->items[i] + 1) >> first.bits != 0)
      first.bits += 1;
  }
  return first;
}

/* A copy of at most `most` rules (0: all), the best first. */
static int32_t copy_best(recs_rules **out, const recs_rules *from, recs__rule_metric_fn metric, uint64_t most) {
  recs_context *context = from->object.context;
  recs__keyed *order = recs__alloc(context, from->count, sizeof *order);
  recs_rules *self = new_rules(context, from->baskets);
  int32_t status = order == NULL || self == NULL ? recs__fail_nomem() : RECS_OK;
  tie first = first_tie(from);
  if (status == RECS_OK) {
    for (size_t i = 0; i < from->count; i++)
      order[i] = (recs__keyed){key_of(metric_of(from, &from->list[i], metric)), &from->list[i]};
    recs__sort_keyed(order, from->count, break_ties, &first);
  }
  for (size_t i = 0; i < from->count && (most == 0 || i < most) && status == RECS_OK; i++)
    status = copy_rule(self, from, order[i].element);
  recs__free(context, order);
  if (status == RECS_OK)
    *out = self;
  else
    recs__release(self);
  return status;
}

/* The rules gathered so far, with what they are chosen by. */
typedef struct gathering {
  recs__set_index index;
  recs_rules_options options;
  recs__rule_metric_fn metric;
  double least; /* rules below are not wanted: the minimum, or the worst of as many rules as may stay */
  recs_rules *rules;
  const recs__progress *progress;
  uint64_t splits;
} gathering;

/* When there are far more than are wanted, only the best stay, and the worst of them becomes the least that is wanted.
 */
static int32_t trim(gathering *self) {
  recs_rules *best;
  uint64_t most = self->options.max_rules;
  if (most == 0 || self->rules->count < most || self->rules->count - most < (most > SPARE_RULES ? most : SPARE_RULES))
    return RECS_OK;
  RECS_TRY(copy_best(&best, self->rules, self->metric, most));
  recs__release(self->rules);
  self->rules = best;
  self->least = metric_of(best, &best->list[most - 1], self->metric);
  return RECS_OK;
}

/* A set being split: antecedents are masks of its items. */
typedef struct whole_set {
  const uint32_t *items;
  uint32_t size;
  uint32_t support;
} whole_set;

/* The items of one side, ascending. Returns how many. */
static uint32_t take_side(uint32_t *out, const whole_set *set, uint32_t mask) {
  uint32_t count = 0;
  for (; mask != 0; mask &= mask - 1)
    out[count++] = set->items[__builtin_ctz(mask)];
  return count;
}

/* Keeps the rule with this consequent, if it is good enough. Every part of a frequent set is among the itemsets. */
static int32_t try_split(gathering *self, const whole_set *set, uint32_t consequent) {
  uint32_t all = (UINT32_C(1) << set->size) - 1, sides[LARGEST_SET];
  recs_rules *rules = self->rules;
  rule one = {.begin = rules->item_count, .both = set->support};
  one.antecedent_items = take_side(sides, set, all & ~consequent);
  one.consequent_items = take_side(sides + one.antecedent_items, set, consequent);
  one.antecedent = recs__set_index_support(&self->index, sides, one.antecedent_items);
  one.consequent = recs__set_index_support(&self->index, sides + one.antecedent_items, one.consequent_items);
  if (++self->splits % SPLITS_A_REPORT == 0)
    RECS_TRY(recs__progress_at(self->progress, 0));
  if (!(metric_of(rules, &one, self->metric) >= self->least))
    return RECS_OK;
  RECS_TRY(make_room(rules, set->size));
  memcpy(rules->items + rules->item_count, sides, set->size * sizeof *sides);
  rules->item_count += set->size;
  rules->list[rules->count++] = one;
  return trim(self);
}

/* All consequents of as many items: the next larger mask of as many bits, again and again (Gosper). */
static int32_t try_consequents(gathering *self, const whole_set *set, uint32_t items) {
  uint64_t mask = (UINT64_C(1) << items) - 1;
  while (mask >> set->size == 0) {
    uint64_t lowest = mask & -mask, next = mask + lowest;
    RECS_TRY(try_split(self, set, (uint32_t)mask));
    mask = ((mask ^ next) / lowest) >> 2 | next;
  }
  return RECS_OK;
}

static int32_t try_consequent(gathering *self, const whole_set *set, uint32_t item) {
  for (uint32_t k = 0; k < set->size; k++) {
    if (set->items[k] == item)
      return try_split(self, set, UINT32_C(1) << k);
  }
  return RECS_OK;
}

/* Only the sizes of sides that are wanted are looked at. */
static int32_t split_set(gathering *self, uint64_t number) {
  const recs_rules_options *options = &self->options;
  whole_set set;
  uint32_t fewest = 1, most;
  set.items = recs__itemsets_items(self->index.itemsets, number, &set.size);
  set.support = self->index.itemsets->supports[number];
  if (set.size < 2)
    return RECS_OK;
  if (set.size > LARGEST_SET)
    return recs__fail(RECS_ERROR_OVERFLOW,
                      "an itemset of %" PRIu32 " items has more rules than can be looked at (%d items at most)",
                      set.size, LARGEST_SET);
  most = set.size - 1;
  if (options->max_antecedent != 0 && options->max_antecedent < set.size)
    fewest = set.size - options->max_antecedent;
  if (options->max_consequent != 0 && options->max_consequent < most)
    most = options->max_consequent;
  if (options->consequent != RECS_NO_ROW)
    return fewest == 1 ? try_consequent(self, &set, options->consequent) : RECS_OK;
  for (uint32_t items = fewest; items <= most; items++)
    RECS_TRY(try_consequents(self, &set, items));
  return RECS_OK;
}

/* Progress counts the sets that are done. */
static int32_t gather(gathering *self, const recs__progress *progress) {
  const recs_itemsets *itemsets = self->index.itemsets;
  for (uint64_t number = 0; number < itemsets->count; number++) {
    recs__progress rest = recs__progress_part(progress, (double)number / (double)itemsets->count, 1);
    self->progress = &rest;
    RECS_TRY(split_set(self, number));
  }
  return recs__progress_at(progress, 1);
}

int32_t recs_rules_create(recs_rules **out, const recs_itemsets *itemsets, const recs_rules_options *options,
                          recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  gathering self = {0};
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(itemsets);
  RECS_TRY(recs__options_load(&self.options, &schema, options));
  if (itemsets->kind != RECS_ITEMSETS_ALL || itemsets->min_size > 1)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "rules need all frequent itemsets, those of one item too");
  self.metric = recs__rule_metric(self.options.metric);
  self.least = self.options.minimum;
  self.rules = new_rules(itemsets->object.context, itemsets->baskets);
  if (self.rules == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__set_index_init(&self.index, itemsets));
  RECS_GO(gather(&self, &whole));
  RECS_GO(copy_best(out, self.rules, self.metric, self.options.max_rules));
cleanup:
  recs__set_index_free(&self.index);
  recs__release(self.rules);
  return status;
}

static int32_t find_metric(recs__rule_metric_fn *out, int32_t metric) {
  *out = recs__rule_metric(metric);
  return *out != NULL ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "no metric has the number %" PRId32, metric);
}

int32_t recs_rules_filter(recs_rules **out, const recs_rules *rules, int32_t metric, double minimum, double maximum) {
  recs__rule_metric_fn function;
  recs_rules *self;
  int32_t status = RECS_OK;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  RECS_TRY(find_metric(&function, metric));
  if (!(minimum <= maximum))
    return recs__fail(RECS_ERROR_INVALID, "minimum is %g, maximum is %g", minimum, maximum);
  self = new_rules(rules->object.context, rules->baskets);
  if (self == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < rules->count && status == RECS_OK; i++) {
    double value = metric_of(rules, &rules->list[i], function);
    if (value >= minimum && value <= maximum)
      status = copy_rule(self, rules, &rules->list[i]);
  }
  if (status == RECS_OK)
    *out = self;
  else
    recs__release(self);
  return status;
}

int32_t recs_rules_sort(recs_rules **out, const recs_rules *rules, int32_t metric) {
  recs__rule_metric_fn function;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  RECS_TRY(find_metric(&function, metric));
  return copy_best(out, rules, function, 0);
}

uint64_t recs_rules_count(const recs_rules *rules) {
  return rules == NULL ? 0 : rules->count;
}

static int32_t find_rule(const rule **out, const recs_rules *rules, uint64_t index) {
  RECS_NOT_NULL(rules);
  if (index >= rules->count)
    return recs__fail(RECS_ERROR_INVALID, "rule %" PRIu64 " of %zu", index, rules->count);
  *out = &rules->list[index];
  return RECS_OK;
}

int32_t recs_rules_get(const uint32_t **antecedent, size_t *antecedent_count, const uint32_t **consequent,
                       size_t *consequent_count, const recs_rules *rules, uint64_t index) {
  const rule *found = NULL;
  recs__enter();
  if (antecedent != NULL)
    *antecedent = NULL;
  if (antecedent_count != NULL)
    *antecedent_count = 0;
  if (consequent != NULL)
    *consequent = NULL;
  if (consequent_count != NULL)
    *consequent_count = 0;
  RECS_TRY(find_rule(&found, rules, index));
  if (antecedent != NULL)
    *antecedent = rules->items + found->begin;
  if (antecedent_count != NULL)
    *antecedent_count = found->antecedent_items;
  if (consequent != NULL)
    *consequent = rules->items + found->begin + found->antecedent_items;
  if (consequent_count != NULL)
    *consequent_count = found->consequent_items;
  return RECS_OK;
}

int32_t recs_rules_metric(double *out, const recs_rules *rules, uint64_t index, int32_t metric) {
  recs__rule_metric_fn function;
  const rule *found = NULL;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NAN;
  RECS_TRY(find_rule(&found, rules, index));
  RECS_TRY(find_metric(&function, metric));
  *out = metric_of(rules, found, function);
  return RECS_OK;
}

void recs_rules_free(recs_rules *rules) {
  recs__release(rules);
}
