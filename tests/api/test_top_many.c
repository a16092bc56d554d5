/* Many dense queries at once: the same as one by one, and as all scores sorted. */
#include "support/support.h"

enum { MOST_ROWS = 5000, SOME_ROWS = 330, MOST_DIMENSION = 33, MOST_QUERIES = 50, MOST_K = 331 };

static float values[MOST_ROWS * MOST_DIMENSION], queries[MOST_QUERIES * MOST_DIMENSION];

/* What rows and queries are made of. */
typedef enum filling { EVEN, COARSE, ALIKE, BELOW_ZERO, UNEVEN, SPIKY, CROWDED, HUGE_AND_TINY, FILLINGS } filling;

static float some(uint32_t *state, filling how, size_t row) {
  int coarse;
  *state = *state * 1664525u + 1013904223u;
  coarse = (int)(*state >> 16 & 3) - 1;
  switch (how) {
  case EVEN:
    return (float)(*state >> 8) / (float)(1 << 23) - 1;
  case COARSE: /* many similarities are equal; every fifth row is zero */
    return row % 5 == 3 ? 0 : (float)coarse;
  case ALIKE: /* three rows again and again */
    return (float)(row % 3) + 1;
  case BELOW_ZERO: /* all dot products are below 0 */
    return row < MOST_ROWS ? (float)(1 + (*state >> 20)) : -(float)(1 + (*state >> 20));
  case UNEVEN: /* rows of very different lengths */
    return ((float)(*state >> 8) / (float)(1 << 23) - 1) * powf(10, (float)(row % 9) - 4);
  case SPIKY: /* nearly all of a row is one value */
    return ((float)(*state >> 8) / (float)(1 << 23) - 1) * (*state >> 28 == 0 ? 1000 : 1);
  case CROWDED: /* all rows point nearly the same way */
    return 50 + (float)(*state >> 8) / (float)(1 << 26);
  default: /* beyond what float products can tell */
    return (float)coarse * (row % 2 ? 1e18F : 1e-30F);
  }
}

static void fill(filling how, uint32_t dimension) {
  uint32_t state = 7;
  for (size_t i = 0; i < MOST_ROWS * (size_t)dimension; i++)
    values[i] = some(&state, how, i / dimension);
  for (size_t i = 0; i < MOST_QUERIES * (size_t)dimension; i++)
    queries[i] = some(&state, how, MOST_ROWS + i / dimension);
}

static recs_index *make_index(recs_context *context, int32_t kind, uint32_t rows, uint32_t dimension) {
  recs_kernel_options options;
  recs_kernel *kernel;
  recs_index *index;
  ck_ok(recs_kernel_options_init(&options, sizeof options));
  options.zeros = kind == RECS_KERNEL_PEARSON;
  ck_ok(recs_kernel_create(&kernel, context, kind, &options));
  ck_ok(recs_index_create_dense(&index, kernel, values, rows, dimension));
  recs_kernel_free(kernel);
  return index;
}

/* The list is of the rows that are not left out, in order, and what is not in it comes behind its last. */
static void check_query(const recs_index *index, uint32_t dimension, const float *query, const uint32_t *without,
                        size_t without_count, size_t k, const uint32_t *got, const float *got_scores, size_t count) {
  static uint8_t gone[MOST_ROWS];
  static float scores[MOST_ROWS];
  uint32_t rows = recs_index_rows(index), last, missed = 0;
  ck_ok(recs_index_scores_dense(scores, index, query, dimension));
  ck_assert_uint_eq(count, k < rows - without_count ? k : rows - without_count);
  memset(gone, 0, sizeof gone);
  for (size_t i = 0; i < without_count; i++)
    gone[without[i]] = 1;
  for (size_t i = 0; i < count && missed == 0; i++) {
    missed += got[i] >= rows || gone[got[i]] || got_scores[i] != scores[got[i]];
    missed += i > 0 && (got_scores[i - 1] < got_scores[i] || (got_scores[i - 1] == got_scores[i] && got[i - 1] > got[i]));
    gone[got[i] < rows ? got[i] : 0] = 1;
  }
  last = count > 0 ? got[count - 1] : 0;
  for (uint32_t row = 0; row < rows; row++)
    missed += !gone[row] && (scores[row] > scores[last] || (scores[row] == scores[last] && row < last));
  ck_assert_uint_eq(missed, 0);
}

/* Every query, with what it leaves out, against all scores sorted; and one by one. */
static void check_index(const recs_index *index, uint32_t dimension, size_t count, size_t k) {
  static uint32_t got[MOST_QUERIES * MOST_K], without[MOST_QUERIES * 3], one[MOST_K];
  static float scores[MOST_QUERIES * MOST_K], one_scores[MOST_K];
  uint32_t rows = recs_index_rows(index);
  int64_t offsets[MOST_QUERIES + 1] = {0};
  size_t counts[MOST_QUERIES];
  for (size_t q = 0; q < count; q++) {
    int64_t at = offsets[q];
    for (uint32_t row = (uint32_t)q; row < rows && at < offsets[q] + (int64_t)(q % 4); row += 1 + (uint32_t)q * 11)
      without[at++] = row;
    offsets[q + 1] = at;
  }
  ck_ok(recs_index_top_dense_many(got, scores, counts, index, queries, count, dimension, offsets, without, k, NULL,
                                  NULL));
  for (size_t q = 0; q < count; q++)
    check_query(index, dimension, queries + q * dimension, without + offsets[q],
                (size_t)(offsets[q + 1] - offsets[q]), k, got + q * k, scores + q * k, counts[q]);
  ck_ok(recs_index_top_dense_many(got, scores, counts, index, queries, count, dimension, NULL, NULL, k, NULL, NULL));
  for (size_t q = 0; q < count; q++) {
    size_t found;
    ck_ok(recs_index_top_dense(one, one_scores, &found, index, queries + q * dimension, dimension, RECS_NO_ROW, k));
    ck_assert_uint_eq(found, counts[q]);
    ck_assert_mem_eq(one, got + q * k, found * sizeof *one);
    ck_assert_mem_eq(one_scores, scores + q * k, found * sizeof *one_scores);
  }
}

static const int32_t kinds[] = {RECS_KERNEL_DOT, RECS_KERNEL_COSINE, RECS_KERNEL_EUCLIDEAN, RECS_KERNEL_PEARSON,
                                RECS_KERNEL_JACCARD};

/* Every kernel that compares dense rows as they are, and one that does not, on every filling and instruction set. */
START_TEST(all_that_is_filled_in) {
  static const uint32_t cpus[] = {0, RECS_CPU_AVX2, UINT32_MAX};
  for (int how = 0; how < FILLINGS; how++) {
    fill((filling)how, 9);
    for (int c = 0; c < 3; c++) {
      recs_context *context = recs_test_threads(2, cpus[c]);
      for (int kind = 0; kind < 5; kind++) {
        recs_index *index;
        if (how == HUGE_AND_TINY && kinds[kind] == RECS_KERNEL_JACCARD)
          continue;
        index = make_index(context, kinds[kind], SOME_ROWS, 9);
        check_index(index, 9, 13, 7);
        recs_index_free(index);
      }
      recs_context_free(context);
    }
  }
}
END_TEST

/* So many rows that what is noted has to be thinned out, again and again. */
START_TEST(long_searches) {
  static const uint32_t cpus[] = {RECS_CPU_AVX2, UINT32_MAX};
  for (int i = 0; i < 2 * HUGE_AND_TINY; i++) {
    recs_context *context = recs_test_threads(2, cpus[i % 2]);
    recs_index *index;
    fill((filling)(i / 2), 24);
    index = make_index(context, kinds[i % 2], MOST_ROWS, 24);
    check_index(index, 24, 7, i % 3 == 0 ? 60 : 5);
    recs_index_free(index);
    recs_context_free(context);
  }
}
END_TEST

/* Sizes beside those of tiles and threads. */
START_TEST(all_sizes) {
  static const uint32_t rows[] = {1, 2, 63, 64, 65, 129, SOME_ROWS}, dimensions[] = {1, 2, 16, 17, MOST_DIMENSION};
  static const size_t counts[] = {0, 1, 2, 5, 6, 7, MOST_QUERIES}, ks[] = {1, 3, 64, MOST_K};
  static const uint32_t threads[] = {1, 2, 3, 7};
  for (int t = 0; t < 4; t++) {
    recs_context *context = recs_test_threads(threads[t], UINT32_MAX);
    for (int i = 0; i < 7; i++) {
      uint32_t dimension = dimensions[(i + t) % 5];
      recs_index *index;
      fill(i % 2 ? EVEN : COARSE, dimension);
      index = make_index(context, kinds[i % 2], rows[i], dimension);
      for (int j = 0; j < 7; j++)
        check_index(index, dimension, counts[j], ks[(i + j + t) % 4]);
      recs_index_free(index);
    }
    recs_context_free(context);
  }
}
END_TEST

/* Few queries, so that threads share the rows: the same bits. */
START_TEST(rows_in_parts) {
  enum { ROWS = 20000, DIMENSION = 3, QUERIES = 2, K = 40 };
  static const uint32_t threads[] = {1, 2, 3, 7};
  static float many[ROWS * DIMENSION];
  uint32_t state = 3, got[4][QUERIES * K];
  float scores[4][QUERIES * K];
  for (size_t i = 0; i < ROWS * DIMENSION; i++)
    many[i] = some(&state, i % 2 ? COARSE : EVEN, i / DIMENSION);
  fill(EVEN, DIMENSION);
  for (int t = 0; t < 4; t++) {
    recs_context *context = recs_test_threads(threads[t], UINT32_MAX);
    recs_kernel *kernel;
    recs_index *index;
    size_t counts[QUERIES];
    ck_ok(recs_kernel_create(&kernel, context, RECS_KERNEL_COSINE, NULL));
    ck_ok(recs_index_create_dense(&index, kernel, many, ROWS, DIMENSION));
    ck_ok(recs_index_top_dense_many(got[t], scores[t], counts, index, queries, QUERIES, DIMENSION, NULL, NULL, K, NULL,
                                    NULL));
    ck_assert_uint_eq(counts[0], K);
    ck_assert_uint_eq(counts[1], K);
    ck_assert_mem_eq(got[t], got[0], sizeof got[0]);
    ck_assert_mem_eq(scores[t], scores[0], sizeof scores[0]);
    recs_index_free(index);
    recs_kernel_free(kernel);
    recs_context_free(context);
  }
}
END_TEST

static int32_t stop(void *payload, double fraction) {
  int *calls = payload;
  ck_assert(fraction >= 0 && fraction <= 1);
  *calls += 1;
  return 1;
}

START_TEST(refused) {
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  static const uint32_t twice[] = {3, 3}, beyond[] = {4};
  static const int64_t falling[] = {1, 0}, two[] = {0, 2}, one[] = {0, 1}, below[] = {-1, 0};
  float bad[] = {1, 2, NAN, 4}, scores[4];
  uint32_t rows[4];
  size_t counts[2] = {9, 9};
  recs_index *index;
  int calls = 0;
  fill(EVEN, 2);
  index = make_index(context, RECS_KERNEL_DOT, 4, 2);
#define ASK(index, queries, count, dimension, offsets, without, k) \
  recs_index_top_dense_many(rows, scores, counts, index, queries, count, dimension, offsets, without, k, NULL, NULL)
  ck_fails(ASK(index, bad, 2, 2, NULL, NULL, 2), RECS_ERROR_NUMERIC, "query 1, column 0 is nan");
  ck_assert_uint_eq(counts[0], 0);
  ck_assert_uint_eq(counts[1], 0);
  bad[2] = -INFINITY;
  ck_fails(ASK(index, bad, 2, 2, NULL, NULL, 2), RECS_ERROR_NUMERIC, "query 1, column 0 is -inf");
  ck_fails(ASK(index, bad, 1, 3, NULL, NULL, 2), RECS_ERROR_INVALID, "dimension 3 for rows of dimension 2");
  ck_fails(ASK(index, bad, 1, 2, falling, twice, 2), RECS_ERROR_INVALID, "without_offsets[1] is 0");
  ck_fails(ASK(index, bad, 1, 2, below, twice, 2), RECS_ERROR_INVALID, "without_offsets[0] is -1");
  ck_fails(ASK(index, bad, 1, 2, two, twice, 2), RECS_ERROR_INVALID, "query 0 leaves out are not ascending at 3");
  ck_fails(ASK(index, bad, 1, 2, one, beyond, 2), RECS_ERROR_INVALID, "leave out row 4 of 4");
  ck_fails(ASK(index, bad, 1, 2, one, NULL, 2), RECS_ERROR_INVALID, "without");
  ck_fails(ASK(index, NULL, 1, 2, NULL, NULL, 2), RECS_ERROR_INVALID, "queries");
  ck_fails(ASK(NULL, bad, 1, 2, NULL, NULL, 2), RECS_ERROR_INVALID, "index");
  ck_fails(ASK(index, bad, 3, 2, NULL, NULL, SIZE_MAX / 2), RECS_ERROR_OVERFLOW, "3 queries");
  ck_fails(recs_index_top_dense_many(NULL, scores, counts, index, bad, 1, 2, NULL, NULL, 1, NULL, NULL),
           RECS_ERROR_INVALID, "out_rows");
  ck_fails(recs_index_top_dense_many(rows, NULL, counts, index, bad, 1, 2, NULL, NULL, 1, NULL, NULL),
           RECS_ERROR_INVALID, "out_scores");
  ck_fails(recs_index_top_dense_many(rows, scores, NULL, index, bad, 1, 2, NULL, NULL, 1, NULL, NULL),
           RECS_ERROR_INVALID, "out_counts");
  ck_fails(recs_index_top_dense_many(rows, scores, counts, index, bad, 1, 2, NULL, NULL, 2, stop, &calls),
           RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_int_eq(calls, 1);
  ck_assert_uint_eq(counts[0], 0);
  ck_ok(ASK(index, bad, 1, 2, NULL, NULL, 0));
  ck_assert_uint_eq(counts[0], 0);
#undef ASK
  recs_index_free(index);
  recs_context_free(context);
}
END_TEST

/* A dot product beyond the floats: as recs_index_top_dense() has it. */
START_TEST(too_large) {
  static const float large[] = {1e30F, 1}, query[] = {1e30F, 1};
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_kernel *kernel;
  recs_index *index;
  uint32_t rows[4];
  float scores[4];
  size_t counts[2];
  ck_ok(recs_kernel_create(&kernel, context, RECS_KERNEL_DOT, NULL));
  ck_ok(recs_index_create_dense(&index, kernel, large, 2, 1));
  ck_fails(recs_index_top_dense_many(rows, scores, counts, index, query, 2, 1, NULL, NULL, 2, NULL, NULL),
           RECS_ERROR_NUMERIC, "too large for a float");
  ck_assert_uint_eq(counts[1], 0);
  recs_index_free(index);
  recs_kernel_free(kernel);
  recs_context_free(context);
}
END_TEST

static int32_t ask_once(recs_context *context, void *payload) {
  recs_kernel_options options;
  recs_kernel *kernel = NULL;
  recs_index *index = NULL;
  uint32_t rows[24];
  float scores[24];
  size_t counts[8];
  int32_t status = recs_kernel_options_init(&options, sizeof options);
  if (status == RECS_OK)
    status = recs_kernel_create(&kernel, context, *(int32_t *)payload, &options);
  if (status == RECS_OK)
    status = recs_index_create_dense(&index, kernel, values, 70, 3);
  if (status == RECS_OK)
    status = recs_index_top_dense_many(rows, scores, counts, index, queries, 8, 3, NULL, NULL, 3, NULL, NULL);
  recs_index_free(index);
  recs_kernel_free(kernel);
  return status;
}

START_TEST(short_memory) {
  int32_t dense = RECS_KERNEL_COSINE, sparse = RECS_KERNEL_DICE;
  fill(EVEN, 3);
  recs_test_oom(ask_once, &dense);
  recs_test_oom(ask_once, &sparse);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("top_many");
  TCase *tcase = tcase_create("top_many");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, all_that_is_filled_in);
  tcase_add_test(tcase, long_searches);
  tcase_add_test(tcase, all_sizes);
  tcase_add_test(tcase, rows_in_parts);
  tcase_add_test(tcase, refused);
  tcase_add_test(tcase, too_large);
  tcase_add_test(tcase, short_memory);
  suite_add_tcase(suite, tcase);
  return recs_test_run(suite);
}
