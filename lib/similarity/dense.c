#include "lib/similarity/dense.h"

#include <math.h>
#include <string.h>

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
  recs__row row = {NULL, query, dense->rows.columns};
  recs__facts facts = recs__facts_of(&row);
  facts.squares = recs__tile_for(dense->rows.kernel->object.context)->dot(query, query, dense->rows.columns);
  return facts;
}

static void learn_facts(recs__dense *dense, const float *values) {
  recs__rows *rows = &dense->rows;
  int fits = 1;
  for (uint32_t id = 0; id < rows->count; id++) {
    recs__facts facts = recs__dense_facts(dense, values + (size_t)id * rows->columns);
    rows->counts[id] = rows->columns;
    rows->totals[id] = facts.sum;
    rows->squares[id] = facts.squares;
    fits &= recs__squares_fit(facts.squares);
  }
  recs__rows_tax(rows);
  rows->sifted &= fits;
}

int32_t recs__dense_init(recs__dense *dense, const recs_kernel *kernel, const float *values, uint32_t rows,
                         uint32_t dimension) {
  recs_context *context = kernel->object.context;
  int32_t status;
  memset(dense, 0, sizeof *dense);
  RECS_TRY(recs__rows_init_facts(&dense->rows, kernel, rows, dimension));
  learn_facts(dense, values);
  status = recs__vectors_init(&dense->vectors, context, values, rows, dimension, dense->rows.gains,
                              dense->rows.top_toll > 0 ? dense->rows.tolls : NULL);
  if (status != RECS_OK)
    recs__dense_free(dense);
  else
    dense->vectors.beside = dense->rows.squares;
  return status;
}

void recs__dense_free(recs__dense *dense) {
  recs__vectors_free(&dense->vectors);
  recs__rows_free(&dense->rows);
}

double recs__dense_similarity(const recs__dense *dense, const recs__facts *x, const float *query, uint32_t id) {
  const recs_kernel *kernel = dense->rows.kernel;
  const recs__vectors *vectors = &dense->vectors;
  recs__facts y = {vectors->dimension, 0, dense->rows.squares[id]}; /* who needs the sum compares the rows themselves */
  recs__overlap overlap = {0, 0, 0, 0, 0, 0};
  if (kernel->way->pair != NULL) {
    recs__row left = {NULL, query, vectors->dimension};
    recs__row right = {NULL, vectors->values + (size_t)id * vectors->dimension, vectors->dimension};
    return kernel->way->pair(&left, &right, vectors->dimension);
  }
  overlap.dot = recs__vectors_dot(vectors, query, id);
  return recs__kernel_finish(kernel, x, &y, &overlap, vectors->dimension);
}
