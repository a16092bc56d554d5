#include "support/support.h"

#include <stdio.h>

enum { ROWS = 40, DIMENSION = 5 };

static recs_context *context;
static recs_ids *ids;
static recs_profiles *profiles;
static uint32_t tags, number, text, vector; /* one field of each type */

static void add_ids(recs_ids *to, int count) {
  for (int i = 0; i < count; i++) {
    char id[16];
    uint32_t row;
    ck_ok(recs_ids_add(&row, to, id, (size_t)snprintf(id, sizeof id, "item%d", i)));
  }
}

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_ids_create(&ids, context));
  add_ids(ids, ROWS);
  ck_ok(recs_profiles_create(&profiles, ids));
  ck_ok(recs_profiles_define(&tags, profiles, "genre", RECS_FIELD_TAGS, 0));
  ck_ok(recs_profiles_define(&number, profiles, "year", RECS_FIELD_NUMBER, 0));
  ck_ok(recs_profiles_define(&text, profiles, "title", RECS_FIELD_TEXT, 0));
  ck_ok(recs_profiles_define(&vector, profiles, "image", RECS_FIELD_EMBEDDING, DIMENSION));
}

static void teardown(void) {
  recs_ids_free(ids);
  recs_profiles_free(profiles);
  recs_context_free(context);
}

static void set_tag(uint32_t row, const char *tag, float weight) {
  ck_ok(recs_profiles_set_tag(profiles, row, tags, tag, strlen(tag), weight));
}

/* The tags of a row are these, by rows of the tag dictionary. */
static void check_tags(const recs_profiles *in, uint32_t row, size_t count, const uint32_t *expected,
                       const float *expected_weights) {
  const uint32_t *found;
  const float *weights;
  size_t found_count;
  ck_ok(recs_profiles_tags(&found, &weights, &found_count, in, row, tags));
  ck_assert_uint_eq(found_count, count);
  ck_assert((count == 0) == (found == NULL));
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(found[i], expected[i]);
    ck_assert_float_eq(weights[i], expected_weights[i]);
  }
}

static void check_text(const recs_profiles *in, uint32_t row, const char *expected) {
  const char *found;
  size_t length;
  ck_ok(recs_profiles_text(&found, &length, in, row, text));
  ck_assert_str_eq(found, expected);
  ck_assert_uint_eq(length, strlen(expected));
}

static void check_number(const recs_profiles *in, uint32_t row, double expected) {
  double found;
  ck_ok(recs_profiles_number(&found, in, row, number));
  ck_assert(isnan(expected) ? isnan(found) : found == expected);
}

static void check_vector(const recs_profiles *in, uint32_t row, const float *expected) {
  const float *found;
  ck_ok(recs_profiles_embedding(&found, in, row, vector));
  ck_assert((found == NULL) == (expected == NULL));
  if (expected != NULL)
    ck_assert_mem_eq(found, expected, DIMENSION * sizeof *expected);
}

START_TEST(fields_are_described) {
  const char *name;
  int32_t type;
  uint32_t dimension, again;
  ck_assert_ptr_eq(recs_profiles_ids(profiles), ids);
  ck_assert_uint_eq(recs_profiles_field_count(profiles), 4);
  ck_ok(recs_profiles_field(&name, &type, &dimension, profiles, vector));
  ck_assert_str_eq(name, "image");
  ck_assert_int_eq(type, RECS_FIELD_EMBEDDING);
  ck_assert_uint_eq(dimension, DIMENSION);
  ck_ok(recs_profiles_field(NULL, NULL, NULL, profiles, 0));
  ck_ok(recs_profiles_define(&again, profiles, "title", RECS_FIELD_TEXT, 0));
  ck_assert_uint_eq(again, text);
  ck_assert_uint_eq(recs_profiles_field_count(profiles), 4);
  ck_assert_uint_eq(recs_ids_count(recs_profiles_tag_ids(profiles, tags)), 0);
  ck_assert_ptr_null(recs_profiles_tag_ids(profiles, text));
  ck_assert_ptr_null(recs_profiles_tag_ids(profiles, 4));
  ck_fails(recs_profiles_field(&name, &type, &dimension, profiles, 4), RECS_ERROR_INVALID, "field 4 of 4");
  ck_assert_ptr_null(name);
  ck_assert_int_eq(type, 0);
  ck_assert_uint_eq(dimension, 0);
}
END_TEST

static void refused(const char *name, int32_t type, uint32_t dimension, const char *message) {
  uint32_t field = 9;
  ck_fails(recs_profiles_define(&field, profiles, name, type, dimension), RECS_ERROR_INVALID, message);
  ck_assert_uint_eq(field, RECS_NO_ROW);
  ck_assert_uint_eq(recs_profiles_field_count(profiles), 4);
}

START_TEST(improper_fields) {
  char name[65] = "";
  uint32_t field;
  refused("", RECS_FIELD_TEXT, 0, "field name \"\" has 0 bytes, outside 1 to 63");
  memset(name, 'n', 64);
  refused(name, RECS_FIELD_TEXT, 0, "has 64 bytes");
  refused("x", 0, 0, "type of field \"x\" is 0, outside 1 to 4");
  refused("x", 5, 0, "type of field \"x\" is 5");
  refused("x", -1, 0, "type of field \"x\" is -1");
  refused("x", RECS_FIELD_TAGS, 1, "dimension of field \"x\" is 1, not 0");
  refused("x", RECS_FIELD_EMBEDDING, 0, "dimension of field \"x\" is 0, outside 1 to 65536");
  refused("x", RECS_FIELD_EMBEDDING, 65537, "is 65537, outside 1 to 65536");
  refused("genre", RECS_FIELD_TEXT, 0, "field \"genre\" is there already");
  refused("image", RECS_FIELD_EMBEDDING, DIMENSION + 1, "field \"image\" is there already");
  name[63] = 0;
  ck_ok(recs_profiles_define(&field, profiles, name, RECS_FIELD_TEXT, 0));
  ck_ok(recs_profiles_define(&field, profiles, "wide", RECS_FIELD_EMBEDDING, 65536));
}
END_TEST

START_TEST(at_most_4096_fields) {
  char name[16];
  uint32_t field;
  for (uint32_t i = 4; i < 4096; i++) {
    snprintf(name, sizeof name, "f%u", i);
    ck_ok(recs_profiles_define(&field, profiles, name, RECS_FIELD_NUMBER, 0));
    ck_assert_uint_eq(field, i);
  }
  ck_fails(recs_profiles_define(&field, profiles, "more", RECS_FIELD_NUMBER, 0), RECS_ERROR_OVERFLOW, "more than 4096");
  ck_ok(recs_profiles_define(&field, profiles, "f77", RECS_FIELD_NUMBER, 0));
  ck_assert_uint_eq(field, 77);
}
END_TEST

START_TEST(tags_of_a_row) {
  const recs_ids *dictionary = recs_profiles_tag_ids(profiles, tags);
  set_tag(3, "red", 1);
  set_tag(7, "blue", 2);
  set_tag(3, "green", 0.5f);
  set_tag(3, "blue", -1);
  check_tags(profiles, 3, 3, (uint32_t[]){0, 1, 2}, (float[]){1, -1, 0.5f});
  check_tags(profiles, 7, 1, (uint32_t[]){1}, (float[]){2});
  check_tags(profiles, 0, 0, NULL, NULL);
  check_tags(profiles, ROWS - 1, 0, NULL, NULL);
  set_tag(3, "blue", 0);
  check_tags(profiles, 3, 3, (uint32_t[]){0, 1, 2}, (float[]){1, 0, 0.5f});
  ck_ok(recs_profiles_unset_tag(profiles, 3, tags, "red", 3));
  check_tags(profiles, 3, 2, (uint32_t[]){1, 2}, (float[]){0, 0.5f});
  ck_fails(recs_profiles_unset_tag(profiles, 3, tags, "red", 3), RECS_ERROR_NOT_FOUND,
           "row 3 does not have the tag \"red\"");
  ck_fails(recs_profiles_unset_tag(profiles, 9, tags, "red", 3), RECS_ERROR_NOT_FOUND, "row 9");
  ck_fails(recs_profiles_unset_tag(profiles, 3, tags, "?", 1), RECS_ERROR_NOT_FOUND, "\"?\"");
  ck_assert_uint_eq(recs_ids_count(dictionary), 3);
  ck_assert_uint_eq(recs_ids_live(dictionary), 3);
}
END_TEST

START_TEST(one_value_a_row) {
  static const float one[DIMENSION] = {1, 2, 3, 4, 5}, other[DIMENSION] = {-1, 0, 0, 0, 1e30f};
  check_number(profiles, 0, NAN);
  check_text(profiles, 0, "");
  check_vector(profiles, 0, NULL);
  ck_ok(recs_profiles_set_number(profiles, 5, number, 1999));
  ck_ok(recs_profiles_set_text(profiles, 5, text, "Le Fabuleux Destin", 18));
  ck_ok(recs_profiles_set_embedding(profiles, 5, vector, one, DIMENSION));
  check_number(profiles, 5, 1999);
  check_number(profiles, 4, NAN);
  check_text(profiles, 5, "Le Fabuleux Destin");
  check_text(profiles, 4, "");
  check_vector(profiles, 5, one);
  check_vector(profiles, 6, NULL);
  ck_ok(recs_profiles_set_number(profiles, 5, number, -0.5));
  ck_ok(recs_profiles_set_text(profiles, 5, text, "d'Am\xc3\xa9lie Poulain, longer than before", 37));
  ck_ok(recs_profiles_set_embedding(profiles, 5, vector, other, DIMENSION));
  check_number(profiles, 5, -0.5);
  check_text(profiles, 5, "d'Am\xc3\xa9lie Poulain, longer than before");
  check_vector(profiles, 5, other);
  ck_ok(recs_profiles_set_number(profiles, 5, number, NAN));
  ck_ok(recs_profiles_set_text(profiles, 5, text, NULL, 0));
  check_number(profiles, 5, NAN);
  check_text(profiles, 5, "");
}
END_TEST

START_TEST(removal_forgets_a_row) {
  static const float one[DIMENSION] = {1};
  set_tag(2, "red", 1);
  set_tag(1, "red", 3);
  ck_ok(recs_profiles_set_number(profiles, 2, number, 1));
  ck_ok(recs_profiles_set_text(profiles, 2, text, "a", 1));
  ck_ok(recs_profiles_set_embedding(profiles, 2, vector, one, DIMENSION));
  ck_ok(recs_ids_remove(ids, 2));
  ck_ok(recs_profiles_remove(profiles, 2));
  check_tags(profiles, 2, 0, NULL, NULL);
  check_number(profiles, 2, NAN);
  check_text(profiles, 2, "");
  check_vector(profiles, 2, NULL);
  check_tags(profiles, 1, 1, (uint32_t[]){0}, (float[]){3});
  ck_ok(recs_profiles_remove(profiles, 2));
  ck_ok(recs_profiles_remove(profiles, ROWS - 1));
  ck_fails(recs_profiles_remove(profiles, ROWS), RECS_ERROR_INVALID, "row 40 of a dictionary of 40");
}
END_TEST

START_TEST(improper_values) {
  float bad[DIMENSION] = {0, 0, 0, NAN, 0};
  char *huge = calloc(1, (1 << 24) + 1);
  memset(huge, 'h', 1 << 24);
  ck_fails(recs_profiles_set_tag(profiles, 0, tags, "a", 1, NAN), RECS_ERROR_INVALID, "the weight of a tag is nan");
  ck_fails(recs_profiles_set_tag(profiles, 0, tags, "a", 1, INFINITY), RECS_ERROR_INVALID, "is inf");
  ck_fails(recs_profiles_set_tag(profiles, 0, tags, "", 0, 1), RECS_ERROR_INVALID, "empty");
  ck_fails(recs_profiles_set_tag(profiles, 0, tags, "a\0b", 3, 1), RECS_ERROR_INVALID, "NUL");
  ck_fails(recs_profiles_set_tag(profiles, 0, tags, huge, 65537, 1), RECS_ERROR_INVALID, "65537 bytes");
  ck_assert_uint_eq(recs_ids_count(recs_profiles_tag_ids(profiles, tags)), 0);
  ck_fails(recs_profiles_set_number(profiles, 0, number, INFINITY), RECS_ERROR_INVALID, "the number is inf");
  ck_fails(recs_profiles_set_number(profiles, 0, number, -INFINITY), RECS_ERROR_INVALID, "the number is -inf");
  ck_fails(recs_profiles_set_text(profiles, 0, text, "a\0b", 3), RECS_ERROR_INVALID, "NUL");
  ck_fails(recs_profiles_set_text(profiles, 0, text, huge, (1 << 24) + 1), RECS_ERROR_INVALID,
           "16777217 bytes, more than 16777216");
  ck_ok(recs_profiles_set_text(profiles, 0, text, huge, 1 << 24));
  ck_fails(recs_profiles_set_embedding(profiles, 0, vector, bad, DIMENSION), RECS_ERROR_INVALID,
           "value 3 of an embedding is nan");
  ck_fails(recs_profiles_set_embedding(profiles, 0, vector, bad, 3), RECS_ERROR_INVALID,
           "field image has 3 values, not 5");
  check_vector(profiles, 0, NULL);
  check_text(profiles, 0, huge);
  free(huge);
}
END_TEST

/* Every access checks row, field and type. */
START_TEST(wrong_places) {
  static const float values[DIMENSION];
  const uint32_t *found;
  size_t count;
  double value;
  const char *words;
  const float *vectors;
  ck_fails(recs_profiles_set_tag(profiles, ROWS, tags, "a", 1, 1), RECS_ERROR_INVALID, "row 40 of a dictionary of 40");
  ck_fails(recs_profiles_set_tag(profiles, RECS_NO_ROW, tags, "a", 1, 1), RECS_ERROR_INVALID, "row 4294967295");
  ck_fails(recs_profiles_set_tag(profiles, 0, 4, "a", 1, 1), RECS_ERROR_INVALID, "field 4 of 4");
  ck_fails(recs_profiles_set_tag(profiles, 0, number, "a", 1, 1), RECS_ERROR_INVALID,
           "field year holds a number, not tags");
  ck_fails(recs_profiles_unset_tag(profiles, 0, text, "a", 1), RECS_ERROR_INVALID,
           "field title holds a text, not tags");
  ck_fails(recs_profiles_set_number(profiles, 0, tags, 1), RECS_ERROR_INVALID, "field genre holds tags, not a number");
  ck_fails(recs_profiles_set_text(profiles, 0, vector, "a", 1), RECS_ERROR_INVALID,
           "field image holds an embedding, not a text");
  ck_fails(recs_profiles_set_embedding(profiles, 0, tags, values, 5), RECS_ERROR_INVALID, "not an embedding");
  ck_fails(recs_profiles_tags(&found, NULL, &count, profiles, 0, RECS_NO_ROW), RECS_ERROR_INVALID,
           "field 4294967295 of 4");
  ck_fails(recs_profiles_tags(&found, NULL, &count, profiles, ROWS, tags), RECS_ERROR_INVALID, "row 40");
  ck_fails(recs_profiles_number(&value, profiles, 0, text), RECS_ERROR_INVALID, "field title");
  ck_assert(isnan(value));
  ck_fails(recs_profiles_text(&words, NULL, profiles, 0, number), RECS_ERROR_INVALID, "field year");
  ck_assert_ptr_null(words);
  ck_fails(recs_profiles_embedding(&vectors, profiles, 0, number), RECS_ERROR_INVALID, "field year");
  ck_assert_ptr_null(vectors);
}
END_TEST

START_TEST(null_arguments) {
  recs_profiles *out = (recs_profiles *)&out;
  uint32_t field = 9;
  ck_fails(recs_profiles_create(NULL, ids), RECS_ERROR_INVALID, "out");
  ck_fails(recs_profiles_create(&out, NULL), RECS_ERROR_INVALID, "ids");
  ck_assert_ptr_null(out);
  ck_fails(recs_profiles_define(NULL, profiles, "a", 1, 0), RECS_ERROR_INVALID, "out_field");
  ck_fails(recs_profiles_define(&field, NULL, "a", 1, 0), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_define(&field, profiles, NULL, 1, 0), RECS_ERROR_INVALID, "name");
  ck_fails(recs_profiles_field(NULL, NULL, NULL, NULL, 0), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_set_tag(NULL, 0, tags, "a", 1, 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_set_tag(profiles, 0, tags, NULL, 1, 1), RECS_ERROR_INVALID, "tag");
  ck_fails(recs_profiles_unset_tag(NULL, 0, tags, "a", 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_unset_tag(profiles, 0, tags, NULL, 1), RECS_ERROR_INVALID, "tag");
  ck_fails(recs_profiles_set_number(NULL, 0, number, 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_set_text(NULL, 0, text, "a", 1), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_set_text(profiles, 0, text, NULL, 1), RECS_ERROR_INVALID, "text");
  ck_fails(recs_profiles_set_embedding(NULL, 0, vector, NULL, 0), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_set_embedding(profiles, 0, vector, NULL, DIMENSION), RECS_ERROR_INVALID, "values");
  ck_fails(recs_profiles_remove(NULL, 0), RECS_ERROR_INVALID, "profiles");
  ck_fails(recs_profiles_freeze(NULL, profiles), RECS_ERROR_INVALID, "out");
  ck_fails(recs_profiles_freeze(&out, NULL), RECS_ERROR_INVALID, "profiles");
  ck_assert_ptr_null(recs_profiles_ids(NULL));
  ck_assert_ptr_null(recs_profiles_tag_ids(NULL, 0));
  ck_assert_uint_eq(recs_profiles_field_count(NULL), 0);
  recs_profiles_free(NULL);
}
END_TEST

START_TEST(null_readers) {
  const uint32_t *found = &number;
  size_t count = 9;
  double value = 9;
  const char *words = "x";
  const float *vectors = (const float[]){1};
  ck_fails(recs_profiles_tags(NULL, NULL, &count, profiles, 0, tags), RECS_ERROR_INVALID, "tags");
  ck_fails(recs_profiles_tags(&found, NULL, NULL, profiles, 0, tags), RECS_ERROR_INVALID, "count");
  ck_fails(recs_profiles_tags(&found, NULL, &count, NULL, 0, tags), RECS_ERROR_INVALID, "profiles");
  ck_assert_ptr_null(found);
  ck_assert_uint_eq(count, 0);
  ck_fails(recs_profiles_number(NULL, profiles, 0, number), RECS_ERROR_INVALID, "out");
  ck_fails(recs_profiles_number(&value, NULL, 0, number), RECS_ERROR_INVALID, "profiles");
  ck_assert(isnan(value));
  ck_fails(recs_profiles_text(NULL, NULL, profiles, 0, text), RECS_ERROR_INVALID, "text");
  ck_fails(recs_profiles_text(&words, &count, NULL, 0, text), RECS_ERROR_INVALID, "profiles");
  ck_assert_ptr_null(words);
  ck_fails(recs_profiles_embedding(NULL, profiles, 0, vector), RECS_ERROR_INVALID, "values");
  ck_fails(recs_profiles_embedding(&vectors, NULL, 0, vector), RECS_ERROR_INVALID, "profiles");
  ck_assert_ptr_null(vectors);
  set_tag(0, "a", 1);
  ck_ok(recs_profiles_tags(&found, NULL, &count, profiles, 0, tags));
  ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(a_snapshot_stays) {
  static const float one[DIMENSION] = {1};
  recs_profiles *frozen, *again;
  uint32_t row, field;
  set_tag(0, "red", 1);
  ck_ok(recs_profiles_set_text(profiles, 0, text, "before", 6));
  ck_ok(recs_profiles_set_number(profiles, 0, number, 1));
  ck_ok(recs_profiles_freeze(&frozen, profiles));
  set_tag(0, "blue", 1);
  ck_ok(recs_profiles_set_text(profiles, 0, text, "later!", 6));
  ck_ok(recs_profiles_set_number(profiles, 0, number, 2));
  ck_ok(recs_profiles_set_embedding(profiles, 0, vector, one, DIMENSION));
  ck_ok(recs_profiles_define(&field, profiles, "late", RECS_FIELD_TEXT, 0));
  ck_ok(recs_ids_add(&row, ids, "late", 4));
  ck_ok(recs_profiles_set_text(profiles, row, text, "late", 4));
  check_tags(frozen, 0, 1, (uint32_t[]){0}, (float[]){1});
  check_text(frozen, 0, "before");
  check_number(frozen, 0, 1);
  check_vector(frozen, 0, NULL);
  ck_assert_uint_eq(recs_profiles_field_count(frozen), 4);
  ck_assert_uint_eq(recs_ids_count(recs_profiles_ids(frozen)), ROWS);
  ck_assert_uint_eq(recs_ids_count(recs_profiles_tag_ids(frozen, tags)), 1);
  check_text(profiles, row, "late");
  ck_ok(recs_profiles_freeze(&again, frozen));
  ck_assert_ptr_eq(again, frozen);
  recs_profiles_free(again);
  recs_profiles_free(profiles);
  profiles = NULL;
  check_text(frozen, 0, "before");
  recs_profiles_free(frozen);
}
END_TEST

START_TEST(a_snapshot_is_closed) {
  static const float one[DIMENSION] = {1};
  recs_profiles *frozen;
  uint32_t field;
  set_tag(0, "a", 1);
  ck_ok(recs_profiles_freeze(&frozen, profiles));
  ck_fails(recs_profiles_set_tag(frozen, 0, tags, "a", 1, 1), RECS_ERROR_STATE, "the profiles are frozen");
  ck_fails(recs_profiles_unset_tag(frozen, 0, tags, "a", 1), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_profiles_set_number(frozen, 0, number, 1), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_profiles_set_text(frozen, 0, text, "a", 1), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_profiles_set_embedding(frozen, 0, vector, one, DIMENSION), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_profiles_remove(frozen, 0), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_profiles_define(&field, frozen, "new", RECS_FIELD_TEXT, 0), RECS_ERROR_STATE, "frozen");
  ck_ok(recs_profiles_define(&field, frozen, "title", RECS_FIELD_TEXT, 0));
  ck_assert_uint_eq(field, text);
  recs_profiles_free(frozen);
}
END_TEST

/* A naive store beside ours. */
enum { TAGS = 30 };

typedef struct model {
  int has[ROWS][TAGS];
  float weights[ROWS][TAGS];
  double numbers[ROWS];
  char texts[ROWS][128];
  int has_vector[ROWS];
  float vectors[ROWS][DIMENSION];
} model;

static void model_forget(model *naive, uint32_t row) {
  memset(naive->has[row], 0, sizeof naive->has[row]);
  naive->numbers[row] = NAN;
  naive->texts[row][0] = 0;
  naive->has_vector[row] = 0;
}

static void check_model_tags(const recs_profiles *in, const model *naive, uint32_t row) {
  const uint32_t *found;
  const float *weights;
  size_t count, expected = 0;
  ck_ok(recs_profiles_tags(&found, &weights, &count, in, row, tags));
  for (size_t i = 0; i < count; i++) {
    const char *name;
    int tag;
    ck_assert(i == 0 || found[i - 1] < found[i]);
    ck_ok(recs_ids_name(&name, NULL, recs_profiles_tag_ids(in, tags), found[i]));
    tag = atoi(name + 1);
    ck_assert_int_eq(naive->has[row][tag], 1);
    ck_assert_float_eq(weights[i], naive->weights[row][tag]);
  }
  for (int tag = 0; tag < TAGS; tag++)
    expected += (size_t)naive->has[row][tag];
  ck_assert_uint_eq(count, expected);
}

static void check_model(const recs_profiles *in, const model *naive) {
  for (uint32_t row = 0; row < ROWS; row++) {
    check_model_tags(in, naive, row);
    check_number(in, row, naive->numbers[row]);
    check_text(in, row, naive->texts[row]);
    check_vector(in, row, naive->has_vector[row] ? naive->vectors[row] : NULL);
  }
}

static uint64_t next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static void change_tag(model *naive, uint32_t row, uint64_t *state) {
  int tag = (int)(next(state) % TAGS);
  char name[8];
  size_t length = (size_t)snprintf(name, sizeof name, "t%d", tag);
  if (next(state) % 3 != 0) {
    naive->has[row][tag] = 1;
    naive->weights[row][tag] = (float)(next(state) % 1000);
    ck_ok(recs_profiles_set_tag(profiles, row, tags, name, length, naive->weights[row][tag]));
  } else {
    int32_t status = recs_profiles_unset_tag(profiles, row, tags, name, length);
    ck_assert_int_eq(status, naive->has[row][tag] ? RECS_OK : RECS_ERROR_NOT_FOUND);
    naive->has[row][tag] = 0;
  }
}

static void change_value(model *naive, uint32_t row, uint64_t *state) {
  size_t length = next(state) % 128;
  switch (next(state) % 3) {
  case 0:
    naive->numbers[row] = next(state) % 4 == 0 ? NAN : (double)next(state);
    ck_ok(recs_profiles_set_number(profiles, row, number, naive->numbers[row]));
    break;
  case 1:
    memset(naive->texts[row], 'a' + (int)(next(state) % 26), length);
    naive->texts[row][length] = 0;
    ck_ok(recs_profiles_set_text(profiles, row, text, naive->texts[row], length));
    break;
  default:
    naive->has_vector[row] = 1;
    for (int i = 0; i < DIMENSION; i++)
      naive->vectors[row][i] = (float)next(state);
    ck_ok(recs_profiles_set_embedding(profiles, row, vector, naive->vectors[row], DIMENSION));
  }
}

START_TEST(random_changes) {
  model *naive = calloc(2, sizeof *naive), *then = naive + 1;
  recs_profiles *frozen = NULL;
  uint64_t state = (uint64_t)_i + 3;
  for (uint32_t row = 0; row < ROWS; row++)
    model_forget(naive, row);
  for (int step = 0; step < 5000; step++) {
    uint32_t row = (uint32_t)(next(&state) % ROWS);
    switch (next(&state) % 64) {
    case 0:
      if (frozen != NULL)
        check_model(frozen, then);
      recs_profiles_free(frozen);
      ck_ok(recs_profiles_freeze(&frozen, profiles));
      *then = *naive;
      break;
    case 1:
      model_forget(naive, row);
      ck_ok(recs_profiles_remove(profiles, row));
      break;
    default:
      if (step % 2 == 0)
        change_tag(naive, row, &state);
      else
        change_value(naive, row, &state);
    }
  }
  check_model(profiles, naive);
  recs_profiles_free(frozen);
  free(naive);
}
END_TEST

/* One text that grows byte by byte takes room for a few copies of it, not for one a byte. */
static size_t largest;

static void *counted(void *payload, size_t size) {
  (void)payload;
  largest = size > largest ? size : largest;
  return malloc(size);
}

static void *recounted(void *payload, void *block, size_t size) {
  (void)payload;
  largest = size > largest ? size : largest;
  return realloc(block, size);
}

static void uncounted(void *payload, void *block) {
  (void)payload;
  free(block);
}

START_TEST(growing_texts_waste_little) {
  enum { LENGTH = 4000 };
  recs_context_options options;
  recs_context *with;
  recs_ids *one;
  recs_profiles *store;
  uint32_t row, field;
  char letters[LENGTH];
  memset(letters, 'x', sizeof letters);
  ck_ok(recs_context_options_init(&options, sizeof options));
  options.allocate = counted;
  options.reallocate = recounted;
  options.deallocate = uncounted;
  options.threads = 1;
  ck_ok(recs_context_create(&with, &options));
  ck_ok(recs_ids_create(&one, with));
  ck_ok(recs_ids_add(&row, one, "a", 1));
  ck_ok(recs_profiles_create(&store, one));
  ck_ok(recs_profiles_define(&field, store, "text", RECS_FIELD_TEXT, 0));
  for (size_t length = 1; length <= LENGTH; length++)
    ck_ok(recs_profiles_set_text(store, row, field, letters, length));
  ck_assert_uint_le(largest, 8 * LENGTH);
  recs_profiles_free(store);
  recs_ids_free(one);
  recs_context_free(with);
}
END_TEST

/* Fills a store; a call that fails leaves the row and the tag dictionary as they were. */
static int32_t fill(recs_profiles *store, recs_ids *over) {
  static const float one[DIMENSION] = {1};
  uint32_t row, field;
  int32_t status = recs_ids_add(&row, over, "a", 1);
  if (status == RECS_OK)
    status = recs_profiles_define(&field, store, "tags", RECS_FIELD_TAGS, 0);
  for (int i = 0; i < 40 && status == RECS_OK; i++) {
    char tag[8];
    const uint32_t *found;
    size_t count;
    status = recs_profiles_set_tag(store, row, field, tag, (size_t)snprintf(tag, sizeof tag, "%d", i), 1);
    recs_profiles_tags(&found, NULL, &count, store, row, field);
    ck_assert_uint_eq(count, (size_t)i + (status == RECS_OK));
    ck_assert_uint_eq(recs_ids_count(recs_profiles_tag_ids(store, field)), count);
  }
  if (status == RECS_OK)
    status = recs_profiles_define(&field, store, "number", RECS_FIELD_NUMBER, 0);
  if (status == RECS_OK)
    status = recs_profiles_set_number(store, row, field, 1);
  if (status == RECS_OK)
    status = recs_profiles_define(&field, store, "text", RECS_FIELD_TEXT, 0);
  if (status == RECS_OK)
    status = recs_profiles_set_text(store, row, field, "some text", 9);
  if (status == RECS_OK)
    status = recs_profiles_define(&field, store, "vector", RECS_FIELD_EMBEDDING, DIMENSION);
  if (status == RECS_OK)
    status = recs_profiles_set_embedding(store, row, field, one, DIMENSION);
  return status;
}

static int32_t fill_and_freeze(recs_context *with, void *payload) {
  recs_ids *over = NULL;
  recs_profiles *store = NULL, *frozen = NULL;
  int32_t status = recs_ids_create(&over, with);
  (void)payload;
  if (status == RECS_OK)
    status = recs_profiles_create(&store, over);
  if (status == RECS_OK)
    status = fill(store, over);
  if (status == RECS_OK)
    status = recs_profiles_freeze(&frozen, store);
  recs_profiles_free(frozen);
  recs_profiles_free(store);
  recs_ids_free(over);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(fill_and_freeze, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("profiles");
  TCase *tests = tcase_create("profiles");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, fields_are_described);
  tcase_add_test(tests, improper_fields);
  tcase_add_test(tests, at_most_4096_fields);
  tcase_add_test(tests, tags_of_a_row);
  tcase_add_test(tests, one_value_a_row);
  tcase_add_test(tests, removal_forgets_a_row);
  tcase_add_test(tests, improper_values);
  tcase_add_test(tests, wrong_places);
  tcase_add_test(tests, null_arguments);
  tcase_add_test(tests, null_readers);
  tcase_add_test(tests, a_snapshot_stays);
  tcase_add_test(tests, a_snapshot_is_closed);
  tcase_add_loop_test(tests, random_changes, 0, 4);
  tcase_add_test(tests, growing_texts_waste_little);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
