/* Part of librecs (MIT). Features and their normalisation. Included by recs/data.h. */
#ifndef RECS_DATA_FEATURES_H
#define RECS_DATA_FEATURES_H

#include <recs/data/events.h>
#include <recs/data/matrix.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup features Features and normalisation
 * @{
 */

/** A table of numbers with named columns, a row for each chosen user or item. Immutable. */
typedef struct recs_features recs_features;

/** Options of recs_features_rfm(). */
typedef struct recs_rfm_options {
  size_t struct_size; /**< Set by recs_rfm_options_init(). */
  int64_t now;        /**< Recency is measured from here, in milliseconds since 1970-01-01 UTC; default #RECS_NO_TIME: the latest
                           event of the log. Who has later events has a negative recency. */
  int32_t extended;   /**< 1: also tenure, mean_gap, basket_size, distinct_items, mean_price. Default 0. */
  int32_t reserved;   /**< Must be 0. */
} recs_rfm_options;

/** The schema of recs_rfm_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_rfm_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_rfm_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_rfm_options_init(recs_rfm_options *options, size_t struct_size);

/**
 * Recency, frequency, monetary value and their relatives of each user who has an event with a known time. Clean the log first:
 * a return counts like any other event.
 *   - recency: days from the latest event to @p now
 *   - frequency: orders; an order is a session, or a day (UTC) with events outside of sessions
 *   - monetary: sum of quantity x price over events with a price; of quantity when the log knows no price
 *   - tenure: days from the first event to the latest
 *   - mean_gap: tenure / (frequency - 1), 0 for a single order
 *   - basket_size: sum of quantities / frequency
 *   - distinct_items: how many
 *   - mean_price: mean of the known unit prices, 0 when none is known
 * @param[out] out a row a user, in the order of the dictionary; 3 columns, or all 8. The caller frees it.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @return #RECS_OK; #RECS_ERROR_UNSUPPORTED names what the log lacks: times, or clock times (#RECS_TIME_ORDER);
 *   #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC when a sum is beyond a double; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(events + users + sessions + items) time when users' events arrive in order of time; 48 bytes an event of scratch.
 * @since 0.1
 */
RECS_API int32_t recs_features_rfm(recs_features **out, const recs_events *events, const recs_rfm_options *options);

/** The number of rows; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_features_rows(const recs_features *features);
/** The number of columns; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_features_columns(const recs_features *features);
/** A column's name, borrowed; "" beyond the last and for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_features_name(const recs_features *features, uint32_t column);
/** A column's unit, such as "days", "money" or "share"; borrowed; "" beyond the last and for NULL. Any thread. @since 0.1 */
RECS_API const char *recs_features_unit(const recs_features *features, uint32_t column);
/** The dictionary row (the user) that each feature row is about, ascending; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_features_keys(const recs_features *features);
/** The values, row after row: finite, or NaN for what is not defined (never of recs_features_rfm()); borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_features_values(const recs_features *features);
/** Frees features; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_features_free(recs_features *features);

/**
 * A text field as a sparse matrix, row x term, as scikit-learn's TfidfVectorizer weighs it: count x (ln((1 + n) / (1 + df)) + 1),
 * each row divided by its Euclidean length; n is the number of rows that have a text, df that of rows with the term. Words are
 * runs of two or more ASCII letters, digits or bytes beyond ASCII, ASCII lower-cased; runs longer than an id may be are left out.
 * @param[out] out the matrix, with a row for each row of the profiles' dictionary; the caller frees it.
 * @param[out] out_terms may be NULL; else the vocabulary, its rows being the matrix's columns, in the order of first
 *   appearance; the caller frees it.
 * @param profiles the store; not changed.
 * @param field a field of #RECS_FIELD_TEXT.
 * @param min_documents terms in fewer rows are left out; 0 and 1: none.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody changes @p profiles. The same bits for any number of threads.
 * Complexity: O(bytes + rows + terms) expected.
 * @since 0.1
 */
RECS_API int32_t recs_features_tfidf(recs_matrix **out, recs_ids **out_terms, const recs_profiles *profiles, uint32_t field,
                                     uint32_t min_documents);

/**
 * A tag field as a sparse matrix, row x tag, with the tags' weights (one-hot when they are 1). Tags that weigh 0 are left out.
 * @param[out] out the matrix, with a row for each row of the profiles' dictionary and a column for each of
 *   recs_profiles_tag_ids(); the caller frees it.
 * @param profiles the store; not changed.
 * @param field a field of #RECS_FIELD_TAGS.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody changes @p profiles. Complexity: O(rows + tags).
 * @since 0.1
 */
RECS_API int32_t recs_features_onehot(recs_matrix **out, const recs_profiles *profiles, uint32_t field);

/** Ways to bring columns to one scale. */
enum {
  RECS_SCALE_NONE = 0,   /**< As they are. */
  RECS_SCALE_MINMAX = 1, /**< (x - min) / (max - min). */
  RECS_SCALE_Z = 2,      /**< (x - mean) / standard deviation (population). */
  RECS_SCALE_ROBUST = 3, /**< (x - median) / (75th - 25th percentile). */
  RECS_SCALE_LOG = 4,    /**< sign(x) ln(1 + |x|). */
  RECS_SCALE_LOG_Z = 5,  /**< LOG, then Z. */
  RECS_SCALE_L2 = 6      /**< Each row divided by its Euclidean length. */
};

/** Fitted scaling parameters. Immutable. */
typedef struct recs_scaler recs_scaler;

/**
 * Learns a scaling from a table of numbers. A constant column is only moved to 0, not divided.
 * @param[out] out the scaler; the caller frees it with recs_scaler_free().
 * @param context whose memory and threads are used; kept alive.
 * @param kind RECS_SCALE_*.
 * @param values @p rows x @p columns, row after row, all finite.
 * @param rows at least 1.
 * @param columns at least 1.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, an unknown kind or an empty table; #RECS_ERROR_NUMERIC for a value
 *   that is not finite (the message names row and column) or too large; #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. The same bits for any number of threads. Complexity: O(rows x columns); scratch of @p rows
 * doubles for each of 8 columns a thread.
 * @since 0.1
 */
RECS_API int32_t recs_scaler_fit(recs_scaler **out, recs_context *context, int32_t kind, const double *values,
                                 size_t rows, uint32_t columns);

/**
 * Scales rows in place, as was learned.
 * @param scaler the scaler.
 * @param[in,out] values @p rows x the scaler's columns, row after row, all finite.
 * @param rows how many; 0 is fine.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NUMERIC for a value that is not finite
 *   (nothing is changed then); #RECS_ERROR_OVERFLOW.
 * Thread safety: any thread; one table belongs to one thread. Complexity: O(rows x columns).
 * @since 0.1
 */
RECS_API int32_t recs_scaler_apply(const recs_scaler *scaler, double *values, size_t rows);

/**
 * Undoes recs_scaler_apply(), to rounding.
 * @param scaler the scaler; not of #RECS_SCALE_L2, which forgets the lengths.
 * @param[in,out] values @p rows x the scaler's columns, row after row, all finite.
 * @param rows how many; 0 is fine.
 * @return as recs_scaler_apply(); #RECS_ERROR_UNSUPPORTED for #RECS_SCALE_L2.
 * Thread safety: any thread; one table belongs to one thread. Complexity: O(rows x columns).
 * @since 0.1
 */
RECS_API int32_t recs_scaler_invert(const recs_scaler *scaler, double *values, size_t rows);

/** Frees a scaler; NULL is fine. Any thread. O(1). @since 0.1 */
RECS_API void recs_scaler_free(recs_scaler *scaler);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
