/* Part of librecs (MIT). What sets clusters apart. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_SEGMENTS_H
#define RECS_ANALYZE_SEGMENTS_H

#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup segments Descriptions of segments
 * Numbers from which a cluster is put into words: `recs segment` does that for any table.
 * @{
 */

/** The description of the clusters of a table. Immutable. Its arrays are borrowed from it. */
typedef struct recs_segments recs_segments;

/**
 * Describes clusters, however they came about, by the columns of a table: in the columns' own units, and by how far each cluster's mean
 * lies from that of all rows.
 * @param[out] out the description; the caller frees it with recs_segments_free().
 * @param context allocator and threads; kept alive by the description.
 * @param values @p rows x @p columns, row after row, in their own units; NaN for what is missing, which is left out. Not kept.
 * @param rows at least one.
 * @param columns at least one.
 * @param labels the cluster of each row, below @p clusters; #RECS_NO_ROW for none.
 * @param clusters at least one; those without rows have NaN for means and medians, 0 for effects and #RECS_NO_ROW for an example.
 * @param space NULL, or the same table as it was clustered, scaled for instance: effects, explained variance and examples are then found
 *   there, so that what is skewed in its own unit does not count by its few largest values.
 * @return #RECS_OK; #RECS_ERROR_INVALID; #RECS_ERROR_NUMERIC with row and column of an infinite value; #RECS_ERROR_OVERFLOW;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread. The same bits for any number of threads. Complexity: O(rows x columns); memory of 4 bytes a row, and 8 bytes
 * a row for each thread, of which there are no more than columns.
 * @since 0.1
 */
RECS_API int32_t recs_segments_describe(recs_segments **out, recs_context *context, const double *values, size_t rows, uint32_t columns,
                                        const uint32_t *labels, uint32_t clusters, const float *space);

/** The number of clusters; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_segments_clusters(const recs_segments *segments);

/** The number of columns; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint32_t recs_segments_columns(const recs_segments *segments);

/** How many rows each cluster has; NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint64_t *recs_segments_sizes(const recs_segments *segments);

/** How many rows are in none; 0 for NULL. Any thread. @since 0.1 */
RECS_API uint64_t recs_segments_unassigned(const recs_segments *segments);

/** A row of each cluster that stands for it: the nearest to its mean, the first of equals, in @p space, or where there is none with columns
 * divided by their standard deviations; #RECS_NO_ROW for an empty cluster. NULL for NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_segments_examples(const recs_segments *segments);

/** The mean of each column in each cluster, clusters x columns, in the column's unit; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_segments_means(const recs_segments *segments);

/** The median of each column in each cluster, likewise; between the two middle ones where their number is even. Any thread. @since 0.1 */
RECS_API const double *recs_segments_medians(const recs_segments *segments);

/** The effect of each column in each cluster, clusters x columns: (the cluster's mean - the mean of all rows) / the standard deviation of all
 * rows; 0 for a constant column. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_segments_effects(const recs_segments *segments);

/** The columns of each cluster, clusters x columns, the one that sets it apart most first: by the size of the effect, then by number. NULL for
 * NULL. Any thread. @since 0.1 */
RECS_API const uint32_t *recs_segments_order(const recs_segments *segments);

/** The mean of each column over all rows, those in no cluster among them; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_segments_overall_means(const recs_segments *segments);

/** The median of each column over all rows; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_segments_overall_medians(const recs_segments *segments);

/** The standard deviation (population) of each column over all rows, in its unit; NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_segments_deviations(const recs_segments *segments);

/** The share of each column's variance that lies between the clusters, over the rows that are in one (eta squared): 0 for a column that says
 * nothing of the cluster, 1 for one that decides it. NULL for NULL. Any thread. @since 0.1 */
RECS_API const double *recs_segments_explained(const recs_segments *segments);

/** Frees a description; NULL is fine. @since 0.1 */
RECS_API void recs_segments_free(recs_segments *segments);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
