/* What the requests of a model have in common. */
#ifndef RECS_LIB_MODEL_SERVING_H
#define RECS_LIB_MODEL_SERVING_H

#include "lib/model/model.h"
#include "lib/rank/rank.h"

/* What all lists of one call have in common. */
typedef struct recs__serving {
  const recs_model *model;
  recs__rules rules;
  size_t n;
} recs__serving;

/* Checks and compiles; `self` is zeroed. Items that were removed are in no list. */
int32_t recs__serving_begin(recs__serving *self, const recs_model *model, const recs_filter *filter, size_t n);
/* A zeroed one is fine. */
void recs__serving_end(recs__serving *self);

/* Appends what the fallback would list and the list has not, on a clean board, which it leaves clean. For a model with a
 * fallback and a list of fewer than n. */
int32_t recs__serving_fill(recs__board *board, uint32_t *items, double *scores, size_t *count,
                           const recs__serving *self, const recs_history *history);

/* INVALID unless the row is below `rows`; `what` says what it is the row of. */
int32_t recs__model_check_row(const char *what, uint32_t row, uint32_t rows);

/* The history of a user of the dictionary, borrowed from the model. */
recs_history recs__model_history(const recs_model *model, uint32_t user);

#endif
