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

/** Which events are near duplicates: the same user, item and type, either both returns (quantity below 0) or none, at nearly the same
 * time. The first in time stays (of equal times, the first to arrive). Events without a user, an item or a time are never near. */
enum {
  RECS_NEAR_OFF = 0,    /**< None. */
  RECS_NEAR_BUCKET = 1, /**< Within the same stretch of near_seconds of the clock (60: the same minute, UTC). */
  RECS_NEAR_WINDOW = 2  /**< Less than near_seconds after one that stays, wherever the clock's minute begins. */
};

/** What becomes of events that lack a price or a time. */
enum {
  RECS_MISSING_KEEP = 0,   /**< They stay as they are. */
  RECS_MISSING_DROP = 1,   /**< They are dropped. */
  RECS_MISSING_FILL = 2  /**< A price becomes the median of the item's known prices above 0, without any that of all; a time becomes the
                              known one of the latest event to arrive before, without any that of the first behind. Where the log
                              knows none at all, nothing changes. */
};

/** What makes a quantity or a unit price above 0 an outlier, among those of the events that the rules before left. */
enum {
  RECS_OUTLIERS_OFF = 0,
  RECS_OUTLIERS_MAD = 1,     /**< A robust score above max_quantity_score or max_price_score. */
  RECS_OUTLIERS_IQR = 2,     /**< With x = ln(1 + value): below Q1 - f (Q3 - Q1) or above Q3 + f (Q3 - Q1), f being iqr_factor (Tukey's fences). */
  RECS_OUTLIERS_QUANTILE = 3 /**< Below the low_quantile or above the high_quantile of the values. */
};

/** What becomes of outliers. */
enum {
  RECS_OUTLIERS_DROP = 0, /**< The events are dropped. */
  RECS_OUTLIERS_CLIP = 1  /**< Winsorised: the value becomes the bound that it lies beyond. */
};

/** Options of recs_events_clean(). A robust score is |x - median| / (1.4826 MAD) of x = ln(1 + value) over the events that the
 * rules before left, MAD being the median of |x - median|. Where more than half of the values are the same (MAD is 0), the
 * median is taken over the values that differ, so that at least half of them stay. Quantiles are linear between the two nearest. */
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
  int32_t near_duplicates;   /**< RECS_NEAR_*; default OFF; needs clock times. */
  int32_t missing_price;     /**< RECS_MISSING_*; default KEEP. */
  int32_t missing_time;      /**< RECS_MISSING_*; default KEEP. */
  int32_t quantity_outliers; /**< RECS_OUTLIERS_*; default MAD. */
  int32_t price_outliers;    /**< RECS_OUTLIERS_*; default MAD. */
  int32_t outlier_action;    /**< RECS_OUTLIERS_DROP (default) or #RECS_OUTLIERS_CLIP, for quantities and prices. */
  double near_seconds;       /**< How near duplicates are, above 0; default 60; of thousandths. */
  double iqr_factor;         /**< Default 1.5. */
  double low_quantile;       /**< 0 to 1, default 0: none is too low. */
  double high_quantile;      /**< 0 to 1, not below low_quantile; default 0.999. */
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
 *   -# "missing time" (dropped)
 *   -# "time filled" (changed)
 *   -# "near duplicate"
 *   -# "returned": a return and the purchase that it undoes (by time, then arrival; unknown times come first)
 *   -# "cancelled": of a session that begins with the prefix
 *   -# "excluded item"
 *   -# "nonpositive quantity": returns that undo nothing known among them
 *   -# "nonpositive price": an unknown price is none
 *   -# "missing price" (dropped)
 *   -# "price filled" (changed)
 *   -# "quantity outlier"
 *   -# "quantity clipped" (changed)
 *   -# "price outlier"
 *   -# "price clipped" (changed)
 *   -# "bot": all events of such a user
 *
 * A log does not know missing quantities: readers count them, and take them for one piece or drop the event.
 * @param[out] out the cleaned events in their order, frozen, over the same dictionaries; the caller frees it.
 * @param[out] out_report may be NULL; else "kept" and then each rule in this order, those without an event too: how many
 *   events it dropped or changed, the first of them (counted from 1) and an example, of changed values what they were. An event that
 *   one rule changed and another dropped counts for both. The caller frees it.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_CANCELLED, or #RECS_ERROR_UNSUPPORTED when bots or
 *   near duplicates are asked for in a log whose times are only an order.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(n) expected, O(r log r) for r events of deals that were returned, O(m log m) for the m events of a user with near
 * duplicates, O(p log p) for the p prices of an item with medians. Scratch: 1 byte an event and, rule by rule: 8 to 22 for duplicates, 8 for
 * outliers, 5 for near duplicates, 8 for medians, 48 for bots, 32 for those that were returned; 8 for each column that is changed. Bots
 * and the matching of returns use one thread.
 * @since 0.1
 */
RECS_API int32_t recs_events_clean(recs_events **out, recs_report **out_report, const recs_events *events,
                                   const recs_clean_options *options, recs_progress_fn progress, void *payload);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
