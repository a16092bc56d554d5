/* Part of librecs (MIT). What is served: dictionaries, histories, profiles and a scorer in one. */
#ifndef RECS_MODEL_H
#define RECS_MODEL_H

#include <recs/rank.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup model Models
 * @{
 */

/** Dictionaries, users' histories, item profiles and a fitted scorer. Immutable, shared by threads, saved and loaded
 * whole. */
typedef struct recs_model recs_model;

/** Options of recs_model_fit(). */
typedef struct recs_model_options {
  size_t struct_size;                /**< Set by recs_model_options_init(). */
  const recs_profiles *items;        /**< Item profiles over the log's items; NULL: none. */
  const recs_profiles *users;        /**< User profiles over the log's users; NULL: none. */
  const recs_matrix_options *matrix; /**< How events become weights; NULL: the defaults. Rows must be users. */
  const char *scorer;                /**< A scorer's name; default "hybrid". */
  const char *settings;              /**< See recs_scorer_fit(); NULL: the defaults. */
  const char *title;                 /**< A text field of the items that names them to people; NULL: ids. */
  const char *fallback;              /**< The scorer that fills lists which `scorer` leaves short, with its defaults;
                                          default "popularity"; NULL, "" or "none": short lists stay short. */
  const recs_histories *validation;  /**< What requests of a validation bring; see recs_training. NULL: none. */
  const recs_histories *validation_targets; /**< What they ask for. NULL: none. */
} recs_model_options;

/** The schema of recs_model_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_model_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_model_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_model_options_init(recs_model_options *options, size_t struct_size);

/**
 * From a log to a model: dictionaries frozen, events made into a matrix and histories, the scorer fitted by its name.
 * @param[out] out the new model; the caller frees it with recs_model_free(). It has frozen copies of what it needs: the
 *   log, the profiles and the dictionaries may change or go.
 * @param events the log: its users are the rows and its items the catalogue, also those without an event.
 * @param options NULL for the defaults.
 * @param progress NULL, or called with fractions from 0 to 1 of the whole; cancels.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for an unknown scorer, setting or title field (the message lists the known
 *   ones); #RECS_ERROR_INVALID for profiles over other dictionaries, or frozen before ids were added;
 *   #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM; and what the scorer's own fit says.
 * Thread safety: the log, profiles and dictionaries that are still builders belong to this thread during the call. It
 * uses the context's threads; the model is the same for any number of them. Complexity: O(events) and the scorer's.
 * @since 0.1
 */
RECS_API int32_t recs_model_fit(recs_model **out, const recs_events *events, const recs_model_options *options,
                                recs_progress_fn progress, void *payload);

/**
 * A model from parts that the caller made.
 * @param[out] out the new model; the caller frees it with recs_model_free(). It holds the parts that are immutable, and
 *   has frozen copies of the others.
 * @param users the users; the first of them are the rows of @p histories, those beyond have none yet.
 * @param items the items: as many as the scorer's catalogue has.
 * @param histories what the users did; over @p items or an earlier, shorter state of them.
 * @param profiles profiles of all @p items, or NULL.
 * @param scorer fitted on the same rows of items and, where it uses users, of users.
 * @param fallback a scorer over the same items that fills the lists which @p scorer leaves short; NULL: they stay
 *   short.
 * @param title a text field of @p profiles that names items to people; NULL or "": ids.
 * @return #RECS_OK; #RECS_ERROR_INVALID when the parts do not fit each other; #RECS_ERROR_NOT_FOUND for an unknown
 *   title field; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; builders among the parts belong to it during the call. Complexity: O(1), and the copies of
 * what is not frozen.
 * @since 0.1
 */
RECS_API int32_t recs_model_create(recs_model **out, const recs_ids *users, const recs_ids *items,
                                   const recs_histories *histories, const recs_profiles *profiles,
                                   const recs_scorer *scorer, const recs_scorer *fallback, const char *title);

/** The users, frozen; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_ids *recs_model_users(const recs_model *model);
/** The items, frozen; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_ids *recs_model_items(const recs_model *model);
/** The item profiles; borrowed; NULL when there are none. Any thread. @since 0.1 */
RECS_API const recs_profiles *recs_model_profiles(const recs_model *model);
/** The users' histories; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_histories *recs_model_histories(const recs_model *model);
/** The scorer; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_scorer *recs_model_scorer(const recs_model *model);
/** The scorer that fills short lists; borrowed; NULL when there is none. Any thread. @since 0.1 */
RECS_API const recs_scorer *recs_model_fallback(const recs_model *model);
/** A name of an item for people: its title, or else its id; borrowed; "" for an unknown or removed row. Any thread.
 * @since 0.1 */
RECS_API const char *recs_model_title(const recs_model *model, uint32_t item);

/**
 * The @p n best items for a known user, best first, equal scores by row.
 *
 * First come the items that the model's scorer knows something of. When they are fewer than @p n (a new user, a small
 * corner of the catalogue) and the model has a fallback, then come the items that the fallback lists and that are not
 * there yet, with the fallback's scores, which are on a scale of their own: the order of the list is its meaning, and
 * scores fall within each of its two stretches only. recs_model_explain() tells why an item of either stretch is there.
 *
 * Items that were removed from the dictionary before the model was made are never listed.
 * @param[out] out_items room for @p n rows.
 * @param[out] out_scores room for @p n scores.
 * @param[out] out_count how many there are, at most @p n: fewer when no more items pass the filter and are known to
 *   either scorer.
 * @param model the model.
 * @param user a row of recs_model_users(). A user without a history gets what the scorer gives to an empty one.
 * @param n at least 1.
 * @param filter NULL: items that are not in the history.
 * @return #RECS_OK; #RECS_ERROR_INVALID for an unknown row, @p n of 0 or a bad filter; #RECS_ERROR_NOMEM.
 * Thread safety: any thread; no thread is started. Complexity: the scorer's, and O(listed log n). Scratch of 13 bytes
 * an item (a hybrid: twice) is kept in the model for the next request, at most 8 times; else 16 bytes times n, 12 more
 * for a fallback.
 * @since 0.1
 */
RECS_API int32_t recs_model_recommend(uint32_t *out_items, double *out_scores, size_t *out_count,
                                      const recs_model *model, uint32_t user, size_t n, const recs_filter *filter);

/**
 * The @p n best items for a given history: an anonymous basket, or a newer history of a known user.
 * Lists, thread safety and cost are as in recs_model_recommend().
 * @param[out] out_items room for @p n rows.
 * @param[out] out_scores room for @p n scores.
 * @param[out] out_count how many there are.
 * @param model the model.
 * @param history what was done, in rows of recs_model_items(). An empty one is fine.
 * @param n at least 1.
 * @param filter NULL: items that are not in the history.
 * @return as recs_model_recommend(); #RECS_ERROR_INVALID also for a history with an unknown item or a weight that is
 *   not finite.
 * @since 0.1
 */
RECS_API int32_t recs_model_recommend_history(uint32_t *out_items, double *out_scores, size_t *out_count,
                                              const recs_model *model, const recs_history *history, size_t n,
                                              const recs_filter *filter);

/**
 * The @p n best items for each of many users, over the context's threads: the same lists as recs_model_recommend()
 * gives, bit for bit.
 * @param[out] out_items room for @p user_count * @p n rows: those of user number i begin at i * n.
 * @param[out] out_scores the same for scores.
 * @param[out] out_counts room for @p user_count: how many items each list has. On failure all are 0.
 * @param model the model.
 * @param users @p user_count rows, in any order, repeats allowed; NULL: the rows from 0 to @p user_count - 1.
 * @param user_count how many lists.
 * @param n at least 1.
 * @param filter for all of them; compiled once. NULL: items that are not in the user's history.
 * @param progress NULL, or called on this thread between ranges of users; cancels.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID, naming the row, before any list is made; #RECS_ERROR_OVERFLOW when @p
 *   user_count * @p n is beyond memory; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: that of the lists, over the threads; scratch as in recs_model_recommend(),
 * once a thread. Scorers whose score is an inner product (als, content by embeddings) make the lists of 96 users in one
 * pass over the items.
 * @since 0.1
 */
RECS_API int32_t recs_model_recommend_many(uint32_t *out_items, double *out_scores, size_t *out_counts,
                                           const recs_model *model, const uint32_t *users, size_t user_count, size_t n,
                                           const recs_filter *filter, recs_progress_fn progress, void *payload);

/**
 * The @p n items most similar to one, best first, equal ones by row; never the item itself.
 * @param[out] out_items room for @p n rows.
 * @param[out] out_scores room for @p n similarities.
 * @param[out] out_count how many there are: only items that something is known of. The fallback is not asked.
 * @param model the model.
 * @param item a row of recs_model_items().
 * @param part the name of a part of the scorer, such as "content" of a hybrid; NULL or the scorer's own name: the
 *   whole.
 * @param n at least 1.
 * @param filter NULL: all items. There is no history: recs_filter::include_seen says nothing.
 * @return #RECS_OK; #RECS_ERROR_INVALID for an unknown row, @p n of 0 or a bad filter; #RECS_ERROR_NOT_FOUND for an
 *   unknown part (the message lists the known ones); #RECS_ERROR_UNSUPPORTED where the scorer knows no similar items;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread; no thread is started. Complexity: that of recs_scorer_similar(), with scratch as in
 * recs_model_recommend().
 * @since 0.1
 */
RECS_API int32_t recs_model_similar(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_model *model,
                                    uint32_t item, const char *part, size_t n, const recs_filter *filter);

/**
 * Why an item goes with a known user: by the scorer, or, when that knows nothing of the item, by the fallback.
 * @param[out] out the explanation; the caller frees it with recs_explanation_free().
 * @param model the model.
 * @param user a row of recs_model_users().
 * @param item a row of recs_model_items(), whether it would be listed or not.
 * @param limit at most so many reasons; see recs_explain().
 * @return #RECS_OK; #RECS_ERROR_INVALID for an unknown row; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: that of recs_explain().
 * @since 0.1
 */
RECS_API int32_t recs_model_explain(recs_explanation **out, const recs_model *model, uint32_t user, uint32_t item,
                                    size_t limit);

/** Why an item goes with a given history; else as recs_model_explain(). @since 0.1 */
RECS_API int32_t recs_model_explain_history(recs_explanation **out, const recs_model *model,
                                            const recs_history *history, uint32_t item, size_t limit);

/** Gives up a hold on a model; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_model_free(recs_model *model);

/** A place where the newest model is published to live readers. */
typedef struct recs_model_slot recs_model_slot;

/**
 * Makes an empty slot.
 * @param[out] out the new slot; the caller frees it with recs_model_slot_free().
 * @param context whose allocator it uses; the models published may be of other contexts.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_model_slot_create(recs_model_slot **out, recs_context *context);

/**
 * Publishes a model. Readers that hold the one before keep it until they free it; the last of them frees it.
 * @param slot the slot.
 * @param model the slot takes a hold of its own; NULL: none from now on.
 * @return #RECS_OK, or #RECS_ERROR_INVALID when @p slot is NULL.
 * Thread safety: any thread, at any time. Complexity: O(1), and the freeing of the old model when nobody reads it.
 * @since 0.1
 */
RECS_API int32_t recs_model_slot_publish(recs_model_slot *slot, const recs_model *model);

/**
 * A hold on the published model.
 * @param[out] out the model; the reader gives it up with recs_model_free(). NULL on failure.
 * @param slot the slot.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND when none is published; #RECS_ERROR_INVALID.
 * Thread safety: any thread, at any time; a lock is held for a few instructions. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_model_slot_acquire(recs_model **out, recs_model_slot *slot);

/** Frees a slot and its hold on the model; NULL is fine. No other thread may use the slot any more. @since 0.1 */
RECS_API void recs_model_slot_free(recs_model_slot *slot);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
