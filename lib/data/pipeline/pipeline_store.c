/* Pipelines in files: the text gives the steps, arrays what they learned. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/data/pipeline/pipeline.h"

enum { STEP_NAME = 24 };

static int32_t write_step(const recs__step *step, recs__writer *writer) {
  RECS_TRY(recs__write(writer, "arguments", RECS__F64, step->arguments, RECS__STEP_ARGUMENTS));
  RECS_TRY(recs__write(writer, "columns", RECS__U32, step->slots, step->count));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, step->offsets, (uint64_t)step->count + 1));
  RECS_TRY(recs__write(writer, "numbers", RECS__F64, step->numbers, (uint64_t)step->offsets[step->count]));
  return recs__write(writer, "found", RECS__U64, step->found, step->count);
}

static void name_step(char name[STEP_NAME], uint32_t number) {
  snprintf(name, STEP_NAME, "step%" PRIu32, number);
}

int32_t recs__pipeline_write(const recs_pipeline *pipeline, recs__writer *writer) {
  char name[STEP_NAME];
  RECS_TRY(recs__write_string(writer, "steps", pipeline->text));
  RECS_TRY(recs__write_u64(writer, "inputs", pipeline->inputs));
  RECS_SCOPED(writer, "names", recs__ids_write(pipeline->names, writer));
  for (uint32_t s = 0; s < pipeline->step_count; s++) {
    name_step(name, s);
    RECS_SCOPED(writer, name, write_step(&pipeline->steps[s], writer));
  }
  return RECS_OK;
}

static int32_t damaged(uint32_t number, const char *what) {
  return recs__fail(RECS_ERROR_FORMAT, "step %" PRIu32 " of a pipeline is damaged: %s", number, what);
}

/* Ascending, and there when the step has its turn. */
static int32_t check_columns(const recs__step *step, const uint8_t *alive, uint32_t slots, uint32_t number) {
  for (uint32_t i = 0; i < step->count; i++) {
    if (step->slots[i] >= slots || !alive[step->slots[i]] || (i > 0 && step->slots[i] <= step->slots[i - 1]))
      return damaged(number, "its columns");
  }
  return RECS_OK;
}

static int32_t check_numbers(const recs__step *step, uint64_t numbers, uint32_t number) {
  const recs__step_kind *kind = step->kind;
  RECS_TRY(recs__check_offsets("a step of a pipeline", step->offsets, step->count, numbers));
  for (uint32_t i = 0; i < step->count; i++) {
    int64_t width = step->offsets[i + 1] - step->offsets[i];
    int learns_nothing = kind->width == 0 && kind->width_of == NULL && kind->learn == NULL;
    if ((kind->width > 0 && width != kind->width) || (learns_nothing && width != 0))
      return damaged(number, "how many numbers it learned");
  }
  for (uint64_t n = 0; n < numbers; n++) {
    if (!(isfinite(step->numbers[n]) || (kind->holes && isnan(step->numbers[n]))))
      return damaged(number, "a number that is not finite");
  }
  return kind->sound == NULL || kind->sound(step) ? RECS_OK : damaged(number, "its numbers");
}

static int32_t check_arguments(const recs__step *step, uint32_t number) {
  for (size_t i = 0; i < RECS__STEP_ARGUMENTS; i++) {
    const recs__argument *wanted = &step->kind->arguments[i];
    double value = step->arguments[i];
    if (wanted->name != NULL &&
        !(value >= wanted->minimum && value <= wanted->maximum && (!wanted->whole || value == floor(value))))
      return damaged(number, "its arguments");
  }
  return RECS_OK;
}

static int32_t read_step(recs__step *step, recs__reader *reader, const uint8_t *alive, uint32_t slots, uint32_t number) {
  const void *columns, *numbers;
  const double *arguments;
  uint64_t count, total;
  RECS_TRY(recs__read_exact(reader, "arguments", RECS__F64, &arguments, RECS__STEP_ARGUMENTS));
  memcpy(step->arguments, arguments, sizeof step->arguments);
  RECS_TRY(recs__read(reader, "columns", RECS__U32, &columns, &count));
  if (count > slots)
    return damaged(number, "its columns");
  step->count = (uint32_t)count;
  step->slots = (uint32_t *)columns;
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &step->offsets, count + 1));
  RECS_TRY(recs__read(reader, "numbers", RECS__F64, &numbers, &total));
  step->numbers = (double *)numbers;
  RECS_TRY(recs__read_exact(reader, "found", RECS__U64, &step->found, count));
  step->added = slots;
  RECS_TRY(check_arguments(step, number));
  RECS_TRY(check_columns(step, alive, slots, number));
  return check_numbers(step, total, number);
}

/* The steps one after the other, each on the columns that those before it left. */
static int32_t read_steps(recs_pipeline *pipeline, recs__reader *reader, uint8_t *alive, uint32_t names) {
  char name[STEP_NAME];
  uint32_t known = pipeline->step_count;
  pipeline->slots = pipeline->inputs;
  for (uint32_t s = 0; s < known; s++) {
    recs__step *step = &pipeline->steps[s];
    pipeline->step_count = s;
    recs__pipeline_alive(alive, pipeline);
    name_step(name, s);
    RECS_SCOPED(reader, name, read_step(step, reader, alive, pipeline->slots, s));
    if (recs__step_adds_count(step) > names - pipeline->slots)
      return damaged(s, "it adds columns without names");
    pipeline->slots += recs__step_adds_count(step);
  }
  pipeline->step_count = known;
  if (pipeline->slots != names)
    return recs__fail(RECS_ERROR_FORMAT, "a pipeline has %" PRIu32 " columns and %" PRIu32 " names", pipeline->slots, names);
  return recs__pipeline_finish(pipeline);
}

static int32_t read_parts(recs_pipeline *pipeline, recs__reader *reader) {
  const char *text;
  uint64_t inputs;
  uint8_t *alive;
  uint32_t names;
  int32_t status;
  RECS_TRY(recs__read_string(reader, "steps", &text));
  pipeline->text = (char *)text;
  RECS_TRY(recs__pipeline_parse(pipeline, text));
  RECS_SCOPED(reader, "names", recs__ids_read(&pipeline->names, reader));
  names = recs_ids_count(pipeline->names);
  RECS_TRY(recs__read_u64(reader, "inputs", 1, names, &inputs));
  if (recs_ids_live(pipeline->names) != names)
    return recs__fail(RECS_ERROR_FORMAT, "a column of a pipeline has no name");
  pipeline->inputs = (uint32_t)inputs;
  alive = recs__alloc(reader->context, names, 1);
  if (alive == NULL)
    return recs__fail_nomem();
  status = read_steps(pipeline, reader, alive, names);
  recs__free(reader->context, alive);
  return status;
}

int32_t recs__pipeline_read(recs_pipeline **out, recs__reader *reader) {
  recs_pipeline *pipeline = recs__pipeline_new(reader->context);
  int32_t status;
  *out = NULL;
  if (pipeline == NULL)
    return recs__fail_nomem();
  pipeline->backing = recs__hold(reader->backing);
  RECS_GO(read_parts(pipeline, reader));
  *out = pipeline;
  pipeline = NULL;
cleanup:
  recs__release(pipeline);
  return status;
}
