#include "lib/data/tables/intake.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

int32_t recs__intake_refuse(const recs__intake *intake, const char *reason, uint64_t line, const char *example,
                            size_t length, const char *format, ...) {
  char message[RECS__MESSAGE_SIZE];
  va_list arguments;
  if (intake->lenient)
    return recs__report_add(intake->report, reason, 1, line, example, length);
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  return recs__fail(RECS_ERROR_FORMAT, "line %" PRIu64 ": %s", line, message);
}
