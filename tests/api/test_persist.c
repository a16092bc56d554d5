/* Models in files and in memory: the same bits back, and every kind of damage refused. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/answers.h"
#include "support/container.h"
#include "support/shop.h"
#include "support/support.h"

enum { USERS = 12, ITEMS = 9 };

static recs_context *context;
static recs_test_shop shop;
static recs_model *model;
static unsigned char *bytes; /* of the model */
static size_t size;
static char directory[64];

static void setup(void) {
  void *saved;
  strcpy(directory, "/tmp/recs-persist-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  context = recs_test_threads(1, UINT32_MAX);
  ck_ok(recs_test_shop_open(&shop, context, USERS, ITEMS));
  ck_ok(recs_test_shop_fit(&model, &shop, NULL, NULL, NULL));
  ck_ok(recs_model_save_memory(&saved, &size, model));
  bytes = saved;
}

static void teardown(void) {
  recs_buffer_free(bytes);
  recs_model_free(model);
  recs_test_shop_close(&shop);
  recs_context_free(context);
  ck_assert_int_eq(rmdir(directory), 0); /* nothing temporary is left in it */
}

static void path_of(char out[128], const char *name) {
  snprintf(out, 128, "%s/%s", directory, name);
}

static void write_file(const char *path, const void *content, size_t length) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(content, 1, length, file), length);
  fclose(file);
}

static void check_file(const char *path, const void *content, size_t length) {
  unsigned char *read = malloc(length + 1);
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fread(read, 1, length + 1, file), length);
  ck_assert_mem_eq(read, content, length);
  fclose(file);
  free(read);
}

START_TEST(the_same_from_memory) {
  recs_model *loaded;
  void *again;
  size_t again_size;
  uint64_t expected = recs_test_answers_hash(model);
  ck_ok(recs_model_load_memory(&loaded, context, bytes, size));
  ck_assert_uint_eq(recs_test_answers_hash(loaded), expected);
  ck_assert_str_eq(recs_model_title(loaded, 4), "a green thing 4");
  ck_assert_str_eq(recs_scorer_name(recs_model_fallback(loaded)), "popularity");
  ck_ok(recs_model_save_memory(&again, &again_size, loaded));
  ck_assert_uint_eq(again_size, size);
  ck_assert_mem_eq(again, bytes, size);
  recs_buffer_free(again);
  recs_model_free(loaded);
}
END_TEST

START_TEST(the_same_from_a_file) {
  char path[128];
  recs_model *loaded;
  path_of(path, "shop.recs");
  ck_ok(recs_model_save(model, path));
  check_file(path, bytes, size);
  ck_ok(recs_model_load(&loaded, context, path));
  ck_ok(recs_model_save(model, path)); /* in its place: the one that is mapped stays */
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_uint_eq(recs_test_answers_hash(loaded), recs_test_answers_hash(model));
  recs_model_free(loaded);
}
END_TEST

START_TEST(each_scorer_comes_back) {
  for (uint32_t i = 0; i < recs_scorer_kinds(); i++) {
    recs_model *fitted, *copy;
    ck_ok(recs_test_shop_fit(&fitted, &shop, recs_scorer_kind_name(i), NULL, NULL));
    ck_ok(recs_test_model_copy(&copy, context, fitted));
    ck_assert_uint_eq(recs_test_answers_hash(copy), recs_test_answers_hash(fitted));
    recs_model_free(copy);
    recs_model_free(fitted);
  }
}
END_TEST

START_TEST(without_profiles_and_fallback) {
  recs_model_options options;
  recs_model *bare, *loaded;
  void *saved;
  size_t length;
  ck_ok(recs_model_options_init(&options, sizeof options));
  options.fallback = NULL;
  ck_ok(recs_model_fit(&bare, shop.log, &options, NULL, NULL));
  ck_ok(recs_model_save_memory(&saved, &length, bare));
  ck_ok(recs_model_load_memory(&loaded, context, saved, length));
  ck_assert_ptr_null(recs_model_profiles(loaded));
  ck_assert_ptr_null(recs_model_fallback(loaded));
  ck_assert_str_eq(recs_model_title(loaded, 4), "i4");
  ck_assert_uint_eq(recs_test_answers_hash(loaded), recs_test_answers_hash(bare));
  recs_buffer_free(saved);
  recs_model_free(loaded);
  recs_model_free(bare);
}
END_TEST

/* The bytes are the model's alone: not the threads', not the run's. */
START_TEST(the_same_bytes_for_any_threads) {
  for (uint32_t threads = 1; threads <= 8; threads *= 2) {
    recs_context *own = recs_test_threads(threads, UINT32_MAX);
    recs_test_shop twin;
    recs_model *fitted;
    void *saved;
    size_t length;
    ck_ok(recs_test_shop_open(&twin, own, USERS, ITEMS));
    ck_ok(recs_test_shop_fit(&fitted, &twin, NULL, NULL, NULL));
    ck_ok(recs_model_save_memory(&saved, &length, fitted));
    ck_assert_uint_eq(length, size);
    ck_assert_mem_eq(saved, bytes, size);
    recs_model_free(fitted);
    recs_test_shop_close(&twin);
    recs_context_free(own);
    recs_buffer_free(saved);
  }
}
END_TEST

START_TEST(a_loaded_model_needs_nothing_else) {
  recs_context *own = recs_test_threads(2, UINT32_MAX);
  unsigned char *copy = malloc(size);
  recs_model *loaded;
  memcpy(copy, bytes, size);
  ck_ok(recs_model_load_memory(&loaded, own, copy, size));
  memset(copy, 0, size);
  free(copy);
  recs_context_free(own);
  ck_assert_uint_eq(recs_test_answers_hash(loaded), recs_test_answers_hash(model));
  recs_model_free(loaded);
}
END_TEST

/* Loads damaged bytes: refused as such, or a model that answers. Returns whether it was refused. */
static int try_load(const unsigned char *damaged, size_t length) {
  recs_model *loaded;
  int32_t status = recs_model_load_memory(&loaded, context, damaged, length);
  if (status == RECS_OK) {
    recs_test_answers_hash(loaded);
    recs_model_free(loaded);
    return 0;
  }
  ck_assert_ptr_null(loaded);
  ck_assert_msg(status == RECS_ERROR_FORMAT || status == RECS_ERROR_VERSION || status == RECS_ERROR_UNSUPPORTED,
                "%s: %s", recs_strerror(status), recs_last_error());
  ck_assert_ptr_eq(strstr(recs_last_error(), "the model in memory cannot be read: "), recs_last_error());
  return 1;
}

START_TEST(truncated_anywhere) {
  for (size_t length = 0; length < size; length++) {
    unsigned char *cut = malloc(length + 1);
    memcpy(cut, bytes, length);
    ck_assert_int_eq(try_load(cut, length), 1);
    free(cut);
  }
}
END_TEST

START_TEST(any_byte_changed) {
  for (size_t at = 0; at < size; at++) {
    bytes[at] ^= (unsigned char)(1u << (at % 8));
    ck_assert_int_eq(try_load(bytes, size), 1);
    bytes[at] ^= (unsigned char)(1u << (at % 8));
  }
  ck_assert_int_eq(try_load(bytes, size), 0);
}
END_TEST

/* The checksums agree with the damage: what is behind them must hold by itself. */
START_TEST(any_byte_changed_with_care) {
  unsigned char *damaged = malloc(size);
  size_t refused = 0;
  for (size_t at = 0; at < size; at++) {
    memcpy(damaged, bytes, size);
    damaged[at] ^= at % 3 == 0 ? 0xff : at % 3 == 1 ? 0x80 : 0x01;
    recs_test_repair(damaged, size);
    refused += (size_t)try_load(damaged, size);
  }
  ck_assert_uint_gt(refused, size / 4);
  free(damaged);
}
END_TEST

START_TEST(newer_versions_and_other_kinds) {
  recs_model *loaded;
  bytes[12] = 2; /* the header's version */
  recs_test_repair(bytes, size);
  ck_fails(recs_model_load_memory(&loaded, context, bytes, size), RECS_ERROR_VERSION, "format version 2");
  ck_assert_ptr_null(loaded);
  bytes[12] = 1;
  bytes[16] = 'n'; /* the header's kind: "nodel" */
  recs_test_repair(bytes, size);
  ck_fails(recs_model_load_memory(&loaded, context, bytes, size), RECS_ERROR_FORMAT, "nodel");
  ck_fails(recs_model_load_memory(&loaded, context, "user,item\n", 10), RECS_ERROR_FORMAT, "not a librecs file");
  ck_fails(recs_model_load_memory(&loaded, context, NULL, 0), RECS_ERROR_FORMAT, "empty");
}
END_TEST

START_TEST(refused_calls) {
  char path[128], absent[128];
  recs_model *loaded = (recs_model *)&loaded;
  void *saved = &loaded;
  size_t length = 1;
  path_of(path, "file.recs");
  path_of(absent, "absent/file.recs");
  ck_fails(recs_model_save(NULL, path), RECS_ERROR_INVALID, "model");
  ck_fails(recs_model_save(model, NULL), RECS_ERROR_INVALID, "path");
  ck_fails(recs_model_save(model, absent), RECS_ERROR_IO, "absent");
  ck_fails(recs_model_save(model, directory), RECS_ERROR_IO, directory);
  ck_fails(recs_model_save_memory(NULL, &length, model), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_save_memory(&saved, NULL, model), RECS_ERROR_INVALID, "out_size");
  ck_fails(recs_model_save_memory(&saved, &length, NULL), RECS_ERROR_INVALID, "model");
  ck_assert(saved == NULL && length == 0);
  ck_fails(recs_model_load(&loaded, context, path), RECS_ERROR_IO, path);
  ck_assert_ptr_null(loaded);
  ck_fails(recs_model_load(&loaded, context, directory), RECS_ERROR_IO, directory);
  ck_fails(recs_model_load(NULL, context, path), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_load(&loaded, NULL, path), RECS_ERROR_INVALID, "context");
  ck_fails(recs_model_load(&loaded, context, NULL), RECS_ERROR_INVALID, "path");
  ck_fails(recs_model_load_memory(NULL, context, bytes, size), RECS_ERROR_INVALID, "out");
  ck_fails(recs_model_load_memory(&loaded, NULL, bytes, size), RECS_ERROR_INVALID, "context");
  ck_fails(recs_model_load_memory(&loaded, context, NULL, size), RECS_ERROR_INVALID, "bytes");
  recs_buffer_free(NULL);
}
END_TEST

START_TEST(damaged_files_are_named) {
  char path[128];
  recs_model *loaded;
  path_of(path, "short.recs");
  write_file(path, bytes, size - 1);
  ck_fails(recs_model_load(&loaded, context, path), RECS_ERROR_FORMAT, path);
  ck_assert_ptr_nonnull(strstr(recs_last_error(), "truncated"));
  ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* The file that is there stays when the new one cannot be written. */
static int32_t save_over(recs_context *heap, void *payload) {
  const char *path = payload;
  recs_model *mine;
  int32_t status = recs_model_load_memory(&mine, heap, bytes, size);
  if (status == RECS_OK)
    status = recs_model_save(mine, path);
  recs_model_free(mine);
  check_file(path, bytes, size);
  return status;
}

static int32_t through_memory(recs_context *heap, void *payload) {
  recs_model *mine = NULL, *again = NULL;
  void *saved = NULL;
  size_t length;
  int32_t status = recs_model_load_memory(&mine, heap, bytes, size);
  (void)payload;
  if (status == RECS_OK)
    status = recs_model_save_memory(&saved, &length, mine);
  if (status == RECS_OK)
    status = recs_model_load_memory(&again, heap, saved, length);
  recs_buffer_free(saved);
  recs_model_free(again);
  recs_model_free(mine);
  return status;
}

START_TEST(out_of_memory) {
  char path[128];
  path_of(path, "kept.recs");
  write_file(path, bytes, size);
  recs_test_oom(save_over, path);
  recs_test_oom(through_memory, NULL);
  ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("persist");
  TCase *tests = tcase_create("persist");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_set_timeout(tests, 0);
  tcase_add_test(tests, the_same_from_memory);
  tcase_add_test(tests, the_same_from_a_file);
  tcase_add_test(tests, each_scorer_comes_back);
  tcase_add_test(tests, without_profiles_and_fallback);
  tcase_add_test(tests, the_same_bytes_for_any_threads);
  tcase_add_test(tests, a_loaded_model_needs_nothing_else);
  tcase_add_test(tests, truncated_anywhere);
  tcase_add_test(tests, any_byte_changed);
  tcase_add_test(tests, any_byte_changed_with_care);
  tcase_add_test(tests, newer_versions_and_other_kinds);
  tcase_add_test(tests, refused_calls);
  tcase_add_test(tests, damaged_files_are_named);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
