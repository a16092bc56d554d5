/* One object a file, or in memory: what saving and loading of every kind share. */
#ifndef RECS_LIB_PERSIST_STORED_H
#define RECS_LIB_PERSIST_STORED_H

#include "lib/persist/container.h"

/* An object to a file, which takes its name when it is whole. */
int32_t recs__stored_save(const recs__kind *kind, const void *object, const char *path);

/* An object as bytes, which recs_buffer_free() frees. */
int32_t recs__stored_save_memory(void **out, size_t *out_size, const recs__kind *kind, const void *object);

/* Back from either. Messages say which file, and that it should hold the kind. */
int32_t recs__stored_load(void **out, recs_context *context, const recs__kind *kind, const char *path);
int32_t recs__stored_load_memory(void **out, recs_context *context, const recs__kind *kind, const void *bytes, size_t size);

#endif
