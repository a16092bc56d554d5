/* The metrics of a rule A -> C: one table, of which enumeration, choices by name, columns and pruning come. In double, and where mlxtend has the metric
 * in the order of its operations. */
#include "lib/analyze/baskets/hypergeometric.h"
#include "lib/analyze/baskets/rules.h"

#include <math.h>

typedef const recs__rule_counts counts;

/* The table of the four cases: with and without the antecedent, with and without the consequent. */
static double only_left(counts *of) {
  return of->antecedent - of->both;
}

static double only_right(counts *of) {
  return of->consequent - of->both;
}

static double neither(counts *of) {
  return of->total - of->antecedent - of->consequent + of->both;
}

static double not_left(counts *of) {
  return of->total - of->antecedent;
}

static double not_right(counts *of) {
  return of->total - of->consequent;
}

/* How many would have both by chance. */
static double expected(counts *of) {
  return of->antecedent * of->consequent / of->total;
}

static double ratio(double above, double below) {
  if (below != 0)
    return above / below;
  return above == 0 ? 0 : copysign(HUGE_VAL, above);
}

static double support(counts *of) {
  return of->both / of->total;
}

static double antecedent_support(counts *of) {
  return of->antecedent / of->total;
}

static double consequent_support(counts *of) {
  return of->consequent / of->total;
}

static double confidence(counts *of) {
  return support(of) / antecedent_support(of);
}

static double lift(counts *of) {
  return confidence(of) / consequent_support(of);
}

static double leverage(counts *of) {
  return support(of) - antecedent_support(of) * consequent_support(of);
}

/* A rule without exception has no bound: the counts say so exactly. */
static double conviction(counts *of) {
  if (of->both >= of->antecedent)
    return HUGE_VAL;
  return (1 - consequent_support(of)) / (1 - confidence(of));
}

static double zhang(counts *of) {
  double with = support(of) * (1 - antecedent_support(of));
  double without = antecedent_support(of) * (consequent_support(of) - support(of));
  return ratio(leverage(of), fmax(with, without));
}

static double jaccard(counts *of) {
  return support(of) / (antecedent_support(of) + consequent_support(of) - support(of));
}

static double added_value(counts *of) {
  return confidence(of) - consequent_support(of);
}

static double certainty(counts *of) {
  return of->consequent >= of->total ? 0 : added_value(of) / (1 - consequent_support(of));
}

static double kulczynski(counts *of) {
  return (confidence(of) + support(of) / consequent_support(of)) / 2;
}

static double representativity(counts *of) {
  (void)of;
  return 1;
}

static double cosine(counts *of) {
  return of->both / sqrt(of->antecedent * of->consequent);
}

static double max_confidence(counts *of) {
  return of->both / fmin(of->antecedent, of->consequent);
}

static double imbalance(counts *of) {
  return fabs(of->antecedent - of->consequent) / (of->antecedent + only_right(of));
}

static double phi(counts *of) {
  double apart = of->total * of->both - of->antecedent * of->consequent;
  return ratio(apart, sqrt(of->antecedent * not_left(of)) * sqrt(of->consequent * not_right(of)));
}

static double chi_squared(counts *of) {
  double correlation = phi(of);
  return of->total * correlation * correlation;
}

/* The chi-squared distribution of one degree of freedom is that of a squared normal variable. */
static double chi_squared_p(counts *of) {
  return erfc(sqrt(chi_squared(of) / 2));
}

static recs__urn urn_of(counts *of) {
  return (recs__urn){of->total, of->antecedent, of->consequent};
}

static double fishers_exact(counts *of) {
  recs__urn urn = urn_of(of);
  return recs__urn_above(&urn, of->both);
}

static double hyper_confidence(counts *of) {
  recs__urn urn = urn_of(of);
  return recs__urn_below(&urn, of->both);
}

static double hyper_lift(counts *of) {
  recs__urn urn = urn_of(of);
  return ratio(of->both, recs__urn_quantile(&urn, 0.99));
}

/* Where both products are 0 nothing speaks for either. */
static double odds_ratio(counts *of) {
  double with = of->both * neither(of), against = only_left(of) * only_right(of);
  return with == against ? 1 : ratio(with, against);
}

static double yules_q(counts *of) {
  double with = of->both * neither(of), against = only_left(of) * only_right(of);
  return ratio(with - against, with + against);
}

static double yules_y(counts *of) {
  double with = sqrt(of->both) * sqrt(neither(of)), against = sqrt(only_left(of)) * sqrt(only_right(of));
  return ratio(with - against, with + against);
}

static double relative_risk(counts *of) {
  return ratio(confidence(of), ratio(only_right(of), not_left(of)));
}

static double doc(counts *of) {
  return confidence(of) - ratio(only_right(of), not_left(of));
}

static double importance(counts *of) {
  return log10((of->both + 1) * (not_left(of) + 2) / ((only_right(of) + 1) * (of->antecedent + 2)));
}

static double laplace(counts *of) {
  return (of->both + 1) / (of->antecedent + 2);
}

static double lerman(counts *of) {
  return (of->both - expected(of)) / sqrt(expected(of));
}

static double implication_index(counts *of) {
  double chance = of->antecedent * not_right(of) / of->total;
  return ratio(only_left(of) - chance, sqrt(chance));
}

static double kappa(counts *of) {
  double agreed = of->total * (of->both + neither(of));
  double chance = of->antecedent * of->consequent + not_left(of) * not_right(of);
  return ratio(agreed - chance, of->total * of->total - chance);
}

static double gini(counts *of) {
  double with = confidence(of), without = ratio(only_right(of), not_left(of)), all = consequent_support(of);
  double left = antecedent_support(of);
  return 2 * (left * (with - all) * (with - all) + (1 - left) * (without - all) * (without - all));
}

/* s(cell) ln(s(cell) / what chance would give); an empty cell says nothing. */
static double information(double cell, double row, double column, double total) {
  return cell > 0 ? cell / total * log(total * cell / (row * column)) : 0;
}

static double entropy(double one, double other) {
  double total = one + other;
  return -information(one, total, total, total) - information(other, total, total, total);
}

static double j_measure(counts *of) {
  return information(of->both, of->antecedent, of->consequent, of->total) +
         information(only_left(of), of->antecedent, not_right(of), of->total);
}

static double mutual_information(counts *of) {
  double shared = j_measure(of) + information(only_right(of), not_left(of), of->consequent, of->total) +
                  information(neither(of), not_left(of), not_right(of), of->total);
  return ratio(shared, fmin(entropy(of->antecedent, not_left(of)), entropy(of->consequent, not_right(of))));
}

static double lambda(counts *of) {
  double known = fmax(of->both, only_left(of)) + fmax(only_right(of), neither(of));
  double usual = fmax(of->consequent, not_right(of));
  return ratio(known - usual, of->total - usual);
}

static double rld(counts *of) {
  double apart = (of->both * neither(of) - only_left(of) * only_right(of)) / of->total;
  if (apart > 0)
    return apart / (apart + fmin(only_left(of), only_right(of)));
  return ratio(apart, apart - fmin(of->both, neither(of)));
}

static double rule_power_factor(counts *of) {
  return support(of) * confidence(of);
}

static double counterexample(counts *of) {
  return (of->both - only_left(of)) / of->both;
}

static double confirmed_confidence(counts *of) {
  return (of->both - only_left(of)) / of->antecedent;
}

static double sebag(counts *of) {
  return ratio(of->both, only_left(of));
}

static double varying_liaison(counts *of) {
  return lift(of) - 1;
}

static double ralambondrainy(counts *of) {
  return only_left(of) / of->total;
}

#define ENTRY(number, function, label, order, falling, formula) [RECS_METRIC_##number] = {label, formula, function, order, falling},
#define CHOICE(number, function, label, order, falling, formula) {label, RECS_METRIC_##number},

static const recs__rule_metric metrics[] = {RECS__RULE_METRICS(ENTRY)};

const recs__choice recs__metric_choices[] = {RECS__RULE_METRICS(CHOICE){NULL, 0}};

const recs__rule_metric *recs__rule_metric_of(int32_t number) {
  if (number < 1 || (size_t)number >= sizeof metrics / sizeof metrics[0])
    return NULL;
  return &metrics[number];
}

const char *recs_rules_metric_name(int32_t metric) {
  const recs__rule_metric *found = recs__rule_metric_of(metric);
  return found == NULL ? NULL : found->name;
}

const char *recs_rules_metric_formula(int32_t metric) {
  const recs__rule_metric *found = recs__rule_metric_of(metric);
  return found == NULL ? NULL : found->formula;
}

int32_t recs_rules_metric_direction(int32_t metric) {
  const recs__rule_metric *found = recs__rule_metric_of(metric);
  return found == NULL ? 0 : found->direction;
}
