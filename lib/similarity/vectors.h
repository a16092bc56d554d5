/* Dense rows packed for inner products with many queries: the product and the selection of the best in one pass. A
 * coarse product finds the few rows that may be among the best: in bytes where the processor multiplies these faster
 * and the rows are such that bytes tell them apart, else in floats. How far it may be off is known, and what it leaves
 * is finished in double, so that what comes out does not depend on instructions, on threads, or on how the work is
 * cut.
 *
 * Where a query finds inner products and nothing else, the rows are packed by their norms, the greatest first: the best are
 * then found early, and by Cauchy and Schwarz a search ends where no row to come can be among them. */
#ifndef RECS_LIB_SIMILARITY_VECTORS_H
#define RECS_LIB_SIMILARITY_VECTORS_H

#include "lib/similarity/byte_tile.h"

typedef struct recs__vectors recs__vectors;
struct recs__vectors {
  const recs_context *context;
  const float *values; /* row after row; the owner's */
  const double *beside; /* a number a row that finishing it will want, or NULL; likewise */
  uint32_t rows;
  uint32_t dimension;
  uint32_t columns; /* in groups of floats: the dimension, and one more for tolls */
  uint32_t *order;   /* id -> row, and back: groups have rows by id; NULL: ids are rows */
  uint32_t *ids;
  double *reaches;   /* with an order: of each group the largest norm */
  void *memory;
  float *groups;  /* within memory, one of the two: of floats; lanes beyond the last row are 0 */
  uint8_t *bytes; /* of bytes */
  float *scales;  /* with bytes: what a byte of each row counts, by id */
  double reach;   /* the largest norm of a row of the groups, tolls apart */
  double toll;    /* the largest toll */
  double norm;    /* with bytes: the largest norm of a row, */
  double rest;    /* and of what its bytes leave out; both in units of its scale */
  uint64_t *known; /* a bit for each row that is not all zero */
  const recs__tile_kind *tile;
  const recs__byte_tile *byte_tile;
};

/* Packs rows that stay where they are. What a query finds in a row is its place: gain * (query . row) - slope * toll.
 * `gains` NULL: 1; `tolls` NULL: no tolls; without both, rows are packed by norm. Memory: 1 or 4 bytes a value. On failure nothing is left to free. */
int32_t recs__vectors_init(recs__vectors *vectors, const recs_context *context, const float *values, uint32_t rows,
                           uint32_t dimension, const float *gains, const float *tolls);
void recs__vectors_free(recs__vectors *vectors);

/* The inner product of a query and a row in double, the same bits everywhere. */
static inline double recs__vectors_dot(const recs__vectors *vectors, const float *query, uint32_t row) {
  return vectors->tile->dot(query, vectors->values + (size_t)row * vectors->dimension, vectors->dimension);
}

/* Words of a set of rows. */
static inline size_t recs__vectors_words(const recs__vectors *vectors) {
  return ((size_t)vectors->rows + RECS__TILE_ROWS - 1) / RECS__TILE_ROWS;
}

static inline uint32_t recs__vectors_row(const recs__vectors *vectors, uint32_t id) {
  return vectors->order == NULL ? id : vectors->order[id];
}

static inline uint32_t recs__vectors_id(const recs__vectors *vectors, uint32_t row) {
  return vectors->ids == NULL ? row : vectors->ids[row];
}

static inline int recs__vectors_known(const recs__vectors *vectors, uint32_t row) {
  return (int)(vectors->known[row / RECS__TILE_ROWS] >> row % RECS__TILE_ROWS & 1);
}

/* The rows that are not all zero and, where `candidates` (a bit a row) is given, among these, as a bit an id. */
void recs__vectors_choose(uint64_t *out, const recs__vectors *vectors, const uint64_t *candidates);

/* Whether a norm, and with it products of norms, lies well within the floats. */
static inline int recs__vectors_fits(double norm) {
  return norm == 0 || (norm >= 1e-12 && norm <= 1e12);
}

/* The parts of packing. Bytes: 0 when they would tell too little, and floats are to be packed. */
int recs__vectors_pack_bytes(recs__vectors *vectors, const float *gains);
size_t recs__vectors_byte_group(const recs__vectors *vectors); /* bytes of a group */

/* Up to 127 steps each way for the largest of `count` values times `gain`; four bytes a quad, the last filled up with
 * zeros, every quad `stride` bytes behind the one before. Returns what a step counts, at least `least`. `out_norm` and
 * `out_rest`: the norm, and that of what the steps leave out, both in steps; `out_sum`: the sum of the steps. */
float recs__to_bytes(int8_t *out, double *out_norm, double *out_rest, int32_t *out_sum, const float *values,
                     uint32_t count, float gain, float least, size_t stride);

#endif
