#include "lib/analyze/short_edit.h"

#define INLINE static inline __attribute__((always_inline))

/* Hyyro 2004: the rows where the subsequence grows have a 0. */
INLINE uint32_t lcs(const recs__profile *b, const uint32_t *a, size_t a_count, size_t words) {
  uint64_t state[RECS__PROFILE_WORDS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  uint32_t length = 0;
  for (size_t i = 0; i < a_count; i++) {
    const uint64_t *mask = recs__profile_mask(b, a[i]);
    unsigned carry = 0;
    for (size_t w = 0; w < words; w++) {
      uint64_t taken = state[w] & mask[w], sum;
      unsigned over = __builtin_add_overflow(state[w], taken, &sum);
      over |= (unsigned)__builtin_add_overflow(sum, (uint64_t)carry, &sum);
      carry = over;
      state[w] = sum | (state[w] - taken);
    }
  }
  for (size_t w = 0; w < words; w++)
    length += (uint32_t)__builtin_popcountll(~state[w]);
  return length;
}

/* A column of a table of distances: where a cell is one more than that above it, where one less. */
typedef struct column {
  uint64_t more[RECS__PROFILE_WORDS], less[RECS__PROFILE_WORDS];
  uint64_t equal[RECS__PROFILE_WORDS]; /* to that above left; for swaps, as the next */
  uint64_t before[RECS__PROFILE_WORDS]; /* the mask of the symbol before */
} column;

/* Moves a column on by one symbol (Myers 1999 in the form of Hyyro 2003; with swaps of neighbours where asked for). Returns by how much
 * its last cell, in that row of the last word, grows. */
INLINE int step(column *at, const uint64_t *mask, size_t words, unsigned last_row, int swaps) {
  uint64_t rises = 1, falls = 0, swap_carry = 0; /* what crosses from word to word; the top row rises with every symbol */
  int grows = 0;
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
      grows = (int)(right_more >> last_row & 1) - (int)(right_less >> last_row & 1);
  }
  return grows;
}

INLINE uint32_t distance(const recs__profile *b, const uint32_t *a, size_t a_count, size_t words, int swaps) {
  column at = {.more = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
  size_t used = (b->count + RECS__WORD - 1) / RECS__WORD; /* masks may have a word more than the sequence needs */
  unsigned last_row = (b->count - 1) % RECS__WORD;
  int64_t last = b->count;
  for (size_t i = 0; i < a_count; i++)
    last += step(&at, recs__profile_mask(b, a[i]), words < used ? words : used, last_row, swaps);
  return (uint32_t)last;
}

#define BY_WORDS(call, ...) (b->words == 1 ? call(b, a, a_count, 1, ##__VA_ARGS__) : b->words == 2 ? call(b, a, a_count, 2, ##__VA_ARGS__) : call(b, a, a_count, 4, ##__VA_ARGS__))

uint32_t recs__short_lcs(const recs__profile *b, const uint32_t *a, size_t a_count) {
  return BY_WORDS(lcs);
}

uint32_t recs__short_levenshtein(const recs__profile *b, const uint32_t *a, size_t a_count) {
  return BY_WORDS(distance, 0);
}

uint32_t recs__short_osa(const recs__profile *b, const uint32_t *a, size_t a_count) {
  return BY_WORDS(distance, 1);
}
