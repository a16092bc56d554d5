#include "support/support.h"

#include "lib/base/cpu.h"
#include "lib/base/random.h"
#include "lib/recommend/als/als_basis.h"
#include "lib/recommend/als/als_solve.h"

enum { WIDTH = 48, OTHERS = 90, LONGEST = 80 };

static recs_context *context;
static float factors[OTHERS * WIDTH] __attribute__((aligned(64)));
static float spectrum[WIDTH];

static float uniform(recs__random *random) {
  return (float)(2 * recs__random_unit(random) - 1);
}

static void setup(void) {
  recs__random random = recs__random_stream(1, 0);
  context = recs_test_threads(2, UINT32_MAX);
  for (size_t i = 0; i < OTHERS * WIDTH; i++)
    factors[i] = uniform(&random);
  for (size_t k = 0; k < WIDTH; k++)
    spectrum[k] = (float)k * 0.1F;
}

static void teardown(void) {
  recs_context_free(context);
}

/* The kernels of a feature that this machine has; the plain ones again when it has not. */
static const recs__als_kernels *fast_kernels(int index) {
  static const uint32_t features[] = {RECS_CPU_AVX2, RECS_CPU_AVX512, RECS_CPU_NEON};
  return recs__als_kernels_of(features[index] & recs__cpu_detect());
}

static recs__als_problem problem_of(const recs__als_kernels *kernels, uint32_t block) {
  recs__als_problem problem = {.kernels = kernels, .factors = factors, .spectrum = spectrum, .width = WIDTH,
                               .block = block, .alpha = 2, .unobserved = 0.3F};
  return problem;
}

/* A row of some entries, with liked, disliked and empty ones. */
static recs__als_row row_of(uint32_t *ids, float *weights, size_t count, float *out) {
  static const float values[] = {1, 2.5F, -1, 0, 0.25F};
  recs__als_row row = {.ids = ids, .weights = weights, .count = count, .ridge = 0.7F, .out = out};
  for (size_t j = 0; j < count; j++) {
    ids[j] = (uint32_t)((j * 37 + count) % OTHERS);
    weights[j] = values[(j + count) % 5];
  }
  return row;
}

/* How far the gradient of the row's loss is from 0, against its largest part: computed in double from the formula in als_solve.h. */
static double imbalance(const recs__als_problem *problem, const recs__als_row *row) {
  double worst = 0, largest = 0;
  for (size_t k = 0; k < WIDTH; k++) {
    double sum = ((double)spectrum[k] + (double)row->ridge) * (double)row->out[k], pull = 0;
    for (size_t j = 0; j < row->count; j++) {
      const float *other = factors + row->ids[j] * WIDTH;
      double score = 0, excess = (double)problem->alpha * fabs((double)row->weights[j]);
      for (size_t i = 0; i < WIDTH; i++)
        score += (double)other[i] * (double)row->out[i];
      sum += excess * score * (double)other[k];
      pull += row->weights[j] > 0 ? (excess + (double)problem->unobserved) * (double)other[k] : 0;
    }
    worst = fmax(worst, fabs(sum - pull));
    largest = fmax(largest, fabs(pull));
  }
  return largest == 0 ? worst : worst / largest;
}

START_TEST(rows_of_few_entries) {
  const recs__als_kernels *kernels[] = {recs__als_kernels_of(RECS_CPU_NONE), fast_kernels(_i)};
  for (size_t which = 0; which < 2; which++) {
    recs__als_problem problem = problem_of(kernels[which], WIDTH);
    recs__als_scratch scratch;
    ck_ok(recs__als_scratch_init(&scratch, context, &problem, RECS__ALS_FEW));
    for (size_t count = 1; count <= RECS__ALS_FEW; count += 3) {
      uint32_t ids[RECS__ALS_LANES][RECS__ALS_FEW];
      float weights[RECS__ALS_LANES][RECS__ALS_FEW], out[RECS__ALS_LANES][WIDTH], alone[WIDTH];
      recs__als_row rows[RECS__ALS_LANES];
      for (size_t lane = 0; lane < problem.kernels->lanes; lane++) /* not all of one length */
        rows[lane] = row_of(ids[lane], weights[lane], count - (count > 2 ? lane % 3 : 0), out[lane]);
      recs__als_solve_few(&problem, rows, problem.kernels->lanes, &scratch);
      for (size_t lane = 0; lane < problem.kernels->lanes; lane++) {
        ck_assert_double_lt(imbalance(&problem, &rows[lane]), 2e-5);
        rows[lane].out = alone;
        recs__als_solve_few(&problem, &rows[lane], 1, &scratch);
        ck_assert_mem_eq(alone, out[lane], sizeof alone);
      }
    }
    recs__als_scratch_free(&scratch);
  }
}
END_TEST

START_TEST(rows_of_many_entries) {
  const recs__als_kernels *kernels[] = {recs__als_kernels_of(RECS_CPU_NONE), fast_kernels(_i)};
  for (size_t which = 0; which < 2; which++) {
    for (size_t count = 1; count <= LONGEST; count += 13) {
      uint32_t ids[LONGEST];
      float weights[LONGEST], whole[WIDTH], blocks[WIDTH] = {0};
      for (uint32_t block = 16; block <= WIDTH; block += 16) {
        recs__als_problem problem = problem_of(kernels[which], block);
        recs__als_row row = row_of(ids, weights, count, block < WIDTH ? blocks : whole);
        recs__als_scratch scratch;
        ck_ok(recs__als_scratch_init(&scratch, context, &problem, count));
        for (int round = 0; round < (block < WIDTH ? 300 : 1); round++)
          recs__als_solve_many(&problem, &row, &scratch);
        ck_assert_double_lt(imbalance(&problem, &row), 1e-4);
        recs__als_scratch_free(&scratch);
      }
    }
  }
}
END_TEST

START_TEST(weights_too_small_to_tell_from_none) {
  recs__als_problem problem = problem_of(fast_kernels(_i), WIDTH);
  uint32_t ids[5];
  float weights[5], out[WIDTH];
  recs__als_row row = row_of(ids, weights, 5, out);
  recs__als_scratch scratch;
  problem.alpha = 0; /* liked entries then count a millionth more than empty cells */
  ck_ok(recs__als_scratch_init(&scratch, context, &problem, 5));
  recs__als_solve_few(&problem, &row, 1, &scratch);
  ck_assert_double_lt(imbalance(&problem, &row), 1e-4);
  recs__als_scratch_free(&scratch);
}
END_TEST

START_TEST(the_basis_makes_the_gram_matrix_diagonal) {
  double gram[WIDTH * WIDTH], square[WIDTH * WIDTH], vectors[WIDTH * WIDTH], values[WIDTH], again[WIDTH * WIDTH];
  float basis[WIDTH * WIDTH];
  recs__als_factors all = {factors, OTHERS, WIDTH};
  double largest = 0;
  for (size_t row = 40; row < OTHERS; row++) /* fewer rows than columns: some directions have nothing */
    memset(factors + row * WIDTH, 0, WIDTH * sizeof *factors);
  ck_ok(recs__als_gram(gram, context, &all));
  for (size_t i = 0; i < WIDTH; i++) {
    double sum = 0;
    for (size_t row = 0; row < OTHERS; row++)
      sum += (double)factors[row * WIDTH + i] * (double)factors[row * WIDTH + 3];
    ck_assert_double_eq_tol(gram[i * WIDTH + 3], sum, 1e-5);
    ck_assert(gram[i * WIDTH + 3] == gram[3 * WIDTH + i]);
  }
  memcpy(square, gram, sizeof gram);
  fast_kernels(_i)->eigen(values, vectors, square, WIDTH);
  for (size_t i = 0; i < WIDTH; i++) {
    for (size_t k = 0; k < WIDTH; k++)
      basis[k * WIDTH + i] = (float)vectors[i * WIDTH + k];
    largest = fmax(largest, values[i]);
  }
  ck_ok(recs__als_turn(context, &all, basis));
  ck_ok(recs__als_gram(again, context, &all));
  for (size_t i = 0; i < WIDTH; i++) {
    for (size_t j = 0; j < WIDTH; j++)
      ck_assert_double_eq_tol(again[i * WIDTH + j], i == j ? values[i] : 0, 1e-6 * largest);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("als");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_loop_test(all, rows_of_few_entries, 0, 3);
  tcase_add_loop_test(all, rows_of_many_entries, 0, 3);
  tcase_add_loop_test(all, weights_too_small_to_tell_from_none, 0, 3);
  tcase_add_loop_test(all, the_basis_makes_the_gram_matrix_diagonal, 0, 3);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
