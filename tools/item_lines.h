/* Files that are no tables: one basket or sequence a line, items separated by spaces, tabs, commas or semicolons. */
#ifndef RECS_TOOLS_ITEM_LINES_H
#define RECS_TOOLS_ITEM_LINES_H

#include "input.h"

typedef struct item_lines {
  uint32_t *rows;   /* of the items, line after line */
  int64_t *offsets; /* line_count + 1 */
  size_t row_count, row_room;
  size_t line_count, line_room;
} item_lines;

/* Items that the dictionary lacks are added. Returns an exit code; the lines are to be freed in any case. */
int read_item_lines(item_lines *out, recs_ids *items, const char *path);
void free_item_lines(item_lines *lines);

/* Whether a file's name says that it is CSV, TSV or JSON Lines. */
int is_table_file(const char *path);

#endif
