/* The inverse of large symmetric matrices: each set of instructions against the plain one, and both against their definition. */
#include "support/support.h"

#include <stdio.h>

#include "lib/base/cpu.h"
#include "lib/base/inverse.h"
#include "lib/base/random.h"

enum { MOST = 520 };

static double matrix[MOST * MOST], found[MOST * MOST], other[MOST * MOST];
static recs_context *context;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* Symmetric, its eigenvalues around 1: numbers of either sign off the diagonal. */
static void fill(size_t count, uint64_t seed) {
  recs__random random = recs__random_stream(seed, 0);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i; j++)
      matrix[i * count + j] = matrix[j * count + i] = (recs__random_unit(&random) - 0.5) / sqrt((double)count);
    matrix[i * count + i] = 1.5;
  }
}

static void put_rows(recs__inverse *inverse, size_t count) {
  for (size_t i = 0; i < count; i++)
    recs__inverse_put_row(inverse, i, matrix + i * count);
}

/* out: minus the inverse. */
static void take_rows(double *out, const recs__inverse *inverse, size_t count) {
  for (size_t i = 0; i < count; i += RECS__BLOCK_LEFT)
    recs__inverse_rows(out + i * count, count, inverse, i, count - i < RECS__BLOCK_LEFT ? count - i : RECS__BLOCK_LEFT);
}

static int32_t invert(double *out, size_t count, recs_context *with, int single) {
  recs__inverse inverse;
  int32_t status;
  recs__enter();
  RECS_TRY(recs__inverse_init(&inverse, with, count, single));
  put_rows(&inverse, count);
  status = recs__inverse_run(&inverse, NULL);
  take_rows(out, &inverse, count);
  recs__inverse_free(&inverse);
  return status;
}

/* The largest element of A * inverse + I. */
static double residual(const double *inverse, size_t count) {
  double worst = 0;
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < count; j += 7) {
      double sum = i == j;
      for (size_t k = 0; k < count; k++)
        sum += matrix[i * count + k] * inverse[j * count + k];
      worst = fmax(worst, fabs(sum));
    }
  }
  return worst;
}

static const size_t sizes[] = {1, 2, 8, 47, 48, 49, 97, 145, 240, 241, 290, MOST};

START_TEST(the_inverse_is_one) {
  size_t count = sizes[_i];
  fill(count, 1);
  ck_ok(invert(found, count, context, 0));
  ck_assert_double_lt(residual(found, count), 1e-13);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i; j++)
      ck_assert(found[i * count + j] == found[j * count + i]);
  }
  ck_ok(invert(found, count, context, 1));
  ck_assert_double_lt(residual(found, count), 1e-5);
}
END_TEST

/* Instructions that fuse give the same bits; plain C rounds once more. */
START_TEST(twins) {
  static const uint32_t features[] = {RECS_CPU_AVX2, RECS_CPU_AVX512};
  size_t count = sizes[_i];
  fill(count, 2);
  for (int single = 0; single < 2; single++) {
    recs_context *plain = recs_test_threads(1, RECS_CPU_NONE);
    ck_ok(invert(found, count, plain, single));
    recs_context_free(plain);
    for (size_t f = 0; f < 2; f++) {
      recs_context *with = recs_test_threads(1, RECS_CPU_AVX2 | features[f]);
      ck_ok(invert(other, count, with, single));
      recs_context_free(with);
      for (size_t i = 0; i < count * count; i++)
        ck_assert_double_eq_tol(found[i], other[i], single ? 1e-5 : 1e-13);
    }
  }
}
END_TEST

START_TEST(same_bits_for_any_threads) {
  fill(MOST, 3);
  ck_ok(invert(found, MOST, context, 0));
  for (uint32_t threads = 2; threads <= 5; threads += 3) {
    recs_context *with = recs_test_threads(threads, UINT32_MAX);
    ck_ok(invert(other, MOST, with, 0));
    recs_context_free(with);
    ck_assert_mem_eq(found, other, sizeof found);
  }
}
END_TEST

START_TEST(same_bits_for_fused_instructions) {
  recs_context *with = recs_test_threads(1, RECS_CPU_AVX2);
  if ((recs__cpu_detect() & RECS_CPU_AVX512) != 0) {
    fill(MOST, 4);
    ck_ok(invert(found, MOST, context, 0));
    ck_ok(invert(other, MOST, with, 0));
    ck_assert_mem_eq(found, other, sizeof found);
  }
  recs_context_free(with);
}
END_TEST

/* One object for matrices of several sizes: fewer, but larger blocks must have room too. */
START_TEST(one_after_the_other) {
  recs__inverse inverse;
  ck_ok(recs__inverse_init(&inverse, context, 241, 0));
  for (size_t i = sizeof sizes / sizeof sizes[0]; i-- > 0;) {
    if (sizes[i] > 241)
      continue;
    fill(sizes[i], 5);
    recs__inverse_begin(&inverse, sizes[i]);
    put_rows(&inverse, sizes[i]);
    ck_ok(recs__inverse_run(&inverse, NULL));
    take_rows(found, &inverse, sizes[i]);
    ck_assert_double_lt(residual(found, sizes[i]), 1e-13);
    ck_assert(recs__inverse_diagonal(&inverse, sizes[i] - 1) == found[sizes[i] * sizes[i] - 1]);
  }
  recs__inverse_free(&inverse);
}
END_TEST

START_TEST(not_positive_definite) {
  static const double bad[] = {0, -1, NAN, INFINITY, 1e-320};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    fill(300, 6);
    for (size_t j = 0; j < 300; j++)
      matrix[250 * 300 + j] = matrix[j * 300 + 250] = 0;
    matrix[250 * 300 + 250] = bad[i];
    ck_fails(invert(found, 300, context, 0), RECS_ERROR_NUMERIC, "not positive definite in double");
    ck_fails(invert(found, 300, context, 1), RECS_ERROR_NUMERIC, "not positive definite in single");
  }
}
END_TEST

static int stop_later(void *payload, double fraction) {
  (void)fraction;
  return ++*(int *)payload == 3;
}

START_TEST(cancelled_between_blocks) {
  recs__inverse inverse;
  int calls = 0;
  recs__progress progress = recs__progress_of(stop_later, &calls);
  fill(MOST, 7);
  ck_ok(recs__inverse_init(&inverse, context, MOST, 0));
  put_rows(&inverse, MOST);
  ck_fails(recs__inverse_run(&inverse, &progress), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_int_eq(calls, 3);
  recs__inverse_free(&inverse);
}
END_TEST

START_TEST(too_large) {
  recs__inverse inverse;
  recs__enter();
  ck_fails(recs__inverse_init(&inverse, context, (size_t)1 << 40, 0), RECS_ERROR_NOMEM, "memory");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("inverse");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_loop_test(all, the_inverse_is_one, 0, sizeof sizes / sizeof sizes[0]);
  tcase_add_loop_test(all, twins, 0, sizeof sizes / sizeof sizes[0]);
  tcase_add_test(all, same_bits_for_any_threads);
  tcase_add_test(all, same_bits_for_fused_instructions);
  tcase_add_test(all, one_after_the_other);
  tcase_add_test(all, not_positive_definite);
  tcase_add_test(all, cancelled_between_blocks);
  tcase_add_test(all, too_large);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
