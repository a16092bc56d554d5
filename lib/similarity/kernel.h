/* Kernels as the room sees them. What tells one kind from another stands in one table (kinds.c): how entries are
 * weighed, what must be summed over the columns that two rows share, and how a similarity comes of it. Nothing else
 * asks for a kernel's kind. */
#ifndef RECS_LIB_SIMILARITY_KERNEL_H
#define RECS_LIB_SIMILARITY_KERNEL_H

#include "lib/base/object.h"
#include "lib/base/options.h"
#include "lib/base/stream.h"
#include "lib/data/matrix.h"
#include <recs/similarity.h>

/* The kinds by name, for options of others that name a kernel; and the same names joined. */
extern const recs__choice recs__kernel_choices[];
#define RECS__KERNEL_NAMES "cosine|dot|jaccard|dice|tversky|overlap|pearson|adjusted-cosine|euclidean|bm25|tfidf"

/* A sparse row: columns ascending. With columns NULL a dense one: value i is column i. */
typedef struct recs__row {
  const uint32_t *columns;
  const float *values;
  size_t count;
} recs__row;

/* What is known of one row by itself; of its values as they were weighed. */
typedef struct recs__facts {
  double count; /* nonzero values */
  double sum;
  double squares;
} recs__facts;

/* What is known of two rows together. A kernel fills in what its recs__sums asks for; the rest is 0. */
typedef struct recs__overlap {
  double common; /* columns that are nonzero in both */
  double dot;
  double x_sum, y_sum, x_squares, y_squares; /* over the common columns */
} recs__overlap;

/* What has to be summed over the common columns. */
typedef enum recs__sums {
  RECS__SUMS_COMMON, /* their number */
  RECS__SUMS_DOT,    /* the products */
  RECS__SUMS_BOTH,   /* both */
  RECS__SUMS_ALL     /* everything in recs__overlap */
} recs__sums;

/* What a kernel learns of a matrix before it weighs its rows. */
typedef struct recs__lesson {
  double *columns; /* one weight or mean a column; NULL: nothing to learn */
  double average;  /* mean sum of a row */
} recs__lesson;

/* A quick test in floats, true of every pair whose similarity is above a threshold >= 0 (and of some others):
 * dot * gain[y] - slope * toll[y] > level. */
typedef struct recs__sieve {
  double slope;
  double level;
} recs__sieve;

/* Several rows met with one x, side by side: their ids and overlaps. Filled where the kernel's recs__sums asks for it. */
enum { RECS__PAIRS = 128 };
typedef struct recs__pairs {
  uint32_t ids[RECS__PAIRS];
  double common[RECS__PAIRS];
  double dot[RECS__PAIRS];
  double x_sum[RECS__PAIRS], y_sum[RECS__PAIRS], x_squares[RECS__PAIRS], y_squares[RECS__PAIRS];
} recs__pairs;

struct recs__rows;

/* The similarities, before shrinking, of the first `count` pairs; `rows` has the facts of their ids. */
typedef void (*recs__many_fn)(double *restrict out, const recs_kernel *kernel, const recs__facts *x,
                                const recs__pairs *pairs, size_t count, const struct recs__rows *rows);

typedef struct recs__kernel_kind recs__kernel_kind;
struct recs__kernel_kind {
  const char *name;
  recs__sums sums;
  const recs__kernel_kind *over_all; /* the kind in its place when `zeros` is 1 */

  /* Learns from a matrix (columns allocated, zeroed). NULL: two rows are enough. */
  int32_t (*learn)(recs__lesson *lesson, const recs_matrix *matrix);
  /* Refuses a row that cannot be weighed. NULL: any can. */
  int32_t (*refuses)(const recs__row *row);
  /* Weighs a row's nonzero values in place. NULL: they stay. */
  void (*weigh)(float *values, const recs_kernel *kernel, const recs__lesson *lesson, const uint32_t *columns,
                size_t count);
  /* The similarity before shrinking. */
  double (*finish)(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y, const recs__overlap *overlap,
                   double dimension);
  /* The same for several pairs at once, the same bits, for plain C, AVX2 and AVX-512. NULL: `finish` is called for each. */
  recs__many_fn many[3];
  /* A similarity straight from two rows, where `finish` would lose digits. NULL: `finish` is exact enough. */
  double (*pair)(const recs__row *x, const recs__row *y, double dimension);
  /* 1: rows that share nothing may be similar all the same. */
  int32_t apart;

  /* The sieve. NULL: every pair is finished. */
  void (*sift)(recs__sieve *sieve, const recs_kernel *kernel, const recs__facts *x, double threshold, double dimension);
  int32_t flat; /* 1: the sieve's slope is 0 and its left side orders rows as their similarity does */
  void (*tax)(double *gain, double *toll, const recs__facts *y, double dimension); /* NULL: 1 and 0 */
};

struct recs_kernel {
  recs__object object;
  const recs__kernel_kind *way; /* NULL: custom */
  int32_t kind;
  recs_kernel_options options;
  recs_kernel_fn function; /* custom */
  void *payload;
};

/* The entry of a kind (not CUSTOM); NULL for what is none. */
const recs__kernel_kind *recs__kernel_kind_of(int32_t kind, int32_t zeros);

/* What must be summed for this kernel, shrinking included. */
recs__sums recs__kernel_sums(const recs_kernel *kernel);

/* The similarity that comes of facts and overlap, shrunk. Not for custom kernels. */
double recs__kernel_finish(const recs_kernel *kernel, const recs__facts *x, const recs__facts *y,
                           const recs__overlap *overlap, double dimension);

/* The same for several pairs. */
void recs__kernel_finish_many(double *restrict out, const recs_kernel *kernel, const recs__facts *x,
                              const recs__pairs *pairs, size_t count, const struct recs__rows *rows);

/* Columns ascending and below `dimension`, values finite. */
int32_t recs__check_row(const char *name, const uint32_t *columns, const float *values, size_t count,
                        uint32_t dimension);

/* Calls a custom kernel; RECS_ERROR_USER when it gives NaN. */
int32_t recs__kernel_call(double *out, const recs_kernel *kernel, const recs__row *x, const recs__row *y);

/* Kernels of the table can be written; custom ones are UNSUPPORTED. */
int32_t recs__kernel_write(const recs_kernel *kernel, recs__writer *writer);
int32_t recs__kernel_read(recs_kernel **out, recs__reader *reader);

#endif
