/* Measures and the index by hand; against rapidfuzz and difflib in tests/witness/test_sequence_search.py. */
#include "support/support.h"

enum { KINDS = 15, MANY = 300, LONG = 400 };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

static size_t symbols_of(uint32_t *out, const char *text) {
  size_t count = strlen(text);
  for (size_t i = 0; i < count; i++)
    out[i] = (unsigned char)text[i];
  return count;
}

static double measure(const char *kind, const char *a, const char *b) {
  uint32_t a_symbols[64], b_symbols[64];
  size_t a_count = symbols_of(a_symbols, a), b_count = symbols_of(b_symbols, b);
  double value;
  ck_ok(recs_sequence_compare(&value, context, recs_sequence_measure(kind), a_symbols, a_count, b_symbols, b_count));
  return value;
}

START_TEST(known_values) {
  ck_assert_double_eq(measure("ratio", "abcd", "bcde"), 0.75);
  ck_assert_double_eq(measure("lcs", "XMJYAUZ", "MZJAWXU"), 4);
  ck_assert_double_eq(measure("lcs_similarity", "XMJYAUZ", "MZJA"), 3.0 / 7);
  ck_assert_double_eq(measure("indel_similarity", "abc", "ac"), 0.8);
  ck_assert_double_eq(measure("levenshtein", "kitten", "sitting"), 3);
  ck_assert_double_eq(measure("levenshtein_similarity", "kitten", "sitting"), 1 - 3.0 / 7);
  ck_assert_double_eq(measure("osa", "CA", "ABC"), 3); /* where the two differ */
  ck_assert_double_eq(measure("damerau", "CA", "ABC"), 2);
  ck_assert_double_eq_tol(measure("jaro", "MARTHA", "MARHTA"), 17.0 / 18, 1e-15);
  ck_assert_double_eq_tol(measure("jaro_winkler", "MARTHA", "MARHTA"), 17.0 / 18 + 0.3 / 18, 1e-15);
  ck_assert_double_eq_tol(measure("jaro", "DIXON", "DICKSONX"), 0.7666666666666666, 1e-15);
  ck_assert_double_eq(measure("run", "xabcy", "zabcab"), 3);
  ck_assert_double_eq(measure("run_similarity", "xabcy", "zabcab"), 0.5);
}
END_TEST

START_TEST(empty_sequences) {
  for (int32_t kind = 1; recs_sequence_measure_name(kind) != NULL; kind++) {
    const char *name = recs_sequence_measure_name(kind);
    int length = kind == RECS_SEQUENCE_LCS || kind == RECS_SEQUENCE_RUN, distance = recs_sequence_is_distance(kind);
    ck_assert_double_eq(measure(name, "", ""), length || distance ? 0 : 1);
    ck_assert_double_eq(measure(name, "abc", ""), distance ? 3 : 0);
    ck_assert_double_eq(measure(name, "", "ab"), distance ? 2 : 0);
  }
}
END_TEST

START_TEST(names) {
  ck_assert_ptr_null(recs_sequence_measure_name(0));
  ck_assert_ptr_null(recs_sequence_measure_name(KINDS + 1));
  ck_assert_int_eq(recs_sequence_measure("osa"), RECS_SEQUENCE_OSA);
  ck_assert_int_eq(recs_sequence_measure("run_similarity"), KINDS);
  ck_assert_int_eq(recs_sequence_measure("OSA"), 0);
  ck_assert_int_eq(recs_sequence_measure(NULL), 0);
  ck_assert_int_eq(recs_sequence_is_distance(RECS_SEQUENCE_OSA), 1);
  ck_assert_int_eq(recs_sequence_is_distance(RECS_SEQUENCE_OSA_SIMILARITY), 0);
  ck_assert_int_eq(recs_sequence_is_distance(-1), 0);
}
END_TEST

/* Sequences of 0 to LONG symbols, one after the other. */
typedef struct heap {
  int64_t offsets[MANY + 1];
  uint32_t symbols[MANY * LONG];
} heap;

static void fill(heap *out, size_t count, uint32_t kinds) {
  uint32_t seed = 7;
  out->offsets[0] = 0;
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    out->offsets[i + 1] = out->offsets[i] + (seed >> 8) % (i % 20 == 0 ? LONG : 40);
    for (int64_t j = out->offsets[i]; j < out->offsets[i + 1]; j++) {
      seed = seed * 1664525u + 1013904223u;
      out->symbols[j] = UINT32_MAX - (seed >> 8) % kinds * 40503u;
    }
  }
}

static heap sequences;

static const uint32_t *row_of(size_t row, size_t *count) {
  *count = (size_t)(sequences.offsets[row + 1] - sequences.offsets[row]);
  return sequences.symbols + sequences.offsets[row];
}

static double pair(int32_t kind, size_t row, const uint32_t *b, size_t b_count) {
  size_t a_count;
  const uint32_t *a = row_of(row, &a_count);
  double value;
  ck_ok(recs_sequence_compare(&value, context, kind, a, a_count, b, b_count));
  return value;
}

/* Every measure: one against many is what each pair is, and the index finds the best of them. */
START_TEST(many_and_index) {
  double values[MANY], found[MANY];
  uint32_t rows[MANY];
  size_t count, b_count;
  int32_t kind = _i;
  const uint32_t *b;
  recs_sequence_index *index;
  fill(&sequences, MANY, 25);
  b = row_of(41, &b_count);
  ck_ok(recs_sequence_compare_many(values, context, kind, recs_sequence_is_distance(kind) ? INFINITY : 0, b, b_count, sequences.offsets,
                                   sequences.symbols, MANY));
  for (size_t row = 0; row < MANY; row += 7)
    ck_hold(values[row] == pair(kind, row, b, b_count));
  ck_ok(recs_sequence_index_create(&index, context, sequences.offsets, sequences.symbols, MANY));
  ck_assert_uint_eq(recs_sequence_index_rows(index), MANY);
  if (recs_sequence_is_distance(kind)) {
    ck_fails(recs_sequence_index_search(rows, found, &count, index, kind, b, b_count, 5, 0), RECS_ERROR_UNSUPPORTED, "is a distance");
  } else {
    ck_ok(recs_sequence_index_search(rows, found, &count, index, kind, b, b_count, 5, 0));
    ck_assert_uint_eq(count, 5);
    for (size_t row = 0; row < MANY; row++) {
      int listed = 0;
      for (size_t i = 0; i < count; i++)
        listed |= rows[i] == row;
      ck_hold(listed || values[row] < found[4] || (values[row] == found[4] && row > rows[4]));
    }
    for (size_t i = 0; i < count; i++)
      ck_hold(found[i] == values[rows[i]]);
  }
  recs_sequence_index_free(index);
}
END_TEST

START_TEST(empty_index) {
  uint32_t found[4];
  double values[4];
  size_t count;
  recs_sequence_index *index;
  ck_ok(recs_sequence_index_create(&index, context, NULL, NULL, 0));
  ck_ok(recs_sequence_index_search(found, values, &count, index, RECS_SEQUENCE_LCS, sequences.symbols, 1, 4, 0));
  ck_assert_uint_eq(count, 0);
  recs_sequence_index_free(index);
  ck_fails(recs_sequence_index_of_histories(&index, NULL), RECS_ERROR_INVALID, "histories");
  ck_assert_ptr_null(index);
}
END_TEST

START_TEST(bad_arguments) {
  uint32_t one = 1, rows[1];
  double value = 0;
  size_t count;
  recs_sequence_index *index;
  const int64_t down[] = {0, 3, 2}, below[] = {-1, 2};
  ck_fails(recs_sequence_compare(NULL, context, 1, &one, 1, &one, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_sequence_compare(&value, NULL, 1, &one, 1, &one, 1), RECS_ERROR_INVALID, "context");
  ck_fails(recs_sequence_compare(&value, context, KINDS + 1, &one, 1, &one, 1), RECS_ERROR_INVALID, "measure is 16");
  ck_fails(recs_sequence_compare(&value, context, 1, NULL, 1, &one, 1), RECS_ERROR_INVALID, "a");
  ck_fails(recs_sequence_compare(&value, context, 1, &one, 1, &one, SIZE_MAX), RECS_ERROR_OVERFLOW, "b has");
  ck_assert_double_nan(value);
  ck_fails(recs_sequence_compare_many(&value, context, 1, 0, &one, 1, down, &one, 2), RECS_ERROR_INVALID, "offset 2 is 2");
  ck_fails(recs_sequence_compare_many(&value, context, 1, 0, &one, 1, below, &one, 1), RECS_ERROR_INVALID, "offset 0 is -1");
  ck_fails(recs_sequence_compare_many(&value, context, 1, NAN, &one, 1, down, &one, 1), RECS_ERROR_INVALID, "cutoff");
  ck_fails(recs_sequence_compare_many(NULL, context, 1, 0, &one, 1, (int64_t[]){0, 1}, &one, 1), RECS_ERROR_INVALID, "out");
  ck_ok(recs_sequence_compare_many(NULL, context, 1, 0, &one, 1, NULL, NULL, 0));
  ck_fails(recs_sequence_index_create(&index, context, NULL, &one, 1), RECS_ERROR_INVALID, "offsets");
  ck_fails(recs_sequence_index_create(&index, context, down, &one, 2), RECS_ERROR_INVALID, "offset 2");
  ck_ok(recs_sequence_index_create(&index, context, (int64_t[]){0, 1}, &one, 1));
  ck_fails(recs_sequence_index_search(rows, &value, &count, index, 1, &one, 1, 1, -1), RECS_ERROR_INVALID, "cutoff is -1");
  ck_fails(recs_sequence_index_search(NULL, &value, &count, index, 1, &one, 1, 1, 0), RECS_ERROR_INVALID, "rows");
  ck_fails(recs_sequence_index_search(rows, &value, &count, NULL, 1, &one, 1, 1, 0), RECS_ERROR_INVALID, "index");
  ck_ok(recs_sequence_index_search(NULL, NULL, &count, index, 1, &one, 1, 0, 0));
  recs_sequence_index_free(index);
  recs_sequence_index_free(NULL);
  ck_assert_uint_eq(recs_sequence_index_rows(NULL), 0);
}
END_TEST

static int32_t all_of_it(recs_context *own, void *payload) {
  recs_sequence_index *index = NULL;
  uint32_t rows[3];
  double values[40];
  size_t count, b_count;
  int32_t kind = *(int32_t *)payload, status;
  const uint32_t *b = row_of(20, &b_count);
  status = recs_sequence_index_create(&index, own, sequences.offsets, sequences.symbols, 40);
  if (status == RECS_OK)
    status = recs_sequence_index_search(rows, values, &count, index, kind, b, b_count, 3, 0);
  if (status == RECS_OK)
    status = recs_sequence_compare_many(values, own, kind, 0.2, b, b_count, sequences.offsets, sequences.symbols, 40);
  recs_sequence_index_free(index);
  return status;
}

START_TEST(out_of_memory) {
  int32_t kinds[] = {RECS_SEQUENCE_RATIO, RECS_SEQUENCE_DAMERAU_SIMILARITY, RECS_SEQUENCE_JARO, RECS_SEQUENCE_RUN,
                     RECS_SEQUENCE_OSA_SIMILARITY, RECS_SEQUENCE_LCS};
  fill(&sequences, 40, 25);
  recs_test_oom(all_of_it, &kinds[_i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sequence_search");
  TCase *cases = tcase_create("sequence_search");
  tcase_add_checked_fixture(cases, setup, teardown);
  tcase_add_test(cases, known_values);
  tcase_add_test(cases, empty_sequences);
  tcase_add_test(cases, names);
  tcase_add_loop_test(cases, many_and_index, 1, KINDS + 1);
  tcase_add_test(cases, empty_index);
  tcase_add_test(cases, bad_arguments);
  tcase_add_loop_test(cases, out_of_memory, 0, 6);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
