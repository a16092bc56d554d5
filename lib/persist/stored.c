#include "lib/persist/stored.h"

#include <recs/persist.h>
#include <string.h>

int32_t recs__stored_save(const recs__kind *kind, const void *object, const char *path) {
  recs__new_file file;
  int32_t status;
  if (object == NULL)
    return recs__fail_null(kind->name);
  RECS_NOT_NULL(path);
  RECS_TRY(recs__new_file_create(&file, path));
  RECS_GO(recs__container_write(&file.sink, recs__context_of(object), kind, object));
  RECS_GO(recs__new_file_publish(&file));
cleanup:
  recs__new_file_close(&file);
  return status;
}

int32_t recs__stored_save_memory(void **out, size_t *out_size, const recs__kind *kind, const void *object) {
  recs__new_buffer buffer;
  int32_t status;
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(out_size);
  *out_size = 0;
  if (object == NULL)
    return recs__fail_null(kind->name);
  recs__new_buffer_init(&buffer, recs__context_of(object));
  RECS_GO(recs__container_write(&buffer.sink, recs__context_of(object), kind, object));
  *out_size = buffer.size;
  *out = recs__new_buffer_take(&buffer);
cleanup:
  recs__new_buffer_discard(&buffer);
  return status;
}

/* The checks speak of "it": this says what it is. What the bytes name and is not there is damage too. `path` is NULL
 * for bytes in memory. */
static int32_t blame(int32_t status, const recs__kind *kind, const char *path) {
  char reason[RECS__MESSAGE_SIZE];
  char quoted[160] = "in memory";
  if (status == RECS_OK || status == RECS_ERROR_NOMEM)
    return status;
  if (status != RECS_ERROR_VERSION && status != RECS_ERROR_UNSUPPORTED)
    status = RECS_ERROR_FORMAT;
  recs_last_error_copy(reason, sizeof reason);
  if (path != NULL)
    recs__quote(quoted, sizeof quoted, path, strlen(path));
  return recs__fail(status, "the %s %s cannot be read: %s", kind->name, quoted, reason);
}

/* The object holds the backing as long as it borrows from it. */
static int32_t read_backing(void **out, recs__backing *backing, const recs__kind *kind, const char *path) {
  int32_t status = recs__container_read(out, backing, kind);
  recs__release(backing);
  return blame(status, kind, path);
}

int32_t recs__stored_load(void **out, recs_context *context, const recs__kind *kind, const char *path) {
  recs__backing *backing;
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(path);
  RECS_TRY(recs__backing_open(&backing, context, path));
  return read_backing(out, backing, kind, path);
}

int32_t recs__stored_load_memory(void **out, recs_context *context, const recs__kind *kind, const void *bytes, size_t size) {
  recs__backing *backing;
  *out = NULL;
  RECS_NOT_NULL(context);
  if (size > 0)
    RECS_NOT_NULL(bytes);
  RECS_TRY(recs__backing_copy(&backing, context, bytes, size));
  return read_backing(out, backing, kind, NULL);
}

void recs_buffer_free(void *buffer) {
  recs__buffer_free(buffer);
}
