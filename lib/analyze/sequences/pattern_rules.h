/* Rules of what comes next. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_PATTERN_RULES_H
#define RECS_LIB_ANALYZE_SEQUENCES_PATTERN_RULES_H

#include "lib/analyze/sequences/patterns.h"

typedef struct recs__pattern_rule {
  uint32_t pattern; /* its place in order of items */
  uint32_t cut;     /* items of X */
  uint32_t support, antecedent, consequent; /* sequences with X then Y, X, Y */
  double value;     /* what rules are ordered by */
} recs__pattern_rule;

struct recs_pattern_rules {
  recs__object object;
  const recs_patterns *patterns; /* held */
  uint64_t count;
  recs__pattern_rule *rules;
  uint32_t *by_last;    /* the rules by the last item of X: those of last_items[i] begin at last_begins[i] */
  uint32_t *last_items; /* ascending */
  uint64_t *last_begins;
  uint32_t last_count;
};

static inline double recs__pattern_rule_confidence(const recs__pattern_rule *rule) {
  return (double)rule->support / (double)rule->antecedent;
}

static inline double recs__pattern_rule_lift(const recs__pattern_rule *rule, uint64_t sequences) {
  return recs__pattern_rule_confidence(rule) / ((double)rule->consequent / (double)sequences);
}

#endif
