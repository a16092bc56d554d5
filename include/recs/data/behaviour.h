/* Part of librecs (MIT). Features of users' behaviour. Included by recs/data.h. */
#ifndef RECS_DATA_BEHAVIOUR_H
#define RECS_DATA_BEHAVIOUR_H

#include <recs/data/events.h>
#include <recs/data/features.h>
#include <recs/data/profiles.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup behaviour Features of behaviour
 * A row of numbers for each user: what, when, how often and how much. Each column has a name and a unit; what a user's events do not
 * define is NaN.
 * @{
 */

/** Options of recs_features_behaviour(). */
typedef struct recs_behaviour_options {
  size_t struct_size;         /**< Set by recs_behaviour_options_init(). */
  const char *features;       /**< Names of groups or of single features, joined by commas; NULL (default), "" or "all": all that the log
                                   can give. */
  const char *purchases;      /**< Types of the events that count for rfm, gaps, baskets and returns, joined by commas; NULL (default)
                                   or "": all types. */
  const char *category_field; /**< The field of tags that are categories; NULL (default): the first field of tags. */
  int64_t now;                /**< The end of what is known, in milliseconds since 1970-01-01 UTC; default #RECS_NO_TIME: the latest
                                   event of the log. */
  double utc_offset_hours;    /**< Of the clock that hours and weekdays are read from, -14 to 14; default 0. */
  double trend_days;          /**< Length of the periods of a trend, at least 0.01; default 30. */
  double fill_value;          /**< What stands for NaN when fill is 1; default 0. */
  uint32_t min_events;        /**< Shares and entropies of fewer events than this are not defined; default 1. */
  uint32_t most_categories;   /**< Categories with a column of their own, the most frequent first; default 20. */
  int32_t fill;               /**< 1: fill_value instead of NaN. Default 0. */
  int32_t reserved;           /**< Must be 0. */
} recs_behaviour_options;

/** The schema of recs_behaviour_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_behaviour_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_behaviour_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_behaviour_options_init(recs_behaviour_options *options, size_t struct_size);

/**
 * Features of each user who has an event. An order is a session, or a day (UTC) with events outside of sessions; its time is the
 * earliest known one of its events. The groups, their features, their units, and when a feature is not defined (NaN):
 *   - rfm: recency (days from the latest purchase to @p now; no known time), frequency (orders), monetary (sum of quantity x
 *     price over purchases with a known price; without any 0), quantity (sum of quantities)
 *   - gaps: gap_mean, gap_median (days from an order to the next; fewer than 2 orders with a time), gap_sd (their sample standard
 *     deviation; fewer than 3)
 *   - baskets: basket_events, basket_quantity, basket_value (means over orders; no order)
 *   - diversity: distinct_items (items), item_entropy (bits, of the events' items), repeat_share (share of events whose item the user
 *     had before; too few events with an item), distinct_categories, category_entropy (bits; as categories)
 *   - categories: "category:NAME" for each of the most frequent ones, and "category:(other)" when there are more (shares of the events whose
 *     item has categories, an event being split among its item's by their weights above 0; too few such events)
 *   - hours: hour_00 to hour_23; weekdays: weekday_mon to weekday_sun (shares of the events with a time; too few)
 *   - trend: event_trend (events a period, each period), spend_trend (money a period, each period): the least-squares slope over
 *     the periods of trend_days that end at @p now, from the one with the user's first event on; later events are left out; fewer than 3
 *     periods
 *   - tenure: tenure (days from the first event to the latest), age (days from the first event to @p now), active_days (UTC; no
 *     known time), events (how many)
 *   - returns: return_share (of purchases, those with a quantity below 0; too few), returned_quantity (units returned a unit bought;
 *     nothing bought)
 *   - types: "type:NAME" for each type that the log has (shares of all events; too few)
 *
 * "Too few" is fewer than min_events, or none.
 * @param[out] out the table, a row a user in the order of the dictionary; the caller frees it.
 * @param events the log; not changed. Clean it first; for returns, keep them.
 * @param items profiles over the log's items whose tags are categories; NULL: there are none.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_UNSUPPORTED names a feature that was asked for by name (or group) and what the log lacks for it: times,
 *   clock times, prices, quantities, categories; #RECS_ERROR_INVALID, also for a name that is no group and no feature;
 *   #RECS_ERROR_NOT_FOUND for a category_field that is not there; #RECS_ERROR_NUMERIC when a sum is beyond a double;
 *   #RECS_ERROR_CANCELLED; #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody changes @p events or @p items. The same bits for any number of threads.
 * Complexity: O(events + users x columns), O(m log m) for the m events of a user. Memory: the table; scratch of 4 bytes an event, 8 a
 * user and an item, and a thread's copy of the longest history at 130 bytes an event.
 * @since 0.1
 */
RECS_API int32_t recs_features_behaviour(recs_features **out, const recs_events *events, const recs_profiles *items,
                                         const recs_behaviour_options *options, recs_progress_fn progress, void *payload);

/** How many groups of features there are. Any thread. @since 0.1 */
RECS_API uint32_t recs_behaviour_group_count(void);
/** A group's name by its number; "" beyond the last. Static. Any thread. @since 0.1 */
RECS_API const char *recs_behaviour_group_name(uint32_t group);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
