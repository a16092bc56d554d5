/* Part of librecs (MIT). Dictionaries, profiles, events and tables in (in recs/data/); cleaning, histories, matrices,
 * candidates, features. */
#ifndef RECS_DATA_H
#define RECS_DATA_H

#include <recs/data/events.h>
#include <recs/data/ids.h>
#include <recs/data/profiles.h>
#include <recs/data/tables.h>

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

/**
 * @defgroup histories Histories and matrices
 * @{
 */

/** For each user the items in order of time (then of arrival). Immutable. */
typedef struct recs_histories recs_histories;
/** A sparse matrix of floats in row order, columns ascending within a row, no duplicates. Immutable. */
typedef struct recs_matrix recs_matrix;

/** What the rows of a matrix or of histories are. */
enum {
  RECS_ROWS_USERS = 1,   /**< A row a user. */
  RECS_ROWS_SESSIONS = 2 /**< A row a session: an order, a basket, a visit. */
};

/** What repeats of the same row and item become. */
enum {
  RECS_REPEAT_SUM = 1,    /**< The sum of their weights. */
  RECS_REPEAT_LAST = 2,   /**< The weight of the latest: by time, then arrival; unknown times come first. */
  RECS_REPEAT_FIRST = 3,  /**< The weight of the first, in the same order. */
  RECS_REPEAT_MAX = 4,    /**< The largest weight. */
  RECS_REPEAT_BINARY = 5  /**< 1 when their weights sum to more than 0, -1 when to less, and no entry when to 0: what was bought
                               and returned was not bought. */
};

/** Which means are taken off the values of a matrix, or the weights of histories, once repeats are dealt with: for ratings, where
 * 3 stars from a severe user are praise. A value that becomes 0 stays an entry. */
enum {
  RECS_CENTER_NONE = 0, /**< None. */
  RECS_CENTER_USER = 1, /**< That of the value's row. */
  RECS_CENTER_ITEM = 2, /**< That of the value's item. */
  RECS_CENTER_BOTH = 3  /**< v - (mean of the row) - (mean of the item) + (mean of all). */
};

/** Options of recs_matrix_build() and recs_histories_build(). What an event weighs is the product of its type's weight, its own
 * weight, its quantity and its decay, each where it is asked for. */
typedef struct recs_matrix_options {
  size_t struct_size;       /**< Set by recs_matrix_options_init(). */
  const char *type_weights; /**< "purchase=3,view=1,return=-2": a type that is not named weighs 1, or w where the list has
                                 "*=w". Events whose type weighs 0 are left out. A name that the log lacks is fine, and of two
                                 weights for one name the later holds. NULL (default) or "": all weigh 1. */
  double half_life;         /**< In units of time (milliseconds for clocks): an event weighs 2^(-age / half_life), its age being
                                 counted from the latest event that goes into the matrix, or into its row where times are
                                 only an order (#RECS_TIME_ORDER). An event without a time is as old as the oldest known. 0
                                 (default): no decay. */
  int32_t rows;             /**< RECS_ROWS_*; default USERS. */
  int32_t repeat;           /**< RECS_REPEAT_*; default BINARY. */
  int32_t use_weight;       /**< 1 (default): multiply by the event's weight. */
  int32_t use_quantity;     /**< 1: multiply by the quantity; default 0. */
  int32_t center;           /**< RECS_CENTER_*; default NONE. Others need a repeat other than BINARY. */
  int32_t reserved;         /**< Must be 0. */
} recs_matrix_options;

/** The schema of recs_matrix_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_matrix_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_matrix_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_matrix_options_init(recs_matrix_options *options, size_t struct_size);

/**
 * Users x items or sessions x items from a log. Events without row or item, or of one that was removed, are left out, and so are
 * entries that come to 0. Sums are made in double.
 * @param[out] out the matrix; the caller frees it. Its rows and columns are those of the dictionaries now.
 * @param events the log; not changed.
 * @param options NULL for the defaults.
 * @return #RECS_OK; #RECS_ERROR_INVALID (the message quotes the part of type_weights that is wrong), also for a centring of
 *   binary values; #RECS_ERROR_NUMERIC when an entry is beyond a float; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(events log(events of a row) + rows + items) time on the context's threads; scratch of 4 bytes an event, and a thread's
 * of 56 bytes an event of the longest row and 4 an item.
 * @since 0.1
 */
RECS_API int32_t recs_matrix_build(recs_matrix **out, const recs_events *events, const recs_matrix_options *options);

/**
 * A matrix from arrays in compressed-row form, which are copied.
 * @param[out] out the matrix; the caller frees it with recs_matrix_free().
 * @param context whose memory it uses; kept alive.
 * @param rows how many rows; may be 0.
 * @param columns how many columns; may be 0.
 * @param offsets @p rows + 1 values from 0 on, never falling: row r is the entries offsets[r] to offsets[r + 1] - 1.
 * @param column_indices offsets[rows] values below @p columns, in any order within a row; repeats are summed (in
 *   double).
 * @param values as many, finite; NULL: all 1.
 * @return #RECS_OK; #RECS_ERROR_INVALID (the message names the offset, or row and column); #RECS_ERROR_NUMERIC for a
 *   value, or a sum of repeats, that is no finite float; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows + columns + entries).
 * @since 0.1
 */
RECS_API int32_t recs_matrix_create(recs_matrix **out, recs_context *context, uint32_t rows, uint32_t columns,
                                    const int64_t *offsets, const uint32_t *column_indices, const float *values);

/**
 * The matrix with rows and columns exchanged.
 * @param[out] out the new matrix; the caller frees it.
 * @param matrix not changed.
 * @return #RECS_OK; #RECS_ERROR_INVALID for a NULL argument; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows + columns + entries).
 * @since 0.1
 */
RECS_API int32_t recs_matrix_transpose(recs_matrix **out, const recs_matrix *matrix);

/** The number of rows; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_matrix_rows(const recs_matrix *matrix);

/** The number of columns; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_matrix_columns(const recs_matrix *matrix);

/** The number of stored entries; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint64_t recs_matrix_entries(const recs_matrix *matrix);

/**
 * One row of a matrix.
 * @param[out] columns column indices, strictly ascending, borrowed from the matrix; may be NULL.
 * @param[out] values of each, borrowed; may be NULL.
 * @param[out] count how many entries the row has.
 * @param matrix the matrix.
 * @param row 0 to recs_matrix_rows() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_matrix_row(const uint32_t **columns, const float **values, size_t *count,
                                 const recs_matrix *matrix, uint32_t row);

/** Frees a matrix; NULL is fine. Any thread. O(1). @since 0.1 */
RECS_API void recs_matrix_free(recs_matrix *matrix);

/**
 * Histories from a log: a row a user (or a session), the items in order of time, then of arrival, unknown times first.
 * @param[out] out the histories; the caller frees it. Its rows are those of the dictionary now.
 * @param events the log; not changed. Events without row or item, or of one that was removed, are left out.
 * @param keep_repeats 0: an item that comes again is kept at its last place, with its last weight and time; 1: all are kept.
 * @param matrix_options rows, and what an event weighs (repeat is not used; events whose type weighs 0 are left out); NULL for
 *   the defaults.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC when a weight is beyond a float; #RECS_ERROR_NOMEM.
 * Thread safety: any thread, as long as nobody appends to @p events. The same bits for any number of threads.
 * Complexity: O(events + rows + items) time when rows arrive in order of time, else O(log) more for those rows, on the context's threads;
 * scratch as for recs_matrix_build().
 * @since 0.1
 */
RECS_API int32_t recs_histories_build(recs_histories **out, const recs_events *events, int32_t keep_repeats,
                                      const recs_matrix_options *matrix_options);

/** The number of rows; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_histories_rows(const recs_histories *histories);

/**
 * One row, oldest first.
 * @param[out] items borrowed from the histories; may be NULL, as @p weights and @p times may.
 * @param[out] weights what each event weighs.
 * @param[out] times of each, or #RECS_NO_TIME.
 * @param[out] count how many.
 * @param histories the histories.
 * @param row 0 to recs_histories_rows() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_histories_row(const uint32_t **items, const float **weights, const int64_t **times, size_t *count,
                                    const recs_histories *histories, uint32_t row);

/** Frees histories; NULL is fine. @since 0.1 */
RECS_API void recs_histories_free(recs_histories *histories);
/** @} */

/**
 * @defgroup candidates Candidates
 * Which rows a scorer may return. @{
 */

/** A set of rows. Immutable. */
typedef struct recs_candidates recs_candidates;

/**
 * A set over rows 0 to @p rows - 1: those of @p allowed, less those of @p denied.
 * @param[out] out the set; the caller frees it with recs_candidates_free().
 * @param context whose memory it uses; kept alive.
 * @param rows how many rows there are, usually recs_scorer_items().
 * @param allowed rows that may be returned, in any order, repeats allowed; NULL: all (with @p allowed_count 0), and an
 *   array of 0 rows: none.
 * @param allowed_count rows at @p allowed.
 * @param denied rows that may not; NULL: none (with @p denied_count 0).
 * @param denied_count rows at @p denied.
 * @return #RECS_OK; #RECS_ERROR_INVALID (the message names a row that is not below @p rows); #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows / 64 + allowed_count + denied_count).
 * @since 0.1
 */
RECS_API int32_t recs_candidates_create(recs_candidates **out, recs_context *context, uint32_t rows,
                                        const uint32_t *allowed, size_t allowed_count, const uint32_t *denied,
                                        size_t denied_count);

/** How many rows are in the set; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_candidates_count(const recs_candidates *candidates);

/** 1 when the row is in the set, else 0, as for NULL and for rows beyond the last. Any thread. O(1). @since 0.1 */
RECS_API int32_t recs_candidates_has(const recs_candidates *candidates, uint32_t row);

/** Frees a set; NULL is fine. Any thread. O(1). @since 0.1 */
RECS_API void recs_candidates_free(recs_candidates *candidates);
/** @} */

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
/** The dictionary row (the user) that each feature row is about, ascending; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_features_keys(const recs_features *features);
/** The values, row after row, all finite; borrowed; NULL for NULL. Any thread. @since 0.1 */
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
