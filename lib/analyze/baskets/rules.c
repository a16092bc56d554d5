/* Lists of rules: reading, filtering and sorting them. */
#include "lib/analyze/baskets/rules.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void destroy(void *object) {
  recs_rules *self = object;
  recs__free(self->object.context, self->list);
  recs__free(self->object.context, self->items);
}

recs_rules *recs__rules_new(recs_context *context, uint64_t baskets) {
  recs_rules *self = recs__object_new(context, sizeof *self, destroy);
  if (self == NULL)
    recs__fail_nomem();
  else
    self->baskets = baskets;
  return self;
}

double recs__rules_value(const recs_rules *self, const recs__rule *rule, const recs__rule_metric *metric) {
  recs__rule_counts counts = {(double)self->baskets, rule->left, rule->right, rule->both};
  return metric->value(&counts);
}

/* Room for more rules with so many items in all. */
static int32_t make_room(recs_rules *self, size_t rules, size_t items) {
  RECS_TRY(recs__grow(self->object.context, &self->list, &self->room, self->count + rules, sizeof *self->list));
  return recs__grow(self->object.context, &self->items, &self->item_room, self->item_count + items,
                    sizeof *self->items);
}

int32_t recs__rules_add(recs_rules *self, const uint32_t *items, const recs__rule *rule) {
  size_t count = (size_t)rule->left_items + rule->right_items;
  RECS_TRY(make_room(self, 1, count));
  memcpy(self->items + self->item_count, items, count * sizeof *items);
  self->list[self->count] = *rule;
  self->list[self->count++].begin = self->item_count;
  self->item_count += count;
  return RECS_OK;
}

/* What one list has becomes the other's. */
static void trade(recs_rules *one, recs_rules *other) {
  recs_rules old = *one;
  one->list = other->list, one->count = other->count, one->room = other->room;
  one->items = other->items, one->item_count = other->item_count, one->item_room = other->item_room;
  other->list = old.list, other->count = old.count, other->room = old.room;
  other->items = old.items, other->item_count = old.item_count, other->item_room = old.item_room;
}

int32_t recs__rules_append(recs_rules *self, recs_rules *other) {
  if (self->count == 0) {
    trade(self, other);
    return RECS_OK;
  }
  RECS_TRY(make_room(self, other->count, other->item_count));
  for (size_t i = 0; i < other->count; i++) {
    self->list[self->count] = other->list[i];
    self->list[self->count++].begin += self->item_count;
  }
  if (other->item_count > 0)
    memcpy(self->items + self->item_count, other->items, other->item_count * sizeof *self->items);
  self->item_count += other->item_count;
  other->count = other->item_count = 0;
  return RECS_OK;
}

int32_t recs__rules_marked(recs_rules **out, const recs_rules *rules, const uint8_t *marks) {
  recs_rules *self = recs__rules_new(rules->object.context, rules->baskets);
  int32_t status = self == NULL ? RECS_ERROR_NOMEM : RECS_OK;
  *out = NULL;
  for (size_t i = 0; i < rules->count && status == RECS_OK; i++) {
    if (marks[i] != 0)
      status = recs__rules_add(self, rules->items + rules->list[i].begin, &rules->list[i]);
  }
  if (status == RECS_OK)
    *out = self;
  else
    recs__release(self);
  return status;
}

int32_t recs__rules_find_metric(const recs__rule_metric **out, int32_t number) {
  *out = recs__rule_metric_of(number);
  return *out != NULL ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "no metric has the number %" PRId32, number);
}

int32_t recs_rules_filter(recs_rules **out, const recs_rules *rules, int32_t metric, double minimum, double maximum) {
  const recs__rule_metric *judge;
  uint8_t *marks;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  RECS_TRY(recs__rules_find_metric(&judge, metric));
  if (!(minimum <= maximum))
    return recs__fail(RECS_ERROR_INVALID, "minimum is %g, maximum is %g", minimum, maximum);
  marks = recs__alloc(rules->object.context, rules->count, sizeof *marks);
  if (marks == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < rules->count; i++) {
    double value = recs__rules_value(rules, &rules->list[i], judge);
    marks[i] = value >= minimum && value <= maximum;
  }
  status = recs__rules_marked(out, rules, marks);
  recs__free(rules->object.context, marks);
  return status;
}

/* The first `count` rules, in memory of their own. */
static int32_t copy_first(recs_rules **out, const recs_rules *rules, size_t count) {
  uint8_t *marks = recs__alloc_zero(rules->object.context, rules->count, sizeof *marks);
  int32_t status;
  if (marks == NULL)
    return recs__fail_nomem();
  memset(marks, 1, count);
  status = recs__rules_marked(out, rules, marks);
  recs__free(rules->object.context, marks);
  return status;
}

int32_t recs_rules_first(recs_rules **out, const recs_rules *rules, uint64_t count) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  return copy_first(out, rules, count < rules->count ? (size_t)count : rules->count);
}

int32_t recs_rules_sort(recs_rules **out, const recs_rules *rules, int32_t metric) {
  const recs__rule_metric *judge;
  recs_rules *self;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  RECS_TRY(recs__rules_find_metric(&judge, metric));
  RECS_TRY(copy_first(&self, rules, rules->count));
  status = recs__rules_order(self, judge, 0);
  if (status == RECS_OK)
    *out = self;
  else
    recs__release(self);
  return status;
}

uint64_t recs_rules_count(const recs_rules *rules) {
  return rules == NULL ? 0 : rules->count;
}

static int32_t find_rule(const recs__rule **out, const recs_rules *rules, uint64_t index) {
  RECS_NOT_NULL(rules);
  if (index >= rules->count)
    return recs__fail(RECS_ERROR_INVALID, "rule %" PRIu64 " of %zu", index, rules->count);
  *out = &rules->list[index];
  return RECS_OK;
}

int32_t recs_rules_get(const uint32_t **antecedent, size_t *antecedent_count, const uint32_t **consequent,
                       size_t *consequent_count, const recs_rules *rules, uint64_t index) {
  const recs__rule *found = NULL;
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
    *antecedent_count = found->left_items;
  if (consequent != NULL)
    *consequent = rules->items + found->begin + found->left_items;
  if (consequent_count != NULL)
    *consequent_count = found->right_items;
  return RECS_OK;
}

int32_t recs_rules_metric(double *out, const recs_rules *rules, uint64_t index, int32_t metric) {
  const recs__rule_metric *found_metric;
  const recs__rule *found = NULL;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NAN;
  RECS_TRY(find_rule(&found, rules, index));
  RECS_TRY(recs__rules_find_metric(&found_metric, metric));
  *out = recs__rules_value(rules, found, found_metric);
  return RECS_OK;
}

int32_t recs_rules_values(double *out, const recs_rules *rules, uint64_t begin, size_t count, int32_t metric) {
  const recs__rule_metric *found_metric;
  recs__enter();
  RECS_NOT_NULL(rules);
  RECS_NOT_NULL(out);
  RECS_TRY(recs__rules_find_metric(&found_metric, metric));
  if (begin > rules->count || count > rules->count - begin)
    return recs__fail(RECS_ERROR_INVALID, "%zu rules from number %" PRIu64 " on, but there are %zu", count, begin,
                      rules->count);
  for (size_t i = 0; i < count; i++)
    out[i] = recs__rules_value(rules, &rules->list[begin + i], found_metric);
  return RECS_OK;
}

void recs_rules_free(recs_rules *rules) {
  recs__release(rules);
}
