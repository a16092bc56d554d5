#include "support/support.h"

#include <stdio.h>
#include <unistd.h>

/* A store to read into. */
typedef struct reading {
  recs_context *context;
  recs_ids *ids;
  recs_profiles *profiles;
  recs_report *report;
  recs_profiles_read_options options;
} reading;

static reading made;

static int32_t open_store(recs_context *context) {
  int32_t status;
  made.context = context;
  made.report = NULL;
  made.ids = NULL;
  made.profiles = NULL;
  recs_profiles_read_options_init(&made.options, sizeof made.options);
  status = recs_ids_create(&made.ids, context);
  return status == RECS_OK ? recs_profiles_create(&made.profiles, made.ids) : status;
}

static void close_store(void) {
  recs_report_free(made.report);
  recs_profiles_free(made.profiles);
  recs_ids_free(made.ids);
}

static void setup(void) {
  ck_assert_int_eq(open_store(recs_test_threads(1, UINT32_MAX)), RECS_OK);
}

static void teardown(void) {
  close_store();
  recs_context_free(made.context);
}

static void empty_store(void) {
  recs_context *context = made.context;
  close_store();
  ck_assert_int_eq(open_store(context), RECS_OK);
}

static int32_t read_bytes(const char *text, size_t length) {
  recs_report_free(made.report);
  return recs_profiles_read_memory(&made.report, made.profiles, made.ids, text, length, &made.options, NULL, NULL);
}

static int32_t read_text(const char *text) {
  return read_bytes(text, strlen(text));
}

static uint32_t row_of(const char *id) {
  uint32_t row;
  ck_ok(recs_ids_find(&row, made.ids, id, strlen(id)));
  return row;
}

/* The field of that name and type. */
static uint32_t field_of(const char *wanted, int32_t type) {
  for (uint32_t i = 0; i < recs_profiles_field_count(made.profiles); i++) {
    const char *name;
    int32_t there;
    ck_ok(recs_profiles_field(&name, &there, NULL, made.profiles, i));
    if (strcmp(name, wanted) == 0) {
      ck_assert_int_eq(there, type);
      return i;
    }
  }
  ck_abort_msg("no field %s", wanted);
  return RECS_NO_ROW;
}

static double number_of(const char *id, const char *field) {
  double value;
  ck_ok(recs_profiles_number(&value, made.profiles, row_of(id), field_of(field, RECS_FIELD_NUMBER)));
  return value;
}

static const char *text_of(const char *id, const char *field) {
  const char *text;
  ck_ok(recs_profiles_text(&text, NULL, made.profiles, row_of(id), field_of(field, RECS_FIELD_TEXT)));
  return text;
}

static const float *embedding_of(const char *id, const char *field) {
  const float *values;
  ck_ok(recs_profiles_embedding(&values, made.profiles, row_of(id), field_of(field, RECS_FIELD_EMBEDDING)));
  return values;
}

/* A row's tags, each with a bar behind it, in the order in which they were first seen. */
static const char *tags_of(const char *id, const char *name) {
  static char joined[256];
  uint32_t field = field_of(name, RECS_FIELD_TAGS);
  const uint32_t *tags;
  const float *weights;
  size_t count, used = 0;
  ck_ok(recs_profiles_tags(&tags, &weights, &count, made.profiles, row_of(id), field));
  joined[0] = 0;
  for (size_t i = 0; i < count; i++) {
    const char *tag;
    ck_ok(recs_ids_name(&tag, NULL, recs_profiles_tag_ids(made.profiles, field), tags[i]));
    used += (size_t)snprintf(joined + used, sizeof joined - used, "%s|", tag);
  }
  return joined;
}

START_TEST(every_type) {
  made.options.numbers = "price, size,";
  made.options.text = "title";
  made.options.embeddings = "vector";
  made.options.ignore = "rubbish,not there";
  ck_ok(read_text("tag,item,price,size,title,vector,rubbish,kind\n"
                  "red|blue,a,1.5,,\"A, the \"\"first\"\"\",1 2.5 -3,x,k\n"
                  "blue||green|,b,-2,1e3,,,x,\n"
                  ",c,,,,\"[0.5, 1; 2e1]\",x,k|l\n"));
  ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 6);
  ck_assert_str_eq(tags_of("a", "tag"), "red|blue|");
  ck_assert_str_eq(tags_of("b", "tag"), "blue|green|");
  ck_assert_str_eq(tags_of("c", "tag"), "");
  ck_assert_str_eq(tags_of("c", "kind"), "k|l|");
  ck_assert_double_eq(number_of("a", "price"), 1.5);
  ck_assert_double_nan(number_of("a", "size"));
  ck_assert_double_eq(number_of("b", "size"), 1000);
  ck_assert_str_eq(text_of("a", "title"), "A, the \"first\"");
  ck_assert_str_eq(text_of("b", "title"), "");
  ck_assert_float_eq(embedding_of("a", "vector")[1], 2.5f);
  ck_assert_ptr_null(embedding_of("b", "vector"));
  ck_assert_float_eq(embedding_of("c", "vector")[2], 20);
  ck_assert_uint_eq(recs_report_count(made.report), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "read"), 3);
}
END_TEST

START_TEST(json_lines) {
  made.options.format = RECS_FORMAT_JSONL;
  made.options.numbers = "price";
  made.options.embeddings = "vector";
  made.options.text = "title";
  ck_ok(read_text(
      "{\"item\":\"a\",\"tags\":[\"x|y\",7,\"\\u00e9\",null,true],\"price\":2.5}\n"
      "{\"vector\":[1,2e0 , -3.5],\"item\":\"b\",\"tags\":[],\"more\":\"p|q\",\"price\":null,\"title\":\"T\"}\n"));
  ck_assert_str_eq(tags_of("a", "tags"), "x|y|7|\xc3\xa9|true|");
  ck_assert_str_eq(tags_of("b", "tags"), "");
  ck_assert_str_eq(tags_of("b", "more"), "p|q|");
  ck_assert_double_eq(number_of("a", "price"), 2.5);
  ck_assert_double_nan(number_of("b", "price"));
  ck_assert_str_eq(text_of("b", "title"), "T");
  ck_assert_float_eq(embedding_of("b", "vector")[2], -3.5f);
}
END_TEST

START_TEST(lists_of_columns) {
  static const char text[] = "user,a,b,c\nu,1,2,3\n";
  made.options.numbers = "*";
  ck_ok(read_text(text));
  ck_assert_double_eq(number_of("u", "a"), 1);
  ck_assert_double_eq(number_of("u", "c"), 3);
  empty_store();
  made.options.text = "*";
  made.options.tags = "b";
  made.options.ignore = "c";
  ck_ok(read_text(text));
  ck_assert_str_eq(text_of("u", "a"), "1");
  ck_assert_str_eq(tags_of("u", "b"), "2|");
  ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 2);
  empty_store();
  made.options.tags = "none";
  made.options.numbers = "c";
  ck_ok(read_text(text));
  ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 1);
  empty_store();
  made.options.tags = "*";
  made.options.id = "b";
  ck_ok(read_text(text));
  ck_assert_str_eq(tags_of("2", "user"), "u|");
  empty_store();
  made.options.tag_separator = 0;
  ck_ok(read_text("\n,item,user,t\n1,i,u,x|y\n")); /* "item" comes before "user"; a column without a name is left out */
  ck_assert_str_eq(tags_of("i", "t"), "x|y|");
  ck_assert_str_eq(tags_of("i", "user"), "u|");
  ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 2);
}
END_TEST

START_TEST(repeated_rows) {
  static const char text[] = "item,tag,n,t,v\na,x,1,one,1 1\nb,y,,,\na,y,2,two,2 2\na,,,,\n";
  for (int keep = 0; keep < 2; keep++) {
    empty_store();
    made.options.numbers = "n";
    made.options.text = "t";
    made.options.embeddings = "v";
    made.options.keep_first = keep;
    ck_ok(read_text(text));
    ck_assert_str_eq(tags_of("a", "tag"), "x|y|");
    ck_assert_double_eq(number_of("a", "n"), keep ? 1 : 2);
    ck_assert_str_eq(text_of("a", "t"), keep ? "one" : "two");
    ck_assert_float_eq(embedding_of("a", "v")[0], keep ? 1 : 2);
    /* The same for what the store has from an earlier call. */
    ck_ok(read_text("item,tag,n,t,v\na,z,3,three,3 3\nb,z,4,four,4 4\n"));
    ck_assert_str_eq(tags_of("a", "tag"), "x|y|z|");
    ck_assert_double_eq(number_of("a", "n"), keep ? 1 : 3);
    ck_assert_str_eq(text_of("a", "t"), keep ? "one" : "three");
    ck_assert_float_eq(embedding_of("a", "v")[0], keep ? 1 : 3);
    ck_assert_double_eq(number_of("b", "n"), 4);
    ck_assert_str_eq(text_of("b", "t"), "four");
  }
}
END_TEST

/* Reading fails, says why, and leaves the store as it was. */
static void ck_refused(const char *text, int32_t status, const char *message) {
  ck_fails(read_text(text), status, message);
  ck_assert_ptr_null(made.report);
}

START_TEST(failures_change_nothing) {
  const recs_ids *tags;
  const char *name;
  uint32_t field;
  made.options.numbers = "n";
  made.options.text = "t";
  ck_ok(read_text("item,tag,n,t\na,x,1,one\nb,y,2,two\n"));
  field = field_of("tag", RECS_FIELD_TAGS);
  tags = recs_profiles_tag_ids(made.profiles, field);
  ck_ok(recs_profiles_field(&name, NULL, NULL, made.profiles, field));
  ck_refused("item,tag,n,t,new\na,z,7,seven,k\nb,z,x,eight,k\n", RECS_ERROR_FORMAT,
             "line 3: column n: \"x\" is no number");
  ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 3);
  ck_assert_str_eq(tags_of("a", "tag"), "x|");
  ck_assert_double_eq(number_of("a", "n"), 1);
  ck_assert_str_eq(text_of("a", "t"), "one");
  /* And what was borrowed for good stays good when a read succeeds. */
  made.options.numbers = "m";
  ck_ok(read_text("item,tag,m,t\na,w,7,seven\nc,w,8,eight\n"));
  ck_assert_ptr_eq(recs_profiles_tag_ids(made.profiles, field), tags);
  ck_assert_str_eq(name, "tag");
  ck_assert_str_eq(tags_of("a", "tag"), "x|w|");
  ck_assert_str_eq(tags_of("b", "tag"), "y|");
  ck_assert_str_eq(tags_of("c", "tag"), "w|");
  ck_assert_str_eq(text_of("a", "t"), "seven");
  ck_assert_str_eq(text_of("b", "t"), "two");
  ck_assert_double_eq(number_of("a", "n"), 1);
  ck_assert_double_eq(number_of("c", "m"), 8);
}
END_TEST

START_TEST(refused_tables) {
  static const struct {
    const char *text, *message;
  } tables[] = {
      {"", "the input is empty"},
      {"item,n\n", "the input has a header but no rows"},
      {"thing,n\na,1\n", "no column \"item\"; found: thing, n"},
      {"item,m\na,1\n", "no column \"n\"; found: item, m"},
      {"item,n,n\na,1,1\n", "two columns are called \"n\""},
      {"item,n,v\n,1,1\n", "line 2: column item: \"\" is no id"},
      {"item,n,v\na,1\n", "line 2: 2 cells where the header has 3"},
      {"item,n,v\na,nan,\n", "line 2: column n: \"nan\" is not finite"},
      {"item,n,v\na,1,1 2 x\n", "line 2: column v: \"1 2 x\" is no list of finite numbers"},
      {"item,n,v\na,1,\"1,,2\"\n", "is no list of finite numbers"},
      {"item,n,v\na,1,\"1,2,\"\n", "is no list of finite numbers"},
      {"item,n,v\na,1,[]\n", "is no list of finite numbers"},
      {"item,n,v\na,1,1e300\n", "is no list of finite numbers"},
      {"item,n,v\na,1,1 2\nb,1,\nc,1,1 2 3\n", "line 4: column v: \"1 2 3\" has 3 numbers, not 2"},
      {"item,n,v,aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg\na,1,1,x\n", "has 64 bytes"},
  };
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    made.options.numbers = "n";
    made.options.embeddings = strstr(tables[i].text, ",v") != NULL ? "v" : NULL;
    ck_refused(tables[i].text, RECS_ERROR_FORMAT, tables[i].message);
    ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 0);
  }
  empty_store();
  made.options.text = "t";
  ck_fails(read_bytes("item,t\na,b\0c\n", 13), RECS_ERROR_FORMAT,
           "line 2: column t: \"b\\x00c\" has a NUL byte inside");
  ck_fails(read_bytes("item,t,g\na,b,x|\0\n", 17), RECS_ERROR_FORMAT,
           "line 2: column g: \"\\x00\" has a NUL byte inside");
  ck_fails(read_bytes("item,t\na\0,b\n", 12), RECS_ERROR_FORMAT,
           "line 2: column item: \"a\\x00\" has a NUL byte inside");
  made.options.format = RECS_FORMAT_JSONL;
  ck_refused("{\"item\":\"a\",\"t\":[1]}\n", RECS_ERROR_FORMAT, "line 1: column t: \"[1]\" is nested");
  ck_refused("{\"item\":\"a\",\"g\":{}}\n", RECS_ERROR_FORMAT, "line 1: column g: \"{}\" is nested");
  ck_refused("{\"item\":\"a\",\"g\":[1,[2]]}\n", RECS_ERROR_FORMAT, "line 1: column g: \"[2]\" is nested");
  ck_refused("{\"t\":\"a\"}\n", RECS_ERROR_FORMAT, "no column \"item\"; found: t");
  ck_refused("{\"item\":\"a\"}\n{\"t\":\"a\"}\n", RECS_ERROR_FORMAT, "line 2: column item: \"\" is no id");
  ck_refused("{\"item\":\"a\"}\n", RECS_ERROR_FORMAT, "no column \"t\"; found: item");
}
END_TEST

START_TEST(fields_that_are_there) {
  made.options.numbers = "n";
  made.options.embeddings = "v";
  ck_ok(read_text("item,n,v\na,1,1 2\n"));
  ck_refused("item,n,v\na,1,1 2 3\n", RECS_ERROR_FORMAT, "line 2: column v: \"1 2 3\" has 3 numbers, not 2");
  made.options.embeddings = "n";
  made.options.numbers = "v";
  ck_refused("item,n,v\na,1,1\n", RECS_ERROR_FORMAT, "column n: field \"n\" is there already with another type");
  made.options.embeddings = NULL;
  ck_refused("item,v\na,1\n", RECS_ERROR_FORMAT, "column v: field \"v\" is there already with another type");
}
END_TEST

START_TEST(lenient_reading) {
  made.options.lenient = 1;
  made.options.numbers = "n";
  made.options.embeddings = "v";
  ck_ok(read_text("item,tag,n,v\n"
                  "a,x,one,1 2 3\n"
                  "a,y,2,1 2\n"
                  "b,y,2,1\n"
                  ",y,2,1 2\n"
                  "c,z\n"
                  "d,z,3,3 4\n"));
  ck_assert_uint_eq(recs_report_find(made.report, "read"), 2);
  ck_assert_uint_eq(recs_report_find(made.report, "bad number"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "bad embedding"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "no id"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "too few cells"), 1);
  ck_assert_uint_eq(recs_ids_count(made.ids), 2);
  ck_assert_str_eq(tags_of("a", "tag"), "y|"); /* a bad line changes nothing */
  made.options.format = RECS_FORMAT_JSONL;
  made.options.embeddings = NULL;
  ck_ok(read_text("{\"n\":1}\n{\"n\":2,\"item\":\"a\"}\n{\"item\":[]}\n"));
  ck_assert_uint_eq(recs_report_find(made.report, "read"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "no id"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "bad id"), 1);
  ck_refused("{\"n\":1}\n", RECS_ERROR_FORMAT, "no column \"item\"");
}
END_TEST

START_TEST(known_ids_only) {
  uint32_t row;
  uint64_t line;
  const char *reason, *example;
  made.options.add_ids = 0;
  ck_ok(recs_ids_add(&row, made.ids, "b", 1));
  ck_ok(read_text("item,tag\na,x\nb,y\nc,z\n"));
  ck_assert_uint_eq(recs_ids_count(made.ids), 1);
  ck_assert_str_eq(tags_of("b", "tag"), "y|");
  ck_assert_uint_eq(recs_report_find(made.report, "read"), 1);
  ck_assert_uint_eq(recs_report_find(made.report, "unknown id"), 2);
  ck_ok(recs_report_entry(&reason, NULL, &line, &example, made.report, 1));
  ck_assert_uint_eq(line, 2);
  ck_assert_str_eq(example, "\"a\"");
}
END_TEST

START_TEST(bad_lists) {
  static const char text[] = "item,a\nx,1\n";
  made.options.numbers = "*";
  made.options.text = "*";
  ck_refused(text, RECS_ERROR_INVALID, "numbers and text are both *");
  made.options.text = "b,a";
  made.options.numbers = "a";
  ck_refused(text, RECS_ERROR_INVALID, "column a is named by both numbers and text");
  made.options.text = NULL;
  made.options.id = "a";
  ck_refused(text, RECS_ERROR_INVALID, "column a is that of the ids, but numbers names it too");
  made.options.id = NULL;
  made.options.numbers = "a,b";
  ck_refused(text, RECS_ERROR_FORMAT, "no column \"b\"; found: item, a");
}
END_TEST

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

START_TEST(sources_and_files) {
  static const char text[] = "{\"item\":\"a\",\"tag\":[\"\\\"x\\\"\",\"y\"]}\n";
  char path[] = "/tmp/recs-profiles-XXXXXX.ndjson";
  int file = mkstemps(path, 7);
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq(write(file, text, sizeof text - 1), (int)sizeof text - 1);
  close(file);
  ck_ok(recs_profiles_read_file(NULL, made.profiles, made.ids, path, NULL, NULL, NULL));
  unlink(path);
  ck_assert_str_eq(tags_of("a", "tag"), "\"x\"|y|");
  made.options.format = RECS_FORMAT_JSONL;
  for (size_t step = 1; step <= 7; step++) {
    dribble from = {text, sizeof text - 1, step};
    empty_store();
    made.options.format = RECS_FORMAT_JSONL;
    ck_ok(recs_profiles_read_source(&made.report, made.profiles, made.ids, give, &from, &made.options, NULL, NULL));
    ck_assert_str_eq(tags_of("a", "tag"), "\"x\"|y|");
  }
  ck_fails(recs_profiles_read_file(NULL, made.profiles, made.ids, "/tmp", NULL, NULL, NULL), RECS_ERROR_IO,
           "directory");
}
END_TEST

static int32_t cancel(void *payload, double fraction) {
  (void)payload;
  return fraction >= 1;
}

/* Over a frozen dictionary a store takes what it knows, and a frozen store takes nothing. */
static void ck_frozen(void) {
  recs_profiles *store, *frozen;
  recs_ids *ids;
  uint32_t row;
  ck_ok(recs_ids_add(&row, made.ids, "a", 1));
  ck_ok(recs_ids_freeze(&ids, made.ids));
  ck_ok(recs_profiles_create(&store, ids));
  ck_ok(recs_profiles_read_memory(NULL, store, ids, "item,t\na,x\n", 11, NULL, NULL, NULL));
  ck_fails(recs_profiles_read_memory(NULL, store, ids, "item,t\nnew,x\n", 13, NULL, NULL, NULL), RECS_ERROR_STATE,
           "the dictionary is frozen");
  ck_ok(recs_profiles_freeze(&frozen, store));
  ck_assert_ptr_eq(recs_profiles_ids(frozen), ids); /* a frozen dictionary is its own copy */
  ck_fails(recs_profiles_read_memory(NULL, frozen, ids, "item,t\na,x\n", 11, NULL, NULL, NULL), RECS_ERROR_STATE,
           "the profiles are frozen");
  recs_profiles_free(frozen);
  recs_profiles_free(store);
  recs_ids_free(ids);
}

START_TEST(bad_arguments) {
  recs_profiles *frozen;
  recs_ids *others;
  recs_report *report = (recs_report *)&report;
  ck_fails(recs_profiles_read_file(&report, NULL, made.ids, "x", NULL, NULL, NULL), RECS_ERROR_INVALID,
           "profiles is NULL");
  ck_assert_ptr_null(report);
  ck_fails(recs_profiles_read_file(NULL, made.profiles, NULL, "x", NULL, NULL, NULL), RECS_ERROR_INVALID,
           "ids is NULL");
  ck_fails(recs_profiles_read_file(NULL, made.profiles, made.ids, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "path is NULL");
  ck_fails(recs_profiles_read_memory(NULL, made.profiles, made.ids, NULL, 1, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "bytes");
  ck_fails(recs_profiles_read_memory(NULL, NULL, made.ids, "a", 1, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "profiles is NULL");
  ck_fails(recs_profiles_read_source(NULL, made.profiles, made.ids, NULL, NULL, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "source");
  ck_fails(recs_profiles_read_options_init(NULL, sizeof made.options), RECS_ERROR_INVALID, "options is NULL");
  ck_ok(recs_ids_create(&others, made.context));
  ck_fails(recs_profiles_read_memory(NULL, made.profiles, others, "a", 1, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "ids is not the dictionary of the profiles");
  recs_ids_free(others);
  ck_fails(recs_profiles_read_memory(NULL, made.profiles, made.ids, "item,a\nb,c\n", 11, NULL, cancel, NULL),
           RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_uint_eq(recs_profiles_field_count(made.profiles), 0);
  made.options.tag_separator = -1;
  ck_refused("a", RECS_ERROR_INVALID, "tag_separator is -1");
  made.options.tag_separator = 0;
  made.options.reserved_2 = 1;
  ck_refused("a", RECS_ERROR_INVALID, "reserved_2 must be 0");
  ck_ok(recs_profiles_freeze(&frozen, made.profiles));
  ck_fails(recs_profiles_read_memory(NULL, frozen, made.ids, "a", 1, NULL, NULL, NULL), RECS_ERROR_INVALID,
           "dictionary");
  recs_profiles_free(frozen);
  ck_frozen();
  ck_assert_str_eq(recs_schema_name(recs_profiles_read_schema()), "profiles_read");
}
END_TEST

static int32_t read_under_pressure(recs_context *context, void *payload) {
  const char *const *texts = payload;
  uint32_t before = 0;
  int32_t status = open_store(context);
  made.options.numbers = "n";
  made.options.embeddings = "v";
  for (int i = 0; i < 2 && status == RECS_OK; i++) {
    before = recs_profiles_field_count(made.profiles);
    recs_report_free(made.report);
    status = recs_profiles_read_memory(&made.report, made.profiles, made.ids, texts[i], strlen(texts[i]), &made.options,
                                       NULL, NULL);
  }
  if (status != RECS_OK)
    ck_assert_uint_eq(recs_profiles_field_count(made.profiles), before);
  close_store();
  return status;
}

START_TEST(out_of_memory) {
  static const char *const texts[] = {"item,n,tag,v\na,1,x|y,1 2\nb,2,z,3 4\n",
                                      "item,n,v,tag,other,fresh\nb,5,1 2,new,o,p\nc,6,3 4,newer,o,p\n"};
  teardown();
  recs_test_oom(read_under_pressure, (void *)(uintptr_t)texts);
  setup();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("read_profiles");
  TCase *tests = tcase_create("read_profiles");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, every_type);
  tcase_add_test(tests, json_lines);
  tcase_add_test(tests, lists_of_columns);
  tcase_add_test(tests, repeated_rows);
  tcase_add_test(tests, failures_change_nothing);
  tcase_add_test(tests, refused_tables);
  tcase_add_test(tests, fields_that_are_there);
  tcase_add_test(tests, lenient_reading);
  tcase_add_test(tests, known_ids_only);
  tcase_add_test(tests, bad_lists);
  tcase_add_test(tests, sources_and_files);
  tcase_add_test(tests, bad_arguments);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
