/* The container by itself: an object with arrays of every type. */
#include "support/container.h"
#include "support/support.h"

#include <stdio.h>

#include "lib/persist/container.h"
#include "lib/persist/format.h"

enum { LONG = 1000 };

/* What is written and read; its arrays lie in the backing. */
typedef struct sample {
  recs__object *backing;
  const uint8_t *u8;
  const uint32_t *u32;
  const uint64_t *u64;
  const int64_t *i64;
  const float *f32;
  const double *f64;
  const uint32_t *none;
  const char *text;
  uint64_t number;
  double real;
} sample;

static uint8_t some_u8[3] = {1, 0, 255};
static uint32_t some_u32[LONG];
static uint64_t some_u64[17];
static int64_t some_i64[16] = {INT64_MIN, -1, 0, INT64_MAX};
static float some_f32[15] = {-0.0f, 1.5f};
static double some_f64[9] = {1e300, -1e-300};

static int32_t sample_write(const void *object, recs__writer *writer) {
  (void)object;
  RECS_TRY(recs__write(writer, "u8", RECS__U8, some_u8, 3));
  RECS_TRY(recs__enter_scope(&writer->scope, "deep"));
  RECS_TRY(recs__enter_scope(&writer->scope, "deeper"));
  RECS_TRY(recs__write(writer, "u32", RECS__U32, some_u32, LONG));
  recs__leave_scope(&writer->scope);
  RECS_TRY(recs__write(writer, "u64", RECS__U64, some_u64, 17));
  recs__leave_scope(&writer->scope);
  RECS_TRY(recs__write(writer, "none", RECS__U32, NULL, 0));
  RECS_TRY(recs__write(writer, "i64", RECS__I64, some_i64, 16));
  RECS_TRY(recs__write(writer, "f32", RECS__F32, some_f32, 15));
  RECS_TRY(recs__write(writer, "f64", RECS__F64, some_f64, 9));
  RECS_TRY(recs__write_string(writer, "text", "caf\xc3\xa9"));
  RECS_TRY(recs__write_u64(writer, "number", 42));
  return recs__write_f64(writer, "real", 0.1);
}

static int32_t read_arrays(sample *out, recs__reader *reader) {
  const void *data;
  uint64_t count;
  RECS_TRY(recs__read_exact(reader, "u8", RECS__U8, &out->u8, 3));
  RECS_TRY(recs__enter_scope(&reader->scope, "deep"));
  RECS_TRY(recs__enter_scope(&reader->scope, "deeper"));
  RECS_TRY(recs__read_exact(reader, "u32", RECS__U32, &out->u32, LONG));
  recs__leave_scope(&reader->scope);
  RECS_TRY(recs__read_exact(reader, "u64", RECS__U64, &out->u64, 17));
  recs__leave_scope(&reader->scope);
  RECS_TRY(recs__read_exact(reader, "i64", RECS__I64, &out->i64, 16));
  RECS_TRY(recs__read_exact(reader, "f32", RECS__F32, &out->f32, 15));
  RECS_TRY(recs__read_exact(reader, "f64", RECS__F64, &out->f64, 9));
  RECS_TRY(recs__read(reader, "none", RECS__U32, &data, &count));
  ck_assert_uint_eq(count, 0);
  out->none = data;
  RECS_TRY(recs__read_string(reader, "text", &out->text));
  RECS_TRY(recs__read_u64(reader, "number", 0, 100, &out->number));
  return recs__read_f64(reader, "real", &out->real);
}

static int32_t sample_read(void **out, recs__reader *reader) {
  sample *read = recs__alloc_zero(reader->context, 1, sizeof *read);
  int32_t status;
  if (read == NULL)
    return recs__fail_nomem();
  RECS_GO(read_arrays(read, reader));
  read->backing = recs__hold(reader->backing);
  *out = read;
cleanup:
  if (status != RECS_OK)
    recs__free(reader->context, read);
  return status;
}

static const recs__kind sample_kind = {"sample", sample_write, sample_read};

static void sample_free(recs_context *context, sample *read) {
  recs__release(read->backing);
  recs__free(context, read);
}

static void check_sample(const sample *read) {
  const void *const arrays[] = {read->u8, read->u32, read->u64, read->i64, read->f32, read->f64, read->none, read->text};
  for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
    ck_assert_uint_eq((uintptr_t)arrays[i] % RECS__FILE_ALIGNMENT, 0);
  ck_assert_mem_eq(read->u8, some_u8, sizeof some_u8);
  ck_assert_mem_eq(read->u32, some_u32, sizeof some_u32);
  ck_assert_mem_eq(read->u64, some_u64, sizeof some_u64);
  ck_assert_mem_eq(read->i64, some_i64, sizeof some_i64);
  ck_assert_mem_eq(read->f32, some_f32, sizeof some_f32);
  ck_assert_mem_eq(read->f64, some_f64, sizeof some_f64);
  ck_assert_str_eq(read->text, "caf\xc3\xa9");
  ck_assert_uint_eq(read->number, 42);
  ck_assert(read->real == 0.1);
}

static recs_context *context;
static unsigned char *file; /* the sample as a file */
static size_t file_size;

static void setup(void) {
  recs__new_buffer buffer;
  for (uint32_t i = 0; i < LONG; i++)
    some_u32[i] = i * 2654435761u;
  for (uint64_t i = 0; i < 17; i++)
    some_u64[i] = i << 60;
  ck_ok(recs_context_create(&context, NULL));
  recs__new_buffer_init(&buffer, context);
  ck_ok(recs__container_write(&buffer.sink, context, &sample_kind, NULL));
  file_size = buffer.size;
  file = recs__new_buffer_take(&buffer);
}

static void teardown(void) {
  recs__buffer_free(file);
  recs_context_free(context);
}

/* Reads bytes as a sample. */
static int32_t read_bytes(sample **out, recs_context *with, const void *bytes, size_t size, const recs__kind *kind) {
  recs__backing *backing;
  void *object = NULL;
  int32_t status;
  RECS_TRY(recs__backing_copy(&backing, with, bytes, size));
  status = recs__container_read(&object, backing, kind);
  recs__release(backing);
  *out = object;
  return status;
}

static recs__file_header header_of(const unsigned char *bytes) {
  recs__file_header header;
  memcpy(&header, bytes, sizeof header);
  return header;
}

START_TEST(round_trip) {
  sample *read;
  ck_ok(read_bytes(&read, context, file, file_size, &sample_kind));
  check_sample(read);
  sample_free(context, read);
}
END_TEST

START_TEST(the_layout) {
  recs__file_header header = header_of(file);
  unsigned char *covered = calloc(1, file_size);
  ck_assert_mem_eq(file, "\x8frecs\r\n\x1a\x04\x03\x02\x01\x01\0\0\0sample\0\0", 24);
  ck_assert_uint_eq(header.file_size, file_size);
  ck_assert_uint_eq(header.section_count, 10);
  ck_assert_uint_eq(header.table_offset % 64, 0);
  ck_assert_uint_eq(header.table_offset + 10 * 168, file_size);
  memset(covered, 1, sizeof header);
  for (uint32_t i = 0; i < header.section_count; i++) {
    recs__section section;
    memcpy(&section, file + header.table_offset + i * sizeof section, sizeof section);
    ck_assert_uint_eq(section.offset % 64, 0);
    ck_assert_uint_eq(section.bytes, section.count * recs__type_size((recs__type)section.type));
    memset(covered + section.offset, 1, section.bytes);
    if (i == 1)
      ck_assert_str_eq(section.name, "deep.deeper.u32");
  }
  for (size_t i = 0; i < header.table_offset; i++)
    ck_assert_msg(covered[i] == 1 || file[i] == 0, "byte %zu is %d", i, file[i]);
  free(covered);
}
END_TEST

START_TEST(checksums_are_xxh3) {
  unsigned char *copy = malloc(file_size);
  memcpy(copy, file, file_size);
  recs_test_repair(copy, file_size);
  ck_assert_mem_eq(copy, file, file_size);
  ck_assert_uint_eq(recs__checksum("", 0), 0x2d06800538d394c2u); /* xxHash's own test vector */
  free(copy);
}
END_TEST

/* A damaged file is refused with a message, and nothing comes out. */
static void refused(const unsigned char *bytes, size_t size, size_t where) {
  sample *read;
  int32_t status = read_bytes(&read, context, bytes, size, &sample_kind);
  ck_assert_msg(status == RECS_ERROR_FORMAT || status == RECS_ERROR_UNSUPPORTED, "byte %zu: %s", where, recs_strerror(status));
  ck_assert_ptr_null(read);
  ck_assert_msg(recs_last_error()[0] != 0, "byte %zu: no message", where);
}

START_TEST(every_flipped_bit_is_noticed) {
  unsigned char *copy = malloc(file_size);
  memcpy(copy, file, file_size);
  for (size_t i = 0; i < file_size * 8; i++) {
    copy[i / 8] ^= (unsigned char)(1u << i % 8);
    refused(copy, file_size, i / 8);
    copy[i / 8] ^= (unsigned char)(1u << i % 8);
  }
  free(copy);
}
END_TEST

START_TEST(every_truncation_is_noticed) {
  unsigned char *more = calloc(1, file_size + 1);
  for (size_t size = 0; size < file_size; size++)
    refused(file, size, size);
  memcpy(more, file, file_size);
  refused(more, file_size + 1, file_size);
  free(more);
}
END_TEST

/* A copy of the file whose header and table a test changes, with the checksums right. */
typedef struct crafted {
  unsigned char *bytes;
  recs__file_header *header;
  recs__section *table;
} crafted;

static crafted craft(void) {
  crafted copy;
  copy.bytes = aligned_alloc(64, (file_size + 63) / 64 * 64);
  memcpy(copy.bytes, file, file_size);
  copy.header = (recs__file_header *)(void *)copy.bytes;
  copy.table = (recs__section *)(void *)(copy.bytes + copy.header->table_offset);
  return copy;
}

static void crafted_fails(crafted copy, int32_t expected, const char *message) {
  sample *read;
  recs_test_repair(copy.bytes, file_size);
  ck_fails(read_bytes(&read, context, copy.bytes, file_size, &sample_kind), expected, message);
  ck_assert_ptr_null(read);
  free(copy.bytes);
}

START_TEST(crafted_headers_are_refused) {
  crafted copy = craft();
  copy.header->version = 7;
  crafted_fails(copy, RECS_ERROR_VERSION, "format version 7; this library reads up to version 1");
  copy = craft();
  copy.header->version = 0;
  crafted_fails(copy, RECS_ERROR_FORMAT, "header is damaged");
  copy = craft();
  copy.header->order = 0x04030201;
  crafted_fails(copy, RECS_ERROR_UNSUPPORTED, "byte order");
  copy = craft();
  copy.header->order = 5;
  crafted_fails(copy, RECS_ERROR_FORMAT, "header is damaged");
  copy = craft();
  memcpy(copy.header->kind, "matrix\0", 8);
  crafted_fails(copy, RECS_ERROR_FORMAT, "it holds a matrix, not a sample");
  copy = craft();
  memcpy(copy.header->kind, "sam\0ple", 8);
  crafted_fails(copy, RECS_ERROR_FORMAT, "header is damaged");
  copy = craft();
  copy.header->file_size += 1;
  crafted_fails(copy, RECS_ERROR_FORMAT, "truncated");
  copy = craft();
  copy.header->file_size -= 1;
  crafted_fails(copy, RECS_ERROR_FORMAT, "1 bytes follow its end");
}
END_TEST

START_TEST(crafted_table_places_are_refused) {
  static const uint64_t offsets[] = {0, 1, 8, 63, 64, 1ull << 40, 1ull << 63, UINT64_MAX - 63, UINT64_MAX};
  static const uint32_t counts[] = {0, 1, 9, 11, 65537, UINT32_MAX};
  crafted copy;
  for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
    copy = craft();
    copy.header->table_offset = offsets[i];
    crafted_fails(copy, RECS_ERROR_FORMAT, "table of sections");
  }
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    copy = craft();
    copy.header->section_count = counts[i];
    crafted_fails(copy, RECS_ERROR_FORMAT, "table of sections");
  }
  copy = craft();
  copy.header->reserved = 1;
  crafted_fails(copy, RECS_ERROR_FORMAT, "table of sections");
}
END_TEST

START_TEST(crafted_sections_are_refused) {
  crafted copy = craft();
  copy.table[1].offset += 64;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.deeper.u32 is out of place");
  copy = craft();
  copy.table[1].offset -= 64;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.deeper.u32 is out of place");
  copy = craft();
  copy.table[1].offset = UINT64_MAX - 63;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.deeper.u32 is out of place");
  copy = craft();
  copy.table[9].count = copy.table[9].bytes = UINT64_MAX / 2;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section real is out of place");
  copy = craft();
  copy.table[9].count = 1ull << 61; /* 2^61 * 8 is 0 modulo 2^64 */
  copy.table[9].bytes = 0;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section real is out of place");
  copy = craft();
  copy.table[9].count = 100;
  copy.table[9].bytes = 800;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section real is out of place");
  copy = craft();
  copy.table[9].count = 0;
  copy.table[9].bytes = 0;
  crafted_fails(copy, RECS_ERROR_FORMAT, "table of sections is out of place");
  copy = craft();
  copy.table[2].type = 7;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.u64 has unknown type 7");
  copy = craft();
  copy.table[2].type = RECS__F64;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.u64 has type 6, not 3");
  copy = craft();
  copy.table[2].reserved = 1;
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.u64");
}
END_TEST

START_TEST(crafted_names_are_refused) {
  crafted copy = craft();
  memcpy(copy.table[2].name, "number\0", 8);
  crafted_fails(copy, RECS_ERROR_FORMAT, "section number is there twice");
  copy = craft();
  memset(copy.table[2].name, 'x', sizeof copy.table[2].name);
  crafted_fails(copy, RECS_ERROR_FORMAT, "section number 2 has no proper name");
  copy = craft();
  memset(copy.table[2].name, 0, sizeof copy.table[2].name);
  crafted_fails(copy, RECS_ERROR_FORMAT, "section number 2 has no proper name");
  copy = craft();
  copy.table[2].name[1] = '\n';
  crafted_fails(copy, RECS_ERROR_FORMAT, "section number 2 has no proper name");
  copy = craft();
  copy.table[2].name[100] = 'x';
  crafted_fails(copy, RECS_ERROR_FORMAT, "section number 2 has no proper name");
  copy = craft();
  copy.table[2].name[0] = 'x';
  crafted_fails(copy, RECS_ERROR_FORMAT, "section deep.u64 is missing");
  copy = craft();
  copy.bytes[64 + sizeof some_u8] = 1;
  crafted_fails(copy, RECS_ERROR_FORMAT, "the bytes before section deep.deeper.u32 are not zero");
}
END_TEST

static int32_t write_nothing(const void *object, recs__writer *writer) {
  (void)object;
  (void)writer;
  return RECS_OK;
}

static int32_t read_nothing(void **out, recs__reader *reader) {
  (void)reader;
  *out = some_u8;
  return RECS_OK;
}

static int32_t write_twice(const void *object, recs__writer *writer) {
  (void)object;
  RECS_TRY(recs__write_u64(writer, "x", 1));
  return recs__write_u64(writer, "x", 1);
}

/* `*(const uint32_t *)object` sections of one byte. */
static int32_t write_many(const void *object, recs__writer *writer) {
  uint32_t count = *(const uint32_t *)object;
  for (uint32_t i = 0; i < count; i++) {
    char name[16];
    snprintf(name, sizeof name, "s%u", i * 7919 % count);
    RECS_TRY(recs__write(writer, name, RECS__U8, "x", 1));
  }
  return RECS_OK;
}

/* Writes an object of a kind, and reads what came out. */
static int32_t there_and_back(const recs__kind *kind, const void *object) {
  recs__new_buffer buffer;
  sample *read;
  unsigned char *bytes;
  size_t size;
  int32_t status;
  recs__enter();
  recs__new_buffer_init(&buffer, context);
  status = recs__container_write(&buffer.sink, context, kind, object);
  size = buffer.size;
  if (status != RECS_OK) {
    recs__new_buffer_discard(&buffer);
    return status;
  }
  bytes = recs__new_buffer_take(&buffer);
  status = read_bytes(&read, context, bytes, size, kind);
  recs__buffer_free(bytes);
  return status;
}

START_TEST(odd_numbers_of_sections) {
  static const recs__kind none = {"none", write_nothing, read_nothing};
  static const recs__kind twice = {"twice", write_twice, read_nothing};
  static const recs__kind many = {"many", write_many, read_nothing};
  uint32_t count = 1000;
  ck_ok(there_and_back(&none, NULL));
  ck_fails(there_and_back(&twice, NULL), RECS_ERROR_INTERNAL, "section x is written twice");
  ck_ok(there_and_back(&many, &count));
  count = RECS__FILE_MAX_SECTIONS + 1;
  ck_fails(there_and_back(&many, &count), RECS_ERROR_OVERFLOW, "more than 65536 arrays");
}
END_TEST

static int32_t oom_scenario(recs_context *with, void *payload) {
  recs__new_buffer buffer;
  sample *read = NULL;
  int32_t status;
  (void)payload;
  recs__new_buffer_init(&buffer, with);
  RECS_GO(recs__container_write(&buffer.sink, with, &sample_kind, NULL));
  RECS_GO(read_bytes(&read, with, file, file_size, &sample_kind));
  check_sample(read);
cleanup:
  recs__new_buffer_discard(&buffer);
  if (read != NULL)
    sample_free(with, read);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(oom_scenario, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("container");
  TCase *tests = tcase_create("container");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, round_trip);
  tcase_add_test(tests, the_layout);
  tcase_add_test(tests, checksums_are_xxh3);
  tcase_add_test(tests, every_flipped_bit_is_noticed);
  tcase_add_test(tests, every_truncation_is_noticed);
  tcase_add_test(tests, crafted_headers_are_refused);
  tcase_add_test(tests, crafted_table_places_are_refused);
  tcase_add_test(tests, crafted_sections_are_refused);
  tcase_add_test(tests, crafted_names_are_refused);
  tcase_add_test(tests, odd_numbers_of_sections);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
