/* Part of librecs (MIT). Clusters as dense regions: DBSCAN and HDBSCAN. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_DENSITY_H
#define RECS_ANALYZE_DENSITY_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup density Density clustering
 * Clusters of any shape and number, and rows that are in none: noise.
 * @{
 */

/** A clustering by density. Immutable. */
typedef struct recs_density recs_density;

/** How clusters are found. */
enum {
  RECS_DENSITY_HDBSCAN = 1, /**< Without a radius: those that hold together over the widest range of densities. */
  RECS_DENSITY_DBSCAN = 2   /**< Of one density, given by a radius. */
};

/** Which clusters of its hierarchy HDBSCAN keeps. */
enum {
  RECS_DENSITY_EXCESS = 1, /**< Those with the largest excess of mass. */
  RECS_DENSITY_LEAVES = 2  /**< The smallest ones. */
};

/** Options of recs_density_fit(). */
typedef struct recs_density_options {
  size_t struct_size;        /**< Set by recs_density_options_init(). */
  double eps;                /**< DBSCAN: rows at this Euclidean distance or nearer are neighbours. Default 0: where the sorted distances
                                  to the min_points-th row bend (the knee). */
  uint32_t min_points;       /**< So many rows within reach, itself among them, make a row dense; default 5, at most 2^20. */
  uint32_t min_cluster_size; /**< HDBSCAN: smaller groups are noise; 2 or more; default 0: rows / 100, at least 5. */
  int32_t method;            /**< RECS_DENSITY_HDBSCAN (default) or DBSCAN. */
  int32_t selection;         /**< HDBSCAN: RECS_DENSITY_EXCESS (default) or LEAVES. */
} recs_density_options;

/** The schema of recs_density_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_density_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_density_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_density_options_init(recs_density_options *options, size_t struct_size);

/**
 * Clusters rows by density, exactly: distances decide in double precision.
 *
 * DBSCAN (Ester, Kriegel, Sander and Xu 1996): a row with min_points rows within eps is a core row; core rows within eps of each other
 * share a cluster. Clusters are numbered by their first core row. A row that is no core row but within eps of some belongs to the
 * lowest-numbered of their clusters. The labels are those of scikit-learn.
 *
 * HDBSCAN (Campello, Moulavi, Zimek and Sander 2015; excess of mass): the hierarchy of DBSCAN over all radii, of which the most stable
 * clusters are kept; never all rows as one cluster. The clusters are numbered by their first row. Links of one length are cut at once, as
 * the paper has it, so that the order of rows does not matter; scikit-learn (min_samples = min_points) cuts them one after another and
 * agrees where there are no such links. Rows at distance 0 of each other are never cut apart and count as dense as the densest others.
 * @param[out] out the clustering; the caller frees it with recs_density_free().
 * @param context allocator, threads and CPU features; kept alive by the clustering.
 * @param values @p rows x @p columns finite floats, row after row, bounded as for recs_kmeans_fit(). Only read, not kept. Distances
 *   add up over columns, so bring these to one scale first.
 * @param rows at least one, min_points and min_cluster_size; at most 2^31 - 1.
 * @param columns at least one.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK, also when all rows are noise; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC with row and column of a value that is NaN,
 *   infinite or too large; #RECS_ERROR_OVERFLOW; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. The same bits for any number of threads and any CPU features. Complexity: in few columns (up to about 10)
 * about O(rows log rows), both methods, by a k-d tree over the distinct rows; with more columns the tree tells less apart, up to
 * O(rows^2 x columns). Memory beside the values: about 60 bytes + 8 a column for a row with DBSCAN, 140 + 8 a column with HDBSCAN.
 * @since 0.1
 */
RECS_API int32_t recs_density_fit(recs_density **out, recs_context *context, const float *values, size_t rows, uint32_t columns,
                                  const recs_density_options *options, recs_progress_fn progress, void *payload);

/** The number of clusters, without noise; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_density_clusters(const recs_density *density);

/** The cluster of each row, #RECS_NO_ROW for noise; borrowed from the clustering; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_density_labels(const recs_density *density);

/**
 * How firmly each row belongs to its cluster, 0 to 1; borrowed; NULL for NULL. HDBSCAN: 1 / the distance at which it drops out of the
 * cluster, as a share of the largest such of the cluster. DBSCAN: 1 for core rows, else 0. Noise has 0. Any thread. @since 0.1
 */
RECS_API const float *recs_density_strengths(const recs_density *density);

/** How many rows each cluster has; borrowed; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_density_sizes(const recs_density *density);

/** How many rows are noise; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint64_t recs_density_noise(const recs_density *density);

/** The radius of DBSCAN, given or chosen; NaN for HDBSCAN and for NULL. Any thread. @since 0.1 */
RECS_API double recs_density_eps(const recs_density *density);

/** Frees a clustering; NULL is fine. @since 0.1 */
RECS_API void recs_density_free(recs_density *density);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
