/* Missing values from the nearest rows that have them. */
#include <math.h>
#include <string.h>

#include "lib/base/random.h"
#include "lib/data/pipeline/column.h"
#include "lib/data/pipeline/near.h"
#include "lib/data/pipeline/pipeline_table.h"

/* Reference rows are met a chunk at a time, so that their sums stay near. */
enum { CHUNK = 512, MOST_NEIGHBORS = 1000 };

/* The nearest rows so far that have a column, in order of distance, then of row. */
typedef struct shortlist {
  double *distances;
  double *values;
  size_t count;
} shortlist;

/* What fills one row after the other. */
typedef struct filling {
  const recs__step *step;
  const recs__stretch *rows;
  recs__near_fn near;
  size_t references;
  size_t neighbors;  /* wanted */
  double *room;
  shortlist *lists;  /* of each column */
  double sums[CHUNK];
  double shared[CHUNK];
} filling;

/* Which rows are kept: all, or a sample in their order (Knuth's algorithm S). */
static void sample_rows(size_t *out, size_t wanted, const recs__fitting *fit) {
  recs__random random = recs__random_stream(fit->options.seed, 0);
  size_t taken = 0;
  for (size_t row = 0; taken < wanted; row++) {
    if (recs__random_below(&random, fit->rows - row) < wanted - taken)
      out[taken++] = row;
  }
}

/* Of the values that are there. */
static int32_t find_mean(double *out, const double *values, const recs__fitting *fit, uint32_t slot, double *room) {
  char name[RECS__SLOT_NAME];
  size_t count = 0;
  for (size_t row = 0; row < fit->rows; row++) {
    room[count] = values[row];
    count += isnan(values[row]) ? 0 : 1;
  }
  *out = recs__column_mean(room, count);
  if (count == 0)
    return recs__fail(RECS_ERROR_INVALID, "column %s has no value that impute=knn could learn from",
                      recs__slot_name(name, fit->pipeline, slot));
  return isfinite(*out) ? RECS_OK : recs__fail(RECS_ERROR_NUMERIC, "column %s has values too large for impute=knn",
                                               recs__slot_name(name, fit->pipeline, slot));
}

/* A column's numbers: its values in the reference rows, then its mean. */
static int32_t copy_columns(recs__step *step, const recs__fitting *fit, const size_t *chosen, size_t wanted, double *room) {
  for (uint32_t i = 0; i < step->count; i++) {
    const double *values = fit->columns[step->slots[i]];
    double *numbers = step->numbers + step->offsets[i];
    for (size_t r = 0; r < wanted; r++)
      numbers[r] = values[chosen[r]];
    RECS_TRY(find_mean(&numbers[wanted], values, fit, step->slots[i], room));
  }
  return RECS_OK;
}

static int32_t learn_knn(recs__step *step, const recs__fitting *fit) {
  const recs_context *context = fit->pipeline->object.context;
  size_t wanted = fit->rows < fit->options.reference_rows ? fit->rows : fit->options.reference_rows;
  size_t *chosen = recs__alloc(context, wanted, sizeof *chosen);
  double *room = recs__alloc(context, fit->rows, sizeof *room);
  int32_t status = chosen == NULL || room == NULL ? recs__fail_nomem() : recs__step_numbers(step, context, wanted + 1);
  if (status == RECS_OK) {
    sample_rows(chosen, wanted, fit);
    status = copy_columns(step, fit, chosen, wanted, room);
  }
  recs__free(context, chosen);
  recs__free(context, room);
  return status;
}

/* The sums of a chunk of reference rows: squares over the columns that both have, and how many these are. */
static void measure_chunk(filling *job, size_t row, size_t begin, size_t count) {
  memset(job->sums, 0, sizeof job->sums);
  memset(job->shared, 0, sizeof job->shared);
  for (uint32_t j = 0; j < job->step->count; j++) {
    double value = job->rows->slots[job->step->slots[j]][row];
    if (!isnan(value))
      job->near(job->sums, job->shared, job->step->numbers + job->step->offsets[j] + begin, value, count);
  }
  for (size_t i = 0; i < count; i++)
    job->sums[i] = job->sums[i] / job->shared[i]; /* NaN when nothing is shared */
}

static void offer(shortlist *list, size_t wanted, double distance, double value) {
  size_t place = list->count < wanted ? list->count++ : wanted - 1;
  for (; place > 0 && list->distances[place - 1] > distance; place--) {
    list->distances[place] = list->distances[place - 1];
    list->values[place] = list->values[place - 1];
  }
  list->distances[place] = distance;
  list->values[place] = value;
}

static void look_through(shortlist *list, const filling *job, const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double limit = list->count < job->neighbors ? HUGE_VAL : list->distances[job->neighbors - 1];
    if (job->sums[i] < limit && !isnan(values[i]))
      offer(list, job->neighbors, job->sums[i], values[i]);
  }
}

static void fill_row(filling *job, size_t row, uint64_t *counts) {
  const recs__step *step = job->step;
  for (uint32_t j = 0; j < step->count; j++)
    job->lists[j].count = 0;
  for (size_t begin = 0; begin < job->references; begin += CHUNK) {
    size_t count = job->references - begin < CHUNK ? job->references - begin : CHUNK;
    measure_chunk(job, row, begin, count);
    for (uint32_t j = 0; j < step->count; j++) {
      if (isnan(job->rows->slots[step->slots[j]][row]))
        look_through(&job->lists[j], job, step->numbers + step->offsets[j] + begin, count);
    }
  }
  for (uint32_t j = 0; j < step->count; j++) {
    double *value = &job->rows->slots[step->slots[j]][row];
    const shortlist *list = &job->lists[j];
    if (!isnan(*value))
      continue;
    *value = list->count == 0 ? step->numbers[step->offsets[j + 1] - 1] : recs__column_mean(list->values, list->count);
    counts[j] += 1;
  }
}

static int misses_something(const filling *job, size_t row) {
  for (uint32_t j = 0; j < job->step->count; j++) {
    if (isnan(job->rows->slots[job->step->slots[j]][row]))
      return 1;
  }
  return 0;
}

/* Room for the lists; there are no more neighbours than reference rows. */
static int32_t set_up(filling *job, const recs_context *context) {
  uint32_t columns = job->step->count;
  job->room = recs__alloc(context, columns, 2 * job->neighbors * sizeof *job->room);
  job->lists = recs__alloc(context, columns, sizeof *job->lists);
  if (job->room == NULL || job->lists == NULL)
    return recs__fail_nomem();
  for (uint32_t j = 0; j < columns; j++) {
    job->lists[j].distances = job->room + 2 * j * job->neighbors;
    job->lists[j].values = job->lists[j].distances + job->neighbors;
  }
  return RECS_OK;
}

static int32_t fill_rows(const recs__step *step, const recs__stretch *rows, uint64_t *counts) {
  recs_context *context = rows->pipeline->object.context;
  filling job = {.step = step, .rows = rows, .near = recs__near_of(recs_context_cpu(context))};
  int32_t status = RECS_OK;
  if (step->count == 0)
    return RECS_OK;
  job.references = (size_t)step->offsets[1] - 1;
  job.neighbors = step->arguments[0] < (double)job.references ? (size_t)step->arguments[0] : job.references;
  for (size_t row = 0; row < rows->count && status == RECS_OK; row++) {
    if (!misses_something(&job, row))
      continue;
    if (job.room == NULL)
      status = set_up(&job, context);
    if (status == RECS_OK)
      fill_row(&job, row, counts);
  }
  recs__free(context, job.room);
  recs__free(context, job.lists);
  return status;
}

/* The reference rows are nobody's business. */
static const char *show_nothing(double *low, double *high, const recs__step *step, uint32_t index) {
  (void)index;
  *low = *high = NAN;
  return step->kind->what;
}

/* All columns have as many reference rows, of numbers or NaN, and a mean. */
static int knn_sound(const recs__step *step) {
  for (uint32_t i = 0; i < step->count; i++) {
    if (step->offsets[i + 1] - step->offsets[i] != step->offsets[1] || step->offsets[1] < 2)
      return 0;
    if (!isfinite(step->numbers[step->offsets[i + 1] - 1]))
      return 0;
  }
  return 1;
}

const recs__step_kind recs__knn_kinds[] = {
    {.verb = "impute", .method = "knn", .form = "impute=knn:K", .what = "filled", .holes = 1,
     .summary = "fill missing values with the mean of the K (5) nearest rows that have them",
     .arguments = {{"K", 5, 1, MOST_NEIGHBORS, 1}}, .learn = learn_knn, .rows = fill_rows, .shown = show_nothing, .sound = knn_sound},
    {.verb = NULL},
};
