/* Histories in files. */
#include "support/support.h"

#include "lib/data/histories.h"
#include "lib/persist/container.h"

enum { ROWS = 3, COUNT = 4 };

static int64_t offsets[ROWS + 1];
static uint32_t items[COUNT];
static float weights[COUNT];
static int64_t times[COUNT];
static recs_histories sample; /* of these arrays */

static int32_t write_histories(const void *object, recs__writer *writer) {
  return recs__histories_write(object, writer);
}

static int32_t read_histories(void **out, recs__reader *reader) {
  recs_histories *histories;
  int32_t status = recs__histories_read(&histories, reader);
  *out = histories;
  return status;
}

static const recs__kind kind = {"history", write_histories, read_histories};

/* Writes the sample and reads it again. */
static int32_t round_trip(recs_histories **out, recs_context *context) {
  recs__new_buffer buffer;
  recs__backing *backing = NULL;
  unsigned char *bytes = NULL;
  void *object = NULL;
  int32_t status;
  recs__enter();
  recs__new_buffer_init(&buffer, context);
  status = recs__container_write(&buffer.sink, context, &kind, &sample);
  if (status == RECS_OK) {
    size_t size = buffer.size;
    bytes = recs__new_buffer_take(&buffer);
    status = recs__backing_copy(&backing, context, bytes, size);
  }
  if (status == RECS_OK)
    status = recs__container_read(&object, backing, &kind);
  recs__release(backing);
  recs__new_buffer_discard(&buffer);
  if (bytes != NULL)
    recs__buffer_free(bytes);
  *out = object;
  return status;
}

static recs_context *context;

static void setup(void) {
  memcpy(offsets, ((int64_t[]){0, 3, 3, 4}), sizeof offsets);
  memcpy(items, ((uint32_t[]){4, 0, 4, 2}), sizeof items);
  memcpy(weights, ((float[]){1, -2, 0, 3}), sizeof weights);
  memcpy(times, ((int64_t[]){RECS_NO_TIME, 7, 9, 8}), sizeof times);
  memset(&sample, 0, sizeof sample);
  sample.rows = ROWS;
  sample.items = 5;
  sample.latest = 9;
  sample.offsets = offsets;
  sample.item_rows = items;
  sample.weights = weights;
  sample.times = times;
  context = recs_test_threads(1, UINT32_MAX);
}

static void teardown(void) {
  recs_context_free(context);
}

START_TEST(what_is_written_is_read) {
  recs_histories *found;
  const uint32_t *found_items;
  const float *found_weights;
  const int64_t *found_times;
  size_t count;
  ck_ok(round_trip(&found, context));
  ck_assert_uint_eq(recs_histories_rows(found), ROWS);
  ck_assert_uint_eq(found->items, 5);
  ck_assert_int_eq(found->latest, 9);
  ck_ok(recs_histories_row(&found_items, &found_weights, &found_times, &count, found, 0));
  ck_assert_uint_eq(count, 3);
  ck_assert_mem_eq(found_items, items, 3 * sizeof *items);
  ck_assert_mem_eq(found_weights, weights, 3 * sizeof *weights);
  ck_assert_mem_eq(found_times, times, 3 * sizeof *times);
  ck_ok(recs_histories_row(NULL, NULL, NULL, &count, found, 1));
  ck_assert_uint_eq(count, 0);
  ck_ok(recs_histories_row(&found_items, NULL, NULL, &count, found, 2));
  ck_assert_uint_eq(count, 1);
  ck_assert_uint_eq(found_items[0], 2);
  recs_histories_free(found);
}
END_TEST

static void damaged(const char *text) {
  recs_histories *found;
  ck_fails(round_trip(&found, context), RECS_ERROR_FORMAT, text);
  ck_assert_ptr_null(found);
}

START_TEST(items_beyond_the_dictionary) {
  items[2] = 5;
  damaged("items");
}
END_TEST

START_TEST(times_that_fall) {
  times[1] = 10;
  damaged("row 0");
}
END_TEST

START_TEST(times_beyond_the_latest) {
  times[3] = 10;
  damaged("row 2");
}
END_TEST

START_TEST(weights_that_are_no_numbers) {
  weights[3] = NAN;
  damaged("row 2");
}
END_TEST

START_TEST(offsets_that_fall) {
  offsets[1] = 4;
  damaged("histories");
}
END_TEST

START_TEST(offsets_that_do_not_begin_at_0) {
  offsets[0] = 1;
  damaged("histories");
}
END_TEST

static int32_t write_and_read(recs_context *heap, void *payload) {
  recs_histories *found;
  int32_t status = round_trip(&found, heap);
  (void)payload;
  recs_histories_free(found);
  return status;
}

START_TEST(out_of_memory) {
  recs_test_oom(write_and_read, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("histories");
  TCase *tests = tcase_create("histories");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, what_is_written_is_read);
  tcase_add_test(tests, items_beyond_the_dictionary);
  tcase_add_test(tests, times_that_fall);
  tcase_add_test(tests, times_beyond_the_latest);
  tcase_add_test(tests, weights_that_are_no_numbers);
  tcase_add_test(tests, offsets_that_fall);
  tcase_add_test(tests, offsets_that_do_not_begin_at_0);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
