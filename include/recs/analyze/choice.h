/* Part of librecs (MIT). How many clusters. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_CHOICE_H
#define RECS_ANALYZE_CHOICE_H

#include <recs/analyze/kmeans.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup choice The number of clusters
 * @{
 */

/** Numbers of clusters, what each is worth, and the one that was chosen. Immutable. Its arrays are borrowed from it. */
typedef struct recs_choice recs_choice;

/** What decides. */
enum {
  RECS_CHOICE_SILHOUETTE = 1,        /**< The highest mean silhouette (Rousseeuw 1987). */
  RECS_CHOICE_GAP = 2,               /**< The first number after which the gap statistic (Tibshirani, Walther and Hastie 2001) rises by no more
                                          than its error; where there is none, the widest gap. */
  RECS_CHOICE_BIC = 3,               /**< The highest BIC of round normal clusters of one variance (Pelleg and Moore 2000, X-means). */
  RECS_CHOICE_CALINSKI_HARABASZ = 4, /**< The highest ratio of the variances between and within clusters. */
  RECS_CHOICE_DAVIES_BOULDIN = 5     /**< The least overlap of neighbouring clusters. */
};

/** Options of recs_kmeans_choose(). */
typedef struct recs_choice_options {
  size_t struct_size;  /**< Set by recs_choice_options_init(). */
  uint64_t seed;       /**< Of the sample and of the tables without clusters; default 1. */
  uint32_t from;       /**< The least number of clusters; default 2. With one, only gap and BIC say anything. */
  uint32_t to;         /**< The greatest; default 10. No more are tried than there are distinct rows. */
  uint32_t sample;     /**< Rows that silhouette and gap look at, drawn at random; default 2000; 0: all, which for the silhouette takes time
                            that is quadratic in them. */
  uint32_t references; /**< Gap: how many tables without clusters, evenly spread over the rows' box, it is compared with; default 10. */
  int32_t criterion;   /**< RECS_CHOICE_*; default SILHOUETTE. */
  int32_t reserved;    /**< Must be 0. */
} recs_choice_options;

/** The schema of recs_choice_options. Static. Any thread. @since 0.1 */
RECS_API const recs_schema *recs_choice_schema(void);

/**
 * Sets the defaults.
 * @param[out] options receives the defaults and @p struct_size.
 * @param struct_size sizeof(recs_choice_options) as the caller knows it.
 * @return #RECS_OK; #RECS_ERROR_INVALID when @p options is NULL or the size is none that any release had.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_choice_options_init(recs_choice_options *options, size_t struct_size);

/**
 * Fits k-means for each number of clusters of a range and chooses one. Whatever decides, all criteria are in the table but the gap, which
 * alone costs references + 1 further fits a number, of the sample.
 * @param[out] out the table; the caller frees it with recs_choice_free().
 * @param[out] out_kmeans the clustering of the chosen number, that of recs_kmeans_fit() with the same options; the caller frees it with
 *   recs_kmeans_free(). May be NULL.
 * @param context allocator, threads and CPU features; kept alive.
 * @param values @p rows x @p columns finite floats, bounded as for recs_kmeans_fit(). Only read, not kept.
 * @param rows at least @p options->from.
 * @param columns at least one.
 * @param kmeans how to cluster: Euclidean, without start centres and weights; its number of clusters does not count. NULL for the defaults.
 * @param options NULL for the defaults.
 * @param progress NULL, or called on this thread from time to time.
 * @param payload handed to @p progress.
 * @return #RECS_OK; #RECS_ERROR_INVALID, also when there are fewer distinct rows than @p options->from; #RECS_ERROR_NUMERIC;
 *   #RECS_ERROR_OVERFLOW; #RECS_ERROR_CANCELLED; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. The same bits for any number of threads. Complexity: the fits, and O(sample^2 x columns) a number; memory
 * beside a fit's: 4 bytes a row for each number, and the sample twice over.
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_choose(recs_choice **out, recs_kmeans **out_kmeans, recs_context *context, const float *values, size_t rows,
                                    uint32_t columns, const recs_kmeans_options *kmeans, const recs_choice_options *options,
                                    recs_progress_fn progress, void *payload);

/** How many numbers of clusters were tried; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_choice_count(const recs_choice *choice);

/** The number that was chosen; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_choice_chosen(const recs_choice *choice);

/** The numbers that were tried, ascending, recs_choice_count() of them; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_choice_clusters(const recs_choice *choice);

/** The inertia of each; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_choice_inertia(const recs_choice *choice);

/** The mean silhouette of the sample, -1 to 1; NaN for one cluster. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_choice_silhouette(const recs_choice *choice);

/** The gap: the mean of ln(inertia) over the tables without clusters, less that of the rows; NaN unless the gap decides. NULL for NULL. Any
 * thread. @since 0.1 */
RECS_API const double *recs_choice_gap(const recs_choice *choice);

/** The gap's standard error s = sqrt(1 + 1 / references) x standard deviation; NaN likewise. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_choice_gap_error(const recs_choice *choice);

/** BIC = ln likelihood - k (columns + 1) / 2 x ln rows; NaN where the variance is 0. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_choice_bic(const recs_choice *choice);

/** The Calinski-Harabasz index; NaN for one cluster and where the variance is 0. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_choice_calinski_harabasz(const recs_choice *choice);

/** The Davies-Bouldin index, 0 being best; NaN for one cluster. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_choice_davies_bouldin(const recs_choice *choice);

/** Frees it; NULL is fine. @since 0.1 */
RECS_API void recs_choice_free(recs_choice *choice);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
