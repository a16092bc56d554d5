#include "support/support.h"

#include "lib/analyze/clusters/panel.h"
#include "lib/base/cpu.h"
#include "lib/base/random.h"

enum { COLUMNS_MAX = 70, POINTS_MAX = 41 };

typedef struct twins {
  const recs__panel_kernels *plain, *fast;
} twins;

/* The kernels of a feature that this machine has; the plain ones again when it has not. */
static twins twins_of(int index) {
  static const uint32_t features[] = {RECS_CPU_AVX2, RECS_CPU_AVX512, RECS_CPU_NEON};
  twins both = {recs__panel_kernels_of(RECS_CPU_NONE), recs__panel_kernels_of(features[index] & recs__cpu_detect())};
  return both;
}

static void fill(float *out, size_t count, uint64_t seed) {
  recs__random random = recs__random_stream(seed, 0);
  for (size_t i = 0; i < count; i++)
    out[i] = (float)(recs__random_unit(&random) * 20 - 10);
}

static float rows[RECS__PANEL * COLUMNS_MAX], points[POINTS_MAX * COLUMNS_MAX], shift[COLUMNS_MAX], norms[POINTS_MAX];
static float groups[(POINTS_MAX + RECS__GROUP) * COLUMNS_MAX];
static float panel[RECS__PANEL * COLUMNS_MAX], other[RECS__PANEL * COLUMNS_MAX];

START_TEST(packing) {
  twins both = twins_of(_i);
  fill(rows, RECS__PANEL * COLUMNS_MAX, 1);
  fill(shift, COLUMNS_MAX, 2);
  for (uint32_t columns = 1; columns <= COLUMNS_MAX; columns++) {
    for (size_t count = 1; count <= RECS__PANEL; count += 31) {
      both.plain->pack(panel, rows, count, columns, shift);
      both.fast->pack(other, rows, count, columns, shift);
      ck_assert_mem_eq(panel, other, columns * RECS__PANEL * sizeof *panel);
      ck_assert(panel[0] == rows[0] - shift[0]);
    }
  }
}
END_TEST

START_TEST(nearest_points) {
  twins both = twins_of(_i);
  fill(rows, RECS__PANEL * COLUMNS_MAX, 3);
  fill(points, POINTS_MAX * COLUMNS_MAX, 4);
  memset(shift, 0, sizeof shift);
  for (uint32_t columns = 1; columns <= COLUMNS_MAX; columns += 3) {
    both.plain->pack(panel, rows, RECS__PANEL, columns, shift);
    for (uint32_t count = 1; count <= POINTS_MAX; count++) {
      uint32_t labels[RECS__PANEL], found[RECS__PANEL];
      memcpy(points + (size_t)(count / 2) * columns, points, columns * sizeof *points); /* equals: the first wins */
      for (uint32_t p = 0; p < count; p++) {
        const float *point = points + (size_t)p * columns;
        norms[p] = 0;
        for (uint32_t j = 0; j < columns; j++)
          norms[p] += point[j] * point[j];
        recs__groups_set(groups, p, columns, point, shift, -2.0f);
      }
      both.plain->nearest(labels, panel, columns, groups, norms, count);
      both.fast->nearest(found, panel, columns, groups, norms, count);
      ck_assert_mem_eq(labels, found, sizeof labels);
      for (size_t r = 0; r < RECS__PANEL; r++)
        ck_assert(count < 2 || labels[r] != count / 2);
    }
  }
}
END_TEST

/* The labels of `nearest`, and scores that are least and second; bounds that hold for what double finds. */
static void check_two(twins both, uint32_t columns, uint32_t count) {
  recs__panel_two two, found;
  uint32_t labels[RECS__PANEL];
  float sizes[POINTS_MAX], upper[RECS__PANEL], lower[RECS__PANEL], uppers[RECS__PANEL], lowers[RECS__PANEL];
  both.plain->nearest(labels, panel, columns, groups, norms, count);
  both.plain->nearest_two(&two, panel, columns, groups, norms, count);
  both.fast->nearest_two(&found, panel, columns, groups, norms, count);
  ck_assert_mem_eq(&two, &found, sizeof two);
  ck_assert_mem_eq(two.labels, labels, sizeof labels);
  for (uint32_t p = 0; p < count; p++)
    sizes[p] = sqrtf(norms[p]) * 1.00001f;
  both.plain->bound(upper, lower, &two, sizes, 1e-5f, RECS__PANEL);
  both.fast->bound(uppers, lowers, &two, sizes, 1e-5f, RECS__PANEL);
  ck_assert_mem_eq(upper, uppers, sizeof upper);
  ck_assert_mem_eq(lower, lowers, sizeof lower);
  for (size_t r = 0; r < RECS__PANEL; r++) {
    for (uint32_t p = 0; p < count; p++) {
      double sum = 0;
      for (uint32_t j = 0; j < columns; j++)
        sum += pow((double)rows[r * columns + j] - (double)points[p * columns + j], 2);
      ck_assert(p != labels[r] || (double)upper[r] >= sqrt(sum));
      ck_assert(p == labels[r] || (double)lower[r] <= sqrt(sum));
      ck_assert(p != labels[r] || (double)upper[r] <= sqrt(sum) * 1.01 + 0.6);
    }
  }
}

static void check_drift(twins both, uint32_t seed) {
  enum { MANY = 100, COUNT = 9 };
  float by[4 * COUNT], upper[MANY], lower[MANY], uppers[MANY], lowers[MANY];
  recs__drift drift = {by, by + COUNT, by + 2 * COUNT, by + 3 * COUNT, 1e-5f};
  uint8_t holds[MANY], held_too[MANY];
  uint32_t labels[MANY];
  size_t held = 0;
  fill(by, 4 * COUNT, seed);
  fill(upper, MANY, seed + 1);
  fill(lower, MANY, seed + 2);
  for (size_t i = 0; i < 4 * COUNT; i++)
    by[i] = fabsf(by[i]);
  for (uint32_t i = 0; i < MANY; i++) {
    labels[i] = i % COUNT;
    uppers[i] = upper[i] = fabsf(upper[i]);
    lowers[i] = lower[i] = i == 0 ? NAN : 10 * fabsf(lower[i]);
  }
  both.plain->drift(holds, upper, lower, labels, MANY, &drift);
  both.fast->drift(held_too, uppers, lowers, labels, MANY, &drift);
  ck_assert_mem_eq(holds, held_too, sizeof holds);
  ck_assert_mem_eq(upper, uppers, sizeof upper);
  ck_assert_mem_eq(lower, lowers, sizeof lower);
  for (size_t i = 0; i < MANY; i++) {
    ck_assert(!holds[i] || upper[i] < lower[i]);
    held += holds[i];
  }
  ck_assert(held > 0 && held < MANY);
}

START_TEST(bounds_of_rows) {
  twins both = twins_of(_i);
  memset(shift, 0, sizeof shift);
  for (uint32_t columns = 1; columns <= COLUMNS_MAX; columns += 9) {
    fill(rows, RECS__PANEL * COLUMNS_MAX, columns);
    fill(points, POINTS_MAX * COLUMNS_MAX, columns + 1);
    both.plain->pack(panel, rows, RECS__PANEL, columns, shift);
    for (uint32_t count = 2; count <= POINTS_MAX; count += 3) {
      for (uint32_t p = 0; p < count; p++) {
        norms[p] = 0;
        for (uint32_t j = 0; j < columns; j++)
          norms[p] += points[p * columns + j] * points[p * columns + j];
        recs__groups_set(groups, p, columns, points + (size_t)p * columns, shift, -2.0f);
      }
      check_two(both, columns, count);
    }
    check_drift(both, columns);
  }
}
END_TEST

/* The roots of the squares, and their sums. */
static void check_distances(twins both, const float *squares, uint32_t columns, uint32_t count) {
  float out[RECS__GROUP * RECS__PANEL], found[RECS__GROUP * RECS__PANEL];
  double sums[RECS__GROUP], others[RECS__GROUP];
  both.plain->distances(out, panel, columns, groups, count);
  both.fast->distances(found, panel, columns, groups, count);
  ck_assert_mem_eq(out, found, count * RECS__PANEL * sizeof *out);
  both.plain->totals(sums, out, count);
  both.fast->totals(others, out, count);
  ck_assert_mem_eq(sums, others, count * sizeof *sums);
  for (uint32_t p = 0; p < count; p++) {
    for (size_t r = 0; r < RECS__PANEL; r++) {
      ck_assert_float_eq(out[p * RECS__PANEL + r], sqrtf(squares[p * RECS__PANEL + r]));
      sums[p] -= (double)out[p * RECS__PANEL + r];
    }
    ck_assert_double_eq_tol(sums[p], 0, 1e-10);
  }
}

START_TEST(squared_distances) {
  twins both = twins_of(_i);
  float out[RECS__GROUP * RECS__PANEL], found[RECS__GROUP * RECS__PANEL];
  fill(rows, RECS__PANEL * COLUMNS_MAX, 5);
  memset(shift, 0, sizeof shift);
  for (uint32_t columns = 1; columns <= COLUMNS_MAX; columns += 3) {
    both.plain->pack(panel, rows, RECS__PANEL, columns, shift);
    for (uint32_t count = 1; count <= RECS__GROUP; count++) {
      for (uint32_t p = 0; p < count; p++) /* the panel's own rows as points */
        recs__groups_set(groups, p, columns, rows + (size_t)p * columns, shift, 1.0f);
      both.plain->squares(out, panel, columns, groups, count);
      both.fast->squares(found, panel, columns, groups, count);
      ck_assert_mem_eq(out, found, count * RECS__PANEL * sizeof *out);
      check_distances(both, out, columns, count);
      for (uint32_t p = 0; p < count; p++) {
        double sum = 0;
        for (uint32_t j = 0; j < columns; j++) {
          double difference = (double)rows[9 * columns + j] - (double)rows[p * columns + j];
          sum += difference * difference;
        }
        ck_assert_float_eq(out[p * RECS__PANEL + p], 0);
        ck_assert_double_eq_tol(out[p * RECS__PANEL + 9], sum, 1e-5 * sum);
      }
    }
  }
}
END_TEST

START_TEST(rows_one_by_one) {
  twins both = twins_of(_i);
  static double sums[POINTS_MAX * COLUMNS_MAX], others[POINTS_MAX * COLUMNS_MAX];
  double distances[RECS__PANEL], found[RECS__PANEL];
  uint32_t labels[RECS__PANEL];
  for (uint32_t r = 0; r < RECS__PANEL; r++)
    labels[r] = r * 7 % POINTS_MAX;
  fill(rows, RECS__PANEL * COLUMNS_MAX, 6);
  fill(points, POINTS_MAX * COLUMNS_MAX, 7);
  fill(norms, POINTS_MAX, 8);
  for (uint32_t columns = 1; columns <= COLUMNS_MAX; columns++) {
    memset(sums, 0, sizeof sums);
    memset(others, 0, sizeof others);
    both.plain->add(sums, rows, labels, NULL, RECS__PANEL, columns);
    both.fast->add(others, rows, labels, NULL, RECS__PANEL, columns);
    ck_assert_mem_eq(sums, others, sizeof sums);
    ck_assert_double_eq(sums[0], rows[0]);
    both.plain->add(sums, rows, labels, norms, RECS__PANEL, columns);
    both.fast->add(others, rows, labels, norms, RECS__PANEL, columns);
    ck_assert_mem_eq(sums, others, sizeof sums);
    ck_assert_double_eq(sums[0], rows[0] + (double)norms[0] * (double)rows[0]);
    both.plain->moments(sums, sums + columns, rows, points, RECS__PANEL, columns);
    both.fast->moments(others, others + columns, rows, points, RECS__PANEL, columns);
    ck_assert_mem_eq(sums, others, sizeof sums);
    both.plain->measure(distances, rows, points, labels, RECS__PANEL, columns);
    both.fast->measure(found, rows, points, labels, RECS__PANEL, columns);
    ck_assert_mem_eq(distances, found, sizeof found);
    ck_assert_double_ge(distances[0], ((double)rows[0] - (double)points[0]) * ((double)rows[0] - (double)points[0]));
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("panel");
  TCase *tests = tcase_create("panel");
  tcase_add_loop_test(tests, packing, 0, 3);
  tcase_add_loop_test(tests, nearest_points, 0, 3);
  tcase_add_loop_test(tests, bounds_of_rows, 0, 3);
  tcase_add_loop_test(tests, squared_distances, 0, 3);
  tcase_add_loop_test(tests, rows_one_by_one, 0, 3);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
