/* Rows packed, as floats where bytes do not serve. */
#include "lib/similarity/vectors.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"

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

/* Which rows are not all zero, and the largest norm. */
static void measure(recs__vectors *vectors, const float *gains) {
  for (uint32_t id = 0; id < vectors->rows; id++) {
    const float *row = vectors->values + (size_t)id * vectors->dimension;
    double gain = gains == NULL ? 1 : (double)gains[id], squares = vectors->tile->dot(row, row, vectors->dimension);
    vectors->known[id / ROWS] |= (uint64_t)(squares > 0) << id % ROWS;
    vectors->reach = fmax(vectors->reach, gain * sqrt(squares));
  }
}

static void pack_floats(recs__vectors *vectors, const float *gains, const float *tolls) {
  for (uint32_t id = 0; id < vectors->rows; id++) {
    size_t lane = id % ROWS;
    float *group = vectors->groups + (id - lane) * (size_t)vectors->columns;
    const float *row = vectors->values + (size_t)id * vectors->dimension;
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

void recs__vectors_free(recs__vectors *vectors) {
  if (vectors->context == NULL)
    return;
  recs__free(vectors->context, vectors->memory);
  recs__free(vectors->context, vectors->scales);
  recs__free(vectors->context, vectors->known);
  memset(vectors, 0, sizeof *vectors);
}
