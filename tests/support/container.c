#include "container.h"

#include "lib/persist/format.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static void repair_section(unsigned char *bytes, size_t size, size_t at) {
  recs__section section;
  memcpy(&section, bytes + at, sizeof section);
  if (section.offset <= size && section.bytes <= size - section.offset) {
    section.checksum = XXH3_64bits(bytes + section.offset, section.bytes);
    memcpy(bytes + at, &section, sizeof section);
  }
}

void recs_test_repair(unsigned char *bytes, size_t size) {
  recs__file_header header;
  size_t table_bytes;
  if (size < sizeof header)
    return;
  memcpy(&header, bytes, sizeof header);
  if (header.table_offset <= size && header.section_count <= (size - header.table_offset) / sizeof(recs__section)) {
    table_bytes = header.section_count * sizeof(recs__section);
    for (size_t at = header.table_offset; at < header.table_offset + table_bytes; at += sizeof(recs__section))
      repair_section(bytes, size, at);
    header.table_checksum = XXH3_64bits(bytes + header.table_offset, table_bytes);
  }
  header.header_checksum = XXH3_64bits(&header, offsetof(recs__file_header, header_checksum));
  memcpy(bytes, &header, sizeof header);
}
