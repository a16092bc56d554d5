#include "lib/analyze/baskets/baskets.h"

#include "lib/analyze/baskets/basket_rows.h"
#include "lib/analyze/baskets/narrow.h"
#include "lib/base/parallel.h"
#include "lib/base/sort.h"

#include <math.h>
#include <string.h>

enum { INDEX_PLACES = 256 * 1024 }; /* that are worth a thread's start */

/* What reading needs besides the result. */
typedef struct intake {
  recs_context *context;
  const recs_matrix *matrix;
  const unsigned char *excluded; /* by column; NULL: none is */
  uint32_t *code_of;             /* of each column; the number of codes: not frequent */
} intake;

void recs__baskets_free(const recs_context *context, recs__baskets *baskets) {
  recs__free(context, baskets->rows);
  recs__free(context, baskets->supports);
  recs__free(context, baskets->codes);
  recs__free(context, baskets->offsets);
  recs__free(context, baskets->places);
}

/* How many baskets have each column, and how many have any; each thread counts for itself. */
typedef struct counting {
  const recs_matrix *matrix;
  uint32_t *counts; /* columns of each thread, one thread after the other */
  uint64_t *totals;
} counting;

static int32_t count_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const counting *self = payload;
  const recs_matrix *matrix = self->matrix;
  uint32_t *counts = self->counts + (size_t)thread * matrix->columns;
  uint64_t total = 0;
  for (size_t row = begin; row < end; row++) {
    int any = 0;
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      int has = matrix->values[e] != 0;
      counts[matrix->indices[e]] += (uint32_t)has;
      any |= has;
    }
    total += (uint64_t)any;
  }
  self->totals[thread] += total;
  return RECS_OK;
}

/* *counts is to be freed in any case. */
static int32_t count_columns(uint32_t **counts, uint64_t *total, const intake *in) {
  size_t grain = recs__basket_rows_grain(in->matrix), columns = in->matrix->columns;
  uint32_t threads = recs__parallel_threads(in->context, in->matrix->rows, grain);
  counting self = {.matrix = in->matrix};
  int32_t status;
  self.counts = *counts = recs__alloc_zero(in->context, columns * threads, sizeof **counts);
  self.totals = recs__alloc_zero(in->context, threads, sizeof *self.totals);
  status = self.counts == NULL || self.totals == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = recs__parallel(in->context, in->matrix->rows, grain, count_range, &self, NULL);
  for (uint32_t thread = 0; thread < threads && status == RECS_OK; thread++) {
    *total += self.totals[thread];
    for (size_t column = 0; thread > 0 && column < columns; column++)
      self.counts[column] += self.counts[thread * columns + column];
  }
  recs__free(in->context, self.totals);
  return status;
}

static uint64_t least_count(double min_support, uint64_t total) {
  double least = ceil(min_support * (double)total - 1e-9);
  return least < 1 ? 1 : (uint64_t)least;
}

/* Numbers the frequent columns: excluded ones first, then by rising frequency, equal ones by row. */
static int32_t number_items(recs__baskets *out, intake *in, const uint32_t *counts, uint64_t min_count) {
  const unsigned char *excluded = in->excluded;
  uint32_t columns = in->matrix->columns;
  uint64_t *keys;
  uint32_t items = 0;
  for (uint32_t column = 0; column < columns; column++)
    items += counts[column] >= min_count;
  keys = recs__alloc(in->context, items, sizeof *keys);
  out->rows = recs__alloc(in->context, items, sizeof *out->rows);
  out->supports = recs__alloc(in->context, items, sizeof *out->supports);
  if (keys == NULL || out->rows == NULL || out->supports == NULL) {
    recs__free(in->context, keys);
    return recs__fail_nomem();
  }
  for (uint32_t column = 0; column < columns; column++) {
    in->code_of[column] = items;
    if (counts[column] >= min_count && excluded != NULL && excluded[column])
      keys[out->past++] = (uint64_t)counts[column] << 32 | column;
  }
  out->items = out->past;
  for (uint32_t column = 0; column < columns; column++) {
    if (counts[column] >= min_count && (excluded == NULL || !excluded[column]))
      keys[out->items++] = (uint64_t)counts[column] << 32 | column;
  }
  recs__sort_u64(keys, out->past);
  recs__sort_u64(keys + out->past, items - out->past);
  for (uint32_t code = 0; code < items; code++) {
    out->rows[code] = (uint32_t)keys[code];
    out->supports[code] = (uint32_t)(keys[code] >> 32);
    in->code_of[out->rows[code]] = code;
  }
  recs__free(in->context, keys);
  return RECS_OK;
}

/* The rows of one level, being written. */
typedef struct writing {
  const recs__basket_rows *rows;
  uint32_t level;
  uint32_t *codes;
  uint32_t *begins; /* of each range of rows */
} writing;

static int is_written(const recs__basket_rows *rows, uint32_t level, uint32_t row) {
  return rows->weights == NULL || (rows->weights[row] >> level & 1u) != 0;
}

static int32_t write_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const writing *self = payload;
  const recs__basket_rows *rows = self->rows;
  uint32_t *next = self->codes + self->begins[begin / rows->grain];
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    uint32_t row = rows->kept[i];
    if (!is_written(rows, self->level, row))
      continue;
    memcpy(next, rows->codes + rows->matrix->offsets[row], rows->lengths[row] * sizeof *next);
    next += rows->lengths[row];
    *next++ = RECS__BASKET_END;
  }
  return RECS_OK;
}

/* Writes a level from `place` on; returns where it ends. */
static uint32_t place_level(writing *self, uint32_t place) {
  const recs__basket_rows *rows = self->rows;
  for (uint32_t i = 0; i < rows->count; i++) {
    uint32_t row = rows->kept[i];
    if (i % rows->grain == 0)
      self->begins[i / rows->grain] = place;
    place += is_written(rows, self->level, row) ? rows->lengths[row] + 1 : 0;
  }
  return place;
}

static int32_t lay_out(recs__baskets *out, const intake *in, const recs__basket_rows *rows) {
  writing self = {.rows = rows, .codes = out->codes};
  uint32_t place = 1;
  int32_t status = RECS_OK;
  self.begins = recs__alloc(in->context, rows->count / rows->grain + 1, sizeof *self.begins);
  if (self.begins == NULL)
    return recs__fail_nomem();
  out->codes[0] = RECS__BASKET_END;
  for (; self.level < RECS__BASKET_LEVELS && status == RECS_OK; self.level++) {
    out->begins[self.level] = place;
    if ((rows->levels >> self.level & 1u) == 0)
      continue;
    place = place_level(&self, place);
    status = recs__parallel(in->context, rows->count, rows->grain, write_range, &self, NULL);
  }
  out->begins[RECS__BASKET_LEVELS] = place;
  recs__free(in->context, self.begins);
  return status;
}

/* How many places the baskets take, and how many of them hold a code. */
static uint64_t count_places(uint64_t *codes, const recs__basket_rows *rows) {
  uint64_t places = 1;
  *codes = 0;
  for (uint32_t i = 0; i < rows->count; i++) {
    uint32_t row = rows->kept[i], copies = rows->weights == NULL ? 1 : (uint32_t)__builtin_popcount(rows->weights[row]);
    places += copies * (rows->lengths[row] + UINT64_C(1));
    *codes += copies * (uint64_t)rows->lengths[row];
  }
  return places;
}

void recs__baskets_index(recs__baskets *baskets, uint32_t length) {
  uint32_t *next = baskets->offsets; /* next[code + 1] is where the next place of the code goes; in the end that is where they end */
  uint32_t begin = 0;
  memset(next, 0, ((size_t)baskets->items + 1) * sizeof *next);
  for (uint32_t i = 0; i < length; i++) {
    if (baskets->codes[i] != RECS__BASKET_END)
      next[baskets->codes[i] + 1] += 1;
  }
  for (uint32_t code = 0; code < baskets->items; code++) {
    uint32_t count = next[code + 1];
    next[code + 1] = begin;
    begin += count;
  }
  for (uint32_t i = 0; i < length; i++) {
    if (baskets->codes[i] != RECS__BASKET_END)
      baskets->places[next[baskets->codes[i] + 1]++] = i;
  }
}

/* Each thread has a range of the baskets. It first counts its codes, then it knows where its places of each code go. */
typedef struct indexing {
  recs__baskets *baskets;
  size_t grain;
  uint32_t *next; /* by range, and in it by code */
} indexing;

static int32_t count_codes(void *payload, uint32_t thread, size_t begin, size_t end) {
  const indexing *self = payload;
  uint32_t *next = self->next + begin / self->grain * self->baskets->items;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    if (self->baskets->codes[i] != RECS__BASKET_END)
      next[self->baskets->codes[i]] += 1;
  }
  return RECS_OK;
}

static int32_t put_places(void *payload, uint32_t thread, size_t begin, size_t end) {
  const indexing *self = payload;
  uint32_t *next = self->next + begin / self->grain * self->baskets->items;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    if (self->baskets->codes[i] != RECS__BASKET_END)
      self->baskets->places[next[self->baskets->codes[i]]++] = (uint32_t)i;
  }
  return RECS_OK;
}

/* Turns counts into where places go: code after code, in each range after range. */
static void place_codes(const indexing *self, size_t ranges) {
  recs__baskets *baskets = self->baskets;
  uint32_t begin = 0;
  for (uint32_t code = 0; code < baskets->items; code++) {
    baskets->offsets[code] = begin;
    for (size_t range = 0; range < ranges; range++) {
      uint32_t *next = &self->next[range * baskets->items + code], count = *next;
      *next = begin;
      begin += count;
    }
  }
  baskets->offsets[baskets->items] = begin;
}

/* recs__baskets_index() by all threads, where there is enough to do. */
static int32_t index_all(recs__baskets *baskets, const recs_context *context) {
  size_t length = baskets->begins[RECS__BASKET_LEVELS], least = baskets->items > INDEX_PLACES ? baskets->items : INDEX_PLACES;
  uint32_t ranges = recs__parallel_threads(context, length, least);
  indexing self = {.baskets = baskets, .grain = (length + ranges - 1) / ranges};
  int32_t status;
  if (ranges == 1) {
    recs__baskets_index(baskets, (uint32_t)length);
    return RECS_OK;
  }
  self.next = recs__alloc_zero(context, (size_t)baskets->items * ranges, sizeof *self.next);
  status = self.next == NULL ? recs__fail_nomem() : recs__parallel(context, length, self.grain, count_codes, &self, NULL);
  if (status == RECS_OK) {
    place_codes(&self, ranges);
    status = recs__parallel(context, length, self.grain, put_places, &self, NULL);
  }
  recs__free(context, self.next);
  return status;
}

/* The rows' own codes are not needed any more: their memory, of which there is enough, becomes that of the places. */
static int32_t take_places(recs__baskets *out, recs__basket_rows *rows, uint64_t count, const recs_context *context) {
  uint32_t *places = recs__realloc(context, rows->codes, count, sizeof *places);
  if (places == NULL)
    return recs__fail_nomem();
  out->places = places;
  rows->codes = NULL;
  return RECS_OK;
}

static int32_t write_baskets(recs__baskets *out, const intake *in, recs__basket_rows *rows) {
  uint64_t codes, places = count_places(&codes, rows);
  if (places > UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "the baskets have %llu entries of frequent items, more than %u",
                      (unsigned long long)places, UINT32_MAX);
  out->codes = recs__alloc(in->context, places, sizeof *out->codes);
  out->offsets = recs__alloc(in->context, (size_t)out->items + 1, sizeof *out->offsets);
  if (out->codes == NULL || out->offsets == NULL)
    return recs__fail_nomem();
  RECS_TRY(lay_out(out, in, rows));
  RECS_TRY(take_places(out, rows, codes, in->context));
  return index_all(out, in->context);
}

uint64_t recs__baskets_bytes(const recs__baskets *baskets) {
  return ((uint64_t)baskets->begins[RECS__BASKET_LEVELS] * 2 + (uint64_t)baskets->items * 3) * sizeof(uint32_t);
}

static int32_t read_rows(recs__baskets *out, const intake *in) {
  recs__basket_rows rows = {.matrix = in->matrix, .items = out->items, .code_of = in->code_of};
  int32_t status;
  rows.grain = recs__basket_rows_grain(in->matrix);
  RECS_GO(recs__basket_rows_read(&rows));
  RECS_GO(write_baskets(out, in, &rows));
cleanup:
  recs__basket_rows_free(&rows);
  return status;
}

static int32_t read_matrix(recs__baskets *out, uint64_t *total, uint64_t *min_count, intake *in, double min_support) {
  uint32_t *counts = NULL;
  uint64_t nonempty = 0;
  int32_t status;
  in->code_of = recs__alloc(in->context, in->matrix->columns, sizeof *in->code_of);
  if (in->code_of == NULL)
    return recs__fail_nomem();
  RECS_GO(count_columns(&counts, &nonempty, in));
  *total = *total == 0 ? nonempty : *total;
  if (*min_count == 0)
    *min_count = least_count(min_support, *total);
  RECS_GO(number_items(out, in, counts, *min_count));
  RECS_GO(read_rows(out, in));
cleanup:
  recs__free(in->context, counts);
  recs__free(in->context, in->code_of);
  return status;
}

int32_t recs__baskets_read(recs__baskets *out, uint64_t *total, recs_apriori_options *options, const recs_matrix *matrix,
                           const recs__taxonomy *taxonomy) {
  intake in = {.context = matrix->object.context, .matrix = matrix};
  recs__narrowed narrowed = {0};
  int32_t status;
  memset(out, 0, sizeof *out);
  *total = 0;
  if (recs__narrows(options)) {
    RECS_GO(recs__narrow(&narrowed, matrix, options, taxonomy));
    in.matrix = narrowed.matrix;
    in.excluded = narrowed.excluded;
    *total = narrowed.total;
    out->whole = narrowed.whole;
  }
  out->taxonomy = options->taxonomy_count == 0 ? NULL : taxonomy;
  status = read_matrix(out, total, &options->min_count, &in, options->min_support);
cleanup:
  recs__narrowed_free(&narrowed, in.context);
  return status;
}
