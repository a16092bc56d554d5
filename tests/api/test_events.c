#include "support/support.h"

#include <pthread.h>
#include <stdio.h>

enum { CHUNK = 65536, PEOPLE = 50, THINGS = 80 };

static recs_context *context;
static recs_ids *users, *items;
static recs_events *events;

static void add_ids(recs_ids *ids, const char *prefix, int count) {
  for (int i = 0; i < count; i++) {
    char id[16];
    uint32_t row;
    ck_ok(recs_ids_add(&row, ids, id, (size_t)snprintf(id, sizeof id, "%s%d", prefix, i)));
  }
}

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_ids_create(&users, context));
  ck_ok(recs_ids_create(&items, context));
  add_ids(users, "u", PEOPLE);
  add_ids(items, "i", THINGS);
  ck_ok(recs_events_create(&events, users, items));
}

static void teardown(void) {
  recs_ids_free(users);
  recs_events_free(events);
  recs_ids_free(items);
  recs_context_free(context);
}

/* A log as plain arrays: what append gets, what read gives, and the naive model. */
typedef struct plain {
  uint32_t *users, *items, *types, *sessions;
  float *weights;
  double *quantities, *prices;
  int64_t *times;
} plain;

static void *filled(size_t count, size_t size) {
  void *block = malloc((count + 1) * size);
  memset(block, 0xa5, (count + 1) * size);
  return block;
}

static plain plain_new(size_t count) {
  plain made;
  made.users = filled(count, 4);
  made.items = filled(count, 4);
  made.types = filled(count, 4);
  made.sessions = filled(count, 4);
  made.weights = filled(count, 4);
  made.quantities = filled(count, 8);
  made.prices = filled(count, 8);
  made.times = filled(count, 8);
  return made;
}

static void plain_free(plain made) {
  free(made.users);
  free(made.items);
  free(made.types);
  free(made.sessions);
  free(made.weights);
  free(made.quantities);
  free(made.prices);
  free(made.times);
}

static int32_t read_all(plain to, const recs_events *log, uint64_t first, size_t count) {
  return recs_events_read(to.users, to.items, to.types, to.weights, to.quantities, to.prices, to.times, to.sessions,
                          log, first, count);
}

/* Events `first` to `first + count` of the log are those of the model. */
static void check_log(const recs_events *log, plain model, size_t first, size_t count) {
  plain read = plain_new(count);
  ck_ok(read_all(read, log, first, count));
  ck_assert_mem_eq(read.users, model.users + first, count * 4);
  ck_assert_mem_eq(read.items, model.items + first, count * 4);
  ck_assert_mem_eq(read.types, model.types + first, count * 4);
  ck_assert_mem_eq(read.sessions, model.sessions + first, count * 4);
  ck_assert_mem_eq(read.weights, model.weights + first, count * 4);
  ck_assert_mem_eq(read.quantities, model.quantities + first, count * 8);
  ck_assert_mem_eq(read.prices, model.prices + first, count * 8);
  ck_assert_mem_eq(read.times, model.times + first, count * 8);
  ck_assert_uint_eq(read.users[count], 0xa5a5a5a5u); /* nothing behind is touched */
  plain_free(read);
}

static void set_defaults(plain to, size_t first, size_t count) {
  for (size_t i = first; i < first + count; i++) {
    to.users[i] = to.items[i] = to.sessions[i] = RECS_NO_ROW;
    to.types[i] = 0;
    to.weights[i] = 1;
    to.quantities[i] = 1;
    to.prices[i] = NAN;
    to.times[i] = RECS_NO_TIME;
  }
}

static recs_event_columns columns_of(plain from, size_t first) {
  recs_event_columns columns = {.struct_size = sizeof columns,
                                .users = from.users + first,
                                .items = from.items + first,
                                .types = from.types + first,
                                .weights = from.weights + first,
                                .quantities = from.quantities + first,
                                .prices = from.prices + first,
                                .times = from.times + first,
                                .sessions = from.sessions + first};
  return columns;
}

static const recs_event_columns nothing = {.struct_size = sizeof nothing};

START_TEST(an_empty_log) {
  const char *name;
  ck_assert_uint_eq(recs_events_count(events), 0);
  ck_assert_ptr_eq(recs_events_users(events), users);
  ck_assert_ptr_eq(recs_events_items(events), items);
  ck_assert_uint_eq(recs_ids_count(recs_events_sessions(events)), 0);
  ck_assert_uint_eq(recs_ids_count(recs_events_types(events)), 1);
  ck_ok(recs_ids_name(&name, NULL, recs_events_types(events), 0));
  ck_assert_str_eq(name, "event");
  ck_assert_int_eq(recs_events_time_kind(events), RECS_TIME_CLOCK);
  ck_ok(recs_events_append(events, &nothing, 0));
  ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, 0, 0));
}
END_TEST

START_TEST(defaults) {
  plain model = plain_new(3);
  set_defaults(model, 0, 3);
  ck_ok(recs_events_append(events, &nothing, 3));
  ck_assert_uint_eq(recs_events_count(events), 3);
  check_log(events, model, 0, 3);
  plain_free(model);
}
END_TEST

START_TEST(types_and_sessions) {
  uint32_t view, buy, again, order;
  ck_ok(recs_events_type(&view, events, "view", 4));
  ck_ok(recs_events_type(&buy, events, "buy", 3));
  ck_ok(recs_events_type(&again, events, "view", 4));
  ck_assert_uint_eq(view, 1);
  ck_assert_uint_eq(buy, 2);
  ck_assert_uint_eq(again, 1);
  ck_ok(recs_events_type(&again, events, "event", 5));
  ck_assert_uint_eq(again, 0);
  ck_ok(recs_events_session(&order, events, "order 1", 7));
  ck_assert_uint_eq(order, 0);
  ck_ok(recs_events_session(&order, events, "order 2", 7));
  ck_ok(recs_events_session(&order, events, "order 1", 7));
  ck_assert_uint_eq(order, 0);
  ck_assert_uint_eq(recs_ids_count(recs_events_sessions(events)), 2);
  ck_fails(recs_events_type(&view, events, "", 0), RECS_ERROR_INVALID, "an id is empty");
  ck_assert_uint_eq(view, RECS_NO_ROW);
  ck_fails(recs_events_session(&order, events, "a\0b", 3), RECS_ERROR_INVALID, "NUL");
  ck_assert_uint_eq(order, RECS_NO_ROW);
}
END_TEST

START_TEST(at_most_255_types) {
  uint32_t type;
  char name[16];
  plain model = plain_new(255);
  recs_event_columns columns = nothing;
  set_defaults(model, 0, 255);
  for (int i = 1; i < 255; i++)
    ck_ok(recs_events_type(&type, events, name, (size_t)snprintf(name, sizeof name, "t%d", i)));
  ck_fails(recs_events_type(&type, events, "more", 4), RECS_ERROR_OVERFLOW, "more than 255 event types");
  ck_assert_uint_eq(type, RECS_NO_ROW);
  ck_ok(recs_events_type(&type, events, "t254", 4));
  for (uint32_t i = 0; i < 255; i++)
    model.types[i] = i;
  columns.types = model.types;
  ck_ok(recs_events_append(events, &columns, 255));
  check_log(events, model, 0, 255);
  plain_free(model);
}
END_TEST

START_TEST(kinds_of_time) {
  recs_events *frozen;
  ck_ok(recs_events_set_time_kind(events, RECS_TIME_ORDER));
  ck_assert_int_eq(recs_events_time_kind(events), RECS_TIME_ORDER);
  ck_fails(recs_events_set_time_kind(events, 0), RECS_ERROR_INVALID, "kind is 0");
  ck_fails(recs_events_set_time_kind(events, 3), RECS_ERROR_INVALID, "kind is 3");
  ck_fails(recs_events_set_time_kind(events, -1), RECS_ERROR_INVALID, "kind is -1");
  ck_ok(recs_events_freeze(&frozen, events));
  ck_assert_int_eq(recs_events_time_kind(frozen), RECS_TIME_ORDER);
  recs_events_free(frozen);
}
END_TEST

/* One value of one column of the second record is bad; nothing is appended. */
static void refused(recs_event_columns columns, const char *text) {
  uint64_t before = recs_events_count(events);
  columns.struct_size = sizeof columns;
  ck_fails(recs_events_append(events, &columns, 2), RECS_ERROR_INVALID, text);
  ck_assert_uint_eq(recs_events_count(events), before);
}

START_TEST(bad_records_are_named) {
  ck_ok(recs_events_append(events, &nothing, 1));
  refused((recs_event_columns){.users = (uint32_t[]){0, PEOPLE}}, "record 2: user 50 is not below 50");
  refused((recs_event_columns){.items = (uint32_t[]){RECS_NO_ROW, THINGS}}, "record 2: item 80 is not below 80");
  refused((recs_event_columns){.types = (uint32_t[]){0, 1}}, "record 2: type 1 is not below 1");
  refused((recs_event_columns){.types = (uint32_t[]){RECS_NO_ROW, 0}}, "record 1: type 4294967295");
  refused((recs_event_columns){.sessions = (uint32_t[]){RECS_NO_ROW, 0}}, "record 2: session 0 is not below 0");
  refused((recs_event_columns){.weights = (float[]){0, NAN}}, "record 2: the weight is nan");
  refused((recs_event_columns){.weights = (float[]){-INFINITY, 0}}, "record 1: the weight is -inf");
  refused((recs_event_columns){.quantities = (double[]){-1, NAN}}, "record 2: the quantity is nan");
  refused((recs_event_columns){.quantities = (double[]){-1, INFINITY}}, "record 2: the quantity is inf");
  refused((recs_event_columns){.prices = (double[]){NAN, -INFINITY}}, "record 2: the price is -inf");
}
END_TEST

START_TEST(null_and_huge_arguments) {
  recs_events *out = (recs_events *)&out;
  recs_event_columns old = {.struct_size = 8};
  uint32_t row = 9;
  recs_context *elsewhere = recs_test_threads(1, 0);
  recs_ids *strange;
  ck_fails(recs_events_create(NULL, users, items), RECS_ERROR_INVALID, "out");
  ck_fails(recs_events_create(&out, NULL, items), RECS_ERROR_INVALID, "users");
  ck_assert_ptr_null(out);
  ck_fails(recs_events_create(&out, users, NULL), RECS_ERROR_INVALID, "items");
  ck_ok(recs_ids_create(&strange, elsewhere));
  ck_fails(recs_events_create(&out, users, strange), RECS_ERROR_INVALID, "different contexts");
  recs_ids_free(strange);
  recs_context_free(elsewhere);
  ck_fails(recs_events_type(NULL, events, "a", 1), RECS_ERROR_INVALID, "out_type");
  ck_fails(recs_events_type(&row, NULL, "a", 1), RECS_ERROR_INVALID, "events");
  ck_fails(recs_events_type(&row, events, NULL, 1), RECS_ERROR_INVALID, "name");
  ck_fails(recs_events_session(NULL, events, "a", 1), RECS_ERROR_INVALID, "out_session");
  ck_fails(recs_events_session(&row, NULL, "a", 1), RECS_ERROR_INVALID, "events");
  ck_fails(recs_events_session(&row, events, NULL, 1), RECS_ERROR_INVALID, "id");
  ck_fails(recs_events_set_time_kind(NULL, 1), RECS_ERROR_INVALID, "events");
  ck_fails(recs_events_append(NULL, &nothing, 1), RECS_ERROR_INVALID, "events");
  ck_fails(recs_events_append(events, NULL, 1), RECS_ERROR_INVALID, "columns");
  ck_fails(recs_events_append(events, &old, 1), RECS_ERROR_INVALID, "struct_size of the columns is 8, not 72");
  ck_fails(recs_events_append(events, &nothing, SIZE_MAX), RECS_ERROR_OVERFLOW,
           "18446744073709551615 more are too many");
  ck_fails(recs_events_append(events, &nothing, (size_t)PTRDIFF_MAX + 1), RECS_ERROR_OVERFLOW, "too many");
  ck_fails(recs_events_freeze(NULL, events), RECS_ERROR_INVALID, "out");
  ck_fails(recs_events_freeze(&out, NULL), RECS_ERROR_INVALID, "events");
  ck_assert_uint_eq(recs_events_count(events), 0);
}
END_TEST

START_TEST(null_logs) {
  uint32_t row = 9;
  ck_assert_ptr_null(recs_events_users(NULL));
  ck_assert_ptr_null(recs_events_items(NULL));
  ck_assert_ptr_null(recs_events_sessions(NULL));
  ck_assert_ptr_null(recs_events_types(NULL));
  ck_assert_int_eq(recs_events_time_kind(NULL), 0);
  ck_assert_uint_eq(recs_events_count(NULL), 0);
  ck_fails(recs_events_read(&row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1), RECS_ERROR_INVALID, "events");
  recs_events_free(NULL);
}
END_TEST

START_TEST(reading_beyond_the_end) {
  uint32_t row = 9;
  ck_ok(recs_events_append(events, &nothing, 5));
  ck_ok(recs_events_read(&row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, 5, 0));
  ck_fails(recs_events_read(&row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, 5, 1), RECS_ERROR_INVALID,
           "1 events from 5 on, of 5");
  ck_fails(recs_events_read(&row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, 6, 0), RECS_ERROR_INVALID, "of 5");
  ck_fails(recs_events_read(&row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, 1, SIZE_MAX), RECS_ERROR_INVALID,
           "of 5");
  ck_fails(recs_events_read(&row, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, UINT64_MAX, 2), RECS_ERROR_INVALID,
           "of 5");
  ck_assert_uint_eq(row, 9);
}
END_TEST

/* Rows of removed ids are rows still. */
START_TEST(rows_of_removed_ids) {
  recs_event_columns columns = nothing;
  uint32_t row = 3, read = 9;
  ck_ok(recs_ids_remove(users, row));
  columns.users = &row;
  ck_ok(recs_events_append(events, &columns, 1));
  ck_ok(recs_events_read(&read, NULL, NULL, NULL, NULL, NULL, NULL, NULL, events, 0, 1));
  ck_assert_uint_eq(read, 3);
}
END_TEST

static uint64_t next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

/* Values of which most columns are sometimes the default. */
static void randomize(plain to, size_t first, size_t count, uint64_t *state) {
  set_defaults(to, first, count);
  for (size_t i = first; i < first + count; i++) {
    to.users[i] = next(state) % 9 == 0 ? RECS_NO_ROW : (uint32_t)(next(state) % PEOPLE);
    to.items[i] = (uint32_t)(next(state) % THINGS);
    to.types[i] = (uint32_t)(next(state) % 3);
    to.weights[i] = (float)next(state);
    to.quantities[i] = (double)next(state) - 1e9;
    to.prices[i] = next(state) % 2 == 0 ? NAN : (double)next(state) / 64;
    to.times[i] = (int64_t)next(state);
    to.sessions[i] = next(state) % 2 == 0 ? RECS_NO_ROW : 0;
  }
}

/* Appends `count` random events, with each column left out now and then, to the log and the model. */
static void append_some(plain model, size_t first, size_t count, uint64_t *state) {
  plain given = plain_new(count);
  recs_event_columns columns;
  uint64_t left_out = next(state) % 4 == 0 ? 0 : next(state);
  randomize(given, 0, count, state);
  columns = columns_of(given, 0);
  set_defaults(model, first, count);
#define GIVE(bit, column)                                                                                              \
  if (left_out >> (bit)&1)                                                                                             \
    columns.column = NULL;                                                                                             \
  else                                                                                                                 \
    memcpy(model.column + first, given.column, count * sizeof *given.column)
  GIVE(0, users);
  GIVE(1, items);
  GIVE(2, types);
  GIVE(3, weights);
  GIVE(4, quantities);
  GIVE(5, prices);
  GIVE(6, times);
  GIVE(7, sessions);
#undef GIVE
  ck_ok(recs_events_append(events, &columns, count));
  plain_free(given);
}

static void make_names(void) {
  uint32_t row;
  ck_ok(recs_events_type(&row, events, "view", 4));
  ck_ok(recs_events_type(&row, events, "buy", 3));
  ck_ok(recs_events_session(&row, events, "s", 1));
}

/* Appends of all sizes over several chunks; snapshots are compared when the builder has gone on. */
START_TEST(random_appends) {
  enum { MOST = 4 * CHUNK, SNAPSHOTS = 20 };
  recs_events *frozen[SNAPSHOTS];
  plain model = plain_new(MOST);
  uint64_t state = (uint64_t)_i + 7;
  size_t count = 0, snapshots = 0;
  make_names();
  while (count < MOST) {
    size_t more = next(&state) % 3 == 0 ? next(&state) % (CHUNK * 3 / 2) : next(&state) % 100;
    more = more < MOST - count ? more : MOST - count;
    append_some(model, count, more, &state);
    count += more;
    if (snapshots < SNAPSHOTS && next(&state) % 2 == 0)
      ck_ok(recs_events_freeze(&frozen[snapshots++], events));
  }
  ck_assert_uint_eq(recs_events_count(events), MOST);
  check_log(events, model, 0, MOST);
  for (int i = 0; i < 50; i++) {
    size_t first = next(&state) % MOST;
    check_log(events, model, first, next(&state) % (MOST - first + 1));
  }
  for (size_t i = 0; i < snapshots; i++) {
    check_log(frozen[i], model, 0, recs_events_count(frozen[i]));
    recs_events_free(frozen[i]);
  }
  plain_free(model);
}
END_TEST

START_TEST(a_snapshot_stays) {
  recs_events *frozen, *again;
  plain model = plain_new(3);
  recs_event_columns columns;
  uint32_t row;
  uint64_t state = 5;
  make_names();
  randomize(model, 0, 3, &state);
  columns = columns_of(model, 0);
  ck_ok(recs_events_append(events, &columns, 2));
  ck_ok(recs_events_freeze(&frozen, events));
  columns = columns_of(model, 2);
  ck_ok(recs_events_append(events, &columns, 1));
  ck_ok(recs_events_type(&row, events, "late", 4));
  ck_ok(recs_events_session(&row, events, "late", 4));
  add_ids(users, "late", 1);
  ck_ok(recs_ids_remove(items, 0));
  ck_assert_uint_eq(recs_events_count(frozen), 2);
  check_log(frozen, model, 0, 2);
  ck_assert_uint_eq(recs_ids_count(recs_events_types(frozen)), 3);
  ck_assert_uint_eq(recs_ids_count(recs_events_sessions(frozen)), 1);
  ck_assert_uint_eq(recs_ids_count(recs_events_users(frozen)), PEOPLE);
  ck_assert_uint_eq(recs_ids_live(recs_events_items(frozen)), THINGS);
  ck_ok(recs_events_freeze(&again, frozen));
  ck_assert_ptr_eq(again, frozen);
  recs_events_free(again);
  recs_events_free(events);
  events = NULL;
  check_log(frozen, model, 0, 2);
  recs_events_free(frozen);
  plain_free(model);
}
END_TEST

START_TEST(a_snapshot_is_closed) {
  recs_events *frozen;
  uint32_t row;
  make_names();
  ck_ok(recs_events_freeze(&frozen, events));
  ck_fails(recs_events_append(frozen, &nothing, 1), RECS_ERROR_STATE, "the log is frozen");
  ck_fails(recs_events_type(&row, frozen, "new", 3), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_events_session(&row, frozen, "new", 3), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_events_set_time_kind(frozen, RECS_TIME_ORDER), RECS_ERROR_STATE, "frozen");
  ck_ok(recs_events_type(&row, frozen, "view", 4));
  ck_assert_uint_eq(row, 1);
  recs_events_free(frozen);
}
END_TEST

/* A hundred snapshots of a large log cost a hundred small blocks, not a hundred logs. */
START_TEST(snapshots_share_memory) {
  enum { EVENTS = 3 * CHUNK, SNAPSHOTS = 100 };
  recs_test_heap heap = {0};
  recs_context *with = recs_test_context(&heap);
  recs_ids *someone, *something;
  recs_events *log, *frozen[SNAPSHOTS];
  long before, an_event;
  ck_ok(recs_ids_create(&someone, with));
  ck_ok(recs_ids_create(&something, with));
  ck_ok(recs_events_create(&log, someone, something));
  ck_ok(recs_events_append(log, &nothing, EVENTS));
  before = heap.live;
  ck_ok(recs_events_freeze(&frozen[0], log));
  an_event = heap.live - before;
  ck_assert_int_le(an_event, 6); /* the log, four dictionaries, the list of chunks */
  for (int i = 1; i < SNAPSHOTS; i++)
    ck_ok(recs_events_freeze(&frozen[i], log));
  ck_assert_int_eq(heap.live - before, SNAPSHOTS * an_event);
  for (int i = 0; i < SNAPSHOTS; i++)
    recs_events_free(frozen[i]);
  ck_assert_int_eq(heap.live, before);
  recs_events_free(log);
  recs_ids_free(someone);
  recs_ids_free(something);
  recs_context_free(with);
}
END_TEST

/* Reads a snapshot over and over; says whether it was always the same. */
static void *read_snapshot(void *snapshot) {
  static char same[] = "same";
  for (int round = 0; round < 200; round++) {
    uint32_t found[50], row;
    double prices[50];
    if (recs_events_read(found, NULL, NULL, NULL, NULL, prices, NULL, NULL, snapshot, 0, 50) != RECS_OK ||
        recs_ids_count(recs_events_users(snapshot)) != PEOPLE ||
        recs_ids_find(&row, recs_events_users(snapshot), "u7", 2) != RECS_OK || row != 7)
      return NULL;
    for (uint32_t i = 0; i < 50; i++) {
      if (found[i] != i || !isnan(prices[i]))
        return NULL;
    }
  }
  return same;
}

/* Threads read a snapshot while the builder appends, adds columns and ids, and takes more snapshots. */
START_TEST(readers_beside_the_builder) {
  enum { READERS = 3 };
  pthread_t readers[READERS];
  recs_events *frozen, *more;
  recs_event_columns columns = nothing;
  uint32_t people[50];
  double prices[50];
  for (uint32_t i = 0; i < 50; i++) {
    people[i] = i;
    prices[i] = i;
  }
  columns.users = people;
  ck_ok(recs_events_append(events, &columns, 50));
  ck_ok(recs_events_freeze(&frozen, events));
  for (int i = 0; i < READERS; i++)
    ck_assert_int_eq(pthread_create(&readers[i], NULL, read_snapshot, frozen), 0);
  columns.prices = prices;
  for (int round = 0; round < 100; round++) {
    char id[16];
    uint32_t row;
    ck_ok(recs_events_append(events, &columns, 50));
    ck_ok(recs_ids_add(&row, users, id, (size_t)snprintf(id, sizeof id, "new%d", round)));
    ck_ok(recs_ids_remove(users, row));
    ck_ok(recs_events_freeze(&more, events));
    recs_events_free(more);
  }
  for (int i = 0; i < READERS; i++) {
    void *said;
    ck_assert_int_eq(pthread_join(readers[i], &said), 0);
    ck_assert_ptr_nonnull(said);
  }
  recs_events_free(frozen);
}
END_TEST

/* Appends with new columns, over the end of a chunk; what fails leaves the log as it was. */
static int32_t append_over_chunks(recs_events *log) {
  enum { MANY = CHUNK + 10 };
  static double prices[MANY];
  recs_event_columns columns = nothing;
  uint64_t before = recs_events_count(log);
  int32_t status;
  for (int i = 0; i < MANY; i++)
    prices[i] = i;
  columns.prices = prices;
  status = recs_events_append(log, &columns, MANY);
  ck_assert_uint_eq(recs_events_count(log), before + (status == RECS_OK ? MANY : 0));
  if (status == RECS_OK) {
    double read[2];
    ck_ok(recs_events_read(NULL, NULL, NULL, NULL, NULL, read, NULL, NULL, log, before - 1, 2));
    ck_assert(isnan(read[0]) && read[1] == 0);
  }
  return status;
}

static int32_t make_and_append(recs_context *with, void *payload) {
  recs_ids *someone = NULL, *something = NULL;
  recs_events *log = NULL, *frozen = NULL;
  uint32_t row;
  int32_t status = recs_ids_create(&someone, with);
  (void)payload;
  if (status == RECS_OK)
    status = recs_ids_create(&something, with);
  if (status == RECS_OK)
    status = recs_events_create(&log, someone, something);
  if (status == RECS_OK)
    status = recs_events_append(log, &nothing, 65);
  if (status == RECS_OK)
    status = recs_events_freeze(&frozen, log);
  if (status == RECS_OK)
    status = append_over_chunks(log);
  if (status == RECS_OK)
    status = recs_events_type(&row, log, "new", 3);
  if (status == RECS_OK)
    status = recs_events_session(&row, log, "new", 3);
  ck_assert(frozen == NULL || recs_events_count(frozen) == 65);
  recs_events_free(frozen);
  recs_events_free(log);
  recs_ids_free(someone);
  recs_ids_free(something);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(make_and_append, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("events");
  TCase *tests = tcase_create("events");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, an_empty_log);
  tcase_add_test(tests, defaults);
  tcase_add_test(tests, types_and_sessions);
  tcase_add_test(tests, at_most_255_types);
  tcase_add_test(tests, kinds_of_time);
  tcase_add_test(tests, bad_records_are_named);
  tcase_add_test(tests, null_and_huge_arguments);
  tcase_add_test(tests, null_logs);
  tcase_add_test(tests, reading_beyond_the_end);
  tcase_add_test(tests, rows_of_removed_ids);
  tcase_add_loop_test(tests, random_appends, 0, 4);
  tcase_add_test(tests, a_snapshot_stays);
  tcase_add_test(tests, a_snapshot_is_closed);
  tcase_add_test(tests, snapshots_share_memory);
  tcase_add_test(tests, readers_beside_the_builder);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
