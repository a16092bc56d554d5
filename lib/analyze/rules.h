/* Association rules: two sides of an itemset, and how often each is in a basket. */
#ifndef RECS_LIB_ANALYZE_RULES_H
#define RECS_LIB_ANALYZE_RULES_H

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

/* A metric by its number: RECS_METRIC_*. */
typedef double (*recs__rule_metric_fn)(const recs__rule_counts *counts);

/* NULL: there is no such metric. */
recs__rule_metric_fn recs__rule_metric(int32_t metric);

/* Metrics by name, for the option table. */
extern const recs__choice recs__metric_choices[];
#define RECS__METRIC_NAMES "support|confidence|lift|leverage|conviction|zhang|antecedent-support|consequent-support"

#endif
