/* Numbers from text, whatever the locale. The whole text must be the number. */
#ifndef RECS_LIB_BASE_NUMBER_H
#define RECS_LIB_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* A finite decimal number, correctly rounded: [+-] digits [. digits] [e [+-] digits]. Returns 1, or 0 when the text is none. */
int recs__parse_double(const char *text, size_t length, double *out);
/* A whole number: [+-] digits. */
int recs__parse_i64(const char *text, size_t length, int64_t *out);
int recs__parse_u64(const char *text, size_t length, uint64_t *out);

#endif
