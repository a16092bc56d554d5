/* Popularity: overall, of late, and within the categories of a history. */
#include "support/answers.h"
#include "support/shop.h"
#include "support/support.h"
#include "support/trail.h"

enum { USERS = 4, ITEMS = 6 };

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* Item 0 has two users, items 1 to 3 one each, items 4 and 5 none. */
static const uint32_t walkers[] = {0, 0, 0, 1, 1};
static const uint32_t walked[] = {0, 1, 2, 0, 3};
static const int64_t times[] = {10, 20, 30, 0, 20};

/* Tags a: items 0, 1, 2; b: items 2, 3, 4; item 1 also has c, which weighs nothing. */
static int32_t add_tags(recs_profiles **out, const recs_test_trail *walk) {
  static const struct {
    uint32_t item;
    const char *tag;
    float weight;
  } tags[] = {{0, "a", 1}, {1, "a", 2}, {2, "a", 3}, {2, "b", 3}, {3, "b", 1}, {4, "b", 1}, {1, "c", 0}};
  uint32_t field;
  int32_t status = recs_profiles_create(out, walk->log.items);
  if (status == RECS_OK)
    status = recs_profiles_define(&field, *out, "price", RECS_FIELD_NUMBER, 0);
  if (status == RECS_OK)
    status = recs_profiles_define(&field, *out, "kind", RECS_FIELD_TAGS, 0);
  for (size_t i = 0; i < sizeof tags / sizeof tags[0] && status == RECS_OK; i++)
    status = recs_profiles_set_tag(*out, tags[i].item, field, tags[i].tag, 1, tags[i].weight);
  return status;
}

typedef struct shelf {
  recs_test_trail walk;
  recs_profiles *profiles;
} shelf;

static int32_t open_shelf(shelf *out, recs_context *with) {
  int32_t status = recs_test_trail_open(&out->walk, with, USERS, ITEMS, walkers, walked, times, 5);
  out->profiles = NULL;
  if (status == RECS_OK)
    status = add_tags(&out->profiles, &out->walk);
  out->walk.training.items = out->profiles;
  return status;
}

static void close_shelf(shelf *opened) {
  recs_profiles_free(opened->profiles);
  recs_test_trail_close(&opened->walk);
}

static void check_scores(const recs_training *training, const char *settings, const recs_history *history,
                         const double *expected) {
  double scores[ITEMS];
  recs_scorer *scorer;
  ck_ok(recs_scorer_fit(&scorer, training, "popularity", settings, NULL, NULL));
  ck_ok(recs_scorer_score(scores, scorer, history));
  for (int item = 0; item < ITEMS; item++) {
    if (isnan(expected[item]))
      ck_assert_msg(isnan(scores[item]), "%s: item %d has %g", settings, item, scores[item]);
    else
      ck_assert_double_eq_tol(scores[item], expected[item], 1e-6);
  }
  recs_scorer_free(scorer);
}

static const double overall[] = {0.5, 0.25, 0.25, 0.25, NAN, NAN};

START_TEST(overall_and_of_late) {
  recs_history history = recs_test_history(NULL, 0);
  recs_test_trail walk;
  ck_ok(recs_test_trail_open(&walk, context, USERS, ITEMS, walkers, walked, times, 5));
  check_scores(&walk.training, NULL, &history, overall);
  check_scores(&walk.training, "half_life=10", &history,
               (double[]){(0.25 + 0.125) / 4, 0.5 / 4, 1.0 / 4, 0.5 / 4, NAN, NAN});
  check_scores(&walk.training, "max_age=20", &history, (double[]){NAN, 0.25, 0.25, 0.25, NAN, NAN});
  check_scores(&walk.training, "max_age=21;half_life=10", &history,
               (double[]){0.25 / 4, 0.5 / 4, 1.0 / 4, 0.5 / 4, NAN, NAN});
  recs_test_trail_close(&walk);
}
END_TEST

START_TEST(events_of_unknown_time_are_as_old_as_the_oldest) {
  static const int64_t some[] = {10, RECS_NO_TIME, 30, 20, 20};
  recs_history history = recs_test_history(NULL, 0);
  recs_scorer *scorer;
  recs_test_trail walk;
  ck_ok(recs_test_trail_open(&walk, context, USERS, ITEMS, walkers, walked, some, 5));
  check_scores(&walk.training, "half_life=10", &history,
               (double[]){(0.25 + 0.5) / 4, 0.25 / 4, 1.0 / 4, 0.5 / 4, NAN, NAN});
  check_scores(&walk.training, "max_age=20", &history, (double[]){0.25, NAN, 0.25, 0.25, NAN, NAN});
  recs_test_trail_close(&walk);
  ck_ok(recs_test_trail_open(&walk, context, USERS, ITEMS, walkers, walked, NULL, 5));
  ck_fails(recs_scorer_fit(&scorer, &walk.training, "popularity", "max_age=20", NULL, NULL), RECS_ERROR_UNSUPPORTED, "times");
  walk.training.histories = NULL;
  ck_fails(recs_scorer_fit(&scorer, &walk.training, "popularity", "half_life=2", NULL, NULL), RECS_ERROR_UNSUPPORTED, "times");
  recs_test_trail_close(&walk);
}
END_TEST

/* a sums to 1/2 + 1/4 + 1/8, b to 1/8 + 1/4: an item shares its popularity out among its tags. */
START_TEST(within_the_categories_of_a_history) {
  static const uint32_t one[] = {1}, two[] = {1, 3}, none[] = {5}, both[] = {2};
  static const float weights[] = {1, -1};
  recs_history history = recs_test_history(one, 1);
  shelf opened;
  ck_ok(open_shelf(&opened, context));
  check_scores(&opened.walk.training, "field=kind", &history, (double[]){4 / 7.0, 2 / 7.0, 1 / 7.0, NAN, NAN, NAN});
  history = recs_test_history(two, 2);
  check_scores(&opened.walk.training, "field=kind;recency=0.5", &history,
               (double[]){4 / 21.0, 2 / 21.0, 1 / 21.0 + 2 / 9.0, 4 / 9.0, NAN, NAN});
  check_scores(&opened.walk.training, "field=kind;recency=0", &history, (double[]){NAN, NAN, 1 / 3.0, 2 / 3.0, NAN, NAN});
  history.weights = weights; /* a disliked item names no category */
  check_scores(&opened.walk.training, "field=kind;recency=1", &history, (double[]){4 / 7.0, 2 / 7.0, 1 / 7.0, NAN, NAN, NAN});
  history = recs_test_history(both, 1);
  check_scores(&opened.walk.training, "field=kind", &history,
               (double[]){2 / 7.0, 1 / 7.0, 1 / 14.0 + 1 / 6.0, 1 / 3.0, NAN, NAN});
  history = recs_test_history(none, 1);
  check_scores(&opened.walk.training, "field=kind", &history, overall);
  history = recs_test_history(NULL, 0);
  check_scores(&opened.walk.training, "field=kind", &history, overall);
  check_scores(&opened.walk.training, "field=", &history, overall);
  close_shelf(&opened);
}
END_TEST

START_TEST(reasons_are_categories) {
  static const uint32_t two[] = {1, 3};
  recs_history history = recs_test_history(two, 2);
  int32_t kinds[4];
  uint32_t rows[4];
  const char *labels[4];
  double amounts[4];
  size_t count;
  recs_scorer *scorer;
  shelf opened;
  ck_ok(open_shelf(&opened, context));
  ck_ok(recs_scorer_fit(&scorer, &opened.walk.training, "popularity", "field=kind;recency=0.5", NULL, NULL));
  ck_ok(recs_scorer_contributions(kinds, rows, labels, amounts, &count, scorer, &history, 2, 4));
  ck_assert_uint_eq(count, 2);
  ck_assert_int_eq(kinds[0], RECS_REASON_TAG);
  ck_assert_str_eq(labels[0], "b");
  ck_assert_double_eq_tol(amounts[0], 2 / 9.0, 1e-6);
  ck_assert_str_eq(labels[1], "a");
  ck_assert_double_eq_tol(amounts[1], 1 / 21.0, 1e-6);
  history.count = 0;
  ck_ok(recs_scorer_contributions(kinds, rows, labels, amounts, &count, scorer, &history, 2, 4));
  ck_assert_uint_eq(count, 1);
  ck_assert_int_eq(kinds[0], RECS_REASON_POPULARITY);
  ck_assert_double_eq_tol(amounts[0], 0.25, 1e-12);
  recs_scorer_free(scorer);
  close_shelf(&opened);
}
END_TEST

START_TEST(bad_settings) {
  recs_scorer *scorer;
  shelf opened;
  ck_ok(open_shelf(&opened, context));
  ck_fails(recs_scorer_fit(&scorer, &opened.walk.training, "popularity", "field=brand", NULL, NULL), RECS_ERROR_NOT_FOUND,
           "price, kind");
  ck_fails(recs_scorer_fit(&scorer, &opened.walk.training, "popularity", "field=price", NULL, NULL), RECS_ERROR_INVALID, "price");
  ck_fails(recs_scorer_fit(&scorer, &opened.walk.training, "popularity", "max_age=-1", NULL, NULL), RECS_ERROR_INVALID, "max_age");
  ck_assert_ptr_null(scorer);
  opened.walk.training.items = NULL;
  ck_fails(recs_scorer_fit(&scorer, &opened.walk.training, "popularity", "field=kind", NULL, NULL), RECS_ERROR_UNSUPPORTED,
           "profiles");
  close_shelf(&opened);
}
END_TEST

START_TEST(comes_back_from_a_file) {
  recs_test_shop shop;
  recs_model *fitted, *copy;
  ck_ok(recs_test_shop_open(&shop, context, 12, 9));
  ck_ok(recs_test_shop_fit(&fitted, &shop, "popularity", "field=colour;half_life=3600000", NULL));
  ck_ok(recs_test_model_copy(&copy, context, fitted));
  ck_assert_uint_eq(recs_test_answers_hash(copy), recs_test_answers_hash(fitted));
  recs_model_free(copy);
  recs_model_free(fitted);
  recs_test_shop_close(&shop);
}
END_TEST

static int32_t fit_and_ask(recs_context *heap_context, void *payload) {
  static const uint32_t bought[] = {0, 2};
  recs_history history = recs_test_history(bought, 2);
  recs_explanation *explanation = NULL;
  recs_scorer *scorer = NULL;
  uint32_t items[ITEMS];
  double scores[ITEMS];
  size_t count;
  shelf opened;
  int32_t status = open_shelf(&opened, heap_context);
  if (status == RECS_OK)
    status = recs_scorer_fit(&scorer, &opened.walk.training, "popularity", "field=kind", NULL, NULL);
  if (status == RECS_OK)
    status = recs_scorer_top(items, scores, &count, scorer, &history, NULL, ITEMS);
  if (status == RECS_OK)
    status = recs_explain(&explanation, scorer, &history, 1, NULL, NULL, NULL, 5);
  recs_explanation_free(explanation);
  recs_scorer_free(scorer);
  close_shelf(&opened);
  (void)payload;
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(fit_and_ask, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("popularity");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, overall_and_of_late);
  tcase_add_test(all, events_of_unknown_time_are_as_old_as_the_oldest);
  tcase_add_test(all, within_the_categories_of_a_history);
  tcase_add_test(all, reasons_are_categories);
  tcase_add_test(all, bad_settings);
  tcase_add_test(all, comes_back_from_a_file);
  tcase_add_test(all, out_of_memory);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
