/* A file of ids and numbers as the library's recs_table; empty cells are missing. */
#ifndef RECS_TOOLS_NUMBERS_H
#define RECS_TOOLS_NUMBERS_H

#include "input.h"

typedef struct numbers {
  recs_context *context;
  recs_ids *ids;
  recs_profiles *profiles;
  const char *id_column;
  recs_table rows;  /* of the arrays below */
  double *values;
  char *names;
  int64_t *offsets;
} numbers;

/* Returns an exit code; to be closed in any case. */
int numbers_open(numbers *table, const general *settings, const char *path, const profile_columns *columns);
void numbers_close(numbers *table);

const char *numbers_id(const numbers *table, size_t row);

/* A library's failure, as report_failure(); a message that begins with a row is given the row's id. */
int numbers_report(const numbers *table, const char *path);

#endif
