/* What "ease" is made of: the weights B, kept whole in groups of items or as the largest of each row. */
#ifndef RECS_LIB_RECOMMEND_EASE_EASE_H
#define RECS_LIB_RECOMMEND_EASE_EASE_H

#include "lib/recommend/ease/ease_groups.h"
#include "lib/recommend/scorer.h"
#include "lib/similarity/neighbors.h"

/* All weights between the items of each group: items x items floats a group. */
typedef struct recs__ease_dense {
  const recs_context *context;
  recs__object *backing; /* not NULL: the arrays that a file has belong to it */
  uint32_t items;        /* of the catalogue */
  uint32_t groups;
  uint32_t *begins;  /* groups + 1; in the file */
  uint32_t *members; /* items by group; in the file */
  float *weights;    /* group after group, row after row; in the file */
  uint32_t *group_of; /* of each item of the catalogue, or RECS_NO_ROW */
  uint32_t *place_of; /* within its group */
  size_t *starts;     /* of each group's weights */
} recs__ease_dense;

int32_t recs__ease_dense_init(recs__ease_dense *dense, const recs__groups *groups, uint32_t items);
void recs__ease_dense_free(recs__ease_dense *dense);
/* The row of an item of a group. */
float *recs__ease_dense_row(const recs__ease_dense *dense, uint32_t group, uint32_t place);
/* The weight between two items, 0 when they are of different groups. */
double recs__ease_dense_weight(const recs__ease_dense *dense, uint32_t from, uint32_t to);
void recs__ease_dense_score(const recs__ease_dense *dense, const recs_history *history, recs__board *board);
int32_t recs__ease_dense_write(const recs__ease_dense *dense, recs__writer *writer);
int32_t recs__ease_dense_read(recs__ease_dense *dense, recs__reader *reader, uint32_t items);

/* The largest weights of each row, in a graph whose scores they are; a row of the graph is an item of the catalogue. */
typedef struct recs__ease_sparse {
  recs_neighbors *graph;
  uint32_t *counts; /* of the weights kept a row so far */
} recs__ease_sparse;

/* Room for `slots[item]` weights a row. On failure nothing is left to free. */
int32_t recs__ease_sparse_init(recs__ease_sparse *sparse, recs_context *context, uint32_t items, const uint64_t *slots);
/* Fills a row: those of `count` weights that are largest by amount and not 0, as many as the row has room for. */
int32_t recs__ease_sparse_take(recs__ease_sparse *sparse, uint32_t item, const uint32_t *others, const double *weights, size_t count);
/* Hands the graph out when `status` is RECS_OK, else frees it; gives the status back. */
int32_t recs__ease_sparse_finish(recs_neighbors **out, recs__ease_sparse *sparse, int32_t status);

/* The weight between two items, 0 when it was not kept. */
double recs__ease_sparse_weight(const recs_neighbors *graph, uint32_t from, uint32_t to);
/* Adds the row of an item, times `weight`. */
void recs__ease_sparse_add(const recs_neighbors *graph, uint32_t item, double weight, recs__board *board);

/* Where the rows of B go as they are found: one of the two. */
typedef struct recs__ease_weights {
  recs_context *context;
  const recs__groups *groups;
  recs__ease_dense *dense;
  recs__ease_sparse *sparse;
} recs__ease_weights;

/* All weights of all groups, exactly. */
int32_t recs__ease_exact(const recs__ease_weights *weights, const recs_ease_options *options, const recs__progress *progress);
/* Bytes that this takes beside the weights. */
double recs__ease_exact_bytes(const recs__groups *groups, const recs_ease_options *options);

/* The weights of each item with its nearest ones alone. */
int32_t recs__ease_local(recs_neighbors **out, const recs_matrix *matrix, const recs__groups *groups,
                         const recs_ease_options *options, const recs__progress *progress);

#endif
