/* The values of one record of a table of profiles: all are checked before the first is set, so that a bad record
 * changes nothing. */
#ifndef RECS_LIB_DATA_PROFILE_VALUES_H
#define RECS_LIB_DATA_PROFILE_VALUES_H

#include "lib/data/tables/columns.h"
#include "lib/data/profiles.h"

/* What a column of the table is read as. */
typedef struct recs__profile_column {
  int32_t type;       /* RECS_FIELD_*; 0: left out */
  uint32_t field;     /* RECS_NO_ROW: an embedding of which no value was seen yet */
  uint32_t dimension; /* of embeddings; 0: not known yet */
} recs__profile_column;

/* A value that was checked. */
typedef struct recs__profile_value {
  uint32_t column;
  recs__cell text; /* a tag or a text, in the window */
  double number;
  size_t vector; /* an embedding: where it begins among the floats */
  uint32_t dimension;
} recs__profile_value;

typedef struct recs__profile_values {
  const recs__records *records;
  recs_profiles *profiles;
  recs__profile_column *columns; /* by the names' rows */
  size_t columns_room;
  int32_t separator; /* between tags; 0: none */
  int32_t keep_first;
  int refused; /* the record is bad and was counted so */
  recs__profile_value *values;
  size_t count;
  size_t values_room;
  float *floats;
  size_t floats_count;
  size_t floats_room;
} recs__profile_values;

/* Forgets the last record's values. */
void recs__profile_values_begin(recs__profile_values *values);

/* Checks a cell that is not empty. A bad one goes to the intake and sets `refused`. */
int32_t recs__profile_values_check(recs__profile_values *values, uint32_t column, const recs__cell *cell);

/* Sets what was checked. */
int32_t recs__profile_values_set(recs__profile_values *values, uint32_t row);

void recs__profile_values_free(recs__profile_values *values);

#endif
