/* Files as they are written and mapped, with an operating system that fails on demand: the calls below stand in for libc's. */
#include "support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/persist/backing.h"
#include "lib/persist/sink.h"

/* Which calls fail, and how. */
static struct {
  int pwrite_error;   /* its errno; EINTR: of the next one only */
  size_t pwrite_most; /* bytes that it takes at once; 0: all */
  int pread_error;
  size_t pread_most;
  int fsync_error;
  int fsync_directory_error;
  int rename_error;
  int mmap_error;
} faults;

static int fails(int error) {
  if (error != 0)
    errno = error;
  return error != 0;
}

static int interrupted_once(int *error) {
  int now = *error;
  if (now == EINTR)
    *error = 0;
  return fails(now);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  if (interrupted_once(&faults.pwrite_error))
    return -1;
  if (faults.pwrite_most != 0 && size > faults.pwrite_most)
    size = faults.pwrite_most;
  return syscall(SYS_pwrite64, file, bytes, size, offset);
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
  if (interrupted_once(&faults.pread_error))
    return -1;
  if (faults.pread_most != 0 && size > faults.pread_most)
    size = faults.pread_most;
  return syscall(SYS_pread64, file, bytes, size, offset);
}

int fsync(int file) {
  struct stat found;
  if (fstat(file, &found) == 0 && S_ISDIR(found.st_mode))
    return fails(faults.fsync_directory_error) ? -1 : 0;
  return fails(faults.fsync_error) ? -1 : (int)syscall(SYS_fsync, file);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  if (fails(faults.rename_error))
    return -1;
  return (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, 0);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
  if (file >= 0 && fails(faults.mmap_error))
    return MAP_FAILED;
  return (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset); /* NOLINT */
}

static char directory[64];
static char path[128];
static recs_context *context;

static void setup(void) {
  memset(&faults, 0, sizeof faults);
  strcpy(directory, "/tmp/recs-file-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(path, sizeof path, "%s/model.recs", directory);
  ck_ok(recs_context_create(&context, NULL));
}

/* How many entries the directory has. */
static int entries(void) {
  DIR *open_directory = opendir(directory);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(open_directory)) != NULL;)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(open_directory);
  return count;
}

static void teardown(void) {
  unlink(path);
  ck_assert_int_eq(entries(), 0);
  rmdir(directory);
  recs_context_free(context);
}

/* Writes "head", a hole, and "tail" at 1000, and publishes. */
static int32_t save(const char *where) {
  recs__new_file file;
  int32_t status;
  recs__enter();
  RECS_TRY(recs__new_file_create(&file, where));
  RECS_GO(file.sink.write_at(&file.sink, 1000, "tail", 4));
  RECS_GO(file.sink.write_at(&file.sink, 0, "head", 4));
  RECS_GO(recs__new_file_publish(&file));
cleanup:
  recs__new_file_close(&file);
  return status;
}

static int32_t load(recs__backing **out, const char *where) {
  recs__enter();
  return recs__backing_open(out, context, where);
}

static void check_saved(const char *where) {
  recs__backing *backing;
  ck_ok(load(&backing, where));
  ck_assert_uint_eq(backing->size, 1004);
  ck_assert_uint_eq((uintptr_t)backing->bytes % 64, 0);
  ck_assert_mem_eq(backing->bytes, "head", 4);
  ck_assert_mem_eq(backing->bytes + 1000, "tail", 4);
  for (size_t i = 4; i < 1000; i++)
    ck_assert_uint_eq(backing->bytes[i], 0);
  recs__release(backing);
}

static void write_text(const char *where, const char *text) {
  FILE *file = fopen(where, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void check_text(const char *where, const char *text) {
  char found[64] = "";
  FILE *file = fopen(where, "r");
  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(fgets(found, sizeof found, file));
  fclose(file);
  ck_assert_str_eq(found, text);
}

START_TEST(a_new_file) {
  struct stat found;
  mode_t old = umask(027);
  ck_ok(save(path));
  umask(old);
  check_saved(path);
  ck_assert_int_eq(stat(path, &found), 0);
  ck_assert_uint_eq(found.st_mode & 07777, 0640);
  ck_assert_int_eq(entries(), 1);
}
END_TEST

START_TEST(a_file_in_place_of_another) {
  write_text(path, "old");
  ck_ok(save(path));
  check_saved(path);
  ck_assert_int_eq(entries(), 1);
}
END_TEST

START_TEST(old_temporaries_do_no_harm) {
  char stale[128];
  snprintf(stale, sizeof stale, "%s/.librecs-%ld-0.tmp", directory, (long)getpid());
  write_text(stale, "stale");
  ck_ok(save(path));
  check_saved(path);
  check_text(stale, "stale");
  unlink(stale);
}
END_TEST

START_TEST(a_relative_path) {
  char before[4096];
  ck_assert_ptr_nonnull(getcwd(before, sizeof before));
  ck_assert_int_eq(chdir(directory), 0);
  ck_ok(save("model.recs"));
  ck_assert_int_eq(chdir(before), 0);
  check_saved(path);
}
END_TEST

START_TEST(a_link_stays_a_link) {
  char link_path[128];
  struct stat found;
  snprintf(link_path, sizeof link_path, "%s/current", directory);
  write_text(path, "old");
  ck_assert_int_eq(symlink("model.recs", link_path), 0);
  ck_ok(save(link_path));
  ck_assert_int_eq(lstat(link_path, &found), 0);
  ck_assert(S_ISLNK(found.st_mode));
  check_saved(path);
  unlink(link_path);
}
END_TEST

START_TEST(places_that_cannot_be_written) {
  char where[5000];
  write_text(path, "old");
  ck_fails(save(""), RECS_ERROR_IO, "cannot write \"\": No such file");
  ck_fails(save("/nowhere/at/all/model.recs"), RECS_ERROR_IO, "cannot write \"/nowhere/at/all/model.recs\": No such file");
  ck_fails(save(directory), RECS_ERROR_IO, "Is a directory");
  ck_fails(save("/dev/null"), RECS_ERROR_IO, "not supported");
  snprintf(where, sizeof where, "%s/", directory);
  ck_fails(save(where), RECS_ERROR_IO, "Is a directory");
  snprintf(where, sizeof where, "%s/absent/", directory);
  ck_fails(save(where), RECS_ERROR_IO, "Is a directory");
  snprintf(where, sizeof where, "%s/under", path);
  ck_fails(save(where), RECS_ERROR_IO, "Not a directory");
  memset(where, 'x', sizeof where - 1);
  where[sizeof where - 1] = 0;
  ck_fails(save(where), RECS_ERROR_IO, "too long");
  where[255] = 0; /* the longest name that a file may have; a temporary with a suffix to it would not do */
  ck_ok(save(where));
  check_saved(where);
  unlink(where);
  check_text(path, "old");
}
END_TEST

/* With a fault set: the save fails, the old file stays, and nothing else is left. */
static void save_fails(const char *message) {
  write_text(path, "old");
  ck_fails(save(path), RECS_ERROR_IO, message);
  check_text(path, "old");
  ck_assert_int_eq(entries(), 1);
  memset(&faults, 0, sizeof faults);
}

START_TEST(writes_that_fail) {
  faults.pwrite_error = ENOSPC;
  save_fails("No space left on device");
  faults.pwrite_error = EIO;
  save_fails("Input/output error");
  faults.fsync_error = EIO;
  save_fails("Input/output error");
  faults.rename_error = EACCES;
  save_fails("Permission denied");
}
END_TEST

START_TEST(writes_that_need_another_try) {
  faults.pwrite_error = EINTR;
  ck_ok(save(path));
  check_saved(path);
  faults.pwrite_most = 1;
  ck_ok(save(path));
  check_saved(path);
}
END_TEST

START_TEST(directories_that_do_not_sync) {
  faults.fsync_directory_error = EINVAL;
  ck_ok(save(path));
  check_saved(path);
  faults.fsync_directory_error = EIO;
  ck_fails(save(path), RECS_ERROR_IO, "Input/output error");
  check_saved(path);
}
END_TEST

START_TEST(reading_where_mapping_fails) {
  ck_ok(save(path));
  faults.mmap_error = ENODEV;
  check_saved(path);
  faults.pread_error = EINTR;
  faults.pread_most = 7;
  check_saved(path);
}
END_TEST

START_TEST(reads_that_fail) {
  recs__backing *backing;
  ck_ok(save(path));
  faults.mmap_error = ENODEV;
  faults.pread_error = EIO;
  ck_fails(load(&backing, path), RECS_ERROR_IO, "model.recs\": Input/output error");
  ck_assert_ptr_null(backing);
}
END_TEST

START_TEST(places_that_cannot_be_read) {
  recs__backing *backing;
  ck_fails(load(&backing, path), RECS_ERROR_IO, "model.recs\": No such file");
  ck_fails(load(&backing, directory), RECS_ERROR_IO, "Is a directory");
  ck_fails(load(&backing, "/dev/null"), RECS_ERROR_IO, "not supported");
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_fails(load(&backing, path), RECS_ERROR_IO, "not supported");
  unlink(path);
  write_text(path, "");
  ck_ok(load(&backing, path));
  ck_assert_uint_eq(backing->size, 0);
  recs__release(backing);
}
END_TEST

static int32_t read_scenario(recs_context *with, void *payload) {
  recs__backing *backing = NULL;
  int32_t status;
  (void)payload;
  faults.mmap_error = ENODEV;
  status = recs__backing_open(&backing, with, path);
  recs__release(backing);
  return status;
}

START_TEST(out_of_memory) {
  ck_ok(save(path));
  recs_test_oom(read_scenario, NULL);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("file");
  TCase *tests = tcase_create("file");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_new_file);
  tcase_add_test(tests, a_file_in_place_of_another);
  tcase_add_test(tests, old_temporaries_do_no_harm);
  tcase_add_test(tests, a_relative_path);
  tcase_add_test(tests, a_link_stays_a_link);
  tcase_add_test(tests, places_that_cannot_be_written);
  tcase_add_test(tests, writes_that_fail);
  tcase_add_test(tests, writes_that_need_another_try);
  tcase_add_test(tests, directories_that_do_not_sync);
  tcase_add_test(tests, reading_where_mapping_fails);
  tcase_add_test(tests, reads_that_fail);
  tcase_add_test(tests, places_that_cannot_be_read);
  tcase_add_test(tests, out_of_memory);
  suite_add_tcase(suite, tests);
  return recs_test_run(suite);
}
