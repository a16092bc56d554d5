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

/** Options of "popularity": the share of users who have and like the item, or their decayed weights; overall, or within
 * the categories of the history. */
typedef struct recs_popularity_options {
  size_t struct_size; /**< Set by recs_popularity_options_init(). */
  double half_life;   /**< In units of time: an event this much older than the latest one counts half; 0 (default): no
                           decay. */
  double max_age;     /**< In units of time: events this much older than the latest one, or more, do not count; 0 (default):
                           all count. */
  const char *field;  /**< A field of tags of the item profiles: popularity is measured within each tag. NULL (default):
                           overall. */
  double recency;     /**< With a field: what is left of an item's weight one step back in the history, as in
                           recs_item_knn_options; default 0.6. */
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
 * With a half-life each event counts 2^(-age / half_life), and with a max_age it counts while it is younger; ages
 * are taken from the latest event of the data, never from the clock, and an event of unknown time is as old as the oldest.
 *
 * With a field, score(i) = sum over its tags t of p(t | history) p(i | t). p(t | history) is the part of the history's
 * weight (faded, and without items that do not weigh more than 0) that its items give to t, each sharing its own out among
 * its tags by their weights; p(i | t) is what t's weight in i times the popularity of i makes of the sum of that over all
 * items of t. A history that has no such tag is given the popularity overall.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training the matrix; with a half-life or a max_age also histories with times; with a field also item profiles.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also for a field that holds no tags; #RECS_ERROR_NOT_FOUND for a field that is
 *   not there (the message lists the known ones); #RECS_ERROR_UNSUPPORTED for a half-life or a max_age without times, or a
 *   field without item profiles; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(entries + tags of the items) to fit, in memory 8 bytes an item and 16 bytes a
 * tag of an item; a request O(items), with a field O(items of the history's tags).
 * @since 0.1
 */
RECS_API int32_t recs_popularity_fit(recs_scorer **out, const recs_training *training,
                                     const recs_popularity_options *options, recs_progress_fn progress, void *payload);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
