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

/** The host's own similarity of two sparse vectors (columns ascending). Called on the calling thread, which forces one
 * thread for the whole call. A NaN result fails the call with #RECS_ERROR_USER. */
typedef double (*recs_kernel_fn)(void *payload, const uint32_t *x_columns, const float *x_values, size_t x_count, const uint32_t *y_columns, const float *y_values, size_t y_count);

/** The schema of recs_kernel_options. @since 0.1 */
RECS_API const recs_schema *recs_kernel_schema(void);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_kernel_options_init(recs_kernel_options *options, size_t struct_size);
/** Makes a kernel of a kind (RECS_KERNEL_*, not CUSTOM). @since 0.1 */
RECS_API int32_t recs_kernel_create(recs_kernel **out, recs_context *context, int32_t kind, const recs_kernel_options *options);
/** Makes a kernel of the host's own function. @since 0.1 */
RECS_API int32_t recs_kernel_create_custom(recs_kernel **out, recs_context *context, recs_kernel_fn function, void *payload);
/** The similarity of two dense vectors of @p dimension finite floats. TF-IDF and BM25 need a matrix: UNSUPPORTED. @since 0.1 */
RECS_API int32_t recs_kernel_dense(double *out, const recs_kernel *kernel, const float *x, const float *y, uint32_t dimension);
/** The similarity of two sparse vectors, columns strictly ascending and below @p dimension. @since 0.1 */
RECS_API int32_t recs_kernel_sparse(double *out, const recs_kernel *kernel, const uint32_t *x_columns, const float *x_values, size_t x_count, const uint32_t *y_columns, const float *y_values, size_t y_count, uint32_t dimension);
/** Frees a kernel; NULL is fine. @since 0.1 */
RECS_API void recs_kernel_free(recs_kernel *kernel);

/** Rows prepared for "one against many" under one kernel. Immutable. */
typedef struct recs_index recs_index;

/** Prepares the rows of a sparse matrix. Memory: the entries twice, 8 bytes each, and 16 bytes a row. @since 0.1 */
RECS_API int32_t recs_index_create(recs_index **out, const recs_kernel *kernel, const recs_matrix *matrix);
/** Prepares dense rows (copied), row after row, all finite. Kernels: cosine, dot, Pearson, Euclidean, custom. @since 0.1 */
RECS_API int32_t recs_index_create_dense(recs_index **out, const recs_kernel *kernel, const float *values, uint32_t rows, uint32_t dimension);
/** The number of rows; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_index_rows(const recs_index *index);
/** The similarity of a sparse query to every row: @p out has recs_index_rows() values. @since 0.1 */
RECS_API int32_t recs_index_scores(float *out, const recs_index *index, const uint32_t *columns, const float *values, size_t count);
/** The same for a dense query. @since 0.1 */
RECS_API int32_t recs_index_scores_dense(float *out, const recs_index *index, const float *query, uint32_t dimension);
/** The @p k rows most similar to a sparse query, best first, equal ones by row; rows that share nothing with the query are
 * left out, and @p exclude (or #RECS_NO_ROW) too. The arrays have room for k. @since 0.1 */
RECS_API int32_t recs_index_top(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index, const uint32_t *columns, const float *values, size_t count, uint32_t exclude, size_t k);
/** The same for a dense query; every row is a candidate. @since 0.1 */
RECS_API int32_t recs_index_top_dense(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index, const float *query, uint32_t dimension, uint32_t exclude, size_t k);
/** Frees an index; NULL is fine. @since 0.1 */
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

/** The schema of recs_neighbors_options. @since 0.1 */
RECS_API const recs_schema *recs_neighbors_schema(void);
/** Sets the defaults. @since 0.1 */
RECS_API int32_t recs_neighbors_options_init(recs_neighbors_options *options, size_t struct_size);
/** The k most similar rows of every row of a matrix: best first, equal ones by row. Same bits for any thread count.
 * O(sum over columns of (entries in it)^2) time; memory: 8 rows k bytes, the transposed matrix and 8 bytes a row a
 * thread; never rows^2. @since 0.1 */
RECS_API int32_t recs_neighbors_build(recs_neighbors **out, const recs_kernel *kernel, const recs_matrix *matrix, const recs_neighbors_options *options, recs_progress_fn progress, void *payload);
/** The same for dense rows. O(rows^2 dimension). @since 0.1 */
RECS_API int32_t recs_neighbors_build_dense(recs_neighbors **out, const recs_kernel *kernel, const float *values, uint32_t rows, uint32_t dimension, const recs_neighbors_options *options, recs_progress_fn progress, void *payload);
/** The number of rows; 0 for NULL. @since 0.1 */
RECS_API uint32_t recs_neighbors_rows(const recs_neighbors *neighbors);
/** One row's neighbours, best first; borrowed. @since 0.1 */
RECS_API int32_t recs_neighbors_row(const uint32_t **rows, const float **scores, size_t *count, const recs_neighbors *neighbors, uint32_t row);
/** Frees neighbours; NULL is fine. @since 0.1 */
RECS_API void recs_neighbors_free(recs_neighbors *neighbors);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
