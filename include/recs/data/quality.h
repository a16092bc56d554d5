/* Part of librecs (MIT). How good the data of a log are. Included by recs/data.h. */
#ifndef RECS_DATA_QUALITY_H
#define RECS_DATA_QUALITY_H

#include <recs/data/events.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup quality Data quality
 * What a log holds, before anything is done to it: each column in numbers, what looks wrong and how often, the most frequent values.
 * @{
 */

/** What is known of a log's data. Immutable. */
typedef struct recs_quality recs_quality;

/** What is measured of a column. Numbers for ever; names by recs_quality_measure_name(). What a column cannot have is NaN. */
enum {
  RECS_MEASURE_PRESENT = 0,  /**< Events that say something. */
  RECS_MEASURE_MISSING = 1,  /**< Events that do not; of event types, those of the unnamed one. Weights and quantities: 0, for readers
                                  take an empty cell for 1. */
  RECS_MEASURE_DISTINCT = 2, /**< Different values. */
  RECS_MEASURE_MIN = 3,      /**< From here on: of the values; of ids, of how many events each id has. Times are in milliseconds. */
  RECS_MEASURE_P1 = 4,       /**< Quantiles are linear between the two nearest. */
  RECS_MEASURE_P25 = 5,
  RECS_MEASURE_MEDIAN = 6,
  RECS_MEASURE_P75 = 7,
  RECS_MEASURE_P99 = 8,
  RECS_MEASURE_MAX = 9,
  RECS_MEASURE_MEAN = 10,
  RECS_MEASURE_SD = 11,      /**< Of the sample (n - 1). */
  RECS_MEASURE_NEGATIVE = 12, /**< Numbers below 0. */
  RECS_MEASURE_ZERO = 13,
  RECS_MEASURES = 14
};

/** Options of recs_events_quality(). */
typedef struct recs_quality_options {
  size_t struct_size;   /**< Set by recs_quality_options_init(). */
  int64_t now;          /**< Later times are "time after now", in milliseconds since 1970-01-01 UTC; default #RECS_NO_TIME: none are. */
  double near_seconds;  /**< Of "near duplicate" (see #RECS_NEAR_WINDOW); default 60. */
  double max_score;     /**< Of the outliers "by mad" (see recs_clean_options); default 10. */
  double iqr_factor;    /**< Of those "by iqr"; default 1.5. */
  double high_quantile; /**< Of those "by quantile"; default 0.999; the other end is 1 less it. */
  uint32_t top;         /**< How many of the most frequent values are kept for each column, at most 1000; default 5. */
  uint32_t reserved;    /**< Must be 0. */
} recs_quality_options;

/** The schema of recs_quality_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_quality_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_quality_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_quality_options_init(recs_quality_options *options, size_t struct_size);

/**
 * Looks at a log. Each check is made over all its events, whatever the others found:
 *   - "duplicate", "near duplicate" (not where times are only an order), "missing user", "missing item", "missing time", "missing price",
 *     "missing session", "negative quantity", "zero quantity", "negative price", "zero price"
 *   - "time out of order": earlier than one that arrived before it; "user's time out of order": than one of the same user
 *   - "time after now"; "time far ahead", "time far behind": more than three times the distance of the quartiles beyond them
 *   - "quantity outlier by mad", "... by iqr", "... by quantile", and the same of prices: of values above 0
 * @param[out] out what was found; the caller frees it.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @param progress may be NULL.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_OVERFLOW or #RECS_ERROR_CANCELLED.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(n log n): numbers are sorted. Scratch: 1 byte an event, and 8 to 22 more for the check or column at work; columns are
 * measured side by side, one a thread, by the memory of each.
 * @since 0.1
 */
RECS_API int32_t recs_events_quality(recs_quality **out, const recs_events *events, const recs_quality_options *options,
                                     recs_progress_fn progress, void *payload);

/** The number of columns: user, item, event, weight, quantity, price, time, session; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_quality_columns(const recs_quality *quality);
/** A column's name; "" beyond the last and for NULL. Static. Any thread. @since 0.1 */
RECS_API const char *recs_quality_column_name(const recs_quality *quality, uint32_t column);
/** A measure's name, such as "distinct", by its RECS_MEASURE_*; "" beyond the last. Static. Any thread. @since 0.1 */
RECS_API const char *recs_quality_measure_name(uint32_t measure);
/** A measure of a column; NaN where it has none, beyond the last, and for NULL. Any thread. @since 0.1 */
RECS_API double recs_quality_value(const recs_quality *quality, uint32_t column, uint32_t measure);

/** How many of a column's most frequent values are there; 0 beyond the last and for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_quality_top_count(const recs_quality *quality, uint32_t column);

/**
 * One of the most frequent values.
 * @param[out] value as text: an id, a number, or a clock's time as in 2011-12-09T12:50:00Z; borrowed; may be NULL.
 * @param[out] count how many events have it; may be NULL.
 * @param quality what was found.
 * @param column 0 to recs_quality_columns() - 1.
 * @param rank 0 to recs_quality_top_count() - 1, the most frequent first; equal ones in the order of their rows or values.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_quality_top(const char **value, uint64_t *count, const recs_quality *quality, uint32_t column, uint32_t rank);

/** The checks as a report: "events", how many the log has, then each check with its count, the first event that it concerns (counted
 * from 1) and an example. Borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_report *recs_quality_checks(const recs_quality *quality);
/** Frees it; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_quality_free(recs_quality *quality);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
