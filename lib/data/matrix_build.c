/* Matrices from the log. Events are sorted by item and then by row, so that repeats stand side by side, and each group
 * is folded into an entry. */
#include "lib/data/interactions.h"
#include "lib/data/matrix.h"

#include "lib/base/options.h"

#include <float.h>
#include <math.h>

static const recs__choice row_kinds[] = {{"users", RECS_ROWS_USERS}, {"sessions", RECS_ROWS_SESSIONS}, {NULL, 0}};

static const recs__choice repeat_kinds[] = {{"sum", RECS_REPEAT_SUM},       {"last", RECS_REPEAT_LAST},
                                            {"first", RECS_REPEAT_FIRST},   {"max", RECS_REPEAT_MAX},
                                            {"binary", RECS_REPEAT_BINARY}, {NULL, 0}};

static const recs__field matrix_fields[] = {
    RECS__STRING(recs_matrix_options, type_weights, NULL, "What each event type weighs, as in purchase=3,view=1,*=0."),
    RECS__F64(recs_matrix_options, half_life, 0, DBL_MAX, 0,
              "The age at which an event counts half, in units of time; 0: no decay."),
    RECS__CHOICE(recs_matrix_options, rows, row_kinds, "users|sessions", RECS_ROWS_USERS, "What a row is."),
    RECS__CHOICE(recs_matrix_options, repeat, repeat_kinds, "sum|last|first|max|binary", RECS_REPEAT_BINARY,
                 "What repeats of the same row and item become."),
    RECS__FLAG(recs_matrix_options, use_weight, 1, "Multiply by the event's weight."),
    RECS__FLAG(recs_matrix_options, use_quantity, 0, "Multiply by the quantity."),
};

static const recs_schema matrix_schema = RECS__SCHEMA("matrix", recs_matrix_options, matrix_fields);

const recs_schema *recs_matrix_schema(void) {
  return &matrix_schema;
}

int32_t recs_matrix_options_init(recs_matrix_options *options, size_t struct_size) {
  return recs_options_init(options, &matrix_schema, struct_size);
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

/* Events that weigh nothing say nothing. */
static double fold_binary(const recs__interaction *events, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (events[i].weight != 0)
      return 1;
  }
  return 0;
}

static const fold_fn folds[] = {
    [RECS_REPEAT_SUM] = fold_sum, [RECS_REPEAT_LAST] = fold_last,     [RECS_REPEAT_FIRST] = fold_first,
    [RECS_REPEAT_MAX] = fold_max, [RECS_REPEAT_BINARY] = fold_binary,
};

static int same_place(const recs__interaction *a, const recs__interaction *b) {
  return a->row == b->row && a->item == b->item;
}

static size_t group_size(const recs__interaction *events, size_t left) {
  size_t size = 1;
  while (size < left && same_place(&events[0], &events[size]))
    size += 1;
  return size;
}

static uint64_t count_groups(const recs__interactions *sorted) {
  uint64_t groups = sorted->count > 0;
  for (size_t i = 1; i < sorted->count; i++)
    groups += !same_place(&sorted->list[i - 1], &sorted->list[i]);
  return groups;
}

/* Folds each group into an entry. */
static int32_t fold_groups(recs_matrix *matrix, const recs__interactions *sorted, fold_fn fold) {
  int64_t entries = 0;
  size_t size;
  for (size_t at = 0; at < sorted->count; at += size) {
    const recs__interaction *events = sorted->list + at;
    double value;
    size = group_size(events, sorted->count - at);
    value = fold(events, size);
    if (!(fabs(value) <= (double)FLT_MAX))
      return recs__fail(RECS_ERROR_NUMERIC, "the weights of row %u, item %u come to %g", events->row, events->item,
                        value);
    matrix->indices[entries] = events->item;
    matrix->values[entries] = (float)value;
    if ((float)value != 0) {
      entries += 1;
      matrix->offsets[events->row + 1] += 1;
    }
  }
  for (uint32_t row = 0; row < matrix->rows; row++)
    matrix->offsets[row + 1] += matrix->offsets[row];
  return RECS_OK;
}

int32_t recs_matrix_build(recs_matrix **out, const recs_events *events, const recs_matrix_options *options) {
  recs_matrix_options chosen;
  recs__interactions interactions;
  recs_matrix *matrix = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&chosen, &matrix_schema, options));
  RECS_GO(recs__interactions_collect(&interactions, events, &chosen));
  RECS_GO(recs__interactions_sort_cells(&interactions));
  RECS_GO(recs__matrix_new(&matrix, interactions.context, interactions.rows, interactions.items,
                           count_groups(&interactions)));
  RECS_GO(fold_groups(matrix, &interactions, folds[chosen.repeat]));
  *out = matrix;
  matrix = NULL;
cleanup:
  recs__release(matrix);
  recs__interactions_free(&interactions);
  return status;
}
