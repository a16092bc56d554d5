#include "support/support.h"

#include <stdio.h>
#include <unistd.h>

enum { ROOM = 64 };

/* A log to read into, and what stands in it. */
typedef struct reading {
  recs_context *context;
  recs_ids *users;
  recs_ids *items;
  recs_events *events;
  recs_report *report;
  recs_events_read_options options;
  uint32_t user[ROOM], item[ROOM], type[ROOM], session[ROOM];
  float weight[ROOM];
  double quantity[ROOM], price[ROOM];
  int64_t time[ROOM];
} reading;

static reading made;

static int32_t open_log(recs_context *context) {
  int32_t status;
  made.context = context;
  made.report = NULL;
  made.users = made.items = NULL;
  made.events = NULL;
  recs_events_read_options_init(&made.options, sizeof made.options);
  status = recs_ids_create(&made.users, context);
  if (status == RECS_OK)
    status = recs_ids_create(&made.items, context);
  return status == RECS_OK ? recs_events_create(&made.events, made.users, made.items) : status;
}

static void close_log(void) {
  recs_report_free(made.report);
  recs_events_free(made.events);
  recs_ids_free(made.items);
  recs_ids_free(made.users);
}

static void setup(void) {
  ck_assert_int_eq(open_log(recs_test_threads(1, UINT32_MAX)), RECS_OK);
}

static void teardown(void) {
  close_log();
  recs_context_free(made.context);
}

static void empty_log(void) {
  recs_context *context = made.context;
  close_log();
  ck_assert_int_eq(open_log(context), RECS_OK);
}

static int32_t read_bytes(const char *text, size_t length) {
  recs_report_free(made.report);
  return recs_events_read_memory(&made.report, made.events, text, length, &made.options, NULL, NULL);
}

static int32_t read_text(const char *text) {
  return read_bytes(text, strlen(text));
}

/* Copies the events out; returns how many there are. */
static size_t fetch(void) {
  size_t count = (size_t)recs_events_count(made.events);
  ck_assert_uint_le(count, ROOM);
  ck_ok(recs_events_read(made.user, made.item, made.type, made.weight, made.quantity, made.price, made.time,
                         made.session, made.events, 0, count));
  return count;
}

static void ck_name(const recs_ids *ids, uint32_t row, const char *expected) {
  const char *name;
  size_t length;
  ck_ok(recs_ids_name(&name, &length, ids, row));
  ck_assert_str_eq(name, expected);
  ck_assert_uint_eq(length, strlen(expected));
}

/* Reading fails, says why, and leaves the log as it was. */
static void ck_refused(const char *text, int32_t status, const char *message) {
  uint64_t before = recs_events_count(made.events);
  ck_fails(read_text(text), status, message);
  ck_assert_ptr_null(made.report);
  ck_assert_uint_eq(recs_events_count(made.events), before);
}

static const char everything[] = "item,user,event,weight,quantity,price,time,session,more\n"
                                 "teapot,ada,buy,2.5,-3,19.99,1970-01-02,o1,x\n"
                                 "\"tea, cup\",ada,buy,,,,,,\n"
                                 ",,,1e1,0,0,100,o1,\n";

START_TEST(every_column) {
  ck_ok(read_text(everything));
  ck_assert_uint_eq(fetch(), 3);
  ck_name(made.users, made.user[0], "ada");
  ck_name(made.items, made.item[0], "teapot");
  ck_name(recs_events_types(made.events), made.type[0], "buy");
  ck_name(recs_events_sessions(made.events), made.session[0], "o1");
  ck_assert_float_eq(made.weight[0], 2.5f);
  ck_assert_double_eq(made.quantity[0], -3);
  ck_assert_double_eq(made.price[0], 19.99);
  ck_assert_int_eq(made.time[0], 86400000);
  ck_name(made.items, made.item[1], "tea, cup");
  ck_assert_uint_eq(made.user[1], made.user[0]);
  ck_assert_float_eq(made.weight[1], 1);
  ck_assert_double_eq(made.quantity[1], 1);
  ck_assert_double_nan(made.price[1]);
  ck_assert_int_eq(made.time[1], RECS_NO_TIME);
  ck_assert_uint_eq(made.session[1], RECS_NO_ROW);
  ck_assert_uint_eq(made.user[2], RECS_NO_ROW);
  ck_assert_uint_eq(made.item[2], RECS_NO_ROW);
  ck_assert_uint_eq(made.type[2], 0);
  ck_assert_float_eq(made.weight[2], 10);
  ck_assert_double_eq(made.price[2], 0);
  ck_assert_int_eq(made.time[2], 100000);
  ck_assert_uint_eq(made.session[2], made.session[0]);
  ck_assert_uint_eq(recs_report_count(made.report), 2); /* "read", and the second line lacks a quantity */
  ck_assert_uint_eq(recs_report_find(made.report, "empty quantity"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "read"), 3);
}
END_TEST

/* The same table in every way of writing it. */
START_TEST(ways_of_writing) {
  static const struct {
    int32_t format;
    int32_t delimiter;
    const char *text;
  } ways[] = {{RECS_FORMAT_CSV, 0, "user,item,quantity\na,x,2\nb,\"y \"\"z\"\"\n,\",3\n"},
              {RECS_FORMAT_CSV, 0, "user,item,quantity\r\na,x,2\r\nb,\"y \"\"z\"\"\n,\",3"},
              {RECS_FORMAT_AUTO, 0,
               "\xef\xbb\xbf\n\nuser,item,quantity\n\n\"a\",\"x\",\"2\"\r\n\r\n\"b\",\"y \"\"z\"\"\n,\",\"3\"\n\n"},
              {RECS_FORMAT_CSV, ';', "user;item;quantity;\na;x;2;0\nb;\"y \"\"z\"\"\n,\";3;1"},
              {RECS_FORMAT_JSONL, 0,
               "{\"user\":\"a\",\"item\":\"x\",\"quantity\":2}\n\n"
               " { \"quantity\" : \"3\", \"item\" : \"y \\\"z\\\"\\n,\", \"user\" : \"b\", \"z\":[{}], \"\":1 } \r\n"}};
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    empty_log();
    made.options.format = ways[i].format;
    made.options.delimiter = ways[i].delimiter;
    ck_ok(read_text(ways[i].text));
    ck_assert_uint_eq(fetch(), 2);
    ck_name(made.users, made.user[0], "a");
    ck_name(made.items, made.item[0], "x");
    ck_assert_double_eq(made.quantity[0], 2);
    ck_name(made.users, made.user[1], "b");
    ck_name(made.items, made.item[1], "y \"z\"\n,");
    ck_assert_double_eq(made.quantity[1], 3);
  }
  empty_log();
  made.options.format = RECS_FORMAT_TSV;
  ck_ok(read_text("user\titem\na \"b\"\t\"c\na\t5\" pipe"));
  ck_assert_uint_eq(fetch(), 2);
  ck_name(made.users, made.user[0], "a \"b\"");
  ck_name(made.items, made.item[0], "\"c");
  ck_name(made.items, made.item[1], "5\" pipe");
}
END_TEST

START_TEST(chosen_columns) {
  made.options.user = "who";
  made.options.item = "time"; /* so that it is no time */
  made.options.session = "visit";
  ck_ok(read_text("who,time,visit,price\na,b,c,4\n"));
  ck_assert_uint_eq(fetch(), 1);
  ck_name(made.items, made.item[0], "b");
  ck_assert_int_eq(made.time[0], RECS_NO_TIME);
  ck_name(recs_events_sessions(made.events), made.session[0], "c");
  ck_assert_double_eq(made.price[0], 4);
  made.options.quantity = "units";
  ck_refused("who,time,visit\na,b,c\n", RECS_ERROR_FORMAT,
             "the input has no column \"units\"; found: who, time, visit");
  empty_log();
  ck_refused("item\nx\n", RECS_ERROR_FORMAT, "no column \"user\"; found: item");
  ck_refused("user,Item\na,b\n", RECS_ERROR_FORMAT, "no column \"item\"; found: user, Item");
  made.options.require_user = 0;
  ck_ok(read_text("item\nx\n"));
  made.options.format = RECS_FORMAT_JSONL;
  ck_refused("{\"thing\":1}\n", RECS_ERROR_FORMAT, "no column \"item\"; found: thing");
  made.options.user = "customer";
  ck_refused("{\"item\":1,\"user\":2}\n", RECS_ERROR_FORMAT, "no column \"customer\"; found: item, user");
  ck_assert_uint_eq(recs_events_count(made.events), 1);
}
END_TEST

START_TEST(refused_tables) {
  static const struct {
    const char *text, *message;
  } tables[] = {
      {"", "the input is empty"},
      {"\n\r\n", "the input is empty"},
      {"\xef\xbb\xbf", "the input is empty"},
      {"user,item\n", "the input has a header but no rows"},
      {"user,item\n\n\r\n", "the input has a header but no rows"},
      {"user,item,user\na,b,c\n", "two columns are called \"user\""},
      {"user,\"item\na,b\n", "line 1: a quote is not closed"},
      {"user,\"item\"x\na,b\n", "line 1: text behind a closing quote"},
      {"\x1f\x8b\x08", "compressed by gzip"},
      {"user,item\na,b\n\na,b,c\n", "line 4: 3 cells where the header has 2"},
      {"user,item\na,b\na\n", "line 3: 1 cell where the header has 2"},
      {"user,item\n\"a\nb\",c\n\"d\n\"\"\ne,f\n", "line 4: a quote is not closed"},
      {"user,item\na,\"b\" \n", "line 2: text behind a closing quote"},
      {"user,item,quantity\na,b,1\n\nc,d,abc\n", "line 4: column quantity: \"abc\" is no number"},
      {"user,item,quantity\n\"a\n\",b,1\nc,d,1x\n", "line 4: column quantity: \"1x\" is no number"},
      {"user,item,quantity\na,b,inf\n", "line 2: column quantity: \"inf\" is not finite"},
      {"user,item,price\na,b,nan\n", "line 2: column price: \"nan\" is not finite"},
      {"user,item,price\na,b,1e999\n", "line 2: column price: \"1e999\" is not finite"},
      {"user,item,weight\na,b,1e99\n", "line 2: column weight: \"1e99\" is too large"},
      {"user,item,time\na,b,yesterday\n", "line 2: column time: \"yesterday\" is no time"},
  };
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    ck_refused(tables[i].text, RECS_ERROR_FORMAT, tables[i].message);
  ck_fails(read_bytes("user,item\na,b\0c\n", 16), RECS_ERROR_FORMAT,
           "line 2: column item: \"b\\x00c\" has a NUL byte inside");
  ck_fails(read_bytes("us\0er,item\na,b\n", 15), RECS_ERROR_FORMAT, "a column's name is not allowed");
  ck_assert_uint_eq(recs_ids_count(made.users), 3); /* the ids of good lines stay, as documented */
}
END_TEST

START_TEST(refused_objects) {
  static const struct {
    const char *text, *message;
  } tables[] = {
      {"", "the input is empty"},
      {" \n\n", "the input is empty"},
      {"[1]\n", "line 1: not an object"},
      {"{\"item\":\"a\",\"user\":\"b\"}\n{\"item\"}\n", "line 2: a colon is missing (at byte 8)"},
      {"{\"item\":1,\"item\":2}\n", "line 1: a key is there twice"},
      {"{\"item\":1} {}\n", "line 1: text behind the object"},
      {"{\"item\":1,}\n", "line 1: a key is missing"},
      {"{\"item\":1 \"a\":2}\n", "line 1: a comma or a closing brace is missing"},
      {"{\"item\":\"a\\u0000b\"}\n", "line 1: column item: \"a\\x00b\" has a NUL byte inside"},
      {"{\"it\\u0000em\":1}\n", "line 1: a key that is no column's name"},
      {"{\"item\":[1]}\n", "line 1: column item: \"[1]\" is nested"},
      {"{\"item\":1,\"quantity\":{}}\n", "line 1: column quantity: \"{}\" is no number"},
      {"{\"item\":1,\"time\":[]}\n", "line 1: column time: \"[]\" is no time"},
      {"{\"item\":1,\"quantity\":true}\n", "line 1: column quantity: \"true\" is no number"},
  };
  made.options.format = RECS_FORMAT_JSONL;
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    ck_refused(tables[i].text, RECS_ERROR_FORMAT, tables[i].message);
  ck_ok(read_text("{\"item\":null,\"user\":17}\n{}\n{\"user\":true}"));
  ck_assert_uint_eq(fetch(), 3);
  ck_assert_uint_eq(made.item[0], RECS_NO_ROW);
  ck_name(made.users, made.user[0], "17");
  ck_assert_uint_eq(made.user[1], RECS_NO_ROW);
  ck_name(made.users, made.user[2], "true");
}
END_TEST

/* A reason of the report: how often, where first, and what. */
static void ck_reason(uint32_t index, const char *reason, uint64_t count, uint64_t line, const char *example) {
  const char *name, *text;
  uint64_t times, first;
  ck_ok(recs_report_entry(&name, &times, &first, &text, made.report, index));
  ck_assert_str_eq(name, reason);
  ck_assert_uint_eq(times, count);
  ck_assert_uint_eq(first, line);
  ck_assert_str_eq(text, example);
}

START_TEST(lenient_reading) {
  made.options.lenient = 1;
  ck_ok(read_text("user,item,quantity,time\n"
                  "a,x,1,\n"
                  "b,x,two,\n"
                  "c,x\n"
                  "d,x,1,then\n"
                  "e,x,three,\n"
                  "f,\"y\n"
                  "z\",2,10\n"
                  "g,\"y\"y,2,10\n"
                  "h,x,1,,\n"
                  "i,\"x,1,\n"
                  "j,x,1,\n"));
  ck_assert_uint_eq(fetch(), 3);
  ck_name(made.users, made.user[0], "a");
  ck_name(made.users, made.user[1], "f");
  ck_name(made.users, made.user[2], "j");
  ck_name(made.items, made.item[1], "y\nz");
  ck_assert_uint_eq(recs_ids_count(made.users), 3); /* dropped lines leave no ids */
  ck_assert_uint_eq(recs_report_count(made.report), 7);
  ck_reason(0, "read", 3, 0, "");
  ck_reason(1, "bad quantity", 2, 3, "\"two\"");
  ck_reason(2, "too few cells", 1, 4, "\"c,x\\n\"");
  ck_reason(3, "bad time", 1, 5, "\"then\"");
  ck_assert_uint_eq(recs_report_find(made.report, "text behind a closing quote"), 1);
  ck_reason(5, "too many cells", 1, 10, "\"h,x,1,,\\n\"");
  ck_assert_uint_eq(recs_report_find(made.report, "a quote is not closed"), 1);
  made.options.format = RECS_FORMAT_JSONL;
  ck_ok(read_text("{\"item\":1,\"user\":2}\nnonsense\n{\"item\":3,\"user\":4,\"weight\":\"x\"}\n"));
  ck_assert_uint_eq(recs_events_count(made.events), 4);
  ck_reason(0, "read", 1, 0, "");
  ck_reason(1, "not a JSON object", 1, 2, "\"nonsense\"");
  ck_reason(2, "bad weight", 1, 3, "\"x\"");
  /* Nothing but bad lines is no failure: the report says so. */
  ck_ok(read_text("nonsense\n{\"item\":1,\"user\":1,\"weight\":\"x\"}\n"));
  ck_reason(0, "read", 0, 0, "");
}
END_TEST

START_TEST(long_ids) {
  enum { LONGEST = 65536 };
  static char text[LONGEST + 64];
  int head = snprintf(text, sizeof text, "user,item\na,");
  memset(text + head, 'x', LONGEST + 1);
  ck_ok(read_bytes(text, (size_t)head + LONGEST));
  ck_fails(read_bytes(text, (size_t)head + LONGEST + 1), RECS_ERROR_FORMAT, "has more than 65536 bytes");
  ck_assert_uint_eq(recs_events_count(made.events), 1);
}
END_TEST

START_TEST(too_many_types) {
  char text[8192] = "user,item,event\n";
  size_t used = strlen(text);
  for (int i = 0; i < 255; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "u,i,type%d\n", i);
  ck_refused(text, RECS_ERROR_FORMAT, "line 256: column event: \"type254\" is one event type too many");
  empty_log();
  made.options.lenient = 1;
  ck_ok(read_text(text));
  ck_assert_uint_eq(recs_events_count(made.events), 254);
  ck_assert_uint_eq(recs_report_find(made.report, "bad event type"), 1);
}
END_TEST

START_TEST(kinds_of_time) {
  made.options.time_kind = RECS_TIME_ORDER;
  ck_refused("user,item,time\na,b,2020-01-01\n", RECS_ERROR_FORMAT, "\"2020-01-01\" is no place in an order");
  ck_assert_int_eq(recs_events_time_kind(made.events), RECS_TIME_CLOCK);
  ck_ok(read_text("user,item,time\na,b,-3\na,b,7\n"));
  ck_assert_int_eq(recs_events_time_kind(made.events), RECS_TIME_ORDER);
  ck_assert_uint_eq(fetch(), 2);
  ck_assert_int_eq(made.time[0], -3);
  ck_assert_int_eq(made.time[1], 7);
  made.options.time_kind = RECS_TIME_CLOCK;
  ck_refused("user,item,time\na,b,1\n", RECS_ERROR_INVALID,
             "time_kind is clock, but the log holds events whose times are order");
}
END_TEST

/* A host that gives a text a few bytes at a time. */
typedef struct dribble {
  const char *text;
  size_t left;
  size_t step;
  int64_t last;
} dribble;

static int64_t give(void *payload, void *buffer, size_t capacity) {
  dribble *from = payload;
  size_t count = from->left < from->step ? from->left : from->step;
  count = count < capacity ? count : capacity;
  if (count == 0)
    return from->last;
  memcpy(buffer, from->text, count);
  from->text += count;
  from->left -= count;
  return (int64_t)count;
}

START_TEST(sources_and_files) {
  char path[] = "/tmp/recs-events-XXXXXX.tsv.gz";
  static const char text[] = "user\titem\na\tb\n";
  dribble from = {everything, sizeof everything - 1, 3, 0};
  int file = mkstemps(path, 7);
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq(write(file, text, sizeof text - 1), (int)sizeof text - 1);
  close(file);
  ck_ok(recs_events_read_file(NULL, made.events, path, NULL, NULL, NULL));
  unlink(path);
  ck_assert_uint_eq(recs_events_count(made.events), 1);
  for (size_t step = 1; step <= 7; step++) {
    from = (dribble){everything, sizeof everything - 1, step, 0};
    empty_log();
    ck_ok(recs_events_read_source(&made.report, made.events, give, &from, NULL, NULL, NULL));
    ck_assert_uint_eq(fetch(), 3);
    ck_name(made.items, made.item[1], "tea, cup");
    ck_assert_double_eq(made.price[0], 19.99);
  }
  from = (dribble){everything, sizeof everything - 10, 5, -4};
  ck_fails(recs_events_read_source(NULL, made.events, give, &from, NULL, NULL, NULL), RECS_ERROR_IO, "failed with -4");
  ck_assert_uint_eq(recs_events_count(made.events), 3);
  ck_fails(recs_events_read_file(NULL, made.events, "/tmp", NULL, NULL, NULL), RECS_ERROR_IO, "Is a directory");
  ck_fails(recs_events_read_file(NULL, made.events, path, NULL, NULL, NULL), RECS_ERROR_IO, "No such file");
}
END_TEST

/* More than one window of text and one block of events. */
static char *long_table(size_t rows, size_t *length) {
  size_t room = 64 + rows * 64;
  char *text = malloc(room);
  ck_assert_ptr_nonnull(text);
  *length = (size_t)snprintf(text, room, "user,item,quantity,time\n");
  for (size_t i = 0; i < rows; i++)
    *length += (size_t)snprintf(text + *length, room - *length, "user %zu,\"item \"\"%zu\"\"\n\",%zu,%zu\n", i % 100,
                                i % 1000, i, i + 1);
  return text;
}

START_TEST(long_tables) {
  enum { ROWS = 30000 };
  static const uint32_t masks[] = {0, UINT32_MAX};
  size_t length;
  char *text = long_table(ROWS, &length);
  double *quantities = malloc(ROWS * sizeof *quantities);
  uint32_t *items = malloc(ROWS * sizeof *items);
  ck_assert(quantities != NULL && items != NULL);
  for (int i = 0; i < 2; i++) {
    teardown();
    ck_assert_int_eq(open_log(recs_test_threads(1, masks[i])), RECS_OK);
    ck_ok(read_bytes(text, length));
    ck_assert_uint_eq(recs_events_count(made.events), ROWS);
    ck_assert_uint_eq(recs_ids_count(made.users), 100);
    ck_assert_uint_eq(recs_ids_count(made.items), 1000);
    ck_name(made.items, 999, "item \"999\"\n");
    ck_ok(recs_events_read(NULL, items, NULL, NULL, quantities, NULL, NULL, NULL, made.events, 0, ROWS));
    for (size_t row = 0; row < ROWS; row++) {
      ck_assert_double_eq(quantities[row], (double)row);
      ck_assert_uint_eq(items[row], row % 1000);
    }
    /* A fault in the last line takes everything back. */
    text[length - 2] = 'x';
    ck_fails(read_bytes(text, length), RECS_ERROR_FORMAT, "line 60000: column time");
    text[length - 2] = '0';
    ck_assert_uint_eq(recs_events_count(made.events), ROWS);
  }
  free(items);
  free(quantities);
  free(text);
}
END_TEST

static int32_t count_calls(void *payload, double fraction) {
  double *last = payload;
  ck_assert(fraction >= last[0] && fraction <= 1);
  last[0] = fraction;
  last[1] += 1;
  return last[1] == last[2];
}

START_TEST(progress_and_cancel) {
  size_t length;
  char *text = long_table(30000, &length);
  double seen[3] = {0, 0, -1};
  ck_ok(recs_events_read_memory(NULL, made.events, text, length, NULL, count_calls, seen));
  ck_assert_double_eq(seen[0], 1);
  ck_assert_double_gt(seen[1], 3);
  seen[0] = seen[1] = 0;
  seen[2] = 3;
  ck_fails(recs_events_read_memory(NULL, made.events, text, length, NULL, count_calls, seen), RECS_ERROR_CANCELLED,
           "cancelled");
  ck_assert_uint_eq(recs_events_count(made.events), 30000);
  free(text);
}
END_TEST

START_TEST(bad_arguments) {
  recs_events *frozen;
  recs_ids *users;
  recs_report *report = (recs_report *)&report;
  ck_fails(recs_events_read_file(&report, NULL, "x", NULL, NULL, NULL), RECS_ERROR_INVALID, "events is NULL");
  ck_assert_ptr_null(report);
  ck_fails(recs_events_read_file(NULL, made.events, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "path is NULL");
  ck_fails(recs_events_read_memory(NULL, NULL, "x", 1, NULL, NULL, NULL), RECS_ERROR_INVALID, "events is NULL");
  ck_fails(recs_events_read_memory(NULL, made.events, NULL, 1, NULL, NULL, NULL), RECS_ERROR_INVALID, "bytes is NULL");
  ck_fails(recs_events_read_memory(NULL, made.events, NULL, 0, NULL, NULL, NULL), RECS_ERROR_FORMAT,
           "the input is empty");
  ck_fails(recs_events_read_source(NULL, made.events, NULL, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "source is NULL");
  ck_fails(recs_events_read_source(NULL, NULL, give, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID, "events is NULL");
  ck_fails(recs_events_read_options_init(NULL, sizeof made.options), RECS_ERROR_INVALID, "options is NULL");
  ck_fails(recs_events_read_options_init(&made.options, 3), RECS_ERROR_INVALID, "not 3");
  made.options.delimiter = '"';
  ck_refused("a", RECS_ERROR_INVALID, "delimiter is 34");
  made.options.delimiter = 200;
  ck_refused("a", RECS_ERROR_INVALID, "delimiter is 200");
  made.options.delimiter = 0;
  made.options.format = 9;
  ck_refused("a", RECS_ERROR_INVALID, "auto|csv|tsv|jsonl");
  ck_ok(recs_events_freeze(&frozen, made.events));
  ck_fails(recs_events_read_memory(NULL, frozen, "a", 1, NULL, NULL, NULL), RECS_ERROR_STATE, "frozen");
  recs_events_free(frozen);
  ck_ok(recs_ids_freeze(&users, made.users));
  ck_ok(recs_events_create(&frozen, users, made.items));
  ck_fails(recs_events_read_memory(NULL, frozen, "user,item\na,b\n", 14, NULL, NULL, NULL), RECS_ERROR_STATE,
           "the dictionary is frozen");
  recs_events_free(frozen);
  recs_ids_free(users);
  ck_assert_str_eq(recs_schema_name(recs_events_read_schema()), "events_read");
  ck_ok(recs_options_set(&made.options, recs_events_read_schema(), "format", "jsonl"));
  ck_assert_int_eq(made.options.format, RECS_FORMAT_JSONL);
}
END_TEST

static int32_t read_under_pressure(recs_context *context, void *payload) {
  const char *const *texts = payload;
  int32_t status = open_log(context);
  made.options.lenient = 1;
  for (int i = 0; i < 2 && status == RECS_OK; i++) {
    made.options.format = i == 0 ? RECS_FORMAT_CSV : RECS_FORMAT_JSONL;
    recs_report_free(made.report);
    status = recs_events_read_memory(&made.report, made.events, texts[i], strlen(texts[i]), &made.options, NULL, NULL);
    if (status != RECS_OK)
      ck_assert_uint_eq(recs_events_count(made.events), i == 0 ? 0 : 3);
  }
  close_log();
  return status;
}

START_TEST(out_of_memory) {
  static const char *const texts[] = {everything,
                                      "{\"item\":\"x\",\"user\":\"y\",\"quantity\":3}\n{\"user\":1,\"weight\":[]}\n"};
  teardown();
  recs_test_oom(read_under_pressure, (void *)(uintptr_t)texts);
  setup();
}
END_TEST

START_TEST(empty_quantities_are_counted) {
  ck_ok(read_text("user,item,quantity\na,x,2\nb,x,\nc,x,\n"));
  ck_assert_uint_eq(recs_events_count(made.events), 3);
  ck_assert_uint_eq(recs_report_find(made.report, "empty quantity"), 2);
  empty_log();
  made.options.empty_quantity = RECS_EMPTY_DROP;
  ck_ok(read_text("user,item,quantity\na,x,2\nb,x,\nc,x,\n"));
  ck_assert_uint_eq(recs_events_count(made.events), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "read"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "missing quantity"), 2);
  ck_assert_uint_eq(recs_ids_count(made.users), 1); /* who was dropped is nobody */
  empty_log();
  ck_ok(read_text("user,item\na,x\n")); /* a table without quantities lacks none */
  ck_assert_uint_eq(recs_report_count(made.report), 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("read_events");
  TCase *tests = tcase_create("read_events");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, empty_quantities_are_counted);
  tcase_add_test(tests, every_column);
  tcase_add_test(tests, ways_of_writing);
  tcase_add_test(tests, chosen_columns);
  tcase_add_test(tests, refused_tables);
  tcase_add_test(tests, refused_objects);
  tcase_add_test(tests, lenient_reading);
  tcase_add_test(tests, long_ids);
  tcase_add_test(tests, too_many_types);
  tcase_add_test(tests, kinds_of_time);
  tcase_add_test(tests, sources_and_files);
  tcase_add_test(tests, long_tables);
  tcase_add_test(tests, progress_and_cancel);
  tcase_add_test(tests, bad_arguments);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
