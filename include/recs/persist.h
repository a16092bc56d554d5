/* Part of librecs (MIT). Models in files: little-endian sections, checksummed, mapped into memory. */
#ifndef RECS_PERSIST_H
#define RECS_PERSIST_H

#include <recs/model.h>

RECS_BEGIN_DECLS
/* FFI-BEGIN */

/**
 * @defgroup persist Files
 * The same model gives the same bytes, whatever the threads, the machine and the day.
 * @{
 */

/** Writes a model: to a temporary file beside @p path, which is synced and renamed, so that readers see the old file or the new
 * one. @since 0.1 */
RECS_API int32_t recs_model_save(const recs_model *model, const char *path);
/** Maps a model file. Every offset and index is checked first: a damaged file is #RECS_ERROR_FORMAT, a newer one
 * #RECS_ERROR_VERSION. The file must not be changed in place while the model lives. O(size) to check, nothing is built. @since 0.1 */
RECS_API int32_t recs_model_load(recs_model **out, recs_context *context, const char *path);
/** A model as bytes, to be freed with recs_buffer_free(). @since 0.1 */
RECS_API int32_t recs_model_save_memory(void **out, size_t *out_size, const recs_model *model);
/** A model from bytes (copied). @since 0.1 */
RECS_API int32_t recs_model_load_memory(recs_model **out, recs_context *context, const void *bytes, size_t size);
/** Frees what recs_model_save_memory() gave; NULL is fine. @since 0.1 */
RECS_API void recs_buffer_free(void *buffer);

/** @} */
/* FFI-END */
RECS_END_DECLS

#endif
