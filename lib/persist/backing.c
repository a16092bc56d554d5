#include "lib/persist/backing.h"

#include "lib/base/system.h"
#include "lib/persist/format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void backing_destroy(void *object) {
  recs__backing *backing = object;
  recs__free(backing->object.context, backing->block);
  if (backing->map != NULL)
    munmap(backing->map, backing->size);
}

static int32_t new_backing(recs__backing **out, recs_context *context, size_t size) {
  *out = recs__object_new(context, sizeof **out, backing_destroy);
  if (*out == NULL)
    return recs__fail_nomem();
  (*out)->size = size;
  return RECS_OK;
}

/* Room for the bytes, aligned as the sections need. */
static unsigned char *new_block(recs__backing *backing) {
  size_t room;
  unsigned char *block;
  if (__builtin_add_overflow(backing->size, RECS__FILE_ALIGNMENT - 1, &room))
    return NULL;
  block = recs__alloc(backing->object.context, room, 1);
  backing->block = block;
  if (block == NULL)
    return NULL;
  block += recs__file_align((uintptr_t)block) - (uintptr_t)block;
  backing->bytes = block;
  return block;
}

int32_t recs__backing_copy(recs__backing **out, recs_context *context, const void *bytes, size_t size) {
  recs__backing *backing;
  unsigned char *block;
  *out = NULL;
  RECS_TRY(new_backing(&backing, context, size));
  block = new_block(backing);
  if (block == NULL) {
    recs__release(backing);
    return recs__fail_nomem();
  }
  if (size > 0)
    memcpy(block, bytes, size);
  *out = backing;
  return RECS_OK;
}

/* The whole file into a block. */
static int32_t read_file(recs__backing *backing, int file, const char *path) {
  unsigned char *block = new_block(backing);
  size_t done = 0;
  if (block == NULL)
    return recs__fail_nomem();
  while (done < backing->size) {
    ssize_t got = pread(file, block + done, backing->size - done, (off_t)done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return recs__fail_system("read", path, errno);
    if (got == 0)
      break; /* it became shorter: the container's checks will see that */
    done += (size_t)got;
  }
  backing->size = done;
  return RECS_OK;
}

static int32_t fill(recs__backing *backing, int file, const char *path) {
  void *map = MAP_FAILED;
  if (backing->size > 0)
    map = mmap(NULL, backing->size, PROT_READ, MAP_PRIVATE, file, 0);
  if (map == MAP_FAILED)
    return read_file(backing, file, path);
  backing->map = map;
  backing->bytes = map;
  return RECS_OK;
}

/* The size of a regular file; anything else has none to rely on. */
static int32_t file_size(size_t *out, int file, const char *path) {
  struct stat found;
  if (fstat(file, &found) != 0)
    return recs__fail_system("read", path, errno);
  if (!S_ISREG(found.st_mode))
    return recs__fail_system("read", path, S_ISDIR(found.st_mode) ? EISDIR : ENOTSUP);
  if ((uintmax_t)found.st_size > PTRDIFF_MAX)
    return recs__fail_system("read", path, EFBIG);
  *out = (size_t)found.st_size;
  return RECS_OK;
}

int32_t recs__backing_open(recs__backing **out, recs_context *context, const char *path) {
  recs__backing *backing = NULL;
  size_t size = 0;
  int32_t status;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a pipe must not make us wait for its other end */
  *out = NULL;
  if (file < 0)
    return recs__fail_system("open", path, errno);
  RECS_GO(file_size(&size, file, path));
  RECS_GO(new_backing(&backing, context, size));
  RECS_GO(fill(backing, file, path));
  *out = backing;
cleanup:
  if (status != RECS_OK)
    recs__release(backing);
  close(file);
  return status;
}
