#include "support/support.h"

/* Four users who bought of five items; item-knn knows what goes with what. */
static const int64_t offsets[] = {0, 3, 6, 9, 11};
static const uint32_t columns[] = {0, 1, 2, 0, 1, 3, 0, 2, 4, 1, 4};
static const uint32_t bought[] = {0, 1};

static recs_context *context;
static recs_ids *ids;
static recs_profiles *profiles;
static recs_scorer *scorer;
static recs_history history;
static recs_filter filter;

static void setup(void) {
  static const char *const titles[] = {"Teapot", "Cup", "", "Spoon", "Tray"};
  recs_training training = {.struct_size = sizeof training};
  recs_matrix *matrix;
  uint32_t row, field;
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_ids_create(&ids, context));
  ck_ok(recs_profiles_create(&profiles, ids));
  ck_ok(recs_profiles_define(&field, profiles, "title", RECS_FIELD_TEXT, 0));
  for (uint32_t i = 0; i < 5; i++) {
    char name[2] = {'i', (char)('0' + i)};
    ck_ok(recs_ids_add(&row, ids, name, 2));
    ck_ok(recs_profiles_set_text(profiles, row, field, titles[i], strlen(titles[i])));
  }
  ck_ok(recs_profiles_define(&field, profiles, "size", RECS_FIELD_NUMBER, 0));
  ck_ok(recs_matrix_create(&matrix, context, 4, 5, offsets, columns, NULL));
  training.matrix = matrix;
  ck_ok(recs_scorer_fit(&scorer, &training, "item-knn", NULL, NULL, NULL));
  recs_matrix_free(matrix);
  history = (recs_history){.struct_size = sizeof history, .items = bought, .count = 2, .user = RECS_NO_ROW};
  filter = (recs_filter){.struct_size = sizeof filter};
}

static void teardown(void) {
  recs_scorer_free(scorer);
  recs_profiles_free(profiles);
  recs_ids_free(ids);
  recs_context_free(context);
}

static size_t list(uint32_t *items, size_t n) {
  double scores[8];
  size_t count;
  ck_ok(recs_rank_list(items, scores, &count, scorer, &history, &filter, n));
  for (size_t i = 1; i < count; i++)
    ck_assert(scores[i - 1] > scores[i] || (scores[i - 1] == scores[i] && items[i - 1] < items[i]));
  return count;
}

START_TEST(seen_items_come_back_when_asked_for) {
  uint32_t items[8];
  size_t count = list(items, 8);
  ck_assert_uint_eq(count, 3);
  for (size_t i = 0; i < count; i++)
    ck_assert_uint_gt(items[i], 1);
  filter.include_seen = 1;
  ck_assert_uint_eq(list(items, 8), 5);
  ck_assert_uint_eq(list(items, 1), 1);
}
END_TEST

START_TEST(lists_allow_and_deny) {
  const uint32_t allowed[] = {4, 0, 3}, denied[] = {3};
  uint32_t items[8];
  filter.allowed = allowed;
  filter.allowed_count = 3;
  ck_assert_uint_eq(list(items, 8), 2);
  filter.denied = denied;
  filter.denied_count = 1;
  ck_assert_uint_eq(list(items, 8), 1);
  ck_assert_uint_eq(items[0], 4);
  filter.allowed_count = 0; /* nothing is allowed */
  ck_assert_uint_eq(list(items, 8), 0);
}
END_TEST

START_TEST(a_filter_never_changes_a_score) {
  const uint32_t allowed[] = {3};
  uint32_t items[8], one[8];
  double scores[8], alone[8];
  size_t count, found;
  ck_ok(recs_rank_list(items, scores, &count, scorer, &history, NULL, 8));
  filter.allowed = allowed;
  filter.allowed_count = 1;
  ck_ok(recs_rank_list(one, alone, &found, scorer, &history, &filter, 8));
  ck_assert_uint_eq(found, 1);
  for (size_t i = 0; i < count; i++) {
    if (items[i] == 3)
      ck_assert_double_eq(scores[i], alone[0]);
  }
}
END_TEST

START_TEST(bad_filters) {
  const uint32_t beyond[] = {5};
  uint32_t items[8];
  double scores[8];
  size_t count = 9;
  filter.denied = beyond;
  filter.denied_count = 1;
  ck_fails(recs_rank_list(items, scores, &count, scorer, &history, &filter, 8), RECS_ERROR_INVALID, "5");
  ck_assert_uint_eq(count, 0);
  filter.denied = NULL;
  ck_fails(recs_rank_list(items, scores, &count, scorer, &history, &filter, 8), RECS_ERROR_INVALID, "NULL");
  filter.denied_count = 0;
  filter.include_seen = 2;
  ck_fails(recs_rank_list(items, scores, &count, scorer, &history, &filter, 8), RECS_ERROR_INVALID, "include_seen");
  filter.include_seen = 0;
  filter.reserved = 1;
  ck_fails(recs_rank_list(items, scores, &count, scorer, &history, &filter, 8), RECS_ERROR_INVALID, "reserved");
  filter.struct_size = 1;
  ck_fails(recs_rank_list(items, scores, &count, scorer, &history, &filter, 8), RECS_ERROR_INVALID, "struct_size");
  ck_fails(recs_rank_list(items, scores, &count, scorer, &history, NULL, 0), RECS_ERROR_INVALID, "n is 0");
  ck_fails(recs_rank_list(NULL, scores, &count, scorer, &history, NULL, 8), RECS_ERROR_INVALID, "out_items");
  ck_fails(recs_rank_list(items, scores, &count, scorer, NULL, NULL, 8), RECS_ERROR_INVALID, "history");
}
END_TEST

START_TEST(explanations_name_items_by_title_or_id) {
  recs_explanation *explanation;
  const char *label;
  uint32_t row;
  double share, total = 0;
  int32_t kind;
  ck_ok(recs_explain(&explanation, scorer, &history, 3, ids, profiles, "title", 10));
  ck_assert_uint_eq(recs_explanation_count(explanation), 2);
  for (uint32_t i = 0; i < 2; i++) {
    ck_ok(recs_explanation_reason(&kind, &row, &label, &share, explanation, i));
    ck_assert_int_eq(kind, RECS_REASON_ITEM);
    ck_assert_str_eq(label, row == 0 ? "Teapot" : "Cup");
    total += share;
  }
  ck_assert_double_eq_tol(total, 1, 1e-12);
  ck_assert_str_eq(recs_explanation_text(explanation), "because of Teapot (50 %) and Cup (50 %)");
  recs_explanation_free(explanation);
  ck_ok(recs_explain(&explanation, scorer, &history, 3, ids, NULL, NULL, 1));
  ck_assert_str_eq(recs_explanation_text(explanation), "because of i0 (50 %)");
  recs_explanation_free(explanation);
  ck_ok(recs_explain(&explanation, scorer, &history, 3, NULL, NULL, NULL, 1));
  ck_assert_str_eq(recs_explanation_text(explanation), "because of item 0 (50 %)");
  ck_fails(recs_explanation_reason(&kind, &row, &label, &share, explanation, 1), RECS_ERROR_INVALID, "reason 1 of 1");
  recs_explanation_free(explanation);
}
END_TEST

START_TEST(nothing_to_explain) {
  recs_explanation *explanation;
  history.count = 0;
  ck_ok(recs_explain(&explanation, scorer, &history, 3, ids, NULL, NULL, 10));
  ck_assert_uint_eq(recs_explanation_count(explanation), 0);
  ck_assert_str_eq(recs_explanation_text(explanation), "");
  recs_explanation_free(explanation);
}
END_TEST

START_TEST(bad_explanations) {
  recs_explanation *explanation;
  recs_ids *few;
  ck_fails(recs_explain(&explanation, scorer, &history, 5, ids, NULL, NULL, 10), RECS_ERROR_INVALID, "item 5");
  ck_fails(recs_explain(&explanation, scorer, &history, 3, ids, NULL, NULL, 0), RECS_ERROR_INVALID, "limit");
  ck_fails(recs_explain(&explanation, scorer, &history, 3, ids, NULL, "title", 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_explain(&explanation, scorer, &history, 3, ids, profiles, "name", 1), RECS_ERROR_NOT_FOUND, "title, size");
  ck_fails(recs_explain(&explanation, scorer, &history, 3, ids, profiles, "size", 1), RECS_ERROR_INVALID, "no text");
  ck_ok(recs_ids_create(&few, context));
  ck_fails(recs_explain(&explanation, scorer, &history, 3, few, NULL, NULL, 1), RECS_ERROR_INVALID, "0 rows");
  recs_ids_free(few);
  ck_assert_ptr_null(explanation);
  ck_assert_str_eq(recs_explanation_text(NULL), "");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rank");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, seen_items_come_back_when_asked_for);
  tcase_add_test(all, lists_allow_and_deny);
  tcase_add_test(all, a_filter_never_changes_a_score);
  tcase_add_test(all, bad_filters);
  tcase_add_test(all, explanations_name_items_by_title_or_id);
  tcase_add_test(all, nothing_to_explain);
  tcase_add_test(all, bad_explanations);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
