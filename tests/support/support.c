#include "support.h"

#include <malloc.h>

int recs_test_run(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  int failed;
  if (getenv("CK_FORK") == NULL)
    srunner_set_fork_status(runner, CK_NOFORK); /* sanitizers and Valgrind then see one process */
  srunner_run_all(runner, CK_NORMAL);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int heap_refuses(recs_test_heap *heap) {
  heap->calls += 1;
  if (heap->fail_at == 0 || heap->calls < heap->fail_at)
    return 0;
  if (heap->calls > heap->fail_at && heap->fail_ever == 0)
    return 0;
  heap->failures += 1;
  return 1;
}

static void *heap_allocate(void *payload, size_t size) {
  recs_test_heap *heap = payload;
  void *block = heap_refuses(heap) ? NULL : malloc(size);
  heap->live += block != NULL;
  return block;
}

/* To make a block smaller is never refused: the library may go on with the larger one, and then nothing failed. */
static void *heap_reallocate(void *payload, void *pointer, size_t size) {
  if (size > malloc_usable_size(pointer) && heap_refuses(payload))
    return NULL;
  return realloc(pointer, size);
}

static void heap_deallocate(void *payload, void *pointer) {
  recs_test_heap *heap = payload;
  heap->live -= 1;
  free(pointer);
}

static void heap_release(void *payload) {
  recs_test_heap *heap = payload;
  heap->released += 1;
}

recs_context *recs_test_context(recs_test_heap *heap) {
  recs_context_options options;
  recs_context *context = NULL;
  if (recs_context_options_init(&options, sizeof options) != RECS_OK)
    return NULL;
  options.allocate = heap_allocate;
  options.reallocate = heap_reallocate;
  options.deallocate = heap_deallocate;
  options.release = heap_release;
  options.allocator_payload = heap;
  options.threads = 1;
  recs_context_create(&context, &options);
  return context;
}

recs_context *recs_test_threads(uint32_t threads, uint32_t cpu_mask) {
  recs_context_options options;
  recs_context *context = NULL;
  ck_assert_int_eq(recs_context_options_init(&options, sizeof options), RECS_OK);
  options.threads = threads;
  options.cpu_mask = cpu_mask;
  ck_assert_int_eq(recs_context_create(&context, &options), RECS_OK);
  return context;
}

static long oom_round(recs_test_scenario scenario, void *payload, long fail_at, int fail_ever) {
  recs_test_heap heap = {0};
  recs_context *context = recs_test_context(&heap);
  int32_t status;
  ck_assert_ptr_nonnull(context);
  heap.calls = 0;
  heap.fail_at = fail_at;
  heap.fail_ever = fail_ever;
  status = scenario(context, payload);
  if (heap.failures > 0)
    ck_assert_msg(status == RECS_ERROR_NOMEM, "allocation %ld failed but the status was %s", fail_at, recs_strerror(status));
  else
    ck_assert_msg(status == RECS_OK, "without a failure: %s: %s", recs_strerror(status), recs_last_error());
  recs_context_free(context);
  ck_assert_msg(heap.live == 0, "allocation %ld failing left %ld blocks", fail_at, heap.live);
  ck_assert_int_eq(heap.released, 1);
  return heap.failures;
}

void recs_test_oom(recs_test_scenario scenario, void *payload) {
  for (int fail_ever = 0; fail_ever <= 1; fail_ever++) {
    long fail_at = 1;
    while (oom_round(scenario, payload, fail_at, fail_ever) > 0)
      fail_at += 1;
    ck_assert_msg(fail_at > 1, "the scenario allocates nothing");
  }
}
