/* A value of a table, before it means anything. */
#ifndef RECS_LIB_DATA_TABLES_CELL_H
#define RECS_LIB_DATA_TABLES_CELL_H

#include <stdint.h>

typedef struct recs__cell {
  char *text;      /* in the window, not ended by NUL */
  uint32_t length; /* 0: empty, null or not there */
  uint32_t raw;    /* 1: still as it was written: a JSON array or object */
} recs__cell;

#endif
