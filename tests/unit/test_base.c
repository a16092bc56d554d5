/* The base room from inside: numbers, quoting, growth, random streams, threads, option tables, streams' names. */
#include "support/support.h"

#include "lib/base/context.h"
#include "lib/base/number.h"
#include "lib/base/options.h"
#include "lib/base/parallel.h"
#include "lib/base/random.h"
#include "lib/base/report.h"
#include "lib/base/stream.h"

#include <locale.h>
#include <stdio.h>

START_TEST(quote_escapes_and_cuts) {
  char out[24];
  ck_assert_str_eq(recs__quote(out, sizeof out, "plain", 5), "\"plain\"");
  ck_assert_str_eq(recs__quote(out, sizeof out, "a\n\"\x01", 4), "\"a\\n\\\"\\x01\"");
  ck_assert_str_eq(recs__quote(out, sizeof out, "0123456789012345678901234567", 28), "\"012345678901234567...\"");
}
END_TEST

START_TEST(quote_never_overruns) {
  /* Every size and every kind of byte: the result fits, ends in a quote and has no half UTF-8 character. */
  const char *const texts[] = {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xe2\x82\xac",
                               "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c", "abcdefghijklmnopqrstuvwxyz\"\"\"\"\"\""};
  for (size_t t = 0; t < 3; t++) {
    for (size_t size = 16; size < 48; size++) {
      char out[64];
      size_t length;
      memset(out, 0x55, sizeof out);
      recs__quote(out, size, texts[t], strlen(texts[t]));
      length = strlen(out);
      ck_assert_uint_lt(length, size);
      ck_assert_int_eq(out[length - 1], '"');
      for (size_t i = size; i < sizeof out; i++)
        ck_assert_int_eq(out[i], 0x55);
      if (t == 0 && length > 4) {
        const unsigned char *cut = (const unsigned char *)out + length - 5;
        if (memcmp(out + length - 4, "...\"", 4) == 0 && *cut >= 0xc0)
          ck_abort_msg("size %zu ends in the head of a character", size);
      }
    }
  }
}
END_TEST

static void check_double(const char *text) {
  double ours, theirs = strtod(text, NULL);
  ck_assert_msg(recs__parse_double(text, strlen(text), &ours), "%s is refused", text);
  ck_assert_msg(memcmp(&ours, &theirs, sizeof ours) == 0, "%s gave %.17g, not %.17g", text, ours, theirs);
}

START_TEST(doubles_are_correctly_rounded) {
  recs__random random = recs__random_stream(1, 0);
  static const char *const special[] = {"0",    "-0",      "1",        "+1.5",   ".5",          "5.",       "1e22",   "1e23", "123456789012345678",
                                        "2.55", "0.1e-10", "1e-400",   "4.9e-324", "1.7976931348623157e308", "0.000000000000000000000000000001234567890123456789",
                                        "9007199254740993", "00012.500", "17850.0"};
  char text[80];
  for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
    check_double(special[i]);
  for (int i = 0; i < 200000; i++) {
    uint64_t digits = recs__random_next(&random) >> (recs__random_next(&random) % 60);
    int scale = (int)recs__random_below(&random, 25);
    snprintf(text, sizeof text, "%s%.*f", i % 3 == 0 ? "-" : "", scale, (double)digits / pow(10.0, (double)recs__random_below(&random, 25)));
    check_double(text);
    snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)digits, (unsigned long long)recs__random_next(&random),
             (int)recs__random_below(&random, 60) - 30);
    check_double(text);
  }
}
END_TEST

START_TEST(no_numbers_are_refused) {
  static const char *const wrong[] = {"", "-", "+", ".", "e5", "1e", "1e+", "nan", "inf", "1.2.3", " 1", "1 ", "0x10", "1,5", "1e999", "--1", "1_000"};
  double real;
  int64_t integer;
  uint64_t natural;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    ck_assert_msg(!recs__parse_double(wrong[i], strlen(wrong[i]), &real), "%s is taken", wrong[i]);
    ck_assert_msg(!recs__parse_i64(wrong[i], strlen(wrong[i]), &integer), "%s is taken", wrong[i]);
    ck_assert_msg(!recs__parse_u64(wrong[i], strlen(wrong[i]), &natural), "%s is taken", wrong[i]);
  }
  ck_assert(recs__parse_i64("-9223372036854775808", 20, &integer) && integer == INT64_MIN);
  ck_assert(recs__parse_i64("9223372036854775807", 19, &integer) && integer == INT64_MAX);
  ck_assert(!recs__parse_i64("9223372036854775808", 19, &integer));
  ck_assert(recs__parse_u64("18446744073709551615", 20, &natural) && natural == UINT64_MAX);
  ck_assert(!recs__parse_u64("18446744073709551616", 20, &natural));
  ck_assert(!recs__parse_u64("-1", 2, &natural));
}
END_TEST

START_TEST(numbers_ignore_the_locale) {
  double value = 0;
  char *old = setlocale(LC_NUMERIC, NULL);
  if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL)
    setlocale(LC_NUMERIC, "C");
  ck_assert(recs__parse_double("2.5000000000000000000000001", 27, &value));
  ck_assert_double_eq(value, 2.5);
  setlocale(LC_NUMERIC, old);
}
END_TEST

START_TEST(growth_keeps_elements) {
  recs_test_heap heap = {0};
  recs_context *context = recs_test_context(&heap);
  uint32_t *values = NULL;
  size_t capacity = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    ck_assert_int_eq(recs__grow(context, &values, &capacity, i + 1, sizeof *values), RECS_OK);
    values[i] = i;
  }
  for (uint32_t i = 0; i < 1000; i++)
    ck_assert_uint_eq(values[i], i);
  ck_assert_int_eq(recs__grow(context, &values, &capacity, SIZE_MAX / 2, sizeof *values), RECS_ERROR_NOMEM);
  ck_assert_uint_eq(values[999], 999);
  ck_assert_ptr_null(recs__alloc(context, SIZE_MAX / 4, 8));
  recs__free(context, values);
  recs_context_free(context);
  ck_assert_int_eq(heap.live, 0);
}
END_TEST

START_TEST(random_streams_split) {
  recs__random a = recs__random_stream(1, 2), b = recs__random_stream(2, 1), c = recs__random_stream(1, 2);
  uint64_t counts[7] = {0};
  double sum = 0;
  int same = 0;
  for (int i = 0; i < 70000; i++) {
    uint64_t x = recs__random_next(&a);
    ck_assert_uint_eq(x, recs__random_next(&c));
    same += x == recs__random_next(&b);
    counts[recs__random_below(&a, 7)] += 1;
    recs__random_next(&c);
    sum += recs__random_unit(&b);
  }
  ck_assert_int_eq(same, 0);
  for (int i = 0; i < 7; i++)
    ck_assert(counts[i] > 9500 && counts[i] < 10500); /* five standard deviations */
  ck_assert_double_eq_tol(sum / 70000, 0.5, 0.006);
}
END_TEST

START_TEST(random_below_is_in_range) {
  recs__random random = recs__random_stream(3, 0);
  ck_assert_uint_eq(recs__random_below(&random, 1), 0);
  for (int i = 0; i < 1000; i++)
    ck_assert_uint_lt(recs__random_below(&random, (UINT64_C(1) << 63) + 1), (UINT64_C(1) << 63) + 1);
}
END_TEST

typedef struct squares {
  uint64_t *out;
  size_t fail_at;
} squares;

static int32_t square_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  squares *work = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    if (i == work->fail_at)
      return recs__fail(RECS_ERROR_NUMERIC, "element %zu", i);
    work->out[i] += (uint64_t)i * i;
  }
  return RECS_OK;
}

START_TEST(parallel_covers_each_element_once) {
  static const uint32_t thread_counts[] = {1, 2, 8};
  for (int t = 0; t < 3; t++) {
    recs_context *context = recs_test_threads(thread_counts[t], 0);
    for (size_t count = 0; count < 3000; count = count * 3 + 1) {
      for (size_t grain = 0; grain < 100; grain = grain * 4 + 1) {
        uint64_t out[3000] = {0};
        squares work = {out, SIZE_MAX};
        ck_assert_int_eq(recs__parallel(context, count, grain, square_range, &work, NULL), RECS_OK);
        for (size_t i = 0; i < 3000; i++)
          ck_assert_uint_eq(out[i], i < count ? (uint64_t)i * i : 0);
      }
    }
    recs_context_free(context);
  }
}
END_TEST

START_TEST(parallel_failure_reaches_the_caller) {
  recs_context *context = recs_test_threads(8, 0);
  for (size_t bad = 0; bad < 500; bad += 7) {
    uint64_t out[500] = {0};
    char expected[32];
    squares work = {out, bad};
    snprintf(expected, sizeof expected, "element %zu", bad);
    ck_fails(recs__parallel(context, 500, 3, square_range, &work, NULL), RECS_ERROR_NUMERIC, expected);
  }
  recs_context_free(context);
}
END_TEST

typedef struct watcher {
  double last;
  int calls;
  int cancel_after;
} watcher;

static int32_t watch(void *payload, double fraction) {
  watcher *seen = payload;
  ck_assert_double_ge(fraction, seen->last);
  ck_assert_double_le(fraction, 1.0);
  seen->last = fraction;
  seen->calls += 1;
  return seen->calls == seen->cancel_after;
}

START_TEST(progress_grows_and_cancels) {
  recs_context *context = recs_test_threads(1, 0);
  uint64_t out[100] = {0};
  squares work = {out, SIZE_MAX};
  watcher seen = {0, 0, 0};
  recs__progress progress = recs__progress_of(watch, &seen);
  recs__progress half = recs__progress_part(&progress, 0.0, 0.5);
  recs__progress rest = recs__progress_part(&progress, 0.5, 1.0);
  ck_assert_int_eq(recs__parallel(context, 100, 10, square_range, &work, &half), RECS_OK);
  ck_assert_double_eq(seen.last, 0.5);
  ck_assert_int_eq(recs__parallel(context, 100, 10, square_range, &work, &rest), RECS_OK);
  ck_assert_double_eq(seen.last, 1.0);
  ck_assert_int_eq(seen.calls, 22); /* each begins with one */
  seen = (watcher){0, 0, 3};
  ck_fails(recs__parallel(context, 100, 10, square_range, &work, &progress), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_int_eq(seen.calls, 3);
  recs_context_free(context);
}
END_TEST

typedef struct sample_options {
  size_t struct_size;
  double ratio;
  const char *label;
  uint64_t seed;
  int64_t offset;
  uint32_t count;
  int32_t level;
  int32_t flag;
  int32_t kind;
  int32_t reserved;
  int32_t added; /* as if a later release had added it */
} sample_options;

static const recs__choice sample_kinds[] = {{"first", 1}, {"second-one", 2}, {NULL, 0}};
static const recs__field sample_fields[] = {
    RECS__F64(sample_options, ratio, 0.0, 1.0, 0.5, "a ratio"),
    RECS__STRING(sample_options, label, "none", "a label"),
    RECS__U64(sample_options, seed, 0, UINT64_MAX, 7, "a seed"),
    RECS__I64(sample_options, offset, INT64_MIN, INT64_MAX, INT64_MIN, "an offset"),
    RECS__U32(sample_options, count, 1, UINT32_MAX, 3, "a count"),
    RECS__I32(sample_options, level, -5, 5, 0, "a level"),
    RECS__FLAG(sample_options, flag, 1, "a flag"),
    RECS__CHOICE(sample_options, kind, sample_kinds, "first|second-one", 1, "a kind"),
    RECS__RESERVED(sample_options, reserved),
    RECS__I32(sample_options, added, 0, 9, 4, "added later"),
};
static const recs_schema sample_schema = {"sample", sizeof(sample_options), offsetof(sample_options, added), sample_fields,
                                          sizeof sample_fields / sizeof sample_fields[0]};

static sample_options sample_defaults(void) {
  sample_options options;
  ck_ok(recs_options_init(&options, &sample_schema, sizeof options));
  return options;
}

START_TEST(options_defaults_come_from_the_table) {
  sample_options options = sample_defaults();
  ck_assert_uint_eq(options.struct_size, sizeof options);
  ck_assert_double_eq(options.ratio, 0.5);
  ck_assert_str_eq(options.label, "none");
  ck_assert_uint_eq(options.seed, 7);
  ck_assert(options.offset == INT64_MIN);
  ck_assert_uint_eq(options.count, 3);
  ck_assert_int_eq(options.flag, 1);
  ck_assert_int_eq(options.kind, 1);
  ck_assert_int_eq(options.added, 4);
}
END_TEST

START_TEST(options_of_older_and_newer_callers) {
  union {
    sample_options options;
    unsigned char bytes[sizeof(sample_options) + 64];
  } room;
  sample_options loaded;
  /* Older: the field that it does not know keeps its default, and memory behind it is not read. */
  memset(&room, 0xaa, sizeof room);
  ck_ok(recs_options_init(&room, &sample_schema, offsetof(sample_options, added)));
  room.options.count = 9;
  ck_assert_int_eq(recs__options_load(&loaded, &sample_schema, &room), RECS_OK);
  ck_assert_uint_eq(loaded.count, 9);
  ck_assert_int_eq(loaded.added, 4);
  /* Newer: fine while what we do not know is zero. */
  memset(&room, 0, sizeof room);
  room.options = sample_defaults();
  room.options.struct_size = sizeof(sample_options) + 16;
  ck_assert_int_eq(recs__options_load(&loaded, &sample_schema, &room), RECS_OK);
  room.bytes[sizeof(sample_options) + 3] = 1;
  ck_fails(recs__options_load(&loaded, &sample_schema, &room), RECS_ERROR_INVALID, "does not know");
  room.options.struct_size = 0;
  ck_fails(recs__options_load(&loaded, &sample_schema, &room), RECS_ERROR_INVALID, "struct_size");
}
END_TEST

START_TEST(options_are_checked) {
  sample_options options = sample_defaults(), loaded;
  options.ratio = NAN;
  ck_fails(recs__options_load(&loaded, &sample_schema, &options), RECS_ERROR_INVALID, "ratio is nan, outside 0 to 1");
  options = sample_defaults();
  options.level = -6;
  ck_fails(recs__options_load(&loaded, &sample_schema, &options), RECS_ERROR_INVALID, "level is -6, outside -5 to 5");
  options = sample_defaults();
  options.kind = 3;
  ck_fails(recs__options_load(&loaded, &sample_schema, &options), RECS_ERROR_INVALID, "kind is 3, not one of first|second-one");
  options = sample_defaults();
  options.reserved = 1;
  ck_fails(recs__options_load(&loaded, &sample_schema, &options), RECS_ERROR_INVALID, "reserved");
  options = sample_defaults();
  options.seed = UINT64_MAX;
  options.offset = INT64_MAX;
  options.count = UINT32_MAX;
  ck_assert_int_eq(recs__options_load(&loaded, &sample_schema, &options), RECS_OK);
}
END_TEST

START_TEST(options_set_by_name) {
  sample_options options = sample_defaults(), before;
  ck_ok(recs_options_set(&options, &sample_schema, "ratio", "0.25"));
  ck_ok(recs_options_set(&options, &sample_schema, "label", "text"));
  ck_ok(recs_options_set(&options, &sample_schema, "seed", "18446744073709551615"));
  ck_ok(recs_options_set(&options, &sample_schema, "offset", "-42"));
  ck_ok(recs_options_set(&options, &sample_schema, "count", "4294967295"));
  ck_ok(recs_options_set(&options, &sample_schema, "flag", "no"));
  ck_ok(recs_options_set(&options, &sample_schema, "kind", "second_one"));
  ck_assert_double_eq(options.ratio, 0.25);
  ck_assert_str_eq(options.label, "text");
  ck_assert_uint_eq(options.seed, UINT64_MAX);
  ck_assert(options.offset == -42);
  ck_assert_uint_eq(options.count, UINT32_MAX);
  ck_assert_int_eq(options.flag, 0);
  ck_assert_int_eq(options.kind, 2);
  before = options;
  ck_fails(recs_options_set(&options, &sample_schema, "ratio", "1.5"), RECS_ERROR_INVALID, "ratio is \"1.5\", outside 0 to 1");
  ck_fails(recs_options_set(&options, &sample_schema, "count", "0"), RECS_ERROR_INVALID, "outside 1 to 4294967295");
  ck_fails(recs_options_set(&options, &sample_schema, "count", "ten"), RECS_ERROR_INVALID, "\"ten\"");
  ck_fails(recs_options_set(&options, &sample_schema, "kind", "third"), RECS_ERROR_INVALID, "first|second-one");
  ck_fails(recs_options_set(&options, &sample_schema, "flag", "maybe"), RECS_ERROR_INVALID, "\"maybe\"");
  ck_fails(recs_options_set(&options, &sample_schema, "size", "1"), RECS_ERROR_NOT_FOUND, "known: ratio, label, seed");
  ck_fails(recs_options_set(&options, &sample_schema, "reserved", "1"), RECS_ERROR_NOT_FOUND, "known:");
  ck_assert_mem_eq(&options, &before, sizeof options);
}
END_TEST

START_TEST(schema_lists_its_fields) {
  recs_option_info info;
  ck_assert_uint_eq(recs_schema_count(&sample_schema), 9); /* all but the reserved one */
  ck_assert_uint_eq(recs_schema_struct_size(&sample_schema), sizeof(sample_options));
  ck_ok(recs_schema_field(&info, &sample_schema, 7));
  ck_assert_str_eq(info.name, "kind");
  ck_assert_str_eq(info.choices, "first|second-one");
  ck_assert_int_eq(info.type, RECS_OPTION_CHOICE);
  ck_ok(recs_schema_field(&info, &sample_schema, 8));
  ck_assert_str_eq(info.name, "added");
  ck_assert_double_eq(info.value, 4);
  ck_fails(recs_schema_field(&info, &sample_schema, 9), RECS_ERROR_INVALID, "number 9");
}
END_TEST

START_TEST(scopes_nest_and_have_an_end) {
  recs__scope scope = {{0}, 0};
  ck_assert_int_eq(recs__enter_scope(&scope, "a"), RECS_OK);
  ck_assert_int_eq(recs__enter_scope(&scope, "bc"), RECS_OK);
  ck_assert_str_eq(scope.prefix, "a.bc.");
  recs__leave_scope(&scope);
  ck_assert_str_eq(scope.prefix, "a.");
  recs__leave_scope(&scope);
  ck_assert_str_eq(scope.prefix, "");
  for (int i = 0; i < 31; i++)
    ck_assert_int_eq(recs__enter_scope(&scope, "xyz"), RECS_OK);
  ck_fails(recs__enter_scope(&scope, "xyz"), RECS_ERROR_OVERFLOW, "nested");
}
END_TEST

START_TEST(offsets_and_values_are_checked) {
  const int64_t good[] = {0, 2, 2, 5}, falls[] = {0, 3, 2, 5}, shifted[] = {1, 2, 3, 5};
  const uint32_t values[] = {0, 4, 2};
  ck_assert_int_eq(recs__check_offsets("x", good, 3, 5), RECS_OK);
  ck_fails(recs__check_offsets("x", good, 3, 6), RECS_ERROR_FORMAT, "offsets of x");
  ck_fails(recs__check_offsets("x", falls, 3, 5), RECS_ERROR_FORMAT, "offsets of x");
  ck_fails(recs__check_offsets("x", shifted, 3, 5), RECS_ERROR_FORMAT, "offsets of x");
  ck_assert_int_eq(recs__check_below("x", values, 3, 5), RECS_OK);
  ck_fails(recs__check_below("x", values, 3, 4), RECS_ERROR_FORMAT, "value 1 of x is 4, not below 4");
}
END_TEST

static int32_t report_scenario(recs_context *context, void *payload) {
  recs_report *report = NULL;
  int32_t status;
  (void)payload;
  RECS_GO(recs__report_create(&report, context));
  for (int i = 0; i < 40; i++) {
    static const char *const reasons[] = {"read", "duplicate", "bad number"};
    RECS_GO(recs__report_add(report, reasons[i % 3], (uint64_t)(i % 2), (uint64_t)i, "x\ny", 3));
  }
  ck_assert_uint_eq(recs_report_count(report), 3);
  ck_assert_uint_eq(recs_report_find(report, "duplicate"), 7);
  ck_assert_uint_eq(recs_report_find(report, "unheard of"), 0);
cleanup:
  recs_report_free(report);
  return status;
}

START_TEST(report_counts_and_survives_exhaustion) {
  recs_test_oom(report_scenario, NULL);
}
END_TEST

START_TEST(report_keeps_the_first_example) {
  recs_context *context = recs_test_threads(1, 0);
  recs_report *report;
  const char *reason, *example;
  uint64_t count, first;
  ck_assert_int_eq(recs__report_create(&report, context), RECS_OK);
  recs_context_free(context); /* the report keeps it alive */
  ck_assert_int_eq(recs__report_add(report, "bad", 0, 0, NULL, 0), RECS_OK);
  ck_assert_int_eq(recs__report_add(report, "bad", 2, 17, "abc", 3), RECS_OK);
  ck_assert_int_eq(recs__report_add(report, "bad", 1, 18, "def", 3), RECS_OK);
  ck_ok(recs_report_entry(&reason, &count, &first, &example, report, 0));
  ck_assert_str_eq(reason, "bad");
  ck_assert_uint_eq(count, 3);
  ck_assert_uint_eq(first, 17);
  ck_assert_str_eq(example, "\"abc\"");
  ck_fails(recs_report_entry(&reason, NULL, NULL, NULL, report, 1), RECS_ERROR_INVALID, "reason 1");
  ck_assert_ptr_null(reason);
  recs_report_free(report);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("base");
  TCase *tests = tcase_create("base");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, quote_escapes_and_cuts);
  tcase_add_test(tests, quote_never_overruns);
  tcase_add_test(tests, doubles_are_correctly_rounded);
  tcase_add_test(tests, no_numbers_are_refused);
  tcase_add_test(tests, numbers_ignore_the_locale);
  tcase_add_test(tests, growth_keeps_elements);
  tcase_add_test(tests, random_streams_split);
  tcase_add_test(tests, random_below_is_in_range);
  tcase_add_test(tests, parallel_covers_each_element_once);
  tcase_add_test(tests, parallel_failure_reaches_the_caller);
  tcase_add_test(tests, progress_grows_and_cancels);
  tcase_add_test(tests, options_defaults_come_from_the_table);
  tcase_add_test(tests, options_of_older_and_newer_callers);
  tcase_add_test(tests, options_are_checked);
  tcase_add_test(tests, options_set_by_name);
  tcase_add_test(tests, schema_lists_its_fields);
  tcase_add_test(tests, scopes_nest_and_have_an_end);
  tcase_add_test(tests, offsets_and_values_are_checked);
  tcase_add_test(tests, report_counts_and_survives_exhaustion);
  tcase_add_test(tests, report_keeps_the_first_example);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
