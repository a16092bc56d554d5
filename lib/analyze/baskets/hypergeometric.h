/* Tails of the hypergeometric distribution: how many of the baskets with one thing have another by chance. */
#ifndef RECS_LIB_ANALYZE_BASKETS_HYPERGEOMETRIC_H
#define RECS_LIB_ANALYZE_BASKETS_HYPERGEOMETRIC_H

/* Of `total` baskets `left` have one thing and `right` another, both dealt at random. All are whole numbers below 2^53. */
typedef struct recs__urn {
  double total, left, right;
} recs__urn;

/* P(fewer than `both` have both), P(as many or more). Relative error about 1e-13. O(standard deviation) at most, and rarely more
 * than some tens of terms. */
double recs__urn_below(const recs__urn *urn, double both);
double recs__urn_above(const recs__urn *urn, double both);

/* The least number q with P(at most q) >= level. */
double recs__urn_quantile(const recs__urn *urn, double level);

#endif
