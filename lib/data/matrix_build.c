/* Matrices from the log. The events of a row are sorted by item, so that repeats stand side by side, and each group is
 * folded into an entry. */
#include "lib/data/center.h"
#include "lib/data/event_rows.h"
#include "lib/data/matrix.h"

#include "lib/base/options.h"
#include "lib/base/sort.h"

#include <float.h>
#include <math.h>

static const recs__choice row_kinds[] = {{"users", RECS_ROWS_USERS}, {"sessions", RECS_ROWS_SESSIONS}, {NULL, 0}};

static const recs__choice repeat_kinds[] = {{"sum", RECS_REPEAT_SUM},       {"last", RECS_REPEAT_LAST},
                                            {"first", RECS_REPEAT_FIRST},   {"max", RECS_REPEAT_MAX},
                                            {"binary", RECS_REPEAT_BINARY}, {NULL, 0}};

static const recs__choice center_kinds[] = {{"none", RECS_CENTER_NONE},
                                            {"user", RECS_CENTER_USER},
                                            {"item", RECS_CENTER_ITEM},
                                            {"both", RECS_CENTER_BOTH},
                                            {NULL, 0}};

static const recs__field matrix_fields[] = {
    RECS__STRING(recs_matrix_options, type_weights, NULL, "What each event type weighs, as in purchase=3,view=1,*=0."),
    RECS__F64(recs_matrix_options, half_life, 0, DBL_MAX, 0,
              "The age at which an event counts half, in units of time; 0: no decay."),
    RECS__CHOICE(recs_matrix_options, rows, row_kinds, "users|sessions", RECS_ROWS_USERS, "What a row is."),
    RECS__CHOICE(recs_matrix_options, repeat, repeat_kinds, "sum|last|first|max|binary", RECS_REPEAT_BINARY,
                 "What repeats of the same row and item become."),
    RECS__FLAG(recs_matrix_options, use_weight, 1, "Multiply by the event's weight."),
    RECS__FLAG(recs_matrix_options, use_quantity, 0, "Multiply by the quantity."),
    RECS__CHOICE(recs_matrix_options, center, center_kinds, "none|user|item|both", RECS_CENTER_NONE,
                 "Which means are taken off the values."),
    RECS__RESERVED(recs_matrix_options, reserved),
};

static const recs_schema matrix_schema = RECS__SCHEMA("matrix", recs_matrix_options, matrix_fields);

const recs_schema *recs_matrix_schema(void) {
  return &matrix_schema;
}

int32_t recs_matrix_options_init(recs_matrix_options *options, size_t struct_size) {
  return recs_options_init(options, &matrix_schema, struct_size);
}

int32_t recs__matrix_options_load(recs_matrix_options *out, const recs_matrix_options *options) {
  RECS_TRY(recs__options_load(out, &matrix_schema, options));
  if (out->center != RECS_CENTER_NONE && out->repeat == RECS_REPEAT_BINARY)
    return recs__fail(RECS_ERROR_INVALID, "center is %s, but repeat is binary, which makes all values alike: set repeat to last",
                      center_kinds[out->center].name);
  return RECS_OK;
}

/* What the events of one row and item, in order of arrival, become. */
typedef double (*fold_fn)(const recs__interaction *events, size_t count);

static double fold_sum(const recs__interaction *events, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += events[i].weight;
  return sum;
}

static double fold_last(const recs__interaction *events, size_t count) {
  size_t last = 0;
  for (size_t i = 1; i < count; i++)
    last = events[i].time >= events[last].time ? i : last;
  return events[last].weight;
}

static double fold_first(const recs__interaction *events, size_t count) {
  size_t first = 0;
  for (size_t i = 1; i < count; i++)
    first = events[i].time < events[first].time ? i : first;
  return events[first].weight;
}

static double fold_max(const recs__interaction *events, size_t count) {
  double largest = events[0].weight;
  for (size_t i = 1; i < count; i++)
    largest = fmax(largest, events[i].weight);
  return largest;
}

static double fold_binary(const recs__interaction *events, size_t count) {
  double sum = fold_sum(events, count);
  return isnan(sum) ? sum : (double)(sum > 0) - (double)(sum < 0);
}

static const fold_fn folds[] = {
    [RECS_REPEAT_SUM] = fold_sum, [RECS_REPEAT_LAST] = fold_last,     [RECS_REPEAT_FIRST] = fold_first,
    [RECS_REPEAT_MAX] = fold_max, [RECS_REPEAT_BINARY] = fold_binary,
};

/* Sorts a row's events by item, those of the same item in order of arrival, into the scratch. */
static void sort_by_item(recs__row_scratch *scratch, size_t count) {
  for (size_t i = 0; i < count; i++)
    scratch->keys[i] = (uint64_t)scratch->list[i].item << 32 | i;
  recs__sort_u64(scratch->keys, count);
  for (size_t i = 0; i < count; i++)
    scratch->scratch[i] = scratch->list[(uint32_t)scratch->keys[i]];
}

static size_t group_size(const recs__interaction *events, size_t left) {
  size_t size = 1;
  while (size < left && events[size].item == events[0].item)
    size += 1;
  return size;
}

typedef struct building {
  recs_matrix *matrix; /* each row's entries stand where its events do; offsets[row + 1] says how many they are */
  fold_fn fold;
} building;

/* Folds each group of a row into an entry. */
static int32_t fold_row(void *payload, const recs__event_rows *rows, uint32_t row, recs__row_scratch *scratch,
                        size_t count) {
  const building *self = payload;
  int64_t entries = rows->offsets[row];
  size_t size;
  sort_by_item(scratch, count);
  for (size_t at = 0; at < count; at += size) {
    const recs__interaction *events = scratch->scratch + at;
    double value;
    size = group_size(events, count - at);
    value = self->fold(events, size);
    if (!(fabs(value) <= (double)FLT_MAX))
      return recs__fail(RECS_ERROR_NUMERIC, "the weights of row %u, item %u come to %g", row, events->item, value);
    self->matrix->indices[entries] = events->item;
    self->matrix->values[entries] = (float)value;
    entries += (float)value != 0;
  }
  self->matrix->offsets[row + 1] = entries - rows->offsets[row];
  return RECS_OK;
}

/* Moves the rows together, and gives back what they do not need. */
static void close_rows(recs_matrix *matrix, const recs__event_rows *rows) {
  for (uint32_t row = 0; row < matrix->rows; row++)
    matrix->offsets[row + 1] += matrix->offsets[row];
  matrix->indices = recs__event_rows_close(rows, matrix->indices, sizeof *matrix->indices, matrix->offsets);
  matrix->values = recs__event_rows_close(rows, matrix->values, sizeof *matrix->values, matrix->offsets);
}

int32_t recs__matrix_of_rows(recs_matrix **out, const recs__event_rows *rows) {
  building self = {NULL, folds[rows->options.repeat]};
  int32_t status;
  *out = NULL;
  RECS_GO(recs__matrix_new(&self.matrix, rows->context, rows->rows, rows->items, (uint64_t)rows->offsets[rows->rows]));
  RECS_GO(recs__event_rows_each(rows, fold_row, &self));
  close_rows(self.matrix, rows);
  RECS_GO(recs__center(self.matrix->values, self.matrix->indices, self.matrix->offsets, rows));
  *out = self.matrix;
  self.matrix = NULL;
cleanup:
  recs__release(self.matrix);
  return status;
}

int32_t recs_matrix_build(recs_matrix **out, const recs_events *events, const recs_matrix_options *options) {
  recs_matrix_options chosen;
  recs__event_rows rows;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__matrix_options_load(&chosen, options));
  RECS_GO(recs__event_rows_make(&rows, events, &chosen));
  RECS_GO(recs__matrix_of_rows(out, &rows));
cleanup:
  recs__event_rows_free(&rows);
  return status;
}
