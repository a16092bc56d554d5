/* Part of librecs (MIT). Funnels: how far users come, and how long it takes them. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_FUNNEL_H
#define RECS_ANALYZE_FUNNEL_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup funnels Funnels
 * Steps that users are to take one after the other, such as view, cart, purchase: how many reach each, and in what time.
 * @{
 */

/** What a funnel found in a log. Immutable. */
typedef struct recs_funnel recs_funnel;

/** What may happen between two steps. */
enum {
  RECS_BETWEEN_ANYTHING = 1, /**< Whatever: the steps need only come in this order. */
  RECS_BETWEEN_OTHERS = 2,   /**< Events that are no step of the funnel, and repeats of the last step taken; a step out of turn
                                  ends the attempt. */
  RECS_BETWEEN_NOTHING = 3   /**< Nothing: each step is the very next event. */
};

/** What all steps of one attempt have in common, beside the user. */
enum {
  RECS_HOLD_NOTHING = 1, /**< Nothing. */
  RECS_HOLD_SESSION = 2, /**< The session; events without one are left out. */
  RECS_HOLD_ITEM = 3     /**< The item (viewed, put into the cart and bought); events without one are left out. */
};

/** Options of recs_funnel_create(). */
typedef struct recs_funnel_options {
  size_t struct_size;     /**< Set by recs_funnel_options_init(). */
  const uint32_t *groups; /**< NULL (default): all users are one group. Else the group of each user by row (a cluster, a
                               cohort), below group_count; #RECS_NO_ROW and users beyond group_rows are left out. Only read. */
  uint64_t group_rows;    /**< How many users `groups` tells of. */
  int64_t window;         /**< Longest time from the first step to each other, in milliseconds (in a log of
                               #RECS_TIME_ORDER: in units of that order); 0 (default): any. */
  int64_t since;          /**< Attempts begin at this time or later; default #RECS_NO_TIME: at any time. */
  int64_t until;          /**< Attempts begin before this time; default #RECS_NO_TIME: at any time. */
  uint32_t group_count;   /**< How many groups there are, at most 65536; default 1. */
  int32_t between;        /**< RECS_BETWEEN_*; default ANYTHING. */
  int32_t hold;           /**< RECS_HOLD_*; default NOTHING. */
  int32_t reserved;       /**< Must be 0. */
} recs_funnel_options;

/** The schema of recs_funnel_options; see recs_options_set(). Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_funnel_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_funnel_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_funnel_options_init(recs_funnel_options *options, size_t struct_size);

/**
 * Finds how far each user comes in a sequence of steps. An attempt begins with any event of the first step and goes on with
 * events of the next ones, each after the one before in order of time (equal times: of arrival); an event serves as one step of
 * an attempt. A user's depth is the most steps that one attempt takes, and its times are those of the first attempt that takes
 * so many; of attempts that arrive there with the same event, those of the one that began last. Users have to have taken the first
 * step to count at all. Events without a time are left out where others have one; where none has, events are in order of arrival
 * and times are unknown.
 * @param[out] out what was found; the caller frees it with recs_funnel_free(). It does not need the log any more.
 * @param events the log; not changed.
 * @param steps 1 to 32 steps joined by commas, each an event type or several joined by '|'; "*": any type. Spaces around
 *   names are ignored. A type that the log lacks is no error (see recs_funnel_events()); the unnamed type is "event". The same
 *   type may be several steps: "purchase,purchase" finds those who came back.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID for bad options, a group beyond group_count (its user is named), or steps that are empty
 *   (which one is named) or too many; #RECS_ERROR_UNSUPPORTED when window, since or until is given and no event has a time, or when
 *   hold is SESSION and no event has a session; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread while nobody changes @p events; uses the context's threads, and finds the same for any number of
 * them. Complexity: O(events + users) expected where each user's events arrive in order of time, and O(log) of a user's events
 * more where they do not or where something is held. Memory: 12 bytes a user and 8 a user and step; 16 bytes for each of 16
 * million events at a time.
 * @since 0.1
 */
RECS_API int32_t recs_funnel_create(recs_funnel **out, const recs_events *events, const char *steps,
                                    const recs_funnel_options *options, recs_progress_fn progress, void *payload);

/** The number of steps; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_funnel_steps(const recs_funnel *funnel);

/** The number of groups; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_funnel_groups(const recs_funnel *funnel);

/**
 * How many users of each group reach each step, groups x steps; borrowed from the funnel; NULL for NULL. Step 0 is what the others
 * are a share of. Any thread. @since 0.1
 */
RECS_API const uint64_t *recs_funnel_users(const recs_funnel *funnel);

/**
 * How many events of the log are of each step, whoever's they are: 0 tells of a step that never happens. As many as there are
 * steps; borrowed; NULL for NULL. Any thread. @since 0.1
 */
RECS_API const uint64_t *recs_funnel_events(const recs_funnel *funnel);

/**
 * The depth of each user by row: 0 for who did not take the first step (or is in no group), up to the number of steps. Borrowed;
 * NULL for NULL. Any thread.
 * @since 0.1
 */
RECS_API const uint8_t *recs_funnel_depths(const recs_funnel *funnel);

/** How many users recs_funnel_depths() tells of: the rows of the log's dictionary; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_funnel_depth_rows(const recs_funnel *funnel);

/**
 * How long those who reach a step took for it, in milliseconds (in a log of #RECS_TIME_ORDER: in its units): from the step before,
 * or from the first.
 * @param[out] out_mean the mean; NaN when nobody is there, times are unknown, or the call fails, as are the other two. May be
 *   NULL, as may the other two.
 * @param[out] out_median the median.
 * @param[out] out_p90 the 90th percentile, linear between the two nearest.
 * @param funnel what was found.
 * @param group 0 to recs_funnel_groups() - 1.
 * @param step 1 to recs_funnel_steps() - 1.
 * @param from_first 0: from the step before; 1: from the first step.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_funnel_times(double *out_mean, double *out_median, double *out_p90, const recs_funnel *funnel,
                                   uint32_t group, uint32_t step, int32_t from_first);

/** Frees a funnel; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_funnel_free(recs_funnel *funnel);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
