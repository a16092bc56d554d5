/* The most similar of many sequences. Lists by symbol tell what each sequence has in common with the one asked about, which no measure
 * can exceed; sequences are measured in order of that bound, until the k-th best is out of reach. */
#include "lib/analyze/sequences/measures.h"
#include "lib/analyze/sequences/sequence_list.h"
#include "lib/base/object.h"
#include "lib/data/histories.h"
#include "lib/similarity/topk.h"

#include <recs/analyze.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MOST_TIMES = 255 };

struct recs_sequence_index {
  recs__object object;
  uint32_t rows;
  int64_t *offsets;      /* rows + 1 */
  uint32_t *sequences;   /* the symbols' numbers */
  recs__symbols symbols; /* the numbers of symbols */
  int64_t *lists;        /* symbols.count + 1: where the entries of each symbol begin */
  uint32_t *list_rows;
  uint8_t *list_times;   /* how often the symbol is in the row; MOST_TIMES: so often or more */
};

static void destroy(void *object) {
  recs_sequence_index *index = object;
  const recs_context *context = index->object.context;
  recs__free(context, index->offsets);
  recs__free(context, index->sequences);
  recs__free(context, index->lists);
  recs__free(context, index->list_rows);
  recs__free(context, index->list_times);
  if (index->symbols.slots != NULL)
    recs__symbols_free(&index->symbols);
}

/* One pass over the rows' symbols, each once a row: counts entries, or writes them where `lists` says. `last` is by symbol: 1 + the row in
 * which it was seen last; `entry`, where that row's entry is. */
static void fill_lists(recs_sequence_index *index, uint32_t *last, int64_t *entry, int write) {
  memset(last, 0, index->symbols.count * sizeof *last);
  for (uint32_t row = 0; row < index->rows; row++) {
    for (int64_t i = index->offsets[row]; i < index->offsets[row + 1]; i++) {
      uint32_t symbol = index->sequences[i];
      if (last[symbol] == row + 1) {
        if (write && index->list_times[entry[symbol]] < MOST_TIMES)
          index->list_times[entry[symbol]] += 1;
        continue;
      }
      last[symbol] = row + 1;
      if (write) {
        entry[symbol] = index->lists[symbol]++;
        index->list_rows[entry[symbol]] = row;
        index->list_times[entry[symbol]] = 1;
      } else {
        index->lists[symbol + 1] += 1;
      }
    }
  }
}

static int32_t make_lists(recs_sequence_index *index) {
  const recs_context *context = index->object.context;
  size_t symbols = index->symbols.count;
  uint32_t *last = recs__alloc(context, symbols, sizeof *last);
  int64_t *entry = recs__alloc(context, symbols, sizeof *entry);
  int32_t status = RECS_OK;
  index->lists = recs__alloc_zero(context, symbols + 1, sizeof *index->lists);
  if (last == NULL || entry == NULL || index->lists == NULL)
    RECS_GO(recs__fail_nomem());
  fill_lists(index, last, entry, 0);
  for (size_t s = 0; s < symbols; s++)
    index->lists[s + 1] += index->lists[s];
  index->list_rows = recs__alloc(context, (size_t)index->lists[symbols], sizeof *index->list_rows);
  index->list_times = recs__alloc(context, (size_t)index->lists[symbols], sizeof *index->list_times);
  if (index->list_rows == NULL || index->list_times == NULL)
    RECS_GO(recs__fail_nomem());
  fill_lists(index, last, entry, 1);
  memmove(index->lists + 1, index->lists, symbols * sizeof *index->lists); /* each list begins where the one before ended */
  index->lists[0] = 0;
cleanup:
  recs__free(context, last);
  recs__free(context, entry);
  return status;
}

static int32_t fill_index(recs_sequence_index *index, const int64_t *offsets, const uint32_t *symbols, size_t count) {
  const recs_context *context = index->object.context;
  size_t total = count == 0 ? 0 : (size_t)(offsets[count] - offsets[0]);
  index->rows = (uint32_t)count;
  index->offsets = recs__alloc_zero(context, count + 1, sizeof *index->offsets);
  index->sequences = recs__alloc(context, total, sizeof *index->sequences);
  if (index->offsets == NULL || index->sequences == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < count; i++)
    index->offsets[i + 1] = offsets[i + 1] - offsets[0];
  RECS_TRY(recs__symbols_init(&index->symbols, context, total == 0 ? NULL : symbols + offsets[0], total, index->sequences));
  return make_lists(index);
}

static int32_t create(recs_sequence_index **out, recs_context *context, const int64_t *offsets, const uint32_t *symbols, size_t count) {
  recs_sequence_index *index;
  int32_t status;
  RECS_TRY(recs__sequence_list_check(offsets, symbols, count));
  if (count >= RECS_NO_ROW)
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu sequences are too many", count);
  if (count > 0)
    RECS_TRY(recs__sequence_check("symbols", symbols, (size_t)(offsets[count] - offsets[0])));
  index = recs__object_new(context, sizeof *index, destroy);
  if (index == NULL)
    return recs__fail_nomem();
  RECS_GO(fill_index(index, offsets, symbols, count));
  *out = index;
  index = NULL;
cleanup:
  recs__release(index);
  return status;
}

int32_t recs_sequence_index_create(recs_sequence_index **out, recs_context *context, const int64_t *offsets, const uint32_t *symbols,
                                   size_t count) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  return create(out, context, offsets, symbols, count);
}

int32_t recs_sequence_index_of_histories(recs_sequence_index **out, const recs_histories *histories) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(histories);
  return create(out, recs__context_of(histories), histories->offsets, histories->item_rows, histories->rows);
}

uint32_t recs_sequence_index_rows(const recs_sequence_index *index) {
  return index == NULL ? 0 : index->rows;
}

/* Rows by bound: this many grades, the best first. */
enum { GRADES = 1024 };

typedef struct searching {
  const recs_sequence_index *index;
  const recs_context *context;
  const recs__measure *measure;
  double cutoff;
  recs__yardstick stick;
  recs__measure_desk desk;
  uint32_t *query;   /* b, as the index numbers symbols */
  uint32_t *common;  /* by row */
  uint32_t *order;   /* the rows that have something in common, by grade */
  uint32_t *times;   /* how often each symbol is in b, by b's numbers */
  uint32_t grades[GRADES + 1]; /* where each begins */
  uint32_t rows[RECS__SHORT_LANES]; /* that wait to be measured together */
  uint32_t waiting;
  recs__top top;
} searching;

/* Every symbol that the index does not have is the same one to it. */
static int32_t translate(searching *self, const uint32_t *b, size_t b_count) {
  self->query = recs__alloc(self->context, b_count, sizeof *self->query);
  if (self->query == NULL)
    return recs__fail_nomem();
  recs__symbols_find(&self->index->symbols, b, b_count, self->query);
  RECS_TRY(recs__yardstick_init(&self->stick, self->context, self->measure, self->query, b_count));
  return self->stick.b.words == 0 ? RECS_OK : recs__profile_tabulate(&self->stick.b, (size_t)self->index->symbols.count + 1);
}

/* Adds what the rows have in common with b in a symbol that is so many times in b. */
static void add_list(searching *self, uint32_t symbol, uint32_t times) {
  const recs_sequence_index *index = self->index;
  int64_t begin = index->lists[symbol], end = index->lists[symbol + 1];
  if (times == 1) {
    for (int64_t i = begin; i < end; i++)
      self->common[index->list_rows[i]] += 1;
    return;
  }
  for (int64_t i = begin; i < end; i++) {
    uint32_t own = index->list_times[i];
    self->common[index->list_rows[i]] += own < times && own < MOST_TIMES ? own : times;
  }
}

/* How many symbols each row has in common with b. */
static int32_t count_common(searching *self) {
  const recs_sequence_index *index = self->index;
  const recs__profile *b = &self->stick.b;
  self->common = recs__alloc_zero(self->context, index->rows, sizeof *self->common);
  self->times = recs__alloc_zero(self->context, b->symbols.count, sizeof *self->times);
  if (self->common == NULL || self->times == NULL)
    return recs__fail_nomem();
  for (uint32_t j = 0; j < b->count; j++)
    self->times[b->numbers[j]] += 1;
  for (uint32_t j = 0; j < b->count; j++) {
    uint32_t symbol = self->query[j], times = self->times[b->numbers[j]];
    self->times[b->numbers[j]] = 0; /* once a symbol */
    if (times == 0 || symbol == index->symbols.count)
      continue;
    add_list(self, symbol, times);
  }
  return RECS_OK;
}

static size_t length_of(const recs_sequence_index *index, uint32_t row) {
  return (size_t)(index->offsets[row + 1] - index->offsets[row]);
}

/* 0 for the best there can be, GRADES - 1 for next to nothing. */
static uint32_t grade_of(const searching *self, uint32_t row, double best) {
  double bound = recs__yardstick_bound(&self->stick, self->common[row], length_of(self->index, row));
  uint32_t grade = bound < best ? (uint32_t)((1 - bound / best) * GRADES) : 0;
  return grade < GRADES ? grade : GRADES - 1;
}

/* The bound of a row that is all that b is. */
static double best_bound(const searching *self) {
  return recs__yardstick_bound(&self->stick, self->stick.b.count, self->stick.b.count);
}

/* A counting sort of the rows that have something in common. */
static int32_t sort_rows(searching *self) {
  double best = best_bound(self);
  uint32_t begins[GRADES + 1];
  memset(self->grades, 0, sizeof self->grades);
  for (uint32_t row = 0; row < self->index->rows; row++) {
    if (self->common[row] > 0)
      self->grades[grade_of(self, row, best) + 1] += 1;
  }
  for (uint32_t g = 0; g < GRADES; g++)
    self->grades[g + 1] += self->grades[g];
  memcpy(begins, self->grades, sizeof begins);
  self->order = recs__alloc(self->context, self->grades[GRADES], sizeof *self->order);
  if (self->order == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < self->index->rows; row++) {
    if (self->common[row] > 0)
      self->order[begins[grade_of(self, row, best)]++] = row;
  }
  return RECS_OK;
}

/* What a row must reach to be listed. */
static double floor_of(const searching *self) {
  double worst = self->top.count == self->top.room ? self->top.picks[0].score : 0;
  return worst > self->cutoff ? worst : self->cutoff;
}

static void offer(searching *self, uint32_t row, double value) {
  if (value > 0 && value >= self->cutoff)
    recs__top_offer(&self->top, row, value);
}

/* Measures the rows that wait, which are up to four. */
static int32_t measure_waiting(searching *self) {
  const recs_sequence_index *index = self->index;
  const uint32_t *a[RECS__SHORT_LANES];
  size_t counts[RECS__SHORT_LANES];
  double values[RECS__SHORT_LANES], floor = floor_of(self);
  for (uint32_t k = 0; k < self->waiting; k++) {
    a[k] = index->sequences + index->offsets[self->rows[k]];
    counts[k] = length_of(index, self->rows[k]);
  }
  if (self->waiting == RECS__SHORT_LANES)
    RECS_TRY(recs__yardstick_apply_four(values, &self->stick, &self->desk, a, counts, floor));
  for (uint32_t k = 0; k < self->waiting; k++) {
    if (self->waiting < RECS__SHORT_LANES)
      RECS_TRY(recs__yardstick_apply(&values[k], &self->stick, &self->desk, a[k], counts[k], floor));
    if (values[k] >= floor)
      offer(self, self->rows[k], values[k]);
  }
  self->waiting = 0;
  return RECS_OK;
}

/* Lets a row wait for its turn, if it can be among the best. */
static int32_t meet_row(searching *self, uint32_t row) {
  if (recs__yardstick_bound(&self->stick, self->common[row], length_of(self->index, row)) < floor_of(self))
    return RECS_OK;
  self->rows[self->waiting++] = row;
  return self->waiting == RECS__SHORT_LANES ? measure_waiting(self) : RECS_OK;
}

static int32_t measure_rows(searching *self) {
  double best = best_bound(self);
  for (uint32_t g = 0; g < GRADES; g++) {
    /* rounded up by a grade, as bounds were rounded down to it */
    if (best * (1 - (g - 1.0) / GRADES) < floor_of(self))
      break;
    for (uint32_t i = self->grades[g]; i < self->grades[g + 1]; i++)
      RECS_TRY(meet_row(self, self->order[i]));
  }
  return measure_waiting(self);
}

static void finish(searching *self) {
  recs__free(self->context, self->query);
  recs__free(self->context, self->common);
  recs__free(self->context, self->order);
  recs__free(self->context, self->times);
  recs__yardstick_free(&self->stick);
  recs__measure_desk_free(&self->desk, self->context);
  recs__top_free(&self->top);
}

static int32_t search(searching *self, const uint32_t *b, size_t b_count, size_t k) {
  self->stick.b.context = self->stick.b.symbols.context = self->top.context = self->context;
  RECS_TRY(translate(self, b, b_count));
  RECS_TRY(count_common(self));
  RECS_TRY(sort_rows(self));
  RECS_TRY(recs__top_init(&self->top, self->context, k, self->index->rows));
  return measure_rows(self);
}

int32_t recs_sequence_index_search(uint32_t *rows, double *values, size_t *out_count, const recs_sequence_index *index,
                                   int32_t measure, const uint32_t *b, size_t b_count, size_t k, double cutoff) {
  searching self = {.index = index, .cutoff = cutoff};
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(index);
  RECS_TRY(recs__measure_find(&self.measure, measure));
  if (recs__measure_is_distance(self.measure))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s is a distance: search by its similarity", recs_sequence_measure_name(measure));
  if (!(cutoff >= 0))
    return recs__fail(RECS_ERROR_INVALID, "cutoff is %g, below 0 or no number", cutoff);
  RECS_TRY(recs__sequence_check("b", b, b_count));
  if (k == 0 || b_count == 0 || index->rows == 0)
    return RECS_OK;
  RECS_NOT_NULL(rows);
  RECS_NOT_NULL(values);
  self.context = recs__context_of(index);
  RECS_GO(search(&self, b, b_count, k));
  *out_count = recs__top_take(&self.top, rows, values);
cleanup:
  finish(&self);
  return status;
}

void recs_sequence_index_free(recs_sequence_index *index) {
  recs__release(index);
}
