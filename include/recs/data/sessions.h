/* Part of librecs (MIT). Sessions by inactivity. Included by recs/data.h. */
#ifndef RECS_DATA_SESSIONS_H
#define RECS_DATA_SESSIONS_H

#include <recs/data/events.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup sessions Sessions
 * Visits from the times of a log: a user who did nothing for a while begins a new session.
 * @{
 */

/** What becomes of the sessions that a log has already. */
enum {
  RECS_SESSIONS_REPLACE = 0, /**< They are forgotten: times alone decide. */
  RECS_SESSIONS_KEEP = 1,    /**< Events that have a session keep it; the others are cut among themselves. */
  RECS_SESSIONS_SPLIT = 2    /**< Times decide, and where an event's session is not that of the event before, a new one begins too. */
};

/** Options of recs_events_sessionize(). */
typedef struct recs_sessions_options {
  size_t struct_size; /**< Set by recs_sessions_options_init(). */
  double gap_seconds; /**< An event begins a session when more than this passed since the user's event before; at least 0; of
                           thousandths; default 1800. */
  int32_t existing;   /**< RECS_SESSIONS_*; default REPLACE. */
  int32_t reserved;   /**< Must be 0. */
} recs_sessions_options;

/** The schema of recs_sessions_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_sessions_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_sessions_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_sessions_options_init(recs_sessions_options *options, size_t struct_size);

/**
 * The same log with sessions cut by inactivity: each user's events in order of time (of equal times, in order of arrival). A session
 * is called by its user and its number among the user's, from 1: "anna#3"; a name that a kept session has is passed over. Events
 * without a user or a time have no session (but may keep one).
 * @param[out] out the log, frozen, over the same dictionaries of users, items and types, and one of its own of sessions; its other
 *   columns share the memory of @p events. The caller frees it.
 * @param events the log; not changed. Clean it first: a duplicate is no visit.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_UNSUPPORTED when the log's times are only an order; #RECS_ERROR_INVALID, also for a user whose id is
 *   too long for one of a session; #RECS_ERROR_OVERFLOW; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same result for any number of threads.
 * Complexity: O(events + users + sessions), O(m log m) for the m events of a user that did not arrive in order of time. Memory: 4 bytes
 * an event for the column and some 30 a session for the dictionary; scratch of 8 bytes an event.
 * @since 0.1
 */
RECS_API int32_t recs_events_sessionize(recs_events **out, const recs_events *events, const recs_sessions_options *options,
                                        recs_progress_fn progress, void *payload);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
