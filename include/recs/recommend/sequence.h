/* Part of librecs (MIT). The scorers "markov" and "session-knn": what comes next. */
#ifndef RECS_RECOMMEND_SEQUENCE_H
#define RECS_RECOMMEND_SEQUENCE_H

#include <recs/recommend/scorer.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @addtogroup recommend
 * @{
 */

/**
 * Options of "markov": score(i) = sum over the places h of the history of weight(h) fade(h) P(i | the items up to h).
 *
 * P(i | c) = (n(c, i) + smoothing P(i | c')) / (N(c) + smoothing), c' being the context c without its first item, and P
 * without a context 0 (MacKay and Peto 1995); the longest context with counts that ends at h is asked. n(c, i) is the sum,
 * over the places in the users' histories where c ends and an item i comes d <= window events later, of the weight of that
 * later event times d^-distance, and N(c) that of all items; events that do not weigh more than 0 are never what came
 * later. Events at the same time are in order of arrival. fade(h) is that of recs_item_knn_options.
 */
typedef struct recs_markov_options {
  size_t struct_size; /**< Set by recs_markov_options_init(). */
  uint32_t order;     /**< Items that a context has at most, 1 to 8; default 2. */
  uint32_t k;         /**< Items kept of those that followed a context; default 200. */
  uint32_t window;    /**< How many events further on an item still follows a context, 1 to 65536; default 20; 1: the next
                           event alone. */
  uint32_t min_count; /**< Contexts of two items and more that occur fewer times are left out; default 2. */
  double distance;    /**< How much less an item counts that comes later, 0 to 16; default 0.8. */
  double smoothing;   /**< Weight of what the shorter context says, in events; default 20; 0: the longest context alone. */
  double recency;     /**< See recs_item_knn_options; default 0.6; 0: the end of the history alone, a Markov chain proper. */
  double half_life;   /**< See recs_item_knn_options; default 0. */
} recs_markov_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_markov_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_markov_options_init(recs_markov_options *options, size_t struct_size);

/**
 * Fits "markov": counts what followed each context of one to order items. Similar items are those that follow.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix, for its catalogue, and the histories.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED without histories; #RECS_ERROR_NUMERIC for counts beyond
 *   the floats; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the same bits for any number of threads. Complexity: O(order x events x window), and O(events
 * log events) for contexts of two items and more; 28 bytes an event while a length is counted, and 9 bytes an item for
 * each thread; the scorer keeps 8 bytes an item that followed a context, of which there are no more than k a context and
 * window an event, and 24 bytes a context. A request costs O(history x order x (k + log contexts)).
 * @since 0.1
 */
RECS_API int32_t recs_markov_fit(recs_scorer **out, const recs_training *training, const recs_markov_options *options,
                                 recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
