/* Neighbour graphs, as others see them inside the library. */
#ifndef RECS_LIB_SIMILARITY_NEIGHBORS_H
#define RECS_LIB_SIMILARITY_NEIGHBORS_H

#include "lib/base/object.h"
#include "lib/base/progress.h"
#include "lib/base/stream.h"
#include "lib/data/matrix.h"
#include <recs/similarity.h>

struct recs_neighbors {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it */
  uint32_t rows;
  int64_t *offsets; /* rows + 1 */
  uint32_t *ids;    /* best first within a row, equal scores by row; never the row itself */
  float *scores;    /* finite */
};

/* A graph with room for `slots[row]` neighbours a row; offsets say where the slots of a row begin. */
int32_t recs__neighbors_new(recs_neighbors **out, recs_context *context, uint32_t rows, const uint64_t *slots);

/* Closes the gaps when `counts[row]` slots of each row are filled, and gives back what is not needed. */
void recs__neighbors_close(recs_neighbors *neighbors, const uint32_t *counts);

/* How the rows that a row of a sparse matrix meets are found. What comes out is the same, bit for bit. */
enum {
  RECS__BY_COST = 0,    /* whichever seems quickest, row by row */
  RECS__BY_TOUCH = 1,   /* the rows met are listed as they are met */
  RECS__BY_SCAN = 2,    /* all rows are looked through */
  RECS__BY_COLUMNS = 3, /* the same, thick columns having been added as bits (where columns are counted) */
};

/* What the ways to build a graph share. */
typedef struct recs__graph_job {
  int32_t method; /* of a sparse graph; tests choose one */
  const recs_kernel *kernel;
  recs_neighbors_options options;
  recs__progress progress;
} recs__graph_job;

/* The graph of a matrix by any kernel. */
int32_t recs__neighbors_of(recs_neighbors **out, const recs__graph_job *job, const recs_matrix *matrix);
/* The graph of dense rows, which are checked. */
int32_t recs__neighbors_dense(recs_neighbors **out, const recs__graph_job *job, const float *values, uint32_t rows,
                              uint32_t dimension);

/* The graph of a sparse matrix; by custom kernels, one call for each ordered pair. */
int32_t recs__neighbors_sparse(recs_neighbors **out, const recs__graph_job *job, const recs_matrix *matrix);
int32_t recs__neighbors_custom(recs_neighbors **out, const recs__graph_job *job, const recs_matrix *matrix);

int32_t recs__neighbors_write(const recs_neighbors *neighbors, recs__writer *writer);
int32_t recs__neighbors_read(recs_neighbors **out, recs__reader *reader);

#endif
