#include "lib/evaluate/alike.h"

#include <math.h>
#include <string.h>

enum { FEWEST_HEAVY = 256, MOST_KEPT = 8192 };

static size_t length_of(const recs_matrix *rows, uint32_t item) {
  return (size_t)(rows->offsets[item + 1] - rows->offsets[item]);
}

/* A row of bits is then no longer than the row itself, and together they take 8 bytes an entry. */
static int is_heavy(const recs_matrix *rows, uint32_t item) {
  return length_of(rows, item) >= FEWEST_HEAVY && length_of(rows, item) >= rows->columns / 64;
}

static void set_bits(recs__alike *alike, uint32_t item) {
  uint64_t *bits = alike->bits + alike->places[item] * alike->words;
  for (int64_t i = alike->rows->offsets[item]; i < alike->rows->offsets[item + 1]; i++)
    bits[alike->rows->indices[i] / 64] |= (uint64_t)1 << alike->rows->indices[i] % 64;
}

int32_t recs__alike_init(recs__alike *alike, const recs_matrix *rows, int by_users) {
  const recs_context *context = recs__context_of(rows);
  *alike = (recs__alike){.context = context, .rows = rows, .words = ((size_t)rows->columns + 63) / 64};
  for (uint32_t item = 0; by_users && item < rows->rows; item++)
    alike->heavy += is_heavy(rows, item) ? 1 : 0;
  if (alike->heavy == 0)
    return RECS_OK;
  alike->places = recs__alloc(context, rows->rows, sizeof *alike->places);
  alike->bits = recs__alloc_zero(context, alike->heavy * alike->words, sizeof *alike->bits);
  if (alike->heavy <= MOST_KEPT)
    alike->together = recs__alloc_zero(context, (size_t)alike->heavy * alike->heavy, sizeof *alike->together);
  if (alike->places == NULL || alike->bits == NULL || (alike->heavy <= MOST_KEPT && alike->together == NULL))
    return recs__fail_nomem();
  for (uint32_t item = 0, place = 0; item < rows->rows; item++) {
    alike->places[item] = is_heavy(rows, item) ? place++ : RECS_NO_ROW;
    if (alike->places[item] != RECS_NO_ROW)
      set_bits(alike, item);
  }
  return RECS_OK;
}

void recs__alike_free(recs__alike *alike) {
  recs__free(alike->context, (void *)alike->together);
  recs__free(alike->context, alike->bits);
  recs__free(alike->context, alike->places);
}

static uint32_t count_both(const recs__alike *alike, uint32_t a, uint32_t b) {
  const uint64_t *left = alike->bits + a * alike->words, *right = alike->bits + b * alike->words;
  uint32_t count = 0;
  for (size_t word = 0; word < alike->words; word++)
    count += (uint32_t)__builtin_popcountll(left[word] & right[word]);
  return count;
}

/* Counted once, by whoever comes first; should two come at once, both find the same. */
static uint32_t heavy_together(recs__alike *alike, uint32_t a, uint32_t b) {
  _Atomic(uint32_t) *kept;
  uint32_t count;
  if (alike->together == NULL)
    return count_both(alike, a, b);
  kept = &alike->together[a < b ? (size_t)a * alike->heavy + b : (size_t)b * alike->heavy + a];
  count = atomic_load_explicit(kept, memory_order_relaxed);
  if (count == 0) {
    count = count_both(alike, a, b) + 1;
    atomic_store_explicit(kept, count, memory_order_relaxed);
  }
  return count - 1;
}

/* How many features of a light item a heavy one has. */
static uint32_t light_together(const recs__alike *alike, uint32_t heavy, uint32_t item) {
  const uint64_t *bits = alike->bits + heavy * alike->words;
  const recs_matrix *rows = alike->rows;
  uint32_t count = 0;
  for (int64_t i = rows->offsets[item]; i < rows->offsets[item + 1]; i++)
    count += (uint32_t)(bits[rows->indices[i] / 64] >> rows->indices[i] % 64 & 1);
  return count;
}

static uint32_t place_of(const recs__alike *alike, uint32_t item) {
  return alike->places == NULL ? RECS_NO_ROW : alike->places[item];
}

/* Of two items one of which is heavy. */
static double cosine(recs__alike *alike, uint32_t a, uint32_t b) {
  uint32_t left = place_of(alike, a), right = place_of(alike, b), both;
  if (left == RECS_NO_ROW)
    both = light_together(alike, right, a);
  else if (right == RECS_NO_ROW)
    both = light_together(alike, left, b);
  else
    both = heavy_together(alike, left, right);
  return both / sqrt((double)length_of(alike->rows, a) * (double)length_of(alike->rows, b));
}

/* The product of a light item with the sum of those before it, which is the sum of its cosines with them; then adds it. */
static double add_light(double *sum, const recs_matrix *rows, uint32_t item) {
  double product = 0;
  for (int64_t i = rows->offsets[item]; i < rows->offsets[item + 1]; i++) {
    product += sum[rows->indices[i]] * (double)rows->values[i];
    sum[rows->indices[i]] += (double)rows->values[i];
  }
  return product;
}

static void forget_light(double *sum, const recs_matrix *rows, uint32_t item) {
  for (int64_t i = rows->offsets[item]; i < rows->offsets[item + 1]; i++)
    sum[rows->indices[i]] = 0;
}

static int is_empty(const recs_matrix *rows, uint32_t item) {
  return item >= rows->rows || length_of(rows, item) == 0;
}

/* With each of the items before it; light ones among light ones are in the sum already. */
static double with_those_before(recs__alike *alike, const uint32_t *items, size_t place) {
  int heavy = place_of(alike, items[place]) != RECS_NO_ROW;
  double sum = 0;
  for (size_t i = 0; i < place; i++) {
    if (!is_empty(alike->rows, items[i]) && (heavy || place_of(alike, items[i]) != RECS_NO_ROW))
      sum += cosine(alike, items[place], items[i]);
  }
  return sum;
}

void recs__alike_sum(double *sums, recs__alike *alike, const uint32_t *items, size_t count, double *scratch) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_empty(alike->rows, items[i])) {
      if (alike->heavy > 0)
        sum += with_those_before(alike, items, i);
      if (place_of(alike, items[i]) == RECS_NO_ROW)
        sum += add_light(scratch, alike->rows, items[i]);
    }
    sums[i] = sum;
  }
  for (size_t i = 0; i < count; i++) {
    if (!is_empty(alike->rows, items[i]) && place_of(alike, items[i]) == RECS_NO_ROW)
      forget_light(scratch, alike->rows, items[i]);
  }
}
