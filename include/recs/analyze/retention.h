/* Part of librecs (MIT). Cohorts and retention: who comes back. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_RETENTION_H
#define RECS_ANALYZE_RETENTION_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup retention Cohorts and retention
 * Users who came in the same day, week or month are a cohort; how many of each are there in later ones?
 * @{
 */

/** A retention table. Immutable. */
typedef struct recs_retention recs_retention;

/** How long a period is. Periods are those of the calendar, of the time zone that the options say. */
enum {
  RECS_PERIOD_DAY = 1,  /**< From midnight to midnight. */
  RECS_PERIOD_WEEK = 2, /**< From Monday to Sunday. */
  RECS_PERIOD_MONTH = 3 /**< From the first to the last of a month. */
};

/** Options of recs_retention_create(). */
typedef struct recs_retention_options {
  size_t struct_size;    /**< Set by recs_retention_options_init(). */
  const char *births;    /**< The event types that bring a user into a cohort, joined by '|', such as "signup"; NULL (default) or
                              "*": any. */
  const char *returns;   /**< The event types that count as being there, likewise; NULL (default) or "*": any. */
  int32_t period;        /**< RECS_PERIOD_*; default MONTH. */
  int32_t zone;          /**< The time zone's minutes east of UTC, -1439 to 1439; default 0. */
  int32_t rolling;       /**< 1: who is there in a later period counts as there in all before it ("unbounded" retention: who has
                              not yet gone). Default 0: who is there in just that period. */
  uint32_t max_periods;  /**< Look at so many periods from a cohort's own on; 0 (default): at all. */
} recs_retention_options;

/** The schema of recs_retention_options; see recs_options_set(). Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_retention_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_retention_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_retention_options_init(recs_retention_options *options, size_t struct_size);

/**
 * Puts each user into the cohort of the period of its first birth event, and counts who is there in that period and in each
 * after it. Events before a user's birth, of unknown or removed users and without a time count for nothing. With @p births and @p returns both
 * of any type every user is there in period 0; with others perhaps not.
 * @param[out] out the table; the caller frees it with recs_retention_free(). It does not need the log any more.
 * @param events the log, of clock times; not changed.
 * @param options NULL for the defaults: months, any event.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK (a log without births gives a table without cohorts); #RECS_ERROR_INVALID for bad options or an event type that
 *   the log lacks, by name; #RECS_ERROR_UNSUPPORTED when no event has a time, or times are only an order; #RECS_ERROR_OVERFLOW
 *   when the log spans more than 100,000 periods, or the table would have more than 2^26 cells; #RECS_ERROR_CANCELLED;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread while nobody changes @p events; one thread works. Complexity: O(events + users + days + cells). Memory:
 * a bit a user and period, 12 bytes a user, 24 a cell.
 * @since 0.1
 */
RECS_API int32_t recs_retention_create(recs_retention **out, const recs_events *events,
                                       const recs_retention_options *options, recs_progress_fn progress, void *payload);

/** The number of cohorts, those without users among them: the periods from the first birth to the last; 0 for NULL. Any thread.
 * @since 0.1 */
RECS_API uint32_t recs_retention_cohorts(const recs_retention *retention);

/** The number of columns: the most periods that any cohort was looked at, its own included; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_retention_periods(const recs_retention *retention);

/** When each cohort's period begins, in milliseconds since 1970-01-01 UTC; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const int64_t *recs_retention_starts(const recs_retention *retention);

/** How many users each cohort has; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_retention_sizes(const recs_retention *retention);

/**
 * How many periods of each cohort, its own included, begin before the latest event of a known user, and so mean something in its row; the
 * last of them may not be over yet (see recs_retention_complete()). At most recs_retention_periods(). Borrowed; NULL for NULL. Any
 * thread.
 * @since 0.1
 */
RECS_API const uint32_t *recs_retention_observed(const recs_retention *retention);

/**
 * How many periods of each cohort are over: that event is on their last day, or later. They are comparable with those of
 * other cohorts. Borrowed; NULL for NULL. Any thread.
 * @since 0.1
 */
RECS_API const uint32_t *recs_retention_complete(const recs_retention *retention);

/** Users who are there, cohorts x periods; 0 beyond what was observed; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_retention_users(const recs_retention *retention);

/** The events of those users, cohorts x periods; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_retention_events(const recs_retention *retention);

/** The sum of quantity x price of those events that have a price, cohorts x periods, summed in order of arrival; borrowed; NULL for
 * NULL. Any thread. @since 0.1 */
RECS_API const double *recs_retention_money(const recs_retention *retention);

/**
 * The cohort of each user by row, #RECS_NO_ROW for none: what recs_funnel_options::groups takes. Borrowed; NULL for NULL. Any thread.
 * @since 0.1
 */
RECS_API const uint32_t *recs_retention_labels(const recs_retention *retention);

/** How many users recs_retention_labels() tells of: the rows of the log's dictionary; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_retention_label_rows(const recs_retention *retention);

/** Frees a table; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_retention_free(recs_retention *retention);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
