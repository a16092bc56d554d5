/* Progress and cancel, on the calling thread only. */
#ifndef RECS_LIB_BASE_PROGRESS_H
#define RECS_LIB_BASE_PROGRESS_H

#include "lib/base/status.h"

/* A part of a long call's progress: fractions 0 to 1 are mapped into [from, to] of the whole. */
typedef struct recs__progress {
  recs_progress_fn report; /* NULL: nobody listens */
  void *payload;
  double from;
  double to;
} recs__progress;

/* The whole of a call. */
recs__progress recs__progress_of(recs_progress_fn report, void *payload);

/* A stretch of it, from one fraction to another. */
recs__progress recs__progress_part(const recs__progress *progress, double from, double to);

/* Reports a fraction; RECS_ERROR_CANCELLED when the host wants to stop. NULL is fine. */
int32_t recs__progress_at(const recs__progress *progress, double fraction);

/* A recs_progress_fn for a call within a call: `progress` is the recs__progress of its stretch. */
int32_t recs__progress_relay(void *progress, double fraction);

#endif
