/* What is bought together: association rules with one item on the right, mined from the baskets of the histories. */
#include "lib/analyze/baskets/rules.h"
#include "lib/data/histories.h"
#include "lib/data/matrix.h"
#include "lib/recommend/kinds.h"
#include "lib/recommend/recency.h"
#include "lib/recommend/rulebook.h"
#include "lib/recommend/sessions.h"

#include <math.h>
#include <string.h>

typedef struct rule_scorer {
  recs_scorer scorer;
  recs__rulebook book;
  recs__recency recency;
  int32_t combine; /* RECS_RULES_* */
} rule_scorer;

static const recs__choice combinations[] = {{"sum", RECS_RULES_SUM}, {"best", RECS_RULES_BEST}, {NULL, 0}};

static const recs__field fields[] = {
    RECS__U64(recs_rule_scorer_options, min_count, 2, UINT64_MAX, 5, "Baskets that the items of a rule must share."),
    RECS__U64(recs_rule_scorer_options, max_itemsets, 1, UINT64_MAX, 5000000,
              "Of more itemsets that are frequent, those of the highest support."),
    RECS__U32(recs_rule_scorer_options, max_antecedent, 1, RECS__RULE_ITEMS, 2, "Items on the left at most."),
    RECS__U32(recs_rule_scorer_options, k, 1, 65536, 100, "Rules kept of each antecedent."),
    RECS__CHOICE(recs_rule_scorer_options, metric, recs__metric_choices, RECS__METRIC_NAMES, RECS_METRIC_CONFIDENCE,
                 "How a rule weighs."),
    RECS__F64(recs_rule_scorer_options, lift_power, 0.0, 4.0, 0.5, "A rule's weight is multiplied by lift to this power."),
    RECS__F64(recs_rule_scorer_options, min_lift, 0.0, HUGE_VAL, 1.0, "Rules of less lift are left out."),
    RECS__CHOICE(recs_rule_scorer_options, combine, combinations, "sum|best", RECS_RULES_SUM,
                 "Whether all rules that lead to an item count, or the best one."),
    RECS__F64(recs_rule_scorer_options, gap, -1.0, HUGE_VAL, -1.0,
              "Events of a user that are further apart, in units of time, are two baskets; 0: all are one; -1: as the log has it."),
    RECS__F64(recs_rule_scorer_options, recency, 0.0, 1.0, 0.6, "What is left of an item's weight a step back in the history."),
    RECS__F64(recs_rule_scorer_options, half_life, 0.0, HUGE_VAL, 0.0,
              "An item this much older than the history's latest weighs half, in units of time; 0: no decay."),
};
static const recs_schema schema = RECS__SCHEMA("rules", recs_rule_scorer_options, fields);

static void destroy(void *object) {
  rule_scorer *self = object;
  recs__rulebook_free(&self->book, self->scorer.object.context);
}

/* Whether most events stand with others of the same user and time: then one time is one basket. */
static int has_orders(const recs_histories *histories) {
  int64_t together = 0, all = histories->offsets[histories->rows];
  for (uint32_t row = 0; row < histories->rows; row++) {
    for (int64_t e = histories->offsets[row]; e < histories->offsets[row + 1]; e++) {
      int64_t time = histories->times[e];
      together += time != RECS_NO_TIME && ((e > histories->offsets[row] && histories->times[e - 1] == time) ||
                                           (e + 1 < histories->offsets[row + 1] && histories->times[e + 1] == time));
    }
  }
  return together > all / 2;
}

static int32_t baskets_of_sessions(recs_matrix **out, recs_context *context, const recs_histories *histories, uint32_t items,
                                   double gap) {
  recs__sessions sessions;
  uint64_t entries;
  int32_t status = recs__sessions_init(&sessions, context, histories, items, gap, 1);
  *out = NULL;
  if (status == RECS_OK) {
    entries = (uint64_t)sessions.offsets[sessions.count];
    status = recs__matrix_new(out, context, sessions.count, items, entries);
    if (status == RECS_OK) {
      memcpy((*out)->offsets, sessions.offsets, ((size_t)sessions.count + 1) * sizeof *sessions.offsets);
      memcpy((*out)->indices, sessions.members, (size_t)entries * sizeof *sessions.members);
      for (uint64_t e = 0; e < entries; e++)
        (*out)->values[e] = 1;
    }
  }
  recs__sessions_free(&sessions, context);
  return status;
}

/* Baskets x items; what is returned is to be released. */
static int32_t make_baskets(const recs_matrix **out, const recs_training *training, double gap) {
  recs_matrix *made;
  *out = NULL;
  if (training->histories == NULL) {
    *out = recs__hold(training->matrix);
    return RECS_OK;
  }
  if (gap < 0)
    gap = has_orders(training->histories) ? 0.5 : 0; /* times are whole: a later one is another basket */
  RECS_TRY(baskets_of_sessions(&made, recs__context_of(training->matrix), training->histories, recs_matrix_columns(training->matrix),
                               gap));
  *out = made;
  return RECS_OK;
}

static int32_t pass_on(void *payload, double fraction) {
  return recs__progress_at(payload, fraction);
}

static int32_t mine(recs_itemsets **out, const recs_matrix *baskets, const recs_rule_scorer_options *chosen,
                    recs__progress *progress) {
  recs_apriori_options options;
  recs_apriori *miner;
  int32_t status;
  RECS_TRY(recs_apriori_options_init(&options, sizeof options));
  options.min_count = chosen->min_count;
  options.max_size = chosen->max_antecedent + 1;
  options.top_k = chosen->max_itemsets;
  RECS_TRY(recs_apriori_create(&miner, baskets, &options));
  status = recs_apriori_itemsets(out, miner, pass_on, progress);
  recs_apriori_free(miner);
  return status;
}

static int32_t make_rules(recs_rules **out, const recs_itemsets *itemsets, const recs_rule_scorer_options *chosen,
                          recs__progress *progress) {
  recs_rules_options options;
  RECS_TRY(recs_rules_options_init(&options, sizeof options));
  options.metric = RECS_METRIC_LIFT;
  options.minimum = chosen->min_lift;
  options.max_consequent = 1;
  return recs_rules_create(out, itemsets, &options, pass_on, progress);
}

static int32_t fit_book(rule_scorer *self, const recs_training *training, const recs_rule_scorer_options *chosen,
                        const recs__progress *progress) {
  recs__progress mining = recs__progress_part(progress, 0, 0.6), ruling = recs__progress_part(progress, 0.6, 0.9);
  recs__rule_weight weight = {chosen->metric, chosen->lift_power, chosen->k};
  const recs_matrix *baskets = NULL;
  recs_itemsets *itemsets = NULL;
  recs_rules *rules = NULL;
  int32_t status;
  RECS_GO(make_baskets(&baskets, training, chosen->gap));
  RECS_GO(mine(&itemsets, baskets, chosen, &mining));
  RECS_GO(make_rules(&rules, itemsets, chosen, &ruling));
  recs__release(itemsets);
  itemsets = NULL;
  RECS_GO(recs__rulebook_init(&self->book, rules, self->scorer.items, &weight));
  RECS_GO(recs__progress_at(progress, 1));
cleanup:
  recs__release(baskets);
  recs__release(itemsets);
  recs__release(rules);
  return status;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  const recs_rule_scorer_options *chosen = options;
  rule_scorer *self;
  (void)settings;
  if (recs__rule_metric_of(chosen->metric)->direction < 0)
    return recs__fail(RECS_ERROR_INVALID, "metric is %s, of which less is better: it cannot weigh rules",
                      recs_rules_metric_name(chosen->metric));
  self = recs__scorer_new(recs__context_of(training->matrix), &recs__rule_scorer_kind, sizeof *self,
                          recs_matrix_columns(training->matrix), destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->recency = (recs__recency){chosen->recency, chosen->half_life};
  self->combine = chosen->combine;
  return recs__scorer_finish(out, self, fit_book(self, training, chosen, progress));
}

static void raise(recs__board *board, uint32_t item, double amount) {
  if (!recs__board_scored(board, item))
    recs__board_add(board, item, amount);
  else if (board->scores[item] < amount)
    board->scores[item] = amount;
}

static void add_rules(const rule_scorer *self, uint32_t antecedent, double weight, recs__board *board) {
  const recs__rulebook *book = &self->book;
  for (int64_t r = book->rights[antecedent]; r < book->rights[antecedent + 1]; r++) {
    double amount = weight * (double)book->weights[r];
    if (self->combine == RECS_RULES_SUM)
      recs__board_add(board, book->consequents[r], amount);
    else
      raise(board, book->consequents[r], amount);
  }
}

/* The history as it has faded, ready to be asked. */
static int32_t ask(recs__rule_query *out, const rule_scorer *self, const recs_history *history) {
  const recs_context *context = self->scorer.object.context;
  recs__faded faded;
  int32_t status;
  RECS_TRY(recs__faded_init(&faded, context, &self->recency, history));
  status = recs__rule_query_init(out, context, &faded.history);
  recs__faded_free(&faded, context);
  return status;
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const rule_scorer *self = (const rule_scorer *)scorer;
  recs__rule_walk walk = {.next = -1};
  recs__rule_query query;
  RECS_TRY(ask(&query, self, history));
  while (recs__rule_walk_next(&walk, &self->book, &query))
    add_rules(self, walk.found, walk.weight, board);
  recs__rule_query_free(&query, scorer->object.context);
  return RECS_OK;
}

/* What follows from the item alone. */
static int32_t similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  const rule_scorer *self = (const rule_scorer *)scorer;
  float weight = 1;
  recs__rule_query query = {&item, &weight, 1};
  recs__rule_walk walk = {.next = -1};
  while (recs__rule_walk_next(&walk, &self->book, &query))
    add_rules(self, walk.found, walk.weight, board);
  return RECS_OK;
}

/* The weight of the rule from an antecedent to an item; 0: there is none. */
static double rule_weight(const recs__rulebook *book, uint32_t antecedent, uint32_t item) {
  for (int64_t r = book->rights[antecedent]; r < book->rights[antecedent + 1]; r++) {
    if (book->consequents[r] == item)
      return (double)book->weights[r];
  }
  return 0;
}

/* What a rule says is owed to the items on its left alike. */
static int32_t share_out(const recs__rulebook *book, uint32_t antecedent, uint32_t anchor, double amount, recs__reasons *out) {
  int64_t begin = book->lefts[antecedent], end = book->lefts[antecedent + 1];
  double share = amount / (double)(end - begin + 1);
  RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, anchor, NULL, share));
  for (int64_t o = begin; o < end; o++)
    RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, book->others[o], NULL, share));
  return RECS_OK;
}

static int32_t explain(const rule_scorer *self, const recs__rule_query *query, uint32_t item, recs__reasons *out) {
  recs__rule_walk walk = {.next = -1};
  uint32_t best = 0, best_anchor = 0;
  double most = 0;
  while (recs__rule_walk_next(&walk, &self->book, query)) {
    double amount = walk.weight * rule_weight(&self->book, walk.found, item);
    uint32_t anchor = query->items[walk.place];
    if (amount > 0 && self->combine == RECS_RULES_SUM)
      RECS_TRY(share_out(&self->book, walk.found, anchor, amount, out));
    if (amount > most) {
      most = amount;
      best = walk.found;
      best_anchor = anchor;
    }
  }
  return most > 0 && self->combine == RECS_RULES_BEST ? share_out(&self->book, best, best_anchor, most, out) : RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const rule_scorer *self = (const rule_scorer *)scorer;
  recs__rule_query query;
  int32_t status;
  RECS_TRY(ask(&query, self, history));
  status = explain(self, &query, item, out);
  recs__rule_query_free(&query, scorer->object.context);
  return status;
}

static int32_t write_rules(const recs_scorer *scorer, recs__writer *writer) {
  const rule_scorer *self = (const rule_scorer *)scorer;
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__write_u64(writer, "combine", (uint64_t)self->combine));
  RECS_SCOPED(writer, "rules", recs__rulebook_write(&self->book, writer));
  return RECS_OK;
}

static int32_t read_parts(rule_scorer *self, recs__reader *reader) {
  uint64_t combine;
  RECS_TRY(recs__recency_read(&self->recency, reader));
  RECS_TRY(recs__read_u64(reader, "combine", RECS_RULES_SUM, RECS_RULES_BEST, &combine));
  self->combine = (int32_t)combine;
  RECS_SCOPED(reader, "rules", recs__rulebook_read(&self->book, reader, self->scorer.items));
  return RECS_OK;
}

static int32_t read_rules(recs_scorer **out, recs__reader *reader, uint32_t items) {
  rule_scorer *self = recs__scorer_new(reader->context, &recs__rule_scorer_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  return recs__scorer_finish(out, self, read_parts(self, reader));
}

const recs__scorer_kind recs__rule_scorer_kind = {
    .name = "rules",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .similar = similar,
    .reasons = reasons,
    .write = write_rules,
    .read = read_rules,
};
