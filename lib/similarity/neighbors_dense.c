/* The graph of dense rows: blocks of rows as queries, six at a time, against all groups. */
#include "lib/similarity/neighbors.h"

#include "lib/base/context.h"
#include "lib/base/parallel.h"
#include "lib/similarity/dense.h"

/* Rows a task: a multiple of the six that are multiplied at once. */
enum { GRAIN = 16 * RECS__TILE_QUERIES };

typedef struct building {
  const recs__graph_job *job;
  recs__dense dense;
  recs_neighbors *neighbors;
  uint64_t *slots;
  uint32_t *counts;
  uint32_t room; /* neighbours a row at most */
  recs__dense_desk *desks; /* by thread */
  uint32_t threads;
} building;

static int32_t build_rows(void *payload, uint32_t thread, size_t begin, size_t end) {
  const building *build = payload;
  const recs__dense *dense = &build->dense;
  recs__dense_desk *desk = &build->desks[thread];
  recs__row_range all = {0, dense->rows.count, NULL};
  uint32_t self[GRAIN];
  for (size_t i = 0; i < end - begin; i++) {
    recs__facts facts = recs__rows_facts(&dense->rows, (uint32_t)(begin + i));
    self[i] = (uint32_t)(begin + i);
    recs__dense_ask(desk, i, dense->vectors.values + (begin + i) * dense->vectors.dimension, &facts,
                    build->job->options.minimum, &self[i], 1);
  }
  recs__dense_search(desk, end - begin, &all);
  for (size_t i = 0; i < end - begin; i++) {
    size_t slot = (size_t)build->neighbors->offsets[begin + i], count;
    RECS_TRY(recs__selector_take(&desk->selectors[i], build->neighbors->ids + slot, build->neighbors->scores + slot,
                                 &count));
    build->counts[begin + i] = (uint32_t)count;
  }
  return RECS_OK;
}

static int32_t make_room(building *build, uint32_t rows) {
  recs_context *context = build->job->kernel->object.context;
  build->room = rows == 0 ? 0 : build->job->options.k < rows - 1 ? build->job->options.k : rows - 1;
  build->slots = recs__alloc(context, rows, sizeof *build->slots);
  build->counts = recs__alloc_zero(context, rows, sizeof *build->counts);
  build->threads = recs__parallel_threads(context, rows, GRAIN);
  build->desks = recs__alloc_zero(context, build->threads, sizeof *build->desks);
  if (build->slots == NULL || build->counts == NULL || build->desks == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows; row++)
    build->slots[row] = build->room;
  for (uint32_t i = 0; i < build->threads; i++)
    RECS_TRY(recs__dense_desk_init(&build->desks[i], &build->dense, rows < GRAIN ? rows : GRAIN, build->room));
  return recs__neighbors_new(&build->neighbors, context, rows, build->slots);
}

static int32_t build_graph(building *build, const float *values, uint32_t rows, uint32_t dimension) {
  const recs_kernel *kernel = build->job->kernel;
  RECS_TRY(recs__dense_init(&build->dense, kernel, values, rows, dimension));
  RECS_TRY(make_room(build, rows));
  RECS_TRY(recs__progress_at(&build->job->progress, 0));
  RECS_TRY(recs__parallel(kernel->object.context, rows, GRAIN, build_rows, build, &build->job->progress));
  recs__neighbors_close(build->neighbors, build->counts);
  return RECS_OK;
}

static int32_t build_dense(recs_neighbors **out, const recs__graph_job *job, const float *values, uint32_t rows,
                           uint32_t dimension) {
  recs_context *context = job->kernel->object.context;
  building build = {.job = job};
  int32_t status = build_graph(&build, values, rows, dimension);
  if (status == RECS_OK)
    *out = build.neighbors;
  else
    recs__release(build.neighbors);
  for (uint32_t i = 0; i < build.threads && build.desks != NULL; i++)
    recs__dense_desk_free(&build.desks[i]);
  recs__free(context, build.desks);
  recs__free(context, build.slots);
  recs__free(context, build.counts);
  recs__dense_free(&build.dense);
  return status;
}

int32_t recs__neighbors_dense(recs_neighbors **out, const recs__graph_job *job, const float *values, uint32_t rows,
                              uint32_t dimension) {
  recs_matrix *matrix;
  int32_t status;
  RECS_TRY(recs__dense_check(values, rows, dimension));
  if (recs__dense_suits(job->kernel))
    return build_dense(out, job, values, rows, dimension);
  RECS_TRY(recs__dense_matrix(&matrix, job->kernel->object.context, values, rows, dimension));
  status = recs__neighbors_of(out, job, matrix);
  recs__release(matrix);
  return status;
}
