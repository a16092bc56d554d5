#include "lib/recommend/als/als_side.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/random.h"

static size_t entries_of(const recs__als_side *side, uint32_t row) {
  return (size_t)(side->entries->offsets[row + 1] - side->entries->offsets[row]);
}

/* Long rows come first, for they are what threads may have to wait for; short ones of one length come together, for they are
 * solved side by side. A counting sort. */
static int32_t sort_rows(recs__als_side *side) {
  uint32_t rows = side->entries->rows;
  size_t *places;
  for (uint32_t row = 0; row < rows; row++) {
    size_t count = entries_of(side, row);
    side->most = count > side->most ? count : side->most;
    side->many += count > RECS__ALS_FEW;
    side->used += count > 0;
  }
  places = recs__alloc_zero(side->context, side->most + 2, sizeof *places);
  if (places == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows; row++)
    places[side->most - entries_of(side, row) + 1] += 1;
  for (size_t i = 1; i <= side->most; i++)
    places[i + 1] += places[i];
  for (uint32_t row = 0; row < rows; row++)
    side->order[places[side->most - entries_of(side, row)]++] = row;
  recs__free(side->context, places);
  return RECS_OK;
}

/* Entries of weight 0 are as good as none. */
static size_t entries_that_count(const recs__als_side *side, uint32_t row) {
  size_t count = 0;
  for (int64_t e = side->entries->offsets[row]; e < side->entries->offsets[row + 1]; e++)
    count += side->entries->values[e] != 0;
  return count;
}

int32_t recs__als_side_open(recs__als_side *side, const recs_matrix *entries, const recs_als_options *options) {
  size_t rows = entries->rows, width = recs__als_width(options->factors), values;
  side->context = entries->object.context;
  side->entries = entries;
  side->factors.rows = rows;
  side->factors.width = (uint32_t)width;
  if (__builtin_mul_overflow(rows, width, &values))
    return recs__fail_nomem();
  side->factors.values = recs__alloc_floats(&side->block, side->context, values);
  side->ridges = recs__alloc(side->context, rows, sizeof *side->ridges);
  side->order = recs__alloc(side->context, rows, sizeof *side->order);
  if (side->factors.values == NULL || side->ridges == NULL || side->order == NULL)
    return recs__fail_nomem();
  memset(side->factors.values, 0, values * sizeof *side->factors.values);
  for (uint32_t row = 0; row < rows; row++)
    side->ridges[row] = recs__als_ridge(options, entries_that_count(side, row), entries->columns);
  return sort_rows(side);
}

void recs__als_side_close(recs__als_side *side) {
  if (side->context == NULL)
    return;
  recs__free(side->context, side->block);
  recs__free(side->context, side->ridges);
  recs__free(side->context, side->order);
}

void recs__als_side_draw(recs__als_side *side, const recs_als_options *options) {
  double reach = 0.1 * sqrt(3.0 / options->factors);
  for (size_t place = 0; place < side->used; place++) {
    recs__random random = recs__random_stream(options->seed, side->order[place]);
    float *values = recs__als_side_row(side, place).out;
    for (uint32_t k = 0; k < options->factors; k++)
      values[k] = (float)(reach * (2 * recs__random_unit(&random) - 1));
  }
}

recs__als_row recs__als_side_row(const recs__als_side *side, size_t place) {
  uint32_t row = side->order[place];
  int64_t first = side->entries->offsets[row];
  recs__als_row found = {.ids = side->entries->indices + first,
                         .weights = side->entries->values + first,
                         .count = entries_of(side, row),
                         .ridge = side->ridges[row],
                         .out = side->factors.values + (size_t)row * side->factors.width};
  return found;
}

int32_t recs__als_check_finite(double sum, const recs_als_options *options) {
  if (!isfinite(sum))
    return recs__fail(RECS_ERROR_NUMERIC, "factors overflow: weights as large as these need a smaller alpha than %g",
                      options->alpha);
  return RECS_OK;
}
