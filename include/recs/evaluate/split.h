/* Part of librecs (MIT). Splits: what a model learns from, and what it is asked about. Included by recs/evaluate.h. */
#ifndef RECS_EVALUATE_SPLIT_H
#define RECS_EVALUATE_SPLIT_H

#include <recs/model.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup split Splits
 * A log cut into what a model is fitted to, what requests bring, and what the answers are judged by. A user's order is
 * time, then arrival; unknown times come first. Of an item that comes again only the first event stays, unless repeats
 * are asked for. Events that weigh nothing (see recs_matrix_options) are left out; those that weigh less than nothing
 * (returns, dislikes) are never what is looked for: they go with the event before them, or with the item's own event if
 * that is held out, so that nothing is learned from what came later.
 * @{
 */

/** A log that was split. Immutable. */
typedef struct recs_split recs_split;

/** Ways to split. */
enum {
  RECS_SPLIT_AUTO = 0,        /**< LAST_BASKET where events have sessions, else LAST. */
  RECS_SPLIT_LAST = 1,        /**< "leave-last-out": a user's last event is the test, the one before it the validation. */
  RECS_SPLIT_LAST_BASKET = 2, /**< "leave-last-basket-out": the same for baskets (sessions; an event without one is a basket
                                   of its own). A basket's place is that of its first event that stays. */
  RECS_SPLIT_HOLDOUT = 3,     /**< "holdout=p": of a user's events a share is the test, and as large a share of the others
                                   the validation; drawn at random. */
  RECS_SPLIT_TIME = 4,        /**< "time=T": what is at or after a time is the test. What is before it is split once more
                                   for the validation, in the same proportion of events, but at most half. */
  RECS_SPLIT_USERS = 5        /**< "users=p": whole users are the test, and as large a share of the others the validation
                                   (strong generalisation). Of each a share of the events, recs_split_options::hold, is
                                   asked for; the others come with the request and are not learned from. */
};

/** What the model that is tested is fitted to. */
enum {
  RECS_FIT_TRAIN = 1,           /**< Neither validation nor test. */
  RECS_FIT_TRAIN_VALIDATION = 2 /**< Also the validation part: for the last fit, after everything was chosen. */
};

/** What is asked: the rounds of an experiment. */
enum {
  RECS_STAGE_VALIDATION = 1, /**< Fitted to the training part, asked for the validation part: for every choice. */
  RECS_STAGE_TEST = 2        /**< Asked for the test part: for the figures that are shown, once. */
};

/** Options of recs_split_create(). */
typedef struct recs_split_options {
  size_t struct_size;                /**< Set by recs_split_options_init(). */
  const recs_matrix_options *matrix; /**< What an event weighs: the same as the model's; NULL: the defaults. */
  double share;                      /**< HOLDOUT and USERS: the share that is tested, in (0, 1); default 0.2. */
  double hold;                       /**< USERS: the share of a tested user's events that is asked for; default 0.2. */
  int64_t time;                      /**< TIME: where the test begins; #RECS_NO_TIME (default): not set. */
  uint64_t seed;                     /**< Of random splits; default 1. */
  uint32_t least;                    /**< Users with fewer events (LAST_BASKET: baskets) are not tested; default 3. */
  int32_t method;                    /**< RECS_SPLIT_*; default AUTO. */
  int32_t fit;                       /**< RECS_FIT_*; default TRAIN. */
  int32_t repeats;                   /**< 1: an item that comes again stays, and items of the history may be asked for
                                          again; default 0. */
} recs_split_options;

/** The schema of recs_split_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_split_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_split_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_split_options_init(recs_split_options *options, size_t struct_size);

/**
 * Sets the method from text, as commands write it: "leave-last-out", "leave-last-basket-out", "holdout=0.2", "time=T"
 * (epoch seconds or milliseconds, or an ISO date), "users=0.1", "auto".
 * @param[in,out] options what recs_split_options_init() has set up; on failure nothing is changed.
 * @param text NUL-terminated. "holdout" and "users" alone keep the share.
 * @return #RECS_OK; #RECS_ERROR_NOT_FOUND for an unknown split (the message lists the known ones);
 *   #RECS_ERROR_INVALID for a share outside (0, 1) or a text that is no time.
 * Thread safety: any thread; one struct belongs to one thread. Complexity: O(length).
 * @since 0.1
 */
RECS_API int32_t recs_split_options_parse(recs_split_options *options, const char *text);

/**
 * Splits a log.
 *
 * A user with fewer than `least` events (after repeats) is learned from but not tested; what lies behind the time of a
 * TIME split is never learned from. A user whose history is empty, as TIME may leave it, is tested: so is a new user
 * served.
 * @param[out] out the split; the caller frees it with recs_split_free(). It holds a frozen copy of what it needs.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a bad option, for TIME without a time or with one that leaves nothing on one
 *   side, and when no user can be tested; #RECS_ERROR_UNSUPPORTED for TIME where the log has no times, or times that
 *   are only an order; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. Complexity: O(events + users + items) time when
 * users' events arrive in order of time, else O(log) more for those users; 34 bytes an event of scratch, and the parts
 * as logs of their own.
 * @since 0.1
 */
RECS_API int32_t recs_split_create(recs_split **out, const recs_events *events, const recs_split_options *options);

/** The way it was split, RECS_SPLIT_*, AUTO resolved; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API int32_t recs_split_method(const recs_split *split);

/**
 * The log that the model of a stage is fitted to; frozen, borrowed; NULL for NULL and for an unknown stage.
 * Any thread. O(1).
 * @since 0.1
 */
RECS_API const recs_events *recs_split_training(const recs_split *split, int32_t stage);

/**
 * What requests bring in a stage: for each user of the dictionary what is known by then, the validation part included
 * at the test; borrowed; NULL for NULL and for an unknown stage. Any thread. O(1).
 * @since 0.1
 */
RECS_API const recs_histories *recs_split_histories(const recs_split *split, int32_t stage);

/** How many users are asked about in a stage; 0 for NULL and for an unknown stage. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_split_users(const recs_split *split, int32_t stage);

/**
 * What is looked for in a stage for one of its users.
 * @param[out] user the user's row.
 * @param[out] items different items in the user's order, at least one; borrowed from the split.
 * @param[out] count how many.
 * @param split the split.
 * @param stage RECS_STAGE_*.
 * @param index 0 to recs_split_users() - 1; rows ascend with it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_split_targets(uint32_t *user, const uint32_t **items, size_t *count, const recs_split *split,
                                    int32_t stage, uint32_t index);

/**
 * What a stage asks for, as histories: what a model that learns weights takes as validation (recs_model_options).
 * @param[out] out a row a user; users who are not asked about have none. Every weight is 1, every time unknown. The
 *   caller frees it with recs_histories_free().
 * @param split the split.
 * @param stage RECS_STAGE_*.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or an unknown stage; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(users + what is asked for).
 * @since 0.1
 */
RECS_API int32_t recs_split_asked(recs_histories **out, const recs_split *split, int32_t stage);

/** Frees a split; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_split_free(recs_split *split);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
