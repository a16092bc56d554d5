#include "lib/similarity/dense.h"

#include <math.h>
#include <string.h>

enum { ROWS = RECS__TILE_ROWS, QUERIES = RECS__TILE_QUERIES, ALIGNMENT = 64 };

int recs__dense_suits(const recs_kernel *kernel) {
  return kernel->way != NULL && kernel->way->learn == NULL && recs__kernel_sums(kernel) == RECS__SUMS_DOT;
}

int32_t recs__dense_check(const float *values, uint32_t rows, uint32_t dimension) {
  size_t count;
  if (__builtin_mul_overflow(rows, (size_t)dimension, &count))
    return recs__fail(RECS_ERROR_OVERFLOW, "%u rows of %u values are too many", rows, dimension);
  if (count > 0 && values == NULL)
    return recs__fail_null("values");
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "row %zu, column %zu is %g", i / dimension, i % dimension,
                        (double)values[i]);
  }
  return RECS_OK;
}

int32_t recs__dense_matrix(recs_matrix **out, recs_context *context, const float *values, uint32_t rows,
                           uint32_t dimension) {
  size_t count = (size_t)rows * dimension;
  uint64_t entries = 0;
  recs_matrix *matrix;
  for (size_t i = 0; i < count; i++)
    entries += values[i] != 0;
  RECS_TRY(recs__matrix_new(out, context, rows, dimension, entries));
  matrix = *out;
  entries = 0;
  for (uint32_t row = 0; row < rows; row++) {
    for (uint32_t column = 0; column < dimension; column++) {
      float value = values[(size_t)row * dimension + column];
      if (value == 0)
        continue;
      matrix->indices[entries] = column;
      matrix->values[entries++] = value;
    }
    matrix->offsets[row + 1] = (int64_t)entries;
  }
  return RECS_OK;
}

recs__facts recs__dense_facts(const recs__dense *dense, const float *query) {
  recs__row row = {NULL, query, dense->dimension};
  recs__facts facts = recs__facts_of(&row);
  facts.squares = dense->tile->dot(query, query, dense->dimension);
  return facts;
}

static void pack_row(recs__dense *dense, uint32_t id) {
  size_t lane = id % ROWS, dimension = dense->dimension;
  float *group = dense->groups + (id - lane) * dimension;
  const float *row = dense->values + id * dimension;
  for (size_t c = 0; c < dimension; c++)
    group[c * ROWS + lane] = row[c];
}

static int32_t allocate(recs__dense *dense, recs_context *context, uint32_t rows) {
  size_t places = ((size_t)rows + ROWS - 1) / ROWS * ROWS, floats;
  if (__builtin_mul_overflow(places, (size_t)dense->dimension, &floats) ||
      __builtin_add_overflow(floats, ALIGNMENT / sizeof(float), &floats))
    return recs__fail(RECS_ERROR_OVERFLOW, "%u rows of %u values are too many", rows, dense->dimension);
  dense->memory = recs__alloc_zero(context, floats, sizeof *dense->memory);
  dense->gains = recs__alloc_zero(context, places, sizeof *dense->gains);
  dense->tolls = recs__alloc_zero(context, places, sizeof *dense->tolls);
  if (dense->memory == NULL || dense->gains == NULL || dense->tolls == NULL)
    return recs__fail_nomem();
  dense->groups = dense->memory + (ALIGNMENT - (uintptr_t)dense->memory % ALIGNMENT) % ALIGNMENT / sizeof(float);
  return RECS_OK;
}

static void fill(recs__dense *dense) {
  recs__rows *rows = &dense->rows;
  int fits = 1;
  for (uint32_t id = 0; id < rows->count; id++) {
    recs__facts facts = recs__dense_facts(dense, dense->values + (size_t)id * dense->dimension);
    rows->counts[id] = dense->dimension;
    rows->totals[id] = facts.sum;
    rows->squares[id] = facts.squares;
    fits &= recs__squares_fit(facts.squares);
    pack_row(dense, id);
  }
  recs__rows_tax(rows);
  rows->sifted &= fits;
  for (uint32_t id = 0; id < rows->count; id++) {
    dense->gains[id] = rows->gains[id];
    dense->tolls[id] = rows->tolls[id];
    dense->reach = fmax(dense->reach, sqrt(rows->squares[id]) * (double)rows->gains[id]);
  }
}

int32_t recs__dense_init(recs__dense *dense, const recs_kernel *kernel, const float *values, uint32_t rows,
                         uint32_t dimension) {
  recs_context *context = kernel->object.context;
  int32_t status;
  memset(dense, 0, sizeof *dense);
  dense->values = values;
  dense->dimension = dimension;
  dense->tile = recs__tile_for(context);
  RECS_GO(recs__rows_init_facts(&dense->rows, kernel, rows, dimension));
  RECS_GO(allocate(dense, context, rows));
  fill(dense);
cleanup:
  if (status != RECS_OK)
    recs__dense_free(dense);
  return status;
}

void recs__dense_free(recs__dense *dense) {
  const recs_context *context;
  if (dense->rows.kernel == NULL)
    return;
  context = dense->rows.kernel->object.context;
  recs__free(context, dense->memory);
  recs__free(context, dense->gains);
  recs__free(context, dense->tolls);
  recs__rows_free(&dense->rows);
  memset(dense, 0, sizeof *dense);
}

double recs__dense_similarity(const recs__dense *dense, const recs__facts *x, const float *query, uint32_t id) {
  const recs_kernel *kernel = dense->rows.kernel;
  const float *row = dense->values + (size_t)id * dense->dimension;
  recs__row left = {NULL, query, dense->dimension}, right = {NULL, row, dense->dimension};
  recs__facts y = recs__rows_facts(&dense->rows, id);
  recs__overlap overlap = {0, 0, 0, 0, 0, 0};
  if (kernel->way->pair != NULL)
    return kernel->way->pair(&left, &right, dense->dimension);
  overlap.dot = dense->tile->dot(query, row, dense->dimension);
  return recs__kernel_finish(kernel, x, &y, &overlap, dense->dimension);
}

/* How far a float dot product may be off, after the gain. */
static float slack_of(const recs__dense *dense, const recs__facts *x) {
  return (float)(1.1 * (dense->dimension + 8.0) * 0x1p-24 * sqrt(x->squares) * dense->reach);
}

/* Offers a group to one selection. */
static void offer_group(const recs__dense *dense, const float *query, recs__selector *selector, const float *dots,
                        uint32_t begin) {
  uint32_t end = dense->rows.count - begin < ROWS ? dense->rows.count : begin + ROWS;
  float slack = slack_of(dense, &selector->x);
  int sifts = recs__squares_fit(selector->x.squares);
  if (sifts &&
      !dense->tile->any(dots, dense->gains + begin, dense->tolls + begin, selector->slope, selector->level - slack))
    return;
  for (uint32_t id = begin; id < end; id++) {
    float place = dots[id - begin] * dense->gains[id] - selector->slope * dense->tolls[id];
    if (id != selector->exclude && (!sifts || !(place <= selector->level - slack)))
      recs__selector_rate(selector, id, recs__dense_similarity(dense, &selector->x, query, id));
  }
}

static void search_six(const recs__dense *dense, const float *const *queries, recs__selector *selectors, size_t count,
                       const float *packed) {
  float dots[QUERIES * ROWS];
  for (uint64_t begin = 0; begin < dense->rows.count; begin += ROWS) {
    dense->tile->six(dots, packed, dense->groups + begin * dense->dimension, dense->dimension);
    for (size_t q = 0; q < count; q++)
      offer_group(dense, queries[q], &selectors[q], dots + q * ROWS, (uint32_t)begin);
  }
}

static void search_one(const recs__dense *dense, const float *query, recs__selector *selector) {
  float dots[ROWS];
  for (uint64_t begin = 0; begin < dense->rows.count; begin += ROWS) {
    dense->tile->one(dots, query, dense->groups + begin * dense->dimension, dense->dimension);
    offer_group(dense, query, selector, dots, (uint32_t)begin);
  }
}

void recs__dense_search(const recs__dense *dense, const float *const *queries, recs__selector *selectors, size_t count,
                        float *packed) {
  for (size_t first = 0; first < count; first += QUERIES) {
    size_t some = count - first < QUERIES ? count - first : QUERIES;
    if (some == 1) {
      search_one(dense, queries[first], &selectors[first]);
      continue;
    }
    memset(packed, 0, (size_t)dense->dimension * QUERIES * sizeof *packed);
    for (size_t q = 0; q < some; q++) {
      for (size_t c = 0; c < dense->dimension; c++)
        packed[c * QUERIES + q] = queries[first + q][c];
    }
    search_six(dense, queries + first, selectors + first, some, packed);
  }
}
