#include "support/support.h"

#include "lib/base/random.h"
#include "lib/base/sort.h"

typedef struct pair {
  double first;
  uint32_t second;
} pair;

static int by_first(const void *a, const void *b) {
  const pair *x = a, *y = b;
  if (x->first != y->first)
    return x->first < y->first ? -1 : 1;
  return (x->second > y->second) - (x->second < y->second);
}

/* Random numbers, few different ones, ascending, descending, and the patterns that make bad pivots. */
static uint64_t number(recs__random *random, int pattern, size_t i, size_t count) {
  switch (pattern) {
  case 0:
    return recs__random_next(random);
  case 1:
    return recs__random_below(random, 3);
  case 2:
    return i;
  case 3:
    return count - i;
  default:
    return i < count / 2 ? i : count - i;
  }
}

static int compare_u64(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

START_TEST(numbers_as_qsort_has_them) {
  static uint64_t numbers[5000], expected[5000];
  recs__random random = recs__random_stream(1, (uint64_t)_i);
  for (size_t count = 0; count <= 5000; count = count * 3 / 2 + 1) {
    for (size_t i = 0; i < count; i++)
      expected[i] = numbers[i] = number(&random, _i, i, count);
    qsort(expected, count, sizeof *expected, compare_u64);
    recs__sort_u64(numbers, count);
    ck_assert_mem_eq(numbers, expected, count * sizeof *numbers);
  }
}
END_TEST

START_TEST(structures_as_qsort_has_them) {
  static pair pairs[3000], expected[3000];
  recs__random random = recs__random_stream(2, (uint64_t)_i);
  for (size_t count = 0; count <= 3000; count = count * 2 + 1) {
    for (size_t i = 0; i < count; i++) {
      memset(&pairs[i], 0, sizeof pairs[i]);
      pairs[i].first = (double)number(&random, _i, i, count);
      pairs[i].second = (uint32_t)i;
      expected[i] = pairs[i];
    }
    qsort(expected, count, sizeof *expected, by_first);
    recs__sort(pairs, count, sizeof *pairs, by_first);
    for (size_t i = 0; i < count; i++)
      ck_assert(pairs[i].first == expected[i].first && pairs[i].second == expected[i].second);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sort");
  TCase *all = tcase_create("all");
  tcase_add_loop_test(all, numbers_as_qsort_has_them, 0, 5);
  tcase_add_loop_test(all, structures_as_qsort_has_them, 0, 5);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
