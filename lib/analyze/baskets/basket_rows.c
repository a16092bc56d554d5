#include "lib/analyze/baskets/basket_rows.h"

#include "lib/base/parallel.h"

#include <string.h>

/* Entries that are worth a thread's start; rows up to SHORT codes are sorted by insertion where bits would be many. Of more rows than
 * SAMPLED_ROWS, whether merging pays is judged by one in SAMPLE, those of some hashes: all rows that are equal, or none of them. */
enum { THREAD_ENTRIES = 256 * 1024, SHORT = 32, SAMPLED_ROWS = 16384, SAMPLE = 16 };

/* A set of codes: a bit for each, and a bit for each word of those. It is emptied by reading it out, in order. */
typedef struct code_set {
  uint64_t *words;
  uint64_t *tops;
  uint32_t top_count;
} code_set;

typedef struct reading {
  recs__basket_rows *rows;
  code_set *sets; /* one a thread */
} reading;

size_t recs__basket_rows_grain(const recs_matrix *matrix) {
  size_t entries = matrix->rows == 0 ? 0 : (size_t)matrix->offsets[matrix->rows];
  size_t wanted = matrix->columns > THREAD_ENTRIES / 4 ? (size_t)matrix->columns * 4 : THREAD_ENTRIES;
  return entries <= wanted ? (size_t)matrix->rows + 1 : (size_t)((double)matrix->rows * (double)wanted / (double)entries) + 1;
}

static int32_t code_set_init(code_set *set, const recs_context *context, uint32_t items) {
  size_t tops = (size_t)items / 4096 + 1; /* one code more than there are items: it stands for all that are not frequent */
  set->top_count = (uint32_t)tops;
  set->words = recs__alloc_zero(context, tops * 65, sizeof *set->words);
  set->tops = set->words == NULL ? NULL : set->words + tops * 64;
  return set->words == NULL ? recs__fail_nomem() : RECS_OK;
}

/* Writes down the numbers of the bits, added to `base`. */
static inline uint32_t *read_bits(uint32_t *codes, uint64_t bits, uint32_t base) {
  for (; bits != 0; bits &= bits - 1)
    *codes++ = base + (uint32_t)__builtin_ctzll(bits);
  return codes;
}

/* The same of the words that one top tells of; they are empty then. */
static inline uint32_t *read_words(uint32_t *codes, uint64_t *words, uint64_t top, uint32_t base) {
  for (; top != 0; top &= top - 1) {
    uint32_t word = (uint32_t)__builtin_ctzll(top);
    codes = read_bits(codes, words[word], base + word * 64);
    words[word] = 0;
  }
  return codes;
}

/* No branch depends on what an entry holds. */
static inline uint32_t code_at(const recs__basket_rows *rows, int64_t entry) {
  uint32_t code = rows->code_of[rows->matrix->indices[entry]];
  return rows->matrix->values[entry] != 0 ? code : rows->items;
}

/* A row of items that have one word of bits, one top, or any number of them. Returns where its codes end, which may have the code
 * of what is not frequent among them, as the last. */
static uint32_t *read_by_word(const recs__basket_rows *rows, uint32_t row, uint32_t *codes) {
  uint64_t bits = 0;
  for (int64_t e = rows->matrix->offsets[row]; e < rows->matrix->offsets[row + 1]; e++)
    bits |= UINT64_C(1) << code_at(rows, e);
  return read_bits(codes, bits, 0);
}

static uint32_t *read_by_top(const recs__basket_rows *rows, uint32_t row, const code_set *set, uint32_t *codes) {
  uint64_t top = 0;
  for (int64_t e = rows->matrix->offsets[row]; e < rows->matrix->offsets[row + 1]; e++) {
    uint32_t code = code_at(rows, e);
    set->words[code / 64] |= UINT64_C(1) << (code & 63);
    top |= UINT64_C(1) << code / 64;
  }
  return read_words(codes, set->words, top, 0);
}

static uint32_t *read_by_tops(const recs__basket_rows *rows, uint32_t row, const code_set *set, uint32_t *codes) {
  for (int64_t e = rows->matrix->offsets[row]; e < rows->matrix->offsets[row + 1]; e++) {
    uint32_t code = code_at(rows, e);
    set->words[code / 64] |= UINT64_C(1) << (code & 63);
    set->tops[code / 4096] |= UINT64_C(1) << (code / 64 & 63);
  }
  for (uint32_t top = 0; top < set->top_count; top++) {
    codes = read_words(codes, set->words + (size_t)top * 64, set->tops[top], top * 4096);
    set->tops[top] = 0;
  }
  return codes;
}

static uint32_t read_short(const recs__basket_rows *rows, uint32_t row, uint32_t *codes) {
  uint32_t count = 0;
  for (int64_t e = rows->matrix->offsets[row]; e < rows->matrix->offsets[row + 1]; e++) {
    uint32_t code = code_at(rows, e), place = count;
    if (code == rows->items)
      continue;
    for (; place > 0 && codes[place - 1] > code; place--)
      codes[place] = codes[place - 1];
    codes[place] = code;
    count += 1;
  }
  return count;
}

static uint32_t read_row(const recs__basket_rows *rows, uint32_t row, const code_set *set, uint32_t *codes) {
  const int64_t *offsets = rows->matrix->offsets;
  uint32_t *end;
  if (set->top_count > 1 && offsets[row + 1] - offsets[row] <= SHORT)
    return read_short(rows, row, codes);
  if (rows->items < 64)
    end = read_by_word(rows, row, codes);
  else
    end = set->top_count == 1 ? read_by_top(rows, row, set, codes) : read_by_tops(rows, row, set, codes);
  if (end > codes && end[-1] == rows->items)
    end -= 1;
  return (uint32_t)(end - codes);
}

/* A sum, so that no code waits for the one before. */
static uint64_t hash_of(const uint32_t *codes, uint32_t count) {
  uint64_t hash = count;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t mixed = (codes[i] + UINT64_C(1)) * UINT64_C(0x9E3779B97F4A7C15);
    hash += (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93);
  }
  return hash ^ hash >> 32;
}

static int32_t read_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  const reading *self = payload;
  recs__basket_rows *rows = self->rows;
  const code_set *set = &self->sets[thread];
  for (uint32_t row = (uint32_t)begin; row < end; row++) {
    uint32_t *codes = rows->codes + rows->matrix->offsets[row];
    uint32_t length = read_row(rows, row, set, codes);
    rows->lengths[row] = length < 2 ? 0 : length;
    rows->hashes[row] = hash_of(codes, length);
  }
  return RECS_OK;
}

static int32_t read_all(recs__basket_rows *rows) {
  const recs_context *context = rows->matrix->object.context;
  uint32_t threads = recs__parallel_threads(context, rows->matrix->rows, rows->grain);
  reading self = {.rows = rows, .sets = recs__alloc_zero(context, threads, sizeof *self.sets)};
  int32_t status = self.sets == NULL ? recs__fail_nomem() : RECS_OK;
  for (uint32_t thread = 0; thread < threads && status == RECS_OK; thread++)
    status = code_set_init(&self.sets[thread], context, rows->items);
  if (status == RECS_OK)
    status = recs__parallel(context, rows->matrix->rows, rows->grain, read_range, &self, NULL);
  for (uint32_t thread = 0; thread < threads && self.sets != NULL; thread++)
    recs__free(context, self.sets[thread].words);
  recs__free(context, self.sets);
  return status;
}

static int same_rows(const recs__basket_rows *rows, uint32_t a, uint32_t b) {
  const int64_t *offsets = rows->matrix->offsets;
  return rows->hashes[a] == rows->hashes[b] && rows->lengths[a] == rows->lengths[b] &&
         memcmp(rows->codes + offsets[a], rows->codes + offsets[b], rows->lengths[a] * sizeof *rows->codes) == 0;
}

/* Whether a row is one of those that are looked at: one in `share`, a power of two. */
static int is_drawn(const recs__basket_rows *rows, uint32_t row, uint32_t share) {
  return rows->lengths[row] != 0 && (rows->hashes[row] & (share - 1)) == 0;
}

/* Gives each row that is drawn to the first one like it, by a hash table with open addressing of rows + 1. */
static int32_t weigh(recs__basket_rows *rows, uint32_t share) {
  const recs_context *context = rows->matrix->object.context;
  size_t room = 16, drawn = 0;
  uint32_t *slots;
  for (uint32_t row = 0; row < rows->matrix->rows; row++)
    drawn += (size_t)is_drawn(rows, row, share);
  while (room / 2 < drawn)
    room *= 2;
  slots = recs__alloc_zero(context, room, sizeof *slots);
  if (slots == NULL)
    return recs__fail_nomem();
  memset(rows->weights, 0, rows->matrix->rows * sizeof *rows->weights);
  for (uint32_t row = 0; row < rows->matrix->rows; row++) {
    size_t slot = rows->hashes[row] / SAMPLE & (room - 1);
    if (!is_drawn(rows, row, share))
      continue;
    while (slots[slot] != 0 && !same_rows(rows, slots[slot] - 1, row))
      slot = (slot + 1) & (room - 1);
    if (slots[slot] == 0)
      slots[slot] = row + 1;
    rows->weights[slots[slot] - 1] += 1;
  }
  recs__free(context, slots);
  return RECS_OK;
}

/* Merging pays when it saves a tenth of the places, with one copy for each bit of a weight. */
static int pays(const recs__basket_rows *rows, uint32_t share) {
  uint64_t apart = 0, together = 0;
  for (uint32_t row = 0; row < rows->matrix->rows; row++) {
    uint64_t places = rows->lengths[row] + UINT64_C(1);
    if (!is_drawn(rows, row, share))
      continue;
    apart += places;
    together += places * (uint32_t)__builtin_popcount(rows->weights[row]);
  }
  return together < apart - apart / 10;
}

/* Leaves the weights away where they do not pay. */
static int32_t merge(recs__basket_rows *rows) {
  const recs_context *context = rows->matrix->object.context;
  uint32_t share = rows->matrix->rows > SAMPLED_ROWS ? SAMPLE : 1;
  rows->weights = recs__alloc(context, rows->matrix->rows, sizeof *rows->weights);
  if (rows->weights == NULL)
    return recs__fail_nomem();
  RECS_TRY(weigh(rows, share));
  if (pays(rows, share))
    return share == 1 ? RECS_OK : weigh(rows, 1);
  recs__free(context, rows->weights);
  rows->weights = NULL;
  return RECS_OK;
}

static void keep_rows(recs__basket_rows *rows) {
  const uint32_t *counts = rows->weights == NULL ? rows->lengths : rows->weights;
  for (uint32_t row = 0; row < rows->matrix->rows; row++) {
    rows->kept[rows->count] = row;
    rows->count += counts[row] != 0;
    rows->levels |= rows->weights == NULL ? 1 : rows->weights[row];
  }
}

int32_t recs__basket_rows_read(recs__basket_rows *rows) {
  const recs_context *context = rows->matrix->object.context;
  size_t count = rows->matrix->rows;
  rows->codes = recs__alloc(context, count == 0 ? 0 : (size_t)rows->matrix->offsets[count], sizeof *rows->codes);
  rows->lengths = recs__alloc(context, count, sizeof *rows->lengths);
  rows->hashes = recs__alloc(context, count, sizeof *rows->hashes);
  rows->kept = recs__alloc(context, count, sizeof *rows->kept);
  if (rows->codes == NULL || rows->lengths == NULL || rows->hashes == NULL || rows->kept == NULL)
    return recs__fail_nomem();
  RECS_TRY(read_all(rows));
  RECS_TRY(merge(rows));
  keep_rows(rows);
  return RECS_OK;
}

void recs__basket_rows_free(recs__basket_rows *rows) {
  const recs_context *context = rows->matrix->object.context;
  recs__free(context, rows->codes);
  recs__free(context, rows->lengths);
  recs__free(context, rows->hashes);
  recs__free(context, rows->kept);
  recs__free(context, rows->weights);
}
