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

/** Options of "item-knn": score(i) = sum over the history of weight(j) sim(i, j), i among the k neighbours of j. */
typedef struct recs_item_knn_options {
  size_t struct_size; /**< Set by recs_item_knn_options_init(). */
  double shrink;      /**< See recs_kernel_options; default 0. */
  uint32_t k;         /**< Neighbours kept an item; default 50. */
  int32_t kernel;     /**< RECS_KERNEL_*, by name as a setting; default COSINE. */
  int32_t normalize;  /**< 1: divide by the sum of |sim| over the history items that reach i; default 0. */
  int32_t reserved;   /**< Must be 0. */
} recs_item_knn_options;

/** Options of "user-knn": score(i) = sum of sim(u, v) weight(v, i) over those of the k users v nearest to the history u
 * who have i. */
typedef struct recs_user_knn_options {
  size_t struct_size; /**< Set by recs_user_knn_options_init(). */
  double shrink;      /**< See recs_kernel_options; default 0. */
  uint32_t k;         /**< Neighbours asked a request; default 50. */
  int32_t kernel;     /**< RECS_KERNEL_*; default COSINE. */
  int32_t normalize;  /**< 1: divide by the sum of |sim| over the neighbours who have i; default 0. */
  int32_t reserved;   /**< Must be 0. */
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
 * their users.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: O(sum over users of their items
 * squared) to fit, and k entries an item in memory; O(history x k) a request.
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
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries) to fit; a request visits the users who have an item of the history.
 * @since 0.1
 */
RECS_API int32_t recs_user_knn_fit(recs_scorer **out, const recs_training *training,
                                   const recs_user_knn_options *options, recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
