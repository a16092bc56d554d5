/* One dense query against many. */
#include "lib/similarity/index.h"

#include <math.h>
#include <string.h>

#include "lib/similarity/topk.h"

static int32_t create_dense(recs_index **out, const recs_kernel *kernel, const float *values, uint32_t rows,
                            uint32_t dimension) {
  recs_context *context = kernel->object.context;
  recs_index *index;
  int32_t status;
  RECS_TRY(recs__index_new(&index, context));
  index->values = recs__copy(context, values, (size_t)rows * dimension, sizeof *values);
  if (index->values == NULL)
    RECS_GO(recs__fail_nomem());
  RECS_GO(recs__dense_init(&index->dense, kernel, index->values, rows, dimension));
  *out = index;
  index = NULL;
cleanup:
  recs__release(index);
  return status;
}

int32_t recs_index_create_dense(recs_index **out, const recs_kernel *kernel, const float *values, uint32_t rows,
                                uint32_t dimension) {
  recs_matrix *matrix;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(kernel);
  RECS_TRY(recs__dense_check(values, rows, dimension));
  if (recs__dense_suits(kernel))
    return create_dense(out, kernel, values, rows, dimension);
  RECS_TRY(recs__dense_matrix(&matrix, kernel->object.context, values, rows, dimension));
  status = recs_index_create(out, kernel, matrix);
  recs__release(matrix);
  return status;
}

static int32_t check_query(const recs_index *index, const float *query, uint32_t dimension) {
  uint32_t own = recs__index_dimension(index);
  if (dimension != own)
    return recs__fail(RECS_ERROR_INVALID, "a query of dimension %u for rows of dimension %u", dimension, own);
  if (dimension > 0)
    RECS_NOT_NULL(query);
  for (uint32_t column = 0; column < dimension; column++) {
    if (!isfinite(query[column]))
      return recs__fail(RECS_ERROR_NUMERIC, "the query's column %u is %g", column, (double)query[column]);
  }
  return RECS_OK;
}

/* The scores of an index of sparse rows, by the nonzeros of the query. */
static int32_t scores_by_nonzeros(float *out, const recs_index *index, const float *query, uint32_t dimension) {
  recs__index_scratch scratch;
  recs_matrix *matrix;
  int32_t status;
  RECS_TRY(recs__dense_matrix(&matrix, index->object.context, query, 1, dimension));
  status = recs__index_scratch_init(&scratch, index, 0);
  if (status == RECS_OK) {
    recs__row row = {matrix->indices, matrix->values, (size_t)matrix->offsets[1]};
    status = recs__index_scores(out, &scratch, &row);
    recs__index_scratch_free(&scratch);
  }
  recs__release(matrix);
  return status;
}

static int32_t scores(float *out, const recs_index *index, const float *query, uint32_t dimension) {
  recs__facts x;
  if (!recs__index_dense(index))
    return scores_by_nonzeros(out, index, query, dimension);
  x = recs__dense_facts(&index->dense, query);
  for (uint32_t id = 0; id < index->dense.rows.count; id++) {
    out[id] = (float)recs__dense_similarity(&index->dense, &x, query, id);
    if (isinf(out[id]))
      return recs__fail(RECS_ERROR_NUMERIC, "the similarity to row %u is too large for a float", id);
  }
  return RECS_OK;
}

int32_t recs_index_scores_dense(float *out, const recs_index *index, const float *query, uint32_t dimension) {
  recs__enter();
  RECS_NOT_NULL(index);
  if (recs_index_rows(index) > 0)
    RECS_NOT_NULL(out);
  RECS_TRY(check_query(index, query, dimension));
  return scores(out, index, query, dimension);
}

/* Offers every row with its score, but for those left out. */
static int32_t select_scores(recs__selector *selector, const recs_index *index, const float *query,
                             const uint32_t *without, size_t without_count) {
  uint32_t rows = index->rows.count;
  recs__facts unknown = {0, 0, 0};
  float *all = recs__alloc(index->object.context, rows, sizeof *all);
  size_t next = 0;
  int32_t status;
  if (all == NULL)
    return recs__fail_nomem();
  recs__selector_begin(selector, &unknown);
  status = scores_by_nonzeros(all, index, query, index->rows.columns);
  for (uint32_t id = 0; id < rows && status == RECS_OK; id++) {
    if (next < without_count && without[next] == id)
      next += 1;
    else
      recs__selector_rate(selector, id, (double)all[id]);
  }
  recs__free(index->object.context, all);
  return status;
}

int32_t recs__index_top_by_nonzeros(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                                    const float *query, const uint32_t *without, size_t without_count, size_t k) {
  recs__selector selector = {.rows = &index->rows, .exclude = RECS_NO_ROW, .minimum = -INFINITY};
  int32_t status;
  selector.room = k < selector.rows->count ? k : selector.rows->count;
  selector.heap = recs__alloc(index->object.context, selector.room, sizeof *selector.heap);
  if (selector.heap == NULL)
    return recs__fail_nomem();
  status = select_scores(&selector, index, query, without, without_count);
  if (status == RECS_OK)
    status = recs__selector_take(&selector, out_rows, out_scores, out_count);
  recs__free(index->object.context, selector.heap);
  return status;
}

static int32_t top_of_dense(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                            const float *query, uint32_t exclude, size_t k) {
  recs__facts facts = recs__dense_facts(&index->dense, query);
  recs__row_range all = {0, index->dense.rows.count, NULL};
  recs__dense_desk desk;
  int32_t status;
  RECS_TRY(recs__dense_desk_init(&desk, &index->dense, 1, k));
  recs__dense_ask(&desk, 0, query, &facts, -INFINITY, &exclude, 1);
  recs__dense_search(&desk, 1, &all);
  status = recs__selector_take(&desk.selectors[0], out_rows, out_scores, out_count);
  recs__dense_desk_free(&desk);
  return status;
}

int32_t recs_index_top_dense(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                             const float *query, uint32_t dimension, uint32_t exclude, size_t k) {
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(index);
  if (k > 0) {
    RECS_NOT_NULL(out_rows);
    RECS_NOT_NULL(out_scores);
  }
  RECS_TRY(check_query(index, query, dimension));
  return recs__index_dense(index) ? top_of_dense(out_rows, out_scores, out_count, index, query, exclude, k)
                                  : recs__index_top_by_nonzeros(out_rows, out_scores, out_count, index, query, &exclude, 1, k);
}

int32_t recs__index_write_dense(const recs_index *index, recs__writer *writer) {
  const recs__dense *dense = &index->dense;
  RECS_TRY(recs__enter_scope(&writer->scope, "kernel"));
  RECS_TRY(recs__kernel_write(dense->rows.kernel, writer));
  recs__leave_scope(&writer->scope);
  RECS_TRY(recs__write_u64(writer, "rows", dense->rows.count));
  RECS_TRY(recs__write_u64(writer, "dimension", dense->rows.columns));
  return recs__write(writer, "values", RECS__F32, dense->vectors.values,
                     (uint64_t)dense->rows.count * dense->rows.columns);
}

/* The rows stay in the file; groups are made of them anew. */
static int32_t read_values(recs_index *index, const recs_kernel *kernel, recs__reader *reader) {
  uint64_t rows, dimension, count;
  const float *values;
  if (!recs__dense_suits(kernel))
    return recs__fail(RECS_ERROR_FORMAT, "an index of dense rows has a kernel for sparse ones");
  RECS_TRY(recs__read_u64(reader, "rows", 0, UINT32_MAX, &rows));
  RECS_TRY(recs__read_u64(reader, "dimension", 0, UINT32_MAX, &dimension));
  if (__builtin_mul_overflow(rows, dimension, &count))
    return recs__fail(RECS_ERROR_FORMAT, "an index of dense rows is damaged");
  RECS_TRY(recs__read_exact(reader, "values", RECS__F32, &values, count));
  if (recs__dense_check(values, (uint32_t)rows, (uint32_t)dimension) != RECS_OK)
    return recs__fail(RECS_ERROR_FORMAT, "an index of dense rows is damaged");
  return recs__dense_init(&index->dense, kernel, values, (uint32_t)rows, (uint32_t)dimension);
}

int32_t recs__index_read_dense(recs_index *index, recs__reader *reader) {
  recs_kernel *kernel;
  int32_t status;
  index->backing = recs__hold(reader->backing);
  RECS_TRY(recs__enter_scope(&reader->scope, "kernel"));
  RECS_TRY(recs__kernel_read(&kernel, reader));
  recs__leave_scope(&reader->scope);
  status = read_values(index, kernel, reader);
  recs__release(kernel);
  return status;
}
