/* Part of librecs (MIT). Models, pipelines and clusterings in files: little-endian sections, checksummed, mapped into memory. */
#ifndef RECS_PERSIST_H
#define RECS_PERSIST_H

#include <recs/analyze.h>
#include <recs/model.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup persist Files The same model gives the same bytes, whatever the threads, the machine and the day.
 * @{
 */

/**
 * Writes a model: to a temporary file beside @p path, which is synced and renamed, so that readers see the old file or
 * the new one, and a failure leaves the old one.
 * @param model the model.
 * @param path where; a link is followed, and what is there already must be a file.
 * @return #RECS_OK; #RECS_ERROR_IO with the system's reason; #RECS_ERROR_NOMEM; #RECS_ERROR_UNSUPPORTED on a big-endian
 *   machine.
 * Thread safety: any thread; of several that write to one path, one wins whole. Complexity: O(size of the file).
 * @since 0.1
 */
RECS_API int32_t recs_model_save(const recs_model *model, const char *path);

/**
 * Maps a model file. Every checksum, offset and index is checked first, so that no file can lead out of bounds; then
 * nothing is built: the model's arrays are those of the file.
 * @param[out] out the model; the caller frees it with recs_model_free().
 * @param context its allocator and threads.
 * @param path the file. It must not be changed in place while the model lives; recs_model_save() never does that.
 * @return #RECS_OK; #RECS_ERROR_IO; #RECS_ERROR_FORMAT for a file that is damaged, or no model; #RECS_ERROR_VERSION for
 *   one that a newer release wrote; #RECS_ERROR_UNSUPPORTED for another byte order; #RECS_ERROR_NOMEM.
 * Thread safety: any thread. Complexity: O(size) to check; memory of a few hundred bytes a part.
 * @since 0.1
 */
RECS_API int32_t recs_model_load(recs_model **out, recs_context *context, const char *path);

/**
 * A model as bytes: those of the file that recs_model_save() writes.
 * @param[out] out the bytes; the caller frees them with recs_buffer_free().
 * @param[out] out_size how many.
 * @param model the model.
 * @return #RECS_OK; #RECS_ERROR_NOMEM; #RECS_ERROR_UNSUPPORTED on a big-endian machine.
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_model_save_memory(void **out, size_t *out_size, const recs_model *model);

/**
 * A model from bytes, which are copied.
 * @param[out] out the model; the caller frees it with recs_model_free().
 * @param context its allocator and threads.
 * @param bytes what recs_model_save_memory() gave, or a whole file; anything else is refused.
 * @param size how many.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_model_load_memory(recs_model **out, recs_context *context, const void *bytes, size_t size);

/**
 * Writes a pipeline, as recs_model_save() writes a model.
 * @param pipeline the pipeline.
 * @param path where.
 * @return as recs_model_save().
 * Thread safety: any thread. Complexity: O(size of the file).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_save(const recs_pipeline *pipeline, const char *path);

/**
 * Maps a pipeline file, everything checked. It gives the same bits as the pipeline that was saved.
 * @param[out] out the pipeline; the caller frees it with recs_pipeline_free().
 * @param context its allocator and threads.
 * @param path the file, not to be changed in place while the pipeline lives.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_load(recs_pipeline **out, recs_context *context, const char *path);

/**
 * A pipeline as bytes: those of the file that recs_pipeline_save() writes.
 * @param[out] out the bytes; the caller frees them with recs_buffer_free().
 * @param[out] out_size how many.
 * @param pipeline the pipeline.
 * @return as recs_model_save_memory().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_save_memory(void **out, size_t *out_size, const recs_pipeline *pipeline);

/**
 * A pipeline from bytes, which are copied.
 * @param[out] out the pipeline; the caller frees it with recs_pipeline_free().
 * @param context its allocator and threads.
 * @param bytes what recs_pipeline_save_memory() gave, or a whole file.
 * @param size how many.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_pipeline_load_memory(recs_pipeline **out, recs_context *context, const void *bytes, size_t size);

/**
 * Writes a clustering, as recs_model_save() writes a model: centres, sizes and inertia, but not the labels of the rows that
 * it was fitted to.
 * @param kmeans the clustering.
 * @param path where.
 * @return as recs_model_save().
 * Thread safety: any thread. Complexity: O(clusters x columns).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_save(const recs_kmeans *kmeans, const char *path);

/**
 * Reads a clustering, everything checked. recs_kmeans_predict() gives the same bits as for the one that was saved.
 * @param[out] out the clustering; the caller frees it with recs_kmeans_free().
 * @param context its allocator and threads.
 * @param path the file, not to be changed in place meanwhile.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(clusters x columns).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_load(recs_kmeans **out, recs_context *context, const char *path);

/**
 * A clustering as bytes: those of the file that recs_kmeans_save() writes.
 * @param[out] out the bytes; the caller frees them with recs_buffer_free().
 * @param[out] out_size how many.
 * @param kmeans the clustering.
 * @return as recs_model_save_memory().
 * Thread safety: any thread. Complexity: O(clusters x columns).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_save_memory(void **out, size_t *out_size, const recs_kmeans *kmeans);

/**
 * A clustering from bytes, which are copied.
 * @param[out] out the clustering; the caller frees it with recs_kmeans_free().
 * @param context its allocator and threads.
 * @param bytes what recs_kmeans_save_memory() gave, or a whole file.
 * @param size how many.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(clusters x columns).
 * @since 0.1
 */
RECS_API int32_t recs_kmeans_load_memory(recs_kmeans **out, recs_context *context, const void *bytes, size_t size);

/**
 * Writes an assigner, its pipeline and its clustering in one file, as recs_model_save() writes a model.
 * @param assigner the assigner.
 * @param path where.
 * @return as recs_model_save().
 * Thread safety: any thread. Complexity: O(size of the file).
 * @since 0.1
 */
RECS_API int32_t recs_assigner_save(const recs_assigner *assigner, const char *path);

/**
 * Maps an assigner's file, everything checked. It gives the same bits as the assigner that was saved.
 * @param[out] out the assigner; the caller frees it with recs_assigner_free().
 * @param context its allocator and threads.
 * @param path the file, not to be changed in place while the assigner lives.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_assigner_load(recs_assigner **out, recs_context *context, const char *path);

/**
 * An assigner as bytes: those of the file that recs_assigner_save() writes.
 * @param[out] out the bytes; the caller frees them with recs_buffer_free().
 * @param[out] out_size how many.
 * @param assigner the assigner.
 * @return as recs_model_save_memory().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_assigner_save_memory(void **out, size_t *out_size, const recs_assigner *assigner);

/**
 * An assigner from bytes, which are copied.
 * @param[out] out the assigner; the caller frees it with recs_assigner_free().
 * @param context its allocator and threads.
 * @param bytes what recs_assigner_save_memory() gave, or a whole file.
 * @param size how many.
 * @return as recs_model_load().
 * Thread safety: any thread. Complexity: O(size).
 * @since 0.1
 */
RECS_API int32_t recs_assigner_load_memory(recs_assigner **out, recs_context *context, const void *bytes, size_t size);

/** Frees what recs_model_save_memory() and its kin gave; NULL is fine. Any thread. @since 0.1 */
RECS_API void recs_buffer_free(void *buffer);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
