/* Part of librecs (MIT). Association rules of itemsets. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_RULES_H
#define RECS_ANALYZE_RULES_H

#include <recs/analyze/itemsets.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup rules Rules
 * @{
 */

/** Association rules. Immutable. */
typedef struct recs_rules recs_rules;

/**
 * Metrics of a rule A -> C: those of mlxtend, and those of arules that the four counts give. n() is a number of baskets, N
 * all of them, s() = n() / N; "A without C" are the baskets that have all of A and not all of C. Where a formula divides 0
 * by 0 the metric is 0 (odds-ratio: 1), and another number by 0 gives infinity. Their names, as in
 * recs_rules_metric_name(), are these in small letters with '-'.
 */
enum {
  RECS_METRIC_SUPPORT = 1,               /**< s(AC) */
  RECS_METRIC_CONFIDENCE = 2,            /**< s(AC) / s(A) */
  RECS_METRIC_LIFT = 3,                  /**< confidence / s(C) */
  RECS_METRIC_LEVERAGE = 4,              /**< s(AC) - s(A) s(C) */
  RECS_METRIC_CONVICTION = 5,            /**< (1 - s(C)) / (1 - confidence); infinite at confidence 1 */
  RECS_METRIC_ZHANG = 6,                 /**< leverage / max(s(AC) (1 - s(A)), s(A) (s(C) - s(AC))) */
  RECS_METRIC_ANTECEDENT_SUPPORT = 7,    /**< s(A) */
  RECS_METRIC_CONSEQUENT_SUPPORT = 8,    /**< s(C) */
  RECS_METRIC_JACCARD = 9,               /**< s(AC) / (s(A) + s(C) - s(AC)) */
  RECS_METRIC_CERTAINTY = 10,            /**< (confidence - s(C)) / (1 - s(C)) */
  RECS_METRIC_KULCZYNSKI = 11,           /**< (s(AC) / s(A) + s(AC) / s(C)) / 2 */
  RECS_METRIC_REPRESENTATIVITY = 12,     /**< the share of baskets without unknown values: 1 */
  RECS_METRIC_ADDED_VALUE = 13,          /**< confidence - s(C) */
  RECS_METRIC_CHI_SQUARED = 14,          /**< sum over the four cells of (observed - expected)^2 / expected */
  RECS_METRIC_CHI_SQUARED_P = 15,        /**< P(chi-squared of 1 degree of freedom >= this), either way */
  RECS_METRIC_FISHERS_EXACT = 16,        /**< P(as many or more baskets have both by chance), one-sided */
  RECS_METRIC_HYPER_CONFIDENCE = 17,     /**< P(fewer baskets have both by chance) */
  RECS_METRIC_HYPER_LIFT = 18,           /**< n(AC) / the 99 % quantile of n(AC) by chance */
  RECS_METRIC_COSINE = 19,               /**< s(AC) / sqrt(s(A) s(C)) */
  RECS_METRIC_DOC = 20,                  /**< confidence - s(C without A) / s(not A): difference of confidence */
  RECS_METRIC_GINI = 21,                 /**< s(A) (P(C|A)^2 + P(not C|A)^2) + the same of not A - s(C)^2 - s(not C)^2 */
  RECS_METRIC_IMBALANCE = 22,            /**< |s(A) - s(C)| / (s(A) + s(C) - s(AC)) */
  RECS_METRIC_IMPORTANCE = 23,           /**< log10((n(AC) + 1) (n(not A) + 2) / ((n(C without A) + 1) (n(A) + 2))) */
  RECS_METRIC_KAPPA = 24,                /**< (agreement - agreement by chance) / (1 - agreement by chance) */
  RECS_METRIC_LAPLACE = 25,              /**< (n(AC) + 1) / (n(A) + 2) */
  RECS_METRIC_LERMAN = 26,               /**< (n(AC) - e) / sqrt(e), with e = n(A) n(C) / N */
  RECS_METRIC_IMPLICATION_INDEX = 27,    /**< (n(A without C) - e) / sqrt(e), with e = n(A) n(not C) / N */
  RECS_METRIC_MUTUAL_INFORMATION = 28,   /**< information that A and C share / the smaller entropy of both */
  RECS_METRIC_J_MEASURE = 29,            /**< s(AC) ln lift + s(A without C) ln(s(A without C) / (s(A) s(not C))) */
  RECS_METRIC_LAMBDA = 30,               /**< share of the errors in guessing C that knowing A takes away */
  RECS_METRIC_ODDS_RATIO = 31,           /**< n(AC) n(neither) / (n(A without C) n(C without A)) */
  RECS_METRIC_PHI = 32,                  /**< leverage / sqrt(s(A) s(not A) s(C) s(not C)) */
  RECS_METRIC_RLD = 33,                  /**< D / (D + min(s(A without C), s(C without A))), D = leverage; D / (D - min(s(AC), s(neither))) for D <= 0 */
  RECS_METRIC_RULE_POWER_FACTOR = 34,    /**< s(AC) confidence */
  RECS_METRIC_YULES_Q = 35,              /**< (o - 1) / (o + 1), with o = odds ratio */
  RECS_METRIC_YULES_Y = 36,              /**< (sqrt(o) - 1) / (sqrt(o) + 1), with o = odds ratio */
  RECS_METRIC_COUNTEREXAMPLE = 37,       /**< (n(AC) - n(A without C)) / n(AC) */
  RECS_METRIC_CONFIRMED_CONFIDENCE = 38, /**< (n(AC) - n(A without C)) / n(A) */
  RECS_METRIC_SEBAG = 39,                /**< n(AC) / n(A without C): Sebag and Schoenauer's */
  RECS_METRIC_VARYING_LIAISON = 40,      /**< lift - 1 */
  RECS_METRIC_RALAMBONDRAINY = 41,       /**< s(A without C) */
  RECS_METRIC_MAX_CONFIDENCE = 42,       /**< max(s(AC) / s(A), s(AC) / s(C)) */
  RECS_METRIC_RELATIVE_RISK = 43         /**< confidence / (s(C without A) / s(not A)) */
};

/** Bounds of one metric. */
typedef struct recs_rules_bound {
  int32_t metric;   /**< RECS_METRIC_*. */
  int32_t reserved; /**< Must be 0. */
  double minimum;   /**< The least value; may be minus infinity. */
  double maximum;   /**< The greatest value; infinity lets infinite ones pass. */
} recs_rules_bound;

/** Options of recs_rules_create(). Sets of items may be of any size: an item beyond is not in the set. */
typedef struct recs_rules_options {
  size_t struct_size;      /**< Set by recs_rules_options_init(). */
  double minimum;          /**< The worst value of the metric: the least, or the greatest where less is better; default 1. */
  uint64_t max_rules;      /**< Keep only this many, the best by metric (ties: support, then items); 0 (default): all. */
  int32_t metric;          /**< RECS_METRIC_*; default LIFT. */
  uint32_t max_antecedent; /**< Items on the left at most; 0 (default): any. */
  uint32_t max_consequent; /**< Items on the right at most; 0 (default): any. */
  uint32_t consequent;     /**< Only rules whose right side is just this item; #RECS_NO_ROW (default): any. */
  const recs_rules_bound *bounds; /**< What other metrics must be, all of them; NULL with a count of 0 (default): nothing. */
  uint64_t bound_count;           /**< Bounds at @c bounds. */
  const recs_candidates *antecedent_items; /**< Items that may stand on the left; NULL (default): any. */
  const recs_candidates *consequent_items; /**< Items that may stand on the right; NULL (default): any. */
  const recs_candidates *antecedent_has;   /**< Items that must all stand on the left; NULL (default): none. */
  const recs_candidates *consequent_has;   /**< Items that must all stand on the right; NULL (default): none. */
  const recs_matrix *baskets; /**< The baskets that were mined: parts of itemsets that are none themselves are counted there;
                                   NULL (default): there is nowhere to count. */
} recs_rules_options;

/** The schema of recs_rules_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_rules_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_rules_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rules_options_init(recs_rules_options *options, size_t struct_size);

/**
 * Makes rules of itemsets: every way to split one into two sides that passes the options. Best first by the metric,
 * then by support, then by the items of the left and of the right side.
 * @param[out] out the rules; the caller frees them with recs_rules_free(). They do not need the itemsets any more.
 * @param itemsets all frequent itemsets, those of one item among them; or all closed ones, of whose supports those of all
 *   parts follow; or any others, when options->baskets counts their parts again. Rules are made of the sets that are given:
 *   those of maximal sets are the longest alone.
 * @param options NULL for the defaults: a lift of at least 1.
 * @param progress NULL, or told how far it is.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, #RECS_ERROR_UNSUPPORTED when parts are
 *   missing and there is nowhere to count them, or #RECS_ERROR_OVERFLOW for an itemset that can be split in more than 2^30
 *   ways.
 * Thread safety: any thread; uses the context's threads, and gives the same rules for any number of them. Complexity: O(sum
 * over the itemsets of the splits looked at, 2^size at most), and sorting the rules. A branch of splits is left as soon as a
 * bound on a metric that falls with the antecedent's size rules out all of it (for confidence as in Agrawal and Srikant 1994).
 * Memory: 32 bytes and 4 an item for each rule, 48 while they are put in order, and with max_rules for twice as many rules a
 * thread at most; 8 to 16 bytes an itemset; 4 bytes an entry of the baskets and 8 a basket and thread where parts are counted.
 * @since 0.1
 */
RECS_API int32_t recs_rules_create(recs_rules **out, const recs_itemsets *itemsets, const recs_rules_options *options,
                                   recs_progress_fn progress, void *payload);

/**
 * The rules whose metric lies within bounds, in the same order. Chain calls to filter by several metrics.
 * @param[out] out the rules that pass; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param metric RECS_METRIC_*.
 * @param minimum the least value; may be minus infinity.
 * @param maximum the greatest value; infinity lets rules of infinite conviction pass.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rules).
 * @since 0.1
 */
RECS_API int32_t recs_rules_filter(recs_rules **out, const recs_rules *rules, int32_t metric, double minimum,
                                   double maximum);

/**
 * The same rules, best first by another metric.
 * @param[out] out the rules; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param metric RECS_METRIC_*.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rules log rules).
 * @since 0.1
 */
RECS_API int32_t recs_rules_sort(recs_rules **out, const recs_rules *rules, int32_t metric);

/**
 * The first rules.
 * @param[out] out the rules; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param count how many; all where there are fewer.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rules).
 * @since 0.1
 */
RECS_API int32_t recs_rules_first(recs_rules **out, const recs_rules *rules, uint64_t count);

/**
 * What each rule adds to the more general rules: its metric less the best one of the rules of the list that have the same
 * consequent and a part of its antecedent, and of the rule that has nothing on the left (Bayardo, Agrawal and Gunopulos
 * 2000; arules calls it improvement).
 * @param[out] out a value a rule, in their order; where less of the metric is better, above 0 still means better.
 * @param rules the rules.
 * @param metric RECS_METRIC_*; usually CONFIDENCE.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, or #RECS_ERROR_OVERFLOW for 2^32 rules or more.
 * Thread safety: any thread; uses the context's threads. Complexity: O(rules x antecedent's items) where rules' parts are
 * rules too, up to O(rules x 2^items) where they are not, and O(rules) for each antecedent of more than 16 items; 32 to 40
 * bytes a rule of scratch.
 * @since 0.1
 */
RECS_API int32_t recs_rules_improvement(double *out, const recs_rules *rules, int32_t metric);

/**
 * The rules that are not redundant: recs_rules_improvement() is above 0, and at least @p least.
 * @param[out] out the rules that stay, in the same order; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param metric RECS_METRIC_*; usually CONFIDENCE.
 * @param least 0 or more.
 * @return as recs_rules_improvement().
 * Thread safety: any thread; uses the context's threads. Complexity: as recs_rules_improvement().
 * @since 0.1
 */
RECS_API int32_t recs_rules_prune(recs_rules **out, const recs_rules *rules, int32_t metric, double least);

/** What is done about many tests at once. */
enum {
  RECS_CORRECTION_NONE = 0,       /**< Nothing: one rule in twenty passes 0.05 by chance. */
  RECS_CORRECTION_BONFERRONI = 1, /**< p times the tests: of all rules none passes by chance, but for the level. */
  RECS_CORRECTION_HOLM = 2,       /**< The same promise, and never fewer rules (Holm 1979). */
  RECS_CORRECTION_BH = 3          /**< Of the rules that pass, the level's share at most by chance (Benjamini and Hochberg 1995). */
};

/**
 * The p-values of the rules, corrected for many tests.
 * @param[out] out a value a rule, in their order.
 * @param rules the rules.
 * @param test #RECS_METRIC_FISHERS_EXACT (one-sided: more baskets have both than by chance) or #RECS_METRIC_CHI_SQUARED_P.
 * @param correction RECS_CORRECTION_*.
 * @param tests how many rules were tried, at least as many as there are here; 0: just these. Rules that were left out because
 *   other metrics of the same baskets were too low were tried as well: to be strict, count them.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread; uses the context's threads. Complexity: O(rules log rules), and some tens of terms for each
 * exact test.
 * @since 0.1
 */
RECS_API int32_t recs_rules_p_values(double *out, const recs_rules *rules, int32_t test, int32_t correction, uint64_t tests);

/**
 * The rules whose corrected p-value is at most a level.
 * @param[out] out the rules that stay, in the same order; the caller frees them with recs_rules_free().
 * @param rules the rules; not changed.
 * @param level above 0, at most 1; such as 0.05.
 * @param test as in recs_rules_p_values().
 * @param correction RECS_CORRECTION_*.
 * @param tests as in recs_rules_p_values().
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread; uses the context's threads. Complexity: as recs_rules_p_values().
 * @since 0.1
 */
RECS_API int32_t recs_rules_significant(recs_rules **out, const recs_rules *rules, double level, int32_t test,
                                        int32_t correction, uint64_t tests);

/** The number of rules; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_rules_count(const recs_rules *rules);

/**
 * The two sides of a rule.
 * @param[out] antecedent the items of the left side, ascending; borrowed from the rules. May be NULL.
 * @param[out] antecedent_count how many. May be NULL.
 * @param[out] consequent the items of the right side, ascending; borrowed. May be NULL.
 * @param[out] consequent_count how many. May be NULL.
 * @param rules the rules.
 * @param index 0 to recs_rules_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rules_get(const uint32_t **antecedent, size_t *antecedent_count, const uint32_t **consequent,
                                size_t *consequent_count, const recs_rules *rules, uint64_t index);

/**
 * One metric of one rule.
 * @param[out] out its value; may be infinite for conviction; NaN on failure.
 * @param rules the rules.
 * @param index 0 to recs_rules_count() - 1.
 * @param metric RECS_METRIC_*.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rules_metric(double *out, const recs_rules *rules, uint64_t index, int32_t metric);

/**
 * One metric of a stretch of rules.
 * @param[out] out @p count values.
 * @param rules the rules.
 * @param begin the first rule.
 * @param count how many; @p begin + @p count is at most recs_rules_count().
 * @param metric RECS_METRIC_*.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(count).
 * @since 0.1
 */
RECS_API int32_t recs_rules_values(double *out, const recs_rules *rules, uint64_t begin, size_t count, int32_t metric);

/** The name of a metric, such as "lift"; static; NULL for other numbers than 1, 2, ... to the last. Any thread. O(1). @since 0.1 */
RECS_API const char *recs_rules_metric_name(int32_t metric);

/** The formula of a metric; static; NULL as for recs_rules_metric_name(). Any thread. O(1). @since 0.1 */
RECS_API const char *recs_rules_metric_formula(int32_t metric);

/** 1 where more of a metric is better, -1 where less is; 0 for a number that no metric has. Any thread. O(1). @since 0.1 */
RECS_API int32_t recs_rules_metric_direction(int32_t metric);

/** Frees rules; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_rules_free(recs_rules *rules);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
