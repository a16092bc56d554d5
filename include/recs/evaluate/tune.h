/* Part of librecs (MIT). Tuning: settings that do better on the validation part. Included by recs/evaluate.h. */
#ifndef RECS_EVALUATE_TUNE_H
#define RECS_EVALUATE_TUNE_H

#include <recs/evaluate/evaluation.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup tune Tuning
 * Searches the options of a scorer, and of a hybrid's parts and their weights, by random search with successive halving
 * (Jamieson and Talwalkar 2016): many settings are tried on few users, and, where there are many events, fitted to a
 * share of them; the better third of them goes on to three times as many. The second half of the trials is drawn near
 * the best so far. Everything is judged on the validation part of a split; the test part is never looked at.
 *
 * The settings that were given are a trial too, the first, and stay unless another does better on all users of the
 * validation part, by an interval of the paired bootstrap that lies above 0.
 * @{
 */

/** What tuning found. Immutable. */
typedef struct recs_tuning recs_tuning;

/** Options of recs_tune(). */
typedef struct recs_tune_options {
  size_t struct_size; /**< Set by recs_tune_options_init(). */
  const char *metric; /**< What is made large: a figure of recs_evaluation_find(); default "ndcg@10". */
  double level;       /**< Of the interval that must lie above 0, in (0, 1); default 0.95. */
  uint64_t seed;      /**< Of what is drawn; default 1. */
  uint32_t trials;    /**< Settings to try beside those given, 1 to 100000; default 20. */
  uint32_t least_users; /**< The fewest users that settings are tried on, when there are more; default 500. */
} recs_tune_options;

/** The schema of recs_tune_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_tune_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_tune_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_tune_options_init(recs_tune_options *options, size_t struct_size);

/**
 * Searches better settings of a model's scorer.
 * @param[out] out what was found; the caller frees it with recs_tuning_free().
 * @param split its training and validation parts are used.
 * @param model the model to fit: profiles, matrix, scorer, and settings, which are the first trial; what they set is
 *   not searched. NULL for the defaults.
 * @param options NULL for the defaults.
 * @param progress NULL, or called now and then on this thread; may cancel.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for an unknown scorer, setting or metric; #RECS_ERROR_UNSUPPORTED for a metric
 *   that is not a user's, or a scorer with nothing to search; #RECS_ERROR_INVALID; #RECS_ERROR_CANCELLED;
 *   #RECS_ERROR_NOMEM; and what the fit of the given settings says. Other settings that a scorer refuses are drawn anew.
 * Thread safety: any thread. Each trial uses the context's threads; what is found is the same for any number of them,
 * and for the same seed. Complexity: trials x a fit and an evaluation, fewer by the halving. Memory: one model, and
 * the figures of two evaluations.
 * @since 0.1
 */
RECS_API int32_t recs_tune(recs_tuning **out, const recs_split *split, const recs_model_options *model,
                           const recs_tune_options *options, recs_progress_fn progress, void *payload);

/**
 * The best settings, for recs_model_options::settings: those given, and what is to be added; borrowed; "" for NULL.
 * Any thread. O(1).
 * @since 0.1
 */
RECS_API const char *recs_tuning_settings(const recs_tuning *tuning);

/** 1 when better settings than those given were found, else 0. Any thread. O(1). @since 0.1 */
RECS_API int32_t recs_tuning_improved(const recs_tuning *tuning);

/**
 * The best trial against the settings given, on all users of the validation part. Also where the difference was not
 * enough; all zeros (and a p_value of 1) when no trial did better at all.
 * @param[out] out a is the best trial, b the settings given.
 * @param tuning what was found.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_tuning_comparison(recs_comparison *out, const recs_tuning *tuning);

/** How many trials there were, the given settings among them; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_tuning_trials(const recs_tuning *tuning);

/**
 * One trial.
 * @param[out] settings borrowed from the tuning. May be NULL.
 * @param[out] score the metric's mean over the users it was tried on last. May be NULL.
 * @param[out] users how many these were: all of the validation part for those that went to the end. May be NULL.
 * @param tuning what was found.
 * @param index 0: the settings given; then in the order in which they were drawn.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_tuning_trial(const char **settings, double *score, uint32_t *users, const recs_tuning *tuning,
                                   uint32_t index);

/** Frees what was found; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_tuning_free(recs_tuning *tuning);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
