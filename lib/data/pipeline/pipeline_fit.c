/* Learning a pipeline: the whole table goes through the steps, column by column. */
#include <math.h>
#include <string.h>

#include "lib/base/options.h"
#include "lib/base/parallel.h"
#include "lib/data/pipeline/pipeline_rows.h"
#include "lib/data/pipeline/pipeline_table.h"

enum { MOST_REFERENCES = 10000000, MOST_CATEGORIES = 65536 };

static const recs__field pipeline_fields[] = {
    RECS__STRING(recs_pipeline_options, steps, NULL, "The steps, such as \"impute=median; clip=iqr:1.5; log; scale=z\"."),
    RECS__U64(recs_pipeline_options, seed, 0, UINT64_MAX, 1, "Seed of the sample of reference rows."),
    RECS__U32(recs_pipeline_options, reference_rows, 1, MOST_REFERENCES, 10000, "Rows that impute=knn keeps to look for neighbours in."),
    RECS__U32(recs_pipeline_options, max_categories, 1, MOST_CATEGORIES, 64, "Values that a column of onehot may have."),
};
static const recs_schema pipeline_schema = RECS__SCHEMA("pipeline", recs_pipeline_options, pipeline_fields);

const recs_schema *recs_pipeline_schema(void) {
  return &pipeline_schema;
}

int32_t recs_pipeline_options_init(recs_pipeline_options *options, size_t struct_size) {
  return recs_options_init(options, &pipeline_schema, struct_size);
}

/* A step that learns from each column by itself. */
typedef struct learning {
  const recs__fitting *fit;
  const recs__step *step;
  double *room; /* of each thread: a column, and as much again for sorting */
} learning;

/* The numbers of columns too large or too alike to be used would poison all that comes after them. */
static int32_t check_learned(const learning *job, uint32_t index) {
  const recs__step *step = job->step;
  char room[RECS__SLOT_NAME];
  for (int64_t n = step->offsets[index]; n < step->offsets[index + 1]; n++) {
    if (!isfinite(step->numbers[n]))
      return recs__fail(RECS_ERROR_NUMERIC, "column %s has values too large for %s",
                        recs__slot_name(room, job->fit->pipeline, step->slots[index]), step->kind->form);
  }
  return RECS_OK;
}

static int32_t learn_column(const learning *job, uint32_t index, double *room) {
  const recs__step *step = job->step;
  const double *values = job->fit->columns[step->slots[index]];
  char name[RECS__SLOT_NAME];
  size_t count = 0;
  for (size_t row = 0; row < job->fit->rows; row++) {
    room[count] = values[row];
    count += isnan(values[row]) ? 0 : 1;
  }
  if (count == 0 && !step->kind->blind)
    return recs__fail(RECS_ERROR_INVALID, "column %s has no value that %s could learn from",
                      recs__slot_name(name, job->fit->pipeline, step->slots[index]), step->kind->form);
  step->kind->learn_column(step->numbers + step->offsets[index], step, room, count);
  return check_learned(job, index);
}

static int32_t learn_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const learning *job = payload;
  for (size_t index = begin; index < end; index++)
    RECS_TRY(learn_column(job, (uint32_t)index, job->room + 2 * thread * job->fit->rows));
  return RECS_OK;
}

/* Columns that are learned one by one: `width` numbers each, of which `rank` has no more than there are rows. */
static int32_t learn_columns(recs__step *step, const recs__fitting *fit, const recs__progress *progress) {
  const recs_context *context = fit->pipeline->object.context;
  learning job = {fit, step, NULL};
  int32_t status;
  RECS_TRY(recs__step_numbers(step, context, step->kind->width > 0 ? step->kind->width : step->kind->width_of(step, fit->rows)));
  job.room = recs__alloc(context, recs__parallel_threads(context, step->count, 1) * fit->rows, 2 * sizeof *job.room);
  if (job.room == NULL)
    return recs__fail_nomem();
  status = recs__parallel(context, step->count, 1, learn_range, &job, progress);
  recs__free(context, job.room);
  return status;
}

static int32_t learn_step(recs__step *step, const recs__fitting *fit, const recs__progress *progress) {
  if (step->kind->learn != NULL)
    return step->kind->learn(step, fit);
  if (step->kind->learn_column != NULL)
    return learn_columns(step, fit, progress);
  return recs__step_numbers(step, fit->pipeline->object.context, 0);
}

static int32_t fit_step(recs__fitting *fit, recs__step *step, const recs__progress *progress) {
  recs__progress learned = recs__progress_part(progress, 0, 0.7), run = recs__progress_part(progress, 0.7, 1);
  RECS_TRY(recs__step_choose(step, fit));
  RECS_TRY(learn_step(step, fit, &learned));
  RECS_TRY(recs__fitting_add(fit, step));
  RECS_TRY(recs__fitting_run(fit, step, &run));
  RECS_TRY(recs__fitting_exclude(fit, step));
  recs__fitting_drop(fit, step);
  return RECS_OK;
}

static int32_t fit_steps(recs__fitting *fit, const recs__progress *progress) {
  recs_pipeline *pipeline = fit->pipeline;
  recs_ids *names = NULL;
  for (uint32_t s = 0; s < pipeline->step_count; s++) {
    recs__progress part = recs__progress_part(progress, (double)s / pipeline->step_count, (s + 1.0) / pipeline->step_count);
    RECS_TRY(fit_step(fit, &pipeline->steps[s], &part));
  }
  RECS_TRY(recs__pipeline_finish(pipeline));
  RECS_TRY(recs__fitting_check(fit));
  RECS_TRY(recs_ids_freeze(&names, pipeline->names));
  recs__release(pipeline->names);
  pipeline->names = names;
  return recs__progress_at(progress, 1);
}

/* The pipeline's own copy of the text, and its steps. */
static int32_t read_steps(recs_pipeline *pipeline, const char *text) {
  text = text == NULL ? "" : text;
  pipeline->text = recs__copy(pipeline->object.context, text, strlen(text) + 1, 1);
  if (pipeline->text == NULL)
    return recs__fail_nomem();
  return recs__pipeline_parse(pipeline, pipeline->text);
}

int32_t recs_pipeline_fit(recs_pipeline **out, uint8_t *out_excluded, recs_context *context, const recs_table *table,
                          const recs_pipeline_options *options, recs_progress_fn progress, void *payload) {
  recs__fitting fit = {.excluded = out_excluded};
  recs__progress whole = recs__progress_of(progress, payload);
  recs_table given;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__table_load(&given, table));
  if (given.rows == 0)
    return recs__fail(RECS_ERROR_INVALID, "the table has no rows to learn from");
  RECS_TRY(recs__options_load(&fit.options, &pipeline_schema, options));
  fit.rows = given.rows;
  fit.pipeline = recs__pipeline_new(context);
  if (fit.pipeline == NULL)
    return recs__fail_nomem();
  if (out_excluded != NULL)
    memset(out_excluded, 0, given.rows);
  RECS_GO(read_steps(fit.pipeline, fit.options.steps));
  RECS_GO(recs_ids_create(&fit.pipeline->names, context));
  RECS_GO(recs__fitting_load(&fit, &given));
  RECS_GO(fit_steps(&fit, &whole));
  *out = recs__hold(fit.pipeline);
cleanup:
  recs__fitting_clear(&fit);
  recs__release(fit.pipeline);
  return status;
}
