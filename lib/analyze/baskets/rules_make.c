/* Rules of itemsets: every way to split a set into two sides, as far as the options want it. Consequents grow item by item; most metrics can
 * only fall as the antecedent shrinks, so that a branch ends where none of its rules can pass any more. */
#include "lib/analyze/baskets/rules.h"
#include "lib/analyze/baskets/sidecount.h"
#include "lib/base/parallel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
  SETS_A_RANGE = 16,
  SPARE_RULES = 1024,   /* at least how many more than max_rules are gathered before the best are chosen */
  MOST_SPLITS = 1 << 30 /* of one set */
};

static const recs__field fields[] = {
    RECS__F64(recs_rules_options, minimum, -HUGE_VAL, HUGE_VAL, 1.0,
              "The worst value of the metric: the least, or the greatest where less is better."),
    RECS__U64(recs_rules_options, max_rules, 0, UINT64_MAX, 0, "Only so many rules, the best by the metric; 0: all."),
    RECS__CHOICE(recs_rules_options, metric, recs__metric_choices, RECS__METRIC_NAMES, RECS_METRIC_LIFT,
                 "What rules are chosen and ordered by."),
    RECS__U32(recs_rules_options, max_antecedent, 0, UINT32_MAX, 0, "Items on the left at most; 0: any number."),
    RECS__U32(recs_rules_options, max_consequent, 0, UINT32_MAX, 0, "Items on the right at most; 0: any number."),
    RECS__U32(recs_rules_options, consequent, 0, UINT32_MAX, UINT32_MAX, "Only rules with just this item on the right."),
    RECS__POINTER(recs_rules_options, bounds, "Bounds of further metrics."),
    RECS__U64(recs_rules_options, bound_count, 0, UINT64_MAX, 0, "How many bounds there are."),
    RECS__POINTER(recs_rules_options, antecedent_items, "Items that may stand on the left; NULL: any."),
    RECS__POINTER(recs_rules_options, consequent_items, "Items that may stand on the right; NULL: any."),
    RECS__POINTER(recs_rules_options, antecedent_has, "Items that the left side must have; NULL: none."),
    RECS__POINTER(recs_rules_options, consequent_has, "Items that the right side must have; NULL: none."),
    RECS__POINTER(recs_rules_options, baskets, "Where parts that are none of the itemsets are counted; NULL: nowhere."),
};
static const recs_schema schema = RECS__SCHEMA("rules", recs_rules_options, fields);

const recs_schema *recs_rules_schema(void) {
  return &schema;
}

int32_t recs_rules_options_init(recs_rules_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

/* A metric that must lie within bounds, by merit: with the sign by which more is better. */
typedef struct limit {
  const recs__rule_metric *metric;
  double least, most;
} limit;

/* What one thread has found, and what it works with. */
typedef struct hand {
  recs_rules *rules;
  double least; /* rules of less merit are not wanted: the minimum, or the worst of as many rules as may stay */
  recs__subset_counts subsets;
} hand;

typedef struct making {
  recs_rules_options options;
  const recs_itemsets *itemsets;
  recs__side_counts counts;
  limit *limits; /* the first is that of the metric */
  size_t limit_count;
  uint32_t left_needs, right_needs; /* items in antecedent_has and consequent_has */
  hand *hands;
  uint32_t threads;
} making;

/* A set being split. Sides are masks of its items. */
typedef struct whole_set {
  const making *job;
  hand *hand;
  const uint32_t *items;
  uint32_t size, support;
  uint64_t free;         /* items that may stand on either side */
  uint32_t fewest, most; /* items on the right */
  int counted;           /* the counts of all subsets are there */
} whole_set;

/* When there are far more than are wanted, only the best stay, and the worst of them becomes the least that is wanted. */
static int32_t trim(const making *job, hand *own) {
  const recs__rule_metric *metric = job->limits[0].metric;
  uint64_t most = job->options.max_rules, spare = most > SPARE_RULES ? most : SPARE_RULES;
  if (most == 0 || own->rules->count < most || own->rules->count - most < spare)
    return RECS_OK;
  RECS_TRY(recs__rules_order(own->rules, metric, most));
  own->least = recs__rules_merit(own->rules, &own->rules->list[most - 1], metric);
  return RECS_OK;
}

static int is_wanted(const whole_set *set, const recs__rule *one) {
  const making *job = set->job;
  for (size_t i = 0; i < job->limit_count; i++) {
    double merit = recs__rules_merit(set->hand->rules, one, job->limits[i].metric);
    if (!(merit >= (i == 0 ? set->hand->least : job->limits[i].least) && merit <= job->limits[i].most))
      return 0;
  }
  return 1;
}

/* Whether no rule with this antecedent or a part of it can pass: the rarest consequent there can be is in no more baskets than the set.
 * What rounding could change is left to is_wanted(). */
static int is_hopeless(const whole_set *set, recs__rule one) {
  const making *job = set->job;
  one.right = one.both;
  for (size_t i = 0; i < job->limit_count; i++) {
    double least = i == 0 ? set->hand->least : job->limits[i].least;
    if (job->limits[i].metric->falling &&
        recs__rules_merit(set->hand->rules, &one, job->limits[i].metric) < least - 1e-9 * (1 + fabs(least)))
      return 1;
  }
  return 0;
}

/* The items of one side, ascending. Returns how many. */
static uint32_t take_side(uint32_t *out, const whole_set *set, uint64_t mask) {
  uint32_t count = 0;
  for (; mask != 0; mask &= mask - 1)
    out[count++] = set->items[__builtin_ctzll(mask)];
  return count;
}

/* The count of a side, which is not 0. */
static int32_t count_side(uint32_t *out, const whole_set *set, uint64_t mask, const uint32_t *items, uint32_t size) {
  *out = set->counted ? set->hand->subsets.counts[mask] : recs__side_count(&set->job->counts, items, size);
  if (*out < set->support)
    return recs__fail(RECS_ERROR_UNSUPPORTED,
                      "the itemsets lack parts of others, or are not of these baskets: give the baskets, or mine all or all closed ones");
  return RECS_OK;
}

/* Keeps the rule with this consequent, if it passes. *hopeless: none whose consequent has more items can. */
static int32_t try_split(int *hopeless, const whole_set *set, uint64_t right) {
  uint32_t sides[RECS__SIDE_ITEMS];
  uint64_t left = ((UINT64_C(2) << (set->size - 1)) - 1) & ~right;
  recs__rule one = {.both = set->support};
  one.left_items = take_side(sides, set, left);
  one.right_items = take_side(sides + one.left_items, set, right);
  RECS_TRY(count_side(&one.left, set, left, sides, one.left_items));
  *hopeless = is_hopeless(set, one);
  if (*hopeless)
    return RECS_OK;
  RECS_TRY(count_side(&one.right, set, right, sides + one.left_items, one.right_items));
  if (!is_wanted(set, &one))
    return RECS_OK;
  RECS_TRY(recs__rules_add(set->hand->rules, sides, &one));
  return trim(set->job, set->hand);
}

/* This consequent, and those that have more of the free items from number `next` on. */
static int32_t try_consequents(const whole_set *set, uint64_t right, uint32_t count, uint32_t next) {
  int hopeless = 0;
  if (count > 0 && count >= set->fewest)
    RECS_TRY(try_split(&hopeless, set, right));
  if (hopeless || count == set->most)
    return RECS_OK;
  for (uint32_t k = next; k < set->size && count + (set->size - k) >= set->fewest; k++) {
    if ((set->free >> k & 1) != 0)
      RECS_TRY(try_consequents(set, right | UINT64_C(1) << k, count + 1, k + 1));
  }
  return RECS_OK;
}

/* How many consequents of `fewest` to `most` of n items there are, or more than MOST_SPLITS. */
static uint64_t count_splits(uint32_t n, uint32_t fewest, uint32_t most) {
  uint64_t all = 0, some = 1;
  for (uint32_t k = 0; k <= most && all <= MOST_SPLITS; k++) {
    all += k >= fewest ? some : 0;
    some = some > MOST_SPLITS ? some : some * (n - k) / (k + 1);
  }
  return all;
}

/* Finds which items of the set must stand on the right, and which may. Returns 0 when a side cannot be as is wanted. */
static int assign_items(whole_set *set, uint64_t *right) {
  const recs_rules_options *options = &set->job->options;
  uint32_t left_has = 0, right_has = 0, single = 0;
  *right = set->free = 0;
  for (uint32_t k = 0; k < set->size; k++) {
    uint32_t item = set->items[k];
    int need_left = recs_candidates_has(options->antecedent_has, item), need_right = recs_candidates_has(options->consequent_has, item);
    int may_left = options->antecedent_items == NULL || recs_candidates_has(options->antecedent_items, item);
    int may_right = options->consequent_items == NULL || recs_candidates_has(options->consequent_items, item);
    left_has += (uint32_t)need_left;
    right_has += (uint32_t)need_right;
    if (options->consequent != RECS_NO_ROW) {
      single += item == options->consequent;
      need_right |= item == options->consequent;
      may_right &= item == options->consequent;
    }
    may_left &= !need_right;
    may_right &= !need_left;
    if (!may_left && !may_right)
      return 0;
    *right |= (uint64_t)!may_left << k;
    set->free |= (uint64_t)(may_left && may_right) << k;
  }
  return left_has == set->job->left_needs && right_has == set->job->right_needs &&
         (options->consequent == RECS_NO_ROW || single == 1);
}

/* Only the sizes of sides that are wanted are looked at. */
static void choose_sizes(whole_set *set) {
  const recs_rules_options *options = &set->job->options;
  set->fewest = 1;
  set->most = set->size - 1;
  if (options->max_antecedent != 0 && options->max_antecedent < set->size)
    set->fewest = set->size - options->max_antecedent;
  if (options->max_consequent != 0 && options->max_consequent < set->most)
    set->most = options->max_consequent;
  if (options->consequent != RECS_NO_ROW)
    set->most = 1;
}

static int32_t split_set(const making *job, hand *own, uint64_t number) {
  whole_set set = {.job = job, .hand = own, .support = job->itemsets->supports[number]};
  uint64_t right, splits;
  uint32_t given;
  set.items = recs__itemsets_items(job->itemsets, number, &set.size);
  if (set.size < 2)
    return RECS_OK;
  choose_sizes(&set);
  splits = count_splits(set.size, set.fewest, set.most);
  if (set.size > RECS__SIDE_ITEMS || splits > MOST_SPLITS)
    return recs__fail(RECS_ERROR_OVERFLOW,
                      "an itemset of %" PRIu32 " items has more rules than can be looked at: bound the items of a side", set.size);
  if (!assign_items(&set, &right))
    return RECS_OK;
  given = (uint32_t)__builtin_popcountll(right);
  if (given > set.most || given + (uint32_t)__builtin_popcountll(set.free) < set.fewest)
    return RECS_OK;
  if (own->subsets.counts != NULL && set.size <= RECS__SUBSET_ITEMS && splits >= (UINT64_C(1) << set.size) / 64) {
    recs__subset_counts_fill(&own->subsets, &job->counts, set.items, set.size);
    set.counted = 1;
  }
  return try_consequents(&set, right, given, 0);
}

static int32_t split_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const making *job = payload;
  for (size_t number = begin; number < end; number++)
    RECS_TRY(split_set(job, &job->hands[thread], number));
  return RECS_OK;
}

/* The limits by merit: a metric of which less is better has its bounds the other way round. */
static limit limit_of(const recs__rule_metric *metric, double minimum, double maximum) {
  return metric->direction > 0 ? (limit){metric, minimum, maximum} : (limit){metric, -maximum, -minimum};
}

static int32_t read_limits(making *self) {
  const recs_rules_options *options = &self->options;
  const recs__rule_metric *metric = recs__rule_metric_of(options->metric);
  if (options->bound_count > 0 && options->bounds == NULL)
    return recs__fail_null("bounds");
  self->limits = recs__alloc(self->itemsets->object.context, (size_t)options->bound_count + 1, sizeof *self->limits);
  if (self->limits == NULL)
    return recs__fail_nomem();
  self->limits[self->limit_count++] = (limit){metric, metric->direction * options->minimum, HUGE_VAL};
  for (uint64_t i = 0; i < options->bound_count; i++) {
    const recs_rules_bound *bound = &options->bounds[i];
    RECS_TRY(recs__rules_find_metric(&metric, bound->metric));
    if (bound->reserved != 0)
      return recs__fail(RECS_ERROR_INVALID, "reserved of bound %" PRIu64 " is %" PRId32 ", not 0", i, bound->reserved);
    if (!(bound->minimum <= bound->maximum))
      return recs__fail(RECS_ERROR_INVALID, "bound %" PRIu64 " of %s: minimum is %g, maximum is %g", i, metric->name,
                        bound->minimum, bound->maximum);
    self->limits[self->limit_count++] = limit_of(metric, bound->minimum, bound->maximum);
  }
  self->left_needs = recs_candidates_count(options->antecedent_has);
  self->right_needs = recs_candidates_count(options->consequent_has);
  return RECS_OK;
}

static int32_t open_hands(making *self) {
  recs_context *context = self->itemsets->object.context;
  uint32_t threads = recs__parallel_threads(context, (size_t)self->itemsets->count, SETS_A_RANGE);
  self->hands = recs__alloc_zero(context, threads, sizeof *self->hands);
  if (self->hands == NULL)
    return recs__fail_nomem();
  self->threads = threads;
  for (uint32_t t = 0; t < threads; t++) {
    self->hands[t].least = self->limits[0].least;
    self->hands[t].rules = recs__rules_new(context, self->itemsets->baskets);
    if (self->hands[t].rules == NULL)
      return RECS_ERROR_NOMEM;
    if (self->counts.items > 0 && self->counts.supports == NULL)
      RECS_TRY(recs__subset_counts_init(&self->hands[t].subsets, &self->counts));
  }
  return RECS_OK;
}

static void close_making(making *self) {
  for (uint32_t t = 0; t < self->threads; t++) {
    recs__release(self->hands[t].rules);
    recs__subset_counts_free(&self->hands[t].subsets, &self->counts);
  }
  recs__free(self->itemsets->object.context, self->hands);
  recs__free(self->itemsets->object.context, self->limits);
  recs__side_counts_free(&self->counts);
}

/* What all threads found becomes the first one's, in order. */
static int32_t collect(making *self) {
  recs_rules *all = self->hands[0].rules;
  for (uint32_t t = 1; t < self->threads; t++)
    RECS_TRY(recs__rules_append(all, self->hands[t].rules));
  return recs__rules_order(all, self->limits[0].metric, self->options.max_rules);
}

int32_t recs_rules_create(recs_rules **out, const recs_itemsets *itemsets, const recs_rules_options *options,
                          recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  making self = {.itemsets = itemsets};
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(itemsets);
  RECS_TRY(recs__options_load(&self.options, &schema, options));
  self.counts.context = itemsets->object.context;
  RECS_GO(read_limits(&self));
  RECS_GO(recs__side_counts_init(&self.counts, itemsets, self.options.baskets));
  RECS_GO(open_hands(&self));
  RECS_GO(recs__parallel(itemsets->object.context, (size_t)itemsets->count, SETS_A_RANGE, split_range, &self, &whole));
  RECS_GO(collect(&self));
  RECS_GO(recs__progress_at(&whole, 1));
  *out = recs__hold(self.hands[0].rules);
cleanup:
  close_making(&self);
  return status;
}
