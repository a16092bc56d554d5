/* JSON values (RFC 8259) in place: strings are decoded where they stand. */
#ifndef RECS_LIB_DATA_TABLES_JSON_H
#define RECS_LIB_DATA_TABLES_JSON_H

#include "lib/data/tables/cell.h"

/* What is left to read. After a failure `fault` says why and `at` where. */
typedef struct recs__json {
  char *at;
  char *end;
  const char *fault;
} recs__json;

/* Passes white space. */
void recs__json_space(recs__json *json);

/* Passes white space, then the byte if it is next; returns whether it was. */
int recs__json_take(recs__json *json, char byte);

/* The next value: strings decoded to UTF-8; numbers, true and false as written; null as an empty text; arrays and objects checked and
 * left as written. Returns 1, or 0 with a fault. */
int recs__json_next(recs__json *json, recs__cell *out);

/* The next key of an object, with its colon. */
int recs__json_key(recs__json *json, recs__cell *out);

/* The elements of a cell that is an array, to be read with recs__json_next() and recs__json_take(). */
recs__json recs__json_elements(const recs__cell *array);

#endif
