/* The graph of a sparse matrix. Each row is a query against all: its columns' entries are added up in cells, one a row,
 * and the best are taken. Rows are renumbered by their number of entries, most first: so the cells that are met most lie
 * close together, blocks of rows are alike, which makes it quick to see that none of a block can be among the best, and
 * the rows that take longest come first when threads share the work. */
#include "lib/similarity/neighbors.h"

#include <string.h>

#include "lib/base/context.h"
#include "lib/base/parallel.h"
#include "lib/similarity/cells.h"
#include "lib/similarity/thick.h"

/* Rows a task. */
enum { GRAIN = 16 };

/* What things cost, in steps of adding one entry to a cell; measured (docs/architecture.md), and only their ratios matter. */
static const double COST_TOUCH = 2.5;      /* to add an entry to a cell, list the cell, and offer it */
static const double COST_SCAN = 0.5;       /* to look through the cell of one row, and offer what passes */
static const double COST_THICK = 1.0 / 40; /* to add a thick column's bit to the cell of one row */

/* What one thread works with. */
typedef struct desk {
  void *cells;
  uint32_t *touched;
  uint32_t *columns;
  float *values;
  uint64_t *keys;
  const uint64_t **thick; /* the thick columns of the query */
} desk;

typedef struct building {
  const recs__graph_job *job;
  const recs_matrix *matrix;
  recs_neighbors *neighbors;
  recs__rows rows;
  recs__thick thick;
  uint32_t *order;  /* id -> row */
  uint32_t *counts; /* of each row's neighbours */
  uint64_t *slots;
  uint32_t longest; /* entries of the longest row */
  uint32_t room;    /* neighbours a row at most */
  int32_t apart;
  int32_t as_is; /* 1: rows have no zeros and need no weighing */
  desk *desks;
  uint32_t threads;
} building;

static uint32_t row_length(const recs_matrix *matrix, uint32_t row) {
  return (uint32_t)(matrix->offsets[row + 1] - matrix->offsets[row]);
}

/* Rows by length, longest first, equal ones by row: a counting sort. */
static int32_t order_rows(building *build) {
  const recs_matrix *matrix = build->matrix;
  recs_context *context = build->job->kernel->object.context;
  uint32_t *begins; /* begins[l]: where rows of length l go */
  uint32_t begin = 0;
  for (uint32_t row = 0; row < matrix->rows; row++)
    build->longest = row_length(matrix, row) > build->longest ? row_length(matrix, row) : build->longest;
  begins = recs__alloc_zero(context, (size_t)build->longest + 1, sizeof *begins);
  build->order = recs__alloc(context, matrix->rows, sizeof *build->order);
  if (begins == NULL || build->order == NULL) {
    recs__free(context, begins);
    return recs__fail_nomem();
  }
  for (uint32_t row = 0; row < matrix->rows; row++)
    begins[row_length(matrix, row)] += 1;
  for (uint32_t length = build->longest + 1; length-- > 0;) {
    uint32_t rows = begins[length];
    begins[length] = begin;
    begin += rows;
  }
  for (uint32_t row = 0; row < matrix->rows; row++)
    build->order[begins[row_length(matrix, row)]++] = row;
  recs__free(context, begins);
  return RECS_OK;
}

/* How many entries a row's columns hold: the work of its query, and no fewer than the rows that it meets. */
static uint64_t entries_met(const building *build, uint32_t row) {
  const recs_matrix *matrix = build->matrix;
  uint64_t met = 0;
  for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
    const int64_t *bounds = build->rows.offsets + matrix->indices[e];
    met += (uint64_t)(bounds[1] - bounds[0]);
  }
  return met;
}

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static int32_t make_room(building *build) {
  recs_context *context = build->job->kernel->object.context;
  uint32_t rows = build->matrix->rows;
  build->slots = recs__alloc(context, rows, sizeof *build->slots);
  build->counts = recs__alloc_zero(context, rows, sizeof *build->counts);
  if (build->slots == NULL || build->counts == NULL)
    return recs__fail_nomem();
  build->room = rows == 0 ? 0 : (uint32_t)smaller(build->job->options.k, rows - 1);
  for (uint32_t row = 0; row < rows; row++)
    build->slots[row] = build->apart ? build->room : smaller(build->room, entries_met(build, row));
  return recs__neighbors_new(&build->neighbors, context, rows, build->slots);
}

static int32_t desk_init(desk *own, const building *build) {
  recs_context *context = build->job->kernel->object.context;
  uint32_t rows = build->matrix->rows;
  own->cells = recs__cells_new(context, recs__cells_for(context, build->rows.sums, build->longest), rows);
  own->touched = recs__alloc(context, (size_t)rows + 1, sizeof *own->touched);
  own->columns = recs__alloc(context, build->longest, sizeof *own->columns);
  own->values = recs__alloc(context, build->longest, sizeof *own->values);
  own->keys = recs__alloc(context, recs__shortlist_room(build->room), sizeof *own->keys);
  own->thick = recs__alloc(context, smaller(build->thick.count, build->longest) + RECS__THICK_GROUP, sizeof *own->thick);
  return own->cells == NULL || own->touched == NULL || own->columns == NULL || own->values == NULL ||
                 own->keys == NULL || own->thick == NULL
             ? recs__fail_nomem()
             : RECS_OK;
}

static void desk_free(desk *own, const recs_context *context) {
  recs__free(context, own->cells);
  recs__free(context, own->touched);
  recs__free(context, own->columns);
  recs__free(context, own->values);
  recs__free(context, own->keys);
  recs__free(context, own->thick);
}

static int32_t desks_init(building *build) {
  recs_context *context = build->job->kernel->object.context;
  build->threads = recs__parallel_threads(context, build->matrix->rows, GRAIN);
  build->desks = recs__alloc_zero(context, build->threads, sizeof *build->desks);
  if (build->desks == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < build->threads; i++)
    RECS_TRY(desk_init(&build->desks[i], build));
  return RECS_OK;
}

/* What a query costs by each method. An entry may lie anywhere, a column that is not thick costs about that. */
static int32_t choose_method(const building *build, const recs__row *query) {
  double met = 0, thin = 0, thick = 0, rows = build->rows.count, scan, columns;
  if (build->job->method != RECS__BY_COST)
    return build->job->method;
  for (size_t i = 0; i < query->count; i++) {
    const int64_t *bounds = build->rows.offsets + query->columns[i];
    int is_thick = recs__thick_column(&build->thick, query->columns[i]) != NULL;
    double entries = (double)(bounds[1] - bounds[0]);
    met += entries;
    thin += is_thick ? 0 : entries;
    thick += is_thick;
  }
  scan = met + rows * COST_SCAN;
  columns = thin + rows * (COST_SCAN + thick * COST_THICK);
  if (!build->apart && met * COST_TOUCH < scan && met * COST_TOUCH < columns)
    return RECS__BY_TOUCH;
  return thick > 0 && columns < scan ? RECS__BY_COLUMNS : RECS__BY_SCAN;
}

/* Takes the thick columns out of a query: returns how many. */
static size_t part_columns(const uint64_t **thick, recs__row *query, const desk *own, const recs__thick *columns) {
  size_t thick_count = 0, kept = 0;
  for (size_t i = 0; i < query->count; i++) {
    const uint64_t *bits = recs__thick_column(columns, query->columns[i]);
    if (bits != NULL) {
      thick[thick_count++] = bits;
    } else {
      own->columns[kept] = query->columns[i];
      own->values[kept++] = query->values[i];
    }
  }
  *query = (recs__row){own->columns, own->values, kept};
  return thick_count;
}

/* Adds up to 255 thick columns to a stretch of cells. */
static void add_stretch(const building *build, const desk *own, const recs__cell_kind *cells, size_t begin,
                        size_t count, size_t word, size_t words) {
  uint8_t counts[RECS__THICK_STRETCH];
  memset(counts, 0, words * 64);
  for (size_t i = 0; i < count; i += RECS__THICK_GROUP)
    build->thick.sum(counts, own->thick + begin + i, word, words);
  cells->add_counts(own->cells, word * 64, counts, words * 64);
}

static void add_thick(const building *build, const desk *own, const recs__cell_kind *cells, size_t count) {
  enum { STRETCH = RECS__THICK_STRETCH / 64, MOST = UINT8_MAX / RECS__THICK_GROUP * RECS__THICK_GROUP };
  size_t all = build->thick.words;
  while (count % RECS__THICK_GROUP != 0)
    own->thick[count++] = recs__thick_blank(&build->thick);
  for (size_t begin = 0; begin < count; begin += MOST) {
    size_t some = count - begin < MOST ? count - begin : MOST;
    for (size_t word = 0; word < all; word += STRETCH)
      add_stretch(build, own, cells, begin, some, word, all - word < STRETCH ? all - word : STRETCH);
  }
}

/* Adds a query up and offers the rows that it meets. */
static void meet(const building *build, const desk *own, const recs__cell_kind *cells, recs__row *query,
                 recs__shortlist *list) {
  int32_t method = choose_method(build, query);
  if (method == RECS__BY_TOUCH && !build->apart) {
    size_t count = cells->touch(own->cells, own->touched, &build->rows, query);
    cells->offer_touched(own->cells, own->touched, count, list);
    return;
  }
  if (method == RECS__BY_COLUMNS)
    add_thick(build, own, cells, part_columns(own->thick, query, own, &build->thick));
  cells->add(own->cells, &build->rows, query);
  cells->offer_all(own->cells, list);
}

static int32_t build_row(const building *build, const desk *own, recs__shortlist *list, uint32_t id) {
  const recs_matrix *matrix = build->matrix;
  uint32_t row = build->order[id];
  size_t begin = (size_t)matrix->offsets[row], slot = (size_t)build->neighbors->offsets[row], count;
  recs__row raw = {matrix->indices + begin, matrix->values + begin, row_length(matrix, row)}, query;
  recs__facts facts = recs__rows_facts(&build->rows, id);
  if (build->as_is)
    query = raw;
  else
    RECS_TRY(recs__rows_weigh(&query, own->columns, own->values, &build->rows, &raw));
  list->exclude = id;
  recs__shortlist_begin(list, &facts);
  meet(build, own, recs__cells_for(build->job->kernel->object.context, build->rows.sums, query.count), &query, list);
  RECS_TRY(recs__shortlist_take(list, build->neighbors->ids + slot, build->neighbors->scores + slot, &count));
  build->counts[row] = (uint32_t)count;
  return RECS_OK;
}

static int32_t build_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  const building *build = payload;
  const desk *own = &build->desks[thread];
  recs__shortlist list;
  list.rows = &build->rows;
  list.order = build->order;
  list.apart = build->apart;
  list.minimum = build->job->options.minimum;
  list.k = build->room;
  list.keys = own->keys;
  for (size_t id = begin; id < end; id++) {
    recs__rows_fetch(&build->rows, build->matrix, build->order, id);
    RECS_TRY(build_row(build, own, &list, (uint32_t)id));
  }
  return RECS_OK;
}

/* Rows that share nothing count where they can be more similar than the minimum. */
static int rows_apart_count(const recs__graph_job *job) {
  return job->kernel->way->apart || job->options.minimum < 0;
}

static int32_t build_graph(building *build) {
  recs__progress late = recs__progress_part(&build->job->progress, 0.1, 1);
  RECS_TRY(order_rows(build));
  RECS_TRY(recs__rows_init(&build->rows, build->job->kernel, build->matrix, build->order, RECS__ROWS_FOR_THEMSELVES));
  RECS_TRY(recs__thick_init(&build->thick, &build->rows));
  build->apart = rows_apart_count(build->job);
  build->as_is = build->job->kernel->way->weigh == NULL &&
                 (uint64_t)build->rows.offsets[build->rows.columns] == recs_matrix_entries(build->matrix);
  RECS_TRY(make_room(build));
  RECS_TRY(desks_init(build));
  RECS_TRY(recs__progress_at(&late, 0));
  RECS_TRY(recs__parallel(build->job->kernel->object.context, build->matrix->rows, GRAIN, build_rows, build, &late));
  recs__neighbors_close(build->neighbors, build->counts);
  return recs__progress_at(&late, 1);
}

int32_t recs__neighbors_sparse(recs_neighbors **out, const recs__graph_job *job, const recs_matrix *matrix) {
  recs_context *context = job->kernel->object.context;
  building build = {.job = job, .matrix = matrix};
  int32_t status = build_graph(&build);
  if (status == RECS_OK)
    *out = build.neighbors;
  else
    recs__release(build.neighbors);
  for (uint32_t i = 0; i < build.threads && build.desks != NULL; i++)
    desk_free(&build.desks[i], context);
  recs__free(context, build.desks);
  recs__free(context, build.order);
  recs__free(context, build.counts);
  recs__free(context, build.slots);
  recs__thick_free(&build.thick);
  recs__rows_free(&build.rows);
  return status;
}
