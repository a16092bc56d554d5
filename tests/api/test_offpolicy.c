/* Off-policy estimates by hand, against a policy whose value is known, and of a model's own lists. */
#include "support/shop.h"
#include "support/support.h"

START_TEST(estimates_by_hand) {
  const double rewards[] = {1, 0, 1}, propensities[] = {0.5, 0.5, 0.25}, probabilities[] = {0.75, 0.25, 1};
  recs_offpolicy found;
  double spread;
  ck_ok(recs_offpolicy_estimate(&found, rewards, propensities, probabilities, 3, 2)); /* weights 1.5, 0.5, 4 */
  ck_assert_double_eq_tol(found.ips, 5.5 / 3, 1e-15);
  spread = (1.5 - found.ips) * (1.5 - found.ips) + found.ips * found.ips + (4 - found.ips) * (4 - found.ips);
  ck_assert_double_eq_tol(found.ips_error, sqrt(spread / 2 / 3), 1e-15);
  ck_assert_double_eq_tol(found.snips, 5.5 / 6, 1e-15);
  spread = 2.25 * pow(1 - found.snips, 2) + 0.25 * pow(found.snips, 2) + 16 * pow(1 - found.snips, 2);
  ck_assert_double_eq_tol(found.snips_error, sqrt(spread) / 6, 1e-15);
  ck_assert_double_eq_tol(found.clipped, 3.5 / 3, 1e-15);
  ck_assert_double_eq_tol(found.logged, 2.0 / 3, 1e-15);
  ck_assert_double_eq_tol(found.effective_size, 36 / 18.5, 1e-14);
  ck_assert_double_eq_tol(found.mean_weight, 2, 1e-15);
  ck_assert_double_eq(found.largest_weight, 4);
  ck_assert_uint_eq(found.matched, 3);
  ck_assert_uint_eq(found.cut, 1);
}
END_TEST

/* The same policy as the log's: what was earned, with weights of 1. */
START_TEST(the_old_policy_earned_what_it_earned) {
  double rewards[50], propensities[50];
  recs_offpolicy found;
  for (int i = 0; i < 50; i++) {
    rewards[i] = i % 7;
    propensities[i] = 0.1 + 0.01 * i;
  }
  ck_ok(recs_offpolicy_estimate(&found, rewards, propensities, propensities, 50, HUGE_VAL));
  ck_assert_double_eq_tol(found.ips, found.logged, 1e-14);
  ck_assert_double_eq_tol(found.snips, found.logged, 1e-14);
  ck_assert_double_eq_tol(found.effective_size, 50, 1e-10);
  ck_assert_uint_eq(found.cut, 0);
}
END_TEST

START_TEST(bad_impressions_are_named) {
  const double ones[] = {1, 1}, zeros[] = {0, 0}, some[] = {1, 0}, many[] = {1, 1.5}, none[] = {1, (double)NAN};
  recs_offpolicy found;
  ck_fails(recs_offpolicy_estimate(&found, none, ones, ones, 2, 1), RECS_ERROR_NUMERIC, "impression 2: the reward is nan");
  ck_fails(recs_offpolicy_estimate(&found, ones, some, ones, 2, 1), RECS_ERROR_NUMERIC, "impression 2: the propensity is 0");
  ck_fails(recs_offpolicy_estimate(&found, ones, ones, many, 2, 1), RECS_ERROR_NUMERIC, "impression 2: the probability is 1.5");
  ck_fails(recs_offpolicy_estimate(&found, ones, ones, ones, 0, 1), RECS_ERROR_INVALID, "no impressions");
  ck_fails(recs_offpolicy_estimate(&found, ones, ones, ones, 2, 0), RECS_ERROR_INVALID, "clip is 0");
  ck_fails(recs_offpolicy_estimate(&found, ones, NULL, ones, 2, 1), RECS_ERROR_INVALID, "propensities");
  ck_ok(recs_offpolicy_estimate(&found, ones, ones, zeros, 2, 1)); /* it shows nothing that was shown */
  ck_assert_double_eq(found.ips, 0);
  ck_assert(isnan(found.snips));
  ck_assert_double_eq(found.effective_size, 0);
  ck_ok(recs_offpolicy_estimate(&found, ones, ones, ones, 1, 1));
  ck_assert(isnan(found.ips_error));
}
END_TEST

enum { USERS = 40, ITEMS = 31, SHOWN = 500, LENGTH = 5 };

START_TEST(probabilities_are_the_lists) {
  uint32_t users[SHOWN], items[SHOWN], listed[LENGTH];
  double probabilities[SHOWN], same[SHOWN], scores[LENGTH];
  for (uint32_t threads = 1; threads <= 3; threads++) {
    recs_context *context = recs_test_threads(threads, UINT32_MAX);
    recs_test_shop shop;
    recs_model *model;
    size_t count;
    ck_ok(recs_test_shop_open(&shop, context, USERS, ITEMS));
    ck_ok(recs_test_shop_fit(&model, &shop, "item-knn", NULL, NULL));
    for (uint32_t i = 0; i < SHOWN; i++) {
      users[i] = i % 11 == 10 ? RECS_NO_ROW : i * 7 % USERS;
      items[i] = i % 13 == 12 ? RECS_NO_ROW : i * 5 % ITEMS;
    }
    ck_ok(recs_offpolicy_probabilities(probabilities, model, users, items, SHOWN, LENGTH, NULL, NULL, NULL));
    for (uint32_t i = 0; i < SHOWN; i++) {
      const recs_history nothing = {.struct_size = sizeof nothing, .user = RECS_NO_ROW};
      double expected = 0;
      if (users[i] == RECS_NO_ROW)
        ck_ok(recs_model_recommend_history(listed, scores, &count, model, &nothing, LENGTH, NULL));
      else
        ck_ok(recs_model_recommend(listed, scores, &count, model, users[i], LENGTH, NULL));
      for (size_t place = 0; place < count; place++)
        expected = listed[place] == items[i] ? 1 : expected;
      ck_assert_double_eq(probabilities[i], expected);
    }
    if (threads > 1)
      ck_assert_mem_eq(probabilities, same, sizeof same);
    memcpy(same, probabilities, sizeof same);
    users[7] = USERS;
    ck_fails(recs_offpolicy_probabilities(probabilities, model, users, items, SHOWN, 1, NULL, NULL, NULL), RECS_ERROR_INVALID,
             "users[7] is row 40");
    ck_fails(recs_offpolicy_probabilities(probabilities, model, users, items, SHOWN, 0, NULL, NULL, NULL), RECS_ERROR_INVALID,
             "n is 0");
    recs_model_free(model);
    recs_test_shop_close(&shop);
    recs_context_free(context);
  }
}
END_TEST

static int32_t list_in_short_memory(recs_context *heap, void *payload) {
  const uint32_t rows[] = {1, 1, 2};
  double probabilities[3];
  recs_test_shop shop;
  recs_model *model = NULL;
  int32_t status = recs_test_shop_open(&shop, heap, 6, 8);
  (void)payload;
  if (status == RECS_OK)
    status = recs_test_shop_fit(&model, &shop, "popularity", NULL, NULL);
  if (status == RECS_OK)
    status = recs_offpolicy_probabilities(probabilities, model, rows, rows, 3, 2, NULL, NULL, NULL);
  recs_model_free(model);
  recs_test_shop_close(&shop);
  return status;
}

START_TEST(memory_may_run_out) {
  recs_test_oom(list_in_short_memory, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("offpolicy");
  TCase *cases = tcase_create("estimates");
  tcase_add_test(cases, estimates_by_hand);
  tcase_add_test(cases, the_old_policy_earned_what_it_earned);
  tcase_add_test(cases, bad_impressions_are_named);
  tcase_add_test(cases, probabilities_are_the_lists);
  tcase_add_test(cases, memory_may_run_out);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
