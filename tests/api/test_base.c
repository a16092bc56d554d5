/* The base room from outside: codes, messages, contexts, allocators. */
#include "support/support.h"

#include <pthread.h>
#include <stdio.h>

START_TEST(status_names) {
  ck_assert_str_eq(recs_strerror(RECS_OK), "OK");
  ck_assert_str_eq(recs_strerror(RECS_ERROR_NOMEM), "NOMEM");
  ck_assert_str_eq(recs_strerror(-4711), "UNKNOWN");
  ck_assert_str_eq(recs_strerror(INT32_MIN), "UNKNOWN");
}
END_TEST

START_TEST(versions_agree) {
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", RECS_VERSION_MAJOR, RECS_VERSION_MINOR, RECS_VERSION_PATCH);
  ck_assert_str_eq(recs_version_string(), text);
  ck_assert_int_eq(recs_version_number(), RECS_VERSION_MAJOR * 10000 + RECS_VERSION_MINOR * 100 + RECS_VERSION_PATCH);
  ck_assert_int_eq(recs_abi_version(), RECS_ABI_VERSION);
  ck_assert_ptr_nonnull(strstr(recs_build_info(), "compiler"));
}
END_TEST

START_TEST(errors_are_set_and_cleared) {
  char copy[8];
  ck_fails(recs_context_create(NULL, NULL), RECS_ERROR_INVALID, "out is NULL");
  ck_assert_uint_eq(recs_last_error_copy(copy, sizeof copy), strlen("out is NULL"));
  ck_assert_str_eq(copy, "out is ");
  ck_assert_uint_eq(recs_last_error_copy(NULL, 0), strlen("out is NULL"));
  recs_context_free(NULL);
  ck_assert_str_eq(recs_last_error(), "out is NULL"); /* freeing never clears it */
  recs_context *context;
  ck_ok(recs_context_create(&context, NULL));
  recs_context_free(context);
}
END_TEST

static void *quiet_thread(void *argument) {
  (void)argument;
  return recs_last_error()[0] == 0 ? NULL : (void *)1;
}

START_TEST(errors_belong_to_a_thread) {
  pthread_t thread;
  void *heard;
  ck_fails(recs_context_create(NULL, NULL), RECS_ERROR_INVALID, "NULL");
  ck_assert_int_eq(pthread_create(&thread, NULL, quiet_thread, NULL), 0);
  pthread_join(thread, &heard);
  ck_assert_ptr_null(heard);
  ck_assert_int_ne(recs_last_error()[0], 0);
}
END_TEST

static void *some_allocate(void *payload, size_t size) {
  (void)payload;
  return malloc(size);
}

START_TEST(context_options_are_checked) {
  recs_context_options options;
  recs_context *context = (recs_context *)&options;
  ck_fails(recs_context_options_init(NULL, sizeof options), RECS_ERROR_INVALID, "options is NULL");
  ck_fails(recs_context_options_init(&options, 3), RECS_ERROR_INVALID, "not 3");
  ck_ok(recs_context_options_init(&options, sizeof options));
  options.threads = 257;
  ck_fails(recs_context_create(&context, &options), RECS_ERROR_INVALID, "threads is 257, outside 0 to 256");
  ck_assert_ptr_null(context);
  options.threads = 3;
  options.allocate = some_allocate;
  ck_fails(recs_context_create(&context, &options), RECS_ERROR_INVALID, "together");
  options.allocate = NULL;
  options.cpu_mask = RECS_CPU_NONE;
  ck_ok(recs_context_create(&context, &options));
  ck_assert_uint_eq(recs_context_threads(context), 3);
  ck_assert_uint_eq(recs_context_cpu(context), 0);
  ck_assert_uint_eq(recs_context_threads(NULL), 0);
  ck_assert_uint_eq(recs_context_cpu(NULL), 0);
  recs_context_free(context);
}
END_TEST

START_TEST(allocator_is_released_with_the_last_handle) {
  recs_test_heap heap = {0};
  recs_context *context = recs_test_context(&heap);
  ck_assert_ptr_nonnull(context);
  ck_assert_int_eq(heap.live, 1);
  recs_context_free(context);
  ck_assert_int_eq(heap.live, 0);
  ck_assert_int_eq(heap.released, 1);
  heap = (recs_test_heap){.fail_at = 1};
  ck_assert_ptr_null(recs_test_context(&heap));
  ck_assert_int_eq(heap.released, 0);
}
END_TEST

START_TEST(schemas_of_nothing) {
  recs_option_info info;
  ck_assert_str_eq(recs_schema_name(NULL), "");
  ck_assert_uint_eq(recs_schema_struct_size(NULL), 0);
  ck_assert_uint_eq(recs_schema_count(NULL), 0);
  ck_fails(recs_schema_field(&info, NULL, 0), RECS_ERROR_INVALID, "schema is NULL");
  ck_fails(recs_schema_field(NULL, NULL, 0), RECS_ERROR_INVALID, "out is NULL");
  ck_fails(recs_options_init(&info, NULL, 8), RECS_ERROR_INVALID, "schema is NULL");
  ck_fails(recs_options_set(&info, NULL, "a", "b"), RECS_ERROR_INVALID, "schema is NULL");
  ck_fails(recs_options_set(NULL, NULL, "a", "b"), RECS_ERROR_INVALID, "options is NULL");
}
END_TEST

START_TEST(reports_of_nothing) {
  ck_assert_uint_eq(recs_report_count(NULL), 0);
  ck_assert_uint_eq(recs_report_find(NULL, "x"), 0);
  ck_fails(recs_report_entry(NULL, NULL, NULL, NULL, NULL, 0), RECS_ERROR_INVALID, "report is NULL");
  recs_report_free(NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("api-base");
  TCase *tests = tcase_create("base");
  tcase_add_test(tests, status_names);
  tcase_add_test(tests, versions_agree);
  tcase_add_test(tests, errors_are_set_and_cleared);
  tcase_add_test(tests, errors_belong_to_a_thread);
  tcase_add_test(tests, context_options_are_checked);
  tcase_add_test(tests, allocator_is_released_with_the_last_handle);
  tcase_add_test(tests, schemas_of_nothing);
  tcase_add_test(tests, reports_of_nothing);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
