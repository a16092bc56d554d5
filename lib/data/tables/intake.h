/* What becomes of bad records: the first is an error (strict), or each is dropped and counted (lenient). */
#ifndef RECS_LIB_DATA_TABLES_INTAKE_H
#define RECS_LIB_DATA_TABLES_INTAKE_H

#include "lib/base/report.h"

typedef struct recs__intake {
  recs_report *report;
  int32_t lenient;
} recs__intake;

/* A bad record that begins in `line`. Lenient: counts the reason (a static string), whose first example is kept, and gives RECS_OK:
 * the record is dropped and reading goes on. Strict: RECS_ERROR_FORMAT with "line N: " and the message. */
__attribute__((format(printf, 6, 7))) int32_t recs__intake_refuse(const recs__intake *intake, const char *reason,
                                                                  uint64_t line, const char *example, size_t length,
                                                                  const char *format, ...);

#endif
