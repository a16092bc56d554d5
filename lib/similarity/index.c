/* One against many: the object, and sparse queries. */
#include "lib/similarity/index.h"

#include <math.h>
#include <string.h>


static void index_destroy(void *object) {
  recs_index *index = object;
  recs__rows_free(&index->rows);
  recs__dense_free(&index->dense);
  recs__free(index->object.context, index->values);
  recs__release(index->matrix);
  recs__release(index->backing);
}

int32_t recs__index_new(recs_index **out, recs_context *context) {
  *out = recs__object_new(context, sizeof **out, index_destroy);
  return *out == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs_index_create(recs_index **out, const recs_kernel *kernel, const recs_matrix *matrix) {
  recs_index *index;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(kernel);
  RECS_NOT_NULL(matrix);
  RECS_TRY(recs__index_new(&index, kernel->object.context));
  if (kernel->way == NULL)
    index->matrix = recs__hold(matrix);
  RECS_GO(recs__rows_init(&index->rows, kernel, matrix, NULL, RECS__ROWS_FOR_QUERIES));
  *out = index;
  index = NULL;
cleanup:
  recs__release(index);
  return status;
}

uint32_t recs_index_rows(const recs_index *index) {
  if (index == NULL)
    return 0;
  return recs__index_dense(index) ? index->dense.rows.count : index->rows.count;
}

void recs_index_free(recs_index *index) {
  recs__release(index);
}

int32_t recs__index_scratch_init(recs__index_scratch *scratch, const recs_index *index, size_t k) {
  recs_context *context = index->object.context;
  const recs__rows *rows = &index->rows;
  memset(scratch, 0, sizeof *scratch);
  if (recs__index_dense(index))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "a sparse query of an index of dense rows");
  scratch->index = index;
  scratch->kind = recs__cells_for(context, rows->sums, rows->columns);
  scratch->room = k < rows->count ? k : rows->count;
  scratch->cells = recs__cells_new(context, scratch->kind, rows->count);
  scratch->touched = recs__alloc(context, (size_t)rows->count + 1, sizeof *scratch->touched);
  scratch->keys = recs__alloc(context, recs__shortlist_room(scratch->room), sizeof *scratch->keys);
  if (scratch->cells != NULL && scratch->touched != NULL && scratch->keys != NULL)
    return RECS_OK;
  recs__index_scratch_free(scratch);
  return recs__fail_nomem();
}

void recs__index_scratch_free(recs__index_scratch *scratch) {
  const recs_context *context;
  if (scratch->index == NULL)
    return;
  context = scratch->index->object.context;
  recs__free(context, scratch->cells);
  recs__free(context, scratch->touched);
  recs__free(context, scratch->columns);
  recs__free(context, scratch->values);
  recs__free(context, scratch->keys);
  memset(scratch, 0, sizeof *scratch);
}

/* Room for a query of `count` entries. */
static int32_t make_room(recs__index_scratch *scratch, size_t count) {
  const recs_context *context = scratch->index->object.context;
  size_t columns_room = scratch->length, values_room = scratch->length;
  RECS_TRY(recs__grow(context, &scratch->columns, &columns_room, count, sizeof *scratch->columns));
  RECS_TRY(recs__grow(context, &scratch->values, &values_room, count, sizeof *scratch->values));
  scratch->length = columns_room < values_room ? columns_room : values_room;
  return RECS_OK;
}

/* Checks a query and weighs it into the scratch. */
static int32_t prepare(recs__row *out, recs__index_scratch *scratch, const recs__row *query) {
  const recs__rows *rows = &scratch->index->rows;
  RECS_TRY(recs__check_row("the query", query->columns, query->values, query->count, rows->columns));
  if (rows->kernel->way != NULL && rows->kernel->way->refuses != NULL)
    RECS_TRY(rows->kernel->way->refuses(query));
  RECS_TRY(make_room(scratch, query->count));
  return recs__rows_weigh(out, scratch->columns, scratch->values, rows, query);
}

static int32_t fail_large(void) {
  return recs__fail(RECS_ERROR_NUMERIC, "a similarity is too large for a float");
}

static recs__row row_of(const recs_matrix *matrix, uint32_t row) {
  size_t begin = (size_t)matrix->offsets[row];
  return (recs__row){matrix->indices + begin, matrix->values + begin, (size_t)matrix->offsets[row + 1] - begin};
}

static int32_t call_row(float *out, const recs_index *index, const recs__row *query, uint32_t id) {
  recs__row y = row_of(index->matrix, id);
  double similarity;
  RECS_TRY(recs__kernel_call(&similarity, index->rows.kernel, query, &y));
  *out = (float)similarity;
  return isinf(*out) ? fail_large() : RECS_OK;
}

static int32_t call_scores(float *out, const recs_index *index, const recs__row *query) {
  for (uint32_t id = 0; id < index->rows.count; id++)
    RECS_TRY(call_row(&out[id], index, query, id));
  return RECS_OK;
}

int32_t recs__index_scores(float *out, recs__index_scratch *scratch, const recs__row *query) {
  const recs__rows *rows = &scratch->index->rows;
  recs__facts x;
  recs__row weighed;
  recs__pairs pairs;
  double scores[RECS__PAIRS];
  int large = 0;
  RECS_TRY(prepare(&weighed, scratch, query));
  if (rows->kernel->way == NULL)
    return call_scores(out, scratch->index, query);
  x = recs__facts_of(&weighed);
  scratch->kind->add(scratch->cells, rows, &weighed);
  for (uint32_t begin = 0; begin < rows->count; begin += RECS__PAIRS) {
    uint32_t count = rows->count - begin < RECS__PAIRS ? rows->count - begin : RECS__PAIRS;
    for (uint32_t i = 0; i < count; i++)
      scratch->kind->put(&pairs, i, scratch->cells, begin + i);
    recs__kernel_finish_many(scores, rows->kernel, &x, &pairs, count, rows);
    for (uint32_t i = 0; i < count; i++) {
      out[begin + i] = (float)scores[i];
      large |= isinf(out[begin + i]) != 0;
    }
  }
  memset(scratch->cells, 0, rows->count * scratch->kind->size);
  return large ? fail_large() : RECS_OK;
}

/* The custom kernel is asked about the rows touched. All cells are cleared whatever it says. */
static int32_t call_top(recs__shortlist *list, recs__index_scratch *scratch, const recs__row *query, size_t touched) {
  int32_t status = RECS_OK;
  memset(scratch->cells, 0, scratch->index->rows.count * scratch->kind->size);
  for (size_t i = 0; i < touched && status == RECS_OK; i++) {
    float score;
    if (scratch->touched[i] == list->exclude)
      continue;
    status = call_row(&score, scratch->index, query, scratch->touched[i]);
    if (status == RECS_OK)
      recs__shortlist_rate(list, scratch->touched[i], (double)score);
  }
  return status;
}

/* Counts do for a query of ones among rows of ones: their dot is the number of common columns. */
static const recs__cell_kind *cells_for(const recs__index_scratch *scratch, const recs__row *query) {
  const recs__rows *rows = &scratch->index->rows;
  int counts = rows->sums == RECS__SUMS_COMMON || (rows->sums == RECS__SUMS_BOTH && rows->ones);
  for (size_t i = 0; i < query->count && counts && rows->sums == RECS__SUMS_BOTH; i++)
    counts = query->values[i] == 1;
  return counts ? recs__cells_for(scratch->index->object.context, RECS__SUMS_COMMON, query->count) : scratch->kind;
}

static uint64_t entries_met(const recs__rows *rows, const recs__row *query) {
  uint64_t met = 0;
  for (size_t i = 0; i < query->count; i++)
    met += (uint64_t)(rows->offsets[query->columns[i] + 1] - rows->offsets[query->columns[i]]);
  return met;
}

/* Offers the rows that a query meets: by a list of them, or by looking through all where they are many. */
static void meet(recs__shortlist *list, recs__index_scratch *scratch, const recs__row *query) {
  enum { MANY = 3 }; /* one row in so many */
  const recs__rows *rows = &scratch->index->rows;
  const recs__cell_kind *cells = cells_for(scratch, query);
  if (entries_met(rows, query) < rows->count / MANY) {
    size_t touched = cells->touch(scratch->cells, scratch->touched, rows, query);
    cells->offer_touched(scratch->cells, scratch->touched, touched, list);
  } else {
    cells->add(scratch->cells, rows, query);
    cells->offer_all(scratch->cells, list);
  }
}

int32_t recs__index_top(uint32_t *out_rows, float *out_scores, size_t *out_count, recs__index_scratch *scratch,
                        const recs__row *query, uint32_t exclude, size_t k) {
  const recs__rows *rows = &scratch->index->rows;
  recs__shortlist list;
  recs__row weighed;
  recs__facts facts;
  *out_count = 0;
  list.rows = rows;
  list.order = NULL;
  list.exclude = exclude;
  list.apart = 0;
  list.minimum = -INFINITY;
  list.k = k < scratch->room ? k : scratch->room;
  list.keys = scratch->keys;
  RECS_TRY(prepare(&weighed, scratch, query));
  facts = recs__facts_of(&weighed);
  recs__shortlist_begin(&list, &facts);
  if (rows->kernel->way == NULL)
    RECS_TRY(call_top(&list, scratch, query, scratch->kind->touch(scratch->cells, scratch->touched, rows, &weighed)));
  else
    meet(&list, scratch, &weighed);
  return recs__shortlist_take(&list, out_rows, out_scores, out_count);
}

int32_t recs_index_scores(float *out, const recs_index *index, const uint32_t *columns, const float *values,
                          size_t count) {
  recs__row query = {columns, values, count};
  recs__index_scratch scratch;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(index);
  if (recs_index_rows(index) > 0)
    RECS_NOT_NULL(out);
  RECS_TRY(recs__index_scratch_init(&scratch, index, 0));
  status = recs__index_scores(out, &scratch, &query);
  recs__index_scratch_free(&scratch);
  return status;
}

int32_t recs_index_top(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                       const uint32_t *columns, const float *values, size_t count, uint32_t exclude, size_t k) {
  recs__row query = {columns, values, count};
  recs__index_scratch scratch;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(index);
  if (k > 0) {
    RECS_NOT_NULL(out_rows);
    RECS_NOT_NULL(out_scores);
  }
  RECS_TRY(recs__index_scratch_init(&scratch, index, k));
  status = recs__index_top(out_rows, out_scores, out_count, &scratch, &query, exclude, k);
  recs__index_scratch_free(&scratch);
  return status;
}

int32_t recs__index_write(const recs_index *index, recs__writer *writer) {
  int dense = recs__index_dense(index);
  RECS_TRY(recs__write_u64(writer, "dense", (uint64_t)dense));
  return dense ? recs__index_write_dense(index, writer) : recs__rows_write(&index->rows, writer);
}

int32_t recs__index_read(recs_index **out, recs__reader *reader) {
  recs_index *index;
  uint64_t dense;
  int32_t status;
  *out = NULL;
  RECS_TRY(recs__read_u64(reader, "dense", 0, 1, &dense));
  RECS_TRY(recs__index_new(&index, reader->context));
  RECS_GO(dense ? recs__index_read_dense(index, reader) : recs__rows_read(&index->rows, reader));
  *out = index;
  index = NULL;
cleanup:
  recs__release(index);
  return status;
}
