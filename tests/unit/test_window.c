#include "support/support.h"

#include "lib/data/tables/window.h"

#include <sys/stat.h>
#include <unistd.h>

/* A host that gives a text a few bytes at a time, then fails or ends. */
typedef struct dribble {
  const char *text;
  size_t length;
  size_t step;
  int64_t last; /* what it returns at the end */
} dribble;

static int64_t give(void *payload, void *buffer, size_t capacity) {
  dribble *from = payload;
  size_t count = from->step < from->length ? from->step : from->length;
  if (count > capacity)
    count = capacity;
  if (count == 0)
    return from->last;
  memcpy(buffer, from->text, count);
  from->text += count;
  from->length -= count;
  return (int64_t)count;
}

START_TEST(memory_source) {
  recs__source source;
  char buffer[4];
  size_t got;
  recs__source_memory(&source, "abcdef", 6);
  ck_assert_str_eq(source.noun, "input");
  recs__enter();
  ck_assert_double_eq(recs__source_fraction(&source), 0.0);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_uint_eq(got, 4);
  ck_assert_int_eq(memcmp(buffer, "abcd", 4), 0);
  ck_assert_double_eq_tol(recs__source_fraction(&source), 4.0 / 6.0, 1e-15);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_uint_eq(got, 2);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_uint_eq(got, 0);
  ck_assert_double_eq(recs__source_fraction(&source), 1.0);
  recs__source_close(&source);
  recs__source_memory(&source, NULL, 0);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_uint_eq(got, 0);
}
END_TEST

START_TEST(host_source) {
  recs__source source;
  dribble from = {"ab", 2, 1, -7};
  char buffer[4];
  size_t got;
  recs__enter();
  recs__source_host(&source, give, &from);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_uint_eq(got, 1);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_double_eq(recs__source_fraction(&source), 0.0);
  ck_fails(recs__source_read(&source, buffer, sizeof buffer, &got), RECS_ERROR_IO, "the source failed with -7");
  ck_assert_uint_eq(got, 0);
  from.last = 5;
  ck_fails(recs__source_read(&source, buffer, sizeof buffer, &got), RECS_ERROR_IO, "the source gave 5 bytes for a buffer of 4");
}
END_TEST

START_TEST(file_source) {
  char path[] = "/tmp/recs-window-XXXXXX";
  int file = mkstemp(path);
  recs__source source;
  char buffer[16];
  size_t got;
  ck_assert_int_ge(file, 0);
  ck_assert_int_eq((int)write(file, "abc", 3), 3);
  close(file);
  recs__enter();
  ck_ok(recs__source_file(&source, path));
  ck_assert_str_eq(source.noun, "file");
  ck_assert_uint_eq(source.size, 3);
  ck_ok(recs__source_read(&source, buffer, sizeof buffer, &got));
  ck_assert_uint_eq(got, 3);
  ck_assert_double_eq(recs__source_fraction(&source), 1.0);
  recs__source_close(&source);
  ck_fails(recs__source_read(&source, buffer, sizeof buffer, &got), RECS_ERROR_IO, "Bad file descriptor");
  unlink(path);
  recs__enter();
  ck_fails(recs__source_file(&source, path), RECS_ERROR_IO, "No such file or directory");
  ck_fails(recs__source_file(&source, "/tmp"), RECS_ERROR_IO, "cannot read \"/tmp\": Is a directory");
}
END_TEST

/* Whole lines are used up, as readers do. */
START_TEST(chunks) {
  recs_context *context = recs_test_threads(1, 0);
  const char *text = "one\ntwo and more\nthree";
  recs__enter();
  for (size_t capacity = 1; capacity < 30; capacity++) {
    for (size_t step = 1; step < 30; step++) {
      dribble from = {text, strlen(text), step, 0};
      recs__source source;
      recs__window window;
      char copy[64];
      size_t used = 0;
      recs__source_host(&source, give, &from);
      ck_ok(recs__window_open(&window, context, &source, NULL, capacity));
      do {
        ck_ok(recs__window_more(&window));
        ck_assert_uint_eq(window.begin, 0);
        for (size_t i = 0; i < window.end; i++) {
          if (window.bytes[i] != '\n')
            continue;
          memcpy(copy + used, window.bytes + window.begin, i + 1 - window.begin);
          used += i + 1 - window.begin;
          window.begin = i + 1;
        }
      } while (!window.last);
      ck_assert_uint_eq(used, strlen(text) + 1);
      ck_assert_int_eq(memcmp(copy, text, strlen(text)), 0);
      ck_assert_int_eq(copy[used - 1], '\n');
      recs__window_close(&window);
    }
  }
  recs_context_free(context);
}
END_TEST

START_TEST(a_record_grows_the_window) {
  recs_context *context = recs_test_threads(1, 0);
  dribble from = {"abcdefghijklmnopqrstuvwxyz\n", 27, 5, 0};
  recs__source source;
  recs__window window;
  recs__enter();
  recs__source_host(&source, give, &from);
  ck_ok(recs__window_open(&window, context, &source, NULL, 4));
  ck_ok(recs__window_more(&window));
  window.begin = 2;
  while (!window.last)
    ck_ok(recs__window_more(&window));
  ck_assert_uint_eq(window.end, 25);
  ck_assert_int_eq(memcmp(window.bytes, "cdefghijklmnopqrstuvwxyz\n", 25), 0);
  ck_assert(!recs__window_full(&window));
  ck_ok(recs__window_skip_line(&window));
  ck_assert_uint_eq(window.begin, window.end);
  ck_ok(recs__window_skip_line(&window));
  recs__window_close(&window);
  recs_context_free(context);
}
END_TEST

START_TEST(the_largest_record) {
  recs_context *context = recs_test_threads(1, 0);
  size_t length = (size_t)RECS__RECORD_SIZE + 1000;
  char *text = malloc(length);
  recs__source source;
  recs__window window;
  recs__enter();
  memset(text, 'x', length);
  text[length - 500] = '\n';
  recs__source_memory(&source, text, length);
  ck_ok(recs__window_open(&window, context, &source, NULL, 0));
  while (!recs__window_full(&window))
    ck_ok(recs__window_more(&window));
  ck_assert_uint_eq(window.end, RECS__RECORD_SIZE);
  ck_ok(recs__window_skip_line(&window));
  ck_assert_uint_eq(window.end - window.begin, 499 + 1);
  ck_assert_int_eq(window.last, 1);
  recs__window_close(&window);
  free(text);
  recs_context_free(context);
}
END_TEST

static int32_t stop(void *payload, double fraction) {
  ck_assert_double_ge(fraction, 0);
  *(int *)payload += 1;
  return 1;
}

START_TEST(progress_cancels) {
  recs_context *context = recs_test_threads(1, 0);
  int calls = 0;
  recs__progress progress = recs__progress_of(stop, &calls);
  recs__source source;
  recs__window window;
  recs__enter();
  recs__source_memory(&source, "abc", 3);
  ck_ok(recs__window_open(&window, context, &source, &progress, 0));
  ck_fails(recs__window_more(&window), RECS_ERROR_CANCELLED, "cancelled");
  ck_assert_int_eq(calls, 1);
  recs__window_close(&window);
  recs_context_free(context);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("window");
  TCase *tests = tcase_create("window");
  tcase_add_test(tests, memory_source);
  tcase_add_test(tests, host_source);
  tcase_add_test(tests, file_source);
  tcase_add_test(tests, chunks);
  tcase_add_test(tests, a_record_grows_the_window);
  tcase_add_test(tests, the_largest_record);
  tcase_add_test(tests, progress_cancels);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
