/* The sparse matrix that kernels, neighbours and miners eat. */
#ifndef RECS_LIB_DATA_MATRIX_H
#define RECS_LIB_DATA_MATRIX_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include <recs/data.h>

struct recs_matrix {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it (a mapped file), and are not freed */
  uint32_t rows;
  uint32_t columns;
  int64_t *offsets;  /* rows + 1 */
  uint32_t *indices; /* ascending within a row, no repeats */
  float *values;     /* finite */
};

/* The options of a build, checked against each other too. */
int32_t recs__matrix_options_load(recs_matrix_options *out, const recs_matrix_options *options);

/* An empty shell whose arrays the caller fills: `entries` indices and values, offsets zeroed. */
int32_t recs__matrix_new(recs_matrix **out, recs_context *context, uint32_t rows, uint32_t columns, uint64_t entries);
int32_t recs__matrix_write(const recs_matrix *matrix, recs__writer *writer);
int32_t recs__matrix_read(recs_matrix **out, recs__reader *reader);

#endif
