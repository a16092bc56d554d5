#include "support/support.h"

#include "lib/base/random.h"
#include "lib/similarity/keys.h"

enum { ROWS = 500 };

static int compare_picks(const void *left, const void *right) {
  const recs__pick *a = left;
  const recs__pick *b = right;
  return recs__pick_better(*a, *b) ? -1 : 1;
}

/* Few distinct scores, so that ties are many; one sign of each zero. */
static void make_picks(recs__pick *picks, uint64_t seed) {
  recs__random random = recs__random_stream(seed, 0);
  for (uint32_t i = 0; i < ROWS; i++) {
    picks[i].row = i;
    picks[i].score = (double)recs__random_below(&random, 21) / 4.0 - 2.0;
    if (picks[i].score == 0.0 && i % 2 == 0)
      picks[i].score = -0.0;
  }
  for (uint32_t i = ROWS - 1; i > 0; i--) {
    uint32_t j = (uint32_t)recs__random_below(&random, i + 1);
    recs__pick swap = picks[i];
    picks[i] = picks[j];
    picks[j] = swap;
  }
}

START_TEST(top_equals_sorting) {
  static const size_t sizes[] = {0, 1, 2, 3, 7, 50, ROWS - 1, ROWS, ROWS + 1, SIZE_MAX};
  recs_context *context = recs_test_threads(1, 0);
  recs__pick picks[ROWS], sorted[ROWS];
  uint32_t rows[ROWS];
  double scores[ROWS];
  make_picks(picks, (uint64_t)_i);
  memcpy(sorted, picks, sizeof picks);
  qsort(sorted, ROWS, sizeof sorted[0], compare_picks);
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    size_t expected = sizes[s] < ROWS ? sizes[s] : ROWS;
    recs__top top;
    ck_ok(recs__top_init(&top, context, sizes[s], ROWS));
    for (int round = 0; round < 2; round++) { /* a selection that was taken can be filled again */
      for (size_t i = 0; i < ROWS; i++)
        recs__top_offer(&top, picks[i].row, picks[i].score);
      ck_assert_uint_eq(recs__top_take(&top, rows, scores), expected);
      for (size_t i = 0; i < expected; i++) {
        ck_assert_uint_eq(rows[i], sorted[i].row);
        ck_assert_double_eq(scores[i], sorted[i].score);
      }
    }
    recs__top_free(&top);
  }
  recs_context_free(context);
}
END_TEST

static int key_falls(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left < right) - (left > right);
}

START_TEST(keys_are_selected) {
  uint64_t keys[100], sorted[100];
  uint32_t state = 1;
  for (size_t count = 1; count <= 100; count++) {
    for (size_t k = 0; k < count; k += 1 + count / 7) {
      for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        keys[i] = sorted[i] = recs__key_of((float)(state >> 28), (uint32_t)i); /* many equal scores */
      }
      qsort(sorted, count, sizeof *sorted, key_falls);
      recs__keys_select(keys, count, k);
      for (size_t i = 0; i < count; i++)
        ck_assert(i < k ? keys[i] > sorted[k] : keys[i] <= sorted[k]);
      ck_assert(keys[k] == sorted[k]);
      qsort(keys, count, sizeof *keys, key_falls); /* nothing was lost */
      ck_assert_mem_eq(keys, sorted, count * sizeof *keys);
    }
  }
}
END_TEST

START_TEST(numbers_keep_the_order_of_floats) {
  static const float values[] = {-INFINITY, -3, -1e-40F, 0, 1e-40F, 0.5F, 0.50001F, 7, INFINITY};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    ck_assert_float_eq(recs__number_value(recs__number_of(values[i])), values[i]);
    ck_assert(i == 0 || recs__number_of(values[i - 1]) < recs__number_of(values[i]));
  }
}
END_TEST

START_TEST(floors_leave_enough_above) {
  static const uint32_t masks[] = {0, UINT32_MAX};
  int32_t numbers[300];
  uint32_t state = 5;
  for (int m = 0; m < 2; m++) {
    recs_context *context = recs_test_threads(1, masks[m]);
    for (size_t count = 2; count <= 300; count += 1 + count / 9) {
      int32_t span = count % 2 == 0 ? 7 : 1 << 30; /* many equal, or none */
      for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        numbers[i] = (int32_t)(state >> 1) % span - span / 2;
      }
      for (size_t k = 1; k < count; k += 1 + k / 3) {
        int32_t floor = recs__numbers_floor(context, numbers, count, k);
        size_t above = 0, next = 0; /* and above the number after it */
        for (size_t i = 0; i < count; i++) {
          above += numbers[i] > floor;
          next += numbers[i] > floor + 1;
        }
        ck_assert_uint_ge(above, k);
        ck_assert(above <= k + k / 2 || next < k);
      }
    }
    recs_context_free(context);
  }
}
END_TEST

START_TEST(keys_are_sorted) {
  static const uint32_t masks[] = {0, RECS_CPU_AVX2, UINT32_MAX};
  uint64_t keys[700], sorted[700];
  uint32_t state = 1;
  for (int m = 0; m < 3; m++) {
    recs_context *context = recs_test_threads(1, masks[m]);
    for (size_t count = 0; count <= 700; count += count < 140 ? 1 : 70) {
      for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        keys[i] = sorted[i] = recs__key_of((float)(state >> (count % 32)), (uint32_t)i);
      }
      qsort(sorted, count, sizeof *sorted, key_falls);
      recs__keys_order(context, keys, count);
      ck_assert_mem_eq(keys, sorted, count * sizeof *keys);
      recs__keys_order(context, keys, count); /* what is in order, and in the reverse of it, stays in order */
      ck_assert_mem_eq(keys, sorted, count * sizeof *keys);
      for (size_t i = 0; i < count; i++)
        keys[i] = sorted[count - 1 - i];
      recs__keys_order(context, keys, count);
      ck_assert_mem_eq(keys, sorted, count * sizeof *keys);
    }
    recs_context_free(context);
  }
}
END_TEST

START_TEST(keys_order_as_picks) {
  recs__pick picks[ROWS];
  make_picks(picks, 99);
  for (size_t i = 0; i < ROWS; i++) {
    uint64_t key = recs__key_of((float)picks[i].score, picks[i].row);
    ck_assert_uint_eq(recs__key_row(key), picks[i].row);
    ck_assert_float_eq(recs__key_score(key), (float)picks[i].score);
    ck_assert_uint_gt(key, 0);
    for (size_t j = 0; j < ROWS; j++) {
      uint64_t other = recs__key_of((float)picks[j].score, picks[j].row);
      ck_assert_int_eq(key > other, recs__pick_better(picks[i], picks[j]));
    }
  }
}
END_TEST

START_TEST(keys_heap_equals_sorting) {
  recs__pick picks[ROWS], sorted[ROWS];
  uint64_t heap[ROWS];
  make_picks(picks, (uint64_t)_i);
  memcpy(sorted, picks, sizeof picks);
  qsort(sorted, ROWS, sizeof sorted[0], compare_picks);
  for (size_t room = 1; room <= ROWS; room += 83) {
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
      uint64_t key = recs__key_of((float)picks[i].score, picks[i].row);
      if (count < room)
        recs__keys_push(heap, count++, key);
      else if (key > heap[0])
        recs__keys_replace(heap, count, key);
    }
    recs__keys_sort(heap, count);
    for (size_t i = 0; i < count; i++)
      ck_assert_uint_eq(recs__key_row(heap[i]), sorted[i].row);
  }
}
END_TEST

static int32_t use_top(recs_context *context, void *payload) {
  recs__top top;
  (void)payload;
  RECS_TRY(recs__top_init(&top, context, 10, 20));
  recs__top_offer(&top, 1, 2.0);
  recs__top_free(&top);
  return RECS_OK;
}

START_TEST(top_without_memory) {
  recs_test_oom(use_top, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("topk");
  TCase *tests = tcase_create("topk");
  tcase_add_loop_test(tests, top_equals_sorting, 0, 5);
  tcase_add_test(tests, keys_are_selected);
  tcase_add_test(tests, keys_are_sorted);
  tcase_add_test(tests, numbers_keep_the_order_of_floats);
  tcase_add_test(tests, floors_leave_enough_above);
  tcase_add_test(tests, keys_order_as_picks);
  tcase_add_loop_test(tests, keys_heap_equals_sorting, 0, 5);
  tcase_add_test(tests, top_without_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
