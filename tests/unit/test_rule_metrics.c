/* The metrics of rules over all tables of four counts that are small enough: those that are said to fall do, and all are numbers; and the
 * hypergeometric distribution against sums of exact terms. */
#include "lib/analyze/baskets/hypergeometric.h"
#include "lib/analyze/baskets/rules.h"
#include "support/support.h"

enum { TOTAL = 14 };

static double merit(const recs__rule_metric *metric, uint32_t left, uint32_t right, uint32_t both) {
  recs__rule_counts counts = {TOTAL, left, right, both};
  return metric->direction * metric->value(&counts);
}

/* Equal but for rounding. */
static int falls(double from, double to) {
  return to <= from + 1e-12 * (1 + fabs(from));
}

START_TEST(falling_metrics_fall) {
  const recs__rule_metric *metric = recs__rule_metric_of(_i);
  for (uint32_t both = 1; both <= TOTAL; both++) {
    for (uint32_t left = both; left <= TOTAL; left++) {
      for (uint32_t right = both; left + right - both <= TOTAL; right++) {
        double here = merit(metric, left, right, both);
        int more = left + 1 + right - both <= TOTAL;
        ck_hold(!isnan(here));
        if (metric->falling && more)
          ck_assert_msg(falls(here, merit(metric, left + 1, right, both)) && falls(here, merit(metric, left, right + 1, both)),
                        "%s of %u, %u, %u: %g rises", metric->name, left, right, both, here);
      }
    }
  }
}
END_TEST

static double choose(double n, double k) {
  double out = 1;
  for (double i = 1; i <= k; i++)
    out = out * (n - k + i) / i;
  return k < 0 || k > n ? 0 : out;
}

START_TEST(tails_of_small_urns) {
  for (uint32_t left = 0; left <= TOTAL; left++) {
    for (uint32_t right = 0; right <= TOTAL; right++) {
      recs__urn urn = {TOTAL, left, right};
      double below = 0, least = NAN;
      for (uint32_t both = 0; both <= TOTAL + 1; both++) {
        double term = choose(right, both) * choose(TOTAL - (double)right, (double)left - both) / choose(TOTAL, left);
        ck_hold(fabs(recs__urn_below(&urn, both) - below) < 1e-13);
        ck_hold(fabs(recs__urn_above(&urn, both) - (1 - below)) < 1e-13);
        below += term;
        if (isnan(least) && below >= 0.99)
          least = both;
      }
      ck_hold(recs__urn_quantile(&urn, 0.99) == least);
    }
  }
}
END_TEST

/* The tails of large urns are small and still right: values by exact rational arithmetic. */
START_TEST(tails_of_large_urns) {
  static const struct {
    double total, left, right, both, above;
  } cases[] = {
      {20728, 700, 900, 120, 1.5005484492542662e-39},
      {20728, 700, 900, 35, 2.1601000193644322e-1},
      {20728, 700, 900, 20, 9.8465013437976873e-1},
      {100000, 1000, 500, 9, 6.6621386215719780e-2},
      {5000, 4900, 4950, 4852, 2.6418816437043538e-1},
      {100000, 50, 60, 50, 2.3213081807903461e-175},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    recs__urn urn = {cases[c].total, cases[c].left, cases[c].right};
    double above = recs__urn_above(&urn, cases[c].both);
    ck_assert_msg(fabs(above - cases[c].above) <= 1e-11 * cases[c].above, "case %zu: %.17g", c, above);
    ck_assert(fabs(recs__urn_below(&urn, cases[c].both) - (1 - above)) < 1e-12);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rule-metrics");
  TCase *tests = tcase_create("rule-metrics");
  tcase_add_loop_test(tests, falling_metrics_fall, 1, RECS_METRIC_RELATIVE_RISK + 1);
  tcase_add_test(tests, tails_of_small_urns);
  tcase_add_test(tests, tails_of_large_urns);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
