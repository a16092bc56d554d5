/* Threads of one call: started and joined within it. */
#ifndef RECS_LIB_BASE_PARALLEL_H
#define RECS_LIB_BASE_PARALLEL_H

#include "lib/base/context.h"
#include "lib/base/progress.h"

/* Works on elements [begin, end). `thread` is below recs__parallel_threads() and names the scratch to use; which thread gets which
 * range is chance, so results must depend on the range alone. */
typedef int32_t (*recs__task_fn)(void *payload, uint32_t thread, size_t begin, size_t end);

/* How many threads recs__parallel() will use for `count` elements in ranges of `grain`. */
uint32_t recs__parallel_threads(const recs_context *context, size_t count, size_t grain);

/* Runs the task over [0, count) in ranges of `grain` elements (the last may be shorter), the calling thread among the workers. A
 * failing range stops the rest, and its status and message become the caller's (of several: that of the lowest range that ran).
 * Progress is reported at the start and between ranges of the calling thread. */
int32_t recs__parallel(const recs_context *context, size_t count, size_t grain, recs__task_fn task, void *payload,
                       const recs__progress *progress);

#endif
