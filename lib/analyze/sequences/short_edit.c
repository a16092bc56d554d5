#include "lib/analyze/sequences/short_edit.h"

#define INLINE static inline __attribute__((always_inline))
enum { LANES = RECS__SHORT_LANES, MOST = RECS__PROFILE_WORDS };

/* Hyyro 2004: the rows where the subsequence grows have a 0. */
typedef struct growth {
  uint64_t rows[MOST];
} growth;

INLINE growth growth_begin(void) {
  return (growth){{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
}

INLINE void growth_step(growth *at, const uint64_t *mask, size_t words) {
  unsigned carry = 0;
  for (size_t w = 0; w < words; w++) {
    uint64_t taken = at->rows[w] & mask[w], sum;
    unsigned over = __builtin_add_overflow(at->rows[w], taken, &sum);
    over |= (unsigned)__builtin_add_overflow(sum, (uint64_t)carry, &sum);
    carry = over;
    at->rows[w] = sum | (at->rows[w] - taken);
  }
}

INLINE uint32_t growth_end(const growth *at, size_t words) {
  uint32_t length = 0;
  for (size_t w = 0; w < words; w++)
    length += (uint32_t)__builtin_popcountll(~at->rows[w]);
  return length;
}

/* A column of a table of distances: where a cell is one more than that above it, where one less. */
typedef struct column {
  uint64_t more[MOST], less[MOST];
  uint64_t equal[MOST];  /* to that above left; for swaps, as the next */
  uint64_t before[MOST]; /* the mask of the symbol before */
  int64_t last;          /* the last cell */
} column;

INLINE column column_begin(const recs__profile *b) {
  return (column){.more = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}, .last = b->count};
}

/* Moves a column on by one symbol (Myers 1999 in the form of Hyyro 2003; with swaps of neighbours where asked for). `last_row` is the
 * place of the last cell in the last word. */
INLINE void column_step(column *at, const uint64_t *mask, size_t words, unsigned last_row, int swaps) {
  uint64_t rises = 1, falls = 0, swap_carry = 0; /* what crosses from word to word; the top row rises with every symbol */
  for (size_t w = 0; w < words; w++) {
    uint64_t more = at->more[w], less = at->less[w], match = mask[w] | falls;
    uint64_t equal = (((match & more) + more) ^ more) | match | less, right_more, right_less, above_more, above_less;
    if (swaps) {
      uint64_t open = ~at->equal[w] & mask[w];
      equal |= (open << 1 | swap_carry) & at->before[w];
      swap_carry = open >> (RECS__WORD - 1);
      at->before[w] = mask[w];
      at->equal[w] = equal;
    }
    right_more = less | ~(equal | more); /* cells one more than their left neighbour */
    right_less = equal & more;
    above_more = right_more << 1 | rises;
    above_less = right_less << 1 | falls;
    at->more[w] = above_less | ~(equal | above_more);
    at->less[w] = above_more & equal;
    rises = right_more >> (RECS__WORD - 1);
    falls = right_less >> (RECS__WORD - 1);
    if (w + 1 == words)
      at->last += (int64_t)(right_more >> last_row & 1) - (int64_t)(right_less >> last_row & 1);
  }
}

INLINE unsigned last_row_of(const recs__profile *b) {
  return (b->count - 1) % RECS__WORD;
}

INLINE uint32_t lcs(const recs__profile *b, const uint32_t *a, size_t a_count, size_t words) {
  growth at = growth_begin();
  for (size_t i = 0; i < a_count; i++)
    growth_step(&at, recs__profile_mask(b, a[i]), words);
  return growth_end(&at, words);
}

INLINE uint32_t distance(const recs__profile *b, const uint32_t *a, size_t a_count, size_t words, int swaps) {
  column at = column_begin(b);
  unsigned last_row = last_row_of(b);
  for (size_t i = 0; i < a_count; i++)
    column_step(&at, recs__profile_mask(b, a[i]), words, last_row, swaps);
  return (uint32_t)at.last;
}

INLINE size_t shortest_of(const size_t a_counts[LANES]) {
  size_t shortest = a_counts[0];
  for (int k = 1; k < LANES; k++)
    shortest = a_counts[k] < shortest ? a_counts[k] : shortest;
  return shortest;
}

INLINE void lcs_four(uint32_t out[LANES], const recs__profile *b, const uint32_t *const a[LANES], const size_t a_counts[LANES],
                     size_t words) {
  growth at[LANES] = {growth_begin(), growth_begin(), growth_begin(), growth_begin()};
  size_t shortest = shortest_of(a_counts);
  for (size_t i = 0; i < shortest; i++) {
    for (int k = 0; k < LANES; k++)
      growth_step(&at[k], recs__profile_mask(b, a[k][i]), words);
  }
  for (int k = 0; k < LANES; k++) {
    for (size_t i = shortest; i < a_counts[k]; i++)
      growth_step(&at[k], recs__profile_mask(b, a[k][i]), words);
    out[k] = growth_end(&at[k], words);
  }
}

INLINE void distance_four(uint32_t out[LANES], const recs__profile *b, const uint32_t *const a[LANES], const size_t a_counts[LANES],
                          size_t words) {
  column at[LANES] = {column_begin(b), column_begin(b), column_begin(b), column_begin(b)};
  size_t shortest = shortest_of(a_counts);
  unsigned last_row = last_row_of(b);
  for (size_t i = 0; i < shortest; i++) {
    for (int k = 0; k < LANES; k++)
      column_step(&at[k], recs__profile_mask(b, a[k][i]), words, last_row, 0);
  }
  for (int k = 0; k < LANES; k++) {
    for (size_t i = shortest; i < a_counts[k]; i++)
      column_step(&at[k], recs__profile_mask(b, a[k][i]), words, last_row, 0);
    out[k] = (uint32_t)at[k].last;
  }
}

/* How many words the sequence needs; its masks may have one more. */
INLINE size_t words_of(const recs__profile *b) {
  return (b->count + RECS__WORD - 1) / RECS__WORD;
}

#define BY_WORDS(call) (words_of(b) == 1 ? call(1) : words_of(b) == 2 ? call(2) : words_of(b) == 3 ? call(3) : call(4))

uint32_t recs__short_lcs(const recs__profile *b, const uint32_t *a, size_t a_count) {
#define LCS(words) lcs(b, a, a_count, words)
  return BY_WORDS(LCS);
}

uint32_t recs__short_levenshtein(const recs__profile *b, const uint32_t *a, size_t a_count) {
#define LEVENSHTEIN(words) distance(b, a, a_count, words, 0)
  return BY_WORDS(LEVENSHTEIN);
}

uint32_t recs__short_osa(const recs__profile *b, const uint32_t *a, size_t a_count) {
#define OSA(words) distance(b, a, a_count, words, 1)
  return BY_WORDS(OSA);
}

void recs__short_lcs_four(uint32_t out[LANES], const recs__profile *b, const uint32_t *const a[LANES], const size_t a_counts[LANES]) {
#define LCS_FOUR(words) lcs_four(out, b, a, a_counts, words)
  BY_WORDS(LCS_FOUR);
}

void recs__short_levenshtein_four(uint32_t out[LANES], const recs__profile *b, const uint32_t *const a[LANES],
                                  const size_t a_counts[LANES]) {
#define LEVENSHTEIN_FOUR(words) distance_four(out, b, a, a_counts, words)
  BY_WORDS(LEVENSHTEIN_FOUR);
}
