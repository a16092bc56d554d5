/* Part of librecs (MIT). How far clusters can be relied on. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_STABILITY_H
#define RECS_ANALYZE_STABILITY_H

#include <recs/analyze/density.h>
#include <recs/analyze/kmeans.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup stability Agreement and stability of clusterings
 * @{
 */

/**
 * How two labellings of the same rows agree, whatever the labels are called.
 * @param[out] out_rand the adjusted Rand index (Hubert and Arabie 1985): 1 for the same clusters, 0 as good as chance; may be NULL.
 * @param[out] out_information the normalised mutual information: I / ((H(left) + H(right)) / 2), 0 to 1; may be NULL.
 * @param context allocator; nothing is kept.
 * @param left @p rows labels; #RECS_NO_ROW is a label like any other.
 * @param right the same.
 * @param rows at least one.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL or no rows; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(rows log rows); memory of 8 bytes a row.
 * @since 0.1
 */
RECS_API int32_t recs_clusters_compare(double *out_rand, double *out_information, recs_context *context, const uint32_t *left,
                                       const uint32_t *right, size_t rows);

/** What became of clusters when rows were missing. Immutable. */
typedef struct recs_stability recs_stability;

/** How rows are drawn. */
enum {
  RECS_STABILITY_SUBSAMPLE = 1, /**< A share of the rows, each once. */
  RECS_STABILITY_BOOTSTRAP = 2  /**< As many as there are, with repeats: some stand there several times, about a third not at all. */
};

/** Options of recs_stability_kmeans() and recs_stability_density(). */
typedef struct recs_stability_options {
  size_t struct_size; /**< Set by recs_stability_options_init(). */
  double share;       /**< Subsample: the share of the rows, above 0 to 1; default 0.5. */
  uint64_t seed;      /**< Of the draws; default 1. */
  uint32_t rounds;    /**< Default 20. */
  int32_t method;     /**< RECS_STABILITY_SUBSAMPLE (default) or BOOTSTRAP. Repeats raise densities: not for density clustering. */
} recs_stability_options;

/** The schema of recs_stability_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_stability_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_stability_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_stability_options_init(recs_stability_options *options, size_t struct_size);

/**
 * Draws rows again and again, clusters them anew by k-means and compares: for each of the given clusters, the Jaccard similarity of its drawn
 * rows with the new cluster that is most like it (Hennig 2007), and for the whole the adjusted Rand index over the drawn rows. As a rule, a
 * mean Jaccard similarity of 0.85 and more is a very stable cluster, 0.75 a valid one, below 0.6 one not to be relied on.
 * @param[out] out what was found; the caller frees it with recs_stability_free().
 * @param context allocator, threads and CPU features; kept alive.
 * @param values @p rows x @p columns finite floats, bounded as for recs_kmeans_fit().
 * @param rows at least one; enough that a draw has as many rows as there are clusters.
 * @param columns at least one.
 * @param labels the clusters that are judged: a number below @p rows for each row, or #RECS_NO_ROW for none.
 * @param kmeans how rows are clustered anew, as they were, without weights; NULL for the defaults.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also when a draw has fewer rows than clusters; #RECS_ERROR_NUMERIC; #RECS_ERROR_OVERFLOW;
 *   #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. The same bits for any number of threads. Complexity: rounds fits of the drawn rows; memory of these and of a
 * fit.
 * @since 0.1
 */
RECS_API int32_t recs_stability_kmeans(recs_stability **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                                       const uint32_t *labels, const recs_kmeans_options *kmeans, const recs_stability_options *options,
                                       recs_progress_fn progress, void *payload);

/**
 * The same by density. A draw is less dense than all rows: DBSCAN's radius is the given one, and sizes of clusters (min_points,
 * min_cluster_size where given) are of the draw.
 * @param[out] out what was found; the caller frees it with recs_stability_free().
 * @param context allocator, threads and CPU features; kept alive.
 * @param values @p rows x @p columns finite floats, bounded as for recs_kmeans_fit().
 * @param rows enough that a draw has min_points and min_cluster_size rows.
 * @param columns at least one.
 * @param labels the clusters that are judged: a number below @p rows for each row, or #RECS_NO_ROW for noise.
 * @param density how rows are clustered anew, as they were; NULL for the defaults.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return as recs_stability_kmeans(). Thread safety and complexity: the same.
 * @since 0.1
 */
RECS_API int32_t recs_stability_density(recs_stability **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                                        const uint32_t *labels, const recs_density_options *density,
                                        const recs_stability_options *options, recs_progress_fn progress, void *payload);

/** The number of clusters judged; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_stability_clusters(const recs_stability *stability);

/** The mean Jaccard similarity of each cluster, NaN for one of which no row was ever drawn; borrowed; NULL for NULL. Any thread.
 * @since 0.1 */
RECS_API const double *recs_stability_jaccard(const recs_stability *stability);

/** In how many rounds each cluster was dissolved (a similarity of 0.5 or less); borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_stability_dissolved(const recs_stability *stability);

/** The mean adjusted Rand index between old and new clusters; noise counts as a cluster. NaN for NULL. Any thread. @since 0.1 */
RECS_API double recs_stability_rand(const recs_stability *stability);

/** Frees it; NULL is fine. @since 0.1 */
RECS_API void recs_stability_free(recs_stability *stability);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
