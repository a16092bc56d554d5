/* Part of librecs (MIT). From scores to a list: filters and the wording of explanations. */
#ifndef RECS_RANK_H
#define RECS_RANK_H

#include <recs/recommend.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup rank Ranking
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

/** The @p n best items for a history that pass a filter (NULL: unseen items), best first, equal ones by row. The arrays have room for n.
 * @since 0.1 */
RECS_API int32_t recs_rank_list(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer, const recs_history *history, const recs_filter *filter, size_t n);

/** Why an item was recommended: reasons with their shares of the score. Immutable. */
typedef struct recs_explanation recs_explanation;

/** Explains one item for one history: at most @p limit reasons. @p item_ids names the items in the words (the scorer itself knows only rows).
 * @p title_field: a text field of @p item_profiles that names items to people, or NULL for ids. @since 0.1 */
RECS_API int32_t recs_explain(recs_explanation **out, const recs_scorer *scorer, const recs_history *history, uint32_t item, const recs_ids *item_ids, const recs_profiles *item_profiles, const char *title_field, size_t limit);
/** The number of reasons; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_explanation_count(const recs_explanation *explanation);
/** One reason: RECS_REASON_*, its row, its label (borrowed) and its share of the score, in (0, 1]. Each output may be NULL. @since 0.1 */
RECS_API int32_t recs_explanation_reason(int32_t *kind, uint32_t *row, const char **label, double *share, const recs_explanation *explanation, uint32_t index);
/** One English sentence, such as "because of 22423 (41 %), 22699 (30 %) and the tag vintage (12 %)"; borrowed; "" when there is no
 * reason. @since 0.1 */
RECS_API const char *recs_explanation_text(const recs_explanation *explanation);
/** Frees an explanation; NULL is fine. @since 0.1 */
RECS_API void recs_explanation_free(recs_explanation *explanation);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
