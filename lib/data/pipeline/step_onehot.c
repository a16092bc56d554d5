/* Categories: a column of 0 and 1 for each value. */
#include <math.h>
#include <string.h>

#include "lib/data/pipeline/column.h"
#include "lib/data/pipeline/pipeline_table.h"

/* The different values of a column, ascending, in front of `room`; returns how many. */
static size_t find_values(double *room, const double *values, size_t rows) {
  size_t count = 0, different = 0;
  for (size_t row = 0; row < rows; row++) {
    room[count] = values[row];
    count += isnan(values[row]) ? 0 : 1;
  }
  recs__column_sort(room, count);
  for (size_t i = 0; i < count; i++) {
    if (different == 0 || room[i] != room[different - 1])
      room[different++] = room[i];
  }
  return different;
}

static int32_t find_all(recs__step *step, const recs__fitting *fit, double *room) {
  char name[RECS__SLOT_NAME];
  size_t total = 0;
  for (uint32_t i = 0; i < step->count; i++) {
    size_t different = find_values(room, fit->columns[step->slots[i]], fit->rows);
    recs__slot_name(name, fit->pipeline, step->slots[i]);
    if (different == 0)
      return recs__fail(RECS_ERROR_INVALID, "column %s has no value that onehot could learn from", name);
    if (different > fit->options.max_categories)
      return recs__fail(RECS_ERROR_INVALID, "column %s has %zu values; onehot takes %u at most (max_categories)", name, different,
                        fit->options.max_categories);
    memcpy(step->numbers + total, room, different * sizeof *room);
    total += different;
    step->offsets[i + 1] = (int64_t)total;
  }
  return RECS_OK;
}

static int32_t learn_onehot(recs__step *step, const recs__fitting *fit) {
  const recs_context *context = fit->pipeline->object.context;
  size_t most = fit->rows < fit->options.max_categories ? fit->rows : fit->options.max_categories;
  double *room;
  int32_t status;
  RECS_TRY(recs__step_numbers(step, context, most));
  room = recs__alloc(context, fit->rows, 2 * sizeof *room); /* half of it for sorting */
  if (room == NULL)
    return recs__fail_nomem();
  status = find_all(step, fit, room);
  recs__free(context, room);
  return status;
}

/* The place of a value among ascending ones; `count` when it is not there. */
static size_t find_place(const double *ascending, size_t count, double value) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (ascending[middle] < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && ascending[low] == value ? low : count;
}

static uint64_t encode(const recs__step *step, uint32_t index, const recs__stretch *rows) {
  const double *numbers = step->numbers + step->offsets[index], *values = rows->slots[step->slots[index]];
  size_t width = (size_t)(step->offsets[index + 1] - step->offsets[index]);
  double *const *targets = rows->slots + step->added + step->offsets[index];
  uint64_t unknown = 0;
  for (size_t n = 0; n < width; n++)
    memset(targets[n], 0, rows->count * sizeof **targets);
  for (size_t i = 0; i < rows->count; i++) {
    size_t place = isnan(values[i]) ? width : find_place(numbers, width, values[i]);
    if (place < width)
      targets[place][i] = 1;
    else
      unknown += 1;
  }
  return unknown;
}

static int32_t encode_rows(const recs__step *step, const recs__stretch *rows, uint64_t *counts) {
  for (uint32_t i = 0; i < step->count; i++)
    counts[i] += encode(step, i, rows);
  return RECS_OK;
}

static const char *show_width(double *low, double *high, const recs__step *step, uint32_t index) {
  *low = *high = (double)(step->offsets[index + 1] - step->offsets[index]);
  return step->kind->what;
}

const recs__step_kind recs__onehot_kinds[] = {
    {.verb = "onehot", .method = "", .form = "onehot[columns]", .summary = "a column of 0 and 1 for each value of these columns",
     .what = "encoded", .lists = 1, .fate = RECS__COLUMNS_GO, .adds = RECS__ADDS_PER_NUMBER, .learn = learn_onehot,
     .rows = encode_rows, .shown = show_width},
    {.verb = NULL},
};
