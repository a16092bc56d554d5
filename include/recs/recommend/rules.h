/* Part of librecs (MIT). The scorer "rules": what is bought together. */
#ifndef RECS_RECOMMEND_RULES_H
#define RECS_RECOMMEND_RULES_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/** How "rules" makes one score of several rules. */
enum {
  RECS_RULES_SUM = 1, /**< All rules that lead to the item are added up. */
  RECS_RULES_BEST = 2 /**< The best one alone counts. */
};

/**
 * Options of "rules": score(i) = sum (or the largest) over the rules A -> i whose A is in the history of
 * metric(A -> i) lift(A -> i)^lift_power times the least weight of an item of A, faded as in recs_item_knn_options.
 *
 * The baskets are the users' histories, cut where two events are further apart than @c gap; without histories, the rows of the
 * matrix. Baskets of fewer than two items are left out, as are events that do not weigh more than 0. An item that came
 * several times counts with its largest weight.
 */
typedef struct recs_rule_scorer_options {
  size_t struct_size;      /**< Set by recs_rule_scorer_options_init(). */
  uint64_t min_count;      /**< Baskets that the items of a rule must share, at least 2; default 5. */
  uint64_t max_itemsets;   /**< Of more itemsets that are frequent, so many of the highest support, smaller ones first;
                                default 5 million. */
  uint32_t max_antecedent; /**< Items on the left at most, 1 to 8; default 2. */
  uint32_t k;              /**< Rules kept of each antecedent, the heaviest; default 100. */
  int32_t metric;          /**< RECS_METRIC_* of which more is better; default CONFIDENCE. */
  int32_t combine;         /**< RECS_RULES_*; default SUM. */
  double lift_power;       /**< 0 to 4; default 0.5. */
  double min_lift;         /**< Rules of less lift are left out; default 1. */
  double gap;              /**< In units of time; 0: each history is one basket; -1 (default): events of the same time are a
                                basket where most events have another one of the same user and time, else as 0. */
  double recency;          /**< See recs_item_knn_options; events of one time are one step. */
  double half_life;        /**< See recs_item_knn_options; default 0. */
} recs_rule_scorer_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_rule_scorer_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rule_scorer_options_init(recs_rule_scorer_options *options, size_t struct_size);

/**
 * Fits "rules": mines the baskets, and keeps the rules that have one item on the right. Similar items are those that an item
 * alone leads to. The reasons are the items on the left of the rules that matched, each with its share.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix, for its catalogue, and the histories.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_OVERFLOW for 2^32 rules or more; #RECS_ERROR_CANCELLED;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: that of recs_apriori_itemsets() and of
 * recs_rules_create() for at most max_itemsets sets, and sorting the rules; about 100 bytes a rule and 20 a set while it is
 * fitted, 8 bytes a rule, 16 to 20 an antecedent and 8 an item kept. A request looks at the antecedents whose rarest item is
 * in the history, and adds up the rules of those that match.
 * @since 0.1
 */
RECS_API int32_t recs_rule_scorer_fit(recs_scorer **out, const recs_training *training, const recs_rule_scorer_options *options,
                                      recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
