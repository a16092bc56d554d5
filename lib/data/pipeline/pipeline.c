/* The pipeline as an object: what it is asked. */
#include "lib/data/pipeline/pipeline.h"

#include <math.h>
#include <string.h>

static void free_steps(recs_pipeline *pipeline) {
  const recs_context *context = pipeline->object.context;
  for (uint32_t i = 0; pipeline->steps != NULL && i < pipeline->step_count && pipeline->backing == NULL; i++) {
    recs__free(context, pipeline->steps[i].slots);
    recs__free(context, pipeline->steps[i].offsets);
    recs__free(context, pipeline->steps[i].numbers);
    recs__free(context, pipeline->steps[i].found);
  }
  recs__free(context, pipeline->steps);
}

static void pipeline_destroy(void *object) {
  recs_pipeline *pipeline = object;
  const recs_context *context = pipeline->object.context;
  free_steps(pipeline);
  recs__free(context, pipeline->loose);
  recs__free(context, pipeline->outputs);
  recs__release(pipeline->names);
  if (pipeline->backing == NULL)
    recs__free(context, pipeline->text);
  recs__release(pipeline->backing);
}

recs_pipeline *recs__pipeline_new(recs_context *context) {
  return recs__object_new(context, sizeof(recs_pipeline), pipeline_destroy);
}

int32_t recs__step_numbers(recs__step *step, const recs_context *context, size_t width) {
  size_t total;
  if (__builtin_mul_overflow(width, step->count, &total))
    return recs__fail(RECS_ERROR_OVERFLOW, "%u columns of %zu numbers are too many", step->count, width);
  step->offsets = recs__alloc(context, (size_t)step->count + 1, sizeof *step->offsets);
  step->numbers = recs__alloc_zero(context, total, sizeof *step->numbers);
  if (step->offsets == NULL || step->numbers == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i <= step->count; i++)
    step->offsets[i] = (int64_t)(i * width);
  return RECS_OK;
}

/* Which slots are there after all steps: 1. */
void recs__pipeline_alive(uint8_t *alive, const recs_pipeline *pipeline) {
  memset(alive, 0, pipeline->slots);
  memset(alive, 1, pipeline->inputs);
  for (uint32_t s = 0; s < pipeline->step_count; s++) {
    const recs__step *step = &pipeline->steps[s];
    if (step->kind->fate == RECS__OTHERS_GO)
      memset(alive, 0, pipeline->slots);
    for (uint32_t i = 0; i < step->count; i++)
      alive[step->slots[i]] = step->kind->fate != RECS__COLUMNS_GO;
    memset(alive + step->added, 1, recs__step_adds_count(step));
  }
}

int32_t recs__pipeline_finish(recs_pipeline *pipeline) {
  const recs_context *context = pipeline->object.context;
  pipeline->loose = recs__alloc_zero(context, pipeline->slots, 1);
  pipeline->outputs = recs__alloc(context, pipeline->slots, sizeof *pipeline->outputs);
  if (pipeline->loose == NULL || pipeline->outputs == NULL)
    return recs__fail_nomem();
  recs__pipeline_alive(pipeline->loose, pipeline);
  for (uint32_t slot = 0; slot < pipeline->slots; slot++) {
    if (pipeline->loose[slot])
      pipeline->outputs[pipeline->output_count++] = slot;
  }
  memset(pipeline->loose, 0, pipeline->slots);
  for (uint32_t s = 0; s < pipeline->step_count; s++) {
    const recs__step *step = &pipeline->steps[s];
    for (uint32_t i = 0; step->kind->keeps && i < step->count; i++)
      pipeline->loose[step->slots[i]] = 1;
  }
  return pipeline->output_count > 0 ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "the steps leave no column");
}

const char *recs__slot_name(char room[RECS__SLOT_NAME], const recs_pipeline *pipeline, uint32_t slot) {
  const char *name;
  size_t length;
  if (recs_ids_name(&name, &length, pipeline->names, slot) != RECS_OK)
    length = 0;
  return recs__quote(room, RECS__SLOT_NAME, name == NULL ? "" : name, length);
}

static const char *name_of(const recs_pipeline *pipeline, uint32_t slot) {
  const char *name;
  return recs_ids_name(&name, NULL, pipeline->names, slot) == RECS_OK ? name : "";
}

uint32_t recs_pipeline_columns(const recs_pipeline *pipeline) {
  return pipeline == NULL ? 0 : pipeline->output_count;
}

const char *recs_pipeline_name(const recs_pipeline *pipeline, uint32_t column) {
  return column < recs_pipeline_columns(pipeline) ? name_of(pipeline, pipeline->outputs[column]) : "";
}

uint32_t recs_pipeline_input_columns(const recs_pipeline *pipeline) {
  return pipeline == NULL ? 0 : pipeline->inputs;
}

const char *recs_pipeline_input_name(const recs_pipeline *pipeline, uint32_t column) {
  return column < recs_pipeline_input_columns(pipeline) ? name_of(pipeline, column) : "";
}

const char *recs_pipeline_steps(const recs_pipeline *pipeline) {
  return pipeline == NULL ? "" : pipeline->text;
}

uint32_t recs_pipeline_finding_count(const recs_pipeline *pipeline) {
  uint32_t count = 0;
  for (uint32_t s = 0; pipeline != NULL && s < pipeline->step_count; s++)
    count += pipeline->steps[s].count;
  return count;
}

/* The first two numbers of a column, as far as there are any. */
static void show_numbers(double *low, double *high, const recs__step *step, uint32_t index) {
  int64_t begin = step->offsets[index], width = step->offsets[index + 1] - begin;
  *low = width > 0 ? step->numbers[begin] : NAN;
  *high = width > 1 ? step->numbers[begin + 1] : NAN;
}

/* What a step found in its column number `index`. */
static void tell(const char **column, const char **what, uint64_t *count, double shown[2], const recs_pipeline *pipeline,
                 const recs__step *step, uint32_t index) {
  const char *word = step->kind->what;
  show_numbers(&shown[0], &shown[1], step, index);
  if (step->kind->shown != NULL)
    word = step->kind->shown(&shown[0], &shown[1], step, index);
  if (column != NULL)
    *column = name_of(pipeline, step->slots[index]);
  if (what != NULL)
    *what = word;
  if (count != NULL)
    *count = step->found[index];
}

int32_t recs_pipeline_finding(uint32_t *step, const char **column, const char **what, uint64_t *count, double *low,
                              double *high, const recs_pipeline *pipeline, uint32_t index) {
  double shown[2] = {NAN, NAN};
  uint32_t rest = index, s = 0;
  recs__enter();
  if (column != NULL)
    *column = NULL;
  if (what != NULL)
    *what = NULL;
  if (count != NULL)
    *count = 0;
  RECS_NOT_NULL(pipeline);
  while (s < pipeline->step_count && rest >= pipeline->steps[s].count)
    rest -= pipeline->steps[s++].count;
  if (s == pipeline->step_count)
    return recs__fail(RECS_ERROR_INVALID, "finding %u of a pipeline with %u", index, recs_pipeline_finding_count(pipeline));
  tell(column, what, count, shown, pipeline, &pipeline->steps[s], rest);
  if (step != NULL)
    *step = s;
  if (low != NULL)
    *low = shown[0];
  if (high != NULL)
    *high = shown[1];
  return RECS_OK;
}

void recs_pipeline_free(recs_pipeline *pipeline) {
  recs__release(pipeline);
}
