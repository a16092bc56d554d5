/* In a file of its own, because the header brings all of xxHash with it. */
#include "lib/persist/format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t recs__checksum(const void *bytes, size_t size) {
  return XXH3_64bits(bytes, size);
}
