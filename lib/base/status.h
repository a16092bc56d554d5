/* Status codes and this thread's error message. */
#ifndef RECS_LIB_BASE_STATUS_H
#define RECS_LIB_BASE_STATUS_H

#include <recs/base.h>

/* The one list of status codes: name, value. The public enumerators are pinned against it in status.c. */
#define RECS_STATUS_LIST(X) \
  X(OK, 0)                  \
  X(NOMEM, -1)              \
  X(INVALID, -2)            \
  X(NOT_FOUND, -3)          \
  X(IO, -4)                 \
  X(FORMAT, -5)             \
  X(VERSION, -6)            \
  X(CANCELLED, -7)          \
  X(NUMERIC, -8)            \
  X(UNSUPPORTED, -9)        \
  X(OVERFLOW, -10)          \
  X(STATE, -11)             \
  X(USER, -12)              \
  X(INTERNAL, -13)

enum { RECS__MESSAGE_SIZE = 512 };

/* Every fallible public function begins with this: it clears the thread's message, so that OK means "". */
void recs__enter(void);

/* Sets the thread's message and returns `status`. Allocates nothing. One line, no function names, with the offending
 * value; quote foreign text with recs__quote. */
__attribute__((format(printf, 2, 3))) int32_t recs__fail(int32_t status, const char *format, ...);

/* RECS_ERROR_NOMEM with its message. */
int32_t recs__fail_nomem(void);

/* RECS_ERROR_INVALID for an argument that is NULL. */
int32_t recs__fail_null(const char *argument);

/* Foreign text in quotes for a message: control bytes escaped, cut to `size` (at least 16). Returns `out`. */
const char *recs__quote(char *out, size_t size, const char *text, size_t length);

/* Returns what failed from the current function. */
#define RECS_TRY(expression)                          \
  do {                                                \
    int32_t recs_try_status = (expression);           \
    if (recs_try_status != RECS_OK)                   \
      return recs_try_status;                         \
  } while (0)

/* The same where something must be cleaned up: needs an int32_t `status` and a label `cleanup`. */
#define RECS_GO(expression)                           \
  do {                                                \
    status = (expression);                            \
    if (status != RECS_OK)                            \
      goto cleanup;                                   \
  } while (0)

/* Refuses a NULL argument by its name. */
#define RECS_NOT_NULL(argument)                       \
  do {                                                \
    if ((argument) == NULL)                           \
      return recs__fail_null(#argument);              \
  } while (0)

#endif
