/* Part of librecs (MIT). The scorers "item-knn" and "user-knn". */
#ifndef RECS_RECOMMEND_NEIGHBORS_H
#define RECS_RECOMMEND_NEIGHBORS_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/**
 * Options of "item-knn": score(i) = sum over the history of weight(j) fade(j) sim(j, i), i among the k neighbours of j.
 *
 * With distance, backward, window or an exponent at another value than its default, which needs the cosine kernel,
 * sim(j, i) = c / (n(j)^from n(i)^to) * c / (c + shrink), where n is the sum of an item's squared weights over the events,
 * and c the sum, over every place of j and every place of i in the same user's history, of weight(j) weight(i)
 * max(1, steps between them)^-distance, times backward where i comes before j. Events of one user at the same known time
 * stand on one step, neither before nor after each other; any other event is a step of its own. fade(j) is
 * recency^(steps from j to the end of the history) * 2^(-age(j) / half_life), the age taken from the history's latest
 * time.
 *
 * "order-knn" is the same scorer with other defaults, for logs where order says something: shrink 2, k 100, distance 0.5,
 * backward 0.4, exponent_to 0.3, recency 0.6; and the cosine is its only kernel. Its schema is recs_scorer_schema("order-knn").
 */
typedef struct recs_item_knn_options {
  size_t struct_size;   /**< Set by recs_item_knn_options_init(). */
  double shrink;        /**< See recs_kernel_options; default 0. */
  uint32_t k;           /**< Neighbours kept an item; default 50. */
  int32_t kernel;       /**< RECS_KERNEL_*, by name as a setting; default COSINE. */
  int32_t normalize;    /**< 1: divide by the sum of fade |sim| over the history items that reach i; default 0. */
  uint32_t window;      /**< Items more than this many steps apart are not counted together; 0 (default): all are. */
  double distance;      /**< How much less items count together that are far apart, 0 to 16; 0 (default): no less. */
  double backward;      /**< What an item that came before counts, against 1 for one that came after, 0 to 1; 1
                             (default): as much. */
  double exponent_from; /**< Of the count of the history's item, 0 to 2; default 0.5, the cosine's. */
  double exponent_to;   /**< Of the count of the item that is scored, 0 to 2; default 0.5; less favours popular items. */
  double recency;       /**< What is left of an item's weight one step back in the history, 0 to 1; 1 (default): all;
                             0: the last step alone counts. */
  double half_life;     /**< In units of time: an item this much older than the history's latest weighs half; of unknown
                             time: as the oldest; 0 (default) or a history without times: no such decay. */
} recs_item_knn_options;

/** Options of "user-knn": score(i) = sum of sim(u, v) weight(v, i) over those of the k users v nearest to the history u
 * who have i. */
typedef struct recs_user_knn_options {
  size_t struct_size;   /**< Set by recs_user_knn_options_init(). */
  double shrink;        /**< See recs_kernel_options; default 0. */
  uint32_t k;           /**< Neighbours asked a request; default 50. */
  int32_t kernel;       /**< RECS_KERNEL_*; default COSINE. */
  int32_t normalize;    /**< 1: divide by the sum of |sim| over the neighbours who have i; default 0. */
  int32_t reserved;     /**< Must be 0. */
  double exponent_from; /**< Of the user's own sum of squared weights n(u), 0 to 2; default 0.5, the cosine's. */
  double exponent_to;   /**< Of the neighbour's, 0 to 2; default 0.5; less favours neighbours with many items. Another
                             value of either needs the cosine kernel: sim(u, v) = dot(u, v) / (n(u)^from n(v)^to). */
  double recency;       /**< As in recs_item_knn_options: the user's own items weigh less the further back they are. */
  double half_life;     /**< As in recs_item_knn_options. */
} recs_user_knn_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_item_knn_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_item_knn_options_init(recs_item_knn_options *options, size_t struct_size);

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_user_knn_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_user_knn_options_init(recs_user_knn_options *options, size_t struct_size);

/**
 * Fits "item-knn" (Sarwar et al. 2001; Deshpande and Karypis 2004): keeps the k most similar items of each item, by
 * their users, and by the order in which these came to them where the options ask for it.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix; with a distance, backward or window also the histories.
 * @param options NULL for the defaults, under which order says nothing.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also for another kernel than the cosine with options that are the cosine's;
 *   #RECS_ERROR_UNSUPPORTED for options of order without histories; #RECS_ERROR_NUMERIC for a similarity beyond the
 *   floats; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: O(sum over users of their items
 * squared) to fit, and 8 k bytes an item in memory; with options of order while it is fitted also 8 bytes an event, and
 * 9 bytes an item for each thread; O(history x k) a request.
 * @since 0.1
 */
RECS_API int32_t recs_item_knn_fit(recs_scorer **out, const recs_training *training,
                                   const recs_item_knn_options *options, recs_progress_fn progress, void *payload);

/**
 * Fits "user-knn": keeps the training matrix, and finds the k users nearest to a history when it is asked.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix; its user rows are what recs_history::user names.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also for exponents with another kernel than the cosine; #RECS_ERROR_NUMERIC for
 *   weights too small for the exponents; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries) to fit; a request visits the users who have an item of the history.
 * @since 0.1
 */
RECS_API int32_t recs_user_knn_fit(recs_scorer **out, const recs_training *training,
                                   const recs_user_knn_options *options, recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
