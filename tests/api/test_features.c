/* Features by hand-made values; against pandas and scikit-learn in tests/witness/test_features.py. */
#include "support/log.h"
#include "support/support.h"

static recs_context *context;
static recs_test_log shop;

enum { DAY = 86400000, EVENTS = 7 };

static int32_t append(recs_events *events) {
  recs_event_columns columns = recs_test_columns();
  columns.users = (uint32_t[]){2, 0, 2, 2, RECS_NO_ROW, 0, 1};
  columns.items = (uint32_t[]){0, 1, 1, 0, 2, RECS_NO_ROW, 2};
  columns.times = (int64_t[]){2 * DAY, -DAY, 5 * DAY, 2 * DAY + 1, 10 * DAY, DAY / 2, RECS_NO_TIME};
  columns.quantities = (double[]){1, 2, 3, 4, 5, 6, 7};
  columns.prices = (double[]){2, 0.5, 1, NAN, 9, 1, 1};
  columns.sessions = (uint32_t[]){0, 1, 0, 1, 2, RECS_NO_ROW, 0};
  return recs_events_append(events, &columns, EVENTS);
}

static void setup(void) {
  context = recs_test_threads(2, UINT32_MAX);
  ck_assert_int_eq(recs_test_log_create(&shop, context, 4, 3, 3), RECS_OK);
}

static void teardown(void) {
  recs_test_log_free(&shop);
  recs_context_free(context);
}

static void check_values(const recs_features *features, const double *wanted) {
  size_t count = (size_t)recs_features_rows(features) * recs_features_columns(features);
  for (size_t i = 0; i < count; i++)
    ck_assert_double_eq_tol(recs_features_values(features)[i], wanted[i], 1e-12);
}

START_TEST(rfm) {
  recs_features *features;
  ck_ok(append(shop.events));
  ck_ok(recs_features_rfm(&features, shop.events, NULL));
  ck_assert_uint_eq(recs_features_rows(features), 2); /* user 1 has no time, user 3 no event */
  ck_assert_uint_eq(recs_features_columns(features), 3);
  ck_assert_str_eq(recs_features_name(features, 0), "recency");
  ck_assert_str_eq(recs_features_name(features, 1), "frequency");
  ck_assert_str_eq(recs_features_name(features, 2), "monetary");
  ck_assert_str_eq(recs_features_name(features, 3), "");
  ck_assert_uint_eq(recs_features_keys(features)[0], 0);
  ck_assert_uint_eq(recs_features_keys(features)[1], 2);
  check_values(features, (double[]){9.5, 2, 7, 5, 2, 5});
  recs_features_free(features);
}
END_TEST

START_TEST(rfm_extended) {
  recs_rfm_options options;
  recs_features *features;
  ck_ok(append(shop.events));
  ck_ok(recs_rfm_options_init(&options, sizeof options));
  options.extended = 1;
  options.now = 5 * DAY;
  ck_ok(recs_features_rfm(&features, shop.events, &options));
  ck_assert_uint_eq(recs_features_columns(features), 8);
  ck_assert_str_eq(recs_features_name(features, 7), "mean_price");
  check_values(features, (double[]){4.5, 2, 7, 1.5, 1.5, 4, 1, 0.75, 0, 2, 5, 3, 3, 4, 2, 1.5});
  recs_features_free(features);
}
END_TEST

START_TEST(rfm_of_plain_logs) {
  recs_event_columns columns = recs_test_columns();
  recs_rfm_options options;
  recs_features *features;
  columns.users = (uint32_t[]){1, 1, 1};
  columns.times = (int64_t[]){-1, 0, DAY - 1};
  ck_ok(recs_events_append(shop.events, &columns, 3));
  ck_ok(recs_rfm_options_init(&options, sizeof options));
  options.extended = 1;
  ck_ok(recs_features_rfm(&features, shop.events, &options)); /* two days; without prices, money is quantity */
  check_values(features, (double[]){0, 2, 3, 1, 1, 1.5, 0, 0});
  recs_features_free(features);
}
END_TEST

START_TEST(rfm_says_what_the_log_lacks) {
  recs_event_columns columns = recs_test_columns();
  recs_features *features = (recs_features *)&columns;
  ck_ok(recs_features_rfm(&features, shop.events, NULL)); /* nobody, nothing lacking */
  ck_assert_uint_eq(recs_features_rows(features), 0);
  recs_features_free(features);
  columns.users = (uint32_t[]){0};
  ck_ok(recs_events_append(shop.events, &columns, 1));
  ck_fails(recs_features_rfm(&features, shop.events, NULL), RECS_ERROR_UNSUPPORTED, "times");
  ck_assert_ptr_null(features);
  ck_ok(recs_events_set_time_kind(shop.events, RECS_TIME_ORDER));
  ck_fails(recs_features_rfm(&features, shop.events, NULL), RECS_ERROR_UNSUPPORTED, "order");
}
END_TEST

START_TEST(rfm_refuses) {
  recs_event_columns columns = recs_test_columns();
  recs_rfm_options options;
  recs_features *features = (recs_features *)&columns;
  ck_ok(recs_rfm_options_init(&options, sizeof options));
  options.extended = 2;
  ck_fails(recs_features_rfm(&features, shop.events, &options), RECS_ERROR_INVALID, "extended is 2");
  ck_assert_ptr_null(features);
  options.extended = 0;
  options.reserved = 1;
  ck_fails(recs_features_rfm(&features, shop.events, &options), RECS_ERROR_INVALID, "reserved");
  ck_fails(recs_features_rfm(&features, NULL, NULL), RECS_ERROR_INVALID, "events");
  ck_fails(recs_features_rfm(NULL, shop.events, NULL), RECS_ERROR_INVALID, "out");
  ck_fails(recs_rfm_options_init(NULL, 0), RECS_ERROR_INVALID, "options");
  ck_assert_str_eq(recs_schema_name(recs_rfm_schema()), "rfm");
  columns.users = (uint32_t[]){0, 2};
  columns.times = (int64_t[]){0, 0};
  columns.quantities = (double[]){1, 1e200};
  columns.prices = (double[]){1, 1e200};
  ck_ok(recs_events_append(shop.events, &columns, 2));
  ck_fails(recs_features_rfm(&features, shop.events, NULL), RECS_ERROR_NUMERIC, "monetary of user 2");
  ck_assert_ptr_null(features);
  ck_assert_uint_eq(recs_features_rows(NULL), 0);
  ck_assert_uint_eq(recs_features_columns(NULL), 0);
  ck_assert_str_eq(recs_features_name(NULL, 0), "");
  ck_assert_ptr_null(recs_features_keys(NULL));
  ck_assert_ptr_null(recs_features_values(NULL));
  recs_features_free(NULL);
}
END_TEST

/* A store over the items with a text field 0 and a tag field 1. */
static int32_t profiles_create(recs_profiles **out, recs_ids *items) {
  static const char first[] = "The cat, the CAT; a d\xc3\xb6g! x2 \xe2\x82\xac", last[] = "cat_x2";
  uint32_t text, tags;
  int32_t status = recs_profiles_create(out, items);
  if (status == RECS_OK)
    status = recs_profiles_define(&text, *out, "text", RECS_FIELD_TEXT, 0);
  if (status == RECS_OK)
    status = recs_profiles_define(&tags, *out, "tags", RECS_FIELD_TAGS, 0);
  if (status == RECS_OK)
    status = recs_profiles_set_text(*out, 0, text, first, sizeof first - 1);
  if (status == RECS_OK)
    status = recs_profiles_set_text(*out, 2, text, last, sizeof last - 1);
  if (status == RECS_OK)
    status = recs_profiles_set_tag(*out, 0, tags, "red", 3, 1);
  if (status == RECS_OK)
    status = recs_profiles_set_tag(*out, 2, tags, "big", 3, 0.5f);
  if (status == RECS_OK)
    status = recs_profiles_set_tag(*out, 2, tags, "red", 3, 1);
  if (status == RECS_OK)
    status = recs_profiles_set_tag(*out, 1, tags, "big", 3, 0);
  return status;
}

static void check_row(const recs_matrix *matrix, uint32_t row, size_t count, const uint32_t *columns,
                      const double *values) {
  const uint32_t *found_columns;
  const float *found_values;
  size_t found;
  ck_ok(recs_matrix_row(&found_columns, &found_values, &found, matrix, row));
  ck_assert_uint_eq(found, count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(found_columns[i], columns[i]);
    ck_assert_double_eq_tol((double)found_values[i], values[i], 1e-7);
  }
}

START_TEST(tfidf) {
  static const char *const words[] = {"the", "cat", "d\xc3\xb6g", "x2", "\xe2\x82\xac"};
  double rare = log(3.0 / 2) + 1, length = sqrt(4 * rare * rare + 4 + rare * rare + 1 + rare * rare);
  recs_profiles *profiles;
  recs_matrix *matrix;
  recs_ids *terms;
  const char *name;
  ck_ok(profiles_create(&profiles, shop.items));
  ck_ok(recs_features_tfidf(&matrix, &terms, profiles, 0, 1));
  ck_assert_uint_eq(recs_ids_count(terms), 5);
  for (uint32_t i = 0; i < 5; i++) {
    ck_ok(recs_ids_name(&name, NULL, terms, i));
    ck_assert_str_eq(name, words[i]);
  }
  ck_assert_uint_eq(recs_matrix_rows(matrix), 3);
  ck_assert_uint_eq(recs_matrix_columns(matrix), 5);
  check_row(matrix, 0, 5, (uint32_t[]){0, 1, 2, 3, 4},
            (double[]){2 * rare / length, 2 / length, rare / length, 1 / length, rare / length});
  check_row(matrix, 1, 0, NULL, NULL);
  check_row(matrix, 2, 2, (uint32_t[]){1, 3}, (double[]){sqrt(0.5), sqrt(0.5)});
  recs_matrix_free(matrix);
  recs_ids_free(terms);
  ck_ok(recs_features_tfidf(&matrix, &terms, profiles, 0, 2));
  ck_assert_uint_eq(recs_ids_count(terms), 2);
  check_row(matrix, 0, 2, (uint32_t[]){0, 1}, (double[]){2 / sqrt(5), 1 / sqrt(5)});
  recs_matrix_free(matrix);
  recs_ids_free(terms);
  ck_ok(recs_features_tfidf(&matrix, NULL, profiles, 0, UINT32_MAX));
  ck_assert_uint_eq(recs_matrix_columns(matrix), 0);
  ck_assert_uint_eq(recs_matrix_entries(matrix), 0);
  recs_matrix_free(matrix);
  recs_profiles_free(profiles);
}
END_TEST

START_TEST(words_too_long_for_an_id_are_left_out) {
  enum { LONG = 70000 };
  char *text = malloc(LONG);
  recs_profiles *profiles;
  recs_matrix *matrix;
  memset(text, 'w', LONG);
  memcpy(text + LONG - 5, " end.", 5);
  ck_ok(profiles_create(&profiles, shop.items));
  ck_ok(recs_profiles_set_text(profiles, 1, 0, text, LONG));
  ck_ok(recs_features_tfidf(&matrix, NULL, profiles, 0, 0));
  check_row(matrix, 1, 1, (uint32_t[]){5}, (double[]){1});
  recs_matrix_free(matrix);
  recs_profiles_free(profiles);
  free(text);
}
END_TEST

START_TEST(onehot) {
  recs_profiles *profiles;
  recs_matrix *matrix;
  ck_ok(profiles_create(&profiles, shop.items));
  ck_ok(recs_features_onehot(&matrix, profiles, 1));
  ck_assert_uint_eq(recs_matrix_rows(matrix), 3);
  ck_assert_uint_eq(recs_matrix_columns(matrix), 2);
  check_row(matrix, 0, 1, (uint32_t[]){0}, (double[]){1});
  check_row(matrix, 1, 0, NULL, NULL); /* its only tag weighs 0 */
  check_row(matrix, 2, 2, (uint32_t[]){0, 1}, (double[]){1, 0.5});
  recs_matrix_free(matrix);
  recs_profiles_free(profiles);
}
END_TEST

START_TEST(profile_features_refuse) {
  recs_profiles *profiles;
  recs_matrix *matrix = (recs_matrix *)&profiles;
  recs_ids *terms = (recs_ids *)&profiles;
  ck_ok(profiles_create(&profiles, shop.items));
  ck_fails(recs_features_tfidf(&matrix, &terms, profiles, 1, 1), RECS_ERROR_INVALID, "tags");
  ck_assert_ptr_null(matrix);
  ck_assert_ptr_null(terms);
  ck_fails(recs_features_tfidf(&matrix, NULL, profiles, 2, 1), RECS_ERROR_INVALID, "field 2 of 2");
  ck_fails(recs_features_tfidf(&matrix, NULL, NULL, 0, 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_features_tfidf(NULL, NULL, profiles, 0, 1), RECS_ERROR_INVALID, "out");
  ck_fails(recs_features_onehot(&matrix, profiles, 0), RECS_ERROR_INVALID, "a text");
  ck_fails(recs_features_onehot(&matrix, profiles, UINT32_MAX), RECS_ERROR_INVALID, "field");
  ck_fails(recs_features_onehot(&matrix, NULL, 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_features_onehot(NULL, profiles, 1), RECS_ERROR_INVALID, "out");
  recs_profiles_free(profiles);
}
END_TEST

static int32_t all_features(recs_context *heap, void *payload) {
  recs_test_log log;
  recs_rfm_options options;
  recs_features *features = NULL;
  recs_profiles *profiles = NULL;
  recs_matrix *texts = NULL, *tags = NULL;
  recs_ids *terms = NULL;
  int32_t status = recs_test_log_create(&log, heap, 4, 3, 3);
  (void)payload;
  recs_rfm_options_init(&options, sizeof options);
  options.extended = 1;
  if (status == RECS_OK)
    status = append(log.events);
  if (status == RECS_OK)
    status = recs_features_rfm(&features, log.events, &options);
  if (status == RECS_OK)
    status = profiles_create(&profiles, log.items);
  if (status == RECS_OK)
    status = recs_features_tfidf(&texts, &terms, profiles, 0, 1);
  if (status == RECS_OK)
    status = recs_features_onehot(&tags, profiles, 1);
  recs_matrix_free(tags);
  recs_matrix_free(texts);
  recs_ids_free(terms);
  recs_profiles_free(profiles);
  recs_features_free(features);
  recs_test_log_free(&log);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(all_features, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("features");
  TCase *tests = tcase_create("features");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, rfm);
  tcase_add_test(tests, rfm_extended);
  tcase_add_test(tests, rfm_of_plain_logs);
  tcase_add_test(tests, rfm_says_what_the_log_lacks);
  tcase_add_test(tests, rfm_refuses);
  tcase_add_test(tests, tfidf);
  tcase_add_test(tests, words_too_long_for_an_id_are_left_out);
  tcase_add_test(tests, onehot);
  tcase_add_test(tests, profile_features_refuse);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
