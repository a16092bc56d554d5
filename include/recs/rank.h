/* Part of librecs (MIT). From scores to a list: filters and the wording of explanations. */
#ifndef RECS_RANK_H
#define RECS_RANK_H

#include <recs/recommend.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup rank Ranking
 * From scores to what a person is shown: lists under rules, and reasons in words.
 * @{
 */

/** What a list may hold. */
typedef struct recs_filter {
  size_t struct_size;      /**< sizeof(recs_filter). */
  const uint32_t *allowed; /**< Only these items; NULL: all. */
  size_t allowed_count;    /**< Items at allowed. */
  const uint32_t *denied;  /**< Never these items. */
  size_t denied_count;     /**< Items at denied. */
  int32_t include_seen;    /**< 1: items of the history may come back; 0: they are left out. */
  int32_t reserved;        /**< Must be 0. */
} recs_filter;

/**
 * The best items for a history that pass a filter. A filter never changes a score: a hybrid's scale is that of the
 * whole unseen catalogue.
 * @param[out] out_items room for @p n rows; best first, equal ones by row.
 * @param[out] out_scores room for @p n scores.
 * @param[out] out_count how many there are: fewer than @p n when fewer pass or are known of; 0 on failure.
 * @param scorer a fitted scorer.
 * @param history whom the list is for; it may be empty.
 * @param filter what the list may hold; NULL: all items that are not in the history.
 * @param n at least 1.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, an item of the history or the filter that is not in the catalogue, or
 *   n = 0; #RECS_ERROR_NUMERIC for a weight of the history that is not finite; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; no thread is started. Complexity: as recs_scorer_top(), and O(items / 64 + lists) for a
 * filter with lists.
 * @since 0.1
 */
RECS_API int32_t recs_rank_list(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer,
                                const recs_history *history, const recs_filter *filter, size_t n);

/** Why an item was recommended: reasons with their shares of the score. Immutable. */
typedef struct recs_explanation recs_explanation;

/**
 * Explains why an item is recommended to a history: what speaks for it, each with its share of the sum of what does.
 * What speaks against it is not told.
 * @param[out] out the explanation; the caller frees it with recs_explanation_free(). It needs none of the arguments any
 *   more.
 * @param scorer a fitted scorer.
 * @param history whom the item is recommended to.
 * @param item 0 to recs_scorer_items() - 1.
 * @param item_ids names the items in the words, for the scorer itself knows only rows; NULL: "item 7".
 * @param item_profiles where the titles and the names of fields come from; may be NULL.
 * @param title_field a text field of @p item_profiles that names items to people; NULL: their ids.
 * @param limit the most reasons wanted, at least 1.
 * @return #RECS_OK (also when there is no reason); #RECS_ERROR_INVALID; #RECS_ERROR_NOT_FOUND for a title field that is
 *   not there; #RECS_ERROR_NUMERIC for a weight of the history that is not finite; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: as recs_scorer_contributions().
 * @since 0.1
 */
RECS_API int32_t recs_explain(recs_explanation **out, const recs_scorer *scorer, const recs_history *history,
                              uint32_t item, const recs_ids *item_ids, const recs_profiles *item_profiles,
                              const char *title_field, size_t limit);

/** The number of reasons; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_explanation_count(const recs_explanation *explanation);

/**
 * One reason, the largest share first.
 * @param[out] kind RECS_REASON_*; may be NULL.
 * @param[out] row what it is owed to; see RECS_REASON_*. May be NULL.
 * @param[out] label its name: a title or id, a tag, a word, a field; borrowed from the explanation. May be NULL.
 * @param[out] share in (0, 1]; all reasons, those beyond the limit included, sum to 1. May be NULL.
 * @param explanation the explanation.
 * @param index 0 to recs_explanation_count() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_explanation_reason(int32_t *kind, uint32_t *row, const char **label, double *share,
                                         const recs_explanation *explanation, uint32_t index);

/**
 * One English sentence, such as "because of 22423 (41 %), 22699 (30 %) and the tag vintage (12 %)".
 * @param explanation the explanation.
 * @return borrowed from it; "" for NULL, and when there is no reason.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API const char *recs_explanation_text(const recs_explanation *explanation);

/** Frees an explanation; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_explanation_free(recs_explanation *explanation);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
