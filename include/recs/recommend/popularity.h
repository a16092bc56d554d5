/* Part of librecs (MIT). The scorer "popularity". */
#ifndef RECS_RECOMMEND_POPULARITY_H
#define RECS_RECOMMEND_POPULARITY_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/** Options of "popularity": the share of users who have and like the item, or their decayed weights. */
typedef struct recs_popularity_options {
  size_t struct_size; /**< Set by recs_popularity_options_init(). */
  double half_life;   /**< In units of time: an event this much older than the latest one counts half; 0 (default): no
                           decay. */
} recs_popularity_options;

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_popularity_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_popularity_options_init(recs_popularity_options *options, size_t struct_size);

/**
 * Fits "popularity": the score of an item is the share of the training users who have it with a value above 0, the same
 * for every history; an item that nobody likes has no score.
 * With a half-life each event counts 2^(-age / half_life), its age taken from the latest event of the data, never from
 * the clock.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix; with a half-life also histories with times.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED for a half-life without times; #RECS_ERROR_CANCELLED;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries) to fit, O(items) a request.
 * @since 0.1
 */
RECS_API int32_t recs_popularity_fit(recs_scorer **out, const recs_training *training,
                                     const recs_popularity_options *options, recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
