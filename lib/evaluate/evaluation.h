/* Figures of a model, as seen inside the library. */
#ifndef RECS_LIB_EVALUATE_EVALUATION_H
#define RECS_LIB_EVALUATE_EVALUATION_H

#include "lib/base/object.h"
#include "lib/base/progress.h"
#include "lib/evaluate/split.h"
#include <recs/evaluate/evaluation.h>

enum { RECS__MOST_CUTOFFS = 16, RECS__FIGURE_NAME = 24 };

/* Metrics of lists, behind those of rankings. */
enum {
  RECS__METRIC_NOVELTY = RECS_RANKING_METRICS,
  RECS__METRIC_DIVERSITY,
  RECS__METRIC_COVERAGE,
  RECS__METRIC_GINI,
  RECS__METRICS
};

/* A metric at a cutoff. */
typedef struct recs__figure {
  char name[RECS__FIGURE_NAME];
  int32_t metric;
  uint32_t cutoff; /* its number; 0 for auc */
  uint32_t k;      /* 0 for auc */
  double value;
  double *values; /* by user; NULL: of all users only */
} recs__figure;

struct recs_evaluation {
  recs__object object;
  uint32_t users;
  uint32_t *rows;
  uint64_t cold;
  uint32_t new_users;
  uint32_t cutoffs[RECS__MOST_CUTOFFS]; /* ascending */
  uint32_t cutoff_count;
  recs__figure *figures;
  uint32_t figure_count;
};

/* An evaluation of so many users whose figures are made and not yet filled in. `cutoffs` as in recs_evaluate_options. */
int32_t recs__evaluation_new(recs_evaluation **out, recs_context *context, uint32_t users, const char *cutoffs,
                             int lists);

/* Fills in the means, from the users' values. */
void recs__evaluation_finish(recs_evaluation *evaluation);

/* The users' values of a figure; refuses what users have not. */
int32_t recs__evaluation_figure(const recs__figure **out, const recs_evaluation *evaluation, uint32_t index);

/* Evaluates a sample of the stage's users, `places` of them in ascending order; NULL: all. */
int32_t recs__evaluate(recs_evaluation **out, const recs__stage *stage, int repeats, const recs_model *model,
                       const recs_evaluate_options *options, const uint32_t *places, uint32_t place_count,
                       const recs__progress *progress);

#endif
