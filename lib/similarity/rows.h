/* The rows of a matrix prepared for one against many: what a kernel must know of each row, and the weighed entries
 * turned, so that a query finds the rows that have its columns. */
#ifndef RECS_LIB_SIMILARITY_ROWS_H
#define RECS_LIB_SIMILARITY_ROWS_H

#include "lib/similarity/kernel.h"

typedef struct recs__rows {
  const recs_kernel *kernel; /* held */
  recs__object *backing;     /* not NULL: the arrays belong to it */
  uint32_t count;
  uint32_t columns;
  recs__sums sums; /* what is summed for a pair; BOTH where the kernel needs DOT but touched rows must be told */
  recs__lesson lesson;
  uint32_t *counts; /* of each row: nonzeros, sum, squares */
  double *totals;
  double *squares;
  float *gains; /* see recs__sieve; with tolls for whole blocks of rows, 0 behind the last */
  float *tolls;
  float *block_shares; /* for each block: 1 / its largest gain, its least toll, and the gain of all its rows, 0 where they differ */
  float *block_tolls;
  float *block_gains;
  double top_toll;  /* the largest */
  int32_t sifted;   /* 0: the sieve's numbers do not fit floats; every pair is finished */
  int32_t flat;     /* 1: dot * gain orders rows as their similarity does, and no dot comes back to 0 unnoticed */
  int32_t positive; /* 1: all weighed values are above 0 */
  int32_t ones;     /* 1: they are all 1 */
  int32_t far;      /* 1: there are more entries than the nearer caches hold */
  int64_t *offsets; /* for each column (and one more): where its entries begin */
  uint32_t *ids;    /* ascending within a column */
  float *values;    /* NULL with RECS__SUMS_COMMON */
} recs__rows;

/* Gains and tolls come in whole blocks of this many rows. */
enum { RECS__ROW_BLOCK = 64 };

/* What the rows are prepared for. */
enum {
  RECS__ROWS_FOR_QUERIES = 0, /* queries from outside: any values, and what they touch must be known */
  RECS__ROWS_FOR_THEMSELVES = 1
};

/* Prepares the rows of a matrix; of its entries, zeros are left out. `order` (NULL: as they are) renumbers: id i is row
 * order[i]. On failure nothing is left to free. */
int32_t recs__rows_init(recs__rows *rows, const recs_kernel *kernel, const recs_matrix *matrix, const uint32_t *order,
                        int purpose);
void recs__rows_free(recs__rows *rows);

/* For who goes through the rows of the matrix by id: asks for what the rows to come will want, where that may be far away. */
void recs__rows_fetch(const recs__rows *rows, const recs_matrix *matrix, const uint32_t *order, size_t id);

/* Rows without entries: room for facts and sieve, to be filled by the caller, who then calls recs__rows_tax(). */
int32_t recs__rows_init_facts(recs__rows *rows, const recs_kernel *kernel, uint32_t count, uint32_t columns);
void recs__rows_tax(recs__rows *rows);

/* Copies a row without its zeros and weighs it; RECS_ERROR_NUMERIC when a weight is no finite float. Room for
 * `row->count`. */
int32_t recs__rows_weigh(recs__row *out, uint32_t *columns, float *values, const recs__rows *rows,
                         const recs__row *row);

/* 1 when a row's norm is 0 or lies well within the floats, so that products of norms do too. */
int recs__squares_fit(double squares);

recs__facts recs__facts_of(const recs__row *row);

/* A row's gain where that may be far away; by its block, if that will do: blocks are fewer, and lie nearer. */
static inline float recs__rows_gain(const recs__rows *rows, uint32_t id) {
  float gain = rows->block_gains[id / RECS__ROW_BLOCK];
  return gain > 0 ? gain : rows->gains[id];
}

static inline recs__facts recs__rows_facts(const recs__rows *rows, uint32_t id) {
  return (recs__facts){rows->counts[id], rows->totals[id], rows->squares[id]};
}

int32_t recs__rows_write(const recs__rows *rows, recs__writer *writer);
/* Kernel and arrays from a file, all checked. */
int32_t recs__rows_read(recs__rows *rows, recs__reader *reader);

#endif
