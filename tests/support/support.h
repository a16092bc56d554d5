/* What every C test uses: a runner, an allocator that counts and fails on demand, short checks. */
#ifndef RECS_TESTS_SUPPORT_H
#define RECS_TESTS_SUPPORT_H

#include <check.h>
#include <math.h>
#include <recs/recs.h>
#include <stdlib.h>
#include <string.h>

/* Runs a suite and prints Check's closing line; the exit code of main(). */
int recs_test_run(Suite *suite);

/* An allocator that counts live blocks and can fail the n-th allocation, once or for ever after. */
typedef struct recs_test_heap {
  long live;      /* blocks not yet freed */
  long calls;     /* allocations asked for so far */
  long fail_at;   /* this call fails (counted from 1); 0: none */
  int fail_ever;  /* 1: and all later ones too */
  long failures;  /* how many failed */
  long released;  /* how often release was called */
} recs_test_heap;

/* A context over such a heap, with one thread (the heap does not lock). */
recs_context *recs_test_context(recs_test_heap *heap);

/* A context of the defaults with a thread count and a CPU mask. */
recs_context *recs_test_threads(uint32_t threads, uint32_t cpu_mask);

/* Runs `scenario` with the first, second, third ... allocation failing, once and for ever, until none fails. The scenario gets a
 * context of the heap, frees all that it made but the context, and returns the status of the first call that failed. Asserts NOMEM
 * under injection, OK without, and no block left. */
typedef int32_t (*recs_test_scenario)(recs_context *context, void *payload);
void recs_test_oom(recs_test_scenario scenario, void *payload);

/* For loops: ck_assert writes where it stands to a pipe each time, which costs more than what it looks at. This one speaks only when
 * it does not hold. */
#define ck_hold(condition)                                \
  do {                                                    \
    if (!(condition))                                     \
      ck_abort_msg("'%s' does not hold", #condition);     \
  } while (0)

/* Call fails with the status and leaves a message that contains `text`. */
#define ck_fails(call, expected, text)                                                         \
  do {                                                                                         \
    int32_t ck_status = (call);                                                                \
    ck_assert_msg(ck_status == (expected), "%s gave %s (%s), not %s", #call,                   \
                  recs_strerror(ck_status), recs_last_error(), recs_strerror(expected));       \
    ck_assert_msg(recs_last_error()[0] != 0, "%s left no message", #call);                     \
    ck_assert_msg(strstr(recs_last_error(), text) != NULL, "%s: message '%s' lacks '%s'",      \
                  #call, recs_last_error(), text);                                             \
  } while (0)

/* Call succeeds and leaves no message. */
#define ck_ok(call)                                                                              \
  do {                                                                                           \
    int32_t ck_status = (call);                                                                  \
    if (ck_status != RECS_OK)                                                                    \
      ck_abort_msg("%s gave %s: %s", #call, recs_strerror(ck_status), recs_last_error());        \
    if (recs_last_error()[0] != 0)                                                               \
      ck_abort_msg("%s left a message: %s", #call, recs_last_error());                           \
  } while (0)

#endif
