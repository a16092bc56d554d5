/* Tables longer than a stretch of reading: wherever the text is cut, and by however many threads it is read, the log, the
 * dictionaries, the report and the message are those of reading record by record. */
#include "support/support.h"

#include <stdarg.h>
#include <stdio.h>

enum { ROWS = 6000, LONG_LINES = 4000 };

/* An assertion costs a system call: this one is for what is checked very often. */
static void must(int holds, const char *what) {
  if (!holds)
    ck_abort_msg("%s", what);
}

/* A growing text. */
typedef struct text {
  char *bytes;
  size_t length;
  size_t room;
} text;

__attribute__((format(printf, 2, 3))) static void put(text *to, const char *format, ...) {
  va_list arguments;
  if (to->room - to->length < 1024) {
    to->room = 2 * to->room + 4096;
    to->bytes = realloc(to->bytes, to->room);
    must(to->bytes != NULL, "out of memory");
  }
  va_start(arguments, format);
  to->length += (size_t)vsnprintf(to->bytes + to->length, to->room - to->length, format, arguments);
  va_end(arguments);
}

/* Names instead of rows; a row that is new is the next one of its dictionary. */
static void put_name(text *to, const recs_ids *ids, uint32_t row, uint32_t *known) {
  const char *name = "-";
  if (row != RECS_NO_ROW) {
    must(row <= *known, "a row that is not the next one");
    *known += row == *known;
    must(recs_ids_name(&name, NULL, ids, row) == RECS_OK, "a row without a name");
  }
  put(to, "%.20s|", name);
}

static void put_events(text *to, const recs_events *events) {
  const recs_ids *users = recs_events_users(events), *items = recs_events_items(events);
  uint32_t known[4] = {0, 0, 1, 0};
  for (uint64_t i = 0; i < recs_events_count(events); i++) {
    uint32_t user, item, type, session;
    double quantity, price;
    int64_t time;
    float weight;
    must(recs_events_read(&user, &item, &type, &weight, &quantity, &price, &time, &session, events, i, 1) == RECS_OK,
         "an event that is not there");
    put_name(to, users, user, &known[0]);
    put_name(to, items, item, users == items ? &known[0] : &known[1]);
    put_name(to, recs_events_types(events), type, &known[2]);
    put_name(to, recs_events_sessions(events), session, &known[3]);
    put(to, "%g|%g|%g|%lld\n", (double)weight, quantity, price, (long long)time);
  }
}

static void put_report(text *to, const recs_report *report) {
  for (uint32_t i = 0; i < recs_report_count(report); i++) {
    const char *reason, *example;
    uint64_t count, line;
    ck_ok(recs_report_entry(&reason, &count, &line, &example, report, i));
    put(to, "%s %llu %llu %s\n", reason, (unsigned long long)count, (unsigned long long)line, example);
  }
}

/* How a table is read: one dictionary for users and items makes the reader go record by record. */
typedef struct way {
  uint32_t threads;
  int one_dictionary;
} way;

/* What reading gives: events and report, or the message. */
static text read_so(const text *table, way how, int32_t format, int32_t lenient) {
  recs_context *context = recs_test_threads(how.threads, UINT32_MAX);
  recs_events_read_options options;
  recs_ids *users, *items = NULL;
  recs_events *events;
  recs_report *report;
  text result = {0};
  ck_ok(recs_events_read_options_init(&options, sizeof options));
  options.format = format;
  options.lenient = lenient;
  ck_ok(recs_ids_create(&users, context));
  if (!how.one_dictionary)
    ck_ok(recs_ids_create(&items, context));
  ck_ok(recs_events_create(&events, users, how.one_dictionary ? users : items));
  if (recs_events_read_memory(&report, events, table->bytes, table->length, &options, NULL, NULL) != RECS_OK)
    put(&result, "%s\n", recs_last_error());
  put_events(&result, events);
  put_report(&result, report);
  recs_report_free(report);
  recs_events_free(events);
  recs_ids_free(items);
  recs_ids_free(users);
  recs_context_free(context);
  return result;
}

/* All ways give the same, which has a piece of text in it. The table is given back. */
static void ck_same(text table, int32_t format, int32_t lenient, const char *piece) {
  text expected = read_so(&table, (way){1, 1}, format, lenient);
  ck_assert_msg(strstr(expected.bytes, piece) != NULL, "no %s: %.300s", piece, expected.bytes);
  for (uint32_t threads = 1; threads <= 3; threads += 2) {
    text got = read_so(&table, (way){threads, 0}, format, lenient);
    ck_assert_uint_eq(got.length, expected.length);
    ck_assert_int_eq(memcmp(got.bytes, expected.bytes, got.length), 0);
    free(got.bytes);
  }
  free(expected.bytes);
  free(table.bytes);
}

static text head(void) {
  text table = {0};
  put(&table, "item,user,session,quantity,time,event,weight,price\n");
  return table;
}

/* Ids that come again and ids that do not, runs of users, lines with nothing in them. */
static void put_row(text *to, size_t i) {
  if (i % 50 == 49)
    put(to, "\n,,,,,,,\n");
  put(to, "item %zu,%zu,order %zu,%zu,%zu,%s,.5,\n", i % 7 == 0 ? i : i % 300, i / 9, i / 3, i % 11, i / 5,
      i % 3 == 0 ? "view" : i % 3 == 1 ? "" : "buy");
}

START_TEST(plain_rows) {
  text table = head();
  for (size_t i = 0; i < ROWS; i++)
    put_row(&table, i);
  ck_same(table, RECS_FORMAT_CSV, 0, "read 6120 0");
}
END_TEST

/* Newlines and doubled quotes within quotes, so that most cuts fall into a cell, and lone quotes in plain text. */
START_TEST(quoted_newlines) {
  text table = head();
  for (size_t i = 0; i < ROWS / 4; i++) {
    put_row(&table, i);
    put(&table, "\"a \"\"b\"\"\n,\n\n%zu,\n\",\"%zu\n\"\"\",5\" wide,,\"%zu\",,,\r\n", i % 20, i, i);
  }
  ck_same(table, RECS_FORMAT_CSV, 0, "a \"b\"");
}
END_TEST

/* A cell of more than all stretches, and then one that is never closed. */
START_TEST(long_cells) {
  for (int open = 0; open < 2; open++) {
    for (int32_t lenient = 0; lenient < 2; lenient++) {
      text table = head();
      for (size_t i = 0; i < ROWS / 8; i++)
        put_row(&table, i);
      put(&table, "x,y,z,1,1,v,1,\"");
      for (size_t i = 0; i < LONG_LINES; i++)
        put(&table, "%s,,\n%070d", i % 50 == 0 ? "\"\"" : "", 0);
      put(&table, open ? "0\n" : "0\"\n");
      for (size_t i = 0; i < ROWS / 8; i++)
        put_row(&table, i);
      ck_same(table, RECS_FORMAT_CSV, lenient, open ? "a quote is not closed" : "price");
    }
  }
}
END_TEST

/* Bad lines: all are dropped and counted, with the first one's number; or the first one is the error. */
START_TEST(bad_lines) {
  for (int32_t lenient = 0; lenient < 2; lenient++) {
    text table = head();
    for (size_t i = 0; i < ROWS; i++) {
      put_row(&table, i);
      if (i > ROWS / 2 && i % 100 == 0)
        put(&table, "new %zu,new %zu,new,many,1,new,1,1\n\"a\"b\n1,2\nfresh,3,,,never,,,\n", i, i);
    }
    ck_same(table, RECS_FORMAT_CSV, lenient, lenient ? "bad quantity 29 3227" : "line 3227: column quantity: \"many\"");
  }
}
END_TEST

/* More event types than there may be, from somewhere in the middle on. */
START_TEST(many_types) {
  text table = head();
  for (size_t i = 0; i < ROWS; i++) {
    put_row(&table, i);
    if (i > ROWS / 2 && i % 10 == 0)
      put(&table, "new %zu,new %zu,,,,type %zu,,\n", i, i, i % 4000);
  }
  ck_same(table, RECS_FORMAT_CSV, 1, "bad event type");
}
END_TEST

/* Keys that come late, in an order of their own, and a table that never has the key it needs. */
START_TEST(objects) {
  for (int named = 0; named < 2; named++) {
    text table = {0};
    for (size_t i = 0; i < ROWS; i++) {
      put(&table, "{\"user\": \"%zu\\n\", \"more%zu\": 1, ", i / 4, i / 500);
      if (i == 5500)
        put(&table, "\"session\": 7,");
      if (i >= 4500)
        put(&table, "\"quantity\": %zu, ", i);
      put(&table, named ? "\"item\": \"i%zu\"}\n" : "\"thing\": %zu}\n", i % 500);
    }
    ck_same(table, RECS_FORMAT_JSONL, 0, named ? "|7|1|5500|" : "no column \"item\"; found: user, more0, thing, more1");
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("read_stretches");
  TCase *tests = tcase_create("read_stretches");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, plain_rows);
  tcase_add_test(tests, quoted_newlines);
  tcase_add_test(tests, long_cells);
  tcase_add_test(tests, bad_lines);
  tcase_add_test(tests, many_types);
  tcase_add_test(tests, objects);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
