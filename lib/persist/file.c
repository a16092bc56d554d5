/* A file that appears at once and whole: written beside its place, synced, then renamed. */
#include "lib/base/system.h"
#include "lib/persist/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TEMPORARIES = 10000 };

static int32_t cannot(const recs__new_file *file, int code) {
  return recs__fail_system("write", file->path, code);
}

static int32_t write_at(recs__sink *sink, uint64_t offset, const void *bytes, size_t size) {
  const recs__new_file *file = (const recs__new_file *)sink;
  const char *from = bytes;
  while (size > 0) {
    ssize_t written = pwrite(file->file, from, size, (off_t)offset);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return cannot(file, written < 0 ? errno : ENOSPC);
    from += written;
    offset += (uint64_t)written;
    size -= (size_t)written;
  }
  return RECS_OK;
}

/* The path with its links followed, so that a link stays a link; what is there must be a file, or else it would be
 * replaced by one (a device, for one). */
static int32_t resolve(recs__new_file *file) {
  size_t length = strlen(file->path);
  struct stat found;
  if (realpath(file->path, file->target) != NULL) {
    if (stat(file->target, &found) != 0)
      return cannot(file, errno);
    return S_ISREG(found.st_mode) ? RECS_OK : cannot(file, S_ISDIR(found.st_mode) ? EISDIR : ENOTSUP);
  }
  if (errno != ENOENT)
    return cannot(file, errno);
  if (length >= sizeof file->target)
    return cannot(file, ENAMETOOLONG);
  memcpy(file->target, file->path, length + 1);
  return RECS_OK;
}

/* Splits the target into directory and name, and opens the directory: all that follows happens within it. */
static int32_t open_directory(recs__new_file *file) {
  char *slash = strrchr(file->target, '/');
  const char *directory = slash == NULL ? "." : slash == file->target ? "/" : file->target;
  file->name = slash == NULL ? file->target : slash + 1;
  if (*file->name == 0)
    return cannot(file, *file->target == 0 ? ENOENT : EISDIR);
  if (slash != NULL)
    *slash = 0;
  file->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return file->directory < 0 ? cannot(file, errno) : RECS_OK;
}

/* A name of our own: O_EXCL settles who has it, and the process id keeps the tries few. */
static int32_t create_temporary(recs__new_file *file) {
  for (int i = 0; i < MAX_TEMPORARIES; i++) {
    snprintf(file->temporary, sizeof file->temporary, ".librecs-%ld-%d.tmp", (long)getpid(), i);
    file->file = openat(file->directory, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file->file >= 0)
      return RECS_OK;
    if (errno != EEXIST && errno != EINTR)
      break;
  }
  file->temporary[0] = 0;
  return cannot(file, errno);
}

int32_t recs__new_file_create(recs__new_file *file, const char *path) {
  int32_t status;
  memset(file, 0, sizeof *file);
  file->sink.write_at = write_at;
  file->path = path;
  file->directory = -1;
  file->file = -1;
  RECS_GO(resolve(file));
  RECS_GO(open_directory(file));
  RECS_GO(create_temporary(file));
cleanup:
  if (status != RECS_OK)
    recs__new_file_close(file);
  return status;
}

/* Some file systems cannot sync a directory and say so; theirs need no syncing, or there is nothing better to do. */
static int32_t sync_directory(const recs__new_file *file) {
  if (fsync(file->directory) == 0 || errno == EINVAL || errno == ENOTSUP)
    return RECS_OK;
  return cannot(file, errno);
}

int32_t recs__new_file_publish(recs__new_file *file) {
  int handle = file->file;
  if (fsync(handle) != 0)
    return cannot(file, errno);
  file->file = -1;
  if (close(handle) != 0) /* where network file systems report what they could not write */
    return cannot(file, errno);
  if (renameat(file->directory, file->temporary, file->directory, file->name) != 0)
    return cannot(file, errno);
  file->temporary[0] = 0;
  return sync_directory(file);
}

void recs__new_file_close(recs__new_file *file) {
  if (file->file >= 0)
    close(file->file);
  if (file->temporary[0] != 0)
    unlinkat(file->directory, file->temporary, 0);
  if (file->directory >= 0)
    close(file->directory);
}
