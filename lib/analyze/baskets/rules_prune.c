/* Rules that say no more than more general ones: the same consequent of a part of the antecedent. Rules of the same consequents are
 * brought together in piles small enough for a cache; in a pile they stand in a hash table, are gone through by the size of their antecedents,
 * and take over what was found for those that lack one item. */
#include "lib/analyze/baskets/rules.h"
#include "lib/analyze/baskets/sidecount.h"
#include "lib/base/parallel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { RULES_A_RANGE = 4096, RULES_A_PILE = 2048 };

/* A rule in its pile. */
typedef struct entry {
  const recs__rule *rule;
  const uint32_t *items; /* the antecedent's, then the consequent's */
  uint64_t right;        /* a hash of the consequent */
  uint64_t hash;         /* that, and the sum over the antecedent's items */
  uint64_t bits;         /* of the antecedent: one of 64 bits an item */
  double merit;
  double best; /* the greatest merit of the more general rules */
} entry;

/* What a thread works with. */
typedef struct bench {
  entry *entries;
  size_t room;
  uint32_t *slots; /* number of an entry + 1; 0: free */
  size_t slot_room;
  uint64_t mask;
} bench;

typedef struct pruning {
  const recs_rules *rules;
  const recs__rule_metric *metric;
  double *out;
  uint64_t *rights; /* of each rule: the hash of the consequent */
  uint32_t piles;   /* a power of 2: a rule's pile is its hash's last bits */
  size_t *begins;   /* piles + 1: where a pile begins in `numbers` */
  uint32_t *numbers;
  bench *benches; /* one a thread */
  uint32_t threads;
} pruning;

static uint64_t mix(uint64_t value) {
  value = (value + 1) * UINT64_C(0x9E3779B97F4A7C15);
  value = (value ^ value >> 32) * UINT64_C(0xD6E8FEB86659FD93);
  return value ^ value >> 29;
}

static uint64_t sum_of(const uint32_t *items, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t k = 0; k < count; k++)
    sum += mix(items[k]);
  return sum;
}

static int same_right(const entry *a, const entry *b) {
  return a->right == b->right && a->rule->right_items == b->rule->right_items &&
         memcmp(a->items + a->rule->left_items, b->items + b->rule->left_items, a->rule->right_items * sizeof *a->items) == 0;
}

/* The entry with these items on the left and the consequent of `as`, or NULL. */
static const entry *find(const bench *own, uint64_t hash, const uint32_t *left, uint32_t count, const entry *as) {
  for (uint64_t slot = hash & own->mask; own->slots[slot] != 0; slot = (slot + 1) & own->mask) {
    const entry *found = &own->entries[own->slots[slot] - 1];
    if (found->hash == hash && found->rule->left_items == count && memcmp(found->items, left, count * sizeof *left) == 0 &&
        same_right(found, as))
      return found;
  }
  return NULL;
}

/* The rule of nothing on the left: what is known of every consequent. */
static double merit_of_nothing(const pruning *self, const recs__rule *one) {
  recs__rule general = *one;
  general.left = (uint32_t)self->rules->baskets;
  general.both = one->right;
  return recs__rules_merit(self->rules, &general, self->metric);
}

static int is_part(const entry *part, const entry *of) {
  uint32_t found = 0;
  if ((part->bits & ~of->bits) != 0 || !same_right(part, of))
    return 0;
  for (uint32_t k = 0; k < of->rule->left_items && found < part->rule->left_items; k++)
    found += of->items[k] == part->items[found];
  return found == part->rule->left_items;
}

/* Of the entries with fewer items on the left, which come first. */
static double best_of_smaller(const bench *own, const entry *one) {
  double best = -HUGE_VAL;
  for (const entry *other = own->entries; other->rule->left_items < one->rule->left_items; other++) {
    if (is_part(other, one))
      best = fmax(best, other->merit);
  }
  return best;
}

/* Of every part of the antecedent, looked up. */
static double best_of_parts(const bench *own, const entry *one) {
  uint32_t all = (UINT32_C(1) << one->rule->left_items) - 1;
  double best = -HUGE_VAL;
  for (uint32_t mask = 1; mask < all; mask++) {
    uint32_t part[32], count = 0;
    const entry *found;
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1)
      part[count++] = one->items[__builtin_ctz(rest)];
    found = find(own, one->right + sum_of(part, count), part, count, one);
    if (found != NULL)
      best = fmax(best, found->merit);
  }
  return best;
}

/* The parts that lack one item have seen all smaller ones, if they are rules themselves; if one is none, all parts are looked up, or all
 * smaller rules looked at, whichever are fewer. */
static double best_of_general(const bench *own, const entry *one) {
  uint32_t part[RECS__SIDE_ITEMS], left = one->rule->left_items;
  double best = -HUGE_VAL;
  for (uint32_t k = 0; k < left && left > 1; k++) {
    const entry *found;
    memcpy(part, one->items, k * sizeof *part);
    memcpy(part + k, one->items + k + 1, (left - k - 1) * sizeof *part);
    found = find(own, one->hash - mix(one->items[k]), part, left - 1, one);
    if (found == NULL)
      return left < 32 && (size_t)(one - own->entries) >> left > 0 ? best_of_parts(own, one) : best_of_smaller(own, one);
    best = fmax(best, fmax(found->merit, found->best));
  }
  return best;
}

static entry make_entry(const pruning *self, uint32_t number) {
  const recs__rule *rule = &self->rules->list[number];
  entry one = {.rule = rule, .items = self->rules->items + rule->begin, .right = self->rights[number]};
  one.hash = one.right + sum_of(one.items, rule->left_items);
  for (uint32_t k = 0; k < rule->left_items; k++)
    one.bits |= UINT64_C(1) << (mix(one.items[k]) >> 58);
  one.merit = recs__rules_merit(self->rules, rule, self->metric);
  return one;
}

/* Puts a pile on the bench: its entries by the size of the antecedent, and the hash table. */
static int32_t lay_out(bench *own, const pruning *self, const uint32_t *numbers, size_t count) {
  size_t begins[RECS__SIDE_ITEMS + 1] = {0};
  uint64_t slots = 16;
  while (slots / 2 < count)
    slots *= 2;
  RECS_TRY(recs__grow(self->rules->object.context, &own->entries, &own->room, count, sizeof *own->entries));
  RECS_TRY(recs__grow(self->rules->object.context, &own->slots, &own->slot_room, slots, sizeof *own->slots));
  memset(own->slots, 0, slots * sizeof *own->slots);
  own->mask = slots - 1;
  for (size_t i = 0; i < count; i++)
    begins[self->rules->list[numbers[i]].left_items + 1] += 1;
  for (uint32_t s = 0; s < RECS__SIDE_ITEMS; s++)
    begins[s + 1] += begins[s];
  for (size_t i = 0; i < count; i++) {
    size_t place = begins[self->rules->list[numbers[i]].left_items]++;
    uint64_t slot;
    own->entries[place] = make_entry(self, numbers[i]);
    slot = own->entries[place].hash & own->mask;
    while (own->slots[slot] != 0)
      slot = (slot + 1) & own->mask;
    own->slots[slot] = (uint32_t)place + 1;
  }
  return RECS_OK;
}

/* What each rule of a pile adds to the best of the more general ones. */
static int32_t compare_pile(const pruning *self, bench *own, size_t pile) {
  const uint32_t *numbers = self->numbers + self->begins[pile];
  size_t count = self->begins[pile + 1] - self->begins[pile];
  RECS_TRY(lay_out(own, self, numbers, count));
  for (size_t i = 0; i < count; i++) {
    entry *one = &own->entries[i];
    double best = fmax(best_of_general(own, one), merit_of_nothing(self, one->rule));
    one->best = best;
    self->out[one->rule - self->rules->list] = one->merit == best ? 0 : one->merit - best; /* equal infinities too */
  }
  return RECS_OK;
}

static int32_t compare_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const pruning *self = payload;
  for (size_t pile = begin; pile < end; pile++)
    RECS_TRY(compare_pile(self, &self->benches[thread], pile));
  return RECS_OK;
}

static int32_t hash_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const pruning *self = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    const recs__rule *one = &self->rules->list[i];
    self->rights[i] = mix(sum_of(self->rules->items + one->begin + one->left_items, one->right_items));
  }
  return RECS_OK;
}

static int32_t open_pruning(pruning *self) {
  const recs_context *context = self->rules->object.context;
  size_t count = self->rules->count;
  self->piles = 1;
  while (self->piles < count / RULES_A_PILE)
    self->piles *= 2;
  self->threads = recs__parallel_threads(context, self->piles, 1);
  self->rights = recs__alloc(context, count, sizeof *self->rights);
  self->numbers = recs__alloc(context, count, sizeof *self->numbers);
  self->begins = recs__alloc_zero(context, (size_t)self->piles + 2, sizeof *self->begins);
  self->benches = recs__alloc_zero(context, self->threads, sizeof *self->benches);
  if (self->rights == NULL || self->numbers == NULL || self->begins == NULL || self->benches == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

static void close_pruning(pruning *self) {
  const recs_context *context = self->rules->object.context;
  for (uint32_t t = 0; t < self->threads && self->benches != NULL; t++) {
    recs__free(context, self->benches[t].entries);
    recs__free(context, self->benches[t].slots);
  }
  recs__free(context, self->benches);
  recs__free(context, self->begins);
  recs__free(context, self->numbers);
  recs__free(context, self->rights);
}

/* Brings the rules of each pile together. While they are dealt, begins[p + 1] is where the next of pile p goes. */
static void deal(pruning *self) {
  uint64_t mask = self->piles - 1;
  for (size_t i = 0; i < self->rules->count; i++)
    self->begins[(self->rights[i] & mask) + 2] += 1;
  for (uint32_t p = 0; p < self->piles; p++)
    self->begins[p + 2] += self->begins[p + 1];
  for (size_t i = 0; i < self->rules->count; i++)
    self->numbers[self->begins[(self->rights[i] & mask) + 1]++] = (uint32_t)i;
}

static int32_t improve(double *out, const recs_rules *rules, const recs__rule_metric *metric) {
  const recs_context *context = rules->object.context;
  pruning self = {.rules = rules, .metric = metric, .out = out};
  int32_t status;
  if (rules->count >= RECS_NO_ROW)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rules are too many to be compared", rules->count);
  RECS_GO(open_pruning(&self));
  RECS_GO(recs__parallel(context, rules->count, RULES_A_RANGE, hash_range, &self, NULL));
  deal(&self);
  RECS_GO(recs__parallel(context, self.piles, 1, compare_range, &self, NULL));
cleanup:
  close_pruning(&self);
  return status;
}

int32_t recs_rules_improvement(double *out, const recs_rules *rules, int32_t metric) {
  const recs__rule_metric *judge;
  recs__enter();
  RECS_NOT_NULL(rules);
  RECS_NOT_NULL(out);
  RECS_TRY(recs__rules_find_metric(&judge, metric));
  return improve(out, rules, judge);
}

int32_t recs_rules_prune(recs_rules **out, const recs_rules *rules, int32_t metric, double least) {
  const recs__rule_metric *judge;
  double *gains;
  uint8_t *marks;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(rules);
  RECS_TRY(recs__rules_find_metric(&judge, metric));
  if (!(least >= 0))
    return recs__fail(RECS_ERROR_INVALID, "least is %g, below 0", least);
  gains = recs__alloc(rules->object.context, rules->count, sizeof *gains);
  marks = recs__alloc(rules->object.context, rules->count, sizeof *marks);
  status = gains == NULL || marks == NULL ? recs__fail_nomem() : improve(gains, rules, judge);
  for (size_t i = 0; i < rules->count && status == RECS_OK; i++)
    marks[i] = gains[i] > 0 && gains[i] >= least;
  if (status == RECS_OK)
    status = recs__rules_marked(out, rules, marks);
  recs__free(rules->object.context, gains);
  recs__free(rules->object.context, marks);
  return status;
}
