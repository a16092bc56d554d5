/* What a command prints: rows of named values, as an aligned table, CSV, JSON Lines or one JSON object. Rows are written as they come (a table
 * first looks at some rows for the widths), so that a million rows need no memory. */
#ifndef RECS_TOOLS_SHEET_H
#define RECS_TOOLS_SHEET_H

#include <jansson.h>
#include <stdio.h>

typedef struct out_sheet out_sheet;

/* `rows_key` names the rows in JSON. NULL when `format` is none of table, json, csv and jsonl (after a message), or out of memory. */
out_sheet *sheet_open(FILE *out, const char *format, const char *rows_key);

/* One row: a JSON object whose keys are the columns, the same in every row. Takes the reference. */
void sheet_row(out_sheet *sheet, json_t *row);

/* A value beside the rows: shown in JSON, and above the timings of a table. Takes the reference. */
void sheet_value(out_sheet *sheet, const char *key, json_t *value);

/* Seconds spent on something, for "timings". */
void sheet_time(out_sheet *sheet, const char *what, double seconds);

/* Writes what is left and frees the sheet. */
void sheet_close(out_sheet *sheet);

/* A number, or "inf", "-inf", "nan", which JSON has no numbers for. */
json_t *sheet_real(double value);

/* A text; bytes that are no UTF-8 become U+FFFD. */
json_t *sheet_text(const char *text);

#endif
