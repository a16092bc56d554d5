/* Part of librecs (MIT). k-means and silhouettes. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_KMEANS_H
#define RECS_ANALYZE_KMEANS_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup kmeans k-means
 * @{
 */

/** A fitted clustering. Immutable. */
typedef struct recs_kmeans recs_kmeans;

/** How the first centres are chosen. */
enum {
  RECS_SEEDING_PLUSPLUS = 1, /**< k-means++ (Arthur and Vassilvitskii 2007), greedy with 2 + ln k tries a centre, then k / 4
                                  rounds of exchanging a centre for the best of 8 rows (local search: Lattanzi and Sohler 2019).
                                  Where rows are many it looks at a sample of them, and moves the centres by up to 20
                                  of Lloyd's iterations over the sample. */
  RECS_SEEDING_RANDOM = 2,   /**< k distinct rows at random, by weight where there are weights. */
  RECS_SEEDING_PARALLEL = 3  /**< k-means|| (Bahmani and others 2012): 5 passes over all rows that draw about 2 k each, and
                                  PLUSPLUS over what was drawn, weighed by the rows nearest to it. */
};

/** What is near. */
enum {
  RECS_DISTANCE_EUCLIDEAN = 1, /**< Squared Euclidean distance. */
  RECS_DISTANCE_COSINE = 2     /**< Spherical k-means (Dhillon and Modha 2001): rows and centres count as if brought to length 1, so
                                    the squared distance is 2 - 2 cos. A row of zeros has no direction and is refused. */
};

/** How rows find their nearest centres. All but MINI_BATCH are exact, with the same labels to the last row: centres may differ
 * in the last digit, as their sums are made in another order. */
enum {
  RECS_KMEANS_AUTO = 0,  /**< BOUNDS in the iterations where they leave so few rows in doubt that they save time, else LLOYD. */
  RECS_KMEANS_LLOYD = 1, /**< Each iteration compares each row with each centre. */
  RECS_KMEANS_BOUNDS = 2, /**< Only rows that bounds of their distances leave in doubt are looked at again (Hamerly 2010), and only
                               the sums of clusters that rows leave or join change. As AUTO, 8 more bytes a row. */
  RECS_KMEANS_MINI_BATCH = 3 /**< Near the others' inertia for a fraction of their work, where rows are very many (Sculley 2010):
                               each step looks at `batch_size` rows, drawn by weight from equal stretches of the rows, and moves
                               centres to the mean (by cosine: in the direction) of all rows that steps gave to them. Every 500
                               rows a cluster, centres that none of those rows chose go to rows of the batch, drawn by squared
                               distance. A pass over all rows finds labels, sizes and inertia; clusters empty by then are filled
                               by one of Lloyd's iterations. recs_kmeans_iterations() tells passes' worth of rows. Dense rows only. */
};

/** Options of recs_kmeans_fit(). */
typedef struct recs_kmeans_options {
  size_t struct_size;      /**< Set by recs_kmeans_options_init(). */
  const float *centers;    /**< NULL, or clusters x columns start centres: then one start, no seeding. */
  double tolerance;        /**< Stop when the centres' squared shift, summed, is no more than tolerance x the mean
                                variance of the columns; 0: when labels stay. MINI_BATCH: when for 10 batches the batches' mean
                                squared distance, smoothed over as many rows as there are, falls by no more than this part of
                                itself; 0: only after max_iterations. Default 1e-4. */
  uint64_t seed;           /**< Default 1. */
  uint32_t clusters;       /**< k; 1 to the number of rows; default 3. */
  uint32_t starts;         /**< The best of this many starts by inertia; default 10. */
  uint32_t max_iterations; /**< Of one start; default 300. MINI_BATCH: one is as many batches as have together as many rows as there
                                are, the last perhaps in part; at least one batch is done. */
  int32_t seeding;         /**< RECS_SEEDING_*; default PLUSPLUS. */
  const float *weights;    /**< NULL (default: all 1), or a weight for each row, finite and not negative: a row of weight w counts
                                as w equal rows. At least as many rows as clusters must weigh more than 0. */
  int32_t distance;        /**< RECS_DISTANCE_*; default EUCLIDEAN. */
  uint32_t seeding_rows;   /**< How many rows PLUSPLUS looks at, drawn evenly along the rows (by weight); from half of the rows
                                on it looks at all. 0 (default): 256 a cluster, at least 16,384. */
  int32_t algorithm;       /**< RECS_KMEANS_*; default AUTO. */
  uint32_t batch_size;     /**< MINI_BATCH: rows of a batch, no more than there are; 0 (default): 10 a cluster, at least 1024. */
} recs_kmeans_options;

/** The schema of recs_kmeans_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_kmeans_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_kmeans_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_options_init(recs_kmeans_options *options, size_t struct_size);

/**
 * Clusters rows so that the sum of their squared distances to their cluster's mean is small (k-means, Lloyd 1982).
 * Distances are floats, sums and the inertia doubles (both by weight). A cluster that loses all its rows gets the row
 * farthest from its own centre, several such clusters one each; when there are fewer distinct rows than clusters, some
 * stay empty, which recs_kmeans_sizes() tells. Labels, centres and inertia belong together: recs_kmeans_predict() gives
 * the same labels for the same rows. The same bits for any number of threads and any CPU features.
 * @param[out] out the clustering; the caller frees it with recs_kmeans_free().
 * @param context allocator, threads and CPU features; kept alive by the clustering.
 * @param values @p rows x @p columns finite floats, row after row, small enough that squared distances fit a float
 * (about 3e18 / sqrt(columns)). Only read, not kept.
 * @param rows at least one and at least the number of clusters.
 * @param columns at least one.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC with row and column of a value that is NaN, infinite or
 * too large, and with the row of a weight that is negative or not finite, or of zeros under cosine;
 * #RECS_ERROR_OVERFLOW beyond 2^32 - 2 rows; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(starts x iterations x rows x clusters x columns); PLUSPLUS looks at m =
 * seeding_rows of the rows in O(m x clusters x ln clusters x columns), PARALLEL costs about 10 iterations. Memory beside
 * the values: 16 bytes a row (labels twice, bounds unless #RECS_KMEANS_LLOYD); a sample of m rows, and 4 (3 + ln clusters)
 * bytes each; sums of doubles, clusters x columns for each of up to 64 blocks of the rows, which have at least two rows a
 * cluster. 10 million rows of 16 columns into 20 clusters: 0.17 times the values. #RECS_KMEANS_MINI_BATCH: O(starts x (batches
 * x batch_size + rows) x clusters x columns); 8 bytes a row (labels twice) and 1/8 where there are weights, 16 bytes a row of a
 * batch, and sums of doubles, clusters x columns for each of up to 64 blocks of the batch, and of the rows.
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_fit(recs_kmeans **out, recs_context *context, const float *values, size_t rows,
                                 uint32_t columns, const recs_kmeans_options *options, recs_progress_fn progress,
                                 void *payload);

/**
 * Clusters the rows of a sparse matrix, such as users by what they bought, without making them dense: what is not an entry
 * is 0. As recs_kmeans_fit(), but for seeding by k-means||, and that every iteration compares all rows with all centres
 * (#RECS_KMEANS_LLOYD); PLUSPLUS looks at 128 rows a cluster, at least 8,192, and ends without local search.
 * @param[out] out the clustering; the caller frees it with recs_kmeans_free().
 * @param matrix its rows are clustered, on its context. Only read, not kept.
 * @param options NULL for the defaults; start centres are dense.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return as recs_kmeans_fit(), and #RECS_ERROR_UNSUPPORTED for #RECS_SEEDING_PARALLEL and #RECS_KMEANS_MINI_BATCH.
 * Thread safety: any thread. Complexity: O(starts x iterations x (entries + columns) x clusters). Memory beside the matrix:
 * 24 bytes a row, 16 bytes for each of clusters x columns, and 8 bytes a column a thread.
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_fit_matrix(recs_kmeans **out, const recs_matrix *matrix, const recs_kmeans_options *options,
                                        recs_progress_fn progress, void *payload);

/**
 * The nearest centre of each row of a sparse matrix, as recs_kmeans_predict().
 * @param[out] out_labels a cluster for each row; may be NULL when there are no rows. Undefined on failure, as the next.
 * @param[out] out_distances the squared distance of each row to that centre, to the precision of floats; may be NULL.
 * @param kmeans the clustering, of sparse rows or of dense ones.
 * @param matrix of as many columns as the clustering.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NUMERIC or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O((entries + columns) x clusters), memory O(columns x clusters + rows).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_predict_matrix(uint32_t *out_labels, float *out_distances, const recs_kmeans *kmeans,
                                            const recs_matrix *matrix);

/** The number of clusters; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_kmeans_clusters(const recs_kmeans *kmeans);

/** The number of columns; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_kmeans_columns(const recs_kmeans *kmeans);

/** The centres, clusters x columns; borrowed from the clustering; NULL for NULL. Any thread. @since 0.1 */
RECS_API const float *recs_kmeans_centers(const recs_kmeans *kmeans);

/** The cluster of each fitted row, below recs_kmeans_clusters(); borrowed; NULL for NULL, and for a clustering from a file,
 * which does not keep them. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_kmeans_labels(const recs_kmeans *kmeans);

/** How many of the fitted rows each cluster has; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_kmeans_sizes(const recs_kmeans *kmeans);

/** The sum over the fitted rows of their squared distance to their centre; NaN for NULL. Any thread. @since 0.1 */
RECS_API double recs_kmeans_inertia(const recs_kmeans *kmeans);

/** Iterations of the best start; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_kmeans_iterations(const recs_kmeans *kmeans);

/**
 * The nearest centre of each row (the first of equally near ones, as far as floats can tell), and how far it is.
 * @param[out] out_labels a cluster for each row; may be NULL when @p rows is 0. Undefined on failure, as the next.
 * @param[out] out_distances the squared distance of each row to that centre; may be NULL.
 * @param kmeans the clustering.
 * @param values @p rows x recs_kmeans_columns() finite floats, bounded as for recs_kmeans_fit().
 * @param rows how many; 0 is fine.
 * @return #RECS_OK, #RECS_ERROR_INVALID, #RECS_ERROR_NUMERIC, #RECS_ERROR_OVERFLOW or #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows x clusters x columns); up to 1024 rows start no thread.
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_predict(uint32_t *out_labels, float *out_distances, const recs_kmeans *kmeans,
                                     const float *values, size_t rows);

/**
 * The mean silhouette of labelled rows (Rousseeuw 1987): (b - a) / max(a, b) for each row, a being its mean distance to
 * the other rows of its cluster and b that to the rows of the nearest other cluster. A row alone in its cluster counts
 * as 0, and so does one whose a and b are both 0. The same bits for any number of threads and any CPU features.
 * @param[out] out -1 to 1.
 * @param context allocator, threads and CPU features; nothing is kept.
 * @param values @p rows x @p columns finite floats, row after row, bounded as for recs_kmeans_fit().
 * @param rows at least two.
 * @param columns at least one.
 * @param labels the cluster of each row, below @p clusters; at least two clusters must be in use.
 * @param clusters how many labels there may be; empty clusters do not count.
 * @param sample when neither 0 nor @p rows or more: only so many rows, drawn at random, are looked at, and compared
 * with one another.
 * @param seed of the draw.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also when the rows looked at are all in one cluster; #RECS_ERROR_NUMERIC;
 * #RECS_ERROR_OVERFLOW; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(n^2 x columns) for the n rows looked at; memory O(n x columns + clusters).
 * @since 0.1
 */
RECS_API int32_t recs_silhouette(double *out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                                 const uint32_t *labels, uint32_t clusters, size_t sample, uint64_t seed);

/** Frees a clustering; NULL is fine. @since 0.1 */
RECS_API void recs_kmeans_free(recs_kmeans *kmeans);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
