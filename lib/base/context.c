#include "lib/base/context.h"

#include "lib/base/cpu.h"
#include "lib/base/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_THREADS = 256 };

static const recs__field context_fields[] = {
    RECS__POINTER(recs_context_options, allocate, "allocates memory"),
    RECS__POINTER(recs_context_options, reallocate, "resizes memory"),
    RECS__POINTER(recs_context_options, deallocate, "frees memory"),
    RECS__POINTER(recs_context_options, release, "called when the allocator is no longer needed"),
    RECS__POINTER(recs_context_options, allocator_payload, "handed to the allocator"),
    RECS__POINTER(recs_context_options, log, "receives log lines"),
    RECS__POINTER(recs_context_options, log_payload, "handed to the log"),
    RECS__I32(recs_context_options, log_level, 0, RECS_LOG_DEBUG, RECS_LOG_WARNING, "the most detailed level wanted"),
    RECS__U32(recs_context_options, threads, 0, MAX_THREADS, 0, "threads of a long call; 0: one per processor"),
    RECS__U32(recs_context_options, cpu_mask, 0, UINT32_MAX, UINT32_MAX, "RECS_CPU_* features that may be used"),
    RECS__RESERVED(recs_context_options, reserved),
};
static const recs_schema context_schema = RECS__SCHEMA("context", recs_context_options, context_fields);

/* Asks for large pages where a block is large: what lies anywhere in it is then found, and fresh memory had, in fewer steps. The
 * system may refuse. */
static void *in_large_pages(void *block, size_t size) {
#ifdef MADV_HUGEPAGE
  enum { LARGE = 4 << 20, PAGE = 1 << 16 };
  if (block != NULL && size >= LARGE) {
    size_t before = (PAGE - (uintptr_t)block % PAGE) % PAGE;
    int saved = errno;
    madvise((char *)block + before, size - before, MADV_HUGEPAGE);
    errno = saved;
  }
#else
  (void)size;
#endif
  return block;
}

static void *default_allocate(void *payload, size_t size) {
  (void)payload;
  return in_large_pages(malloc(size), size);
}

static void *default_reallocate(void *payload, void *pointer, size_t size) {
  (void)payload;
  return in_large_pages(realloc(pointer, size), size);
}

static void default_deallocate(void *payload, void *pointer) {
  (void)payload;
  free(pointer);
}

int32_t recs_context_options_init(recs_context_options *options, size_t struct_size) {
  return recs_options_init(options, &context_schema, struct_size);
}

static uint32_t available_processors(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  if (count < 1)
    return 1;
  return count > MAX_THREADS ? MAX_THREADS : (uint32_t)count;
}

static int32_t take_allocator(recs_context_options *options) {
  int given = (options->allocate != NULL) + (options->reallocate != NULL) + (options->deallocate != NULL);
  if (given != 0 && given != 3)
    return recs__fail(RECS_ERROR_INVALID, "allocate, reallocate and deallocate must be given together");
  if (given == 0) {
    options->allocate = default_allocate;
    options->reallocate = default_reallocate;
    options->deallocate = default_deallocate;
  }
  return RECS_OK;
}

int32_t recs_context_create(recs_context **out, const recs_context_options *options) {
  recs_context_options chosen;
  recs_context *context;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_TRY(recs__options_load(&chosen, &context_schema, options));
  RECS_TRY(take_allocator(&chosen));
  context = chosen.allocate(chosen.allocator_payload, sizeof *context);
  if (context == NULL)
    return recs__fail_nomem();
  atomic_init(&context->holders, 1);
  context->allocate = chosen.allocate;
  context->reallocate = chosen.reallocate;
  context->deallocate = chosen.deallocate;
  context->release = chosen.release;
  context->allocator_payload = chosen.allocator_payload;
  context->log = chosen.log;
  context->log_payload = chosen.log_payload;
  context->log_level = chosen.log_level;
  context->threads = chosen.threads == 0 ? available_processors() : chosen.threads;
  context->cpu = recs__cpu_detect() & chosen.cpu_mask;
  *out = context;
  return RECS_OK;
}

recs_context *recs__context_hold(recs_context *context) {
  atomic_fetch_add_explicit(&context->holders, 1, memory_order_relaxed);
  return context;
}

void recs_context_free(recs_context *context) {
  recs_release_fn release;
  void *payload;
  if (context == NULL || atomic_fetch_sub_explicit(&context->holders, 1, memory_order_acq_rel) != 1)
    return;
  release = context->release;
  payload = context->allocator_payload;
  context->deallocate(payload, context);
  if (release != NULL)
    release(payload);
}

uint32_t recs_context_threads(const recs_context *context) {
  return context == NULL ? 0 : context->threads;
}

uint32_t recs_context_cpu(const recs_context *context) {
  return context == NULL ? 0 : context->cpu;
}

void recs__log(const recs_context *context, int32_t level, const char *format, ...) {
  char message[RECS__MESSAGE_SIZE];
  va_list arguments;
  if (context->log == NULL || level > context->log_level)
    return;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  context->log(context->log_payload, level, message);
}
