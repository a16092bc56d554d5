/* Models in files and in memory. */
#include "lib/model/model.h"
#include <recs/persist.h>

#include <string.h>

#include "lib/persist/container.h"

static int32_t write_model(const void *object, recs__writer *writer) {
  return recs__model_write(object, writer);
}

static int32_t read_model(void **out, recs__reader *reader) {
  recs_model *model;
  int32_t status = recs__model_read(&model, reader);
  *out = model;
  return status;
}

static const recs__kind model_kind = {"model", write_model, read_model};

int32_t recs_model_save(const recs_model *model, const char *path) {
  recs__new_file file;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(model);
  RECS_NOT_NULL(path);
  RECS_TRY(recs__new_file_create(&file, path));
  RECS_GO(recs__container_write(&file.sink, model->object.context, &model_kind, model));
  RECS_GO(recs__new_file_publish(&file));
cleanup:
  recs__new_file_close(&file);
  return status;
}

int32_t recs_model_save_memory(void **out, size_t *out_size, const recs_model *model) {
  recs__new_buffer buffer;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(out_size);
  *out_size = 0;
  RECS_NOT_NULL(model);
  recs__new_buffer_init(&buffer, model->object.context);
  RECS_GO(recs__container_write(&buffer.sink, model->object.context, &model_kind, model));
  *out_size = buffer.size;
  *out = recs__new_buffer_take(&buffer);
cleanup:
  recs__new_buffer_discard(&buffer);
  return status;
}

/* The checks speak of "it": this says what it is. What the bytes name and is not there is damage too. `path` is NULL
 * for bytes in memory. */
static int32_t blame(int32_t status, const char *path) {
  char reason[RECS__MESSAGE_SIZE];
  char quoted[160] = "in memory";
  if (status == RECS_OK || status == RECS_ERROR_NOMEM)
    return status;
  if (status != RECS_ERROR_VERSION && status != RECS_ERROR_UNSUPPORTED)
    status = RECS_ERROR_FORMAT;
  recs_last_error_copy(reason, sizeof reason);
  if (path != NULL)
    recs__quote(quoted, sizeof quoted, path, strlen(path));
  return recs__fail(status, "the model %s cannot be read: %s", quoted, reason);
}

/* The model holds the backing as long as it borrows from it. */
static int32_t read_backing(recs_model **out, recs__backing *backing, const char *path) {
  void *read;
  int32_t status = recs__container_read(&read, backing, &model_kind);
  recs__release(backing);
  *out = read;
  return blame(status, path);
}

int32_t recs_model_load(recs_model **out, recs_context *context, const char *path) {
  recs__backing *backing;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(path);
  RECS_TRY(recs__backing_open(&backing, context, path));
  return read_backing(out, backing, path);
}

int32_t recs_model_load_memory(recs_model **out, recs_context *context, const void *bytes, size_t size) {
  recs__backing *backing;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  if (size > 0)
    RECS_NOT_NULL(bytes);
  RECS_TRY(recs__backing_copy(&backing, context, bytes, size));
  return read_backing(out, backing, NULL);
}

void recs_buffer_free(void *buffer) {
  recs__buffer_free(buffer);
}
