/* Spans of time in flags: 90s, 15m, 12h, 7d, 2w. */
#ifndef RECS_TOOLS_DURATION_H
#define RECS_TOOLS_DURATION_H

#include <stdint.h>

/* A span in milliseconds: a number and its unit (ms, s, m, h, d or w). A whole number alone is as it stands, for logs whose times are an
 * order. Returns an exit code; `name` is the flag's. */
int parse_duration(int64_t *out, const char *name, const char *text);

/* What a unit is called, and its milliseconds: seconds, minutes, hours, days. 0 when it is none of them. */
double unit_milliseconds(const char *name);

#endif
