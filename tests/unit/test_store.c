/* Dictionaries and profiles in files, and what the rest of the library sees of the log. */
#include "support/container.h"
#include "support/support.h"

#include <stdio.h>

#include "lib/data/event_chunk.h"
#include "lib/data/events.h"
#include "lib/data/profiles.h"
#include "lib/persist/container.h"
#include "lib/persist/format.h"

enum { ROWS = 40, DIMENSION = 3 };

static recs_context *context;
static recs_ids *ids, *frozen_ids;
static recs_profiles *profiles, *frozen;

/* What is written and read. */
typedef struct store {
  recs_ids *ids;
  recs_profiles *profiles;
} store;

static int32_t store_write(const void *object, recs__writer *writer) {
  const store *from = object;
  RECS_TRY(recs__enter_scope(&writer->scope, "ids"));
  RECS_TRY(recs__ids_write(from->ids, writer));
  recs__leave_scope(&writer->scope);
  RECS_TRY(recs__enter_scope(&writer->scope, "profiles"));
  RECS_TRY(recs__profiles_write(from->profiles, writer));
  recs__leave_scope(&writer->scope);
  return RECS_OK;
}

static store found;

static int32_t store_read(void **out, recs__reader *reader) {
  RECS_TRY(recs__enter_scope(&reader->scope, "ids"));
  RECS_TRY(recs__ids_read(&found.ids, reader));
  recs__leave_scope(&reader->scope);
  RECS_TRY(recs__enter_scope(&reader->scope, "profiles"));
  RECS_TRY(recs__profiles_read(&found.profiles, found.ids, reader));
  recs__leave_scope(&reader->scope);
  *out = &found;
  return RECS_OK;
}

static const recs__kind store_kind = {"store", store_write, store_read};

static void forget_found(void) {
  recs_profiles_free(found.profiles);
  recs_ids_free(found.ids);
  memset(&found, 0, sizeof found);
}

static int32_t write_store(unsigned char **bytes, size_t *size, recs_context *with, store from) {
  recs__new_buffer buffer;
  int32_t status;
  recs__enter();
  recs__new_buffer_init(&buffer, with);
  status = recs__container_write(&buffer.sink, with, &store_kind, &from);
  *size = buffer.size;
  *bytes = status == RECS_OK ? recs__new_buffer_take(&buffer) : NULL;
  recs__new_buffer_discard(&buffer);
  return status;
}

/* What the file holds goes to `found`. */
static int32_t read_store(recs_context *with, const void *bytes, size_t size) {
  recs__backing *backing;
  void *object;
  int32_t status;
  recs__enter();
  memset(&found, 0, sizeof found);
  RECS_TRY(recs__backing_copy(&backing, with, bytes, size));
  status = recs__container_read(&object, backing, &store_kind);
  recs__release(backing);
  return status;
}

/* Rows 0 to 39 but a removed one; each third row has something of every field. */
static void fill(void) {
  uint32_t fields[4], row;
  ck_ok(recs_profiles_define(&fields[0], profiles, "genre", RECS_FIELD_TAGS, 0));
  ck_ok(recs_profiles_define(&fields[1], profiles, "year", RECS_FIELD_NUMBER, 0));
  ck_ok(recs_profiles_define(&fields[2], profiles, "title", RECS_FIELD_TEXT, 0));
  ck_ok(recs_profiles_define(&fields[3], profiles, "image", RECS_FIELD_EMBEDDING, DIMENSION));
  for (uint32_t i = 0; i < ROWS; i++) {
    float vector[DIMENSION] = {(float)i, 1, 2};
    char id[16];
    size_t length = (size_t)snprintf(id, sizeof id, "item%u", i);
    ck_ok(recs_ids_add(&row, ids, id, length));
    if (i % 3 != 0)
      continue;
    ck_ok(recs_profiles_set_tag(profiles, row, fields[0], id + 4, length - 4, (float)i));
    ck_ok(recs_profiles_set_tag(profiles, row, fields[0], "all", 3, 1));
    ck_ok(recs_profiles_set_number(profiles, row, fields[1], i));
    ck_ok(recs_profiles_set_text(profiles, row, fields[2], id, length));
    ck_ok(recs_profiles_set_embedding(profiles, row, fields[3], vector, DIMENSION));
  }
  ck_ok(recs_ids_remove(ids, 5));
}

static unsigned char *file;
static size_t file_size;

static void setup(void) {
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_ids_create(&ids, context));
  ck_ok(recs_profiles_create(&profiles, ids));
  fill();
  ck_ok(recs_profiles_freeze(&frozen, profiles));
  ck_ok(recs_ids_freeze(&frozen_ids, ids));
  ck_ok(write_store(&file, &file_size, context, (store){frozen_ids, frozen}));
}

static void teardown(void) {
  recs__buffer_free(file);
  recs_ids_free(ids);
  recs_ids_free(frozen_ids);
  recs_profiles_free(profiles);
  recs_profiles_free(frozen);
  recs_context_free(context);
}

static void same_name(const recs_ids *a, const recs_ids *b, uint32_t row) {
  const char *name_a, *name_b;
  size_t length_a, length_b;
  int32_t status = recs_ids_name(&name_a, &length_a, a, row);
  ck_assert_int_eq(recs_ids_name(&name_b, &length_b, b, row), status);
  ck_assert_uint_eq(length_a, length_b);
  if (status == RECS_OK) {
    ck_assert_str_eq(name_a, name_b);
    ck_assert_uint_eq(recs__ids_find(b, name_a, length_a), row);
  }
}

/* Everything that can be read of a dictionary is read: a sanitizer sees what leads astray. */
static void walk_ids(const recs_ids *in) {
  for (uint32_t row = 0; row < recs_ids_count(in); row++) {
    const char *name;
    size_t length;
    if (recs_ids_name(&name, &length, in, row) == RECS_OK)
      ck_assert_uint_eq(strlen(name), length);
  }
  ck_assert_uint_eq(recs__ids_find(in, "no such id", 10), RECS_NO_ROW);
}

static void walk_field(const recs_profiles *in, uint32_t field, int32_t type, uint32_t dimension, uint32_t row) {
  const uint32_t *tags;
  const float *values;
  const char *text;
  size_t count;
  double number, sum = 0;
  switch (type) {
  case RECS_FIELD_TAGS:
    ck_ok(recs_profiles_tags(&tags, &values, &count, in, row, field));
    for (size_t i = 0; i < count; i++) {
      ck_assert_uint_lt(tags[i], recs_ids_count(recs_profiles_tag_ids(in, field)));
      sum += (double)values[i];
    }
    break;
  case RECS_FIELD_NUMBER:
    ck_ok(recs_profiles_number(&number, in, row, field));
    break;
  case RECS_FIELD_TEXT:
    ck_ok(recs_profiles_text(&text, &count, in, row, field));
    ck_assert_uint_eq(strlen(text), count);
    break;
  default:
    ck_ok(recs_profiles_embedding(&values, in, row, field));
    for (uint32_t i = 0; values != NULL && i < dimension; i++)
      sum += (double)values[i];
  }
  ck_assert(isfinite(sum));
}

static void walk_profiles(const recs_profiles *in) {
  for (uint32_t field = 0; field < recs_profiles_field_count(in); field++) {
    const char *name;
    int32_t type;
    uint32_t dimension;
    ck_ok(recs_profiles_field(&name, &type, &dimension, in, field));
    for (uint32_t row = 0; row < recs_ids_count(recs_profiles_ids(in)); row++)
      walk_field(in, field, type, dimension, row);
    if (type == RECS_FIELD_TAGS)
      walk_ids(recs_profiles_tag_ids(in, field));
  }
}

START_TEST(round_trip) {
  unsigned char *again;
  size_t size;
  uint32_t row;
  ck_ok(read_store(context, file, file_size));
  ck_assert_uint_eq(recs_ids_count(found.ids), ROWS);
  ck_assert_uint_eq(recs_ids_live(found.ids), ROWS - 1);
  for (uint32_t i = 0; i < ROWS; i++)
    same_name(ids, found.ids, i);
  walk_profiles(found.profiles);
  ck_fails(recs_ids_add(&row, found.ids, "new", 3), RECS_ERROR_STATE, "frozen");
  ck_fails(recs_profiles_remove(found.profiles, 0), RECS_ERROR_STATE, "frozen");
  ck_assert_int_eq(recs__ids_same(ids, frozen_ids), 1);
  ck_assert_int_eq(recs__ids_same(ids, found.ids), 0);
  ck_assert_int_eq(recs__ids_same(recs_profiles_ids(found.profiles), found.ids), 1);
  ck_ok(write_store(&again, &size, context, found)); /* what was read is written byte for byte */
  ck_assert_uint_eq(size, file_size);
  ck_assert_mem_eq(again, file, size);
  recs__buffer_free(again);
  forget_found();
}
END_TEST

START_TEST(nothing_at_all) {
  recs_ids *none;
  recs_profiles *empty;
  unsigned char *bytes;
  size_t size;
  ck_ok(recs_ids_create(&none, context));
  ck_ok(recs_profiles_create(&empty, none));
  ck_fails(write_store(&bytes, &size, context, (store){none, empty}), RECS_ERROR_INTERNAL, "only when frozen");
  recs_profiles_free(frozen);
  ck_ok(recs_profiles_freeze(&frozen, empty));
  ck_ok(write_store(&bytes, &size, context, (store){none, frozen}));
  ck_ok(read_store(context, bytes, size));
  ck_assert_uint_eq(recs_ids_count(found.ids), 0);
  ck_assert_uint_eq(recs__ids_find(found.ids, "a", 1), RECS_NO_ROW);
  ck_assert_uint_eq(recs_profiles_field_count(found.profiles), 0);
  forget_found();
  recs__buffer_free(bytes);
  recs_profiles_free(empty);
  recs_ids_free(none);
}
END_TEST

static const recs__section *section_of(const unsigned char *bytes, const char *name) {
  const recs__file_header *header = (const void *)bytes;
  const recs__section *table = (const void *)(bytes + header->table_offset);
  for (uint32_t i = 0; i < header->section_count; i++) {
    if (strcmp(table[i].name, name) == 0)
      return &table[i];
  }
  ck_abort_msg("no section %s", name);
  return NULL;
}

static unsigned char *copy_of_file(void) {
  unsigned char *copy = aligned_alloc(64, (file_size + 63) / 64 * 64);
  memcpy(copy, file, file_size);
  return copy;
}

/* The file with one value of one section changed is refused. */
static void crafted_fails(const char *section, size_t index, uint64_t value, const char *message) {
  unsigned char *copy = copy_of_file();
  const recs__section *where = section_of(copy, section);
  size_t size = recs__type_size((recs__type)where->type);
  ck_assert_uint_lt(index, where->count);
  memcpy(copy + where->offset + index * size, &value, size); /* little-endian */
  recs_test_repair(copy, file_size);
  ck_fails(read_store(context, copy, file_size), RECS_ERROR_FORMAT, message);
  forget_found();
  free(copy);
}

START_TEST(damaged_dictionaries) {
  size_t empty = 0, full = 0;
  const recs__section *slots = section_of(file, "ids.slots");
  const uint64_t *values = (const void *)(file + slots->offset);
  while (values[empty] != 0)
    empty += 1;
  while (values[full] == 0)
    full += 1;
  crafted_fails("ids.count", 0, ROWS + 1, "section ids.offsets has 41 values, not 42");
  crafted_fails("ids.count", 0, UINT64_MAX, "outside 0 to");
  crafted_fails("ids.live", 0, ROWS, "a dictionary has 39 ids, not 40");
  crafted_fails("ids.live", 0, ROWS + 1, "outside 0 to 40");
  crafted_fails("ids.bytes", 0, 0, "id number 0 of a dictionary is damaged");
  crafted_fails("ids.bytes", 5, 'x', "id number 0 of a dictionary is damaged");
  crafted_fails("ids.offsets", 1, 1, "id number 0 of a dictionary is damaged");
  crafted_fails("ids.offsets", 1, (uint64_t)-1, "the offsets of a dictionary");
  crafted_fails("ids.offsets", 0, 1, "the offsets of a dictionary");
  crafted_fails("ids.offsets", ROWS, 1 << 20, "the offsets of a dictionary");
  crafted_fails("ids.removed", 0, 0, "a dictionary has 40 ids, not 39");
  crafted_fails("ids.removed", 0, 1, "a slot of a dictionary names row 0, which has no id");
  crafted_fails("ids.slots", full, ROWS + 1, "names row 40, which has no id");
  crafted_fails("ids.slots", full, 6, "names row 5, which has no id"); /* the removed one */
  crafted_fails("ids.slots", full, UINT64_C(1) << 32, "names row 4294967295, which has no id");
  crafted_fails("ids.slots", full, 0, "a dictionary of 39 ids uses 38 of 64 slots");
  crafted_fails("ids.slots", empty, 1, "a dictionary of 39 ids uses 40 of 64 slots");
}
END_TEST

static uint64_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

START_TEST(damaged_profiles) {
  crafted_fails("profiles.fields", 0, 4097, "outside 0 to 4096");
  crafted_fails("profiles.fields", 0, 5, "section profiles.field4.name is missing");
  crafted_fails("profiles.field0.type", 0, 0, "outside 1 to 4");
  crafted_fails("profiles.field0.type", 0, RECS_FIELD_TEXT, "section profiles.field0.text is missing");
  crafted_fails("profiles.field0.dimension", 0, 1,
                "a profile field is damaged: dimension of field \"genre\" is 1, not 0");
  crafted_fails("profiles.field3.dimension", 0, 0, "dimension of field \"image\" is 0");
  crafted_fails("profiles.field3.dimension", 0, DIMENSION + 1, "row 0 of profile field image is damaged");
  crafted_fails("profiles.field0.name", 0, 0, "section profiles.field0.name is no text");
  crafted_fails("profiles.field0.tags", 0, 99, "row 0 of profile field genre is damaged");
  crafted_fails("profiles.field0.tags", 1, 0, "row 0 of profile field genre is damaged");
  crafted_fails("profiles.field0.weights", 3, bits_of(NAN), "row 3 of profile field genre is damaged");
  crafted_fails("profiles.field0.begins", 6, 1000, "row 6 of profile field genre is damaged");
  crafted_fails("profiles.field0.begins", 6, UINT64_MAX, "row 6 of profile field genre is damaged");
  crafted_fails("profiles.field0.counts", 39, 3, "row 39 of profile field genre is damaged");
  crafted_fails("profiles.field0.counts", 0, UINT32_MAX, "row 0 of profile field genre is damaged");
  crafted_fails("profiles.field1.numbers", 2, UINT64_C(0x7ff0000000000000), "row 2 of profile field year is damaged");
  crafted_fails("profiles.field2.text", 0, 0, "row 0 of profile field title is damaged");
  crafted_fails("profiles.field2.text", 5, 'x', "row 0 of profile field title is damaged");
  crafted_fails("profiles.field3.counts", 1, 1, "row 1 of profile field image is damaged");
  crafted_fails("profiles.field3.vectors", 4, bits_of(INFINITY), "row 3 of profile field image is damaged");
}
END_TEST

START_TEST(two_fields_of_one_name) {
  unsigned char *copy = copy_of_file();
  const recs__section *other = section_of(copy, "profiles.field2.name");
  memcpy(copy + other->offset, "image", 6); /* "title" is as long */
  recs_test_repair(copy, file_size);
  ck_fails(read_store(context, copy, file_size), RECS_ERROR_FORMAT, "profile field number 3 is there twice");
  forget_found();
  free(copy);
}
END_TEST

/* Whatever one value of a section becomes, the file is refused or can be read from end to end. */
START_TEST(any_value_damaged) {
  static const uint64_t values[] = {
      0, 1, 2, 0x7f, 0x80, 0xffff, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
  unsigned char *copy = copy_of_file();
  recs__file_header header;
  memcpy(&header, file, sizeof header);
  for (uint32_t s = 0; s < header.section_count; s++) {
    recs__section section;
    size_t size;
    memcpy(&section, file + header.table_offset + s * sizeof section, sizeof section);
    size = recs__type_size((recs__type)section.type);
    for (uint64_t i = 0; i < section.count; i++) {
      size_t at = section.offset + i * size;
      memcpy(copy + at, &values[(i + (uint64_t)_i) % (sizeof values / sizeof values[0])], size);
      recs_test_repair(copy, file_size);
      if (read_store(context, copy, file_size) == RECS_OK) {
        walk_ids(found.ids);
        walk_profiles(found.profiles);
      }
      forget_found();
      memcpy(copy + at, file + at, size);
    }
  }
  free(copy);
}
END_TEST

static int32_t write_and_read(recs_context *with, void *payload) {
  unsigned char *bytes;
  size_t size;
  int32_t status = write_store(&bytes, &size, with, (store){frozen_ids, frozen});
  (void)payload;
  if (status == RECS_OK)
    status = read_store(with, bytes, size);
  forget_found();
  if (bytes != NULL)
    recs__buffer_free(bytes);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(write_and_read, NULL);
}
END_TEST

START_TEST(fields_by_name) {
  uint32_t field;
  ck_ok(recs__profiles_find_field(&field, frozen, "title"));
  ck_assert_uint_eq(field, 2);
  ck_fails(recs__profiles_find_field(&field, frozen, "tit"), RECS_ERROR_NOT_FOUND,
           "no profile field \"tit\"; known: genre, year, title, image");
  ck_assert_uint_eq(field, RECS_NO_ROW);
}
END_TEST

/* A log of `count` events: users 0, 1, 2 ... modulo ROWS; prices from the second chunk on. */
static recs_events *make_log(uint32_t count) {
  recs_events *log;
  ck_ok(recs_events_create(&log, ids, ids));
  for (uint32_t i = 0; i < count; i++) {
    uint32_t user = i % ROWS;
    double price = i < RECS__CHUNK ? (double)NAN : (double)i;
    recs_event_columns columns = {.struct_size = sizeof columns, .users = &user, .prices = &price};
    ck_assert_int_eq(recs_events_append(log, &columns, 1), RECS_OK);
  }
  return log;
}

START_TEST(views_of_chunks) {
  recs_events *log = make_log(RECS__CHUNK + 100);
  recs__event_view view;
  ck_assert_uint_eq(recs__events_chunks(log), 2);
  recs__events_view(&view, log, 0);
  ck_assert_uint_eq(view.count, RECS__CHUNK);
  ck_assert_ptr_null(view.prices);
  ck_assert_ptr_null(view.weights);
  ck_assert_ptr_null(view.quantities);
  ck_assert_ptr_null(view.times);
  ck_assert_ptr_null(view.sessions);
  for (uint32_t i = 0; i < view.count; i++)
    ck_assert(view.users[i] == i % ROWS && view.items[i] == RECS_NO_ROW && view.types[i] == 0);
  recs__events_view(&view, log, 1);
  ck_assert_uint_eq(view.count, 100);
  for (uint32_t i = 0; i < view.count; i++)
    ck_assert(view.prices[i] == RECS__CHUNK + i);
  recs_events_free(log);
  log = make_log(0);
  ck_assert_uint_eq(recs__events_chunks(log), 0);
  recs_events_free(log);
  log = make_log(RECS__CHUNK);
  ck_assert_uint_eq(recs__events_chunks(log), 1);
  recs_events_free(log);
}
END_TEST

/* Places are given in order, over the end of a chunk; what is written into them last may come first. A column that only the second
 * events have is at its default for the first ones. */
START_TEST(places_written_backwards) {
  enum { EACH = RECS__CHUNK - 40 };
  static uint32_t first_users[EACH], second_users[EACH], users[2 * EACH];
  static double second_prices[EACH], prices[2 * EACH];
  recs_event_columns one = {.struct_size = sizeof one, .users = first_users};
  recs_event_columns other = {.struct_size = sizeof other, .users = second_users, .prices = second_prices};
  recs_events *log = make_log(0);
  uint64_t begin, middle;
  int right = 1;
  for (uint32_t i = 0; i < EACH; i++) {
    first_users[i] = i % ROWS;
    second_users[i] = (i + 1) % ROWS;
    second_prices[i] = i;
  }
  ck_ok(recs__events_place(&begin, log, &one, EACH));
  ck_ok(recs__events_place(&middle, log, &other, EACH));
  ck_assert(begin == 0 && middle == EACH && recs_events_count(log) == 2 * EACH);
  recs__events_write(log, middle, &other, EACH);
  recs__events_write(log, begin, &one, EACH);
  ck_ok(recs_events_read(users, NULL, NULL, NULL, NULL, prices, NULL, NULL, log, 0, 2 * EACH));
  for (uint32_t i = 0; i < EACH; i++) {
    right &= users[i] == first_users[i] && isnan(prices[i]);
    right &= users[EACH + i] == second_users[i] && prices[EACH + i] == i;
  }
  ck_assert(right);
  recs_events_free(log);
}
END_TEST

/* What does not fit begins a new slab; the old one lives on with whoever holds it. */
START_TEST(slabs) {
  enum { SIZE = 1000 };
  recs__event_slab *slab = NULL;
  const recs__event_slab *first;
  void *one, *two, *three;
  ck_ok(recs__event_slab_take(&one, &slab, context, 300, SIZE));
  first = recs__hold(slab);
  ck_ok(recs__event_slab_take(&two, &slab, context, 300, SIZE));
  ck_assert_ptr_eq(slab, first);
  ck_assert((char *)two - (char *)one == 320 && (uintptr_t)one % 64 == 0); /* whole cache lines */
  ck_ok(recs__event_slab_take(&three, &slab, context, 5 * SIZE, SIZE));
  ck_assert_ptr_ne(slab, first);
  memset(three, 1, 5 * SIZE);
  memset(one, 2, 300);
  recs__release(slab);
  recs__release(first);
}
END_TEST

/* What was taken back leaves nothing behind, not even where later events do not say. */
START_TEST(taking_back) {
  enum { MORE = RECS__CHUNK + 50 };
  static double prices[MORE];
  recs_events *log = make_log(30);
  recs_event_columns columns = {.struct_size = sizeof columns, .prices = prices};
  double read[20];
  uint32_t read_users[20];
  ck_ok(recs_events_append(log, &columns, MORE));
  recs__events_truncate(log, 20);
  ck_assert_uint_eq(recs_events_count(log), 20);
  ck_assert_uint_eq(recs__events_chunks(log), 1);
  columns.prices = NULL;
  ck_ok(recs_events_append(log, &columns, 20));
  ck_ok(recs_events_read(read_users, NULL, NULL, NULL, NULL, read, NULL, NULL, log, 20, 20));
  for (int i = 0; i < 20; i++)
    ck_assert(isnan(read[i]) && read_users[i] == RECS_NO_ROW);
  recs_events_free(log);
}
END_TEST

START_TEST(logs_alike) {
  recs_events *log = make_log(3), *snapshot, *like;
  uint32_t type, row;
  ck_ok(recs_events_type(&type, log, "buy", 3));
  ck_ok(recs_events_set_time_kind(log, RECS_TIME_ORDER));
  ck_ok(recs_events_freeze(&snapshot, log));
  recs_events_free(log);
  ck_ok(recs__events_like(&like, snapshot));
  ck_assert_uint_eq(recs_events_count(like), 0);
  ck_assert_int_eq(recs_events_time_kind(like), RECS_TIME_ORDER);
  ck_assert_int_eq(recs__ids_same(recs_events_users(like), ids), 1);
  ck_assert_ptr_eq(recs_events_types(like), recs_events_types(snapshot));
  ck_assert_ptr_eq(recs_events_sessions(like), recs_events_sessions(snapshot));
  ck_ok(recs_events_append(like, &(recs_event_columns){.struct_size = sizeof(recs_event_columns), .types = &type}, 1));
  ck_fails(recs_events_type(&row, like, "new", 3), RECS_ERROR_STATE, "frozen");
  ck_assert_uint_eq(recs_events_count(snapshot), 3);
  recs_events_free(like);
  recs_events_free(snapshot);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("store");
  TCase *tests = tcase_create("store");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, round_trip);
  tcase_add_test(tests, nothing_at_all);
  tcase_add_test(tests, damaged_dictionaries);
  tcase_add_test(tests, damaged_profiles);
  tcase_add_test(tests, two_fields_of_one_name);
  tcase_add_loop_test(tests, any_value_damaged, 0, 10);
  tcase_add_test(tests, out_of_memory);
  tcase_add_test(tests, fields_by_name);
  tcase_add_test(tests, views_of_chunks);
  tcase_add_test(tests, places_written_backwards);
  tcase_add_test(tests, slabs);
  tcase_add_test(tests, taking_back);
  tcase_add_test(tests, logs_alike);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
