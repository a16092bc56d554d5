/* Part of librecs (MIT). Scorers: fitted by name, asked for scores, lists, similar items and reasons. */
#ifndef RECS_RECOMMEND_SCORER_H
#define RECS_RECOMMEND_SCORER_H

#include <recs/similarity.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup recommend Scorers
 * A scorer is fitted on training data, then says how well each item goes with a history. It works in rows, knows no
 * filters, and is read by any number of threads.
 *
 * At the edges all kinds do the same. A history without items, or of a user who is new, is no error: what knows the user's
 * profile or needs no history scores by that, everything else scores no item. An item that nobody touched has whatever its
 * profile gives it, else no score. A list has at most as many items as have a score, however long it may be, and none
 * without candidates. One user, one item, none of either, a matrix without entries and one whose values are all below 0 are
 * fitted like others (or refused with #RECS_ERROR_UNSUPPORTED or #RECS_ERROR_NUMERIC and a reason), and score what there is
 * to score. A weight of 0 in a history says nothing, one below 0 speaks against what is similar, one that is not finite is
 * #RECS_ERROR_NUMERIC. See @ref guide_events for what weights below 0 mean to each kind.
 * @{
 */

/** A fitted scorer. Immutable. */
typedef struct recs_scorer recs_scorer;

/** What a scorer may learn from; the scorer keeps alive what it needs. NULL: not there. */
typedef struct recs_training {
  size_t struct_size;              /**< sizeof(recs_training). */
  const recs_matrix *matrix;       /**< Users x items. Required: its columns are the catalogue. */
  const recs_histories *histories; /**< The same users' histories; needed for order, recency and decay. */
  const recs_profiles *items;      /**< Item profiles; needed by content. */
  const recs_profiles *users;      /**< User profiles; content adds what they say. */
  const recs_histories *validation;         /**< What requests of a validation bring, by the same users' rows; given
                                                 together with the next. */
  const recs_histories *validation_targets; /**< What those requests ask for, none of it learned from otherwise: learned
                                                 weights are judged by it. NULL: held back from the rest instead. */
} recs_training;

/** A user's history: what the scores are for. */
typedef struct recs_history {
  size_t struct_size;    /**< sizeof(recs_history). */
  const uint32_t *items; /**< Item rows, oldest first; repeats allowed. */
  const float *weights;  /**< Finite; NULL: all 1. */
  const int64_t *times;  /**< NULL: unknown. */
  size_t count;          /**< Items of the history. */
  uint32_t user;         /**< The row of a user of the training data, or #RECS_NO_ROW: kept out of their own
                              neighbours, and their profile is used. */
  uint32_t reserved;     /**< Must be 0. */
} recs_history;

/** How many scorers there are. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_scorer_kinds(void);

/** The name of the i-th scorer, such as "item-knn"; static; NULL beyond the last. Any thread. O(1). @since 0.1 */
RECS_API const char *recs_scorer_kind_name(uint32_t index);

/**
 * The options of a scorer.
 * @param name NUL-terminated, such as "item-knn".
 * @return the schema, static; NULL for NULL and for an unknown name (the thread's message then lists the known ones).
 * Thread safety: any thread. Complexity: O(scorers).
 * @since 0.1
 */
RECS_API const recs_schema *recs_scorer_schema(const char *name);

/**
 * Fits a scorer by its name, with settings in text: what commands, tuners and bindings call.
 * @param[out] out the scorer; the caller frees it with recs_scorer_free().
 * @param training what it learns from; the scorer keeps alive what it needs of it.
 * @param name one of recs_scorer_kind_name().
 * @param settings "key=value" pairs separated by ';' or newlines, keys and values as in recs_options_set(); a hybrid
 *   passes "part.key=value" to its part of that name. NULL: the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for an unknown name or key (the message lists the known ones);
 *   #RECS_ERROR_INVALID for a bad value, or training data that do not fit together; #RECS_ERROR_UNSUPPORTED when the
 *   data lack what the scorer needs; #RECS_ERROR_NUMERIC; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; the work is shared by the context's threads, and the result is the same bits for any
 * number of them. Complexity: see the scorer's own function.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_fit(recs_scorer **out, const recs_training *training, const char *name,
                                 const char *settings, recs_progress_fn progress, void *payload);

/** The scorer's name, such as "item-knn"; static; "" for NULL. Any thread. O(1). @since 0.1 */
RECS_API const char *recs_scorer_name(const recs_scorer *scorer);

/** The size of the catalogue: items are rows 0 to this - 1; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_scorer_items(const recs_scorer *scorer);

/** The number of parts of a hybrid; 0 for other scorers and for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_scorer_parts(const recs_scorer *scorer);

/** A part of a hybrid, borrowed from it; NULL beyond the last. Any thread. O(1). @since 0.1 */
RECS_API const recs_scorer *recs_scorer_part(const recs_scorer *scorer, uint32_t index);

/**
 * The score of every item of the catalogue for a history.
 * @param[out] out recs_scorer_items() values; NaN where nothing is known of an item. Items of the history are scored
 *   too.
 * @param scorer the scorer.
 * @param history whom the scores are for; it may be empty.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, or an item of the history that is not in the catalogue;
 *   #RECS_ERROR_NUMERIC for a weight that is not finite; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(items), and what the scorer needs.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_score(double *out, const recs_scorer *scorer, const recs_history *history);

/**
 * The best items for a history. Items of the history are not left out: recs_rank_list() does that.
 * @param[out] out_items room for @p n rows; best first, equal ones by row.
 * @param[out] out_scores room for @p n scores.
 * @param[out] out_count how many there are: fewer than @p n when fewer are known of; 0 on failure.
 * @param scorer the scorer.
 * @param history whom the list is for.
 * @param candidates which items may be in it, over recs_scorer_items() rows; NULL: all.
 * @param n at least 1.
 * @return as recs_scorer_score().
 * Thread safety: any thread; no thread is started. Complexity: as recs_scorer_score(), and O(scored items x log n).
 * @since 0.1
 */
RECS_API int32_t recs_scorer_top(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer,
                                 const recs_history *history, const recs_candidates *candidates, size_t n);

/**
 * The items most similar to one item, which is not among them.
 * @param[out] out_items room for @p n rows; best first, equal ones by row.
 * @param[out] out_scores room for @p n similarities.
 * @param[out] out_count how many there are; 0 on failure.
 * @param scorer the scorer; a hybrid asks those of its parts that know similar items, by their weights; where these are
 *   all 0, alike.
 * @param item 0 to recs_scorer_items() - 1.
 * @param candidates which items may be in the list; NULL: all.
 * @param n at least 1.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_UNSUPPORTED where a scorer knows no such thing; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; no thread is started. Complexity: as a request for a history of one item.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_similar(uint32_t *out_items, double *out_scores, size_t *out_count,
                                     const recs_scorer *scorer, uint32_t item, const recs_candidates *candidates,
                                     size_t n);

/** What a share of a score is owed to. */
enum {
  RECS_REASON_ITEM = 1,       /**< An item of the history; the row is the item's. */
  RECS_REASON_TAG = 2,        /**< A tag that the profile and the item share; the row is in the tag field's
                                   dictionary. */
  RECS_REASON_WORD = 3,       /**< A word that the profile and the item share; the row is in the text field's
                                   vocabulary. */
  RECS_REASON_NUMBER = 4,     /**< A number or embedding field in which both are close; the row is the field. */
  RECS_REASON_POPULARITY = 5  /**< Many users have it; the row is #RECS_NO_ROW. */
};

/**
 * What the score of one item is made of: amounts that sum to the score, to rounding, largest absolute one first. Each
 * thing is named once.
 * @param[out] out_kinds room for @p capacity RECS_REASON_*; may be NULL when that is 0, as the next ones may.
 * @param[out] out_rows what each is owed to; see RECS_REASON_*.
 * @param[out] out_labels names of tags and words, borrowed from the scorer, NULL for other kinds; may be NULL.
 * @param[out] out_amounts of the score.
 * @param[out] out_count how many there are in all, which may be more than @p capacity; 0 on failure.
 * @param scorer the scorer.
 * @param history whom the score is for.
 * @param item 0 to recs_scorer_items() - 1; one that nothing is known of has no contributions.
 * @param capacity places in the arrays.
 * @return as recs_scorer_score().
 * Thread safety: any thread. Complexity: that of the item's own part of a request; a hybrid scores the catalogue for
 * its scale.
 * @since 0.1
 */
RECS_API int32_t recs_scorer_contributions(int32_t *out_kinds, uint32_t *out_rows, const char **out_labels,
                                           double *out_amounts, size_t *out_count, const recs_scorer *scorer,
                                           const recs_history *history, uint32_t item, size_t capacity);

/** Frees a scorer; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_scorer_free(recs_scorer *scorer);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
