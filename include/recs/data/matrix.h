/* Part of librecs (MIT). Histories, matrices and candidates. Included by recs/data.h. */
#ifndef RECS_DATA_MATRIX_H
#define RECS_DATA_MATRIX_H

#include <recs/data/events.h>
#include <recs/data/profiles.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

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
/* FFI-END */
RECS_END_DECLS

#endif
