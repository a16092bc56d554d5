/* The longest common run by bits. Plane L has bit j of row i set where a run of L symbols ends at a's place i and b's place j: it is
 * the plane of L - k, and that of k moved by L - k rows and columns. So planes double while anything is left in them, and the longest
 * run is found between the last two by halving: O(rows x words x log length), whatever the symbols. */
#include "lib/analyze/sequences/blocks.h"

int recs__run_bits_fit(const recs__profile *b, size_t a_count) {
  return b->words > 0 && a_count <= RECS__RUN_ROWS;
}

static uint64_t *plane(const recs__run_bits *bits, uint32_t number) {
  return bits->cells + (size_t)number * bits->rows * bits->words;
}

/* Plane 0 has the matches of the whole, planes 1 + l runs of 2^l, and these two what is found between. */
enum { MATCHES, RUNS, FOUND = RUNS + RECS__RUN_LEVELS, OTHER, PLANES };

int32_t recs__run_bits_load(recs__run_bits *bits, const recs__profile *b, const uint32_t *a, size_t a_count, uint32_t limit) {
  uint64_t *matches;
  bits->context = b->context;
  bits->pass = recs__runs_pass(recs_context_cpu(b->context));
  bits->rows = a_count;
  bits->words = b->words;
  RECS_TRY(recs__grow(b->context, &bits->cells, &bits->room, (size_t)PLANES * a_count * b->words, sizeof *bits->cells));
  matches = plane(bits, MATCHES);
  for (size_t i = 0; i < a_count; i++) {
    const uint64_t *mask = recs__profile_mask(b, a[i]);
    uint32_t times = 0;
    for (uint32_t w = 0; limit != UINT32_MAX && w < b->words; w++)
      times += (uint32_t)__builtin_popcountll(mask[w]);
    for (uint32_t w = 0; w < b->words; w++)
      matches[w * a_count + i] = times > limit ? 0 : mask[w];
  }
  return RECS_OK;
}

void recs__run_bits_free(recs__run_bits *bits) {
  recs__free(bits->context, bits->cells);
}

/* The bits of columns low to high - 1 in one word. */
static uint64_t columns(uint32_t low, uint32_t high, uint32_t word) {
  uint32_t begin = word * RECS__WORD, from = low > begin ? low - begin : 0, to = high > begin ? high - begin : 0;
  uint64_t below = from >= RECS__WORD ? UINT64_MAX : (UINT64_C(1) << from) - 1;
  uint64_t all = to >= RECS__WORD ? UINT64_MAX : (UINT64_C(1) << to) - 1;
  return all & ~below;
}

/* Runs of one symbol within a range. */
static uint64_t begin_runs(const recs__run_bits *bits, const recs__range *within) {
  uint64_t any = 0;
  for (uint32_t w = 0; w < bits->words; w++) {
    const uint64_t *matches = plane(bits, MATCHES) + w * bits->rows;
    uint64_t *runs = plane(bits, RUNS) + w * bits->rows, inside = columns(within->b_low, within->b_high, w);
    for (size_t i = within->a_low; i < within->a_high; i++)
      any |= runs[i] = matches[i] & inside;
  }
  return any;
}

/* Where the first of the runs in a plane lies. */
static recs__block first_run(const recs__run_bits *bits, const uint64_t *runs, const recs__range *within, uint32_t length) {
  for (uint32_t i = within->a_low + length - 1;; i++) {
    for (uint32_t w = 0; w < bits->words; w++) {
      uint64_t ends = runs[w * bits->rows + i];
      if (ends != 0)
        return (recs__block){i + 1 - length, w * RECS__WORD + (uint32_t)__builtin_ctzll(ends) + 1 - length, length};
    }
  }
}

/* Runs of `gap` and a few symbols more. 0 when there is none. */
static uint64_t lengthen(const recs__run_bits *bits, uint64_t *out, const uint64_t *more, const uint64_t *runs, const recs__range *within,
                         uint32_t gap, uint32_t by) {
  size_t from = (size_t)within->a_low + gap + by - 1;
  return from >= within->a_high ? 0 : bits->pass(out, more, runs, bits->rows, bits->words, from, within->a_high, by);
}

recs__block recs__run_bits_longest(void *method, const recs__range *within) {
  const recs__run_bits *bits = method;
  uint64_t *runs = plane(bits, RUNS), *next = plane(bits, FOUND);
  uint32_t length = 1, level = 0;
  if (begin_runs(bits, within) == 0)
    return (recs__block){within->a_low, within->b_low, 0};
  while (level + 1 < RECS__RUN_LEVELS && lengthen(bits, plane(bits, RUNS + level + 1), runs, runs, within, length, length) != 0) {
    level += 1;
    length *= 2;
    runs = plane(bits, RUNS + level);
  }
  for (uint32_t half = length / 2; half > 0; half /= 2) {
    level -= 1;
    if (lengthen(bits, next, plane(bits, RUNS + level), runs, within, length, half) == 0)
      continue;
    length += half;
    runs = next;
    next = next == plane(bits, FOUND) ? plane(bits, OTHER) : plane(bits, FOUND);
  }
  return first_run(bits, runs, within, length);
}
