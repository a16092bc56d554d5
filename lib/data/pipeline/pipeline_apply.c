/* New data through a fitted pipeline: a block of rows at a time, all steps while it is near. */
#include "lib/data/pipeline/pipeline_rows.h"

#include <string.h>

#include "lib/base/parallel.h"

enum { ROW_GRAIN = 4096 };

/* What a thread works with. */
typedef struct bench {
  double *room;     /* a block of each slot */
  double **slots;
  uint64_t *counts; /* of each finding */
} bench;

typedef struct applying {
  const recs_pipeline *pipeline;
  const recs_table *table;
  const uint32_t *source; /* the table's column of each column that comes in */
  double *out;
  bench *benches;
  uint32_t bench_count;
  uint32_t findings;
} applying;

static int32_t name_missing(const recs_pipeline *pipeline, uint32_t slot) {
  char room[RECS__SLOT_NAME];
  return recs__fail(RECS_ERROR_INVALID, "the table has no column %s, which the pipeline works on", recs__slot_name(room, pipeline, slot));
}

/* The table's columns by the names of the fit. */
static int32_t match_names(uint32_t *source, const recs_pipeline *pipeline, const recs_table *table) {
  char quoted[RECS__SLOT_NAME];
  for (uint32_t slot = 0; slot < pipeline->inputs; slot++)
    source[slot] = UINT32_MAX;
  for (uint32_t column = 0; column < table->columns; column++) {
    recs__piece name = recs__table_name(table, column);
    uint32_t slot = recs__ids_find(pipeline->names, name.text, name.length);
    if (slot >= pipeline->inputs)
      return recs__fail(RECS_ERROR_INVALID, "the table has a column %s that the pipeline was not fitted on",
                        recs__quote(quoted, sizeof quoted, name.text, name.length));
    if (source[slot] != UINT32_MAX)
      return recs__fail(RECS_ERROR_INVALID, "the table has two columns %s", recs__quote(quoted, sizeof quoted, name.text, name.length));
    source[slot] = column;
  }
  for (uint32_t slot = 0; slot < pipeline->inputs; slot++) {
    if (source[slot] == UINT32_MAX)
      return name_missing(pipeline, slot);
  }
  return RECS_OK;
}

static int32_t match_columns(uint32_t *source, const recs_pipeline *pipeline, const recs_table *table) {
  if (table->names != NULL)
    return match_names(source, pipeline, table);
  if (table->columns != pipeline->inputs)
    return recs__fail(RECS_ERROR_INVALID, "the table has %u columns without names; the pipeline was fitted on %u", table->columns,
                      pipeline->inputs);
  for (uint32_t slot = 0; slot < pipeline->inputs; slot++)
    source[slot] = slot;
  return RECS_OK;
}

static void scatter(const recs__stretch *rows, double *out) {
  const recs_pipeline *pipeline = rows->pipeline;
  uint32_t columns = pipeline->output_count;
  for (uint32_t o = 0; o < columns; o++) {
    const double *from = rows->slots[pipeline->outputs[o]];
    double *to = out + rows->first * columns + o;
    for (size_t i = 0; i < rows->count; i++)
      to[i * columns] = from[i];
  }
}

static int32_t apply_block(const applying *job, const bench *own, size_t begin, size_t end) {
  const recs_pipeline *pipeline = job->pipeline;
  recs__stretch rows = {pipeline, own->slots, end - begin, begin, NULL};
  uint64_t *counts = own->counts;
  RECS_TRY(recs__rows_gather(&rows, job->table, job->source));
  for (uint32_t s = 0; s < pipeline->step_count; s++) {
    RECS_TRY(recs__rows_run(&rows, &pipeline->steps[s], counts));
    counts += pipeline->steps[s].count;
  }
  RECS_TRY(recs__rows_check(&rows));
  scatter(&rows, job->out);
  return RECS_OK;
}

static int32_t apply_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const applying *job = payload;
  for (size_t at = begin; at < end; at += RECS__STEP_BLOCK)
    RECS_TRY(apply_block(job, &job->benches[thread], at, end - at < RECS__STEP_BLOCK ? end : at + RECS__STEP_BLOCK));
  return RECS_OK;
}

static int32_t set_up(applying *job) {
  const recs_pipeline *pipeline = job->pipeline;
  const recs_context *context = pipeline->object.context;
  job->bench_count = recs__parallel_threads(context, job->table->rows, ROW_GRAIN);
  job->benches = recs__alloc_zero(context, job->bench_count, sizeof *job->benches);
  for (uint32_t t = 0; job->benches != NULL && t < job->bench_count; t++) {
    bench *own = &job->benches[t];
    own->room = recs__alloc(context, pipeline->slots, RECS__STEP_BLOCK * sizeof *own->room);
    own->slots = recs__alloc(context, pipeline->slots, sizeof *own->slots);
    own->counts = recs__alloc_zero(context, job->findings, sizeof *own->counts);
    if (own->room == NULL || own->slots == NULL || own->counts == NULL)
      return recs__fail_nomem();
    for (uint32_t slot = 0; slot < pipeline->slots; slot++)
      own->slots[slot] = own->room + (size_t)slot * RECS__STEP_BLOCK;
  }
  return job->benches == NULL ? recs__fail_nomem() : RECS_OK;
}

static void clear_up(applying *job) {
  const recs_context *context = job->pipeline->object.context;
  for (uint32_t t = 0; job->benches != NULL && t < job->bench_count; t++) {
    recs__free(context, job->benches[t].counts);
    recs__free(context, job->benches[t].slots);
    recs__free(context, job->benches[t].room);
  }
  recs__free(context, job->benches);
}

/* Whole numbers: the order of adding does not matter. */
static void add_counts(uint64_t *out, const applying *job) {
  for (uint32_t t = 0; t < job->bench_count; t++) {
    for (uint32_t i = 0; i < job->findings; i++)
      out[i] += job->benches[t].counts[i];
  }
}

int32_t recs_pipeline_apply(double *out, uint64_t *out_counts, const recs_pipeline *pipeline, const recs_table *table) {
  recs_table given;
  applying job = {.pipeline = pipeline, .table = &given, .out = out};
  uint32_t *source;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  RECS_NOT_NULL(pipeline);
  job.findings = recs_pipeline_finding_count(pipeline);
  if (out_counts != NULL)
    memset(out_counts, 0, job.findings * sizeof *out_counts);
  RECS_TRY(recs__table_load(&given, table));
  source = recs__alloc(pipeline->object.context, pipeline->inputs, sizeof *source);
  if (source == NULL)
    return recs__fail_nomem();
  job.source = source;
  RECS_GO(match_columns(source, pipeline, &given));
  RECS_GO(set_up(&job));
  RECS_GO(recs__parallel(pipeline->object.context, given.rows, ROW_GRAIN, apply_range, &job, NULL));
  if (out_counts != NULL)
    add_counts(out_counts, &job);
cleanup:
  clear_up(&job);
  recs__free(pipeline->object.context, source);
  return status;
}
