/* The metrics of a rule A -> C, in double and in the order of operations in which mlxtend computes them. */
#include "lib/analyze/rules.h"

#include <math.h>

static double support(const recs__rule_counts *counts) {
  return counts->both / counts->total;
}

static double antecedent_support(const recs__rule_counts *counts) {
  return counts->antecedent / counts->total;
}

static double consequent_support(const recs__rule_counts *counts) {
  return counts->consequent / counts->total;
}

static double confidence(const recs__rule_counts *counts) {
  return support(counts) / antecedent_support(counts);
}

static double lift(const recs__rule_counts *counts) {
  return confidence(counts) / consequent_support(counts);
}

static double leverage(const recs__rule_counts *counts) {
  return support(counts) - antecedent_support(counts) * consequent_support(counts);
}

/* A rule without exception has no bound: the counts say so exactly. */
static double conviction(const recs__rule_counts *counts) {
  if (counts->both >= counts->antecedent)
    return HUGE_VAL;
  return (1 - consequent_support(counts)) / (1 - confidence(counts));
}

static double zhang(const recs__rule_counts *counts) {
  double with = support(counts) * (1 - antecedent_support(counts));
  double without = antecedent_support(counts) * (consequent_support(counts) - support(counts));
  double largest = fmax(with, without);
  return largest > 0 ? leverage(counts) / largest : 0;
}

static const recs__rule_metric_fn metrics[] = {
    [RECS_METRIC_SUPPORT] = support,
    [RECS_METRIC_CONFIDENCE] = confidence,
    [RECS_METRIC_LIFT] = lift,
    [RECS_METRIC_LEVERAGE] = leverage,
    [RECS_METRIC_CONVICTION] = conviction,
    [RECS_METRIC_ZHANG] = zhang,
    [RECS_METRIC_ANTECEDENT_SUPPORT] = antecedent_support,
    [RECS_METRIC_CONSEQUENT_SUPPORT] = consequent_support,
};

recs__rule_metric_fn recs__rule_metric(int32_t metric) {
  if (metric < RECS_METRIC_SUPPORT || metric > RECS_METRIC_CONSEQUENT_SUPPORT)
    return NULL;
  return metrics[metric];
}

const recs__choice recs__metric_choices[] = {
    {"support", RECS_METRIC_SUPPORT},
    {"confidence", RECS_METRIC_CONFIDENCE},
    {"lift", RECS_METRIC_LIFT},
    {"leverage", RECS_METRIC_LEVERAGE},
    {"conviction", RECS_METRIC_CONVICTION},
    {"zhang", RECS_METRIC_ZHANG},
    {"antecedent-support", RECS_METRIC_ANTECEDENT_SUPPORT},
    {"consequent-support", RECS_METRIC_CONSEQUENT_SUPPORT},
    {NULL, 0},
};
