/* Models by what they answer: against their own scorers' scores, across threads, and refused what is wrong. */
#include "support/shop.h"
#include "support/support.h"

enum { USERS = 40, ITEMS = 31, NEW_USER = USERS - 1, UNSOLD = ITEMS - 1 };

static recs_context *context;
static recs_test_shop shop;

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_ok(recs_test_shop_open(&shop, context, USERS, ITEMS));
}

static void teardown(void) {
  recs_test_shop_close(&shop);
  recs_context_free(context);
}

static recs_model *fit(const char *scorer, const char *settings, const char *fallback) {
  recs_model *model;
  ck_ok(recs_test_shop_fit(&model, &shop, scorer, settings, fallback));
  return model;
}

/* A list with room for all items. */
typedef struct listed {
  uint32_t items[ITEMS];
  double scores[ITEMS];
  size_t count;
} listed;

static void recommend(listed *out, const recs_model *model, uint32_t user, size_t n, const recs_filter *filter) {
  ck_ok(recs_model_recommend(out->items, out->scores, &out->count, model, user, n, filter));
}

static recs_history history_of(const recs_model *model, uint32_t user) {
  recs_history history = {.struct_size = sizeof history, .user = user};
  ck_ok(recs_histories_row(&history.items, &history.weights, &history.times, &history.count,
                           recs_model_histories(model), user));
  return history;
}

static int has(const uint32_t *items, size_t count, uint32_t item) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] == item)
      return 1;
  }
  return 0;
}

/* Appends the best items by plain sorting: scored, unseen, not listed yet. */
static void append_best(listed *out, const recs_scorer *scorer, const recs_history *history, size_t n) {
  double scores[ITEMS];
  size_t before = out->count;
  ck_ok(recs_scorer_score(scores, scorer, history));
  while (out->count < n) {
    uint32_t best = RECS_NO_ROW;
    for (uint32_t item = 0; item < ITEMS; item++) {
      if (!isnan(scores[item]) && !has(history->items, history->count, item) && !has(out->items, out->count, item) &&
          (best == RECS_NO_ROW || scores[item] > scores[best]))
        best = item;
    }
    if (best == RECS_NO_ROW)
      return;
    ck_assert(out->count == before || out->scores[out->count - 1] >= scores[best]);
    out->items[out->count] = best;
    out->scores[out->count++] = scores[best];
  }
}

static void check_same(const listed *a, const listed *b) {
  ck_assert_uint_eq(a->count, b->count);
  ck_assert_mem_eq(a->items, b->items, a->count * sizeof *a->items);
  ck_assert_mem_eq(a->scores, b->scores, a->count * sizeof *a->scores);
}

START_TEST(fitted_with_defaults) {
  recs_model *model;
  ck_ok(recs_model_fit(&model, shop.log, NULL, NULL, NULL));
  ck_assert_str_eq(recs_scorer_name(recs_model_scorer(model)), "hybrid");
  ck_assert_str_eq(recs_scorer_name(recs_model_fallback(model)), "popularity");
  ck_assert_uint_eq(recs_ids_count(recs_model_users(model)), USERS);
  ck_assert_uint_eq(recs_ids_count(recs_model_items(model)), ITEMS);
  ck_assert_uint_eq(recs_histories_rows(recs_model_histories(model)), USERS);
  ck_assert_ptr_null(recs_model_profiles(model));
  ck_assert_str_eq(recs_model_title(model, 3), "i3");
  recs_model_free(model);
}
END_TEST

START_TEST(lists_are_the_sorted_scores) {
  static const char *const scorers[] = {"hybrid", "hybrid-equal", "item-knn", "user-knn", "content", "popularity", "als"};
  for (size_t s = 0; s < sizeof scorers / sizeof scorers[0]; s++) {
    recs_model *model = fit(scorers[s], NULL, NULL);
    for (uint32_t user = 0; user < USERS; user++) {
      for (size_t n = 1; n <= ITEMS; n += 6) {
        recs_history history = history_of(model, user);
        listed given, expected = {.count = 0};
        recommend(&given, model, user, n, NULL);
        append_best(&expected, recs_model_scorer(model), &history, n);
        if (recs_model_fallback(model) != NULL)
          append_best(&expected, recs_model_fallback(model), &history, n);
        check_same(&given, &expected);
      }
    }
    recs_model_free(model);
  }
}
END_TEST

START_TEST(nobody_gets_an_empty_list) {
  recs_model *model = fit("item-knn", "k=2", NULL);
  recs_model *bare = fit("item-knn", "k=2", "none");
  size_t filled = 0;
  ck_assert_ptr_null(recs_model_fallback(bare));
  for (uint32_t user = 0; user < USERS; user++) {
    listed given, own;
    recommend(&given, model, user, 10, NULL);
    recommend(&own, bare, user, 10, NULL);
    ck_assert_uint_eq(given.count, 10);
    ck_assert_uint_le(own.count, 10);
    ck_assert_mem_eq(given.items, own.items, own.count * sizeof *own.items);
    ck_assert_mem_eq(given.scores, own.scores, own.count * sizeof *own.scores);
    filled += own.count < 10;
    for (size_t i = own.count; i < 10; i++) {
      recs_explanation *why;
      int32_t kind;
      ck_ok(recs_model_explain(&why, model, user, given.items[i], 5));
      ck_assert_uint_eq(recs_explanation_count(why), 1);
      ck_ok(recs_explanation_reason(&kind, NULL, NULL, NULL, why, 0));
      ck_assert_int_eq(kind, RECS_REASON_POPULARITY);
      recs_explanation_free(why);
    }
  }
  ck_assert_uint_ge(filled, 2); /* the new user, and more: k is small */
  recs_model_free(bare);
  recs_model_free(model);
}
END_TEST

START_TEST(fallbacks_by_name) {
  static const char *const none[] = {"none", "", "item-knn"};
  recs_model *model;
  for (int i = 0; i < 3; i++) {
    model = fit("item-knn", NULL, none[i]);
    ck_assert_ptr_null(recs_model_fallback(model));
    recs_model_free(model);
  }
  model = fit("item-knn", NULL, "content");
  ck_assert_str_eq(recs_scorer_name(recs_model_fallback(model)), "content");
  recs_model_free(model);
  ck_fails(recs_test_shop_fit(&model, &shop, NULL, NULL, "oracle"), RECS_ERROR_NOT_FOUND, "oracle");
  ck_assert_ptr_null(model);
}
END_TEST

START_TEST(a_history_is_as_good_as_a_user) {
  recs_model *model = fit(NULL, NULL, NULL);
  recs_history empty = {.struct_size = sizeof empty, .user = RECS_NO_ROW};
  listed known, given;
  for (uint32_t user = 0; user < USERS; user++) {
    recs_history history = history_of(model, user);
    recommend(&known, model, user, 12, NULL);
    ck_ok(recs_model_recommend_history(given.items, given.scores, &given.count, model, &history, 12, NULL));
    check_same(&known, &given);
  }
  ck_ok(recs_model_recommend_history(given.items, given.scores, &given.count, model, &empty, 12, NULL));
  recommend(&known, model, NEW_USER, 12, NULL);
  check_same(&known, &given);
  recs_model_free(model);
}
END_TEST

START_TEST(filters_hold_for_both_stretches) {
  recs_model *model = fit("item-knn", "k=2", NULL);
  uint32_t allowed[20], denied[] = {2, 4, 6};
  recs_filter filter = {
      .struct_size = sizeof filter, .allowed = allowed, .allowed_count = 20, .denied = denied, .denied_count = 3};
  for (uint32_t i = 0; i < 20; i++)
    allowed[i] = i;
  for (uint32_t user = 0; user < USERS; user++) {
    recs_history history = history_of(model, user);
    listed given;
    filter.include_seen = 0;
    recommend(&given, model, user, ITEMS, &filter);
    ck_assert_uint_gt(given.count, 0);
    for (size_t i = 0; i < given.count; i++) {
      ck_assert_uint_lt(given.items[i], 20);
      ck_assert(!has(denied, 3, given.items[i]));
      ck_assert(!has(history.items, history.count, given.items[i]));
      ck_assert(!has(given.items, i, given.items[i]));
    }
    filter.include_seen = 1;
    recommend(&given, model, user, ITEMS, &filter);
    for (size_t i = 0; i < history.count; i++)
      ck_assert_int_eq(has(given.items, given.count, history.items[i]),
                       history.items[i] < 20 && !has(denied, 3, history.items[i]));
  }
  recs_model_free(model);
}
END_TEST

START_TEST(removed_items_are_never_listed) {
  recs_model *model;
  uint32_t denied[] = {1};
  recs_filter filter = {.struct_size = sizeof filter, .denied = denied, .denied_count = 1, .include_seen = 1};
  uint32_t items[ITEMS];
  double scores[ITEMS];
  size_t count;
  ck_ok(recs_ids_remove(shop.items, 0));
  ck_ok(recs_ids_remove(shop.items, 3));
  model = fit(NULL, NULL, NULL);
  for (uint32_t user = 0; user < USERS; user++) {
    listed given;
    recommend(&given, model, user, ITEMS, NULL);
    ck_assert(!has(given.items, given.count, 0) && !has(given.items, given.count, 3));
    recommend(&given, model, user, ITEMS, &filter);
    ck_assert(!has(given.items, given.count, 0) && !has(given.items, given.count, 3) &&
              !has(given.items, given.count, 1));
    ck_assert(has(given.items, given.count, 2));
  }
  ck_ok(recs_model_similar(items, scores, &count, model, 6, NULL, ITEMS, NULL));
  ck_assert_uint_gt(count, 0);
  ck_assert(!has(items, count, 0) && !has(items, count, 3));
  ck_assert_str_eq(recs_model_title(model, 0), "");
  recs_model_free(model);
}
END_TEST

START_TEST(similar_by_the_whole_or_a_part) {
  recs_model *model = fit(NULL, NULL, NULL);
  const recs_scorer *scorer = recs_model_scorer(model);
  listed by_model, by_scorer;
  ck_assert_uint_ge(recs_scorer_parts(scorer), 2);
  for (uint32_t item = 0; item < ITEMS; item++) {
    ck_ok(recs_model_similar(by_model.items, by_model.scores, &by_model.count, model, item, NULL, 9, NULL));
    ck_ok(recs_scorer_similar(by_scorer.items, by_scorer.scores, &by_scorer.count, scorer, item, NULL, 9));
    check_same(&by_model, &by_scorer);
    ck_ok(recs_model_similar(by_model.items, by_model.scores, &by_model.count, model, item, "hybrid", 9, NULL));
    check_same(&by_model, &by_scorer);
    ck_assert(!has(by_model.items, by_model.count, item));
  }
  ck_ok(recs_model_similar(by_model.items, by_model.scores, &by_model.count, model, 5, "content", 9, NULL));
  for (uint32_t i = 0; i < recs_scorer_parts(scorer); i++) {
    if (strcmp(recs_scorer_name(recs_scorer_part(scorer, i)), "content") == 0)
      ck_ok(recs_scorer_similar(by_scorer.items, by_scorer.scores, &by_scorer.count, recs_scorer_part(scorer, i), 5,
                                NULL, 9));
  }
  check_same(&by_model, &by_scorer);
  ck_fails(recs_model_similar(by_model.items, by_model.scores, &by_model.count, model, 5, "popularity", 9, NULL),
           RECS_ERROR_NOT_FOUND, "known: hybrid, content");
  ck_assert_uint_eq(by_model.count, 0);
  recs_model_free(model);
  model = fit("popularity", NULL, NULL);
  ck_fails(recs_model_similar(by_model.items, by_model.scores, &by_model.count, model, 5, NULL, 9, NULL),
           RECS_ERROR_UNSUPPORTED, "popularity");
  /* The board that the refused request had is clean. */
  recommend(&by_model, model, 0, 9, NULL);
  ck_assert_uint_eq(by_model.count, 9);
  recs_model_free(model);
}
END_TEST

/* The weights are for lists: a part without any there still knows what is similar. */
START_TEST(similar_by_parts_without_weight) {
  recs_model *model = fit("hybrid", "parts=content,user-knn;weights=0,1;mode=raw", NULL);
  listed whole, part;
  for (uint32_t item = 0; item < ITEMS; item++) {
    ck_ok(recs_model_similar(whole.items, whole.scores, &whole.count, model, item, NULL, 9, NULL));
    ck_ok(recs_model_similar(part.items, part.scores, &part.count, model, item, "content", 9, NULL));
    check_same(&whole, &part);
    ck_assert(whole.count > 0 || item == UNSOLD);
  }
  recs_model_free(model);
}
END_TEST

START_TEST(titles) {
  recs_model *model = fit(NULL, NULL, NULL);
  recs_model_options options;
  ck_assert_str_eq(recs_model_title(model, 4), "a green thing 4");
  ck_assert_str_eq(recs_model_title(model, UNSOLD), "i30");
  ck_assert_str_eq(recs_model_title(model, ITEMS), "");
  ck_assert_str_eq(recs_model_title(model, RECS_NO_ROW), "");
  ck_assert_str_eq(recs_model_title(NULL, 0), "");
  ck_assert_ptr_nonnull(recs_model_profiles(model));
  recs_model_free(model);
  ck_ok(recs_model_options_init(&options, sizeof options));
  options.title = "title";
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_INVALID, "title");
  options.items = shop.goods;
  options.title = "colour";
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_INVALID, "colour");
  options.title = "name";
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_NOT_FOUND, "known: colour, price, title");
}
END_TEST

START_TEST(explanations_name_the_history) {
  recs_model *model = fit("item-knn", NULL, "none");
  size_t named = 0;
  for (uint32_t user = 0; user < USERS; user++) {
    recs_history history = history_of(model, user);
    listed given;
    recommend(&given, model, user, 5, NULL);
    for (size_t i = 0; i < given.count; i++) {
      recs_explanation *known, *asked;
      int32_t kind;
      uint32_t row;
      ck_ok(recs_model_explain(&known, model, user, given.items[i], 3));
      ck_ok(recs_model_explain_history(&asked, model, &history, given.items[i], 3));
      ck_assert_str_eq(recs_explanation_text(known), recs_explanation_text(asked));
      ck_ok(recs_explanation_reason(&kind, &row, NULL, NULL, known, 0));
      ck_assert_int_eq(kind, RECS_REASON_ITEM);
      ck_assert(has(history.items, history.count, row));
      ck_assert_ptr_nonnull(strstr(recs_explanation_text(known), recs_model_title(model, row)));
      named += 1;
      recs_explanation_free(known);
      recs_explanation_free(asked);
    }
  }
  ck_assert_uint_gt(named, USERS);
  recs_model_free(model);
}
END_TEST

START_TEST(refused_requests) {
  recs_model *model = fit(NULL, NULL, NULL);
  recs_history history = history_of(model, 0);
  recs_explanation *why;
  listed l;
  uint32_t far = ITEMS;
  recs_filter filter = {.struct_size = sizeof filter, .denied = &far, .denied_count = 1};
  ck_fails(recs_model_recommend(NULL, l.scores, &l.count, model, 0, 1, NULL), RECS_ERROR_INVALID, "out_items");
  ck_fails(recs_model_recommend(l.items, NULL, &l.count, model, 0, 1, NULL), RECS_ERROR_INVALID, "out_scores");
  ck_fails(recs_model_recommend(l.items, l.scores, NULL, model, 0, 1, NULL), RECS_ERROR_INVALID, "out_count");
  ck_fails(recs_model_recommend(l.items, l.scores, &l.count, NULL, 0, 1, NULL), RECS_ERROR_INVALID, "model");
  l.count = 7;
  ck_fails(recs_model_recommend(l.items, l.scores, &l.count, model, USERS, 1, NULL), RECS_ERROR_INVALID, "user row 40");
  ck_assert_uint_eq(l.count, 0);
  ck_fails(recs_model_recommend(l.items, l.scores, &l.count, model, RECS_NO_ROW, 1, NULL), RECS_ERROR_INVALID,
           "4294967295");
  ck_fails(recs_model_recommend(l.items, l.scores, &l.count, model, 0, 0, NULL), RECS_ERROR_INVALID, "n is 0");
  ck_fails(recs_model_recommend(l.items, l.scores, &l.count, model, 0, 1, &filter), RECS_ERROR_INVALID, "row 31");
  ck_fails(recs_model_recommend_history(l.items, l.scores, &l.count, model, NULL, 1, NULL), RECS_ERROR_INVALID,
           "history");
  ck_fails(recs_model_recommend_history(l.items, l.scores, &l.count, NULL, &history, 1, NULL), RECS_ERROR_INVALID,
           "model");
  history.items = &far;
  history.count = 1;
  ck_fails(recs_model_recommend_history(l.items, l.scores, &l.count, model, &history, 1, NULL), RECS_ERROR_INVALID,
           "31");
  ck_fails(recs_model_similar(l.items, l.scores, &l.count, model, ITEMS, NULL, 1, NULL), RECS_ERROR_INVALID,
           "item row 31");
  ck_fails(recs_model_similar(l.items, l.scores, &l.count, model, 0, NULL, 0, NULL), RECS_ERROR_INVALID, "n is 0");
  ck_fails(recs_model_similar(l.items, l.scores, &l.count, NULL, 0, NULL, 1, NULL), RECS_ERROR_INVALID, "model");
  ck_fails(recs_model_similar(NULL, l.scores, &l.count, model, 0, NULL, 1, NULL), RECS_ERROR_INVALID, "out_items");
  ck_fails(recs_model_explain(&why, model, USERS, 0, 3), RECS_ERROR_INVALID, "user row 40");
  ck_fails(recs_model_explain(&why, model, 0, ITEMS, 3), RECS_ERROR_INVALID, "item row 31");
  ck_fails(recs_model_explain(&why, NULL, 0, 0, 3), RECS_ERROR_INVALID, "model");
  ck_fails(recs_model_explain(NULL, model, 0, 0, 3), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_explain_history(&why, model, NULL, 0, 3), RECS_ERROR_INVALID, "history");
  ck_assert_ptr_null(why);
  /* A huge n costs no memory. */
  ck_ok(recs_model_recommend(l.items, l.scores, &l.count, model, 0, SIZE_MAX, NULL));
  ck_assert_uint_le(l.count, ITEMS);
  recs_model_free(model);
  recs_model_free(NULL);
}
END_TEST

START_TEST(accessors_of_nothing) {
  ck_assert_ptr_null(recs_model_users(NULL));
  ck_assert_ptr_null(recs_model_items(NULL));
  ck_assert_ptr_null(recs_model_profiles(NULL));
  ck_assert_ptr_null(recs_model_histories(NULL));
  ck_assert_ptr_null(recs_model_scorer(NULL));
  ck_assert_ptr_null(recs_model_fallback(NULL));
}
END_TEST

START_TEST(refused_fits) {
  recs_matrix_options matrix;
  recs_model_options options;
  recs_test_shop other;
  recs_profiles *early;
  recs_model *model = (recs_model *)&model;
  uint32_t row;
  ck_fails(recs_model_fit(NULL, shop.log, NULL, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_fit(&model, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_assert_ptr_null(model);
  ck_fails(recs_model_options_init(NULL, sizeof options), RECS_ERROR_INVALID, "options");
  ck_fails(recs_model_options_init(&options, 3), RECS_ERROR_INVALID, "bytes");
  ck_ok(recs_model_options_init(&options, sizeof options));
  ck_assert_str_eq(options.scorer, "hybrid");
  ck_assert_str_eq(options.fallback, "popularity");
  options.scorer = "oracle";
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_NOT_FOUND, "oracle");
  options.scorer = NULL;
  options.settings = "depth=3";
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_NOT_FOUND, "depth");
  options.settings = NULL;
  ck_ok(recs_matrix_options_init(&matrix, sizeof matrix));
  options.matrix = &matrix;
  matrix.rows = RECS_ROWS_SESSIONS;
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_INVALID, "sessions");
  options.matrix = NULL;
  ck_ok(recs_test_shop_open(&other, context, USERS, ITEMS));
  options.items = other.goods;
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_INVALID,
           "item profiles are over another dictionary");
  options.items = NULL;
  options.users = other.people;
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_INVALID,
           "user profiles are over another dictionary");
  recs_test_shop_close(&other);
  options.users = NULL;
  ck_ok(recs_profiles_freeze(&early, shop.goods));
  ck_ok(recs_ids_add(&row, shop.items, "late", 4));
  options.items = early;
  ck_fails(recs_model_fit(&model, shop.log, &options, NULL, NULL), RECS_ERROR_INVALID, "cover 31 items of 32");
  recs_profiles_free(early);
  ck_assert_ptr_null(model);
}
END_TEST

START_TEST(made_of_parts) {
  recs_model *whole = fit(NULL, NULL, NULL);
  recs_model *model;
  recs_ids *users;
  uint32_t row;
  listed a, b;
  ck_ok(recs_model_create(&model, recs_model_users(whole), recs_model_items(whole), recs_model_histories(whole),
                          recs_model_profiles(whole), recs_model_scorer(whole), recs_model_fallback(whole), "title"));
  for (uint32_t user = 0; user < USERS; user++) {
    recommend(&a, whole, user, ITEMS, NULL);
    recommend(&b, model, user, ITEMS, NULL);
    check_same(&a, &b);
  }
  ck_assert_str_eq(recs_model_title(model, 4), recs_model_title(whole, 4));
  recs_model_free(model);
  /* A user who came later; no profiles, no title, no fallback. */
  ck_ok(recs_ids_add(&row, shop.users, "later", 5));
  ck_ok(recs_ids_freeze(&users, shop.users));
  ck_ok(recs_model_create(&model, users, recs_model_items(whole), recs_model_histories(whole), NULL,
                          recs_model_scorer(whole), NULL, NULL));
  recs_ids_free(users);
  recs_model_free(whole);
  recommend(&a, model, USERS, 5, NULL);
  ck_assert_uint_eq(a.count, 0);
  ck_assert_ptr_null(recs_model_fallback(model));
  ck_assert_str_eq(recs_model_title(model, 4), "i4");
  recs_model_free(model);
}
END_TEST

START_TEST(parts_that_do_not_fit) {
  recs_model *whole = fit(NULL, NULL, NULL);
  const recs_ids *users = recs_model_users(whole), *items = recs_model_items(whole);
  const recs_histories *histories = recs_model_histories(whole);
  const recs_profiles *profiles = recs_model_profiles(whole);
  const recs_scorer *scorer = recs_model_scorer(whole);
  recs_test_shop small;
  recs_model *other, *model;
  ck_ok(recs_test_shop_open(&small, context, 10, 10));
  ck_ok(recs_test_shop_fit(&other, &small, "popularity", NULL, NULL));
  ck_fails(recs_model_create(NULL, users, items, histories, profiles, scorer, NULL, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_create(&model, NULL, items, histories, profiles, scorer, NULL, NULL), RECS_ERROR_INVALID,
           "users");
  ck_fails(recs_model_create(&model, users, NULL, histories, profiles, scorer, NULL, NULL), RECS_ERROR_INVALID,
           "items");
  ck_fails(recs_model_create(&model, users, items, NULL, profiles, scorer, NULL, NULL), RECS_ERROR_INVALID,
           "histories");
  ck_fails(recs_model_create(&model, users, items, histories, profiles, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "scorer");
  ck_fails(recs_model_create(&model, small.users, items, histories, profiles, scorer, NULL, NULL), RECS_ERROR_INVALID,
           "only 10 users");
  ck_fails(recs_model_create(&model, users, small.items, histories, NULL, scorer, NULL, NULL), RECS_ERROR_INVALID,
           "only 10");
  ck_fails(recs_model_create(&model, users, items, recs_model_histories(other), profiles, recs_model_scorer(other),
                             NULL, NULL),
           RECS_ERROR_INVALID, "scorer knows 10 items");
  ck_fails(recs_model_create(&model, users, items, histories, profiles, scorer, recs_model_scorer(other), NULL),
           RECS_ERROR_INVALID, "fallback knows 10 items");
  ck_fails(recs_model_create(&model, users, items, histories, small.goods, scorer, NULL, NULL), RECS_ERROR_INVALID,
           "another dictionary");
  ck_fails(recs_model_create(&model, users, items, histories, NULL, scorer, NULL, "title"), RECS_ERROR_INVALID,
           "title");
  ck_assert_ptr_null(model);
  recs_model_free(other);
  recs_test_shop_close(&small);
  recs_model_free(whole);
}
END_TEST

/* Fit, serve and explain. */
static int32_t everything(recs_context *heap, void *payload) {
  recs_test_shop little;
  recs_model *model = NULL;
  recs_explanation *why = NULL;
  uint32_t items[8], users[2] = {0, 5};
  double scores[8];
  size_t count[2];
  int32_t status = recs_test_shop_open(&little, heap, 6, 5);
  (void)payload;
  if (status == RECS_OK)
    status = recs_test_shop_fit(&model, &little, NULL, NULL, NULL);
  if (status == RECS_OK)
    status = recs_model_recommend(items, scores, count, model, 0, 4, NULL);
  if (status == RECS_OK)
    status = recs_model_recommend_many(items, scores, count, model, users, 2, 4, NULL, NULL, NULL);
  if (status == RECS_OK)
    status = recs_model_similar(items, scores, count, model, 0, NULL, 4, NULL);
  if (status == RECS_OK)
    status = recs_model_explain(&why, model, 5, 0, 3);
  recs_explanation_free(why);
  recs_model_free(model);
  recs_test_shop_close(&little);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(everything, NULL);
}
END_TEST

/* The board of a request that ran out of memory serves the next one. */
START_TEST(refused_memory_leaves_no_trace) {
  recs_test_heap heap = {0};
  recs_context *own = recs_test_context(&heap);
  recs_model *whole = fit("hybrid", NULL, NULL), *model;
  listed expected, given;
  void *bytes;
  size_t size;
  ck_ok(recs_model_save_memory(&bytes, &size, whole));
  recommend(&expected, whole, 1, ITEMS, NULL);
  recs_model_free(whole);
  for (long refused = 1, more = 1; more != 0; refused++) {
    ck_ok(recs_model_load_memory(&model, own, bytes, size));
    heap.fail_at = heap.calls + refused;
    heap.failures = 0;
    if (recs_model_recommend(given.items, given.scores, &given.count, model, 1, ITEMS, NULL) != RECS_OK)
      ck_assert_uint_eq(given.count, 0);
    more = heap.failures;
    heap.fail_at = 0;
    recommend(&given, model, 1, ITEMS, NULL);
    check_same(&given, &expected);
    recs_model_free(model);
  }
  recs_buffer_free(bytes);
  recs_context_free(own);
  ck_assert_int_eq(heap.live, 0);
}
END_TEST

/* Progress that is remembered, and cancels at a call. */
typedef struct watcher {
  double last;
  int calls;
  int cancel_at; /* 0: never */
} watcher;

static int32_t watch(void *payload, double fraction) {
  watcher *self = payload;
  ck_assert(fraction >= self->last && fraction <= 1.0);
  self->last = fraction;
  self->calls += 1;
  return self->calls == self->cancel_at;
}

/* One thread: how often more of them report is chance. */
START_TEST(fits_report_and_stop) {
  recs_context *own = recs_test_threads(1, UINT32_MAX);
  recs_test_shop twin;
  watcher seen = {0};
  recs_model_options options;
  recs_model *model;
  ck_ok(recs_test_shop_open(&twin, own, USERS, ITEMS));
  ck_ok(recs_model_options_init(&options, sizeof options));
  options.settings = "als.factors=4"; /* quick, for it is fitted as often as it reports */
  ck_ok(recs_model_fit(&model, twin.log, &options, watch, &seen));
  ck_assert(seen.last == 1.0);
  recs_model_free(model);
  for (int call = 1; call <= seen.calls; call++) {
    watcher stopping = {.cancel_at = call};
    ck_fails(recs_model_fit(&model, twin.log, &options, watch, &stopping), RECS_ERROR_CANCELLED, "cancelled");
    ck_assert_ptr_null(model);
    ck_assert_int_eq(stopping.calls, call);
  }
  recs_test_shop_close(&twin);
  recs_context_free(own);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("model");
  TCase *tests = tcase_create("model");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 0);
  tcase_add_test(tests, fitted_with_defaults);
  tcase_add_test(tests, lists_are_the_sorted_scores);
  tcase_add_test(tests, nobody_gets_an_empty_list);
  tcase_add_test(tests, fallbacks_by_name);
  tcase_add_test(tests, a_history_is_as_good_as_a_user);
  tcase_add_test(tests, filters_hold_for_both_stretches);
  tcase_add_test(tests, removed_items_are_never_listed);
  tcase_add_test(tests, similar_by_the_whole_or_a_part);
  tcase_add_test(tests, similar_by_parts_without_weight);
  tcase_add_test(tests, titles);
  tcase_add_test(tests, explanations_name_the_history);
  tcase_add_test(tests, refused_requests);
  tcase_add_test(tests, accessors_of_nothing);
  tcase_add_test(tests, refused_fits);
  tcase_add_test(tests, made_of_parts);
  tcase_add_test(tests, parts_that_do_not_fit);
  tcase_add_test(tests, out_of_memory);
  tcase_add_test(tests, refused_memory_leaves_no_trace);
  tcase_add_test(tests, fits_report_and_stop);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
