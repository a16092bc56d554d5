/* Tuning: better settings where there are some, those given where there are none, the same for any number of threads. */
#include "support/shop.h"
#include "support/support.h"

enum { USERS = 90, ITEMS = 31 };

/* Tunes a scorer on a shop's validation events. */
static int32_t tune_shop(recs_tuning **out, recs_context *context, const char *scorer, const char *settings,
                         const recs_tune_options *options, recs_progress_fn progress, void *payload) {
  recs_test_shop shop;
  recs_model_options model;
  recs_split *split = NULL;
  int32_t status = recs_test_shop_open(&shop, context, USERS, ITEMS);
  *out = NULL;
  if (status == RECS_OK)
    status = recs_split_create(&split, shop.log, NULL);
  if (status == RECS_OK)
    status = recs_model_options_init(&model, sizeof model);
  if (status == RECS_OK) {
    model.items = shop.goods;
    model.scorer = scorer;
    model.settings = settings;
    status = recs_tune(out, split, &model, options, progress, payload);
  }
  recs_split_free(split);
  recs_test_shop_close(&shop);
  return status;
}

static recs_tune_options options_of(uint32_t trials) {
  recs_tune_options options;
  ck_ok(recs_tune_options_init(&options, sizeof options));
  options.trials = trials;
  return options;
}

START_TEST(better_settings_are_found) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_tune_options options = options_of(12);
  recs_tuning *tuning;
  recs_comparison compared;
  const char *settings;
  double given, best = -1;
  uint32_t users;
  options.least_users = 10;
  /* One neighbour of each item is too few; k is given, the rest is searched. */
  ck_ok(tune_shop(&tuning, context, "item-knn", "k=1", &options, NULL, NULL));
  ck_assert_uint_eq(recs_tuning_trials(tuning), 13);
  ck_ok(recs_tuning_trial(&settings, &given, &users, tuning, 0));
  ck_assert_str_eq(settings, "k=1");
  ck_ok(recs_tuning_comparison(&compared, tuning));
  for (uint32_t i = 1; i < recs_tuning_trials(tuning); i++) {
    double score;
    uint32_t asked;
    ck_ok(recs_tuning_trial(&settings, &score, &asked, tuning, i));
    ck_assert_msg(strncmp(settings, "k=1;", 4) == 0, "%s", settings);
    ck_assert_ptr_null(strstr(settings, ";k=")); /* what was given stays */
    ck_assert_uint_le(asked, users);
    if (asked == users && score > best)
      best = score;
  }
  if (best > given)
    ck_assert_double_eq_tol(compared.difference, best - given, 1e-12);
  ck_assert_int_eq(recs_tuning_improved(tuning), best > given && compared.low > 0);
  ck_assert_int_eq(recs_tuning_improved(tuning), strcmp(recs_tuning_settings(tuning), "k=1") != 0);
  recs_tuning_free(tuning);
  recs_context_free(context);
}
END_TEST

/* Order goes with one kernel: another is refused by name, and none is there to be tried. */
START_TEST(order_has_one_kernel) {
  const recs_schema *schema = recs_scorer_schema("order-knn");
  recs_tune_options options = options_of(2);
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_tuning *tuning;
  recs_option_info info = {.name = ""};
  for (uint32_t i = 0; strcmp(info.name, "kernel") != 0; i++)
    ck_ok(recs_schema_field(&info, schema, i));
  ck_assert_str_eq(info.choices, "cosine");
  ck_fails(tune_shop(&tuning, context, "order-knn", "kernel=jaccard", &options, NULL, NULL), RECS_ERROR_INVALID, "cosine");
  recs_context_free(context);
}
END_TEST

/* A scorer that was set up badly on purpose: all its weight on the part that says nothing of use. */
START_TEST(a_bad_hybrid_is_improved) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_tune_options options = options_of(16);
  recs_tuning *tuning;
  options.metric = "auc";
  ck_ok(tune_shop(&tuning, context, "hybrid-equal", "parts=popularity,content", &options, NULL, NULL));
  ck_assert_int_eq(recs_tuning_improved(tuning), 1);
  ck_assert_ptr_nonnull(strstr(recs_tuning_settings(tuning), "parts=popularity,content;"));
  recs_tuning_free(tuning);
  recs_context_free(context);
}
END_TEST

START_TEST(threads_and_seeds) {
  recs_tune_options options = options_of(9);
  recs_tuning *tunings[4];
  int differ = 0;
  options.least_users = 10;
  for (uint32_t t = 0; t < 4; t++) {
    recs_context *context = recs_test_threads(t % 3 + 1, UINT32_MAX);
    options.seed = t == 3 ? 2 : 1;
    ck_ok(tune_shop(&tunings[t], context, "user-knn", NULL, &options, NULL, NULL));
    recs_context_free(context);
  }
  for (uint32_t i = 0; i < recs_tuning_trials(tunings[0]); i++) {
    const char *settings, *other;
    double score, same;
    ck_ok(recs_tuning_trial(&settings, &score, NULL, tunings[0], i));
    for (int t = 1; t < 3; t++) {
      ck_ok(recs_tuning_trial(&other, &same, NULL, tunings[t], i));
      ck_assert_str_eq(settings, other);
      ck_assert_mem_eq(&score, &same, sizeof score);
    }
    ck_ok(recs_tuning_trial(&other, NULL, NULL, tunings[3], i));
    differ += strcmp(settings, other) != 0;
  }
  ck_assert_str_eq(recs_tuning_settings(tunings[0]), recs_tuning_settings(tunings[1]));
  ck_assert_int_gt(differ, 0);
  for (int t = 0; t < 4; t++)
    recs_tuning_free(tunings[t]);
}
END_TEST

static int32_t cancel_late(void *payload, double fraction) {
  double *last = payload;
  ck_assert_double_ge(fraction, *last - 1e-12);
  ck_assert_double_le(fraction, 1);
  *last = fraction;
  return fraction > 0.4;
}

START_TEST(it_can_be_cancelled) {
  recs_context *context = recs_test_threads(2, UINT32_MAX);
  recs_tune_options options = options_of(5);
  recs_tuning *tuning;
  double last = 0;
  ck_fails(tune_shop(&tuning, context, "popularity", NULL, &options, cancel_late, &last), RECS_ERROR_CANCELLED, "");
  ck_assert_ptr_null(tuning);
  ck_assert_double_gt(last, 0.4);
  recs_context_free(context);
}
END_TEST

START_TEST(bad_input_is_named) {
  recs_context *context = recs_test_threads(1, UINT32_MAX);
  recs_tune_options options = options_of(2);
  recs_tuning *tuning;
  const char *settings;
  ck_fails(tune_shop(&tuning, context, "magic", NULL, &options, NULL, NULL), RECS_ERROR_NOT_FOUND, "no scorer");
  ck_fails(tune_shop(&tuning, context, "item-knn", "k=0", &options, NULL, NULL), RECS_ERROR_INVALID, "outside 1 to 65536");
  ck_fails(tune_shop(&tuning, context, "popularity", "half_life=1e9;max_age=0;recency=1", &options, NULL, NULL), RECS_ERROR_UNSUPPORTED,
           "no option to tune");
  options.metric = "luck@5";
  ck_fails(tune_shop(&tuning, context, "popularity", NULL, &options, NULL, NULL), RECS_ERROR_NOT_FOUND, "known: hr@5");
  options.metric = "ndcg@x";
  ck_fails(tune_shop(&tuning, context, "popularity", NULL, &options, NULL, NULL), RECS_ERROR_INVALID, "cutoffs has \"x\"");
  options = options_of(0);
  ck_fails(tune_shop(&tuning, context, "popularity", NULL, &options, NULL, NULL), RECS_ERROR_INVALID, "trials is 0");
  ck_fails(recs_tune(&tuning, NULL, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "split");
  options = options_of(1);
  ck_ok(tune_shop(&tuning, context, "popularity", NULL, &options, NULL, NULL));
  ck_fails(recs_tuning_trial(&settings, NULL, NULL, tuning, 2), RECS_ERROR_INVALID, "trial 2 of 2");
  recs_tuning_free(tuning);
  recs_context_free(context);
}
END_TEST

static int32_t tune_in_short_memory(recs_context *heap, void *payload) {
  recs_tune_options options;
  recs_tuning *tuning;
  int32_t status = recs_tune_options_init(&options, sizeof options);
  (void)payload;
  options.trials = 1;
  if (status == RECS_OK)
    status = tune_shop(&tuning, heap, "popularity", NULL, &options, NULL, NULL);
  if (status == RECS_OK)
    recs_tuning_free(tuning);
  return status;
}

START_TEST(memory_may_run_out) {
  recs_test_oom(tune_in_short_memory, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tune");
  TCase *cases = tcase_create("tuning");
  tcase_add_test(cases, better_settings_are_found);
  tcase_add_test(cases, order_has_one_kernel);
  tcase_add_test(cases, a_bad_hybrid_is_improved);
  tcase_add_test(cases, threads_and_seeds);
  tcase_add_test(cases, it_can_be_cancelled);
  tcase_add_test(cases, bad_input_is_named);
  tcase_add_test(cases, memory_may_run_out);
  suite_add_tcase(suite, cases);
  return recs_test_run(suite);
}
