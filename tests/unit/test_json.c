#include "support/support.h"

#include "lib/data/tables/json.h"

#include <stdio.h>

/* The first value of a text as "TEXT", "raw TEXT" or "fault WHY". Its buffer ends with the text, so that a sanitizer sees a read beyond. */
static const char *value_of(const char *text) {
  static char out[600];
  size_t length = strlen(text);
  char *copy = malloc(length + 1);
  recs__json json = {copy + 1, copy + 1 + length, NULL};
  recs__cell cell;
  memcpy(copy + 1, text, length);
  if (recs__json_next(&json, &cell)) {
    recs__json_space(&json);
    snprintf(out, sizeof out, "%s%.*s%s", cell.raw ? "raw " : "", (int)cell.length, cell.text,
             json.at < json.end ? " and more" : "");
  } else {
    snprintf(out, sizeof out, "fault %s", json.fault);
  }
  free(copy);
  return out;
}

START_TEST(scalars) {
  static const char *const same[] = {"0", "-0", "12", "-12.5", "1e5", "1E+5", "1.25e-5", "true", "false", "17850.0"};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
    ck_assert_str_eq(value_of(same[i]), same[i]);
  ck_assert_str_eq(value_of("null"), "");
  ck_assert_str_eq(value_of(" \t 7 \r\n"), "7");
  ck_assert_str_eq(value_of("7,"), "7 and more");
  ck_assert_str_eq(value_of("01"), "0 and more");
}
END_TEST

START_TEST(strings) {
  ck_assert_str_eq(value_of("\"\""), "");
  ck_assert_str_eq(value_of("\"teapot\""), "teapot");
  ck_assert_str_eq(value_of("\"\xc3\xa9\""), "\xc3\xa9");
  ck_assert_str_eq(value_of("\"a\\\"b\\\\c\\/d\""), "a\"b\\c/d");
  ck_assert_str_eq(value_of("\"\\b\\f\\n\\r\\t\""), "\b\f\n\r\t");
  ck_assert_str_eq(value_of("\"x\\u0041\\u00e9\\u20ac\\ud83d\\uDE00y\""), "xA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80y");
  ck_assert_str_eq(value_of("\"\\uffff\\u07ff\\u0800\""), "\xef\xbf\xbf\xdf\xbf\xe0\xa0\x80");
  ck_assert_str_eq(value_of("\"[1]\""), "[1]");
}
END_TEST

START_TEST(nested) {
  static const char *const same[] = {"[]", "{}", "[ ]", "[1, \"a\\n\", null, [true]]", "{\"a\": {\"b\": []}, \"c\": 1e9}"};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    ck_assert_int_eq(strncmp(value_of(same[i]), "raw ", 4), 0);
    ck_assert_str_eq(value_of(same[i]) + 4, same[i]);
  }
}
END_TEST

START_TEST(faults) {
  static const struct {
    const char *text;
    const char *fault;
  } cases[] = {{"", "a value is missing"},
               {"  ", "a value is missing"},
               {"nul", "not a value"},
               {"NaN", "not a value"},
               {"'a'", "not a value"},
               {"+1", "not a value"},
               {".5", "not a value"},
               {"-", "a bad number"},
               {"-x", "a bad number"},
               {"1.", "a bad number"},
               {"1e", "a bad number"},
               {"1e+", "a bad number"},
               {"\"", "a string is not closed"},
               {"\"abc", "a string is not closed"},
               {"\"a\nb\"", "a control character in a string"},
               {"\"\\", "a bad escape in a string"},
               {"\"\\x\"", "a bad escape in a string"},
               {"\"\\u12\"", "a bad escape in a string"},
               {"\"\\u12g4\"", "a bad escape in a string"},
               {"\"\\ud83d\"", "a bad escape in a string"},
               {"\"\\ud83dxx\"", "a bad escape in a string"},
               {"\"\\ud83d\\u0041\"", "a bad escape in a string"},
               {"\"\\ude00\"", "a bad escape in a string"},
               {"[1 2]", "a comma or a closing bracket is missing"},
               {"[1,]", "not a value"},
               {"[,]", "not a value"},
               {"[1}", "a comma or a closing bracket is missing"},
               {"[1,", "a value is missing"},
               {"[", "a value is missing"},
               {"{", "a key is missing"},
               {"{1: 2}", "a key is missing"},
               {"{\"a\" 2}", "a colon is missing"},
               {"{\"a\": 2,}", "a key is missing"},
               {"{\"a\": ", "a value is missing"},
               {"{\"a", "a string is not closed"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *found = value_of(cases[i].text);
    ck_assert_msg(strncmp(found, "fault ", 6) == 0 && strcmp(found + 6, cases[i].fault) == 0, "%s: %s", cases[i].text, found);
  }
}
END_TEST

START_TEST(depth) {
  char text[300];
  memset(text, '[', 128);
  memset(text + 128, ']', 128);
  text[256] = 0;
  ck_assert_int_eq(strncmp(value_of(text), "raw ", 4), 0);
  memset(text, '[', 129);
  memset(text + 129, ']', 129);
  text[258] = 0;
  ck_assert_str_eq(value_of(text), "fault nested too deep");
}
END_TEST

START_TEST(keys_and_elements) {
  char text[] = "{\"a\\u0041\" : [\"x\\ty\", 2 , null]}";
  recs__json json = {text, text + sizeof text - 1, NULL};
  recs__json elements;
  recs__cell key, value;
  ck_assert(recs__json_take(&json, '{'));
  ck_assert(recs__json_key(&json, &key));
  ck_assert_int_eq(key.length, 2);
  ck_assert_int_eq(memcmp(key.text, "aA", 2), 0);
  ck_assert(recs__json_next(&json, &value));
  ck_assert(recs__json_take(&json, '}'));
  elements = recs__json_elements(&value);
  ck_assert(recs__json_next(&elements, &value));
  ck_assert_int_eq(value.length, 3);
  ck_assert_int_eq(memcmp(value.text, "x\ty", 3), 0);
  ck_assert(recs__json_take(&elements, ','));
  ck_assert(recs__json_next(&elements, &value));
  ck_assert_int_eq(value.length, 1);
  ck_assert(recs__json_take(&elements, ','));
  ck_assert(recs__json_next(&elements, &value));
  ck_assert_int_eq(value.length, 0);
  ck_assert(!recs__json_take(&elements, ','));
  ck_assert(!recs__json_next(&elements, &value));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json");
  TCase *tests = tcase_create("json");
  tcase_add_test(tests, scalars);
  tcase_add_test(tests, strings);
  tcase_add_test(tests, nested);
  tcase_add_test(tests, faults);
  tcase_add_test(tests, depth);
  tcase_add_test(tests, keys_and_elements);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
