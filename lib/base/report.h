/* Building a report: reasons and counts. */
#ifndef RECS_LIB_BASE_REPORT_H
#define RECS_LIB_BASE_REPORT_H

#include "lib/base/object.h"

int32_t recs__report_create(recs_report **out, recs_context *context);

/* Adds `count` to a reason (a static string), which is appended to the list when it is new; a count of 0 lists it. The first call with
 * a nonzero count and a record keeps the record and the example (NULL: none). */
int32_t recs__report_add(recs_report *report, const char *reason, uint64_t count, uint64_t record, const char *example,
                         size_t length);

/* Moves what a report has to the end of another one, which has the same reasons or gets them. */
int32_t recs__report_move(recs_report *to, recs_report *from);

/* Forgets all reasons. */
void recs__report_clear(recs_report *report);

#endif
