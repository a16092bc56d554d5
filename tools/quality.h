/* What a log is like, for people and programs. */
#ifndef RECS_TOOLS_QUALITY_H
#define RECS_TOOLS_QUALITY_H

#include "input.h"
#include "sheet.h"

/* Prints three lists: columns in numbers, checks, frequent values. `sheet` is open with that format and "columns" for its rows, and is
 * closed. Returns an exit code. */
int print_quality(out_sheet *sheet, const log_file *log, const char *format);

/* A time as in 2011-12-09T12:50:00Z, or an order's number. Returns `out`. */
enum { TIME_TEXT = 40 };
const char *time_text(char out[TIME_TEXT], const recs_events *events, int64_t time);

#endif
