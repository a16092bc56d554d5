/* Rows packed, as floats where bytes do not serve. */
#include "lib/similarity/vectors.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/sort.h"

enum { ROWS = RECS__TILE_ROWS, ALIGNMENT = 64 };

/* Where groups of some bytes each begin. */
static int32_t allocate(void **out, recs__vectors *vectors, size_t bytes) {
  size_t all;
  uintptr_t address;
  *out = NULL;
  if (__builtin_mul_overflow(recs__vectors_words(vectors), bytes, &all) ||
      __builtin_add_overflow(all, (size_t)ALIGNMENT, &all))
    return recs__fail(RECS_ERROR_OVERFLOW, "%u rows of %u values are too many", vectors->rows, vectors->dimension);
  vectors->memory = recs__alloc(vectors->context, all, 1);
  if (vectors->memory == NULL)
    return recs__fail_nomem();
  address = (uintptr_t)vectors->memory;
  *out = (char *)vectors->memory + (ALIGNMENT - address % ALIGNMENT) % ALIGNMENT;
  return RECS_OK;
}

static double norm_of(const recs__vectors *vectors, uint32_t row) {
  const float *values = vectors->values + (size_t)row * vectors->dimension;
  return sqrt(vectors->tile->dot(values, values, vectors->dimension));
}

/* Which rows are not all zero, and the largest norm. */
static void measure(recs__vectors *vectors, const float *gains) {
  for (uint32_t row = 0; row < vectors->rows; row++) {
    double gain = gains == NULL ? 1 : (double)gains[row], norm = norm_of(vectors, row);
    vectors->known[row / ROWS] |= (uint64_t)(norm > 0) << row % ROWS;
    vectors->reach = fmax(vectors->reach, gain * norm);
  }
}

/* Greater norms sort first, equal ones by row. */
static uint64_t order_key(float norm, uint32_t row) {
  uint32_t bits;
  memcpy(&bits, &norm, sizeof bits);
  return (uint64_t)~bits << 32 | row;
}

/* Numbers the rows by their norms. As these are compared as floats, a group may reach a little further than the one before. */
static int32_t order_rows(recs__vectors *vectors) {
  const recs_context *context = vectors->context;
  uint64_t *keys = recs__alloc(context, vectors->rows, sizeof *keys);
  vectors->order = recs__alloc(context, vectors->rows, sizeof *vectors->order);
  vectors->ids = recs__alloc(context, vectors->rows, sizeof *vectors->ids);
  vectors->reaches = recs__alloc_zero(context, recs__vectors_words(vectors), sizeof *vectors->reaches);
  if (keys == NULL || vectors->order == NULL || vectors->ids == NULL || vectors->reaches == NULL) {
    recs__free(context, keys);
    return recs__fail_nomem();
  }
  for (uint32_t row = 0; row < vectors->rows; row++)
    keys[row] = order_key((float)norm_of(vectors, row), row);
  recs__sort_u64(keys, vectors->rows);
  for (uint32_t id = 0; id < vectors->rows; id++) {
    uint32_t row = (uint32_t)keys[id];
    vectors->order[id] = row;
    vectors->ids[row] = id;
    vectors->reaches[id / ROWS] = fmax(vectors->reaches[id / ROWS], norm_of(vectors, row));
  }
  recs__free(context, keys);
  return RECS_OK;
}

static void pack_floats(recs__vectors *vectors, const float *gains, const float *tolls) {
  for (uint32_t id = 0; id < vectors->rows; id++) {
    size_t lane = id % ROWS;
    float *group = vectors->groups + (id - lane) * (size_t)vectors->columns;
    const float *row = vectors->values + (size_t)recs__vectors_row(vectors, id) * vectors->dimension;
    if (lane == 0 && vectors->rows - id < ROWS)
      memset(group, 0, ROWS * sizeof(float) * vectors->columns);
    for (size_t c = 0; c < vectors->dimension; c++)
      group[c * ROWS + lane] = row[c] * (gains == NULL ? 1 : gains[id]);
    if (tolls == NULL)
      continue;
    group[(size_t)vectors->dimension * ROWS + lane] = tolls[id];
    vectors->toll = fmax(vectors->toll, fabs((double)tolls[id]));
  }
}

/* Bytes, if they serve; else what was begun is given back. */
static int32_t try_bytes(recs__vectors *vectors, const float *gains) {
  void *groups;
  if (vectors->byte_tile == NULL || !recs__vectors_fits(vectors->reach))
    return RECS_OK;
  RECS_TRY(allocate(&groups, vectors, recs__vectors_byte_group(vectors)));
  vectors->scales = recs__alloc(vectors->context, vectors->rows, sizeof *vectors->scales);
  if (vectors->scales == NULL)
    return recs__fail_nomem();
  vectors->bytes = groups;
  if (recs__vectors_pack_bytes(vectors, gains))
    return RECS_OK;
  recs__free(vectors->context, vectors->memory);
  recs__free(vectors->context, vectors->scales);
  vectors->memory = NULL;
  vectors->scales = NULL;
  vectors->bytes = NULL;
  return RECS_OK;
}

static int32_t pack(recs__vectors *vectors, const float *gains, const float *tolls) {
  void *groups;
  vectors->known = recs__alloc_zero(vectors->context, recs__vectors_words(vectors), sizeof *vectors->known);
  if (vectors->known == NULL)
    return recs__fail_nomem();
  measure(vectors, gains);
  if (gains == NULL && tolls == NULL)
    RECS_TRY(order_rows(vectors));
  if (tolls == NULL)
    RECS_TRY(try_bytes(vectors, gains));
  if (vectors->bytes != NULL)
    return RECS_OK;
  RECS_TRY(allocate(&groups, vectors, ROWS * sizeof(float) * vectors->columns));
  vectors->groups = groups;
  pack_floats(vectors, gains, tolls);
  return RECS_OK;
}

int32_t recs__vectors_init(recs__vectors *vectors, const recs_context *context, const float *values, uint32_t rows,
                           uint32_t dimension, const float *gains, const float *tolls) {
  int32_t status;
  memset(vectors, 0, sizeof *vectors);
  if (dimension > UINT32_MAX - 4)
    return recs__fail(RECS_ERROR_OVERFLOW, "%u values a row are too many", dimension);
  vectors->context = context;
  vectors->values = values;
  vectors->rows = rows;
  vectors->dimension = dimension;
  vectors->columns = dimension + (tolls != NULL);
  vectors->tile = recs__tile_for(context);
  vectors->byte_tile = recs__byte_tile_for(context);
  status = pack(vectors, gains, tolls);
  if (status != RECS_OK)
    recs__vectors_free(vectors);
  return status;
}

void recs__vectors_choose(uint64_t *out, const recs__vectors *vectors, const uint64_t *candidates) {
  size_t words = recs__vectors_words(vectors);
  if (vectors->order == NULL) {
    for (size_t word = 0; word < words; word++)
      out[word] = vectors->known[word] & (candidates == NULL ? UINT64_MAX : candidates[word]);
    return;
  }
  memset(out, 0, words * sizeof *out);
  for (uint32_t id = 0; id < vectors->rows; id++) {
    uint32_t row = vectors->order[id];
    uint64_t bit = vectors->known[row / ROWS] & (candidates == NULL ? UINT64_MAX : candidates[row / ROWS]);
    out[id / ROWS] |= (bit >> row % ROWS & 1) << id % ROWS;
  }
}

void recs__vectors_free(recs__vectors *vectors) {
  if (vectors->context == NULL)
    return;
  recs__free(vectors->context, vectors->memory);
  recs__free(vectors->context, vectors->scales);
  recs__free(vectors->context, vectors->known);
  recs__free(vectors->context, vectors->order);
  recs__free(vectors->context, vectors->ids);
  recs__free(vectors->context, vectors->reaches);
  memset(vectors, 0, sizeof *vectors);
}
