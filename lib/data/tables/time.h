/* Times from text. */
#ifndef RECS_LIB_DATA_TABLES_TIME_H
#define RECS_LIB_DATA_TABLES_TIME_H

#include <stddef.h>
#include <stdint.h>

/* A clock's time as milliseconds since 1970-01-01 UTC, from
 *   - epoch seconds, fractions allowed; whole numbers beyond 1e11 either way are milliseconds already,
 *   - YYYY-MM-DD, alone or with 'T' or a space and HH:MM[:SS[.fraction]], then nothing (UTC), Z, +HH, +HHMM or +HH:MM,
 * of the years 0 to 9999. Fractions are rounded to the millisecond. Returns 1, or 0 when the text is no such time. */
int recs__parse_time(const char *text, size_t length, int64_t *out);

/* A place in an order: any whole number (also written as "3.0") but RECS_NO_TIME. */
int recs__parse_order(const char *text, size_t length, int64_t *out);

enum { RECS__TIME_TEXT = 40 };

/* A clock's time as YYYY-MM-DDTHH:MM:SS[.mmm]Z, which reads back as the same; beyond the years 0 to 9999, as its number. */
void recs__format_time(char out[RECS__TIME_TEXT], int64_t time);

#endif
