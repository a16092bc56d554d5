/* Similarities of the items of a list: by bits, by sums and by remembered counts, against plain pairs. */
#include "lib/base/random.h"
#include "lib/evaluate/alike.h"
#include "support/support.h"

enum { ITEMS = 24, USERS = 2000, LIST = 12 };

/* Items of many users, of few, and of none; every row has length 1. */
static recs_matrix *make_rows(recs_context *context, uint8_t has[ITEMS][USERS]) {
  recs__random random = recs__random_stream(3, 0);
  static uint32_t indices[ITEMS * USERS];
  int64_t offsets[ITEMS + 1] = {0};
  recs_matrix *rows;
  for (uint32_t item = 0; item < ITEMS; item++) {
    double share = item % 6 == 5 ? 0 : item % 2 == 0 ? 0.3 + 0.01 * item : 0.02;
    offsets[item + 1] = offsets[item];
    for (uint32_t user = 0; user < USERS; user++) {
      has[item][user] = recs__random_unit(&random) < share;
      if (has[item][user])
        indices[offsets[item + 1]++] = user;
    }
  }
  ck_ok(recs_matrix_create(&rows, context, ITEMS, USERS, offsets, indices, NULL));
  for (uint32_t item = 0; item < ITEMS; item++)
    for (int64_t i = rows->offsets[item]; i < rows->offsets[item + 1]; i++)
      rows->values[i] = (float)(1 / sqrt((double)(rows->offsets[item + 1] - rows->offsets[item])));
  return rows;
}

static double plain(uint8_t has[ITEMS][USERS], uint32_t a, uint32_t b) {
  double both = 0, left = 0, right = 0;
  for (int user = 0; user < USERS; user++) {
    both += has[a][user] && has[b][user];
    left += has[a][user];
    right += has[b][user];
  }
  return left > 0 && right > 0 ? both / sqrt(left * right) : 0;
}

START_TEST(sums_are_those_of_the_pairs) {
  static uint8_t has[ITEMS][USERS];
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_matrix *rows = make_rows(context, has);
  for (int by_users = 0; by_users < 2; by_users++) {
    recs__random random = recs__random_stream(4, 0);
    static double scratch[USERS];
    recs__alike alike;
    ck_ok(recs__alike_init(&alike, rows, by_users));
    ck_assert_uint_eq(alike.heavy, by_users ? ITEMS / 2 : 0); /* those of even numbers */
    for (int round = 0; round < 50; round++) {
      uint32_t list[LIST];
      double sums[LIST], expected = 0;
      for (uint32_t i = 0; i < LIST; i++)
        list[i] = (uint32_t)recs__random_below(&random, 2) + 2 * i; /* all different */
      recs__alike_sum(sums, &alike, list, LIST, scratch);
      for (int i = 0; i < LIST; i++) {
        for (int j = 0; j < i; j++)
          expected += plain(has, list[i], list[j]);
        ck_assert_double_eq_tol(sums[i], expected, 1e-6);
      }
      for (int user = 0; user < USERS; user++)
        ck_assert(scratch[user] == 0);
    }
    recs__alike_free(&alike);
  }
  recs_matrix_free(rows);
  recs_context_free(context);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("alike");
  TCase *cases = tcase_create("lists");
  tcase_add_test(cases, sums_are_those_of_the_pairs);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
