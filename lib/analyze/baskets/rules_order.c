/* The order of rules: by a metric, then by support, then by their items. */
#include "lib/analyze/baskets/rules.h"
#include "lib/base/keyed.h"
#include "lib/base/parallel.h"

#include <string.h>

enum { KEYS_A_RANGE = 4096 };

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

static uint64_t letter(const uint32_t *items, const recs__rule *one, uint32_t place) {
  if (place < one->left_items)
    return (uint64_t)items[place] + 1;
  if (place == one->left_items || place > one->left_items + one->right_items)
    return 0;
  return (uint64_t)items[place - 1] + 1;
}

static uint64_t tie_key(const tie *self, const recs__rule *one) {
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

/* Keys of all rules, by what the metric makes of them. */
typedef struct keying {
  const recs_rules *rules;
  const recs__rule_metric *metric;
  recs__keyed *order;
} keying;

static int32_t key_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const keying *job = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    const recs__rule *one = &job->rules->list[i];
    job->order[i] = (recs__keyed){key_of(recs__rules_merit(job->rules, one, job->metric)), one};
  }
  return RECS_OK;
}

/* The rules in the order of their keys, in memory of their own. */
static recs__rule *in_order(const recs_rules *self, const recs__keyed *order, size_t count) {
  recs__rule *list = recs__alloc(self->object.context, count, sizeof *list);
  for (size_t i = 0; list != NULL && i < count; i++)
    list[i] = *(const recs__rule *)order[i].element;
  return list;
}

/* Only the items of the rules that are left, in their order. */
static int32_t pack_items(recs_rules *self) {
  size_t used = 0;
  uint32_t *packed;
  for (size_t i = 0; i < self->count; i++)
    used += (size_t)self->list[i].left_items + self->list[i].right_items;
  packed = recs__alloc(self->object.context, used, sizeof *packed);
  if (packed == NULL)
    return recs__fail_nomem();
  used = 0;
  for (size_t i = 0; i < self->count; i++) {
    recs__rule *one = &self->list[i];
    size_t items = (size_t)one->left_items + one->right_items;
    memcpy(packed + used, self->items + one->begin, items * sizeof *packed);
    one->begin = used;
    used += items;
  }
  recs__free(self->object.context, self->items);
  self->items = packed;
  self->item_count = self->item_room = used;
  return RECS_OK;
}

int32_t recs__rules_order(recs_rules *self, const recs__rule_metric *metric, uint64_t most) {
  recs_context *context = self->object.context;
  size_t count = most != 0 && most < self->count ? (size_t)most : self->count;
  tie first = first_tie(self);
  keying job = {self, metric, recs__alloc(context, self->count, sizeof *job.order)};
  recs__rule *list = NULL;
  int32_t status = job.order == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = recs__parallel(context, self->count, KEYS_A_RANGE, key_range, &job, NULL);
  if (status == RECS_OK) {
    recs__sort_keyed(job.order, self->count, break_ties, &first);
    list = in_order(self, job.order, count);
    status = list == NULL ? recs__fail_nomem() : RECS_OK;
  }
  recs__free(context, job.order);
  if (status != RECS_OK)
    return status;
  recs__free(context, self->list);
  self->list = list;
  self->room = count;
  if (count == self->count)
    return RECS_OK;
  self->count = count;
  return pack_items(self);
}
