/* Sorting by keys against the library's own order of numbers. */
#include "lib/base/keyed.h"
#include "support/support.h"

enum { MOST = 5000 };

static uint64_t numbers[MOST];
static recs__keyed list[MOST];
static size_t ties_seen;

static int by_number(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Within equal keys, by place. */
static int by_place(const void *a, const void *b) {
  const recs__keyed *x = a, *y = b;
  return (x->element > y->element) - (x->element < y->element);
}

static void break_ties(const void *payload, recs__keyed *same, size_t count) {
  ck_assert_ptr_eq(payload, numbers);
  ck_assert_uint_gt(count, 1);
  for (size_t i = 1; i < count; i++)
    ck_assert_uint_eq(same[i].key, same[0].key);
  qsort(same, count, sizeof *same, by_place);
  ties_seen += count;
}

/* Few and many numbers, with few and many different ones, in all bytes. */
START_TEST(sorted_with_ties_in_place) {
  static const size_t counts[] = {0, 1, 2, 31, 32, 33, 700, MOST};
  static const uint64_t masks[] = {0, 7, 0xff00, UINT64_C(0xf0000000000000f0), UINT64_MAX};
  size_t count = counts[_i % 8];
  uint64_t mask = masks[_i / 8], seed = (uint64_t)_i + 1;
  ties_seen = 0;
  for (size_t i = 0; i < count; i++) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    numbers[i] = (seed ^ seed >> 31) & mask;
    list[i] = (recs__keyed){numbers[i], &numbers[i]};
  }
  recs__sort_keyed(list, count, break_ties, numbers);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(list[i].key, *(const uint64_t *)list[i].element);
    ck_assert(i == 0 || list[i - 1].key < list[i].key ||
              (list[i - 1].key == list[i].key && list[i - 1].element < list[i].element));
  }
  ck_assert(mask != 0 || ties_seen == (count > 1 ? count : 0));
  qsort(numbers, count, sizeof *numbers, by_number); /* the elements change: only the keys are compared from here */
  for (size_t i = 0; i < count; i++)
    ck_assert_uint_eq(list[i].key, numbers[i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("keyed");
  TCase *tests = tcase_create("keyed");
  tcase_add_loop_test(tests, sorted_with_ties_in_place, 0, 40);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
