/* Part of librecs (MIT). Similarity kernels, indexes for one against many, neighbour graphs. */
#ifndef RECS_SIMILARITY_H
#define RECS_SIMILARITY_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup similarity Similarity
 * @{
 */

/** A similarity of two vectors. Immutable. */
typedef struct recs_kernel recs_kernel;

/** Kinds of kernels. x, y: the two vectors; |x|: the number of its nonzeros; n: the rows of the matrix. */
enum {
  RECS_KERNEL_COSINE = 1,          /**< x.y / (||x|| ||y||); 0 when one is all zero. */
  RECS_KERNEL_DOT = 2,             /**< x.y */
  RECS_KERNEL_JACCARD = 3,         /**< common nonzeros / nonzeros of either. */
  RECS_KERNEL_DICE = 4,            /**< 2 common / (|x| + |y|). */
  RECS_KERNEL_TVERSKY = 5,         /**< common / (common + alpha only-x + beta only-y). */
  RECS_KERNEL_OVERLAP = 6,         /**< common / min(|x|, |y|). */
  RECS_KERNEL_PEARSON = 7,         /**< Correlation over common nonzeros, or over all columns with zeros = 1. */
  RECS_KERNEL_ADJUSTED_COSINE = 8, /**< Cosine after the mean of each column's nonzeros is taken off, over common nonzeros. */
  RECS_KERNEL_EUCLIDEAN = 9,       /**< 1 / (1 + ||x - y||). */
  RECS_KERNEL_BM25 = 10,           /**< Dot of BM25-weighted rows (K1, B), as implicit does. */
  RECS_KERNEL_TFIDF = 11,          /**< Cosine of rows weighted by sqrt(tf) (ln n - ln(1 + df)), as implicit does. */
  RECS_KERNEL_CUSTOM = 100         /**< The host's own function. */
};

/** Options of recs_kernel_create(). */
typedef struct recs_kernel_options {
  size_t struct_size; /**< Set by recs_kernel_options_init(). */
  double shrink;      /**< The similarity is multiplied by common / (common + shrink); default 0. */
  double alpha;       /**< Tversky: weight of what only x has; default 0.5. */
  double beta;        /**< Tversky: weight of what only y has; default 0.5. */
  double k1;          /**< BM25; default 100. */
  double b;           /**< BM25; default 0.8. */
  int32_t zeros;      /**< Pearson: 1: over all columns; 0 (default): over common nonzeros. */
  int32_t reserved;   /**< Must be 0. */
} recs_kernel_options;

/**
 * The host's own similarity of two sparse vectors. It is called on the thread that called the library, which forces one
 * thread for the whole call.
 * @param payload what recs_kernel_create_custom() was given.
 * @param x_columns @p x_count columns, strictly ascending.
 * @param x_values their values.
 * @param x_count entries of x.
 * @param y_columns @p y_count columns, strictly ascending.
 * @param y_values their values.
 * @param y_count entries of y.
 * @return the similarity; NaN fails the call with #RECS_ERROR_USER.
 */
typedef double (*recs_kernel_fn)(void *payload, const uint32_t *x_columns, const float *x_values, size_t x_count,
                                 const uint32_t *y_columns, const float *y_values, size_t y_count);

/** The schema of recs_kernel_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_kernel_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_kernel_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_kernel_options_init(recs_kernel_options *options, size_t struct_size);

/**
 * Makes a kernel.
 * @param[out] out the kernel; the caller frees it with recs_kernel_free().
 * @param context keeps memory and threads.
 * @param kind RECS_KERNEL_*, not #RECS_KERNEL_CUSTOM.
 * @param options NULL for the defaults; fields that the kind does not name are not used.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_kernel_create(recs_kernel **out, recs_context *context, int32_t kind,
                                    const recs_kernel_options *options);

/**
 * Makes a kernel of the host's own function. Indexes and scorers of such a kernel cannot be saved.
 * @param[out] out the kernel; the caller frees it with recs_kernel_free().
 * @param context keeps memory and threads.
 * @param function the similarity.
 * @param payload handed to @p function; it must live as long as whatever was made with the kernel.
 * @return #RECS_OK, #RECS_ERROR_INVALID or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_kernel_create_custom(recs_kernel **out, recs_context *context, recs_kernel_fn function, void *payload);

/**
 * The similarity of two dense vectors, in double.
 * @param[out] out the similarity; 0 on failure.
 * @param kernel how they are compared.
 * @param x @p dimension finite values.
 * @param y @p dimension finite values.
 * @param dimension at least 1.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NUMERIC for a value that is not finite, #RECS_ERROR_USER, or
 *   #RECS_ERROR_UNSUPPORTED for BM25, TF-IDF and adjusted cosine, which weigh columns by a whole matrix.
 * Thread safety: any thread. Complexity: O(dimension).
 * @since 0.1
 */
RECS_API int32_t recs_kernel_dense(double *out, const recs_kernel *kernel, const float *x, const float *y,
                                   uint32_t dimension);

/**
 * The similarity of two sparse vectors, in double.
 * @param[out] out the similarity; 0 on failure.
 * @param kernel how they are compared.
 * @param x_columns @p x_count columns, strictly ascending, below @p dimension.
 * @param x_values their finite values; explicit zeros count as nothing.
 * @param x_count entries of x; 0 is allowed.
 * @param y_columns @p y_count columns, strictly ascending, below @p dimension.
 * @param y_values their finite values.
 * @param y_count entries of y; 0 is allowed.
 * @param dimension how many columns there are; matters for Pearson with zeros.
 * @return as recs_kernel_dense().
 * Thread safety: any thread. Complexity: O(x_count + y_count).
 * @since 0.1
 */
RECS_API int32_t recs_kernel_sparse(double *out, const recs_kernel *kernel, const uint32_t *x_columns,
                                    const float *x_values, size_t x_count, const uint32_t *y_columns,
                                    const float *y_values, size_t y_count, uint32_t dimension);

/** Frees a kernel; NULL is fine. What was made with it keeps it alive. Any thread. @since 0.1 */
RECS_API void recs_kernel_free(recs_kernel *kernel);

/** Rows prepared for "one against many" under one kernel. Immutable. */
typedef struct recs_index recs_index;

/**
 * Prepares the rows of a sparse matrix. The matrix is not needed afterwards (but for a custom kernel, which keeps it).
 * @param[out] out the index; the caller frees it with recs_index_free().
 * @param kernel how rows are compared; held.
 * @param matrix the rows.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM or #RECS_ERROR_NUMERIC when weighing a value overflows.
 * Thread safety: any thread. Complexity: O(entries). Memory: 4 bytes an entry where all weighed values are 1, else 8;
 * about 28 bytes a row.
 * @since 0.1
 */
RECS_API int32_t recs_index_create(recs_index **out, const recs_kernel *kernel, const recs_matrix *matrix);

/**
 * Prepares dense rows. Kernels that need nonzeros (Jaccard and its kin, the weighing ones) take the rows as sparse ones.
 * @param[out] out the index; the caller frees it with recs_index_free().
 * @param kernel how rows are compared; held.
 * @param values @p rows x @p dimension finite values, row after row; copied.
 * @param rows how many rows.
 * @param dimension at least 1.
 * @return as recs_index_create(); #RECS_ERROR_NUMERIC names the row and column of a value that is not finite.
 * Thread safety: any thread. Complexity: O(rows dimension). Memory: 4 bytes a value and 1 or 4 more, by kernel, processor and values.
 * @since 0.1
 */
RECS_API int32_t recs_index_create_dense(recs_index **out, const recs_kernel *kernel, const float *values, uint32_t rows,
                                         uint32_t dimension);

/** The number of rows; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_index_rows(const recs_index *index);

/**
 * The similarity of a sparse query to every row. Rows given dense take dense queries only, where their kernel compares
 * them as they are (cosine, dot, Euclidean, Pearson over all columns, all without shrinking): #RECS_ERROR_UNSUPPORTED.
 * @param[out] out recs_index_rows() values; 0 for rows that share nothing with the query, unless the kernel says otherwise.
 * @param index the rows.
 * @param columns @p count columns, strictly ascending, below the rows' own number of columns.
 * @param values their finite values; weighed like those of a row.
 * @param count entries of the query.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_UNSUPPORTED, #RECS_ERROR_NUMERIC (a value that is not finite, a
 *   negative one for TF-IDF or BM25, a similarity beyond the floats), #RECS_ERROR_USER or #RECS_ERROR_NOMEM.
 * Thread safety: any thread; none is started. Complexity: O(rows + entries of the query's columns).
 * @since 0.1
 */
RECS_API int32_t recs_index_scores(float *out, const recs_index *index, const uint32_t *columns, const float *values,
                                   size_t count);

/**
 * The similarity of a dense query to every row.
 * @param[out] out recs_index_rows() values.
 * @param index the rows.
 * @param query @p dimension finite values.
 * @param dimension that of the rows.
 * @return as recs_index_scores().
 * Thread safety: any thread; none is started. Complexity: O(rows dimension).
 * @since 0.1
 */
RECS_API int32_t recs_index_scores_dense(float *out, const recs_index *index, const float *query, uint32_t dimension);

/**
 * The rows most similar to a sparse query that share something with it: best first, equal ones by row.
 * @param[out] out_rows room for @p k rows.
 * @param[out] out_scores room for @p k similarities.
 * @param[out] out_count how many were found; 0 on failure.
 * @param index the rows.
 * @param columns see recs_index_scores().
 * @param values see recs_index_scores().
 * @param count entries of the query.
 * @param exclude a row that is left out, or #RECS_NO_ROW.
 * @param k how many are wanted; 0 gives none.
 * @return as recs_index_scores().
 * Thread safety: any thread; none is started. Complexity: O(entries of the query's columns + found log k).
 * @since 0.1
 */
RECS_API int32_t recs_index_top(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                                const uint32_t *columns, const float *values, size_t count, uint32_t exclude, size_t k);

/**
 * The rows most similar to a dense query, every row being a candidate: best first, equal ones by row.
 * @param[out] out_rows room for @p k rows.
 * @param[out] out_scores room for @p k similarities.
 * @param[out] out_count how many were found; 0 on failure.
 * @param index the rows.
 * @param query @p dimension finite values.
 * @param dimension that of the rows.
 * @param exclude a row that is left out, or #RECS_NO_ROW.
 * @param k how many are wanted; 0 gives none.
 * @return as recs_index_scores().
 * Thread safety: any thread; none is started. The same bits with any CPU mask. Complexity: O(rows dimension).
 * @since 0.1
 */
RECS_API int32_t recs_index_top_dense(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                                      const float *query, uint32_t dimension, uint32_t exclude, size_t k);

/**
 * The rows most similar to each of many dense queries: for each query what recs_index_top_dense() gives, the same bits,
 * in one pass. Rows given dense, whose kernel compares them as they are (cosine, dot, Euclidean, Pearson over all columns,
 * all without shrinking), are multiplied with many queries at once: the products are compared with the k-th best so far
 * while they are in registers, and never stored; what may be among the best, by a bound on the rounding of floats, is
 * finished in double. Other rows are asked query by query.
 * @param[out] out_rows @p query_count times @p k rows: those of query q begin at q * @p k.
 * @param[out] out_scores as many similarities.
 * @param[out] out_counts how many were found for each query; all 0 on failure.
 * @param index the rows.
 * @param queries @p query_count rows of @p dimension finite values, one after the other.
 * @param query_count how many queries; 0 is fine.
 * @param dimension that of the rows.
 * @param without_offsets NULL: no row is left out. Else @p query_count + 1 rising offsets: query q gets none of the rows
 *   @p without [@p without_offsets [q]] up to, not including, @p without [@p without_offsets [q + 1]].
 * @param without rows of the index, strictly ascending for each query; may be NULL when there is none.
 * @param k how many are wanted for each query; 0 gives none.
 * @param progress called now and then, may cancel; or NULL.
 * @param payload given to @p progress.
 * @return as recs_index_scores(); #RECS_ERROR_INVALID for offsets that fall, or rows to leave out that are not ascending or not of the
 *   index; #RECS_ERROR_OVERFLOW when @p query_count times @p k does not fit into memory; #RECS_ERROR_CANCELLED.
 * Thread safety: any thread; works on the threads of the index's context, a custom kernel on the calling one. The same bits for
 * any number of threads and any CPU mask. Complexity: O(queries rows dimension) float products. Memory: 24 bytes a query
 * of up to 192 at once, and k, a thread; where few queries make threads share the rows, 16 more a query and k for each
 * thread.
 * @since 0.1
 */
RECS_API int32_t recs_index_top_dense_many(uint32_t *out_rows, float *out_scores, size_t *out_counts,
                                           const recs_index *index, const float *queries, size_t query_count,
                                           uint32_t dimension, const int64_t *without_offsets, const uint32_t *without,
                                           size_t k, recs_progress_fn progress, void *payload);

/** Frees an index; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_index_free(recs_index *index);

/** The k most similar rows of each row, never the row itself. Immutable. */
typedef struct recs_neighbors recs_neighbors;

/** Options of recs_neighbors_build(). */
typedef struct recs_neighbors_options {
  size_t struct_size; /**< Set by recs_neighbors_options_init(). */
  double minimum;     /**< Similarities at or below this are left out; default 0. */
  uint32_t k;         /**< At most this many a row, 1 to 65536; default 50. */
  uint32_t reserved;  /**< Must be 0. */
} recs_neighbors_options;

/** The schema of recs_neighbors_options; see recs_options_set(). Any thread. @since 0.1 */
RECS_API const recs_schema *recs_neighbors_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives them.
 * @param struct_size sizeof(recs_neighbors_options) as the caller knows it.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_neighbors_options_init(recs_neighbors_options *options, size_t struct_size);

/**
 * The k most similar rows of every row of a sparse matrix: best first, equal ones by row. Rows that share no column
 * count where they are more similar than the minimum: by Euclidean, by Pearson over all columns, with a negative minimum;
 * that takes O(rows^2) time.
 * @param[out] out the graph; the caller frees it with recs_neighbors_free().
 * @param kernel how rows are compared; a custom one is asked for every ordered pair.
 * @param matrix the rows.
 * @param options NULL for the defaults.
 * @param progress NULL, or told how far it is; see #recs_progress_fn.
 * @param payload handed to @p progress.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NOMEM, #RECS_ERROR_NUMERIC, #RECS_ERROR_CANCELLED or #RECS_ERROR_USER.
 * Thread safety: any thread; uses the context's threads, and gives the same bits for any number of them. Complexity:
 * O(sum over the columns of (entries in it)^2) time, less where columns that many rows have can be counted as bits
 * (rows of ones, and kernels that count common columns). Memory beside the graph, which takes 8 rows k bytes at most:
 * the turned matrix with 4 bytes an entry (8 where values count), up to 4 more for entries of columns that more than
 * one row in 32 has (one in 12 without AVX-512: 1.5), 60 bytes a row, 12 a column; and for each thread 8 bytes an
 * entry of the longest row, 16 k bytes, 4 bytes a row, and a sum a row: 1 byte where no row has more than 255 entries
 * and only common columns are counted, 2 to 65535, else 4; 8 for products, 16 with shrinking, 48 for Pearson over
 * common columns and the adjusted cosine. Never rows^2.
 * @since 0.1
 */
RECS_API int32_t recs_neighbors_build(recs_neighbors **out, const recs_kernel *kernel, const recs_matrix *matrix,
                                      const recs_neighbors_options *options, recs_progress_fn progress, void *payload);

/**
 * The k most similar rows of every dense row: best first, equal ones by row.
 * @param[out] out the graph; the caller frees it with recs_neighbors_free().
 * @param kernel how rows are compared.
 * @param values @p rows x @p dimension finite values, row after row; not needed afterwards.
 * @param rows how many rows.
 * @param dimension at least 1.
 * @param options NULL for the defaults.
 * @param progress NULL, or told how far it is.
 * @param payload handed to @p progress.
 * @return as recs_neighbors_build().
 * Thread safety: any thread; uses the context's threads, and gives the same bits for any number of them and any CPU
 * mask. Complexity: O(rows^2 dimension) time; memory: 8 rows k bytes and 1 or 4 bytes a value.
 * @since 0.1
 */
RECS_API int32_t recs_neighbors_build_dense(recs_neighbors **out, const recs_kernel *kernel, const float *values,
                                            uint32_t rows, uint32_t dimension, const recs_neighbors_options *options,
                                            recs_progress_fn progress, void *payload);

/** The number of rows; 0 for NULL. Any thread. O(1). @since 0.1 */
RECS_API uint32_t recs_neighbors_rows(const recs_neighbors *neighbors);

/**
 * One row's neighbours.
 * @param[out] rows best first; borrowed from the graph. May be NULL.
 * @param[out] scores their similarities; borrowed. May be NULL.
 * @param[out] count how many there are.
 * @param neighbors the graph.
 * @param row 0 to recs_neighbors_rows() - 1.
 * @return #RECS_OK or #RECS_ERROR_INVALID.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_neighbors_row(const uint32_t **rows, const float **scores, size_t *count,
                                    const recs_neighbors *neighbors, uint32_t row);

/** Frees a graph; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_neighbors_free(recs_neighbors *neighbors);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
