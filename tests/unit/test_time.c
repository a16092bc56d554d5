#include "support/support.h"

#include "lib/data/tables/time.h"

#include <stdio.h>
#include <time.h>

static const int64_t none = 0x5ca1ab1e;

static int64_t parse(int (*parser)(const char *, size_t, int64_t *), const char *text) {
  /* A copy of the text alone, so that a sanitizer sees a read beyond it. */
  size_t length = strlen(text);
  char *copy = malloc(length == 0 ? 1 : length);
  int64_t out = none;
  memcpy(copy, text, length);
  if (!parser(copy, length, &out))
    out = none;
  free(copy);
  return out;
}

START_TEST(epochs) {
  static const struct {
    const char *text;
    int64_t expected;
  } cases[] = {{"0", 0},
               {"-1", -1000},
               {"1291191960", 1291191960000},
               {"+1291191960", 1291191960000},
               {"1291191960.5", 1291191960500},
               {"1291191960.0004", 1291191960000},
               {"1291191960.0006", 1291191960001},
               {"1291191960.123", 1291191960123},
               {"-1.5", -1500},
               {"1.29119196e9", 1291191960000},
               {"100000000000", 100000000000000},
               {"100000000001", 100000000001},
               {"-100000000001", -100000000001 + 0},
               {"1291191960000", 1291191960000},
               {"1291191960123.0", 1291191960123},
               {"1291191960123.6", 1291191960124},
               {"253402300799999", 253402300799999},
               {"-62167219200000", -62167219200000}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    ck_assert_msg(parse(recs__parse_time, cases[i].text) == cases[i].expected, "%s", cases[i].text);
}
END_TEST

START_TEST(iso) {
  static const struct {
    const char *text;
    int64_t expected;
  } cases[] = {{"1970-01-01", 0},
               {"2010-12-01 08:26:00", 1291191960000},
               {"2010-12-01T08:26:00", 1291191960000},
               {"2010-12-01t08:26:00z", 1291191960000},
               {"2010-12-01 08:26", 1291191960000},
               {"2010-12-01 08:26Z", 1291191960000},
               {"2010-12-01T08:26:00.5Z", 1291191960500},
               {"2010-12-01T08:26:00,123", 1291191960123},
               {"2010-12-01T08:26:00.123456789", 1291191960123},
               {"2010-12-01T08:26:00.1235", 1291191960124},
               {"2010-12-01T08:26:59.9999", 1291192020000},
               {"2010-12-01T08:26:00+02", 1291184760000},
               {"2010-12-01T08:26:00+0230", 1291182960000},
               {"2010-12-01T08:26:00+02:30", 1291182960000},
               {"2010-12-01T08:26:00-02:30", 1291200960000},
               {"2010-12-01T08:26-23:59", 1291191960000 + 86340000},
               {"2000-02-29", 951782400000},
               {"2024-02-29", 1709164800000},
               {"1969-12-31 23:59:59.999", -1},
               {"0000-01-01", -62167219200000},
               {"9999-12-31T23:59:59.999Z", 253402300799999}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    ck_assert_msg(parse(recs__parse_time, cases[i].text) == cases[i].expected, "%s", cases[i].text);
}
END_TEST

START_TEST(no_times) {
  static const char *const cases[] = {"", " ", "x", "nan", "inf", "NaT", "1e400", "1e17", "253402300800000", "-62167219200001",
      "1291191960000000", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1 2", " 1", "1 ",
      "2010-12-1", "2010-13-01", "2010-00-01", "2010-12-00", "2010-12-32", "2010-11-31", "2023-02-29", "1900-02-29",
      "2100-02-29", "2010-12-01 ", "2010-12-01 8:26", "2010-12-01 08", "2010-12-01 08:", "2010-12-01 08:2", "2010-12-01 24:00",
      "2010-12-01 08:60", "2010-12-01 08:26:60", "2010-12-01 08:26:0", "2010-12-01 08:26:", "2010-12-01 08:26:00.",
      "2010-12-01 08:26:00.x", "2010-12-01 08:26:00 ", "2010-12-01 08:26:00Zx", "2010-12-01 08:26:00+", "2010-12-01 08:26:00+1",
      "2010-12-01 08:26:00+24", "2010-12-01 08:26:00+01:", "2010-12-01 08:26:00+01:6", "2010-12-01 08:26:00+01:60",
      "2010-12-01 08:26:00+01:30x", "2010-12-01_08:26:00", "2010/12/01", "12/1/2010 8:26", "10000-01-01", "2010-12-01Z"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    ck_assert_msg(parse(recs__parse_time, cases[i]) == none, "%s", cases[i]);
}
END_TEST

/* Every day of ten thousand years follows the one before, as the C library's calendar has it. */
START_TEST(every_day) {
  int64_t expected = parse(recs__parse_time, "0000-01-01");
  for (int year = 0; year <= 9999; year++) {
    for (int month = 1; month <= 12; month++) {
      for (int day = 1; day <= 31; day++) {
        struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
        char text[16];
        int64_t out;
        time_t seconds = timegm(&date); /* rolls a day that is none over into the next month */
        snprintf(text, sizeof text, "%04d-%02d-%02d", year % 10000, month, day);
        if (!recs__parse_time(text, 10, &out))
          out = none;
        if (out != (date.tm_mday == day ? expected : none) || (out != none && out != (int64_t)seconds * 1000))
          ck_abort_msg("%s", text);
        expected += out == none ? 0 : 86400000;
      }
    }
  }
  ck_assert_int_eq(expected, 253402300800000);
}
END_TEST

START_TEST(orders) {
  ck_assert_int_eq(parse(recs__parse_order, "17"), 17);
  ck_assert_int_eq(parse(recs__parse_order, "-17"), -17);
  ck_assert_int_eq(parse(recs__parse_order, "3.0"), 3);
  ck_assert_int_eq(parse(recs__parse_order, "1e3"), 1000);
  ck_assert_int_eq(parse(recs__parse_order, "9223372036854775807"), INT64_MAX);
  ck_assert_int_eq(parse(recs__parse_order, "-9223372036854775807"), -INT64_MAX);
  ck_assert_int_eq(parse(recs__parse_order, "100000000001"), 100000000001);
  ck_assert_int_eq(parse(recs__parse_order, "-9223372036854775808"), none); /* stands for no time */
  ck_assert_int_eq(parse(recs__parse_order, "9223372036854775808"), none);
  ck_assert_int_eq(parse(recs__parse_order, "3.5"), none);
  ck_assert_int_eq(parse(recs__parse_order, "2010-12-01"), none);
  ck_assert_int_eq(parse(recs__parse_order, ""), none);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("time");
  TCase *tests = tcase_create("time");
  tcase_add_test(tests, epochs);
  tcase_add_test(tests, iso);
  tcase_add_test(tests, no_times);
  tcase_add_test(tests, every_day);
  tcase_add_test(tests, orders);
  tcase_set_timeout(tests, 0);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
