#include "lib/similarity/thick.h"

#include <string.h>

#include "lib/base/context.h"

static int is_thick(const recs__rows *rows, uint32_t column, uint32_t worth) {
  return (uint64_t)(rows->offsets[column + 1] - rows->offsets[column]) * worth > rows->count;
}

static void set_bits(uint64_t *bits, const uint32_t *ids, size_t count) {
  for (size_t i = 0; i < count; i++)
    bits[ids[i] / 64] |= UINT64_C(1) << ids[i] % 64;
}

static int32_t fill(recs__thick *thick, const recs__rows *rows, uint32_t worth) {
  uint32_t place = 0;
  thick->places = recs__alloc(thick->context, rows->columns, sizeof *thick->places);
  thick->bits = recs__alloc_zero(thick->context, (thick->count + 1) * thick->words, sizeof *thick->bits);
  if (thick->places == NULL || thick->bits == NULL)
    return recs__fail_nomem();
  for (uint32_t column = 0; column < rows->columns; column++) {
    int64_t begin = rows->offsets[column];
    thick->places[column] = RECS_NO_ROW;
    if (!is_thick(rows, column, worth))
      continue;
    thick->places[column] = place++;
    set_bits(thick->bits + thick->places[column] * thick->words, rows->ids + begin,
             (size_t)(rows->offsets[column + 1] - begin));
  }
  return RECS_OK;
}

int32_t recs__thick_init(recs__thick *thick, const recs__rows *rows) {
  const recs_context *context = rows->kernel->object.context;
  const recs__thick_way *way = &recs__thick_ways[recs__cpu_level(context)];
  int32_t status;
  memset(thick, 0, sizeof *thick);
  if (rows->sums != RECS__SUMS_COMMON)
    return RECS_OK;
  thick->context = context;
  thick->sum = way->sum;
  thick->words = recs__cells_count(rows->count) / 64;
  for (uint32_t column = 0; column < rows->columns; column++)
    thick->count += is_thick(rows, column, way->worth) ? 1 : 0;
  if (thick->count == 0)
    return RECS_OK;
  status = fill(thick, rows, way->worth);
  if (status != RECS_OK)
    recs__thick_free(thick);
  return status;
}

void recs__thick_free(recs__thick *thick) {
  if (thick->context == NULL)
    return;
  recs__free(thick->context, thick->places);
  recs__free(thick->context, thick->bits);
  memset(thick, 0, sizeof *thick);
}
