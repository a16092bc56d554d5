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

/** Metrics of a rule A -> C, with s() the share of baskets. */
enum {
  RECS_METRIC_SUPPORT = 1,            /**< s(A and C) */
  RECS_METRIC_CONFIDENCE = 2,         /**< s(A and C) / s(A) */
  RECS_METRIC_LIFT = 3,               /**< confidence / s(C) */
  RECS_METRIC_LEVERAGE = 4,           /**< s(A and C) - s(A) s(C) */
  RECS_METRIC_CONVICTION = 5,         /**< (1 - s(C)) / (1 - confidence); infinite at confidence 1 */
  RECS_METRIC_ZHANG = 6,              /**< Zhang's: leverage / max(s(AC) (1 - s(A)), s(A) (s(C) - s(AC))); 0 when both are 0 */
  RECS_METRIC_ANTECEDENT_SUPPORT = 7, /**< s(A) */
  RECS_METRIC_CONSEQUENT_SUPPORT = 8  /**< s(C) */
};

/** Options of recs_rules_create(). */
typedef struct recs_rules_options {
  size_t struct_size;      /**< Set by recs_rules_options_init(). */
  double minimum;          /**< The least value of the metric; default 1. */
  uint64_t max_rules;      /**< Keep only this many, the best by metric (ties: support, then items); 0 (default): all. */
  int32_t metric;          /**< RECS_METRIC_*; default LIFT. */
  uint32_t max_antecedent; /**< Items on the left at most; 0 (default): any. */
  uint32_t max_consequent; /**< Items on the right at most; 0 (default): any. */
  uint32_t consequent;     /**< Only rules whose right side is just this item; #RECS_NO_ROW (default): any. */
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
 * @param itemsets all frequent itemsets (not only closed or maximal ones), those of one item among them.
 * @param options NULL for the defaults: a lift of at least 1.
 * @param progress NULL, or told how far it is.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, #RECS_ERROR_UNSUPPORTED for other itemsets,
 *   or #RECS_ERROR_OVERFLOW for an itemset with too many items to be split in every way.
 * Thread safety: any thread. Complexity: O(sum over the itemsets of 2^size), and sorting the rules.
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

/** Frees rules; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_rules_free(recs_rules *rules);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
