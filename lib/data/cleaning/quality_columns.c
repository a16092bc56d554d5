/* The columns of a log in numbers. Numbers are sorted, ids are counted. */
#include "lib/data/cleaning/quality.h"
#include "lib/data/features/quantile.h"
#include "lib/data/tables/time.h"

#include "lib/base/number.h"
#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct measuring {
  recs_quality *quality;
  recs_context *context;
  const recs_events *events;
  const recs__event_view *views;
  size_t chunks;
  uint32_t top;
} measuring;

/* A value and how often it was met. */
typedef struct met {
  uint64_t count;
  uint64_t value; /* a row, or a number's key */
} met;

/* The most frequent values so far, the most frequent first, of equal ones the lower. */
typedef struct ranking {
  met *list;
  uint32_t count;
  uint32_t most;
} ranking;

/* Values come in ascending order, so that one no more frequent than the last is not among them. */
static void rank(ranking *top, uint64_t value, uint64_t count) {
  uint32_t place;
  if (top->most == 0 || (top->count == top->most && top->list[top->count - 1].count >= count))
    return;
  if (top->count < top->most)
    top->count += 1;
  for (place = top->count - 1; place > 0 && top->list[place - 1].count < count; place--)
    top->list[place] = top->list[place - 1];
  top->list[place] = (met){count, value};
}

/* From sorted keys: order statistics, mean and deviation, summed from the smallest on. */
static void describe(double *measures, const uint64_t *keys, size_t count) {
  static const double quantiles[] = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};
  double sum = 0, squares = 0, mean;
  for (int i = 0; i < 7; i++)
    measures[RECS_MEASURE_MIN + i] = recs__quantile_sorted(keys, count, quantiles[i]);
  for (size_t i = 0; i < count; i++)
    sum += recs__key_number(keys[i]);
  mean = sum / (double)count; /* none: NaN */
  for (size_t i = 0; i < count; i++) {
    double distance = recs__key_number(keys[i]) - mean;
    squares += distance * distance;
  }
  measures[RECS_MEASURE_MEAN] = mean;
  measures[RECS_MEASURE_SD] = count > 1 ? sqrt(squares / (double)(count - 1)) : (double)NAN;
}

static double number_of(const recs__event_view *view, size_t i, recs__event_column c) {
  if (c == RECS__WEIGHTS)
    return view->weights == NULL ? 1 : (double)view->weights[i];
  return c == RECS__QUANTITIES ? recs__quantity_of(view, i) : recs__price_of(view, i);
}

/* The keys of a column's known numbers (-0 as 0), or of its known times, which are integers in the same order. */
static size_t collect(uint64_t *keys, const measuring *self, recs__event_column c) {
  size_t count = 0;
  for (size_t chunk = 0; chunk < self->chunks; chunk++) {
    const recs__event_view *view = &self->views[chunk];
    for (size_t i = 0; i < view->count; i++) {
      double value = c == RECS__TIMES ? (double)recs__time_of(view, i) : number_of(view, i, c) + 0.0;
      if (c == RECS__TIMES ? recs__time_of(view, i) != RECS_NO_TIME : !isnan(value))
        keys[count++] = recs__number_key(value);
    }
  }
  return count;
}

static void count_values(double *measures, ranking *top, const uint64_t *keys, size_t count) {
  const uint64_t zero = recs__number_key(0);
  size_t distinct = 0, negative = 0, zeros = 0;
  for (size_t begin = 0, end; begin < count; begin = end) {
    for (end = begin + 1; end < count && keys[end] == keys[begin];)
      end += 1;
    distinct += 1;
    negative += keys[begin] < zero ? end - begin : 0;
    zeros += keys[begin] == zero ? end - begin : 0;
    rank(top, keys[begin], end - begin);
  }
  measures[RECS_MEASURE_DISTINCT] = (double)distinct;
  measures[RECS_MEASURE_NEGATIVE] = (double)negative;
  measures[RECS_MEASURE_ZERO] = (double)zeros;
}

static int32_t measure_numbers(const measuring *self, recs__event_column c, ranking *top) {
  double *measures = self->quality->columns[c].measures;
  size_t all = (size_t)recs_events_count(self->events), count;
  uint64_t *keys = recs__alloc(self->context, all, sizeof *keys);
  if (keys == NULL)
    return recs__fail_nomem();
  count = collect(keys, self, c);
  recs__sort_u64(keys, count);
  measures[RECS_MEASURE_PRESENT] = (double)count;
  measures[RECS_MEASURE_MISSING] = (double)(all - count);
  count_values(measures, top, keys, count);
  describe(measures, keys, count);
  recs__free(self->context, keys);
  if (c == RECS__TIMES)
    measures[RECS_MEASURE_NEGATIVE] = measures[RECS_MEASURE_ZERO] = (double)NAN;
  return RECS_OK;
}

static uint32_t row_of(const recs__event_view *view, size_t i, recs__event_column c) {
  return c == RECS__USERS ? view->users[i] : c == RECS__ITEMS ? view->items[i] : c == RECS__TYPES ? view->types[i]
                                                                                                : recs__session_of(view, i);
}

static int32_t measure_ids(const measuring *self, recs__event_column c, ranking *top) {
  double *measures = self->quality->columns[c].measures;
  uint32_t rows = recs_ids_count(recs__events_dictionary(self->events, c)), distinct = 0;
  uint64_t *counts = recs__alloc_zero(self->context, rows, sizeof *counts), missing = 0;
  if (counts == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < self->chunks; chunk++) {
    for (size_t i = 0; i < self->views[chunk].count; i++) {
      uint32_t row = row_of(&self->views[chunk], i, c);
      if (row == RECS_NO_ROW || (c == RECS__TYPES && row == 0))
        missing += 1;
      if (row != RECS_NO_ROW)
        counts[row] += 1;
    }
  }
  for (uint32_t row = 0; row < rows; row++) {
    if (counts[row] == 0)
      continue;
    rank(top, row, counts[row]);
    counts[distinct++] = recs__number_key((double)counts[row]);
  }
  recs__sort_u64(counts, distinct);
  measures[RECS_MEASURE_MISSING] = (double)missing;
  measures[RECS_MEASURE_PRESENT] = (double)(recs_events_count(self->events) - missing);
  measures[RECS_MEASURE_DISTINCT] = distinct;
  describe(measures, counts, distinct);
  measures[RECS_MEASURE_NEGATIVE] = measures[RECS_MEASURE_ZERO] = (double)NAN;
  recs__free(self->context, counts);
  return RECS_OK;
}

static int is_of_ids(recs__event_column c) {
  return c <= RECS__TYPES || c == RECS__SESSIONS;
}

/* A number in the fewest digits that read back as it, with a point whatever the locale. */
static void show_number(char *out, double value) {
  for (int digits = 6; digits <= 17; digits++) {
    double back;
    snprintf(out, RECS__VALUE_TEXT, "%.*g", digits, value);
    out[strcspn(out, ",")] = strchr(out, ',') == NULL ? 0 : '.';
    if (recs__parse_double(out, strlen(out), &back) && back - value == 0)
      break;
  }
}

static void show(char out[RECS__VALUE_TEXT], const measuring *self, recs__event_column c, uint64_t value) {
  const char *name = "";
  if (is_of_ids(c)) {
    if (recs_ids_name(&name, NULL, recs__events_dictionary(self->events, c), (uint32_t)value) != RECS_OK || name == NULL)
      name = "";
    snprintf(out, RECS__VALUE_TEXT, "%s", name);
  } else if (c == RECS__TIMES && recs_events_time_kind(self->events) == RECS_TIME_CLOCK) {
    recs__format_time(out, (int64_t)recs__key_number(value));
  } else {
    show_number(out, recs__key_number(value));
  }
}

static int32_t measure_column(const measuring *self, recs__event_column c) {
  recs__column_quality *column = &self->quality->columns[c];
  ranking top = {recs__alloc(self->context, self->top, sizeof *top.list), 0, self->top};
  int32_t status = top.list == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = is_of_ids(c) ? measure_ids(self, c, &top) : measure_numbers(self, c, &top);
  if (status == RECS_OK) {
    column->top = recs__alloc(self->context, top.count, sizeof *column->top);
    status = column->top == NULL ? recs__fail_nomem() : RECS_OK;
  }
  for (uint32_t i = 0; status == RECS_OK && i < top.count; i++) {
    column->top[i].count = top.list[i].count;
    show(column->top[i].text, self, c, top.list[i].value);
    column->top_count = i + 1;
  }
  recs__free(self->context, top.list);
  return status;
}

static int32_t measure_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  (void)thread;
  for (size_t c = begin; c < end; c++)
    RECS_TRY(measure_column(payload, (recs__event_column)c));
  return RECS_OK;
}

int32_t recs__quality_measure(recs_quality *quality, const recs_events *events, const recs__event_view *views, uint32_t top,
                              const recs__progress *progress) {
  measuring self = {quality, recs__context_of(events), events, views, recs__events_chunks(events), top};
  return recs__parallel(self.context, RECS__COLUMNS, 1, measure_range, &self, progress);
}
