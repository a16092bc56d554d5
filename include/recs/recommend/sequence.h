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

/** How "session-knn" weighs the items of the history by their place from its end, r = 0, 1, ... of the n that count. */
enum {
  RECS_SESSION_EQUAL = 1,     /**< 1. */
  RECS_SESSION_LINEAR = 2,    /**< (n - r) / n. */
  RECS_SESSION_QUADRATIC = 3, /**< ((n - r) / n)^2. */
  RECS_SESSION_HARMONIC = 4,  /**< 1 / (r + 1). */
  RECS_SESSION_GEOMETRIC = 5  /**< 0.7^r. */
};

/**
 * Options of "session-knn" (VMIS-kNN, Kersbergen et al. 2022): score(i) = sum over the k sessions s nearest to the history
 * that have i of near(s) match(s) idf(i).
 *
 * The last @c max_items different items of the history count. Of the sessions that share one of them, the m newest (by
 * their last time, unknown ones last, equal ones by row) are looked at, without those of the user asked for; near(s) is the
 * sum of the weights of what is shared, and equally near ones come newest first. match(s) = max(0, 1 - match_decay (r + 1)), r being the
 * place from the end of the last item that is shared: the reference implementation goes below 0 where this stops.
 * idf(i) = ln(sessions / sessions that have i).
 *
 * A session is a row of the histories, or a part of it where a gap is given; build histories with #RECS_ROWS_SESSIONS to
 * have the log's own. Sessions of fewer than two items are left out, as are events that do not weigh more than 0, in
 * sessions and in the history; other weights make no difference, and an item that comes again counts once, at its last place.
 */
typedef struct recs_session_knn_options {
  size_t struct_size;  /**< Set by recs_session_knn_options_init(). */
  uint32_t k;          /**< Sessions that scores are made of; default 500. */
  uint32_t m;          /**< The newest sessions that these are chosen from, 1 to 1000000; default 2000. Times that are only
                            an order within each user do not tell which sessions are new: let m be large. */
  uint32_t max_items;  /**< Items of the history that count, 1 to 256; default 20. */
  int32_t weighting;   /**< RECS_SESSION_*; default HARMONIC; the paper's is LINEAR. */
  double match_decay;  /**< 0 to 1; default 0.15; the paper's is 0.1. */
  double gap;          /**< Events of a row that are further apart, in units of time, are two sessions; 0 (default): all are
                            one. */
  int32_t idf;         /**< 1 (default): items that few sessions have score higher. */
  int32_t reserved;    /**< Must be 0. */
} recs_session_knn_options;

/**
 * Sets the defaults; as recs_popularity_options_init().
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_session_knn_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_session_knn_options_init(recs_session_knn_options *options, size_t struct_size);

/**
 * Fits "session-knn": keeps the sessions, and for each item the newest that have it.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix, for its catalogue, and the histories.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED without histories; #RECS_ERROR_OVERFLOW for 2^32 sessions
 *   or more; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(events + sessions log sessions) to fit; in memory 4 bytes an item of a session
 * twice, 12 bytes a session and 16 bytes an item, and as much again while it is fitted. A request merges at most max_items
 * lists up to m sessions, and reads k sessions: O(max_items m log max_items + m log k + items of the k).
 * @since 0.1
 */
RECS_API int32_t recs_session_knn_fit(recs_scorer **out, const recs_training *training,
                                      const recs_session_knn_options *options, recs_progress_fn progress,
                                      void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
