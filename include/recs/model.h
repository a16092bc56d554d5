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

/** Dictionaries, users' histories, item profiles and a fitted scorer. Immutable, shared by threads, saved and loaded whole. */
typedef struct recs_model recs_model;

/** Options of recs_model_fit(). */
typedef struct recs_model_options {
  size_t struct_size;                /**< Set by recs_model_options_init(). */
  const recs_profiles *items;        /**< Item profiles over the log's items; NULL: none. */
  const recs_profiles *users;        /**< User profiles over the log's users; NULL: none. */
  const recs_matrix_options *matrix; /**< How events become weights; NULL: the defaults. */
  const char *scorer;                /**< A scorer's name; default "hybrid". */
  const char *settings;              /**< See recs_scorer_fit(); NULL: the defaults. */
  const char *title;                 /**< A text field of the items that names them to people; NULL: ids. */
} recs_model_options;

/** The schema of recs_model_options. @since 0.1 */
RECS_API const recs_schema *recs_model_schema(void);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_model_options_init(recs_model_options *options, size_t struct_size);
/** From a log to a model. The model has frozen copies of what it needs. @since 0.1 */
RECS_API int32_t recs_model_fit(recs_model **out, const recs_events *events, const recs_model_options *options, recs_progress_fn progress, void *payload);
/** A model from parts that the caller made: the scorer's catalogue must be the items of @p items. @p profiles may be NULL. @since 0.1 */
RECS_API int32_t recs_model_create(recs_model **out, const recs_ids *users, const recs_ids *items, const recs_histories *histories, const recs_profiles *profiles, const recs_scorer *scorer, const char *title);
/** The users; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_model_users(const recs_model *model);
/** The items; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_ids *recs_model_items(const recs_model *model);
/** The item profiles; borrowed; NULL when there are none. @since 0.1 */
RECS_API const recs_profiles *recs_model_profiles(const recs_model *model);
/** The users' histories; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_histories *recs_model_histories(const recs_model *model);
/** The scorer; borrowed; NULL for NULL. @since 0.1 */
RECS_API const recs_scorer *recs_model_scorer(const recs_model *model);
/** A name of an item for people: its title, or else its id; borrowed; "" for an unknown row. @since 0.1 */
RECS_API const char *recs_model_title(const recs_model *model, uint32_t item);

/** The @p n best items for a known user. A user without a history gets what the scorer gives to an empty one. @since 0.1 */
RECS_API int32_t recs_model_recommend(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_model *model, uint32_t user, size_t n, const recs_filter *filter);
/** The @p n best items for a given history: an anonymous basket, or a newer history of a known user. @since 0.1 */
RECS_API int32_t recs_model_recommend_history(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_model *model, const recs_history *history, size_t n, const recs_filter *filter);
/** The @p n best items for each of many users, over the context's threads: user i has counts[i] items from out_items[i * n] on. @p users
 * NULL: all rows from 0 to @p user_count - 1. @since 0.1 */
RECS_API int32_t recs_model_recommend_many(uint32_t *out_items, double *out_scores, size_t *out_counts, const recs_model *model, const uint32_t *users, size_t user_count, size_t n, const recs_filter *filter, recs_progress_fn progress, void *payload);
/** The @p n items most similar to one, by the whole scorer or by its part of that name (@p part NULL: the whole). @since 0.1 */
RECS_API int32_t recs_model_similar(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_model *model, uint32_t item, const char *part, size_t n, const recs_filter *filter);
/** Why an item goes with a known user. @since 0.1 */
RECS_API int32_t recs_model_explain(recs_explanation **out, const recs_model *model, uint32_t user, uint32_t item, size_t limit);
/** Why an item goes with a given history. @since 0.1 */
RECS_API int32_t recs_model_explain_history(recs_explanation **out, const recs_model *model, const recs_history *history, uint32_t item, size_t limit);
/** Gives up a hold on a model; NULL is fine. @since 0.1 */
RECS_API void recs_model_free(recs_model *model);

/** A place where the newest model is published to live readers. */
typedef struct recs_model_slot recs_model_slot;
/** Makes an empty slot. @since 0.1 */
RECS_API int32_t recs_model_slot_create(recs_model_slot **out, recs_context *context);
/** Publishes a model (NULL: none); readers that hold the old one keep it until they free it. Any thread. @since 0.1 */
RECS_API int32_t recs_model_slot_publish(recs_model_slot *slot, const recs_model *model);
/** A hold on the published model, to be given up with recs_model_free(); #RECS_ERROR_NOT_FOUND when there is none. Any thread. @since 0.1 */
RECS_API int32_t recs_model_slot_acquire(recs_model **out, recs_model_slot *slot);
/** Frees a slot and its hold on the model; NULL is fine. @since 0.1 */
RECS_API void recs_model_slot_free(recs_model_slot *slot);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
