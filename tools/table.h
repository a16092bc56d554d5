/* Tables of numbers: read, checked, and brought to one scale. */
#ifndef RECS_TOOLS_TABLE_H
#define RECS_TOOLS_TABLE_H

#include "input.h"

enum { MOST_COLUMNS = 256 };

/* Numbers as they came, and as they are clustered. */
typedef struct table {
  recs_context *context;
  recs_ids *ids;
  recs_profiles *profiles;
  size_t rows;
  uint32_t columns;
  uint32_t fields[MOST_COLUMNS]; /* of the profiles, by column */
  double *values;
  double *scaled;
  float *points;
  const char *space; /* the scaling's name */
} table;

/* Reads a file of ids and numbers. `scale` is none, z, robust or log-z; NULL: log-z for tables of RFM, else none. Returns an exit code; the table is
 * to be closed in any case. */
int open_table(table *t, const general *settings, const char *path, const profile_columns *columns, const char *scale);
void close_table(table *t);

const char *column_name(const table *t, uint32_t column);
const char *row_name(const table *t, size_t row);

#endif
