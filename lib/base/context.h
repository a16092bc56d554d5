/* The context: allocator, threads, CPU features, log. */
#ifndef RECS_LIB_BASE_CONTEXT_H
#define RECS_LIB_BASE_CONTEXT_H

#include "lib/base/object.h"

struct recs_context {
  atomic_uint_fast32_t holders;
  recs_allocate_fn allocate;
  recs_reallocate_fn reallocate;
  recs_deallocate_fn deallocate;
  recs_release_fn release;
  void *allocator_payload;
  recs_log_fn log;
  void *log_payload;
  int32_t log_level;
  uint32_t threads;
  uint32_t cpu;
};

recs_context *recs__context_hold(recs_context *context);

/* One log line; call it on the thread that called the library only. */
__attribute__((format(printf, 3, 4))) void recs__log(const recs_context *context, int32_t level, const char *format, ...);

/* Which of three variants of a kernel to take: 0 plain C, 1 AVX2, 2 AVX-512. */
static inline int recs__cpu_level(const recs_context *context) {
  return (context->cpu & RECS_CPU_AVX512) != 0 ? 2 : (context->cpu & RECS_CPU_AVX2) != 0;
}

#endif
