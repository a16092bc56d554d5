#include "lib/base/parallel.h"

#include <string.h>

#ifdef RECS_THREADS
#include <pthread.h>
#endif

/* What the workers of one call share. Ranges are handed out in order by `next`. */
typedef struct crew {
  size_t count;
  size_t grain;
  size_t ranges;
  recs__task_fn task;
  void *payload;
  const recs__progress *progress;
  atomic_size_t next;
  atomic_size_t done;
  atomic_int stop;
} crew;

typedef struct worker {
  crew *shared;
  uint32_t thread;
  int32_t status;
  size_t failed_range;
  char message[RECS__MESSAGE_SIZE];
#ifdef RECS_THREADS
  pthread_t handle;
#endif
} worker;

static size_t range_count(size_t count, size_t grain) {
  return count / grain + (count % grain != 0);
}

uint32_t recs__parallel_threads(const recs_context *context, size_t count, size_t grain) {
#ifdef RECS_THREADS
  size_t ranges = range_count(count, grain == 0 ? 1 : grain);
  if (ranges < context->threads)
    return ranges == 0 ? 1 : (uint32_t)ranges;
  return context->threads;
#else
  (void)context;
  (void)count;
  (void)grain;
  return 1;
#endif
}

static void worker_failed(worker *self, int32_t status, size_t range) {
  self->status = status;
  self->failed_range = range;
  recs_last_error_copy(self->message, sizeof self->message);
  atomic_store(&self->shared->stop, 1);
}

/* Takes ranges until none is left. Only thread 0, the caller's, reports progress. */
static void work(worker *self) {
  crew *shared = self->shared;
  while (atomic_load_explicit(&shared->stop, memory_order_relaxed) == 0) {
    size_t range = atomic_fetch_add(&shared->next, 1);
    size_t begin, end;
    int32_t status;
    if (range >= shared->ranges)
      return;
    begin = range * shared->grain;
    end = shared->count - begin < shared->grain ? shared->count : begin + shared->grain;
    status = shared->task(shared->payload, self->thread, begin, end);
    if (status == RECS_OK) {
      size_t done = atomic_fetch_add(&shared->done, 1) + 1;
      if (self->thread == 0)
        status = recs__progress_at(shared->progress, (double)done / (double)shared->ranges);
    }
    if (status != RECS_OK) {
      worker_failed(self, status, range);
      return;
    }
  }
}

#ifdef RECS_THREADS
static void *run_worker(void *argument) {
  work(argument);
  return NULL;
}

/* Starts workers 1 .. threads - 1; returns how many run in all. Fewer than asked for is no failure: the rest do the work. */
static uint32_t start_workers(worker *workers, uint32_t threads) {
  uint32_t started = 1;
  while (started < threads && pthread_create(&workers[started].handle, NULL, run_worker, &workers[started]) == 0)
    started += 1;
  return started;
}

static void join_workers(worker *workers, uint32_t started) {
  for (uint32_t i = 1; i < started; i++)
    pthread_join(workers[i].handle, NULL);
}
#else
static uint32_t start_workers(worker *workers, uint32_t threads) {
  (void)workers;
  (void)threads;
  return 1;
}

static void join_workers(worker *workers, uint32_t started) {
  (void)workers;
  (void)started;
}
#endif

/* The failure of the lowest range becomes the caller's. */
static int32_t first_failure(const worker *workers, uint32_t threads) {
  const worker *first = NULL;
  for (uint32_t i = 0; i < threads; i++) {
    if (workers[i].status != RECS_OK && (first == NULL || workers[i].failed_range < first->failed_range))
      first = &workers[i];
  }
  return first == NULL ? RECS_OK : recs__fail(first->status, "%s", first->message);
}

int32_t recs__parallel(const recs_context *context, size_t count, size_t grain, recs__task_fn task, void *payload,
                       const recs__progress *progress) {
  crew shared = {.count = count, .grain = grain == 0 ? 1 : grain, .task = task, .payload = payload, .progress = progress};
  uint32_t threads, started;
  worker *workers;
  int32_t status;
  RECS_TRY(recs__progress_at(progress, 0)); /* the caller is asked at least once, whichever thread does the work */
  shared.ranges = range_count(count, shared.grain);
  threads = recs__parallel_threads(context, count, shared.grain);
  workers = recs__alloc_zero(context, threads, sizeof *workers);
  if (workers == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < threads; i++) {
    workers[i].shared = &shared;
    workers[i].thread = i;
  }
  started = start_workers(workers, threads);
  work(&workers[0]);
  join_workers(workers, started);
  status = first_failure(workers, threads);
  recs__free(context, workers);
  return status;
}
