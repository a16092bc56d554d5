#include "support/support.h"

#include "lib/data/tables/columns.h"

#include <stdio.h>

/* A table open for reading, with whatever it needs. */
typedef struct table {
  recs_context *context;
  recs__source source;
  recs__intake intake;
  recs__records records;
} table;

/* A host that gives a text a few bytes at a time. */
typedef struct dribble {
  const char *text;
  size_t left;
  size_t step;
} dribble;

static int64_t give(void *payload, void *buffer, size_t capacity) {
  dribble *from = payload;
  size_t count = from->left < from->step ? from->left : from->step;
  count = count < capacity ? count : capacity;
  memcpy(buffer, from->text, count);
  from->text += count;
  from->left -= count;
  return (int64_t)count;
}

/* Reads a table whole: "cell|cell|<line>" for each record, after the header's names, and "!" before what went wrong. */
static void read_whole(char *out, size_t size, dribble from, const recs__table_form *form, int32_t lenient,
                       uint32_t cpu) {
  table self = {.context = recs_test_threads(1, cpu)};
  size_t used = 0;
  int found = 0;
  int32_t status;
  out[0] = 0;
  recs__enter();
  self.intake.lenient = lenient;
  ck_ok(recs__report_create(&self.intake.report, self.context));
  recs__source_host(&self.source, give, &from);
  status = recs__records_open(&self.records, self.context, &self.source, &self.intake, NULL, form);
  while (status == RECS_OK && (status = recs__records_next(&self.records, &found)) == RECS_OK && found) {
    for (uint32_t i = 0; i < self.records.columns; i++)
      used += (size_t)snprintf(out + used, size - used, "%.*s|", (int)self.records.cells[i].length,
                               self.records.cells[i].text);
    used += (size_t)snprintf(out + used, size - used, "<%d>", (int)self.records.line);
    ck_assert_uint_lt(used, size);
  }
  if (status != RECS_OK)
    snprintf(out + used, size - used, "!%s", recs_last_error());
  recs__records_close(&self.records);
  recs_report_free(self.intake.report);
  recs_context_free(self.context);
}

/* Every window and every step of the source give what one big window gives. */
static void ck_reads(const char *text, int32_t format, int32_t lenient, const char *expected) {
  static const size_t steps[] = {1, 2, 3, 4, 5, 6, 7, 1000};
  static char got[4096];
  for (size_t window = 0; window <= 40; window++) {
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
      recs__table_form form = {format, 0, window};
      dribble from = {text, strlen(text), steps[i]};
      read_whole(got, sizeof got, from, &form, lenient, i % 2 == 0 ? 0 : UINT32_MAX);
      ck_assert_msg(strcmp(got, expected) == 0, "window %zu, step %zu:\n%s\nnot\n%s", window, steps[i], got, expected);
    }
  }
}

START_TEST(delimited_text) {
  ck_reads("a,b\n1,2\n3,4\n", RECS_FORMAT_CSV, 0, "1|2|<2>3|4|<3>");
  ck_reads("a,b\n1,2\n3,4", RECS_FORMAT_CSV, 0, "1|2|<2>3|4|<3>");
  ck_reads("\xef\xbb\xbf"
           "a,b\r\n1,\r\n,\r\n",
           RECS_FORMAT_CSV, 0, "1||<2>||<3>");
  ck_reads("a\n\"\"\n\n\"x\"\n", RECS_FORMAT_CSV, 0, "|<2>x|<4>");
  ck_reads("a,b\n\"1\n\n\",\"\"\"\"\n\"\",\"x,\"\"y\"\"\r\n\"\r\n", RECS_FORMAT_CSV, 0, "1\n\n|\"|<2>|x,\"y\"\r\n|<5>");
  ck_reads("a,b\n5\" x,a\"\"b\na\rb,\r\n", RECS_FORMAT_CSV, 0, "5\" x|a\"\"b|<2>a\rb||<3>");
  ck_reads("a\tb\n\"x\t\"\"\n", RECS_FORMAT_TSV, 0, "\"x|\"\"|<2>");
  ck_reads("", RECS_FORMAT_CSV, 0, "!the input is empty");
  ck_reads("a,b", RECS_FORMAT_CSV, 0, "!the input has a header but no rows");
}
END_TEST

START_TEST(faults_of_delimited_text) {
  ck_reads("a,b\n1,2\n3\n", RECS_FORMAT_CSV, 0, "1|2|<2>!line 3: 1 cell where the header has 2");
  ck_reads("a,b\n1,\"2\n\"x,\n", RECS_FORMAT_CSV, 0, "!line 2: text behind a closing quote");
  ck_reads("a,b\n\"1\n\",2\n3,\"4\n", RECS_FORMAT_CSV, 0, "1\n|2|<2>!line 4: a quote is not closed");
  ck_reads("a,b\n\"1\n\",\"2\n", RECS_FORMAT_CSV, 0, "!line 3: a quote is not closed");
  ck_reads("a,b\n1,2\n\"3,4\n5,6\n7,8,9\n\"x\"y,\n10,11\n", RECS_FORMAT_CSV, 1, "1|2|<2>5|6|<4>10|11|<7>");
  ck_reads("a,b\n1\n2,\"\n3,4\n", RECS_FORMAT_CSV, 1, "3|4|<4>");
}
END_TEST

START_TEST(json_lines) {
  ck_reads("{\"a\":\"x\\ty\",\"b\":1}\n\n{\"b\":true,\"a\":[1, 2]}\n{\"c\":null}", RECS_FORMAT_JSONL, 0,
           "x\ty|1|<1>[1, 2]|true|<3>|||<4>");
  ck_reads("{\"a\":1}\n{\"a\":1,\"a\":2}\n", RECS_FORMAT_JSONL, 0, "1|<1>!line 2: a key is there twice (at byte 13)");
  ck_reads("{\"a\":1}\nx\n{\"a\":2}\n{\"b\":\n{\"b\":3}\n", RECS_FORMAT_JSONL, 1, "1|<1>2|<3>|3|<5>");
  ck_reads("\n \n", RECS_FORMAT_JSONL, 0, "!the input is empty");
}
END_TEST

/* Text of the bytes that matter, as chance has it. */
static void draw_text(char *out, size_t size, uint32_t *state, const char *alphabet) {
  size_t letters = strlen(alphabet), length;
  *state = *state * 1664525u + 1013904223u;
  length = (*state >> 8) % size;
  for (size_t i = 0; i < length; i++) {
    *state = *state * 1664525u + 1013904223u;
    out[i] = alphabet[(*state >> 8) % letters];
  }
  out[length] = 0;
}

/* Whatever the text, good or bad: where the window ends makes no difference. */
START_TEST(windows_make_no_difference) {
  static const struct {
    int32_t format;
    const char *head, *alphabet;
  } kinds[] = {{RECS_FORMAT_CSV, "a,b\n", "\"\",,,\n\n\rx"},
               {RECS_FORMAT_TSV, "a\tb\n", "\"\t\t\n\n\rx"},
               {RECS_FORMAT_JSONL, "{\"a\":1,\"b\":2}\n", "{{}\"\"\"::,[]\\nab1 \n"}};
  uint32_t state = 1;
  for (int round = 0; round < 3000; round++) {
    int32_t format = kinds[round % 3].format;
    char text[96], whole[2048], parts[2048];
    size_t head = strlen(kinds[round % 3].head);
    recs__table_form form = {format, 0, 0};
    dribble from = {text, 0, 1000};
    memcpy(text, kinds[round % 3].head, head);
    draw_text(text + head, sizeof text - head, &state, kinds[round % 3].alphabet);
    from.left = strlen(text);
    read_whole(whole, sizeof whole, from, &form, round / 3 % 2, UINT32_MAX);
    form.window = 1 + (size_t)round % 31;
    from.step = 1 + (size_t)round % 5;
    read_whole(parts, sizeof parts, from, &form, round / 3 % 2, 0);
    ck_assert_msg(strcmp(whole, parts) == 0, "%s\ngave\n%s\nand, window %zu,\n%s", text, whole, form.window, parts);
  }
}
END_TEST

/* Records beyond the largest size: an open quote, or one line without an end. */
START_TEST(endless_records) {
  static const struct {
    int32_t format;
    const char *head, *strict, *lenient;
  } tables[] = {{RECS_FORMAT_CSV, "a,b\n1,2\n\"3,", "1|2|<2>!line 3: a quote is not closed", "1|2|<2>5|6|<4>"},
                {RECS_FORMAT_CSV, "a,b\n1,2\n3,", "1|2|<2>!line 3: a record of more than 16 MiB", "1|2|<2>5|6|<4>"},
                {RECS_FORMAT_JSONL, "{\"a\":1}\n{\"", "1|<1>!line 2: a record of more than 16 MiB", "1|<1>7|<3>"}};
  size_t room = RECS__RECORD_SIZE + 100;
  char *text = malloc(room), got[256];
  ck_assert_ptr_nonnull(text);
  for (size_t i = 0; i < 3; i++) {
    recs__table_form form = {tables[i].format, 0, 0};
    size_t head = strlen(tables[i].head);
    dribble from = {text, 0, SIZE_MAX};
    memset(text, 'x', room);
    memcpy(text, tables[i].head, head);
    from.left = RECS__RECORD_SIZE + 50;
    from.left += (size_t)snprintf(text + from.left, room - from.left, "\n%s\n", i < 2 ? "5,6" : "{\"a\":7}");
    read_whole(got, sizeof got, from, &form, 0, UINT32_MAX);
    ck_assert_str_eq(got, tables[i].strict);
    read_whole(got, sizeof got, from, &form, 1, UINT32_MAX);
    ck_assert_str_eq(got, tables[i].lenient);
  }
  free(text);
}
END_TEST

START_TEST(formats_by_name) {
  ck_assert_int_eq(recs__format_of("x"), RECS_FORMAT_CSV);
  ck_assert_int_eq(recs__format_of("x.csv"), RECS_FORMAT_CSV);
  ck_assert_int_eq(recs__format_of("dir.tsv/x.csv.gz"), RECS_FORMAT_CSV);
  ck_assert_int_eq(recs__format_of("x.tsv"), RECS_FORMAT_TSV);
  ck_assert_int_eq(recs__format_of("X.TSV.GZ"), RECS_FORMAT_TSV);
  ck_assert_int_eq(recs__format_of("x.jsonl"), RECS_FORMAT_JSONL);
  ck_assert_int_eq(recs__format_of("x.y.ndjson.gz"), RECS_FORMAT_JSONL);
  ck_assert_int_eq(recs__format_of(".tsv"), RECS_FORMAT_CSV);
  ck_assert_int_eq(recs__format_of(""), RECS_FORMAT_CSV);
}
END_TEST

START_TEST(lists) {
  ck_assert(recs__list_has("a, b,,c", "b", 1));
  ck_assert(recs__list_has("a, b,,c", "c", 1));
  ck_assert(!recs__list_has("a, b,,c", "", 0));
  ck_assert(!recs__list_has("ab", "a", 1));
  ck_assert(!recs__list_has(NULL, "a", 1));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("records");
  TCase *tests = tcase_create("records");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, delimited_text);
  tcase_add_test(tests, faults_of_delimited_text);
  tcase_add_test(tests, json_lines);
  tcase_add_test(tests, windows_make_no_difference);
  tcase_add_test(tests, endless_records);
  tcase_add_test(tests, formats_by_name);
  tcase_add_test(tests, lists);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
