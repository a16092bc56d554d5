/* Part of librecs (MIT). Cleaning of event logs. Included by recs/data.h. */
#ifndef RECS_DATA_CLEAN_H
#define RECS_DATA_CLEAN_H

#include <recs/data/events.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup clean Cleaning
 * From a raw log to one that can be trusted. Each rule is an option, and each event that it removes is counted.
 * @{
 */

/** Options of recs_events_clean(). A robust score is |x - median| / (1.4826 MAD) of x = ln(1 + value) over the events that the
 * rules before left, MAD being the median of |x - median|. Where more than half of the values are the same (MAD is 0), the
 * median is taken over the values that differ, so that at least half of them stay. */
typedef struct recs_clean_options {
  size_t struct_size;           /**< Set by recs_clean_options_init(). */
  const char *cancelled_prefix; /**< Sessions that begin with this are cancelled orders; NULL (default) or "": none. */
  const char *excluded_items;   /**< Item ids that are no goods (postage, fees), joined by commas, spaces around them ignored,
                                     unknown ones too; NULL (default) or "": none. */
  double max_quantity_score;    /**< Drop quantities above 0 whose robust score is above; default 10; 0: off. */
  double max_price_score;       /**< The same for unit prices; default 10; 0: off. */
  double max_user_rate_score;   /**< Drop users (bots) for whom (x - median) / (1.4826 MAD) of x = ln(events per active day) is
                                     above; needs clock times; 0 (default): off. */
  int32_t drop_duplicates;      /**< 1 (default): of events equal in every column, the first stays. */
  int32_t drop_missing_user;    /**< 1 (default): drop events without a user. */
  int32_t drop_missing_item;    /**< 1 (default): drop events without an item. */
  int32_t drop_nonpositive_quantity; /**< 1 (default): drop quantities of zero and below (returns). */
  int32_t drop_nonpositive_price;    /**< 1 (default): drop known prices of zero and below. */
  int32_t match_returns;        /**< 1 (default): a negative quantity is a return; it and the same user's latest earlier purchase
                                     of that item with that quantity, returned once and not in a cancelled order, are dropped. */
} recs_clean_options;

/** The schema of recs_clean_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_clean_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_clean_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_clean_options_init(recs_clean_options *options, size_t struct_size);

/**
 * A cleaned log. The rules are applied one after the other, each to what those before it left:
 *   -# "duplicate": equal to an earlier event in every column
 *   -# "missing user"
 *   -# "missing item"
 *   -# "returned": a return and the purchase that it undoes (by time, then arrival; unknown times come first)
 *   -# "cancelled": of a session that begins with the prefix
 *   -# "excluded item"
 *   -# "nonpositive quantity": returns that undo nothing known among them
 *   -# "nonpositive price": an unknown price is none
 *   -# "quantity outlier"
 *   -# "price outlier"
 *   -# "bot": all events of such a user
 * @param[out] out the cleaned events in their order, frozen, over the same dictionaries; the caller frees it.
 * @param[out] out_report may be NULL; else "kept" and then each rule in this order, those without an event too: how many
 *   events it dropped, the first of them (counted from 1) and an example. The caller frees it.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, or #RECS_ERROR_UNSUPPORTED when bots are
 *   asked for in a log whose times are only an order.
 * Thread safety: any thread, as long as nobody appends to @p events. The same result for any number of threads.
 * Complexity: O(n) expected, O(r log r) for r events of deals that were returned; at most 40 bytes an event of scratch (64
 * with bots).
 * @since 0.1
 */
RECS_API int32_t recs_events_clean(recs_events **out, recs_report **out_report, const recs_events *events,
                                   const recs_clean_options *options, recs_progress_fn progress, void *payload);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
