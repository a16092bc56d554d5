#include "lib/analyze/rules.h"

#include "lib/analyze/itemsets.h"
#include "lib/base/progress.h"
#include "lib/base/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
  LARGEST_SET = 24,    /* 2^24 sides are looked at for such a set */
  SPARE_RULES = 65536, /* how many more than max_rules are gathered before the best are chosen */
  SETS_A_REPORT = 4096
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
    RECS__U32(recs_rules_options, consequent, 0, UINT32_MAX, UINT32_MAX, "Only rules with just this item on the right."),
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
  return recs__grow(self->object.context, &self->items, &self->item_room, self->item_count + items, sizeof *self->items);
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

/* A rule on its way through a sort. */
typedef struct contender {
  double value;
  const rule *own;
  const uint32_t *items; /* of all rules */
} contender;

static int compare_items(const uint32_t *a, uint32_t a_count, const uint32_t *b, uint32_t b_count) {
  for (uint32_t k = 0; k < a_count && k < b_count; k++) {
    if (a[k] != b[k])
      return a[k] < b[k] ? -1 : 1;
  }
  return (a_count > b_count) - (a_count < b_count);
}

/* The greater value first, then the greater support, then the smaller items. */
static int by_value(const void *first, const void *second) {
  const contender *a = first, *b = second;
  const uint32_t *a_items = a->items + a->own->begin, *b_items = b->items + b->own->begin;
  int order;
  if (a->value > b->value || a->value < b->value)
    return a->value > b->value ? -1 : 1;
  if (a->own->both != b->own->both)
    return a->own->both > b->own->both ? -1 : 1;
  order = compare_items(a_items, a->own->antecedent_items, b_items, b->own->antecedent_items);
  if (order != 0)
    return order;
  return compare_items(a_items + a->own->antecedent_items, a->own->consequent_items, b_items + b->own->antecedent_items,
                       b->own->consequent_items);
}

/* A copy of at most `most` rules (0: all), the best first. */
static int32_t copy_best(recs_rules **out, const recs_rules *from, recs__rule_metric_fn metric, uint64_t most) {
  recs_context *context = from->object.context;
  contender *order = recs__alloc(context, from->count, sizeof *order);
  recs_rules *self = new_rules(context, from->baskets);
  int32_t status = order == NULL || self == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK) {
    for (size_t i = 0; i < from->count; i++)
      order[i] = (contender){metric_of(from, &from->list[i], metric), &from->list[i], from->items};
    recs__sort(order, from->count, sizeof *order, by_value);
  }
  for (size_t i = 0; i < from->count && (most == 0 || i < most) && status == RECS_OK; i++)
    status = copy_rule(self, from, order[i].own);
  recs__free(context, order);
  if (status == RECS_OK)
    *out = self;
  else
    recs__release(self);
  return status;
}

/* The rules gathered so far, with what they are chosen by. */
typedef struct gathering {
  const recs_itemsets *itemsets;
  recs_rules_options options;
  recs__rule_metric_fn metric;
  recs_rules *rules;
  uint32_t *supports; /* by subset of the set at hand, as a mask; 0: not yet looked up */
  size_t support_room;
} gathering;

/* When there are far more than are wanted, only the best stay. */
static int32_t trim(gathering *self) {
  recs_rules *best;
  if (self->options.max_rules == 0 || self->rules->count < self->options.max_rules ||
      self->rules->count - self->options.max_rules < SPARE_RULES)
    return RECS_OK;
  RECS_TRY(copy_best(&best, self->rules, self->metric, self->options.max_rules));
  recs__release(self->rules);
  self->rules = best;
  return RECS_OK;
}

/* In how many baskets a part of a set is. Every part of a frequent set is among the itemsets. */
static uint32_t support_of(gathering *self, const uint32_t *items, uint32_t size, uint32_t mask) {
  if (self->supports[mask] == 0) {
    uint32_t part[LARGEST_SET], count = 0;
    for (uint32_t k = 0; k < size; k++) {
      if ((mask >> k & 1) != 0)
        part[count++] = items[k];
    }
    self->supports[mask] = self->itemsets->supports[recs__itemsets_place(self->itemsets, part, count)];
  }
  return self->supports[mask];
}

static void split_items(uint32_t *out, const uint32_t *items, uint32_t size, uint32_t antecedent) {
  for (uint32_t side = 0; side < 2; side++) {
    for (uint32_t k = 0; k < size; k++) {
      if ((antecedent >> k & 1) != side)
        *out++ = items[k];
    }
  }
}

static int is_wanted(const recs_rules_options *options, const uint32_t *items, uint32_t left, uint32_t right, uint32_t consequent) {
  if ((options->max_antecedent != 0 && left > options->max_antecedent) ||
      (options->max_consequent != 0 && right > options->max_consequent))
    return 0;
  return options->consequent == RECS_NO_ROW || (right == 1 && items[__builtin_ctz(consequent)] == options->consequent);
}

/* The rule whose antecedent is a part of a set, if it is good enough. */
static int32_t try_split(gathering *self, const uint32_t *items, uint32_t size, uint32_t antecedent) {
  uint32_t all = (UINT32_C(1) << size) - 1, consequent = all & ~antecedent;
  rule one = {.antecedent_items = (uint32_t)__builtin_popcount(antecedent),
              .consequent_items = (uint32_t)__builtin_popcount(consequent)};
  if (!is_wanted(&self->options, items, one.antecedent_items, one.consequent_items, consequent))
    return RECS_OK;
  one.both = self->supports[all];
  one.antecedent = support_of(self, items, size, antecedent);
  one.consequent = support_of(self, items, size, consequent);
  if (!(metric_of(self->rules, &one, self->metric) >= self->options.minimum))
    return RECS_OK;
  RECS_TRY(make_room(self->rules, size));
  one.begin = self->rules->item_count;
  split_items(self->rules->items + one.begin, items, size, antecedent);
  self->rules->item_count += size;
  self->rules->list[self->rules->count++] = one;
  return RECS_OK;
}

static int32_t split_set(gathering *self, uint64_t index) {
  uint32_t size;
  const uint32_t *items = recs__itemsets_items(self->itemsets, index, &size);
  uint32_t all;
  if (size < 2)
    return RECS_OK;
  if (size > LARGEST_SET)
    return recs__fail(RECS_ERROR_OVERFLOW, "an itemset of %" PRIu32 " items has more rules than can be looked at (%d items at most)",
                      size, LARGEST_SET);
  all = (UINT32_C(1) << size) - 1;
  RECS_TRY(recs__grow(self->rules->object.context, &self->supports, &self->support_room, (size_t)all + 1,
                      sizeof *self->supports));
  memset(self->supports, 0, ((size_t)all + 1) * sizeof *self->supports);
  self->supports[all] = self->itemsets->supports[index];
  for (uint32_t antecedent = 1; antecedent < all; antecedent++)
    RECS_TRY(try_split(self, items, size, antecedent));
  return trim(self);
}

static int32_t gather(gathering *self, const recs__progress *progress) {
  uint64_t count = self->itemsets->count;
  for (uint64_t i = 0; i < count; i++) {
    RECS_TRY(split_set(self, i));
    if (i % SETS_A_REPORT == 0)
      RECS_TRY(recs__progress_at(progress, (double)i / (double)count));
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
  self.itemsets = itemsets;
  self.metric = recs__rule_metric(self.options.metric);
  self.rules = new_rules(itemsets->object.context, itemsets->baskets);
  if (self.rules == NULL)
    return recs__fail_nomem();
  RECS_GO(gather(&self, &whole));
  RECS_GO(copy_best(out, self.rules, self.metric, self.options.max_rules));
cleanup:
  recs__free(itemsets->object.context, self.supports);
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
