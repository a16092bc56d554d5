/* Failures of the operating system, worded. */
#ifndef RECS_LIB_BASE_SYSTEM_H
#define RECS_LIB_BASE_SYSTEM_H

#include "lib/base/status.h"

/* RECS_ERROR_IO: "cannot <action> <path>: <what errno `code` means>". */
int32_t recs__fail_system(const char *action, const char *path, int code);

#endif
