/* Sparse neighbour graphs by each method against comparing every pair, bit for bit. */
#include "support/support.h"

#include <math.h>

#include "lib/base/random.h"
#include "lib/similarity/neighbors.h"
#include "lib/similarity/rows.h"
#include "lib/similarity/thick.h"

enum { ROWS = 134, COLUMNS = 70, METHODS = RECS__BY_COLUMNS + 1 };

/* From columns that all rows have to columns that one has; many rows alike; some empty. */
static recs_matrix *make_matrix(recs_context *context, int ones, const uint32_t *order) {
  static int64_t offsets[ROWS + 1];
  static uint32_t columns[ROWS * COLUMNS];
  static float values[ROWS * COLUMNS];
  recs_matrix *matrix;
  int64_t count = 0;
  for (uint32_t row = 0; row < ROWS; row++) {
    uint32_t own = order == NULL ? row : order[row];
    recs__random random = recs__random_stream(11, own % (ROWS / 2)); /* so each row comes twice */
    for (uint32_t column = 0; column < COLUMNS && own % 25 != 0; column++) {
      if (recs__random_below(&random, COLUMNS) < column)
        continue;
      columns[count] = column;
      values[count++] = ones ? 1 : (float)(recs__random_below(&random, 5) + 1);
    }
    offsets[row + 1] = count;
  }
  ck_ok(recs_matrix_create(&matrix, context, ROWS, COLUMNS, offsets, columns, values));
  return matrix;
}

static recs_kernel *make_kernel(recs_context *context, int32_t kind, double shrink) {
  recs_kernel_options options;
  recs_kernel *kernel;
  ck_ok(recs_kernel_options_init(&options, sizeof options));
  options.alpha = 0.3;
  options.beta = 0.9;
  options.k1 = 2;
  options.shrink = shrink;
  ck_ok(recs_kernel_create(&kernel, context, kind, &options));
  return kernel;
}

/* What a case is built with. */
typedef struct build {
  int32_t kind;
  int32_t method;
  double shrink;
  double minimum;
  uint32_t k;
  recs_progress_fn progress;
  void *payload;
} build;

static int32_t build_graph(recs_neighbors **out, const build *with, const recs_kernel *kernel,
                           const recs_matrix *matrix) {
  recs__graph_job job = {
      .method = with->method, .kernel = kernel, .progress = recs__progress_of(with->progress, with->payload)};
  *out = NULL;
  ck_ok(recs_neighbors_options_init(&job.options, sizeof job.options));
  job.options.k = with->k;
  job.options.minimum = with->minimum;
  return recs__neighbors_sparse(out, &job, matrix);
}

/* The similarity of two rows, summed over their columns in order; what is not met is not similar. */
static double compare(int *met, const recs__rows *rows, const recs_matrix *matrix, uint32_t a, uint32_t b) {
  uint32_t columns[2][COLUMNS];
  float values[2][COLUMNS];
  recs__row weighed[2];
  recs__overlap overlap = {0, 0, 0, 0, 0, 0};
  recs__facts facts[2];
  for (int side = 0; side < 2; side++) {
    uint32_t row = side == 0 ? a : b;
    size_t begin = (size_t)matrix->offsets[row], count = (size_t)matrix->offsets[row + 1] - begin;
    recs__row raw = {matrix->indices + begin, matrix->values + begin, count};
    ck_ok(recs__rows_weigh(&weighed[side], columns[side], values[side], rows, &raw));
    facts[side] = recs__facts_of(&weighed[side]);
  }
  for (size_t i = 0, j = 0; i < weighed[0].count && j < weighed[1].count;) {
    double x = (double)weighed[0].values[i], y = (double)weighed[1].values[j];
    if (columns[0][i] != columns[1][j]) {
      *(columns[0][i] < columns[1][j] ? &i : &j) += 1;
      continue;
    }
    overlap.common += 1;
    overlap.dot += x * y;
    overlap.x_sum += x;
    overlap.y_sum += y;
    overlap.x_squares += x * x;
    overlap.y_squares += y * y;
    i++;
    j++;
  }
  *met = overlap.common > 0;
  return recs__kernel_finish(rows->kernel, &facts[0], &facts[1], &overlap, COLUMNS);
}

typedef struct pair {
  float score;
  uint32_t row;
} pair;

static int pair_falls(const void *a, const void *b) {
  const pair *x = a, *y = b;
  if (x->score != y->score)
    return x->score < y->score ? 1 : -1;
  return (x->row > y->row) - (x->row < y->row);
}

/* Every row's pairs, best first. */
static void compare_all(pair lists[ROWS][ROWS], uint32_t *counts, const build *with, const recs_kernel *kernel,
                        const recs_matrix *matrix) {
  recs__rows rows;
  ck_ok(recs__rows_init(&rows, kernel, matrix, NULL, RECS__ROWS_FOR_THEMSELVES));
  for (uint32_t a = 0; a < ROWS; a++) {
    counts[a] = 0;
    for (uint32_t b = 0; b < ROWS; b++) {
      int met;
      double similarity = compare(&met, &rows, matrix, a, b);
      if (a != b && similarity > with->minimum && (met || kernel->way->apart || with->minimum < 0))
        lists[a][counts[a]++] = (pair){(float)similarity, b};
    }
    qsort(lists[a], counts[a], sizeof *lists[a], pair_falls);
  }
  recs__rows_free(&rows);
}

static void check_graph(const recs_neighbors *graph, pair lists[ROWS][ROWS], const uint32_t *counts, uint32_t k) {
  for (uint32_t row = 0; row < ROWS; row++) {
    size_t begin = (size_t)graph->offsets[row], count = (size_t)graph->offsets[row + 1] - begin;
    ck_assert_uint_eq(count, counts[row] < k ? counts[row] : k);
    for (size_t i = 0; i < count; i++) {
      ck_assert_uint_eq(graph->ids[begin + i], lists[row][i].row);
      ck_assert_mem_eq(&graph->scores[begin + i], &lists[row][i].score, sizeof(float));
    }
  }
}

static void check_methods(build with, int ones) {
  static const uint32_t threads[] = {1, 2, 3, 7}, masks[] = {0, RECS_CPU_AVX2, UINT32_MAX};
  static pair lists[ROWS][ROWS];
  uint32_t counts[ROWS];
  for (int32_t turn = 0; turn < METHODS; turn++) {
    recs_context *context = recs_test_threads(threads[(turn + with.kind) % 4], masks[(turn + (int32_t)with.k) % 3]);
    recs_matrix *matrix = make_matrix(context, ones, NULL);
    recs_kernel *kernel = make_kernel(context, with.kind, with.shrink);
    recs_neighbors *graph;
    if (turn == 0)
      compare_all(lists, counts, &with, kernel, matrix);
    with.method = turn;
    ck_ok(build_graph(&graph, &with, kernel, matrix));
    check_graph(graph, lists, counts, with.k);
    recs_neighbors_free(graph);
    recs_kernel_free(kernel);
    recs_matrix_free(matrix);
    recs_context_free(context);
  }
}

START_TEST(every_kernel_by_every_method) {
  build with = {.kind = _i / 2 + 1, .k = 7};
  int ones = _i % 2;
  check_methods(with, ones);
  with.k = 1; /* and by other instructions and threads */
  with.minimum = 0.3;
  with.shrink = 1.5;
  check_methods(with, ones);
  with.k = 1000;
  with.minimum = -0.5;
  check_methods(with, ones);
  with.k = 20;
  with.minimum = 0;
  check_methods(with, ones);
}
END_TEST

/* Rows that share as many columns as a counter holds, and one more. */
static void check_width(uint32_t width, int32_t method, uint32_t mask) {
  enum { FEW = 4 };
  recs_context *context = recs_test_threads(2, mask);
  recs_kernel *kernel = make_kernel(context, RECS_KERNEL_COSINE, 0);
  uint32_t *columns = malloc(FEW * width * sizeof *columns);
  float *values = malloc(FEW * width * sizeof *values);
  int64_t offsets[FEW + 1] = {0};
  build with = {.kind = RECS_KERNEL_COSINE, .method = method, .k = 2};
  recs_neighbors *graph;
  recs_matrix *matrix;
  for (uint32_t row = 0; row < FEW; row++) { /* the last row lacks a column */
    uint32_t length = row + 1 < FEW ? width : width - 1;
    for (uint32_t i = 0; i < length; i++) {
      columns[offsets[row] + i] = i;
      values[offsets[row] + i] = 1;
    }
    offsets[row + 1] = offsets[row] + length;
  }
  ck_ok(recs_matrix_create(&matrix, context, FEW, width, offsets, columns, values));
  ck_ok(build_graph(&graph, &with, kernel, matrix));
  for (uint32_t row = 0; row < FEW; row++) {
    double less = sqrt((double)(width - 1) / width);
    ck_assert_int_eq(graph->offsets[row], 2 * row);
    ck_assert_uint_eq(graph->ids[2 * row], row == 0 ? 1 : 0);
    ck_assert_uint_eq(graph->ids[2 * row + 1], row == 2 || row == 3 ? 1 : 2);
    ck_assert_float_eq_tol(graph->scores[2 * row], row < 3 ? 1 : (float)less, 1e-7F);
  }
  recs_neighbors_free(graph);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  recs_context_free(context);
  free(columns);
  free(values);
}

START_TEST(counters_do_not_overflow) {
  static const uint32_t widths[] = {255, 256, 65535, 65536};
  for (int i = 0; i < 4; i++) {
    for (int32_t method = 0; method < METHODS; method++)
      check_width(widths[i], method, i % 2 == 0 ? UINT32_MAX : 0);
    check_width(widths[i], RECS__BY_COLUMNS, i % 2 == 0 ? 0 : UINT32_MAX);
  }
}
END_TEST

/* Rows in another order have the same neighbours, but for which of equal ones comes first. */
START_TEST(the_order_of_rows_is_nothing) {
  uint32_t order[ROWS];
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_kernel *kernel = make_kernel(context, RECS_KERNEL_BM25, 0);
  recs_matrix *matrix = make_matrix(context, 0, NULL), *mixed;
  for (uint32_t row = 0; row < ROWS; row++)
    order[row] = row * 37 % ROWS;
  mixed = make_matrix(context, 0, order);
  for (int32_t method = 0; method < METHODS; method++) {
    build with = {.kind = RECS_KERNEL_BM25, .method = method, .k = 20};
    recs_neighbors *one, *other;
    ck_ok(build_graph(&one, &with, kernel, matrix));
    ck_ok(build_graph(&other, &with, kernel, mixed));
    for (uint32_t row = 0; row < ROWS; row++) {
      int64_t begin = one->offsets[order[row]], count = one->offsets[order[row] + 1] - begin;
      ck_assert_int_eq(other->offsets[row + 1] - other->offsets[row], count);
      ck_assert_mem_eq(other->scores + other->offsets[row], one->scores + begin, (size_t)count * sizeof *one->scores);
    }
    recs_neighbors_free(one);
    recs_neighbors_free(other);
  }
  recs_matrix_free(matrix);
  recs_matrix_free(mixed);
  recs_kernel_free(kernel);
  recs_context_free(context);
}
END_TEST

START_TEST(bits_are_added_up) {
  enum { WORDS = 24 };
  static uint64_t bits[RECS__THICK_GROUP][WORDS];
  const uint64_t *columns[RECS__THICK_GROUP];
  recs__random random = recs__random_stream(3, 0);
  for (int c = 0; c < RECS__THICK_GROUP; c++) {
    columns[c] = bits[c];
    for (int w = 0; w < WORDS; w++)
      bits[c][w] = recs__random_next(&random);
  }
  for (int level = 0; level < 3; level++) {
    static const uint32_t needed[] = {0, RECS_CPU_AVX2, RECS_CPU_AVX512};
    recs_context *context = recs_test_threads(1, UINT32_MAX);
    uint8_t counts[WORDS * 64];
    memset(counts, 5, sizeof counts);
    if ((recs_context_cpu(context) & needed[level]) == needed[level]) {
      recs__thick_ways[level].sum(counts, columns, 8, WORDS - 8);
      for (int i = 0; i < (WORDS - 8) * 64; i++) {
        uint32_t expected = 5;
        for (int c = 0; c < RECS__THICK_GROUP; c++)
          expected += (uint32_t)(bits[c][8 + i / 64] >> i % 64 & 1);
        ck_assert_uint_eq(counts[i], expected);
      }
      ck_assert_uint_eq(counts[(WORDS - 8) * 64], 5);
    }
    recs_context_free(context);
  }
}
END_TEST

/* A large graph: a row has a column for its pair, one for its three, and nine of ten rows one for their hundred. */
enum { MANY = 300000, PAIRS = MANY / 2, THREES = MANY / 3, HUNDREDS = MANY / 100, FEW = 5 };

static uint32_t large_row(uint32_t columns[3], uint32_t row) {
  columns[0] = row / 2;
  columns[1] = PAIRS + row / 3;
  columns[2] = PAIRS + THREES + row / 100;
  return row % 10 == 0 ? 2 : 3;
}

static recs_matrix *make_large(recs_context *context) {
  int64_t *offsets = recs__alloc(context, MANY + 1, sizeof *offsets), count = 0;
  uint32_t *columns = recs__alloc(context, 3 * MANY, sizeof *columns);
  float *values = recs__alloc(context, 3 * MANY, sizeof *values);
  recs_matrix *matrix;
  for (uint32_t row = 0; row < MANY; row++) {
    offsets[row] = count;
    count += large_row(columns + count, row);
  }
  offsets[MANY] = count;
  for (int64_t e = 0; e < count; e++)
    values[e] = 1;
  ck_ok(recs_matrix_create(&matrix, context, MANY, PAIRS + THREES + HUNDREDS, offsets, columns, values));
  recs__free(context, offsets);
  recs__free(context, columns);
  recs__free(context, values);
  return matrix;
}

static float large_similarity(uint32_t a, uint32_t b) {
  uint32_t columns[2][3], counts[] = {large_row(columns[0], a), large_row(columns[1], b)}, common = 0;
  for (uint32_t i = 0; i < counts[0]; i++)
    common += i < counts[1] && columns[0][i] == columns[1][i];
  return (float)(common / sqrt(counts[0] * counts[1]));
}

/* The best of those that can share anything, in an order of their own. */
static void large_best(uint32_t best[FEW], uint32_t row) {
  float scores[FEW] = {0};
  uint32_t count = 0;
  for (uint32_t other = row < 100 ? 0 : row - 100; other < MANY && other <= row + 100; other++) {
    float score = large_similarity(row, other);
    uint32_t place = count < FEW ? count : FEW;
    if (other == row || score == 0)
      continue;
    for (; place > 0 && scores[place - 1] < score; place--) {
      if (place < FEW) {
        scores[place] = scores[place - 1];
        best[place] = best[place - 1];
      }
    }
    if (place < FEW) {
      scores[place] = score;
      best[place] = other;
      count += count < FEW;
    }
  }
}

START_TEST(large_graphs_are_right) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_kernel *kernel = make_kernel(context, RECS_KERNEL_COSINE, 0);
  recs_matrix *matrix = make_large(context);
  build with = {.k = FEW, .method = RECS__BY_TOUCH};
  recs_neighbors *graph;
  ck_ok(build_graph(&graph, &with, kernel, matrix));
  for (uint32_t row = 1; row < MANY; row += row % 10 == 9 ? 691 : 701) {
    uint32_t best[FEW];
    const uint32_t *rows;
    const float *scores;
    size_t count;
    large_best(best, row);
    recs_neighbors_row(&rows, &scores, &count, graph, row);
    for (size_t i = 0; i < count; i++) {
      ck_assert_uint_eq(rows[i], best[i]);
      ck_assert_float_eq_tol(scores[i], large_similarity(row, best[i]), 1e-6F);
    }
    ck_assert(count == FEW || row % 10 == 0);
  }
  recs_neighbors_free(graph);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  recs_context_free(context);
}
END_TEST

static int32_t stop_midway(void *payload, double fraction) {
  *(double *)payload = fraction;
  return fraction > 0.3;
}

START_TEST(every_method_can_be_cancelled) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_kernel *kernel = make_kernel(context, RECS_KERNEL_JACCARD, 0);
  recs_matrix *matrix = make_matrix(context, 1, NULL);
  for (int32_t method = 0; method < METHODS; method++) {
    double last = 0;
    build with = {.kind = RECS_KERNEL_JACCARD, .method = method, .k = 5, .progress = stop_midway, .payload = &last};
    recs_neighbors *graph;
    ck_fails(build_graph(&graph, &with, kernel, matrix), RECS_ERROR_CANCELLED, "");
    ck_assert_ptr_null(graph);
    ck_assert_double_gt(last, 0.3);
  }
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  recs_context_free(context);
}
END_TEST

static int32_t build_once(recs_context *own, void *payload) {
  static const int64_t offsets[] = {0, 2, 4, 5, 6};
  static const uint32_t columns[] = {0, 1, 0, 1, 1, 0};
  static const float values[] = {1, 1, 1, 1, 1, 1};
  build with = {.kind = RECS_KERNEL_COSINE, .method = *(const int32_t *)payload, .k = 2};
  recs_kernel *kernel = NULL;
  recs_matrix *matrix = NULL;
  recs_neighbors *graph = NULL;
  int32_t status = recs_kernel_create(&kernel, own, RECS_KERNEL_COSINE, NULL);
  if (status == RECS_OK)
    status = recs_matrix_create(&matrix, own, 4, 2, offsets, columns, values);
  if (status == RECS_OK)
    status = build_graph(&graph, &with, kernel, matrix);
  recs_neighbors_free(graph);
  recs_matrix_free(matrix);
  recs_kernel_free(kernel);
  return status;
}

START_TEST(out_of_memory) {
  for (int32_t method = 0; method < METHODS; method++)
    recs_test_oom(build_once, &method);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("neighbors_sparse");
  TCase *tests = tcase_create("neighbors_sparse");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, every_kernel_by_every_method, 0, 2 * RECS_KERNEL_TFIDF);
  tcase_add_test(tests, counters_do_not_overflow);
  tcase_add_test(tests, the_order_of_rows_is_nothing);
  tcase_add_test(tests, bits_are_added_up);
  tcase_add_test(tests, large_graphs_are_right);
  tcase_add_test(tests, every_method_can_be_cancelled);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
