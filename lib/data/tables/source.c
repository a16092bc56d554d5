#include "lib/data/tables/source.h"

#include "lib/base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int32_t fill_from_file(recs__source *source, char *buffer, size_t capacity, size_t *got) {
  ssize_t count;
  do
    count = read(source->file, buffer, capacity);
  while (count < 0 && errno == EINTR);
  if (count < 0)
    return recs__fail_system("read", source->path, errno);
  *got = (size_t)count;
  return RECS_OK;
}

static int32_t fill_from_memory(recs__source *source, char *buffer, size_t capacity, size_t *got) {
  size_t count = source->left < capacity ? source->left : capacity;
  if (count > 0)
    memcpy(buffer, source->bytes, count);
  source->bytes += count;
  source->left -= count;
  *got = count;
  return RECS_OK;
}

static int32_t fill_from_host(recs__source *source, char *buffer, size_t capacity, size_t *got) {
  int64_t count = source->host(source->payload, buffer, capacity);
  if (count < 0)
    return recs__fail(RECS_ERROR_IO, "the source failed with %" PRId64, count);
  if ((uint64_t)count > capacity)
    return recs__fail(RECS_ERROR_IO, "the source gave %" PRId64 " bytes for a buffer of %zu", count, capacity);
  *got = (size_t)count;
  return RECS_OK;
}

int32_t recs__source_file(recs__source *out, const char *path) {
  struct stat about;
  int code;
  memset(out, 0, sizeof *out);
  out->fill = fill_from_file;
  out->noun = "file";
  out->path = path;
  out->file = open(path, O_RDONLY | O_CLOEXEC);
  if (out->file < 0)
    return recs__fail_system("open", path, errno);
  code = fstat(out->file, &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
  if (code != 0) {
    recs__source_close(out);
    return recs__fail_system("read", path, code);
  }
  out->size = S_ISREG(about.st_mode) && about.st_size > 0 ? (uint64_t)about.st_size : 0;
  return RECS_OK;
}

void recs__source_memory(recs__source *out, const void *bytes, size_t length) {
  memset(out, 0, sizeof *out);
  out->fill = fill_from_memory;
  out->noun = "input";
  out->size = length;
  out->file = -1;
  out->bytes = bytes;
  out->left = length;
}

void recs__source_host(recs__source *out, recs_source_fn host, void *payload) {
  memset(out, 0, sizeof *out);
  out->fill = fill_from_host;
  out->noun = "input";
  out->file = -1;
  out->host = host;
  out->payload = payload;
}

int32_t recs__source_read(recs__source *source, char *buffer, size_t capacity, size_t *got) {
  *got = 0;
  RECS_TRY(source->fill(source, buffer, capacity, got));
  source->taken += *got;
  return RECS_OK;
}

double recs__source_fraction(const recs__source *source) {
  /* A file may grow while it is read. */
  return source->taken < source->size ? (double)source->taken / (double)source->size : source->size > 0 ? 1.0 : 0.0;
}

void recs__source_close(recs__source *source) {
  if (source->file >= 0)
    close(source->file);
  source->file = -1;
}
