/* A file's bytes in memory. */
#include "lib/base/context.h"
#include "lib/persist/sink.h"

#include <string.h>

/* Before the bytes that the caller gets; its size keeps them aligned as the allocator's blocks are. */
typedef union buffer_header {
  recs_context *context;
  max_align_t alignment;
} buffer_header;

static int32_t write_at(recs__sink *sink, uint64_t offset, const void *bytes, size_t size) {
  recs__new_buffer *buffer = (recs__new_buffer *)sink;
  unsigned char *content;
  size_t end, needed;
  if (__builtin_add_overflow(offset, size, &end) || __builtin_add_overflow(end, sizeof(buffer_header), &needed))
    return recs__fail_nomem();
  RECS_TRY(recs__grow(buffer->context, &buffer->block, &buffer->capacity, needed, 1));
  content = buffer->block + sizeof(buffer_header);
  if (offset > buffer->size)
    memset(content + buffer->size, 0, (size_t)offset - buffer->size);
  if (size > 0)
    memcpy(content + offset, bytes, size);
  if (end > buffer->size)
    buffer->size = end;
  return RECS_OK;
}

void recs__new_buffer_init(recs__new_buffer *buffer, recs_context *context) {
  memset(buffer, 0, sizeof *buffer);
  buffer->sink.write_at = write_at;
  buffer->context = context;
}

void *recs__new_buffer_take(recs__new_buffer *buffer) {
  unsigned char *block = buffer->block;
  buffer_header header = {.context = recs__context_hold(buffer->context)};
  memcpy(block, &header, sizeof header.context);
  buffer->block = NULL;
  return block + sizeof header;
}

void recs__new_buffer_discard(recs__new_buffer *buffer) {
  recs__free(buffer->context, buffer->block);
}

void recs__buffer_free(void *bytes) {
  unsigned char *block;
  recs_context *context;
  if (bytes == NULL)
    return;
  block = (unsigned char *)bytes - sizeof(buffer_header);
  memcpy(&context, block, sizeof context);
  recs__free(context, block);
  recs_context_free(context);
}
