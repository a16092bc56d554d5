/* Association rules: two sides of an itemset, and how often each is in a basket. */
#ifndef RECS_LIB_ANALYZE_BASKETS_RULES_H
#define RECS_LIB_ANALYZE_BASKETS_RULES_H

#include "lib/base/object.h"
#include "lib/base/options.h"
#include <recs/analyze.h>

/* In how many of N baskets the antecedent, the consequent and both are. */
typedef struct recs__rule_counts {
  double total;
  double antecedent;
  double consequent;
  double both;
} recs__rule_counts;

typedef struct recs__rule_metric {
  const char *name;
  const char *formula;
  double (*value)(const recs__rule_counts *counts);
  int32_t direction; /* 1: more is better; -1: less is */
  int32_t falling;   /* 1: with `both` and `total` given, it gets no better when a side is in more baskets */
} recs__rule_metric;

/* The one list of metrics: number, function, name, direction, falling, formula. A new one goes to the end. */
#define RECS__RULE_METRICS(X) \
  X(SUPPORT, support, "support", 1, 1, "s(AC)")                                                                                         \
  X(CONFIDENCE, confidence, "confidence", 1, 1, "s(AC) / s(A)")                                                                         \
  X(LIFT, lift, "lift", 1, 1, "confidence / s(C)")                                                                                      \
  X(LEVERAGE, leverage, "leverage", 1, 1, "s(AC) - s(A) s(C)")                                                                          \
  X(CONVICTION, conviction, "conviction", 1, 1, "(1 - s(C)) / (1 - confidence); infinite at confidence 1")                              \
  X(ZHANG, zhang, "zhang", 1, 1, "leverage / max(s(AC) (1 - s(A)), s(A) (s(C) - s(AC)))")                                               \
  X(ANTECEDENT_SUPPORT, antecedent_support, "antecedent-support", 1, 0, "s(A)")                                                         \
  X(CONSEQUENT_SUPPORT, consequent_support, "consequent-support", 1, 0, "s(C)")                                                         \
  X(JACCARD, jaccard, "jaccard", 1, 1, "s(AC) / (s(A) + s(C) - s(AC))")                                                                 \
  X(CERTAINTY, certainty, "certainty", 1, 1, "(confidence - s(C)) / (1 - s(C))")                                                        \
  X(KULCZYNSKI, kulczynski, "kulczynski", 1, 1, "(s(AC) / s(A) + s(AC) / s(C)) / 2")                                                    \
  X(REPRESENTATIVITY, representativity, "representativity", 1, 1, "the share of baskets without unknown values: 1")                     \
  X(ADDED_VALUE, added_value, "added-value", 1, 1, "confidence - s(C)")                                                                 \
  X(CHI_SQUARED, chi_squared, "chi-squared", 1, 0, "sum over the four cells of (observed - expected)^2 / expected")                     \
  X(CHI_SQUARED_P, chi_squared_p, "chi-squared-p", -1, 0, "P(chi-squared of 1 degree of freedom >= this), either way")                  \
  X(FISHERS_EXACT, fishers_exact, "fishers-exact", -1, 1, "P(as many or more baskets have both by chance), one-sided")                  \
  X(HYPER_CONFIDENCE, hyper_confidence, "hyper-confidence", 1, 1, "P(fewer baskets have both by chance)")                               \
  X(HYPER_LIFT, hyper_lift, "hyper-lift", 1, 1, "n(AC) / the 99 % quantile of n(AC) by chance")                                         \
  X(COSINE, cosine, "cosine", 1, 1, "s(AC) / sqrt(s(A) s(C))")                                                                          \
  X(DOC, doc, "doc", 1, 1, "confidence - s(C without A) / s(not A): difference of confidence")                                          \
  X(GINI, gini, "gini", 1, 0, "s(A) (P(C|A)^2 + P(not C|A)^2) + the same of not A - s(C)^2 - s(not C)^2")                               \
  X(IMBALANCE, imbalance, "imbalance", -1, 0, "|s(A) - s(C)| / (s(A) + s(C) - s(AC))")                                                  \
  X(IMPORTANCE, importance, "importance", 1, 1, "log10((n(AC) + 1) (n(not A) + 2) / ((n(C without A) + 1) (n(A) + 2)))")                \
  X(KAPPA, kappa, "kappa", 1, 1, "(agreement - agreement by chance) / (1 - agreement by chance)")                                       \
  X(LAPLACE, laplace, "laplace", 1, 1, "(n(AC) + 1) / (n(A) + 2)")                                                                      \
  X(LERMAN, lerman, "lerman", 1, 1, "(n(AC) - e) / sqrt(e), with e = n(A) n(C) / N")                                                    \
  X(IMPLICATION_INDEX, implication_index, "implication-index", -1, 1, "(n(A without C) - e) / sqrt(e), with e = n(A) n(not C) / N")     \
  X(MUTUAL_INFORMATION, mutual_information, "mutual-information", 1, 0, "information that A and C share / the smaller entropy of both") \
  X(J_MEASURE, j_measure, "j-measure", 1, 0, "s(AC) ln lift + s(A without C) ln(s(A without C) / (s(A) s(not C)))")                     \
  X(LAMBDA, lambda, "lambda", 1, 0, "share of the errors in guessing C that knowing A takes away")                                      \
  X(ODDS_RATIO, odds_ratio, "odds-ratio", 1, 1, "n(AC) n(neither) / (n(A without C) n(C without A))")                                   \
  X(PHI, phi, "phi", 1, 1, "leverage / sqrt(s(A) s(not A) s(C) s(not C))")                                                              \
  X(RLD, rld, "rld", 1, 0, "D / (D + min(s(A without C), s(C without A))), D = leverage; D / (D - min(s(AC), s(neither))) for D <= 0")  \
  X(RULE_POWER_FACTOR, rule_power_factor, "rule-power-factor", 1, 1, "s(AC) confidence")                                                \
  X(YULES_Q, yules_q, "yules-q", 1, 1, "(o - 1) / (o + 1), with o = odds ratio")                                                        \
  X(YULES_Y, yules_y, "yules-y", 1, 1, "(sqrt(o) - 1) / (sqrt(o) + 1), with o = odds ratio")                                            \
  X(COUNTEREXAMPLE, counterexample, "counterexample", 1, 1, "(n(AC) - n(A without C)) / n(AC)")                                         \
  X(CONFIRMED_CONFIDENCE, confirmed_confidence, "confirmed-confidence", 1, 1, "(n(AC) - n(A without C)) / n(A)")                        \
  X(SEBAG, sebag, "sebag", 1, 1, "n(AC) / n(A without C): Sebag and Schoenauer's")                                                      \
  X(VARYING_LIAISON, varying_liaison, "varying-liaison", 1, 1, "lift - 1")                                                              \
  X(RALAMBONDRAINY, ralambondrainy, "ralambondrainy", -1, 1, "s(A without C)")                                                          \
  X(MAX_CONFIDENCE, max_confidence, "max-confidence", 1, 1, "max(s(AC) / s(A), s(AC) / s(C))")                                          \
  X(RELATIVE_RISK, relative_risk, "relative-risk", 1, 1, "confidence / (s(C without A) / s(not A))")                                   

/* NULL: there is no such metric. */
const recs__rule_metric *recs__rule_metric_of(int32_t number);

/* Metrics by name, for option tables. */
extern const recs__choice recs__metric_choices[];
#define RECS__METRIC_NAME(number, function, label, order, falling, formula) "|" label
#define RECS__METRIC_NAMES (&RECS__RULE_METRICS(RECS__METRIC_NAME)[1])

/* One rule: where its items begin, the antecedent's first, and the counts behind its metrics. */
typedef struct recs__rule {
  size_t begin;
  uint32_t left_items, right_items;
  uint32_t left, right, both;
} recs__rule;

struct recs_rules {
  recs__object object;
  uint64_t baskets;
  recs__rule *list;
  size_t count, room;
  uint32_t *items;
  size_t item_count, item_room;
};

/* No rules yet; NULL: no memory, with its message. */
recs_rules *recs__rules_new(recs_context *context, uint64_t baskets);

/* Adds a rule whose items are `items`; `rule->begin` is set. */
int32_t recs__rules_add(recs_rules *self, const uint32_t *items, const recs__rule *rule);

/* Takes over all rules of another list, which is empty afterwards. */
int32_t recs__rules_append(recs_rules *self, recs_rules *other);

/* A copy of the rules with a mark. */
int32_t recs__rules_marked(recs_rules **out, const recs_rules *rules, const uint8_t *marks);

/* Puts the rules in order, the best first by the metric, then by support, then by items, and leaves at most `most` (0: all). */
int32_t recs__rules_order(recs_rules *self, const recs__rule_metric *metric, uint64_t most);

double recs__rules_value(const recs_rules *self, const recs__rule *rule, const recs__rule_metric *metric);

/* The same with the sign by which more is better. */
static inline double recs__rules_merit(const recs_rules *self, const recs__rule *rule, const recs__rule_metric *metric) {
  return metric->direction * recs__rules_value(self, rule, metric);
}

/* INVALID for a number that no metric has. */
int32_t recs__rules_find_metric(const recs__rule_metric **out, int32_t number);

#endif
