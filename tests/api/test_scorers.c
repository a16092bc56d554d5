#include "support/shop.h"
#include "support/support.h"

static recs_context *context;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

/* Five users, six items, tags on the items and on two users. Item 5 is bought by nobody. */
typedef struct shop {
  recs_ids *users, *items;
  recs_profiles *user_profiles, *item_profiles;
  recs_matrix *matrix;
  recs_training training;
} shop;

static const int64_t offsets[] = {0, 3, 6, 8, 10, 11};
static const uint32_t columns[] = {0, 1, 2, 0, 1, 3, 2, 4, 0, 3, 4};

static int32_t add_ids(recs_ids *ids, char letter, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    char name[2] = {letter, (char)('0' + i)};
    uint32_t row;
    int32_t status = recs_ids_add(&row, ids, name, 2);
    if (status != RECS_OK)
      return status;
  }
  return RECS_OK;
}

static int32_t add_tag(recs_profiles *profiles, uint32_t row, const char *tag) {
  uint32_t field;
  int32_t status = recs_profiles_define(&field, profiles, "style", RECS_FIELD_TAGS, 0);
  return status != RECS_OK ? status : recs_profiles_set_tag(profiles, row, field, tag, strlen(tag), 1);
}

static int32_t open_profiles(shop *out) {
  static const char *const tags[] = {"red", "red", "blue", "blue", "green", "red"};
  int32_t status = recs_profiles_create(&out->item_profiles, out->items);
  if (status == RECS_OK)
    status = recs_profiles_create(&out->user_profiles, out->users);
  for (uint32_t item = 0; item < 6 && status == RECS_OK; item++)
    status = add_tag(out->item_profiles, item, tags[item]);
  if (status == RECS_OK)
    status = add_tag(out->user_profiles, 4, "red");
  return status;
}

static int32_t open_shop(shop *out, recs_context *shop_context) {
  int32_t status;
  memset(out, 0, sizeof *out);
  status = recs_ids_create(&out->users, shop_context);
  if (status == RECS_OK)
    status = recs_ids_create(&out->items, shop_context);
  if (status == RECS_OK)
    status = add_ids(out->users, 'u', 5);
  if (status == RECS_OK)
    status = add_ids(out->items, 'i', 6);
  if (status == RECS_OK)
    status = open_profiles(out);
  if (status == RECS_OK)
    status = recs_matrix_create(&out->matrix, shop_context, 5, 6, offsets, columns, NULL);
  out->training.struct_size = sizeof out->training;
  out->training.matrix = out->matrix;
  out->training.items = out->item_profiles;
  out->training.users = out->user_profiles;
  return status;
}

static void close_shop(shop *opened) {
  recs_matrix_free(opened->matrix);
  recs_profiles_free(opened->user_profiles);
  recs_profiles_free(opened->item_profiles);
  recs_ids_free(opened->items);
  recs_ids_free(opened->users);
}

static recs_history history_of(const uint32_t *items, size_t count) {
  recs_history history = {.struct_size = sizeof history, .items = items, .count = count, .user = RECS_NO_ROW};
  return history;
}

START_TEST(kinds_are_listed_and_described) {
  uint32_t count = recs_scorer_kinds();
  ck_assert_uint_ge(count, 6);
  for (uint32_t i = 0; i < count; i++) {
    const recs_schema *schema = recs_scorer_schema(recs_scorer_kind_name(i));
    ck_assert_ptr_nonnull(schema);
    ck_assert_uint_gt(recs_schema_count(schema), 0);
  }
  ck_assert_ptr_null(recs_scorer_kind_name(count));
  ck_assert_ptr_null(recs_scorer_schema("nearest"));
  ck_assert_ptr_null(recs_scorer_schema(NULL));
}
END_TEST

START_TEST(a_profile_of_ones_own_needs_no_history) {
  shop opened;
  recs_scorer *scorer;
  recs_history history = history_of(NULL, 0);
  double scores[6];
  ck_ok(open_shop(&opened, context));
  ck_ok(recs_scorer_fit(&scorer, &opened.training, "content", NULL, NULL, NULL));
  ck_ok(recs_scorer_score(scores, scorer, &history));
  for (int item = 0; item < 6; item++)
    ck_assert(isnan(scores[item]));
  history.user = 4;
  ck_ok(recs_scorer_score(scores, scorer, &history));
  ck_assert_double_eq_tol(scores[0], 1, 1e-6);
  ck_assert_double_eq_tol(scores[5], 1, 1e-6);
  ck_assert(isnan(scores[2]));
  recs_scorer_free(scorer);
  close_shop(&opened);
}
END_TEST

START_TEST(similar_items_by_tag_and_by_behaviour) {
  shop opened;
  recs_scorer *content, *knn, *user_knn, *hybrid;
  uint32_t items[6];
  double scores[6];
  size_t count;
  ck_ok(open_shop(&opened, context));
  ck_ok(recs_scorer_fit(&content, &opened.training, "content", NULL, NULL, NULL));
  ck_ok(recs_scorer_fit(&knn, &opened.training, "item-knn", NULL, NULL, NULL));
  ck_ok(recs_scorer_fit(&user_knn, &opened.training, "user-knn", NULL, NULL, NULL));
  ck_ok(recs_scorer_fit(&hybrid, &opened.training, "hybrid-equal", NULL, NULL, NULL));
  ck_ok(recs_scorer_similar(items, scores, &count, content, 0, NULL, 6));
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(items[0], 1);
  ck_assert_uint_eq(items[1], 5);
  ck_ok(recs_scorer_similar(items, scores, &count, knn, 0, NULL, 1));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(items[0], 1);
  ck_assert_double_eq_tol(scores[0], 2 / sqrt(6), 1e-6);
  ck_fails(recs_scorer_similar(items, scores, &count, user_knn, 0, NULL, 6), RECS_ERROR_UNSUPPORTED, "user-knn");
  ck_ok(recs_scorer_similar(items, scores, &count, hybrid, 0, NULL, 6));
  ck_assert_uint_eq(items[0], 1);
  ck_assert_double_eq_tol(scores[0], 1, 1e-6);
  recs_scorer_free(content);
  recs_scorer_free(knn);
  recs_scorer_free(user_knn);
  recs_scorer_free(hybrid);
  close_shop(&opened);
}
END_TEST

START_TEST(common_words_are_left_out_when_asked) {
  static const char *const titles[] = {"red set", "blue set", "red set of two", "", "green set", "set"};
  uint32_t items[6], field;
  double scores[6];
  size_t count;
  recs_scorer *scorer;
  shop opened;
  ck_ok(open_shop(&opened, context));
  ck_ok(recs_profiles_define(&field, opened.item_profiles, "title", RECS_FIELD_TEXT, 0));
  for (uint32_t item = 0; item < 6; item++)
    ck_ok(recs_profiles_set_text(opened.item_profiles, item, field, titles[item], strlen(titles[item])));
  ck_ok(recs_scorer_fit(&scorer, &opened.training, "content", "fields=title;min_documents=1", NULL, NULL));
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 0, NULL, 6));
  ck_assert_uint_eq(count, 4);
  recs_scorer_free(scorer);
  ck_ok(recs_scorer_fit(&scorer, &opened.training, "content", "fields=title;min_documents=1;max_share=0.5", NULL, NULL));
  ck_ok(recs_scorer_similar(items, scores, &count, scorer, 0, NULL, 6));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(items[0], 2);
  recs_scorer_free(scorer);
  close_shop(&opened);
}
END_TEST

START_TEST(hybrids_of_given_scorers) {
  shop opened;
  recs_scorer *parts[2], *hybrid, *nested;
  double weights[2] = {1, 3};
  ck_ok(open_shop(&opened, context));
  ck_ok(recs_scorer_fit(&parts[0], &opened.training, "popularity", NULL, NULL, NULL));
  ck_ok(recs_scorer_fit(&parts[1], &opened.training, "item-knn", NULL, NULL, NULL));
  ck_ok(recs_hybrid_create(&hybrid, (const recs_scorer *const *)parts, weights, 2, NULL));
  ck_assert_uint_eq(recs_scorer_parts(hybrid), 2);
  ck_assert_ptr_eq(recs_scorer_part(hybrid, 1), parts[1]);
  ck_assert_ptr_null(recs_scorer_part(hybrid, 2));
  ck_assert_ptr_null(recs_scorer_part(parts[0], 0));
  ck_ok(recs_hybrid_create(&nested, (const recs_scorer *const *)&hybrid, NULL, 1, NULL));
  ck_assert_uint_eq(recs_scorer_items(nested), 6);
  recs_scorer_free(nested);
  recs_scorer_free(hybrid);
  weights[0] = NAN;
  ck_fails(recs_hybrid_create(&hybrid, (const recs_scorer *const *)parts, weights, 2, NULL), RECS_ERROR_NUMERIC, "weight 1");
  weights[0] = weights[1] = 0;
  ck_fails(recs_hybrid_create(&hybrid, (const recs_scorer *const *)parts, weights, 2, NULL), RECS_ERROR_INVALID, "sum to 0");
  ck_fails(recs_hybrid_create(&hybrid, (const recs_scorer *const *)parts, NULL, 0, NULL), RECS_ERROR_INVALID, "parts");
  ck_fails(recs_hybrid_create(&hybrid, NULL, NULL, 2, NULL), RECS_ERROR_INVALID, "parts");
  recs_scorer_free(parts[0]);
  parts[0] = NULL;
  ck_fails(recs_hybrid_create(&hybrid, (const recs_scorer *const *)parts, NULL, 2, NULL), RECS_ERROR_INVALID, "part 1");
  ck_assert_ptr_null(hybrid);
  recs_scorer_free(parts[1]);
  close_shop(&opened);
}
END_TEST

START_TEST(weights_are_learned_on_a_validation) {
  static const char parts[] = "parts=user-knn,item-knn,popularity";
  recs_test_shop opened;
  recs_training training = {.struct_size = sizeof training};
  recs_split *split;
  recs_matrix *matrix;
  recs_histories *learned, *asked;
  recs_scorer *hybrid, *plain;
  double weights[3];
  ck_ok(recs_test_shop_open(&opened, context, 120, 30));
  ck_ok(recs_split_create(&split, opened.log, NULL));
  ck_ok(recs_matrix_build(&matrix, recs_split_training(split, RECS_STAGE_TEST), NULL));
  ck_ok(recs_histories_build(&learned, recs_split_training(split, RECS_STAGE_TEST), 0, NULL));
  ck_ok(recs_split_asked(&asked, split, RECS_STAGE_VALIDATION));
  training.matrix = matrix;
  training.histories = learned;
  training.validation_targets = asked;
  ck_fails(recs_scorer_fit(&hybrid, &training, "hybrid", parts, NULL, NULL), RECS_ERROR_INVALID, "both");
  training.validation = recs_split_histories(split, RECS_STAGE_VALIDATION);
  ck_ok(recs_scorer_fit(&hybrid, &training, "hybrid", parts, NULL, NULL));
  ck_assert_uint_eq(recs_scorer_parts(hybrid), 3);
  ck_ok(recs_hybrid_weights(weights, hybrid, 5));
  ck_assert_double_eq_tol(weights[0] + weights[1] + weights[2], 1, 1e-12);
  ck_assert_double_lt(weights[2], weights[0] + weights[1]); /* users keep to a colour: popularity says little */
  ck_ok(recs_scorer_fit(&plain, &training, "popularity", NULL, NULL, NULL));
  ck_fails(recs_hybrid_weights(weights, plain, 5), RECS_ERROR_INVALID, "popularity is no hybrid");
  recs_scorer_free(plain);
  recs_scorer_free(hybrid);
  recs_histories_free(asked);
  recs_histories_free(learned);
  recs_matrix_free(matrix);
  recs_split_free(split);
  recs_test_shop_close(&opened);
}
END_TEST

/* A hybrid that has enough to learn from. */
static int32_t learn(recs_context *heap, void *payload) {
  recs_test_shop little;
  recs_model *model = NULL;
  int32_t status = recs_test_shop_open(&little, heap, 40, 12);
  (void)payload;
  if (status == RECS_OK)
    status = recs_test_shop_fit(&model, &little, "hybrid", "parts=user-knn,popularity", "none");
  recs_model_free(model);
  recs_test_shop_close(&little);
  return status;
}

START_TEST(learning_without_memory) {
  recs_test_oom(learn, NULL);
}
END_TEST

START_TEST(bad_names_and_settings) {
  static const struct {
    const char *name, *settings;
    int32_t status;
    const char *text;
  } cases[] = {
      {"nearest", NULL, RECS_ERROR_NOT_FOUND, "item-knn"},
      {"item-knn", "q=3", RECS_ERROR_NOT_FOUND, "known: shrink, k"},
      {"item-knn", "k=0", RECS_ERROR_INVALID, "1 to 65536"},
      {"item-knn", "k", RECS_ERROR_INVALID, "key=value"},
      {"item-knn", "=3", RECS_ERROR_INVALID, "key=value"},
      {"item-knn", "kernel=cosin", RECS_ERROR_INVALID, "cosine"},
      {"item-knn", "popularity.half_life=3", RECS_ERROR_NOT_FOUND, "popularity.half_life"},
      {"content", "fields=colour", RECS_ERROR_NOT_FOUND, "style"},
      {"content", "fields=style=heavy", RECS_ERROR_INVALID, "style=heavy"},
      {"popularity", "half_life=5", RECS_ERROR_UNSUPPORTED, "times"},
      {"hybrid", "parts=content,hybrid", RECS_ERROR_INVALID, "hybrid"},
      {"hybrid", "parts=content,content", RECS_ERROR_INVALID, "twice"},
      {"hybrid", "parts=,", RECS_ERROR_NOT_FOUND, "no scorer"},
      {"hybrid", "weights=1,2", RECS_ERROR_INVALID, "3 parts"},
      {"hybrid", "weights=1,2,3,4", RECS_ERROR_INVALID, "more than 3"},
      {"hybrid", "weights=1,x,3", RECS_ERROR_INVALID, "\"x\""},
      {"hybrid", "item-knn.q=3", RECS_ERROR_NOT_FOUND, "known"},
      {"hybrid", "ada.half_life=3", RECS_ERROR_NOT_FOUND, "no part"},
      {"hybrid", "mode=rrf;power=0.5", RECS_ERROR_INVALID, "power is 0.5"},
  };
  shop opened;
  recs_scorer *scorer;
  ck_ok(open_shop(&opened, context));
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ck_fails(recs_scorer_fit(&scorer, &opened.training, cases[i].name, cases[i].settings, NULL, NULL), cases[i].status,
             cases[i].text);
    ck_assert_ptr_null(scorer);
  }
  ck_ok(recs_scorer_fit(&scorer, &opened.training, "hybrid", ";mode=raw;\nitem-knn.k=3\r\n;weights=1,2,3", NULL, NULL));
  recs_scorer_free(scorer);
  opened.training.items = NULL;
  ck_fails(recs_scorer_fit(&scorer, &opened.training, "content", NULL, NULL, NULL), RECS_ERROR_UNSUPPORTED, "profiles");
  ck_ok(recs_scorer_fit(&scorer, &opened.training, "hybrid", NULL, NULL, NULL));
  ck_assert_uint_eq(recs_scorer_parts(scorer), 2);
  recs_scorer_free(scorer);
  opened.training.struct_size = 3;
  ck_fails(recs_scorer_fit(&scorer, &opened.training, "content", NULL, NULL, NULL), RECS_ERROR_INVALID, "struct_size");
  opened.training.struct_size = sizeof opened.training;
  opened.training.matrix = NULL;
  ck_fails(recs_scorer_fit(&scorer, &opened.training, "content", NULL, NULL, NULL), RECS_ERROR_INVALID, "matrix");
  ck_fails(recs_scorer_fit(&scorer, NULL, "content", NULL, NULL, NULL), RECS_ERROR_INVALID, "training");
  ck_fails(recs_scorer_fit(NULL, &opened.training, "content", NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_scorer_fit(&scorer, &opened.training, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "name");
  close_shop(&opened);
}
END_TEST

START_TEST(bad_requests) {
  shop opened;
  recs_scorer *scorer;
  recs_candidates *candidates;
  uint32_t bought[] = {0, 6}, items[6];
  float weights[] = {1, NAN};
  double scores[6];
  size_t count = 7;
  recs_history history = history_of(bought, 2);
  ck_ok(open_shop(&opened, context));
  ck_ok(recs_scorer_fit(&scorer, &opened.training, "item-knn", NULL, NULL, NULL));
  ck_fails(recs_scorer_score(scores, scorer, &history), RECS_ERROR_INVALID, "item 2 of the history is row 6");
  bought[1] = 1;
  history.weights = weights;
  ck_fails(recs_scorer_top(items, scores, &count, scorer, &history, NULL, 6), RECS_ERROR_NUMERIC, "weight 2");
  ck_assert_uint_eq(count, 0);
  history.weights = NULL;
  ck_fails(recs_scorer_top(items, scores, &count, scorer, &history, NULL, 0), RECS_ERROR_INVALID, "n is 0");
  ck_ok(recs_candidates_create(&candidates, context, 9, NULL, 0, NULL, 0));
  ck_fails(recs_scorer_top(items, scores, &count, scorer, &history, candidates, 6), RECS_ERROR_INVALID, "9 rows");
  ck_fails(recs_scorer_similar(items, scores, &count, scorer, 6, NULL, 6), RECS_ERROR_INVALID, "item 6");
  ck_fails(recs_scorer_contributions(NULL, NULL, NULL, NULL, &count, scorer, &history, 6, 0), RECS_ERROR_INVALID, "item 6");
  ck_fails(recs_scorer_contributions(NULL, NULL, NULL, NULL, &count, scorer, &history, 1, 5), RECS_ERROR_INVALID, "NULL");
  ck_ok(recs_scorer_contributions(NULL, NULL, NULL, NULL, &count, scorer, &history, 2, 0));
  ck_assert_uint_eq(count, 2);
  history.items = NULL;
  ck_fails(recs_scorer_score(scores, scorer, &history), RECS_ERROR_INVALID, "items");
  history.struct_size = 0;
  ck_fails(recs_scorer_score(scores, scorer, &history), RECS_ERROR_INVALID, "struct_size");
  ck_fails(recs_scorer_score(scores, scorer, NULL), RECS_ERROR_INVALID, "history");
  ck_fails(recs_scorer_score(scores, NULL, &history), RECS_ERROR_INVALID, "scorer");
  recs_candidates_free(candidates);
  recs_scorer_free(scorer);
  close_shop(&opened);
}
END_TEST

static int needs_more_than_a_matrix(const char *name) {
  return strcmp(name, "content") == 0 || strcmp(name, "order-knn") == 0 || strcmp(name, "markov") == 0 ||
         strcmp(name, "session-knn") == 0;
}

/* One user, one item, an item nobody has, no events at all. */
START_TEST(the_smallest_shops) {
  static const int64_t none[] = {0, 0}, one[] = {0, 1};
  static const uint32_t first[] = {0};
  uint32_t items[3];
  double scores[3];
  size_t count;
  for (uint32_t i = 0; i < recs_scorer_kinds(); i++) {
    const char *name = recs_scorer_kind_name(i);
    recs_training training = {.struct_size = sizeof training};
    recs_history history = history_of(first, 1);
    recs_scorer *scorer;
    if (needs_more_than_a_matrix(name))
      continue;
    for (int full = 0; full < 2; full++) {
      recs_matrix *matrix;
      ck_ok(recs_matrix_create(&matrix, context, 1, 1, full ? one : none, first, NULL));
      training.matrix = matrix;
      ck_ok(recs_scorer_fit(&scorer, &training, name, NULL, NULL, NULL));
      ck_ok(recs_scorer_top(items, scores, &count, scorer, &history, NULL, 3));
      ck_ok(recs_rank_list(items, scores, &count, scorer, &history, NULL, 3));
      ck_assert_uint_eq(count, 0);
      recs_scorer_free(scorer);
      recs_matrix_free(matrix);
    }
  }
}
END_TEST

static int32_t ask_everything(const recs_scorer *scorer) {
  static const uint32_t bought[] = {0, 2, 0};
  recs_history history = history_of(bought, 3);
  recs_explanation *explanation = NULL;
  uint32_t items[6];
  double scores[6];
  size_t count;
  int32_t status = recs_scorer_top(items, scores, &count, scorer, &history, NULL, 6);
  if (status == RECS_OK)
    status = recs_rank_list(items, scores, &count, scorer, &history, NULL, 6);
  if (status == RECS_OK)
    status = recs_explain(&explanation, scorer, &history, 1, NULL, NULL, NULL, 5);
  recs_explanation_free(explanation);
  return status;
}

static int32_t fit_and_ask(recs_context *heap_context, void *payload) {
  shop opened;
  recs_scorer *scorer = NULL;
  int32_t status = open_shop(&opened, heap_context);
  if (status == RECS_OK)
    status = recs_scorer_fit(&scorer, &opened.training, *(const char **)payload, NULL, NULL, NULL);
  if (status == RECS_OK)
    status = ask_everything(scorer);
  recs_scorer_free(scorer);
  close_shop(&opened);
  return status;
}

START_TEST(out_of_memory) {
  static const char *names[] = {"content", "user-knn", "item-knn", "popularity", "hybrid"};
  recs_test_oom(fit_and_ask, &names[_i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("scorers");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, kinds_are_listed_and_described);
  tcase_add_test(all, a_profile_of_ones_own_needs_no_history);
  tcase_add_test(all, similar_items_by_tag_and_by_behaviour);
  tcase_add_test(all, common_words_are_left_out_when_asked);
  tcase_add_test(all, hybrids_of_given_scorers);
  tcase_add_test(all, weights_are_learned_on_a_validation);
  tcase_add_test(all, learning_without_memory);
  tcase_add_test(all, bad_names_and_settings);
  tcase_add_test(all, bad_requests);
  tcase_add_test(all, the_smallest_shops);
  tcase_add_loop_test(all, out_of_memory, 0, 5);
  suite_add_tcase(suite, all);
  return recs_test_run(suite);
}
