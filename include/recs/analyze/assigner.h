/* Part of librecs (MIT). New rows into clusters found before. Included by recs/analyze.h. */
#ifndef RECS_ANALYZE_ASSIGNER_H
#define RECS_ANALYZE_ASSIGNER_H

#include <recs/analyze/kmeans.h>
#include <recs/data.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup assigner Placing new rows
 * What a segmentation is worth tomorrow: how tables are prepared and where the centres are, in one object and one file
 * (recs_assigner_save()).
 * @{
 */

/** A pipeline and the clustering of what came out of it. Immutable. */
typedef struct recs_assigner recs_assigner;

/**
 * Joins a pipeline and a clustering.
 * @param[out] out the assigner; the caller frees it with recs_assigner_free().
 * @param pipeline how rows are prepared; kept alive by the assigner.
 * @param kmeans the clustering of the prepared rows (as floats); kept alive by the assigner.
 * @return #RECS_OK; #RECS_ERROR_INVALID for NULL, or when the pipeline gives more or fewer columns than the clustering has;
 *   #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(1).
 * @since 0.1
 */
RECS_API int32_t recs_assigner_create(recs_assigner **out, const recs_pipeline *pipeline, const recs_kmeans *kmeans);

/**
 * The cluster of each row of a table as it came: recs_pipeline_apply(), then recs_kmeans_predict(). The rows of the fit get the labels that
 * they had then.
 * @param[out] out_labels a cluster for each row; may be NULL when there are none. Undefined on failure, as the next.
 * @param[out] out_distances the squared distance of each prepared row to its centre; may be NULL.
 * @param assigner the assigner.
 * @param table the columns that the pipeline was fitted to, in any order when they have names.
 * @return as recs_pipeline_apply() and recs_kmeans_predict().
 * Thread safety: any thread. The same bits for any number of threads, and for any other rows beside. Complexity: O(rows x clusters x
 * columns) beside the pipeline's; memory of 12 bytes a prepared value, so that very large tables go in parts.
 * @since 0.1
 */
RECS_API int32_t recs_assigner_assign(uint32_t *out_labels, float *out_distances, const recs_assigner *assigner, const recs_table *table);

/** The pipeline; borrowed from the assigner; NULL for NULL. Any thread. @since 0.1 */
RECS_API const recs_pipeline *recs_assigner_pipeline(const recs_assigner *assigner);

/** The clustering; borrowed; NULL for NULL. One that comes from a file has no labels of the rows that it was fitted to. Any thread.
 * @since 0.1 */
RECS_API const recs_kmeans *recs_assigner_kmeans(const recs_assigner *assigner);

/** Frees it; NULL is fine. @since 0.1 */
RECS_API void recs_assigner_free(recs_assigner *assigner);
/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
