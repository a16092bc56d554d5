/* Indexes, as others see them inside the library. To serve many requests, keep a scratch: a query then allocates
 * nothing. */
#ifndef RECS_LIB_SIMILARITY_INDEX_H
#define RECS_LIB_SIMILARITY_INDEX_H

#include "lib/similarity/cells.h"
#include "lib/similarity/dense.h"
#include "lib/similarity/rows.h"
#include "lib/similarity/selector.h"

struct recs_index {
  recs__object object;
  recs__rows rows;           /* sparse rows; unused when dense.rows is */
  const recs_matrix *matrix; /* held, for custom kernels alone: they are called with the rows as they came */
  recs__dense dense;
  float *values;         /* owned: the dense rows */
  recs__object *backing; /* held: the file that dense rows lie in */
};

static inline int recs__index_dense(const recs_index *index) {
  return index->dense.rows.kernel != NULL;
}

/* What dense queries must have. */
static inline uint32_t recs__index_dimension(const recs_index *index) {
  return recs__index_dense(index) ? index->dense.rows.columns : index->rows.columns;
}

/* An index without rows. */
int32_t recs__index_new(recs_index **out, recs_context *context);

/* What one query at a time works with. One thread. */
typedef struct recs__index_scratch {
  const recs_index *index;
  const recs__cell_kind *kind;
  void *cells; /* all 0 between queries */
  uint32_t *touched;
  uint32_t *columns; /* the weighed query */
  float *values;
  size_t length; /* room for it */
  uint64_t *keys;
  size_t room; /* the largest k */
} recs__index_scratch;

/* Scratch for sparse queries of sparse rows, of up to `k` results (more rows than there are cost nothing). Memory: 8
 * to 52 bytes a row by kernel. On failure nothing is left to free. */
int32_t recs__index_scratch_init(recs__index_scratch *scratch, const recs_index *index, size_t k);
void recs__index_scratch_free(recs__index_scratch *scratch);

/* recs_index_top() with scratch for at least `k`. The query is checked. */
int32_t recs__index_top(uint32_t *out_rows, float *out_scores, size_t *out_count, recs__index_scratch *scratch,
                        const recs__row *query, uint32_t exclude, size_t k);

/* recs_index_scores() with scratch. */
int32_t recs__index_scores(float *out, recs__index_scratch *scratch, const recs__row *query);

/* The best rows of an index that is not dense for a checked dense query, every row being a candidate but those left out,
 * which are ascending. */
int32_t recs__index_top_by_nonzeros(uint32_t *out_rows, float *out_scores, size_t *out_count, const recs_index *index,
                                    const float *query, const uint32_t *without, size_t without_count, size_t k);

/* An index of a custom kernel is UNSUPPORTED. */
int32_t recs__index_write(const recs_index *index, recs__writer *writer);
int32_t recs__index_read(recs_index **out, recs__reader *reader);

/* The part of dense rows. */
int32_t recs__index_write_dense(const recs_index *index, recs__writer *writer);
int32_t recs__index_read_dense(recs_index *index, recs__reader *reader);

#endif
