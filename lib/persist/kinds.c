/* The kinds of objects that can be saved. A new one is a line here, and its functions in recs/persist.h. */
#include "lib/analyze/clusters/kmeans.h"
#include "lib/analyze/clusters/assigner.h"
#include "lib/data/pipeline/pipeline.h"
#include "lib/model/model.h"
#include <recs/persist.h>

#include "lib/persist/stored.h"

/* recs_x_save and its kin, for a kind whose name is that of its type. */
#define STORED(x)                                                                                                      \
  static int32_t write_##x(const void *object, recs__writer *writer) {                                                 \
    return recs__##x##_write(object, writer);                                                                          \
  }                                                                                                                    \
  static int32_t read_##x(void **out, recs__reader *reader) {                                                          \
    recs_##x *read;                                                                                                    \
    int32_t status = recs__##x##_read(&read, reader);                                                                  \
    *out = read;                                                                                                       \
    return status;                                                                                                     \
  }                                                                                                                    \
  static const recs__kind x##_kind = {#x, write_##x, read_##x};                                                        \
  int32_t recs_##x##_save(const recs_##x *object, const char *path) {                                                  \
    recs__enter();                                                                                                     \
    return recs__stored_save(&x##_kind, object, path);                                                                 \
  }                                                                                                                    \
  int32_t recs_##x##_save_memory(void **out, size_t *out_size, const recs_##x *object) {                               \
    recs__enter();                                                                                                     \
    return recs__stored_save_memory(out, out_size, &x##_kind, object);                                                 \
  }                                                                                                                    \
  int32_t recs_##x##_load(recs_##x **out, recs_context *context, const char *path) {                                   \
    void *object;                                                                                                      \
    int32_t status;                                                                                                    \
    recs__enter();                                                                                                     \
    RECS_NOT_NULL(out);                                                                                                \
    status = recs__stored_load(&object, context, &x##_kind, path);                                                     \
    *out = object;                                                                                                     \
    return status;                                                                                                     \
  }                                                                                                                    \
  int32_t recs_##x##_load_memory(recs_##x **out, recs_context *context, const void *bytes, size_t size) {              \
    void *object;                                                                                                      \
    int32_t status;                                                                                                    \
    recs__enter();                                                                                                     \
    RECS_NOT_NULL(out);                                                                                                \
    status = recs__stored_load_memory(&object, context, &x##_kind, bytes, size);                                       \
    *out = object;                                                                                                     \
    return status;                                                                                                     \
  }

STORED(model)
STORED(pipeline)
STORED(assigner)
STORED(kmeans)
