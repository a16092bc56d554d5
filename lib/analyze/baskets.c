#include "lib/analyze/baskets.h"

#include "lib/analyze/narrow.h"
#include "lib/base/sort.h"

#include <math.h>
#include <string.h>

/* What reading needs besides the result. */
typedef struct intake {
  recs_context *context;
  const recs_matrix *matrix;
  const unsigned char *excluded; /* by column; NULL: none is */
  uint32_t *code_of;  /* of each column; RECS__BASKET_END: not frequent */
  uint32_t *lists;    /* for each code: the matrix rows that have it */
  size_t *list_begin; /* items + 1 */
  uint32_t *codes;    /* for each matrix row: its codes, rising */
  size_t *row_begin;  /* rows + 1 */
  uint32_t *weights;  /* of each matrix row: how many baskets it stands for; 0: another row does */
} intake;

static void intake_free(intake *in) {
  recs__free(in->context, in->code_of);
  recs__free(in->context, in->lists);
  recs__free(in->context, in->list_begin);
  recs__free(in->context, in->codes);
  recs__free(in->context, in->row_begin);
  recs__free(in->context, in->weights);
}

void recs__baskets_free(const recs_context *context, recs__baskets *baskets) {
  recs__free(context, baskets->rows);
  recs__free(context, baskets->supports);
  recs__free(context, baskets->codes);
  recs__free(context, baskets->offsets);
  recs__free(context, baskets->places);
}

/* How many baskets have each column, and how many have any. */
static uint64_t count_columns(uint32_t *counts, const recs_matrix *matrix) {
  uint64_t total = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    int any = 0;
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      int has = matrix->values[e] != 0;
      counts[matrix->indices[e]] += (uint32_t)has;
      any |= has;
    }
    total += (uint64_t)any;
  }
  return total;
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
    in->code_of[column] = RECS__BASKET_END;
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

/* Turns the matrix into lists of rows by code, and those back into rows: the codes of each then rise. While an array of
 * beginnings is filled by, its element i + 1 is where the next entry of i goes; in the end it is where i ends. */
static void recode(intake *in, const recs__baskets *baskets) {
  const recs_matrix *matrix = in->matrix;
  size_t begin = 0;
  in->list_begin[0] = 0;
  in->row_begin[0] = 0;
  for (uint32_t code = 0; code < baskets->items; begin += baskets->supports[code], code++)
    in->list_begin[code + 1] = begin;
  begin = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    in->row_begin[row + 1] = begin;
    for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
      uint32_t code = in->code_of[matrix->indices[e]];
      if (code == RECS__BASKET_END || matrix->values[e] == 0)
        continue;
      in->lists[in->list_begin[code + 1]++] = row;
      begin += 1;
    }
  }
  for (uint32_t code = 0; code < baskets->items; code++) {
    for (size_t i = in->list_begin[code]; i < in->list_begin[code + 1]; i++)
      in->codes[in->row_begin[in->lists[i] + 1]++] = code;
  }
}

static int32_t prepare(intake *in, const recs__baskets *baskets) {
  size_t entries = 0, rows = in->matrix->rows;
  for (uint32_t code = 0; code < baskets->items; code++)
    entries += baskets->supports[code];
  in->lists = recs__alloc(in->context, entries, sizeof *in->lists);
  in->list_begin = recs__alloc(in->context, (size_t)baskets->items + 1, sizeof *in->list_begin);
  in->codes = recs__alloc(in->context, entries, sizeof *in->codes);
  in->row_begin = recs__alloc(in->context, rows + 1, sizeof *in->row_begin);
  in->weights = recs__alloc(in->context, rows, sizeof *in->weights);
  if (in->lists == NULL || in->list_begin == NULL || in->codes == NULL || in->row_begin == NULL || in->weights == NULL)
    return recs__fail_nomem();
  recode(in, baskets);
  return RECS_OK;
}

static size_t row_length(const intake *in, uint32_t row) {
  return in->row_begin[row + 1] - in->row_begin[row];
}

static uint64_t row_hash(const intake *in, uint32_t row) {
  uint64_t hash = row_length(in, row);
  for (size_t i = in->row_begin[row]; i < in->row_begin[row + 1]; i++)
    hash = (hash ^ in->codes[i]) * UINT64_C(0x9E3779B97F4A7C15) ^ hash >> 29;
  return hash ^ hash >> 32;
}

static int same_rows(const intake *in, uint32_t a, uint32_t b) {
  size_t length = row_length(in, a);
  return length == row_length(in, b) &&
         memcmp(in->codes + in->row_begin[a], in->codes + in->row_begin[b], length * sizeof *in->codes) == 0;
}

/* Gives each row of two items or more to the first row like it, by a hash table with open addressing of rows + 1. */
static int32_t merge_rows(intake *in) {
  uint32_t rows = in->matrix->rows;
  size_t room = 16;
  uint32_t *slots;
  while (room / 2 < rows)
    room *= 2;
  slots = recs__alloc_zero(in->context, room, sizeof *slots);
  if (slots == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows; row++) {
    size_t slot;
    in->weights[row] = 0;
    if (row_length(in, row) < 2)
      continue;
    slot = row_hash(in, row) & (room - 1);
    while (slots[slot] != 0 && !same_rows(in, slots[slot] - 1, row))
      slot = (slot + 1) & (room - 1);
    if (slots[slot] == 0)
      slots[slot] = row + 1;
    in->weights[slots[slot] - 1] += 1;
  }
  recs__free(in->context, slots);
  return RECS_OK;
}

/* How many places the baskets take, with one copy for each bit of a weight or, unmerged, with one for each basket. */
static uint64_t count_places(const intake *in, int merged) {
  uint64_t places = 1;
  for (uint32_t row = 0; row < in->matrix->rows; row++) {
    uint64_t copies = merged ? (uint32_t)__builtin_popcount(in->weights[row]) : row_length(in, row) >= 2;
    places += copies * (row_length(in, row) + 1);
  }
  return places;
}

static uint32_t put_row(recs__baskets *out, uint32_t place, const intake *in, uint32_t row) {
  size_t length = row_length(in, row);
  memcpy(out->codes + place, in->codes + in->row_begin[row], length * sizeof *out->codes);
  out->codes[place + length] = RECS__BASKET_END;
  return place + (uint32_t)length + 1;
}

static uint32_t lay_out(recs__baskets *out, const intake *in, int merged) {
  uint32_t place = 1;
  out->codes[0] = RECS__BASKET_END;
  for (uint32_t level = 0; level < RECS__BASKET_LEVELS; level++) {
    out->begins[level] = place;
    if (level > 0 && !merged)
      continue;
    for (uint32_t row = 0; row < in->matrix->rows; row++) {
      if (merged ? (in->weights[row] >> level & 1u) != 0 : row_length(in, row) >= 2)
        place = put_row(out, place, in, row);
    }
  }
  out->begins[RECS__BASKET_LEVELS] = place;
  return place;
}

void recs__baskets_index(recs__baskets *baskets, uint32_t length) {
  uint32_t *next = baskets->offsets; /* as in recode(): next[code + 1] is where the next place of the code goes */
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

/* Merging pays when it saves a tenth of the places. */
static int32_t write_baskets(recs__baskets *out, const intake *in) {
  uint64_t apart = count_places(in, 0), together = count_places(in, 1);
  int merged = together < apart - apart / 10;
  uint64_t places = merged ? together : apart;
  if (places > UINT32_MAX)
    return recs__fail(RECS_ERROR_OVERFLOW, "the baskets have %llu entries of frequent items, more than %u",
                      (unsigned long long)places, UINT32_MAX);
  out->codes = recs__alloc(in->context, places, sizeof *out->codes);
  out->places = recs__alloc(in->context, places, sizeof *out->places);
  out->offsets = recs__alloc(in->context, (size_t)out->items + 1, sizeof *out->offsets);
  if (out->codes == NULL || out->places == NULL || out->offsets == NULL)
    return recs__fail_nomem();
  recs__baskets_index(out, lay_out(out, in, merged));
  return RECS_OK;
}

uint64_t recs__baskets_bytes(const recs__baskets *baskets) {
  return ((uint64_t)baskets->begins[RECS__BASKET_LEVELS] * 2 + (uint64_t)baskets->items * 3) * sizeof(uint32_t);
}

static int32_t read_matrix(recs__baskets *out, uint64_t *total, uint64_t *min_count, intake *in, double min_support) {
  uint32_t *counts = recs__alloc_zero(in->context, in->matrix->columns, sizeof *counts);
  uint64_t nonempty;
  int32_t status;
  in->code_of = recs__alloc(in->context, in->matrix->columns, sizeof *in->code_of);
  if (counts == NULL || in->code_of == NULL) {
    status = recs__fail_nomem();
    goto cleanup;
  }
  nonempty = count_columns(counts, in->matrix);
  *total = *total == 0 ? nonempty : *total;
  if (*min_count == 0)
    *min_count = least_count(min_support, *total);
  RECS_GO(number_items(out, in, counts, *min_count));
  RECS_GO(prepare(in, out));
  RECS_GO(merge_rows(in));
  RECS_GO(write_baskets(out, in));
cleanup:
  recs__free(in->context, counts);
  intake_free(in);
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
