/* A term comes of three binomial ones, each by its deviance (Loader, "Fast and accurate computation of binomial probabilities", 2000): the
 * logarithms of factorials of large numbers would cost the last digits. The others follow from their ratios. */
#include "lib/analyze/baskets/hypergeometric.h"

#include <math.h>

enum { EXACT = 16 };

/* ln n! less Stirling's formula, ln sqrt(2 pi n) + n ln n - n. */
static double stirling_error(double n) {
  static const double exact[EXACT] = {0.0,
                                      0.08106146679532725822,
                                      0.04134069595540929409,
                                      0.02767792568499833915,
                                      0.02079067210376509311,
                                      0.01664469118982119216,
                                      0.01387612882307074800,
                                      0.01189670994589177010,
                                      0.01041126526197209650,
                                      0.00925546218271273292,
                                      0.00833056343336287126,
                                      0.00757367548795184079,
                                      0.00694284010720952987,
                                      0.00640899418800420707,
                                      0.00595137011275884774,
                                      0.00555473355196280137};
  double square = n * n;
  if (n < EXACT)
    return exact[(int)n];
  return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / square) / square) / square) / square) / n;
}

/* x ln(x / mean) + mean - x, where x is near the mean by a series that does not cancel. */
static double deviance(double x, double mean) {
  double apart = x - mean, ratio = apart / (x + mean);
  double sum = apart * ratio, term = 2 * x * ratio;
  if (fabs(apart) >= 0.1 * (x + mean))
    return x * log(x / mean) - apart;
  for (double odd = 3;; odd += 2) {
    double next;
    term *= ratio * ratio;
    next = sum + term / odd;
    if (next == sum)
      return sum;
    sum = next;
  }
}

/* ln of the probability of x successes of n; `share` and `rest` are the chance of one and of its opposite. */
static double log_binomial(double x, double n, double share, double rest) {
  static const double log_two_pi = 1.83787706640934548356;
  double errors;
  if (x == 0)
    return n == 0 ? 0 : -deviance(n, n * rest) - n * share;
  if (x == n)
    return -deviance(n, n * share) - n * rest;
  errors = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
  return errors - deviance(x, n * share) - deviance(n - x, n * rest) - 0.5 * (log_two_pi + log(x) + log1p(-x / n));
}

/* P(just `both`). */
static double term_of(const recs__urn *urn, double both) {
  double share = urn->left / urn->total, rest = (urn->total - urn->left) / urn->total, others = urn->total - urn->right;
  return exp(log_binomial(both, urn->right, share, rest) + log_binomial(urn->left - both, others, share, rest) -
             log_binomial(urn->left, urn->total, share, rest));
}

static double least_of(const recs__urn *urn) {
  return fmax(0, urn->left + urn->right - urn->total);
}

static double most_of(const recs__urn *urn) {
  return fmin(urn->left, urn->right);
}

/* The terms from k on upwards, as a multiple of the one of k. */
static double sum_up(const recs__urn *urn, double k) {
  double sum = 1, term = 1, most = most_of(urn), missing = urn->total - urn->left - urn->right;
  for (; k < most && term > 1e-17 * sum; k++) {
    term *= (urn->left - k) * (urn->right - k) / ((k + 1) * (missing + k + 1));
    sum += term;
  }
  return sum;
}

static double sum_down(const recs__urn *urn, double k) {
  double sum = 1, term = 1, least = least_of(urn), missing = urn->total - urn->left - urn->right;
  for (; k > least && term > 1e-17 * sum; k--) {
    term *= k * (missing + k) / ((urn->left - k + 1) * (urn->right - k + 1));
    sum += term;
  }
  return sum;
}

/* Terms fall from the mean on to either side: the tail that lies away from it is added up, the other one is the rest. */
static int is_upper(const recs__urn *urn, double both) {
  return both * urn->total > urn->left * urn->right;
}

double recs__urn_above(const recs__urn *urn, double both) {
  if (both <= least_of(urn))
    return 1;
  if (both > most_of(urn))
    return 0;
  if (is_upper(urn, both))
    return fmin(1, term_of(urn, both) * sum_up(urn, both));
  return 1 - recs__urn_below(urn, both);
}

double recs__urn_below(const recs__urn *urn, double both) {
  if (both <= least_of(urn))
    return 0;
  if (both > most_of(urn))
    return 1;
  if (is_upper(urn, both))
    return 1 - recs__urn_above(urn, both);
  return fmin(1, term_of(urn, both - 1) * sum_down(urn, both - 1));
}

/* From a guess by the normal distribution, step by step: P(more than q) must not exceed what the level leaves. */
double recs__urn_quantile(const recs__urn *urn, double level) {
  double mean = urn->left * urn->right / urn->total, rest = 1 - level;
  double spread = sqrt(mean * (1 - urn->left / urn->total) * (1 - urn->right / urn->total));
  double q = fmin(most_of(urn), fmax(least_of(urn), ceil(mean + 2.33 * spread)));
  double beyond = recs__urn_above(urn, q + 1);
  if (beyond > rest) {
    do {
      q += 1;
      beyond -= term_of(urn, q);
    } while (beyond > rest && q < most_of(urn));
    return q;
  }
  while (q > least_of(urn) && beyond + term_of(urn, q) <= rest) {
    beyond += term_of(urn, q);
    q -= 1;
  }
  return q;
}
