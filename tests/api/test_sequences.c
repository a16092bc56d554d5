#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* A text as symbols. */
static size_t symbols_of(uint32_t *out, const char *text) {
  size_t count = strlen(text);
  for (size_t i = 0; i < count; i++)
    out[i] = (unsigned char)text[i];
  return count;
}

static double ratio_of(const char *a, const char *b) {
  uint32_t a_symbols[64], b_symbols[64];
  size_t a_count = symbols_of(a_symbols, a), b_count = symbols_of(b_symbols, b);
  double ratio;
  ck_ok(recs_sequence_ratio(&ratio, context, a_symbols, a_count, b_symbols, b_count, 1));
  return ratio;
}

static uint64_t lcs_of(const char *a, const char *b) {
  uint32_t a_symbols[64], b_symbols[64];
  size_t a_count = symbols_of(a_symbols, a), b_count = symbols_of(b_symbols, b);
  uint64_t length;
  ck_ok(recs_sequence_lcs(&length, context, a_symbols, a_count, b_symbols, b_count));
  return length;
}

static uint64_t levenshtein_of(const char *a, const char *b) {
  uint32_t a_symbols[64], b_symbols[64];
  size_t a_count = symbols_of(a_symbols, a), b_count = symbols_of(b_symbols, b);
  uint64_t distance;
  ck_ok(recs_sequence_levenshtein(&distance, context, a_symbols, a_count, b_symbols, b_count));
  return distance;
}

START_TEST(known_values) {
  ck_assert_double_eq(ratio_of("abcd", "bcde"), 0.75);
  ck_assert_double_eq(ratio_of("tide", "diet"), 0.25);
  ck_assert_double_eq(ratio_of("diet", "tide"), 0.5); /* not symmetric */
  ck_assert_uint_eq(lcs_of("XMJYAUZ", "MZJAWXU"), 4);
  ck_assert_uint_eq(lcs_of("abc", "xyz"), 0);
  ck_assert_uint_eq(levenshtein_of("kitten", "sitting"), 3);
  ck_assert_uint_eq(levenshtein_of("sunday", "saturday"), 3);
  ck_assert_uint_eq(levenshtein_of("abc", "xyz"), 3);
}
END_TEST

START_TEST(empty_sequences) {
  ck_assert_double_eq(ratio_of("", ""), 1);
  ck_assert_double_eq(ratio_of("a", ""), 0);
  ck_assert_double_eq(ratio_of("", "a"), 0);
  ck_assert_uint_eq(lcs_of("", ""), 0);
  ck_assert_uint_eq(lcs_of("abc", ""), 0);
  ck_assert_uint_eq(levenshtein_of("", ""), 0);
  ck_assert_uint_eq(levenshtein_of("abc", ""), 3);
  ck_assert_uint_eq(levenshtein_of("", "abcd"), 4);
}
END_TEST

START_TEST(blocks_of_an_example) {
  uint32_t a[16], b[16];
  size_t a_starts[8], b_starts[8], lengths[8], count;
  size_t a_count = symbols_of(a, "qabxcd"), b_count = symbols_of(b, "abycdf");
  ck_ok(recs_sequence_blocks(a_starts, b_starts, lengths, &count, context, a, a_count, b, b_count, 1));
  ck_assert_uint_eq(count, 3);
  ck_assert_uint_eq(a_starts[0], 1);
  ck_assert_uint_eq(b_starts[0], 0);
  ck_assert_uint_eq(lengths[0], 2);
  ck_assert_uint_eq(a_starts[1], 4);
  ck_assert_uint_eq(b_starts[1], 3);
  ck_assert_uint_eq(lengths[1], 2);
  ck_assert_uint_eq(a_starts[2], 6);
  ck_assert_uint_eq(b_starts[2], 6);
  ck_assert_uint_eq(lengths[2], 0);
  ck_ok(recs_sequence_blocks(a_starts, b_starts, lengths, &count, context, NULL, 0, b, b_count, 1));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(a_starts[0], 0);
  ck_assert_uint_eq(b_starts[0], 6);
}
END_TEST

/* One symbol 200 times against itself: too popular to begin a block, but the first extension finds it all. */
START_TEST(popular_symbols) {
  uint32_t a[202], b[202];
  double ratio;
  memset(a, 0, sizeof a);
  memset(b, 0, sizeof b);
  ck_ok(recs_sequence_ratio(&ratio, context, a, 200, b, 200, 1));
  ck_assert_double_eq(ratio, 1);
  a[0] = 1; /* now the extension has nothing to start from */
  ck_ok(recs_sequence_ratio(&ratio, context, a, 200, b, 200, 1));
  ck_assert_double_eq(ratio, 0);
  ck_ok(recs_sequence_ratio(&ratio, context, a, 200, b, 200, 0));
  ck_assert_double_eq(ratio, 2.0 * 199 / 400);
  ck_ok(recs_sequence_ratio(&ratio, context, a, 200, b, 199, 1)); /* too short for autojunk */
  ck_assert_double_eq(ratio, 2.0 * 199 / 399);
}
END_TEST

enum { MANY = 700 };

/* Pseudo-random symbols; large ones too. */
static void scatter(uint32_t *out, size_t count, uint32_t seed, uint32_t kinds) {
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    out[i] = UINT32_MAX - (seed >> 8) % kinds * 40503u;
  }
}

/* The whole table, cell by cell. */
static void slow(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, uint64_t *lcs,
                 uint64_t *distance) {
  static uint32_t common[MANY + 1][MANY + 1], edits[MANY + 1][MANY + 1];
  for (size_t i = 0; i <= a_count; i++) {
    for (size_t j = 0; j <= b_count; j++) {
      if (i == 0 || j == 0) {
        common[i][j] = 0;
        edits[i][j] = (uint32_t)(i + j);
      } else {
        uint32_t differs = a[i - 1] != b[j - 1];
        uint32_t left = edits[i][j - 1] + 1, above = edits[i - 1][j] + 1, corner = edits[i - 1][j - 1] + differs;
        common[i][j] = common[i - 1][j] > common[i][j - 1] ? common[i - 1][j] : common[i][j - 1];
        if (!differs)
          common[i][j] = common[i - 1][j - 1] + 1;
        edits[i][j] = left < above ? left : above;
        edits[i][j] = corner < edits[i][j] ? corner : edits[i][j];
      }
    }
  }
  *lcs = common[a_count][b_count];
  *distance = edits[a_count][b_count];
}

/* Lengths on both sides of the edges of words and strips. */
START_TEST(bits_equal_the_whole_table) {
  static const size_t lengths[] = {1, 2, 31, 63, 64, 65, 127, 128, 129, 192, 193, 255, 256, 257, 320, 512, 513, 700};
  enum { LENGTHS = sizeof lengths / sizeof lengths[0] };
  static const uint32_t kinds[] = {2, 5, 40, 1000};
  uint32_t a[MANY], b[MANY];
  for (size_t x = 0; x < LENGTHS; x++) {
    for (size_t y = (size_t)_i; y < LENGTHS; y += 5) {
      uint64_t lcs, distance, found;
      scatter(a, lengths[x], (uint32_t)(x * 77 + y), kinds[(x + y) % 4]);
      scatter(b, lengths[y], (uint32_t)(x * 31 + y + 5), kinds[(x + y) % 4]);
      slow(a, lengths[x], b, lengths[y], &lcs, &distance);
      ck_ok(recs_sequence_lcs(&found, context, a, lengths[x], b, lengths[y]));
      ck_assert_uint_eq(found, lcs);
      ck_ok(recs_sequence_levenshtein(&found, context, a, lengths[x], b, lengths[y]));
      ck_assert_uint_eq(found, distance);
    }
  }
}
END_TEST

/* A ladder makes every block the leftmost of the rest: the tree is as deep as the sequence is long. */
START_TEST(deep_trees) {
  enum { STEPS = 300 };
  uint32_t a[2 * STEPS + STEPS * STEPS], b[2 * STEPS + STEPS * STEPS];
  size_t a_starts[MANY], b_starts[MANY], lengths[MANY], count, a_count = 0, b_count = 0;
  for (uint32_t step = 0; step < STEPS; step++) { /* blocks of lengths 1, 2, 3 ..., each after a symbol that differs */
    a[a_count++] = 2 * step;
    b[b_count++] = 2 * step + 1;
    for (uint32_t i = 0; i <= step; i++)
      a[a_count++] = b[b_count++] = 1000 + step * STEPS + i;
  }
  ck_ok(recs_sequence_blocks(a_starts, b_starts, lengths, &count, context, a, a_count, b, b_count, 1));
  ck_assert_uint_eq(count, STEPS + 1);
  for (size_t step = 0; step < STEPS; step++) {
    ck_assert_uint_eq(lengths[step], step + 1);
    ck_assert_uint_eq(a_starts[step], b_starts[step]);
  }
}
END_TEST

START_TEST(refusals) {
  uint32_t a[1] = {1};
  size_t starts[2], count = 9;
  uint64_t number = 9;
  double ratio = 9;
  ck_fails(recs_sequence_ratio(NULL, context, a, 1, a, 1, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_sequence_ratio(&ratio, NULL, a, 1, a, 1, 1), RECS_ERROR_INVALID, "context");
  ck_assert_double_eq(ratio, 0);
  ck_fails(recs_sequence_ratio(&ratio, context, NULL, 1, a, 1, 1), RECS_ERROR_INVALID, "a is NULL");
  ck_fails(recs_sequence_ratio(&ratio, context, a, 1, NULL, 1, 1), RECS_ERROR_INVALID, "b is NULL");
  ck_fails(recs_sequence_ratio(&ratio, context, a, SIZE_MAX, a, 1, 1), RECS_ERROR_OVERFLOW, "a has");
  ck_fails(recs_sequence_ratio(&ratio, context, a, 1, a, (size_t)1 << 31, 1), RECS_ERROR_OVERFLOW, "b has 2147483648");
  ck_fails(recs_sequence_ratio(&ratio, context, a, 1, a, 1, 2), RECS_ERROR_INVALID, "autojunk is 2");
  ck_fails(recs_sequence_lcs(NULL, context, a, 1, a, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_sequence_lcs(&number, NULL, a, 1, a, 1), RECS_ERROR_INVALID, "context");
  ck_assert_uint_eq(number, 0);
  ck_fails(recs_sequence_lcs(&number, context, a, 1, NULL, 1), RECS_ERROR_INVALID, "b is NULL");
  ck_fails(recs_sequence_lcs(&number, context, a, SIZE_MAX, a, 1), RECS_ERROR_OVERFLOW, "a has");
  ck_fails(recs_sequence_levenshtein(NULL, context, a, 1, a, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_sequence_levenshtein(&number, NULL, a, 1, a, 1), RECS_ERROR_INVALID, "context");
  ck_fails(recs_sequence_levenshtein(&number, context, NULL, 1, a, 1), RECS_ERROR_INVALID, "a is NULL");
  ck_fails(recs_sequence_blocks(NULL, starts, starts, &count, context, a, 1, a, 1, 1), RECS_ERROR_INVALID, "a_starts");
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_sequence_blocks(starts, NULL, starts, &count, context, a, 1, a, 1, 1), RECS_ERROR_INVALID, "b_starts");
  ck_fails(recs_sequence_blocks(starts, starts, NULL, &count, context, a, 1, a, 1, 1), RECS_ERROR_INVALID, "lengths");
  ck_fails(recs_sequence_blocks(starts, starts, starts, NULL, context, a, 1, a, 1, 1), RECS_ERROR_INVALID, "count");
  ck_fails(recs_sequence_blocks(starts, starts, starts, &count, NULL, a, 1, a, 1, 1), RECS_ERROR_INVALID, "context");
}
END_TEST

static int32_t match(recs_context *heap, void *payload) {
  uint32_t a[MANY], b[MANY];
  double ratio;
  (void)payload;
  scatter(a, MANY, 1, 100);
  scatter(b, MANY, 2, 100);
  return recs_sequence_ratio(&ratio, heap, a, MANY, b, MANY, 0);
}

static int32_t align(recs_context *heap, void *payload) {
  uint32_t a[MANY], b[MANY];
  uint64_t number;
  int32_t status;
  (void)payload;
  scatter(a, MANY, 1, 100);
  scatter(b, MANY, 2, 100);
  status = recs_sequence_lcs(&number, heap, a, MANY, b, MANY);
  return status != RECS_OK ? status : recs_sequence_levenshtein(&number, heap, a, MANY, b, MANY);
}

START_TEST(out_of_memory) {
  recs_test_oom(match, NULL);
  recs_test_oom(align, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sequences");
  TCase *tests = tcase_create("sequences");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, known_values);
  tcase_add_test(tests, empty_sequences);
  tcase_add_test(tests, blocks_of_an_example);
  tcase_add_test(tests, popular_symbols);
  tcase_add_loop_test(tests, bits_equal_the_whole_table, 0, 5);
  tcase_add_test(tests, deep_trees);
  tcase_add_test(tests, refusals);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
