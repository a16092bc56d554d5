#include "lib/similarity/rows.h"

#include <math.h>
#include <string.h>

/* The sieve works in floats where all its numbers lie well within their range. */
static const double SIEVE_LOW = 1e-12, SIEVE_HIGH = 1e12;

/* Entries that the nearer caches do not hold. */
enum { FAR = 1 << 19 };

int recs__squares_fit(double squares) {
  return squares == 0 || (squares >= SIEVE_LOW * SIEVE_LOW && squares <= SIEVE_HIGH * SIEVE_HIGH);
}

recs__facts recs__facts_of(const recs__row *row) {
  recs__facts facts = {(double)row->count, 0, 0};
  for (size_t i = 0; i < row->count; i++) {
    facts.sum += (double)row->values[i];
    facts.squares += (double)row->values[i] * (double)row->values[i];
  }
  return facts;
}

int32_t recs__rows_weigh(recs__row *out, uint32_t *columns, float *values, const recs__rows *rows,
                         const recs__row *row) {
  size_t count = 0;
  for (size_t i = 0; i < row->count; i++) {
    columns[count] = row->columns[i];
    values[count] = row->values[i];
    count += row->values[i] != 0;
  }
  *out = (recs__row){columns, values, count};
  if (rows->kernel->way == NULL || rows->kernel->way->weigh == NULL)
    return RECS_OK;
  rows->kernel->way->weigh(values, rows->kernel, &rows->lesson, columns, count);
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "the weight of a value in column %u is %g", columns[i], (double)values[i]);
  }
  return RECS_OK;
}

static void tax_row(recs__rows *rows, uint32_t id) {
  const recs__kernel_kind *way = rows->kernel->way;
  recs__facts facts = recs__rows_facts(rows, id);
  double gain = 1, toll = 0;
  if (way->tax != NULL)
    way->tax(&gain, &toll, &facts, rows->columns);
  if ((gain != 0 && !(gain >= SIEVE_LOW && gain <= SIEVE_HIGH)) || !(fabs(toll) <= SIEVE_HIGH))
    rows->sifted = 0;
  rows->gains[id] = (float)gain;
  rows->tolls[id] = (float)toll;
  rows->top_toll = fmax(rows->top_toll, fabs(toll));
}

static void tax_blocks(recs__rows *rows) {
  for (uint32_t begin = 0; begin < rows->count; begin += RECS__ROW_BLOCK) {
    uint32_t end = rows->count - begin < RECS__ROW_BLOCK ? rows->count : begin + RECS__ROW_BLOCK;
    float gain = rows->gains[begin], least = gain, toll = rows->tolls[begin];
    for (uint32_t id = begin + 1; id < end; id++) {
      gain = rows->gains[id] > gain ? rows->gains[id] : gain;
      least = rows->gains[id] < least ? rows->gains[id] : least;
      toll = rows->tolls[id] < toll ? rows->tolls[id] : toll;
    }
    rows->block_shares[begin / RECS__ROW_BLOCK] = 1 / gain;
    rows->block_tolls[begin / RECS__ROW_BLOCK] = toll;
    rows->block_gains[begin / RECS__ROW_BLOCK] = gain == least ? gain : 0;
  }
}

void recs__rows_tax(recs__rows *rows) {
  int fits = 1;
  rows->sifted = rows->kernel->way->sift != NULL;
  for (uint32_t id = 0; id < rows->count; id++) {
    tax_row(rows, id);
    fits &= recs__squares_fit(rows->squares[id]);
  }
  tax_blocks(rows);
  rows->flat = rows->sifted && fits && rows->kernel->way->flat && rows->kernel->options.shrink == 0 &&
               (rows->sums != RECS__SUMS_DOT || rows->positive);
}

/* Scratch for one weighed row. */
typedef struct row_room {
  uint32_t *columns;
  float *values;
} row_room;

static int32_t room_init(row_room *room, const recs_context *context, uint32_t columns) {
  room->columns = recs__alloc(context, columns, sizeof *room->columns);
  room->values = recs__alloc(context, columns, sizeof *room->values);
  return room->columns == NULL || room->values == NULL ? recs__fail_nomem() : RECS_OK;
}

static void room_free(row_room *room, const recs_context *context) {
  recs__free(context, room->columns);
  recs__free(context, room->values);
}

static uint32_t row_at(const uint32_t *order, size_t id) {
  return order == NULL ? (uint32_t)id : order[id];
}

static recs__row row_of(const recs_matrix *matrix, uint32_t row) {
  size_t begin = (size_t)matrix->offsets[row];
  return (recs__row){matrix->indices + begin, matrix->values + begin, (size_t)matrix->offsets[row + 1] - begin};
}

/* offsets[c + 1] becomes where the entries of column c begin; filling moves it to their end, which is where c + 1
 * begins. */
static void count_columns(recs__rows *rows, const recs_matrix *matrix) {
  uint64_t entries = recs_matrix_entries(matrix);
  int64_t begin = 0;
  for (uint64_t e = 0; e < entries; e++)
    rows->offsets[matrix->indices[e] + 1] += matrix->values[e] != 0;
  for (size_t column = 1; column <= rows->columns; column++) {
    int64_t count = rows->offsets[column];
    rows->offsets[column] = begin;
    begin += count;
  }
}

enum { MOST_FETCHED = 32 }; /* columns of a row */

static void fetch_entries(recs__row row) {
  enum { LINE = 16 };
  __builtin_prefetch(row.columns);
  __builtin_prefetch(row.columns + LINE);
}

static void fetch_bounds(const recs__rows *rows, recs__row row) {
  for (size_t i = 0; i < row.count && i < MOST_FETCHED; i++) {
    __builtin_prefetch(rows->offsets + row.columns[i]);
    __builtin_prefetch(rows->offsets + row.columns[i] + 1);
  }
}

static void fetch_ids(const recs__rows *rows, recs__row row) {
  for (size_t i = 0; i < row.count && i < MOST_FETCHED; i++) {
    const int64_t *bounds = rows->offsets + row.columns[i];
    __builtin_prefetch(rows->ids + bounds[0]);
    if (bounds[1] > 0)
      __builtin_prefetch(rows->ids + bounds[1] - 1);
  }
}

/* Step by step, as each step says where the next one lies. */
void recs__rows_fetch(const recs__rows *rows, const recs_matrix *matrix, const uint32_t *order, size_t id) {
  enum { OFFSETS = 20, ENTRIES = 14, BOUNDS = 9, IDS = 4 };
  size_t count = rows->far ? rows->count : 0;
  if (id + OFFSETS < count)
    __builtin_prefetch(matrix->offsets + row_at(order, id + OFFSETS));
  if (id + ENTRIES < count)
    fetch_entries(row_of(matrix, row_at(order, id + ENTRIES)));
  if (id + BOUNDS < count)
    fetch_bounds(rows, row_of(matrix, row_at(order, id + BOUNDS)));
  if (id + IDS < count)
    fetch_ids(rows, row_of(matrix, row_at(order, id + IDS)));
}

static int32_t place_row(recs__rows *rows, const row_room *room, const recs__row *row, uint32_t id) {
  recs__facts facts;
  recs__row weighed;
  RECS_TRY(recs__rows_weigh(&weighed, room->columns, room->values, rows, row));
  facts = recs__facts_of(&weighed);
  rows->counts[id] = (uint32_t)weighed.count;
  rows->totals[id] = facts.sum;
  rows->squares[id] = facts.squares;
  for (size_t i = 0; i < weighed.count; i++) {
    int64_t place = rows->offsets[weighed.columns[i] + 1]++;
    rows->ids[place] = id;
    if (rows->values != NULL)
      rows->values[place] = weighed.values[i];
    rows->positive &= weighed.values[i] > 0;
    rows->ones &= weighed.values[i] == 1;
  }
  return RECS_OK;
}

static int32_t place_rows(recs__rows *rows, const recs_matrix *matrix, const uint32_t *order) {
  recs_context *context = rows->kernel->object.context;
  row_room room = {NULL, NULL};
  int32_t status;
  RECS_GO(room_init(&room, context, matrix->columns));
  count_columns(rows, matrix);
  for (uint32_t id = 0; id < rows->count; id++) {
    recs__row row = row_of(matrix, row_at(order, id));
    recs__rows_fetch(rows, matrix, order, id);
    RECS_GO(place_row(rows, &room, &row, id));
  }
cleanup:
  room_free(&room, context);
  return status;
}

static int32_t learn(recs__rows *rows, const recs_matrix *matrix) {
  const recs__kernel_kind *way = rows->kernel->way;
  if (way == NULL || way->learn == NULL)
    return RECS_OK;
  rows->lesson.columns = recs__alloc_zero(rows->kernel->object.context, rows->columns, sizeof *rows->lesson.columns);
  if (rows->lesson.columns == NULL)
    return recs__fail_nomem();
  return way->learn(&rows->lesson, matrix);
}

static int all_ones(const recs_matrix *matrix) {
  uint64_t entries = recs_matrix_entries(matrix);
  for (uint64_t e = 0; e < entries; e++) {
    if (matrix->values[e] != 1)
      return 0;
  }
  return 1;
}

/* A query's values are its own, and what it touches must be known: common columns are counted beside the dot. */
static recs__sums sums_of_queries(const recs_kernel *kernel) {
  recs__sums sums = kernel->way == NULL ? RECS__SUMS_COMMON : kernel->way->sums;
  return sums == RECS__SUMS_DOT ? RECS__SUMS_BOTH : sums;
}

/* Among rows of ones the dot is the number of common columns. */
static recs__sums sums_of_rows(const recs_kernel *kernel, const recs_matrix *matrix) {
  recs__sums sums = recs__kernel_sums(kernel);
  int dots = sums == RECS__SUMS_DOT || sums == RECS__SUMS_BOTH;
  return dots && kernel->way->weigh == NULL && all_ones(matrix) ? RECS__SUMS_COMMON : sums;
}

static int32_t allocate_taxes(recs__rows *rows) {
  const recs_context *context = rows->kernel->object.context;
  size_t blocks = (size_t)rows->count / RECS__ROW_BLOCK + 1;
  rows->gains = recs__alloc_zero(context, blocks, RECS__ROW_BLOCK * sizeof *rows->gains);
  rows->tolls = recs__alloc_zero(context, blocks, RECS__ROW_BLOCK * sizeof *rows->tolls);
  rows->block_shares = recs__alloc(context, blocks, sizeof *rows->block_shares);
  rows->block_tolls = recs__alloc(context, blocks, sizeof *rows->block_tolls);
  rows->block_gains = recs__alloc(context, blocks, sizeof *rows->block_gains);
  if (rows->gains == NULL || rows->tolls == NULL || rows->block_shares == NULL || rows->block_tolls == NULL ||
      rows->block_gains == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

static int32_t allocate_facts(recs__rows *rows) {
  recs_context *context = rows->kernel->object.context;
  rows->counts = recs__alloc(context, rows->count, sizeof *rows->counts);
  rows->totals = recs__alloc(context, rows->count, sizeof *rows->totals);
  rows->squares = recs__alloc(context, rows->count, sizeof *rows->squares);
  if (rows->counts == NULL || rows->totals == NULL || rows->squares == NULL)
    return recs__fail_nomem();
  return allocate_taxes(rows);
}

static int32_t allocate_entries(recs__rows *rows, uint64_t entries) {
  recs_context *context = rows->kernel->object.context;
  rows->offsets = recs__alloc_zero(context, (size_t)rows->columns + 1, sizeof *rows->offsets);
  rows->ids = recs__alloc(context, entries, sizeof *rows->ids);
  if (rows->offsets == NULL || rows->ids == NULL)
    return recs__fail_nomem();
  if (rows->sums == RECS__SUMS_COMMON)
    return RECS_OK;
  rows->values = recs__alloc(context, entries, sizeof *rows->values);
  return rows->values == NULL ? recs__fail_nomem() : RECS_OK;
}

static void begin(recs__rows *rows, const recs_kernel *kernel, uint32_t count, uint32_t columns) {
  memset(rows, 0, sizeof *rows);
  rows->kernel = recs__hold(kernel);
  rows->count = count;
  rows->columns = columns;
  rows->positive = 1;
  rows->ones = 1;
}

int32_t recs__rows_init_facts(recs__rows *rows, const recs_kernel *kernel, uint32_t count, uint32_t columns) {
  int32_t status;
  begin(rows, kernel, count, columns);
  status = allocate_facts(rows);
  if (status != RECS_OK)
    recs__rows_free(rows);
  return status;
}

int32_t recs__rows_init(recs__rows *rows, const recs_kernel *kernel, const recs_matrix *matrix, const uint32_t *order,
                        int purpose) {
  int32_t status;
  begin(rows, kernel, matrix->rows, matrix->columns);
  rows->sums = purpose == RECS__ROWS_FOR_QUERIES ? sums_of_queries(kernel) : sums_of_rows(kernel, matrix);
  rows->far = recs_matrix_entries(matrix) > FAR;
  RECS_GO(learn(rows, matrix));
  RECS_GO(allocate_facts(rows));
  RECS_GO(allocate_entries(rows, recs_matrix_entries(matrix)));
  RECS_GO(place_rows(rows, matrix, order));
  if (kernel->way != NULL)
    recs__rows_tax(rows);
cleanup:
  if (status != RECS_OK)
    recs__rows_free(rows);
  return status;
}

void recs__rows_free(recs__rows *rows) {
  recs_context *context;
  if (rows->kernel == NULL)
    return;
  context = rows->kernel->object.context;
  if (rows->backing == NULL) {
    recs__free(context, rows->lesson.columns);
    recs__free(context, rows->counts);
    recs__free(context, rows->totals);
    recs__free(context, rows->squares);
    recs__free(context, rows->offsets);
    recs__free(context, rows->ids);
    recs__free(context, rows->values);
  }
  recs__free(context, rows->gains);
  recs__free(context, rows->tolls);
  recs__free(context, rows->block_shares);
  recs__free(context, rows->block_tolls);
  recs__free(context, rows->block_gains);
  recs__release(rows->backing);
  recs__release(rows->kernel);
  memset(rows, 0, sizeof *rows);
}

int32_t recs__rows_write(const recs__rows *rows, recs__writer *writer) {
  uint64_t entries = (uint64_t)rows->offsets[rows->columns];
  RECS_TRY(recs__enter_scope(&writer->scope, "kernel"));
  RECS_TRY(recs__kernel_write(rows->kernel, writer));
  recs__leave_scope(&writer->scope);
  RECS_TRY(recs__write_u64(writer, "rows", rows->count));
  RECS_TRY(recs__write_u64(writer, "columns", rows->columns));
  RECS_TRY(recs__write_f64(writer, "average", rows->lesson.average));
  RECS_TRY(
      recs__write(writer, "lesson", RECS__F64, rows->lesson.columns, rows->lesson.columns == NULL ? 0 : rows->columns));
  RECS_TRY(recs__write(writer, "counts", RECS__U32, rows->counts, rows->count));
  RECS_TRY(recs__write(writer, "totals", RECS__F64, rows->totals, rows->count));
  RECS_TRY(recs__write(writer, "squares", RECS__F64, rows->squares, rows->count));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, rows->offsets, (uint64_t)rows->columns + 1));
  RECS_TRY(recs__write(writer, "ids", RECS__U32, rows->ids, entries));
  return recs__write(writer, "values", RECS__F32, rows->values, rows->values == NULL ? 0 : entries);
}

static int32_t check_finite(const double *values, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    if (!isfinite(values[i]))
      return recs__fail(RECS_ERROR_FORMAT, "an index is damaged: it holds %g", values[i]);
  }
  return RECS_OK;
}

static int32_t check_entries(const recs__rows *rows, uint64_t entries) {
  RECS_TRY(recs__check_offsets("an index", rows->offsets, rows->columns, entries));
  for (uint32_t column = 0; column < rows->columns; column++) {
    uint64_t next = 0; /* the smallest id that may come */
    for (int64_t e = rows->offsets[column]; e < rows->offsets[column + 1]; e++) {
      if (rows->ids[e] < next || rows->ids[e] >= rows->count || (rows->values != NULL && !isfinite(rows->values[e])))
        return recs__fail(RECS_ERROR_FORMAT, "column %u of an index is damaged at row %u", column, rows->ids[e]);
      next = (uint64_t)rows->ids[e] + 1;
    }
  }
  return RECS_OK;
}

static int32_t read_lesson(recs__rows *rows, recs__reader *reader) {
  uint64_t count = rows->kernel->way->learn == NULL ? 0 : rows->columns;
  const void *columns;
  RECS_TRY(recs__read_f64(reader, "average", &rows->lesson.average));
  RECS_TRY(recs__read_exact(reader, "lesson", RECS__F64, &columns, count));
  RECS_TRY(check_finite(&rows->lesson.average, 1));
  RECS_TRY(check_finite(columns, count));
  if (count > 0) /* else it stays NULL, as the kernel that learns nothing has it */
    memcpy(&rows->lesson.columns, &columns, sizeof columns);
  return RECS_OK;
}

static int32_t read_facts(recs__rows *rows, recs__reader *reader) {
  RECS_TRY(recs__read_exact(reader, "counts", RECS__U32, &rows->counts, rows->count));
  RECS_TRY(recs__read_exact(reader, "totals", RECS__F64, &rows->totals, rows->count));
  RECS_TRY(recs__read_exact(reader, "squares", RECS__F64, &rows->squares, rows->count));
  RECS_TRY(check_finite(rows->totals, rows->count));
  return check_finite(rows->squares, rows->count);
}

static int32_t read_entries(recs__rows *rows, recs__reader *reader) {
  uint64_t entries;
  const void *ids;
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &rows->offsets, (uint64_t)rows->columns + 1));
  RECS_TRY(recs__read(reader, "ids", RECS__U32, &ids, &entries));
  RECS_TRY(recs__read_exact(reader, "ids", RECS__U32, &rows->ids, entries));
  if (rows->sums != RECS__SUMS_COMMON)
    RECS_TRY(recs__read_exact(reader, "values", RECS__F32, &rows->values, entries));
  rows->ones = 1;
  for (uint64_t e = 0; e < entries && rows->values != NULL; e++)
    rows->ones &= rows->values[e] == 1;
  return check_entries(rows, entries);
}

static int32_t read_rows(recs__rows *rows, recs__reader *reader) {
  recs_kernel *kernel;
  uint64_t count, columns;
  RECS_TRY(recs__enter_scope(&reader->scope, "kernel"));
  RECS_TRY(recs__kernel_read(&kernel, reader));
  recs__leave_scope(&reader->scope);
  rows->kernel = kernel;
  rows->backing = recs__hold(reader->backing);
  rows->sums = sums_of_queries(kernel);
  RECS_TRY(recs__read_u64(reader, "rows", 0, UINT32_MAX, &count));
  RECS_TRY(recs__read_u64(reader, "columns", 0, UINT32_MAX, &columns));
  rows->count = (uint32_t)count;
  rows->columns = (uint32_t)columns;
  RECS_TRY(read_lesson(rows, reader));
  RECS_TRY(read_facts(rows, reader));
  RECS_TRY(read_entries(rows, reader));
  RECS_TRY(allocate_taxes(rows));
  recs__rows_tax(rows);
  return RECS_OK;
}

int32_t recs__rows_read(recs__rows *rows, recs__reader *reader) {
  int32_t status;
  memset(rows, 0, sizeof *rows);
  status = read_rows(rows, reader);
  if (status != RECS_OK)
    recs__rows_free(rows);
  return status;
}
