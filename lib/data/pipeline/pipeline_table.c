/* The table of a fit: an array a column, which steps change, add and drop. */
#include "lib/data/pipeline/pipeline_table.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/number.h"
#include "lib/base/parallel.h"
#include "lib/data/pipeline/pipeline_rows.h"

enum { ROW_GRAIN = 4096 };

/* A slot of that name, with room for its values. */
static int32_t add_slot(recs__fitting *fit, const char *name, size_t length, int made) {
  recs_pipeline *pipeline = fit->pipeline;
  const recs_context *context = pipeline->object.context;
  uint32_t slot = pipeline->slots, row;
  char quoted[RECS__SLOT_NAME];
  RECS_TRY(recs_ids_add(&row, pipeline->names, name, length));
  if (row != slot)
    return recs__fail(RECS_ERROR_INVALID, "there are two columns %s", recs__quote(quoted, sizeof quoted, name, length));
  RECS_TRY(recs__grow(context, &fit->columns, &fit->column_room, (size_t)slot + 1, sizeof *fit->columns));
  RECS_TRY(recs__grow(context, &fit->made, &fit->made_room, (size_t)slot + 1, sizeof *fit->made));
  fit->made[slot] = (uint8_t)made;
  fit->columns[slot] = recs__alloc(context, fit->rows, sizeof **fit->columns);
  pipeline->slots = slot + 1;
  return fit->columns[slot] == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t add_inputs(recs__fitting *fit, const recs_table *table) {
  char made_up[16];
  for (uint32_t column = 0; column < table->columns; column++) {
    recs__piece name = {made_up, 0};
    if (table->names != NULL)
      name = recs__table_name(table, column);
    else
      name.length = (size_t)snprintf(made_up, sizeof made_up, "x%u", column);
    RECS_TRY(add_slot(fit, name.text, name.length, 0));
  }
  fit->pipeline->inputs = table->columns;
  return RECS_OK;
}

/* All columns from row `begin` on. */
static recs__stretch stretch_at(const recs__fitting *fit, double **slots, size_t begin, size_t end) {
  recs__stretch rows = {fit->pipeline, slots, end - begin, begin, fit->numbers};
  for (uint32_t slot = 0; slot < fit->pipeline->slots; slot++)
    slots[slot] = fit->columns[slot] == NULL ? NULL : fit->columns[slot] + begin;
  if (rows.numbers != NULL)
    rows.numbers += begin;
  return rows;
}

/* What is done to all rows: `work` gets them by blocks. */
typedef struct sweep {
  const recs__fitting *fit;
  int32_t (*work)(const struct sweep *job, const recs__stretch *rows, uint64_t *counts);
  const recs_table *table;
  const uint32_t *source;
  const recs__step *step;
  double **slots;   /* of each thread */
  uint64_t *counts; /* of each thread and column of the step */
} sweep;

static int32_t sweep_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const sweep *job = payload;
  double **slots = job->slots + (size_t)thread * job->fit->pipeline->slots;
  uint64_t *counts = job->step == NULL ? NULL : job->counts + (size_t)thread * job->step->count;
  for (size_t at = begin; at < end; at += RECS__STEP_BLOCK) {
    size_t stop = end - at < RECS__STEP_BLOCK ? end : at + RECS__STEP_BLOCK;
    recs__stretch rows = stretch_at(job->fit, slots, at, stop);
    RECS_TRY(job->work(job, &rows, counts));
  }
  return RECS_OK;
}

static int32_t sweep_rows(sweep *job, const recs__progress *progress) {
  const recs__fitting *fit = job->fit;
  const recs_context *context = fit->pipeline->object.context;
  uint32_t threads = recs__parallel_threads(context, fit->rows, ROW_GRAIN);
  size_t found = job->step == NULL ? 0 : job->step->count;
  int32_t status = RECS_OK;
  job->slots = recs__alloc(context, (size_t)threads * fit->pipeline->slots, sizeof *job->slots);
  job->counts = recs__alloc_zero(context, threads * found, sizeof *job->counts);
  if (job->slots == NULL || job->counts == NULL)
    status = recs__fail_nomem();
  if (status == RECS_OK)
    status = recs__parallel(context, fit->rows, ROW_GRAIN, sweep_range, job, progress);
  for (size_t i = 0; status == RECS_OK && i < threads * found; i++)
    job->step->found[i % found] += job->counts[i];
  recs__free(context, job->counts);
  recs__free(context, job->slots);
  return status;
}

static int32_t gather_rows(const sweep *job, const recs__stretch *rows, uint64_t *counts) {
  (void)counts;
  return recs__rows_gather(rows, job->table, job->source);
}

static int32_t run_rows(const sweep *job, const recs__stretch *rows, uint64_t *counts) {
  return recs__rows_run(rows, job->step, counts);
}

static int32_t check_rows(const sweep *job, const recs__stretch *rows, uint64_t *counts) {
  (void)job;
  (void)counts;
  return recs__rows_check(rows);
}

int32_t recs__fitting_load(recs__fitting *fit, const recs_table *table) {
  const recs_context *context = fit->pipeline->object.context;
  sweep job = {.fit = fit, .work = gather_rows, .table = table};
  uint32_t *source;
  int32_t status;
  RECS_TRY(add_inputs(fit, table));
  source = recs__alloc(context, table->columns, sizeof *source);
  if (source == NULL)
    return recs__fail_nomem();
  for (uint32_t column = 0; column < table->columns; column++)
    source[column] = column;
  job.source = source;
  status = sweep_rows(&job, NULL);
  recs__free(context, source);
  return status;
}

int32_t recs__fitting_run(const recs__fitting *fit, const recs__step *step, const recs__progress *progress) {
  sweep job = {.fit = fit, .work = run_rows, .step = step};
  return sweep_rows(&job, progress);
}

int32_t recs__fitting_check(const recs__fitting *fit) {
  sweep job = {.fit = fit, .work = check_rows};
  return sweep_rows(&job, NULL);
}

/* A column beside another one, named after it. */
static int32_t add_beside(recs__fitting *fit, uint32_t slot, const char *suffix) {
  const recs_context *context = fit->pipeline->object.context;
  const char *name;
  size_t length, more = strlen(suffix);
  char *text;
  int32_t status;
  RECS_TRY(recs_ids_name(&name, &length, fit->pipeline->names, slot));
  text = recs__alloc(context, length + more, 1);
  if (text == NULL)
    return recs__fail_nomem();
  memcpy(text, name, length);
  memcpy(text + length, suffix, more);
  status = add_slot(fit, text, length + more, 1);
  recs__free(context, text);
  return status;
}

/* "=value", as short as it can be read back; always with a point, whatever the locale. */
static void value_suffix(char *out, size_t size, double value) {
  double back;
  char *comma;
  for (int digits = 6; digits <= 17; digits++) {
    snprintf(out, size, "=%.*g", digits, value);
    while ((comma = strchr(out, ',')) != NULL)
      *comma = '.';
    if (recs__parse_double(out + 1, strlen(out + 1), &back) && back == value)
      return;
  }
}

int32_t recs__fitting_add(recs__fitting *fit, recs__step *step) {
  char suffix[32];
  step->added = fit->pipeline->slots;
  for (uint32_t i = 0; step->kind->adds == RECS__ADDS_ONE && i < step->count; i++)
    RECS_TRY(add_beside(fit, step->slots[i], step->kind->suffix));
  for (uint32_t i = 0; step->kind->adds == RECS__ADDS_PER_NUMBER && i < step->count; i++) {
    for (int64_t n = step->offsets[i]; n < step->offsets[i + 1]; n++) {
      value_suffix(suffix, sizeof suffix, step->numbers[n]);
      RECS_TRY(add_beside(fit, step->slots[i], suffix));
    }
  }
  return RECS_OK;
}

void recs__fitting_drop(recs__fitting *fit, const recs__step *step) {
  uint32_t next = 0;
  for (uint32_t slot = 0; step->kind->fate != RECS__COLUMNS_STAY && slot < step->added; slot++) {
    int own = next < step->count && step->slots[next] == slot;
    next += own ? 1 : 0;
    if (own == (step->kind->fate == RECS__COLUMNS_GO)) {
      recs__free(fit->pipeline->object.context, fit->columns[slot]);
      fit->columns[slot] = NULL;
    }
  }
}

/* Bounds are two numbers a column. */
static int is_excluded(const recs__fitting *fit, const recs__step *step, size_t row) {
  for (uint32_t i = 0; i < step->count; i++) {
    const double *bounds = step->numbers + step->offsets[i];
    double value = fit->columns[step->slots[i]][row];
    if (value < bounds[0] || value > bounds[1])
      return 1;
  }
  return 0;
}

/* Rows keep their numbers, for messages. */
static int32_t number_rows(recs__fitting *fit) {
  if (fit->numbers != NULL)
    return RECS_OK;
  fit->numbers = recs__alloc(fit->pipeline->object.context, fit->rows, sizeof *fit->numbers);
  for (size_t row = 0; fit->numbers != NULL && row < fit->rows; row++)
    fit->numbers[row] = row;
  return fit->numbers == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__fitting_exclude(recs__fitting *fit, const recs__step *step) {
  size_t kept = 0;
  if (!step->kind->excludes)
    return RECS_OK;
  RECS_TRY(number_rows(fit));
  for (size_t row = 0; row < fit->rows; row++) {
    if (is_excluded(fit, step, row)) {
      if (fit->excluded != NULL)
        fit->excluded[fit->numbers[row]] = 1;
      continue;
    }
    for (uint32_t slot = 0; slot < fit->pipeline->slots; slot++) {
      if (fit->columns[slot] != NULL)
        fit->columns[slot][kept] = fit->columns[slot][row];
    }
    fit->numbers[kept++] = fit->numbers[row];
  }
  fit->rows = kept;
  return kept > 0 ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "%s leaves no row", step->kind->form);
}

void recs__fitting_clear(recs__fitting *fit) {
  const recs_context *context = fit->pipeline->object.context;
  for (uint32_t slot = 0; slot < fit->pipeline->slots; slot++)
    recs__free(context, fit->columns[slot]);
  recs__free(context, fit->columns);
  recs__free(context, fit->made);
  recs__free(context, fit->numbers);
}
