/* Reads a container. Nothing of a file is believed before it is checked: header, table, places, bytes between the
 * sections, checksums. What the arrays mean, their objects check. */
#include "lib/persist/container.h"
#include "lib/persist/index.h"

#include <inttypes.h>
#include <string.h>

typedef struct container_reader {
  recs__reader reader; /* first: get() gets its address */
  const unsigned char *bytes;
  recs__index index;
} container_reader;

static int32_t get(recs__reader *reader, const char *name, recs__type type, const void **data, uint64_t *count) {
  const container_reader *self = (const container_reader *)reader;
  uint32_t place;
  const recs__section *section = recs__index_find(&self->index, name, &place);
  if (section == NULL)
    return recs__fail(RECS_ERROR_FORMAT, "section %s is missing", name);
  if (section->type != type)
    return recs__fail(RECS_ERROR_FORMAT, "section %s has type %" PRIu32 ", not %d", name, section->type, type);
  *data = self->bytes + section->offset;
  *count = section->count;
  return RECS_OK;
}

/* Enough of a file to hold a header, and one that this machine can read. */
static int32_t check_start(const unsigned char *bytes, size_t size) {
  uint32_t order;
  if (size == 0)
    return recs__fail(RECS_ERROR_FORMAT, "it is empty");
  if (memcmp(bytes, RECS__FILE_MAGIC, size < 8 ? size : 8) != 0)
    return recs__fail(RECS_ERROR_FORMAT, "it is not a librecs file");
  if (size < sizeof(recs__file_header))
    return recs__fail(RECS_ERROR_FORMAT, "it is truncated: %zu bytes, less than a header", size);
  memcpy(&order, bytes + offsetof(recs__file_header, order), sizeof order);
  if (order == __builtin_bswap32(RECS__FILE_ORDER))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "its byte order is not this machine's");
  return RECS_OK;
}

/* Padded names: text, then zeros to the end. */
static int is_name(const char *name, size_t size) {
  size_t length = strnlen(name, size);
  for (size_t i = 0; i < length; i++) {
    if (name[i] <= ' ' || name[i] > '~')
      return 0;
  }
  for (size_t i = length; i < size; i++) {
    if (name[i] != 0)
      return 0;
  }
  return length > 0;
}

static int32_t check_header(const recs__file_header *header, uint64_t size, const recs__kind *kind) {
  char expected[RECS__KIND_SIZE] = {0};
  memcpy(expected, kind->name, strlen(kind->name));
  if (recs__checksum(header, offsetof(recs__file_header, header_checksum)) != header->header_checksum ||
      header->order != RECS__FILE_ORDER || header->version == 0 || !is_name(header->kind, sizeof header->kind))
    return recs__fail(RECS_ERROR_FORMAT, "its header is damaged");
  if (header->version > RECS__FILE_VERSION)
    return recs__fail(RECS_ERROR_VERSION, "it has format version %" PRIu32 "; this library reads up to version %d",
                      header->version, RECS__FILE_VERSION);
  if (memcmp(header->kind, expected, sizeof expected) != 0)
    return recs__fail(RECS_ERROR_FORMAT, "it holds a %.*s, not a %s", RECS__KIND_SIZE, header->kind, kind->name);
  if (size < header->file_size)
    return recs__fail(RECS_ERROR_FORMAT, "it is truncated: %" PRIu64 " bytes of %" PRIu64, size, header->file_size);
  if (size > header->file_size)
    return recs__fail(RECS_ERROR_FORMAT, "%" PRIu64 " bytes follow its end", size - header->file_size);
  return RECS_OK;
}

static int32_t check_table(const recs__file_header *header, const unsigned char *bytes) {
  uint64_t table_bytes = (uint64_t)header->section_count * sizeof(recs__section);
  if (header->reserved != 0 || header->section_count > RECS__FILE_MAX_SECTIONS || table_bytes > header->file_size ||
      header->table_offset != header->file_size - table_bytes || header->table_offset < sizeof *header ||
      header->table_offset % RECS__FILE_ALIGNMENT != 0)
    return recs__fail(RECS_ERROR_FORMAT, "its header does not fit its table of sections");
  if (recs__checksum(bytes + header->table_offset, table_bytes) != header->table_checksum)
    return recs__fail(RECS_ERROR_FORMAT, "its table of sections is damaged");
  return RECS_OK;
}

/* The bytes between `end` and the next multiple of the alignment. */
static int padding_is_zero(const unsigned char *bytes, uint64_t end) {
  unsigned char any = 0;
  for (uint64_t i = end; i < recs__file_align(end); i++)
    any |= bytes[i];
  return any == 0;
}

/* Section `number`, which must begin where the one before it, ending at `*end`, leaves off. */
static int32_t check_section(const container_reader *self, uint32_t number, uint64_t table_offset, uint64_t *end) {
  const recs__section *section = &self->index.sections[number];
  uint64_t bytes;
  if (!is_name(section->name, sizeof section->name) || section->name[sizeof section->name - 1] != 0)
    return recs__fail(RECS_ERROR_FORMAT, "section number %" PRIu32 " has no proper name", number);
  if (recs__type_size((recs__type)section->type) == 0 || section->reserved != 0)
    return recs__fail(RECS_ERROR_FORMAT, "section %s has unknown type %" PRIu32, section->name, section->type);
  if (__builtin_mul_overflow(section->count, recs__type_size((recs__type)section->type), &bytes) || bytes != section->bytes ||
      section->offset != recs__file_align(*end) || section->offset > table_offset ||
      section->bytes > table_offset - section->offset)
    return recs__fail(RECS_ERROR_FORMAT, "section %s is out of place", section->name);
  if (!padding_is_zero(self->bytes, *end))
    return recs__fail(RECS_ERROR_FORMAT, "the bytes before section %s are not zero", section->name);
  if (recs__checksum(self->bytes + section->offset, section->bytes) != section->checksum)
    return recs__fail(RECS_ERROR_FORMAT, "section %s is damaged", section->name);
  *end = section->offset + section->bytes;
  return RECS_OK;
}

static int32_t check_sections(container_reader *self, const recs__file_header *header) {
  uint64_t end = sizeof *header;
  uint32_t place;
  for (uint32_t i = 0; i < header->section_count; i++) {
    RECS_TRY(check_section(self, i, header->table_offset, &end));
    if (recs__index_find(&self->index, self->index.sections[i].name, &place) != NULL)
      return recs__fail(RECS_ERROR_FORMAT, "section %s is there twice", self->index.sections[i].name);
    recs__index_insert(&self->index, place);
  }
  if (recs__file_align(end) != header->table_offset || !padding_is_zero(self->bytes, end))
    return recs__fail(RECS_ERROR_FORMAT, "the table of sections is out of place");
  return RECS_OK;
}

int32_t recs__container_read(void **out, recs__backing *backing, const recs__kind *kind) {
  container_reader self = {.reader.get = get, .reader.backing = &backing->object, .bytes = backing->bytes};
  const recs__file_header *header = (const void *)backing->bytes; /* aligned as the sections are */
  recs_context *context = backing->object.context;
  int32_t status;
  *out = NULL;
  self.reader.context = context;
  RECS_TRY(check_start(backing->bytes, backing->size));
  RECS_TRY(check_header(header, backing->size, kind));
  RECS_TRY(check_table(header, backing->bytes));
  self.index.sections = (const void *)(backing->bytes + header->table_offset);
  self.index.order = recs__alloc(context, header->section_count, sizeof *self.index.order);
  if (self.index.order == NULL)
    return recs__fail_nomem();
  RECS_GO(check_sections(&self, header));
  RECS_GO(kind->read(out, &self.reader));
cleanup:
  recs__free(context, self.index.order);
  return status;
}
