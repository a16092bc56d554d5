/* Part of librecs (MIT). Events: the behaviour log. Included by recs/data.h. */
#ifndef RECS_DATA_EVENTS_H
#define RECS_DATA_EVENTS_H

#include <recs/data/ids.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup events Events
 * The behaviour log: who did what to which item, in order of arrival. Memory: 9 bytes an event, and 8, 8, 8, 4, 4 more
 * for each of time, quantity, price, weight, session, where one of 65536 events in a row has it. A snapshot shares the
 * builder's memory.
 * @{
 */

/** A behaviour log over two dictionaries. A builder until frozen; snapshots are immutable. */
typedef struct recs_events recs_events;

/** "No time": the event does not say when. Otherwise milliseconds since 1970-01-01 UTC, or an order. */
#define RECS_NO_TIME INT64_MIN

/** What the times of a log are. */
enum {
  RECS_TIME_CLOCK = 1, /**< Milliseconds since 1970-01-01 UTC. */
  RECS_TIME_ORDER = 2  /**< Only an order within each user; features that compare users' clocks are refused. */
};

/** Columns of events, as parallel arrays. A NULL column means: the default for every event. */
typedef struct recs_event_columns {
  size_t struct_size;       /**< sizeof(recs_event_columns). */
  const uint32_t *users;    /**< Rows; #RECS_NO_ROW: unknown (the default). */
  const uint32_t *items;    /**< Rows; #RECS_NO_ROW: unknown (the default). */
  const uint32_t *types;    /**< From recs_events_type(); default 0, the unnamed type. */
  const float *weights;     /**< Finite; default 1. A rating, a dwell time. */
  const double *quantities; /**< Finite; default 1. Negative: a return. */
  const double *prices;     /**< A unit's price, finite; NaN: unknown (the default). */
  const int64_t *times;     /**< #RECS_NO_TIME: unknown (the default). */
  const uint32_t *sessions; /**< From recs_events_session(); #RECS_NO_ROW: none (the default). */
} recs_event_columns;

/**
 * Makes an empty log.
 * @param[out] out the log, a builder; the caller frees it with recs_events_free().
 * @param users the dictionary of the users; kept alive, and free to grow.
 * @param items the dictionary of the items, of the same context; kept alive, and free to grow.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument or two contexts; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_events_create(recs_events **out, recs_ids *users, recs_ids *items);

/** The dictionary of the users (a snapshot's: frozen with it); borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_ids *recs_events_users(const recs_events *events);

/** The dictionary of the items (a snapshot's: frozen with it); borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_ids *recs_events_items(const recs_events *events);

/** The dictionary of the sessions (orders, baskets, visits); borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_ids *recs_events_sessions(const recs_events *events);

/**
 * The dictionary of the event types; row 0 is the unnamed type "event"; borrowed; NULL for NULL. Any thread.
 * @since 0.1
 */
RECS_API const recs_ids *recs_events_types(const recs_events *events);

/**
 * Finds or adds an event type, such as "view" or "purchase".
 * @param[out] out_type its row, for recs_event_columns::types; #RECS_NO_ROW on failure.
 * @param events a builder; or a snapshot, when the type is there already.
 * @param name its bytes, as an id's (see recs_ids_add()).
 * @param length 1 to 65536 bytes.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or an improper name; #RECS_ERROR_OVERFLOW beyond 255 types;
 *   #RECS_ERROR_STATE when it would have to be added to a snapshot; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(length) expected.
 * @since 0.1
 */
RECS_API int32_t recs_events_type(uint32_t *out_type, recs_events *events, const char *name, size_t length);

/**
 * Finds or adds a session: an order, a basket, a visit.
 * @param[out] out_session its row, for recs_event_columns::sessions; #RECS_NO_ROW on failure.
 * @param events a builder.
 * @param id its bytes, as an id's (see recs_ids_add()).
 * @param length 1 to 65536 bytes.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or an improper id; #RECS_ERROR_STATE when frozen;
 *   #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time. Complexity: O(length) expected.
 * @since 0.1
 */
RECS_API int32_t recs_events_session(uint32_t *out_session, recs_events *events, const char *id, size_t length);

/**
 * Declares what the times of the log are.
 * @param events a builder.
 * @param kind #RECS_TIME_CLOCK (what a new log has) or #RECS_TIME_ORDER.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_STATE when frozen.
 * Thread safety: one thread at a time. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_events_set_time_kind(recs_events *events, int32_t kind);

/** #RECS_TIME_CLOCK or #RECS_TIME_ORDER; 0 for NULL. Any thread while nobody changes the log. O(1). @since 0.1 */
RECS_API int32_t recs_events_time_kind(const recs_events *events);

/**
 * Appends events: all or none. A row whose id was removed is a row still.
 * @param events a builder.
 * @param columns arrays of @p count values each, copied; NULL ones stand for their defaults.
 * @param count how many events; 0 is fine.
 * @return #RECS_OK; #RECS_ERROR_INVALID (the message names the first bad record of a column, counted from 1, and its
 *   value); #RECS_ERROR_STATE when frozen; #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: one thread at a time; snapshots may be read meanwhile. Complexity: O(count) amortised.
 * @since 0.1
 */
RECS_API int32_t recs_events_append(recs_events *events, const recs_event_columns *columns, size_t count);

/** The number of events; 0 for NULL. Any thread while nobody changes the log. O(1). @since 0.1 */
RECS_API uint64_t recs_events_count(const recs_events *events);

/**
 * Copies events into the caller's arrays, of @p count values each; NULL for a column that is not wanted. What was not
 * said comes as the defaults of recs_event_columns.
 * @param[out] users rows, or #RECS_NO_ROW.
 * @param[out] items rows, or #RECS_NO_ROW.
 * @param[out] types rows of recs_events_types().
 * @param[out] weights finite.
 * @param[out] quantities finite.
 * @param[out] prices of one unit; NaN: unknown.
 * @param[out] times or #RECS_NO_TIME.
 * @param[out] sessions rows of recs_events_sessions(), or #RECS_NO_ROW.
 * @param events the log.
 * @param first the first event, counted from 0 in order of arrival.
 * @param count how many; first + count may not exceed recs_events_count().
 * @return #RECS_OK or #RECS_ERROR_INVALID; then the arrays are not touched.
 * Thread safety: any thread while nobody changes @p events. Complexity: O(count).
 * @since 0.1
 */
RECS_API int32_t recs_events_read(uint32_t *users, uint32_t *items, uint32_t *types, float *weights, double *quantities,
                                  double *prices, int64_t *times, uint32_t *sessions, const recs_events *events,
                                  uint64_t first, size_t count);

/**
 * An immutable snapshot; the builder goes on. The four dictionaries are frozen with it, so that threads may read the
 * snapshot while the builder adds ids.
 * @param[out] out the snapshot; the caller frees it. Of a snapshot it is the same handle, held once more.
 * @param events the log.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NOMEM.
 * Thread safety: the builder's thread; any thread for a snapshot. Complexity: O(events / 65536): the events' memory is
 * shared. The first new id after it copies its dictionary (see recs_ids_add()).
 * @since 0.1
 */
RECS_API int32_t recs_events_freeze(recs_events **out, const recs_events *events);

/**
 * Frees a log; NULL is fine. Memory that snapshots share stays until the last of them is freed. Any thread.
 * @since 0.1
 */
RECS_API void recs_events_free(recs_events *events);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
