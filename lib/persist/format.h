/* The container file, byte by byte.
 *
 * A header of 64 bytes; sections, each at the next multiple of 64 bytes; at the next multiple of 64 the table of
 * sections, which ends the file. Numbers are little-endian, floats IEEE 754, and the bytes between the parts zero: what
 * a file holds is decided by its content alone. The header's layout is the same in every version of the format. */
#ifndef RECS_LIB_PERSIST_FORMAT_H
#define RECS_LIB_PERSIST_FORMAT_H

#include "lib/base/stream.h"

#define RECS__FILE_MAGIC "\x8frecs\r\n\x1a" /* no text, and damaged by whatever converts line ends */

enum {
  RECS__FILE_VERSION = 1,
  RECS__FILE_ORDER = 0x01020304, /* reads as 0x04030201 on a big-endian machine */
  RECS__FILE_ALIGNMENT = 64,
  RECS__FILE_MAX_SECTIONS = 65536,
  RECS__KIND_SIZE = 8
};

typedef struct recs__file_header {
  uint8_t magic[8];
  uint32_t order;
  uint32_t version;
  char kind[RECS__KIND_SIZE]; /* what the file holds, such as "model"; padded with zeros */
  uint64_t file_size;
  uint64_t table_offset;
  uint32_t section_count;
  uint32_t reserved;        /* 0 */
  uint64_t table_checksum;  /* XXH3-64, as are all */
  uint64_t header_checksum; /* of the bytes before it */
} recs__file_header;

typedef struct recs__section {
  char name[RECS__NAME_SIZE]; /* printable ASCII without spaces; padded with zeros, at least one */
  uint32_t type;              /* recs__type */
  uint32_t reserved;          /* 0 */
  uint64_t count;             /* elements */
  uint64_t offset;            /* from the start of the file */
  uint64_t bytes;             /* count elements of the type's size */
  uint64_t checksum;
} recs__section;

_Static_assert(sizeof(recs__file_header) == 64, "the layout of the header is fixed");
_Static_assert(offsetof(recs__file_header, kind) == 16, "the layout of the header is fixed");
_Static_assert(offsetof(recs__file_header, section_count) == 40, "the layout of the header is fixed");
_Static_assert(offsetof(recs__file_header, header_checksum) == 56, "the layout of the header is fixed");
_Static_assert(sizeof(recs__section) == 168, "the layout of the table is fixed");
_Static_assert(offsetof(recs__section, count) == 136, "the layout of the table is fixed");

/* The next multiple of the alignment; the caller knows that it is far from overflow. */
static inline uint64_t recs__file_align(uint64_t offset) {
  return (offset + RECS__FILE_ALIGNMENT - 1) / RECS__FILE_ALIGNMENT * RECS__FILE_ALIGNMENT;
}

/* XXH3-64. */
uint64_t recs__checksum(const void *bytes, size_t size);

#endif
