#include "lib/data/matrix.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void matrix_destroy(void *object) {
  recs_matrix *matrix = object;
  if (matrix->backing != NULL) {
    recs__release(matrix->backing);
    return;
  }
  recs__free(matrix->object.context, matrix->offsets);
  recs__free(matrix->object.context, matrix->indices);
  recs__free(matrix->object.context, matrix->values);
}

int32_t recs__matrix_new(recs_matrix **out, recs_context *context, uint32_t rows, uint32_t columns, uint64_t entries) {
  recs_matrix *matrix = recs__object_new(context, sizeof *matrix, matrix_destroy);
  *out = NULL;
  if (matrix == NULL)
    return recs__fail_nomem();
  matrix->rows = rows;
  matrix->columns = columns;
  matrix->offsets = recs__alloc_zero(context, (size_t)rows + 1, sizeof *matrix->offsets);
  matrix->indices = recs__alloc(context, entries, sizeof *matrix->indices);
  matrix->values = recs__alloc(context, entries, sizeof *matrix->values);
  if (matrix->offsets == NULL || matrix->indices == NULL || matrix->values == NULL) {
    recs__release(matrix);
    return recs__fail_nomem();
  }
  *out = matrix;
  return RECS_OK;
}

/* Entries go to the row of their column in the order of their own rows: a counting sort, which keeps the order of equal columns.
 * Rows that were unsorted or had repeats come out sorted by row, with the repeats side by side in the order given. */
static int32_t transpose(recs_matrix **out, const recs_matrix *matrix) {
  uint64_t entries = (uint64_t)matrix->offsets[matrix->rows];
  recs_matrix *turned;
  int64_t *next; /* next[c + 1]: where the next entry of column c goes; in the end the offsets themselves */
  RECS_TRY(recs__matrix_new(&turned, matrix->object.context, matrix->columns, matrix->rows, entries));
  next = turned->offsets;
  for (uint64_t e = 0; e < entries; e++)
    next[matrix->indices[e]] += 1;
  for (int64_t column = 0, begin = 0; column <= (int64_t)matrix->columns; column++) {
    int64_t count = next[column];
    next[column] = begin;
    begin += count;
  }
  for (uint32_t row = 0; row < matrix->rows; row++) {
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      int64_t place = next[matrix->indices[e]]++;
      turned->indices[place] = row;
      turned->values[place] = matrix->values[e];
    }
  }
  memmove(next + 1, next, matrix->columns * sizeof *next); /* each now says where its column ends */
  next[0] = 0;
  *out = turned;
  return RECS_OK;
}

static int32_t check_outside_offsets(const int64_t *offsets, uint32_t rows) {
  if (offsets[0] != 0)
    return recs__fail(RECS_ERROR_INVALID, "offsets[0] is %" PRId64 ", not 0", offsets[0]);
  for (size_t row = 0; row < rows; row++) {
    if (offsets[row + 1] < offsets[row])
      return recs__fail(RECS_ERROR_INVALID, "offsets[%zu] is %" PRId64 ", below the %" PRId64 " before it", row + 1,
                        offsets[row + 1], offsets[row]);
  }
  return RECS_OK;
}

/* What the rows of a matrix lack of the order that is promised. */
enum { ROWS_ARE_FINE, ROWS_HAVE_REPEATS, ROWS_ARE_UNSORTED };

static int32_t check_outside_entries(int *order, const recs_matrix *matrix) {
  *order = ROWS_ARE_FINE;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      uint32_t column = matrix->indices[e];
      if (column >= matrix->columns)
        return recs__fail(RECS_ERROR_INVALID, "row %u has column %u, not below %u", row, column, matrix->columns);
      if (!isfinite(matrix->values[e]))
        return recs__fail(RECS_ERROR_NUMERIC, "the value of row %u, column %u is %g", row, column, (double)matrix->values[e]);
      if (e == matrix->offsets[row] || matrix->indices[e - 1] < column)
        continue;
      if (matrix->indices[e - 1] > column)
        *order = ROWS_ARE_UNSORTED;
      else if (*order == ROWS_ARE_FINE)
        *order = ROWS_HAVE_REPEATS;
    }
  }
  return RECS_OK;
}

/* Sorts the columns of every row by turning the matrix twice. */
static int32_t sort_rows(recs_matrix **matrix) {
  recs_matrix *turned, *sorted;
  RECS_TRY(transpose(&turned, *matrix));
  recs__release(*matrix);
  *matrix = turned;
  RECS_TRY(transpose(&sorted, turned));
  recs__release(turned);
  *matrix = sorted;
  return RECS_OK;
}

/* Sums repeats, which stand side by side, in place and in double. */
static int32_t sum_repeats(recs_matrix *matrix) {
  int64_t kept = 0, begin = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    int64_t end = matrix->offsets[row + 1];
    for (int64_t e = begin; e < end;) {
      uint32_t column = matrix->indices[e];
      double sum = 0;
      for (; e < end && matrix->indices[e] == column; e++)
        sum += (double)matrix->values[e];
      if (!(fabs(sum) <= (double)FLT_MAX))
        return recs__fail(RECS_ERROR_NUMERIC, "the values of row %u, column %u sum to %g", row, column, sum);
      matrix->indices[kept] = column;
      matrix->values[kept++] = (float)sum;
    }
    begin = end;
    matrix->offsets[row + 1] = kept;
  }
  return RECS_OK;
}

static void fill(recs_matrix *matrix, const int64_t *offsets, const uint32_t *column_indices, const float *values) {
  size_t entries = (size_t)offsets[matrix->rows];
  memcpy(matrix->offsets, offsets, ((size_t)matrix->rows + 1) * sizeof *offsets);
  if (entries > 0)
    memcpy(matrix->indices, column_indices, entries * sizeof *column_indices);
  if (entries > 0 && values != NULL)
    memcpy(matrix->values, values, entries * sizeof *values);
  for (size_t e = 0; e < entries && values == NULL; e++)
    matrix->values[e] = 1;
}

int32_t recs_matrix_create(recs_matrix **out, recs_context *context, uint32_t rows, uint32_t columns,
                           const int64_t *offsets, const uint32_t *column_indices, const float *values) {
  recs_matrix *matrix = NULL;
  int32_t status;
  int order;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_NOT_NULL(offsets);
  RECS_TRY(check_outside_offsets(offsets, rows));
  if (offsets[rows] > 0)
    RECS_NOT_NULL(column_indices);
  RECS_TRY(recs__matrix_new(&matrix, context, rows, columns, (uint64_t)offsets[rows]));
  fill(matrix, offsets, column_indices, values);
  RECS_GO(check_outside_entries(&order, matrix));
  if (order == ROWS_ARE_UNSORTED)
    RECS_GO(sort_rows(&matrix));
  if (order != ROWS_ARE_FINE)
    RECS_GO(sum_repeats(matrix));
  *out = matrix;
  matrix = NULL;
cleanup:
  recs__release(matrix);
  return status;
}

int32_t recs_matrix_transpose(recs_matrix **out, const recs_matrix *matrix) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(matrix);
  return transpose(out, matrix);
}

uint32_t recs_matrix_rows(const recs_matrix *matrix) {
  return matrix == NULL ? 0 : matrix->rows;
}

uint32_t recs_matrix_columns(const recs_matrix *matrix) {
  return matrix == NULL ? 0 : matrix->columns;
}

uint64_t recs_matrix_entries(const recs_matrix *matrix) {
  return matrix == NULL ? 0 : (uint64_t)matrix->offsets[matrix->rows];
}

int32_t recs_matrix_row(const uint32_t **columns, const float **values, size_t *count, const recs_matrix *matrix,
                        uint32_t row) {
  recs__enter();
  if (columns != NULL)
    *columns = NULL;
  if (values != NULL)
    *values = NULL;
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(matrix);
  if (row >= matrix->rows)
    return recs__fail(RECS_ERROR_INVALID, "row %u of a matrix of %u rows", row, matrix->rows);
  if (columns != NULL)
    *columns = matrix->indices + matrix->offsets[row];
  if (values != NULL)
    *values = matrix->values + matrix->offsets[row];
  *count = (size_t)(matrix->offsets[row + 1] - matrix->offsets[row]);
  return RECS_OK;
}

void recs_matrix_free(recs_matrix *matrix) {
  recs__release(matrix);
}

int32_t recs__matrix_write(const recs_matrix *matrix, recs__writer *writer) {
  uint64_t entries = recs_matrix_entries(matrix);
  RECS_TRY(recs__write_u64(writer, "rows", matrix->rows));
  RECS_TRY(recs__write_u64(writer, "columns", matrix->columns));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, matrix->offsets, (uint64_t)matrix->rows + 1));
  RECS_TRY(recs__write(writer, "indices", RECS__U32, matrix->indices, entries));
  return recs__write(writer, "values", RECS__F32, matrix->values, entries);
}

/* What a file says of a matrix must hold before anyone reads by it: order, bounds and finite values. */
static int32_t check_read(const recs_matrix *matrix, uint64_t entries) {
  RECS_TRY(recs__check_offsets("a matrix", matrix->offsets, matrix->rows, entries));
  for (uint32_t row = 0; row < matrix->rows; row++) {
    uint64_t next = 0; /* the smallest column that may come */
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      uint32_t column = matrix->indices[e];
      if (column < next || column >= matrix->columns || !isfinite(matrix->values[e]))
        return recs__fail(RECS_ERROR_FORMAT, "row %u of a matrix is damaged at column %u, value %g", row, column,
                          (double)matrix->values[e]);
      next = (uint64_t)column + 1;
    }
  }
  return RECS_OK;
}

static int32_t read_arrays(recs_matrix *matrix, recs__reader *reader) {
  uint64_t rows, columns, entries;
  const void *indices;
  RECS_TRY(recs__read_u64(reader, "rows", 0, UINT32_MAX, &rows));
  RECS_TRY(recs__read_u64(reader, "columns", 0, UINT32_MAX, &columns));
  matrix->rows = (uint32_t)rows;
  matrix->columns = (uint32_t)columns;
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &matrix->offsets, rows + 1));
  RECS_TRY(recs__read(reader, "indices", RECS__U32, &indices, &entries));
  RECS_TRY(recs__read_exact(reader, "indices", RECS__U32, &matrix->indices, entries));
  RECS_TRY(recs__read_exact(reader, "values", RECS__F32, &matrix->values, entries));
  return check_read(matrix, entries);
}

int32_t recs__matrix_read(recs_matrix **out, recs__reader *reader) {
  recs_matrix *matrix = recs__object_new(reader->context, sizeof *matrix, matrix_destroy);
  int32_t status;
  *out = NULL;
  if (matrix == NULL)
    return recs__fail_nomem();
  matrix->backing = recs__hold(reader->backing);
  RECS_GO(read_arrays(matrix, reader));
  *out = matrix;
  matrix = NULL;
cleanup:
  recs__release(matrix);
  return status;
}
