/* Writes a container: sections as they come, then their table, and the header last, so that a file cut short has none. */
#include "lib/persist/container.h"
#include "lib/persist/index.h"

#include <inttypes.h>
#include <string.h>

typedef struct container_writer {
  recs__writer writer; /* first: put() gets its address */
  recs__sink *sink;
  const recs_context *context;
  recs__section *sections;
  size_t sections_room;
  size_t order_room;
  recs__index index;
  uint64_t end; /* of what is written */
} container_writer;

static int32_t add_section(container_writer *self, const recs__section *section) {
  uint32_t place;
  if (recs__index_find(&self->index, section->name, &place) != NULL)
    return recs__fail(RECS_ERROR_INTERNAL, "section %s is written twice", section->name);
  if (self->index.count == RECS__FILE_MAX_SECTIONS)
    return recs__fail(RECS_ERROR_OVERFLOW, "more than %d arrays for one file", RECS__FILE_MAX_SECTIONS);
  RECS_TRY(recs__grow(self->context, &self->sections, &self->sections_room, self->index.count + 1, sizeof *self->sections));
  RECS_TRY(recs__grow(self->context, &self->index.order, &self->order_room, self->index.count + 1,
                      sizeof *self->index.order));
  self->index.sections = self->sections;
  self->sections[self->index.count] = *section;
  recs__index_insert(&self->index, place);
  return RECS_OK;
}

static int32_t put(recs__writer *writer, const char *name, recs__type type, const void *data, uint64_t count) {
  container_writer *self = (container_writer *)writer;
  recs__section section = {.type = type, .count = count, .bytes = count * recs__type_size(type)};
  section.offset = recs__file_align(self->end);
  section.checksum = recs__checksum(data, section.bytes);
  memcpy(section.name, name, strlen(name)); /* base's stream has checked that it fits, with its NUL */
  RECS_TRY(add_section(self, &section));
  RECS_TRY(self->sink->write_at(self->sink, section.offset, data, section.bytes));
  self->end = section.offset + section.bytes;
  return RECS_OK;
}

static int32_t write_table(container_writer *self, const recs__kind *kind) {
  recs__file_header header = {.order = RECS__FILE_ORDER, .version = RECS__FILE_VERSION};
  size_t bytes = self->index.count * sizeof *self->sections;
  memcpy(header.magic, RECS__FILE_MAGIC, sizeof header.magic);
  memcpy(header.kind, kind->name, strlen(kind->name));
  header.table_offset = recs__file_align(self->end);
  header.file_size = header.table_offset + bytes;
  header.section_count = self->index.count;
  header.table_checksum = recs__checksum(self->sections, bytes);
  header.header_checksum = recs__checksum(&header, offsetof(recs__file_header, header_checksum));
  RECS_TRY(self->sink->write_at(self->sink, header.table_offset, self->sections, bytes));
  return self->sink->write_at(self->sink, 0, &header, sizeof header);
}

int32_t recs__container_write(recs__sink *sink, const recs_context *context, const recs__kind *kind, const void *object) {
  container_writer self = {.writer.put = put, .sink = sink, .context = context, .end = sizeof(recs__file_header)};
  int32_t status;
  if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "a big-endian machine cannot save a %s: files are little-endian", kind->name);
  RECS_GO(kind->write(object, &self.writer));
  RECS_GO(write_table(&self, kind));
cleanup:
  recs__free(context, self.sections);
  recs__free(context, self.index.order);
  return status;
}
