#include "lib/data/histories.h"

#include "lib/data/center.h"
#include "lib/data/event_rows.h"
#include "lib/data/matrix.h"

#include <float.h>
#include <math.h>

static void histories_destroy(void *object) {
  recs_histories *histories = object;
  if (histories->backing != NULL) {
    recs__release(histories->backing);
    return;
  }
  recs__free(histories->object.context, histories->offsets);
  recs__free(histories->object.context, histories->item_rows);
  recs__free(histories->object.context, histories->weights);
  recs__free(histories->object.context, histories->times);
}

int32_t recs__histories_new(recs_histories **out, recs_context *context, uint32_t rows, uint32_t items) {
  recs_histories *histories = recs__object_new(context, sizeof *histories, histories_destroy);
  *out = histories;
  if (histories == NULL)
    return recs__fail_nomem();
  histories->rows = rows;
  histories->items = items;
  histories->latest = RECS_NO_TIME;
  histories->offsets = recs__alloc(context, (size_t)rows + 1, sizeof *histories->offsets);
  return histories->offsets == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__histories_room(recs_histories *histories, size_t count) {
  recs_context *context = histories->object.context;
  histories->item_rows = recs__alloc(context, count, sizeof *histories->item_rows);
  histories->weights = recs__alloc(context, count, sizeof *histories->weights);
  histories->times = recs__alloc(context, count, sizeof *histories->times);
  if (histories->item_rows == NULL || histories->weights == NULL || histories->times == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

/* Keeps the last of each item within its row: goes back through the row, and moves what stays to its end. `seen` holds
 * for each item the last row that had it, counted from 1. Returns where what stays begins. */
static size_t keep_last(recs__interaction *list, size_t count, uint32_t *seen) {
  size_t begin = count;
  for (size_t i = count; i-- > 0;) {
    uint32_t *mark = &seen[list[i].item];
    uint32_t row = list[i].row + 1; /* rows are below UINT32_MAX */
    if (*mark != row)
      list[--begin] = list[i];
    *mark = row;
  }
  return begin;
}

typedef struct building {
  recs_histories *histories; /* each row stands where its events do; offsets[row + 1] says how many are kept */
  int keep_repeats;
} building;

static int32_t fill_row(void *payload, const recs__event_rows *rows, uint32_t row, recs__row_scratch *scratch,
                        size_t count) {
  const building *self = payload;
  recs_histories *histories = self->histories;
  size_t to = (size_t)rows->offsets[row], from = 0;
  recs__interactions_in_time(scratch->list, scratch->scratch, count);
  if (!self->keep_repeats)
    from = keep_last(scratch->list, count, scratch->seen);
  histories->offsets[row + 1] = (int64_t)(count - from);
  for (; from < count; from++, to++) {
    const recs__interaction *one = &scratch->list[from];
    if (!(fabs(one->weight) <= (double)FLT_MAX))
      return recs__fail(RECS_ERROR_NUMERIC, "an event of row %u, item %u weighs %g", row, one->item, one->weight);
    histories->item_rows[to] = one->item;
    histories->weights[to] = (float)one->weight;
    histories->times[to] = one->time;
  }
  return RECS_OK;
}

/* Moves the rows together, gives back what they do not need, and looks for the latest time, which each row has at its end. */
static void close_rows(recs_histories *histories, const recs__event_rows *rows) {
  int64_t *offsets = histories->offsets;
  offsets[0] = 0;
  for (uint32_t row = 0; row < histories->rows; row++)
    offsets[row + 1] += offsets[row];
  histories->item_rows = recs__event_rows_close(rows, histories->item_rows, sizeof *histories->item_rows, offsets);
  histories->weights = recs__event_rows_close(rows, histories->weights, sizeof *histories->weights, offsets);
  histories->times = recs__event_rows_close(rows, histories->times, sizeof *histories->times, offsets);
  for (uint32_t row = 0; row < histories->rows; row++) {
    if (offsets[row + 1] > offsets[row] && histories->times[offsets[row + 1] - 1] > histories->latest)
      histories->latest = histories->times[offsets[row + 1] - 1];
  }
}

int32_t recs__histories_of_rows(recs_histories **out, const recs__event_rows *rows, int keep_repeats) {
  building self = {NULL, keep_repeats};
  int32_t status;
  *out = NULL;
  RECS_GO(recs__histories_new(&self.histories, rows->context, rows->rows, rows->items));
  RECS_GO(recs__histories_room(self.histories, (size_t)rows->offsets[rows->rows]));
  RECS_GO(recs__event_rows_each(rows, fill_row, &self));
  close_rows(self.histories, rows);
  RECS_GO(recs__center(self.histories->weights, self.histories->item_rows, self.histories->offsets, rows));
  *out = self.histories;
  self.histories = NULL;
cleanup:
  recs__release(self.histories);
  return status;
}

int32_t recs_histories_build(recs_histories **out, const recs_events *events, int32_t keep_repeats,
                             const recs_matrix_options *matrix_options) {
  recs_matrix_options chosen;
  recs__event_rows rows;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  if (keep_repeats != 0 && keep_repeats != 1)
    return recs__fail(RECS_ERROR_INVALID, "keep_repeats is %d, not 0 or 1", keep_repeats);
  RECS_TRY(recs__matrix_options_load(&chosen, matrix_options));
  RECS_GO(recs__event_rows_make(&rows, events, &chosen));
  RECS_GO(recs__histories_of_rows(out, &rows, keep_repeats));
cleanup:
  recs__event_rows_free(&rows);
  return status;
}

uint32_t recs_histories_rows(const recs_histories *histories) {
  return histories == NULL ? 0 : histories->rows;
}

int32_t recs_histories_row(const uint32_t **items, const float **weights, const int64_t **times, size_t *count,
                           const recs_histories *histories, uint32_t row) {
  size_t begin;
  recs__enter();
  if (items != NULL)
    *items = NULL;
  if (weights != NULL)
    *weights = NULL;
  if (times != NULL)
    *times = NULL;
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(histories);
  if (row >= histories->rows)
    return recs__fail(RECS_ERROR_INVALID, "row %u of histories of %u rows", row, histories->rows);
  begin = (size_t)histories->offsets[row];
  if (items != NULL)
    *items = histories->item_rows + begin;
  if (weights != NULL)
    *weights = histories->weights + begin;
  if (times != NULL)
    *times = histories->times + begin;
  *count = (size_t)histories->offsets[row + 1] - begin;
  return RECS_OK;
}

void recs_histories_free(recs_histories *histories) {
  recs__release(histories);
}

int32_t recs__histories_write(const recs_histories *histories, recs__writer *writer) {
  uint64_t count = (uint64_t)histories->offsets[histories->rows];
  RECS_TRY(recs__write_u64(writer, "rows", histories->rows));
  RECS_TRY(recs__write_u64(writer, "item_count", histories->items));
  RECS_TRY(recs__write(writer, "latest", RECS__I64, &histories->latest, 1));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, histories->offsets, (uint64_t)histories->rows + 1));
  RECS_TRY(recs__write(writer, "items", RECS__U32, histories->item_rows, count));
  RECS_TRY(recs__write(writer, "weights", RECS__F32, histories->weights, count));
  return recs__write(writer, "times", RECS__I64, histories->times, count);
}

/* What a file says must hold before anyone reads by it: bounds, finite weights, and the order of time. */
static int32_t check_read(const recs_histories *histories, uint64_t count) {
  RECS_TRY(recs__check_offsets("histories", histories->offsets, histories->rows, count));
  RECS_TRY(recs__check_below("the items of histories", histories->item_rows, count, histories->items));
  for (uint32_t row = 0; row < histories->rows; row++) {
    int64_t before = RECS_NO_TIME;
    for (int64_t i = histories->offsets[row]; i < histories->offsets[row + 1]; i++) {
      if (!isfinite(histories->weights[i]) || histories->times[i] < before || histories->times[i] > histories->latest)
        return recs__fail(RECS_ERROR_FORMAT, "row %u of histories is damaged", row);
      before = histories->times[i];
    }
  }
  return RECS_OK;
}

static int32_t read_arrays(recs_histories *histories, recs__reader *reader) {
  uint64_t rows, items, count;
  const int64_t *latest;
  const void *item_rows;
  RECS_TRY(recs__read_u64(reader, "rows", 0, UINT32_MAX, &rows));
  RECS_TRY(recs__read_u64(reader, "item_count", 0, UINT32_MAX, &items));
  RECS_TRY(recs__read_exact(reader, "latest", RECS__I64, &latest, 1));
  histories->rows = (uint32_t)rows;
  histories->items = (uint32_t)items;
  histories->latest = *latest;
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &histories->offsets, rows + 1));
  RECS_TRY(recs__read(reader, "items", RECS__U32, &item_rows, &count));
  RECS_TRY(recs__read_exact(reader, "items", RECS__U32, &histories->item_rows, count));
  RECS_TRY(recs__read_exact(reader, "weights", RECS__F32, &histories->weights, count));
  RECS_TRY(recs__read_exact(reader, "times", RECS__I64, &histories->times, count));
  return check_read(histories, count);
}

int32_t recs__histories_read(recs_histories **out, recs__reader *reader) {
  recs_histories *histories = recs__object_new(reader->context, sizeof *histories, histories_destroy);
  int32_t status;
  *out = NULL;
  if (histories == NULL)
    return recs__fail_nomem();
  histories->backing = recs__hold(reader->backing);
  RECS_GO(read_arrays(histories, reader));
  *out = histories;
  histories = NULL;
cleanup:
  recs__release(histories);
  return status;
}
