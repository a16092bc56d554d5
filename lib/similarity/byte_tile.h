/* The inner loops of dense rows as bytes: a coarse inner product, four values at a time, in integers without rounding.
 *
 * A group has 64 rows: an int32_t a row, -128 times the sum of its bytes; a float a row, 1 over what its bytes count;
 * then the bytes, -127 to 127, four columns after four columns: quad * 256 + lane * 4 + column % 4. Six queries lie
 * side by side likewise: quad * 24 + q * 4 + column % 4; theirs are 128 higher, 1 to 255. */
#ifndef RECS_LIB_SIMILARITY_BYTE_TILE_H
#define RECS_LIB_SIMILARITY_BYTE_TILE_H

#include "lib/similarity/dense_tile.h"

enum { RECS__BYTE_HEAD = RECS__TILE_ROWS * (sizeof(int32_t) + sizeof(float)), RECS__BYTE_QUAD = RECS__TILE_ROWS * 4 };

/* A row passes a query when its product is above slope / what its bytes count - width. */
typedef struct recs__byte_level {
  float slope;
  float width;
} recs__byte_level;

typedef struct recs__byte_tile {
  /* masks[q] gets a bit for each lane that passes. Returns 0 when there is none, and leaves the rest alone; else
   * products[q * 64 + lane] is set wherever masks[q] is not 0. */
  int (*six)(int32_t *products, uint64_t *masks, const uint8_t *queries, const uint8_t *group, uint32_t quads,
             const recs__byte_level *levels);
  /* The same for one query, whose quads follow each other. Returns its mask. */
  uint64_t (*one)(int32_t *products, const uint8_t *query, const uint8_t *group, uint32_t quads,
                  recs__byte_level level);
} recs__byte_tile;

extern const recs__byte_tile recs__byte_tile_plain;

/* NULL where floats are as fast. */
const recs__byte_tile *recs__byte_tile_for(const recs_context *context);

#endif
