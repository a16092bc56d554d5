/* Longest common subsequence and Levenshtein distance, 64 cells of the table at a time (bit-parallel). */
#include "lib/analyze/sequences/long_edit.h"
#include "lib/analyze/sequences/short_edit.h"

#include <recs/analyze.h>

#include <string.h>

/* The table has a row for each symbol of the pattern (the shorter sequence) and a column for each of the text. It is
 * worked on in strips of up to STRIP words of rows, from column to column; what crosses a strip's lower edge waits in
 * `edge`, a byte a column. So the masks take a few words a symbol, however long the pattern is. */
enum { WORD = 64, STRIP = 4 };

typedef struct alignment {
  const recs_context *context;
  const uint32_t *pattern, *text; /* as given, without what they have in common at both ends */
  size_t pattern_count, text_count;
  size_t affix;              /* the length of what was taken off */
  uint32_t symbols;          /* the pattern's distinct ones */
  uint32_t *pattern_numbers;
  uint32_t *text_numbers;    /* `symbols` for what the pattern does not have */
  uint64_t *masks;           /* masks[s * words + w]: the rows of symbol s in word w of the strip */
  uint8_t *edge;
  uint64_t length;           /* of the common subsequence so far */
} alignment;

/* Runs one strip; `last_row` is the last row of its last word. */
typedef void (*strip_fn)(alignment *job, unsigned last_row);

static void job_free(alignment *job) {
  recs__free(job->context, job->pattern_numbers);
  recs__free(job->context, job->text_numbers);
  recs__free(job->context, job->masks);
  recs__free(job->context, job->edge);
}

/* What both sequences have in common at either end is part of a best alignment. */
static void strip_affixes(alignment *job, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count) {
  size_t prefix = 0, suffix = 0;
  size_t shorter = a_count < b_count ? a_count : b_count;
  while (prefix < shorter && a[prefix] == b[prefix])
    prefix += 1;
  while (prefix + suffix < shorter && a[a_count - 1 - suffix] == b[b_count - 1 - suffix])
    suffix += 1;
  job->affix = prefix + suffix;
  job->pattern = a_count <= b_count ? a + prefix : b + prefix;
  job->text = a_count <= b_count ? b + prefix : a + prefix;
  job->pattern_count = shorter - job->affix;
  job->text_count = (a_count > b_count ? a_count : b_count) - job->affix;
}

static int32_t number_symbols(alignment *job) {
  recs__symbols symbols;
  job->pattern_numbers = recs__alloc(job->context, job->pattern_count, sizeof *job->pattern_numbers);
  job->text_numbers = recs__alloc(job->context, job->text_count, sizeof *job->text_numbers);
  job->edge = recs__alloc(job->context, job->text_count, sizeof *job->edge);
  if (job->pattern_numbers == NULL || job->text_numbers == NULL || job->edge == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__symbols_init(&symbols, job->context, job->pattern, job->pattern_count, job->pattern_numbers));
  recs__symbols_find(&symbols, job->text, job->text_count, job->text_numbers);
  job->symbols = symbols.count;
  recs__symbols_free(&symbols);
  return RECS_OK;
}

/* Sets or clears the bits of the pattern's symbols begin .. end - 1, which make a strip of so many words. */
static void fill_masks(alignment *job, size_t begin, size_t end, size_t words, int set) {
  for (size_t i = begin; i < end; i++) {
    uint64_t *mask = &job->masks[job->pattern_numbers[i] * words + (i - begin) / WORD];
    *mask = set ? *mask | UINT64_C(1) << (i % WORD) : 0;
  }
}

/* Runs the strips from the top down. `strips` has a function for each number of words. */
static int32_t run_strips(alignment *job, const strip_fn *strips) {
  size_t all_words = (job->pattern_count + WORD - 1) / WORD;
  size_t widest = all_words < STRIP ? all_words : STRIP;
  job->masks = recs__alloc_zero(job->context, (size_t)job->symbols + 1, widest * sizeof *job->masks);
  if (job->masks == NULL)
    return recs__fail_nomem();
  for (size_t word = 0; word < all_words; word += STRIP) {
    size_t words = all_words - word < STRIP ? all_words - word : STRIP;
    size_t begin = word * WORD, end = (word + words) * WORD;
    if (end > job->pattern_count)
      end = job->pattern_count;
    fill_masks(job, begin, end, words, 1);
    strips[words - 1](job, (unsigned)((end - 1) % WORD));
    fill_masks(job, begin, end, words, 0);
  }
  return RECS_OK;
}

/* Hyyro 2004: the rows where the subsequence grows have a 0. The edge holds the carry of the sum. */
static inline __attribute__((always_inline)) void lcs_strip(alignment *job, size_t words) {
  uint64_t state[STRIP] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  for (size_t j = 0; j < job->text_count; j++) {
    const uint64_t *mask = job->masks + job->text_numbers[j] * words;
    unsigned carry = job->edge[j];
    for (size_t w = 0; w < words; w++) {
      uint64_t taken = state[w] & mask[w], sum;
      unsigned over = __builtin_add_overflow(state[w], taken, &sum);
      over |= (unsigned)__builtin_add_overflow(sum, (uint64_t)carry, &sum);
      carry = over;
      state[w] = sum | (state[w] - taken);
    }
    job->edge[j] = (uint8_t)carry;
  }
  for (size_t w = 0; w < words; w++)
    job->length += (uint64_t)__builtin_popcountll(~state[w]);
}

/* The edge of a Levenshtein table: its cell is one more than its left neighbour, or one less. */
enum { RISES = 1, FALLS = 2 };

/* Myers 1999, in the form of Hyyro 2003. */
static inline __attribute__((always_inline)) void levenshtein_strip(alignment *job, size_t words, unsigned last_row) {
  uint64_t more[STRIP] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}; /* cells one more than the one above */
  uint64_t less[STRIP] = {0};
  for (size_t j = 0; j < job->text_count; j++) {
    const uint64_t *mask = job->masks + job->text_numbers[j] * words;
    uint64_t rises = job->edge[j] & RISES, falls = job->edge[j] >> 1;
    for (size_t w = 0; w < words; w++) {
      unsigned last = w + 1 == words ? last_row : WORD - 1;
      uint64_t match = mask[w] | falls;
      uint64_t diagonal = (((match & more[w]) + more[w]) ^ more[w]) | match | less[w]; /* equal to the one above left */
      uint64_t right_more = less[w] | ~(diagonal | more[w]); /* cells one more than their left neighbour */
      uint64_t right_less = diagonal & more[w];
      uint64_t above_more = right_more << 1 | rises;
      uint64_t above_less = right_less << 1 | falls;
      more[w] = above_less | ~(diagonal | above_more);
      less[w] = above_more & diagonal;
      rises = right_more >> last & 1;
      falls = right_less >> last & 1;
    }
    job->edge[j] = (uint8_t)(rises | falls << 1);
  }
}

#define DEFINE_STRIPS(words)                                      \
  static void lcs_strip_##words(alignment *job, unsigned last_row) {    \
    (void)last_row;                                               \
    lcs_strip(job, words);                                        \
  }                                                               \
  static void levenshtein_strip_##words(alignment *job, unsigned last_row) { \
    levenshtein_strip(job, words, last_row);                      \
  }
DEFINE_STRIPS(1)
DEFINE_STRIPS(2)
DEFINE_STRIPS(3)
DEFINE_STRIPS(4)
static const strip_fn lcs_strips[STRIP] = {lcs_strip_1, lcs_strip_2, lcs_strip_3, lcs_strip_4};
static const strip_fn levenshtein_strips[STRIP] = {levenshtein_strip_1, levenshtein_strip_2, levenshtein_strip_3,
                                                   levenshtein_strip_4};

/* Fills the job and runs the strips. */
static int32_t run(alignment *job, const strip_fn *strips, uint8_t top_edge) {
  RECS_TRY(number_symbols(job));
  memset(job->edge, top_edge, job->text_count);
  return run_strips(job, strips);
}

/* A pattern whose whole column fits into a few words needs no strips. */
static int32_t run_short(uint64_t *out, const alignment *job,
                         uint32_t (*edit)(const recs__profile *b, const uint32_t *a, size_t a_count)) {
  recs__profile pattern;
  int32_t status;
  RECS_GO(recs__profile_init(&pattern, job->context, job->pattern, job->pattern_count));
  *out = edit(&pattern, job->text, job->text_count);
cleanup:
  recs__profile_free(&pattern);
  return status;
}

int32_t recs__long_lcs(uint64_t *out, const recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count) {
  alignment job = {.context = context};
  int32_t status = RECS_OK;
  strip_affixes(&job, a, a_count, b, b_count);
  if (job.pattern_count > RECS__PROFILE_MOST)
    RECS_GO(run(&job, lcs_strips, 0));
  else if (job.pattern_count > 0)
    RECS_GO(run_short(&job.length, &job, recs__short_lcs));
  *out = job.affix + job.length;
cleanup:
  job_free(&job);
  return status;
}

/* The last cell of the table: down its left edge, then along its last row. */
static uint64_t last_cell(const alignment *job) {
  uint64_t distance = job->pattern_count;
  for (size_t j = 0; j < job->text_count; j++)
    distance = distance + (job->edge[j] & RISES) - (uint64_t)(job->edge[j] >> 1);
  return distance;
}

int32_t recs__long_levenshtein(uint64_t *out, const recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                               size_t b_count) {
  alignment job = {.context = context};
  int32_t status = RECS_OK;
  strip_affixes(&job, a, a_count, b, b_count);
  *out = job.text_count;
  if (job.pattern_count > RECS__PROFILE_MOST) {
    RECS_GO(run(&job, levenshtein_strips, RISES));
    *out = last_cell(&job);
  } else if (job.pattern_count > 0) {
    RECS_GO(run_short(out, &job, recs__short_levenshtein));
  }
cleanup:
  job_free(&job);
  return status;
}

typedef int32_t (*edit_fn)(uint64_t *out, const recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                           size_t b_count);

static int32_t check_and_edit(uint64_t *out, edit_fn edit, const recs_context *context, const uint32_t *a, size_t a_count,
                              const uint32_t *b, size_t b_count) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__sequence_check("a", a, a_count));
  RECS_TRY(recs__sequence_check("b", b, b_count));
  return edit(out, context, a, a_count, b, b_count);
}

int32_t recs_sequence_lcs(uint64_t *out, recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                          size_t b_count) {
  return check_and_edit(out, recs__long_lcs, context, a, a_count, b, b_count);
}

int32_t recs_sequence_levenshtein(uint64_t *out, recs_context *context, const uint32_t *a, size_t a_count,
                                  const uint32_t *b, size_t b_count) {
  return check_and_edit(out, recs__long_levenshtein, context, a, a_count, b, b_count);
}
