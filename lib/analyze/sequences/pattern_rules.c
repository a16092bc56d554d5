/* Rules X => Y: every pattern of several elements, cut between two of them. Both sides are patterns that were found: a match of the whole
 * has a match of each side within it. */
#include "lib/analyze/sequences/pattern_rules.h"

#include "lib/base/options.h"
#include "lib/base/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const recs__choice orders[] = {
    {"confidence", RECS_PATTERN_RULES_CONFIDENCE},
    {"lift", RECS_PATTERN_RULES_LIFT},
    {"support", RECS_PATTERN_RULES_SUPPORT},
    {NULL, 0},
};
static const recs__field fields[] = {
    RECS__F64(recs_pattern_rules_options, min_confidence, 0, 1, 0.1, "Least confidence."),
    RECS__F64(recs_pattern_rules_options, min_lift, 0, 1e300, 0, "Least lift."),
    RECS__U64(recs_pattern_rules_options, top_k, 0, UINT64_MAX, 0, "Only the first so many; 0: all."),
    RECS__U32(recs_pattern_rules_options, max_consequent, 0, UINT32_MAX, 1, "Elements that follow at most; 0: any."),
    RECS__CHOICE(recs_pattern_rules_options, order, orders, "confidence|lift|support", RECS_PATTERN_RULES_CONFIDENCE,
                 "What rules are ordered by."),
};
static const recs_schema schema = RECS__SCHEMA("pattern_rules", recs_pattern_rules_options, fields);

const recs_schema *recs_pattern_rules_schema(void) {
  return &schema;
}

int32_t recs_pattern_rules_options_init(recs_pattern_rules_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

static void destroy(void *object) {
  recs_pattern_rules *self = object;
  recs__free(self->object.context, self->rules);
  recs__free(self->object.context, self->by_last);
  recs__free(self->object.context, self->last_items);
  recs__free(self->object.context, self->last_begins);
  recs__release(self->patterns);
}

typedef struct ruling {
  recs_pattern_rules *rules;
  const recs_pattern_rules_options *options;
  size_t room;
} ruling;

/* The support of a pattern, which must be there. */
static int32_t support_of(uint32_t *out, const recs_patterns *patterns, const uint32_t *items, const uint32_t *elements, size_t count) {
  uint64_t place = recs__patterns_place(patterns, items, elements, count);
  if (place == patterns->count)
    return recs__fail(RECS_ERROR_INTERNAL, "a part of a pattern is missing");
  *out = patterns->supports[place];
  return RECS_OK;
}

static int32_t add_rule(ruling *self, recs__pattern_rule rule) {
  recs_pattern_rules *rules = self->rules;
  double confidence = recs__pattern_rule_confidence(&rule), lift;
  size_t count;
  const uint32_t *elements, *items = recs__patterns_at(rules->patterns, rule.pattern, &elements, &count);
  if (confidence < self->options->min_confidence)
    return RECS_OK;
  RECS_TRY(support_of(&rule.consequent, rules->patterns, items + rule.cut, elements + rule.cut, count - rule.cut));
  lift = recs__pattern_rule_lift(&rule, rules->patterns->sequences);
  if (lift < self->options->min_lift)
    return RECS_OK;
  rule.value = self->options->order == RECS_PATTERN_RULES_CONFIDENCE ? confidence
               : self->options->order == RECS_PATTERN_RULES_LIFT     ? lift
                                                                     : rule.support;
  if (rules->count >= UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "2^32 rules or more: raise min_confidence");
  RECS_TRY(recs__grow(rules->object.context, &rules->rules, &self->room, (size_t)rules->count + 1, sizeof *rules->rules));
  rules->rules[rules->count++] = rule;
  return RECS_OK;
}

/* The rules of one pattern: cut before each element that leaves no more than max_consequent behind. */
static int32_t add_rules(ruling *self, uint64_t place) {
  const recs_patterns *patterns = self->rules->patterns;
  uint32_t most = self->options->max_consequent;
  size_t count;
  const uint32_t *elements, *items = recs__patterns_at(patterns, place, &elements, &count);
  for (size_t cut = count - 1; cut > 0; cut--) {
    recs__pattern_rule rule = {.pattern = (uint32_t)place, .cut = (uint32_t)cut, .support = patterns->supports[place]};
    if (elements[cut] == elements[cut - 1])
      continue;
    if (most > 0 && elements[count - 1] - elements[cut - 1] > most)
      break;
    RECS_TRY(support_of(&rule.antecedent, patterns, items, elements, cut));
    RECS_TRY(add_rule(self, rule));
  }
  return RECS_OK;
}

static int compare_rules(const void *a, const void *b) {
  const recs__pattern_rule *left = a, *right = b;
  if (left->value != right->value)
    return left->value > right->value ? -1 : 1;
  if (left->support != right->support)
    return left->support > right->support ? -1 : 1;
  if (left->pattern != right->pattern)
    return left->pattern < right->pattern ? -1 : 1;
  return left->cut < right->cut ? -1 : left->cut > right->cut;
}

static uint32_t last_item(const recs_pattern_rules *self, const recs__pattern_rule *rule) {
  const uint32_t *elements;
  size_t count;
  return recs__patterns_at(self->patterns, rule->pattern, &elements, &count)[rule->cut - 1];
}

/* The rules by the last item of X. */
static int32_t index_rules(recs_pattern_rules *self) {
  const recs_context *context = self->object.context;
  uint64_t *keys = recs__alloc(context, (size_t)self->count, sizeof *keys);
  self->by_last = recs__alloc(context, (size_t)self->count, sizeof *self->by_last);
  self->last_items = recs__alloc(context, (size_t)self->count, sizeof *self->last_items);
  self->last_begins = recs__alloc_zero(context, (size_t)self->count + 1, sizeof *self->last_begins);
  if (keys == NULL || self->by_last == NULL || self->last_items == NULL || self->last_begins == NULL) {
    recs__free(context, keys);
    return recs__fail_nomem();
  }
  for (uint64_t i = 0; i < self->count; i++)
    keys[i] = (uint64_t)last_item(self, &self->rules[i]) << 32 | i;
  recs__sort_u64(keys, (size_t)self->count);
  for (uint64_t i = 0; i < self->count; i++) {
    self->by_last[i] = (uint32_t)keys[i];
    if (i == 0 || keys[i] >> 32 != keys[i - 1] >> 32) {
      self->last_items[self->last_count] = (uint32_t)(keys[i] >> 32);
      self->last_begins[self->last_count++] = i;
    }
  }
  self->last_begins[self->last_count] = self->count;
  recs__free(context, keys);
  return RECS_OK;
}

int32_t recs_pattern_rules_create(recs_pattern_rules **out, const recs_patterns *patterns, const recs_pattern_rules_options *options) {
  recs_pattern_rules_options chosen;
  ruling self = {.options = &chosen};
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(patterns);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  if (!patterns->whole)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "rules need all patterns: of kind all, of every length and item, without top_k");
  self.rules = recs__object_new(recs__context_of(patterns), sizeof *self.rules, destroy);
  if (self.rules == NULL)
    return recs__fail_nomem();
  self.rules->patterns = recs__hold(patterns);
  for (uint64_t place = 0; place < patterns->count; place++)
    RECS_GO(add_rules(&self, place));
  if (self.rules->count > 0)
    recs__sort(self.rules->rules, (size_t)self.rules->count, sizeof *self.rules->rules, compare_rules);
  if (chosen.top_k > 0 && chosen.top_k < self.rules->count)
    self.rules->count = chosen.top_k;
  RECS_GO(index_rules(self.rules));
  *out = self.rules;
  self.rules = NULL;
cleanup:
  recs__release(self.rules);
  return status;
}

uint64_t recs_pattern_rules_count(const recs_pattern_rules *rules) {
  return rules == NULL ? 0 : rules->count;
}

static int32_t check_index(const recs_pattern_rules *rules, uint64_t index) {
  RECS_NOT_NULL(rules);
  if (index >= rules->count)
    return recs__fail(RECS_ERROR_INVALID, "rule %" PRIu64 " of %" PRIu64, index, rules->count);
  return RECS_OK;
}

int32_t recs_pattern_rules_get(const uint32_t **items, const uint32_t **elements, size_t *antecedent_count, size_t *item_count,
                               const recs_pattern_rules *rules, uint64_t index) {
  const uint32_t *own, *own_elements;
  size_t count;
  recs__enter();
  if (items != NULL)
    *items = NULL;
  if (elements != NULL)
    *elements = NULL;
  if (antecedent_count != NULL)
    *antecedent_count = 0;
  if (item_count != NULL)
    *item_count = 0;
  RECS_TRY(check_index(rules, index));
  own = recs__patterns_at(rules->patterns, rules->rules[index].pattern, &own_elements, &count);
  if (items != NULL)
    *items = own;
  if (elements != NULL)
    *elements = own_elements;
  if (antecedent_count != NULL)
    *antecedent_count = rules->rules[index].cut;
  if (item_count != NULL)
    *item_count = count;
  return RECS_OK;
}

int32_t recs_pattern_rules_measures(uint64_t *support, uint64_t *antecedent, double *confidence, double *lift,
                                    const recs_pattern_rules *rules, uint64_t index) {
  const recs__pattern_rule *rule;
  recs__enter();
  if (support != NULL)
    *support = 0;
  if (antecedent != NULL)
    *antecedent = 0;
  if (confidence != NULL)
    *confidence = (double)NAN;
  if (lift != NULL)
    *lift = (double)NAN;
  RECS_TRY(check_index(rules, index));
  rule = &rules->rules[index];
  if (support != NULL)
    *support = rule->support;
  if (antecedent != NULL)
    *antecedent = rule->antecedent;
  if (confidence != NULL)
    *confidence = recs__pattern_rule_confidence(rule);
  if (lift != NULL)
    *lift = recs__pattern_rule_lift(rule, rules->patterns->sequences);
  return RECS_OK;
}

void recs_pattern_rules_free(recs_pattern_rules *rules) {
  recs__release(rules);
}
